// Access that ends by itself, and subscriptions at Stripe: who is in the channel as the periods go by.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { person, startAdmit, until } from './harness.mjs';

const CHANNEL = -1001234567890;
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;

const env = { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined };
const write = (app, statement) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', `${app.dir}/admit.db`, statement]);
const isIn = (app, tgId) => app.telegram.channels.inside(CHANNEL).includes(tgId);
const becomes = (app, tgId, want) => until(() => isIn(app, tgId) === want, 20_000, `${tgId} is ${want ? 'in' : 'out'}`);
const linkOf = (app, tgId) => app.telegram.messages(tgId).map(({ text }) => PERSONAL.exec(text)?.[0]).filter(Boolean).at(-1);

async function enter(app, tgId) {
  const link = await until(() => linkOf(app, tgId), 20_000, `a link for ${tgId}`);
  assert.equal(app.telegram.follow(person(tgId), link), 'asked');
  await becomes(app, tgId, true);
}

test('access that ends: removed at that moment, told once, and not before', async (t) => {
  const app = await startAdmit({ t, env });
  for (const tgId of [5, 6]) {
    assert.equal((await app.admit(['grant', String(tgId)])).status, 0);
    await enter(app, tgId);
  }
  await app.settled();
  const soon = Date.now() + 1500;
  write(app, `UPDATE orders SET until_ms = ${soon} WHERE tg_id = 5; UPDATE access SET until_ms = ${soon} WHERE tg_id = 5`);
  await app.admit(['work', '--once']); // knocks at the one that is home
  await becomes(app, 5, false);
  assert.ok(Date.now() >= soon, 'not before');
  await app.told(5, 'закінчився');
  await app.settled();
  assert.equal(app.telegram.messages(5).filter(({ text }) => /закінчився/.test(text)).length, 1);
  assert.ok(isIn(app, 6));
  assert.deepEqual(app.sql('SELECT is_in, why FROM access WHERE tg_id = 5'), [['0', 'ended']]);
});
