// The same small shop in Node: node:http answers by itself, nothing stands in front. Node 20 has no SQLite of its own, so
// what must last is a line appended to a file and synced (fdatasync), once for all that came meanwhile, with an index in
// memory that is read from the file at the start: less than a database does.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';

const { PORT, PEER_DB, BASE_URL, STRIPE_API_BASE, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, TELEGRAM_WEBHOOK_SECRET } = process.env;
const nowS = () => Math.floor(Date.now() / 1000);

// ---- what lasts ----

const events = new Map(); // id to what resolves when it is on the disk
const orders = new Map(); // by tg_id: { session, url, ends, paid }
const apply = ({ event, tgId, ...facts }) => {
  if (event) events.set(event, null);
  if (tgId) orders.set(tgId, { ...orders.get(tgId), ...facts });
};
const file = await open(PEER_DB, 'a+');
for (const line of readFileSync(PEER_DB, 'utf8').split('\n').slice(0, -1)) apply(JSON.parse(line));

let next = null; // the lines that gather while others are written
let last = Promise.resolve();

/** Resolves when the fact is on the disk. */
function keep(fact) {
  if (!next) {
    const batch = { lines: [] };
    next = batch;
    last = last.catch(() => {}).then(async () => {
      next = null;
      await file.appendFile(batch.lines.join(''));
      await file.datasync();
    });
    batch.done = last;
  }
  next.lines.push(`${JSON.stringify(fact)}\n`);
  return next.done;
}

// ---- the three addresses ----

const answer = (res, status, body, headers = {}) => {
  const text = JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }).end(text);
};
const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

function isFromStripe(header, body) {
  const parts = (header ?? '').split(',').map((part) => part.split('='));
  const at = parts.find(([key]) => key === 't')?.[1] ?? '0';
  const want = createHmac('sha256', STRIPE_WEBHOOK_SECRET).update(`${at}.`).update(body).digest('hex');
  return Math.abs(nowS() - Number(at)) <= 300 && parts.some(([key, value]) => key === 'v1' && same(value ?? '', want));
}

async function webhook(req, res, body) {
  if (!isFromStripe(req.headers['stripe-signature'], body)) return answer(res, 400, { error: 'signature' });
  const { id, type, data } = JSON.parse(body);
  if (typeof id !== 'string') return answer(res, 400, { error: 'no event' });
  if (!events.has(id)) {
    const sold = type === 'checkout.session.completed' && { tgId: Number(data.object.metadata.tg_id), session: data.object.id, paid: nowS() };
    const kept = keep({ event: id, ...sold });
    events.set(id, kept);
    kept.then(() => apply({ event: id, ...sold }), () => events.delete(id));
  }
  await events.get(id);
  return answer(res, 200, { received: true });
}

const agent = new Agent({ keepAlive: true });
const createSession = (id) => new Promise((done, failed) => {
  const what = { tg_id: id, product: 'course', shop: '1' };
  const form = new URLSearchParams({
    mode: 'payment', success_url: `${BASE_URL}/paid`, cancel_url: `${BASE_URL}/cancel`, client_reference_id: id,
    ...Object.fromEntries(Object.entries(what).flatMap(([key, value]) => [[`metadata[${key}]`, value], [`payment_intent_data[metadata][${key}]`, value]])),
    'line_items[0][quantity]': 1, 'line_items[0][price_data][currency]': 'eur', 'line_items[0][price_data][unit_amount]': 999,
    'line_items[0][price_data][product_data][name]': 'A course',
  }).toString();
  const call = request(`${STRIPE_API_BASE}/v1/checkout/sessions`, {
    agent, method: 'POST', auth: `${STRIPE_SECRET_KEY}:`, timeout: 10_000, headers: {
      'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length, 'idempotency-key': `peer-${id}-${Math.floor(nowS() / 600)}`,
    },
  }, async (res) => {
    try { done(JSON.parse((await res.toArray()).join(''))); } catch (e) { failed(e); }
  });
  call.on('error', failed).on('timeout', () => call.destroy(new Error('Stripe takes too long'))).end(form);
});

async function pay(req, res) {
  const tgId = Number(new URL(req.url, BASE_URL).searchParams.get('tg_id'));
  if (!Number.isSafeInteger(tgId) || tgId <= 0) return answer(res, 400, { error: 'tg_id' });
  let { url, ends } = orders.get(tgId) ?? {};
  if (!url || ends <= nowS() + 60) {
    const session = await createSession(tgId);
    ({ url, expires_at: ends } = session);
    const fact = { tgId, session: session.id, url, ends };
    await keep(fact);
    apply(fact);
  }
  return answer(res, 302, {}, { location: url });
}

function tgupdate(req, res, body) {
  if (!same(req.headers['x-telegram-bot-api-secret-token'] ?? '', TELEGRAM_WEBHOOK_SECRET)) return answer(res, 401, { error: 'token' });
  const { message } = JSON.parse(body);
  if (message?.text !== '/pay') return answer(res, 200, {});
  const chat = { method: 'sendMessage', chat_id: message.from.id };
  if (orders.get(message.from.id)?.paid) return answer(res, 200, { ...chat, text: 'You are in already.' });
  const button = { text: 'Pay', url: `${BASE_URL}/pay?tg_id=${message.from.id}` };
  return answer(res, 200, { ...chat, text: 'A course', reply_markup: { inline_keyboard: [[button]] } });
}

const PAGES = { '/webhook': webhook, '/pay': pay, '/tgupdate': tgupdate };
createServer(async (req, res) => {
  try {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const page = PAGES[req.url.split('?')[0]];
    if (page) await page(req, res, Buffer.concat(chunks));
    else answer(res, 404, {});
  } catch {
    answer(res, 503, { error: 'not now' });
  }
}).listen(Number(PORT), '127.0.0.1');
