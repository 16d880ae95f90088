// Several machines at one ledger in PostgreSQL: folders with settings, web server, programs and workers of their own
// stand for them. Run by `make postgres`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Proxy, Server } from './cluster.mjs';
import { LINK, OUT, PATIENCE_MS, SECRETS, run, sleep, startAdmit, until } from './harness.mjs';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';

const SCHEMA = 'shop';
const FIRST_BUYER = 7_000_000;

/** The vendors of all machines, and the ledger. */
class Shop {
  #machines = [];
  #holders = [];

  static async open(t, { address, sql, telegram = {} }) {
    const shop = new Shop();
    shop.telegram = await startTelegram({ token: SECRETS.TELEGRAM_BOT_TOKEN, ...telegram });
    shop.stripe = await startStripe({ webhookSecret: SECRETS.STRIPE_WEBHOOK_SECRET });
    Object.assign(shop, { address, t, ask: sql });
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

  /** A session that the machine opened, paid. */
  async order(machine, tgId) {
    const res = await machine.request(`/pay?tg_id=${tgId}`);
    assert.equal(res.status, 303, `/pay of ${tgId}: ${machine.log().slice(-2000)}`);
    const url = res.headers.get('location');
    const { id } = [...this.stripe.sessions.values()].find((session) => session.url === url);
    return { tgId, id, event: await this.stripe.pay(id), acknowledged: false };
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

let server;
let n = 0;

/** A database of the common server, and the shop on it. */
const shopOn = async (t, more = {}) => {
  const name = server.create(`shop_${n += 1}`);
  return Shop.open(t, { address: server.address(name), sql: (query) => server.sql(name, query), ...more });
};

describe('several machines at one ledger', () => {
  before(async () => {
    server = await Server.make();
    await server.start();
  });
  after(() => server.remove());

  test('what one machine promises, the worker of another hears of at once', async (t) => {
    const shop = await shopOn(t);
    const [web, far] = [await shop.machine(), await shop.machine({ resident: true })];
    await shop.withoutWorker(web);
    await shop.settled();
    const order = await shop.order(web, FIRST_BUYER);
    await sleep(1500); // so that nobody looks by chance
    const began = performance.now();
    assert.equal((await web.event(order.event)).status, 200);
    await shop.invited(order.tgId);
    t.diagnostic(`measure: heard on another machine after ${Math.round(performance.now() - began)} ms`);
    assert.ok(far.log().includes('job_done'));
  });
});
