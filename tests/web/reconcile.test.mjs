// What never came is asked for: reconciliation by hand and by the worker's own clock.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { test } from 'node:test';
import { keep } from '../fault/table.mjs';
import { PATIENCE_MS, ended, LINK, OUT, startAdmit, until } from './harness.mjs';
import { OF_A_FILE } from './ledger.mjs';

const ADMIN = 900;

const isPaid = (app, tgId) => app.sql(`SELECT is_paid FROM users WHERE tg_id = ${tgId}`)[0]?.[0];
const lists = (app) => app.stripe.requests.filter(({ method, path }) => method === 'GET' && !/sessions\/cs_/.test(path));

/** What the buyer and the bank do while no event arrives: the session's id. */
async function silently(app, tgId, ...then) {
  const id = await app.open(tgId);
  await app.stripe.pay(id);
  for (const act of then) await act(id);
  return id;
}

/** A shop on whose Stripe account another application sells as well. */
async function foreign(app) {
  const session = app.stripe.create({ mode: 'payment', line_items: [{ price_data: { unit_amount: '500', currency: 'eur' }, quantity: '1' }] });
  await app.stripe.pay(session.id);
  await app.stripe.refund(session.id, 100);
  await app.stripe.dispute(session.id);
  return session;
}

const mended = ({ stdout }) => Object.fromEntries([...stdout.matchAll(/^(\w+) +(\d+) looked at, (\d+) mended$/gm)]
  .map(([, name, seen, n]) => [name, [Number(seen), Number(n)]]));

test('no event ever came: one run mends all, a second one nothing', async (t) => {
  const app = await startAdmit({ t });
  const stripe = app.stripe;
  for (let tgId = 101; tgId <= 125; tgId += 1) await silently(app, tgId); // more than a page
  await silently(app, 201, (id) => stripe.refund(id));
  await silently(app, 202, (id) => stripe.refund(id, 300));
  await silently(app, 203, (id) => stripe.refund(id, 300), (id) => stripe.refund(id, 699));
  await silently(app, 204, (id) => stripe.refund(id), (id) => stripe.refundFailed(id));
  await silently(app, 205, (id) => stripe.dispute(id));
  await silently(app, 206, (id) => stripe.dispute(id), (id) => stripe.closeDispute(id, 'won'));
  await silently(app, 207, (id) => stripe.dispute(id), (id) => stripe.closeDispute(id, 'lost'));
  const waiting = await app.open(208);
  await stripe.payAsync(waiting);
  const failed = await app.open(209);
  await stripe.payAsync(failed);
  await stripe.asyncFailed(failed);
  await app.open(210); // nobody pays
  const other = await foreign(app);

  const first = await app.admit(['reconcile']);
  assert.equal(first.status, 0, first.stdout);
  const ends = { 201: '0', 202: '1', 203: '0', 204: '1', 205: '0', 206: '1', 207: '0', 208: '0', 209: '0', 210: undefined };
  for (const [tgId, end] of Object.entries(ends)) assert.equal(isPaid(app, tgId) ?? '0', end ?? '0', `buyer ${tgId}`);
  for (let tgId = 101; tgId <= 125; tgId += 1) assert.equal(isPaid(app, tgId), '1');
  assert.match(first.stdout, /The worker does what follows/);
  assert.ok(mended(first).events[1] >= 30, first.stdout);
  assert.equal(app.sql(`SELECT * FROM orders WHERE session_id = '${other.id}'`).length, 0, 'another application is left alone');

  const pages = lists(app).filter(({ path }) => path === '/v1/events');
  assert.ok(pages.length > 2 && pages.slice(1).every(({ query }) => query.starting_after), 'page by page');
  await app.invited(101);
  await app.settled(60_000);
  const messages = () => app.telegram.calls.filter(({ method }) => method === 'sendMessage').length;
  const sent = messages();
  const second = await app.admit(['reconcile']);
  assert.match(second.stdout, /Nothing was missing/);
  for (const [, n] of Object.values(mended(second))) assert.equal(n, 0);
  await app.settled();
  assert.equal(messages(), sent, 'and nobody is told anything twice');
});

test('a ledger restored from a copy: what the copy does not know is asked for', OF_A_FILE, async (t) => {
  const app = await startAdmit({ t });
  const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const [known, forgotten, refunded] = [numbers(1, 10), numbers(11, 30), numbers(31, 35)];
  for (const tgId of known) await app.buy(tgId);
  for (const tgId of known) await app.invited(tgId);
  await app.settled();
  await app.admit(['work', '--stop']);
  execFileSync('sqlite3', [`${app.dir}/admit.db`, `.backup ${app.dir}/copy.db`]);
  const sessions = new Map();
  for (const tgId of [...forgotten, ...refunded]) sessions.set(tgId, (await app.buy(tgId)).id); // answered: Stripe will not send it again
  for (const tgId of forgotten) await app.invited(tgId);
  for (const tgId of refunded) assert.equal((await app.event(await app.stripe.refund(sessions.get(tgId)))).status, 200);
  await app.settled();
  await app.admit(['work', '--stop']);
  execFileSync('sqlite3', [`${app.dir}/admit.db`, `.restore ${app.dir}/copy.db`]);
  for (const tgId of forgotten) assert.equal(isPaid(app, tgId), undefined, 'forgotten');
  const from = app.telegram.calls.length;
  const { status, stdout } = await app.admit(['reconcile', '--since', '1d']);
  assert.equal(status, 0, stdout);
  for (const tgId of [...known, ...forgotten, ...refunded]) assert.equal(isPaid(app, tgId), refunded.includes(tgId) ? '0' : '1', `buyer ${tgId}`);
  for (const tgId of forgotten) {
    assert.equal(app.sql(`SELECT tg_id FROM orders WHERE session_id = '${sessions.get(tgId)}'`)[0][0], String(tgId));
    await app.invited(tgId, PATIENCE_MS, from);
  }
  await app.settled();
  assert.equal(app.telegram.calls.slice(from).filter(({ params }) => known.includes(params.chat_id)).length, 0, 'who was invited is not told again');
  assert.match((await app.admit(['reconcile'])).stdout, /Nothing was missing/);
  keep('restore', [{
    name: 'a ledger restored from a copy, then admit reconcile', points: known.length + sessions.size,
    outcome: `${forgotten.length} buyers and ${refunded.length} refunds that the copy did not know found again, ${known.length} known buyers not told a second time`,
  }]);
});

test('cut off in the middle and begun anew', async (t) => {
  const app = await startAdmit({ t });
  for (let tgId = 1; tgId <= 45; tgId += 1) await silently(app, tgId);
  app.stripe.latencyMs = 150;
  const child = spawn(`${OUT}/bin/admit`, ['reconcile'], { env: app.env, stdio: 'ignore', ...app.ids });
  await until(() => lists(app).length === 2, PATIENCE_MS, 'the second page is asked for');
  child.kill('SIGKILL');
  await ended(child);
  app.stripe.latencyMs = 0;
  const some = Number(app.sql('SELECT COUNT(*) FROM users WHERE is_paid = 1')[0][0]);
  assert.ok(some > 0 && some < 45, `${some} of 45`);
  assert.equal((await app.admit(['reconcile'])).status, 0);
  assert.equal(app.sql('SELECT COUNT(*) FROM users WHERE is_paid = 1')[0][0], '45');
  assert.match((await app.admit(['reconcile'])).stdout, /Nothing was missing/);
  assert.equal(app.sql("SELECT COUNT(*) FROM jobs WHERE promise LIKE 'invite/%'")[0][0], '45', 'each is promised once');
});

test('Stripe asks to wait, fails, refuses', async (t) => {
  const app = await startAdmit({ t });
  await silently(app, 1);
  app.stripe.setFault({ kind: 'status', status: 429, retryAfter: 1, only: /v1\/events/, next: 1 });
  const from = Date.now();
  const patient = await app.admit(['reconcile']);
  assert.equal(patient.status, 0, patient.stdout);
  assert.ok(Date.now() - from >= 1000, 'it waited as long as it was told');
  assert.equal(isPaid(app, 1), '1');
  await silently(app, 2);
  app.stripe.setFault({ kind: 'status', status: 403, only: /v1\/(events|disputes)/, next: Infinity });
  const barred = await app.admit(['reconcile']);
  assert.equal(barred.status, 1);
  assert.match(barred.stdout, /FAIL +events +the key may not read them/);
  assert.equal(isPaid(app, 2), '1', 'the list of payments alone is enough');
});

test('what was told is forgotten after 40 days, and a long look back tells nobody anything again', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN) } });
  const ids = [];
  for (let tgId = 1; tgId <= 3; tgId += 1) ids.push((await app.buy(tgId)).id);
  for (let tgId = 1; tgId <= 3; tgId += 1) await app.invited(tgId);
  await app.event(await app.stripe.refund(ids[1], 100));
  await app.event(await app.stripe.dispute(ids[2]));
  await app.event(await app.stripe.payAsync(await app.open(4)));
  await app.told(4, 'обробляє');
  await app.settled(60_000);
  const old = Math.floor(Date.now() / 1000) - 45 * 86_400;
  for (const list of [app.stripe.events, app.stripe.refunds, app.stripe.disputes, [...app.stripe.sessions.values()]]) for (const one of list) one.created = old;
  for (const { data: { object } } of app.stripe.events) object.created = old;
  app.write('DELETE FROM jobs; DELETE FROM inbox; DELETE FROM orders WHERE tg_id = 4');
  const messages = () => app.telegram.calls.filter(({ method }) => method === 'sendMessage').length;
  const from = messages();
  const { status, stdout } = await app.admit(['reconcile', '--since', '60d']);
  assert.equal(status, 0, stdout);
  await app.settled(60_000);
  assert.deepEqual(app.sql('SELECT promise FROM jobs'), []);
  assert.equal(messages(), from, 'nobody');
});

test('a key that may not read: each right is named, to the operators and to who runs the command', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN) } });
  await app.begin();
  await app.admit(['work', '--once']);
  for (const name of ['events', 'refunds', 'disputes']) app.stripe.forbidden.add(name);
  const { status, stdout } = await app.admit(['reconcile']);
  assert.equal(status, 1);
  for (const name of ['Events', 'Charges and Refunds', 'Disputes']) assert.ok(stdout.includes(`needs ${name}: read`), stdout);
  app.write("UPDATE marks SET value = value - 8000000 WHERE key = 'reconcile_ms'");
  await app.admit(['work', '--once']);
  for (const name of ['Events', 'Charges and Refunds', 'Disputes']) await app.told(ADMIN, name);
});

test('called wrongly', async (t) => {
  const app = await startAdmit({ t });
  for (const args of [['--since'], ['--since', '0d'], ['--since', '3'], ['--since', '-1d'], ['x'], ['--since', '3d', 'x'], ['--since', '999999d'], ['--sinc', '1d']]) {
    const { status, stderr } = await app.admit(['reconcile', ...args]);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /^admit reconcile: .*admit reconcile --help/s);
  }
});

test('the worker asks by itself when it is due, and tells of silence', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN) } });
  await app.admit(['work', '--once']);
  assert.equal(lists(app).length, 0, 'a new ledger has missed nothing');
  await silently(app, 1);
  await foreign(app);
  await app.admit(['work', '--once']);
  assert.equal(lists(app).length, 0, 'it is not due');
  for (const event of app.stripe.events) event.created -= 600; // they have had their time
  app.write("UPDATE marks SET value = value - 660000 WHERE key = 'reconcile_ms'");
  await app.admit(['work', '--once']);
  assert.deepEqual(lists(app).map(({ path, query }) => [path, query.delivery_success]), [['/v1/events', 'false']], 'a small one');
  assert.equal(isPaid(app, 1), '1');
  await app.settled();
  await app.told(1, LINK);
  const { params } = await app.told(ADMIN, 'не дійшли: 1');
  assert.ok(params.text.includes(`${app.base}/webhook`));
  await app.admit(['work', '--once']);
  assert.equal(lists(app).length, 1, 'it is not due again');
  app.write("UPDATE marks SET value = value - 8000000 WHERE key = 'reconcile_ms'");
  await app.admit(['work', '--once']);
  assert.deepEqual([...new Set(lists(app).slice(1).map(({ path }) => path))], ['/v1/events', '/v1/checkout/sessions', '/v1/refunds', '/v1/disputes'], 'after a long silence all of it');
  assert.equal(app.telegram.calls.filter(({ params: { chat_id: to, text } }) => to === ADMIN && /не дійшли/.test(text)).length, 1, 'told once');
});

test('an event that names no object to read: the operators hear of it, and the next run reads all', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN) } });
  await app.begin();
  await app.admit(['work', '--once']);
  const id = await silently(app, 1);
  app.write("UPDATE marks SET value = value - 660000 WHERE key = 'reconcile_ms'"); // a small run would be due
  const thin = app.stripe.thin(app.stripe.events.at(-1));
  thin.related_object.url = `https://example.com/v1/checkout/sessions/${id}`;
  assert.equal((await app.event(thin)).status, 200);
  assert.equal((await app.event(thin)).status, 200, 'again');
  assert.match(app.log(), new RegExp(`level=warn .*ev=event_unreadable .*${thin.id}`));
  await app.told(ADMIN, thin.id);
  await until(() => lists(app).some(({ path }) => path === '/v1/checkout/sessions'), PATIENCE_MS, 'a full one');
  await app.told(1, LINK);
  assert.equal(isPaid(app, 1), '1');
  assert.ok(!app.stripe.requests.some(({ path }) => path.includes('example')), 'nobody else was asked');
});

test('what a thin event told did not fail to arrive', async (t) => {
  const app = await startAdmit({ t, resident: true, env: { ADMIN_TG_IDS: String(ADMIN) } });
  await silently(app, 1);
  assert.equal((await app.event(app.stripe.thin(app.stripe.events.at(-1)))).status, 200);
  await app.told(1, LINK);
  await app.settled();
  await app.stopWorker(); // the next one looks at once what is due
  const from = lists(app).length;
  for (const event of app.stripe.events) event.created -= 600; // they have had their time
  app.write("UPDATE marks SET value = value - 660000 WHERE key = 'reconcile_ms'");
  await app.admit(['work', '--once']);
  assert.deepEqual(lists(app).slice(from).map(({ query }) => query.delivery_success), ['false'], 'it asked');
  assert.ok(!app.telegram.messages(ADMIN).some(({ text }) => /не дійшли/.test(text)));
});

test('RECONCILE_MINUTES=0: never', async (t) => {
  const app = await startAdmit({ t, env: { RECONCILE_MINUTES: '0' } });
  await app.begin();
  await app.admit(['work', '--once']);
  assert.equal(app.sql("SELECT COUNT(*) FROM marks WHERE key LIKE 'reconcile%'")[0][0], '0');
});
