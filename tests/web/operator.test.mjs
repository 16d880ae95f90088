// The operator's commands on orders and buyers.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { OUT, person, startAdmit, until } from './harness.mjs';

const isPaid = (app, tgId) => app.sql(`SELECT is_paid FROM users WHERE tg_id = ${tgId}`)[0]?.[0];

test('granted, revoked, bought, refunded, exported, forgotten', async (t) => {
  const app = await startAdmit({ t });
  const ok = async (...args) => {
    const { status, stdout, stderr } = await app.admit(args);
    assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
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
  await ok('refund', order, '--yes');
  assert.equal(isPaid(app, 5), '0');
  assert.match(await ok('orders'), /stripe +refunded +9\.99 EUR/);
  const again = await app.admit(['refund', order, '--yes']);
  assert.deepEqual([again.status, /nothing left to refund/.test(again.stdout)], [1, true], 'that is no success');
  assert.equal(app.stripe.refunds.length, 1);
  const csv = (await ok('export')).trim().split('\n');
  assert.deepEqual([csv.length, csv[0].split(',').length], [3, 23]);
  const json = (await ok('export', '--json')).trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(json.map(({ tg_id: tgId, provider }) => [tgId, provider]), [[5, 'stripe'], [5, 'grant']]);
  await app.settled();
  writeFileSync(`${app.dir}/admit.db.before-upgrade-3`, 'of whom one must not forget');
  const forgot = await ok('forget', '5');
  if (existsSync(`${app.dir}/admit.db`)) assert.match(forgot, /They are still in .*\/admit\.db\.before-upgrade-3: delete that copy/);
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
  const part = await app.admit(['refund', order, '--amount', '40', '--yes']);
  assert.deepEqual([part.status, /Telegram sends a payment back whole/.test(part.stdout)], [1, true]);
  const { status, stdout } = await app.admit(['refund', order, '--yes']);
  assert.equal(status, 0, stdout);
  assert.deepEqual([isPaid(app, 7), app.telegram.stars.balance], ['0', 0]);
  assert.equal((await app.admit(['refund', order, '--yes'])).status, 1, 'it has been');
});

test('a refund is shown first, and sends nothing back where nobody says that it is meant', async (t) => {
  const app = await startAdmit({ t });
  const { id } = await app.buy(5);
  await app.settled();
  const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${id}'`);
  const asked = await app.admit(['refund', order]);
  assert.equal(asked.status, 3);
  assert.match(asked.stdout, /Telegram number 5: 9\.99 EUR of 9\.99 EUR goes back, by Stripe/);
  assert.match(asked.stdout, /nobody to ask here/);
  assert.equal(app.stripe.refunds.length, 0);
});

test('at a terminal a refund asks, and takes nothing but a yes for one', {
  skip: spawnSync('script', ['--version']).error && 'there is no script(1) to be a terminal',
}, async (t) => {
  const app = await startAdmit({ t });
  const { id } = await app.buy(5);
  await app.settled();
  const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${id}'`);
  const answer = (word, command = `refund ${order}`) => new Promise((done) => {
    const child = spawn('script', ['-qec', `${OUT}/bin/admit ${command}`, '/dev/null'], { env: { ...app.env, SHELL: '/bin/sh' }, timeout: 30_000 });
    let said = '', isAnswered = false;
    child.stdout.on('data', (data) => {
      said += data;
      if (!isAnswered && said.includes('[y/N]')) isAnswered = child.stdin.write(`${word}\n`);
    });
    child.on('close', (status) => done({ status, said }));
  });
  for (const word of ['', 'n', 'no']) {
    const { status, said } = await answer(word);
    assert.equal(status, 3, said);
    assert.match(said, /Nothing was sent back\./);
  }
  assert.equal(app.stripe.refunds.length, 0);
  const { status, said } = await answer('y');
  assert.equal(status, 0, said);
  assert.match(said, /The money goes back/);
  assert.equal(app.stripe.refunds.length, 1);
  const granted = (await answer('y', 'grant 6')).said;
  assert.match(granted, /Granted as order/);
  assert.doesNotMatch(granted, /ev=/, 'no line of the log among its own');
  assert.match((await app.admit(['grant', '7'])).stderr, /level=info .*ev=access_in/, 'a file of it has all');
});

test('a part goes back: once however often it is asked for, never more than is left', async (t) => {
  const app = await startAdmit({ t });
  const { id } = await app.buy(5);
  await app.settled();
  const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${id}'`);
  const part = (amount) => app.admit(['refund', order, '--amount', amount, '--yes']);
  for (const [amount, words] of [['10', /Only 9\.99 EUR is left/], ['0', /more than nothing/], ['5.005', /more decimals than EUR/], ['-5', /must be an amount/]]) {
    const { status, stdout } = await part(amount);
    assert.equal(status, 1, amount);
    assert.match(stdout, words);
  }
  assert.equal((await part('3,00')).status, 0);
  const again = await part('3.00');
  assert.equal(again.status, 1);
  assert.match(again.stdout, /Nothing more goes back/);
  assert.deepEqual(app.stripe.refunds.map(({ amount }) => amount), [300]);
  assert.equal(isPaid(app, 5), '1', 'a part ends nothing');
  assert.match((await part('7')).stdout, /Only 6\.99 EUR is left/);
  assert.equal((await part('6.99')).status, 0, 'the rest');
  assert.deepEqual(app.stripe.refunds.map(({ amount }) => amount), [300, 699]);
  assert.equal(isPaid(app, 5), '0');
  assert.equal((await part('1')).status, 1);
});

test('money that had gone back at Stripe or Telegram, of which nobody told, is recorded', async (t) => {
  const app = await startAdmit({ t, env: { SELL_WITH: 'both', STARS_AMOUNT: '100' } });
  const { id } = await app.buy(5);
  await app.settled();
  await app.stripe.refund(id); // and the event is lost
  await app.say(person(7), '/pay');
  const offer = app.telegram.messages(7).at(-1);
  await app.telegram.press(person(7), offer, offer.reply_markup.inline_keyboard.flat().find(({ callback_data: data }) => data?.startsWith('stars:')).callback_data);
  const { charge } = await app.telegram.payStars(person(7), await until(() => app.telegram.messages(7).find(({ invoice }) => invoice)));
  await until(() => isPaid(app, 7) === '1');
  const { source, ...paid } = app.telegram.stars.transactions.at(-1);
  app.telegram.stars.transactions.push({ ...paid, receiver: source });
  for (const [buyer, name] of [[5, id], [7, charge]]) {
    const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${name}'`);
    const { status, stdout } = await app.admit(['refund', order, '--yes']);
    assert.equal(status, 1);
    assert.match(stdout, /had gone back before; now that is recorded/);
    assert.equal(isPaid(app, buyer), '0');
    assert.match((await app.admit(['refund', order, '--yes'])).stdout, /nothing left/);
  }
});

test('called wrongly', async (t) => {
  const app = await startAdmit({ t });
  for (const args of [['grant'], ['grant', 'x'], ['grant', '-5'], ['grant', '5', 'a', 'b'], ['revoke'], ['refund'], ['refund', 'x'], ['refund', '1', '2'], ['refund', '1', '--amount'], ['refund', '1', '--often'], ['forget'], ['forget', '5', 'x'], ['orders', 'x'], ['export', '--xml']]) {
    const { status, stderr } = await app.admit(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /^admit \w+: .*\S\n?.*admit \w+ --help/s);
  }
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  for (const args of [['grant', '5', 'none'], ['refund', '99']]) assert.equal((await app.admit(args)).status, 1, args.join(' '));
});

test('granted for some days only', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  const { status, stdout } = await app.admit(['grant', '5', '--days', '30']);
  assert.equal(status, 0);
  assert.ok(stdout.includes(`until ${new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)} `), stdout);
  await app.invited(5);
  const [[untilMs]] = app.sql('SELECT until_ms FROM access WHERE tg_id = 5');
  assert.ok(Math.abs(Number(untilMs) - Date.now() - 30 * 86_400_000) < 60_000);
  for (const days of ['0', '-1', 'x', '99999', '']) assert.equal((await app.admit(['grant', '6', '--days', days])).status, 2, days);
});

test('what is put aside is counted by its kind, whichever that is', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  app.write(`INSERT INTO users (tg_id, created_ms) VALUES (5, 1);
    WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 60)
      INSERT INTO jobs (kind, promise, tg_id, error, due_ms, created_ms, parked_ms) SELECT i, hex(randomblob(9)), 5, 'no way', 1, 1, 1 FROM c`);
  const kinds = [...(await app.admit(['jobs', '--kind', 'what'])).stderr.matchAll(/"([^"]+)"/g)].map(([, kind]) => kind).slice(1);
  const { parked } = JSON.parse((await app.admit(['report', '--json'])).stdout);
  assert.deepEqual(parked.map(({ kind }) => kind).sort(), kinds.sort());
  assert.equal(parked.reduce((n, { promises }) => n + promises, 0), 60);
  assert.match((await app.admit(['report'])).stdout, /Put aside: see admit status\n {2}kind \| promises\n(.*\n)* {2}cancel \| 1\n {2}refund \| 1\n/);
});

test('what is too much for a list is said to be there', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  const some = (n) => `WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${n})`;
  const fill = (orders, others) => app.write(`INSERT INTO users (tg_id, created_ms) VALUES (5, 1) ON CONFLICT DO NOTHING;
    ${some(orders)} INSERT INTO orders (tg_id, product, provider, session_id, livemode, created_ms) SELECT 5, 'course', 'stripe', hex(randomblob(9)), 0, 1 FROM c;
    ${some(others)} INSERT INTO jobs (kind, promise, tg_id, error, due_ms, created_ms, parked_ms) SELECT 4, hex(randomblob(9)), 5, 'no way', 1, 1, 1 FROM c;
    ${some(others)} INSERT INTO members (tg_id, chat_id, state, seen_ms) SELECT 5, hex(randomblob(9)), 8, 1 FROM c;
    ${some(orders)} INSERT INTO unanswered (question, asked_ms) SELECT 'why ' || i, ${Date.now()} FROM c`);
  const ask = async (...args) => (await app.admit(args)).stdout;
  const lines = (text, of) => text.split('\n').filter((line) => of.test(line)).length;
  fill(50, 20);
  assert.equal(lines(await ask('orders', '5'), /stripe/), 50);
  for (const text of [await ask('orders'), await ask('status'), await ask('report')]) assert.doesNotMatch(text, /\bmore\b/);
  fill(1, 1);
  const [orders, status, report] = [await ask('orders', '5', '--limit', '50'), await ask('status'), await ask('report')];
  assert.deepEqual([lines(orders, /stripe/), lines(status, /no way/), lines(status, /could not be removed/), lines(report, /why \d+ \|/)], [50, 20, 20, 50]);
  assert.match(orders, /\nand 1 more: --limit 0 has them all\n$/);
  assert.equal(lines(await ask('orders', '5'), /stripe/), 51, 'a file gets them all');
  assert.equal(lines(status, /^ +and more$/), 2);
  assert.match(report, /\n {2}and more: --json has them all\n/);
  const read = async (...args) => JSON.parse(await ask(...args, '--json'));
  assert.equal((await read('report')).unanswered.length, 51, 'a program gets them all');
  assert.equal((await read('orders', '5')).orders.length, 51);
  const { parked_jobs: parked, stuck } = await read('status');
  assert.deepEqual([parked.length, stuck.length], [21, 21]);
});

test('a report: what was sold and came back, who is in, what was asked in vain', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  assert.match((await app.admit(['report'])).stdout, /Nothing was sold\..*Nobody is in\..*The coach was asked nothing/s);
  for (const id of [5, 6, 7]) await app.buy(id);
  await app.settled();
  const [[order]] = app.sql('SELECT id FROM orders WHERE tg_id = 6');
  assert.equal((await app.admit(['refund', order, '--yes'])).status, 0);
  await app.admit(['grant', '8']);
  await app.settled();
  app.write(`INSERT INTO unanswered (question, asked_ms) VALUES ('Де взяти\nсертифікат?', ${Date.now()});
    INSERT INTO links (link, tg_id, chat_id, made_ms, revoked_ms) VALUES ('a', 5, '-1001', ${Date.now()}, 1), ('b', 6, '-1001', ${Date.now()}, NULL), ('c', 7, '-1001', 1, NULL);
    INSERT INTO questions (tg_id, chat_id, message_id, outcome, asked_ms) VALUES (5, 5, 1, 3, ${Date.now()}), (5, 5, 2, 1, ${Date.now()})`);
  const { stdout } = await app.admit(['report', '--since', '2d']);
  for (const words of [/course \| stripe \| 3 \| 0 \| 29\.97 EUR \| 9\.99 EUR \| 0\.00 EUR \| 19\.98 EUR\n/, /course \| 3 \| 0/, /course \| refunded \| 1/, /-1001 \| 2 \| 1/, /answered \| 1/, /not in the lessons \| 1/, /Де взяти сертифікат\? \| \d{4}-\d\d-\d\d/]) assert.match(stdout, words);
  const report = JSON.parse((await app.admit(['report', '--json'])).stdout);
  assert.deepEqual(report.sales.find(({ provider }) => provider === 'stripe'), {
    product: 'course', provider: 'stripe', currency: 'eur', new: 3, renewed: 0, other: 0, taken_minor: 2997, tax_minor: 0,
    refunds: 1, refunded_minor: 999, disputes: 0, disputed_minor: 0, net_minor: 1998,
  });
  assert.deepEqual(report.sales.filter(({ provider }) => provider === 'grant'), [], 'what was granted is no sale');
  const today = (await app.admit(['report', '--by', 'day'], { TZ: 'UTC' })).stdout;
  assert.match(today, new RegExp(`${new Date().toISOString().slice(0, 10)} \\| course \\| stripe \\| 3 \\|`));
  assert.match((await app.admit(['report', '--by', 'month'])).stdout, / {2}\d{4}-\d\d \| course \| stripe \| 3 \|/);
  assert.equal(report.unanswered[0].question, 'Де взяти\nсертифікат?');
  for (const args of [['--since'], ['--since', 'x'], ['--xml'], ['--by'], ['--by', 'year']]) assert.equal((await app.admit(['report', ...args])).status, 2);
});
