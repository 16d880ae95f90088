// A year of a shop, played by itself: buyers who pay, renew, fail to, get money back or dispute it, by the plot's table.
// Stripe and Telegram are the sandbox's, put back in time; each writes down what its own balance gained and lost at that
// moment, and from that alone the books are made that the shop's own books are compared with.

import { mock } from 'node:test';
import { person } from './harness.mjs';

export const DAY_S = 86_400;
const PLAN_S = 2_592_000; // a month in Telegram's words
const BANK_DAYS = 3; // a direct debit takes so long
const RETRY_DAYS = [3, 5, 7]; // when a payment that failed is tried again, before Stripe gives up

export class Year {
  /** What was bought, by the id of its session, its subscription or its charge in Stars; none of the neighbours' is there. */
  #products = new Map();
  #agenda = []; // { atS, act }
  #stripe;
  #telegram;
  #forms;
  #nowS;
  #endS;
  #nUpdates = 0;

  /** What Telegram tells, oldest first. Stripe's events are the stand-in's. */
  updates = [];

  /**
   * @param {{ stripe: object, telegram: object, forms: Record<string, object>, days?: number }} of
   *   `forms`: what the shop asks Stripe for when a product is bought, by product; the year ends now
   */
  constructor({ stripe, telegram, forms, days = 365 }) {
    this.#stripe = stripe;
    this.#telegram = telegram;
    this.#forms = forms;
    this.#endS = Math.floor(Date.now() / 1000);
    this.#nowS = this.#endS - days * DAY_S;
  }

  // ---- time ----

  #at(atS, act) {
    this.#agenda.push({ atS, act });
  }

  /** Plays all that is on the agenda until now, the earliest first. It waits for nothing, so nobody else meets its clock. */
  async play() {
    mock.timers.enable({ apis: ['Date'], now: this.#nowS * 1000 });
    try {
      for (;;) {
        const next = this.#agenda.reduce((best, one) => one.atS < (best?.atS ?? this.#endS) ? one : best, undefined);
        if (!next) break;
        this.#agenda.splice(this.#agenda.indexOf(next), 1);
        this.#nowS = Math.max(this.#nowS, next.atS);
        mock.timers.setTime(this.#nowS * 1000);
        await next.act();
      }
    } finally {
      mock.timers.reset();
    }
  }

  /** A line of the plot: a buyer, a product, and what they do on which day. To be told before the year is played. */
  enrol({ tgId, product, steps, shift = 0 }) {
    const buyer = { tgId, product, card: 'good', payments: [] };
    for (const [day, act, ...args] of steps)
      this.#at(this.#nowS + (day + shift) * DAY_S + 43_200 + tgId % 1000, () => this.#acts[act](buyer, ...args));
  }

  /** What a buyer, their bank and the operator can do. */
  #acts = {
    buys: (buyer, how) => this.#buy(buyer, how),
    refund: (buyer, minor, nth = -1) => this.#refund(buyer.payments.at(nth), minor),
    refundFails: (buyer, minor) => this.#stripe.refundFailed(buyer.payments.at(-1), minor),
    dispute: (buyer, status, nth = -1) => this.#dispute(buyer.disputed = buyer.payments.at(nth), status),
    disputeIs: (buyer, status) => this.#disputeIs(buyer.disputed, status),
    closed: (buyer, status) => this.#closed(buyer.disputed, status),
    warned: (buyer) => this.#stripe.warn(buyer.payments.at(-1)),
    card: (buyer, card) => { buyer.card = card; },
    cancelsAtEnd: (buyer, does = true) => this.#stripe.billing.cancelAtEnd(buyer.sub, does),
    cancels: (buyer) => this.#stripe.billing.cancel(buyer.sub),
    pauses: (buyer, behavior) => this.#stripe.billing.pauseCollection(buyer.sub, behavior),
    resumes: (buyer) => this.#stripe.billing.pauseCollection(buyer.sub, null),
    price: (buyer, minor, atOnceMinor) => this.#stripe.billing.change(buyer.sub, minor, atOnceMinor),
    paysStars: (buyer, stars, how) => this.#payStars(buyer, stars, how),
    starsBack: (buyer, nth = -1) => this.#starsBack(buyer, buyer.payments.at(nth)),
  };

  // ---- Stripe ----

  /** @param {{ minor?: number, foreign?: object, trial?: [number, number], later?: 'succeeds' | 'fails', isFree?: boolean }} [how] */
  async #buy(buyer, { minor, foreign, trial, later, isFree } = {}) {
    const { tgId, product } = buyer;
    const form = structuredClone(this.#forms[product]);
    const metadata = foreign ?? { ...form.metadata, tg_id: String(tgId) };
    form.metadata = metadata;
    form.client_reference_id &&= String(tgId);
    for (const part of ['payment_intent_data', 'subscription_data']) if (form[part]) form[part].metadata = metadata;
    if (minor) form.line_items[0].price_data.unit_amount = String(minor);
    if (trial) addTrial(form, ...trial);
    delete form.expires_at;
    const opened = this.#stripe.create(form), { id } = opened;
    if (isFree) opened.amount_total = 0;
    if (later) await this.#stripe.payAsync(id);
    else await this.#stripe.pay(id);
    const { subscription: sub, invoice } = this.#stripe.sessions.get(id);
    if (!foreign) this.#products.set(sub ?? id, product);
    buyer.sub = sub;
    const isPaid = () => {
      buyer.payments.push(invoice ?? id);
      if (sub) this.#renewNext(buyer, sub);
    };
    if (!later) isPaid();
    else this.#at(this.#nowS + BANK_DAYS * DAY_S, () => this.#bankSays(id, later, isPaid));
  }

  async #bankSays(id, later, isPaid) {
    if (later === 'fails') {
      await this.#stripe.asyncFailed(id);
      return;
    }
    await this.#stripe.asyncSucceeded(id);
    isPaid();
  }

  #renewNext(buyer, sub) {
    const { current_period_end: end } = this.#stripe.billing.subscriptions.get(sub).items.data[0];
    this.#at(end + 3600, () => this.#renew(buyer, sub));
  }

  async #renew(buyer, sub) {
    const { billing } = this.#stripe;
    const { status, cancel_at_period_end: isLast, pause_collection: isPaused } = billing.subscriptions.get(sub);
    if (status === 'canceled' || status === 'unpaid') return;
    if (isLast) {
      await billing.cancel(sub);
      return;
    }
    if (isPaused) await billing.rollUncollected(sub);
    else if (buyer.card === 'good') await billing.renew(sub);
    else await this.#declined(buyer, sub, 0);
    if (!isPaused && buyer.card === 'good') buyer.payments.push(billing.subscriptions.get(sub).latest_invoice);
    this.#renewNext(buyer, sub);
  }

  /** The card was refused for the nth time. */
  async #declined(buyer, sub, nth) {
    await this.#stripe.billing.fail(sub);
    if (nth < RETRY_DAYS.length) this.#at(this.#nowS + RETRY_DAYS[nth] * DAY_S, () => this.#retry(buyer, sub, nth + 1));
    else await this.#stripe.billing.giveUp(sub, buyer.card === 'gone' ? 'canceled' : 'unpaid');
  }

  async #retry(buyer, sub, nth) {
    const { billing } = this.#stripe;
    const { status, latest_invoice: owed } = billing.subscriptions.get(sub);
    if (status !== 'past_due') return;
    if (buyer.card !== 'good') {
      await this.#declined(buyer, sub, nth);
      return;
    }
    await billing.payInvoice(owed);
    buyer.payments.push(owed);
  }

  async #refund(id, minor) {
    await this.#stripe.refund(id, minor);
    await this.#stripe.happen('refund.created', this.#stripe.refunds.at(-1));
  }

  async #dispute(id, status = 'needs_response') {
    await this.#stripe.dispute(id, status);
    if (!status.startsWith('warning')) await this.#stripe.happen('charge.dispute.funds_withdrawn', this.#stripe.disputes.at(-1));
  }

  async #disputeIs(id, status) {
    const { id: charge } = this.#stripe.charges.get(id);
    await this.#stripe.happen('charge.dispute.updated', Object.assign(this.#stripe.disputes.find((one) => one.charge === charge), { status }));
  }

  async #closed(id, status) {
    const { data: { object } } = await this.#stripe.closeDispute(id, status);
    if (status === 'won') await this.#stripe.happen('charge.dispute.funds_reinstated', object);
  }

  // ---- Telegram ----

  #tell(buyer, content) {
    this.#nUpdates += 1;
    this.updates.push({
      update_id: 600_000_000 + this.#nUpdates,
      message: { message_id: this.#nUpdates, date: this.#nowS, chat: { id: buyer.tgId, type: 'private', first_name: 'B' }, from: person(buyer.tgId), ...content },
    });
  }

  /** @param {{ plan?: 'first' | 'next' }} [how] a payment of a subscription of 30 days */
  #payStars(buyer, stars, { plan, foreign } = {}) {
    const { tgId, product } = buyer;
    const charge = `stx_${this.#telegram.stars.transactions.length}_${tgId}`;
    const payload = foreign ?? `admit:${product}`;
    buyer.payments.push(charge);
    if (!foreign) this.#products.set(charge, product);
    this.#telegram.stars.transactions.push({
      id: charge, amount: stars, date: this.#nowS,
      source: { type: 'user', transaction_type: 'invoice_payment', user: person(tgId), invoice_payload: payload, ...(plan && { subscription_period: PLAN_S }) },
    });
    this.#tell(buyer, {
      successful_payment: {
        currency: 'XTR', total_amount: stars, invoice_payload: payload, telegram_payment_charge_id: charge, provider_payment_charge_id: '',
        ...(plan && { subscription_expiration_date: this.#nowS + PLAN_S, is_recurring: true, ...(plan === 'first' && { is_first_recurring: true }) }),
      },
    });
  }

  #starsBack(buyer, charge) {
    const { amount, source } = this.#telegram.stars.transactions.find(({ id }) => id === charge);
    this.#telegram.stars.transactions.push({ id: charge, amount, date: this.#nowS, receiver: source });
    this.#tell(buyer, {
      refunded_payment: { currency: 'XTR', total_amount: amount, invoice_payload: source.invoice_payload, telegram_payment_charge_id: charge },
    });
  }

  // ---- the books, from the balances alone ----

  /** What a charge was for: null where it is no business of the shop's. */
  #productOf(charge) {
    const [id] = [...this.#stripe.charges].find(([, one]) => one.id === charge);
    const sub = this.#stripe.billing.invoices.get(id)?.parent.subscription_details.subscription;
    return this.#products.get(sub ?? id) ?? null;
  }

  /**
   * All that moved, as { atS, product, provider, currency, what, minor }. What is undone, a refund that failed or a
   * dispute that was won, has never been: it is taken off on the day of what it undoes.
   */
  movements() {
    const words = { charge: 'taken', refund: 'refunded', refund_failure: 'refunded', dispute: 'disputed', dispute_reversal: 'disputed' };
    const ofStripe = this.#stripe.balance.map(({ type, amount, currency, created, charge, undoes }) => ({
      atS: undoes?.created ?? created, product: this.#productOf(charge), provider: 'stripe', currency, what: words[type],
      minor: type === 'charge' ? amount : -amount,
    }));
    const ofTelegram = this.#telegram.stars.transactions.map(({ id, amount, date, source }) => ({
      atS: date, product: this.#products.get(id) ?? null, provider: 'stars', currency: 'xtr', what: source ? 'taken' : 'refunded', minor: amount,
    }));
    return [...ofStripe, ...ofTelegram].filter(({ product }) => product !== null);
  }

  /** By day, month or year, product, provider, currency: { taken, refunded, disputed, net }. */
  books(by) {
    const when = (atS) => by === 'year' ? '' : `${new Date(atS * 1000).toISOString().slice(0, by === 'day' ? 10 : 7)} `;
    return withMoney(sumUp(this.movements().map(({ atS, product, provider, currency, what, minor }) =>
      ({ key: `${when(atS)}${product} ${provider} ${currency}`, what, minor }))));
  }
}

/** By key: what was taken, refunded, disputed, and what is left. */
export function sumUp(movements) {
  const lines = {};
  for (const { key, what, minor } of movements) {
    const line = lines[key] ??= { taken: 0, refunded: 0, disputed: 0, net: 0 };
    line[what] += minor;
    line.net += what === 'taken' ? minor : -minor;
  }
  return lines;
}

/** The lines that are of any money. */
export const withMoney = (lines) => Object.fromEntries(Object.entries(lines).filter(([, line]) => Object.values(line).some((n) => n !== 0)).sort());

/** What the shop asks for a trial: nothing of the price now, and what the trial costs. */
function addTrial(form, days, minor) {
  form.subscription_data.trial_period_days = String(days);
  if (!minor) return;
  const { currency } = form.line_items[0].price_data;
  form.line_items.push({ price_data: { currency, unit_amount: String(minor), product_data: { name: 'Trial' } }, quantity: '1' });
}
