// /admin: the shop in the hand of those who run it. What they read stands in transcripts/admin.*.txt and operators.*.txt,
// for whoever speaks the language; after sentences were changed, TRANSCRIPTS=write writes them anew.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { IS_SANITIZED, LINK, PATIENCE_MS, ROOT, person, startAdmit, until } from './harness.mjs';

const OWNER = 900;
const BUYER = 700_001;
const LANGUAGES = { en: 'Thank you for your patience!', uk: 'Дякуємо за терпіння!', de: 'Danke für Ihre Geduld!', pl: 'Dziękujemy za cierpliwość!' };
/** To the sanitizers a language is like another; this one takes the most bytes. */
const TRANSCRIBED = Object.keys(LANGUAGES).filter((language) => !IS_SANITIZED || language === 'uk');

const shop = (t, env = {}) => startAdmit({ t, env: { ADMIN_TG_IDS: String(OWNER), RECONCILE_MINUTES: '0', ...env } });
const buttons = (message) => message?.reply_markup?.inline_keyboard.flat() ?? [];
const isPaid = (app, tgId) => app.sql(`SELECT is_paid FROM users WHERE tg_id = ${tgId}`)[0]?.[0];
const trail = (app) => app.sql('SELECT actor, act, tg_id, result FROM audit WHERE done_ms IS NOT NULL ORDER BY id').map((row) => row.join(' '));

/** The picture of a message, read by a decoder of others': how large it is, and how many colours are in its rows whole. */
function picture(app, { photo }) {
  assert.ok(photo);
  const bytes = Buffer.from(app.telegram.chats.bytesAt('photos/file_1.jpg'));
  const chunks = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const data = bytes.subarray(at + 4, at + 8 + bytes.readUInt32BE(at));
    assert.equal(crc32(data), bytes.readUInt32BE(at + 4 + data.length), 'its checksum');
    chunks.push([data.toString('latin1', 0, 4), data.subarray(4)]);
  }
  assert.deepEqual(chunks.map(([name]) => name), ['IHDR', 'PLTE', 'IDAT', 'IEND']);
  const [width, height] = [chunks[0][1].readUInt32BE(0), chunks[0][1].readUInt32BE(4)];
  const rows = inflateSync(chunks[2][1]);
  assert.equal(rows.length, (width + 1) * height);
  const colours = new Set(), above = new Uint8Array(width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      above[x] += rows[y * (width + 1) + 1 + x];
      if ((above[x] & 15) === 15) colours.add(above[x] >> 4);
    }
  return { width, height, colours: colours.size };
}

/** What a message looks like, in lines. */
const looks = ({ text, caption, photo, reply_markup: keyboard }, same) => [...(photo ? ['(a picture)'] : []), same(text ?? caption),
  ...(keyboard?.inline_keyboard ?? []).flat().map((button) => `[ ${same(button.text)} ]`), ''];

/** Holds a transcript to what stands in its file, or writes it there. */
function transcribed(name, language, text) {
  const file = `${ROOT}/tests/web/transcripts/${name}.${language}.txt`;
  if (process.env.TRANSCRIPTS === 'write') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'), `${name}, ${language}`);
}

/**
 * Who runs a shop, and what they read. Beside others at work they wait for what is on its way to them alone, and what is to
 * be tried at once for those whom they are about.
 */
class Operator {
  constructor(app, id, language = 'en', { isAlone = true, about = [] } = {}) {
    Object.assign(this, { app, isAlone, about, user: person(id, { language_code: language }), lines: [], n: app.telegram.messages(id).length });
  }

  #idle() {
    if (this.isAlone) return this.app.settled();
    // A message to many is on its way for longer; its preview is theirs.
    const owed = (now) => `SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL AND (kind <> 18 OR detail LIKE 'preview/%')
      AND (tg_id = ${this.user.id} OR (tg_id IN (${[-1, ...this.about]}) AND (error IS NULL OR due_ms <= ${now} OR lease_ms > ${now})))`;
    // A tenth of a second ahead of the clock at most: the same question is answered at once (ledger.mjs).
    return until(() => this.app.sql(owed(Math.ceil(Date.now() / 100) * 100)).length === 0, PATIENCE_MS, `nothing is owed to ${this.user.id}`);
  }

  get last() {
    return this.app.telegram.messages(this.user.id).at(-1);
  }

  /** What is no day, no number and no name of this run. */
  #same(text) {
    // Of orders the first is 1, whatever number the ledger gave it.
    const orders = this.app.sql('SELECT id FROM orders ORDER BY id').map(([id]) => id);
    return text.replace(/^(📊 [^,\n]+), .*/, '$1, …')
      .replace(/#(\d+)/g, (all, id) => (orders.includes(id) ? `#${orders.indexOf(id) + 1}` : all))
      .replace(/\d{4}-\d\d-\d\d/g, '2031-05-09').replace(/(No\.|№|Nr\.?|no\.|nr) \d+/g, '$1 7').replace(/\b(pi|cs|re|ch)_\w+/g, '$1_1')
      .replace(/\b(drop|retry) \d+/, '$1 7');
  }

  async #after(what, doing) {
    this.lines.push(`>>> ${this.#same(what)}`, '');
    const done = await doing();
    await this.#idle();
    const all = this.app.telegram.messages(this.user.id);
    assert.ok(all.length > this.n, `${this.user.id}: ${what} is answered`);
    for (const one of all.slice(this.n)) this.lines.push(...looks(one, (words) => this.#same(words)));
    this.n = all.length;
    return done;
  }

  /** Something that they hear of. */
  async hears(what, doing) {
    await this.#after(`(${what})`, async () => {
      await doing();
      await until(() => this.app.telegram.messages(this.user.id).length > this.n, PATIENCE_MS, what);
    });
    return this.last;
  }

  /** Something that nobody says. */
  does(what, doing) {
    return this.#after(`(${what})`, doing);
  }

  /** Stripe is farther away than the chat: what has to be asked there is answered when this is. */
  #before(deed) {
    const done = deed();
    this.app.stripe.answersAfter = done.catch(() => {});
    return done;
  }

  async says(words) {
    await this.#after(words, () => this.#before(() => this.app.say(this.user, words)));
    return this.last;
  }

  /** The button with these data, or that begin so where a colon ends them, under the latest message that has one. */
  button(data) {
    const fits = ({ callback_data: its }) => (data.endsWith(':') ? its.startsWith(data) : its === data);
    const message = this.app.telegram.messages(this.user.id).findLast((one) => buttons(one).some(fits));
    assert.ok(message, `there is a button for ${data}`);
    return { message, ...buttons(message).find(fits) };
  }

  async presses(data) {
    const { message, text, callback_data: its } = this.button(data);
    await this.#after(`(presses ${text})`, () => this.#before(() => this.app.telegram.press(this.user, message, its)));
    return this.last;
  }

  async forwards(origin) {
    const message = { ...(await this.app.say(this.user, '.')).update.message, message_id: 77_000 + this.n, text: 'Where is my link?', forward_origin: { date: 1, ...origin } };
    this.n = this.app.telegram.messages(this.user.id).length;
    await this.#after('(forwards a message of a buyer)', () => this.app.telegram.sendUpdate({ message }));
    return this.last;
  }
}

const CHANNEL = -1001000000077, SUPPORT = { id: -1009000000002, type: 'supergroup', title: 'Support' };
const READERS = [11, 12, 13, 14], ASKER = 15, BUYERS = { stars: 21, card: 22, receipt: 23 }, STARS = 500;
const TITLES = {
  course: { uk: '10 кроків', en: '10 steps', de: '10 Schritte', pl: '10 kroków' }, club: { uk: 'Клуб', en: 'The club', de: 'Der Club', pl: 'Klub' },
};
const LETTERS = { en: 'New: a lesson for you!', uk: 'Нове: урок для вас!', de: 'Neu: eine Lektion für Sie!', pl: 'Nowość: lekcja dla Ciebie!' };

/** A shop of two products with people and buyers of its own, which speaks the language to all of them. */
async function house(t, language) {
  let file;
  const sold = { course: { stars: STARS, channels: [{ link: LINK }] }, club: { channels: [{ id: CHANNEL }] } };
  const products = Object.entries(TITLES).map(([id, title]) => ({ id, title, price: { amount: 999, currency: 'eur' }, ...sold[id] }));
  const app = await startAdmit({
    t, env: { PRICE_AMOUNT: undefined, PAID_CHANNEL_LINK: undefined, ADMIN_TG_IDS: `${OWNER},903,904`, NOTIFY: 'failure', SELL_WITH: 'both', RECONCILE_MINUTES: '0', SHOP_LANGUAGE: language, SUPPORT_CHAT_ID: String(SUPPORT.id) },
    prepare: (dir) => writeFileSync(file = `${dir}/products.json`, JSON.stringify({ products })), late: () => ({ PRODUCTS_FILE: file }),
  });
  const quiet = [ASKER, 901, 903, 904, ...Object.values(BUYERS)];
  for (const id of [...READERS, ...quiet]) await app.say(person(id, { language_code: language }), '/start');
  app.write(`UPDATE users SET no_letters_ms = 1 WHERE tg_id IN (${quiet})`); // their chats are written down, or counted
  const paid = await app.telegram.payStars(person(BUYERS.stars, { language_code: language }), { of: { payload: 'admit:course', stars: STARS } });
  assert.ok(paid.ok, paid.error);
  for (const who of ['card', 'receipt']) {
    const session = app.sessionAt((await app.request(`/pay?tg_id=${BUYERS[who]}&product=course`)).headers.get('location'));
    await app.event(await app.stripe.pay(session));
    app[who] = session;
  }
  app.stripe.charges.get(app.receipt).receipt_number = '1234-5678';
  app.stripe.charged('another shop', { amount_total: 100, currency: 'eur', payment_intent: 'pi_of_another' });
  await app.settled();
  return app;
}

/** What the shop's channels tell, and what is asked there. */
async function channels(app, boss) {
  await boss.hears('makes the bot an administrator of a channel', () => app.telegram.channels.setRights(-1001000000078, true, boss.user));
  await boss.presses('op:sell:');
  await boss.hears('takes the bot’s rights in the club’s channel away, and somebody is let in', async () => {
    // Who waits is told with the alert, so somebody has to wait by then.
    app.telegram.setFault({ only: /^createChatInviteLink$/, kind: 'status', status: 500, next: Infinity });
    assert.equal((await app.admit(['grant', '11', 'club'])).status, 0);
    await app.noted('SELECT 1 FROM jobs WHERE tg_id = 11 AND error IS NOT NULL');
    app.telegram.channels.setRights(CHANNEL, false);
    app.telegram.setFault(null);
    app.write('UPDATE jobs SET due_ms = 1 WHERE tg_id = 11 AND done_ms IS NULL');
    await app.told(OWNER, String(CHANNEL));
    await app.noted("SELECT 1 FROM jobs WHERE tg_id = 11 AND error LIKE '%not enough rights%'");
    app.write("UPDATE jobs SET parked_ms = 1 WHERE tg_id = 11 AND done_ms IS NULL"); // so that nothing else is on its way
  });
  app.write("UPDATE jobs SET parked_ms = NULL WHERE tg_id = 11 AND done_ms IS NULL");
  boss.isAlone = false;
  await boss.presses('op:waits:');
  app.telegram.channels.setRights(CHANNEL, true);
  app.telegram.block(BUYERS.card);
  await boss.says(`/admin link ${BUYERS.card} course`);
  await boss.presses('op:yes:');
  await boss.presses(`op:card:${BUYERS.card}`);
  app.telegram.allow(BUYERS.card);
  await app.settled(); // the others hear of it, too
}

/** A choice that was seen before is made at once. */
const chooses = (app, who, words, choice) => who.does(words, () => app.telegram.press(who.user, who.last, `op:many:draft:${choice}`));

/** An owner writes to many: held, gone on with, stopped, lost. */
async function many(app, boss, language) {
  const state = () => app.sql('SELECT state FROM broadcasts WHERE actor = 900 ORDER BY id DESC LIMIT 1')[0][0];
  const holds = (isHeld) => app.telegram.setFault(isHeld ? { only: /^copyMessage$/, kind: 'status', status: 502, next: Infinity } : null);
  const copies = (id) => app.telegram.messages(id).filter(({ text }) => text === LETTERS[language]).length;
  await boss.presses('op:many');
  await boss.presses('op:many:whom:all:');
  await boss.presses(`op:many:draft:all::${language}`);
  await boss.says(LETTERS[language]);
  assert.deepEqual(READERS.map(copies), [0, 0, 0, 0], 'nobody gets it before it is confirmed');
  app.telegram.block(13);
  holds(true);
  await boss.presses('op:yes:');
  await boss.presses('op:many:pause:');
  assert.equal(state(), '4');
  await boss.presses('op:many:go:');
  await boss.presses('op:many:how:');
  holds(false);
  await boss.hears('all are out', () => until(() => state() === '6', 3 * PATIENCE_MS, 'all are out')); // the pause after a fault may be as long as it was
  assert.deepEqual(READERS.map(copies), [1, 1, 0, 1]);
  assert.deepEqual(app.sql('SELECT n_people, n_sent, n_gone, n_failed FROM broadcasts WHERE state = 6'), [['5', '4', '1', '0']]);

  const sent = app.telegram.messages(12).findLast(({ text }) => text === LETTERS[language]);
  await app.telegram.press(person(12, { language_code: language }), sent, buttons(sent)[0].callback_data);
  await app.noted('SELECT 1 FROM users WHERE tg_id = 12 AND no_letters_ms IS NOT NULL');
  for (const ending of ['stop', 'lost']) {
    await chooses(app, boss, 'chooses the members of the club', 'in:club:');
    await boss.says(LETTERS[language]);
    holds(true);
    if (ending === 'lost') app.write('UPDATE broadcasts SET message_id = 99999 WHERE state = 2 AND actor = 900'); // what a deleted one is
    await boss.presses('op:yes:');
    if (ending === 'stop') await boss.presses('op:many:stop:');
    else await boss.hears('has deleted the message', () => holds(false));
    holds(false);
    assert.equal(state(), ending === 'stop' ? '5' : '7');
  }
  assert.equal(copies(11), 1);
  assert.deepEqual(app.sql(`SELECT words FROM audit WHERE actor = ${OWNER} AND act = 'broadcast' AND result = 'done' ORDER BY id`).flat(),
    [`all, ${language}`, 'pause', 'go', 'in', 'stop', 'in']);
}

/** What another owner tries that nobody gets. */
async function slips(app, boss, language) {
  const post = (more) => app.telegram.sendUpdate({ message: { message_id: 88_000, date: 1, from: boss.user, chat: { id: boss.user.id, type: 'private', first_name: 'x' }, ...more } });
  await chooses(app, boss, 'chooses those whose access has ended', 'ended::');
  await boss.says(LETTERS[language]);
  await chooses(app, boss, 'chooses those who have never bought', 'never::');
  await boss.does('sends two pictures as an album', async () => {
    for (const caption of ['1', undefined]) await post({ photo: [{ file_id: 'p', file_unique_id: 'u', width: 9, height: 9 }], media_group_id: '7', ...(caption && { caption }) });
  });
  await boss.does('sends a message that may not be copied', () => post({ text: 'x', has_protected_content: true }));
  assert.equal(app.sql(`SELECT COUNT(*) FROM audit WHERE actor = ${boss.user.id} AND done_ms IS NOT NULL`)[0][0], '0');
}

/** Somebody of support: what they may, and what comes of it. */
async function helper(app, support) {
  await support.says('/admin 777000');
  await support.says('/admin 12');
  await support.presses('op:which:');
  await support.presses('op:days:12:course');
  await support.presses('op:grant:12:course:30');
  await support.presses('op:yes:');
  await support.says('/admin link 13 course');
  await support.presses('op:yes:');
  await support.says('/admin revoke 12 course');
  app.stripe.setFault({ kind: 'status', status: 403, next: Infinity, only: /charges/ });
  await support.says('/admin 1234-5678');
  app.stripe.setFault(null);
  await support.says('/admin 1234-5678'); // which the ledger does not know
  assert.match(support.last.text, new RegExp(`${BUYERS.receipt}`));
  await support.says(`/admin ${app.stripe.charges.get('another shop').id}`);
  assert.match(support.last.text, /pi_of_another/);
  app.write("UPDATE orders SET payment_intent = 'pi_of_two' WHERE provider = 'grant'");
  await support.says('/admin pi_of_two');
  await support.presses('op:card:11');
}

/** Money goes back: Stars as a whole, by Stripe when the account has some. */
async function moneyBack(app, boss) {
  const { stars, card } = BUYERS;
  /** The refund that has failed, which is not tried again while it is asked about; one that is just being tried is waited for. */
  const putOff = () => until(() => {
    const ours = `kind = 14 AND tg_id = ${card} AND done_ms IS NULL AND error IS NOT NULL AND lease_ms < ${Date.now()}`, soonMs = Date.now() + 300_000;
    app.write(`UPDATE jobs SET due_ms = ${soonMs + 300_000} WHERE ${ours} AND due_ms < ${soonMs}`);
    return app.sql(`SELECT id FROM jobs WHERE ${ours} AND due_ms > ${soonMs}`)[0]?.[0];
  }, PATIENCE_MS, 'the refund has failed');
  await boss.says(`/admin ${stars}`);
  await boss.says('/admin refund 1 100');
  await boss.presses('op:refund:');
  assert.equal(app.telegram.stars.balance, STARS, 'not before it is confirmed');
  await boss.presses('op:yes:');
  assert.deepEqual([app.telegram.stars.balance, isPaid(app, stars)], [0, '0']);
  await boss.presses(`op:card:${stars}`);

  app.stripe.isPoor = true;
  await boss.says('/admin refund 2');
  await boss.presses('op:yes:');
  await boss.says(`/admin drop ${await putOff()}`);
  await boss.presses('op:yes:');
  await boss.says('/admin refund 2');
  await boss.presses('op:yes:');
  const job = await putOff();
  await app.event(await app.stripe.refund(app.card)); // on Stripe's own page
  await boss.says(`/admin retry ${job}`);
  await boss.presses('op:yes:');
  assert.equal(app.stripe.refunds.length, 1);
}

const ASKS = { en: 'Is there anything about the Moon in it?', uk: 'А про Місяць там щось є?', de: 'Kommt darin auch der Mond vor?', pl: 'Czy jest tam coś o Księżycu?' };

/** The chat of those who answer. */
async function desk(app, language) {
  const lines = [], asker = person(ASKER, { language_code: language }), helping = person(902);
  const shown = { [SUPPORT.id]: 0, [ASKER]: app.telegram.messages(ASKER).length };
  const all = (id) => app.telegram.messages(id);
  const happens = async (what, doing, isDone) => {
    lines.push(`>>> ${what}`, '');
    await doing();
    await until(isDone, PATIENCE_MS, what);
    await app.settled(); // a message is known by its number once the answer to its call is written down
    for (const id of Object.keys(shown)) {
      for (const one of all(Number(id)).slice(shown[id])) lines.push(...(id === String(ASKER) ? [`(to ${ASKER})`] : one.forward_origin ? ['(forwarded)'] : []), ...looks(one, String));
      shown[id] = all(Number(id)).length;
    }
  };
  const more = (id, n = 1) => () => all(id).length >= shown[id] + n;
  const card = () => all(SUPPORT.id).find((one) => !one.forward_origin);
  const presses = (word) => {
    const before = card().text;
    return happens(`(presses ${buttons(card())[0].text})`, () => app.telegram.press(helping, { ...card(), chat: SUPPORT }, `support:${word}:${ASKER}`), () => card().text !== before)
      .then(() => lines.push('(edited)', ...looks(card(), String)));
  };
  await happens(`${ASKER}: ${ASKS[language]}`, () => app.say(asker, ASKS[language]), () => more(SUPPORT.id, 2)() && more(ASKER)());
  await happens('(a reply) 👍', () => app.telegram.sayIn(SUPPORT, helping, '👍', { ...card(), chat: SUPPORT }), more(ASKER));
  await presses('close');
  await presses('open');
  app.telegram.block(ASKER);
  await happens(`(a reply, when ${ASKER} has blocked the bot) 👍`, () => app.telegram.sayIn(SUPPORT, helping, '👍', { ...card(), chat: SUPPORT }), more(SUPPORT.id));
  await app.telegram.unblockBot(asker);
  await app.settled();
  return lines;
}

// Each mostly waits: a chat takes a message a second.
describe('word for word', { concurrency: true }, () => {
  test('a day of an owner, in each language', async (t) => {
    await Promise.all(TRANSCRIBED.map(async (language) => {
      const words = LANGUAGES[language];
      const app = await shop(t);
      const { id: session } = await app.buy(BUYER);
      await app.settled();
      const [[order, payment]] = app.sql('SELECT id, payment_intent FROM orders');
      const boss = new Operator(app, OWNER, language);
      assert.match((await boss.says('/admin')).text, /9[.,]99/);
      await boss.presses('op:jobs');
      assert.deepEqual(picture(app, await boss.presses('op:picture:30')), { width: 1080, height: 916, colours: 4 });
      await boss.presses('op:picture:365');
      const card = await boss.says(`/admin ${BUYER}`);
      assert.equal(card.entities?.[0].url, `tg://user?id=${BUYER}`, 'the card leads to the buyer');
      for (const name of [`#${order}`, session, payment]) assert.equal((await boss.says(`/admin ${name}`)).text, card.text, name);
      assert.equal((await boss.forwards({ type: 'user', sender_user: person(BUYER) })).text, card.text);
      await boss.forwards({ type: 'hidden_user', sender_user_name: 'x' });
      await boss.says('/admin pi_of_nobody');
      await boss.says('/admin 1234-5678');
      assert.match(boss.last.text, /1000/, 'Stripe has no such receipt');

      await boss.presses('op:which:');
      await boss.presses('op:grant:');
      assert.equal(app.sql("SELECT COUNT(*) FROM orders WHERE provider = 'grant'")[0][0], '0', 'not before it is confirmed');
      await boss.presses('op:yes:');
      assert.equal(app.sql("SELECT COUNT(*) FROM orders WHERE provider = 'grant'")[0][0], '1');
      await boss.presses('op:yes:');
      assert.equal(app.sql("SELECT COUNT(*) FROM orders WHERE provider = 'grant'")[0][0], '1', 'a second press is none');

      await boss.presses('op:link:');
      const invites = app.arrived(BUYER);
      await boss.presses('op:yes:');
      assert.equal(app.arrived(BUYER), invites + 1);

      await boss.presses('op:letter:');
      await boss.says(`/admin write ${BUYER} ${words}`);
      await boss.presses('op:yes:');
      assert.match(app.telegram.messages(BUYER).at(-1).text, new RegExp(`\n\n${words.replace(/[?!.]/g, '.')}$`));

      await boss.presses('op:part:');
      await boss.says(`/admin refund ${order} 100.00`);
      await boss.says(`/admin refund ${order} 2.00`);
      await boss.presses('op:yes:');
      await boss.says(`/admin refund ${order} 2.00`);
      await boss.presses('op:yes:');
      assert.deepEqual(app.stripe.refunds.map(({ amount }) => amount), [200, 200], 'each confirmed part goes back');
      assert.equal(isPaid(app, BUYER), '1', 'a part takes nothing away');
      await boss.says(`/admin ${BUYER}`);
      await boss.presses('op:refund:');
      await boss.presses('op:no:');
      assert.equal(app.stripe.refunds.length, 2);
      await boss.presses('op:refund:');
      app.stripe.isPoor = true;
      await boss.does('confirms it while the account at Stripe is empty', async () => {
        const { message, callback_data: yes } = boss.button('op:yes:');
        await app.telegram.press(boss.user, message, yes);
        await until(() => { // it was tried for an hour; one that is just being tried is waited for
          app.write('UPDATE jobs SET attempts = 8, due_ms = 1 WHERE kind = 14 AND done_ms IS NULL AND error IS NOT NULL AND lease_ms = 0');
          return app.sql('SELECT 1 FROM jobs WHERE kind = 14 AND attempts >= 8').length > 0;
        }, PATIENCE_MS, 'the refund has failed');
      });
      app.stripe.isPoor = false;
      await boss.presses('op:jobs');
      await boss.presses('op:retry:');
      await boss.presses('op:yes:');
      assert.deepEqual(app.stripe.refunds.map(({ amount }) => amount), [200, 200, 599]);

      await boss.says(`/admin ${BUYER}`);
      await boss.presses('op:revoke:');
      await boss.presses('op:yes:');
      assert.equal(isPaid(app, BUYER), '0');

      app.telegram.block(BUYER);
      await boss.says(`/admin write ${BUYER} ${words}`);
      await boss.presses('op:yes:');
      await boss.says('/admin');
      await boss.presses('op:jobs');
      app.telegram.allow(BUYER);
      await boss.presses('op:retry:');
      await boss.presses('op:yes:');
      app.telegram.block(BUYER);
      await boss.says(`/admin write ${BUYER} ${words}`);
      await boss.presses('op:yes:');
      await boss.presses('op:jobs');
      await boss.presses('op:drop:');
      await boss.presses('op:yes:');
      assert.equal(app.sql('SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL')[0][0], '0');

      assert.deepEqual(trail(app).map((line) => line.replace(`${OWNER} `, '').replace(` ${BUYER}`, '')), ['grant done', 'link done', 'write done',
        'refund sent back', 'refund sent back', 'refund not confirmed', 'refund sent back', 'retry done', 'revoke done', 'write done', 'retry done', 'write refused', 'drop done']);
      transcribed('admin', language, boss.lines.join('\n'));
    }));
  });

  test('all that operators do beside it, in each language', async (t) => {
    await Promise.all(TRANSCRIBED.map(async (language) => {
      const app = await house(t, language);
      assert.equal((await app.admit(['operator', 'add', '901'])).status, 0);
      const of = (id, how = { isAlone: false }) => new Operator(app, id, language, how);
      const channel = of(OWNER, { about: [BUYERS.card] });
      const [asked] = await Promise.all([desk(app, language), channels(app, channel)]);
      const [boss, other, support] = [of(OWNER), of(903), of(901)], giver = of(904, { isAlone: false, about: Object.values(BUYERS) });
      await boss.says('/admin');
      await Promise.all([many(app, boss, language), slips(app, other, language), helper(app, support), moneyBack(app, giver)]);
      const parts = { 'a channel': channel.lines, 'a message to many': boss.lines, 'another one': other.lines, 'somebody of support': support.lines, 'money that goes back': giver.lines, 'the support chat': asked };
      transcribed('operators', language, Object.entries(parts).map(([name, lines]) => `--- ${name} ---\n\n${lines.join('\n')}`).join('\n'));
    }));
  });
});

test('who is no operator is answered as to any unknown word, and no button does anything', async (t) => {
  const app = await shop(t);
  await app.buy(BUYER);
  await app.settled();
  const boss = new Operator(app, OWNER), stranger = new Operator(app, 6);
  const unknown = (await stranger.says('/foo')).text;
  assert.equal((await stranger.says('/admin')).text, unknown);
  assert.equal((await stranger.says(`/admin ${BUYER}`)).text, unknown);
  await boss.says(`/admin revoke ${BUYER}`);
  const { message, callback_data: yes } = boss.button('op:yes:');
  const n = app.telegram.messages(6).length;
  for (const data of [yes, 'op:home', `op:card:${BUYER}`, `op:revoke:${BUYER}:course`]) await app.telegram.press(stranger.user, message, data);
  await app.settled();
  assert.equal(app.telegram.messages(6).length, n);
  assert.equal(isPaid(app, BUYER), '1');
  assert.deepEqual(trail(app), []);
});

test('roles count at the press: what was taken away since holds no more', async (t) => {
  const app = await shop(t);
  const ok = async (...args) => {
    const { status, stdout, stderr } = await app.admit(args);
    assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  await app.buy(BUYER);
  await app.settled();
  await ok('operator', 'add', '901', '--role', 'viewer');
  await ok('operator', 'add', '902');
  await ok('operator', 'add', '903', '--role', 'owner');
  assert.match(await ok('operator', 'list'), /900 +owner.*\n.*901 +viewer.*\n.*902 +support.*\n.*903 +owner/);
  const viewer = new Operator(app, 901), support = new Operator(app, 902), owner = new Operator(app, 903);
  const words = async (who) => buttons(await who.says(`/admin ${BUYER}`)).map(({ callback_data: data }) => data.split(':')[1]);
  assert.deepEqual(await words(viewer), []);
  assert.deepEqual(await words(support), ['link', 'which', 'letter']);
  assert.deepEqual(await words(owner), ['link', 'revoke', 'which', 'letter', 'refund', 'part']);
  assert.match((await viewer.says(`/admin grant ${BUYER}`)).text, /role here is “viewer”/);
  assert.match((await support.says(`/admin revoke ${BUYER}`)).text, /role here is “support”/);
  await app.telegram.press(support.user, support.last, `op:revoke:${BUYER}:course`);
  await app.settled();
  assert.match(support.last.text, /does not allow/);
  await owner.says(`/admin revoke ${BUYER}`);
  const { message, callback_data: yes } = owner.button('op:yes:');
  await app.telegram.press(support.user, message, yes);
  await app.settled();
  assert.equal(isPaid(app, BUYER), '1', 'another may not confirm it');
  await ok('operator', 'add', '903', '--role', 'support');
  await app.telegram.press(owner.user, message, yes);
  await app.settled();
  assert.match(owner.last.text, /does not allow/);
  await ok('operator', 'remove', '903');
  const n = app.telegram.messages(903).length;
  await app.telegram.press(owner.user, message, yes);
  await app.settled();
  assert.deepEqual([isPaid(app, BUYER), app.telegram.messages(903).length], ['1', n]);
  const set = await app.admit(['operator', 'remove', String(OWNER)]);
  assert.deepEqual([set.status, /by ADMIN_TG_IDS/.test(set.stdout)], [1, true]);
  assert.equal((await app.admit(['operator', 'remove', '903'])).status, 1, 'that is no success');
  assert.equal((await app.admit(['operator', 'add', '904', '--role', 'king'])).status, 2);
});

test('a question holds for some minutes; the trail has what the command line did, too', async (t) => {
  const app = await shop(t);
  await app.buy(BUYER);
  await app.settled();
  const boss = new Operator(app, OWNER);
  await boss.says(`/admin revoke ${BUYER}`);
  app.write('UPDATE audit SET asked_ms = asked_ms - 600001');
  assert.match((await boss.presses('op:yes:')).text, /holds no more/);
  assert.equal(isPaid(app, BUYER), '1');
  const [[order]] = app.sql('SELECT id FROM orders');
  for (const args of [['grant', '8', '--days', '3'], ['revoke', '8'], ['refund', order, '--amount', '1.00', '--yes'], ['operator', 'add', '901']]) {
    const { status, stdout } = await app.admit(args);
    assert.equal(status, 0, stdout);
  }
  const { stdout } = await app.admit(['audit', '--json']);
  assert.deepEqual(JSON.parse(stdout).audit.map(({ actor, what, tg_id: tgId, amount, result }) => [actor, what, tgId, amount ?? 0, result]), [
    ['command line', 'operator', 901, 0, 'done'], ['command line', 'refund', BUYER, 100, 'sent back'], ['command line', 'revoke', 8, 0, 'done'],
    ['command line', 'grant', 8, 3, 'done'], [String(OWNER), 'revoke', BUYER, 0, 'not confirmed']]);
  assert.match((await app.admit(['audit', '8'])).stdout, /revoke[^]*grant/);
  assert.match((await app.admit(['audit', '--since', '1h'])).stdout, /command line +operator/);
});

test('a message to many from the command line: shown, counted, sent when that is meant, and listed', async (t) => {
  const app = await shop(t);
  const [reader, german] = [person(11, { language_code: 'en' }), person(12, { language_code: 'de' })];
  for (const user of [reader, german]) await app.say(user, '/start');
  const [news, long] = [`${app.dir}/news.txt`, `${app.dir}/long.txt`];
  writeFileSync(news, 'A *new* lesson <b>\n');
  writeFileSync(long, 'ї'.repeat(4097));
  const cast = (...args) => app.admit(['broadcast', ...args]);
  for (const args of [['start'], ['start', '--segment', 'in', '--text-file', news], ['start', '--segment', 'all', '--product', 'course', '--text-file', news],
    ['pause', 'x'], ['stop', '0']]) assert.equal((await cast(...args)).status, 2, args.join(' '));
  for (const words of [['broadcast', 'start', '--segment', 'all', '--text-file', news, '--lang'], ['report', '--html', '-', '--lang'], ['texts']]) {
    const { status, stderr } = await app.admit([...words, 'fr']);
    assert.equal(status, 2, words.join(' '));
    assert.match(stderr, /there are no texts in "fr": a language is uk, en, de or pl/, words.join(' '));
  }
  const begin = (file, ...more) => cast('start', '--segment', 'all', '--text-file', file, ...more);
  for (const [file, words] of [[long, /longer than the 4096/], [`${app.dir}/none`, /No such file/]]) {
    const { status, stdout } = await begin(file, '--yes');
    assert.deepEqual([status, words.test(stdout)], [1, true], stdout);
  }
  assert.equal((await cast('start', '--segment', 'in', '--product', 'none', '--text-file', news, '--yes')).status, 1);
  const asked = await begin(news, '--lang', 'de-AT');
  assert.equal(asked.status, 3);
  assert.match(asked.stdout, /^A \*new\* lesson <b>\n\nTo all, de: 1 people\.[^]*nobody to ask here/);
  app.telegram.setFault({ only: /^sendMessage$/, kind: 'status', status: 502, next: Infinity });
  assert.equal((await begin(news, '--yes')).status, 0);
  const [{ id }] = JSON.parse((await cast('--status', 'running', '--json')).stdout).broadcasts;
  assert.equal((await cast('resume', String(id), '--yes')).status, 1, 'it is under way');
  for (const word of ['pause', 'resume', 'stop']) assert.equal((await cast(word, String(id))).status, 3, `${word} asks`);
  for (const word of ['pause', 'resume']) assert.equal((await cast(word, String(id), '--yes')).status, 0, word);
  app.telegram.setFault(null);
  await until(() => app.sql(`SELECT state FROM broadcasts WHERE id = ${id}`)[0][0] === '6', PATIENCE_MS, 'all are out');
  const got = app.telegram.messages(11).filter(({ text }) => text === 'A *new* lesson <b>');
  assert.deepEqual(got.map((one) => buttons(one).map(({ text }) => text)), [['🔕 No more of these']]);
  assert.equal((await cast('stop', String(id), '--yes')).status, 1, 'too late');
  const rows = JSON.parse((await cast('--json')).stdout).broadcasts;
  assert.deepEqual(rows.map(({ state, segment, language, people, sent, blocked, failed, left }) => [state, segment, language ?? '', people, sent, blocked, failed, left]),
    [['done', 'all', '', 2, 2, 0, 0, 0], ['not confirmed', 'all', 'de', 1, 0, 0, 0, 1]]);
  assert.deepEqual(app.sql("SELECT actor, words FROM audit WHERE act = 'broadcast' AND result = 'done' ORDER BY id"), [['0', 'all'], ['0', 'pause'], ['0', 'go']]);
});
