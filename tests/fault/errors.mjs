// Every system call fails once, in each of five ways. No 2xx without a commit, no crash, no descriptor left open, and
// what was refused is taken when it is sent again.

import assert from 'node:assert/strict';
import { fronts } from './fronts.mjs';
import { Rig, assertNoCrash, endedForMemory } from './rig.mjs';

const ERRORS = { EINTR: 4, EIO: 5, ENOMEM: 12, EMFILE: 24, ENOSPC: 28 };
const NEVER = 1_000_000;
const FIRST_BUYER = 6_000_000;

/** Fails the chosen calls in each way. `once` tells how the program ended. */
async function everyCallEveryWay(sample, once) {
  const ways = Object.entries(ERRORS);
  const at = (call, [name, number]) => once({ trace: ['--fail', String(call), String(number)], what: `call ${call}, ${name}` });
  const { calls } = await at(NEVER, ways[0]);
  for (const way of ways) {
    for (const call of sample.choose(calls, way[0], ways.length)) sample.count((await at(call, way)).hit !== '');
  }
}

const front = (name, { fresh = false } = {}) => async ({ sample }) => {
  const rig = await Rig.start();
  const { ask, isDone, good } = fronts[name];
  let buyer = FIRST_BUYER;
  let acknowledged = 0, refused = 0, ended = 0;

  /** One request that meets the fault, and its repetition. */
  const once = async ({ trace, what }, descriptors) => {
    buyer += 1;
    const request = await ask(rig, buyer);
    if (fresh) rig.ledger(`fresh.${buyer}`);
    const program = await rig.serve(name, { trace });
    const { status } = await program.send(request);
    if (status === good) {
      acknowledged += 1;
      assert.ok(isDone(rig, buyer), `${what}: answered with ${status}, so it is in the ledger`);
    } else {
      assert.ok(status === 0 || status >= 400, `${what}: ${status} is no promise`);
      refused += 1;
    }
    let again = await program.send(request);
    if (again.status !== good) again = await program.send(request).catch(() => ({ status: 0 })); // the fault fell into the repetition
    if (again.status === good) await program.settles(descriptors, what);
    const end = await program.stop();
    assertNoCrash(end, what, program.stderr);
    if (again.status !== good) {
      ended += 1;
      assert.ok(endedForMemory(end), `${what}, ${end.hit}: refuses the repetition with ${again.status}\n${program.stderr}`);
      const next = await rig.serve(name);
      assert.equal((await next.send(request)).status, good, `${what}: a new process takes it`);
      await next.stop();
    }
    assert.ok(isDone(rig, buyer), `${what}: it is in the ledger`);
    if (fresh) {
      assert.ok(rig.isSound(), `${what}: the ledger is sound`);
      rig.ledger('admit');
    }
    return end;
  };

  try {
    const calm = await rig.serve(name, { trace: ['--fail', String(NEVER), '5'] });
    for (let i = 1; i <= 2; i += 1) await calm.send(await ask(rig, FIRST_BUYER - i));
    const descriptors = await calm.leastDescriptors();
    await calm.stop();
    await everyCallEveryWay(sample, (point) => once(point, descriptors));
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points: sample.text(), outcome: `0 promises without a commit, 0 crashes, ${refused} refused and taken when repeated, ${ended} by a new process` };
  } finally {
    await rig.close();
  }
};

async function worker({ sample }) {
  const rig = await Rig.start();
  let buyer = FIRST_BUYER;
  let repeats = 0;
  try {
    const webhook = await rig.serve('webhook');
    await everyCallEveryWay(sample, async ({ trace, what }) => {
      buyer += 1;
      const order = await rig.order(buyer);
      assert.equal((await webhook.send(rig.post(order.event))).status, 200);
      const program = await rig.work({ trace: ['--from', 'main', ...trace] });
      const end = await program.ended();
      assertNoCrash(end, what, program.stderr);
      repeats += await rig.finish(order, `${what}, ${end.hit}`);
      return end;
    });
    await webhook.stop();
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points: sample.text(), outcome: `0 invites lost, 0 crashes; ${repeats} repeated because the fault swallowed Telegram's answer or our note of it` };
  } finally {
    await rig.close();
  }
}

export default [
  { name: 'each system call of webhook.fcgi fails in 5 ways, new ledger', quick: 20, run: front('webhook', { fresh: true }) },
  { name: 'each system call of webhook.fcgi fails in 5 ways, ledger in use', quick: 18, run: front('webhook') },
  { name: 'each system call of tgupdate.fcgi fails in 5 ways', quick: 20, run: front('tgupdate') },
  { name: 'each system call of pay.fcgi fails in 5 ways', quick: 18, run: front('pay') },
  { name: 'each system call of the worker fails in 5 ways', quick: 13, run: worker },
];
