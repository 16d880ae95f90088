// How long things take. Runs alone, after the other files, so that nothing else takes its time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAdmit } from './harness.mjs';

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];
const shown = (numbers) => `median ${median(numbers).toFixed(1)} ms, slowest ${Math.max(...numbers).toFixed(1)} ms`;
const measure = (what, text) => console.log(`measure: ${what}: ${text}`);

const paidEvent = async (app, id) => app.stripe.pay(await app.open(id));

/** How long after the event was sent, and after its 200, Telegram had the invite in hand. */
async function delayOf(app, id) {
  const event = await paidEvent(app, id);
  const sentAt = performance.now();
  assert.equal((await app.event(event)).status, 200);
  const answeredAt = performance.now();
  const { at } = await app.invited(id, 15_000);
  return { sinceSent: at - sentAt, sinceAnswered: at - answeredAt };
}

for (const mode of ['fastcgi', 'cgi'])
  test(`how long an invite takes, by ${mode}`, async (t) => {
    const app = await startAdmit({ t, mode });
    const cold = await delayOf(app, 40_000); // the worker is started for it
    const warm = [];
    for (let i = 1; i <= 30; i += 1) warm.push(await delayOf(app, 40_000 + i));
    await app.settled();
    measure(`${mode}, worker to be started, the invite at Telegram`,
      `${cold.sinceSent.toFixed(0)} ms after the event was sent, ${cold.sinceAnswered.toFixed(0)} ms after its 200`);
    measure(`${mode}, worker at work, after the event was sent`, shown(warm.map(({ sinceSent }) => sinceSent)));
    measure(`${mode}, worker at work, after its 200`, shown(warm.map(({ sinceAnswered }) => sinceAnswered)));
    assert.ok(median(warm.map(({ sinceAnswered }) => sinceAnswered)) < 500);
    assert.ok(cold.sinceAnswered < 5000);
  });

test('Telegram hangs 4 s: 20 webhooks are each answered in under a second, then each invite comes once', async (t) => {
  const app = await startAdmit({ t });
  const ids = Array.from({ length: 20 }, (_, i) => 30_000 + i);
  const events = [];
  for (const id of ids) events.push(await paidEvent(app, id));
  const calm = [];
  for (let i = 0; i < 20; i += 1) calm.push((await app.event(await paidEvent(app, 31_000 + i))).ms);
  await app.settled();
  app.telegram.setFault({ kind: 'hang', delayMs: 4000, next: 20 });
  const times = [];
  for (const event of events) {
    const res = await app.event(event);
    assert.equal(res.status, 200);
    assert.ok(res.ms < 1000, `${res.ms} ms`);
    times.push(res.ms);
  }
  await app.telegram.waitFor(({ fault }) => fault === 'hang');
  measure('webhook while Telegram is well', shown(calm));
  measure('webhook while Telegram hangs', shown(times));
  await app.settled(60_000);
  assert.deepEqual(ids.map((id) => app.arrived(id)), Array(20).fill(1));
});
