// The hosted pages: what the buyer sees at the url of a Checkout Session, of an invoice and of the customer portal.

import { escapeHtml, html, readBody, redirect, send } from './http.mjs';
import { languageOf } from './words.mjs';

/** Stripe's list: these currencies have no minor unit, and these have a thousandth. */
const NO_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));

/** Stripe's own checkout waits no longer for the webhook before it sends the buyer on. */
const WEBHOOK_WAIT_MS = 10_000;

/** Ends with these digits: the test card that is always declined. */
const DECLINED_CARD = /0002$/;

/** As Stripe's own page speaks by the session's locale; it has no Ukrainian, and English for all that have none here. */
const SPOKEN = {
  en: {
    title: 'Checkout', gone: 'Nothing here', noSession: 'There is no such Checkout Session.', expired: 'This page has expired',
    notCharged: 'Nothing was charged. Ask the bot for a new link.', paid: 'You have already paid', complete: 'This checkout is complete; you can close it.',
    canceled: 'Canceled', nothingPaid: 'You have paid nothing.', declined: 'Your card was declined. Try another card.', card: 'Card number',
    expires: 'Expires', pay: 'Pay', later: 'Pay later (async)', cancel: 'Cancel', period: ' per period', test: 'test mode',
    note: (good, bad) => `${good} is paid, ${bad} is declined.`,
    invoice: 'Invoice', noInvoice: 'There is no such invoice.', invoiceIs: (status) => `It is ${status}.`, plan: 'Your subscription', keep: 'Keep the subscription',
    end: 'Cancel the subscription', planIs: (status, ends, day) => `It is ${status}; it ${ends ? 'ends' : 'renews'} on ${day}.`,
  },
  de: {
    title: 'Kasse', gone: 'Hier ist nichts', noSession: 'Diese Checkout Session gibt es nicht.', expired: 'Diese Seite ist abgelaufen',
    notCharged: 'Es wurde nichts abgebucht. Der Bot gibt Ihnen einen neuen Link.', paid: 'Sie haben schon bezahlt', complete: 'Der Kauf ist abgeschlossen; Sie können die Seite schließen.',
    canceled: 'Abgebrochen', nothingPaid: 'Sie haben nichts bezahlt.', declined: 'Ihre Karte wurde abgelehnt. Probieren Sie eine andere.', card: 'Kartennummer',
    expires: 'Gültig bis', pay: 'Bezahlen:', later: 'Später bezahlen (async)', cancel: 'Abbrechen', period: ' pro Zeitraum', test: 'Testmodus',
    note: (good, bad) => `${good} wird bezahlt, ${bad} wird abgelehnt.`,
    invoice: 'Rechnung', noInvoice: 'Diese Rechnung gibt es nicht.', invoiceIs: (status) => `Ihr Stand: ${status}.`, plan: 'Ihr Abonnement', keep: 'Abonnement behalten',
    end: 'Abonnement kündigen', planIs: (status, ends, day) => `Stand: ${status}; es ${ends ? 'endet' : 'verlängert sich'} am ${day}.`,
  },
  pl: {
    title: 'Kasa', gone: 'Nic tu nie ma', noSession: 'Nie ma takiej Checkout Session.', expired: 'Ta strona wygasła',
    notCharged: 'Nic nie pobrano. Bot poda nowy link.', paid: 'Już zapłacono', complete: 'Zakup jest zakończony; stronę można zamknąć.',
    canceled: 'Anulowano', nothingPaid: 'Nic nie zapłacono.', declined: 'Karta została odrzucona. Proszę spróbować innej.', card: 'Numer karty',
    expires: 'Ważna do', pay: 'Zapłać', later: 'Zapłać później (async)', cancel: 'Anuluj', period: ' za okres', test: 'tryb testowy',
    note: (good, bad) => `${good} przechodzi, ${bad} jest odrzucana.`,
    invoice: 'Rachunek', noInvoice: 'Nie ma takiego rachunku.', invoiceIs: (status) => `Stan: ${status}.`, plan: 'Subskrypcja', keep: 'Zachowaj subskrypcję',
    end: 'Anuluj subskrypcję', planIs: (status, ends, day) => `Stan: ${status}; ${ends ? 'kończy się' : 'odnawia się'} ${day}.`,
  },
};
const speechOf = ({ locale } = {}) => (Object.hasOwn(SPOKEN, locale ?? '') ? locale : 'en');
/** What has no locale goes by the browser. */
const browsers = ({ url, headers }) => speechOf({ locale: languageOf(new URL(url, 'http://stripe.invalid'), headers['accept-language']) });

/** @param {import('./stripe.mjs').StripeStandIn} stripe */
export async function serveCheckout(stripe, id, req, res) {
  const session = stripe.session(id);
  if (!session) return send(res, page(404, SPOKEN.en.gone, `<p>${SPOKEN.en.noSession}</p>`));
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
  const language = browsers(req), say = SPOKEN[language];
  const invoice = billing.invoices.get(id);
  if (!invoice) return send(res, page(404, say.gone, `<p>${say.noInvoice}</p>`, language));
  const amount = escapeHtml(formatAmount(invoice.amount_due, invoice.currency, language));
  return send(res, page(200, say.invoice, `<p class="amount">${amount}</p>` + (invoice.status === 'open'
    ? `<form method="post"><button id="pay" name="action" value="pay">${say.pay} ${amount}</button></form>` : `<p>${say.invoiceIs(invoice.status)}</p>`), language));
}

/** The customer's page: their subscription, which they cancel or keep. */
export async function servePortal(stripe, id, req, res) {
  const { billing } = stripe;
  const language = browsers(req), say = SPOKEN[language];
  const customer = billing.portals.get(id);
  const sub = [...billing.subscriptions.values()].find((one) => customer && one.customer === customer);
  if (!sub) return send(res, page(404, say.gone, `<p>${say.expired}.</p>`, language));
  const action = new URLSearchParams((await readBody(req)).toString()).get('action');
  if (sub.status !== 'canceled' && (action === 'cancel' || action === 'keep')) {
    await atMost(WEBHOOK_WAIT_MS, billing.cancelAtEnd(sub.id, action === 'cancel'));
  }
  const end = new Date(sub.items.data[0].current_period_end * 1000).toISOString().slice(0, 10);
  const [label, value] = sub.cancel_at ? [say.keep, 'keep'] : [say.end, 'cancel'];
  return send(res, page(200, say.plan, `
    <p>${say.planIs(sub.status, sub.cancel_at, end)}</p>`
    + (sub.status === 'canceled' ? '' : `<form method="post"><button name="action" value="${value}">${label}</button></form>`), language));
}

async function act(stripe, session, form) {
  const action = form.get('action');
  if (action === 'cancel') {
    const { canceled, nothingPaid } = SPOKEN[speechOf(session)];
    return session.cancel_url ? redirect(session.cancel_url) : page(200, canceled, `<p>${nothingPaid}</p>`, speechOf(session));
  }
  if (action === 'decline' || (action === 'pay' && DECLINED_CARD.test(form.get('card') ?? ''))) {
    return payForm(stripe, session, SPOKEN[speechOf(session)].declined);
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
export function formatAmount(amountMinor, currency, language = 'en') {
  const decimals = NO_DECIMALS.has(currency) ? 0 : THREE_DECIMALS.has(currency) ? 3 : 2;
  return new Intl.NumberFormat(language, {
    style: 'currency', currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  }).format(amountMinor / 10 ** decimals);
}

function over(session) {
  const language = speechOf(session), say = SPOKEN[language];
  return session.status === 'expired'
    ? page(200, say.expired, `<p>${say.notCharged}</p>`, language)
    : page(200, say.paid, `<p>${say.complete}</p>`, language);
}

function payForm(stripe, session, fault = '') {
  const { id, amount_total: amountMinor, currency, mode } = session;
  const language = speechOf(session), say = SPOKEN[language];
  const price = escapeHtml(formatAmount(amountMinor, currency, language) + (mode === 'subscription' ? say.period : ''));
  return page(fault ? 402 : 200, say.title, `
    <p class="product" data-product>${escapeHtml(stripe.productName(id))}</p>
    <p class="amount" data-amount>${price}</p>
    ${fault && `<p class="fault" role="alert">${escapeHtml(fault)}</p>`}
    <form method="post">
      <label>${say.card}
        <input name="card" value="4242 4242 4242 4242" inputmode="numeric" autocomplete="off"></label>
      <div class="pair">
        <label>${say.expires} <input name="expires" value="12 / 34" autocomplete="off"></label>
        <label>CVC <input name="cvc" value="123" inputmode="numeric" autocomplete="off"></label>
      </div>
      <button id="pay" name="action" value="pay">${say.pay} ${price}</button>
      <button id="pay-later" class="quiet" name="action" value="async">${say.later}</button>
      <button id="cancel" class="quiet" name="action" value="cancel">${say.cancel}</button>
    </form>
    <p class="note">${say.note('4242&nbsp;4242&nbsp;4242&nbsp;4242', '4000&nbsp;0000&nbsp;0000&nbsp;0002')}</p>`, language);
}

const STYLE = `
  :root { color-scheme: light dark; --ink: #1a1f36; --soft: #4f566b; --ground: #f6f8fa; --field: #fff; --line: #c5ccd6; --main: #4338ca; --on-main: #fff;
    --fault: #a3132f; --under-fault: #fdecef; --hover: #e3e8ee }
  @media (prefers-color-scheme: dark) { :root { --ink: #edf1f8; --soft: #a7b2c5; --ground: #141a24; --field: #1d2531; --line: #3a4559; --main: #a5adff;
    --on-main: #12172b; --fault: #ff9d94; --under-fault: #3a1f24; --hover: #222b39 } }
  * { box-sizing: border-box }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
  main { max-width: 26rem; margin: 0 auto; padding: 2rem 1.25rem }
  h1 { margin: 0 0 1.5rem; color: var(--soft); font-size: .8rem; letter-spacing: .06em; text-transform: uppercase }
  .product { margin: 0; color: var(--soft) }
  .amount { margin: 0 0 1.5rem; font-size: 1.9rem; font-weight: 650; line-height: 1.25 }
  .fault { padding: .6rem .8rem; border-radius: .5rem; background: var(--under-fault); color: var(--fault) }
  .note { color: var(--soft); font-size: .8rem }
  label { display: block; margin-bottom: .9rem; color: var(--soft); font-size: .85rem }
  input { width: 100%; margin-top: .25rem; padding: .65rem .75rem; color: var(--ink); font: inherit;
    border: 1px solid var(--line); border-radius: .5rem; background: var(--field) }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem }
  button { width: 100%; margin-top: .5rem; padding: .75rem; border: 0; border-radius: .5rem; cursor: pointer;
    background: var(--main); color: var(--on-main); font: inherit; font-weight: 600 }
  button.quiet { background: none; color: var(--soft); font-weight: 500 }
  button:hover { filter: brightness(.94) } button.quiet:hover { background: var(--hover) }`;

const page = (status, title, body, language = 'en') => html(status, `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title} · ${SPOKEN[language].test}</h1>${body}</main></body></html>`, { 'cache-control': 'no-store' });
