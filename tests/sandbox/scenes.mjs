// What can happen to a shop, each at the press of a button: the buyer's bank, the operator, strangers, bad days and time.

import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

const HANG_MS = 8000;
const DAY_S = 86_400;
const QUIET_MS = 400;
const SHORT_MS = 150;
/** For a log that does not tell. */
const UP_MS = 5000;
const LOOK_MS = 20;
const MOST_TRIES = 5;
/** Neither over nor never begun. */
const GOES_ON = new Set(['active', 'trialing', 'past_due']);

/** In which order the page shows them; the second of a pair takes its place while the first one holds. */
export const GROUPS = {
  money: ['refund', 'refundPart', 'dispute', 'disputeWon', 'disputeLost', 'fraud', 'confirm', 'decline', 'resend', 'forged'],
  plan: ['refuse', 'cancel', 'starsFail'],
  people: ['withdraw', 'pass', 'leave', 'block'],
  bad: ['lost', 'stripeDown', 'down', 'hang'],
  time: ['day', 'month'],
};
export const SECOND = { block: 'unblock', lost: 'found', stripeDown: 'stripeUp', down: 'up' };

/** Whether it is at home, as it says in the log: one that finds another at work goes away again. */
const staysUp = (child, log) => new Promise((done) => {
  const tell = (isUp) => {
    clearInterval(looks);
    clearTimeout(end);
    done(isUp);
  };
  const looks = setInterval(() => readFileSync(log, 'utf8').includes(`ev=worker_up pid=${child.pid}\n`) && tell(true), LOOK_MS);
  const end = setTimeout(() => tell(true), UP_MS);
  child.once('exit', () => tell(false));
});

export class Scenes {
  /** What holds at the moment. */
  on = { block: false, lost: false, stripeDown: false, down: false };
  /** The charge that the buyer's newest subscription in Stars is known by. */
  plan;
  /** The newest personal link in the buyer's chat. */
  lastLink;

  #w;
  #failed = new Set(); // sessions whose bank has said no
  #worker;
  #isPassing = false;

  /**
   * @param {{ stripe: object, telegram: object, clock: object, buyer: object, stranger: object, channels: number[],
   *   tell: (word: string, what?: string) => void, browse: (url: string) => void, admit?: string, preload?: string }} world
   */
  constructor(world) {
    this.#w = world;
    const announce = world.stripe.announce.bind(world.stripe);
    world.stripe.announce = async (news) => {
      if (this.on.lost) world.tell('lostOne', news.type);
      else await announce(news);
    };
  }

  /** By name, whether it makes sense now. */
  get can() {
    const { stripe, telegram, clock, channels } = this.#w;
    const paid = Boolean(this.#charge()), isClean = paid && !stripe.charges.get(this.#charge()).disputed;
    const isIn = channels.some((id) => this.#isIn(id));
    return {
      refund: paid, refundPart: paid, dispute: isClean, fraud: isClean, disputeWon: Boolean(this.#disputed()), disputeLost: Boolean(this.#disputed()),
      confirm: Boolean(this.#waiting()), decline: Boolean(this.#waiting()), resend: stripe.events.length > 0, forged: stripe.events.length > 0,
      refuse: Boolean(this.#subscription()), cancel: Boolean(this.#subscription()), starsFail: telegram.stars.isRenewing(this.plan),
      withdraw: true, pass: Boolean(channels.length && this.lastLink), leave: isIn, block: true,
      lost: true, stripeDown: true, down: true, hang: !this.on.down,
      day: clock.canLeap && !this.#isPassing, month: clock.canLeap && !this.#isPassing,
    };
  }

  /** @param {string} name one of GROUPS or of the seconds */
  play(name) {
    const first = Object.keys(SECOND).find((one) => SECOND[one] === name) ?? name;
    const act = Object.hasOwn(this.#acts, first) && this.#acts[first];
    return act && this.can[first] ? act() : undefined;
  }

  #acts = {
    refund: () => this.#w.stripe.refund(this.#charge()),
    refundPart: () => {
      const id = this.#charge(), { amount, amount_refunded: back } = this.#w.stripe.charges.get(id);
      return this.#w.stripe.refund(id, Math.min(Math.ceil(amount / 3), amount - back));
    },
    dispute: () => this.#w.stripe.dispute(this.#charge()),
    disputeWon: () => this.#w.stripe.closeDispute(this.#disputed(), 'won'),
    disputeLost: () => this.#w.stripe.closeDispute(this.#disputed(), 'lost'),
    fraud: () => this.#w.stripe.warn(this.#charge()),
    confirm: () => this.#w.stripe.asyncSucceeded(this.#waiting()),
    decline: () => {
      const id = this.#waiting();
      this.#failed.add(id);
      return this.#w.stripe.asyncFailed(id);
    },
    resend: () => this.#w.stripe.deliver(this.#w.stripe.events.at(-1)),
    forged: async () => {
      const [status] = await this.#w.stripe.deliver(this.#w.stripe.events.at(-1), { secret: 'whsec_ofSomebodyElse', retries: 0 });
      this.#w.tell('forgedOne', String(status));
    },
    refuse: async () => {
      const id = this.#subscription(), { billing } = this.#w.stripe;
      await this.#pass(billing.subscriptions.get(id).items.data[0].current_period_end + 60 - Date.now() / 1000, id);
      await billing.fail(id);
    },
    cancel: () => this.#w.stripe.billing.cancel(this.#subscription()),
    starsFail: () => this.#w.telegram.stars.fail(this.plan),
    withdraw: () => this.#w.browse(`/withdraw?contract=${this.#w.buyer.id}&language=${this.#w.buyer.language_code}`),
    pass: () => {
      const how = this.#w.telegram.follow(this.#w.stranger, this.lastLink);
      this.#w.tell({ asked: 'strangerAsked', joined: 'strangerJoined', refused: 'strangerRefused' }[how]);
    },
    leave: () => this.#w.channels.filter((id) => this.#isIn(id)).forEach((id) => this.#w.telegram.leave(this.#w.buyer, id)),
    block: () => {
      this.on.block = !this.on.block;
      return this.on.block ? this.#w.telegram.blockBot(this.#w.buyer) : this.#w.telegram.unblockBot(this.#w.buyer);
    },
    lost: () => { this.on.lost = !this.on.lost; },
    stripeDown: () => {
      this.on.stripeDown = !this.on.stripeDown;
      this.#w.stripe.setFault(this.on.stripeDown ? { kind: 'status', status: 500, next: Infinity } : null);
    },
    down: () => {
      this.on.down = !this.on.down;
      this.#w.telegram.setFault(this.on.down ? { kind: 'reset', next: Infinity, only: /./ } : null);
    },
    hang: () => this.#w.telegram.setFault({ kind: 'hang', delayMs: HANG_MS, only: /./ }),
    day: () => this.#go([DAY_S]),
    month: () => this.#go([27 * DAY_S, 4.5 * DAY_S]), // with a look at what is reminded of before an end
  };

  // What the scenes are about: what the buyer did last.

  #isIn(channel) {
    return this.#w.telegram.channels.status(channel, this.#w.buyer.id) === 'member';
  }

  /** Whether a session or an invoice is the buyer's. */
  #isTheirs(id) {
    const { sessions, billing } = this.#w.stripe;
    const of = sessions.get(id)?.metadata ?? billing.invoices.get(id)?.parent.subscription_details.metadata;
    return of?.tg_id === String(this.#w.buyer.id);
  }

  #last(holds) {
    return [...this.#w.stripe.charges].reverse().find(([id, one]) => this.#isTheirs(id) && holds(one))?.[0];
  }

  #isOpen({ id }) {
    return this.#w.stripe.disputes.some((one) => one.charge === id && one.status === 'needs_response');
  }

  #isLost({ id }) {
    return this.#w.stripe.disputes.some((one) => one.charge === id && one.status === 'lost');
  }

  #charge() {
    return this.#last((one) => !one.refunded && !this.#isOpen(one) && !this.#isLost(one));
  }

  #disputed() {
    return this.#last((one) => this.#isOpen(one));
  }

  #waiting() {
    return [...this.#w.stripe.sessions.values()].reverse().find(({ id, status, payment_status: paid }) =>
      status === 'complete' && paid === 'unpaid' && !this.#failed.has(id))?.id;
  }

  #subscription() {
    return [...this.#w.stripe.billing.subscriptions.values()].reverse()
      .find(({ status, metadata }) => GOES_ON.has(status) && metadata.tg_id === String(this.#w.buyer.id))?.id;
  }

  // Time.

  async #go(steps) {
    for (const seconds of steps) await this.#pass(seconds);
    this.#w.tell('now', new Date(Date.now()).toISOString());
  }

  /** So much time goes by, and the worker looks at its clock. @param {string} [but] a subscription that does not renew */
  async #pass(seconds, but) {
    if (!this.#w.clock.canLeap || seconds <= 0) return;
    this.#isPassing = true;
    this.#w.tell('passing');
    try {
      const endS = Date.now() / 1000 + seconds;
      for (let next = this.#next(but); next && next.atS < endS; next = this.#next(but)) {
        this.#leapTo(next.atS + 1);
        await next.act();
        await this.#quiet(SHORT_MS); // the worker asks about it, by the clock of that day
      }
      this.#leapTo(endS);
      await this.startWorker();
      await this.#quiet();
    } finally {
      this.#isPassing = false;
    }
  }

  #leapTo(atS) {
    this.#w.clock.leap(Math.max(0, atS - Date.now() / 1000));
  }

  /** What is next to renew by itself, or to end: { atS, act }. */
  #next(but) {
    const { billing } = this.#w.stripe, { stars } = this.#w.telegram;
    const plans = [...billing.subscriptions.values()].filter(({ id, status }) => GOES_ON.has(status) && id !== but).map((sub) => ({
      atS: sub.items.data[0].current_period_end,
      act: () => (sub.cancel_at_period_end ? billing.cancel(sub.id) : sub.status === 'past_due' ? billing.giveUp(sub.id, 'canceled') : billing.renew(sub.id)),
    }));
    const inStars = stars.renewing().map(({ charge, untilS }) => ({ atS: untilS, act: () => stars.renew(charge) }));
    return [...plans, ...inStars].sort((one, other) => one.atS - other.atS)[0];
  }

  /**
   * Has the worker begin anew: one that stays sleeps by a clock that does not leap. One that a program starts meanwhile
   * knows nothing of the clock here, so it has to go, too.
   */
  async startWorker() {
    const { admit, preload } = this.#w;
    if (!admit) return;
    const env = { ...process.env, LD_PRELOAD: preload ?? '' };
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      await new Promise((done) => { execFile(admit, ['work', '--stop'], { env }, done); });
      const log = process.env.ADMIT_LOG ?? '/dev/null', fd = openSync(log, 'a');
      this.#worker = spawn(admit, ['work', '--stay'], { env, stdio: ['ignore', 'ignore', fd] });
      closeSync(fd);
      if (await staysUp(this.#worker, log)) return;
    }
  }

  /** Resolves when nobody has been called for a moment. */
  #quiet(ms = QUIET_MS) {
    const journals = [this.#w.telegram.journal, this.#w.stripe.journal];
    return new Promise((done) => {
      let timer;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          for (const journal of journals) journal.off('add', wait).off('change', wait);
          done();
        }, ms);
      };
      for (const journal of journals) journal.on('add', wait).on('change', wait);
      wait();
    });
  }

  close() {
    this.#worker?.kill();
  }
}
