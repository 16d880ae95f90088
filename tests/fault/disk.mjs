// A disk that is full, a ledger that may not be written, one that is damaged or gone; and a clock that jumps.

import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { Page } from './page.mjs';
import { Rig, assertNoCrash, random } from './rig.mjs';

const FIRST_BUYER = 10_000_000;
const NOBODY = 65_534;

async function ordersOf(rig, n) {
  const orders = [];
  for (let i = 0; i < n; i += 1) orders.push(await rig.order(FIRST_BUYER + i));
  return orders;
}

async function deliver(rig, program, order) {
  const { status } = await program.send(rig.post(order.event));
  assert.ok([200, 503].includes(status), `buyer ${order.tgId}: ${status}`);
  order.acknowledged = status === 200;
  return order.acknowledged;
}

async function diskFull({ quick }) {
  const rig = await Rig.start();
  const n = quick ? 12 : 30;
  let points = 0, refused = 0;
  try {
    const orders = await ordersOf(rig, n * 3);
    for (const [i, left] of [0, 40_000, 150_000].entries()) {
      const page = new Page(`${rig.dir}/page`, { diskIsSmall: 1, diskLeft: left });
      const front = await rig.serve('webhook', { env: page.env });
      const some = orders.slice(i * n, (i + 1) * n);
      for (const order of some) refused += !await deliver(rig, front, order);
      for (const { tgId, acknowledged } of some) {
        const stored = rig.sql(`SELECT 1 FROM jobs WHERE tg_id = ${tgId}`).length === 1;
        assert.ok(stored || !acknowledged, `${left} bytes left: ${tgId} was acknowledged and is not there`);
      }
      page.set({ diskIsSmall: 0 });
      for (const order of some) if (!order.acknowledged) assert.ok(await deliver(rig, front, order), 'there is space again');
      await front.stop();
      page.close();
      points += some.length;
    }
    assert.ok(refused > 0, 'the disk was full');
    await rig.drain();
    for (const { tgId } of orders) assert.equal(rig.invites(tgId).length, 1, `buyer ${tgId}: one invite`);
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points, outcome: `${refused} refused with 503, taken when there was space; 0 lost, ledger sound` };
  } finally {
    await rig.close();
  }
}

/** Ways in which a ledger cannot be written; the program runs as an account that permissions hold for. */
const barriers = [
  ['the folder is not there', (rig) => rmSync(rig.data, { recursive: true })],
  ['the folder may not be written', (rig) => chmodSync(rig.data, 0o555)],
  ['the file may only be read', (rig) => { chmodSync(rig.db, 0o444); chmodSync(rig.data, 0o555); }],
  ['the file belongs to somebody else', (rig) => { chmodSync(rig.db, 0o000); }],
  ['a folder lies in its place', (rig) => { rmSync(rig.db); mkdirSync(rig.db); }],
];

async function notWritable() {
  // As nobody they could not read the settings file; all they need is in their environment.
  const rig = await Rig.start({ settings: { ADMIT_CONF: '' } });
  const isRoot = process.getuid() === 0;
  try {
    chmodSync(rig.dir, 0o755);
    const orders = await ordersOf(rig, barriers.length);
    for (const [i, [what, raise]] of barriers.entries()) {
      rig.ledger(`barred.${i}`);
      if (isRoot) chownSync(rig.data, NOBODY, NOBODY);
      const as = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
      const before = await rig.serve('webhook', { as });
      assert.equal((await before.send(rig.post(rig.stripe.event('customer.created', { id: 'cus_1', object: 'customer' })))).status, 200);
      await before.stop();
      raise(rig);
      const webhook = await rig.serve('webhook', { as });
      assert.equal((await webhook.send(rig.post(orders[i].event))).status, 503, `${what}: webhook`);
      assertNoCrash(await webhook.stop(), what, webhook.stderr);
      assert.match(webhook.stderr, /level=error/, `${what}: the log says so`);
      const pay = await rig.serve('pay', { as });
      assert.equal((await pay.send({ method: 'GET', uri: `/pay?tg_id=${FIRST_BUYER + 500 + i}` })).status, 303, `${what}: /pay still leads to Stripe`);
      await pay.stop();
      if (existsSync(rig.data)) chmodSync(rig.data, 0o755);
    }
    return { points: barriers.length, outcome: 'webhook 503 and a line in the log, /pay still leads to Stripe' };
  } finally {
    await rig.close();
  }
}

/** Spoils a file: bytes at random places, its end cut off, all of it gone, something else in its place. */
const damages = (chance) => [
  (file) => {
    const bytes = readFileSync(file);
    for (let i = 0; i < 64; i += 1) bytes[chance(bytes.length)] ^= 1 << chance(8);
    writeFileSync(file, bytes);
  },
  (file) => truncateSync(file, chance(readFileSync(file).length)),
  (file) => {
    const bytes = readFileSync(file);
    bytes.fill(chance(256), 0, 100);
    writeFileSync(file, bytes);
  },
  (file) => writeFileSync(file, Buffer.alloc(8192, 'not a database ')),
  (file) => truncateSync(file, 0),
];

async function damaged({ quick }) {
  const rig = await Rig.start();
  const chance = random(4242);
  const spoil = damages(chance);
  const n = quick ? 20 : 100;
  const seen = { refused: 0, served: 0, begun: 0 };
  try {
    const orders = await ordersOf(rig, 12);
    rig.ledger('whole');
    const first = await rig.serve('webhook');
    for (const order of orders.slice(1)) await first.send(rig.post(order.event));
    await first.stop();
    const whole = readFileSync(rig.db);
    for (let i = 0; i < n; i += 1) {
      rig.ledger(`damaged.${i}`);
      writeFileSync(rig.db, whole, { mode: 0o600 });
      spoil[i % spoil.length](rig.db);
      const what = `file ${i}, damage ${i % spoil.length}`;
      const front = await rig.serve('webhook', { trace: ['--watch'] });
      const { status } = await front.send(rig.post(orders[0].event));
      const end = await front.stop();
      assert.ok(end.signal === undefined && end.exit === 0, `${what}: exit ${end.exit}, signal ${end.signal} in ${end.crash}`);
      assert.ok([200, 503].includes(status), `${what}: ${status}`);
      if (status === 503) {
        seen.refused += 1;
        assert.match(front.stderr, /level=error/, `${what}: the log says so`);
      } else if (/ev=ledger_created/.test(front.stderr)) {
        seen.begun += 1;
      } else {
        seen.served += 1;
        const kept = rig.sql('SELECT tg_id FROM orders').length;
        assert.ok(kept >= orders.length - 2, `${what}: served, and ${kept} orders are left`);
      }
      rmSync(rig.data, { recursive: true });
    }
    return {
      points: n,
      outcome: `0 crashes; ${seen.refused} refused with a line in the log, ${seen.served} hurt in unused bytes and served, ${seen.begun} empty files begun anew, which the log tells`,
    };
  } finally {
    await rig.close();
  }
}

const HOUR_S = 3600;
const nowS = () => Math.floor(Date.now() / 1000);
const jumps = () => [
  ['an hour back', -HOUR_S], ['an hour ahead', HOUR_S], ['beyond 2038', 2_147_483_648 + 60 - nowS()], ['before 1970', -nowS() - HOUR_S],
];

/** The clock is wrong while the order comes, then it is put right. */
async function clockJumps({ quick }) {
  const rig = await Rig.start();
  const n = quick ? 2 : 10;
  try {
    const orders = await ordersOf(rig, n * 4);
    for (const [i, [what, aheadS]] of jumps().entries()) {
      const page = new Page(`${rig.dir}/page`, { clockAheadS: aheadS });
      const front = await rig.serve('webhook', { env: page.env });
      for (const order of orders.slice(i * n, (i + 1) * n)) {
        const late = await front.send(rig.post(order.event));
        assert.equal(late.status, 400, `${what}: a stamp far from our time is not believed`);
        page.set({ clockAheadS: 0 });
        assert.equal((await front.send(rig.post(order.event))).status, 200, `${what}: put right, it is`);
        page.set({ clockAheadS: aheadS });
      }
      await front.stop();
      // Promised by a clock that was wrong, kept by one that is right.
      const order = await rig.order(FIRST_BUYER + 800 + i);
      const wrong = await rig.serve('webhook', { env: page.env });
      if (nowS() + aheadS > 0) {
        assert.equal((await wrong.send(rig.post(order.event, nowS() + aheadS))).status, 200, `${what}: our time and the stamp's agree`);
        orders.push(order);
      }
      await wrong.stop();
      page.close();
    }
    await rig.drain();
    for (const { tgId } of orders) assert.equal(rig.invites(tgId).length, 1, `buyer ${tgId}: one invite`);
    return { points: orders.length, outcome: 'signatures judged by the time that is; 0 lost, no job stuck in the future' };
  } finally {
    await rig.close();
  }
}

export default [
  { name: 'a disk that is full', quick: 1, run: diskFull },
  { name: 'a ledger that cannot be written', quick: 1, run: notWritable },
  { name: 'a damaged ledger', quick: 1, run: damaged },
  { name: 'a clock that jumps', quick: 1, run: clockJumps },
];
