// A ledger in PostgreSQL whose server fails: killed, cut off, full, followed by another. Run by `make postgres`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { Proxy, Server } from './cluster.mjs';
import { ended, sleep, until } from './harness.mjs';
import { ON_POSTGRES } from './ledger.mjs';
import { say, serverFor, shopOn } from './machines.mjs';

/** A server with room for little more than the programs of one machine. */
const FEW = { max_connections: '14', superuser_reserved_connections: '0', max_wal_senders: '0', wal_level: 'minimal' };

describe('a ledger whose server fails', { skip: !ON_POSTGRES && 'for PostgreSQL' }, () => {
  test('killed while events come', async (t) => {
    const own = await serverFor(t);
    const shop = await shopOn(t, own);
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
      const shop = await shopOn(t, await serverFor(t));
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
        if (!word.includes('COMMIT')) return undefined;
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
    const shop = await shopOn(t, await serverFor(t));
    const proxy = await Proxy.to({ dir: shop.address.split('host=')[1] });
    t.after(() => proxy.close());
    const [gone, other] = [await shop.machine({ address: proxy.address(shop.name) }), await shop.machine()];
    const orders = await shop.orders([gone, other], 2);
    let [isWithin, isSilent] = [false, false];
    proxy.when = (word) => {
      isWithin ||= word.includes('xact_lock_shared'); // of an event about one buyer
      if (isSilent || !isWithin || !word.includes('pg_notify')) return undefined;
      isSilent = true;
      return 'silent';
    };
    const lost = gone.event(orders[0].event);
    await until(() => isSilent);
    const began = performance.now();
    const took = async ({ event }) => {
      assert.equal((await other.event(event)).status, 200);
      return Math.round(performance.now() - began);
    };
    const [another, same] = [await took(orders[1]), await took(orders[0])];
    assert.equal((await lost).status, 503);
    await shop.deliver([gone, other], orders);
    await shop.settled(60_000);
    shop.assertOnce(orders);
    say(t, 'a machine falls silent within a transaction', 1, `another buyer's event is taken after ${another} ms, its own, at another machine, after ${same} ms`);
  });

  test('more connections than the server takes', async (t) => {
    const shop = await shopOn(t, await serverFor(t, FEW));
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

  test('its disk is full', { skip: process.getuid() !== 0 && 'only root can make a small disk' }, async (t) => {
    const own = await Server.make();
    t.after(() => own.remove());
    await own.onSmallDisk('150m');
    await own.start({ max_wal_size: '32MB', min_wal_size: '32MB', shared_buffers: '16MB' });
    const shop = await shopOn(t, own);
    const web = await shop.machine();
    const orders = await shop.orders([web], 80);
    await shop.deliver([web], orders.slice(0, 5));
    own.fill();
    let refused = 0;
    for (const order of orders.slice(5)) {
      const { status } = await web.event(order.event);
      assert.ok(status === 200 || status === 503, `${status}`);
      order.acknowledged = status === 200;
      refused += status === 503;
    }
    const heldOut = await own.isUp();
    own.fill(false);
    if (!heldOut) await own.end('SIGQUIT').then(() => own.start());
    assert.ok(refused > 0, 'there was no room');
    await shop.deliver([web], orders.filter((order) => !order.acknowledged));
    await shop.settled(60_000);
    shop.assertOnce(orders);
    say(t, "the disk of PostgreSQL's server is full", orders.length, `${refused} refused with 503, taken when there was room; 0 lost${heldOut ? '' : ', the server started anew'}`);
  });

  test('a synchronous standby that is away keeps no program waiting', async (t) => {
    const own = await serverFor(t);
    const shop = await shopOn(t, own);
    const web = await shop.machine();
    const [order, first] = await shop.orders([web], 2);
    await shop.deliver([web], [first]); // it has its connection
    await shop.settled();
    own.sql('postgres', "ALTER SYSTEM SET synchronous_standby_names = '*'");
    own.sql('postgres', 'SELECT pg_reload_conf()');
    await sleep(500);
    const began = performance.now();
    const { status } = await web.event(order.event);
    const took = Math.round((performance.now() - began) / 1000);
    own.sql('postgres', 'ALTER SYSTEM RESET synchronous_standby_names');
    own.sql('postgres', 'SELECT pg_reload_conf()');
    assert.equal(status, 503);
    await shop.deliver([web], [order]);
    await shop.settled(60_000);
    shop.assertOnce([order]);
    say(t, 'a synchronous standby that is away', 1, `the event refused with 503 after ${took} s, known when repeated; 0 lost, 0 twice`);
  });

  test('a standby that only reads, and one that is promoted when the primary dies', async (t) => {
    const primary = await serverFor(t);
    const shop = await shopOn(t, primary);
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
