// The calls of Stripe's API: who may call, which call it is, and the same answer for the same idempotency key.

import { json } from './http.mjs';
import { API_VERSION, list, newId, nowS } from './stripe-objects.mjs';
import { checkSessionParams, noSuch, StripeError } from './stripe-params.mjs';

export class StripeApi {
  #account;
  #isDelivered;
  #saved = new Map(); // answers by idempotency key

  #routes = [
    ['POST', /^\/v1\/checkout\/sessions$/, (request) => this.#create(request)],
    ['GET', /^\/v1\/checkout\/sessions$/, (request) => this.#list(request)],
    ['GET', /^\/v1\/checkout\/sessions\/([^/]+)$/, (_, id) => this.#retrieve(id)],
    ['POST', /^\/v1\/checkout\/sessions\/([^/]+)\/expire$/, (_, id) => this.#expire(id)],
    ['GET', /^\/v1\/subscriptions\/([^/]+)$/, (request, id) => this.#subscription(request, id)],
    ['POST', /^\/v1\/subscriptions\/([^/]+)$/, (request, id) => this.#update(request, id)],
    ['DELETE', /^\/v1\/subscriptions\/([^/]+)$/, (request, id) => this.#cancel(request, id)],
    ['GET', /^\/v1\/invoices\/([^/]+)$/, (request, id) => this.#invoice(request, id)],
    ['POST', /^\/v1\/billing_portal\/sessions$/, (request) => this.#portal(request)],
    ['GET', /^\/v1\/prices\/([^/]+)$/, (_, id) => this.#account.price(id)],
    ['POST', /^\/v1\/refunds$/, (request) => this.#refund(request)],
    ['GET', /^\/v1\/charges$/, ({ path, query }) => page(path, [...this.#account.charges.values()], query, 'charge')],
    ['GET', /^\/v1\/charges\/([^/]+)$/, (_, id) => oneOf([...this.#account.charges.values()], id, 'charge')],
    ['GET', /^\/v1\/refunds\/([^/]+)$/, (_, id) => oneOf(this.#account.refunds, id, 'refund')],
    ['GET', /^\/v1\/disputes\/([^/]+)$/, (_, id) => oneOf(this.#account.disputes, id, 'dispute')],
    ['GET', /^\/v1\/radar\/early_fraud_warnings\/([^/]+)$/, (_, id) => oneOf(this.#account.warnings, id, 'early_fraud_warning')],
    ['GET', /^\/v1\/refunds$/, ({ path, query }) => page(path, this.#account.refunds, query, 'refund')],
    ['GET', /^\/v1\/disputes$/, ({ path, query }) => page(path, this.#account.disputes, query, 'dispute')],
    ['GET', /^\/v1\/events$/, (request) => this.#listEvents(request)],
    ['GET', /^\/v1\/subscriptions$/, ({ path, query }) => page(path, [...this.#account.billing.subscriptions.values()], query, 'subscription')],
    ['GET', /^\/v1\/invoices$/, (request) => this.#listInvoices(request)],
    ['POST', /^\/v1\/webhook_endpoints$/, ({ params }) => this.#account.addEndpoint(params)],
    ['POST', /^\/v1\/webhook_endpoints\/([^/]+)$/, ({ params }, id) => this.#account.changeEndpoint(id, params)],
    ['DELETE', /^\/v1\/webhook_endpoints\/([^/]+)$/, (_, id) => this.#account.dropEndpoint(id)],
    ['GET', /^\/v1\/billing_portal\/configurations$/, ({ path }) => list(path, this.#account.hasPortal ? [{ object: 'billing_portal.configuration', active: true, is_default: true }] : [], false)],
    ['GET', /^\/v1\/tax\/settings$/, () => ({ object: 'tax.settings', status: this.#account.tax.status })],
    ['GET', /^\/v1\/tax\/registrations$/, ({ path }) => list(path, this.#account.tax.registrations, false)],
    ['GET', /^\/v1\/webhook_endpoints$/, ({ path, query }) => page(path, this.#account.endpoints, query, 'webhook_endpoint')],
  ];

  /**
   * @param {import('./stripe-account.mjs').StripeAccount} account
   * @param {(eventId: string) => boolean} isDelivered
   */
  constructor(account, isDelivered) {
    this.#account = account;
    this.#isDelivered = isDelivered;
  }

  /**
   * @param {{ method: string, path: string, query: object, headers: object, params: object }} request
   * @returns {import('./http.mjs').Answer}
   */
  answer(request) {
    const headers = {
      'request-id': newId('req_', 14),
      'stripe-version': request.headers['stripe-version'] ?? API_VERSION,
    };
    try {
      authorize(request.headers.authorization, this.#account.keyIsRevoked);
      this.#permit(request);
      const answer = this.#idempotent(request, () => json(200, this.#route(request), headers));
      return { ...answer, headers: { ...answer.headers, ...headers } };
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      return json(error.status, error.body, headers);
    }
  }

  /** What a restricted key has no right to is refused in Stripe's words. */
  #permit({ method, path, headers: { authorization } }) {
    const [, name] = /^\/v1\/(checkout\/sessions|\w+)/.exec(path) ?? [];
    const deed = method === 'GET' ? 'read' : 'write';
    if (!this.#account.forbidden.has(name) && !this.#account.forbidden.has(`${deed} ${name}`)) return;
    throw new StripeError(403, `The provided key '${authorization.slice(7, 15)}****' does not have the required permissions for this `
      + `endpoint on account 'acct_1Stand1n'. Having the 'rak_${name.replace(/\W/g, '_').replace(/s$/, '')}_${deed}' permission would allow this request to continue.`);
  }

  #route(request) {
    for (const [method, pattern, act] of this.#routes) {
      const match = method === request.method && pattern.exec(request.path);
      if (match) return act(request, match[1]);
    }
    throw new StripeError(404, `Unrecognized request URL (${request.method}: ${request.path}).`);
  }

  /** The same key and the same form give the saved answer, a refusal too that came of acting and not of looking at the form. */
  #idempotent({ method, path, headers, params }, act) {
    const key = headers['idempotency-key'];
    if (method !== 'POST' || key === undefined) return act();
    if (key.length > 255) throw keyError('The idempotency key must be at most 255 characters.');
    const asked = `${path} ${JSON.stringify(params)}`;
    const saved = this.#saved.get(key);
    if (saved) return replayed(saved, asked, key);
    const answer = this.#acted(act);
    this.#saved.set(key, { asked, answer });
    return answer;
  }

  #acted(act) {
    try {
      return act();
    } catch (error) {
      if (!error.isSaved) throw error;
      return json(error.status, error.body, { 'request-id': newId('req') });
    }
  }

  #create({ params }) {
    checkSessionParams(params, nowS());
    return this.#account.create(params);
  }

  #retrieve(id) {
    const session = this.#account.session(id);
    if (!session) throw noSuch('checkout.session', id);
    return session;
  }

  #subscription({ query, headers }, id) {
    const found = this.#account.billing.show(id, versionOf(headers), query.expand);
    if (!found) throw noSuch('subscription', id);
    return found;
  }

  /** Of all that may be updated, the one thing that is asked for. */
  #update(request, id) {
    const { billing } = this.#account;
    const { cancel_at_period_end: ends, ...rest } = request.params;
    const [unknown] = Object.keys(rest);
    if (unknown) throw new StripeError(400, `Received unknown parameter: ${unknown}`, { code: 'parameter_unknown', param: unknown });
    if (!['true', 'false'].includes(ends)) throw new StripeError(400, 'Invalid boolean', { param: 'cancel_at_period_end' });
    if (billing.subscriptions.get(id)?.status === 'canceled') {
      throw new StripeError(400, 'A canceled subscription can only update its cancellation_details and metadata.');
    }
    if (billing.subscriptions.has(id)) void billing.cancelAtEnd(id, ends === 'true');
    return this.#subscription(request, id);
  }

  /** One that has been canceled is found no more by this. */
  #cancel(request, id) {
    const { billing } = this.#account;
    if (!billing.subscriptions.has(id) || billing.subscriptions.get(id).status === 'canceled') throw noSuch('subscription', id);
    void billing.cancel(id);
    return this.#subscription(request, id);
  }

  #invoice({ query, headers }, id) {
    const found = this.#account.billing.showInvoice(id, versionOf(headers), query.expand?.includes('payments'));
    if (!found) throw noSuch('invoice', id);
    return found;
  }

  #portal({ params: { customer } }) {
    const { billing, checkoutBase } = this.#account;
    if (![...billing.subscriptions.values()].some((sub) => sub.customer === customer)) throw noSuch('customer', customer, 'customer');
    return billing.portal(customer, checkoutBase);
  }

  #refund({ params: { payment_intent: intent, amount } }) {
    const [id, charge] = [...this.#account.charges].find(([, one]) => intent && one.payment_intent === intent) ?? [];
    if (!charge) throw noSuch('payment_intent', intent, 'payment_intent');
    if (charge.refunded) {
      throw new StripeError(400, 'The charge has already been refunded.', { code: 'charge_already_refunded' });
    }
    if (this.#account.disputes.some((one) => one.charge === charge.id && !/^(warning_|won|prevented)/.test(one.status))) {
      throw new StripeError(400, 'This charge has been charged back; cannot issue a refund.', { code: 'charge_disputed' });
    }
    if (this.#account.isPoor) throw Object.assign(new StripeError(400, 'Insufficient funds in your Stripe account.', { code: 'balance_insufficient' }), { isSaved: true });
    void this.#account.refund(id, amount && Number(amount));
    return this.#account.refunds.at(-1);
  }

  #expire(id) {
    const session = this.#retrieve(id);
    if (session.status !== 'open') {
      throw new StripeError(400, 'Only Checkout Sessions with a status in ["open"] can be expired. '
        + `This Checkout Session has a status of ${session.status}.`);
    }
    void this.#account.expire(id);
    return session;
  }

  #list({ path, query }) {
    const keep = (session) => ['status', 'payment_intent', 'subscription', 'customer']
      .every((name) => query[name] === undefined || session[name] === query[name]);
    const sessions = [...this.#account.sessions.keys()].map((id) => this.#account.session(id));
    return page(path, sessions.filter(keep), query, 'checkout.session');
  }

  #listInvoices({ path, query, headers }) {
    const { billing } = this.#account;
    const keep = ({ status, parent }) => (query.status === undefined || status === query.status)
      && (query.subscription === undefined || parent.subscription_details.subscription === query.subscription);
    const withPayments = query.expand?.includes('data.payments');
    const found = page(path, [...billing.invoices.values()].filter(keep), query, 'invoice');
    return { ...found, data: found.data.map(({ id }) => billing.showInvoice(id, versionOf(headers), withPayments)) };
  }

  #listEvents({ path, query }) {
    const { delivery_success: wanted, types = query.type && [query.type] } = query;
    if (query.type && query.types) throw new StripeError(400, 'You may only specify one of these parameters: type, types.');
    if (types?.length > 20) throw new StripeError(400, 'You may pass up to 20 types.');
    const keep = ({ id, type }) => (!types || types.includes(type))
      && (wanted === undefined || String(this.#isDelivered(id)) === wanted);
    return page(path, this.#account.events.filter(keep), query, 'event');
  }
}

function oneOf(items, id, kind) {
  const found = items.find((item) => item.id === id);
  if (!found) throw noSuch(kind, id);
  return found;
}

const versionOf = (headers) => headers['stripe-version'] ?? API_VERSION;

function authorize(header = '', isRevoked = false) {
  if (isRevoked) throw new StripeError(401, `Expired API Key provided: ${header.slice(7, 14)}****`, { code: 'api_key_expired' });
  if (/^Bearer (sk|rk)_\w+$/.test(header)) return;
  throw new StripeError(401, header.startsWith('Bearer ')
    ? `Invalid API Key provided: ${header.slice(7, 14)}****`
    : 'You did not provide an API key. You need to provide your API key in the Authorization header, '
      + "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
}

const keyError = (message) => new StripeError(400, message, { type: 'idempotency_error' });

function replayed({ asked: before, answer }, asked, key) {
  if (before !== asked) {
    throw keyError('Keys for idempotent requests can only be used with the same parameters they were first used '
      + `with. Try using a key other than '${key}' if you meant to execute a different request.`);
  }
  const original = answer.headers['request-id'];
  return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true', 'original-request': original } };
}

/** Newest first, from the cursor on, which must be an object that there is. */
function page(path, items, { limit = '10', starting_after: after, created = {} }, kind) {
  if (!/^\d+$/.test(limit) || limit < 1 || limit > 100) throw new StripeError(400, `Invalid integer: ${limit}`);
  const within = ({ created: at }) => at >= Number(created.gte ?? 0) && at > Number(created.gt ?? -1)
    && at <= Number(created.lte ?? Infinity) && at < Number(created.lt ?? Infinity);
  const all = items.filter(within).reverse();
  const start = after ? all.findIndex(({ id }) => id === after) + 1 : 0;
  if (after && start === 0) throw noSuch(kind, after, 'starting_after');
  const end = start + Number(limit);
  return list(path, all.slice(start, end), end < all.length);
}
