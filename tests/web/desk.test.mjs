// What an operator does at the desk: copies of the ledger, what waits, what was paid, buyers of the first version.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { IS_SANITIZED, OUT, PATIENCE_MS, admit, person, startAdmit, until } from './harness.mjs';
import { OF_A_FILE } from './ledger.mjs';
import { sqlite } from './sqlite.mjs';

const CHANNEL = -1001234567890;

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
/** Whether a process has the file open; one that has just ended its work may be closing it still. */
const isOpen = (file) => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).some((pid) => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
  } catch {
    return false; // gone, it or what it had open
  }
});

async function noWorker(app) {
  await app.admit(['work', '--stop']);
  await until(() => !isOpen(`${app.dir}/admit.db`), PATIENCE_MS, 'nobody has the ledger open');
}

async function atRest(app) {
  await app.settled();
  await app.stopServer();
  await noWorker(app);
}

describe('a copy of the ledger', OF_A_FILE, () => {
  test('is whole while buyers pay, is for its owner alone, and replaces nothing unasked', async (t) => {
    const app = await startAdmit({ t });
    const to = `${app.dir}/copy.db`, ok = succeeds(app);
    await app.buy(5);
    let done = false;
    const rush = (async () => { for (let id = 1000; !done; id += 1) await app.request(`/pay?tg_id=${id}`); })();
    const said = await ok('backup', to);
    done = true;
    await rush;
    assert.match(said, new RegExp(`copy\\.db: ${statSync(to).size} bytes, read again and sound, in \\d+\\.\\d{3} s`));
    assert.equal(statSync(to).mode & 0o777, 0o600);
    assert.equal(sqlite(to, 'PRAGMA integrity_check'), 'ok');
    assert.equal(sqlite(to, 'SELECT is_paid FROM users WHERE tg_id = 5'), '1');
    assert.deepEqual(readdirSync(app.dir).filter((name) => /^copy/.test(name)), ['copy.db'], 'one file, nothing beside it');
    const again = await runs(app)('backup', to);
    assert.equal(again.status, 1);
    assert.match(again.stdout, /there already.*--force/);
    await ok('grant', '6');
    await ok('backup', '--force', to);
    assert.equal(sqlite(to, 'SELECT is_paid FROM users WHERE tg_id = 6'), '1');
    const own = await runs(app)('backup', `${app.dir}/admit.db`, '--force');
    assert.deepEqual([own.status, /the ledger itself/.test(own.stdout)], [1, true]);
    const nowhere = await runs(app)('backup', `${app.dir}/none/copy.db`);
    assert.deepEqual([nowhere.status, /may not write there/.test(nowhere.stdout)], [1, true]);
  });

  test('is gone back to: what was there is kept beside it, and Stripe is asked for what is missing', async (t) => {
    const app = await startAdmit({ t });
    const copy = `${app.dir}/copy.db`, ledger = `${app.dir}/admit.db`;
    await app.buy(5);
    await app.settled();
    await succeeds(app)('backup', copy);
    await app.buy(6);
    await atRest(app);
    assert.match(await succeeds(app)('restore', copy), /kept in .*admit\.db\.before-restore-\d{4}-\d\d-\d\d\.\n.*admit reconcile --since \d+d/s);
    assert.deepEqual(app.sql('SELECT tg_id FROM users WHERE is_paid = 1'), [['5']]);
    const kept = readdirSync(app.dir).filter((name) => name.includes('before-restore'));
    assert.equal(kept.length, 1);
    assert.equal(statSync(`${app.dir}/${kept[0]}`).mode & 0o777, 0o600);
    assert.equal(sqlite(`${app.dir}/${kept[0]}`, 'SELECT COUNT(*) FROM users WHERE is_paid = 1'), '2');
    assert.match(await succeeds(app)('restore', copy, '--reconcile'), /events +\d+ looked at, 1 mended/);
    assert.deepEqual(app.sql('SELECT tg_id FROM users WHERE is_paid = 1 ORDER BY tg_id'), [['5'], ['6']], 'the payment after the copy is back');
    await app.noted('SELECT 1 FROM jobs WHERE kind = 1 AND tg_id = 6 AND done_ms IS NOT NULL'); // by the worker, which was woken
    await app.settled();
    await noWorker(app);
    assert.equal(readdirSync(app.dir).filter((name) => name.includes('before-restore')).length, 2, 'none that was kept is written over');
    // A ledger that is broken is put aside as it is.
    writeFileSync(ledger, 'nothing that anybody could read');
    assert.match(await succeeds(app)('restore', copy), /is put aside as it is.*\n.*admit\.db is what/);
    assert.deepEqual(app.sql('SELECT tg_id FROM users WHERE is_paid = 1'), [['5']]);
    // One that can be opened, and is broken further in: kept as well, whatever it is worth.
    const bytes = readFileSync(ledger);
    bytes.fill(0x5a, 4096, 4096 * 3);
    writeFileSync(ledger, bytes);
    for (const end of ['-wal', '-shm']) rmSync(`${ledger}${end}`, { force: true });
    await succeeds(app)('restore', copy);
    assert.equal(sqlite(ledger, 'PRAGMA integrity_check'), 'ok');
    assert.deepEqual(app.sql('SELECT tg_id FROM users WHERE is_paid = 1'), [['5']]);
    const names = readdirSync(app.dir).filter((name) => /before-restore-[\d-]+$/.test(name));
    assert.ok(names.some((name) => readFileSync(`${app.dir}/${name}`, 'latin1').startsWith('nothing')), names.join());
  });

  test('is gone back to when the ledger is lost, and no buyer notices', async (t) => {
    const app = await startAdmit({ t, env: { PAID_CHANNEL_LINK: undefined, PAID_CHANNEL_ID: String(CHANNEL) } });
    const copy = `${app.dir}/copy.db`, inside = () => app.telegram.channels.inside(CHANNEL);
    const linkOf = (id) => until(() => /https:\/\/t\.me\/\+[\w-]+/.exec(app.telegram.messages(id).map(({ text }) => text).join('\n'))?.[0]);
    const enters = async (id) => {
      assert.equal(app.telegram.follow(person(id), await linkFor(id)), 'asked');
      await until(() => inside().includes(id), PATIENCE_MS, `${id} is in`);
    };
    const linkFor = async (id) => { await app.buy(id); return linkOf(id); };
    await enters(5);
    await app.settled();
    await succeeds(app)('backup', copy);
    // After the copy: one came in, one has a link, one got the money back.
    await enters(6);
    const link = await linkFor(7);
    await enters(8);
    await app.event(await app.stripe.refund([...app.stripe.sessions.keys()].at(-1)));
    await until(() => !inside().includes(8), PATIENCE_MS, '8 is out');
    await app.settled();
    await atRest(app);
    for (const one of app.stripe.events) for (const what of [one, one.data.object]) what.created -= 3 * 3600; // all of it was this morning
    const heard = () => [5, 6, 8].map((id) => app.telegram.messages(id).length), before = heard();
    for (const end of ['', '-wal', '-shm']) rmSync(`${app.dir}/admit.db${end}`, { force: true });
    assert.match(await succeeds(app)('restore', copy, '--reconcile'), /events +\d+ looked at/);
    await app.noted('SELECT 1 FROM jobs WHERE kind = 1 AND tg_id = 7 AND done_ms IS NOT NULL');
    await app.settled();
    assert.deepEqual(heard(), before, 'who is in, or was sent away, hears nothing twice');
    assert.deepEqual(app.sql('SELECT tg_id, is_in FROM access ORDER BY tg_id'), [['5', '1'], ['6', '1'], ['7', '1'], ['8', '0']]);
    assert.deepEqual(inside(), [5, 6]);
    assert.equal(app.telegram.follow(person(7), link), 'asked', 'the link of before is good still');
    await app.noted('SELECT 1 FROM members WHERE tg_id = 7');
    await noWorker(app);
  });

  test('goes back to nothing that is none, and under nobody who has the ledger open', async (t) => {
    const app = await startAdmit({ t });
    const copy = `${app.dir}/copy.db`, run = runs(app);
    await app.buy(5);
    await app.settled();
    await succeeds(app)('backup', copy);
    const refused = async (pattern, file = copy) => {
      const before = app.sql('SELECT * FROM orders');
      const { status, stdout } = await run('restore', file);
      assert.deepEqual([status, pattern.test(stdout)], [1, true], stdout);
      assert.deepEqual(app.sql('SELECT * FROM orders'), before);
      assert.deepEqual(readdirSync(app.dir).filter((name) => /before-restore|partial/.test(name)), []);
    };
    await until(async () => /worker +at work/.test(await succeeds(app)('status')));
    await refused(/The worker is at work, process \d+: `admit work --stop`/);
    await app.admit(['work', '--stop']);
    await app.request('/pay?tg_id=7'); // there is a program that has it open, and promises nothing
    await refused(/Process \d+ \((pay|webhook|tgupdate)\.fcgi\) has the ledger open/);
    await app.stopServer();
    await app.admit(['work', '--stop']);
    const odd = (name, write) => { write(`${app.dir}/${name}`); return `${app.dir}/${name}`; };
    await refused(/is no database/, odd('text.db', (file) => writeFileSync(file, 'tg_id,product,until\n'.repeat(100))));
    await refused(/cannot be read/, `${app.dir}/none.db`);
    await refused(/is the ledger itself/, `${app.dir}/../${app.dir.split('/').at(-1)}/admit.db`);
    for (const args of [[], [copy, copy], [copy, '--force']]) assert.equal((await run('restore', ...args)).status, 2);
    await refused(/first version's database: `admit import`/, odd('app.db', first));
    await refused(/no ledger of Admit/, odd('other.db', (file) => sqlite(file, 'CREATE TABLE notes (text TEXT)')));
    await refused(/newer version of Admit \(999\)/, odd('newer.db', (file) => sqlite(copy, `VACUUM INTO '${file}'; ATTACH '${file}' AS n; PRAGMA n.user_version = 999`)));
    const newer = await admit(['status'], { ...app.env, DATABASE_URL: `sqlite:${app.dir}/newer.db` });
    assert.equal(newer.status, 1);
    assert.match(newer.stderr, /ev=database_is_newer .*a newer version of Admit wrote this ledger: install that one, or go back to the copy.*admit restore/);
    await refused(/is broken: /, odd('broken.db', (file) => {
      const bytes = readFileSync(copy);
      bytes.fill(0x5a, 4096, 4096 * 3);
      writeFileSync(file, bytes);
    }));
    await succeeds(app)('restore', copy);
  });
});

test('a ledger in PostgreSQL: its server\'s tools copy it, which is said, and a check knows that all programs call it', OF_A_FILE, async (t) => {
  const app = await startAdmit({ t });
  const copy = `${app.dir}/copy.db`;
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  await succeeds(app)('backup', copy);
  const env = { ...app.env, DATABASE_URL: 'postgresql://shop:wordpass@127.0.0.1:1/admit', WORKER_FOLDER: app.dir };
  for (const command of ['backup', 'restore']) {
    const { status, stdout, stderr } = await admit([command, copy], env);
    assert.equal(status, 1, command);
    assert.match(stdout, /postgresql:\/\/127\.0\.0\.1:1\/admit is a server's database: pg_dump copies it|this build does not have/, command);
    assert.doesNotMatch(stdout + stderr, /wordpass/);
  }
  const checked = await admit(['check'], env);
  assert.equal(checked.status, 1);
  assert.match(checked.stdout, /the ledger is a server's, so webhook and tgupdate can call out|this build does not have/);
  assert.doesNotMatch(checked.stdout + checked.stderr, /can call nobody|wordpass/);
});

describe('what waits', () => {
  test('is listed with the reason, tried again, given up', async (t) => {
    const app = await startAdmit({ t });
    const ok = succeeds(app), run = runs(app);
    assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
    assert.match(await ok('jobs'), /Nothing waits/);
    app.telegram.block(5);
    await app.buy(5);
    await app.noted('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL');
    const [[id]] = app.sql('SELECT id FROM jobs WHERE parked_ms IS NOT NULL');
    assert.match(await ok('jobs', '--parked'), new RegExp(`^ *id +kind +tg_id +state +due +attempts +error\\n *${id} +invite +5 +parked +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +\\d+ +\\S`));
    assert.match(await ok('jobs', '--kind', 'notice'), /Nothing waits/);
    const { jobs } = JSON.parse(await ok('jobs', '--json', '--kind', 'invite'));
    assert.deepEqual(jobs.map(({ id: number, kind, tg_id: tgId, state }) => [number, kind, tgId, state]), [[Number(id), 'invite', 5, 'parked']]);
    assert.equal((await run('jobs', '--kind', 'parcel')).status, 2);
    assert.equal((await run('jobs', 'retry', '9999')).status, 1);
    app.telegram.allow(5);
    assert.match(await ok('jobs', 'retry', id), /1 due now/);
    await app.invited(5);
    await app.settled();
    assert.match((await run('jobs', 'retry', 'all')).stdout, /Nothing is parked/);
    app.telegram.block(6);
    await app.buy(6);
    await app.noted('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL');
    const [[other]] = app.sql('SELECT id FROM jobs WHERE parked_ms IS NOT NULL');
    const unasked = await run('jobs', 'drop', other);
    assert.deepEqual([unasked.status, /Nothing was dropped.*--yes/.test(unasked.stdout)], [3, true]);
    assert.equal(app.sql('SELECT COUNT(*) FROM jobs WHERE parked_ms IS NOT NULL AND done_ms IS NULL')[0][0], '1');
    const dropped = await run('jobs', 'drop', other, '--yes');
    assert.equal(dropped.status, 0, dropped.text);
    assert.match(dropped.stderr, new RegExp(`ev=job_dropped job=${other} kind=invite tg_id=6 promise=invite/cs_`));
    assert.match(await ok('jobs'), /Nothing waits/);
    await ok('reconcile');
    assert.match(await ok('jobs'), /Nothing waits/, 'it is not promised anew');
  });

  test('retry of all makes due what is parked, and nothing else', async (t) => {
    const app = await startAdmit({ t });
    for (const id of [5, 6]) app.telegram.block(id);
    await app.buy(5);
    await app.buy(6);
    await app.noted('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL GROUP BY kind HAVING COUNT(*) = 2');
    for (const id of [5, 6]) app.telegram.allow(id);
    assert.match(await succeeds(app)('jobs', 'retry', 'all'), /2 due now/);
    await app.invited(5);
    await app.invited(6);
  });
});

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
  for (const name of [one.payment, one.payment.slice(3), one.payment.toUpperCase()])
    assert.deepEqual((await find('--find', name)).map(({ tg_id: tgId }) => tgId), [5], name);
  assert.deepEqual((await find('--find', '7')).map(({ tg_id: tgId }) => tgId), [], 'a number is found whole');
  assert.deepEqual((await find('--find', '77')).map(({ tg_id: tgId }) => tgId), [77]);
  assert.equal((await find('--since', '2026-03-02')).length, 2);
  assert.equal((await find('--since', '2026-03-03')).length, 1);
  assert.equal((await find('--since', '1d')).length, 1);
  assert.equal((await find('--product', 'course')).length, 2);
  assert.equal((await find('--product', 'club')).length, 0);
  assert.equal((await find('--limit', '1')).length, 1);
  assert.equal((await find('--status', 'renewal')).length, 0);
  assert.match(await ok('payments', '--limit', '1'), /\nand 1 more: --limit 0 has them all\n$/);
  for (const args of [['--since', 'yesterday'], ['--since', '2026-02-30'], ['--since'], ['--sort', 'x'], ['x']])
    assert.equal((await run('payments', ...args)).status, 2, args.join(' '));
  // At a terminal, whose lines are as wide as it is.
  const narrow = spawnSync('script', ['-qec', `stty cols 44; ${OUT}/bin/admit payments`, '/dev/null'], { env: { ...app.env, SHELL: '/bin/sh' }, encoding: 'utf8' });
  if (!narrow.error) {
    assert.equal(narrow.status, 0, narrow.stdout);
    assert.match(narrow.stdout, /payment +pi_/);
    for (const line of narrow.stdout.split(/\r?\n/)) assert.ok(line.length <= 44, line);
    const check = spawn('script', ['-qec', `${OUT}/bin/admit check --json 2> /dev/null`, '/dev/null'], { env: { ...app.env, SHELL: '/bin/sh' } });
    let text = '';
    check.stdout.on('data', (data) => { text += data; });
    await once(check, 'close');
    assert.ok(JSON.parse(text).checks.length > 5, 'a document alone, although somebody watches');
  }
});

test('each command that shows a table gives one JSON document instead', async (t) => {
  const app = await startAdmit({ t });
  app.telegram.block(6);
  await app.buy(5);
  await app.buy(6);
  await app.noted('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL');
  await app.settled();
  const read = async (...args) => JSON.parse(await succeeds(app)(...args, '--json'));
  const status = await read('status');
  assert.deepEqual([status.users, status.in, status.orders, status.paid, status.parked], [2, 2, 2, 2, 1]);
  assert.deepEqual(status.parked_jobs.map(({ kind, tg_id: tgId }) => [kind, tgId]), [['invite', 6]]);
  const { orders } = await read('orders');
  assert.deepEqual(orders.map(({ tg_id: tgId, state, amount_minor: minor, currency }) => [tgId, state, minor, currency]),
    [[6, 'paid', 999, 'eur'], [5, 'paid', 999, 'eur']]);
  assert.deepEqual((await read('orders', '5')).orders.map(({ tg_id: tgId }) => tgId), [5]);
  assert.equal((await read('payments')).payments.length, 2);
  assert.equal((await read('jobs')).jobs.length, 1);
  assert.equal((await read('report')).sales.length, 1);
  assert.deepEqual((await read('orders', '--find', orders[1].session.toUpperCase())).orders.map(({ tg_id: tgId }) => tgId), [5], 'by the name that Stripe gave');
  assert.equal((await read('orders', '--status', 'refunded')).orders.length, 0);
  const of = await read('export', '5');
  assert.deepEqual([of.you.map(({ tg_id: tgId }) => tgId), of.orders.length, of.access.map(({ product }) => product)], [[5], 1, ['course']], 'all that is kept of somebody');
  const { checks } = await read('check', '--settings').catch(() => ({ checks: [] }));
  assert.deepEqual(checks.filter(({ result }) => result === 'FAIL'), []);
  assert.match((await succeeds(app)('orders')).split('\n')[0], /^ *order +created +tg_id +product +provider +state +amount +until$/);
});

test('updates are asked for where nobody can post them: none is lost, none is taken twice, one asks at a time', async (t) => {
  const app = await startAdmit({ t });
  const poll = (...args) => {
    let said = '';
    const child = spawn(`${OUT}/bin/admit`, ['poll', ...args], { env: app.env, stdio: ['ignore', 'pipe', 'inherit'] });
    const over = once(child, 'close').then(([status]) => status);
    const asks = until(() => said.includes('is asked for updates') || child.exitCode !== null, PATIENCE_MS, 'it asks');
    child.stdout.on('data', (data) => { said += data; });
    t.after(() => child.kill('SIGKILL'));
    return { child, over, asks, said: () => said };
  };
  const answers = (id) => app.telegram.messages(id).length;
  const { url, secret } = app.telegram.webhook;
  const refused = await runs(app)('poll');
  assert.deepEqual([refused.status, refused.stdout.includes(`Telegram posts updates to ${url}`), /--remove-webhook/.test(refused.stdout)], [1, true, true]);
  assert.ok(app.telegram.webhook, 'it stays');
  app.telegram.webhook = null;
  await app.say(person(5), '/start'); // waits for whoever asks
  app.telegram.webhook = { url, secret };
  const first = poll('--remove-webhook');
  await first.asks;
  assert.equal(app.telegram.webhook, null);
  await until(() => answers(5) > 0, PATIENCE_MS, 'what waited is answered');
  await app.say(person(6), '/help');
  await until(() => answers(6) > 0, PATIENCE_MS, 'and what came since');
  const second = await runs(app)('poll');
  assert.deepEqual([second.status, /another `admit poll` asks already/.test(second.stdout)], [1, true]);
  first.child.kill('SIGINT');
  assert.equal(await first.over, 0, first.said());
  const seen = app.sql("SELECT COUNT(*) FROM inbox WHERE source = 'telegram'")[0][0];
  await app.settled();
  const before = [answers(5), answers(6)];
  // What Telegram was not told of yet it gives again.
  const again = poll();
  await again.asks;
  await app.say(person(7), '/start');
  await until(() => answers(7) > 0, PATIENCE_MS, 'it goes on');
  again.child.kill('SIGTERM');
  assert.equal(await again.over, 0);
  await app.settled();
  assert.deepEqual([answers(5), answers(6)], before);
  assert.equal(Number(app.sql("SELECT COUNT(*) FROM inbox WHERE source = 'telegram'")[0][0]), Number(seen) + 1);
});

describe('buyers from before', () => {
  test('of the first version come in without a second invite, once', async (t) => {
    let old;
    const app = await startAdmit({
      t, resident: true, env: { PAID_CHANNEL_LINK: undefined, PAID_CHANNEL_ID: String(CHANNEL), ADMIN_TG_IDS: '900' },
      prepare: (dir) => { old = `${dir}/old`; first(old); },
    });
    app.telegram.channels.setStatusUnseen(CHANNEL, person(101), 'member');
    const shown = await runs(app)('import', old);
    assert.equal(shown.status, 3);
    assert.match(shown.stdout, / 2 people to let in\n +2 of them for good\n +1 have not paid.*\nNothing was taken over.*--yes/);
    assert.deepEqual(app.sql('SELECT * FROM orders'), []);
    await succeeds(app)('import', old, '--yes');
    await app.settled();
    assert.deepEqual(app.sql('SELECT tg_id, product, is_in FROM access ORDER BY tg_id'), [['101', 'course', '1'], ['103', 'course', '1']]);
    assert.deepEqual(app.sql('SELECT tg_id, provider, session_id FROM orders ORDER BY tg_id'),
      [['101', 'stripe', 'cs_test_first101'], ['103', 'grant', 'import/103/course']]);
    assert.deepEqual(app.sql('SELECT DISTINCT late FROM jobs WHERE kind = 6'), [['7']], 'behind all that buyers wait for');
    assert.deepEqual(app.sql('SELECT tg_id, state FROM members ORDER BY tg_id'), [['101', '2'], ['103', '1']], 'Telegram was asked who is in');
    assert.equal(app.telegram.messages(101).length + app.telegram.messages(103).length + app.telegram.messages(900).length, 0, 'nobody is written to');
    assert.equal(app.telegram.calls.filter(({ method }) => method === 'createChatInviteLink').length, 0);
    const all = () => ['orders', 'access', 'users', 'jobs', 'members', 'payments'].map((table) => app.sql(`SELECT * FROM ${table}`));
    const before = all();
    assert.match(await succeeds(app)('import', old, '--yes'), / 0 people to let in\n +2 are in this ledger already/);
    assert.deepEqual(all(), before, 'a second time changes nothing');
    assert.equal(sqlite(old, 'PRAGMA journal_mode; SELECT COUNT(*) FROM users'), 'delete\n3', 'the old file is as it was');
    // Who is not in the channel asks for help and gets a link then.
    await app.say(person(103), '/help');
    await app.told(103, 'https://t.me/+');
    // The access ends like anybody's.
    await succeeds(app)('revoke', '101');
    await until(() => !app.telegram.channels.inside(CHANNEL).includes(101), undefined, '101 is out');
    await succeeds(app)('import', old, '--yes');
    assert.equal(app.sql('SELECT is_in FROM access WHERE tg_id = 101')[0][0], '0', 'what was taken away stays taken away');
  });

  test('on a list: with a product and an end each, all or none', async (t) => {
    const app = await startAdmit({ t });
    const list = `${app.dir}/list.csv`, ok = succeeds(app);
    const write = (...lines) => writeFileSync(list, `\u{FEFF}${lines.join('\r\n')}\r\n`);
    const later = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    write('tg_id,product,until', '201', '"202";"course";' + later, '203,,2020-01-01', '', '# none');
    const said = await ok('import', list, '--yes');
    assert.match(said, / 2 people to let in\n +1 of them for good\n +1 had access until a day that is over/);
    assert.deepEqual(app.sql("SELECT tg_id, until_ms IS NOT NULL FROM access ORDER BY tg_id"), [['201', '0'], ['202', '1']]);
    assert.match(await ok('orders', '202'), new RegExp(`paid +${later}\n`));
    write('x201', '204,club', '205,,2026-13-01', '206,,,more', '207');
    const { status, stdout } = await runs(app)('import', list, '--yes');
    assert.equal(status, 1);
    assert.match(stdout, /row 1: .*number.*\n.*row 2: .*product.*\n.*row 3: .*day.*\n.*row 4: .*more.*\n4 rows of .* are wrong\. Nothing was taken over/);
    assert.deepEqual(app.sql('SELECT tg_id FROM users WHERE tg_id = 207'), []);
    const other = await runs(app)('import', list, '--product', 'club', '--yes');
    assert.deepEqual([other.status, /no product "club"/.test(other.stdout)], [1, true]);
    for (const args of [[], [list, list], [list, '--all'], [list, '--product']]) assert.equal((await runs(app)('import', ...args)).status, 2, args.join(' '));
    for (const file of ['/nowhere/at/all', app.dir]) assert.equal((await runs(app)('import', file, '--yes')).status, 1);
    await app.settled();
    assert.equal(app.telegram.messages(201).length, 0);
  });

  test('a refund at Stripe ends what the first version sold', async (t) => {
    let old;
    const app = await startAdmit({ t, prepare: (dir) => { old = `${dir}/old`; first(old); } });
    const session = (await app.stripe.pay(await app.open(500))).data.object;
    sqlite(old, `INSERT INTO users VALUES (500, 1, '${session.id}', NULL)`);
    app.write('DELETE FROM orders'); // this ledger had not sold it
    await succeeds(app)('import', old, '--yes');
    assert.equal((await app.event(app.stripe.event('checkout.session.completed', session))).status, 200);
    assert.deepEqual(app.sql('SELECT tg_id, payments.amount_minor FROM payments JOIN orders ON orders.id = order_id'), [['500', '999']], 'and what was paid comes into the books');
    await app.settled();
    assert.equal(app.arrived(500), 0, 'no invite by that either');
    const [[order]] = app.sql('SELECT id FROM orders WHERE tg_id = 500');
    await succeeds(app)('refund', order, '--yes');
    assert.equal(app.sql('SELECT is_in FROM access WHERE tg_id = 500')[0][0], '0');
  });

  test('the first version\'s database as the ledger: told what to do, and left as it was', async (t) => {
    const app = await startAdmit({ t, ledger: 'app.db', prepare: (dir) => first(`${dir}/app.db`) });
    const bytes = readFileSync(`${app.dir}/app.db`);
    for (const args of [['status'], ['orders'], ['setup'], ['grant', '5'], ['import', `${app.dir}/app.db`, '--yes'], ['check'], ['check', '--settings']]) {
      const { status, text } = await runs(app)(...args);
      assert.equal(status, 1, args.join(' '));
      assert.match(text, /first version's database.*DATABASE_URL.*admit import|name another file in DATABASE_URL/is, args.join(' '));
    }
    assert.ok((await app.request('/health')).status >= 500);
    assert.match(app.log(), /ev=database_is_not_ours .*admit import/);
    assert.deepEqual(readFileSync(`${app.dir}/app.db`), bytes);
    for (const name of ['app.db-wal', 'app.db-journal']) assert.ok(!existsSync(`${app.dir}/${name}`), name);
  });

  test('make run refuses such a ledger before anything starts', async (t) => {
    const app = await startAdmit({ t, prepare: (dir) => first(`${dir}/app.db`) });
    const child = spawn('sh', ['tools/run.sh', OUT], {
      cwd: new URL('../..', import.meta.url), env: { ...app.env, DATABASE_URL: undefined, DB_PATH: `${app.dir}/app.db`, PORT: '0', TMPDIR: app.dir }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { said += data; });
    const [status] = await once(child, 'close');
    assert.equal(status, 1, said);
    assert.match(said, /FAIL +ledger.*first version's database.*admit import/s);
  });
});

test('a command that is mistyped is named with the one that was meant', async () => {
  for (const [typed, meant] of [['stauts', 'status'], ['order', 'orders'], ['Jobs', 'jobs'], ['reconcil', 'reconcile']]) {
    const { status, stdout, stderr } = await admit([typed], {});
    assert.deepEqual([status, stdout, stderr], [2, '', `admit: there is no command "${typed}". Is it "${meant}"?; \`admit help\` lists them\n`]);
  }
  const { status, stderr } = await admit(['xyzzy'], {});
  assert.deepEqual([status, stderr], [2, 'admit: there is no command "xyzzy"; `admit help` lists them\n']);
});

describe('the command line', () => {
  const table = async () => (await admit(['help', '--table'], {})).stdout.replace(/\n$/, '').split('\n').map((line) => line.split('\t'));
  const commands = async () => [...new Set((await table()).map(([name]) => name))].filter((name) => name !== 'version');

  test('each command explains itself and names its options', async () => {
    const rows = await table();
    assert.ok(rows.length > 80);
    // To the sanitizers the words of one are like another's.
    await Promise.all((await commands()).filter((_, i) => !IS_SANITIZED || i % 4 === 0).map(async (name) => {
      const { status, stdout, stderr } = await admit([...name.split(' '), '--help'], {});
      assert.deepEqual([status, stderr], [0, ''], name);
      assert.ok(stdout.startsWith(`Usage: admit ${name} [OPTION...]`), stdout);
      assert.match(stdout, /Exit status: 0 done; 1 .*; 2 .*; 3 .*; 71 /s);
      for (const [, option] of rows.filter(([of, option]) => of === name && option)) assert.ok(stdout.includes(` ${option}`), `${name}: ${option}`);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    }));
    assert.match((await admit(['jobs', 'retry', '--usage'], {})).stdout, /^Usage: admit jobs retry .*--yes.* ID\|all/s);
    assert.equal((await admit(['help', 'jobs', 'retry'], {})).stdout, (await admit(['jobs', 'retry', '--help'], {})).stdout);
    for (const line of (await admit(['help'], {})).stdout.split('\n\n')[1].split('\n')) assert.ok(line.length <= 80, line);
  });

  test('what is mistyped further on is named with what was meant', async () => {
    const said = async (...args) => {
      const { status, stdout, stderr } = await admit(args, {});
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      return stderr.split('\n')[0];
    };
    for (const [args, want] of [
      [['jobs', '--praked'], 'admit jobs: there is no option "--praked"; is it "--parked"?'],
      [['jobs', '--xyzzy'], 'admit jobs: there is no option "--xyzzy".'],
      [['jobs', 'rtry', '5'], 'admit jobs: there is no "rtry"; is it "retry"?'],
      [['lessons'], 'admit lessons: which?'],
      [['operator', 'add', '5', '--role', 'king'], 'admit operator add: --role is one of owner|support|viewer, not "king".'],
      [['setup', 'strip'], 'admit setup: "strip" is none of stripe|telegram|operator|channel.'],
      [['grant'], 'admit grant: TG_ID is missing.'],
      [['status', 'now'], 'admit status: one word too many; it takes none.'],
    ]) assert.equal(await said(...args), want);
  });

  test('what changes anything asks first: where nobody can answer it is not done, and says so', OF_A_FILE, async (t) => {
    const app = await startAdmit({ t });
    const copy = `${app.dir}/copy.db`;
    await app.buy(5);
    await app.settled();
    await succeeds(app)('backup', copy);
    await atRest(app);
    const all = () => ['orders', 'access', 'users', 'jobs', 'operators', 'audit'].map((name) => app.sql(`SELECT * FROM ${name}`));
    const before = all();
    const [[order]] = app.sql('SELECT id FROM orders');
    writeFileSync(`${app.dir}/list.csv`, '201\n');
    for (const args of [['grant', '6'], ['revoke', '5'], ['refund', order], ['forget', '5'], ['operator', 'add', '9'], ['operator', 'remove', '9'], ['restore', copy],
      ['lessons', 'remove', 'all'], ['import', `${app.dir}/list.csv`]]) {
      const { status, stdout } = await admit(args, app.env);
      assert.deepEqual([status, /there is nobody to ask here\. --yes says that it is meant/.test(stdout)], [3, true], `${args.join(' ')}: ${stdout}`);
    }
    assert.deepEqual(all(), before);
    // Each command that has --yes is among them, here or where it is told of.
    const asking = (await table()).filter(([, option]) => option === '--yes').map(([name]) => name);
    assert.deepEqual(asking, ['jobs retry', 'jobs drop', 'grant', 'revoke', 'refund', 'restore', 'move', 'import', 'operator add', 'operator remove', 'broadcast start', 'broadcast pause', 'broadcast resume', 'broadcast stop', 'lessons remove', 'product rename', 'forget']);
  });

  test('a shell completes each command, each option, and what belongs to it', async () => {
    const rows = (await table()).filter((_, i) => !IS_SANITIZED || i % 10 === 0); // what is tried is the shell's work
    const script = `. <(${OUT}/bin/admit help --completion bash)
      try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _admit; echo "\${COMPREPLY[*]}"; }
      ${rows.map(([name, option]) => `try admit ${name} ${option || "''"}`).join('\n')}
      try admit ''; try admit jobs ''; try admit operator add 5 --role ''; try admit operator add --role = vi; try admit backup ./Make`;
    const bash = spawnSync('bash', ['-c', script], { cwd: new URL('../..', import.meta.url), encoding: 'utf8' });
    assert.deepEqual([bash.status, bash.stderr], [0, '']);
    const said = bash.stdout.trimEnd().split('\n');
    rows.forEach(([name, option], i) => { if (option) assert.ok(said[i].split(' ').includes(option), `${name} ${option}: ${said[i]}`); });
    const [first, jobs, role, viewer, file] = said.slice(rows.length);
    assert.deepEqual(new Set(first.split(' ')), new Set((await table()).map(([name]) => name.split(' ')[0])));
    assert.deepEqual([jobs, role, viewer, file], ['retry drop', 'owner support viewer', 'viewer', './Makefile']);
    for (const shell of ['zsh', 'fish']) {
      const text = (await admit(['help', '--completion', shell], {})).stdout;
      for (const [, option] of rows) assert.ok(text.includes(option.slice(2)), `${shell}: ${option}`);
      const parsed = spawnSync('bash', ['-c', `! command -v ${shell} > /dev/null || ${shell} -n <(${OUT}/bin/admit help --completion ${shell})`], { encoding: 'utf8' });
      assert.deepEqual([parsed.status, parsed.stderr], [0, ''], shell);
    }
  });
});
