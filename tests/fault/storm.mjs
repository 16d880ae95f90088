// Storms with kills, long runs, several workers, and the lock that somebody else holds.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Rig, pause, random } from './rig.mjs';

const FIRST_BUYER = 9_000_000;
const BUSY_LIMIT_MS = 5000; // of the ledger: so long a program waits for somebody else's lock

async function ordersOf(rig, n) {
  const orders = [];
  for (let i = 0; i < n; i += 1) orders.push(await rig.order(FIRST_BUYER + i));
  return orders;
}

/** Sends events over so many connections at once, each until it is taken. */
async function deliverAll(rig, program, orders, connections, before = () => {}) {
  const queue = [...orders];
  await Promise.all(Array.from({ length: connections }, async () => {
    for (let order = queue.shift(); order; order = queue.shift()) {
      while (!order.acknowledged) {
        await before(order);
        const { status } = await program.send(rig.post(order.event));
        assert.ok([200, 503, 0].includes(status), `buyer ${order.tgId}: ${status}`);
        order.acknowledged = status === 200;
        if (!order.acknowledged) await pause(20);
      }
    }
  }));
}

const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

function assertOnce(rig, orders, allowed = 0) {
  let repeated = 0;
  for (const { tgId } of orders) {
    const n = rig.invites(tgId).length;
    assert.ok(n >= 1, `buyer ${tgId} has no invite`);
    repeated += n - 1;
    assert.equal(new Set(rig.invites(tgId)).size, 1, `buyer ${tgId}: the same message`);
  }
  assert.ok(repeated <= allowed, `${repeated} invites twice, ${allowed} could be`);
  return repeated;
}

async function stormWithKills({ quick }) {
  const n = quick ? 60 : 500;
  const kills = 12;
  const rig = await Rig.start();
  const chance = random(77);
  try {
    const orders = await ordersOf(rig, n);
    const front = await rig.serve('webhook', { env: { WORKERS: '3' } });
    let worker = await rig.work({ args: ['--stay'] });
    let served = 0, killed = 0, underWay = 0;
    await deliverAll(rig, front, orders, 8, async (order) => {
      served += 1;
      if (chance(20) === 0) await front.send(rig.post(order.event)); // Stripe sends one in twenty twice
      if (killed >= kills || served < (killed + 1) * n / (kills + 1)) return;
      killed += 1;
      if (killed % 3 === 0) {
        const old = worker;
        const before = rig.telegram.calls.filter(({ status }) => status === undefined).length;
        old.child.kill('SIGKILL');
        await old.over;
        underWay += before + 100; // it may hold a batch whose answers it has not noted
        worker = await rig.work({ args: ['--stay'] });
      } else {
        const [victim] = childrenOf(front.pid);
        if (victim) process.kill(victim, 'SIGKILL');
      }
    });
    for (let tries = 0; tries < 2000 && rig.owed() > 0; tries += 1) await pause(50);
    assert.equal(rig.owed(), 0, 'nothing is owed');
    await worker.stop();
    await front.stop();
    const repeated = assertOnce(rig, orders, underWay);
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points: n, outcome: `${killed} processes killed meanwhile: 0 lost, ${repeated} repeated by killed workers, each the same message` };
  } finally {
    await rig.close();
  }
}

const kibOf = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

async function soak({ quick }) {
  const n = quick ? 400 : 2000;
  const rig = await Rig.start();
  try {
    const [order] = await ordersOf(rig, 1);
    const webhook = await rig.serve('webhook');
    const tgupdate = await rig.serve('tgupdate');
    const from = { id: FIRST_BUYER, is_bot: false, first_name: 'x', language_code: 'uk' };
    const update = (i) => rig.update({
      update_id: i, message: { message_id: i, date: 1_700_000_000, chat: { id: from.id, type: 'private' }, from, text: i % 2 ? '/start' : 'hello' },
    });
    const foreign = (i) => rig.post(rig.stripe.event('customer.created', { id: `cus_${i}`, object: 'customer' }));
    const turn = async (i) => {
      const kinds = [() => webhook.send(rig.post(order.event)), () => webhook.send(foreign(i)), () => tgupdate.send(update(i))];
      assert.equal((await kinds[i % 3]()).status, 200);
    };
    for (let i = 0; i < n / 4; i += 1) await turn(i);
    const before = [webhook, tgupdate].map(({ pid }) => kibOf(pid));
    const open = await Promise.all([webhook, tgupdate].map((program) => program.leastDescriptors()));
    for (let i = n / 4; i < n; i += 1) await turn(i);
    const grown = [webhook, tgupdate].map(({ pid }, i) => kibOf(pid) - before[i]);
    for (const kib of grown) assert.ok(kib < 1024, `grown by ${kib} KiB`);
    await webhook.settles(open[0], 'webhook');
    await tgupdate.settles(open[1], 'tgupdate');
    await webhook.stop();
    await tgupdate.stop();
    await rig.drain();
    assertOnce(rig, [order]);
    return { points: n, outcome: `memory grown by ${Math.max(0, ...grown)} KiB, descriptors by 0, one invite` };
  } finally {
    await rig.close();
  }
}

async function severalWorkers({ quick }) {
  const n = quick ? 30 : 200;
  const rig = await Rig.start();
  try {
    const orders = await ordersOf(rig, n);
    const front = await rig.serve('webhook');
    await deliverAll(rig, front, orders, 8);
    await front.stop();
    const workers = await Promise.all(Array.from({ length: 4 }, () => rig.work()));
    for (const worker of workers) assert.ok([0, 1].includes((await worker.ended()).exit));
    await rig.drain();
    assertOnce(rig, orders);
    return { points: n, outcome: '4 workers at once: 0 lost, 0 invites twice' };
  } finally {
    await rig.close();
  }
}

/** Somebody holds the ledger's lock for so long, as a backup or a person at the command line may. */
async function lockHeld({ quick }) {
  const rig = await Rig.start();
  const times = quick ? [500] : [500, 3000, BUSY_LIMIT_MS + 2500];
  let points = 0, refused = 0;
  try {
    const orders = await ordersOf(rig, times.length * 8);
    const front = await rig.serve('webhook');
    for (const [i, ms] of times.entries()) {
      const some = orders.slice(i * 8, i * 8 + 8);
      const holder = spawn('sqlite3', ['-cmd', '.timeout 5000', rig.db], { stdio: ['pipe', 'pipe', 'inherit'] });
      const held = new Promise((done) => { holder.stdout.once('data', done); });
      holder.stdin.write("BEGIN IMMEDIATE; SELECT 'held';\n");
      await held;
      setTimeout(() => holder.stdin.end('COMMIT;\n'), ms);
      const statuses = await Promise.all(some.map(async (order) => (await front.send(rig.post(order.event))).status));
      for (const [k, status] of statuses.entries()) {
        assert.ok([200, 503].includes(status), `held for ${ms} ms: ${status}`);
        some[k].acknowledged = status === 200;
        refused += status === 503;
        if (ms < BUSY_LIMIT_MS) assert.equal(status, 200, `held for ${ms} ms, which is worth waiting for`);
      }
      await deliverAll(rig, front, some, 2);
      points += some.length;
    }
    await front.stop();
    await rig.drain();
    assertOnce(rig, orders);
    return { points, outcome: `held for ${times.join(', ')} ms: ${refused} refused with 503 and taken when repeated, 0 lost` };
  } finally {
    await rig.close();
  }
}

export default [
  { name: 'a storm of events over 8 connections, kill -9 of front processes and workers', quick: 1, run: stormWithKills },
  { name: 'a long run of events and updates', quick: 1, run: soak },
  { name: 'several workers at once', quick: 1, run: severalWorkers },
  { name: "events while somebody holds the ledger's lock", quick: 1, run: lockHeld },
];
