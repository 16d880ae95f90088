// What is done about a payment in trouble: a fraud warning, a dispute, a renewal that fails, by each of the words that a
// setting or a product may have for it; with each event told twice, and in every order.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { IS_SANITIZED, LINK, PATIENCE_MS, SHOP, person, startAdmit, until } from './harness.mjs';
import { OF_ONE_WORKER } from './ledger.mjs';

const ADMIN = 900;
const PRICE = 999;
const env = { ADMIN_TG_IDS: String(ADMIN), RECONCILE_MINUTES: '0' };

const access = (app, tgId) => app.sql(`SELECT is_in, why FROM access WHERE tg_id = ${tgId}`)[0];
const said = (app, words, tgId) => app.sql(`SELECT detail FROM jobs WHERE tg_id = ${tgId} AND kind = 4`).flat()
  .concat(app.telegram.messages(tgId).filter(() => tgId !== ADMIN).map(({ text }) => text ?? '')).filter((text) => text.includes(words)).length;
const refunds = (app) => app.stripe.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds');
const parked = (app) => app.sql('SELECT error FROM jobs WHERE parked_ms IS NOT NULL').flat();
const permutations = (list) => list.length < 2 ? [list] :
  list.flatMap((one, i) => permutations(list.filter((_, k) => k !== i)).map((rest) => [one, ...rest]));

const post = async (app, event) => assert.equal((await app.event(event)).status, 200);

async function tell(app, ...events) {
  for (const event of events) await post(app, event);
  await app.settled();
}

/** By what Stripe knows the first payment of the session's subscription. */
const invoiceOf = (app, id) => app.stripe.billing.subscriptions.get(app.stripe.sessions.get(id).subscription).latest_invoice;

/** Tells all that Stripe has to tell from its n-th event on. */
async function tellFrom(app, n) {
  await tell(app, ...app.stripe.events.slice(n));
  return app.stripe.events.length;
}

/** What happens to a payment, and what comes of it by each policy. */
const WARNED = { name: 'a fraud warning', steps: [(app, id) => app.stripe.warn(id)] };
const DISPUTED = { name: 'a dispute', steps: [(app, id) => app.stripe.dispute(id)] };
const INQUIRY = { name: 'an inquiry', steps: [(app, id) => app.stripe.dispute(id, 'warning_needs_response')] };
const WON = { name: 'a dispute that is won', steps: [...DISPUTED.steps, (app, id) => app.stripe.closeDispute(id, 'won')] };
const LOST = { name: 'a dispute that is lost', steps: [...DISPUTED.steps, (app, id) => app.stripe.closeDispute(id, 'lost')] };
const CLOSED = { name: 'an inquiry that is closed', steps: [...INQUIRY.steps, (app, id) => app.stripe.closeDispute(id, 'warning_closed')] };
const BOTH_WON = { name: 'a warning and a dispute that is won', steps: [...WARNED.steps, ...WON.steps] };
const BOTH_LOST = { name: 'a warning and a dispute that is lost', steps: [...WARNED.steps, ...LOST.steps] };

const TABLE = [
  // settings, what happens, in and why, what goes back, what the buyer and the operators read
  [{}, WARNED, ['1', 'paid'], 0, null, 'можливе шахрайство'],
  [{ ON_FRAUD_WARNING: 'tell' }, WARNED, ['1', 'paid'], 0, null, 'можливе шахрайство'],
  [{ ON_FRAUD_WARNING: 'pause' }, WARNED, ['0', 'warned'], 0, 'без відома власника картки', 'Доступ за ним призупинено, доки'],
  [{ ON_FRAUD_WARNING: 'pause', NOTIFY: 'sale' }, WARNED, ['0', 'warned'], 0, 'без відома власника картки', 'Доступ за ним призупинено, доки'],
  [{ ON_FRAUD_WARNING: 'pause' }, BOTH_WON, ['1', 'paid'], 0, null, 'без втрат'],
  [{ ON_FRAUD_WARNING: 'pause' }, BOTH_LOST, ['0', 'disputed'], 0, null, 'програно'],
  [{ ON_FRAUD_WARNING: 'pause', ON_DISPUTE: 'tell' }, BOTH_WON, ['1', 'paid'], 0, null, 'без втрат'],
  [{ ON_FRAUD_WARNING: 'refund' }, WARNED, ['0', 'refunded'], 1, 'повернуто', 'Увесь платіж повертається'],
  [{}, DISPUTED, ['0', 'disputed'], 0, 'оскаржено', 'Доступ за ним призупинено. Докази'],
  [{ ON_DISPUTE: 'tell' }, DISPUTED, ['1', 'paid'], 0, null, 'Платіж оскаржено'],
  [{ ON_DISPUTE: 'tell' }, LOST, ['1', 'paid'], 0, null, 'програно'],
  [{ ON_DISPUTE: 'pause' }, DISPUTED, ['0', 'disputed'], 0, 'оскаржено', 'Доступ за ним призупинено. Докази'],
  [{ ON_DISPUTE: 'pause' }, WON, ['1', 'paid'], 0, null, 'без втрат'],
  [{ ON_DISPUTE: 'pause' }, LOST, ['0', 'disputed'], 0, null, 'програно'],
  [{ ON_DISPUTE: 'pause' }, INQUIRY, ['1', 'paid'], 0, null, 'Гроші ще на місці'],
  [{ ON_DISPUTE: 'pause' }, CLOSED, ['1', 'paid'], 0, null, 'без втрат'],
  [{ ON_DISPUTE: 'refund' }, INQUIRY, ['0', 'refunded'], 1, 'повернуто', 'перш ніж його оскаржать'],
  [{ ON_DISPUTE: 'refund' }, DISPUTED, ['0', 'disputed'], 0, 'оскаржено', 'Доступ за ним призупинено. Докази'],
  [{ ON_DISPUTE: 'refund' }, WON, ['1', 'paid'], 0, null, 'без втрат'],
];

const nameOf = ([settings]) => Object.entries(settings).map(([key, word]) => `${key}=${word}`).join(' ') || 'as usual';
/** What the sanitizers see in others: the same done by another word. */
const SAME = ['ON_FRAUD_WARNING=tell', 'ON_FRAUD_WARNING=pause NOTIFY=sale'];

/** A shop for each setting, and in it all that may happen. */
for (const name of new Set(TABLE.map(nameOf).filter((one) => !IS_SANITIZED || !SAME.includes(one))))
  describe(`each event, ${name}`, { concurrency: false }, () => {
    const rows = TABLE.filter((row) => nameOf(row) === name);
    let app, tgId = 4;
    before(async () => {
      app = await startAdmit({ env: { ...env, ...rows[0][0] } });
      await app.begin();
    });
    after(() => app?.stop());

    // A buyer for each row, and what was told and sent back before is not theirs.
    for (const [, { name: event, steps }, want, back, buyer, operator] of rows)
      test(event, async () => {
        const begun = app.stripe.events.length, heard = said(app, operator, ADMIN), [asked, went] = [refunds(app).length, app.stripe.refunds.length];
        const { id } = await app.buy(tgId += 1);
        await app.invited(tgId);
        await app.settled();
        let n = app.stripe.events.length;
        for (const step of steps) {
          await step(app, id);
          n = await tellFrom(app, n);
        }
        await until(() => String(access(app, tgId)) === String(want), PATIENCE_MS, `${want}`);
        await app.settled();
        await tellFrom(app, begun); // all of it once more, what the refund itself made Stripe tell as well
        assert.deepEqual(access(app, tgId), want);
        assert.deepEqual([refunds(app).length - asked, app.stripe.refunds.slice(went).map(({ amount }) => amount)], [back, back ? [PRICE] : []]);
        if (buyer) assert.equal(said(app, buyer, tgId), 1, 'the buyer is told once');
        assert.equal(said(app, operator, ADMIN) - heard, 1, 'the operators are told once');
        assert.deepEqual(parked(app), []);
      });
  });

/** The payment, its trouble and what the refund makes Stripe tell, in every order and the first once more. */
async function shuffled(t, settings, { steps }, want, back) {
  const app = await startAdmit({ t, env: { ...env, ...settings } });
  let tgId = 100;
  // The sanitizers have seen every kind of step after the first order and the last, and some between.
  const orders = permutations([...Array(steps.length + 1).keys()]);
  for (const order of orders.filter((_, i) => !IS_SANITIZED || i % 10 === 0 || i === orders.length - 1)) {
    tgId += 1;
    const id = await app.open(tgId);
    const events = [structuredClone(await app.stripe.pay(id))];
    for (const step of steps) events.push(structuredClone(await step(app, id)));
    for (const i of [...order, order[0]]) await post(app, events[i]);
  }
  // The operators' alerts go out one a second, and nothing hangs on them.
  await until(() => app.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL AND kind <> 4 LIMIT 1').length === 0, 60_000, 'nothing is owed');
  for (let i = 101; i <= tgId; i += 1) assert.deepEqual(access(app, i), want, `buyer ${i}`);
  assert.equal(app.stripe.refunds.length, back ? tgId - 100 : 0);
  assert.deepEqual(parked(app), []);
  return app;
}

describe('in every order', () => {
  test('warned and paused', (t) => shuffled(t, { ON_FRAUD_WARNING: 'pause' }, WARNED, ['0', 'warned'], false));
  test('warned and refunded', (t) => shuffled(t, { ON_FRAUD_WARNING: 'refund' }, WARNED, ['0', 'refunded'], true));
  test('warned, disputed, won', (t) => shuffled(t, { ON_FRAUD_WARNING: 'pause' }, BOTH_WON, ['1', 'paid'], false));
  test('warned, disputed, lost', (t) => shuffled(t, { ON_FRAUD_WARNING: 'pause' }, BOTH_LOST, ['0', 'disputed'], false));
  test('an inquiry, refunded', (t) => shuffled(t, { ON_DISPUTE: 'refund' }, INQUIRY, ['0', 'refunded'], true));
  test('warned before the purchase is known: the buyer hears why no invite comes, the operators what was done', async (t) => {
    const app = await startAdmit({ t, env: { ...env, ON_FRAUD_WARNING: 'pause' } });
    const id = await app.open(5);
    const paid = structuredClone(await app.stripe.pay(id));
    await tell(app, await app.stripe.warn(id), paid, paid);
    assert.deepEqual(access(app, 5), ['0', 'warned']);
    assert.deepEqual([said(app, 'без відома власника картки', 5), said(app, LINK, 5), said(app, 'можливе шахрайство', ADMIN)], [1, 0, 1]);
  });
});

test('a refund that fails days later: in again, and the operators are told what to do, once', async (t) => {
  const app = await startAdmit({ t, env: { ...env, ON_FRAUD_WARNING: 'refund', NOTIFY: 'sale' } });
  const { id } = await app.buy(5);
  await app.invited(5);
  await tell(app, await app.stripe.warn(id));
  await until(() => String(access(app, 5)) === '0,refunded', PATIENCE_MS, 'sent back');
  const failed = await app.stripe.refundFailed(id);
  await tell(app, failed, failed);
  await tellFrom(app, 0);
  assert.deepEqual(access(app, 5), ['1', 'paid']);
  const [[order]] = app.sql('SELECT id FROM orders WHERE tg_id = 5 AND paid_ms IS NOT NULL');
  assert.equal(said(app, 'Повернення не вдалося', ADMIN), 1);
  assert.equal(said(app, `поверніть ще раз: admit refund ${order}`, ADMIN), 1);
  assert.deepEqual([refunds(app).length, parked(app)], [1, []]);
});

test('by thin events, and by reconciling where nothing came: refunded once', async (t) => {
  const app = await startAdmit({ t, env: { ...env, ON_FRAUD_WARNING: 'refund' } });
  const { id: told } = await app.buy(5);
  const warning = await app.stripe.warn(told);
  await tell(app, app.stripe.thin(warning), warning, app.stripe.thin(warning));
  assert.deepEqual(access(app, 5), ['0', 'refunded']);
  const { id: untold } = await app.buy(6);
  await app.stripe.warn(untold);
  for (let n = 0; n < 2; n += 1) {
    assert.equal((await app.admit(['reconcile'])).status, 0);
    await app.admit(['work', '--once']);
    await app.settled();
  }
  assert.deepEqual([access(app, 6), refunds(app).length], [['0', 'refunded'], 2]);
  assert.match((await app.admit(['export'])).stdout, /9\.99|999/);
  assert.equal(app.sql('SELECT COUNT(*) FROM reversals WHERE kind = \'refund\'')[0][0], '2', 'and in the books');
});

test('the worker is killed between the refund and its answer: nothing is lost, nothing goes back twice', OF_ONE_WORKER, async (t) => {
  const app = await startAdmit({ t, env: { ...env, ON_FRAUD_WARNING: 'refund', PRICE_EVERY: 'month' } });
  const { id } = await app.buy(5);
  await app.settled();
  const { subscription } = app.stripe.sessions.get(id);
  let killed = 0;
  app.stripe.journal.on('add', ({ method, path }) => {
    if (method !== 'POST' || path !== '/v1/refunds' || killed > 0) return;
    for (const pid of app.processes('admit work')) {
      process.kill(pid, 'SIGKILL');
      killed += 1;
    }
  });
  const n = app.stripe.events.length;
  await post(app, await app.stripe.warn(invoiceOf(app, id)));
  await until(() => killed > 0, PATIENCE_MS, 'a worker was killed');
  // What the refund that went made Stripe tell comes before the job is taken up again.
  for (const event of app.stripe.events.slice(n)) await post(app, event);
  await until(async () => {
    await app.turn();
    return app.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL').length === 0;
  }, 60_000, 'nothing is owed');
  assert.deepEqual([access(app, 5), app.stripe.refunds.length], [['0', 'refunded'], 1]);
  assert.equal(app.stripe.billing.subscriptions.get(subscription).cancel_at_period_end, true, 'and nothing is charged again');
  assert.deepEqual(parked(app), []);
});

test('a warned subscription: the payment goes back, and the subscription ends as by admit refund', async (t) => {
  const app = await startAdmit({ t, env: { ...env, ON_FRAUD_WARNING: 'refund', PRICE_EVERY: 'month' } });
  const { id } = await app.buy(5);
  await app.settled();
  const { subscription } = app.stripe.sessions.get(id);
  const warning = await app.stripe.warn(invoiceOf(app, id));
  await tell(app, warning, warning);
  assert.deepEqual([access(app, 5), app.stripe.refunds.length], [['0', 'refunded'], 1]);
  await until(() => app.stripe.billing.subscriptions.get(subscription).cancel_at_period_end, PATIENCE_MS, 'it ends');
});

test('disputed by the time the refund is tried: it is not tried for ever', async (t) => {
  const app = await startAdmit({ t, env: { ...env, ON_FRAUD_WARNING: 'refund' } });
  const { id } = await app.buy(5);
  await app.settled();
  const warning = await app.stripe.warn(id), dispute = await app.stripe.dispute(id);
  await post(app, warning);
  await until(() => refunds(app).length > 0, PATIENCE_MS, 'a refund is tried');
  await post(app, dispute);
  await app.settled(30_000);
  assert.deepEqual([access(app, 5), app.stripe.refunds.length, parked(app)], [['0', 'disputed'], 0, []]);
});

describe('a renewal that fails', () => {
  const shop = (t, more = {}) => startAdmit({ t, env: { ...env, PRICE_EVERY: 'month', ...more } });
  const subscribe = async (app) => {
    const { id } = await app.buy(5);
    await app.settled();
    return app.stripe.sessions.get(id).subscription;
  };
  /** The period comes to its end, for Stripe and for the ledger. */
  const period = (app, sub) => {
    const s = app.stripe.billing.subscriptions.get(sub).items.data[0].current_period_end - Math.floor(Date.now() / 1000) + 60;
    app.stripe.billing.age(sub, s);
    const moved = (table, columns) => `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - ${s * 1000}`).join(', ')};`;
    app.write(moved('access', ['until_ms', 'paid_until_ms']) + moved('subscriptions', ['look_ms', 'period_start_ms', 'period_end_ms', 'paid_until_ms']));
  };

  for (const [settings, want, words] of [
    ...IS_SANITIZED ? [] : [[{}, ['1', 'paid'], null]], [{ ON_PAYMENT_FAILED: 'tell' }, ['1', 'paid'], null], [{ ON_PAYMENT_FAILED: 'pause' }, ['0', 'unpaid'], 'не оплачено'],
  ])
    test(`${settings.ON_PAYMENT_FAILED ?? 'as usual'}: ${want}`, async (t) => {
      const app = await shop(t, settings);
      const sub = await subscribe(app);
      period(app, sub);
      const failed = await app.stripe.billing.fail(sub);
      await tell(app, ...failed.toReversed(), ...failed);
      assert.deepEqual(access(app, 5), want);
      if (words) assert.equal(said(app, words, 5), 1);
      const before = app.arrived(5);
      await tell(app, ...await app.stripe.billing.payInvoice(app.stripe.billing.subscriptions.get(sub).latest_invoice));
      assert.deepEqual(access(app, 5), ['1', 'paid'], 'back when it is paid');
      if (words) await until(() => app.arrived(5) === before + 1, PATIENCE_MS, 'with a new invite');
    });
});

describe('what may be set', () => {
  test('a word that is none is told, of a setting and of a product with its place', async (t) => {
    const app = await startAdmit({ t, env });
    const check = (more) => app.admit(['check', '--settings'], more);
    for (const [name, word, fault] of [['ON_FRAUD_WARNING', 'stop', /ON_FRAUD_WARNING must be tell, pause or refund/],
      ['ON_DISPUTE', 'Pause', /ON_DISPUTE must be tell, pause or refund/], ['ON_PAYMENT_FAILED', 'grace', /ON_PAYMENT_FAILED must be tell or pause/],
      ['ON_PAYMENT_FAILED', 'refund', /ON_PAYMENT_FAILED cannot be refund: a payment that failed took no money/]]) {
      const { status, stdout } = await check({ [name]: word });
      assert.equal(status, 1, `${name}=${word}`);
      assert.match(stdout, fault);
    }
    const file = `${app.dir}/products.json`;
    writeFileSync(file, `{ "products": [ { "id": "a", "title": "A", "price": { "amount": 999, "currency": "eur" },
 "on_fraud_warning": "stop",
 "on_dispute": 5,
 "on_payment_failed": "refund",
 "channels": [ { "link": "${LINK}" } ] },
 { "id": "b", "title": "B", "price": { "amount": 999, "currency": "eur" }, "dispute": "keep", "on_dispute": "tell", "channels": [ { "link": "${LINK}" } ] } ] }`);
    const { status, stdout } = await check({ PRODUCTS_FILE: file });
    assert.equal(status, 1);
    for (const fault of [/products\.json, line 2, product 1: on_fraud_warning must be/, /line 3, product 1: on_dispute must be/,
      /line 4, product 1: on_payment_failed cannot be refund/, /product 2: dispute says the same as on_dispute/]) assert.match(stdout, fault);
  });

  test('a product has the last word', async (t) => {
    let file;
    const product = (id, more) => ({ id, title: id, price: { amount: PRICE, currency: 'eur' }, channels: [{ link: LINK }], ...more });
    const app = await startAdmit({
      t, env: { ...env, PRICE_AMOUNT: undefined, ON_FRAUD_WARNING: 'pause', ON_DISPUTE: 'tell' }, late: () => ({ PRODUCTS_FILE: file }),
      prepare: (dir) => {
        file = `${dir}/products.json`;
        writeFileSync(file, JSON.stringify({ products: [product('a'), product('b', { on_fraud_warning: 'refund', on_dispute: 'pause' }), product('c', { on_fraud_warning: 'tell', dispute: 'end' })] }));
      },
    });
    const ends = {};
    for (const [what, step] of [['warn', WARNED.steps[0]], ['dispute', DISPUTED.steps[0]]])
      for (const id of ['a', 'b', 'c']) {
        const tgId = 100 + Object.keys(ends).length;
        const session = app.sessionAt((await app.request(`/pay?tg_id=${tgId}&product=${id}`)).headers.get('location'));
        await tell(app, await app.stripe.pay(session), await step(app, session));
        ends[`${id} ${what}`] = access(app, tgId)[1];
      }
    assert.deepEqual(ends, { 'a warn': 'warned', 'b warn': 'refunded', 'c warn': 'paid', 'a dispute': 'paid', 'b dispute': 'disputed', 'c dispute': 'disputed' });
  });
});
