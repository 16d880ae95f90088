// The products and what becomes of them: the file changes while the programs run, a product goes, another one leads to
// the same channel.

import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { LINK, person, startAdmit, until } from './harness.mjs';

const ADMIN = 900;
const CHANNEL = -1001234567890;
const OTHER = -1009876543210;
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;

const product = (id, title, ...channels) => ({ id, title, price: { amount: 999, currency: 'eur' }, channels });
const course = product('course', 'Курс', { link: LINK });
const club = product('club', 'Клуб', { link: 'https://t.me/+club1' });

/** As an editor writes a file: another one takes its place. */
function put(file, products) {
  const text = typeof products === 'string' ? products : JSON.stringify({ products });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** With a products file, of which app.put() writes another. */
async function withProducts(t, products, more = {}, how = {}) {
  let file;
  const prepare = (dir) => { file = `${dir}/products.json`; put(file, products); };
  const env = { ADMIN_TG_IDS: String(ADMIN), PRICE_AMOUNT: undefined, ...more };
  const app = await startAdmit({ t, prepare, env, resident: true, late: () => ({ PRODUCTS_FILE: file }), ...how });
  return Object.assign(app, { put: (all) => put(file, all), remove: () => rmSync(file) });
}

/** Opens a session for a product, pays it and delivers the event. */
async function buy(app, tgId, id) {
  const res = await app.request(`/pay?tg_id=${tgId}&product=${id}`);
  assert.equal(res.status, 303, `${id} is sold`);
  assert.equal((await app.event(await app.stripe.pay(app.sessionAt(res.headers.get('location'))))).status, 200);
}

const parked = (app, tgId) => app.sql(`SELECT kind FROM jobs WHERE tg_id = ${tgId} AND parked_ms IS NOT NULL AND done_ms IS NULL`).flat();
const alerts = (app, words) => app.telegram.messages(ADMIN).filter(({ text }) => text.includes(words)).length;

test('a product that comes into the file is sold, paid and invited to by programs that run already', async (t) => {
  const app = await withProducts(t, [course]);
  await buy(app, 5, 'course');
  await app.invited(5);
  app.put([course, club]);
  await buy(app, 6, 'club');
  await app.told(6, 't.me/+club1');
  assert.equal(app.invites(6).length, 0, 'never the first one in its place');
});

test('a product taken out after it was bought: its invite waits, the operator hears of it, and it comes when the product is back', async (t) => {
  const app = await withProducts(t, [course, club]);
  const res = await app.request('/pay?tg_id=7&product=club');
  const event = await app.stripe.pay(app.sessionAt(res.headers.get('location')));
  app.put([course]);
  await app.event(event);
  await until(() => parked(app, 7).includes('1'), 20_000, 'the invite is parked');
  await app.told(ADMIN, 'unknown product: club', 20_000);
  assert.deepEqual(app.sql('SELECT is_in FROM access WHERE tg_id = 7'), [['1']], 'access is kept');
  assert.equal(app.invites(7).length, 0, 'no invite to another product');
  await app.say(person(7), '/help');
  await until(() => parked(app, 7).length === 1, 20_000, 'and parked again, once');
  app.put([course, club]);
  await buy(app, 8, 'course');
  await app.told(7, 't.me/+club1', 20_000);
  await app.settled(20_000);
});

test('a worker that nobody wakes finds the product again by itself', async (t) => {
  const app = await withProducts(t, [course]);
  await buy(app, 5, 'course');
  await app.settled();
  app.write(`INSERT INTO users (tg_id, created_ms) VALUES (9, 1);
    INSERT INTO access (tg_id, product, is_in, why, decided_ms) VALUES (9, 'club', 1, 'paid', 1);
    INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms) VALUES (1, 'x/9', 9, 'club', 1, 1)`);
  await app.say(person(5), '/help');
  await until(() => parked(app, 9).length === 1, 20_000, 'parked');
  app.put([course, club]);
  await app.told(9, 't.me/+club1', 60_000);
});

test('a product for Stars alone: sold in the chat, by no link; /pay says so, admit check finds nothing wrong', async (t) => {
  const star = { id: 'star', title: 'Зірка', stars: 5, channels: [{ link: 'https://t.me/+star1' }] };
  const app = await withProducts(t, [course, star], { SELL_WITH: 'both' });
  const page = await app.request('/pay?tg_id=5&product=star');
  assert.equal(page.status, 200);
  assert.match(page.text, /«Зірка» продається лише в Telegram/);
  assert.equal(app.stripe.sessions.size, 0, 'Stripe is not asked for a page');
  await app.say(person(5), '/pay');
  const choices = app.telegram.messages(5).at(-1);
  const choice = choices.reply_markup.inline_keyboard.flat().find(({ callback_data: data }) => data?.endsWith(':star'));
  await app.telegram.press(person(5), choices, choice.callback_data);
  const invoice = await until(() => app.telegram.messages(5).find((message) => message.invoice), 20_000, 'an invoice');
  assert.ok(!JSON.stringify(app.telegram.messages(5)).includes('/pay?'), 'no link to pay by');
  assert.equal((await app.telegram.payStars(person(5), invoice)).ok, true);
  await app.told(5, 't.me/+star1', 20_000);
  assert.doesNotMatch((await app.admit(['check'])).stdout, /Stars alone/);
  const { stdout } = await app.admit(['check'], { SELL_WITH: 'stripe' });
  assert.match(stdout, /star has a price in Stars alone and is not sold for them/);
});

test('a faulty file: what was sold goes on being sold, and the operator hears of the fault once', async (t) => {
  const app = await withProducts(t, [course]);
  await buy(app, 5, 'course');
  app.put('{ "products": [\n { "id": "course", "title": 7 } ] }');
  await until(async () => {
    await app.request('/health');
    return alerts(app, 'products.json') > 0;
  }, 20_000, 'the operator hears of it');
  await buy(app, 6, 'course');
  await app.invited(6);
  await app.say(person(6), '/help');
  assert.match(app.log(), /ev=products_not_read [^\n]*line 2/);
  app.remove();
  await until(async () => {
    await app.request('/health');
    return alerts(app, 'cannot be read') > 0;
  }, 20_000, 'and that it is gone');
  await buy(app, 7, 'course');
  app.put([course, club]);
  await buy(app, 8, 'club');
  await app.settled(20_000);
  assert.equal(alerts(app, 'line 2'), 1);
  assert.equal(alerts(app, 'cannot be read'), 1);
});

test('from the settings to a products file with another id for the same channel: who paid stays in, and a rename brings all over', async (t) => {
  const settings = { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined, ADMIN_TG_IDS: String(ADMIN) };
  let file;
  const app = await startAdmit({ t, env: settings, resident: true, prepare: (dir) => { file = `${dir}/products.json`; } });
  await app.buy(5);
  const link = await until(() => app.telegram.messages(5).map(({ text }) => PERSONAL.exec(text)?.[0]).find(Boolean), 20_000, 'a link');
  app.telegram.follow(person(5), link);
  await until(() => app.telegram.channels.status(CHANNEL, 5) === 'member', 20_000, 'in');
  await app.settled(20_000);
  await app.telegram.attempts.waitFor(({ name, status }) => name === 'chat_member' && status === 200); // or a program starts a worker for it
  await app.settled(20_000);

  // The same shop with a products file: everything is started anew with it.
  put(file, [product('ten-steps', 'Десять кроків', { id: CHANNEL }), product('more', 'Ще', { id: OTHER })]);
  await app.stopWorker();
  app.env.PRODUCTS_FILE = file;
  app.stay();
  await until(() => /ev=product_unknown [^\n]*product=course/.test(app.log()), 20_000, 'the log names the product');
  const checked = (await app.admit(['check'])).stdout;
  assert.match(checked, /product "course"[^\n]*1 [^\n]*\n[^\n]*admit product rename course/);

  const looks = () => Number(app.sql('SELECT COUNT(*) FROM jobs WHERE kind = 6 AND tg_id = 5 AND done_ms IS NOT NULL')[0][0]);
  const before = looks();
  app.telegram.channels.setStatus(CHANNEL, person(5), 'left');
  app.telegram.channels.setStatus(CHANNEL, person(5), 'member', person(1), app.telegram.channels.link(link));
  await until(() => looks() > before, 20_000, 'the channel was looked at anew');
  await app.settled(20_000);
  assert.equal(app.telegram.channels.status(CHANNEL, 5), 'member', 'who paid is not removed');

  assert.equal((await app.admit(['product', 'rename', 'course', 'nothing'])).status, 1, 'no such product');
  const renamed = await app.admit(['product', 'rename', 'course', 'ten-steps']);
  assert.equal(renamed.status, 0, renamed.stdout);
  assert.deepEqual(app.sql('SELECT product, is_in FROM access'), [['ten-steps', '1']]);
  assert.deepEqual(app.sql('SELECT DISTINCT product FROM orders'), [['ten-steps']]);
  assert.doesNotMatch((await app.admit(['check'])).stdout, /product "course"/);
  await app.admit(['revoke', '5', 'ten-steps']);
  await until(() => app.telegram.channels.status(CHANNEL, 5) === 'kicked', 20_000, 'and access ends as ever');
});
