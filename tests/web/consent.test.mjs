// Consent before the payment, and the withdrawal after it: in the chat and on pages.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { LINK, person, startAdmit } from './harness.mjs';

const TERMS = '# Умови\n\nДоступ лише для вас.\n';

async function shop(t, env = {}, products) {
  let dir, file;
  const prepare = (made) => {
    dir = `${made}/content`;
    file = `${made}/products.json`;
    mkdirSync(`${dir}/legal`, { recursive: true });
    writeFileSync(`${dir}/legal/terms.uk.md`, TERMS);
    if (products) writeFileSync(file, JSON.stringify({ products }));
  };
  const late = () => ({ CONTENT_DIR: dir, ...(products && { PRODUCTS_FILE: file }) });
  const app = await startAdmit({ t, prepare, env: { CONSENT: '1', RECONCILE_MINUTES: '0', ...env }, late });
  return Object.assign(app, { content: dir });
}

const buttons = (message) => message.reply_markup?.inline_keyboard.flat() ?? [];
const last = (app, id) => app.telegram.messages(id).at(-1);
const consents = (app, id) => app.sql(`SELECT product, language, is_proven FROM consents WHERE tg_id = ${id} ORDER BY id`);

async function says(app, user, words) {
  await app.say(user, words);
  await app.settled();
  return last(app, user.id);
}

async function presses(app, user, label) {
  const message = last(app, user.id);
  const { callback_data: data } = buttons(message).find(({ text }) => text === label);
  await app.telegram.press(user, message, data);
  await app.settled();
  return last(app, user.id);
}

/** The form of a page, sent as a browser sends it, with the value of its button. */
function send(app, text, fields = {}) {
  const action = /<form method="post" action="([^"]*)"/.exec(text)[1].replaceAll('&amp;', '&');
  const hidden = Object.fromEntries([...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  const [, name, value] = /<button name="(\w+)" value="([^"]*)"/.exec(text) ?? [];
  const body = new URLSearchParams({ ...hidden, ...(name && { [name]: value }), ...fields }).toString();
  const { pathname, search } = new URL(action, `${app.base}/withdraw`);
  return app.request(pathname + search, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
}

test('in the chat the terms come first, then the way to pay; the consent is told with the invite', async (t) => {
  const app = await shop(t, { PAY_LINK_SECRET: 'a-word-that-nobody-can-guess-0123456789' });
  const user = person(5);
  const asked = await says(app, user, '/pay');
  assert.match(asked.text, /\/legal\/terms\?language=uk/);
  assert.match(asked.text, /право на відмову припиняється/);
  assert.deepEqual(buttons(asked).map(({ text }) => text), ['Умови', 'Прочитано, погоджуюся', 'Скасувати']);
  assert.deepEqual(consents(app, 5), []);
  const way = await presses(app, user, 'Прочитано, погоджуюся');
  const [{ url }] = buttons(way);
  assert.match(url, /\/pay\?t=/);
  assert.deepEqual(consents(app, 5).map((row) => row.map(String)), [['course', 'uk', '1']]);
  const [[hash]] = app.sql('SELECT hash FROM consents');
  const sentence = /заявляєте:\n(.*)$/s.exec(asked.text)[1];
  assert.equal(hash, createHash('sha256').update(`${sentence}\0${TERMS}`).digest('hex'));
  const { headers, status } = await app.request(url.slice(app.base.length));
  assert.equal(status, 303, 'nobody is asked twice');
  await app.event(await app.stripe.pay(app.sessionAt(headers.get('location'))));
  await app.invited(5);
  await app.settled();
  assert.match(last(app, 5).text, new RegExp(hash));
});

test('who says no has bought nothing; an old button to a text that changed asks anew', async (t) => {
  const app = await shop(t);
  const user = person(5);
  const old = await says(app, user, '/pay');
  assert.match((await presses(app, user, 'Скасувати')).text, /Нічого не куплено/);
  writeFileSync(`${app.content}/legal/terms.uk.md`, `${TERMS}Ще одне.\n`);
  await app.telegram.press(user, old, buttons(old)[1].callback_data);
  await app.settled();
  assert.deepEqual(consents(app, 5), []);
  assert.equal(buttons(last(app, 5))[1].text, 'Прочитано, погоджуюся');
  assert.match(buttons(await presses(app, user, 'Прочитано, погоджуюся'))[0].url, /\/pay\?/);
  writeFileSync(`${app.content}/legal/terms.uk.md`, `${TERMS}І ще.\n`);
  assert.equal(buttons(await says(app, user, '/pay'))[1].text, 'Прочитано, погоджуюся', 'asked again when the text changes');
});

test('behind a bare link a page asks, each time, and leads on to Stripe', async (t) => {
  const app = await shop(t);
  await app.say(person(9), '/start'); // by which there is a ledger
  const page = await app.request('/pay?tg_id=5', { headers: { 'accept-language': 'de' } });
  assert.equal(page.status, 200);
  assert.match(page.text, /<h1>Vor der Zahlung<\/h1>/);
  assert.match(page.text, /Доступ лише для вас\./, 'the terms in the one language that there is');
  assert.equal(app.stripe.sessions.size, 0, 'no session before the consent');
  const wrong = await send(app, page.text.replace(/value="\d+\.\w/, 'value="9999999999.'));
  assert.equal(wrong.status, 200);
  assert.deepEqual(consents(app, 5), []);
});

test('the page\'s form in one language is noted, and goes on', async (t) => {
  const app = await shop(t);
  const page = await app.request('/pay?tg_id=5&language=uk');
  const done = await send(app, page.text);
  assert.equal(done.status, 303);
  assert.ok(app.sessionAt(done.headers.get('location')));
  assert.deepEqual(consents(app, 5).map((row) => row.map(String)), [['course', 'uk', '0']]);
  assert.equal((await app.request('/pay?tg_id=5&language=uk')).status, 200, 'a bare link asks each time');
  assert.match((await says(app, person(5), '/pay')).text, /заявляєте/, 'and proves nothing in the chat');
  const other = await app.request('/pay?tg_id=6&language=uk', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ agree: /name="agree" value="([^"]*)"/.exec(page.text)[1] }).toString() });
  assert.equal(other.status, 200, 'another person\'s word is none');
  assert.deepEqual(consents(app, 6), []);

  const third = await app.request('/pay?tg_id=7&language=uk');
  app.stripe.setFault({ kind: 'status', status: 429, next: Infinity });
  const [, url] = /url=(.*)$/.exec((await send(app, third.text)).headers.get('refresh'));
  app.stripe.setFault(null);
  assert.equal((await app.request(`/pay${url}`)).status, 303, 'whoever was put in line is not asked again');
  assert.equal((await app.request(`/pay${url.replace('tg_id=7', 'tg_id=8')}`)).status, 200);
  assert.equal(consents(app, 7).length, 1);
});

test('with CONSENT_AT=stripe Stripe\'s page asks, for the text as it is then, and the answer is noted once', async (t) => {
  const app = await shop(t, { CONSENT_AT: 'stripe' });
  const opens = async (path) => app.stripe.sessions.get(app.sessionAt((await app.request(path)).headers.get('location')));
  const session = await opens('/pay?tg_id=5&language=uk');
  assert.equal(session.consent_collection.terms_of_service, 'required');
  assert.match(session.custom_text.terms_of_service_acceptance.message, /право на відмову .*\[Умови\]\(http[^)]*\/legal\/terms\?language=uk\)$/);
  writeFileSync(`${app.content}/legal/terms.uk.md`, `${TERMS}\nІнше.\n`);
  const paid = await app.stripe.pay(session.id);
  for (const _ of [1, 2]) await app.event(paid);
  await app.invited(5);
  await app.settled();
  assert.deepEqual(app.sql('SELECT product, hash, language, is_proven FROM consents WHERE tg_id = 5').map((row) => row.map(String)),
    [['course', session.metadata.consent.split(' ')[0], 'uk', '0']]);
  assert.ok(last(app, 5).text.includes(session.metadata.consent.split(' ')[0]), 'it is told with the invite');
  const spoilt = await opens('/pay?tg_id=6');
  spoilt.metadata.consent = 'of nobody';
  await app.event(await app.stripe.pay(spoilt.id));
  await app.invited(6);
  assert.deepEqual(consents(app, 6), [], 'what cannot be read is none, and costs no sale');
});

test('a product may ask by itself, or not', async (t) => {
  const product = (id, more) => ({ id, title: id, price: { amount: 999, currency: 'eur' }, channels: [{ link: LINK }], ...more });
  const app = await shop(t, { CONSENT: '0', PRICE_AMOUNT: undefined }, [product('plain'), product('asked', { consent: true })]);
  assert.equal((await app.request('/pay?tg_id=5&product=plain')).status, 303);
  assert.equal((await app.request('/pay?tg_id=5&product=asked')).status, 200);
});

test('a withdrawal: named, confirmed, acknowledged, told; once', async (t) => {
  const app = await shop(t, { CONSENT: '0', ADMIN_TG_IDS: '900', PAY_LIMIT_ADDRESS: '600' });
  await app.say(person(900), '/start');
  await app.say(person(5), '/start');
  await app.buy(5);
  await app.invited(5);
  const legal = await says(app, person(5), '/legal');
  const way = buttons(legal)[0];
  assert.equal(way.text, 'Відмовитися від договору');
  const first = await app.request(way.url.slice(app.base.length));
  assert.match(first.text, /name="contract"[^>]* value="5"/, 'the chat fills it in');
  const sure = await send(app, first.text, { contract: '5' });
  assert.match(sure.text, /Цим я відмовляюся від мого договору 5\./);
  assert.deepEqual(app.sql('SELECT id FROM withdrawals'), [], 'nothing before it is confirmed');
  const done = await send(app, sure.text);
  assert.match(done.text, /Відмова № 1 від договору 5, отримана \d{4}-\d\d-\d\d \d\d:\d\d/);
  await send(app, sure.text);
  assert.equal(app.sql('SELECT id FROM withdrawals').length, 1);
  await app.settled();
  assert.match(last(app, 5).text, /Вашу відмову № 1 від договору про .* отримано \d{4}-\d\d-\d\d \d\d:\d\d/);
  assert.match(last(app, 900).text, /Згоди.*не записано.*admit refund 1/s);
  const unknown = await send(app, (await send(app, first.text, { contract: '77' })).text);
  assert.match(unknown.text, /Відмова № 2 від договору 77/, 'an unknown contract is answered alike');
  const name = await send(app, first.text, { contract: 'me@example.com' });
  assert.match(name.text, /лише латинські літери/);
  assert.doesNotMatch(name.text, /example/);
});

test('a withdrawal is limited like /pay', async (t) => {
  const app = await shop(t, { PAY_LIMIT_ADDRESS: '1' });
  const body = (contract) => new URLSearchParams({ contract, sure: '1' }).toString();
  const post = (contract) => app.request('/withdraw', { method: 'POST', body: body(contract), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.equal((await post('1')).status, 200);
  assert.equal((await post('2')).status, 429);
});
