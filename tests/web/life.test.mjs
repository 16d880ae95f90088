// The life of an access after the first payment: several products, money that goes back, who hears of it.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { keep } from '../fault/table.mjs';
import { dispute, refund } from '../sandbox/stripe-objects.mjs';
import { IS_SANITIZED, PATIENCE_MS, LINK, person, startAdmit, until } from './harness.mjs';

const ADMIN = 900;

const PRODUCTS = {
  products: [
    { id: 'course', title: 'Курс', price: { amount: 999, currency: 'eur' }, channels: [{ link: LINK }] },
    { id: 'club', title: { en: 'Club', uk: 'Клуб' }, price: { amount: 1500, currency: 'usd' }, channels: [{ link: 'https://t.me/+club1' }, { link: 'https://t.me/+club2' }], dispute: 'keep' },
  ],
};

const withProducts = async (t, more = {}) => {
  let file;
  const prepare = (dir) => { file = `${dir}/products.json`; writeFileSync(file, JSON.stringify(PRODUCTS)); };
  // The folder's name is known only when it is made, so the setting is a function of it.
  return startAdmit({ t, prepare, env: { ADMIN_TG_IDS: String(ADMIN), PRICE_AMOUNT: undefined, ...more }, late: () => ({ PRODUCTS_FILE: file }) });
};

const isPaid = (app, tgId) => app.sql(`SELECT is_paid FROM users WHERE tg_id = ${tgId}`)[0]?.[0];
const inOf = (app, tgId) => Object.fromEntries(app.sql(`SELECT product, is_in FROM access WHERE tg_id = ${tgId}`));

async function buy(app, tgId, query = '') {
  const res = await app.request(`/pay?tg_id=${tgId}${query}`);
  assert.equal(res.status, 303);
  const id = app.sessionAt(res.headers.get('location'));
  const event = await app.stripe.pay(id);
  assert.equal((await app.event(event)).status, 200);
  return event.data.object;
}

test('two products: each with its price, its channels and its access', async (t) => {
  const app = await withProducts(t);
  const club = await buy(app, 5, '&product=club');
  assert.deepEqual([club.amount_total, club.currency, club.metadata.product], [1500, 'usd', 'club']);
  const { params } = await app.told(5, 't.me/+club1');
  assert.match(params.text, /Клуб/);
  assert.match(params.text, /t\.me\/\+club2/);
  assert.deepEqual(inOf(app, 5), { club: '1' });
  assert.match((await app.request('/pay?tg_id=5&product=club')).text, /Відповідь — у чаті з ботом/, 'paid before');
  const course = await buy(app, 5);
  assert.deepEqual([course.amount_total, course.metadata.product], [999, 'course']);
  await app.invited(5);
  assert.deepEqual(inOf(app, 5), { club: '1', course: '1' });

  await app.event(app.stripe.event('refund.created', REFUND(course.payment_intent)));
  assert.deepEqual([inOf(app, 5), isPaid(app, 5)], [{ club: '1', course: '0' }, '1'], 'one of two is gone, the other stays');

  const unknown = await app.request('/pay?tg_id=5&product=gone');
  assert.equal(unknown.status, 400);
  assert.match(unknown.text, /«Курс», «Клуб»/);
  assert.equal(app.stripe.requests.filter(({ method }) => method === 'POST').length, 2);
});

test('the bot lists what is sold, and sends the way to pay for what is chosen', async (t) => {
  const app = await withProducts(t);
  const sent = await app.say(person(5), '/pay');
  assert.ok(sent, 'an answer');
  const keyboard = app.telegram.messages(5).at(-1).reply_markup.inline_keyboard.flat();
  assert.deepEqual(keyboard.map(({ text, callback_data }) => [text, callback_data]), [['💳 Курс', 'buy:course'], ['💳 Клуб', 'buy:club']]);
  await app.telegram.press(person(5), app.telegram.messages(5).at(-1), 'buy:club');
  await app.told(5, 'product=club');
});

test('a products file with faults: each is told, with its line', async (t) => {
  const app = await withProducts(t);
  writeFileSync(app.env.PRODUCTS_FILE, '{ "products": [\n { "id": "a", "title": "A",\n "price": { "amount": 9.99, "currency": "eur" },\n "channels": [] } ] }');
  const { status, stdout } = await app.admit(['check', '--settings']);
  assert.equal(status, 1);
  assert.match(stdout, /products\.json, line 3, product 1: amount must be/);
  assert.match(stdout, /products\.json, line 4, product 1: channels must be/);
});

// What takes money back: the stand-in's objects, in Stripe's own shape, with ids that follow from the payment.
const charge = (intent, more = {}) => ({ id: `ch_${intent}`, amount: 999, currency: 'eur', payment_intent: intent, payment_method: 'pm_1', ...more });
const REFUND = (intent, { id = `re_${intent}`, amount = 999, status } = {}) => ({ ...refund(charge(intent), amount, status), id });
const DISPUTE = (intent, status) => {
  const object = dispute(charge(intent), status);
  return { ...object, id: `du_${intent}`, evidence_details: { ...object.evidence_details, due_by: 1_893_456_000 } };
};
const WARNING = (intent) => ({
  object: 'radar.early_fraud_warning', id: `issfr_${intent}`, actionable: true, charge: `ch_${intent}`, created: 1_700_000_000,
  fraud_type: 'made_with_stolen_card', livemode: false, payment_intent: intent,
});

const SCENARIOS = [
  ['refunded in full', (pi) => [['refund.created', REFUND(pi)]], '0'],
  ['refunded in part', (pi) => [['refund.created', REFUND(pi, { amount: 300 })]], '1'],
  ['refunded in two parts', (pi) => [['refund.created', REFUND(pi, { amount: 300 })], ['refund.created', REFUND(pi, { id: `re_2${pi}`, amount: 699 })]], '0'],
  ['a refund that failed', (pi) => [['refund.created', REFUND(pi, { status: 'pending' })], ['refund.failed', REFUND(pi, { status: 'failed' })]], '1'],
  ['a refund that was canceled', (pi) => [['refund.created', REFUND(pi, { status: 'pending' })], ['refund.updated', REFUND(pi, { status: 'canceled' })]], '1'],
  ['disputed', (pi) => [['charge.dispute.created', DISPUTE(pi, 'needs_response')]], '0'],
  ['disputed and won', (pi) => [['charge.dispute.created', DISPUTE(pi, 'needs_response')], ['charge.dispute.closed', DISPUTE(pi, 'won')]], '1'],
  ['disputed and lost', (pi) => [['charge.dispute.created', DISPUTE(pi, 'needs_response')], ['charge.dispute.closed', DISPUTE(pi, 'lost')]], '0'],
  ['an inquiry', (pi) => [['charge.dispute.created', DISPUTE(pi, 'warning_needs_response')], ['charge.dispute.closed', DISPUTE(pi, 'warning_closed')]], '1'],
  ['prevented', (pi) => [['charge.dispute.created', DISPUTE(pi, 'prevented')]], '1'],
  ['the funds are back', (pi) => [['charge.dispute.created', DISPUTE(pi, 'needs_response')], ['charge.dispute.funds_reinstated', DISPUTE(pi, 'under_review')]], '0'],
  ['the funds are back, and lost', (pi) => [['charge.dispute.funds_reinstated', DISPUTE(pi, 'under_review')], ['charge.dispute.closed', DISPUTE(pi, 'lost')]], '0'],
  ['lost, appealed, won', (pi) => [['charge.dispute.closed', DISPUTE(pi, 'lost')], ['charge.dispute.updated', DISPUTE(pi, 'appeal_under_review')], ['charge.dispute.closed', DISPUTE(pi, 'won')]], '1'],
  ['a refund that waits', (pi) => [['refund.created', REFUND(pi, { status: 'requires_action' })]], '1'],
  ['a refund of a status to come', (pi) => [['refund.created', REFUND(pi, { status: 'thinking' })]], '1'],
  ['a dispute of a status to come', (pi) => [['charge.dispute.updated', DISPUTE(pi, 'arbitrated')]], '1'],
  ['disputed, and then of a status to come', (pi) => [['charge.dispute.created', DISPUTE(pi, 'needs_response')], ['charge.dispute.updated', DISPUTE(pi, 'arbitrated')]], '0'],
  ['a warning of fraud', (pi) => [['radar.early_fraud_warning.created', WARNING(pi)]], '1'],
];

test('money that goes back, in every order over HTTP', async (t) => {
  const app = await startAdmit({ t, env: { ADMIN_TG_IDS: String(ADMIN) } });
  const permutations = (list) => list.length < 2 ? [list] : list.flatMap((one, i) => permutations(list.toSpliced ? list.toSpliced(i, 1) : list.filter((_, k) => k !== i)).map((rest) => [one, ...rest]));
  let tgId = 1000;
  let runs = 0;
  for (const [why, newsOf, end] of SCENARIOS) {
    const shapes = newsOf('pi').length + 1; // the payment is one of the pieces
    for (const order of permutations([...Array(shapes).keys()]).filter((_, i) => !IS_SANITIZED || i % 4 === 0)) {
      tgId += 1;
      runs += 1;
      const id = await app.open(tgId);
      const paid = await app.stripe.pay(id);
      const news = newsOf(paid.data.object.payment_intent).map(([type, object]) => app.stripe.event(type, object));
      const events = [paid, ...news];
      for (const i of [...order, order[0]]) assert.equal((await app.event(events[i])).status, 200);
      assert.equal(isPaid(app, tgId), end, `${why}, in the order ${order}`);
    }
  }
  t.diagnostic(`measure: ${SCENARIOS.length} scenarios of money that goes back, ${runs} orders over HTTP`);
  keep('reversals', [{ name: 'money that goes back, in every order of the events', points: runs, outcome: `${SCENARIOS.length} scenarios: paid or not as it ought to be` }]);
    const told = app.sql(`SELECT detail FROM jobs WHERE tg_id = ${ADMIN}`).join('\n'); // delivered at one a second
  await app.told(ADMIN, 'Продаж');
  for (const words of [/Продаж: «.*», 9,99\u00a0€/, /оскаржено.*до 1 січня 2030/, /шахрайство/, /програно/, /без втрат/, /ще не знає \(status arbitrated\)/, /ще не знає \(status thinking, amount 999\)/]) assert.match(told, words);
});

test('who is told what: the buyer of the end, and of the way back in', async (t) => {
  const app = await startAdmit({ t });
  const { payment_intent: intent } = await buy(app, 5);
  await app.invited(5);
  await app.event(app.stripe.event('charge.dispute.created', DISPUTE(intent, 'needs_response')));
  await app.told(5, 'оскаржено');
  await app.event(app.stripe.event('charge.dispute.closed', DISPUTE(intent, 'won')));
  await until(() => app.arrived(5) === 2, PATIENCE_MS, 'a second invite');
  await app.event(app.stripe.event('charge.dispute.closed', DISPUTE(intent, 'won')));
  await app.settled();
  assert.equal(app.arrived(5), 2);
});

test('promotion codes, tax and language of the checkout are settings; a code of 100 % lets in', async (t) => {
  const plain = await startAdmit({ t });
  await plain.open(5);
  const paramsOf = (app) => app.stripe.requests.find(({ method }) => method === 'POST').params;
  const { allow_promotion_codes: codes, automatic_tax: tax, locale } = paramsOf(plain);
  assert.deepEqual([codes, tax, locale], [undefined, undefined, 'auto']);

  const app = await startAdmit({ t, env: { ALLOW_PROMOTION_CODES: '1', AUTOMATIC_TAX: '1', CHECKOUT_LOCALE: 'pl' } });
  const id = await app.open(5);
  const params = paramsOf(app);
  assert.deepEqual([params.allow_promotion_codes, params.automatic_tax, params.locale], ['true', { enabled: 'true' }, 'pl']);
  const session = { ...app.stripe.sessions.get(id), status: 'complete', payment_status: 'no_payment_required', amount_total: 0, payment_intent: null };
  assert.equal((await app.event(app.stripe.event('checkout.session.completed', session))).status, 200);
  await app.invited(5);
  assert.equal(isPaid(app, 5), '1');
  assert.deepEqual(app.sql('SELECT amount_minor FROM orders WHERE paid_ms > 0'), [['0']], 'and counts as what it brought');

  const wrong = await app.admit(['check', '--settings'], { CHECKOUT_LOCALE: 'uk' });
  assert.match(wrong.stdout, /CHECKOUT_LOCALE must be auto or a language/);
});
