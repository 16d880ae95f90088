// Several machines at one ledger in PostgreSQL: folders with settings, web server, programs and workers of their own
// stand for them. Run by `make postgres`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Page } from '../fault/page.mjs';
import { most } from '../sandbox/telegram-limits.mjs';
import { Proxy, Server } from './cluster.mjs';
import { LINK, OUT, PATIENCE_MS, SECRETS, ended, run, sleep, startAdmit, until } from './harness.mjs';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';

const SCHEMA = 'shop';
const FIRST_BUYER = 7_000_000;

/** The vendors of all machines, and the ledger. */
class Shop {
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
const say = (t, name, points, outcome) => t.diagnostic(`measure: ${name} | ${points} | ${outcome}`);

const end = async (child, signal = 'SIGTERM') => {
  child.kill(signal);
  await ended(child);
};

let server;
let n = 0;

/** A database of a server's, and the shop on it. */
const shopOn = async (t, { on = server, ...more } = {}) => {
  const name = on.create(`shop_${n += 1}`);
  return Shop.open(t, { name, address: on.address(name), sql: (query) => on.sql(name, query), ...more });
};

/** A server of the test's own, which it may kill. */
const serverFor = async (t, settings) => {
  const own = await Server.make();
  t.after(() => own.remove());
  await own.start(settings);
  return own;
};

describe('several machines at one ledger', () => {
  before(async () => {
    server = await Server.make();
    await server.start();
  });
  after(() => server.remove());

  for (const [how, env, ms] of [['', {}, 1000], [', behind a pooler by looking', { DB_PREPARE: '0' }, 4000]])
    test(`what one machine promises, the worker of another hears of${how}`, async (t) => {
      const shop = await shopOn(t);
      const [web, far] = [await shop.machine({ env }), await shop.machine({ env, resident: true })];
      await shop.withoutWorker(web);
      await until(() => far.log().includes('worker_up'));
      const order = await shop.order(web, FIRST_BUYER);
      await sleep(1500); // nothing else wakes it any more
      const began = performance.now();
      assert.equal((await web.event(order.event)).status, 200);
      await shop.invited(order.tgId);
      const took = performance.now() - began;
      assert.ok(took < ms + 3000, `${took} ms`);
      say(t, `a promise of another machine's${how}`, 1, `invited after ${Math.round(took)} ms`);
    });

  test('a worker whose clock is five minutes off keeps promises when they are due, and takes nobody else\'s', async (t) => {
    const shop = await shopOn(t, { telegram: { latencyMs: 1500 } });
    const machines = [await shop.machine(), await shop.machine(), await shop.machine()];
    for (const machine of machines) await shop.withoutWorker(machine);
    const orders = await shop.orders(machines, 12);
    await shop.deliver(machines, orders);
    // Machines that came later: one is right, one ahead, one behind.
    const others = [await shop.machine(), await shop.machine(), await shop.machine()];
    const pages = [0, 300, -300].map((clockAheadS, i) => new Page(`${others[i].dir}/page`, { clockAheadS }));
    const workers = [shop.worker(others[0])];
    await until(() => shop.leased().length > 0);
    workers.push(shop.worker(others[1], pages[1].env));
    await shop.settled();
    await end(workers[0]);
    await end(workers[1]);
    // What was promised just now is due for one whose clock is behind.
    const late = await shop.order(machines[0], FIRST_BUYER + 100);
    workers.push(shop.worker(others[2], pages[2].env));
    await shop.deliver(machines, [late]);
    await shop.invited(late.tgId);
    await shop.settled();
    await end(workers[2]);
    for (const page of pages) page.close();
    shop.assertOnce([...orders, late]);
    say(t, 'workers whose clocks are five minutes ahead and behind', 13, '0 lost, 0 twice, none late');
  });

  test('three workers hold Telegram\'s limit as a whole', async (t) => {
    const shop = await shopOn(t, { telegram: { limits: true } });
    const machines = [await shop.machine(), await shop.machine(), await shop.machine()];
    for (const machine of machines) await shop.withoutWorker(machine);
    const orders = await shop.orders(machines, 150);
    await shop.deliver(machines, orders);
    const others = [await shop.machine(), await shop.machine(), await shop.machine()];
    const workers = others.map((machine) => shop.worker(machine));
    await shop.settled(60_000);
    for (const worker of workers) await end(worker);
    shop.assertOnce(orders);
    const times = shop.telegram.calls.filter(({ method, status }) => method === 'sendMessage' && status === 200).map(({ atMs }) => atMs);
    const perS = (times.length - 1) * 1000 / (Math.max(...times) - Math.min(...times));
    const shares = others.map((machine) => machine.log().match(/job_done/g)?.length ?? 0);
    say(t, "Telegram's limit, three workers with invites owed", orders.length,
      `${most(times, 1000)} in the fullest second, ${perS.toFixed(1)} a second, ${shop.telegram.limits.refused.length} refused; by worker ${shares.join(', ')}`);
    assert.deepEqual(shop.telegram.limits.refused, []);
    assert.ok(most(times, 1000) <= 32, 'the fullest second, as the stand-in sees it');
    assert.ok(shares.every((share) => share > 0), 'each has a share');
  });

  test('ten programs start at once on an empty database', async (t) => {
    const shop = await shopOn(t);
    const env = (await shop.machine()).env;
    const fresh = server.create(`fresh_${n}`);
    const all = await Promise.all(Array.from({ length: 10 }, () => run(`${OUT}/bin/admit`, ['status'], { ...env, DATABASE_URL: server.address(fresh) })));
    for (const { stderr } of all) assert.doesNotMatch(stderr, /database_failed|database_not_opened/);
    assert.equal(server.sql(fresh, `SELECT COUNT(*) FROM ${SCHEMA}.ledger_version`)[0][0], '1');
    assert.equal(all.filter(({ stderr }) => stderr.includes('ledger_created')).length, 1, 'one made the tables');
    say(t, 'ten programs start at once on an empty database', 10, 'one makes the tables, 0 failed');
  });

  test('the same news at four machines at once is decided once', async (t) => {
    const shop = await shopOn(t);
    const machines = [];
    for (let i = 0; i < 4; i += 1) machines.push(await shop.machine());
    const orders = await shop.orders(machines, 40);
    const statuses = [];
    for (const order of orders) {
      statuses.push(...await Promise.all(machines.map((machine) => machine.event(order.event).then(({ status }) => status))));
      order.acknowledged = true;
    }
    assert.deepEqual([...new Set(statuses)], [200]);
    await shop.settled(60_000);
    shop.assertOnce(orders);
    say(t, 'the same event at four machines at once', statuses.length, '0 refused, 0 invites twice');
  });

  test('how fast one machine takes events, and four', async (t) => {
    const shop = await shopOn(t);
    const machines = [];
    for (let i = 0; i < 4; i += 1) machines.push(await shop.machine());
    for (const machine of machines) await shop.withoutWorker(machine);
    const orders = await shop.orders(machines, 600);
    const alone = await shop.deliver(machines.slice(0, 1), orders.slice(0, 300), { connections: 16 });
    let waiting = 0, looks = 0;
    const watch = setInterval(() => {
      looks += 1;
      waiting += Number(shop.ask("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'advisory'")[0][0]);
    }, 100);
    const together = await shop.deliver(machines, orders.slice(300), { connections: 16 });
    clearInterval(watch);
    say(t, 'events a second', 600, `${alone.perS} at one machine, ${together.perS} at four; ${(waiting / Math.max(1, looks)).toFixed(1)} of 4 programs wait for another's commit`);
  });
});

describe('a ledger whose server fails', () => {
  test('killed while events come', async (t) => {
    const own = await serverFor(t);
    const shop = await shopOn(t, { on: own });
    const machines = [await shop.machine({ resident: true }), await shop.machine({ resident: true })];
    const orders = await shop.orders(machines, 120);
    let served = 0, kills = 0, isDown = false;
    const { refused } = await shop.deliver(machines, orders, {
      before: async () => {
        served += 1;
        if (isDown || kills >= 4 || served < (kills + 1) * 24) return;
        isDown = true;
        kills += 1;
        await own.end(kills % 2 ? 'SIGKILL' : 'SIGQUIT');
        await own.start();
        isDown = false;
      },
    });
    await shop.settled(120_000);
    const repeated = shop.assertOnce(orders);
    assert.ok(refused > 0);
    say(t, 'PostgreSQL killed at once while events come', `${orders.length} orders, ${kills} kills`, `${refused} posts refused and taken when repeated; 0 lost, ${repeated} twice`);
  });

  for (const [who, cutsWeb] of [['a web machine', true], ['a worker', false]])
    test(`the connection of ${who} is cut in the middle of COMMIT`, async (t) => {
      const shop = await shopOn(t, { on: await serverFor(t) });
      const proxy = await Proxy.to({ dir: shop.address.split('host=')[1] });
      t.after(() => proxy.close());
      const through = proxy.address(shop.name);
      const web = await shop.machine(cutsWeb ? { address: through } : {});
      const worker = await shop.machine(cutsWeb ? {} : { address: through });
      await shop.withoutWorker(web);
      const orders = await shop.orders([web], 30);
      const cuts = { before: 0, after: 0 };
      let commits = 0;
      proxy.when = (word) => {
        if (!word.endsWith('COMMIT')) return undefined;
        commits += 1;
        const how = { 1: 'before', 2: 'after' }[commits % 4];
        if (!how || cuts.before + cuts.after >= 20) return undefined;
        cuts[how] += 1;
        return how;
      };
      worker.stay();
      const { refused } = await shop.deliver([web], orders, { connections: 2 });
      await shop.settled(150_000);
      assert.ok(cuts.before > 0 && cuts.after > 0);
      shop.assertOnce(orders);
      assert.equal(shop.sql("SELECT COUNT(*) FROM inbox WHERE source = 'stripe' AND type = 'checkout.session.completed'")[0][0], String(orders.length));
      await worker.stopWorker();
      say(t, `the connection of ${who} cut at COMMIT`, cuts.before + cuts.after,
        `${cuts.before} before the server had it, ${cuts.after} before its answer; ${refused} posts refused and repeated; 0 lost, 0 twice`);
    });

  test('a machine that falls silent with the lock keeps nobody else from writing', async (t) => {
    const shop = await shopOn(t, { on: await serverFor(t) });
    const proxy = await Proxy.to({ dir: shop.address.split('host=')[1] });
    t.after(() => proxy.close());
    const [gone, other] = [await shop.machine({ address: proxy.address(shop.name) }), await shop.machine()];
    const orders = await shop.orders([gone, other], 2);
    let isSilent = false;
    proxy.when = (word) => {
      if (isSilent || !word.startsWith('RELEASE')) return undefined;
      isSilent = true;
      return 'silent';
    };
    const lost = gone.event(orders[0].event);
    await until(() => isSilent);
    const began = performance.now();
    assert.equal((await other.event(orders[1].event)).status, 200);
    const took = Math.round(performance.now() - began);
    assert.equal((await lost).status, 503);
    await shop.deliver([gone, other], orders);
    await shop.settled(60_000);
    shop.assertOnce(orders);
    say(t, 'a machine falls silent within a transaction', 1, `another one's event is taken after ${took} ms, its own when repeated`);
  });

  test('more connections than the server takes', async (t) => {
    const shop = await shopOn(t, { on: await serverFor(t, { max_connections: '14', superuser_reserved_connections: '0', max_wal_senders: '0', wal_level: 'minimal' }) });
    const web = await shop.machine();
    const orders = await shop.orders([web], 4);
    shop.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'admit'");
    const holders = [];
    for (let full = false; !full;) {
      const holder = spawn('psql', ['-XAtq', '-c', 'SELECT 1', '-f', '-', shop.address], { stdio: ['pipe', 'pipe', 'ignore'] });
      holders.push(holder);
      full = await Promise.race([once(holder.stdout, 'data').then(() => false), once(holder, 'exit').then(() => true)]);
    }
    const refused = [];
    for (const { event } of orders) refused.push((await web.event(event)).status);
    const health = (await web.request('/health')).status;
    for (const holder of holders) holder.kill();
    await Promise.all(holders.map(ended));
    assert.deepEqual([...new Set(refused)], [503]);
    await shop.deliver([web], orders);
    await shop.settled(60_000);
    shop.assertOnce(orders);
    say(t, 'max_connections reached', orders.length, `each refused with 503 (/health ${health}), taken when there was room; 0 lost`);
  });

  test('a standby that only reads, and one that is promoted when the primary dies', async (t) => {
    const primary = await serverFor(t);
    const shop = await shopOn(t, { on: primary });
    const first = await shop.machine();
    const orders = await shop.orders([first], 100);
    const standby = await primary.follower();
    t.after(() => standby.remove());
    await primary.end('SIGINT');
    await primary.start({ synchronous_standby_names: '*' });
    await standby.start();
    await until(() => primary.sql('postgres', "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").length > 0);
    // It reads the ledger and cannot write it.
    const reader = await shop.machine({ address: standby.address(shop.name) });
    const early = (await reader.event(orders[0].event)).status;
    assert.equal(early, 503);
    const both = `postgresql://admit@/${shop.name}?host=${primary.dir},${standby.dir}&target_session_attrs=read-write`;
    const machines = [await shop.machine({ address: both, resident: true }), await shop.machine({ address: both, resident: true })];
    let served = 0, isOver = false;
    const acknowledged = [];
    const { refused } = await shop.deliver(machines, orders, {
      before: async () => {
        served += 1;
        if (isOver || served < 50) return;
        isOver = true;
        await primary.end('SIGKILL');
        acknowledged.push(...orders.filter((order) => order.acknowledged));
        await standby.promote();
        shop.ask = (query) => standby.sql(shop.name, query);
      },
    });
    const paid = new Set(shop.sql('SELECT tg_id FROM orders WHERE paid_ms IS NOT NULL').map(([id]) => Number(id)));
    for (const { tgId } of acknowledged) assert.ok(paid.has(tgId), `buyer ${tgId}: acknowledged before the primary died`);
    await shop.settled(120_000);
    const repeated = shop.assertOnce(orders);
    assert.equal((await reader.event(orders[0].event)).status, 200, 'it writes now');
    say(t, 'a standby that only reads, as the ledger', 1, 'the event refused with 503, taken once it was promoted');
    say(t, 'failover to a synchronous standby while events come', `${orders.length} orders`, `${acknowledged.length} acknowledged before the primary died: 0 of them lost; ${refused} posts refused and repeated; ${repeated} invites twice`);
  });
});

describe('four web machines and four workers', () => {
  test('orders while processes are killed', async (t) => {
    const many = Number(process.env.ADMIT_ORDERS ?? 500);
    const shop = await shopOn(t, { on: await serverFor(t), telegram: { limits: true } });
    const machines = [];
    for (let i = 0; i < 4; i += 1) machines.push(await shop.machine({ env: { WORKERS: '2' } }));
    const workers = machines.map((machine) => shop.worker(machine));
    const orders = await shop.orders(machines, many);
    const mayRepeat = new Set();
    let served = 0, kills = 0, killed = 0;
    const killOne = async () => {
      const at = kills % 4;
      if (kills % 3 === 0) {
        await end(workers[at], 'SIGKILL');
        for (const id of shop.leased()) mayRepeat.add(id);
        workers[at] = shop.worker(machines[at]);
        killed += 1;
        return;
      }
      const [victim] = machines[at].answering('webhook');
      if (victim) process.kill(victim, 'SIGKILL');
      killed += victim !== undefined;
    };
    const { refused, perS } = await shop.deliver(machines, orders, {
      connections: 16,
      before: async () => {
        served += 1;
        if (kills >= 12 || served < (kills + 1) * many / 13) return;
        await killOne();
        kills += 1;
      },
    });
    const began = performance.now();
    // A dead worker's leases end after 90 s.
    await shop.settled(90_000 + many * 60 + 30_000);
    const took = Math.round((performance.now() - began) / 1000);
    for (const worker of workers) await end(worker);
    const repeated = shop.assertOnce(orders, mayRepeat);
    const times = shop.telegram.calls.filter(({ method, status }) => method === 'sendMessage' && status === 200).map(({ atMs }) => atMs);
    say(t, 'four web machines and four workers, kill -9 of both', `${many} orders, ${killed} kills`,
      `0 lost, ${repeated} twice, each of a killed worker and the same message; ${refused} posts refused and repeated, ${perS} a second; all invited ${took} s after the last; ${most(times, 1000)} messages in the fullest second, ${shop.telegram.limits.refused.length} refused`);
    assert.ok(most(times, 1000) <= 32);
  });
});
