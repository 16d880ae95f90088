// What `make run` starts when there are no keys: both stand-ins, and a page to be the buyer and the operator on.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Clock } from './clock.mjs';
import { Feed } from './feed.mjs';
import { html, json, readBody, send, serve } from './http.mjs';
import { channelPage, showroom } from './pages.mjs';
import { Past } from './past.mjs';
import { setLanguage } from './programs.mjs';
import { Scenes } from './scenes.mjs';
import { StripeStandIn } from './stripe.mjs';
import { TelegramStandIn } from './telegram.mjs';
import { LANGUAGES, languageOf } from './words.mjs';

const {
  SANDBOX_PORT = '8081', BASE_URL = 'http://127.0.0.1:8080', STRIPE_WEBHOOK_SECRET = 'whsec_sandbox', STRIPE_PRICE_ID,
  TELEGRAM_BOT_TOKEN = '123456:sandbox', TELEGRAM_WEBHOOK_SECRET = 'sandbox', SANDBOX_WATCH_STDIN, PRICE_EVERY, PRODUCTS_FILE,
  SANDBOX_ADMIT, SANDBOX_CLOCK, SANDBOX_PRELOAD, SANDBOX_LEDGER_STAYS, SANDBOX_PAST, SHOP_LANGUAGE, ADMIT_CONF, ADMIN_TG_IDS = '700000000',
} = process.env;
const PAID_CHANNEL_LINK = process.env.PAID_CHANNEL_LINK ?? '';

/** Whoever was here before is another buyer, where the ledger still knows them. */
const RUN = SANDBOX_LEDGER_STAYS ? Math.floor(Date.now() / 1000) - 1_700_000_000 : 0;
const BUYER = { id: 700_000_001 + 2 * RUN, is_bot: false, first_name: 'Buyer', username: 'sandbox_buyer', language_code: 'en' };
const STRANGER = { id: BUYER.id + 1, is_bot: false, first_name: 'Stranger', language_code: 'uk' };
const OPERATOR = { id: Number(ADMIN_TG_IDS.split(',')[0]), is_bot: false, first_name: 'Operator', username: 'sandbox_operator', language_code: 'en' };
const SUPPORT = { id: Number(process.env.SUPPORT_CHAT_ID ?? 0), type: 'supergroup', title: 'Support' };
const BOT = 'sandbox_bot';

/** What is sold and where it is: { id, what }, where an id of 0 is one that nobody knows who is in. */
function channelsSold() {
  const products = PRODUCTS_FILE ? JSON.parse(readFileSync(PRODUCTS_FILE, 'utf8')).products : [];
  if (products.length > 0) return products.flatMap(({ title, channels }) => channels.map(({ id = 0 }) => ({ id, what: title })));
  return [{ id: Number(process.env.PAID_CHANNEL_ID ?? 0), what: process.env.PRODUCT_NAME ?? '10 кроків до щастя' }];
}

const CHANNELS = channelsSold().filter(({ id }) => id !== 0);

/** 'month' or '3 months' as Stripe has it. */
function recurring(every) {
  const [, count = '1', interval] = /^(?:(\d+) )?(\w+?)s?$/.exec(every ?? '') ?? [];
  return interval ? { interval, interval_count: Number(count) } : undefined;
}

const clock = new Clock(SANDBOX_CLOCK);
const feed = new Feed();
const stripe = new StripeStandIn({
  webhookUrl: `${BASE_URL}/webhook`,
  webhookSecret: STRIPE_WEBHOOK_SECRET,
  checkoutBase: `${BASE_URL}/sandbox`,
  prices: STRIPE_PRICE_ID ? { [STRIPE_PRICE_ID]: { unit_amount: 149_000, currency: 'uah', recurring: recurring(PRICE_EVERY) } } : {},
});
const telegram = new TelegramStandIn({
  token: TELEGRAM_BOT_TOKEN,
  webhook: { url: `${BASE_URL}/tgupdate`, secret: TELEGRAM_WEBHOOK_SECRET, allowed: ['subscription'] },
  firstId: RUN + 1,
});

// What the page sees.

/** A sentence of the page's own, by its name. */
const tell = (word, what = '') => feed.push('notice', { word, what }, { isFleeting: true });

const scenes = new Scenes({
  stripe, telegram, clock, tell, buyer: BUYER, stranger: STRANGER, channels: CHANNELS.map(({ id }) => id),
  browse: (url) => feed.push('browse', { url: BASE_URL + url }, { isFleeting: true }), admit: SANDBOX_ADMIT, preload: SANDBOX_PRELOAD,
});

const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;

for (const kind of ['message', 'edited']) {
  telegram.chats.on(kind, (message) => {
    if (message.chat.id === BUYER.id) scenes.lastLink = PERSONAL.exec(message.text)?.[0] ?? scenes.lastLink;
    else if (![OPERATOR.id, SUPPORT.id].includes(message.chat.id)) return;
    feed.push('message', message);
    showState();
  });
}
telegram.chats.on('answer', ({ text }) => text && feed.push('notice', { text }, { isFleeting: true }));

const inside = new Set(); // the channels that the buyer is in

telegram.channels.on('changed', ({ user, chat, status }) => {
  if (user.id === STRANGER.id) return tell(status === 'member' ? 'strangerJoined' : 'strangerOut');
  if (user.id !== BUYER.id) return;
  const wasIn = inside.delete(chat.id);
  if (status === 'member') inside.add(chat.id);
  // Whose ban is lifted was out before, and looks at the page that thanks them.
  if (wasIn || status === 'member') feed.push(status === 'member' ? 'joined' : 'out', {}, { isFleeting: true });
  return showState();
});

const rows = new WeakMap(); // the number of the log row that a journal's item has
let nextRow = 1;

/** Shows each item of a journal as a row of the log, and again when it is amended. */
function log(journal, from, to, nameOf) {
  const show = (item) => {
    if (!rows.has(item)) rows.set(item, nextRow++);
    const { status, ms, error, fault, attempt, viaReply } = item;
    feed.push('log', { row: rows.get(item), from, to, name: nameOf(item), status, ms, error, fault, attempt, viaReply });
    showState();
  };
  journal.on('add', show).on('change', show);
}

log(stripe.journal, 'Admit', 'Stripe', ({ method, path }) => `${method} ${path.replace(/(cs_test|sub|in)_\w+/, '$1_…')}`);
log(telegram.journal, 'Admit', 'Telegram', ({ method }) => method);
log(stripe.attempts, 'Stripe', 'Admit', ({ name }) => name);
log(telegram.attempts, 'Telegram', 'Admit', ({ name }) => name);

let shown = '';

/** Tells the page what is so now. */
function showState() {
  const state = {
    on: scenes.on,
    can: scenes.can,
    hasTime: clock.canLeap,
    places: CHANNELS.map(({ id, what }) => ({ what, status: telegram.channels.status(id, BUYER.id) })),
    baseUrl: BASE_URL,
    channelLink: PAID_CHANNEL_LINK,
    buyer: BUYER.id,
    operator: OPERATOR.id,
    support: SUPPORT.id,
    bot: BOT,
  };
  if (JSON.stringify(state) === shown) return;
  shown = JSON.stringify(state);
  feed.push('state', state);
}

// What the page does.

const WHO = { buyer: BUYER, operator: OPERATOR };

const messageOf = (who, id) => telegram.messages(who === 'support' ? SUPPORT.id : WHO[who]?.id).find((message) => message.message_id === id);

let spoken = ADMIT_CONF && /SHOP_LANGUAGE=(\w+)/.exec(readFileSync(ADMIT_CONF, 'utf8'))?.[1]; // by the shop

/** Everybody speaks the visitor's language: who is here, and the shop to its operators. */
async function speak(language) {
  for (const user of [BUYER, OPERATOR]) user.language_code = language;
  if (SHOP_LANGUAGE || !ADMIT_CONF || language === spoken) return;
  spoken = language;
  setLanguage(ADMIT_CONF, language);
  await scenes.startWorker();
}

/** An invoice is a message or a link. */
async function payStars(invoice) {
  const { charge, error } = await telegram.payStars(BUYER, invoice);
  if (error) return feed.push('notice', { text: error }, { isFleeting: true });
  scenes.plan = charge;
  return tell('starsPaid');
}

function follow(url) {
  const how = telegram.follow(BUYER, String(url));
  const isIn = how === 'refused' && CHANNELS.some(({ id }) => telegram.channels.status(id, BUYER.id) === 'member');
  return isIn ? feed.push('joined', {}, { isFleeting: true }) : tell(how);
}

const deeds = {
  '/sandbox/language': ({ language }) => LANGUAGES.includes(language) && speak(language),
  '/sandbox/say': ({ who, text, reply_to: id }) => (who === 'support'
    ? telegram.sayIn(SUPPORT, OPERATOR, String(text), messageOf(who, id))
    : telegram.say(WHO[who] ?? BUYER, String(text))),
  '/sandbox/press': ({ who = 'buyer', message_id: id, data }) => {
    const pressed = messageOf(who, id);
    if (pressed) return telegram.press(WHO[who] ?? OPERATOR, pressed, String(data));
  },
  '/sandbox/stars': ({ url, message_id: id }) => {
    const invoice = url === undefined ? messageOf('buyer', id) : String(url);
    if (invoice) return payStars(invoice);
  },
  '/sandbox/follow': ({ url }) => follow(url),
  '/sandbox/scene': ({ name }) => scenes.play(String(name)),
};

// HTTP: one port for the page, both APIs and the checkout.

const FILES = {
  '/sandbox/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/sandbox/page.js': ['page.js', 'text/javascript; charset=utf-8'],
};

const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    + `img-src 'self' data:; frame-src 'self' ${BASE_URL}; frame-ancestors 'self'; base-uri 'none'`,
};
/** The report brings its style along, and no script. */
const REPORT_HEADERS = {
  'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
};

const PAGES = { '/': showroom, '/sandbox/channel': channelPage(true), '/sandbox/outside': channelPage(false) };

async function handle(req, res) {
  const path = req.url;
  if (path.startsWith('/stripe/')) return stripe.handle(req, res, path.slice('/stripe'.length));
  if (path.startsWith('/telegram/')) return telegram.handle(req, res, path.slice('/telegram'.length));
  if (/^\/sandbox\/(checkout|invoice|portal)\//.test(path)) {
    await stripe.handle(req, res, path.slice('/sandbox'.length));
    return showState();
  }
  if (path === '/sandbox/feed') return feed.serve(req, res);
  if (Object.hasOwn(deeds, path) && req.method === 'POST') return act(deeds[path], req, res);
  return send(res, await answer(req, new URL(path, BASE_URL)));
}

async function answer({ headers }, url) {
  const { pathname: path } = url;
  const language = languageOf(url, headers['accept-language']);
  if (Object.hasOwn(PAGES, path)) return html(200, PAGES[path](language), PAGE_HEADERS);
  if (path === '/sandbox/report') return report(language);
  if (path.startsWith('/sandbox/file/')) return fileOf(decodeURIComponent(path.slice('/sandbox/file/'.length)));
  if (!Object.hasOwn(FILES, path)) return html(404, '<!doctype html><title>Not found</title>Nothing here');
  const [name, type] = FILES[path];
  return { status: 200, headers: { ...PAGE_HEADERS, 'content-type': type }, body: await readFile(new URL(name, import.meta.url)) };
}

/** A picture as such, all else for keeping. */
function fileOf(id) {
  const body = telegram.chats.bytesOf(id);
  if (!body) return html(404, '<!doctype html><title>Not found</title>Nothing here');
  const isPicture = body[0] === 0xff && body[1] === 0xd8;
  const type = isPicture ? { 'content-type': 'image/jpeg' } : { 'content-type': 'application/json', 'content-disposition': 'attachment; filename="file.json"' };
  return { status: 200, headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...type }, body };
}

/** What `admit report --html` writes. */
function report(language) {
  if (!SANDBOX_ADMIT) return html(404, '<!doctype html><title>No report</title>There is no program here that writes it.');
  const env = { ...process.env, LD_PRELOAD: SANDBOX_PRELOAD ?? '' };
  return new Promise((done) => {
    execFile(SANDBOX_ADMIT, ['report', '--html', '-', '--lang', language], { env, maxBuffer: 8 << 20 }, (error, stdout) =>
      done(html(error ? 500 : 200, error ? '<!doctype html><title>No report</title>The report could not be written.' : stdout, REPORT_HEADERS)));
  });
}

/** Only JSON is taken: another site's form cannot send that. */
async function act(deed, req, res) {
  const body = (await readBody(req)).toString();
  if (!req.headers['content-type']?.startsWith('application/json')) return send(res, json(415, {}));
  try {
    // The page hears of the outcome by the feed; a webhook that hangs must not hang the page.
    Promise.resolve(deed(JSON.parse(body))).catch(complain).finally(showState);
    return send(res, json(202, {}));
  } catch (error) {
    complain(error);
    return send(res, json(400, {}));
  }
}

const complain = (error) => feed.push('notice', { text: error.message }, { isFleeting: true });

// Life and death.

/** What the shop has behind it, where there is a clock to put back and the shop is the sample. */
async function playPast() {
  if (SANDBOX_PAST !== '1' || !clock.canLeap) return;
  feed.isMuted = true;
  await new Past({ stripe, telegram, clock, baseUrl: BASE_URL }).play().catch(console.error);
  feed.isMuted = false;
  shown = '';
  showState();
  console.log('past played');
}

const server = await serve(handle, Number(SANDBOX_PORT));
showState();
const played = playPast();
console.log('sandbox ready');
await played;

async function stop() {
  scenes.close();
  stripe.close();
  telegram.close();
  await server.close();
  process.exit(0);
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
if (SANDBOX_WATCH_STDIN === '1') process.stdin.resume().once('end', stop).once('error', stop);
