// A purchase at an Admit that is installed somewhere; Stripe and Telegram are the sandbox's stand-ins.

import assert from 'node:assert/strict';
import { LINK, SECRETS, freePort, person, until } from '../web/harness.mjs';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';

let lastBuyer = 800_000_000;

/** The two services, a free port, and the settings of an Admit that is reached at `path` there. */
export async function openShop(t, path = '') {
  const telegram = await startTelegram({ token: SECRETS.TELEGRAM_BOT_TOKEN });
  const stripe = await startStripe({ webhookSecret: SECRETS.STRIPE_WEBHOOK_SECRET });
  t.after(() => Promise.all([stripe.close(), telegram.close()]));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}${path}`;
  stripe.webhookUrl = `${base}/webhook`;
  const settings = {
    ...SECRETS, PAID_CHANNEL_LINK: LINK, SUPPORT_CONTACT: '@help_desk', BASE_URL: base,
    STRIPE_API_BASE: stripe.url, TELEGRAM_API_BASE: telegram.url,
  };
  return { telegram, stripe, port, base, settings };
}

export const lines = (settings) => Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join('');

/** Resolves when the web server answers. */
export async function answers(base) {
  await until(() => fetch(`${base}/health`).then(() => true, () => false), 20_000, `${base} answers`);
}

/** As admit setup does it, for where that is not tried. */
export function tellTelegram({ telegram, base }) {
  telegram.webhook = { url: `${base}/tgupdate`, secret: SECRETS.TELEGRAM_WEBHOOK_SECRET };
}

/** A buyer writes to the bot, follows its link, pays, and holds the invite. */
export async function sell({ telegram, stripe, base }) {
  const buyer = person(lastBuyer += 1);
  const health = await fetch(`${base}/health`);
  assert.equal(health.status, 200, `/health: ${await health.text()}`);
  const { status, body } = await telegram.say(buyer, '/pay');
  assert.equal(status, 200, 'an update is taken');
  const { reply_markup: { inline_keyboard: buttons } } = JSON.parse(body);
  const { url } = buttons.flat().find((button) => button.url?.includes('/pay?'));
  assert.ok(url.startsWith(`${base}/pay?`));
  const pay = await fetch(url, { redirect: 'manual' });
  assert.equal(pay.status, 303, `/pay leads to Stripe: ${await pay.text()}`);
  const session = [...stripe.sessions.values()].find((one) => one.url === pay.headers.get('location'));
  const forged = await fetch(`${base}/webhook`, { method: 'POST', body: '{}' });
  assert.equal(forged.status, 400, 'an event without a signature is refused');
  const event = await stripe.pay(session.id);
  const attempt = await stripe.attempts.waitFor(({ id, status: was }) => id === event.id && was !== undefined, 20_000);
  assert.equal(attempt.status, 200, 'the event is recorded');
  await telegram.waitFor(({ method, params }) =>
    method === 'sendMessage' && String(params.chat_id) === String(buyer.id) && params.text.includes(LINK), 20_000);
  const paid = await fetch(`${base}/paid?session_id=${session.id}`);
  assert.equal(paid.status, 200);
  assert.ok((await paid.text()).includes(LINK), 'the thank-you page shows the link');
  return buyer.id;
}
