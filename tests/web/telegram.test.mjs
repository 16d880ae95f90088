// The worker and Telegram in every kind of trouble: each invite arrives, once, and nobody else waits for it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LINK, person, startAdmit } from './harness.mjs';

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

describe('faults', () => {
  let app, tgId = 20_000;
  before(async () => { app = await startAdmit({ resident: true }); });
  after(() => app.stop());

  /** Those that Telegram took and the buyer has. */
  const arrived = (id) => app.telegram.messages(id).filter(({ text }) => text.includes(LINK)).length;
  const FEW = 3;

  const faults = [
    ['500 once', { kind: 'status', status: 500, next: 1 }],
    ['500 four times', { kind: 'status', status: 500, next: 4 }],
    ['502 with a page', { kind: 'html', status: 502, next: 2 }],
    ['a reset', { kind: 'reset', next: 2 }],
    ['200 with a page', { kind: 'html', next: 2 }],
    ['200 with nothing', { kind: 'empty', next: 2 }],
    ['200 and ok: false', { kind: 'notok', next: 2 }],
    ['a wrong token for a while', { kind: 'status', status: 401, next: 2 }],
    ['404 for a while', { kind: 'status', status: 404, next: 2 }],
    ['a redirect', { kind: 'redirect', next: 2 }],
  ];
  for (const [why, fault] of faults)
    test(`${why}: each invite once`, async () => {
      const ids = Array.from({ length: FEW }, () => (tgId += 1));
      app.telegram.setFault(fault);
      for (const id of ids) assert.equal((await app.buy(id)).status, 200);
      await app.settled(40_000);
      assert.deepEqual(ids.map(arrived), Array(FEW).fill(1));
    });

  const doubtful = [
    ['the answer is lost', { kind: 'lost', next: 2 }],
    ['the answer is cut', { kind: 'truncated', next: 2 }],
    ['an answer of 20,000 levels', { kind: 'deep', next: 2 }],
  ];
  for (const [why, fault] of doubtful)
    test(`${why}: each invite, with one more at most for each such answer, and the same`, async () => {
      const ids = Array.from({ length: FEW }, () => (tgId += 1));
      app.telegram.setFault(fault);
      for (const id of ids) await app.buy(id);
      await app.settled(40_000);
      const counts = ids.map(arrived);
      assert.ok(counts.every((n) => n >= 1), `${counts}`);
      assert.ok(counts.reduce((a, b) => a + b) <= FEW + 2, `${counts}`);
      for (const id of ids) assert.equal(new Set(app.telegram.messages(id).map(({ text }) => text)).size, 1);
    });

  const waits = [
    ['1 s', { retryAfter: 1 }, 1000],
    ['3 s', { retryAfter: 3 }, 3000],
    ['no number', { retryAfter: 'soon' }, 500],
    ['a negative number', { retryAfter: -5 }, 500],
  ];
  for (const [why, how, silenceMs] of waits)
    test(`429, retry after ${why}: waited, then once`, async () => {
      const [first, ...others] = Array.from({ length: FEW }, () => (tgId += 1));
      const from = app.telegram.calls.length;
      app.telegram.setFault({ kind: 'status', status: 429, next: 1, ...how });
      await app.buy(first);
      const told = await app.telegram.waitFor(({ fault }) => fault === 'status', 5000, from);
      await app.noted(`SELECT 1 FROM jobs WHERE tg_id = ${first} AND error IS NOT NULL`);
      for (const id of others) await app.buy(id);
      await app.settled(40_000);
      assert.deepEqual([first, ...others].map(arrived), Array(FEW).fill(1));
      const early = app.telegram.calls.slice(from).filter((call) => call !== told && call.atMs < told.atMs + silenceMs);
      assert.deepEqual(early, [], 'nobody is written to while Telegram wants silence');
    });

  test('a third of all calls fail: 20 invites, each once', async () => {
    const ids = Array.from({ length: 20 }, () => (tgId += 1));
    let n = 0;
    const roll = () => { n += 1; app.telegram.setFault(n % 3 === 0 ? { kind: n % 2 ? 'reset' : 'status', status: 500 } : null); };
    const onCall = ({ method }) => { if (method === 'sendMessage') roll(); };
    app.telegram.journal.on('add', onCall);
    await Promise.all(ids.map((id) => app.buy(id)));
    await app.settled(60_000);
    app.telegram.journal.off('add', onCall);
    app.telegram.setFault(null);
    assert.deepEqual(ids.map(arrived), Array(20).fill(1));
  });

  const gone = [
    ['blocked', (id) => app.telegram.block(id)],
    ['deactivated', (id) => app.telegram.deactivate(id)],
    ['never started the bot', (id) => app.telegram.unknownChat(id)],
  ];
  for (const [why, leave] of gone)
    for (const word of ['/help', '/start'])
      test(`${why}: put aside after one try, ${word} brings it`, async () => {
        const id = (tgId += 1), other = (tgId += 1);
        leave(id);
        await app.buy(id);
        await app.buy(other);
        await app.invited(other);
        await app.settled();
        assert.equal(app.invites(id).length, 1, 'tried once');
        assert.equal(arrived(id), 0);
        assert.match((await app.admit(['status'])).stdout, /parked +\d+\n.*invite/);
        app.telegram.allow(id);
        const from = app.telegram.calls.length;
        await app.say(person(id), word);
        await app.invited(id, 5000, from);
        await app.settled();
        assert.equal(arrived(id), 1);
      });

  test('who unblocks the bot gets what waited', async () => {
    const id = (tgId += 1);
    app.telegram.block(id);
    await app.buy(id);
    await app.settled();
    app.telegram.allow(id);
    await app.telegram.unblockBot(person(id));
    await app.settled();
    assert.equal(arrived(id), 1);
  });
});

test('Telegram hangs 8 s: 20 webhooks are each answered in under a second', async () => {
  const app = await startAdmit({ resident: true });
  const ids = Array.from({ length: 20 }, (_, i) => 30_000 + i);
  const events = [];
  for (const id of ids) events.push(await app.stripe.pay(await app.open(id)));
  app.telegram.setFault({ kind: 'hang', delayMs: 8000, next: 20 });
  const times = [];
  for (const event of events) {
    const res = await app.event(event);
    assert.equal(res.status, 200);
    assert.ok(res.ms < 1000, `${res.ms} ms`);
    times.push(res.ms);
  }
  console.log(`measure: webhook while Telegram hangs: median ${median(times).toFixed(1)} ms, slowest ${Math.max(...times).toFixed(1)} ms`);
  await app.settled(60_000);
  assert.deepEqual(ids.map((id) => app.telegram.messages(id).length), Array(20).fill(1));
  await app.stop();
});

test('how long an invite takes', async () => {
  const app = await startAdmit();
  const delay = async (id) => {
    const event = await app.stripe.pay(await app.open(id));
    const startMs = performance.timeOrigin + performance.now();
    await app.event(event);
    return (await app.invited(id)).atMs - startMs;
  };
  const cold = await delay(40_000); // the worker is started for it
  const warm = [];
  for (let i = 1; i <= 30; i += 1) warm.push(await delay(40_000 + i));
  const quiet = [];
  for (let i = 100; i < 130; i += 1) {
    const event = await app.stripe.pay(await app.open(40_000 + i));
    quiet.push((await app.event(event)).ms);
  }
  console.log(`measure: event to Telegram: ${cold.toFixed(0)} ms with the worker to be started, then median ${median(warm).toFixed(1)} ms, slowest ${Math.max(...warm).toFixed(1)} ms`);
  console.log(`measure: webhook while Telegram is well: median ${median(quiet).toFixed(1)} ms, slowest ${Math.max(...quiet).toFixed(1)} ms`);
  await app.settled();
  await app.stop();
});
