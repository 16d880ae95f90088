// Several machines at one ledger in PostgreSQL: folders with settings, web server, programs and workers of their own
// stand for them. Their vendors are the same.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';
import { Server } from './cluster.mjs';
import { LINK, OUT, PATIENCE_MS, SECRETS, ended, sleep, startAdmit, until } from './harness.mjs';

export const SCHEMA = 'shop';
export const FIRST_BUYER = 7_000_000;

/** The vendors of all machines, and the ledger. */
export class Shop {
  #machines = [];
  #holders = [];

  static async open(t, { name, address, sql, telegram = {} }) {
    const shop = new Shop();
    shop.telegram = await startTelegram({ token: SECRETS.TELEGRAM_BOT_TOKEN, ...telegram });
    shop.stripe = await startStripe({ webhookSecret: SECRETS.STRIPE_WEBHOOK_SECRET });
    Object.assign(shop, { name, address, ask: sql });
    t.after(async () => {
      for (const holder of shop.#holders) {
        const over = once(holder, 'exit');
        holder.stdin.end();
        await over;
      }
      const stopped = await Promise.allSettled(shop.#machines.map((machine) => machine.stop()));
      await shop.stripe.close();
      await shop.telegram.close();
      for (const { reason } of stopped) if (reason) throw reason;
    });
    return shop;
  }

  async machine({ address = this.address, env = {}, ...more } = {}) {
    let folder;
    const machine = await startAdmit({
      ledger: 'none.db', prepare: (dir) => { folder = dir; },
      late: () => ({
        DATABASE_URL: address, DB_SCHEMA: SCHEMA, WORKER_FOLDER: folder, STRIPE_API_BASE: this.stripe.url,
        TELEGRAM_API_BASE: this.telegram.url, PAY_LIMIT_BUYER: '0', PAY_LIMIT_ADDRESS: '0', ...env,
      }),
      ...more,
    });
    this.#machines.push(machine);
    return machine;
  }

  /** On this machine no worker can be had: somebody else holds its lock. */
  async withoutWorker(machine) {
    await machine.begin();
    await machine.admit(['work', '--once']);
    await machine.admit(['work', '--stop']);
    const lock = readdirSync(machine.dir).find((name) => name.endsWith('.worker'));
    const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; exec cat'], { cwd: machine.dir, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#holders.push(holder);
    await once(holder.stdout, 'data');
  }

  sql(query) {
    return this.ask(query.replaceAll('FROM ', `FROM ${SCHEMA}.`).replaceAll('UPDATE ', `UPDATE ${SCHEMA}.`));
  }

  /** A worker that stays on the machine; `end()` it. @returns {import('node:child_process').ChildProcess} */
  worker(machine, env = {}) {
    const log = openSync(`${machine.dir}/log`, 'a');
    const child = spawn(`${OUT}/bin/admit`, ['work', '--stay'], { env: { ...machine.env, ...env }, stdio: ['ignore', 'ignore', log] });
    closeSync(log);
    return child;
  }

  /** A session that the machine opened, paid. */
  async order(machine, tgId) {
    const res = await machine.request(`/pay?tg_id=${tgId}`);
    assert.equal(res.status, 303, `/pay of ${tgId}: ${machine.log().slice(-2000)}`);
    const url = res.headers.get('location');
    const { id } = [...this.stripe.sessions.values()].find((session) => session.url === url);
    return { tgId, id, event: await this.stripe.pay(id), acknowledged: false };
  }

  /** Orders of so many buyers, opened on these machines. */
  async orders(machines, many) {
    const orders = [];
    const lane = async (first) => {
      for (let i = first; i < many; i += 4) orders.push(await this.order(machines[i % machines.length], FIRST_BUYER + i));
    };
    await Promise.all([0, 1, 2, 3].map(lane));
    return orders;
  }

  /**
   * Delivers each event to one machine after another until one takes it, as Stripe does behind a balancer; over so many
   * connections at once. @returns {Promise<{ refused: number, perS: number }>}
   */
  async deliver(machines, orders, { connections = 8, before: beforeEach = () => {} } = {}) {
    const queue = [...orders.entries()];
    const began = performance.now();
    let refused = 0;
    await Promise.all(Array.from({ length: connections }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [i, order] = next;
        for (let tries = 0; !order.acknowledged; tries += 1) {
          assert.ok(tries < 600, `buyer ${order.tgId}: never taken`);
          await beforeEach(order, i);
          const status = await machines[(i + tries) % machines.length].event(order.event).then((res) => res.status, () => 0);
          assert.ok([0, 200, 500, 502, 503].includes(status), `buyer ${order.tgId}: ${status}`);
          order.acknowledged = status === 200;
          refused += !order.acknowledged;
          if (!order.acknowledged) await sleep(50);
        }
      }
    }));
    return { refused, perS: Math.round(orders.length * 1000 / (performance.now() - began)) };
  }

  /** Each order is in the ledger, its buyer invited, and once but for those whom a killed worker may have written to. */
  assertOnce(orders, mayRepeat = new Set()) {
    const paid = new Set(this.sql('SELECT tg_id FROM orders WHERE paid_ms IS NOT NULL').map(([id]) => Number(id)));
    let repeated = 0;
    for (const { tgId } of orders) {
      assert.ok(paid.has(tgId), `buyer ${tgId}: the acknowledged order is there`);
      const texts = this.invites(tgId).map(({ text }) => text);
      assert.ok(texts.length > 0, `buyer ${tgId} is invited`);
      assert.ok(texts.length === 1 || mayRepeat.has(tgId), `buyer ${tgId}: ${texts.length} invites, unexplained`);
      assert.equal(new Set(texts).size, 1, `buyer ${tgId}: the same message`);
      repeated += texts.length - 1;
    }
    return repeated;
  }

  /** Whose jobs are leased at this moment. */
  leased() {
    return this.sql('SELECT tg_id FROM jobs WHERE done_ms IS NULL AND lease_ms > 0').map(([id]) => Number(id));
  }

  invites(tgId) {
    return this.telegram.messages(tgId).filter(({ text }) => text?.includes(LINK));
  }

  owed() {
    return Number(this.sql('SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL')[0][0]);
  }

  settled(ms = PATIENCE_MS) {
    return until(() => this.owed() === 0, ms, 'nothing is owed');
  }

  invited(tgId, ms = PATIENCE_MS) {
    return until(() => this.invites(tgId).length > 0, ms, `buyer ${tgId} is invited`);
  }
}

/** What was tried, for people to read. */
export const say = (t, name, points, outcome) => t.diagnostic(`measure: ${name} | ${points} | ${outcome}`);

export const end = async (child, signal = 'SIGTERM') => {
  child.kill(signal);
  await ended(child);
};

let n = 0;

/** A database of a server's, and the shop on it. */
export const shopOn = async (t, on, more) => {
  const name = on.create(`shop_${n += 1}`);
  return Shop.open(t, { name, address: on.address(name), sql: (query) => on.sql(name, query), ...more });
};

/** A server of the test's own, which it may kill. */
export const serverFor = async (t, settings) => {
  const own = await Server.make();
  t.after(() => own.remove());
  await own.start(settings);
  return own;
};
