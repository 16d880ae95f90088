// The chat in the buyer's language: whole conversations as they are read, in transcripts/ (a file a language, for whoever
// speaks it to read), and which language it is. After sentences were changed, TRANSCRIPTS=write writes them anew.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { IS_SANITIZED, LINK, PATIENCE_MS, ROOT, person, startAdmit, until } from './harness.mjs';

/** As Telegram says them, a region too. */
const CODES = { uk: 'uk', en: 'en-GB', de: 'de-AT', pl: 'pl' };
/** Which day it is depends on when the test runs; how it is written does not. */
const SOME_DAY = Date.UTC(2031, 4, 9);
const TITLES = { uk: '10 кроків', en: '10 steps', de: '10 Schritte', pl: '10 kroków' };
const WELCOMES = { uk: 'Вітаємо!', en: 'Hello!', de: 'Guten Tag!', pl: 'Dzień dobry!' };

const catalog = (more) => ({
  products: [{ id: 'course', title: TITLES, price: { amount: 999, currency: 'eur' }, channels: [{ link: LINK }], ...more }],
});

/** A shop whose products have a title in each language. */
const shop = (t, more = {}, env = {}) => {
  let file;
  const prepare = (dir) => {
    file = `${dir}/products.json`;
    writeFileSync(file, JSON.stringify(catalog(more)));
  };
  return startAdmit({ t, prepare, env: { PRICE_AMOUNT: undefined, RECONCILE_MINUTES: '0', ...env }, late: () => ({ PRODUCTS_FILE: file }) });
};

/** A lesson, in the one language that lessons are written in. */
const LESSON = '# Вдячність щодня\n\n## Щоденник вдячності\n\nЩовечора записуйте три речі, за які ви вдячні сьогодні.\n';

async function teach(app) {
  mkdirSync(`${app.dir}/lessons`);
  writeFileSync(`${app.dir}/lessons/03-thanks.md`, LESSON);
  await app.begin();
  const { status, stdout } = await app.admit(['lessons', 'import', '--public', `${app.dir}/lessons`]);
  assert.equal(status, 0, stdout);
}

const last = (app, tgId) => app.telegram.messages(tgId).at(-1);
const speaks = (id, code) => person(id, { language_code: code });
const date = (language, ms) =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'long', timeZone: 'UTC' }).format(ms).replace(' р.', '');
const days = (app, tgId) => app.sql(`SELECT until_ms, paid_until_ms FROM access WHERE tg_id = ${tgId}`).flat().filter(Boolean).map(Number);

/** One person's talk with the bot, written down. */
class Talk {
  #lines = [];
  #app;
  #language;
  #user;
  #n = 0;

  constructor(app, language, id) {
    this.#app = app;
    this.#language = language;
    this.#user = speaks(id, CODES[language]);
    this.#n = app.telegram.messages(id).length;
  }

  get text() {
    return this.#lines.join('\n');
  }

  /** What is no day and no port of this run. */
  #same(text) {
    const { base, stripe } = this.#app;
    let same = text.replaceAll(base, 'https://shop.example').replaceAll(stripe.url, 'https://stripe.example').replace(/\bin_\w+/g, 'in_1').replace(/\/\$\w+/, '/$1').replace(/\?t=[\w.-]+/g, '?t=1')
      .replaceAll(date(this.#language, Date.now()), date(this.#language, SOME_DAY));
    for (const ms of days(this.#app, this.#user.id)) same = same.replaceAll(date(this.#language, ms), date(this.#language, SOME_DAY));
    return same;
  }

  #show({ text, caption, document, reply_markup: keyboard }) {
    const buttons = (keyboard?.inline_keyboard ?? []).flat().map((button) => `[ ${button.text} ]`);
    return [...(document ? ['(a file)'] : []), this.#same(text ?? caption), ...buttons, ''];
  }

  async #after(what, doing) {
    this.#lines.push(`>>> ${what.length > 100 ? `${what.slice(0, 20)}…` : what}`, '');
    const done = await doing();
    // To this person, or to nobody yet: in other languages others talk to the same shop.
    const owed = `SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL AND tg_id IN (0, ${this.#user.id})`;
    await until(() => this.#app.sql(owed).length === 0, PATIENCE_MS, 'nothing is owed to them');
    const all = this.#app.telegram.messages(this.#user.id);
    assert.ok(all.length > this.#n, `${this.#language}: ${what} is answered`);
    for (const one of all.slice(this.#n)) this.#lines.push(...this.#show(one));
    this.#n = all.length;
    return done;
  }

  says(words) {
    return this.#after(words, () => this.#app.say(this.#user, words));
  }

  presses(data) {
    return this.#after(`(presses ${data.replace(/:\d+$/, '')})`, () => this.#app.telegram.press(this.#user, last(this.#app, this.#user.id), data));
  }

  /** Follows the button of the bot's last message to Stripe, and pays there: the session. */
  async pays() {
    return this.#after('(pays)', async () => {
      const [[{ url }]] = last(this.#app, this.#user.id).reply_markup.inline_keyboard;
      const { headers } = await this.#app.request(url.slice(this.#app.base.length));
      const id = this.#app.sessionAt(headers.get('location'));
      assert.equal((await this.#app.event(await this.#app.stripe.pay(id))).status, 200);
      return id;
    });
  }

  happens(what, events) {
    return this.#after(`(${what})`, async () => {
      for (const event of await events()) assert.equal((await this.#app.event(event)).status, 200);
    });
  }
}

/** What people write who ask nothing about the lessons. */
const MANNERS = {
  uk: ['Добрий день!', 'Ти бот?', 'Скільки коштує курс?', 'Поверніть мені гроші', 'Як скасувати підписку?', 'Запрошення не прийшло', 'Посилання не відкривається', 'Дякую!'],
  en: ['Good morning!', 'Are you a bot?', 'How much does the course cost?', 'I want my money back', 'How do I cancel my subscription?', 'I got no invite', "The link doesn't work", 'Thanks!'],
  de: ['Guten Tag!', 'Bist du ein Bot?', 'Was kostet der Kurs?', 'Ich möchte mein Geld zurück', 'Wie kündige ich mein Abo?', 'Ich habe keine Einladung bekommen', 'Der Link funktioniert nicht', 'Danke!'],
  pl: ['Dzień dobry!', 'Czy jesteś botem?', 'Ile kosztuje kurs?', 'Proszę o zwrot pieniędzy', 'Jak anulować subskrypcję?', 'Nie dostałam zaproszenia', 'Link nie działa', 'Dziękuję!'],
};

test('a conversation in each language', async (t) => {
  const agreed = await shop(t, { consent: true }, { PAY_LINK_SECRET: 'a-word-that-nobody-can-guess-0123456789' });
  const once = await shop(t), monthly = await shop(t, { every: 'month', stars: 500, kind: 'club' }, { SELL_WITH: 'both' });
  await teach(once);
  // To the sanitizers a language is like another; these two have the most bytes, and the longest words.
  await Promise.all(Object.keys(CODES).filter((code) => !IS_SANITIZED || ['uk', 'de'].includes(code)).map(async (language) => {
    const id = 700_000_010 + Object.keys(CODES).indexOf(language);
    const course = new Talk(once, language, id), club = new Talk(monthly, language, id);
    await course.says('/start');
    await course.presses('legal');
    await course.says('/start');
    await course.presses('buy');
    await course.says('/status');
    await course.says('/help');
    await course.says('/language');
    for (const words of MANNERS[language]) await course.says(words);
    await course.says('4242 4242 4242 4242');
    await course.says('Як вести щоденник вдячності?');
    await course.says('Яка столиця Франції?');
    await course.says('Я не хочу жити');
    await course.says('а'.repeat(1001));
    await course.says('/pay');
    const session = await course.pays();
    await course.says('/pay');
    await course.says('/start');
    await course.presses('help');
    await course.says('/status');
    await course.says('Яка столиця Франції?');
    await course.says('/help');
    await course.happens('the money goes back', async () => [await once.stripe.refund(session)]);
    await course.says('/privacy');
    await course.says('/mydata');
    await course.says('/letters');
    await course.presses('no_letters');
    await course.says('/letters');
    await course.says('/forgetme');
    await course.presses(last(once, id).reply_markup.inline_keyboard[0][0].callback_data);
    await club.says('?');
    await club.says('/pay');
    await club.presses('stars:course');
    await club.says('/pay');
    const sub = monthly.stripe.sessions.get(await club.pays()).subscription;
    await club.says('/status');
    await club.happens('the next payment fails', () => monthly.stripe.billing.fail(sub));
    const terms = new Talk(agreed, language, id);
    await terms.says('/pay');
    await terms.presses('disagree');
    await terms.says('/pay');
    await terms.presses(last(agreed, id).reply_markup.inline_keyboard[0][0].callback_data);
    await terms.pays();
    await terms.says('/legal');
    const file = `${ROOT}/tests/web/transcripts/${language}.txt`;
    const text = `--- a course, paid once ---\n\n${course.text}\n--- a course, paid monthly ---\n\n${club.text}` +
      `\n--- a course with terms to agree to ---\n\n${terms.text}`;
    if (process.env.TRANSCRIPTS === 'write') writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'), language);
    for (const other of Object.keys(CODES))
      if (other !== language) assert.ok(!text.includes(TITLES[other]), `${language}: no title in ${other}`);
  }));
});

test('who changes Telegram\'s language gets the next message in it', async (t) => {
  const app = await shop(t);
  const greets = async (code) => { await app.say(speaks(5, code), '/start'); return last(app, 5).text.split(' ').slice(0, code?.startsWith('de') || code === 'pl' ? 2 : 1).join(' '); };
  for (const [code, language] of [['de', 'de'], ['pl', 'pl'], ['de-AT', 'de'], ['uk-UA', 'uk'], ['en', 'en'], ['EN-us', 'en'], ['pt-br', 'uk'], ['ru', 'uk'], [undefined, 'uk'], ['x'.repeat(300), 'uk']])
    assert.equal(await greets(code), WELCOMES[language], `${code}`);
  const kept = () => app.sql('SELECT language FROM users WHERE tg_id = 5')[0][0];
  await app.say(speaks(5, 'pl'), '/status');
  await app.say(speaks(5, undefined), '/status');
  assert.equal(kept(), 'pl', 'an update without one leaves it');
  assert.match(last(app, 5).text, /kursu „10 kroków”/, 'and is answered in it');
  const { id } = await app.buy(5);
  assert.match((await app.invited(5)).params.text, /^✅ Płatność potwierdzona/, 'what the worker says too');
  await app.telegram.press(speaks(5, 'de'), last(app, 5), 'nothing');
  assert.equal(kept(), 'de', 'a button tells it');
  await app.event(await app.stripe.refund(id));
  await app.settled();
  assert.match(last(app, 5).text, /„10 Schritte“/);
});

test('a language that was chosen goes before Telegram\'s', async (t) => {
  const app = await shop(t);
  const uk = speaks(5, 'uk');
  await app.say(uk, '/language');
  const menu = last(app, 5);
  assert.deepEqual(menu.reply_markup.inline_keyboard.flat().map(({ text, callback_data: data }) => `${text} ${data}`),
    ['Українська language:uk', 'English language:en', 'Deutsch language:de', 'Polski language:pl', 'Як у Telegram language']);
  await app.telegram.press(uk, menu, 'language:de');
  await app.told(5, 'auf Deutsch');
  await app.say(uk, '/start');
  assert.match(last(app, 5).text, /^Guten Tag!/);
  await app.buy(5);
  assert.match((await app.invited(5)).params.text, /^✅ Ihre Zahlung/, 'what the worker says too');
  await app.settled();
  await app.telegram.press(uk, menu, 'language:xx'); // of another time
  await app.told(5, 'українською');
  await app.settled();
  await app.telegram.press(uk, menu, 'language:pl');
  await app.told(5, 'po polsku');
  await app.settled();
  const from = app.telegram.calls.length;
  await app.telegram.press(speaks(5, 'en'), menu, 'language');
  await app.told(5, 'in English', undefined, from);
  await app.say(uk, '/start');
  assert.match(last(app, 5).text, /^З поверненням!/, 'and follows Telegram again');
});

test('the link brings the language to the pages and to Stripe; a bare one tells nothing of the buyer', async (t) => {
  const app = await shop(t);
  const params = () => app.stripe.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions').at(-1).params;
  const lang = async (where, accepts = 'pl') => /<html lang="(\w+)">/.exec((await app.request(where, { headers: { 'accept-language': accepts, 'user-agent': 'TelegramBot (like TwitterBot)' } })).text)[1];
  for (const [tgId, code, locale] of [[5, 'de-AT', 'de'], [6, 'uk', 'auto'], [7, 'pl', 'pl']]) {
    const language = code.slice(0, 2);
    await app.say(speaks(tgId, code), '/pay');
    const [[{ url }]] = last(app, tgId).reply_markup.inline_keyboard;
    const where = url.slice(app.base.length);
    assert.equal(where, `/pay?tg_id=${tgId}&language=${language}`);
    assert.equal(await lang(where, 'en'), language, 'the preview');
    assert.equal((await app.request(where)).status, 303);
    const { locale: said, line_items: [item], success_url: thanks, cancel_url: back } = params();
    assert.deepEqual([said, item.price_data.product_data.name], [locale, TITLES[language]]);
    assert.equal(thanks, `${app.base}/paid?session_id={CHECKOUT_SESSION_ID}&language=${language}`);
    assert.equal(await lang(back.slice(app.base.length), 'en'), language);
  }
  assert.equal(await lang('/pay?tg_id=5'), 'pl', 'the browser\'s, not the buyer\'s');
  assert.equal((await app.request('/pay?tg_id=8&language=fr')).status, 303);
  assert.deepEqual([params().locale, await lang('/cancel?language=fr')], ['auto', 'pl'], 'one that we do not speak');
});

test('the operator\'s locale goes before the buyer\'s', async (t) => {
  const app = await shop(t, {}, { CHECKOUT_LOCALE: 'fr' });
  assert.equal((await app.request('/pay?tg_id=5&language=de')).status, 303);
  assert.equal(app.stripe.requests.at(-1).params.locale, 'fr');
});

test('the menu of commands in each language, and the shop\'s for all others', async (t) => {
  const app = await startAdmit({ t, env: { SHOP_LANGUAGE: 'pl' } });
  assert.equal((await app.admit(['setup'], { BASE_URL: 'https://pay.example.com' })).status, 0);
  const menus = app.telegram.calls.filter(({ method }) => method === 'setMyCommands').map(({ params }) => params);
  assert.deepEqual(menus.map(({ language_code: code, commands }) => [code, commands[1].description]), [
    [undefined, 'Zapłać za dostęp'], ['uk', 'Оплатити доступ'], ['en', 'Pay for access'], ['de', 'Zugang bezahlen'], ['pl', 'Zapłać za dostęp'],
  ]);
});

test('what operators are told is in the language of each, and in the shop\'s where the bot does not know it', async (t) => {
  const app = await shop(t, {}, { ADMIN_TG_IDS: '900,901' });
  await app.say(speaks(900, 'de'), '/start');
  assert.match(last(app, 900).text, /^Guten Tag!/);
  await app.say(speaks(5, 'pl'), '/start');
  await app.buy(5);
  const german = (await app.told(900, 'Verkauf')).params;
  assert.ok(german.text.includes(TITLES.de) && german.text.includes('9,99'), german.text);
  assert.match(JSON.stringify(german.reply_markup), /Käufer/);
  const { params } = await app.told(901, 'Продаж');
  assert.ok(params.text.includes(TITLES.uk), params.text);
});
