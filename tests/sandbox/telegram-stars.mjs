// Telegram Stars of the stand-in: invoices, which anybody may pay several times, the balance, refunds, transactions.

import { nowS, privateChat, sender } from './telegram-objects.mjs';
import { badRequest } from './telegram-text.mjs';

export class Stars {
  /** Oldest first, as getStarTransactions shows them. */
  transactions = [];

  #chats;
  #tell;
  #isAskedFor;
  #links = new Map(); // invoices by link
  #queries = new Map(); // pre-checkout queries that wait: what becomes of the answer
  #plans = new Map(); // subscriptions, by the charge of their first payment
  #nextId;

  /** The Bot API's methods on Stars, to be called with the parameters of the call. */
  methods = {
    sendInvoice: (params) => this.#send(params),
    createInvoiceLink: (params) => this.#link(params),
    answerPreCheckoutQuery: (params) => this.#answer(params),
    editUserStarSubscription: (params) => this.#edit(params),
    refundStarPayment: (params) => this.#refund(params),
    getStarTransactions: (params) => this.#list(params),
    getMyStarBalance: () => ({ amount: this.balance }),
  };

  constructor({ chats, tell, isAskedFor = () => false, firstId = 1 }) {
    this.#nextId = firstId;
    this.#chats = chats;
    this.#tell = tell;
    this.#isAskedFor = isAskedFor;
  }

  get balance() {
    return this.transactions.reduce((sum, { amount, source }) => sum + (source ? amount : -amount), 0);
  }

  /**
   * A user pays an invoice: a message with one, or a link.
   * @param {{ silently?: boolean, queryOnly?: boolean }} [how] silently: the bot is not told of the payment
   *   The link of a subscription begins one, which is known by the charge of this payment.
   * @returns {Promise<{ ok: boolean, error?: string, charge?: string, update?: object, query?: object }>}
   */
  async pay(user, invoice, { silently = false, queryOnly = false } = {}) {
    const of = typeof invoice === 'string' ? this.#links.get(invoice) : invoice.of;
    const { payload, stars } = of;
    const id = `pcq_${this.#nextId++}`;
    const query = { id, from: user, currency: 'XTR', total_amount: stars, invoice_payload: payload };
    const answered = new Promise((done) => { this.#queries.set(id, done); });
    const sent = await this.#tell({ pre_checkout_query: query });
    if (queryOnly) return { ok: false, update: sent.update, query };
    const { ok, error_message: error } = await answered;
    if (!ok) return { ok, error };
    return this.#take(user, of, { silently });
  }

  /**
   * The next payment of a subscription, as Telegram takes it by itself when a period is over.
   * @param {string} first the charge of the payment that began it
   */
  async renew(first, { silently = false } = {}) {
    const plan = this.#plans.get(first);
    if (!plan || plan.isCanceled) return { ok: false, error: 'canceled' };
    return this.#take(plan.user, plan.of, { silently, plan });
  }

  /** The buyer wants no next payment, or wants it after all. */
  async cancel(first, isCanceled = true) {
    const plan = this.#plans.get(first);
    plan.isCanceled = isCanceled;
    await this.#tellOf(plan, isCanceled ? 'canceled' : 'active');
  }

  /** The next payment is tried, and the buyer has not as many Stars. */
  async fail(first) {
    await this.#tellOf(this.#plans.get(first), 'failed');
  }

  /** Bot API 10.2 tells of a subscription who asked for that. */
  async #tellOf({ user, of }, state) {
    if (this.#isAskedFor('subscription')) await this.#tell({ subscription: { user, invoice_payload: of.payload, state } });
  }

  /** Whether Telegram goes on taking payments. */
  isRenewing(first) {
    return this.#plans.get(first)?.isCanceled === false;
  }

  /** The subscriptions that go on, and when they are paid next. */
  renewing() {
    return [...this.#plans].filter(([, plan]) => !plan.isCanceled).map(([charge, { untilS }]) => ({ charge, untilS }));
  }

  /** Money changes hands, and the bot is told. */
  async #take(user, of, { silently, plan }) {
    const { payload, stars, period } = of;
    const charge = `stx_${String(this.#nextId++).padStart(8, '0')}`;
    const date = nowS();
    this.transactions.push({
      id: charge, amount: stars, date,
      source: { type: 'user', transaction_type: 'invoice_payment', user, invoice_payload: payload, ...(period && { subscription_period: period }) },
    });
    const untilS = Math.max(plan?.untilS ?? 0, date) + period;
    if (plan) plan.untilS = untilS;
    else if (period) this.#plans.set(charge, { user, of, untilS, isCanceled: false });
    if (silently) return { ok: true, charge };
    const successful_payment = {
      currency: 'XTR', total_amount: stars, invoice_payload: payload, telegram_payment_charge_id: charge, provider_payment_charge_id: '',
      ...(period && { subscription_expiration_date: untilS, is_recurring: true, ...(!plan && { is_first_recurring: true }) }),
    };
    const message = this.#chats.put(privateChat(user), user, { successful_payment });
    const { update } = await this.#tell({ message });
    return { ok: true, charge, update };
  }

  #send(params) {
    if (params.subscription_period) throw badRequest('SUBSCRIPTION_PERIOD_INVALID'); // of a link only
    const of = checked(params);
    const chat = this.#chats.reach(params.chat_id);
    const { title, description } = params;
    const invoice = { title, description, start_parameter: '', currency: 'XTR', total_amount: of.stars };
    const sent = this.#chats.put(chat, sender(this.#chats.bot), { invoice });
    Object.defineProperty(sent, 'of', { value: of }); // Telegram does not show it
    return sent;
  }

  #link(params) {
    const link = `https://t.me/$${this.#nextId++}`;
    this.#links.set(link, checked(params));
    return link;
  }

  #answer({ pre_checkout_query_id: id, ok, error_message: error }) {
    const done = this.#queries.get(id);
    if (!done) throw badRequest('query is too old and response timeout expired or query ID is invalid');
    if (ok !== true && !error) throw badRequest('error message must be non-empty');
    this.#queries.delete(id);
    done({ ok: ok === true, error_message: error });
    return true;
  }

  #edit({ user_id: userId, telegram_payment_charge_id: charge, is_canceled: isCanceled }) {
    const plan = this.#plans.get(charge);
    if (plan?.user.id !== Number(userId)) throw badRequest('CHARGE_ID_INVALID');
    plan.isCanceled = isCanceled === true || isCanceled === 'true';
    return true;
  }

  #refund({ user_id: userId, telegram_payment_charge_id: charge }) {
    const paid = this.transactions.find(({ id, source }) => id === charge && source?.user.id === Number(userId));
    if (!paid) throw badRequest('CHARGE_ID_INVALID');
    if (this.transactions.some(({ id, receiver }) => id === charge && receiver)) throw badRequest('CHARGE_ALREADY_REFUNDED');
    const { source: { type, user, transaction_type, invoice_payload } } = paid;
    this.transactions.push({ id: charge, amount: paid.amount, date: nowS(), receiver: { type, transaction_type, user, invoice_payload } });
    const refunded_payment = { currency: 'XTR', total_amount: paid.amount, invoice_payload, telegram_payment_charge_id: charge };
    void this.#tell({ message: this.#chats.put(privateChat(user), user, { refunded_payment }) });
    return true;
  }

  #list({ offset = 0, limit = 100 }) {
    if (Number(limit) < 1 || Number(limit) > 100) throw badRequest('invalid limit');
    return { transactions: this.transactions.slice(Number(offset), Number(offset) + Number(limit)) };
  }
}

/** What Telegram asks of an invoice in Stars. */
function checked({ title, description, payload, currency, provider_token: token = '', prices, subscription_period: period }) {
  if (currency !== 'XTR' || token !== '') throw badRequest('CURRENCY_INVALID');
  if (!title || [...title].length > 32) throw badRequest('INVOICE_TITLE_INVALID');
  if (!description || [...description].length > 255) throw badRequest('INVOICE_DESCRIPTION_INVALID');
  if (!payload || Buffer.byteLength(payload) > 128) throw badRequest('INVOICE_PAYLOAD_INVALID');
  if (!Array.isArray(prices) || prices.length !== 1) throw badRequest('exactly one price is expected');
  if (period !== undefined && Number(period) !== 2_592_000) throw badRequest('SUBSCRIPTION_PERIOD_INVALID');
  if (period !== undefined && prices[0].amount > 10_000) throw badRequest('STARS_AMOUNT_INVALID');
  return { payload, stars: prices[0].amount, period: Number(period ?? 0) };
}
