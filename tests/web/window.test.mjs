// The shop's window in the chat: what strangers and members see, cards with pictures and how one leafs through them, and
// by which link a buyer came.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { LINK, person, startAdmit, until } from './harness.mjs';

const course = {
  id: 'course', title: { uk: 'Десять кроків', en: 'Ten steps' }, price: { amount: 999, currency: 'eur' }, channels: [{ link: LINK }],
  description: { uk: 'Десять уроків і коуч.', en: 'Ten lessons and a coach.' },
};
const club = {
  id: 'club', title: { uk: 'Клуб щастя', en: 'Happy club' }, kind: 'club', price: { amount: 1500, currency: 'eur' }, every: 'month',
  price_note: { uk: 'з ПДВ', en: 'incl. VAT' }, channels: [{ link: 'https://t.me/+club1' }],
};

async function withProducts(t, make) {
  let file;
  const prepare = (dir) => {
    file = `${dir}/products.json`;
    writeFileSync(file, JSON.stringify({ products: make(dir) }));
  };
  const env = { PRICE_AMOUNT: undefined, RECONCILE_MINUTES: '0' };
  return startAdmit({ t, prepare, env, late: () => ({ PRODUCTS_FILE: file }) });
}

const last = (app, tgId) => app.telegram.messages(tgId).at(-1);
const buttons = ({ reply_markup: markup }) => (markup?.inline_keyboard ?? []).flat();
const data = (message) => buttons(message).map((button) => button.callback_data ?? 'url');
const rows = ({ reply_markup: { inline_keyboard: all } }) => all.map((row) => row.map(({ text }) => text).join(' '));
const en = (id) => person(id, { language_code: 'en' });

async function buy(app, tgId, id) {
  const { headers } = await app.request(`/pay?tg_id=${tgId}&product=${id}`);
  await app.event(await app.stripe.pay(app.sessionAt(headers.get('location'))));
  await app.settled();
}

test('a stranger sees what is sold and for how much, a member what is theirs, who has one of two sees both', async (t) => {
  const app = await withProducts(t, () => [course, club]);
  await app.say(en(5), '/start');
  assert.match(last(app, 5).text, /• Ten steps — €9\.99, paid once\n• Happy club — €15(\.00)? a month$/);
  assert.deepEqual(data(last(app, 5)), ['buy:course', 'buy:club', 'status', 'ask_how', 'legal']);
  await buy(app, 5, 'club');
  await app.say(en(5), '/start');
  assert.match(last(app, 5).text, /^Welcome back![^]*• Happy club\n\nThere is more:\n• Ten steps — €9\.99, paid once$/);
  assert.deepEqual(data(last(app, 5)), ['open:club', 'buy:course', 'status', 'help']);
  await app.telegram.press(en(5), last(app, 5), 'open:club');
  await app.told(5, 'private club “Happy club”');
  await buy(app, 5, 'course');
  await app.say(en(5), '/start');
  assert.doesNotMatch(last(app, 5).text, /€|more/, 'nothing to sell');
  for (const [word, says] of [['status', 'access to the club “Happy club”'], ['help', '/paysupport'], ['legal', 'You buy access']]) {
    await app.telegram.press(en(5), last(app, 5), word);
    await app.told(5, says);
    await app.settled();
  }
});

test('cards: a picture is sent once, and one leafs on in the same message', async (t) => {
  const app = await withProducts(t, (dir) => {
    writeFileSync(`${dir}/course.jpg`, Buffer.from([0xff, 0xd8, 0x0d, 0x0a, 0x00, 0xff]));
    return [{ ...course, photo: `${dir}/course.jpg` }, club, { ...club, id: 'more', title: 'More' }];
  });
  const sent = () => app.telegram.calls.filter(({ method }) => /Photo|Media/.test(method));
  await app.say(en(5), '/start buy_course');
  const card = await until(() => last(app, 5)?.photo && last(app, 5), 20_000, 'a card');
  assert.equal(card.caption, 'Ten steps\n\nTen lessons and a coach.\n\nPrice: €9.99, paid once');
  assert.deepEqual(rows(card), ['💳 Go to payment', '‹ 1/3 ›']);
  assert.match(buttons(card)[0].url, /\/pay\?tg_id=5&language=en/);
  assert.equal(app.telegram.chats.bytesAt('photos/file_1.jpg').length, 6, 'as it is in the file');
  await app.say(en(6), '/start buy_course');
  await until(() => last(app, 6)?.photo, 20_000, 'a card for the next one');
  assert.equal(typeof sent().at(-1).params.photo, 'string', 'by its name');
  await app.telegram.press(en(5), card, 'card:club'); // no picture: another message
  await app.told(5, 'Happy club\n\nPrice: €15');
  const text = last(app, 5);
  assert.match(text.text, /a month\nincl\. VAT$/);
  assert.deepEqual(rows(text).at(-1), '‹ 2/3 ›');
  await app.telegram.press(en(5), text, 'card:more');
  await until(() => /^More/.test(last(app, 5).text), 20_000, 'in the same message');
  assert.equal(last(app, 5).message_id, text.message_id);
  await app.telegram.press(en(5), last(app, 5), '-');
  await app.telegram.press(en(5), last(app, 5), 'card:course');
  await until(() => last(app, 5).photo, 20_000, 'a picture in the place of the text');
  assert.equal(last(app, 5).message_id, text.message_id);
  assert.equal(sent().at(-1).params.media.media, 'photo1');
  await app.settled();
});

test('the word of the link by which a buyer came: kept at the first start, in report and export', async (t) => {
  const app = await startAdmit({ t });
  await app.say(person(5), '/start spring_sale');
  await app.say(person(5), '/start autumn');
  await app.say(person(6), '/start');
  await app.buy(5);
  await app.buy(6);
  await app.settled();
  assert.deepEqual(app.sql('SELECT tg_id, source FROM orders ORDER BY tg_id'), [['5', 'spring_sale'], ['6', '']]);
  const report = JSON.parse((await app.admit(['report', '--json'])).stdout);
  assert.deepEqual(report.sources, [
    { source: '(none)', orders: 1, taken_minor: 999, currency: 'eur' }, { source: 'spring_sale', orders: 1, taken_minor: 999, currency: 'eur' },
  ]);
  assert.match((await app.admit(['report'])).stdout, /spring_sale \| 1 \| 9\.99 EUR/);
  const [head, ...lines] = (await app.admit(['export'])).stdout.trim().split('\n');
  assert.match(head, /,source,consent,consent_ms\r?$/);
  assert.ok(lines.some((line) => /,spring_sale,,\r?$/.test(line)));
});

test('a club is no course, in any language, and no coach is promised where there are no lessons', async (t) => {
  const app = await startAdmit({ t, env: { PRODUCT_KIND: 'club', PRICE_NOTE: 'incl. 20 % VAT' } });
  const course_ = /course|курс|kurs/i;
  for (const [i, code] of ['uk', 'en', 'de', 'pl'].entries()) {
    const who = person(20 + i, { language_code: code });
    for (const words of ['/start', '/status', '/pay', '/help']) await app.say(who, words);
    await app.buy(20 + i);
    await app.settled();
    for (const words of ['/start', '/status', '/pay']) await app.say(who, words);
    for (const { text } of app.telegram.messages(20 + i)) {
      assert.doesNotMatch(text, course_, code);
      assert.doesNotMatch(text, /coach|коуч/i, code);
    }
    assert.ok(app.telegram.messages(20 + i)[0].text.includes('incl. 20 % VAT'), code);
  }
  const { status, stdout } = await app.admit(['check', '--settings'], { PRODUCT_KIND: 'book' });
  assert.equal(status, 1);
  assert.match(stdout, /PRODUCT_KIND must be course, club or channel/);
});
