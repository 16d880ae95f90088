// Server-Sent Events that survive a proxy which holds an answer back until it is whole.

import { randomUUID } from 'node:crypto';
import { pause } from './faults.mjs';
import { send } from './http.mjs';

const KEPT = 2000;
const QUIET_MS = 20_000;

/**
 * Each answer carries what there is and ends; the browser's EventSource comes back at once and says, in Last-Event-ID,
 * what it has. So it is as quick as one endless answer, and nothing in between has to stream.
 */
export class Feed {
  /** What happens meanwhile is told to nobody. */
  isMuted = false;
  #run = randomUUID().slice(0, 8); // a page from before a restart is told to start again
  #events = [];
  #count = 0;
  #waiting = new Set();

  /** A fleeting event is not told again to a page that comes later. */
  push(kind, data, { isFleeting = false } = {}) {
    if (this.isMuted) return;
    this.#count += 1;
    this.#events.push({ n: this.#count, kind, data, isFleeting });
    if (this.#events.length > KEPT) this.#events.shift();
    for (const wake of this.#waiting) wake();
  }

  async serve(req, res) {
    const [run, n] = (req.headers['last-event-id'] ?? '').split('-');
    const since = run === this.#run ? Number(n) : 0;
    if (since === this.#count) await this.#news(res);
    const events = this.#events.filter((event) => event.n > since && !(since === 0 && event.isFleeting));
    const parts = events.map(({ n, kind, data }) =>
      `id: ${this.#run}-${n}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
    const start = since === 0 ? 'event: start\ndata: {}\n\n' : '';
    send(res, {
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
      body: `retry: 50\n\n${start}${parts.join('')}`,
    });
  }

  #news(res) {
    let wake;
    const news = new Promise((done) => { wake = done; });
    this.#waiting.add(wake);
    return Promise.race([news, pause(QUIET_MS, res)]).finally(() => this.#waiting.delete(wake));
  }
}
