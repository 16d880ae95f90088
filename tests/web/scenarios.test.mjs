// Who is in the channel afterwards, whatever the order of the news: each scenario's events over HTTP in every order, the
// first of them once more, and the worker killed once at a moment of chance (SCENARIO_SEED=N plays the same again).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keep } from '../fault/table.mjs';
import { dispute, refund } from '../sandbox/stripe-objects.mjs';
import { dice } from './chance.mjs';
import { IS_SANITIZED, person, startAdmit, until } from './harness.mjs';
import { OF_ONE_WORKER } from './ledger.mjs';

const CHANNEL = -1001234567890;
const PRICE = 999;
const STARS = 500;
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;
const PATIENCE_MS = 90_000;
const MONTH_S = 2_592_000;

let app, nextId = 50_000, nextUpdate = 500_000_000, n_orders = 0, n_kills = 0;

// ---- the pieces: each makes one event of a buyer's, to be told now or later ----

const stripe = (make) => async (who) => ({ event: structuredClone(await make(who)) });
const stars = (make) => async (who) => ({ update: { update_id: nextUpdate += 1, message: { message_id: nextUpdate, date: 1, chat: { id: who.id, type: 'private', first_name: 'B' }, from: person(who.id), ...make(who) } } });

/** The charge that refunds and disputes are about; its ids follow from the payment. */
const charge = ({ session }) => {
  const intent = app.stripe.sessions.get(session).payment_intent;
  return { id: `ch_${intent}`, amount: PRICE, currency: 'eur', payment_intent: intent, payment_method: 'pm_1' };
};

const paid = stripe(({ session }) => app.stripe.pay(session));
const paidLater = stripe(({ session }) => app.stripe.payAsync(session));
const confirmed = stripe(({ session }) => app.stripe.asyncSucceeded(session));
const declined = stripe(({ session }) => app.stripe.asyncFailed(session));
const expired = stripe(({ session }) => app.stripe.expire(session));
const paidAnew = stripe((who) => {
  const { params } = app.stripe.requests.find(({ method, params: asked }) => method === 'POST' && asked?.metadata?.tg_id === String(who.id));
  return app.stripe.pay(app.stripe.create(params).id);
});
const free = stripe(({ session }) => {
  const before = app.stripe.sessions.get(session);
  return app.stripe.event('checkout.session.completed', { ...before, status: 'complete', payment_status: 'no_payment_required', amount_total: 0, payment_intent: null });
});
const refunded = (amount = PRICE, { nth = 1, status, type = 'refund.created' } = {}) => stripe((who) =>
  app.stripe.event(type, { ...refund(charge(who), amount, status), id: `re_${nth}${charge(who).payment_intent}` }));
const chargeRefunded = (amount = PRICE) => stripe((who) => app.stripe.event('charge.refunded', {
  ...structuredClone(app.stripe.charges.get(who.session)), amount_refunded: amount, refunded: amount === PRICE,
}));
const disputed = (status, type = 'charge.dispute.created') => stripe((who) =>
  app.stripe.event(type, { ...dispute(charge(who), status), id: `du_${charge(who).payment_intent}` }));
const warned = stripe((who) => app.stripe.event('radar.early_fraud_warning.created', {
  object: 'radar.early_fraud_warning', id: `issfr_${charge(who).payment_intent}`, actionable: true, charge: charge(who).id, created: 1_700_000_000,
  fraud_type: 'made_with_stolen_card', livemode: false, payment_intent: charge(who).payment_intent,
}));

const about = (who, nth) => ({ currency: 'XTR', total_amount: STARS, invoice_payload: 'admit:course', telegram_payment_charge_id: `stx_${who.id}_${nth}` });
const until30 = (nth) => Math.floor(Date.now() / 1000) + nth * MONTH_S;
const starsPaid = (nth = 1) => stars((who) => ({ successful_payment: { ...about(who, nth), provider_payment_charge_id: '' } }));
const starsPeriod = (nth) => stars((who) => ({
  successful_payment: { ...about(who, nth), provider_payment_charge_id: '', is_recurring: true, ...(nth === 1 && { is_first_recurring: true }), subscription_expiration_date: until30(nth) },
}));
const starsBack = (nth = 1) => stars((who) => ({ refunded_payment: about(who, nth) }));

// ---- the table: what happens, by which events, and whether the buyer is in the channel afterwards ----

const SCENARIOS = [
  ['paid', [paid], 'in'],
  ['a code of 100 %', [free], 'in'],
  ['nobody paid', [expired], 'out'],
  ['paid later, confirmed', [paidLater, confirmed], 'in'],
  ['paid later, declined', [paidLater, declined], 'out'],
  ['paid later, confirmed, refunded', [paidLater, confirmed, refunded()], 'out'],
  ['refunded in full', [paid, refunded(), chargeRefunded()], 'out'],
  ['refunded in part', [paid, refunded(300), chargeRefunded(300)], 'in'],
  ['refunded in two parts', [paid, refunded(300), refunded(699, { nth: 2 })], 'out'],
  ['refunded in two parts, told by the charge alone', [paid, chargeRefunded(300), chargeRefunded()], 'out'],
  ['a refund that failed', [paid, refunded(PRICE, { status: 'pending' }), refunded(PRICE, { status: 'failed', type: 'refund.failed' })], 'in'],
  ['a refund that was canceled', [paid, refunded(PRICE, { status: 'pending' }), refunded(PRICE, { status: 'canceled', type: 'refund.updated' })], 'in'],
  ['a refund that failed, and another', [paid, refunded(), refunded(PRICE, { status: 'failed', type: 'refund.failed' }), refunded(PRICE, { nth: 2 })], 'out'],
  ['disputed', [paid, disputed('needs_response')], 'out'],
  ['disputed and won', [paid, disputed('needs_response'), disputed('won', 'charge.dispute.closed')], 'in'],
  ['disputed and lost', [paid, disputed('needs_response'), disputed('lost', 'charge.dispute.closed')], 'out'],
  ['disputed, under review, won', [paid, disputed('needs_response'), disputed('under_review', 'charge.dispute.updated'), disputed('won', 'charge.dispute.closed')], 'in'],
  ['the funds are back', [paid, disputed('needs_response'), disputed('under_review', 'charge.dispute.funds_reinstated')], 'out'],
  ['lost, appealed, won', [paid, disputed('lost', 'charge.dispute.closed'), disputed('appeal_needs_response', 'charge.dispute.updated'), disputed('won', 'charge.dispute.closed')], 'in'],
  ['a refund that waits for the buyer', [paid, refunded(PRICE, { status: 'requires_action' })], 'in'],
  ['an inquiry', [paid, disputed('warning_needs_response'), disputed('warning_closed', 'charge.dispute.closed')], 'in'],
  ['prevented', [paid, disputed('prevented')], 'in'],
  ['a warning of fraud', [paid, warned], 'in'],
  ['won, but refunded', [paid, disputed('needs_response'), disputed('won', 'charge.dispute.closed'), refunded()], 'out'],
  ['refunded, bought again', [paid, refunded(), paidAnew], 'in'],
  ['lost, bought again', [paid, disputed('needs_response'), disputed('lost', 'charge.dispute.closed'), paidAnew], 'in'],
  ['Stars', [starsPaid()], 'in'],
  ['Stars that went back', [starsPaid(), starsBack()], 'out'],
  ['Stars that went back, paid again', [starsPaid(), starsBack(), starsPaid(2)], 'in'],
  ['refunded, paid in Stars', [paid, refunded(), starsPaid()], 'in'],
  ['a subscription in Stars, renewed', [starsPeriod(1), starsPeriod(2)], 'in'],
  ['its renewal goes back: the first period holds', [starsPeriod(1), starsPeriod(2), starsBack(2)], 'in'],
  ['all of it goes back', [starsPeriod(1), starsPeriod(2), starsBack(1), starsBack(2)], 'out'],
];

// ---- chance ----

const SEED = Number(process.env.SCENARIO_SEED ?? Math.floor(Math.random() * 2 ** 31));

const chance = dice(SEED);

const permutations = (list) => list.length < 2 ? [list] :
  list.flatMap((one, i) => permutations(list.filter((_, k) => k !== i)).map((rest) => [one, ...rest]));

// ---- playing ----

function killWorker() {
  for (const pid of app.processes('admit work')) {
    try {
      process.kill(pid, 'SIGKILL');
      n_kills += 1;
    } catch { /* it has just ended */ }
  }
}

/** Kills the worker once: after an event, or at a call about the buyer. */
function killOnce(id, nEvents) {
  let left = chance(nEvents + 5);
  const step = () => {
    if (left === 0) killWorker();
    left -= 1;
  };
  const ofBuyer = ({ params }) => [params.user_id, params.chat_id].some((it) => String(it) === String(id)) && step();
  app.telegram.journal.on('add', ofBuyer);
  return { step, stop: () => app.telegram.journal.off('add', ofBuyer) };
}

async function tell({ event, update }) {
  assert.equal((await (event ? app.event(event) : app.update(update))).status, 200);
}

/** One buyer, one order of the events. */
async function play(events, order) {
  const who = { id: nextId += 1 };
  who.session = await app.open(who.id);
  const told = [];
  for (const make of events) told.push(await make(who));
  const killer = killOnce(who.id, events.length);
  for (const i of [...order, order[0]]) {
    await tell(told[i]);
    killer.step();
  }
  return { ...who, killer };
}

const isOwed = () => app.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL LIMIT 1').length > 0;
const isUnderWay = () => app.telegram.attempts.items.some(({ status }) => status === undefined);

/** Has workers at it until nothing is owed and nothing is on its way to us, which could owe again. */
const drained = () => until(async () => {
  await app.turn();
  return !isUnderWay() && !isOwed() && !isUnderWay();
}, PATIENCE_MS, 'nothing is owed');

describe(`the worker is killed once in each order, SCENARIO_SEED=${SEED}`, { concurrency: false, ...OF_ONE_WORKER }, () => {
  before(async () => {
    app = await startAdmit({
      env: { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined, SELL_WITH: 'both', STARS_AMOUNT: String(STARS), RECONCILE_MINUTES: '0' },
    });
    // Every buyer follows whatever link arrives.
    app.telegram.chats.on('message', ({ chat, text, from }) => {
      const link = from.is_bot && chat.id > 0 && PERSONAL.exec(text ?? '')?.[0];
      if (link) app.telegram.follow(person(chat.id), link);
    });
  });
  after(() => app?.stop());

  for (const [what, events, where] of SCENARIOS)
    test(`${what}: ${where}`, async () => {
      const orders = permutations([...events.keys()]).filter((_, i) => !IS_SANITIZED || i % 6 === 0);
      const played = await Promise.all(orders.map((order) => play(events, order)));
      await drained();
      for (const { killer } of played) killer.stop();
      n_orders += orders.length;
      const inside = app.telegram.channels.inside(CHANNEL);
      const wrong = orders.filter((_, i) => inside.includes(played[i].id) !== (where === 'in'));
      assert.deepEqual(wrong, [], 'the orders that end otherwise');
      assert.deepEqual(app.sql('SELECT error FROM jobs WHERE parked_ms IS NOT NULL'), [], 'nothing waits for a person');
    });

  test('all of them', (t) => {
    t.diagnostic(`measure: ${SCENARIOS.length} scenarios over HTTP, ${n_orders} orders of their events, the worker killed ${n_kills} times, seed ${SEED}`);
    assert.ok(n_kills > 0, 'a worker was killed');
    keep('scenarios', [{
      name: 'buying, renewing and losing, each in several orders of its events', points: n_orders,
      outcome: `${SCENARIOS.length} scenarios: whoever belongs in the channel is in, nobody else; ${n_kills} times a worker was killed in between`,
    }]);
  });
});
