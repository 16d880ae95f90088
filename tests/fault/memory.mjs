// Every allocation fails, once alone and once with all that follow: no 2xx without a commit, no crash, no leak. A
// program that cannot go on ends itself; the web server answers 5xx, the sender
// repeats, and the next process takes it.

import assert from 'node:assert/strict';
import { fronts } from './fronts.mjs';
import { FROM, Page } from './page.mjs';
import { Rig, assertNoCrash, endedForMemory } from './rig.mjs';

const FIRST_BUYER = 7_000_000;
const LANES = 3;
const WAYS = [{ allocOn: 0, words: 'once' }, { allocOn: 1, words: 'from then on' }];

const front = (name) => async ({ sample }) => {
  const rig = await Rig.start();
  const { ask, isDone, good } = fronts[name];
  let buyer = FIRST_BUYER;
  const seen = { refused: 0, ended: 0 };

  /** How many blocks a process has not freed in the end, after it met the same fault so many times. */
  const liveAfter = async (times, at, { allocOn }) => {
    const page = new Page(`${rig.dir}/page`, { allocFrom: FROM.accept });
    const program = await rig.serve(name, { env: page.env });
    for (let i = 0; i < times; i += 1) {
      page.set({ allocs: 0, allocAt: at, allocOn });
      await program.send(await ask(rig, buyer += 1));
      page.set({ allocAt: 0 });
      await program.send(await ask(rig, buyer += 1)).catch(() => {});
    }
    const { exit } = await program.stop();
    const live = exit === 0 ? page.get('live') : NaN; // who ends over it leaks nothing
    page.close();
    return live;
  };

  /** A process that meets the fault, then gets two requests more. @returns what the page said in the end */
  const once = async (at, { allocOn, words }, calmLive) => {
    const what = `allocation ${at}, ${words}`;
    const page = new Page(`${rig.dir}/page`, { allocFrom: FROM.accept, allocAt: at, allocOn });
    buyer += 1;
    const mine = buyer;
    const request = await ask(rig, mine);
    const program = await rig.serve(name, { env: page.env, trace: ['--watch'] });
    const { status } = await program.send(request);
    const allocs = page.get('allocs');
    page.set({ allocAt: 0 });
    assert.ok(status === good || status === 0 || status >= 400, `${what}: ${status} is no promise`);
    if (status === good) assert.ok(isDone(rig, mine), `${what}: answered with ${status}, so it is in the ledger`);
    else seen.refused += 1;
    const later = [];
    for (let i = 0; i < 2; i += 1) later.push((await program.send(request).catch(() => ({ status: 0 }))).status);
    const end = await program.stop();
    assertNoCrash(end, what, program.stderr);
    const [failed, live] = [page.get('failed'), page.get('live')];
    page.close();
    if (endedForMemory(end)) {
      seen.ended += 1;
      const next = await rig.serve(name);
      assert.equal((await next.send(request)).status, good, `${what}: a new process takes it`);
      await next.stop();
    } else {
      assert.deepEqual(later, [good, good], `${what}: memory is back, so it is taken\n${program.stderr}`);
      // What a library keeps of its first failure, for the next one, is no leak: a leak grows by each.
      if (live > calmLive) {
        const grown = await liveAfter(12, at, { allocOn }) - await liveAfter(4, at, { allocOn });
        assert.ok(!(grown >= 8), `${what}: ${grown} blocks are not freed\n${program.stderr}`);
      }
    }
    assert.ok(isDone(rig, mine), `${what}: it is in the ledger`);
    return { failed, live, allocs };
  };

  try {
    await once(0, WAYS[0]); // the ledger is there
    const { live, allocs } = await once(0, WAYS[0]);
    for (const way of WAYS) {
      for (const at of sample.choose(allocs, way.words, WAYS.length)) sample.count((await once(at, way, live)).failed > 0);
    }
    assert.ok(rig.isSound(), 'the ledger is sound');
    return {
      points: sample.text(),
      outcome: `0 promises without a commit, 0 crashes, 0 leaks; ${seen.refused} refused, ${seen.ended} of them by ending the process`,
    };
  } finally {
    await rig.close();
  }
};

/**
 * A buyer's invite is owed until a worker has sent it, however many ran out of memory before, from their start on.
 * @returns how it went with these allocations in a rig of its own; 0 is none of them
 */
async function starve({ allocOn, words }, points, sample) {
  const rig = await Rig.start();
  const seen = { allocs: 0, ended: 0, repeats: 0 };
  let order = null, buyer = FIRST_BUYER;
  try {
    const webhook = await rig.serve('webhook');

    /** An order whose invite nobody has sent: the one that the last worker left, or a new one. */
    const owe = async () => {
      if (order) {
        rig.hurry();
        return;
      }
      buyer += 1;
      order = await rig.order(buyer);
      assert.equal((await webhook.send(rig.post(order.event))).status, 200);
    };

    /** @returns {Promise<boolean>} whether the worker came so far */
    const once = async (at) => {
      const what = `allocation ${at}, ${words}`;
      await owe();
      const page = new Page(`${rig.dir}/page`, { allocFrom: FROM.main, allocAt: at, allocOn });
      const program = await rig.work({ env: page.env, trace: ['--watch'] });
      const end = await program.ended();
      assertNoCrash(end, what, program.stderr);
      seen.ended += endedForMemory(end);
      const isReached = page.get('failed') > 0;
      seen.allocs = page.get('allocs');
      page.close();
      await rig.telegramIsQuiet();
      if (rig.invites(order.tgId).length === 0) {
        assert.ok(isReached, `${what}: the worker had no reason not to send it\n${program.stderr}`);
        assert.equal(rig.owed(), 1, `${what}: it is still owed\n${program.stderr}`);
      } else {
        seen.repeats += await rig.finish(order, what);
        order = null;
      }
      return isReached;
    };

    for (const at of points) {
      const isReached = await once(at);
      sample?.count(isReached);
    }
    if (order) seen.repeats += await rig.finish(order, 'in the end');
    await webhook.stop();
    assert.ok(rig.isSound(), 'the ledger is sound');
    return seen;
  } finally {
    await rig.close();
  }
}

/** Several at once: a worker whose ledger fails waits half a second before it tries again. */
const worker = (way) => async ({ sample }) => {
  const points = sample.choose((await starve(way, [0])).allocs);
  const all = await Promise.all(Array.from({ length: LANES }, (_, lane) =>
    starve(way, points.filter((_at, i) => i % LANES === lane), sample)));
  const sum = (what) => all.reduce((n, seen) => n + seen[what], 0);
  return { points: sample.text(), outcome: `0 invites lost, 0 crashes; ${sum('ended')} ended the process, ${sum('repeats')} repeated by the next worker` };
};

export default [
  { name: 'each allocation of webhook.fcgi fails, once and from then on', quick: 30, run: front('webhook') },
  { name: 'each allocation of tgupdate.fcgi fails, once and from then on', quick: 20, run: front('tgupdate') },
  { name: 'each allocation of pay.fcgi fails, once and from then on', quick: 15, isLong: true, run: front('pay') },
  { name: 'each allocation of the worker fails, once', quick: 15, isLong: true, run: worker(WAYS[0]) },
  { name: 'each allocation of the worker fails, from then on', quick: 15, isLong: true, run: worker(WAYS[1]) },
];
