// Many at once, one who presses for all, a vendor that says "slower": what the stand-ins saw of it. In `make check` on a
// small scale; RUSH=full has the scale of a launch (3,400 invites, 5,000 presses).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { most } from '../sandbox/telegram-limits.mjs';
import { IS_SANITIZED, LINK, SUPPORT, person, sleep, startAdmit, until } from './harness.mjs';

const FULL = process.env.RUSH === 'full';
const CHANNEL = -1001234567890;
const GROUP = -1009876543210;
const OPERATOR = 900;
const DAY_MS = 86_400_000;
const PERSONAL = { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined, RECONCILE_MINUTES: '0' };

/** Paid orders whose invites are owed since just now, as the webhook's transaction leaves them. */
const owe = (app, first, n) => app.write(`
  WITH RECURSIVE n(id) AS (SELECT ${first} UNION ALL SELECT id + 1 FROM n WHERE id < ${first + n - 1})
    INSERT INTO users (tg_id, is_paid, created_ms) SELECT id, 1, 1 FROM n;
  INSERT INTO access (tg_id, product, is_in, why, decided_ms) SELECT tg_id, 'course', 1, 'paid', 1 FROM users WHERE tg_id >= ${first};
  INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late, lane)
    SELECT 1, 'invite/' || tg_id, tg_id, 'course', ${Date.now()}, ${Date.now()}, 1, 1 FROM users WHERE tg_id >= ${first};`);

const messages = (app) => app.telegram.calls.filter(({ method }) => method === 'sendMessage');
const invitesOf = (app) => messages(app).filter(({ params }) => /t\.me\/\+/.test(params.text));
const called = (app, name) => app.telegram.calls.filter(({ method }) => method === name);

for (const [why, n] of [['a rush', FULL ? 300 : IS_SANITIZED ? 45 : 90], ...FULL ? [['a launch', 3400]] : []])
  test(`${why}: ${n} personal links go out as quickly as Telegram takes messages, each once`, { timeout: 600_000 }, async (t) => {
    const app = await startAdmit({ t, env: PERSONAL, telegram: { limits: true, latencyMs: 100 } });
    await app.say(person(1), '/start'); // there is a ledger
    owe(app, 1000, n);
    app.stay();
    await until(() => invitesOf(app).length >= n, 60_000 + n * 40, `${n} invites`);
    await app.settled();
    const invites = invitesOf(app);
    assert.equal(invites.length, n, '0 doubles');
    assert.equal(new Set(invites.map(({ params }) => params.chat_id)).size, n);
    assert.deepEqual(app.telegram.limits.refused, [], 'within the limits');
    const took = (invites.at(-1).atMs - invites[0].atMs) / 1000;
    t.diagnostic(`measure: ${n} personal invites in ${took.toFixed(1)} s`);
    if (FULL) assert.ok(took < n / 30 + 3 + n / 300, `${took} s`); // on a machine with nothing else to do
    assert.equal(called(app, 'createChatInviteLink').length, n);
    assert.equal(called(app, 'getChatMember').length, 0, 'nobody is looked up who was never there');
    const links = new Set(invites.map(({ params }) => /https:\/\/t\.me\/\+\S+/.exec(params.text)[0]));
    assert.equal(links.size, n, 'a link for each');
  });

test('strangers press and press: a buyer waits no longer for it', { timeout: 300_000 }, async (t) => {
  const app = await startAdmit({ t, resident: true, telegram: { limits: true } });
  const strangers = 50, each = FULL ? 100 : IS_SANITIZED ? 4 : 12;
  let updateId = 70_000_000;
  const press = (id) => app.update({
    update_id: (updateId += 1),
    callback_query: {
      id: String(updateId), from: person(id), chat_instance: '1', data: 'buy',
      message: { message_id: 1, date: 1_700_000_000, chat: { id, type: 'private', first_name: 'B' } },
    },
  });
  const flood = Array.from({ length: strangers }, async (_, i) => {
    for (let k = 0; k < each; k += 1) assert.equal((await press(5000 + i)).status, 200);
  });
  const delays = [], before = [];
  for (let id = 1; id <= 5; id += 1) {
    const { status } = await app.buy(id);
    assert.equal(status, 200);
    const paidAt = performance.now(), said = messages(app).length;
    delays.push((await app.invited(id, 60_000)).at - paidAt);
    before.push(messages(app).slice(said).findIndex(({ params }) => params.chat_id === id));
  }
  await Promise.all(flood);
  t.diagnostic(`measure: invites among ${strangers * each} presses: the slowest after ${Math.max(...delays).toFixed(0)} ms`);
  // What a second and a half of Telegram's pace holds: what was on its way already, and not the whole line. The first
  // buyer may come while the programs are starting.
  assert.ok([...before].sort((a, b) => a - b).at(-2) < 45, `${before} messages to strangers went first`);
  await app.settled(60_000);
  const [[n]] = app.sql('SELECT COUNT(*) FROM jobs WHERE kind = 2');
  assert.ok(Number(n) <= strangers * 60, `${n} jobs of ${strangers * each} presses`);
  assert.deepEqual(app.telegram.limits.refused, []);
});

test('presses while the answer waits are one promise', async (t) => {
  const app = await startAdmit({ t, telegram: { latencyMs: 500 } });
  app.telegram.setFault({ kind: 'status', status: 429, retryAfter: 3, next: 1 });
  const button = { message_id: 1, date: 1_700_000_000, chat: { id: 5, type: 'private', first_name: 'B' } };
  for (let i = 0; i < 20; i += 1) await app.telegram.press(person(5), button, 'buy');
  await app.settled();
  assert.ok(app.telegram.messages(5).length <= 4, `${app.telegram.messages(5).length} messages`);
});

/** How many of these calls were under way at the same moment, at most. */
const inFlight = (calls) => {
  const edges = calls.flatMap(({ atMs, ms }) => [[atMs, 1], [atMs + ms, -1]]).sort(([a, up], [b, down]) => a - b || up - down);
  let now = 0;
  return Math.max(...edges.map(([, step]) => (now += step)));
};

const pay = (app, ids) => Promise.all(ids.map((id) => app.request(`/pay?tg_id=${id}`)));
const countOf = (n, first) => Array.from({ length: n }, (_, i) => first + i);

test('64 buyers click at once: Stripe is asked for all of them at once', async (t) => {
  const app = await startAdmit({ t });
  await app.open(1); // there is a ledger, and a connection to Stripe
  app.stripe.latencyMs = 300;
  const from = app.stripe.requests.length, ids = countOf(64, 1000);
  const pages = await pay(app, ids);
  assert.deepEqual(pages.map(({ status }) => status), ids.map(() => 303));
  const calls = app.stripe.requests.slice(from);
  assert.equal(calls.length, 64);
  await until(() => calls.every(({ ms }) => ms !== undefined));
  assert.ok(inFlight(calls) >= 40, `${inFlight(calls)} in flight`);
  t.diagnostic(`measure: 64 buyers at once, Stripe at 300 ms: the last after ${Math.max(...pages.map(({ ms }) => ms)).toFixed(0)} ms`);
  assert.deepEqual(app.sql('SELECT COUNT(*), COUNT(DISTINCT session_id) FROM orders WHERE tg_id >= 1000'), [['64', '64']]);
  const again = await pay(app, ids);
  assert.deepEqual(again.map(({ headers }) => headers.get('location')), pages.map(({ headers }) => headers.get('location')));
  assert.equal(app.stripe.requests.length, from + 64, 'a page that is open takes no call');
});

test('64 buyers come back at once: Stripe is asked for all of them at once', async (t) => {
  const app = await startAdmit({ t });
  const ids = [];
  for (const res of await pay(app, countOf(64, 1000))) assert.equal(res.status, 303);
  for (const id of app.stripe.sessions.keys()) ids.push(id);
  for (const id of ids) await app.stripe.pay(id);
  app.stripe.latencyMs = 300;
  const from = app.stripe.requests.length;
  const pages = await Promise.all(ids.map((id) => app.request(`/paid?session_id=${id}`)));
  for (const { status, text } of pages) assert.deepEqual([status, text.includes(LINK)], [200, true]);
  const calls = app.stripe.requests.slice(from).filter(({ path: where }) => ids.includes(where.split('/').at(-1)));
  await until(() => calls.every(({ ms }) => ms !== undefined));
  assert.ok(inFlight(calls) >= 40, `${inFlight(calls)} in flight`);
  await app.settled();
  assert.equal(invitesOf(app).length, 64);
});

test('Stripe says 429 to some of many buyers: they wait in line, and each gets a page under the key that they had', async (t) => {
  const app = await startAdmit({ t });
  await app.open(1);
  const from = app.stripe.requests.length;
  app.stripe.setFault({ kind: 'status', status: 429, retryAfter: 1, next: Infinity });
  const coming = pay(app, countOf(12, 1000));
  await app.stripe.waitFor(({ fault }) => fault === 'status');
  app.stripe.setFault(null); // as by Stripe's limit, what comes a moment later is taken
  for (const { status } of await coming) assert.equal(status, 303);
  const calls = app.stripe.requests.slice(from);
  assert.equal(calls.filter(({ fault }) => !fault).length, 12);
  assert.equal(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size, 12);
});

test('the line is long: a page that asks again by itself, and the attempt goes on', async (t) => {
  const app = await startAdmit({ t });
  app.stripe.setFault({ kind: 'status', status: 429, next: Infinity });
  const res = await app.request('/pay?tg_id=5');
  assert.equal(res.status, 503);
  assert.ok(Number(res.headers.get('refresh')) > 0);
  assert.match(res.text, /ви в черзі.*Кошти не списано/s);
  assert.ok(res.text.includes(SUPPORT));
  const json = JSON.parse((await app.request('/pay?tg_id=6', { headers: { accept: 'application/json' } })).text);
  assert.equal(json.error, 'in_line');
  app.stripe.setFault(null);
  assert.equal((await app.request('/pay?tg_id=5')).status, 303);
  const keys = app.stripe.requests.filter(({ params }) => params.client_reference_id === '5').map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, 1, 'Stripe keeps no 429 as the answer to a key');
});

test('a group takes its own time, and nobody else has to wait for it', async (t) => {
  const app = await startAdmit({ t, env: { SUPPORT_CHAT_ID: String(GROUP) }, telegram: { limits: true } });
  await app.say(person(1), '/start');
  for (let id = 11; id <= 14; id += 1) {
    const { message_id: messageId } = app.telegram.chats.said(app.telegram.chats.meet(person(id)), 'питання');
    app.write(`INSERT INTO users (tg_id, created_ms) VALUES (${id}, 1);
      INSERT INTO questions (id, tg_id, chat_id, message_id, question, asked_ms) VALUES (${id}, ${id}, ${id}, ${messageId}, 'питання', ${Date.now()});
      INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late, lane) VALUES (10, 'person/${id}', ${id}, '${id}', 1, 1, 5, 4)`);
  }
  await app.buy(2);
  const { atMs } = await app.invited(2);
  await app.settled();
  const times = called(app, 'forwardMessage').map((call) => call.atMs);
  assert.equal(times.length, 4);
  assert.ok(times[3] - times[0] > 2500, 'one a second');
  assert.ok(atMs < times[3], 'the buyer did not wait for them');
  assert.deepEqual(app.telegram.limits.refused, []);
});

test('Telegram says 429 to a call that is no message: fewer of them, and each link once', async (t) => {
  const app = await startAdmit({ t, env: PERSONAL, telegram: { limits: { callsPerS: 12 } } });
  await app.say(person(1), '/start');
  owe(app, 1000, 40);
  app.stay();
  await until(() => invitesOf(app).length >= 40, 40_000);
  await app.settled();
  assert.equal(invitesOf(app).length, 40);
  const { refused } = app.telegram.limits;
  assert.ok(refused.length > 0 && refused.length < 40, `${refused.length} refused`);
  assert.equal(app.sql('SELECT COUNT(*) FROM links')[0][0], '40');
  assert.equal(app.sql('SELECT MAX(attempts) FROM jobs')[0][0], '0', 'that was no failure of theirs');
});

test('behind a personal link the message has its own three tries', async (t) => {
  const app = await startAdmit({ t, env: PERSONAL });
  app.telegram.setFault({ kind: 'status', status: 400, next: Infinity, description: 'Bad Request: strange message' });
  await app.buy(5);
  await app.noted('SELECT 1 FROM jobs WHERE tg_id = 5 AND parked_ms IS NOT NULL', 20_000);
  assert.equal(messages(app).filter(({ params }) => params.chat_id === 5).length, 3);
  assert.equal(called(app, 'createChatInviteLink').length, 1);
  assert.match((await app.admit(['status'])).stdout, /tried 3 times: .*strange message/);
});

test('a job of a kind that is not known is put aside with an alert', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(OPERATOR) } });
  await app.say(person(5), '/start');
  app.write("INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms) VALUES (99, 'future/1', 5, 1, 1)");
  await app.admit(['work', '--once']);
  assert.deepEqual(app.sql('SELECT parked_ms IS NOT NULL, done_ms IS NULL FROM jobs WHERE kind = 99'), [['1', '1']]);
  await app.told(OPERATOR, 'unknown');
  app.write("UPDATE jobs SET kind = 2, detail = 'revoked' WHERE kind = 99"); // as a program that knows it sees it
  await app.admit(['work', '--stop']);
  await app.admit(['work', '--once']);
  await app.settled();
  assert.equal(app.telegram.messages(5).length, 2, 'the welcome and the notice');
});

test('/help asks Stripe in one chain at a time, slowly, and not about what has expired', async (t) => {
  const app = await startAdmit({ t });
  const sessions = [];
  for (let i = 0; i < 8; i += 1) {
    sessions.push(await app.open(5));
    app.write(`UPDATE orders SET url_ends_ms = 1${i < 4 ? ', expired_ms = 2' : ''} WHERE session_id = '${sessions[i]}'`);
  }
  app.stripe.latencyMs = 1000; // the chain is longer than ten updates take
  const from = app.stripe.requests.length;
  await Promise.all(Array.from({ length: 10 }, () => app.say(person(5), '/help')));
  await app.settled();
  const reads = app.stripe.requests.slice(from).filter(({ method, path }) => method === 'GET' && path.includes('/checkout/sessions/'));
  assert.equal(reads.length, 4, 'each of the open ones once');
  await app.told(5, 'ми поки не бачимо');
});

test('Stripe asks to wait for ever: it is asked again within an hour', async (t) => {
  const app = await startAdmit({ t });
  await app.say(person(5), '/start');
  app.stripe.setFault({ kind: 'status', status: 429, retryAfter: '9223372036854775807', next: 1 });
  app.write(`INSERT INTO subscriptions (id, n_heard) VALUES ('sub_1', 1);
    INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late, lane) VALUES (7, 'x', 0, 'sub_1', 1, 1, 2, 0)`);
  await app.say(person(5), '/help'); // wakes it
  await app.admit(['work', '--once']);
  await app.noted("SELECT 1 FROM jobs WHERE kind = 7 AND error LIKE 'Stripe%'");
  const [[dueMs]] = app.sql('SELECT due_ms FROM jobs WHERE kind = 7');
  assert.ok(dueMs > Date.now() + 3_500_000 && dueMs < Date.now() + 3_700_000, `${dueMs - Date.now()} ms`);
});

test('a worker that has nothing to do does nothing', async (t) => {
  const app = await startAdmit({ t, resident: true, telegram: { latencyMs: 50 } });
  await app.buy(5);
  await app.settled();
  const [pid] = app.processes('admit work');
  const spent = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((a, b) => a + Number(b), 0);
  const before = spent();
  await sleep(2000);
  assert.ok(spent() - before <= 5, `${spent() - before} ticks in two seconds`);
});

test('what a clock promised that was a day ahead is done by a worker that stays', async (t) => {
  const app = await startAdmit({ t, resident: true });
  await app.say(person(5), '/start');
  await app.settled();
  const ahead = Date.now() + DAY_MS;
  app.write(`INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late, lane) VALUES (2, 'x', 5, 'revoked', ${ahead}, ${ahead}, 3, 2)`);
  await app.told(5, 'припинено адміністратором', 20_000);
});

test('who blocked the bot raises no alert, but for a buyer one', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(OPERATOR) } });
  const button = { message_id: 1, date: 1_700_000_000, chat: { id: 5, type: 'private', first_name: 'B' } };
  app.telegram.block(5);
  for (let i = 0; i < 3; i += 1) await app.telegram.press(person(5), button, 'buy');
  await app.settled();
  app.telegram.block(6);
  await app.buy(6);
  await app.settled();
  await app.say(person(6), '/help');
  await app.settled();
  const parked = app.sql("SELECT promise FROM jobs WHERE kind = 4 AND promise LIKE 'alert/parked/%'").flat();
  assert.deepEqual(parked, [`alert/parked/gone/6/${OPERATOR}`]);
});

if (FULL)
  test('45 forwards to a group: 20 a minute', { timeout: 300_000 }, async (t) => {
    const app = await startAdmit({ t, env: { SUPPORT_CHAT_ID: String(GROUP) }, telegram: { limits: true } });
    await app.say(person(1), '/start');
    for (let id = 11; id < 56; id += 1) {
      const { message_id: messageId } = app.telegram.chats.said(app.telegram.chats.meet(person(id)), 'питання');
      app.write(`INSERT INTO questions (id, tg_id, chat_id, message_id, question, asked_ms) VALUES (${id}, ${id}, ${id}, ${messageId}, 'питання', ${Date.now()});
        INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late, lane) VALUES (10, 'person/${id}', ${id}, '${id}', 1, 1, 5, 4)`);
    }
    app.stay();
    await until(() => called(app, 'forwardMessage').length >= 45, 240_000);
    assert.deepEqual(app.telegram.limits.refused, []);
    assert.ok(most(called(app, 'forwardMessage').map(({ atMs }) => atMs), 59_500) <= 20);
  });
