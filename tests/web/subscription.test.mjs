// Access that ends by itself, and subscriptions at Stripe: who is in the channel as the periods go by. Time passes by
// moving back what the ledger and Stripe hold of the future.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { IS_SANITIZED, PATIENCE_MS, SHOP, person, says, startAdmit, until } from './harness.mjs';
import { OF_ONE_WORKER } from './ledger.mjs';

const CHANNEL = -1001234567890;
const OPERATOR = 900;
const DAY_MS = 86_400_000;
const OLDER = '2024-06-20';
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;
const GRACE_DAYS = 3; // the default

const env = { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined, ADMIN_TG_IDS: String(OPERATOR), RECONCILE_MINUTES: '0' };

/** Who buys in a test: the same in each shop that it has for itself. */
const FIRST = 5;
let buyer = FIRST;

/** A shop of the test's own. */
const shop = (t, more = {}) => {
  buyer = FIRST;
  return startAdmit({ t, env: { ...env, PRICE_EVERY: 'month', ...more } });
};

/** The shop of all tests that look at nobody but their buyer, who is another one in each. */
let common, nBuyers = 0;
after(async () => (await common)?.stop());
async function commonShop() {
  common ??= startAdmit({ env: { ...env, PRICE_EVERY: 'month' } });
  const app = await common;
  app.stripe.setFault(null); // of a test that failed
  buyer = 10 * (nBuyers += 1) + FIRST;
  return app;
}

const isIn = (app, tgId = buyer) => app.telegram.channels.inside(CHANNEL).includes(tgId);
const becomes = (app, want, tgId = buyer) => until(() => isIn(app, tgId) === want, 20_000, `${tgId} is ${want ? 'in' : 'out'}`);
const linksOf = (app, tgId) => app.telegram.messages(tgId).map(({ text }) => PERSONAL.exec(text)?.[0]).filter(Boolean);
const said = (app, words, tgId = buyer) => app.telegram.messages(tgId).filter(({ text }) => text?.includes(words)).length;
const access = (app, tgId = buyer) => app.sql(`SELECT is_in, why FROM access WHERE tg_id = ${tgId}`)[0];
const untilMs = (app, tgId = buyer) => Number(app.sql(`SELECT until_ms FROM access WHERE tg_id = ${tgId}`)[0][0]);
const reads = (app) => app.stripe.requests.filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/subscriptions/'));
const statusAtStripe = (app, sub) => app.stripe.billing.subscriptions.get(sub).status;
const endings = (app, sub) => app.stripe.requests.filter(({ method, path }) => method !== 'GET' && path === `/v1/subscriptions/${sub}`);
const date = (ms) => new Intl.DateTimeFormat('uk', { dateStyle: 'long', timeZone: 'UTC' }).format(ms).replace(' р.', '');

async function enter(app, tgId = buyer, nth = 1) {
  await until(() => linksOf(app, tgId).length >= nth, 20_000, `link ${nth} for ${tgId}`);
  assert.equal(app.telegram.follow(person(tgId), linksOf(app, tgId).at(-1)), 'asked');
  await becomes(app, true, tgId);
}

async function tell(app, events) {
  for (const event of events) assert.equal((await app.event(event)).status, 200);
  await app.settled();
}

/** Buys the subscription and goes in: its id. */
async function subscribe(app, tgId = buyer) {
  const { id } = await app.buy(tgId);
  await enter(app, tgId);
  await app.settled();
  return app.stripe.sessions.get(id).subscription;
}

/** So many days go by for who has these subscriptions: for Stripe, for the ledger and for the worker. */
async function elapse(app, days, ...subs) {
  const ms = Math.round(days * DAY_MS);
  for (const sub of subs) app.stripe.billing.age(sub, Math.round(days * 86_400));
  const ids = subs.map((sub) => `'${sub}'`).join(), buyers = `tg_id IN (SELECT tg_id FROM orders WHERE subscription IN (${ids}))`;
  const moved = (table, whose, columns) => `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - ${ms}`).join(', ')} WHERE ${whose};`;
  app.write(moved('access', buyers, ['until_ms', 'paid_until_ms', 'remind_ms']) + moved('orders', buyers, ['until_ms'])
    + moved('subscriptions', `id IN (${ids})`, ['look_ms', 'period_start_ms', 'period_end_ms', 'ends_ms', 'paid_until_ms']));
  await app.admit(['work', '--once']); // or it wakes the one that runs
  const now = Date.now();
  await until(() => app.sql(`SELECT 1 FROM access WHERE (is_in = 1 AND until_ms <= ${now}) OR remind_ms <= ${now}
    UNION ALL SELECT 1 FROM subscriptions WHERE look_ms <= ${now}`).length === 0, 20_000, 'what is due is done');
  await app.settled();
}

/** The period of a subscription comes to its end, or so many days on from there. */
const elapseToEnd = (app, sub, days = 0.001) =>
  elapse(app, (app.stripe.billing.subscriptions.get(sub).items.data[0].current_period_end * 1000 - Date.now()) / DAY_MS + days, sub);

test('access that ends: removed at that moment, told once, and not before', async (t) => {
  const app = await startAdmit({ t, env });
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  for (const tgId of [5, 6]) {
    assert.equal((await app.admit(['grant', String(tgId)])).status, 0);
    await enter(app, tgId);
  }
  await app.settled();
  const soon = Date.now() + 1500;
  app.write(`UPDATE orders SET until_ms = ${soon} WHERE tg_id = 5; UPDATE access SET until_ms = ${soon} WHERE tg_id = 5`);
  await app.admit(['work', '--once']);
  await becomes(app, false);
  assert.ok(Date.now() >= soon, 'not before');
  await app.told(5, 'закінчився');
  await app.settled();
  assert.equal(said(app, 'закінчився'), 1);
  assert.ok(isIn(app, 6));
  assert.deepEqual(access(app), ['0', 'ended']);
  assert.equal(said(app, 'Доступ закінчився', OPERATOR), 1);
});

test('bought and renewed: in, told until when, and no word at a renewal', async (t) => {
  const app = await shop(t);
  const sub = await subscribe(app);
  const { params } = app.stripe.requests.find(({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions');
  assert.equal(params.mode, 'subscription');
  assert.deepEqual(params.subscription_data.metadata, { tg_id: '5', product: 'course', shop: SHOP });
  assert.deepEqual(params.line_items[0].price_data.recurring, { interval: 'month', interval_count: '1' });
  const end = () => app.stripe.billing.subscriptions.get(sub).items.data[0].current_period_end * 1000;
  assert.equal(untilMs(app), end() + GRACE_DAYS * DAY_MS);
  await app.say(person(buyer), '/status');
  assert.equal(said(app, `оплачено до ${date(end())}`), 1);
  const { text } = await app.request(`/paid?session_id=${[...app.stripe.sessions.keys()][0]}`);
  assert.ok(text.includes(date(end())), 'and the thank-you page');
  assert.match((await app.admit(['orders'])).stdout, new RegExp(`paid +9\\.99 EUR +${new Date(end()).toISOString().slice(0, 10)}`));
  assert.equal(JSON.parse((await app.admit(['export', '--json'])).stdout).subscription, sub);
  const before = app.telegram.messages(buyer).length;
  for (let n = IS_SANITIZED ? 2 : 0; n < 3; n += 1) {
    await elapseToEnd(app, sub);
    assert.ok(isIn(app), 'while Stripe has not yet told');
    await tell(app, await app.stripe.billing.renew(sub));
    assert.equal(untilMs(app), end() + GRACE_DAYS * DAY_MS);
    assert.ok(isIn(app));
  }
  assert.equal(app.telegram.messages(buyer).length, before, 'silently');
  assert.equal((await app.request(`/pay?tg_id=${buyer}`)).status, 200, 'nobody pays twice');
});

test('renewed, and no event of it ever comes: the worker asks when the period is over', async (t) => {
  const app = await shop(t, { GRACE_DAYS: '0' });
  const sub = await subscribe(app);
  await elapseToEnd(app, sub);
  await app.stripe.billing.renew(sub);
  await elapse(app, 0.02, sub);
  assert.ok(isIn(app));
  assert.ok(untilMs(app) > Date.now() + 25 * DAY_MS);
  await elapseToEnd(app, sub, 0.1);
  await becomes(app, false); // nothing renewed it
});

test('a payment fails: told once for each attempt, in within grace, out after it, back by the invoice', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await elapse(app, 31, sub);
  const failed = await app.stripe.billing.fail(sub);
  await tell(app, [...failed, ...failed, failed[0]]);
  const invoice = app.stripe.billing.invoices.get(app.stripe.billing.subscriptions.get(sub).latest_invoice);
  assert.equal(said(app, invoice.hosted_invoice_url), 1);
  assert.ok(isIn(app));
  await tell(app, [...failed, ...await app.stripe.billing.fail(sub)]);
  assert.equal(said(app, invoice.hosted_invoice_url), 2, 'a second attempt');
  await elapse(app, GRACE_DAYS, sub);
  await becomes(app, false);
  assert.deepEqual(access(app), ['0', 'unpaid']);
  await app.told(buyer, 'не оплачено');
  const sessions = app.stripe.sessions.size;
  const { text } = await app.request(`/pay?tg_id=${buyer}`);
  assert.match(text, /Відповідь — у чаті з ботом/);
  assert.ok(!text.includes(invoice.id), 'which is nobody else\'s business');
  for (const command of ['/pay', '/status']) {
    await app.say(person(buyer), command);
    assert.ok(app.telegram.messages(buyer).at(-1).text.includes(invoice.hosted_invoice_url), `${command} leads there`);
  }
  await app.say(person(6), '/pay');
  assert.ok(!app.telegram.messages(6).at(-1).text.includes('/invoice/'));
  assert.equal(app.stripe.sessions.size, sessions, 'no second subscription beside it');
  const from = app.stripe.events.length;
  await fetch(invoice.hosted_invoice_url, { method: 'POST' }); // the buyer pays there
  await tell(app, app.stripe.events.slice(from));
  await enter(app, buyer, 2);
  assert.deepEqual(access(app), ['1', 'paid']);
});

test('a period begins, its payment fails, and no event of that comes: asked until it is paid', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await elapseToEnd(app, sub);
  await tell(app, await app.stripe.billing.roll(sub));
  assert.ok(isIn(app) && untilMs(app) < Date.now() + (GRACE_DAYS + 1) * DAY_MS, 'in for as long as grace goes, since nobody has paid the period that has begun');
  await app.stripe.billing.fail(sub);
  await elapse(app, 0.3, sub);
  assert.equal(said(app, '/invoice/in_'), 1);
  await elapse(app, GRACE_DAYS, sub);
  await becomes(app, false);
});

for (const end of IS_SANITIZED ? ['canceled'] : ['unpaid', 'canceled'])
  test(`nobody ever pays, and Stripe makes it ${end}: out, and the period that was not paid is not theirs`, async () => {
    const app = await commonShop();
    const sub = await subscribe(app);
    await elapse(app, 31, sub);
    await tell(app, await app.stripe.billing.fail(sub));
    await elapse(app, 14, sub);
    await tell(app, await app.stripe.billing.giveUp(sub, end));
    await becomes(app, false);
    assert.deepEqual(access(app), ['0', 'unpaid']);
    if (end === 'unpaid') return;
    const { id } = await app.buy(buyer);
    await enter(app, buyer, 2);
    assert.notEqual(app.stripe.sessions.get(id).subscription, sub, 'bought anew');
  });

test('canceled for its end: in until then, reminded once, out, and back with a new one', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await tell(app, await app.stripe.billing.cancelAtEnd(sub));
  const end = app.stripe.billing.subscriptions.get(sub).cancel_at * 1000;
  assert.equal(untilMs(app), end, 'no grace: nobody is waited for');
  await app.say(person(buyer), '/status');
  assert.equal(said(app, `до ${date(end)}`), 1);
  await elapseToEnd(app, sub, -3.1);
  assert.equal(said(app, 'сам не поновиться'), 0);
  await elapse(app, 0.2, sub);
  assert.equal(said(app, 'сам не поновиться'), 1);
  await elapse(app, 2.8, sub);
  assert.ok(isIn(app), 'a moment before the end');
  await elapse(app, 0.2, sub);
  await becomes(app, false);
  await tell(app, await app.stripe.billing.cancel(sub));
  await app.told(buyer, 'закінчився');
  assert.equal(said(app, 'сам не поновиться'), 1, 'once');
  assert.equal(said(app, 'закінчився'), 1);
  const { id } = await app.buy(buyer);
  await enter(app, buyer, 2);
  assert.notEqual(app.stripe.sessions.get(id).subscription, sub);
});

test('canceled and kept after all: no reminder, it renews', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await tell(app, await app.stripe.billing.cancelAtEnd(sub));
  await elapse(app, 10, sub);
  await tell(app, await app.stripe.billing.cancelAtEnd(sub, false));
  await elapse(app, 21, sub);
  await tell(app, await app.stripe.billing.renew(sub));
  assert.ok(isIn(app));
  assert.equal(said(app, 'сам не поновиться'), 0);
});

test('kept after all, and nobody told: asked before the end', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await tell(app, await app.stripe.billing.cancelAtEnd(sub));
  await app.stripe.billing.cancelAtEnd(sub, false);
  await elapseToEnd(app, sub, -5 / 1440);
  assert.ok(isIn(app));
  assert.ok(untilMs(app) > Date.now() + DAY_MS);
});

test('canceled at once: what was paid is theirs to the end', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await tell(app, await app.stripe.billing.cancel(sub));
  assert.ok(isIn(app));
  await elapse(app, 31.1, sub);
  await becomes(app, false);
  assert.deepEqual(access(app), ['0', 'ended']);
});

/** What was asked of Stripe for the last session. */
const lastSale = (app) => app.stripe.requests.findLast(({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions').params;

const TRIAL = { TRIAL_DAYS: '7', PAY_LINK_SECRET: 'x'.repeat(40) };

/** The link to pay that the bot gives, and its message. */
async function offered(app, tgId = buyer) {
  await app.say(person(tgId), '/pay');
  const offer = app.telegram.messages(tgId).at(-1);
  return { text: offer.text, path: /https?:\/\/[^/\s]+(\/pay\S*)/.exec(says(offer))?.[1] };
}

/** Pays by the bot's link and goes in: the subscription. */
async function tryIt(app, tgId = buyer) {
  const { path } = await offered(app, tgId);
  const { headers } = await app.request(path);
  const id = new URL(headers.get('location')).pathname.split('/').at(-1);
  await tell(app, [await app.stripe.pay(id)]);
  await enter(app, tgId);
  await app.settled();
  return app.stripe.sessions.get(id).subscription;
}

test('a trial: said before, charged nothing, its end told once, then paid; a second try gets none', async (t) => {
  const app = await shop(t, TRIAL);
  const offer = await offered(app);
  assert.match(offer.text, /7 днів безкоштовно/);
  assert.match((await app.request(offer.path, { method: 'GET', headers: { 'user-agent': 'TelegramBot (like TwitterBot)' } })).text, /7 днів безкоштовно/);
  const sub = await tryIt(app);
  assert.equal(lastSale(app).subscription_data.trial_period_days, '7');
  assert.equal(lastSale(app).line_items.length, 1);
  const { trial_end: trialEnd, status } = app.stripe.billing.subscriptions.get(sub);
  assert.equal(status, 'trialing');
  assert.equal(untilMs(app), trialEnd * 1000 + GRACE_DAYS * DAY_MS);
  assert.equal(said(app, 'Пробний період'), 0, 'not yet');
  await elapse(app, 4.1, sub);
  await app.told(buyer, 'Пробний період');
  const will = await app.stripe.billing.trialWillEnd(sub);
  await tell(app, [...will, ...await app.stripe.billing.trialWillEnd(sub)]);
  assert.equal(said(app, 'Пробний період'), 1);
  await elapseToEnd(app, sub);
  await tell(app, await app.stripe.billing.renew(sub));
  assert.ok(isIn(app) && untilMs(app) > Date.now() + 25 * DAY_MS, 'paid for a month');
  await tell(app, await app.stripe.billing.cancel(sub));
  await elapse(app, 40, sub);
  await becomes(app, false);
  const again = await offered(app);
  assert.doesNotMatch(again.text, /безкоштовно/);
  assert.equal((await app.request(again.path)).status, 303);
  assert.equal(lastSale(app).subscription_data.trial_period_days, undefined);
});

test('a trial whose end nobody pays: told, out when grace is over', async (t) => {
  const app = await shop(t, TRIAL);
  const sub = await tryIt(app);
  await elapseToEnd(app, sub);
  await tell(app, await app.stripe.billing.fail(sub));
  assert.ok(isIn(app));
  await elapse(app, GRACE_DAYS, sub);
  await becomes(app, false);
  assert.deepEqual(access(app), ['0', 'unpaid']);
});

test('a trial that is canceled: in to its end, and no word of a charge', async (t) => {
  const app = await shop(t, TRIAL);
  const sub = await tryIt(app);
  await tell(app, await app.stripe.billing.cancelAtEnd(sub));
  await elapse(app, 4.1, sub);
  await tell(app, await app.stripe.billing.trialWillEnd(sub));
  assert.equal(said(app, 'Пробний період'), 0);
  await elapseToEnd(app, sub);
  await becomes(app, false);
});

test('a trial at a small price: charged at once, beside what comes later', async (t) => {
  const product = { id: 'course', title: 'Course', price: { amount: 999, currency: 'eur' }, every: 'month', trial_days: 7, trial_amount: 100, channels: [{ id: CHANNEL }] };
  let file;
  const priced = await startAdmit({
    t, env: { ...env, PAY_LINK_SECRET: TRIAL.PAY_LINK_SECRET, PAID_CHANNEL_ID: undefined }, late: () => ({ PRODUCTS_FILE: file }),
    prepare: (dir) => { file = `${dir}/products.json`; writeFileSync(file, JSON.stringify({ products: [product] })); },
  });
  assert.match((await offered(priced)).text, /7 днів за 1,00/);
  const sub = await tryIt(priced);
  const [later, atOnce] = lastSale(priced).line_items;
  assert.equal(later.price_data.unit_amount, '999');
  assert.deepEqual([atOnce.price_data.unit_amount, atOnce.price_data.currency, atOnce.price_data.recurring, atOnce.quantity], ['100', 'eur', undefined, '1']);
  assert.equal(priced.stripe.billing.subscriptions.get(sub).status, 'trialing');
  assert.equal(priced.sql('SELECT amount_minor FROM orders')[0][0], '100');
  const monthly = async () => JSON.parse((await priced.admit(['report', '--json'])).stdout).subscribers.map((one) => [one.active, one.mrr_minor]);
  assert.deepEqual(await monthly(), [], 'the price of a trial does not come again');
  await elapseToEnd(priced, sub);
  await tell(priced, await priced.stripe.billing.renew(sub));
  assert.ok(untilMs(priced) > Date.now() + 25 * DAY_MS);
  assert.deepEqual(await monthly(), [[1, 999]]);
});

test('Stars have no trials, which check says; nor has what is paid once', async (t) => {
  const app = await shop(t, { ...TRIAL, SELL_WITH: 'both', STARS_AMOUNT: '500' });
  await app.admit(['setup']);
  assert.match((await app.admit(['check'])).stdout, /trial +course: Stars have no trials/);
  const { stdout, stderr } = await app.admit(['check'], { PRICE_EVERY: '' });
  assert.match(stdout + stderr, /TRIAL_DAYS is for a subscription: set PRICE_EVERY/);
});

test('paused: out; resumed: invited again', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await tell(app, await app.stripe.billing.pause(sub));
  await becomes(app, false);
  await tell(app, await app.stripe.billing.pause(sub, false));
  await enter(app, buyer, 2);
});

test('a refunded subscriber, and the next invoice is a draft: out until a new payment', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  const first = app.stripe.billing.subscriptions.get(sub).latest_invoice;
  await tell(app, [await app.stripe.refund(first)]);
  await becomes(app, false);
  await elapseToEnd(app, sub);
  await tell(app, await app.stripe.billing.roll(sub));
  assert.deepEqual(access(app), ['0', 'refunded']);
  assert.equal(linksOf(app, buyer).length, 1, 'nobody is invited for a draft');
  await tell(app, await app.stripe.billing.renew(sub));
  await enter(app, buyer, 2);
});

for (const behavior of IS_SANITIZED ? ['void'] : ['void', 'keep_as_draft', 'mark_uncollectible'])
  test(`collection is paused (${behavior}): what was paid holds to its end, then out, however many periods begin`, async () => {
    const app = await commonShop();
    const sub = await subscribe(app);
    await tell(app, await app.stripe.billing.pauseCollection(sub, behavior));
    assert.ok(isIn(app));
    await elapseToEnd(app, sub);
    await tell(app, await app.stripe.billing.rollUncollected(sub));
    await becomes(app, false);
    await elapse(app, 31, sub);
    await tell(app, await app.stripe.billing.rollUncollected(sub));
    assert.deepEqual(access(app), ['0', 'ended']);
  });

test('canceled for a day beyond what is paid, and no event after that comes: no longer than grace', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  const { billing } = app.stripe;
  await tell(app, await billing.cancelAt(sub, Math.floor(Date.now() / 1000) + 300 * 86_400));
  assert.ok(untilMs(app) < Date.now() + 40 * DAY_MS);
  await elapseToEnd(app, sub);
  await billing.fail(sub);
  await elapse(app, GRACE_DAYS + 0.1, sub);
  await becomes(app, false);
});

test('money that goes back: of the latest payment all of it ends access, of an older one nothing; each may be disputed', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  const first = app.stripe.billing.subscriptions.get(sub).latest_invoice;
  await elapse(app, 31, sub);
  await tell(app, await app.stripe.billing.renew(sub));
  const second = app.stripe.billing.subscriptions.get(sub).latest_invoice;
  await tell(app, [await app.stripe.refund(first)]);
  assert.ok(isIn(app), 'an older payment');
  await tell(app, [await app.stripe.refund(second, 300)]);
  assert.ok(isIn(app), 'a part of the latest');
  await tell(app, [await app.stripe.dispute(first)]);
  await becomes(app, false);
  await tell(app, [await app.stripe.closeDispute(first, 'won')]);
  await enter(app, buyer, 2);
  const [[order]] = app.sql(`SELECT id FROM orders WHERE subscription = '${sub}'`);
  await app.stripe.refund(second); // what is left
  await tell(app, [app.stripe.events.at(-1)]);
  await becomes(app, false);
  assert.deepEqual(access(app), ['0', 'refunded']);
  const sessions = app.stripe.sessions.size;
  assert.match((await app.request(`/pay?tg_id=${buyer}`)).text, /Відповідь — у чаті з ботом/);
  assert.equal(app.stripe.sessions.size, sessions, 'no second subscription beside one that goes on');
  await elapse(app, 31, sub);
  await tell(app, await app.stripe.billing.renew(sub));
  await enter(app, buyer, 3);
  const { status, stdout } = await app.admit(['refund', order, '--yes']);
  assert.equal(status, 0, stdout);
  await becomes(app, false);
  await app.settled();
  await app.open(buyer); // it does not renew, so another may be bought
});

test('the customer portal: asked for under /status, written down nowhere', async (t) => {
  const app = await shop(t);
  await app.say(person(6), '/status');
  assert.equal(app.telegram.messages(6).at(-1).reply_markup, undefined, 'who has no subscription has no button');
  await subscribe(app);
  await app.say(person(buyer), '/status');
  const status = app.telegram.messages(buyer).at(-1);
  const [[button]] = status.reply_markup.inline_keyboard;
  assert.equal(button.callback_data, 'portal:course');
  await app.telegram.press(person(buyer), status, button.callback_data);
  await app.told(buyer, '/portal/bps_1');
  const [[id, customer]] = app.stripe.billing.portals;
  assert.equal(customer, [...app.stripe.billing.subscriptions.values()][0].customer);
  const { url } = /(?<url>\S+\/portal\/\S+)/.exec(app.telegram.messages(buyer).at(-1).text).groups;
  await fetch(url, { method: 'POST', body: new URLSearchParams({ action: 'cancel' }) });
  await tell(app, [app.stripe.events.at(-1)]);
  assert.equal(app.sql('SELECT ends_ms IS NOT NULL FROM subscriptions')[0][0], '1', 'what the buyer does there arrives');
  for (const [where, text] of app.ledger.held()) assert.equal(text.includes(id), false, where);
  assert.equal(app.log().includes(id), false);
  await app.telegram.press(person(6), status, button.callback_data);
  await app.settled();
  assert.equal(app.stripe.billing.portals.size, 1, 'nothing for who has none');
  app.stripe.setFault({ kind: 'status', status: 400, only: /billing_portal/, next: 1 });
  await app.telegram.press(person(buyer), status, button.callback_data);
  await app.told(buyer, 'не вдається відкрити');
  await app.told(OPERATOR, 'Customer portal');
  await app.settled();
  app.stripe.setFault({ kind: 'status', status: 500, only: /billing_portal/, next: 1 });
  await app.telegram.press(person(buyer), status, button.callback_data);
  await app.settled();
  assert.equal(said(app, '/portal/bps_1'), 2, 'tried again');
});

test('events in the shape of an older version', async (t) => {
  const app = await shop(t);
  app.stripe.eventVersion = OLDER;
  const sub = await subscribe(app);
  await elapse(app, 31, sub);
  const renewed = await app.stripe.billing.renew(sub);
  assert.ok(renewed[0].data.object.current_period_end && renewed[1].data.object.subscription === sub);
  await tell(app, renewed.slice(1)); // the invoice alone
  assert.deepEqual(app.sql('SELECT kind, payment, intent, amount_minor FROM payments ORDER BY kind').at(-1),
    ['2', renewed[1].data.object.id, renewed[1].data.object.payment_intent, '999']);
  assert.ok(untilMs(app) > Date.now() + 25 * DAY_MS);
  await elapse(app, 31, sub);
  await tell(app, (await app.stripe.billing.fail(sub)).slice(0, 1));
  assert.equal(said(app, '/invoice/in_1'), 1);
});

test('many events at once are few questions, and a change while one is asked is asked about again', async (t) => {
  const app = await shop(t);
  const sub = await subscribe(app);
  await elapse(app, 31, sub);
  const renewed = await app.stripe.billing.renew(sub);
  const canceled = await app.stripe.billing.cancelAtEnd(sub);
  const from = reads(app).length;
  app.stripe.latencyMs = 1500; // while one is asked the rest comes
  await Promise.all(Array.from({ length: IS_SANITIZED ? 9 : 30 }, (_, i) => app.event({ ...[...renewed, ...canceled][i % 3], id: `evt_many${i}` })));
  await app.settled();
  const n = reads(app).length - from;
  assert.ok(n >= 1 && n <= 4, `${n} questions`);
  assert.equal(app.sql(`SELECT ends_ms IS NOT NULL FROM subscriptions WHERE id = '${sub}'`)[0][0], '1');
  // A question is under way with the old answer when the next change happens.
  app.stripe.latencyMs = 0;
  const asked = reads(app).length;
  app.stripe.setFault({ kind: 'late', delayMs: 700, only: /v1\/subscriptions/, next: 1 });
  await app.event({ ...renewed[0], id: 'evt_early' });
  await until(() => reads(app).length > asked, PATIENCE_MS, 'asked');
  await tell(app, [...await app.stripe.billing.cancelAtEnd(sub, false)]);
  assert.equal(app.sql(`SELECT ends_ms IS NULL FROM subscriptions WHERE id = '${sub}'`)[0][0], '1');
});

test('what never came is mended by reconciling; another application\'s subscription is left alone', async (t) => {
  const app = await shop(t);
  const sub = await subscribe(app);
  await app.stripe.billing.pause(sub); // no event of it arrives
  const other = app.stripe.create({ mode: 'subscription', line_items: [{ quantity: '1', price_data: { unit_amount: '500', currency: 'eur', recurring: { interval: 'month' } } }] });
  await app.stripe.pay(other.id);
  const from = app.stripe.events.length;
  await app.stripe.billing.renew(app.stripe.sessions.get(other.id).subscription);
  await tell(app, app.stripe.events.slice(from));
  assert.equal(app.sql('SELECT COUNT(*) FROM subscriptions')[0][0], '1');
  const { status, stdout } = await app.admit(['reconcile', '--since', '2d']);
  assert.equal(status, 0, stdout);
  await becomes(app, false);
  await app.settled();
  assert.match((await app.admit(['reconcile', '--since', '2d'])).stdout, /Nothing was missing/);
});

test('a key that may not read subscriptions: the operator is told, and it is read when it may', async (t) => {
  const app = await shop(t);
  app.stripe.setFault({ kind: 'status', status: 403, only: /v1\/subscriptions/, next: 1 });
  const { id } = await app.buy(buyer);
  await enter(app);
  await app.told(OPERATOR, 'Subscriptions та Invoices');
  await app.settled();
  assert.equal(reads(app).length, 2);
  assert.equal(app.sql(`SELECT status FROM subscriptions WHERE id = '${app.stripe.sessions.get(id).subscription}'`)[0][0], 'active');
});

test('paid later by a bank, as a subscription', async () => {
  const app = await commonShop();
  const id = await app.open(buyer);
  await tell(app, [await app.stripe.payAsync(id)]);
  assert.equal(isIn(app), false);
  await tell(app, [await app.stripe.asyncSucceeded(id)]);
  await enter(app);
  assert.ok(untilMs(app) > Date.now());
});

test('forgotten: nothing of the subscription is left, and no old news bring it back', async (t) => {
  const app = await shop(t);
  const sub = await subscribe(app);
  await app.admit(['revoke', String(buyer)]);
  await becomes(app, false);
  await app.settled();
  const { status, stdout } = await app.admit(['forget', String(buyer)]);
  assert.equal(status, 0, stdout);
  await tell(app, app.stripe.events.filter(({ type }) => type.startsWith('customer.subscription')));
  await app.admit(['reconcile']);
  await app.settled();
  assert.equal(app.sql('SELECT COUNT(*) FROM subscriptions')[0][0], '0');
  const [payment, ...more] = (await app.admit(['export', '--json'])).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual([payment.tg_id, payment.amount_minor, payment.kind, more], [0, 999, 'first', []], 'the money stays in the books, as nobody\'s');
  assert.match((await app.admit(['report'])).stdout, /course \| stripe \| 1 \| 0 \| 9\.99 EUR/);
});

const orderOf = (app, sub) => app.sql(`SELECT id FROM orders WHERE subscription = '${sub}'`)[0][0];
const isEnding = (app, sub) => app.stripe.billing.subscriptions.get(sub).cancel_at_period_end;

test('refunded by the operator: out, and Stripe charges no more, though it is away for a while', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  app.stripe.setFault({ kind: 'status', status: 503, only: /^POST .v1.subscriptions/, next: 1 });
  const { status, stdout } = await app.admit(['refund', orderOf(app, sub), '--yes']);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /charged no more: the subscription ends with what is paid/);
  await until(() => isEnding(app, sub), PATIENCE_MS, 'it does not renew');
  await becomes(app, false);
  await app.settled();
  assert.deepEqual(endings(app, sub).map(({ method, params }) => [method, params.cancel_at_period_end]), Array(2).fill(['POST', 'true']));
  assert.deepEqual(access(app), ['0', 'refunded']);
});

test('refunded with --now: canceled at once', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  const { stdout } = await app.admit(['refund', orderOf(app, sub), '--now', '--yes']);
  assert.match(stdout, /the subscription ends at once/);
  await until(() => statusAtStripe(app, sub) === 'canceled', PATIENCE_MS, 'canceled');
  await becomes(app, false);
  await app.settled();
  assert.deepEqual(endings(app, sub).map(({ method }) => method), ['DELETE']);
});

test('a part is refunded: the subscription goes on, unless --now', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  const { stdout } = await app.admit(['refund', orderOf(app, sub), '--amount', '2', '--yes']);
  assert.match(stdout, /The subscription goes on; --now would end it/);
  await app.settled();
  assert.deepEqual([endings(app, sub).length, isIn(app)], [0, true]);
  assert.equal((await app.admit(['refund', orderOf(app, sub), '--amount', '1', '--now', '--yes'])).status, 0);
  await until(() => statusAtStripe(app, sub) === 'canceled', PATIENCE_MS, 'canceled');
});

test('refunded with --keep-access: in until the end of what was paid, and not longer', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  const end = app.stripe.billing.subscriptions.get(sub).items.data[0].current_period_end * 1000;
  const { status, stdout } = await app.admit(['refund', orderOf(app, sub), '--keep-access', '--yes']);
  assert.equal(status, 0, stdout);
  assert.ok(stdout.includes(`Access stays until ${new Date(end).toISOString().slice(0, 10)}`), stdout);
  await until(() => isEnding(app, sub), PATIENCE_MS, 'it does not renew');
  await app.settled();
  assert.ok(isIn(app));
  assert.equal(untilMs(app), end, 'without grace');
  assert.equal(app.telegram.calls.filter(({ method, params }) => method === 'banChatMember' && params.user_id === buyer).length, 0);
  await elapseToEnd(app, sub);
  await becomes(app, false);
});

for (const [word, ends] of IS_SANITIZED ? [['no', false]] : [['yes', true], ['no', false]]) {
  test(`the next payment is a debit, and the bank takes days to say ${word}: in until then, though grace is over`, async () => {
    const app = await commonShop();
    const sub = await subscribe(app);
    await elapse(app, 31, sub);
    await tell(app, await app.stripe.billing.debit(sub));
    await elapse(app, GRACE_DAYS + 2, sub);
    await app.settled();
    assert.deepEqual([isIn(app), ...access(app)], [true, '1', 'paid']);
    assert.deepEqual(app.sql(`SELECT is_processing, is_owed FROM subscriptions WHERE id = '${sub}'`), [['1', '0']]);
    await tell(app, ends ? await app.stripe.billing.payInvoice(app.stripe.billing.subscriptions.get(sub).latest_invoice) : await app.stripe.billing.fail(sub));
    await becomes(app, ends);
    await app.settled();
    assert.deepEqual(access(app), ends ? ['1', 'paid'] : ['0', 'unpaid']);
    assert.deepEqual(app.sql(`SELECT is_processing, is_owed FROM subscriptions WHERE id = '${sub}'`), [['0', ends ? '0' : '1']]);
  });
}

test('refunded while a payment is owed: canceled at once, or that would be tried again', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  await elapse(app, 31, sub);
  await tell(app, await app.stripe.billing.fail(sub));
  const { status, stdout } = await app.admit(['refund', orderOf(app, sub), '--yes']);
  assert.equal(status, 0);
  assert.match(stdout, /the subscription ends at once, since they owe for it/);
  await until(() => statusAtStripe(app, sub) === 'canceled', PATIENCE_MS, 'canceled');
});

test('revoked: Stripe charges no more, though it is away for a while', async () => {
  const app = await commonShop();
  const sub = await subscribe(app);
  app.stripe.setFault({ kind: 'status', status: 500, only: /^DELETE /, next: 2 });
  assert.equal((await app.admit(['revoke', String(buyer)])).status, 0);
  await until(() => statusAtStripe(app, sub) === 'canceled', PATIENCE_MS, 'canceled at Stripe');
  await becomes(app, false);
  await app.settled();
  assert.equal(endings(app, sub).length, 3);
  assert.deepEqual(access(app), ['0', 'revoked']);
  assert.deepEqual(app.sql(`SELECT status FROM subscriptions WHERE id = '${sub}'`), [['canceled']], 'read anew, with no event');
  await app.open(buyer); // another may be bought
});

test('a cancellation that Stripe refuses: the operators are told', async (t) => {
  const app = await shop(t);
  const sub = await subscribe(app);
  app.stripe.setFault({ kind: 'status', status: 403, only: /^DELETE /, next: Infinity });
  app.ledger.hasten(12);
  assert.equal((await app.admit(['revoke', String(buyer)])).status, 0);
  await app.told(OPERATOR, `did not cancel ${sub}`);
  assert.equal(statusAtStripe(app, sub), 'active');
});

test('forgotten while the subscription goes on: canceled first; where Stripe is away, nothing is forgotten', async (t) => {
  const app = await shop(t);
  const sub = await subscribe(app);
  const paid = app.stripe.billing.subscriptions.get(sub).latest_invoice;
  await tell(app, [await app.stripe.refund(paid)]); // at Stripe, where who refunds may forget to cancel
  await becomes(app, false);
  await app.settled();
  assert.equal(statusAtStripe(app, sub), 'active', 'a refund at Stripe is no cancellation');
  app.stripe.setFault({ kind: 'status', status: 500, only: /^DELETE /, next: 1 });
  const away = await app.admit(['forget', String(buyer)]);
  assert.equal(away.status, 1);
  assert.match(away.stdout, /could not be canceled/);
  assert.notEqual(app.sql(`SELECT COUNT(*) FROM orders WHERE tg_id = ${buyer}`)[0][0], '0');
  const { status, stdout } = await app.admit(['forget', String(buyer)]);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /subscription is canceled at Stripe/);
  assert.equal(statusAtStripe(app, sub), 'canceled');
  assert.equal(app.sql('SELECT COUNT(*) FROM subscriptions')[0][0], '0');
});

test('several products, one of them paid anew every three months at a price kept at Stripe', async (t) => {
  const products = [
    { id: 'course', title: 'Course', price: { amount: 999, currency: 'eur' }, channels: [{ id: CHANNEL }] },
    { id: 'club', title: 'Club', price: { stripe: 'price_1Club' }, every: '3 months', channels: [{ id: CHANNEL }] },
  ];
  let file;
  const app = await startAdmit({
    t, env: { ...env, PAID_CHANNEL_ID: undefined }, late: () => ({ PRODUCTS_FILE: file }),
    prepare: (dir) => { file = `${dir}/products.json`; writeFileSync(file, JSON.stringify({ products })); },
    stripe: { prices: { price_1Club: { unit_amount: 2500, currency: 'eur', recurring: { interval: 'month', interval_count: 3 } } } },
  });
  const location = (await app.request(`/pay?tg_id=${buyer}&product=club`)).headers.get('location');
  const id = app.sessionAt(location);
  await tell(app, [await app.stripe.pay(id)]);
  await enter(app);
  assert.ok(Math.abs(untilMs(app) - Date.now() - (91 + GRACE_DAYS) * DAY_MS) < 3 * DAY_MS);
  await app.say(person(buyer), '/status');
  const { text, reply_markup: buttons } = app.telegram.messages(buyer).at(-1);
  assert.match(text, /«Course» поки немає[^]*«Club» відкрито/);
  assert.equal(buttons.inline_keyboard.length, 1);
  assert.equal((await app.request(`/pay?tg_id=${buyer}`)).status, 303, 'the other one is sold once');
  const one = app.stripe.requests.findLast(({ method }) => method === 'POST');
  assert.equal(one.params.mode, 'payment');
});

/** Kills whatever worker there is at each call to Telegram or about a subscription, so many times, and has another at it. */
function killWorkers(app, times) {
  let n = 0, isOver = false;
  const kill = ({ path: where = '/v1/subscriptions' }) => {
    if (!where.includes('/v1/subscriptions') || (n += 1) > times) return;
    for (const pid of app.processes('admit work')) try { process.kill(pid, 'SIGKILL'); } catch { /* gone */ }
  };
  const journals = [app.telegram.journal, app.stripe.journal];
  for (const journal of journals) journal.on('add', kill);
  const revived = (async () => { while (!isOver) await app.turn(); })();
  return async () => {
    for (const journal of journals) journal.off('add', kill);
    isOver = true;
    await revived;
    return Math.min(n, times);
  };
}

test('the worker is killed again and again: each is where they belong', OF_ONE_WORKER, async (t) => {
  const app = await shop(t);
  // A kill is a kill to the sanitizers: fewer of them will do.
  const kills = IS_SANITIZED ? 6 : 30;
  const names = ['renews', 'makesUpForIt', 'neverPays', 'cancels', 'pauses', 'resumes'];
  const subs = {};
  for (const [i, name] of names.entries()) subs[name] = await subscribe(app, 100 + i);
  const all = Object.values(subs), { billing } = app.stripe;
  await tell(app, await billing.cancelAtEnd(subs.cancels));
  const stop = killWorkers(app, kills);
  await tell(app, [...await billing.pause(subs.pauses), ...await billing.pause(subs.resumes), ...await billing.pause(subs.resumes, false)]);
  await elapse(app, 31, ...all);
  await tell(app, [
    ...await billing.fail(subs.makesUpForIt), ...await billing.fail(subs.neverPays), ...await billing.renew(subs.renews),
    ...await billing.renew(subs.resumes), ...await billing.cancel(subs.cancels),
  ]);
  await tell(app, await billing.payInvoice(billing.subscriptions.get(subs.makesUpForIt).latest_invoice));
  await elapse(app, GRACE_DAYS, ...all);
  const n = await stop();
  assert.ok(n >= kills / 3, `${n} kills`);
  await until(async () => {
    await app.turn();
    return app.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL LIMIT 1').length === 0;
  }, 60_000, 'nothing is owed');
  await until(() => [2, 3, 4].every((i) => !isIn(app, 100 + i)), 20_000, 'who is out is out');
  const inside = names.filter((_, i) => access(app, 100 + i)[0] === '1');
  assert.deepEqual(inside, ['renews', 'makesUpForIt', 'resumes']);
  assert.ok(isIn(app, 100) && isIn(app, 101));
});

test('a price change charged at once: subscribers pay the new price by the month, not the difference', async (t) => {
  const app = await shop(t);
  const { billing } = app.stripe;
  const sub = await subscribe(app);
  const monthly = async () => JSON.parse((await app.admit(['report', '--json'])).stdout).subscribers.map((one) => [one.active, one.currency, one.mrr_minor]);
  assert.deepEqual(await monthly(), [[1, 'eur', 999]]);
  await tell(app, await billing.change(sub, 1900, 210));
  assert.deepEqual(await monthly(), [[1, 'eur', 1900]]);
  assert.deepEqual(app.sql('SELECT kind, amount_minor FROM payments ORDER BY id'), [['1', '999'], ['3', '210']]);
  billing.subscriptions.get(sub).discounts = ['di_1Half']; // of which the subscription's object holds no more than the name
  await elapseToEnd(app, sub);
  await tell(app, await billing.renew(sub));
  app.write("UPDATE payments SET amount_minor = 950 WHERE kind = 2");
  assert.deepEqual(await monthly(), [[1, 'eur', 950]], 'with something off, what was paid last for a period');
});

test('the books: first payment and renewals, those that nobody told of, an old one refunded in part, one that failed', async (t) => {
  const app = await shop(t, { NOTIFY: 'sale,renewal,failure' });
  const { billing } = app.stripe;
  const sub = await subscribe(app);
  const told = [];
  for (let n = 0; n < 2; n += 1) {
    await elapseToEnd(app, sub);
    await tell(app, await billing.renew(sub));
    told.push(billing.subscriptions.get(sub).latest_invoice);
  }
  const lines = async (...args) => (await app.admit(['export', '--json', ...args])).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual((await lines()).map(({ kind }) => kind), ['renewal', 'renewal', 'first']);
  await billing.renew(sub); // no event of these two ever comes, and a reading shows but the last
  const missed = billing.subscriptions.get(sub).latest_invoice;
  await billing.renew(sub);
  app.stripe.events.length = 0; // Stripe keeps them for 30 days
  const { status, stdout } = await app.admit(['reconcile', '--since', '90d']);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^invoices +5 looked at, 2 mended$/m);
  await app.settled();
  assert.match((await app.admit(['reconcile', '--since', '90d'])).stdout, /Nothing was missing/);
  assert.equal((await app.event(await app.stripe.refund(told[0], 300))).status, 200);
  await app.settled();

  const report = (await app.admit(['report'])).stdout;
  assert.match(report, /^ {2}course \| stripe \| 1 \| 4 \| 49\.95 EUR \| 3\.00 EUR \| 0\.00 EUR \| 46\.95 EUR$/m);
  assert.match(report, /^ {2}course \| stripe \| 1 \| 9\.99 EUR$/m, 'what subscribers pay by the month');
  const { sales, subscribers } = JSON.parse((await app.admit(['report', '--by', 'month', '--json'])).stdout);
  assert.equal(sales.reduce((sum, { net_minor: net }) => sum + net, 0), 4695);
  assert.deepEqual(subscribers, [{ product: 'course', provider: 'stripe', currency: 'eur', active: 1, mrr_minor: 999 }]);
  const payments = await lines();
  assert.equal(new Set(payments.map(({ payment }) => payment)).size, 5, 'a line each');
  assert.deepEqual(payments.map(({ amount_minor: taken, tax_minor: tax }) => [taken, tax]), Array(5).fill([999, 0]));
  assert.ok(payments.some(({ payment, kind }) => payment === missed && kind === 'renewal'));
  assert.deepEqual(payments.filter(({ refunded_minor: back }) => back > 0).map(({ payment, refunded_minor: back }) => [payment, back]), [[told[0], 300]]);
  assert.ok(payments.every(({ starts_ms: from, ends_ms: to }) => to - from >= 28 * DAY_MS), 'what was paid for');
  assert.equal(app.sql('SELECT COUNT(*) FROM payments')[0][0], '5');

  await tell(app, await billing.fail(sub));
  assert.match((await app.admit(['report'])).stdout, /^ {2}course \| past_due \| 1$/m);
  const heard = (words) => said(app, words, OPERATOR);
  assert.deepEqual([heard('Продаж'), heard('Подовжено'), heard('Подовження не оплачено'), heard('Повернення')], [1, 4, 1, 0]);
  await app.admit(['revoke', String(buyer)]);
  const after = (await app.admit(['report'])).stdout;
  assert.match(after, /^ {2}course \| revoked \| 1$/m);
});
