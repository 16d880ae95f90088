// Subscriptions of the Stripe stand-in: what begins, renews, fails, ends, and the invoices that come of it.

import { list, newId, nowS } from './stripe-objects.mjs';

const NO_ISSUER = { type: 'self' };

/** The end of a period that begins then. */
export function periodEnd(startS, { interval, interval_count: count }) {
  const date = new Date(startS * 1000);
  if (interval === 'day' || interval === 'week') date.setUTCDate(date.getUTCDate() + count * (interval === 'week' ? 7 : 1));
  else if (interval === 'month') date.setUTCMonth(date.getUTCMonth() + count);
  else date.setUTCFullYear(date.getUTCFullYear() + count);
  return Math.floor(date.getTime() / 1000);
}

const subscription = ({ id, customer, metadata, price, startS }) => ({
  id,
  object: 'subscription',
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: startS,
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: null, type: 'classic' },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
  collection_method: 'charge_automatically',
  created: startS,
  currency: price.currency,
  customer,
  customer_account: null,
  days_until_due: null,
  default_payment_method: newId('pm_1'),
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  ended_at: null,
  invoice_settings: { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: NO_ISSUER },
  items: list(`/v1/subscription_items?subscription=${id}`, [item(id, price, startS)]),
  latest_invoice: null,
  livemode: false,
  managed_payments: null,
  metadata,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: startS,
  status: 'active',
  test_clock: null,
  transfer_data: null,
  trial_end: null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
  trial_start: null,
});

const item = (id, price, startS) => ({
  id: newId('si_', 14),
  object: 'subscription_item',
  billing_thresholds: null,
  created: startS,
  current_trial: null,
  current_period_end: periodEnd(startS, price.recurring),
  current_period_start: startS,
  discounts: [],
  metadata: {},
  plan: {
    id: price.id, object: 'plan', active: true, amount: price.unit_amount, amount_decimal: null,
    billing_scheme: 'per_unit', created: startS, currency: price.currency, interval: price.recurring.interval,
    interval_count: price.recurring.interval_count, livemode: false, metadata: {}, meter: null, nickname: null,
    product: price.product, tiers_mode: null, transform_usage: null, trial_period_days: null, usage_type: 'licensed',
  },
  price,
  quantity: 1,
  subscription: id,
  tax_rates: [],
});

/** An invoice of a subscription for the period it is in, not yet tried. */
function invoice(sub, reason, url) {
  const { price, current_period_end: end, current_period_start: start, id: itemId } = sub.items.data[0];
  const id = newId('in_1');
  return {
    id,
    object: 'invoice',
    account_country: 'UA',
    account_name: null,
    account_tax_ids: null,
    amount_due: price.unit_amount,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: price.unit_amount,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: start,
    currency: price.currency,
    custom_fields: null,
    customer: sub.customer,
    customer_account: null,
    customer_address: null,
    customer_email: 'buyer@example.com',
    customer_name: 'Test Buyer',
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: start,
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: `${url}/invoice/${id}`,
    invoice_pdf: `${url}/invoice/${id}/pdf`,
    issuer: NO_ISSUER,
    last_finalization_error: null,
    latest_revision: null,
    lines: list(`/v1/invoices/${id}/lines`, [{
      id: newId('il_1'), object: 'line_item', amount: price.unit_amount, currency: price.currency, description: null,
      discount_amounts: [], discountable: true, discounts: [], invoice: id, livemode: false, metadata: sub.metadata,
      parent: {
        invoice_item_details: null, type: 'subscription_item_details',
        subscription_item_details: {
          invoice_item: null, proration: false, proration_details: null, subscription: sub.id, subscription_item: itemId,
        },
      },
      period: { end, start }, pretax_credit_amounts: [],
      pricing: { price_details: { price: price.id, product: price.product }, type: 'price_details', unit_amount_decimal: null },
      quantity: 1, quantity_decimal: null, subscription: sub.id, subtotal: price.unit_amount, taxes: [],
    }]),
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: {
      quote_details: null, type: 'subscription_details',
      subscription_details: { metadata: sub.metadata, subscription: sub.id },
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: start,
    period_start: start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'open',
    status_transitions: { finalized_at: start, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: price.unit_amount,
    subtotal_excluding_tax: price.unit_amount,
    test_clock: null,
    total: price.unit_amount,
    total_discount_amounts: [],
    total_excluding_tax: price.unit_amount,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: start,
  };
}

const invoicePayment = (of, intent) => ({
  id: newId('inpay_1'),
  object: 'invoice_payment',
  amount_paid: of.status === 'paid' ? of.amount_paid : null,
  amount_requested: of.amount_due,
  created: of.created,
  currency: of.currency,
  invoice: of.id,
  is_default: true,
  livemode: false,
  payment: { payment_intent: intent, type: 'payment_intent' },
  status: of.status === 'paid' ? 'paid' : 'open',
  status_transitions: { canceled_at: null, paid_at: of.status_transitions.paid_at },
});

/** The shapes before 2025-03-31: the period on the subscription, the subscription and the payment on the invoice. */
const older = {
  subscription: ({ items, ...sub }) => {
    const { current_period_end: end, current_period_start: start, ...first } = items.data[0];
    return { ...sub, items: { ...items, data: [first] }, current_period_end: end, current_period_start: start };
  },
  invoice: ({ parent, payments, ...rest }, intent) => ({
    ...rest, subscription: parent.subscription_details.subscription, payment_intent: intent, paid: rest.status === 'paid',
    subscription_details: { metadata: parent.subscription_details.metadata },
  }),
};

export const isOlder = (version) => version < '2025-03-31';

/** The subscriptions of an account. All that happens returns the events that tell of it, in Stripe's order. */
export class Billing {
  /** Subscriptions and invoices by id, as the API shows them. @type {Map<string, any>} */
  subscriptions = new Map();
  /** @type {Map<string, any>} */
  invoices = new Map();
  /** The customer of each portal session, by its id. */
  portals = new Map();

  #intents = new Map(); // the payment intent of each invoice
  #account;

  /** @param {import('./stripe-account.mjs').StripeAccount} account */
  constructor(account) {
    this.#account = account;
  }

  /** A session of mode subscription was completed. */
  async begin(session, { price, metadata, isPaid, trialDays = 0, onceMinor = 0 }) {
    const sub = subscription({ id: session.subscription, customer: session.customer, metadata, price, startS: nowS() });
    if (!isPaid) sub.status = 'incomplete';
    else if (trialDays) this.#startTrial(sub, trialDays);
    this.subscriptions.set(sub.id, sub);
    const first = this.#newInvoice(sub, 'subscription_create', session.invoice);
    if (trialDays) Object.assign(first, { amount_due: onceMinor, amount_remaining: onceMinor, subtotal: onceMinor, total: onceMinor });
    const created = await this.#happen('customer.subscription.created', sub);
    return [created, ...isPaid ? await this.#paid(sub, first) : []];
  }

  /** It is told three days before the end. */
  async trialWillEnd(id) {
    return [await this.#happen('customer.subscription.trial_will_end', this.#live(id))];
  }

  /** The period is over, the next one has begun; its invoice is a draft for an hour. */
  async roll(id) {
    const sub = this.#live(id);
    this.#nextPeriod(sub);
    Object.assign(this.#newInvoice(sub, 'subscription_cycle'), { status: 'draft', hosted_invoice_url: null });
    return [await this.#happen('customer.subscription.updated', sub)];
  }

  /** The period is over, the next one is paid. */
  async renew(id) {
    const sub = this.#live(id);
    const next = this.#nextInvoice(sub);
    return [await this.#happen('customer.subscription.updated', sub), ...await this.#paid(sub, next)];
  }

  /** The period is over; the bank is asked to pay the next one, and takes days to answer: payInvoice() or fail() is what it says. */
  async debit(id) {
    const sub = this.#live(id);
    Object.assign(this.#nextInvoice(sub), { attempted: true, attempt_count: 1 });
    return [await this.#happen('customer.subscription.updated', sub)];
  }

  /** The period is over; the card refuses to pay the next one. Called again, it refuses once more. */
  async fail(id) {
    const sub = this.#live(id);
    const last = this.invoices.get(sub.latest_invoice);
    const owed = last.status === 'open' ? last : this.#nextInvoice(sub);
    Object.assign(owed, { attempted: true, attempt_count: owed.attempt_count + 1, next_payment_attempt: nowS() + 3 * 86_400 });
    sub.status = 'past_due';
    return [await this.#happen('invoice.payment_failed', owed), await this.#happen('customer.subscription.updated', sub)];
  }

  /** Stripe has tried often enough. @param {'unpaid'|'canceled'} end what the account's settings say */
  async giveUp(id, end = 'unpaid') {
    const sub = this.#live(id);
    if (end === 'canceled') return this.cancel(id, 'payment_failed');
    return [await this.#happen('customer.subscription.updated', Object.assign(sub, { status: 'unpaid' }))];
  }

  /** The buyer pays the open invoice, on its page. */
  async payInvoice(id) {
    const owed = this.invoices.get(id);
    if (owed?.status !== 'open') throw new Error(`${id} is ${owed?.status}, not open`);
    const sub = this.subscriptions.get(owed.parent.subscription_details.subscription);
    sub.status = 'active';
    return [...await this.#paid(sub, owed), await this.#happen('customer.subscription.updated', sub)];
  }

  /** From now on it costs that; what the rest of the period costs more is charged at once, if it is anything. */
  async change(id, minor, atOnceMinor = 0) {
    const sub = this.#live(id);
    const { price, plan } = sub.items.data[0];
    Object.assign(price, { unit_amount: minor, unit_amount_decimal: String(minor) });
    plan.amount = minor;
    const changed = await this.#happen('customer.subscription.updated', sub);
    if (!atOnceMinor) return [changed];
    const more = this.#newInvoice(sub, 'subscription_update');
    Object.assign(more, { amount_due: atOnceMinor, amount_remaining: atOnceMinor, subtotal: atOnceMinor, total: atOnceMinor });
    return [changed, ...await this.#paid(sub, more)];
  }

  /** It will not renew; or it will after all. */
  async cancelAtEnd(id, cancels = true) {
    const sub = this.#live(id);
    const end = sub.items.data[0].current_period_end;
    Object.assign(sub, { cancel_at_period_end: cancels, cancel_at: cancels ? end : null, canceled_at: cancels ? nowS() : null });
    return [await this.#happen('customer.subscription.updated', sub)];
  }

  /** It ends now: at its period's end, at the operator's or the buyer's wish, or because nobody paid. */
  async cancel(id, reason = 'cancellation_requested') {
    const sub = this.#live(id);
    Object.assign(sub, { status: 'canceled', ended_at: nowS(), canceled_at: sub.canceled_at ?? nowS() });
    sub.cancellation_details.reason = reason;
    return [await this.#happen('customer.subscription.deleted', sub)];
  }

  /** @param {boolean} pauses else it goes on */
  async pause(id, pauses = true) {
    const sub = this.#live(id);
    sub.status = pauses ? 'paused' : 'active';
    return [await this.#happen(`customer.subscription.${pauses ? 'paused' : 'resumed'}`, sub)];
  }

  /** Its invoices are not collected any more, but made all the same; null: they are again. */
  async pauseCollection(id, behavior = 'void') {
    const sub = this.#live(id);
    sub.pause_collection = behavior && { behavior, resumes_at: null };
    return [await this.#happen('customer.subscription.updated', sub)];
  }

  /** The period is over while nothing is collected. */
  async rollUncollected(id) {
    const sub = this.#live(id);
    const statuses = { void: 'void', keep_as_draft: 'draft', mark_uncollectible: 'uncollectible' };
    this.#nextPeriod(sub);
    this.#newInvoice(sub, 'subscription_cycle').status = statuses[sub.pause_collection.behavior];
    return [await this.#happen('customer.subscription.updated', sub)];
  }

  /** It is to be canceled on a day of its own, in or beyond the period. */
  async cancelAt(id, atS) {
    return [await this.#happen('customer.subscription.updated', Object.assign(this.#live(id), { cancel_at: atS, canceled_at: nowS() }))];
  }

  /** As if it had begun so much earlier. */
  age(id, seconds) {
    const sub = this.subscriptions.get(id);
    const [first] = sub.items.data;
    for (const name of ['current_period_start', 'current_period_end']) first[name] -= seconds;
    for (const name of ['cancel_at', 'canceled_at', 'ended_at', 'trial_start', 'trial_end']) sub[name] &&= sub[name] - seconds;
  }

  /** A subscription as the API shows it to a caller of that version. */
  show(id, version, expand = []) {
    const sub = structuredClone(this.subscriptions.get(id));
    if (!sub) return undefined;
    if (expand.some((path) => path.startsWith('latest_invoice'))) {
      sub.latest_invoice = this.showInvoice(sub.latest_invoice, version, expand.includes('latest_invoice.payments'));
    }
    return isOlder(version) ? older.subscription(sub) : sub;
  }

  showInvoice(id, version, withPayments = false) {
    const shown = structuredClone(this.invoices.get(id));
    const intent = this.#intents.get(id) ?? null;
    if (!shown) return undefined;
    if (isOlder(version)) return older.invoice(shown, intent);
    if (withPayments) shown.payments = list(`/v1/invoice_payments?invoice=${id}`, intent ? [invoicePayment(shown, intent)] : []);
    return shown;
  }

  /** A portal session, which opens the customer's page to whoever holds its address. */
  portal(customer, base) {
    const id = newId('bps_1');
    this.portals.set(id, customer);
    return {
      id, object: 'billing_portal.session', configuration: newId('bpc_1'), created: nowS(), customer, customer_account: null,
      flow: null, livemode: false, locale: null, on_behalf_of: null, return_url: null, url: `${base}/portal/${id}`,
    };
  }

  /** An event's object in the shape of the version that it is rendered in. */
  render(object, version) {
    if (!isOlder(version)) return object;
    if (object.object === 'subscription') return older.subscription(object);
    return object.object === 'invoice' ? older.invoice(object, this.#intents.get(object.id) ?? null) : object;
  }

  #live(id) {
    const sub = this.subscriptions.get(id);
    if (!sub || sub.status === 'canceled') throw new Error(`${id} is ${sub?.status ?? 'unknown'}`);
    return sub;
  }

  /** The trial is the first period, for which nothing is charged. */
  #startTrial(sub, days) {
    const [first] = sub.items.data;
    const end = first.current_period_start + days * 86_400;
    first.current_period_end = end;
    Object.assign(sub, { status: 'trialing', trial_start: first.current_period_start, trial_end: end });
  }

  #nextPeriod(sub) {
    const { items: { data: [first] } } = sub;
    if (sub.status === 'trialing') sub.status = 'active';
    first.current_period_start = first.current_period_end;
    first.current_period_end = periodEnd(first.current_period_start, first.price.recurring);
  }

  /** The invoice of the next period, or of the one that has begun with a draft. */
  #nextInvoice(sub) {
    const last = this.invoices.get(sub.latest_invoice);
    if (last.status === 'draft') {
      return Object.assign(last, { status: 'open', hosted_invoice_url: `${this.#account.checkoutBase}/invoice/${last.id}` });
    }
    this.#nextPeriod(sub);
    return this.#newInvoice(sub, 'subscription_cycle');
  }

  #newInvoice(sub, reason, id) {
    const made = invoice(sub, reason, this.#account.checkoutBase);
    if (id) {
      made.hosted_invoice_url = made.hosted_invoice_url.replace(made.id, id);
      made.id = id;
    }
    this.invoices.set(made.id, made);
    this.#intents.set(made.id, newId('pi_3'));
    sub.latest_invoice = made.id;
    return made;
  }

  async #paid(sub, owed) {
    const paidAt = nowS();
    Object.assign(owed, {
      status: 'paid', attempted: true, attempt_count: owed.attempt_count + 1, amount_paid: owed.amount_due, amount_remaining: 0,
      next_payment_attempt: null, auto_advance: false,
    });
    owed.status_transitions.paid_at = paidAt;
    if (owed.amount_due === 0) this.#intents.delete(owed.id);
    else this.#account.charged(owed.id, { amount_total: owed.amount_due, currency: owed.currency, payment_intent: this.#intents.get(owed.id) });
    return [await this.#happen('invoice.paid', owed)];
  }

  #happen(type, object) {
    return this.#account.happen(type, object);
  }
}
