// `admit move`: the ledger goes to another database and back while buyers pay, its mover is killed again and again, and
// nothing is lost. On a PostgreSQL server (tests/postgres.sh) one of the two is there, else both are files.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ON_POSTGRES, makeLedger } from './ledger.mjs';
import { IS_SANITIZED, OUT, sleep, startAdmit, until } from './harness.mjs';

/** So many rows that a mover is not done before it is killed. */
const FILLED = IS_SANITIZED ? 3_000 : 15_000;
const KILLS = 5;
/** Buyers come faster than Telegram takes invites otherwise. */
const PAUSE_MS = 60;

const tables = (ledger) => ledger.sql(ON_POSTGRES && ledger.settings.DB_SCHEMA ?
  "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace" :
  "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
  .map(([name]) => name).filter((name) => !/^(ledger_|chunk_)/.test(name)).sort();

/** All that a ledger holds, in no engine's order. */
const held = (ledger) => Object.fromEntries(tables(ledger).map((table) => [table,
  ledger.sql(`SELECT * FROM ${table}`).map((row) => row.join('|')).sort()]));

const fill = (ledger) => ledger.write(`INSERT INTO inbox (source, id, type, at_ms) WITH RECURSIVE n (i) AS
  (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${FILLED}) SELECT 'old', CAST(i AS TEXT), 'x', 9000000000000 + i FROM n`);

/** Starts a move that may be killed. */
function mover(app, to, ...more) {
  const child = spawn(`${OUT}/bin/admit`, ['move', 'DATABASE_URL', to.settings.DATABASE_URL, ...more], {
    env: { ...app.env, ...to.settings, DATABASE_URL: app.env.DATABASE_URL, ...(app.env.DB_SCHEMA && { DB_SCHEMA: app.env.DB_SCHEMA }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', log: '' };
  child.stdout.on('data', (text) => { said.out += text; });
  child.stderr.on('data', (text) => { said.log += text; });
  const over = new Promise((done) => { child.once('close', (status, signal) => done({ status, signal, ...said })); });
  return { child, over };
}

/** Buyers who come one after the other until they are told to stop. */
function buyers(app) {
  const taken = [], refused = [];
  let stopped = false, next = 5000;
  const all = (async () => {
    while (!stopped) {
      const id = next += 1;
      const { status } = await app.request(`/pay?tg_id=${id}`).then(async (res) => {
        if (res.status !== 303) return { status: res.status };
        const event = await app.stripe.pay(app.sessionAt(res.headers.get('location')));
        return app.event(event);
      });
      (status === 200 ? taken : refused).push(id);
      await sleep(PAUSE_MS);
    }
  })();
  return { taken, refused, stop: async () => { stopped = true; await all; } };
}

async function moves(t, fromFile, toFile) {
  const app = await startAdmit({ t, resident: true, ...(fromFile && { ledger: fromFile }) });
  const to = makeLedger(`${app.dir}-new`, toFile && `../${app.dir.split('/').at(-1)}/${toFile}`);
  t.after(() => to.remove());
  await app.buy(4000);
  fill(app.ledger);

  const busy = buyers(app);
  let told, killed = 0;
  for (let n = 1; ; n += 1) {
    const { child, over } = mover(app, to, '--yes');
    if (n <= KILLS) {
      await sleep(40 * n); // a moment like any other: whenever it is, what follows must be so
      child.kill('SIGKILL');
    }
    told = await over;
    if (told.signal === null) break;
    killed += 1;
  }
  assert.ok(killed >= 2, `the mover was killed ${killed} times`);
  assert.equal(told.status, 0, told.out + told.log);
  assert.match(told.out, /is in .* now\.\n\nNext: set DATABASE_URL/);
  const heldMs = Number(/writers waited for (\d+) ms/.exec(told.out)?.[1]);
  assert.ok(heldMs < (IS_SANITIZED ? 5000 : 1000), `the last step: ${told.out}`);
  await until(() => busy.refused.length > 0, undefined, 'the old ledger refuses');
  await busy.stop();
  assert.ok(busy.taken.length > 0, 'somebody bought meanwhile');

  // The two are equal, and only the new one is a ledger.
  assert.deepEqual(held(to), held(app.ledger));
  const env = { ...to.settings, ...(to.settings.WORKER_FOLDER && { WORKER_FOLDER: app.dir }) };
  const old = await app.admit(['status']);
  assert.equal(old.status, 1);
  assert.match(old.stderr, /ledger_has_moved.*DATABASE_URL/);
  assert.equal((await app.buy(4001)).status, 503, 'who wants to pay is led to Stripe, which sends its event again');
  await app.stopWorker();

  // Who was told that all is well is in, and who was not is found.
  const paid = new Set(to.sql('SELECT tg_id FROM orders WHERE paid_ms IS NOT NULL').map(([id]) => Number(id)));
  assert.deepEqual(busy.taken.filter((id) => !paid.has(id)), [], 'nothing that was acknowledged is lost');
  const found = await app.admit(['reconcile', '--since', '1d'], env);
  assert.equal(found.status, 0, found.stdout + found.stderr);
  await until(async () => {
    assert.equal((await app.admit(['work', '--once'], env)).status, 0);
    return to.sql('SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL')[0][0] === '0';
  }, 20_000, 'all is kept');
  for (const id of [...busy.taken, ...busy.refused, 4001]) assert.ok(app.arrived(id) >= 1, `${id} has the invite`);
  // One that was started for the new ledger, and one that has just been and cannot be found yet.
  await until(async () => {
    await app.admit(['work', '--stop'], env);
    return app.processes('admit work').length === 0;
  }, 20_000, 'no worker of the new ledger');
}

describe('the ledger moves while buyers pay, and its mover is killed', () => {
  test('from a file', (t) => moves(t, 'admit.db', ON_POSTGRES ? undefined : 'new.db'));
  test('into a file', { skip: ON_POSTGRES ? false : 'as from one' }, (t) => moves(t, undefined, 'new.db'));
});

describe('admit move', () => {
  test('takes the last step only where somebody means it, and can be given up', async (t) => {
    const app = await startAdmit({ t, ledger: 'admit.db' });
    const to = makeLedger(app.dir, 'new.db');
    await app.buy(1);
    const first = await mover(app, to).over;
    assert.equal(first.status, 3);
    assert.match(first.out, /\d+ rows are copied, and each was compared.*\n.*--yes/);
    assert.equal((await app.buy(2)).status, 200, 'the shop goes on');
    assert.match((await app.admit(['status'], { DATABASE_URL: to.settings.DATABASE_URL })).stderr, /ledger_is_arriving/);
    assert.equal((await app.admit(['move', '--cancel', 'DATABASE_URL', '--yes'])).status, 0);
    assert.deepEqual(app.sql("SELECT name FROM sqlite_schema WHERE name LIKE 'ledger_%' OR type = 'trigger'"), []);
    const again = await mover(app, to, '--yes').over;
    assert.equal(again.status, 1);
    assert.match(again.out, /beginning of another move/);
  });

  test('refuses what is no way', async (t) => {
    const app = await startAdmit({ t, ledger: 'admit.db' });
    await app.buy(1);
    const told = async (...args) => {
      const { status, stdout } = await app.admit(['move', ...args]);
      return [status, stdout];
    };
    assert.deepEqual((await told())[0], 2);
    assert.deepEqual((await told('DATABASE_URL'))[0], 2);
    for (const [args, why] of [
      [['DATABASE_URL', 'DATABASE_URL', '--yes'], /holds a ledger already/],
      [['DATABASE_URL', 'new.db'], /TO must name a file by its full path/],
      [[`${app.dir}/none.db`, `${app.dir}/new.db`], /none\.db: No such file/],
      [['mysql://a', 'DATABASE_URL'], /FROM must name a file/],
    ]) {
      const [status, out] = await told(...args);
      assert.equal(status, 1, args.join(' '));
      assert.match(out, why);
    }
    assert.equal((await app.buy(2)).status, 200);
  });

  test('shows no password to who lists the processes', { skip: ON_POSTGRES ? false : 'a file has none' }, async (t) => {
    const app = await startAdmit({ t, ledger: 'admit.db' });
    const to = makeLedger(`${app.dir}-new`);
    t.after(() => to.remove());
    await app.buy(1);
    fill(app.ledger);
    const { child, over } = mover(app, to, '--yes');
    await until(() => !readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').includes(to.secrets[0]));
    assert.equal((await over).status, 0);
  });
});

describe('the first version\'s PostgreSQL', { skip: ON_POSTGRES ? false : 'there is none' }, () => {
  /** Its database, with people in a schema that it called so. */
  function first(t, app) {
    const server = makeLedger(`${app.dir}-first`);
    t.after(() => server.remove());
    server.write('CREATE SCHEMA course; CREATE TABLE course.users (tg_id BIGINT PRIMARY KEY, is_paid BOOLEAN NOT NULL DEFAULT FALSE,'
      + " stripe_session_id TEXT, created_at TIMESTAMPTZ DEFAULT now()); INSERT INTO course.users VALUES (101, TRUE, 'cs_test_first101'),"
      + " (102, FALSE, 'cs_test_first102'), (103, TRUE, NULL)");
    return server;
  }

  test('is imported as its file is', async (t) => {
    const app = await startAdmit({ t });
    const server = first(t, app), at = server.settings.DATABASE_URL;
    const shown = await app.admit(['import', at, '--schema', 'course']);
    assert.equal(shown.status, 3);
    assert.match(shown.stdout, / 2 people to let in\n +2 of them for good\n +1 have not paid/);
    assert.equal((await app.admit(['import', at, '--schema', 'course', '--yes'])).status, 0);
    assert.deepEqual(app.sql('SELECT tg_id, product, is_in FROM access ORDER BY tg_id'), [['101', 'course', '1'], ['103', 'course', '1']]);
    assert.deepEqual(app.sql('SELECT tg_id, provider, session_id FROM orders ORDER BY tg_id'),
      [['101', 'stripe', 'cs_test_first101'], ['103', 'grant', 'import/103/course']]);
    assert.match((await app.admit(['import', at, '--schema', 'course', '--yes'])).stdout, / 0 people to let in\n +2 are in this ledger already/);
    assert.equal(server.sql('SELECT COUNT(*) FROM pg_tables WHERE schemaname = \'course\'')[0][0], '1', 'nothing was made beside it');
  });

  test('is found by its schema alone, and is taken for no ledger', async (t) => {
    const app = await startAdmit({ t });
    const server = first(t, app), at = server.settings.DATABASE_URL;
    for (const [args, why] of [
      [[at], /has no table users .*--schema names what was DB_SCHEMA/],
      [[at, '--schema', 'none'], /is no database of the first version/],
      [[at, '--schema', 'a"b'], /must be of letters, digits/],
      [['postgresql://nobody@127.0.0.1:1/none'], /cannot be read/],
    ]) {
      const { status, stdout } = await app.admit(['import', ...args, '--yes']);
      assert.equal(status, 1);
      assert.match(stdout, why);
    }
    const there = { DATABASE_URL: at, DB_SCHEMA: 'course' };
    assert.match((await app.admit(['status'], there)).stderr, /database_is_not_ours.*admit import postgresql/);
    assert.equal(server.sql('SELECT COUNT(*) FROM pg_tables WHERE schemaname = \'course\'')[0][0], '1');
  });
});
