// PNG files of few colours, out of the ones that Chromium makes: a third of the size, and nobody sees it.

import assert from 'node:assert/strict';
import { deflateSync, inflateSync } from 'node:zlib';

const SIGN = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});
function crc32(bytes) {
  let c = ~0;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return ~c >>> 0;
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(8 + body.length);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), 4 + body.length);
  return out;
}

/** What kind of file it is: { width, height, bits, kind }, kind 3 being that of a palette. */
export function pngHead(file) {
  assert.ok(file.subarray(0, 8).equals(SIGN), 'a PNG');
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20), bits: file[24], kind: file[25] };
}

/** The pixels, three bytes each; what shines through is left out. */
function pixels(file) {
  const { width, height, bits, kind } = pngHead(file);
  assert.ok(bits === 8 && (kind === 2 || kind === 6), 'what Chromium makes');
  const parts = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts)), n = kind === 6 ? 4 : 3, row = width * n;
  const all = Buffer.alloc(row * height), out = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x += 1) {
      const a = x >= n ? all[y * row + x - n] : 0, b = y > 0 ? all[(y - 1) * row + x] : 0, c = x >= n && y > 0 ? all[(y - 1) * row + x - n] : 0;
      const p = a + b - c, [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const guess = [0, a, b, (a + b) >> 1, pa <= pb && pa <= pc ? a : pb <= pc ? b : c][filter];
      all[y * row + x] = raw[y * (row + 1) + 1 + x] + guess;
    }
  }
  for (let i = 0; i < width * height; i += 1) all.copy(out, i * 3, i * n, i * n + 3);
  return { width, height, out };
}

const part = (colour, k) => (colour >> (16 - 8 * k)) & 0xff;

/** At most so many of the colours, each for those near it. Those that are there most often stay as they are; of the others
 * the box that is widest is cut in two again and again. */
function palette(counts, most) {
  const all = [...counts].sort(([, a], [, b]) => b - a), kept = all.slice(0, most / 2);
  let boxes = [all.slice(most / 2)].filter(({ length }) => length > 0);
  const spread = (box) => [0, 1, 2].map((k) => {
    let low = 255, high = 0;
    for (const [colour] of box) { low = Math.min(low, part(colour, k)); high = Math.max(high, part(colour, k)); }
    return high - low;
  });
  const weighed = (box) => ({ box, wide: spread(box), weight: Math.sqrt(box.reduce((sum, [, n]) => sum + n, 0)) });
  boxes = boxes.map(weighed);
  while (boxes.length < most - kept.length) {
    const widest = boxes.filter(({ box }) => box.length > 1).sort((a, b) => Math.max(...b.wide) * b.weight - Math.max(...a.wide) * a.weight)[0];
    if (!widest) break;
    const k = widest.wide.indexOf(Math.max(...widest.wide));
    widest.box.sort(([a], [b]) => part(a, k) - part(b, k));
    const half = widest.box.reduce((sum, [, n]) => sum + n, 0) / 2;
    let at = 0;
    for (let sum = 0; at < widest.box.length - 1 && sum < half; at += 1) sum += widest.box[at][1];
    at = Math.max(1, at);
    boxes = [...boxes.filter((one) => one !== widest), weighed(widest.box.slice(0, at)), weighed(widest.box.slice(at))];
  }
  return [...kept.map((one) => [one]), ...boxes.map(({ box }) => box)];
}

/** The same picture in few colours. Of each box the colour that is there most often stands for the others, so that what is
 * one plain colour stays it. */
export function pngOfFewColours(file, most = 256) {
  const { width, height, out } = pixels(file);
  const counts = new Map();
  for (let i = 0; i < out.length; i += 3) {
    const colour = out.readUIntBE(i, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const index = new Map(), colours = Buffer.alloc(3 * most);
  for (const [i, box] of palette(counts, most).entries()) {
    colours.writeUIntBE(box.reduce((a, b) => (b[1] > a[1] ? b : a))[0], i * 3, 3);
    for (const [colour] of box) index.set(colour, i);
  }
  const rows = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < width * height; i += 1) rows[i + Math.floor(i / width) + 1] = index.get(out.readUIntBE(i * 3, 3));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([SIGN, chunk('IHDR', head), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
