// The operator's commands on orders and buyers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { person, startAdmit, until } from './harness.mjs';

const isPaid = (app, tgId) => app.sql(`SELECT is_paid FROM users WHERE tg_id = ${tgId}`)[0]?.[0];

test('granted, revoked, bought, refunded, exported, forgotten', async (t) => {
  const app = await startAdmit({ t });
  const ok = async (...args) => {
    const { status, stdout, stderr } = await app.admit(args);
    assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  assert.match(await ok('orders'), /There are no orders/);
  await ok('grant', '5');
  await app.invited(5);
  assert.equal(isPaid(app, 5), '1');
  await ok('revoke', '5');
  assert.equal(isPaid(app, 5), '0');
  await app.told(5, 'припинено адміністратором');
  assert.match((await app.admit(['revoke', '5'])).stdout, /nothing to revoke/);
  const { id } = await app.buy(5);
  assert.equal(isPaid(app, 5), '1', 'what is bought later counts');
  const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${id}'`);
  assert.match(await ok('orders', '5'), /course +grant +revoked/);
  assert.match(await ok('orders'), /stripe +paid +9\.99 EUR/);
  await app.settled();
  assert.match((await app.admit(['forget', '5'])).stdout, /Still in/);
  await ok('refund', order);
  assert.equal(isPaid(app, 5), '0');
  assert.match(await ok('orders'), /stripe +refunded +9\.99 EUR/);
  assert.match((await app.admit(['refund', order])).stdout, /The money goes back/, 'the same call is answered as before');
  assert.equal(app.stripe.refunds.length, 1);
  const csv = (await ok('export')).trim().split('\n');
  assert.deepEqual([csv.length, csv[0].split(',').length], [3, 15]);
  const json = (await ok('export', '--json')).trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(json.map(({ tg_id: tgId, provider }) => [tgId, provider]), [[5, 'stripe'], [5, 'grant']]);
  await app.settled();
  await ok('forget', '5');
  for (const table of ['users', 'orders', 'access', 'jobs']) assert.equal(app.sql(`SELECT COUNT(*) FROM ${table} WHERE tg_id = 5`)[0][0], '0', table);
  await ok('reconcile');
  assert.equal(isPaid(app, 5) ?? '0', '0', 'and nobody is let in by old news');
});

test('Stars are refunded through Telegram', async (t) => {
  const app = await startAdmit({ t, env: { SELL_WITH: 'stars', STARS_AMOUNT: '100' } });
  await app.say(person(7), '/pay');
  const { ok } = await app.telegram.payStars(person(7), app.telegram.messages(7).find(({ invoice }) => invoice));
  assert.equal(ok, true);
  await until(() => isPaid(app, 7) === '1');
  const [[order]] = app.sql('SELECT id FROM orders WHERE tg_id = 7');
  const { status, stdout } = await app.admit(['refund', order]);
  assert.equal(status, 0, stdout);
  assert.deepEqual([isPaid(app, 7), app.telegram.stars.balance], ['0', 0]);
  assert.equal((await app.admit(['refund', order])).status, 1, 'Telegram says it has been');
});

test('called wrongly', async (t) => {
  const app = await startAdmit({ t });
  for (const args of [['grant'], ['grant', 'x'], ['grant', '-5'], ['grant', '5', 'a', 'b'], ['revoke'], ['refund'], ['refund', 'x'], ['forget'], ['forget', '5', 'x'], ['orders', 'x'], ['export', '--xml']]) {
    const { status, stderr } = await app.admit(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /^usage: admit /);
  }
  for (const args of [['grant', '5', 'none'], ['refund', '99']]) assert.equal((await app.admit(args)).status, 1, args.join(' '));
});
