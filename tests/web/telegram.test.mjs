// The worker and Telegram in every kind of trouble: each invite arrives, once, and nobody else waits for it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PATIENCE_MS, person, startAdmit, until } from './harness.mjs';

/** Numbers from 0 to 1 that look like chance, the same in each run (mulberry32). */
function chanceFrom(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6D2B79F5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('faults', () => {
  let app, tgId = 20_000;
  before(async () => { app = await startAdmit({ resident: true }); });
  after(() => app?.stop());

  const arrived = (id) => app.arrived(id);
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
    ['a refusal that passes', { kind: 'status', status: 400, next: 2 }],
    ['a refusal with nothing in it', { kind: 'empty', status: 403, next: 2 }],
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
    ['an answer of 16 MiB', { kind: 'big', next: 2 }],
    ['an answer that is no UTF-8', { kind: 'badutf8', next: 2 }],
    ['an array', { kind: 'array', next: 2 }],
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
    ['null', { retryAfter: null }, 500],
    ['nothing: a page', { kind: 'html' }, 500],
    ['nothing: an empty body', { kind: 'empty' }, 500],
  ];
  for (const [why, how, silenceMs] of waits)
    test(`429, retry after ${why}: waited, then once`, async () => {
      const [first, ...others] = Array.from({ length: FEW }, () => (tgId += 1));
      const from = app.telegram.calls.length;
      app.telegram.setFault({ kind: 'status', status: 429, next: 1, ...how });
      await app.buy(first);
      const told = await app.telegram.waitFor(({ fault }) => fault, PATIENCE_MS, from);
      await app.noted(`SELECT 1 FROM jobs WHERE tg_id = ${first} AND error IS NOT NULL`);
      for (const id of others) await app.buy(id);
      await app.settled(40_000);
      assert.deepEqual([first, ...others].map(arrived), Array(FEW).fill(1));
      const early = app.telegram.calls.slice(from).filter((call) => call !== told && call.params.chat_id === first && call.atMs < told.atMs + silenceMs);
      assert.deepEqual(early, [], 'that chat is not written to while Telegram wants silence');
    });

  test('429 for one chat: the others need not wait', async () => {
    const [first, other] = [(tgId += 1), (tgId += 1)];
    const from = app.telegram.calls.length;
    app.telegram.setFault({ kind: 'status', status: 429, next: 1, retryAfter: 4 });
    await app.buy(first);
    const told = await app.telegram.waitFor(({ fault }) => fault, PATIENCE_MS, from);
    await app.buy(other);
    const { atMs } = await app.invited(other, PATIENCE_MS, from);
    assert.ok(atMs < told.atMs + 4000, `${atMs - told.atMs} ms`);
    await app.settled();
    assert.deepEqual([first, other].map(arrived), [1, 1]);
  });

  test('429 for several chats at once is the bot: nobody is written to', async () => {
    const ids = Array.from({ length: 4 }, () => (tgId += 1));
    const from = app.telegram.calls.length;
    app.telegram.setFault({ kind: 'status', status: 429, next: 3, retryAfter: 3 });
    // At once: three within a second and a half are what tells the bot from a chat.
    const paid = [];
    for (const id of ids.slice(0, 3)) paid.push(await app.stripe.pay(await app.open(id)));
    await Promise.all(paid.map((event) => app.event(event)));
    const spoilt = () => app.telegram.calls.slice(from).filter(({ fault }) => fault);
    await until(() => spoilt().length === 3);
    await app.noted(`SELECT 1 FROM jobs WHERE tg_id IN (${ids.slice(0, 3)}) AND error IS NOT NULL GROUP BY 1 HAVING COUNT(*) = 3`);
    await app.buy(ids[3]);
    await app.settled(20_000);
    assert.deepEqual(ids.map(arrived), [1, 1, 1, 1]);
    const last = spoilt().at(-1);
    assert.deepEqual(app.telegram.calls.slice(from).filter((call) => !call.fault && call.atMs < last.atMs + 3000), []);
  });

  test('each third call fails, by chance: 20 invites, each once', async () => {
    const ids = Array.from({ length: 20 }, () => (tgId += 1));
    const chance = chanceFrom(20);
    const troubles = [{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'html', status: 502 }, { kind: 'notok' }, { kind: 'empty' }];
    let nSpoilt = 0;
    const roll = ({ method }) => {
      if (method !== 'sendMessage') return;
      const isBad = chance() < 0.3;
      nSpoilt += isBad;
      app.telegram.setFault(isBad ? troubles[Math.floor(chance() * troubles.length)] : null);
    };
    app.telegram.journal.on('add', roll);
    roll({ method: 'sendMessage' });
    await Promise.all(ids.map((id) => app.buy(id)));
    await app.settled(60_000);
    app.telegram.journal.off('add', roll);
    app.telegram.setFault(null);
    assert.ok(nSpoilt > 3, `${nSpoilt} were spoilt`);
    assert.deepEqual(ids.map(arrived), Array(20).fill(1));
  });

  test('refused for good: put aside for the operator after three tries, with the reason; /help brings it', async () => {
    const id = (tgId += 1);
    app.telegram.setFault({ kind: 'status', status: 400, next: Infinity, description: 'Bad Request: strange message' });
    await app.buy(id);
    await app.noted(`SELECT 1 FROM jobs WHERE tg_id = ${id} AND parked_ms IS NOT NULL`, 20_000);
    app.telegram.setFault(null);
    assert.equal(app.invites(id).length, 3);
    assert.match((await app.admit(['status'])).stdout, new RegExp(`invite +to ${id}, tried 3 times: .*strange message`));
    await app.say(person(id), '/help');
    await app.settled();
    assert.equal(arrived(id), 1);
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
        await app.invited(id, PATIENCE_MS, from);
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
