// Stands in for api.stripe.com and its hosted checkout: takes requests, takes "payments", sends signed events.

import { createHmac } from 'node:crypto';
import { Courier } from './courier.mjs';
import { answerBadly, Faults, pause } from './faults.mjs';
import { decodeForm } from './form.mjs';
import { json, readBody, send, serve } from './http.mjs';
import { Journal, noteEnd } from './journal.mjs';
import { StripeAccount } from './stripe-account.mjs';
import { StripeApi } from './stripe-api.mjs';
import { serveCheckout, serveInvoice, servePortal } from './stripe-checkout.mjs';
import { API_VERSION, event, newId, nowS, thinEvent } from './stripe-objects.mjs';
import { StripeError } from './stripe-params.mjs';

export { API_VERSION };

/**
 * The value of Stripe-Signature. Two secrets give two v1 parts, as while one is being rolled.
 * @param {string | string[]} secret
 */
export function sign(body, secret, atS = nowS()) {
  const macOf = (key) => createHmac('sha256', key).update(`${atS}.${body}`).digest('hex');
  return [`t=${atS}`, ...[secret].flat().map((key) => `v1=${macOf(key)}`)].join(',');
}

/**
 * @typedef {object} StripeOptions
 * @property {string | null} [webhookUrl] where events go; without it they are only returned
 * @property {string | string[]} [webhookSecret]
 * @property {'snapshot' | 'thin'} [payload] what the endpoint was made for: events with their objects, or thin ones
 * @property {string} [checkoutBase] what stands before /checkout/… in a session's url
 * @property {Record<string, { unit_amount: number, currency: string, recurring?: object }>} [prices] by price id
 * @property {number} [latencyMs] how long each API call takes
 * @property {number[]} [retryDelaysMs] the waits before an unanswered event is sent again
 */

/** Options other than the retries may also be assigned later, as properties of the same name. */
export class StripeStandIn extends StripeAccount {
  /** Every API call: { method, path, query, headers, params, raw, atMs, fault?, status?, ms? }. */
  journal = new Journal();
  /** @type {Promise<unknown> | undefined} what has to happen before any call is answered */
  answersAfter;

  #faults = new Faults();
  #delivered = new Set(); // ids of the events that were answered with 2xx
  #api = new StripeApi(this, (eventId) => this.#delivered.has(eventId));
  #courier;

  /** @param {StripeOptions} options */
  constructor({
    webhookUrl = null, webhookSecret = 'whsec_sandbox', payload = 'snapshot', checkoutBase = '', prices = {}, latencyMs = 0,
    retryDelaysMs = [1000, 2000, 4000, 8000, 16_000, 32_000],
  } = {}) {
    super();
    Object.assign(this, { webhookUrl, webhookSecret, payload, checkoutBase, prices, latencyMs });
    this.#courier = new Courier({ retryDelaysMs });
    this.#courier.attempts.on('change', ({ id, status }) => {
      if (status >= 200 && status < 300) this.#delivered.add(id);
    });
  }

  /** How far its clock is from ours. */
  skewS = 0;

  /** The API calls so far, as an array. */
  get requests() {
    return this.journal.items;
  }

  /** Attempts to deliver events: a Journal of { name, id, url, attempt, atMs, status?, ms?, body? }. */
  get attempts() {
    return this.#courier.attempts;
  }

  /** The first API call that the predicate holds for; see Journal. */
  waitFor(predicate, timeoutMs, from) {
    return this.journal.waitFor(predicate, timeoutMs, from);
  }

  /** @param {import('./faults.mjs').Fault | null} fault */
  setFault(fault) {
    this.#faults.set(fault);
  }

  /** A whole Stripe.Event with a copy of the object as it is now; it is not sent. */
  event(type, object, overrides) {
    return event(type, object, overrides);
  }

  /** The thin event that tells of the same as this one; it is not sent. */
  thin(news) {
    return thinEvent(news);
  }

  async announce(news) {
    if (this.webhookUrl) await this.deliver(this.payload === 'thin' ? this.thin(news) : news);
  }

  /**
   * Sends an event: `times` times one after another, each time in `copies` at once.
   * What is not answered with 2xx is sent again in the background, until close().
   * @param {{ url?: string, secret?: string | string[], copies?: number, times?: number, retries?: number,
   *   atS?: number, body?: string, signature?: string }} [how] `atS` dates the signature; `body` and
   *   `signature` replace the true ones
   * @returns {Promise<number[]>} the status of each first attempt, 0 where no answer came
   */
  async deliver(news, how = {}) {
    const { url = this.webhookUrl, copies = 1, times = 1, retries } = how;
    const parcel = { name: news.type, id: news.id, url, pack: () => this.#pack(news, how) };
    const statuses = [];
    for (let i = 0; i < times; i += 1) {
      const posts = Array.from({ length: copies }, () => this.#courier.deliver(parcel, retries));
      statuses.push(...(await Promise.all(posts)).map(({ first }) => first.status));
    }
    return statuses;
  }

  #pack(news, { secret = this.webhookSecret, atS, body = JSON.stringify(news, null, 2), signature }) {
    return {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signature ?? sign(body, secret, atS),
      },
      body,
    };
  }

  close() {
    this.#courier.close();
  }

  /** Serves the API and the hosted pages. `path` is what remains when the mount's prefix is taken off. */
  async handle(req, res, path = req.url) {
    const url = new URL(path, 'http://stripe.invalid');
    if (this.skewS) res.setHeader('date', new Date(Date.now() + this.skewS * 1000).toUTCString());
    const [, name, id] = /^\/(checkout|invoice|portal)\/([^/]+)$/.exec(url.pathname) ?? [];
    if (id) await PAGES[name](this, id, req, res);
    else await this.#serveApi(req, res, url);
  }

  async #serveApi(req, res, url) {
    const atMs = Date.now();
    const raw = (await readBody(req)).toString();
    await pause(this.latencyMs, res);
    await this.answersAfter;
    const request = {
      method: req.method, path: url.pathname, query: decodeForm(url.search), headers: req.headers,
      params: decodeForm(raw), raw, atMs,
    };
    const fault = this.#faults.take(`${request.method} ${request.path}`);
    if (fault) request.fault = fault.kind;
    noteEnd(this.journal, request, res, atMs);
    this.journal.add(request);
    if (fault) await answerBadly(fault, res, () => this.#api.answer(request), this);
    else send(res, this.#api.answer(request));
  }

  /** What a Stripe in trouble answers. */
  errorAnswer({ status = 500, retryAfter }) {
    const error = new StripeError(status, 'Something went wrong on our side.', {
      type: status < 500 ? 'invalid_request_error' : 'api_error',
      code: status === 429 ? 'rate_limit' : undefined,
    });
    const wait = retryAfter ? { 'retry-after': String(retryAfter) } : {};
    return json(status, error.body, { 'request-id': newId('req_', 14), ...wait });
  }
}

const PAGES = { checkout: serveCheckout, invoice: serveInvoice, portal: servePortal };

/**
 * Starts the stand-in on a port of its own.
 * @param {StripeOptions & { port?: number }} [options]
 */
export async function startStripe({ port = 0, ...options } = {}) {
  const stripe = new StripeStandIn(options);
  const server = await serve((req, res) => stripe.handle(req, res), port);
  stripe.checkoutBase ||= server.url;
  const closeStripe = stripe.close.bind(stripe);
  return Object.assign(stripe, {
    url: server.url,
    port: server.port,
    close: async () => {
      closeStripe();
      await server.close();
    },
  });
}
