// Traffic as it is, behind whichever server: what Admit promises, and in servers.mjs where the servers differ.

import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:http';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { SERVER, sign, sleep, startAdmit } from './harness.mjs';
import { servers } from './servers.mjs';

const MIB = 1024 * 1024;
const differs = servers[SERVER];

/** An event of a size that means nothing to Admit. */
const ofSize = (id, size) => {
  const head = `{"id":"${id}","object":"event","type":"customer.created","livemode":false,"data":{"object":{}},"pad":"`;
  return `${head}${'x'.repeat(size - head.length - 2)}"}`;
};

describe(`traffic behind ${SERVER}`, () => {
  let app;
  before(async () => { app = await startAdmit(); });
  after(() => app?.stop());

  /** A request as fetch would not send it: { req, status }, the latter null where no answer came. */
  const open = (where, { method = 'GET', headers = {} } = {}) => {
    const req = request(`${app.base}${where}`, { method, headers, agent: false });
    const status = new Promise((done) => {
      req.once('response', (res) => res.on('error', () => {}).resume().once('close', () => done(res.statusCode)));
      req.once('error', () => done(null));
    });
    return { req, status };
  };
  const raw = (where, how) => {
    const { req, status } = open(where, how);
    req.end();
    return status;
  };
  const postEvent = (body, headers = {}) =>
    open('/webhook', { method: 'POST', headers: { 'stripe-signature': sign(body), 'content-type': 'application/json', ...headers } });
  const seen = (id) => app.sql(`SELECT COUNT(*) FROM inbox WHERE id = '${id}'`)[0][0] === '1';
  const sessions = () => app.stripe.sessions.size;

  // mod_fcgid by itself takes 131,072.
  for (const [why, size, status] of [['131,072 bytes', 131_072, 200], ['a byte more', 131_073, 200], ['140 KiB', 140 * 1024, 200], ['1 MiB', MIB, 200],
    ['1 MiB and a byte', MIB + 1, 413]])
    for (const how of ['with its length', 'in chunks'])
      test(`a body of ${why} ${how}: ${status}`, async () => {
        const body = ofSize(`evt_${size}_${how.length}`, size);
        const { req, status: got } = postEvent(body, how === 'in chunks' ? { 'transfer-encoding': 'chunked' } : { 'content-length': size });
        for (let at = 0; at < size; at += 60_000) req.write(body.slice(at, at + 60_000));
        req.end();
        assert.equal(await got, status);
        assert.equal(seen(`evt_${size}_${how.length}`), status === 200);
      });

  test('twenty slow uploads keep nobody waiting, and arrive', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => ofSize(`evt_slow${i}`, 40_000));
    const uploads = bodies.map((body) => ({ body, ...postEvent(body, { 'content-length': body.length }) }));
    const pieces = 8;
    for (let piece = 0; piece < pieces; piece += 1) {
      for (const { req, body } of uploads) req.write(body.slice(piece * 5000, (piece + 1) * 5000));
      assert.equal((await app.request('/health')).status, 200);
      await sleep(30); // or they were not slow
    }
    for (const { req } of uploads) req.end();
    assert.deepEqual(await Promise.all(uploads.map(({ status }) => status)), Array(20).fill(200));
    for (let i = 0; i < 20; i += 1) assert.ok(seen(`evt_slow${i}`));
  });

  test('who leaves in the middle of a body has sent nothing', async () => {
    const body = ofSize('evt_half', 40_000);
    for (const part of [0, 1, 20_000, 39_999]) {
      const { req, status } = postEvent(body, { 'content-length': body.length });
      await new Promise((done) => { req.write(body.slice(0, part) || '', () => setImmediate(done)); req.flushHeaders(); });
      req.destroy();
      await status;
    }
    assert.equal((await app.request('/health')).status, 200);
    assert.ok(!seen('evt_half'));
    const { req, status } = postEvent(body, { 'content-length': body.length });
    req.end(body);
    assert.equal(await status, 200);
  });

  test('who does not wait for the answer harms nobody, and may come again', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => ofSize(`evt_gone${i}`, 2000));
    for (const body of bodies) {
      const { req, status } = postEvent(body, { 'content-length': body.length });
      await new Promise((done) => { req.end(body, done); });
      req.destroy();
      await status;
    }
    const again = await Promise.all(bodies.map((body) => app.request('/webhook', { method: 'POST', body, headers: { 'stripe-signature': sign(body) } })));
    assert.deepEqual(again.map(({ status }) => status), Array(20).fill(200));
    for (let i = 0; i < 20; i += 1) assert.ok(seen(`evt_gone${i}`));
  });

  test('HEAD creates nothing and has no body', async () => {
    const n = sessions();
    for (const [where, status] of [['/pay?tg_id=11', 200], ['/health', 200], ['/cancel', 200], ['/webhook', 405]]) {
      const res = await app.request(where, { method: 'HEAD' });
      assert.deepEqual([res.status, res.text], [status, ''], where);
    }
    assert.equal(sessions(), n);
  });

  test('conditions and ranges are asked in vain: the page is answered', async () => {
    const conditions = { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() };
    assert.equal((await app.request('/cancel', { headers: conditions })).status, 200);
    assert.equal((await app.request('/cancel', { headers: { 'if-match': '"x"' } })).status, 200);
    assert.equal((await app.request('/pay?tg_id=12', { headers: { ...conditions, range: 'bytes=0-1' } })).status, 303);
  });

  test('OPTIONS and unknown methods create nothing', async () => {
    const n = sessions();
    for (const method of ['OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
      const res = await app.request('/pay?tg_id=13', { method });
      assert.equal(res.status, 405, method);
      assert.match(res.headers.get('allow'), /GET/, method);
    }
    assert.equal(sessions(), n);
  });

  test('an encoded name is the page or is not there', async () => {
    const n = sessions();
    const status = await raw('/%70ay?tg_id=14');
    assert.ok([303, 404].includes(status), `${status}`);
    assert.equal(sessions() - n, status === 303 ? 1 : 0);
  });

  test('what only looks like a page is none', async () => {
    const n = sessions();
    for (const where of ['/payfoo?tg_id=15', '/pay%2fz?tg_id=15', '/pay/z?tg_id=15', '/xpay?tg_id=15', '/pay.?tg_id=15', '/PAY?tg_id=15', '/pay;x?tg_id=15', '/pay%00?tg_id=15', '/webhook/x', '/'])
      assert.ok([400, 403, 404].includes(await raw(where)), `${where}: ${await raw(where)}`);
    assert.equal(sessions(), n);
  });

  test('seven kilobytes of headers pass; far too many are refused, and no harm done', async () => {
    assert.equal(await raw('/pay?tg_id=16', { headers: { cookie: `a=${'x'.repeat(7000)}` } }), 303);
    assert.equal(await raw('/pay?tg_id=16', { headers: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x-${i}`, 'x'.repeat(100)])) }), 303);
    assert.equal(await raw('/pay?tg_id=16', { headers: { cookie: `a=${'x'.repeat(32_000)}` } }), differs.longHeader);
    assert.equal(await raw('/pay?tg_id=16'), 303);
  });

  test('nothing hangs on Authorization, and nobody chooses our proxy', async () => {
    let calls = 0;
    const proxy = createServer((socket) => { calls += 1; socket.destroy(); }).listen(0, '127.0.0.1');
    await new Promise((done) => { proxy.once('listening', done); });
    const headers = { authorization: 'Basic YTpi', proxy: `http://127.0.0.1:${proxy.address().port}/` };
    assert.equal(await raw('/pay?tg_id=17', { headers }), 303);
    assert.equal(await raw('/health', { headers }), 200);
    assert.equal(calls, 0);
    await new Promise((done) => { proxy.close(done); });
  });

  test('many clicks at once, on connections of their own', async () => {
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, i) => raw(`/pay?tg_id=${100 + i}`)));
    assert.deepEqual(statuses, Array(40).fill(303));
  });
});

test(`TLS and HTTP/2 in front: ${SERVER}`, async (t) => {
  const app = await startAdmit({ t, tls: true });
  const socket = connectTls({
    host: '127.0.0.1', port: app.tlsPort, servername: 'localhost', ALPNProtocols: ['h2'], ca: readFileSync(`${app.dir}/fullchain.pem`),
  });
  await new Promise((done, fail) => { socket.once('secureConnect', done); socket.once('error', fail); });
  assert.equal(socket.alpnProtocol, 'h2');
  const session = connectHttp2(`https://localhost:${app.tlsPort}`, { createConnection: () => socket });
  const ask = (headers, body) => new Promise((done, fail) => {
    const stream = session.request(headers);
    let status;
    stream.once('response', (got) => { status = got[':status']; });
    stream.once('error', fail);
    stream.resume().once('close', () => done(status));
    stream.end(body);
  });
  try {
    const pays = await Promise.all(Array.from({ length: 20 }, (_, i) => ask({ ':path': `/pay?tg_id=${i + 1}` })));
    assert.deepEqual(pays, Array(20).fill(303));
    const [paid] = app.stripe.sessions.keys();
    const event = JSON.stringify(await app.stripe.pay(paid));
    assert.equal(await ask({ ':method': 'POST', ':path': '/webhook', 'stripe-signature': sign(event), 'content-length': Buffer.byteLength(event) }, event), 200);
    const big = ofSize('evt_h2', MIB);
    assert.equal(await ask({ ':method': 'POST', ':path': '/webhook', 'stripe-signature': sign(big), 'content-length': MIB }, big), 200);
    assert.equal(await ask({ ':method': 'POST', ':path': '/webhook', 'stripe-signature': 't=1,v1=00', 'content-length': Buffer.byteLength(event) }, event), 400);
    // Some servers want a length here.
    const unmeasured = ofSize('evt_unmeasured', 1000);
    const answer = await ask({ ':method': 'POST', ':path': '/webhook', 'stripe-signature': sign(unmeasured) }, unmeasured);
    assert.ok([200, 411].includes(answer), `${answer}`);
    assert.equal(app.sql("SELECT COUNT(*) FROM inbox WHERE id = 'evt_unmeasured'")[0][0], answer === 200 ? '1' : '0');
    assert.deepEqual(app.sql('SELECT COUNT(*) FROM users WHERE is_paid = 1'), [['1']]);
  } finally {
    session.close();
    await new Promise((done) => { socket.once('close', done); socket.end(); });
  }
});
