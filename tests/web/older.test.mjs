// A ledger of an older version is opened by today's programs and goes on: what was owed goes out, who is in stays in, the
// books add up. How such a ledger came about stands in ledgers/.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { before, after, describe, test } from 'node:test';
import { dispute, refund } from '../sandbox/stripe-objects.mjs';
import { person, startAdmit, until } from './harness.mjs';
import { OF_A_FILE } from './ledger.mjs';

const COURSE = -1001234567890, CLUB = -1001234567891, SUPPORT = -1009000000002, ADMIN = 900;
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;
const PRODUCTS = {
  products: [
    { id: 'course', title: 'Курс', price: { amount: 999, currency: 'eur' }, channels: [{ id: COURSE }] },
    { id: 'club', title: 'Клуб', price: { amount: 500, currency: 'eur' }, every: 'month', stars: 100, channels: [{ id: CLUB }] },
    { id: 'book', title: 'Книга', stars: 50, channels: [{ link: 'https://t.me/+book' }] },
  ],
};
/** Who was in when the worker was killed. */
const INSIDE = { [COURSE]: [101, 109, 112, 116], [CLUB]: [108, 110] };

/** The ledger as if the programs had been stopped a moment ago. */
function restore(file) {
  const dump = readFileSync(new URL('ledgers/v10.sql', import.meta.url), 'utf8');
  execFileSync('sqlite3', [file], { input: dump });
  const later = Date.now() - Number(/^-- now: (\d+)$/m.exec(dump)[1]);
  const columns = execFileSync('sqlite3', [file, `SELECT m.name || '|' || c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
    WHERE m.type = 'table' AND c.name LIKE '%\\_ms' ESCAPE '\\'`], { encoding: 'utf8' });
  const moves = columns.trim().split('\n').map((line) => line.split('|'))
    .map(([table, column]) => `UPDATE ${table} SET ${column} = ${column} + ${later} WHERE ${column} > 0;`);
  execFileSync('sqlite3', [file, `${moves.join('')} UPDATE marks SET value = value + ${later} WHERE key LIKE '%\\_ms' ESCAPE '\\';`]);
}

describe('a ledger at version 10', OF_A_FILE, () => {
  let app;
  const linkOf = (id) => app.telegram.messages(id).map(({ text }) => PERSONAL.exec(text ?? '')?.[0]).filter(Boolean).at(-1);
  const inside = (chat) => app.telegram.channels.inside(chat);
  const standing = (id) => app.sql(`SELECT product, is_in, why FROM access WHERE tg_id = ${id}`)[0];
  const paymentOf = (id) => app.sql(`SELECT payment_intent, session_id FROM orders WHERE tg_id = ${id}`)[0];

  async function enters(id, chat) {
    const link = await until(() => linkOf(id), 20_000, `a link for ${id}`);
    assert.equal(app.telegram.follow(person(id), link), 'asked');
    await until(() => inside(chat).includes(id), 20_000, `${id} is in`);
  }

  before(async () => {
    let file;
    app = await startAdmit({
      prepare: (dir) => { file = `${dir}/products.json`; writeFileSync(file, JSON.stringify(PRODUCTS)); restore(`${dir}/admit.db`); },
      env: { PAID_CHANNEL_LINK: undefined, ADMIN_TG_IDS: String(ADMIN), SELL_WITH: 'both', SUPPORT_CHAT_ID: String(SUPPORT), COACH_HELPLINE: '7333' },
      late: () => ({ PRODUCTS_FILE: file }),
    });
    for (const [chat, ids] of Object.entries(INSIDE)) for (const id of ids) app.telegram.channels.setStatusUnseen(Number(chat), person(id), 'member');
    app.telegram.block(105);
  });
  after(() => app.stop());

  test('the report adds up, before anything goes on', async () => {
    const { status, stdout } = await app.admit(['report']);
    assert.equal(status, 0);
    for (const line of ['book | stars | 1 | 0 | 50 XTR | 0 XTR | 0 XTR | 50 XTR', 'club | stars | 1 | 0 | 100 XTR | 0 XTR | 0 XTR | 100 XTR',
      'club | stripe | 2 | 0 | 10.00 EUR | 0.00 EUR | 0.00 EUR | 10.00 EUR',
      'course | stripe | 8 | 0 | 79.92 EUR | 22.98 EUR | 9.99 EUR | 46.95 EUR', 'course | refunded | 2', 'course | disputed | 1', 'club | revoked | 1']) {
      assert.ok(stdout.includes(`${line}\n`), `${line} in ${stdout}`);
    }
    assert.match(stdout, /course \| 6 \|/, 'in now');
  });

  test('as it was it is kept beside what it has become', () => {
    const kept = readdirSync(app.dir).filter((name) => name.includes('before-upgrade'));
    assert.deepEqual(kept, ['admit.db.before-upgrade-10']);
    assert.equal(statSync(`${app.dir}/${kept[0]}`).mode & 0o777, 0o600);
    assert.equal(execFileSync('sqlite3', [`${app.dir}/${kept[0]}`, 'PRAGMA user_version; PRAGMA integrity_check;'], { encoding: 'utf8' }), '10\nok\n');
  });

  test('what was owed goes out, none of it is put aside', async () => {
    app.stay();
    await app.settled(40_000);
    const parked = app.sql('SELECT kind, tg_id, error FROM jobs WHERE done_ms IS NULL AND parked_ms IS NOT NULL ORDER BY kind');
    assert.deepEqual(parked.map(([kind, tgId]) => [kind, tgId]), [['1', '105'], ['11', '101']], 'one who left the bot, one reply without its chat');
    assert.match(parked[1][2], /again/);
    assert.equal(app.telegram.messages(ADMIN).filter(({ text }) => /Продаж: «Курс», 9\.99 EUR\. Покупець 104/.test(text)).length, 1);
    assert.equal(app.telegram.messages(ADMIN).filter(({ text }) => text.includes('Продаж')).length, 2, 'no sale is told anew');
    assert.equal(app.telegram.messages(ADMIN).filter(({ text }) => text.includes('Повернення')).length, 1);
  });

  test('invites that waited: they let in', async () => {
    await enters(104, COURSE);
    await enters(118, CLUB);
    assert.equal(app.sql('SELECT COUNT(*) FROM jobs WHERE kind = 1 AND tg_id IN (101, 103, 109, 110, 112)')[0][0], '5', 'nobody is invited twice');
    assert.deepEqual([101, 103, 109, 110, 112].filter((id) => linkOf(id)), []);
  });

  test('members: who paid stays, who got the money back or was shown the door is out', () => {
    assert.deepEqual(inside(COURSE), [101, 104, 109, 112]);
    assert.deepEqual(inside(CLUB), [110, 118]);
    assert.equal(app.telegram.calls.filter(({ method }) => method === 'editUserStarSubscription').length, 1, 'the Stars are charged no more');
    assert.ok(app.telegram.messages(116).some(({ text }) => text.includes('повернуто')), 'told why');
  });

  test('ways to pay, help, the coach', () => {
    const [pay] = app.telegram.messages(114);
    assert.ok(app.telegram.messages(114).some(({ invoice }) => invoice), 'an invoice');
    assert.ok(pay);
    assert.equal(app.telegram.messages(106).length, 1, 'help is answered');
    assert.match(app.telegram.messages(101).map(({ text }) => text).join('\n'), /Урок 3/);
    assert.match(app.telegram.messages(112).map(({ text }) => text).join('\n'), /немає/);
    assert.match(app.telegram.messages(120).map(({ text }) => text).join('\n'), /\/pay/, 'a stranger is told how to come in');
  });

  test('words of crisis that waited get the number to call', () => {
    assert.match(app.telegram.messages(119).map(({ text }) => text).join('\n'), /7333/);
    assert.ok(app.telegram.messages(ADMIN).some(({ text }) => text.includes('119 пише про самогубство')));
  });

  test('who left the bot and comes back, who lost the link: invited', async () => {
    app.telegram.allow(105);
    await app.say(person(105), '/start');
    const known = app.sql('SELECT link FROM links WHERE tg_id = 105')[0][0];
    await app.told(105, known);
    for (const id of [103, 105]) {
      await app.say(person(id), '/help'); // the stand-in does not know the links of that time
      await until(() => linkOf(id) && linkOf(id) !== known, 20_000, `another link for ${id}`);
      await enters(id, COURSE);
    }
  });

  test('money that goes back and a dispute that is won, of payments from before', async () => {
    const charge = (id, intent) => ({ id, amount: 999, currency: 'eur', payment_intent: intent, payment_method: 'pm_1' });
    const refunds = { ...refund(charge('ch_1', paymentOf(101)[0]), 999), id: 're_3older' };
    assert.equal((await app.event(app.stripe.event('refund.created', refunds))).status, 200);
    await until(() => !inside(COURSE).includes(101), 20_000, '101 is out');
    const [id, intent] = app.sql("SELECT id, payment_intent FROM reversals WHERE kind = 'dispute'")[0];
    const won = { ...dispute(charge('ch_2', intent), 'won'), id };
    assert.equal((await app.event(app.stripe.event('charge.dispute.closed', won))).status, 200);
    await enters(111, COURSE);
    assert.deepEqual(standing(111), ['course', '1', 'paid']);
  });

  test('a payment that a bank was at work on, and one that nobody had heard of: sessions without a mark of the shop', async () => {
    const session = (await app.stripe.pay(await app.open(500))).data.object;
    const late = (id, tgId, more) => ({ ...session, id, payment_intent: `pi_of_${tgId}`, metadata: { tg_id: String(tgId), product: 'course' }, ...more });
    assert.equal((await app.event(app.stripe.event('checkout.session.async_payment_succeeded', late(paymentOf(117)[1], 117)))).status, 200);
    await enters(117, COURSE);
    assert.equal((await app.event(app.stripe.event('checkout.session.completed', late('cs_test_unheard0f', 121)))).status, 200);
    await enters(121, COURSE);
    await app.settled(40_000);
    assert.match((await app.admit(['report'])).stdout, /course \| stripe \| 10 \| 0 \| 99\.90 EUR \| 32\.97 EUR \| 0\.00 EUR \| 66\.93 EUR\n/);
  });
});

test('a large one: nobody who waits for an answer waits for the upgrade, which a worker does; nothing is lost', OF_A_FILE, async (t) => {
  let other;
  const app = await startAdmit({ t, prepare: (dir) => {
    restore(`${dir}/admit.db`);
    execFileSync('sqlite3', [`${dir}/admit.db`, 'INSERT INTO unanswered (question, asked_ms) VALUES (hex(zeroblob(17000000)), 1)']);
    other = spawn('flock', [dir, 'sh', '-c', 'echo; cat'], { stdio: ['pipe', 'pipe', 'inherit'] }); // as a program that is at it
  } });
  t.after(() => other.kill());
  await once(other.stdout, 'data');
  const versions = () => app.sql('PRAGMA user_version')[0][0];
  const { id, event, status } = await app.buy(500); // the way to Stripe is open all the same
  assert.equal(status, 503);
  const again = await app.event(event);
  assert.deepEqual([again.status, again.headers.get('retry-after') > 0, versions()], [503, true, '10']);
  assert.equal((await app.request('/health')).status, 503);
  assert.doesNotMatch(app.log(), /ev=worker_up/, 'somebody is at it');
  other.stdin.end();
  await once(other, 'exit');
  await until(async () => (await app.event(event)).status === 200, 20_000, 'the event is taken');
  assert.equal(app.sql(`SELECT COUNT(*) FROM orders WHERE session_id = '${id}' AND paid_ms IS NOT NULL`)[0][0], '1');
  assert.match(app.log(), /prog=worker ev=ledger_kept .*version=10/);
  assert.match(app.log(), /prog=worker ev=ledger_upgraded/);
});
