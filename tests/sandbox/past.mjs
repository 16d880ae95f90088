// Five weeks that a shop has behind it when the sandbox opens, so that its report has something to tell: people come by
// links, buy, go back on it, pay again. All of it is played by the programs themselves, a day at a time, by the clock of then.

import { setTimeout as sleep } from 'node:timers/promises';

const DAY_S = 86_400;
const DAYS = 35;
const FIRST_ID = 700_100_000;
const PATIENCE_MS = 5000;
const UP_MS = 10_000;

/** So many days ago; what they do; by which link they came. */
const PLOT = [
  [34, 'course', 'instagram'], [33, 'club', 'instagram'], [31, 'course', 'blog'], [30, 'looks', 'instagram'], [29, 'club', 'friend'],
  [27, 'course', 'instagram'], [26, 'course', 'podcast'], [26, 'looks', 'blog'], [24, 'refunded', 'podcast'], [23, 'course', 'podcast'],
  [21, 'course', 'instagram'], [20, 'stars', 'friend'], [18, 'course', 'blog'], [17, 'asks', 'blog'], [16, 'course', 'instagram'],
  [14, 'club', 'instagram'], [13, 'course', 'podcast'], [12, 'looks', 'instagram'], [11, 'course', 'instagram'], [9, 'course', 'friend'],
  [9, 'course', 'instagram'], [8, 'asks', 'instagram'], [6, 'club', 'podcast'], [5, 'course', 'blog'], [4, 'course', 'instagram'],
  [3, 'looks', 'podcast'], [2, 'course', 'instagram'], [1, 'course', 'friend'], [1, 'club', 'blog'],
];
const SPOKEN = ['uk', 'uk', 'en', 'uk', 'de', 'pl'];

export class Past {
  #w;
  #people = new Map(); // what to call once they are in, by id

  /** @param {{ stripe: object, telegram: object, clock: object, baseUrl: string }} world */
  constructor(world) {
    this.#w = world;
    world.clock.leap(-DAYS * DAY_S);
  }

  /** Plays it all, and brings the clock to where it belongs. */
  async play() {
    const { telegram, clock } = this.#w;
    const follows = ({ chat, text, from }) => {
      const link = from.is_bot && this.#people.has(chat.id) && /https:\/\/t\.me\/\+[\w-]+/.exec(text ?? '')?.[0];
      if (link) telegram.follow(this.#person(chat.id), link);
    };
    const comesIn = ({ user, status }) => status === 'member' && this.#people.get(user.id)?.();
    telegram.chats.on('message', follows);
    telegram.channels.on('changed', comesIn);
    try {
      await this.#isUp();
      for (let ago = DAYS; ago > 0; ago -= 1) {
        await this.#renew();
        await Promise.all(PLOT.flatMap(([day, act, word], i) => (day === ago ? this.#come(FIRST_ID + i, act, word) : [])));
        clock.leap(DAY_S);
      }
    } finally {
      clock.leap(-clock.aheadS);
      telegram.chats.off('message', follows);
      telegram.channels.off('changed', comesIn);
    }
  }

  #person(id) {
    return { id, is_bot: false, first_name: 'Somebody', language_code: SPOKEN[id % SPOKEN.length] };
  }

  async #isUp() {
    for (const endMs = performance.now() + UP_MS; performance.now() < endMs; await sleep(50)) {
      const res = await fetch(`${this.#w.baseUrl}/health`).catch(() => null);
      await res?.arrayBuffer();
      if (res?.status === 200) return;
    }
  }

  async #come(id, act, word) {
    const { stripe, telegram } = this.#w;
    await telegram.say(this.#person(id), `/start ${word}`);
    if (act === 'asks') return;
    if (act === 'stars') {
      await this.#joined(id, () => this.#payStars(id));
      return;
    }
    const session = await this.#opened(id, act === 'club' ? 'club' : 'course');
    if (act === 'looks' || !session) return;
    await this.#joined(id, () => stripe.pay(session));
    if (act === 'refunded') await stripe.refund(session);
  }

  /** Resolves when what is done has brought the person into the channel. */
  async #joined(id, pays) {
    const isIn = new Promise((done) => { this.#people.set(id, done); });
    await pays();
    await Promise.race([isIn, sleep(PATIENCE_MS, null, { ref: false })]);
  }

  /** By the page, which asks for consent first where that is wanted: the session that it leads to. */
  async #opened(id, product) {
    const address = `${this.#w.baseUrl}/pay?tg_id=${id}&product=${product}&language=en`;
    let res = await fetch(address, { redirect: 'manual' });
    const text = await res.text();
    const [, agree] = /<button name="agree" value="([^"]+)"/.exec(text) ?? [];
    if (agree) {
      res = await fetch(`${address}&go=1`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ agree }) });
      await res.arrayBuffer();
    }
    const to = res.headers.get('location');
    return [...this.#w.stripe.sessions.values()].find(({ url }) => url === to)?.id;
  }

  async #payStars(id) {
    const { telegram } = this.#w;
    const LINK = /https:\/\/t\.me\/\$\w+/;
    const linked = new Promise((done) => {
      const look = ({ chat, text }) => {
        const [link] = LINK.exec(text ?? '') ?? [];
        if (chat.id !== id || !link) return;
        telegram.chats.off('message', look);
        done(link);
      };
      telegram.chats.on('message', look);
    });
    await telegram.press(this.#person(id), telegram.messages(id).at(-1), 'stars:club');
    const link = await Promise.race([linked, sleep(PATIENCE_MS, null, { ref: false })]);
    if (link) await telegram.payStars(this.#person(id), link);
  }

  async #renew() {
    const { billing } = this.#w.stripe, { stars } = this.#w.telegram;
    for (const { id, items } of [...billing.subscriptions.values()])
      if (items.data[0].current_period_end <= Date.now() / 1000) await billing.renew(id);
    for (const { charge, untilS } of stars.renewing()) if (untilS <= Date.now() / 1000) await stars.renew(charge);
  }
}
