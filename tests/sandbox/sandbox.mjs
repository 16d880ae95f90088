// What `make run` starts when there are no keys: both stand-ins, and a page to be the buyer and the operator on.

import { readFile } from 'node:fs/promises';
import { Feed } from './feed.mjs';
import { html, json, readBody, send, serve } from './http.mjs';
import { StripeStandIn } from './stripe.mjs';
import { TelegramStandIn } from './telegram.mjs';

const {
  SANDBOX_PORT = '8081', BASE_URL = 'http://127.0.0.1:8080', STRIPE_WEBHOOK_SECRET = 'whsec_sandbox', STRIPE_PRICE_ID,
  TELEGRAM_BOT_TOKEN = '123456:sandbox', TELEGRAM_WEBHOOK_SECRET = 'sandbox', SANDBOX_WATCH_STDIN, PRICE_EVERY,
} = process.env;
const PAID_CHANNEL_LINK = process.env.PAID_CHANNEL_LINK ?? '';
const CHANNEL = Number(process.env.PAID_CHANNEL_ID ?? 0); // 0: the link is the same for all

const BUYER = { id: 700_000_001, is_bot: false, first_name: 'Buyer', username: 'sandbox_buyer', language_code: 'uk' };
const STRANGER = { id: 700_000_002, is_bot: false, first_name: 'Stranger', language_code: 'uk' };
const HANG_MS = 8000;

/** 'month' or '3 months' as Stripe has it. */
function recurring(every) {
  const [, count = '1', interval] = /^(?:(\d+) )?(\w+?)s?$/.exec(every ?? '') ?? [];
  return interval ? { interval, interval_count: Number(count) } : undefined;
}

const feed = new Feed();
const stripe = new StripeStandIn({
  webhookUrl: `${BASE_URL}/webhook`,
  webhookSecret: STRIPE_WEBHOOK_SECRET,
  checkoutBase: `${BASE_URL}/sandbox`,
  prices: STRIPE_PRICE_ID ? { [STRIPE_PRICE_ID]: { unit_amount: 149_000, currency: 'uah', recurring: recurring(PRICE_EVERY) } } : {},
});
const telegram = new TelegramStandIn({
  token: TELEGRAM_BOT_TOKEN,
  webhook: { url: `${BASE_URL}/tgupdate`, secret: TELEGRAM_WEBHOOK_SECRET },
});

// What the page can do.

const operator = { isDown: false, isBlocked: false };

const lastSession = (holds) => [...stripe.sessions.values()].reverse().find(holds)?.id;
const refundable = () => lastSession(({ id }) => stripe.charges.get(id)?.refunded === false);
const waiting = () => lastSession(({ id, status, payment_status: paid }) =>
  status === 'complete' && paid === 'unpaid' && !failed.has(id));
const failed = new Set(); // sessions whose bank has said no

const subscription = () => [...stripe.billing.subscriptions.values()].reverse().find(({ status }) => status !== 'canceled')?.id;

let plan; // the charge that the buyer's newest subscription in Stars is known by
let lastLink; // the newest personal link in the buyer's chat
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;

const controls = {
  renew: () => stripe.billing.renew(subscription()),
  refuse: () => stripe.billing.fail(subscription()),
  cancel: () => stripe.billing.cancel(subscription()),
  renewStars: () => telegram.stars.renew(plan),
  pass: () => lastLink && notice(`The stranger: ${FOLLOWED[telegram.follow(STRANGER, lastLink)]}`),
  leave: () => telegram.leave(BUYER, CHANNEL),
  refund: () => stripe.refund(refundable()),
  resend: () => stripe.deliver(stripe.events.at(-1)),
  confirm: () => stripe.asyncSucceeded(waiting()),
  decline: () => {
    const id = waiting();
    failed.add(id);
    return stripe.asyncFailed(id);
  },
  hang: () => telegram.setFault({ kind: 'hang', delayMs: HANG_MS, only: /./ }),
  down: () => {
    operator.isDown = !operator.isDown;
    telegram.setFault(operator.isDown ? { kind: 'reset', next: Infinity, only: /./ } : null);
  },
  block: () => {
    operator.isBlocked = !operator.isBlocked;
    return operator.isBlocked ? telegram.blockBot(BUYER) : telegram.unblockBot(BUYER);
  },
};

const FOLLOWED = { asked: 'Asked to join the channel.', joined: 'Joined.', refused: 'This invite lets nobody in.' };

const deeds = {
  '/sandbox/say': ({ text }) => telegram.say(BUYER, String(text)),
  '/sandbox/press': ({ message_id: id, data }) => {
    const pressed = telegram.messages(BUYER.id).find((message) => message.message_id === id);
    if (pressed) return telegram.press(BUYER, pressed, String(data));
  },
  '/sandbox/stars': async ({ url }) => {
    const { charge, error } = await telegram.payStars(BUYER, String(url));
    if (error) return notice(error);
    plan = charge;
    return notice('Paid in Stars.');
  },
  '/sandbox/follow': ({ url }) => {
    const isMember = telegram.channels.status(CHANNEL, BUYER.id) === 'member';
    if (isMember) return feed.push('joined', {}, { isFleeting: true });
    return notice(FOLLOWED[telegram.follow(BUYER, String(url))]);
  },
  '/sandbox/control': ({ action }) => Object.hasOwn(controls, action) && controls[action](),
};

// What the page sees.

const notice = (text) => feed.push('notice', { text }, { isFleeting: true });

for (const kind of ['message', 'edited']) {
  telegram.chats.on(kind, (message) => {
    if (message.chat.id !== BUYER.id) return;
    lastLink = PERSONAL.exec(message.text)?.[0] ?? lastLink;
    feed.push('message', message);
    showState();
  });
}
telegram.chats.on('answer', ({ text }) => text && notice(text));

telegram.channels.on('changed', ({ user, status }) => {
  if (user.id !== BUYER.id) return notice(status === 'member' ? 'The stranger is in.' : 'The stranger is out.');
  feed.push(status === 'member' ? 'joined' : 'out', {}, { isFleeting: true });
  return showState();
});

const rows = new WeakMap(); // the number of the log row that a journal's item has
let nextRow = 1;

/** Shows each item of a journal as a row of the log, and again when it is amended. */
function log(journal, from, to, nameOf) {
  const show = (item) => {
    if (!rows.has(item)) rows.set(item, nextRow++);
    const { status, ms, error, fault } = item;
    const note = error ?? (fault && `${fault}, on purpose`);
    feed.push('log', { row: rows.get(item), from, to, name: nameOf(item), status, ms, note });
    showState();
  };
  journal.on('add', show).on('change', show);
}

const again = ({ name, attempt }) => (attempt > 1 ? `${name}, attempt ${attempt}` : name);

log(stripe.journal, 'Admit', 'Stripe', ({ method, path }) => `${method} ${path.replace(/cs_test_\w+/, 'cs_…')}`);
log(telegram.journal, 'Admit', 'Telegram', ({ method, viaReply }) => (viaReply ? `${method} in the reply` : method));
log(stripe.attempts, 'Stripe', 'Admit', again);
log(telegram.attempts, 'Telegram', 'Admit', again);

let shown = '';

/** Tells the page which controls make sense now. */
function showState() {
  const state = {
    ...operator,
    canRefund: Boolean(refundable()),
    canResend: stripe.events.length > 0,
    isWaiting: Boolean(waiting()),
    hasSubscription: Boolean(subscription()),
    hasPlan: telegram.stars.isRenewing(plan),
    place: CHANNEL ? telegram.channels.status(CHANNEL, BUYER.id) : '',
    canPass: Boolean(CHANNEL && lastLink),
    baseUrl: BASE_URL,
    channelLink: PAID_CHANNEL_LINK,
  };
  if (JSON.stringify(state) === shown) return;
  shown = JSON.stringify(state);
  feed.push('state', state);
}

// HTTP: one port for the page, both APIs and the checkout.

const FILES = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/sandbox/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/sandbox/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/sandbox/channel': ['channel.html', 'text/html; charset=utf-8'],
  '/sandbox/outside': ['outside.html', 'text/html; charset=utf-8'],
};

const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    + `img-src data:; frame-src 'self' ${BASE_URL}; frame-ancestors 'self'; base-uri 'none'`,
};

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
  return serveFile(path.replace(/\?.*/, ''), res);
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

const complain = (error) => notice(error.message);

async function serveFile(path, res) {
  if (!Object.hasOwn(FILES, path)) return send(res, html(404, '<!doctype html><title>Not found</title>Nothing here'));
  const [name, type] = FILES[path];
  const body = await readFile(new URL(name, import.meta.url));
  return send(res, { status: 200, headers: { ...PAGE_HEADERS, 'content-type': type }, body });
}

// Life and death.

const server = await serve(handle, Number(SANDBOX_PORT));
showState();
console.log('sandbox ready');

async function stop() {
  stripe.close();
  telegram.close();
  await server.close();
  process.exit(0);
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
if (SANDBOX_WATCH_STDIN === '1') process.stdin.resume().once('end', stop).once('error', stop);
