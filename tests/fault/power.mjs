// Power loss: what the programs write and sync is recorded, and at every step the disk is made up as it may be found
// afterwards: what was not synced is there, is not, is there in part, or is torn at 512 bytes. Each such image is opened.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Rig, random } from './rig.mjs';

const SECTOR_BYTES = 512;
const N_ORDERS = 30;
const RESTART_EVERY = 50;

/** @typedef {{ op: string, at: number, length: number, file: string, bytes?: Buffer }} Deed */

/** Reads what the tracer recorded. @returns {Deed[]} */
function deedsOf(file) {
  const bytes = readFileSync(file);
  const deeds = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    const [, op, offset, length, name] = /^(\w+) (-?\d+) (\d+) (.*)$/.exec(bytes.subarray(at, end).toString());
    const deed = { op, at: Number(offset), length: Number(length), file: path.basename(name) };
    at = end + 1;
    if (op === 'write') {
      deed.bytes = bytes.subarray(at, at + deed.length);
      at += deed.length;
    }
    deeds.push(deed);
  }
  return deeds;
}

function resized(content, size) {
  if (size <= content.length) return content.subarray(0, size);
  return Buffer.concat([content, Buffer.alloc(size - content.length)]);
}

/** A file's content after a write or a change of size. `keeps` says of each sector whether it reached the disk. */
function applied(content, { op, at, length, bytes }, keeps = () => true) {
  if (op === 'size') return resized(content, length);
  const next = Buffer.from(resized(content, Math.max(content.length, at + length)));
  for (let from = 0; from < length;) {
    const to = Math.min(length, from + SECTOR_BYTES - (at + from) % SECTOR_BYTES);
    if (keeps()) bytes.copy(next, at + from, from, to);
    from = to;
  }
  return next;
}

/** How a disk may come back: whether a change that was not synced is there, and whether a sector of it is. */
const N_WAYS = 4;
const ways = (chance) => [
  { name: 'all of it', keeps: () => true, keepsSector: () => true },
  { name: 'what was synced', keeps: () => false, keepsSector: () => true },
  { name: 'some of it', keeps: () => chance(2) === 0, keepsSector: () => true },
  { name: 'torn', keeps: () => chance(4) > 0, keepsSector: () => chance(2) === 0 },
];

/** The files of a folder: what is on the disk for sure, and what has been asked for since. */
class Disk {
  #files = new Map();

  #file(name) {
    // A new file's name is on the disk once its folder has been synced.
    if (!this.#files.has(name)) this.#files.set(name, { synced: Buffer.alloc(0), pending: [], isNamed: false, isGone: false });
    return this.#files.get(name);
  }

  do(deed) {
    if (deed.op === 'sync' && deed.file === 'power') this.#syncFolder();
    else if (deed.op === 'unlink') this.#file(deed.file).isGone = true;
    else this.#change(this.#file(deed.file), deed);
  }

  #change(file, deed) {
    if (file.isGone && deed.op === 'open') Object.assign(file, { synced: Buffer.alloc(0), pending: [], isGone: false });
    if (deed.op === 'sync') {
      for (const change of file.pending) file.synced = applied(file.synced, change);
      file.pending = [];
    } else if (deed.op !== 'open') {
      file.pending.push(deed);
    }
  }

  #syncFolder() {
    for (const [name, file] of this.#files) {
      file.isNamed = true;
      if (file.isGone) this.#files.delete(name);
    }
  }

  /** Writes an image of it into a folder. */
  write(folder, { keeps, keepsSector }) {
    for (const [name, file] of this.#files) {
      if (!file.isNamed && !keeps()) continue;
      if (file.isGone && keeps()) continue;
      let content = file.synced;
      for (const change of file.pending) if (keeps()) content = applied(content, change, keepsSector);
      writeFileSync(`${folder}/${name}`, content);
    }
  }
}

/** Serves orders one after another, a worker in between, all of it recorded. @returns {Promise<Deed[]>} */
async function record(rig, orders) {
  const recorded = [];
  const trace = () => {
    recorded.push(`${rig.dir}/record.${recorded.length}`);
    return ['--record', recorded.at(-1), '--under', rig.data];
  };
  const serve = async (some) => {
    const webhook = await rig.serve('webhook', { trace: trace() });
    for (const { event } of some) assert.equal((await webhook.send(rig.post(event))).status, 200);
    await webhook.stop();
  };
  await serve(orders.slice(0, N_ORDERS / 2));
  await (await rig.work({ trace: trace() })).ended();
  await serve(orders.slice(N_ORDERS / 2));
  return recorded.flatMap(deedsOf);
}

const WHO_IS_IN = `SELECT orders.tg_id FROM orders JOIN access ON access.tg_id = orders.tg_id AND is_in = 1
  JOIN jobs ON jobs.tg_id = orders.tg_id WHERE paid_ms IS NOT NULL`;

/** Opens an image as any program does: sqlite repairs it first. */
function look(rig, folder) {
  const { lines: [sound, ...isIn], wrong } = rig.look(`PRAGMA integrity_check; ${WHO_IS_IN}`, `${folder}/admit.db`);
  const worse = wrong.filter((line) => !line.includes('no such table'));
  return { sound: worse.length > 0 ? worse.join() : sound, isIn: new Set(isIn) };
}

async function powerLoss({ sample }) {
  const rig = await Rig.start();
  const chance = random(20_241);
  try {
    const orders = [];
    for (let i = 1; i <= N_ORDERS; i += 1) orders.push(await rig.order(8_000_000 + i));
    rig.ledger('power');
    const deeds = await record(rig, orders);
    assert.equal(deeds.filter(({ op }) => op === 'answer').length, N_ORDERS, 'one answer an order');
    const chosen = new Set(sample.choose(deeds.length, '', N_WAYS));
    const disk = new Disk();
    let acknowledged = 0, images = 0, restarted = 0;
    for (const [i, deed] of deeds.entries()) {
      if (deed.op === 'answer') acknowledged += 1;
      else disk.do(deed);
      if (!chosen.has(i + 1)) continue;
      sample.count(true);
      for (const way of ways(chance)) {
        const folder = `${rig.dir}/image`;
        mkdirSync(folder);
        disk.write(folder, way);
        // The index of the log is rebuilt, whatever lies there.
        if (images % 2 === 1) writeFileSync(`${folder}/admit.db-shm`, Buffer.alloc(32_768, chance(256)));
        const { sound, isIn } = look(rig, folder);
        const where = `after ${i + 1} of ${deeds.length} (${deed.op} ${deed.file}), ${way.name}`;
        assert.equal(sound, 'ok', where);
        for (const { tgId } of orders.slice(0, acknowledged)) assert.ok(isIn.has(String(tgId)), `${where}: ${tgId} was acknowledged`);
        if (images % RESTART_EVERY === RESTART_EVERY - 1) {
          await restart(rig, folder, orders);
          restarted += 1;
        }
        rmSync(folder, { recursive: true });
        images += 1;
      }
    }
    return { points: sample.text(N_WAYS), outcome: `every acknowledged order is there, each image sound; on ${restarted} the programs took up the work again` };
  } finally {
    await rig.close();
  }
}

/** The programs go on with an image: everything is sent again, everybody is in. */
async function restart(rig, folder, orders) {
  const was = rig.db;
  rig.db = `${folder}/admit.db`;
  const webhook = await rig.serve('webhook');
  for (const { event } of orders) assert.equal((await webhook.send(rig.post(event))).status, 200);
  await webhook.stop();
  assert.equal(look(rig, folder).isIn.size, orders.length, 'all are in');
  rig.db = was;
}

export default [
  { name: 'power loss at each write and sync, 4 states of the disk', quick: 150, run: powerLoss },
];
