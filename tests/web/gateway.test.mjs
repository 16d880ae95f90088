// Between the web server and the programs, as FastCGI: slow peers, broken ones, what is confined.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { PATIENCE_MS, sign, startAdmit, until } from './harness.mjs';
import { ON_POSTGRES } from './ledger.mjs';

const MIB = 1024 * 1024;
/** WEB_MAX_BATCH of lib/web/gateway.h. */
const BATCH = 64;

// FastCGI 1.0 as a web server speaks it.

const record = (type, content, id = 1) => {
  const head = Buffer.from([1, type, 0, id, 0, 0, 0, 0]);
  head.writeUInt16BE(content.length, 4);
  return Buffer.concat([head, content]);
};
const records = (type, content) => {
  const pieces = [];
  for (let at = 0; at < content.length; at += 65_535) pieces.push(record(type, content.subarray(at, at + 65_535)));
  return Buffer.concat([...pieces, record(type, Buffer.alloc(0))]);
};
const pair = ([name, value]) => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE((0x80000000 + name.length) >>> 0, 0);
  head.writeUInt32BE((0x80000000 + value.length) >>> 0, 4);
  return Buffer.concat([head, Buffer.from(name + value)]);
};
const BEGIN = record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));
const ABORT = record(2, Buffer.alloc(0));

/** The bytes of a signed event on its way to webhook.fcgi. */
function posted(body, more = {}) {
  const variables = {
    REQUEST_METHOD: 'POST', REQUEST_URI: '/webhook', QUERY_STRING: '', CONTENT_LENGTH: String(body.length), HTTP_STRIPE_SIGNATURE: sign(body),
    ...more,
  };
  return Buffer.concat([BEGIN, records(4, Buffer.concat(Object.entries(variables).map(pair))), records(5, body)]);
}

/** The records of an answer: [{ type, id, content }]. */
function recordsOf(text) {
  const found = [];
  for (let rest = Buffer.from(text, 'latin1'); rest.length >= 8; rest = rest.subarray(8 + rest.readUInt16BE(4) + rest[6]))
    found.push({ type: rest[1], id: rest.readUInt16BE(2), content: rest.subarray(8, 8 + rest.readUInt16BE(4)) });
  return found;
}
const short = (name, value = '') => Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]);
const GET_VALUES = (...names) => record(9, Buffer.concat(names.map((name) => short(name))), 0);

/** A connection to a program's socket: { write, text }. */
function connect(file) {
  const socket = createConnection(file);
  let said = '';
  socket.setNoDelay?.(true);
  socket.on('data', (data) => { said += data.toString('latin1'); });
  const over = new Promise((done) => { socket.once('close', done); });
  socket.on('error', () => {});
  return {
    write: (bytes) => new Promise((done) => { socket.write(bytes, () => setImmediate(done)); }),
    text: () => over.then(() => said),
    said: () => said,
    isOpen: () => !socket.destroyed,
    destroy: () => socket.destroy(),
  };
}

const socketsOf = (app, name) => readdirSync(app.dir).filter((file) => file.startsWith(`${name}.sock`)).map((file) => `${app.dir}/${file}`);

async function paidEvent(app, tgId) {
  return app.stripe.pay(await app.open(tgId));
}

/** An event of a size, by a field of Stripe's that we do not read. */
function ofSize(event, size) {
  const room = size - Buffer.byteLength(JSON.stringify({ ...event, padding: '' }));
  return Buffer.from(JSON.stringify({ ...event, padding: ' '.repeat(room) }));
}

test('silence, one byte, half a request and nonsense keep nobody waiting', async (t) => {
  const app = await startAdmit({ t });
  const event = await paidEvent(app, 5);
  const half = posted(Buffer.from('{}')).subarray(0, 60);
  const quiet = ['pay', 'webhook', 'tgupdate'].flatMap((name) => socketsOf(app, name)).flatMap((file) => Array.from({ length: 20 }, (_, i) => {
    const peer = connect(file);
    if (i % 3 > 0) peer.write(i % 3 === 1 ? half.subarray(0, 1) : half);
    return peer;
  }));
  const nonsense = connect(socketsOf(app, 'webhook')[0]);
  await nonsense.write('GET / HTTP/1.1\r\n\r\n');
  assert.equal(await nonsense.text(), '', 'no FastCGI, no answer');

  const answers = await Promise.all([app.event(event), app.request('/pay?tg_id=6'), app.update({ update_id: 1 }, { isReal: false }),
    ...Array.from({ length: 20 }, () => app.request('/health'))]);
  assert.deepEqual(answers.map(({ status }) => status), [200, 303, 200, ...Array(20).fill(200)]);
  assert.equal(quiet.filter((peer) => peer.isOpen()).length, quiet.length, 'all of them were still there');
  for (const peer of quiet) peer.destroy();
  await app.stop();
});

test('more silent peers than there are places: the oldest go', async (t) => {
  const app = await startAdmit({ t });
  const event = await paidEvent(app, 5);
  const [file] = socketsOf(app, 'webhook');
  const quiet = [];
  const n = ON_POSTGRES ? 400 : 200; // two processes share them there, however they do
  for (let i = 0; i < n; i += 1) {
    quiet.push(connect(file));
    await quiet[i].write('\x01');
  }
  assert.equal((await app.event(event)).status, 200);
  const first = quiet.slice(0, ON_POSTGRES ? n / 2 : 1);
  await until(() => first.some((peer) => !peer.isOpen()), PATIENCE_MS, 'the first one had to go');
  assert.ok(quiet[n - 1].isOpen(), 'the last one has its place');
  for (const peer of quiet) peer.destroy();
});

test('a request that comes in drops, or in one piece, is the same request', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200, 'lighttpd has made the sockets');
  const [file] = socketsOf(app, 'webhook');
  for (const [tgId, size, step] of [[5, 0, 7], [6, 100_000, 4096], [7, MIB, 50_000], [8, MIB, MIB * 2]]) {
    const event = await paidEvent(app, tgId);
    const bytes = posted(size ? ofSize(event, size) : Buffer.from(JSON.stringify(event)));
    const peer = connect(file);
    for (let at = 0; at < bytes.length; at += step) await peer.write(bytes.subarray(at, at + step));
    assert.match(await peer.text(), /Status: 200/, `${size} bytes by ${step}`);
    assert.deepEqual(app.sql(`SELECT is_paid FROM users WHERE tg_id = ${tgId}`), [['1']]);
  }
});

test('more requests at once than a batch takes: each gets its answer', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200);
  const [file] = socketsOf(app, 'webhook');
  const pids = app.answering('webhook');
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const peers = await Promise.all(Array.from({ length: 2 * BATCH + 1 }, async (_, i) => {
    const peer = connect(file);
    // A wrong signature, a body that is none and news of no payment, in turn: each slot has an answer of its own.
    const body = Buffer.from(i % 3 === 1 ? '{' : JSON.stringify({ id: `evt_${i}`, object: 'event', type: 'topup.created', created: 1, livemode: false, data: { object: {} } }));
    await peer.write(posted(body, i % 3 === 0 ? { HTTP_STRIPE_SIGNATURE: 't=1,v1=00' } : {}));
    return peer;
  }));
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  const statuses = await Promise.all(peers.map(async (peer) => /Status: (\d+)/.exec(await peer.text())?.[1]));
  assert.deepEqual(statuses, peers.map((_, i) => ['400', '400', '200'][i % 3]));
  assert.deepEqual(app.answering('webhook'), pids, 'by the same processes');
});

test('a body over the limit is read to its end and refused', async (t) => {
  const app = await startAdmit({ t });
  const event = await paidEvent(app, 5);
  for (const size of [MIB + 1, 3 * MIB]) {
    const peer = connect(socketsOf(app, 'webhook')[0]);
    await peer.write(posted(ofSize(event, size)));
    assert.match(await peer.text(), /Status: 413/);
  }
  assert.equal((await app.event(event)).status, 200);
});

test('who leaves or gives up in the middle has sent nothing', async (t) => {
  const app = await startAdmit({ t });
  const event = await paidEvent(app, 5);
  const bytes = posted(Buffer.from(JSON.stringify(event)));
  const [file] = socketsOf(app, 'webhook');
  for (let at = 0; at < bytes.length; at += 101) {
    const peer = connect(file);
    await peer.write(bytes.subarray(0, at));
    peer.destroy();
  }
  const gaveUp = connect(file);
  await gaveUp.write(Buffer.concat([bytes.subarray(0, -8), ABORT]));
  assert.equal(await gaveUp.text(), '', 'who gives up wants no answer');
  assert.deepEqual(app.sql('SELECT COUNT(*) FROM inbox'), [['0']]);
  assert.equal((await app.event(event)).status, 200);
});

test('questions about the program itself are answered, between the records of a request as well', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200);
  const [file] = socketsOf(app, 'webhook');
  const event = await paidEvent(app, 5);
  const bytes = posted(Buffer.from(JSON.stringify(event)));
  const asked = GET_VALUES('FCGI_MPXS_CONNS', 'FCGI_MAX_CONNS', 'FCGI_OTHER', 'FCGI_MAX_REQS');
  const strange = record(77, Buffer.from('what is this?'), 0);
  const answers = [
    { type: 10, id: 0, content: Buffer.concat([short('FCGI_MAX_CONNS', '128'), short('FCGI_MAX_REQS', '128'), short('FCGI_MPXS_CONNS', '0')]) },
    { type: 11, id: 0, content: Buffer.from([77, 0, 0, 0, 0, 0, 0, 0]) },
  ];

  const alone = connect(file);
  await alone.write(asked);
  await until(() => recordsOf(alone.said()).length === 1);
  await alone.write(strange);
  await until(() => recordsOf(alone.said()).length === 2);
  assert.deepEqual(recordsOf(alone.said()), answers);
  await alone.write(bytes);
  assert.match(await alone.text(), /Status: 200/, 'and the request that follows is answered');

  for (const step of [1, 7, 1e6]) { // in drops, and all at once
    const whole = Buffer.concat([asked, bytes.subarray(0, 16), strange, bytes.subarray(16)]);
    const peer = connect(file);
    for (let at = 0; at < whole.length; at += step) await peer.write(whole.subarray(at, at + step));
    const said = await peer.text();
    assert.deepEqual(recordsOf(said).slice(0, 2), answers, `by ${step}`);
    assert.match(said, /Status: 200/, `by ${step}`);
  }
  assert.deepEqual(app.sql('SELECT is_paid FROM users WHERE tg_id = 5'), [['1']]);
});

test('a second request on the same connection is refused, the first is answered', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200);
  const event = await paidEvent(app, 5);
  const bytes = posted(Buffer.from(JSON.stringify(event)));
  const second = Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]), 2), record(4, pair(['REQUEST_METHOD', 'GET']), 2), record(4, Buffer.alloc(0), 2),
    record(5, Buffer.alloc(0), 2)]);
  for (const step of [5, 1e6]) {
    const whole = Buffer.concat([bytes.subarray(0, 16), second, bytes.subarray(16)]);
    const peer = connect(socketsOf(app, 'webhook')[0]);
    for (let at = 0; at < whole.length; at += step) await peer.write(whole.subarray(at, at + step));
    const said = recordsOf(await peer.text());
    assert.deepEqual(said[0], { type: 3, id: 2, content: Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]) }, 'END_REQUEST, CANT_MPX_CONN');
    assert.match(said.filter(({ type, id }) => type === 6 && id === 1).map(({ content }) => content).join(''), /Status: 200/);
    assert.deepEqual(said.at(-1), { type: 3, id: 1, content: Buffer.alloc(8) });
  }
});

test('what everybody could fetch is not used: a ledger below the web root', async (t) => {
  for (const [root, status] of [['/var/empty', 200], ['/', 200], [(app) => app.dir, 500], [(app) => `${app.dir}/../${path.basename(app.dir)}/`, 500]]) {
    const app = await startAdmit({ t });
    const event = await paidEvent(app, 5);
    const peer = connect(socketsOf(app, 'webhook')[0]);
    await peer.write(posted(Buffer.from(JSON.stringify(event)), { DOCUMENT_ROOT: typeof root === 'string' ? root : root(app) }));
    assert.match(await peer.text(), new RegExp(`Status: ${status}`), String(root));
    assert.equal(/file_below_web_root/.test(app.log()), status === 500);
    assert.equal((await app.event(event)).status, status, 'once seen, it stays');
    await app.stop();
  }
});

test('a trusted proxy tells of plain http: pages move to https, posts are refused', async (t) => {
  const app = await startAdmit({ t, baseUrl: () => 'https://pay.example.com/shop', env: { TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' } });
  const over = (where, proto, how = {}) => app.request(where, { ...how, headers: { 'x-forwarded-proto': proto } });
  for (const where of ['/pay?tg_id=5&x=%2F', '/cgi-bin/pay.fcgi?tg_id=5&x=%2F']) {
    const moved = await over(where, 'http');
    assert.deepEqual([moved.status, moved.headers.get('location')], [303, 'https://pay.example.com/shop/pay?tg_id=5&x=%2F']);
  }
  assert.equal(app.stripe.requests.length, 0);
  assert.equal((await over('/pay?tg_id=5', 'https')).headers.get('location'), [...app.stripe.sessions.values()][0].url);
  assert.equal((await app.request('/pay?tg_id=5')).status, 303, 'who says nothing is let through: the proxy may not say it');
  for (const where of ['/webhook', '/tgupdate']) assert.equal((await over(where, 'http', { method: 'POST', body: '{}' })).status, 401);

  const stranger = await startAdmit({ t, baseUrl: () => 'https://pay.example.com', env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
  const answer = await stranger.request('/pay?tg_id=5', { headers: { 'x-forwarded-proto': 'http' } });
  assert.equal(answer.headers.get('location'), [...stranger.stripe.sessions.values()][0].url, 'nobody else is believed');
});

test('programs give up what they do not need', async (t) => {
  const app = await startAdmit({ t, env: { LOG_LEVEL: 'debug' } });
  assert.equal((await app.buy(5)).status, 200);
  await app.update({ update_id: 1 }, { isReal: false });
  await until(() => app.invites(5).length > 0, PATIENCE_MS, 'the worker, who is started by the parent, may call');
  const lines = app.log().split('\n').filter((line) => line.includes('ev=confined'));
  const of = (name) => lines.filter((line) => line.includes(`prog=${name} `)).map((line) => /no_new_rights=.*/.exec(line)[0]);
  const best = [...lines].map((line) => /writes=(\d)/.exec(line)[1]).includes('1'); // this kernel has Landlock
  const held = (calls) => `no_new_rights=1 writes=${best ? 1 : 0} calls=${best ? calls : 0} `;
  for (const [name, calls] of [['webhook', '[01]'], ['tgupdate', '[01]'], ['pay', '0'], ['worker', '0']]) {
    assert.ok(of(name).length > 0, name);
    for (const line of of(name)) assert.match(line, new RegExp(`^${held(calls)}`), name);
  }
  assert.deepEqual(new Set(of('webhook')), new Set(of('tgupdate')));
});
