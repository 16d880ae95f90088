// POST /webhook: whose events count, what each of them does, and what a broken ledger means.

import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { BARE, LINK, PATIENCE_MS, SECRETS, SHOP, sign, startAdmit, until } from './harness.mjs';

const SECRET = SECRETS.STRIPE_WEBHOOK_SECRET;
const ROLLED = 'whsec_theNewOne';

describe('signatures', () => {
  let app, payload;
  before(async () => {
    app = await startAdmit({ env: { STRIPE_WEBHOOK_SECRET: `${ROLLED},${SECRET}` } });
    payload = JSON.stringify(app.stripe.event('customer.created', { id: 'cus_1', object: 'customer' }));
  });
  after(() => app?.stop());

  const post = (body, signature, where = '/webhook') => app.request(where, {
    method: 'POST', body, headers: { 'content-type': 'application/json', ...(signature === undefined ? {} : { 'stripe-signature': signature }) },
  });
  /** One moment for each row: its stamp and what is signed are not to fall into two seconds. */
  let moment;
  const NOW = () => moment;
  const v1 = (secret, t = NOW()) => /v1=(\w+)/.exec(sign(payload, { secret, timestamp: t }))[1];
  const zeros = '0'.repeat(64);
  const flipped = (hex) => (parseInt(hex[0], 16) ^ 1).toString(16) + hex.slice(1);

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
    ['a blank behind the comma, which belongs to the name', () => `t=${NOW()}, v1=${v1(SECRET)}`, 400],
    ['a stamp with a blank', () => `t= ${NOW()},v1=${v1(SECRET)}`, 400],
    ['a stamp with a fraction', () => `t=${NOW()}.0,v1=${v1(SECRET)}`, 400],
    ['a hexadecimal stamp', () => `t=0x${NOW().toString(16)},v1=${v1(SECRET)}`, 400],
    ['a stamp with an underline', () => `t=1_000_000_000,v1=${v1(SECRET)}`, 400],
    ['a stamp of thirteen digits', () => `t=${NOW()}000,v1=${v1(SECRET)}`, 400],
    ['a stamp beyond 64 bits', () => `t=${'9'.repeat(40)},v1=${v1(SECRET)}`, 400],
    ['the stamp behind the signature', () => `v1=${v1(SECRET)},t=${NOW()}`, 200],
    ['too short by one letter', () => `t=${NOW()},v1=${v1(SECRET).slice(0, -1)}`, 400],
    ['too long by one letter', () => `t=${NOW()},v1=${v1(SECRET)}0`, 400],
    ['one bit off', () => `t=${NOW()},v1=${flipped(v1(SECRET))}`, 400],
    ['words that mean nothing beside it', () => `t=${NOW()},x,y=1,=,v1=${v1(SECRET)}`, 200],
    ['another scheme alone', () => `t=${NOW()},v2=${v1(SECRET)}`, 400],
    ['the scheme in capitals', () => `t=${NOW()},V1=${v1(SECRET)}`, 400],
    ['the stamp of another signature', () => `t=${NOW() - 60},v1=${v1(SECRET)}`, 400],
    ['just young enough', () => sign(payload, { secret: SECRET, timestamp: NOW() - 298 }), 200],
    ['too old by a moment', () => sign(payload, { secret: SECRET, timestamp: NOW() - 301 }), 400],
    ['too old by five seconds', () => sign(payload, { secret: SECRET, timestamp: NOW() - 305 }), 400],
    ['from 1970', () => sign(payload, { secret: SECRET, timestamp: 12345 }), 400],
    ['too far ahead', () => sign(payload, { secret: SECRET, timestamp: NOW() + 305 }), 400],
    ['a little ahead', () => sign(payload, { secret: SECRET, timestamp: NOW() + 290 }), 200],
    ['another body signed', () => sign(`${payload} `, { secret: SECRET }), 400],
    ['five thousand bytes of header', () => `t=${NOW()},${'v1=00,'.repeat(900)}v1=${v1(SECRET)}`, 400],
  ];
  for (const [why, header, status] of rows)
    test(`signature: ${why}`, async () => {
      moment = Math.floor(Date.now() / 1000);
      assert.equal((await post(payload, header())).status, status);
    });

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
    ['bad UTF-8 in what nobody reads', Buffer.from('{"id":"evt_1","type":"x","a":"\x80"}', 'latin1'), 400],
    ['good UTF-8', '{"id":"evt_utf8","type":"customer.created","note":"їжак 🦔"}', 200],
    ['null', 'null', 400],
    ['a text', '"evt_1"', 400],
    ['two objects', '{"id":"evt_1","type":"x"}{}', 400],
    ['a byte order mark', '\uFEFF{"id":"evt_bom","type":"x"}', 400],
    ['an id of another type', '{"id":5,"type":"x"}', 400],
    ['a type of another type', '{"id":"evt_other","type":{},"livemode":false}', 200],
    ['no type', '{"id":"evt_none","livemode":false}', 200],
    ['no mode', '{"id":"evt_modeless","type":"x"}', 200],
    ['a thin event of a kind to come', '{"id":"evt_thin","object":"v2.core.event","type":"v3.x","created":"2026-10-01T00:00:00Z","related_object":[]}', 200],
    ['1 MiB', padded(MIB), 200],
    ['1 MiB and one byte', padded(MIB + 1), 413],
    ['a thin event', '{"id":"evt_thin","object":"v2.core.event","type":"v1.billing.meter.no_meter_found","related_object":null}', 200],
  ];
  for (const [why, body, status] of bodies)
    test(`signed body: ${why}`, async () => {
      assert.equal((await post(body, sign(body, { secret: SECRET }))).status, status);
    });

  test('signed bytes are judged as they are: one blank more is another body', async () => {
    const pretty = JSON.stringify(JSON.parse(payload), null, 2);
    assert.equal((await post(pretty, sign(pretty, { secret: SECRET }))).status, 200);
    assert.equal((await post(pretty, sign(payload, { secret: SECRET }))).status, 400);
  });

  /** A request as fetch would not send it. */
  const raw = (headers, body) => new Promise((done, fail) => {
    const req = request(`${app.base}/webhook`, { method: 'POST', headers }, (res) => res.resume().once('end', () => done(res.statusCode)));
    req.once('error', fail);
    for (const part of [body].flat()) req.write(part);
    req.end();
  });
  const two = [
    ['good and good', () => [sign(payload), sign(payload)], [200, 400]],
    ['good and bad', () => [sign(payload), 'bad_signature'], [200, 400]],
    ['bad and good', () => ['bad_signature', sign(payload)], [200, 400]],
    ['bad and bad', () => ['bad_signature', 'bad_signature'], [400]],
  ];
  for (const [why, headers, verdicts] of two)
    test(`the header twice, ${why}: one verdict`, async () =>
      assert.ok(verdicts.includes(await raw({ 'stripe-signature': headers(), 'content-length': Buffer.byteLength(payload) }, payload))));

  test('a body in pieces and without a length', async () => {
    const pieces = payload.match(/.{1,100}/gs);
    assert.equal(await raw({ 'stripe-signature': sign(payload), 'transfer-encoding': 'chunked' }, pieces), 200);
  });

  test('other methods, other addresses', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal((await app.request('/webhook', { method })).status, 405, method);
    assert.equal((await app.request('/webhook', { method: 'HEAD' })).status, 405);
    for (const where of ['/stripe/webhook', `${BARE}/webhook.fcgi`, '/webhook/', '/webhook/stripe', `${BARE}/webhook.fcgi/stripe`])
      assert.equal((await post(payload, sign(payload, { secret: SECRET }), where)).status, 200, where);
    for (const where of ['/webhook/nobody', '/webhook/strip', '/webhook/stripe/x', '/tgupdate/stripe'])
      assert.equal((await post(payload, sign(payload, { secret: SECRET }), where)).status, 404, where);
  });
});

describe('events', () => {
  let app, tgId = 10_000;
  before(async () => { app = await startAdmit(); });
  after(() => app?.stop());

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
    assert.match((await app.request(`/pay?tg_id=${id}`)).text, /Відповідь — у чаті з ботом/);
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
    const other = { ...session, id: 'cs_test_neverSeen', payment_status: 'paid', metadata: { tg_id: '424242', shop: SHOP }, client_reference_id: null };
    await app.event(completed(other));
    await app.invited(424242);
    assert.deepEqual(app.sql('SELECT is_paid, session_id FROM users WHERE tg_id = 424242'), [['1', 'cs_test_neverSeen']]);
  });

  const unseen = (session, id, metadata, more = {}) => completed({ ...session, id: `cs_test_unseen${id}`, payment_status: 'paid', metadata, ...more });
  const notOurs = [
    ['bears another shop\'s mark', { product: 'course', shop: '999' }, {}],
    ['bears no mark', { product: 'course' }, {}],
    ['bears no mark and names a product of another shop', { product: 'poker' }, {}],
    ['keeps a card and takes nothing', { product: 'course', shop: SHOP }, { mode: 'setup', payment_status: 'no_payment_required', amount_total: null }],
  ];
  for (const [i, [why, metadata, more]] of notOurs.entries())
    test(`a session that the ledger has not seen and that ${why}: not recorded, nobody is let in`, async () => {
      const { session } = await fresh();
      const id = 660_000 + i;
      assert.equal((await app.event(unseen(session, id, { tg_id: String(id), ...metadata }, more))).status, 200);
      await sentinel();
      assert.deepEqual([isPaid(id), app.invites(id).length], [undefined, 0]);
      assert.equal(app.sql(`SELECT * FROM orders WHERE session_id = 'cs_test_unseen${id}'`).length, 0);
    });

  test('a ledger from before the mark takes what bears none, if product and price fit', async () => {
    const { session } = await fresh();
    const kept = app.sql("SELECT value FROM marks WHERE key = 'accept_unmarked'");
    assert.deepEqual(kept, [['0']], 'a new ledger does not');
    app.write("UPDATE marks SET value = 1 WHERE key = 'accept_unmarked'; INSERT INTO renamed (product, is_now) VALUES ('former', 'course')");
    const rows = [['course', {}, '1'], ['former', {}, '1'], ['poker', {}, undefined], ['course', { amount_total: 500, amount_subtotal: 500 }, undefined], ['course', { currency: 'usd' }, undefined]];
    for (const [i, [product, more, end]] of rows.entries()) {
      await app.event(unseen(session, 670_000 + i, { tg_id: String(670_000 + i), product }, more));
      assert.equal(isPaid(670_000 + i), end, `${product} ${JSON.stringify(more)}`);
    }
    app.write("UPDATE marks SET value = 0 WHERE key = 'accept_unmarked'; DELETE FROM renamed");
  });

  test('a session of ours for a product that is not known opens no other: it is kept by its name', async () => {
    const { session } = await fresh();
    await app.event(unseen(session, 680_000, { tg_id: '680000', product: 'later', shop: SHOP }));
    await app.event(unseen(session, 680_001, { tg_id: '680001', product: 'No Name <b>', shop: SHOP }));
    assert.deepEqual(app.sql('SELECT product FROM orders WHERE tg_id IN (680000, 680001) AND paid_ms > 0 ORDER BY tg_id'), [['later'], ['unknown']]);
    assert.equal(app.sql("SELECT * FROM access WHERE tg_id IN (680000, 680001) AND product = 'course'").length, 0);
  });

  test('an event of an older API version counts', async () => {
    const { id, session } = await fresh();
    const event = app.stripe.event('checkout.session.completed', { ...session, status: 'complete', payment_status: 'paid' }, { api_version: '2020-08-27' });
    assert.equal((await app.event(event)).status, 200);
    await app.invited(id);
  });

  test('the same event five times in a row: one invite', async () => {
    const { id, session } = await fresh();
    const event = await app.stripe.pay(session.id);
    for (let i = 0; i < 5; i += 1) assert.equal((await app.event(event)).status, 200);
    await sentinel();
    assert.equal(app.invites(id).length, 1);
  });

  test('payment, refund and the bank\'s word in every order: out in the end, and invited at most once', async () => {
    const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    const ids = [];
    for (const order of orders) {
      const { id, session } = await fresh();
      const news = [
        await app.stripe.payAsync(session.id), await app.stripe.asyncSucceeded(session.id), await app.stripe.refund(session.id),
      ];
      for (const i of order) assert.equal((await app.event(news[i])).status, 200);
      ids.push(id);
    }
    await sentinel();
    for (const [i, id] of ids.entries()) {
      assert.equal(isPaid(id), '0', `${orders[i]}`);
      assert.ok(app.invites(id).length <= 1, `${orders[i]}`);
    }
  });

  test('expired and paid at once, in both orders: in', async () => {
    for (const isLate of [true, false]) {
      const { id, session } = await fresh();
      const news = [app.stripe.event('checkout.session.expired', { ...session, status: 'expired' }), completed({ ...session, payment_status: 'paid' })];
      for (const event of isLate ? news.reverse() : news) assert.equal((await app.event(event)).status, 200);
      await app.invited(id);
      assert.equal(isPaid(id), '1');
    }
  });

  test('refunded bit by bit: out with the last one', async () => {
    const { id, session } = await fresh();
    await app.event(await app.stripe.pay(session.id));
    await app.event(await app.stripe.refund(session.id, 400));
    assert.equal(isPaid(id), '1');
    await app.event(await app.stripe.refund(session.id));
    assert.equal(isPaid(id), '0');
    await app.told(id, 'повернуто');
  });

  test('one of two purchases refunded: still in, and not told otherwise', async () => {
    const { id, session } = await fresh();
    const paid = (await app.stripe.pay(session.id));
    await app.event(paid);
    const again = { ...session, id: 'cs_test_secondOfTwo', payment_intent: 'pi_secondOfTwo', payment_status: 'paid' };
    await app.event(completed(again));
    await app.event(await app.stripe.refund(session.id));
    await sentinel();
    assert.equal(isPaid(id), '1');
    assert.ok(!app.telegram.messages(id).some(({ text }) => text.includes('повернуто')));
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
      'account.updated', 'invoice.created', 'price.created', 'charge.updated', 'mandate.updated', 'balance.available', 'invoice.paid',
      'customer.subscription.deleted', 'payment_intent.payment_failed', 'setup_intent.created', 'topup.created', 'coupon.created',
      'x'.repeat(100), 'checkout.session', 'checkout.session.completed.', 'CHECKOUT.SESSION.COMPLETED'])
      assert.equal((await app.event(app.stripe.event(type, { id: 'x' }))).status, 200, type);
    assert.deepEqual([rows('users'), rows('orders'), rows('jobs')], before);
    assert.match(app.log(), /ev=event_of_other_mode/);
    assert.doesNotMatch(app.log(), /ev=session_foreign/, 'what other shops sell fills no log');
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
  after(() => app?.stop());

  test('it is away: 503, nothing half done, healed by redelivery', async () => {
    const id = await app.open(2);
    const event = await app.stripe.pay(id);
    await app.admit(['work', '--stop']);
    app.ledger.lose();
    if (app.ledger.outlivesLoss) {
      const knewIt = app.answering('webhook');
      app.restartPrograms(); // they find no ledger
      await until(() => !app.answering('webhook').some((pid) => knewIt.includes(pid)), PATIENCE_MS, 'whoever has it open still is gone');
    }
    await until(async () => (await app.request('/health').catch(() => ({}))).status === 503);
    const refused = await app.event(event);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    const pay = await app.request('/pay?tg_id=3');
    assert.equal(pay.status, 303, 'buyers can pay all the same');
    assert.equal((await app.request('/health')).status, 503);
    app.ledger.find();
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
    const letGo = await app.ledger.hold();
    const [refused, pay] = await Promise.all([app.event(event), app.request('/pay?tg_id=5')]);
    assert.equal(refused.status, 503);
    assert.ok(refused.ms < 7000, `${refused.ms} ms`);
    assert.equal(pay.status, 303, 'buyers can pay all the same');
    assert.equal(app.invites(4).length, 0, 'nothing is half done');
    await letGo();
    assert.equal((await app.event(event)).status, 200);
    await app.invited(4);
    const late = await app.stripe.pay(app.sessionAt(pay.headers.get('location')));
    assert.equal((await app.event(late)).status, 200, 'the event brings the order that was never written');
    await app.invited(5);
    await app.settled();
    assert.deepEqual([app.invites(4).length, app.invites(5).length], [1, 1]);
  });

  const broken = [
    ['a folder is in its place', (dir) => mkdirSync(`${dir}/admit.db`), (dir) => rmdirSync(`${dir}/admit.db`), 'admit.db'],
    ['its folder is missing', () => {}, (dir) => mkdirSync(`${dir}/data`), 'data/admit.db'],
  ];
  for (const [why, damage, repair, file] of broken)
    test(`from the start ${why}: 503, and 200 once it is mended, without a restart`, async (t) => {
      let where;
      const fresh = await startAdmit({ t, ledger: file, prepare: (dir) => { where = dir; damage(dir); } });
      const pay = await fresh.request('/pay?tg_id=9');
      assert.equal(pay.status, 303, 'buyers can pay all the same');
      const event = await fresh.stripe.pay(fresh.sessionAt(pay.headers.get('location')));
      const refused = await fresh.event(event);
      assert.equal(refused.status, 503);
      assert.ok(Number(refused.headers.get('retry-after')) > 0);
      assert.equal((await fresh.say(9, '/pay')).status, 503, 'Telegram sends it again as well');
      const thanks = await fresh.request(`/paid?session_id=${event.data.object.id}`);
      assert.deepEqual([thanks.status, thanks.text.includes(LINK)], [200, false], 'the thank-you page promises nothing');
      assert.equal(fresh.telegram.calls.length, 0, 'nothing is half done');
      repair(where);
      assert.equal((await fresh.event(event)).status, 200);
      await fresh.invited(9);
    });
});
