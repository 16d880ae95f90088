// The hosted pages: what the buyer sees at the url of a Checkout Session, of an invoice and of the customer portal.

import { escapeHtml, html, readBody, redirect, send } from './http.mjs';

/** Stripe's list: these currencies have no minor unit, and these have a thousandth. */
const NO_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));

/** Stripe's own checkout waits no longer for the webhook before it sends the buyer on. */
const WEBHOOK_WAIT_MS = 10_000;

/** Ends with these digits: the test card that is always declined. */
const DECLINED_CARD = /0002$/;

/** @param {import('./stripe.mjs').StripeStandIn} stripe */
export async function serveCheckout(stripe, id, req, res) {
  const session = stripe.session(id);
  if (!session) return send(res, page(404, 'Nothing here', '<p>There is no such Checkout Session.</p>'));
  const form = new URLSearchParams((await readBody(req)).toString());
  const answer = session.status !== 'open' ? over(session)
    : req.method === 'POST' ? await act(stripe, session, form)
      : payForm(stripe, session);
  return send(res, answer);
}

/** An invoice that can be paid. */
export async function serveInvoice(stripe, id, req, res) {
  const { billing } = stripe;
  await readBody(req);
  if (req.method === 'POST' && billing.invoices.get(id)?.status === 'open') await atMost(WEBHOOK_WAIT_MS, billing.payInvoice(id));
  const invoice = billing.invoices.get(id);
  if (!invoice) return send(res, page(404, 'Nothing here', '<p>There is no such invoice.</p>'));
  const amount = escapeHtml(formatAmount(invoice.amount_due, invoice.currency));
  return send(res, page(200, 'Invoice', `<p class="amount">${amount}</p>` + (invoice.status === 'open'
    ? `<form method="post"><button id="pay" name="action" value="pay">Pay ${amount}</button></form>` : `<p>It is ${invoice.status}.</p>`)));
}

/** The customer's page: their subscription, which they cancel or keep. */
export async function servePortal(stripe, id, req, res) {
  const { billing } = stripe;
  const customer = billing.portals.get(id);
  const sub = [...billing.subscriptions.values()].find((one) => customer && one.customer === customer);
  if (!sub) return send(res, page(404, 'Nothing here', '<p>This page has expired.</p>'));
  const action = new URLSearchParams((await readBody(req)).toString()).get('action');
  if (sub.status !== 'canceled' && (action === 'cancel' || action === 'keep')) {
    await atMost(WEBHOOK_WAIT_MS, billing.cancelAtEnd(sub.id, action === 'cancel'));
  }
  const end = new Date(sub.items.data[0].current_period_end * 1000).toISOString().slice(0, 10);
  const [label, value] = sub.cancel_at ? ['Keep the subscription', 'keep'] : ['Cancel the subscription', 'cancel'];
  return send(res, page(200, 'Your subscription', `
    <p>It is ${sub.status}; ${sub.cancel_at ? 'it ends' : 'it renews'} on ${end}.</p>`
    + (sub.status === 'canceled' ? '' : `<form method="post"><button name="action" value="${value}">${label}</button></form>`)));
}

async function act(stripe, session, form) {
  const action = form.get('action');
  if (action === 'cancel') {
    return session.cancel_url ? redirect(session.cancel_url) : page(200, 'Canceled', '<p>You have paid nothing.</p>');
  }
  if (action === 'decline' || (action === 'pay' && DECLINED_CARD.test(form.get('card') ?? ''))) {
    return payForm(stripe, session, 'Your card was declined. Try another card.');
  }
  if (action !== 'pay' && action !== 'async') return page(400, 'Not understood', '<p>No such action.</p>');
  await atMost(WEBHOOK_WAIT_MS, action === 'pay' ? stripe.pay(session.id) : stripe.payAsync(session.id));
  return redirect(session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id));
}

function atMost(ms, work) {
  let timer;
  const tooLong = new Promise((done) => { timer = setTimeout(done, ms); });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

/** @example formatAmount(149000, 'uah') is 'UAH 1,490.00' */
export function formatAmount(amountMinor, currency) {
  const decimals = NO_DECIMALS.has(currency) ? 0 : THREE_DECIMALS.has(currency) ? 3 : 2;
  return new Intl.NumberFormat('en', {
    style: 'currency', currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  }).format(amountMinor / 10 ** decimals);
}

const over = ({ status }) => (status === 'expired'
  ? page(200, 'This page has expired', '<p>Nothing was charged. Ask the bot for a new link.</p>')
  : page(200, 'You have already paid', '<p>This checkout is complete; you can close it.</p>'));

function payForm(stripe, { id, amount_total: amountMinor, currency, mode }, fault = '') {
  const price = escapeHtml(formatAmount(amountMinor, currency) + (mode === 'subscription' ? ' per period' : ''));
  return page(fault ? 402 : 200, 'Checkout', `
    <p class="product" data-product>${escapeHtml(stripe.productName(id))}</p>
    <p class="amount" data-amount>${price}</p>
    ${fault && `<p class="fault" role="alert">${escapeHtml(fault)}</p>`}
    <form method="post">
      <label>Card number
        <input name="card" value="4242 4242 4242 4242" inputmode="numeric" autocomplete="off"></label>
      <div class="pair">
        <label>Expires <input name="expires" value="12 / 34" autocomplete="off"></label>
        <label>CVC <input name="cvc" value="123" inputmode="numeric" autocomplete="off"></label>
      </div>
      <button id="pay" name="action" value="pay">Pay ${price}</button>
      <button id="pay-later" class="quiet" name="action" value="async">Pay later (async)</button>
      <button id="cancel" class="quiet" name="action" value="cancel">Cancel</button>
    </form>
    <p class="note">4242&nbsp;4242&nbsp;4242&nbsp;4242 is paid, 4000&nbsp;0000&nbsp;0000&nbsp;0002 is declined.</p>`);
}

const STYLE = `
  * { box-sizing: border-box }
  body { margin: 0; background: #f6f8fa; color: #1a1f36; font: 16px/1.5 system-ui, sans-serif }
  main { max-width: 26rem; margin: 0 auto; padding: 2rem 1.25rem }
  h1 { margin: 0 0 1.5rem; color: #697386; font-size: .8rem; letter-spacing: .06em; text-transform: uppercase }
  .product { margin: 0; color: #4f566b }
  .amount { margin: 0 0 1.5rem; font-size: 2rem; font-weight: 650 }
  .fault { padding: .6rem .8rem; border-radius: .5rem; background: #fdecef; color: #a3132f }
  .note { color: #697386; font-size: .8rem }
  label { display: block; margin-bottom: .9rem; color: #4f566b; font-size: .85rem }
  input { width: 100%; margin-top: .25rem; padding: .65rem .75rem; font: inherit;
    border: 1px solid #d5dbe1; border-radius: .5rem; background: #fff }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem }
  button { width: 100%; margin-top: .5rem; padding: .75rem; border: 0; border-radius: .5rem; cursor: pointer;
    background: #4f46e5; color: #fff; font: inherit; font-weight: 600 }
  button.quiet { background: none; color: #4f566b; font-weight: 500 }
  button:hover { filter: brightness(.94) } button.quiet:hover { background: #e9edf2 }`;

const page = (status, title, body) => html(status, `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title} · test mode</h1>${body}</main></body></html>`, { 'cache-control': 'no-store' });
