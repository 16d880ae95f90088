// What holds with several machines at one ledger in PostgreSQL. Run by `make postgres`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Page } from '../fault/page.mjs';
import { most } from '../sandbox/telegram-limits.mjs';
import { Server } from './cluster.mjs';
import { OUT, PATIENCE_MS, ROOT, freePort, run, sleep, until } from './harness.mjs';
import { ON_POSTGRES } from './ledger.mjs';
import { FIRST_BUYER, SCHEMA, end, say, serverFor, shopOn } from './machines.mjs';
import { Pooler } from './pooler.mjs';

const only = { skip: !ON_POSTGRES && 'for PostgreSQL' };
/** 30 go in a second; on a loaded machine some of them arrive late, beside the next. Three workers by themselves: 90. */
const FULLEST = 45;
let server, pooler;

describe('several machines at one ledger', only, () => {
  before(async () => {
    server = await Server.make();
    await server.start();
    pooler = new Pooler(server.dir);
  });
  after(() => {
    pooler.remove();
    return server.remove();
  });

  for (const [how, isPooled, ms] of [['', false, 1000], [', behind a pooler by looking', true, 4000]])
    test(`what one machine promises, the worker of another hears of${how}`, async (t) => {
      const shop = await shopOn(t, server);
      const at = isPooled ? { address: pooler.address(shop.name), env: { DB_PREPARE: '0' } } : {};
      const [web, far] = [await shop.machine(at), await shop.machine({ ...at, resident: true })];
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

  test('behind a pooler of transactions a program that prepares statements says what to set', async (t) => {
    const shop = await shopOn(t, server);
    const env = (await shop.machine()).env;
    const sessions = new Pooler(server.dir, { pool_mode: 'session' });
    t.after(() => sessions.remove());
    const admit = (word, at, more) => run(`${OUT}/bin/admit`, [word], { ...env, DATABASE_URL: at.address(shop.name), ...more });
    const status = (at, more) => admit('status', at, more);
    for (let i = 0; i < 2; i += 1) {
      const refused = await status(pooler);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /ev=database_lends .*DB_PREPARE=0/);
    }
    assert.match((await admit('check', pooler)).stdout, /FAIL +ledger .*\n +the log above has the reason\n/);
    for (const fine of [await status(pooler, { DB_PREPARE: '0' }), await status(sessions), await status(server)])
      assert.equal(fine.status, 0, fine.stderr);
  });

  test('make run with keys serves from the server that DATABASE_URL names', async (t) => {
    const shop = await shopOn(t, server);
    const machine = await shop.machine(), port = String(await freePort());
    const child = spawn('sh', ['tools/run.sh', OUT], { cwd: ROOT, env: { ...machine.env, PORT: port, TMPDIR: machine.dir }, stdio: 'ignore' });
    const over = once(child, 'exit');
    const ask = (target) => fetch(`http://127.0.0.1:${port}${target}`, { redirect: 'manual' });
    await until(() => ask('/health').then(({ status }) => status === 200, () => false), PATIENCE_MS, 'it serves');
    assert.equal((await ask(`/pay?tg_id=${FIRST_BUYER}`)).status, 303);
    assert.equal(shop.sql('SELECT COUNT(*) FROM orders')[0][0], '1');
    child.kill();
    await over;
  });

  test('a worker whose clock is five minutes off keeps promises when they are due, and takes nobody else\'s', async (t) => {
    const shop = await shopOn(t, server, { telegram: { latencyMs: 1500 } });
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
    const shop = await shopOn(t, server, { telegram: { limits: true } });
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
    assert.ok(most(times, 1000) <= FULLEST, 'the fullest second, as the stand-in sees it');
    assert.ok(shares.every((share) => share > 0), 'each has a share');
  });

  test('ten programs start at once on an empty database', async (t) => {
    const shop = await shopOn(t, server);
    const env = (await shop.machine()).env;
    const fresh = server.create(`fresh`);
    const asked = { ...env, DATABASE_URL: server.address(fresh), GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', REQUEST_URI: '/health' };
    const all = await Promise.all(Array.from({ length: 10 }, () => run(`${OUT}/cgi-bin/pay.fcgi`, [], asked)));
    for (const { stderr } of all) assert.doesNotMatch(stderr, /database_failed|database_not_opened/);
    assert.equal(server.sql(fresh, `SELECT COUNT(*) FROM ${SCHEMA}.ledger_version`)[0][0], '1');
    assert.equal(all.filter(({ stderr }) => stderr.includes('ledger_created')).length, 1, 'one made the tables');
    say(t, 'ten programs start at once on an empty database', 10, 'one makes the tables, 0 failed');
  });

  test('the same news at four machines at once is decided once', async (t) => {
    const shop = await shopOn(t, server);
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

  for (const [disk, settings] of [['', {}], [' on a disk whose sync takes 20 ms', { commit_delay: '20000', commit_siblings: '0' }]])
    test(`how fast one machine takes events, and four, which have the ledger together${disk}`, async (t) => {
      const own = await serverFor(t, settings);
      const shop = await shopOn(t, own);
      const machines = [];
      for (let i = 0; i < 4; i += 1) machines.push(await shop.machine({ env: { ADMIN_TG_IDS: '42,43' } })); // who hear of sales
      for (const machine of machines) await shop.withoutWorker(machine);
      const orders = await shop.orders(machines, 440);
      const alone = await shop.deliver(machines.slice(0, 1), orders.slice(0, 200), { connections: 16 });
      const together = await shop.deliver(machines, orders.slice(200, 400), { connections: 16 });
      say(t, `events a second over 16 connections${disk}`, 400, `${alone.perS} at one machine, ${together.perS} at four`);
      const from = own.log().length;
      own.sql('postgres', "ALTER SYSTEM SET log_statement = 'all'");
      await own.reload();
      await shop.deliver(machines, orders.slice(400), { connections: 16 });
      const said = own.log().slice(from).split('\n');
      const begun = said.filter((line) => /statement: BEGIN .*pg_advisory_xact_lock/.test(line));
      assert.ok(begun.length > 0, 'the server tells what it is asked');
      assert.deepEqual(begun.filter((line) => !line.includes('pg_advisory_xact_lock_shared')), [], 'none of which had it alone');
      const asked = said.filter((line) => line.includes('OPERATORS_TOLD')).length;
      assert.ok(asked <= begun.length, `whom to tell of a sale is asked once for all of a batch: ${asked} times in ${begun.length}`);
    });
});

describe('four web machines and four workers', only, () => {
  test('orders while processes are killed', async (t) => {
    const many = Number(process.env.ADMIT_ORDERS ?? 500);
    const shop = await shopOn(t, await serverFor(t), { telegram: { limits: true } });
    const machines = [];
    for (let i = 0; i < 4; i += 1) machines.push(await shop.machine({ env: { WORKERS: '2' } }));
    const workers = machines.map((machine) => shop.worker(machine));
    const orders = await shop.orders(machines, many);
    const mayRepeat = new Set();
    let served = 0, kills = 0, killed = 0;
    const killOne = async (which) => {
      const at = which % 4;
      if (which % 3 === 0) {
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
        kills += 1;
        await killOne(kills);
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
    assert.deepEqual(shop.telegram.limits.refused, []);
  });
});
