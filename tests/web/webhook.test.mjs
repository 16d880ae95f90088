// POST /webhook: whose events count, what each of them does, and what a broken ledger means.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { renameSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { SECRETS, sign, startAdmit } from './harness.mjs';

const NOW = () => Math.floor(Date.now() / 1000);
const SECRET = SECRETS.STRIPE_WEBHOOK_SECRET;
const ROLLED = 'whsec_theNewOne';

describe('signatures', () => {
  let app, payload;
  before(async () => {
    app = await startAdmit({ env: { STRIPE_WEBHOOK_SECRET: `${ROLLED},${SECRET}` } });
    payload = JSON.stringify(app.stripe.event('customer.created', { id: 'cus_1', object: 'customer' }));
  });
  after(() => app.stop());

  const post = (body, signature, where = '/webhook') => app.request(where, {
    method: 'POST', body, headers: { 'content-type': 'application/json', ...(signature === undefined ? {} : { 'stripe-signature': signature }) },
  });
  const v1 = (secret, t = NOW()) => /v1=(\w+)/.exec(sign(payload, { secret, timestamp: t }))[1];
  const zeros = '0'.repeat(64);

  const rows = [
    ['the first of two secrets', () => sign(payload, { secret: ROLLED }), 200],
    ['the second of two secrets', () => sign(payload, { secret: SECRET }), 200],
    ['a foreign secret', () => sign(payload, { secret: 'whsec_foreign' }), 400],
    ['both secrets joined by the comma', () => sign(payload, { secret: `${ROLLED},${SECRET}` }), 400],
    ['the secret without whsec_', () => sign(payload, { secret: SECRET.slice(6) }), 400],
    ['no header', () => undefined, 400],
    ['an empty header', () => '', 400],
    ['no header of this kind', () => 'bad_header', 400],
    ["not even one", () => "i'm not even a real signature header", 400],
    ['no stamp', () => `v1=${v1(SECRET)}`, 400],
    ['an empty stamp', () => `t=,v1=${v1(SECRET)}`, 400],
    ['stamp and scheme confused', () => 'v1,t=1', 400],
    ['a stamp that is no number', () => `t=${NOW()}x,v1=${v1(SECRET)}`, 400],
    ['a stamp with an exponent', () => `t=1e9,v1=${v1(SECRET)}`, 400],
    ['a negative stamp', () => `t=-${NOW()},v1=${v1(SECRET)}`, 400],
    ['two different stamps', () => `t=${NOW()},t=1,v1=${v1(SECRET)}`, 400],
    ['the same stamp twice', () => `t=${NOW()},t=${NOW()},v1=${v1(SECRET)}`, 200],
    ['scheme v0 only', () => sign(payload, { secret: SECRET }).replace('v1=', 'v0='), 400],
    ['wrong bytes', () => `t=${NOW()},v1=${zeros}`, 400],
    ['no hex', () => `t=${NOW()},v1=bad_signature`, 400],
    ['a part of it', () => `t=${NOW()},v1=${v1(SECRET).slice(0, 8)}`, 400],
    ['empty', () => `t=${NOW()},v1=`, 400],
    ['a bad one before the good one', () => `t=${NOW()},v1=potato,v1=${v1(SECRET)}`, 200],
    ['a bad one behind the good one', () => `t=${NOW()},v1=${v1(SECRET)},v1=${zeros}`, 200],
    ['with v0 beside it', () => `t=${NOW()},v0=${zeros},v1=${v1(SECRET)}`, 200],
    ['rolled: both sign, the new one first', () => `t=${NOW()},v1=${v1(ROLLED)},v1=${v1(SECRET)}`, 200],
    ['rolled: both sign, the old one first', () => `t=${NOW()},v1=${v1(SECRET)},v1=${v1(ROLLED)}`, 200],
    ['just young enough', () => sign(payload, { secret: SECRET, timestamp: NOW() - 297 }), 200],
    ['too old', () => sign(payload, { secret: SECRET, timestamp: NOW() - 305 }), 400],
    ['from 1970', () => sign(payload, { secret: SECRET, timestamp: 12345 }), 400],
    ['too far ahead', () => sign(payload, { secret: SECRET, timestamp: NOW() + 305 }), 400],
    ['a little ahead', () => sign(payload, { secret: SECRET, timestamp: NOW() + 290 }), 200],
    ['another body signed', () => sign(`${payload} `, { secret: SECRET }), 400],
    ['five thousand bytes of header', () => `t=${NOW()},${'v1=00,'.repeat(900)}v1=${v1(SECRET)}`, 400],
  ];
  for (const [why, header, status] of rows)
    test(`signature: ${why}`, async () => assert.equal((await post(payload, header())).status, status));

  const MIB = 1024 * 1024;
  const padded = (size) => {
    const head = '{"id":"evt_pad","object":"event","type":"customer.created","livemode":false,"data":{"object":{}},"pad":"';
    return `${head}${'x'.repeat(size - head.length - 2)}"}`;
  };
  const bodies = [
    ['nothing', '', 400],
    ['no JSON', 'hello', 400],
    ['an array', '[]', 400],
    ['an object without an id', '{"type":"x"}', 400],
    ['cut off', '{"id":"evt_1","type":"x"', 400],
    ['100,000 levels', `{"id":"evt_1","type":"x","a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, 400],
    ['half a million elements', `{"id":"evt_wide","type":"x","a":[${'1,'.repeat(499_999)}1]}`, 200],
    ['a NUL inside', '{"id":"evt_1\u0000","type":"x"}', 400],
    ['an escaped NUL in the id', '{"id":"evt_1\\u0000","type":"x"}', 400],
    ['bad UTF-8', Buffer.from('{"id":"evt_1","type":"\xff\xfe"}', 'latin1'), 400],
    ['1 MiB', padded(MIB), 200],
    ['1 MiB and one byte', padded(MIB + 1), 413],
    ['a thin event', '{"id":"evt_thin","object":"v2.core.event","type":"v1.billing.meter.no_meter_found","related_object":null}', 200],
  ];
  for (const [why, body, status] of bodies)
    test(`signed body: ${why}`, async () => {
      const signature = typeof body === 'string' ? sign(body, { secret: SECRET }) : undefined;
      assert.equal((await post(body, signature)).status, status);
    });

  test('other methods, other addresses', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal((await app.request('/webhook', { method })).status, 405, method);
    assert.equal((await app.request('/webhook', { method: 'HEAD' })).status, 405);
    for (const where of ['/stripe/webhook', '/cgi-bin/webhook.fcgi', '/webhook/'])
      assert.equal((await post(payload, sign(payload, { secret: SECRET }), where)).status, 200, where);
  });
});

describe('events', () => {
  let app, tgId = 10_000;
  before(async () => { app = await startAdmit(); });
  after(() => app.stop());

  const isPaid = (id) => app.sql(`SELECT is_paid FROM users WHERE tg_id = ${id}`)[0]?.[0];
  /** Everything that was owed so far has gone out when this buyer's invite has. */
  const sentinel = async () => {
    tgId += 1;
    await app.buy(tgId);
    await app.invited(tgId);
    await app.settled();
  };
  const completed = (session, more = {}) => app.stripe.event('checkout.session.completed', { ...session, status: 'complete', ...more });
  const fresh = async () => {
    tgId += 1;
    const session = app.stripe.sessions.get(await app.open(tgId));
    return { id: tgId, session };
  };

  const statuses = [
    ['paid', 'paid', '1', 1],
    ['nothing to pay', 'no_payment_required', '1', 1],
    ['not yet paid', 'unpaid', '0', 0],
  ];
  for (const [why, paymentStatus, paid, nInvites] of statuses)
    test(`completed: ${why}`, async () => {
      const { id, session } = await fresh();
      assert.equal((await app.event(completed(session, { payment_status: paymentStatus }))).status, 200);
      await sentinel();
      assert.equal(isPaid(id), paid);
      assert.equal(app.invites(id).length, nInvites);
      if (paymentStatus === 'unpaid') await app.told(id, 'обробляє');
    });

  test('the bank confirms later', async () => {
    const { id, session } = await fresh();
    await app.event(await app.stripe.payAsync(session.id));
    await app.told(id, 'обробляє');
    assert.match((await app.request(`/pay?tg_id=${id}`)).text, /Платити ще раз не потрібно/);
    await app.event(await app.stripe.asyncSucceeded(session.id));
    await app.invited(id);
    assert.equal(isPaid(id), '1');
  });

  test('the bank declines later', async () => {
    const { id, session } = await fresh();
    await app.event(await app.stripe.payAsync(session.id));
    await app.event(await app.stripe.asyncFailed(session.id));
    await app.told(id, 'не підтвердив');
    assert.equal(isPaid(id), '0');
    assert.equal((await app.request(`/pay?tg_id=${id}`)).status, 303, 'and may try again');
    assert.equal(app.invites(id).length, 0);
  });

  test('expired: the next click is a new session', async () => {
    const { id, session } = await fresh();
    await app.event(await app.stripe.expire(session.id));
    assert.notEqual(await app.open(id), session.id);
  });

  test('news in every order: one invite', async () => {
    const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    const ids = [];
    for (const order of orders) {
      const { id, session } = await fresh();
      const news = [
        completed(session, { payment_status: 'unpaid' }),
        app.stripe.event('checkout.session.async_payment_succeeded', { ...session, status: 'complete', payment_status: 'paid' }),
        app.stripe.event('checkout.session.async_payment_succeeded', { ...session, status: 'complete', payment_status: 'paid' }),
      ];
      for (const i of order) assert.equal((await app.event(news[i])).status, 200);
      ids.push(id);
    }
    await sentinel();
    for (const id of ids) assert.deepEqual([isPaid(id), app.invites(id).length], ['1', 1]);
  });

  test('50 copies at once: one invite', async () => {
    const { id, session } = await fresh();
    const event = await app.stripe.pay(session.id);
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.event(event)));
    assert.deepEqual(answers.map(({ status }) => status), Array(50).fill(200));
    await sentinel();
    assert.equal(app.invites(id).length, 1);
  });

  test('20 events of one session at once: one invite', async () => {
    const { id, session } = await fresh();
    const paid = { ...session, payment_status: 'paid' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.event(completed(paid))));
    assert.deepEqual(answers.map(({ status }) => status), Array(20).fill(200));
    await sentinel();
    assert.equal(app.invites(id).length, 1);
  });

  test('a session that the ledger has not seen, with our metadata', async () => {
    const { session } = await fresh();
    const other = { ...session, id: 'cs_test_neverSeen', payment_status: 'paid', metadata: { tg_id: '424242' }, client_reference_id: null };
    await app.event(completed(other));
    await app.invited(424242);
    assert.deepEqual(app.sql('SELECT is_paid, session_id FROM users WHERE tg_id = 424242'), [['1', 'cs_test_neverSeen']]);
  });

  test('what is not ours is 200 and does nothing', async () => {
    const { session } = await fresh();
    const rows = (table) => app.sql(`SELECT COUNT(*) FROM ${table}`)[0][0];
    const before = [rows('users'), rows('orders'), rows('jobs')];
    const foreign = { ...session, payment_status: 'paid', metadata: {} };
    const strangers = [
      completed({ ...foreign, id: 'cs_test_foreign1' }),
      completed({ ...foreign, id: 'cs_test_foreign2', metadata: null }),
      completed({ ...foreign, id: 'cs_test_foreign3', metadata: { tg_id: '-5' } }),
      completed({ ...foreign, id: 'cs_test_foreign4', metadata: { tg_id: 'x' }, client_reference_id: '5' }),
      app.stripe.event('checkout.session.completed', { ...session, status: 'complete', payment_status: 'paid' }, { livemode: true }),
      app.stripe.event('checkout.session.completed', null),
      app.stripe.event('checkout.session.completed', { object: 'checkout.session' }),
    ];
    for (const event of strangers) assert.equal((await app.event(event)).status, 200);
    for (const type of ['customer.created', 'payment_intent.succeeded', 'charge.succeeded', 'product.updated', 'payout.paid',
      'account.updated', 'invoice.created', 'price.created', 'charge.updated', 'mandate.updated', 'x'.repeat(100), 'checkout.session'])
      assert.equal((await app.event(app.stripe.event(type, { id: 'x' }))).status, 200, type);
    assert.deepEqual([rows('users'), rows('orders'), rows('jobs')], before);
    assert.match(app.log(), /ev=event_of_other_mode/);
    assert.match(app.log(), /ev=session_foreign/);
    assert.match(app.log(), /ev=event_not_needed/);
  });

  test('refunded in full: out, and told so; in part: stays', async () => {
    const one = await fresh(), two = await fresh();
    await app.event(await app.stripe.pay(one.session.id));
    await app.event(await app.stripe.pay(two.session.id));
    await app.event(await app.stripe.refund(one.session.id));
    await app.event(await app.stripe.refund(two.session.id, 100));
    await app.told(one.id, 'повернуто');
    await sentinel();
    assert.deepEqual([isPaid(one.id), isPaid(two.id)], ['0', '1']);
    assert.equal((await app.request(`/pay?tg_id=${one.id}`)).status, 303, 'may buy again');
  });
});

describe('a ledger in trouble', () => {
  let app;
  before(async () => { app = await startAdmit(); await app.buy(1); await app.invited(1); await app.settled(); });
  after(() => app.stop());

  test('its file is away: 503, nothing half done, healed by redelivery', async () => {
    const id = await app.open(2);
    const event = await app.stripe.pay(id);
    await app.admit(['work', '--stop']);
    renameSync(`${app.dir}/admit.db`, `${app.dir}/kept.db`);
    for (const tail of ['-wal', '-shm']) try { renameSync(`${app.dir}/admit.db${tail}`, `${app.dir}/kept.db${tail}`); } catch { /* none */ }
    execFileSync('mkdir', [`${app.dir}/admit.db`]);
    app.web.kill('SIGUSR1'); // the programs are started anew and find no ledger
    while ((await app.request('/health').catch(() => ({}))).status !== 503) await new Promise((done) => setTimeout(done, 20));
    const refused = await app.event(event);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    const pay = await app.request('/pay?tg_id=3');
    assert.equal(pay.status, 303, 'buyers can pay all the same');
    assert.equal((await app.request('/health')).status, 503);
    execFileSync('rmdir', [`${app.dir}/admit.db`]);
    for (const tail of ['', '-wal', '-shm']) try { renameSync(`${app.dir}/kept.db${tail}`, `${app.dir}/admit.db${tail}`); } catch { /* none */ }
    assert.equal((await app.event(event)).status, 200);
    await app.invited(2);
    const late = await app.stripe.pay(app.sessionAt(pay.headers.get('location')));
    assert.equal((await app.event(late)).status, 200, 'the event brings the order that was never written');
    await app.invited(3);
    await app.settled();
    assert.deepEqual([app.invites(1).length, app.invites(2).length, app.invites(3).length], [1, 1, 1]);
  });

  test('somebody else holds the lock for too long: 503, and later 200', async () => {
    const id = await app.open(4);
    const event = await app.stripe.pay(id);
    const holder = spawn('sqlite3', [`${app.dir}/admit.db`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const isHeld = new Promise((done) => holder.stdout.once('data', done));
    holder.stdin.write('BEGIN IMMEDIATE;\nSELECT 1;\n');
    await isHeld;
    const refused = await app.event(event);
    assert.equal(refused.status, 503);
    assert.ok(refused.ms < 7000, `${refused.ms} ms`);
    const gone = new Promise((done) => holder.once('exit', done));
    holder.stdin.end('COMMIT;\n');
    await gone;
    assert.equal((await app.event(event)).status, 200);
    await app.invited(4);
  });
});
