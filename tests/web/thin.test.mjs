// Thin events, which name their object and do not hold it: whatever Stripe tells, the end is the same as by events with
// the object in them, by either kind alone and by both, in either order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IS_SANITIZED, LINK, startAdmit, until } from './harness.mjs';

const ADMIN = 900;
const [SOLD, REFUNDED, RESTORED, DISPUTED, WON, WARNED, LATE, REFUSED, GONE] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** How what happened is told. */
const ways = {
  'by thin events alone': (app, event) => [app.stripe.thin(event)],
  'thin, then with its object': (app, event) => [app.stripe.thin(event), 'settled', event],
  'with its object, then thin': (app, event) => [event, 'settled', app.stripe.thin(event)],
  'both at once, and each twice': (app, event) => [[app.stripe.thin(event), event, app.stripe.thin(event), event]],
};
const whole = (app, event) => [event];
/** What is told twice or by turns is the same to the sanitizers, and told in each of these. */
const WAYS = Object.entries(ways).filter((_, i) => !IS_SANITIZED || i % 2 === 0);

/** Tells all that happened since it was called last. */
function teller(app, way) {
  let told = 0;
  return async () => {
    for (; told < app.stripe.events.length; told += 1) {
      for (const posts of way(app, app.stripe.events[told])) {
        if (posts === 'settled') await app.settled();
        else for (const { status } of await Promise.all([posts].flat().map((post) => app.event(post)))) assert.equal(status, 200);
      }
      await app.settled();
    }
  };
}

/** Without what no two runs have in common: names of objects and ports. */
const nameless = (text) => text.replace(/\b(cs_test|pi|ch|re|du|issfr|sub|in|evt)_\w+/g, '$1').replace(/(127\.0\.0\.1):\d+/g, '$1');
const said = (app, tgId) => app.telegram.messages(tgId).map(({ text }) => nameless(text ?? ''));

async function sales(t, way) {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN), RECONCILE_MINUTES: '0' } });
  const { stripe } = app, ids = {}, tell = teller(app, way);
  for (let tgId = SOLD; tgId <= GONE; tgId += 1) {
    const id = ids[tgId] = await app.open(tgId);
    if (tgId === GONE) await stripe.expire(id);
    else if (tgId === LATE || tgId === REFUSED) await stripe.payAsync(id);
    else await stripe.pay(id);
    await tell();
  }
  const steps = [
    () => stripe.asyncSucceeded(ids[LATE]), () => stripe.asyncFailed(ids[REFUSED]), () => stripe.refund(ids[REFUNDED]),
    () => stripe.refund(ids[RESTORED]), () => stripe.refundFailed(ids[RESTORED]), () => stripe.dispute(ids[DISPUTED]),
    () => stripe.dispute(ids[WON]), () => stripe.closeDispute(ids[WON], 'won'), () => stripe.warn(ids[WARNED]),
  ];
  for (const step of steps) {
    await step();
    await tell();
  }
  return {
    app,
    access: app.sql('SELECT tg_id, is_in, why FROM access ORDER BY tg_id'),
    buyers: Object.keys(ids).map((tgId) => said(app, Number(tgId))),
    operator: said(app, ADMIN).sort(),
  };
}

/** Each way plays in a world of its own, and what they mostly do is wait. */
const AT_ONCE = { concurrency: true };

test('sales, refunds, disputes and warnings end as by events with their objects', AT_ONCE, async (t) => {
  const { app: model, ...want } = await sales(t, whole);
  assert.deepEqual(want.access, [[SOLD, 1, 'paid'], [REFUNDED, 0, 'refunded'], [RESTORED, 1, 'paid'], [DISPUTED, 0, 'disputed'],
    [WON, 1, 'paid'], [WARNED, 1, 'paid'], [LATE, 1, 'paid'], [REFUSED, 0, 'not paid'], [GONE, 0, 'not paid']].map((row) => row.map(String)));
  assert.ok(!model.stripe.requests.some(({ path }) => path.startsWith('/v1/charges/')), 'nothing is read then');
  await Promise.all(WAYS.map(([name, way]) => t.test(name, async (s) => {
    const { app, ...got } = await sales(s, way);
    assert.deepEqual(got, want);
    const read = app.stripe.requests.filter(({ method, path }) => method === 'GET' && /^\/v1\/(charges|refunds|disputes|radar)\//.test(path));
    if (way === ways['by thin events alone']) assert.equal(read.length, 7, 'each object once an event');
    if (way === ways['with its object, then thin']) assert.equal(read.length, 0, 'what is known is not asked for');
  })));
});

async function renewals(t, way) {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN), RECONCILE_MINUTES: '0', PRICE_EVERY: 'month' } });
  const tell = teller(app, way), id = await app.open(SOLD);
  await app.stripe.pay(id);
  await tell();
  const sub = app.stripe.sessions.get(id).subscription, ends = [];
  const { billing } = app.stripe;
  for (const step of ['renew', 'fail', 'cancelAtEnd']) {
    await billing[step](sub);
    await tell();
    const end = billing.subscriptions.get(sub).items.data[0].current_period_end * 1000;
    const [untilMs] = app.sql('SELECT until_ms FROM access')[0];
    ends.push((Number(untilMs) - end) / 86_400_000);
  }
  await billing.payInvoice(billing.subscriptions.get(sub).latest_invoice);
  await billing.cancel(sub);
  await tell();
  return { app, ends, access: app.sql('SELECT is_in, why FROM access'), buyer: said(app, SOLD), operator: said(app, ADMIN).sort() };
}

test('a subscription goes on and ends as by events with their objects', AT_ONCE, async (t) => {
  const { app: _, ...want } = await renewals(t, whole);
  assert.equal(want.ends[0], 3, 'renewed: the period and its grace');
  await Promise.all(WAYS.map(([name, way]) => t.test(name, async (s) => {
    const { app, ...got } = await renewals(s, way);
    assert.deepEqual(got, want);
    if (way === ways['by thin events alone'])
      assert.ok(app.stripe.requests.some(({ path }) => path.startsWith('/v1/invoices/')), 'an invoice tells whose it is');
  })));
});

test('an endpoint that sends thin events: a sale and its refund, as Stripe delivers them', async (t) => {
  const app = await startAdmit({ t, env: { RECONCILE_MINUTES: '0' } });
  Object.assign(app.stripe, { payload: 'thin', webhookUrl: `${app.base}/webhook` });
  const id = await app.open(SOLD);
  await app.stripe.pay(id);
  await app.told(SOLD, LINK);
  await app.stripe.refund(id);
  await app.noted('SELECT 1 FROM users WHERE is_paid = 0');
  assert.ok(app.stripe.attempts.items.every(({ name, status }) => name.startsWith('v1.') && status === 200));
});

test('a key without the right to read it: the operators are told which, and all is well when it has it', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN), RECONCILE_MINUTES: '0' } });
  const { id } = await app.buy(SOLD);
  app.stripe.forbidden.add('charges');
  assert.equal((await app.event(app.stripe.thin(await app.stripe.refund(id)))).status, 200);
  await app.told(ADMIN, 'Charges and Refunds');
  assert.deepEqual(app.sql('SELECT is_paid FROM users'), [['1']]);
  app.stripe.forbidden.clear();
  await app.noted('SELECT 1 FROM users WHERE is_paid = 0');
  await app.settled();
});

test('an object that Stripe does not have, and a type that nobody needs', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN), RECONCILE_MINUTES: '0' } });
  await app.open(SOLD);
  const { stripe } = app;
  const gone = stripe.thin(stripe.event('charge.refunded', { object: 'charge', id: 'ch_gone' }));
  const foreign = stripe.thin(stripe.event('customer.created', { object: 'customer', id: 'cus_1' }));
  for (const post of [gone, foreign]) assert.equal((await app.event(post)).status, 200);
  await app.settled();
  await until(() => /level=info .*ev=object_gone .*ch_gone/.test(app.log()));
  assert.match(app.log(), /level=info .*ev=event_not_needed .*v1\.customer\.created/);
  assert.ok(!stripe.requests.some(({ path }) => path.includes('cus_1')));
  assert.equal(app.telegram.messages(ADMIN).length, 0);
});
