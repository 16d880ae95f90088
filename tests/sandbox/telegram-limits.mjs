// Telegram's limits (core.telegram.org/bots/faq#my-bot-is-hitting-limits): about 30 messages a second in all, one a
// second for one chat, 20 a minute for a group. What exceeds them is answered 429 and kept in `refused`.

/** A process that was not let run for so long stood still; its calls are taken for late until then. */
const STILL_MS = 200;
const LATE_MS = 500;
const TICK_MS = 50;
const MESSAGE = /^(send(?!ChatAction)|forward|copy)/i;

/** Fills by `perS` up to `most`; what the way to the stand-in shifts must not look like an excess. */
class Bucket {
  constructor(perS, most) {
    Object.assign(this, { perS, most, n: most, atMs: 0, late: 0, lateUntilMs: 0 });
  }

  /** For so long nobody was let in here: what came meanwhile comes all at once now. */
  stood(stillMs, nowMs) {
    this.late = Math.ceil(stillMs * this.perS / 1000);
    this.lateUntilMs = nowMs + LATE_MS;
  }

  /** @returns {number} the seconds to wait; 0: it was let through */
  take(nowMs) {
    this.n = Math.min(this.most, this.n + Math.max(0, nowMs - this.atMs) * this.perS / 1000);
    this.atMs = nowMs;
    if (this.n < 1 && this.late > 0 && nowMs < this.lateUntilMs) {
      this.late -= 1;
      return 0;
    }
    if (this.n < 1) return Math.max(1, Math.ceil((1 - this.n) / this.perS));
    this.n -= 1;
    return 0;
  }
}

export class Limits {
  /** What was refused: { method, chat, limit, atMs }. */
  refused = [];

  #all = new Bucket(30, 45);
  #chats = new Map();
  #groups = new Map();
  #calls;

  /** @param {{ callsPerS?: number }} [how] of the methods that are no message: Telegram does not say how many */
  constructor({ callsPerS = Infinity } = {}) {
    this.#calls = Number.isFinite(callsPerS) ? new Bucket(callsPerS, callsPerS) : null;
    let lastMs = performance.now();
    setInterval(() => {
      const stillMs = performance.now() - lastMs - TICK_MS;
      lastMs += stillMs + TICK_MS;
      if (stillMs > STILL_MS) this.#all.stood(stillMs, Date.now());
    }, TICK_MS).unref();
  }

  /** @returns {number} the seconds to wait; 0: the call may pass */
  take(method, { chat_id: chat }, atMs = Date.now()) {
    const of = (map, make) => map.get(chat) ?? map.set(chat, make()).get(chat);
    const checks = MESSAGE.test(method) ? [
      ['chat', () => of(this.#chats, () => new Bucket(1, 2))],
      ...(Number(chat) < 0 ? [['group', () => of(this.#groups, () => new Bucket(20 / 60, 20))]] : []),
      ['all', () => this.#all],
    ] : [['calls', () => this.#calls]];
    for (const [limit, bucketOf] of checks) {
      const waitS = bucketOf()?.take(atMs) ?? 0;
      if (waitS === 0) continue;
      this.refused.push({ method, chat, limit, atMs });
      return waitS;
    }
    return 0;
  }
}

/** The most of these times that lie within any span of so many milliseconds. */
export function most(times, spanMs) {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0, found = 0;
  for (let last = 0; last < sorted.length; last += 1) {
    while (sorted[last] - sorted[first] >= spanMs) first += 1;
    found = Math.max(found, last - first + 1);
  }
  return found;
}
