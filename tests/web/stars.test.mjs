// Telegram Stars, the second till: invoices, the question before a payment, payments, refunds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { person, startAdmit, until } from './harness.mjs';

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
  return until(() => app.telegram.messages(tgId).find(({ invoice }) => invoice), 5000, 'an invoice');
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
  await app.told(ADMIN, '500 XTR');
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
  await until(() => isPaid(app, 5) === '0', 5000, 'the access has ended');
  await app.told(ADMIN, 'XTR');
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
