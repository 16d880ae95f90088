// Posts webhooks and repeats those that were not answered with 2xx, as both services do.

import { setTimeout as sleep } from 'node:timers/promises';
import { post } from './http.mjs';
import { Journal } from './journal.mjs';

const delivered = ({ status }) => status >= 200 && status < 300;

export class Courier {
  /** Every attempt; its status is missing until it is answered, and 0 if no answer came. */
  attempts = new Journal();
  #stop = new AbortController();
  #retryDelaysMs;
  #timeoutMs;

  /** @param {{ retryDelaysMs: number[], timeoutMs?: number }} options as many retries as delays */
  constructor({ retryDelaysMs, timeoutMs = 30_000 }) {
    this.#retryDelaysMs = retryDelaysMs;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @param {{ name: string, id: string | number, url: string,
   *   pack: () => { headers: Record<string, string>, body: string } }} parcel packed anew for each
   *   attempt, since a signature carries its time
   * @param {number} [retries] at most this many repeats
   * @returns {Promise<{ first: object, settled: Promise<object> }>} once the first attempt was
   *   answered; `settled` is the last answer, after the retries that go on in the background
   */
  async deliver(parcel, retries = this.#retryDelaysMs.length) {
    const first = await this.#attempt(parcel, 1);
    const settled = delivered(first) ? Promise.resolve(first) : this.#repeat(parcel, first, retries);
    return { first, settled };
  }

  /** Ends all waiting; deliveries on their way are given up. */
  close() {
    this.#stop.abort();
  }

  async #repeat(parcel, first, retries) {
    let last = first;
    for (const [i, delayMs] of this.#retryDelaysMs.slice(0, retries).entries()) {
      await sleep(waitMs(last, delayMs), null, { signal: this.#stop.signal }).catch(() => {});
      if (this.#stop.signal.aborted) return last;
      last = await this.#attempt(parcel, i + 2);
      if (delivered(last)) return last;
    }
    return last;
  }

  async #attempt({ name, id, url, pack }, attempt) {
    const atMs = Date.now();
    const { headers, body } = pack();
    const note = this.attempts.add({ name, id, url, attempt, atMs });
    const reply = await post(url, { headers, body, timeoutMs: this.#timeoutMs, signal: this.#stop.signal });
    this.attempts.amend(note, { ...reply, ms: Date.now() - atMs });
    return note;
  }
}

/** Telegram honours Retry-After up to an hour; Stripe ignores it, but never gets one from us. */
function waitMs({ headers }, delayMs) {
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? Math.min(seconds, 3600) * 1000 : delayMs;
}
