// The state of a Stripe account: Checkout Sessions, what becomes of them, and the events that tell of it.

import { Billing } from './stripe-billing.mjs';
import {
  API_VERSION, charge, checkoutSession, customerDetails, dispute, event, fraudWarning, newId, nowS, price, refund,
} from './stripe-objects.mjs';
import { noSuch, StripeError, wrongMode } from './stripe-params.mjs';

export class StripeAccount {
  /** Checkout Sessions by id, as the API shows them. @type {Map<string, any>} */
  sessions = new Map();
  /** Charges by the id of their session or invoice. @type {Map<string, any>} */
  charges = new Map();
  /** What the key may not read or write, by the first part of the path: 'events', 'checkout/sessions'. @type {Set<string>} */
  forbidden = new Set(); // 'refunds': all of them; 'write refunds': to make any
  /** The account's webhook endpoints, as the API shows them. @type {any[]} */
  endpoints = [];
  /** Every event that has happened, delivered or not, oldest first. */
  events = [];
  /** Refunds and disputes, oldest first, as they stand now. @type {any[]} */
  refunds = [];
  isPoor = false; // what is refunded must be there
  /** @type {any[]} */
  disputes = [];
  /** Warnings of fraud. @type {any[]} */
  warnings = [];
  /** What the account's balance gained and lost, oldest first: { type, amount, currency, created, charge, undoes? }. @type {any[]} */
  balance = [];
  /** What stands before /checkout/… in a session's url. */
  checkoutBase = '';
  /** Prices by id: { unit_amount, currency, recurring?, active?, isOfOtherMode? }. */
  prices = {};
  /** The key was good once. */
  keyIsRevoked = false;
  /** Somebody has saved the settings of the customer portal. */
  hasPortal = true;
  /** Stripe Tax: 'active' or 'pending', and where it is registered. */
  tax = { status: 'active', registrations: [{ object: 'tax.registration', country: 'DE', status: 'active' }] };
  /** The version that events are rendered in: the endpoint's. */
  eventVersion = API_VERSION;
  /** Subscriptions and their invoices. */
  billing = new Billing(this);

  #hidden = new Map(); // what a session's API object does not show: { productName, metadata, dispute? }

  /** Sends an event out: the stand-in posts it, an account by itself has nowhere to send it. */
  async announce(_news) {}

  // What the buyer, the bank and the operator do. Each returns the event, once it is announced.

  /** The buyer pays by card. */
  async pay(id) {
    const session = this.#complete(id);
    if (session.mode === 'subscription') {
      session.payment_status = session.amount_total === 0 ? 'no_payment_required' : 'paid';
      await this.billing.begin(session, { ...this.#hidden.get(id), isPaid: true });
    } else {
      this.#take(session);
    }
    return this.happen('checkout.session.completed', session);
  }

  /** The buyer chooses a method that the bank confirms later. */
  async payAsync(id) {
    const session = this.#complete(id);
    if (session.subscription) await this.billing.begin(session, { ...this.#hidden.get(id), isPaid: false });
    return this.happen('checkout.session.completed', session);
  }

  async asyncSucceeded(id) {
    const session = this.#waiting(id);
    if (session.subscription) await this.billing.payInvoice(session.invoice);
    if (session.subscription) session.payment_status = 'paid';
    else this.#take(session);
    return this.happen('checkout.session.async_payment_succeeded', session);
  }

  async asyncFailed(id) {
    return this.happen('checkout.session.async_payment_failed', this.#waiting(id));
  }

  async expire(id) {
    const session = Object.assign(this.#open(id), { status: 'expired', url: null });
    return this.happen('checkout.session.expired', session);
  }

  /** Without an amount, all that is left. */
  async refund(id, amountMinor) {
    const paid = this.#chargeOf(id);
    const before = { amount_refunded: paid.amount_refunded, refunded: paid.refunded };
    const left = paid.amount - paid.amount_refunded;
    const amount = amountMinor ?? left;
    if (amount <= 0 || amount > left) throw new Error(`${id}: cannot refund ${amount} of ${left}`);
    paid.amount_refunded += amount;
    paid.refunded = paid.amount_refunded === paid.amount;
    this.refunds.push(refund(paid, amount));
    this.#moves('refund', paid, -amount, this.refunds.at(-1).id);
    return this.happen('charge.refunded', paid, before);
  }

  /** The bank sends a refund back: the buyer has not got the money after all. */
  async refundFailed(id, amountMinor) {
    const paid = this.#chargeOf(id);
    const amount = amountMinor ?? paid.amount_refunded;
    const failed = this.refunds.findLast((one) => one.charge === paid.id && one.amount === amount && one.status === 'succeeded')
      ?? refund(paid, amount);
    failed.status = 'failed';
    this.#moves('refund_failure', paid, failed.amount, failed.id);
    paid.amount_refunded -= failed.amount;
    paid.refunded = false;
    return this.happen('refund.failed', { ...failed, failure_reason: 'lost_or_stolen_card' });
  }

  /** @param {string} [status] 'warning_needs_response' is an inquiry, no chargeback */
  async dispute(id, status = 'needs_response') {
    const paid = this.#chargeOf(id);
    const opened = dispute(paid, status);
    paid.disputed = true;
    this.#hidden.get(id).dispute = opened;
    this.disputes.push(opened);
    if (!status.startsWith('warning')) this.#moves('dispute', paid, -opened.amount, opened.id);
    return this.happen('charge.dispute.created', opened);
  }

  /** @param {'won'|'lost'|'warning_closed'} status */
  async closeDispute(id, status) {
    const opened = this.#hidden.get(id)?.dispute;
    if (!opened) throw new Error(`${id}: no dispute`);
    const before = { status: opened.status };
    if (status === 'won') this.#moves('dispute_reversal', this.#chargeOf(id), opened.amount, opened.id);
    return this.happen('charge.dispute.closed', Object.assign(opened, { status }), before);
  }

  /** The card's network thinks that it may be fraud. */
  async warn(id) {
    const warning = fraudWarning(this.#chargeOf(id));
    this.warnings.push(warning);
    return this.happen('radar.early_fraud_warning.created', warning);
  }

  // What the API and the checkout page ask for.

  /** A webhook endpoint; its secret is told this once. */
  addEndpoint({ url, enabled_events: types, api_version: version = null, metadata = {}, description = null }) {
    if (!types || Object.keys(types).length === 0) throw new StripeError(400, 'Missing required param: enabled_events.', { param: 'enabled_events' });
    const made = {
      id: newId('we_1'), object: 'webhook_endpoint', api_version: version, application: null, created: nowS(), description,
      enabled_events: Object.values(types), livemode: false, metadata, status: 'enabled', url,
    };
    this.endpoints.push(made);
    return { ...made, secret: newId('whsec_', 32) };
  }

  changeEndpoint(id, { enabled_events: types, disabled }) {
    const found = this.endpoints.find((one) => one.id === id);
    if (!found) throw noSuch('webhook_endpoint', id);
    if (types) found.enabled_events = Object.values(types);
    if (disabled !== undefined) found.status = disabled === 'true' ? 'disabled' : 'enabled';
    return found;
  }

  dropEndpoint(id) {
    const at = this.endpoints.findIndex((one) => one.id === id);
    if (at < 0) throw noSuch('webhook_endpoint', id);
    this.endpoints.splice(at, 1);
    return { id, object: 'webhook_endpoint', deleted: true };
  }

  /** Opens a session; the parameters have been checked. */
  create(params) {
    const id = newId('cs_test_a1', 56);
    const url = `${this.checkoutBase}/checkout/${id}`;
    const session = checkoutSession(params, { id, url, ...this.#total(params) });
    this.sessions.set(id, session);
    this.#hidden.set(id, {
      productName: params.line_items?.[0].price_data?.product_data?.name ?? 'Your order',
      metadata: (params.payment_intent_data ?? params.subscription_data)?.metadata ?? {},
      price: this.#recurring(params),
      trialDays: Number(params.subscription_data?.trial_period_days ?? 0),
      onceMinor: session.amount_total,
    });
    return session;
  }

  /** The price that a subscription is for; a price of the other kind is refused. */
  #recurring({ mode, line_items: [{ price: id, price_data: data }] = [{}] }) {
    const { unit_amount: unit, currency, recurring } = data ?? this.price(id, 'line_items[0][price]');
    if (Boolean(recurring) !== (mode === 'subscription')) throw wrongMode(mode);
    if (!recurring) return null;
    const count = Number(recurring.interval_count ?? 1);
    return price(id ?? newId('price_1'), {
      unit_amount: Number(unit), currency: currency.toLowerCase(),
      recurring: { interval: recurring.interval, interval_count: count, meter: null, trial_period_days: null, usage_type: 'licensed' },
    });
  }

  /** Money was taken for an invoice. */
  charged(id, paid) {
    this.#hidden.set(id, {});
    this.charges.set(id, charge(paid, {}));
    this.#moves('charge', this.charges.get(id), paid.amount_total);
  }

  /** A session as it is now: its end is noticed when it is looked at, for nothing watches the clock. */
  session(id) {
    const session = this.sessions.get(id);
    if (session?.status === 'open' && session.expires_at <= nowS()) void this.expire(id);
    return session;
  }

  productName(id) {
    return this.#hidden.get(id)?.productName;
  }

  price(id, param = 'price') {
    const known = this.prices[id];
    if (!known) throw noSuch('price', id, param);
    if (known.isOfOtherMode) throw noSuch('price', id, param, 'a similar object exists in live mode, but a test mode key was used to make this request.');
    return price(id, known);
  }

  /** During a trial nothing is charged but what is paid once. */
  #total({ line_items: items = [], currency: fallback = 'usd', subscription_data: { trial_period_days: trialDays } = {} }) {
    const priced = items.map(({ price: id, price_data: data, quantity }, i) => {
      const { unit_amount: unit, currency, recurring } = data ?? this.price(id, `line_items[${i}][price]`);
      if (trialDays && recurring) return { amount: 0, currency: currency.toLowerCase() };
      return { amount: Number(unit) * Number(quantity), currency: currency.toLowerCase() };
    });
    return {
      amountMinor: priced.reduce((sum, { amount }) => sum + amount, 0),
      currency: priced[0]?.currency ?? fallback,
    };
  }

  // From one state to the next.

  #open(id) {
    const session = this.sessions.get(id);
    if (session?.status === 'open') return session;
    throw new Error(`${id} is ${session?.status ?? 'unknown'}, not open`);
  }

  #waiting(id) {
    const session = this.sessions.get(id);
    if (session?.status === 'complete' && session.payment_status === 'unpaid') return session;
    throw new Error(`${id} does not wait for a bank`);
  }

  #chargeOf(id) {
    const paid = this.charges.get(id);
    if (!paid) throw new Error(`${id} has no charge`);
    return paid;
  }

  #complete(id) {
    const session = this.#open(id);
    const recurring = session.mode === 'subscription';
    return Object.assign(session, {
      // The box of the terms is one that has to be ticked before the button works.
      consent: session.consent_collection?.terms_of_service === 'required' ? { promotions: null, terms_of_service: 'accepted' } : null,
      status: 'complete',
      url: null,
      customer_details: customerDetails(session.customer_email ?? 'buyer@example.com'),
      customer: recurring ? newId('cus_', 14) : session.customer,
      invoice: recurring ? newId('in_1') : null,
      payment_intent: recurring || session.amount_total === 0 ? null : newId('pi_3'),
      subscription: recurring ? newId('sub_1') : null,
    });
  }

  /** The money is there, if there was any to pay. */
  #take(session) {
    const isFree = session.amount_total === 0;
    session.payment_status = isFree ? 'no_payment_required' : 'paid';
    if (isFree) return;
    this.charges.set(session.id, charge(session, this.#hidden.get(session.id).metadata));
    this.#moves('charge', this.charges.get(session.id), session.amount_total);
  }

  /** Money comes or goes. @param {string} [source] the refund or the dispute that it is of; what moves again undoes what moved first */
  #moves(type, { id, currency }, amount, source) {
    const undoes = source && this.balance.find((one) => one.source === source);
    this.balance.push({ type, amount, currency, created: nowS(), charge: id, source, undoes });
  }

  async happen(type, object, before) {
    const news = event(type, this.billing.render(object, this.eventVersion), { api_version: this.eventVersion });
    if (before) news.data.previous_attributes = before;
    this.events.push(news);
    await this.announce(news);
    return news;
  }
}
