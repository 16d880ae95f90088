// A service in trouble: the bad answers that a stand-in gives when a test asks for them.

import { html, json, reset, send } from './http.mjs';

const DEPTH = 20_000;
const BIG_BYTES = 16 * 1024 * 1024;

/**
 * @typedef {object} Fault
 * @property {number} [next] how many calls it spoils: 1, unless told; Infinity until it is lifted
 * @property {keyof typeof instead | keyof typeof spoilt} kind
 * @property {number} [status] the HTTP status of 'status', 'html', 'empty' or 'redirect'
 * @property {number} [delayMs] wait before the answer, whatever its kind
 * @property {number} [retryAfter] seconds, in a Retry-After header and as Telegram's parameter
 * @property {string} [description] what Telegram says in 'status'
 * @property {string} [location] where 'redirect' points
 * @property {unknown} [url] what 'url' puts in the place of the Checkout Session's url
 * @property {RegExp} [only] spoils only the calls whose name it matches, for Stripe
 *   'POST /v1/checkout/sessions', for Telegram 'sendMessage'
 */

/** Kinds that answer in the service's stead: the call has no effect. */
const instead = {
  status: (fault, service) => service.errorAnswer(fault),
  notok: () => json(200, { ok: false }),
  reset: () => null,
  html: (fault) => html(fault.status ?? 200, '<!doctype html><title>Maintenance</title><p>We will be back soon.'),
  empty: (fault) => ({ status: fault.status ?? 200, headers: { 'content-type': 'application/json' }, body: '' }),
  redirect: (fault) => ({
    status: fault.status ?? 307, headers: { location: fault.location ?? 'http://127.0.0.1:9/' }, body: '',
  }),
};

/** Kinds that spoil the true answer: the call took effect, the caller cannot know it. */
const spoilt = {
  hang: (answer) => answer,
  late: (answer) => answer, // as it was when it was asked
  lost: () => null,
  truncated: (answer) => answer,
  array: (answer) => ({ ...answer, body: `[${answer.body}]` }),
  deep: (answer) => withField(answer, '"deep":' + '{"a":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH)),
  big: (answer) => withField(answer, `"pad":"${'x'.repeat(BIG_BYTES)}"`),
  badutf8: (answer) => withField(answer, Buffer.from('"note":"\xff\xfe\xc0"', 'latin1')),
  url: (answer, fault) => ({ ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), url: fault.url }) }),
};

/** Puts a raw field in front of the others, so that a reader meets it first. */
function withField(answer, field) {
  const rest = Buffer.from(answer.body).subarray(1);
  return { ...answer, body: Buffer.concat([Buffer.from('{'), Buffer.from(field), Buffer.from(','), rest]) };
}

/** Holds the fault that is set and counts the calls that it still spoils. */
export class Faults {
  #fault = null;

  /** @param {Fault | null} fault */
  set(fault) {
    if (fault && !(fault.kind in instead) && !(fault.kind in spoilt)) throw new Error(`no such fault: ${fault.kind}`);
    this.#fault = fault && { next: 1, ...fault };
  }

  get current() {
    return this.#fault;
  }

  /** The fault for the call of this name, or null; taking it counts. */
  take(name) {
    const fault = this.#fault;
    if (!fault || (fault.only && !fault.only.test(name))) return null;
    fault.next -= 1;
    if (fault.next <= 0) this.#fault = null;
    return fault;
  }
}

/**
 * Answers a call as the fault says.
 * @param {() => import('./http.mjs').Answer} act does what was asked for and gives the true answer
 * @param {{ errorAnswer: (fault: Fault) => import('./http.mjs').Answer }} service
 */
export async function answerBadly(fault, res, act, service) {
  if (fault.kind === 'late') {
    const answer = act();
    await pause(fault.delayMs, res);
    send(res, answer);
    return;
  }
  await pause(fault.delayMs ?? (fault.kind === 'hang' ? Infinity : 0), res);
  if (res.destroyed) return; // the caller gave up waiting, so nothing was done
  const answer = fault.kind in instead ? instead[fault.kind](fault, service) : spoilt[fault.kind](act(), fault);
  if (answer === null) reset(res);
  else if (fault.kind === 'truncated') sendHalf(res, answer);
  else send(res, answer);
}

function sendHalf(res, { status, headers, body }) {
  const bytes = Buffer.from(body);
  res.writeHead(status, { ...headers, 'content-length': bytes.length });
  res.write(bytes.subarray(0, bytes.length / 2), () => res.socket?.end());
}

/** Waits, but no longer than the caller does; Infinity waits for the caller alone. */
export function pause(ms, res) {
  if (ms <= 0) return Promise.resolve();
  return new Promise((done) => {
    const timer = Number.isFinite(ms) ? setTimeout(done, ms) : null;
    res.once('close', () => {
      clearTimeout(timer);
      done();
    });
  });
}
