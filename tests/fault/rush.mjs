// A launch: thousands of invites with personal links are owed at once, and Telegram takes 30 messages a second and not
// one more.

import assert from 'node:assert/strict';
import { most } from '../sandbox/telegram-limits.mjs';
import { Rig, pause } from './rig.mjs';

const CHANNEL = -1001234567890;
const FIRST_BUYER = 7_000_000;
const PER_S = 30;

async function rush({ quick }) {
  const n = quick ? 120 : 3400;
  const rig = await Rig.start({
    telegram: { limits: true, latencyMs: 200 }, settings: { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined },
  });
  try {
    const front = await rig.serve('webhook');
    assert.equal((await front.send(rig.post((await rig.order(1)).event))).status, 200);
    await front.stop();
    await rig.drain();
    // As many payments as that one, in a moment.
    rig.sql(`WITH RECURSIVE n(id) AS (SELECT ${FIRST_BUYER} UNION ALL SELECT id + 1 FROM n WHERE id < ${FIRST_BUYER + n - 1})
        INSERT INTO users (tg_id, is_paid, created_ms) SELECT id, 1, 1 FROM n;
      INSERT INTO access (tg_id, product, is_in, why, decided_ms)
        SELECT users.tg_id, product, is_in, why, decided_ms FROM users, access WHERE users.tg_id >= ${FIRST_BUYER} AND access.tg_id = 1;
      INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late, lane)
        SELECT kind, 'rush/' || users.tg_id, users.tg_id, 'course', ${Date.now()}, ${Date.now()}, late, lane
        FROM users, jobs WHERE users.tg_id >= ${FIRST_BUYER} AND jobs.tg_id = 1 AND kind = 1;`);
    const worker = await rig.work({ args: ['--stay'] });
    const startedMs = Date.now();
    while (rig.owed() > 0) {
      assert.ok(Date.now() - startedMs < 30_000 + n * 1000 / PER_S * 1.3, `${rig.owed()} are still owed`);
      await pause(200);
    }
    await worker.stop();
    const ids = Array.from({ length: n }, (_, i) => FIRST_BUYER + i);
    assert.deepEqual(ids.filter((id) => rig.invites(id).length !== 1), [], 'each buyer has one invite');
    const at = rig.telegram.calls.filter(({ method, params }) => method === 'sendMessage' && params.chat_id >= FIRST_BUYER).map(({ atMs }) => atMs);
    const s = (Math.max(...at) - Math.min(...at)) / 1000;
    assert.deepEqual(rig.telegram.limits.refused, [], 'within the limits');
    assert.ok(most(at, 10_000) <= 10.5 * PER_S, `${most(at, 10_000)} in ten seconds`);
    if (!quick) assert.ok(s < n / PER_S * 1.15 + 2, `${s} s`); // a few, beside other tests, say nothing of the pace
    return { points: n, outcome: `0 lost, 0 twice, ${(n / s).toFixed(1)} a second, none refused by Telegram's limits` };
  } finally {
    await rig.close();
  }
}

export default [
  { name: 'a launch: invites with personal links owed at once', quick: 1, isLong: true, run: rush },
];
