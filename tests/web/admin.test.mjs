// /admin: the shop in the hand of those who run it. What they read stands in transcripts/admin.*.txt, for whoever speaks
// the language; after sentences were changed, TRANSCRIPTS=write writes them anew.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { PATIENCE_MS, ROOT, person, startAdmit, until } from './harness.mjs';

const OWNER = 900;
const BUYER = 700_001;
const LANGUAGES = { en: 'Thank you for your patience!', uk: 'Дякуємо за терпіння!', de: 'Danke für Ihre Geduld!', pl: 'Dziękujemy za cierpliwość!' };

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

/** Who runs a shop, and what they read. */
class Operator {
  constructor(app, id, language = 'en') {
    Object.assign(this, { app, user: person(id, { language_code: language }), lines: [], n: app.telegram.messages(id).length });
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
      .replace(/\d{4}-\d\d-\d\d/g, '2031-05-09').replace(/(No\.|№|Nr\.?|no\.|nr) \d+/g, '$1 7').replace(/\b(pi|cs|re)_\w+/g, '$1_1');
  }

  async #after(what, doing) {
    this.lines.push(`>>> ${this.#same(what)}`, '');
    const done = await doing();
    await this.app.settled();
    const all = this.app.telegram.messages(this.user.id);
    for (const { text, caption, photo, reply_markup: keyboard } of all.slice(this.n))
      this.lines.push(...(photo ? ['(a picture)'] : []), this.#same(text ?? caption), ...(keyboard?.inline_keyboard ?? []).flat().map((button) => `[ ${this.#same(button.text)} ]`), '');
    this.n = all.length;
    return done;
  }

  async says(words) {
    await this.#after(words, () => this.app.say(this.user, words));
    return this.last;
  }

  /** The button whose data begin so, under the latest message that has one. */
  button(data) {
    const message = this.app.telegram.messages(this.user.id).findLast((one) => buttons(one).some(({ callback_data: its }) => its.startsWith(data)));
    assert.ok(message, `there is a button for ${data}`);
    return { message, ...buttons(message).find(({ callback_data: its }) => its.startsWith(data)) };
  }

  async presses(data) {
    const { message, text, callback_data: its } = this.button(data);
    await this.#after(`(presses ${text})`, () => this.app.telegram.press(this.user, message, its));
    return this.last;
  }

  async forwards(origin) {
    const message = { ...(await this.app.say(this.user, '.')).update.message, message_id: 77_000 + this.n, text: 'Where is my link?', forward_origin: { date: 1, ...origin } };
    this.n = this.app.telegram.messages(this.user.id).length;
    await this.#after('(forwards a message of a buyer)', () => this.app.telegram.sendUpdate({ message }));
    return this.last;
  }
}

test('a day of an owner, in each language', async (t) => {
  await Promise.all(Object.entries(LANGUAGES).map(async ([language, words]) => {
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
      'refund sent back', 'refund sent back', 'refund not confirmed', 'refund sent back', 'revoke done', 'write done', 'retry done', 'write refused', 'drop done']);
    const file = `${ROOT}/tests/web/transcripts/admin.${language}.txt`;
    const text = boss.lines.join('\n');
    if (process.env.TRANSCRIPTS === 'write') writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'), language);
  }));
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

test('a message to many: seen first, confirmed, to whom can be written and who wants it, and no more of these', async (t) => {
  const app = await shop(t);
  const boss = new Operator(app, OWNER);
  const [reader, german, blocker, other] = [person(11, { language_code: 'en' }), person(12, { language_code: 'de' }), person(13), person(14)];
  for (const user of [reader, german, blocker, other]) await app.say(user, '/start');
  await boss.says('/admin');
  const press = (data) => app.telegram.press(boss.user, boss.last, data);
  const asks = async (data, words) => {
    await press(data);
    return boss.says(words);
  };
  assert.equal(boss.button('op:many').text, '📣 Write to many');
  const question = await asks('op:many:draft:never::', '*New*: a lesson for you!');
  assert.match(question.text, /^Send it\? People: 5 \(Who have never bought\)\./);
  const preview = app.telegram.messages(OWNER).at(-2);
  assert.deepEqual([preview.text, buttons(preview).map(({ text }) => text)], ['*New*: a lesson for you!', ['🔕 No more of these']], 'exactly as they will see it');
  assert.equal(app.telegram.messages(12).filter(({ text }) => text === preview.text).length, 0, 'nobody gets it before');
  app.telegram.block(13);
  await press(boss.button('op:yes:').callback_data);
  await until(() => app.sql('SELECT state FROM broadcasts')[0][0] === '6', PATIENCE_MS, 'all are out');
  assert.deepEqual(app.sql('SELECT n_people, n_sent, n_gone, n_failed FROM broadcasts'), [['5', '4', '1', '0']]);
  for (const id of [11, 12, 14]) assert.equal(app.telegram.messages(id).filter(({ text }) => text === preview.text).length, 1, `once to ${id}`);
  const sent = app.telegram.messages(12).at(-1);
  assert.deepEqual(buttons(sent).map(({ text }) => text), ['🔕 Nicht mehr senden']);
  await app.telegram.press(german, sent, buttons(sent)[0].callback_data);
  await app.told(12, 'Solche Nachrichten bekommen Sie nicht mehr');
  await app.told(OWNER, '4 of 5 sent, 1 have blocked the bot, 0 failed.\n✅ All are out');
  assert.deepEqual(trail(app), [`${OWNER} broadcast 0 done`]);
  assert.deepEqual(app.sql('SELECT tg_id FROM users WHERE bot_blocked_ms IS NOT NULL OR no_letters_ms IS NOT NULL ORDER BY tg_id').flat(), ['12', '13'], 'the next one is not for these');
});
