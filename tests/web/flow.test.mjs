// The whole way of one buyer, as FastCGI and as plain CGI.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PATIENCE_MS, BARE, LINK, MODES, SUPPORT, person, startAdmit } from './harness.mjs';
import { ON_POSTGRES } from './ledger.mjs';

const BUYER = person(700_000_001);

for (const mode of MODES)
  describe(`a purchase by ${mode}`, () => {
    let app, session;
    before(async () => { app = await startAdmit({ mode, env: { METRICS_TOKEN: 'a-token_ofTheFlow' } }); });
    after(() => app?.stop());

    test('/start greets and has the button', async () => {
      const { status, body } = await app.say(BUYER, '/start');
      const reply = JSON.parse(body);
      assert.equal(status, 200);
      assert.equal(reply.method, 'sendMessage');
      assert.equal(reply.chat_id, BUYER.id);
      assert.equal(reply.reply_markup.inline_keyboard[0][0].callback_data, 'buy');
      assert.equal(reply.link_preview_options.is_disabled, true);
    });

    test('the button is answered and brings the link', async () => {
      const [greeting] = app.telegram.messages(BUYER.id);
      const { status, body } = await app.telegram.press(BUYER, greeting, 'buy');
      assert.equal(status, 200);
      assert.equal(JSON.parse(body).method, 'answerCallbackQuery');
      const { params } = await app.told(BUYER.id, `${app.base}/pay?tg_id=${BUYER.id}`);
      const [[button]] = params.reply_markup.inline_keyboard;
      assert.equal(button.text, '💳 Перейти до оплати');
      assert.equal(button.url, `${app.base}/pay?tg_id=${BUYER.id}&language=uk`);
      assert.equal(params.link_preview_options.is_disabled, true);
    });

    test('/pay brings the link too', async () => {
      const { body } = await app.say(BUYER, '/pay');
      const { text, reply_markup: { inline_keyboard: [[{ url }]] } } = JSON.parse(body);
      assert.match(url, new RegExp(`/pay\\?tg_id=${BUYER.id}&language=uk$`));
      assert.doesNotMatch(text, /https?:/, 'the address is in the button alone');
      assert.match(text, /^10 кроків до щастя\n\nЦіна: 9,99\u00a0€, разовий платіж$/);
    });

    test('the link leads to Stripe', async () => {
      const res = await app.request(`/pay?tg_id=${BUYER.id}`);
      assert.equal(res.status, 303);
      session = app.sessionAt(res.headers.get('location'));
      const { params, headers } = app.stripe.requests.find(({ method }) => method === 'POST');
      assert.equal(params.mode, 'payment');
      assert.equal(params.metadata.tg_id, String(BUYER.id));
      assert.equal(params.payment_intent_data.metadata.tg_id, String(BUYER.id));
      assert.equal(params.client_reference_id, String(BUYER.id));
      assert.match(params.success_url, /\/paid\?session_id=\{CHECKOUT_SESSION_ID\}$/);
      assert.equal(params.line_items[0].price_data.unit_amount, '999');
      assert.equal(params.line_items[0].price_data.currency, 'eur');
      assert.ok(headers['idempotency-key'].length > 10);
      assert.equal(headers['stripe-version'], '2026-10-28.endive');
    });

    test('a second click goes to the same session without a call', async () => {
      const n = app.stripe.requests.length;
      assert.equal(await app.open(BUYER.id), session);
      assert.equal(app.stripe.requests.length, n);
    });

    test('the address without rewriting works as well', async () => {
      const res = await app.request(`${BARE}/pay.fcgi?tg_id=${BUYER.id}`);
      assert.equal(app.sessionAt(res.headers.get('location')), session);
    });

    test('the thank-you page of an unpaid session shows no link', async () => {
      const res = await app.request(`/paid?session_id=${session}`);
      assert.equal(res.status, 200);
      assert.ok(!res.text.includes(LINK));
    });

    test('the paid event is recorded, then answered', async () => {
      const res = await app.event(await app.stripe.pay(session));
      assert.equal(res.status, 200);
      assert.deepEqual(app.sql(`SELECT is_paid, session_id FROM users WHERE tg_id = ${BUYER.id}`), [['1', session]]);
      assert.deepEqual(app.sql('SELECT is_in, why FROM access'), [['1', 'paid']]);
    });

    test('the invite arrives', async () => {
      const { params } = await app.invited(BUYER.id);
      for (const words of ['Оплату підтверджено', 'Ласкаво просимо', 'закритого курсу', LINK, '/help'])
        assert.ok(params.text.includes(words), `the message says ${words}`);
      assert.doesNotMatch(params.text, /Коуч/, 'there are no lessons');
      await app.settled();
    });

    test('the thank-you page shows the link', async () => {
      const res = await app.request(`/paid?session_id=${session}`);
      assert.ok(res.text.includes(`href="${LINK}"`));
      assert.match(res.headers.get('content-type'), /text\/html; charset=utf-8/);
      assert.equal(res.headers.get('cache-control'), 'no-store');
    });

    test('/pay sells it no second time, and the bot says why', async () => {
      const n = app.stripe.requests.length;
      const res = await app.request(`/pay?tg_id=${BUYER.id}`);
      assert.equal(res.status, 200);
      assert.match(res.text, /Відповідь — у чаті з ботом/);
      assert.ok(!res.text.includes(LINK), 'the page is for anyone who knows the id');
      assert.equal(app.stripe.requests.length, n);
      const { body } = await app.say(BUYER, '/pay');
      assert.match(JSON.parse(body).text, /вже маєте доступ/, 'and so says the bot');
    });

    test('/help sends the invite again, /status knows', async () => {
      const n = app.telegram.calls.length;
      await app.say(BUYER, '/help');
      await app.invited(BUYER.id, PATIENCE_MS, n);
      const { body } = await app.say(BUYER, '/status');
      assert.match(JSON.parse(body).text, /відкрито/);
    });

    test('the same event again changes nothing', async () => {
      const n = app.invites(BUYER.id).length;
      const event = app.stripe.events.at(-1);
      assert.equal((await app.event(event)).status, 200);
      const other = await app.buy(700_000_002); // its invite is sent later than any second one would be
      assert.equal(other.status, 200);
      await app.invited(700_000_002);
      assert.equal(app.invites(BUYER.id).length, n);
    });

    test('other pages', async () => {
      const health = await app.request('/health');
      assert.equal(health.status, 200);
      assert.deepEqual(Object.keys(JSON.parse(health.text)), ['ok', 'oldest_job_age_ms']);
      const metrics = await app.request('/metrics', { headers: { authorization: 'Bearer a-token_ofTheFlow' } });
      assert.equal(metrics.status, 200, 'the server lets the token through');
      assert.match(metrics.text, /^admit_payments_total 2$/m);
      assert.equal((await app.request('/metrics')).status, 401);
      assert.equal((await app.request('/cancel')).status, 200);
      assert.match((await app.request('/cancel')).text, new RegExp(SUPPORT));
    });
  });

test('a payment without its event: /paid finds it', async (t) => {
  const app = await startAdmit({ t });
  const id = await app.open(5);
  await app.stripe.pay(id); // nobody delivers the event
  const res = await app.request(`/paid?session_id=${id}`);
  assert.ok(res.text.includes(LINK));
  await app.invited(5);
  assert.deepEqual(app.sql('SELECT is_paid FROM users WHERE tg_id = 5'), [['1']]);
  assert.equal((await app.event(app.stripe.events.at(-1))).status, 200);
  await app.settled();
  assert.equal(app.invites(5).length, 1, 'the late event sends no second invite');
});

test('a payment without its event: /help finds it', async (t) => {
  const app = await startAdmit({ t });
  const id = await app.open(6);
  await app.say(person(6), '/help');
  await app.told(6, 'поки не бачимо');
  await app.stripe.pay(id);
  await app.say(person(6), '/help');
  await app.invited(6);
  await app.settled();
  assert.equal(app.invites(6).length, 1, 'recording the payment and the help send one invite together');
});

test('/help of who never began to pay tells how, and whom to write to', async (t) => {
  const app = await startAdmit({ t });
  const { body } = await app.say(person(7), '/help');
  assert.ok(JSON.parse(body).text.includes(SUPPORT));
  assert.equal(app.stripe.requests.length, 0);
});

// Half a minute of waiting for Stripe, wherever the ledger is.
test('/help while Stripe is down: told so, and healed when it is back', { skip: ON_POSTGRES }, async (t) => {
  const app = await startAdmit({ t });
  const id = await app.open(8);
  await app.stripe.pay(id);
  app.stripe.setFault({ kind: 'status', status: 500, next: 5 });
  await app.say(person(8), '/help');
  await app.told(8, 'не вдається перевірити', 20_000);
  await app.invited(8, 40_000);
});

test('where Telegram would refuse the URL there is no button', async (t) => {
  const app = await startAdmit({ t, baseUrl: (port) => `http://localhost:${port}` });
  const { body } = await app.say(person(9), '/pay');
  const reply = JSON.parse(body);
  assert.match(reply.text, /http:\/\/localhost:\d+\/pay\?tg_id=9/);
  assert.equal(reply.reply_markup, undefined);
  const { body: greeting } = await app.say(person(9), '/start');
  assert.equal(JSON.parse(greeting).reply_markup.inline_keyboard[0][0].callback_data, 'buy', 'a button without a URL is no trouble');
  const [shown] = app.telegram.messages(9).slice(-1);
  const from = app.telegram.calls.length;
  await app.telegram.press(person(9), shown, 'buy');
  const { params } = await app.told(9, `http://localhost:${app.port}/pay?tg_id=9`, PATIENCE_MS, from);
  assert.equal(params.reply_markup, undefined, 'nor has the message that the worker sends');
});
