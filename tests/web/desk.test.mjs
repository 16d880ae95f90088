// What an operator does at the desk: copies of the ledger, what waits, what was paid, buyers of the first version.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { OUT, admit, person, startAdmit, until } from './harness.mjs';

const CHANNEL = -1001234567890;
const sqlite = (file, sql) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', file, sql], { encoding: 'utf8' }).trim();

/** The database of the first version, as its own program left it. */
function first(file, rows = '') {
  sqlite(file, `CREATE TABLE users (tg_id INTEGER PRIMARY KEY, is_paid BOOLEAN DEFAULT 0, stripe_session_id TEXT, created_at TEXT);
    INSERT INTO users VALUES (101, 1, 'cs_test_first101', '2024-05-01 10:00:00'), (102, 0, 'cs_test_first102', '2024-05-02 10:00:00'),
    (103, 1, NULL, NULL)${rows};`);
}

const runs = (app) => async (...args) => {
  const { status, stdout, stderr } = await app.admit(args);
  return { status, stdout, stderr, text: stdout + stderr };
};
const succeeds = (app) => async (...args) => {
  const { status, stdout, stderr } = await app.admit(args);
  assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
};

/** A ledger that nobody has open: the server and the worker have ended. */
async function atRest(app) {
  await app.settled();
  await app.stopServer();
  await app.admit(['work', '--stop']);
}

test('payments: a table for a person, a document for a program', async (t) => {
  const app = await startAdmit({ t, env: { TZ: 'Asia/Tokyo' } });
  const ok = succeeds(app), run = runs(app);
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  assert.match(await ok('payments'), /There are no such payments/);
  assert.deepEqual(JSON.parse(await ok('payments', '--json')), { payments: [] });
  const { id } = await app.buy(5);
  await app.buy(77);
  const at = Date.parse('2026-03-01T23:30:00Z');
  app.write(`UPDATE payments SET paid_ms = ${at} WHERE order_id = (SELECT id FROM orders WHERE tg_id = 5)`);
  const lines = (await ok('payments')).trim().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[0], /^paid +order +tg_id +product +provider +kind +amount +payment/);
  assert.match(lines[2], /^2026-03-02 08:30 +\d+ +5 +course +stripe +first +9\.99 EUR +pi_/, 'by the clock on the wall');
  const find = async (...args) => JSON.parse(await ok('payments', '--json', ...args)).payments;
  const [one] = await find('--find', id);
  assert.deepEqual([one.tg_id, one.paid_ms, one.amount_minor, one.currency, one.kind], [5, at, 999, 'eur', 'first']);
  assert.deepEqual((await find('--find', one.payment)).map(({ tg_id: tgId }) => tgId), [5]);
  assert.deepEqual((await find('--find', '7')).map(({ tg_id: tgId }) => tgId), [], 'a number is found whole');
  assert.deepEqual((await find('--find', '77')).map(({ tg_id: tgId }) => tgId), [77]);
  assert.equal((await find('--since', '2026-03-02')).length, 2);
  assert.equal((await find('--since', '2026-03-03')).length, 1);
  assert.equal((await find('--since', '1d')).length, 1);
  assert.equal((await find('--product', 'course')).length, 2);
  assert.equal((await find('--product', 'club')).length, 0);
  for (const args of [['--since', 'yesterday'], ['--since', '2026-02-30'], ['--since'], ['--sort', 'x'], ['x']])
    assert.equal((await run('payments', ...args)).status, 2, args.join(' '));
});
