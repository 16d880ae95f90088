// What the benchmark sends, at the programs themselves and, since all that is sent here is kept for them, before the
// vendors' own types (see types.test.mjs).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SHOP, startAdmit } from './harness.mjs';

const SALE = {
  EVENT: 'evt_1xIRF8B7bench62XTqDdCldP', SESSION: `cs_test_${'a1B2c3D4'.repeat(7)}Zz`, INTENT: 'pi_3xIRF8B7bench62X6q8erRwC',
  TG_ID: 7954464876, CREATED: Math.floor(Date.now() / 1000), EXPIRES: Math.floor(Date.now() / 1000) + 86_400, UPDATE: 700000001, MESSAGE: 17,
};
const filled = (name) => JSON.parse(readFileSync(new URL(`../bench/${name}.json`, import.meta.url), 'utf8').replace(/~(\w+)~/g, (_, hole) => SALE[hole]));

test("the benchmark's event makes an order, its update is answered with the way to pay", async (t) => {
  const app = await startAdmit({ t });
  const update = filled('update');
  const reply = await app.update(update);
  assert.equal(reply.status, 200);
  assert.match(reply.text, new RegExp(`/pay\\?tg_id=${SALE.TG_ID}`));

  const event = filled('event');
  assert.equal(event.data.object.metadata.shop, '1'); // the bench's own bot
  event.data.object.metadata.shop = SHOP;
  assert.equal((await app.event(event)).status, 200);
  assert.deepEqual(app.sql('SELECT tg_id, session_id, payment_intent, amount_minor FROM orders WHERE paid_ms IS NOT NULL'),
    [[String(SALE.TG_ID), SALE.SESSION, SALE.INTENT, '99900']]);
  await app.settled();
});
