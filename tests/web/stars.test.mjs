// Telegram Stars, the second provider: invoices, the question before a payment, payments, refunds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATIENCE_MS, person, startAdmit, until } from './harness.mjs';

const ADMIN = 900;
const PRICE = 500;

const shop = (t, env = {}) => startAdmit({ t, env: { SELL_WITH: 'both', STARS_AMOUNT: String(PRICE), ADMIN_TG_IDS: String(ADMIN), ...env } });
const isPaid = (app, tgId) => app.sql(`SELECT is_paid FROM users WHERE tg_id = ${tgId}`)[0]?.[0];

/** The invoice that the bot sends when asked to sell for Stars. */
async function invoiceFor(app, tgId) {
  await app.say(person(tgId), '/pay');
  const offer = app.telegram.messages(tgId).at(-1);
  const button = offer.reply_markup?.inline_keyboard.flat().find(({ callback_data: data }) => data?.startsWith('stars:'));
  if (button) await app.telegram.press(person(tgId), offer, button.callback_data);
  return until(() => app.telegram.messages(tgId).find(({ invoice }) => invoice), PATIENCE_MS, 'an invoice');
}

test('both tills: a button for Stars, an invoice, a payment, the invite', async (t) => {
  const app = await shop(t);
  const invoice = await invoiceFor(app, 5);
  assert.equal(invoice.invoice.total_amount, PRICE);
  const paid = await app.telegram.payStars(person(5), invoice);
  assert.equal(paid.ok, true);
  await app.invited(5);
  assert.equal(isPaid(app, 5), '1');
  assert.deepEqual(app.sql(`SELECT provider, amount_minor, currency FROM orders WHERE session_id = '${paid.charge}'`), [['stars', String(PRICE), 'xtr']]);
  await app.told(ADMIN, '500\u00a0⭐');
  await app.telegram.sendUpdate(paid.update); // once more
  await app.telegram.sendUpdate({ ...paid.update, update_id: paid.update.update_id + 1000 }); // and under another number
  await app.settled();
  assert.equal(app.arrived(5), 1);
  assert.equal(app.sql("SELECT COUNT(*) FROM orders WHERE provider = 'stars'")[0][0], '1');
});

test('an invoice that was passed on lets in who paid it; paid twice, it is refused', async (t) => {
  const app = await shop(t, { SELL_WITH: 'stars' });
  const invoice = await invoiceFor(app, 5);
  assert.equal((await app.telegram.payStars(person(6), invoice)).ok, true);
  await app.invited(6);
  assert.equal(isPaid(app, 5), '0');
  const again = await app.telegram.payStars(person(6), invoice);
  assert.match(again.error, /вже маєте доступ/);
  assert.equal((await app.telegram.payStars(person(5), invoice)).ok, true);
  await app.invited(5);
});

test('before the payment: the price, the product and the till are looked at', async (t) => {
  const app = await shop(t);
  const invoice = await invoiceFor(app, 5);
  for (const [why, change, words] of [
    ['another price', { total_amount: 1 }, /Ціна змінилася/],
    ['another currency', { currency: 'USD' }, /Ціна змінилася/],
    ['no such product', { invoice_payload: 'admit:gone' }, /більше не продається/],
    ['not our invoice', { invoice_payload: 'other' }, /більше не продається/],
  ]) {
    const { text } = await app.update({ update_id: Math.floor(Math.random() * 1e9), pre_checkout_query: { id: 'q1', from: person(7), currency: 'XTR', total_amount: PRICE, invoice_payload: 'admit:course', ...change } });
    const reply = JSON.parse(text);
    assert.deepEqual([reply.method, reply.ok], ['answerPreCheckoutQuery', false], why);
    assert.match(reply.error_message, words, why);
  }
  const asked = { update_id: 77, pre_checkout_query: { id: 'q2', from: person(7), currency: 'XTR', total_amount: PRICE, invoice_payload: 'admit:course' } };
  for (const times of [1, 2]) assert.equal(JSON.parse((await app.update(asked)).text).ok, true, `asked ${times} times, answered each time`);
  assert.equal(isPaid(app, 7) ?? '0', '0', 'a question is no payment');
  assert.ok(invoice);
});

test('Stars that went back end the access, in any order', async (t) => {
  const app = await shop(t);
  const { charge } = await app.telegram.payStars(person(5), await invoiceFor(app, 5));
  await app.invited(5);
  app.telegram.stars.methods.refundStarPayment({ user_id: 5, telegram_payment_charge_id: charge });
  await until(() => isPaid(app, 5) === '0', PATIENCE_MS, 'the access has ended');
  await app.told(ADMIN, '⭐');
  const message = (content) => ({ message_id: 1, date: 1, chat: { id: 8, type: 'private', first_name: 'Buyer' }, from: person(8), ...content });
  const about = { currency: 'XTR', total_amount: PRICE, invoice_payload: 'admit:course', telegram_payment_charge_id: 'early' };
  await app.update({ update_id: 1, message: message({ refunded_payment: about }) });
  await app.update({ update_id: 2, message: message({ successful_payment: { ...about, provider_payment_charge_id: '' } }) });
  assert.equal(isPaid(app, 8), '0', 'the refund came first');
});

test('updates that never came: the list of transactions is read on from where it was', async (t) => {
  const app = await shop(t);
  const link = app.telegram.stars.methods.createInvoiceLink({ title: 'x', description: 'x', payload: 'admit:course', currency: 'XTR', prices: [{ label: 'x', amount: PRICE }] });
  for (let tgId = 1001; tgId <= 1105; tgId += 1) assert.equal((await app.telegram.payStars(person(tgId), link, { silently: true })).ok, true);
  app.telegram.stars.transactions.push({ id: 'gift', amount: 5, date: 1, source: { type: 'other' } });
  const first = await app.admit(['reconcile']);
  assert.match(first.stdout, /stars +106 looked at, 105 mended/);
  assert.equal(app.sql('SELECT COUNT(*) FROM users WHERE is_paid = 1')[0][0], '105');
  assert.match((await app.admit(['reconcile'])).stdout, /stars +0 looked at, 0 mended\n\nNothing was missing/);
  const asked = app.telegram.calls.filter(({ method }) => method === 'getStarTransactions').map(({ params }) => params.offset);
  assert.deepEqual(asked, [0, 100, 106]);
});

test('without Stars there is no invoice; what the terms ask for is answered; a wrong SELL_WITH is told', async (t) => {
  const app = await shop(t, { SELL_WITH: 'stripe' });
  await app.say(person(5), '/pay');
  assert.ok(!JSON.stringify(app.telegram.messages(5)).includes('stars:'));
  for (const [command, words] of [['/paysupport', /не до підтримки Telegram/], ['/terms', /не можна передавати/], ['/privacy', /ні імені, ні пошти/]]) {
    await app.say(person(5), command);
    assert.match(app.telegram.messages(5).at(-1).text, words);
  }
  const { status, stdout } = await app.admit(['check', '--settings'], { SELL_WITH: 'cash' });
  assert.equal(status, 1);
  assert.match(stdout, /SELL_WITH must be stripe, stars or both/);
});

// ---- subscriptions of 30 days ----

const DAY_MS = 86_400_000;
const CHANNEL = -1001234567890;
const PLAN = { PRICE_EVERY: 'month', PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined, SELL_WITH: 'stars' };

const personal = (app, tgId) => app.telegram.messages(tgId).map(({ text }) => /https:\/\/t\.me\/\+[\w-]+/.exec(text)?.[0]).filter(Boolean);
const isIn = (app, tgId) => app.telegram.channels.inside(CHANNEL).includes(tgId);
const access = (app, tgId) => app.sql(`SELECT is_in, why, until_ms, renews FROM access WHERE tg_id = ${tgId}`)[0];
const cancels = (app) => app.telegram.calls.filter(({ method }) => method === 'editUserStarSubscription').map(({ params }) => params.telegram_payment_charge_id);

/** The link of the invoice that the bot sends when asked to sell. */
async function planFor(app, tgId) {
  const from = app.telegram.messages(tgId).length;
  await app.say(person(tgId), '/pay');
  const button = () => app.telegram.messages(tgId).slice(from).flatMap(({ reply_markup: markup }) => markup?.inline_keyboard.flat() ?? [])
    .find(({ url }) => url?.startsWith('https://t.me/$'));
  return (await until(button, PATIENCE_MS, 'a button with the link of an invoice')).url;
}

/** Pays, and goes in: the charge that the subscription is known by. */
async function subscribe(app, tgId = 5) {
  const paid = await app.telegram.payStars(person(tgId), await planFor(app, tgId));
  assert.equal(paid.ok, true, paid.error);
  const link = await until(() => personal(app, tgId).at(-1), PATIENCE_MS, 'a link');
  assert.equal(app.telegram.follow(person(tgId), link), 'asked');
  await until(() => isIn(app, tgId), PATIENCE_MS, 'in');
  await app.settled();
  return paid.charge;
}

/** So many days go by, for the ledger and the worker. */
async function elapse(app, days) {
  const ms = days * DAY_MS;
  app.write(`UPDATE orders SET until_ms = until_ms - ${ms}; UPDATE access SET until_ms = until_ms - ${ms}, paid_until_ms = paid_until_ms - ${ms};`);
  await app.admit(['work', '--once']);
  await until(() => app.sql(`SELECT 1 FROM access WHERE is_in = 1 AND until_ms <= ${Date.now()}`).length === 0, PATIENCE_MS, 'what is due is done');
  await app.settled();
}

test('a subscription: sold by a link, renewed in silence, each payment a charge of its own', async (t) => {
  const app = await shop(t, PLAN);
  const first = await subscribe(app);
  const made = app.telegram.calls.find(({ method }) => method === 'createInvoiceLink').params;
  assert.deepEqual([made.subscription_period, made.currency, made.prices.length, made.prices[0].amount, made.chat_id], [2_592_000, 'XTR', 1, PRICE, undefined]);
  const [, , begun, renews] = access(app, 5);
  assert.equal(renews, '1');
  assert.ok(Math.abs(Number(begun) - Date.now() - 33 * DAY_MS) < DAY_MS, '30 days and the grace');
  await app.say(person(5), '/status');
  assert.match(app.telegram.messages(5).at(-1).text, /до \d+ \p{L}+ \d{4}/u);

  const heard = app.telegram.messages(5).filter(({ from }) => from.is_bot).length;
  const next = await app.telegram.stars.renew(first);
  await app.telegram.sendUpdate(next.update);
  await app.telegram.sendUpdate({ ...next.update, update_id: next.update.update_id + 1000 });
  await app.settled();
  assert.notEqual(next.charge, first);
  assert.equal(Math.round((Number(access(app, 5)[2]) - Number(begun)) / DAY_MS), 30, 'longer by a period, once');
  assert.equal(app.sql("SELECT COUNT(*) FROM orders WHERE provider = 'stars'")[0][0], '2');
  assert.equal(app.telegram.messages(5).filter(({ from }) => from.is_bot).length, heard, 'the buyer is not told');
});

test('a subscription that is not paid anew: in through the grace, then out; paid again: in again', async (t) => {
  const app = await shop(t, PLAN);
  await subscribe(app);
  await elapse(app, 31);
  assert.deepEqual([isIn(app, 5), access(app, 5)[0]], [true, '1'], 'three days of grace');
  await elapse(app, 3);
  await until(() => !isIn(app, 5), PATIENCE_MS, 'out');
  assert.deepEqual(access(app, 5).slice(0, 2), ['0', 'ended']);
  const links = personal(app, 5).length;
  assert.equal((await app.telegram.payStars(person(5), await planFor(app, 5))).ok, true);
  await until(() => personal(app, 5).length > links, PATIENCE_MS, 'another link');
  app.telegram.follow(person(5), personal(app, 5).at(-1));
  await until(() => isIn(app, 5), PATIENCE_MS, 'in again');
});

test('a subscription that the buyer cancels and takes up again: said where the bot asked for that', async (t) => {
  const app = await shop(t, PLAN);
  const first = await subscribe(app);
  const begun = Number(access(app, 5)[2]);
  const status = async () => {
    await app.say(person(5), '/status');
    return app.telegram.messages(5).at(-1).text;
  };
  const renewing = await status();
  await app.telegram.stars.cancel(first);
  await app.telegram.stars.cancel(first, false);
  assert.equal(app.sql("SELECT COUNT(*) FROM inbox WHERE type = 'plan'")[0][0], '0', 'not asked for, not told');
  assert.equal((await app.admit(['setup'])).status, 0);
  await app.telegram.stars.cancel(first);
  await app.settled();
  const [isStillIn, why, until, renews] = access(app, 5);
  assert.deepEqual([isStillIn, why, renews], ['1', 'paid', '0']);
  assert.equal(begun - Number(until), 3 * DAY_MS, 'no grace');
  const ending = await status();
  assert.notEqual(ending, renewing);
  assert.match(ending, /до \d+ \p{L}+ \d{4}/u);
  assert.equal(isIn(app, 5), true);
  await app.telegram.stars.cancel(first, false);
  await app.settled();
  assert.deepEqual([Number(access(app, 5)[2]), access(app, 5)[3], await status()], [begun, '1', renewing]);
  await app.update({ update_id: 900_000_001, subscription: { user: person(5), invoice_payload: 'admit:course', state: 'hibernating' } }, { isReal: false });
  assert.equal(access(app, 5)[3], '1', 'a state of another time is no error');
});

test('a payment of a subscription that fails: told to the operators, out at the end of what was paid', async (t) => {
  const app = await shop(t, PLAN);
  assert.equal((await app.admit(['setup'])).status, 0);
  const first = await subscribe(app);
  await elapse(app, 29.9);
  await app.telegram.stars.fail(first);
  await app.told(ADMIN, 'Подовження не оплачено');
  assert.equal(isIn(app, 5), true, 'what was paid is theirs');
  await elapse(app, 0.2);
  await until(() => !isIn(app, 5), PATIENCE_MS, 'out, without grace');
  assert.deepEqual(access(app, 5).slice(0, 2), ['0', 'unpaid']);
});

test('a second subscription is refused, a renewal at the price it began with is not', async (t) => {
  const app = await shop(t, PLAN);
  const link = await planFor(app, 5);
  await subscribe(app);
  assert.match((await app.telegram.payStars(person(5), link)).error, /вже маєте доступ/);
  const asked = async (tgId, amount) => {
    const query = { id: `q${tgId}${amount}`, from: person(tgId), currency: 'XTR', total_amount: amount, invoice_payload: 'admit:course' };
    return JSON.parse((await app.update({ update_id: 700_000 + tgId + amount, pre_checkout_query: query })).text).ok;
  };
  assert.deepEqual([await asked(5, 100), await asked(6, 100)], [false, false]);
  await elapse(app, 29.5);
  assert.deepEqual([await asked(5, 100), await asked(6, 100)], [true, false], 'an older price is that of an older subscription');
});

// Each refund asks anew, by the command and by what is recorded, unless the one before is still waiting: the buyer may
// have taken the end back in Telegram since.
for (const [what, end, why, most] of [
  ['refunded', async (app, first) => {
    const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${first.at(-1)}'`);
    assert.equal((await app.admit(['refund', order, '--yes'])).status, 0);
    const [[earlier]] = app.sql(`SELECT id FROM orders WHERE session_id = '${first[0]}'`);
    assert.equal((await app.admit(['refund', earlier, '--yes'])).status, 0);
  }, 'refunded', 4],
  ['revoked', async (app) => { assert.equal((await app.admit(['revoke', '5'])).status, 0); }, 'revoked', 1],
])
  test(`a subscription that the operator has ${what}: out, and Telegram takes no more`, async (t) => {
    const app = await shop(t, PLAN);
    const first = await subscribe(app);
    const { charge } = await app.telegram.stars.renew(first);
    await app.noted(`SELECT 1 FROM orders WHERE session_id = '${charge}'`);
    assert.equal(app.telegram.stars.isRenewing(first), true);
    await end(app, [first, charge]);
    await until(() => !app.telegram.stars.isRenewing(first), PATIENCE_MS, 'canceled at Telegram');
    await until(() => !isIn(app, 5), PATIENCE_MS, 'out');
    await app.settled();
    assert.deepEqual(access(app, 5).slice(0, 2), ['0', why]);
    const asked = cancels(app).filter((one) => one === first).length;
    assert.ok(asked >= 1 && asked <= most, `asked ${asked} times`);
    assert.equal((await app.telegram.stars.renew(first)).ok, false);
    assert.equal(app.sql('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL').length, 0);
  });

test('renewals that were never told: reconciled with their period, in any order', async (t) => {
  const app = await shop(t, PLAN);
  const first = await subscribe(app);
  const before = Number(access(app, 5)[2]);
  await elapse(app, 20);
  const { charge } = await app.telegram.stars.renew(first, { silently: true });
  assert.equal((await app.admit(['reconcile'])).status, 0);
  const [[listed, renews]] = app.sql(`SELECT until_ms, renews FROM orders WHERE session_id = '${charge}'`);
  assert.equal(renews, '1');
  assert.ok(Math.abs(Number(listed) - Date.now() - 30 * DAY_MS) < DAY_MS, 'a period from the payment');
  const message = {
    message_id: 9, date: 1, chat: { id: 5, type: 'private', first_name: 'Buyer' }, from: person(5),
    successful_payment: {
      currency: 'XTR', total_amount: PRICE, invoice_payload: 'admit:course', telegram_payment_charge_id: charge, provider_payment_charge_id: '',
      is_recurring: true, subscription_expiration_date: Math.round(before / 1000) + 30 * 86_400,
    },
  };
  await app.update({ update_id: 800_001, message });
  const [[told]] = app.sql(`SELECT until_ms FROM orders WHERE session_id = '${charge}'`);
  assert.ok(Number(told) > Number(listed), 'the later of the two words holds');
  assert.ok(Number(access(app, 5)[2]) > Number(told), 'and access with it');
});

test('what is paid by the year is not sold for Stars', async (t) => {
  const app = await shop(t, { ...PLAN, SELL_WITH: 'both', PRICE_EVERY: 'year' });
  await app.say(person(5), '/pay');
  assert.doesNotMatch(JSON.stringify(app.telegram.messages(5)), /stars:/);
});
