// GET /pay: what it refuses, what it creates nothing for, and Stripe in every kind of trouble.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { LINK, SECRETS, SERVER, SHOP, SUPPORT, person, startAdmit, until } from './harness.mjs';
import { servers } from './servers.mjs';

describe('addresses', () => {
  let app;
  before(async () => { app = await startAdmit(); });
  after(() => app?.stop());

  const bad = [
    ['missing', ''],
    ['empty', '?tg_id='],
    ['given twice', '?tg_id=5&tg_id=6'],
    ['given twice, the same', '?tg_id=5&tg_id=5'],
    ['given twice, once encoded', '?tg_id=5&%74g_id=6'],
    ['zero', '?tg_id=0'],
    ['negative', '?tg_id=-1'],
    ['with a sign', '?tg_id=%2B1'],
    ['a fraction', '?tg_id=1.0'],
    ['an exponent', '?tg_id=1e3'],
    ['hexadecimal', '?tg_id=0x10'],
    ['a leading zero', '?tg_id=007'],
    ['a blank before', '?tg_id=%205'],
    ['a blank behind', '?tg_id=5%20'],
    ['a plus is a blank', '?tg_id=+5'],
    ['2^52 + 1', '?tg_id=4503599627370497'],
    ['2^63', '?tg_id=9223372036854775808'],
    ['10^40', `?tg_id=1${'0'.repeat(40)}`],
    ['a NUL (lighttpd refuses it itself)', '?tg_id=5%00', true],
    ['half a percent', '?tg_id=5%'],
    ['half a percent before it', '?x=%&tg_id=%5'],
    ['a percent encoded', '?tg_id=%2535'],
    ['no hex', '?tg_id=5%zz'],
    ['digits of another script', '?tg_id=%D9%A1%D9%A2'],
    ['digits of full width', '?tg_id=%EF%BC%95'],
    ['bytes that are no UTF-8 (lighttpd refuses them itself)', '?tg_id=%FF%FE', true],
    ['an underline', '?tg_id=1_000'],
    ['not a number', '?tg_id=NaN'],
    ['brackets', '?tg_id[]=5'],
    ['behind a semicolon', '?a=1;tg_id=5'],
    ['SQL', "?tg_id=1';DROP%20TABLE%20users;--"],
    ['HTML', '?tg_id=%3Cscript%3Ealert(1)%3C/script%3E'],
    ['a header (lighttpd refuses it itself)', '?tg_id=5%0D%0AX-Injected:%20yes', true],
    ['another name', '?id=5'],
    ['case counts', '?TG_ID=5'],
  ];
  for (const [why, query, byServer] of bad)
    test(`refused: ${why}`, async () => {
      for (const accept of ['text/html', 'application/json']) {
        const res = await app.request(`/pay${query}`, { headers: { accept } });
        assert.equal(res.status, 400);
        assert.equal(res.headers.get('x-injected'), null);
        assert.equal(res.headers.get('location'), null);
        assert.doesNotMatch(res.text, /<script|X-Injected|DROP/);
        if (byServer) continue;
        if (accept === 'application/json') assert.equal(JSON.parse(res.text).error, 'bad_tg_id');
        else assert.match(res.text, /<h1>Посилання неповне<\/h1>/);
      }
      assert.equal(app.stripe.requests.length, 0, 'Stripe is not called');
    });

  const agents = [
    'TelegramBot (like TwitterBot)', 'facebookexternalhit/1.1', 'Twitterbot/1.0', 'WhatsApp/2.23.20.0 A',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'LinkedInBot/1.0', 'Discordbot/2.0', 'Viber/13.3.0.5',
    'Mozilla/5.0 (compatible; Googlebot/2.1)', 'Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5',
  ];
  for (const agent of agents)
    test(`creates nothing for ${agent.slice(0, 30)}`, async () => {
      const res = await app.request('/pay?tg_id=5', { headers: { 'user-agent': agent } });
      assert.equal(res.status, 200);
      assert.equal(res.headers.get('location'), null);
      assert.equal(app.stripe.requests.length, 0);
    });

  const ahead = [['sec-purpose', 'prefetch'], ['sec-purpose', 'prefetch;prerender'], ['purpose', 'prefetch'], ['x-moz', 'prefetch'], ['x-purpose', 'preview']];
  for (const [name, value] of ahead)
    test(`a browser that looks ahead has to ask anew at the click: ${name}: ${value}`, async () => {
      const res = await app.request('/pay?tg_id=5', { headers: { [name]: value } });
      assert.deepEqual([res.status, res.headers.get('cache-control'), res.headers.get('location')], [503, 'no-store', null]);
      assert.equal(app.stripe.requests.length, 0, 'nothing is created');
      const back = await app.request('/paid?session_id=cs_test_none', { headers: { [name]: value } });
      assert.deepEqual([back.status, back.headers.get('cache-control')], [503, 'no-store']);
      assert.equal(app.stripe.requests.length, 0, 'nobody is asked');
    });

  test('creates nothing for HEAD', async () => {
    const head = await app.request('/pay?tg_id=5', { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal((await app.request('/pay?tg_id=x', { method: 'HEAD' })).status, 400);
    assert.equal(app.stripe.requests.length, 0);
  });

  test('a person taken for a machine goes on by the button', async (t) => {
    const alone = await startAdmit({ t });
    const headers = { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' };
    const page = await alone.request('/pay?tg_id=5', { headers });
    const [, href] = /<a class="button"[^>]* href="([^"]+)"/.exec(page.text);
    assert.ok(href.startsWith(`${alone.base}/pay?`), href);
    assert.equal(alone.stripe.requests.length, 0);
    const onward = await alone.request(href.replaceAll('&amp;', '&').slice(alone.base.length), { headers });
    assert.equal(onward.status, 303);
    assert.equal([...alone.stripe.sessions.values()][0].client_reference_id, '5');
  });

  test('a telephone of the maker Cubot pays', async (t) => {
    const alone = await startAdmit({ t });
    const agent = 'Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36';
    assert.equal((await alone.request('/pay?tg_id=5', { headers: { 'user-agent': agent } })).status, 303);
  });

  test('other methods and other addresses', async () => {
    for (const [where, method, allow] of [['/pay?tg_id=5', 'PUT', 'GET, HEAD, POST'], ['/withdraw', 'PUT', 'GET, HEAD, POST'],
      ['/paid', 'POST', 'GET, HEAD'], ['/legal', 'POST', 'GET, HEAD']]) {
      const refused = await app.request(where, { method, body: 'tg_id=5' });
      assert.deepEqual([refused.status, refused.headers.get('allow')], [405, allow], where);
    }
    for (const where of ['/paid?session_id=../../x', '/paid?session_id=cs_a&session_id=cs_b', '/paid?session_id=pi_1'])
      assert.equal((await app.request(where)).status, 400, where);
    assert.equal((await app.request('/paid?session_id=cs_test_unknown')).status, 404);
    assert.equal((await app.request('/paid')).status, 200);
  });

  // The document root of lighttpd.conf holds the sockets, and here the ledger and the log as well.
  const hidden = ['/admit.db', '/pay.sock-0', '/log', '/%2e%2e/log', '/pay/../log', '//log', '/cgi-bin/', '/cgi-bin/admit', '/cgi-bin/../log'];
  for (const where of hidden)
    test(`nothing is served at ${where}`, async () => {
      const res = await app.request(where);
      assert.ok([400, 403, 404].includes(res.status), `${res.status}`);
      assert.doesNotMatch(res.text, /SQLite|ev=|server started/);
    });

  test('pages that do not exist are 404', async () => {
    for (const where of ['/nothing', '/pay/extra', '/payfoo', '/favicon.ico']) assert.equal((await app.request(where)).status, 404, where);
  });

  for (const where of ['/nothing', '/nothing/', '/payfoo', '/a/b/c.php?x=1', '/cgi-bin/other.fcgi', '/webhooks', '/index.html'])
    test(`the page at ${where} is ours, not the server's`, async () => {
      const res = await app.request(where);
      assert.equal(res.status, 404);
      assert.match(res.text, /<h1>Тут нічого немає<\/h1>/);
      assert.equal(res.headers.get('cache-control'), 'no-store');
      const posted = await app.request(where, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', accept: 'application/json' } });
      assert.deepEqual([posted.status, JSON.parse(posted.text).error], [404, 'not_found']);
    });

  test('the root leads to the bot as soon as it is known', async (t) => {
    const alone = await startAdmit({ t });
    assert.equal((await alone.request('/')).status, 404);
    alone.write(`INSERT INTO marks (key, value, word) VALUES ('bot', ${SHOP}, 'steps_to_joy_bot')`);
    for (const where of ['/', '/?utm_source=x']) {
      const res = await alone.request(where);
      assert.deepEqual([res.status, res.headers.get('location')], [303, 'https://t.me/steps_to_joy_bot'], where);
    }
    assert.match((await alone.request('/nothing')).text, /<a class="button"[^>]* href="https:\/\/t\.me\/steps_to_joy_bot">/);
  });

  test('texts of the law and the way to withdraw have addresses of their own', async () => {
    for (const where of ['/legal', '/legal/', '/withdraw', '/withdraw/', '/withdraw?contract=5&language=de']) {
      const res = await app.request(where);
      assert.equal(res.status, 200, where);
      assert.match(res.text, /<h1>/, where);
    }
    const none = await app.request('/legal/terms', { headers: { accept: 'application/json' } });
    assert.deepEqual([none.status, JSON.parse(none.text).error], [404, 'not_found'], 'we answer that there is no such text');
    const sure = await app.request('/withdraw?language=en', { method: 'POST', body: 'contract=cs_test_5',
      headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    assert.equal(sure.status, 200);
    assert.match(sure.text, /I hereby withdraw from my contract cs_test_5\./);
  });

  const echoed = ['referer', 'user-agent', 'accept-language', 'accept', 'cookie', 'x-forwarded-host', 'x-forwarded-for', 'origin'];
  for (const name of echoed)
    test(`no page repeats ${name}`, async () => {
      for (const where of ['/pay?tg_id=x', '/cancel', '/paid', '/health']) {
        const res = await app.request(where, { headers: { [name]: '"><script>alert(7)</script>' } });
        assert.doesNotMatch(res.text + JSON.stringify([...res.headers]), /alert/, where);
      }
    });

  test('another host in the request changes no address of ours', async () => {
    await app.request('/pay?tg_id=88', { headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' } });
    const { params } = app.stripe.requests.at(-1);
    assert.equal(params.success_url, `${app.base}/paid?session_id={CHECKOUT_SESSION_ID}`);
  });

  test('the largest id is taken', async () => {
    await app.open('4503599627370496');
  });

  test('ten first clicks at once share one session', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.request('/pay?tg_id=77')));
    assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(303));
    assert.equal(new Set(answers.map(({ headers }) => headers.get('location'))).size, 1);
    const keys = app.stripe.requests.filter(({ params }) => params.client_reference_id === '77').map(({ headers }) => headers['idempotency-key']);
    assert.equal(new Set(keys).size, 1, 'one idempotency key');
    const sessions = [...app.stripe.sessions.values()].filter(({ client_reference_id: id }) => id === '77');
    assert.equal(sessions.length, 1, 'and Stripe knows of one');
  });

  test('first clicks at once in several languages share one session', async () => {
    const languages = ['de', 'en', 'pl', 'uk', 'de', 'en'];
    const answers = await Promise.all(languages.map((language) => app.request(`/pay?tg_id=79&language=${language}`)));
    assert.deepEqual(answers.map(({ status }) => status), languages.map(() => 303));
    assert.equal(new Set(answers.map(({ headers }) => headers.get('location'))).size, 1);
    const sessions = [...app.stripe.sessions.values()].filter(({ client_reference_id: id }) => id === '79');
    assert.equal(sessions.length, 1, 'Stripe knows of one');
  });
});

describe('Stripe in trouble', () => {
  let app;
  before(async () => { app = await startAdmit(); });
  after(() => app?.stop());

  const many = { next: Infinity };
  const faults = [
    ...[400, 401, 402, 403, 404].map((status) => [`${status}`, { kind: 'status', status }, 502]),
    ...[500, 503].map((status) => [`${status}`, { kind: 'status', status }, 503]),
    ['409: a twin that never ends', { kind: 'status', status: 409 }, 503],
    ['an HTML page', { kind: 'html' }, 502],
    ['nothing', { kind: 'empty' }, 502],
    ['an array', { kind: 'array' }, 502],
    ['20,000 levels', { kind: 'deep' }, 502],
    ['16 MiB', { kind: 'big' }, 502],
    ['bad UTF-8', { kind: 'badutf8' }, 502],
    ['a redirect', { kind: 'redirect', status: 301 }, 502],
    ['a redirect that keeps the method', { kind: 'redirect', status: 307 }, 502],
    ['a page behind 503', { kind: 'html', status: 503 }, 503],
    ['nothing behind 500', { kind: 'empty', status: 500 }, 503],
    ['a reset', { kind: 'reset' }, 503],
    ['a cut', { kind: 'truncated' }, 503],
    ['a url with a header in it', { kind: 'url', url: 'https://x.example/\r\nX-Injected: yes' }, 502],
    ['a script for a url', { kind: 'url', url: 'javascript:alert(1)' }, 502],
    ['an empty url', { kind: 'url', url: '' }, 502],
    ['a number for a url', { kind: 'url', url: 5 }, 502],
    ['no url', { kind: 'url', url: null }, 502],
    ['a url without a host', { kind: 'url', url: 'https://' }, 502],
    ['a file for a url', { kind: 'url', url: 'file:///etc/passwd' }, 502],
    ['a url with a blank', { kind: 'url', url: 'https://x.example/a b' }, 502],
    ['a url with a tab', { kind: 'url', url: 'https://x.example/\ta' }, 502],
    ['a url with a NUL', { kind: 'url', url: 'https://x.example/\0a' }, 502],
    ['a url of other letters', { kind: 'url', url: 'https://x.example/ї' }, 502],
    ['a url without a scheme', { kind: 'url', url: '//x.example/' }, 502],
    ['an object for a url', { kind: 'url', url: { href: 'https://x.example' } }, 502],
    ['a list for a url', { kind: 'url', url: ['https://x.example'] }, 502],
    ['true for a url', { kind: 'url', url: true }, 502],
    ['data for a url', { kind: 'url', url: 'data:text/html,x' }, 502],
    ['an endless url', { kind: 'url', url: `https://x.example/${'a'.repeat(5000)}` }, 502],
  ];
  let tgId = 1000;
  for (const [why, fault, status] of faults)
    test(`an honest page for ${why}`, async () => {
      tgId += 1;
      app.stripe.setFault({ ...many, ...fault });
      const res = await app.request(`/pay?tg_id=${tgId}`);
      assert.equal(res.status, status);
      assert.equal(res.headers.get('location'), null);
      assert.equal(res.headers.get('x-injected'), null);
      assert.ok(res.text.includes(SUPPORT), 'says whom to write to');
      assert.match(res.text, /Кошти не списано/);
      app.stripe.setFault(null);
      const again = await app.request(`/pay?tg_id=${tgId}`);
      assert.equal(again.status, 303, 'the next click works');
      assert.ok(again.headers.get('location').startsWith(app.stripe.url));
      const keys = app.stripe.requests.filter(({ params }) => params.client_reference_id === String(tgId))
        .map(({ headers }) => headers['idempotency-key']);
      assert.notEqual(keys.at(-1), keys[0], 'with a key of its own: Stripe keeps a failure as the answer to its key');
    });

  test('a reset once is not even seen', async () => {
    app.stripe.setFault({ kind: 'reset' });
    assert.equal((await app.request('/pay?tg_id=2000')).status, 303);
  });

  for (const status of [301, 302, 303, 307, 308])
    test(`a redirect by ${status} is not followed with the key`, async () => {
      const heard = [];
      const thief = createServer((req, res) => { heard.push(req.headers); res.end('{}'); }).listen(0, '127.0.0.1');
      await once(thief, 'listening');
      app.stripe.setFault({ kind: 'redirect', status, location: `http://127.0.0.1:${thief.address().port}/v1/checkout/sessions` });
      assert.equal((await app.request(`/pay?tg_id=${2100 + status}`)).status, 502);
      thief.close();
      assert.deepEqual(heard, [], 'nobody else hears of it');
    });

  test('hanging: given up within 11 s, and others are answered meanwhile', async () => {
    app.stripe.setFault({ kind: 'hang', next: 1 });
    const hanging = app.request('/pay?tg_id=2002');
    await app.stripe.waitFor(({ fault }) => fault === 'hang');
    const other = await app.request('/pay?tg_id=2003');
    assert.equal(other.status, 303);
    assert.ok(other.ms < 5000, `${other.ms} ms`); // mod_fcgid takes a second to start another process
    const res = await hanging;
    assert.equal(res.status, 503);
    assert.ok(res.ms < 11_000, `${res.ms} ms`);
    assert.ok(res.text.includes(SUPPORT));
    assert.equal((await app.request('/pay?tg_id=2002')).status, 303, 'the next click works');
  });

  test('hanging for everybody: events are recorded all the same', async () => {
    const event = await app.stripe.pay(await app.open(2004));
    const everybody = 8, before = app.stripe.requests.filter(({ fault }) => fault === 'hang').length;
    app.stripe.setFault({ kind: 'hang', next: everybody });
    const hanging = Array.from({ length: everybody }, (_, i) => app.request(`/pay?tg_id=${2010 + i}`));
    await until(() => app.stripe.requests.filter(({ fault }) => fault === 'hang').length >= before + everybody);
    const res = await app.event(event);
    assert.equal(res.status, 200);
    assert.ok(res.ms < 1000, `${res.ms} ms`);
    await app.invited(2004);
    for (const answer of await Promise.all(hanging)) assert.equal(answer.status, 503);
  });

  const looks = [
    ['500', { kind: 'status', status: 500 }],
    ['a wrong key', { kind: 'status', status: 401 }],
    ['rubbish', { kind: 'html' }],
    ['16 MiB', { kind: 'big' }],
    ['a cut', { kind: 'truncated' }],
  ];
  for (const [why, fault] of looks)
    test(`the thank-you page promises nothing and shows no link: ${why}`, async () => {
      tgId += 1;
      const id = await app.open(tgId);
      await app.stripe.pay(id);
      app.stripe.setFault({ ...many, ...fault });
      const res = await app.request(`/paid?session_id=${id}`);
      app.stripe.setFault(null);
      assert.deepEqual([res.status, res.text.includes(LINK)], [200, false]);
      assert.match(res.text, /Перевіряємо оплату/);
      assert.ok((await app.request(`/paid?session_id=${id}`)).text.includes(LINK), 'looked at again, it does');
    });

  test('nobody at the address', async (t) => {
    const alone = await startAdmit({ t, env: { STRIPE_API_BASE: 'http://127.0.0.1:9' } });
    assert.equal((await alone.request('/pay?tg_id=5')).status, 503);
  });
});

test('what the thank-you page learns is noted whole or not at all', async (t) => {
  const app = await startAdmit({ t });
  const id = await app.open(5);
  await app.stripe.pay(id);
  app.ledger.refuse('jobs');
  const { status, text } = await app.request(`/paid?session_id=${id}`);
  assert.deepEqual([status, text.includes(LINK), /Перевіряємо оплату/.test(text)], [200, false, true]);
  assert.deepEqual(app.sql('SELECT paid_ms, (SELECT COUNT(*) FROM access) FROM orders'), [['', '0']], 'no payment without the invite that it owes');
  app.ledger.allow();
  assert.ok((await app.request(`/paid?session_id=${id}`)).text.includes(LINK));
  await app.invited(5);
});

test('a price kept at Stripe', async (t) => {
  const app = await startAdmit({ t, env: { STRIPE_PRICE_ID: 'price_1Course' }, stripe: { prices: { price_1Course: { unit_amount: 149_000, currency: 'uah' } } } });
  await app.open(5);
  const { params } = app.stripe.requests[0];
  assert.deepEqual(params.line_items[0], { price: 'price_1Course', quantity: '1' });
  assert.equal(app.stripe.requests[0].headers.authorization, `Bearer ${SECRETS.STRIPE_SECRET_KEY}`);
});

test('who asks too often waits; an open session is not refused', async (t) => {
  const app = await startAdmit({ t, env: { PAY_LIMIT_BUYER: '2', PAY_LIMIT_ADDRESS: '14', TRUSTED_PROXIES: '127.0.0.1' } });
  const pay = (tgId, from, more = {}) => app.request(`/pay?tg_id=${tgId}`, { headers: { 'x-forwarded-for': from, ...more } });
  const made = () => app.stripe.requests.filter(({ method }) => method === 'POST').length;
  for (let i = 0; i < 10; i += 1) assert.equal((await pay(1, '203.0.113.1')).status, 303);
  assert.equal(made(), 1, 'one session, ten clicks');
  for (const tgId of [2, 3, 4, 5]) assert.equal((await pay(tgId, '203.0.113.1')).status, 303);
  const page = await pay(6, '203.0.113.1');
  assert.deepEqual([page.status, made()], [429, 5]);
  assert.ok(Number(page.headers.get('retry-after')) > 3500);
  assert.match(page.text, /Забагато спроб/);
  assert.equal((await pay(1, '203.0.113.1')).status, 303, 'an open session is not refused');
  assert.equal(JSON.parse((await pay(6, '203.0.113.1', { accept: 'application/json' })).text).error, 'too_many_requests');
  assert.equal((await pay(6, '::ffff:203.0.113.1')).status, 429, 'the same client in IPv6 clothes');
  assert.equal((await pay(6, '203.0.113.1:4711')).status, 429, 'and with a port');
  assert.equal((await pay(8, '203.0.113.2')).status, 303, 'another address');

  const looks = await Promise.all(Array.from({ length: 17 }, (_, i) => app.request(`/paid?session_id=cs_test_${i}none`, { headers: { 'x-forwarded-for': '203.0.113.3' } })));
  assert.deepEqual(looks.map(({ status }) => status).sort(), [...Array(14).fill(404), ...Array(3).fill(429)]);

  app.stripe.setFault({ kind: 'status', status: 500, next: 2 });
  for (const status of [503, 503, 429]) assert.equal((await pay(7, '203.0.113.4')).status, status, 'each attempt counts');
  assert.match(app.log(), /limit_reached/);
  assert.doesNotMatch(JSON.stringify(app.sql('SELECT * FROM limits')), /203\.0/, 'no address is kept');
});

test('whoever asks about others one by one is answered no more than the limit, of buyers as of strangers', async (t) => {
  const app = await startAdmit({ t, env: { PAY_LIMIT_ADDRESS: '6', TRUSTED_PROXIES: '127.0.0.1' } });
  assert.equal((await app.request('/health')).status, 200, 'the ledger is there');
  for (const tgId of [1, 2, 3]) assert.equal((await app.admit(['grant', String(tgId)])).status, 0);
  const probe = (tgId) => app.request(`/pay?tg_id=${tgId}`, { headers: { 'x-forwarded-for': '203.0.113.1' } });
  for (const tgId of [1, 2, 3, 1, 2]) assert.equal((await probe(tgId)).status, 200);
  assert.equal((await probe(9)).status, 303);
  for (const tgId of [1, 2, 3, 7, 8]) assert.equal((await probe(tgId)).status, 429, 'in or not, the same answer');
  assert.equal((await probe(9)).status, 303, 'one\'s own open session goes on');
});

test('a bare link tells nobody what another has; a signed one tells its owner', async (t) => {
  const app = await startAdmit({ t, env: { PAY_LINK_SECRET: 'aWordOfTheWebTests' } });
  const signed = async (tgId) => {
    const { text } = await app.update({
      update_id: tgId, message: { message_id: 1, date: 1, from: person(tgId), chat: { id: tgId, type: 'private', first_name: 'Ім’я' }, text: '/pay' },
    });
    return /http:\/\/[^\s"\\]*(\/pay\?t=[\w.]+)/.exec(text)[1];
  };
  const links = new Map();
  for (const tgId of [5, 6, 7]) links.set(tgId, await signed(tgId));
  await app.buy(5);
  await app.event(await app.stripe.payAsync(await app.open(6)));
  assert.equal((await app.admit(['grant', '7', '--days', '30'])).status, 0);
  for (const accept of ['text/html', 'application/json']) {
    const pages = await Promise.all([5, 6, 7].map((tgId) => app.request(`/pay?tg_id=${tgId}`, { headers: { accept } })));
    assert.deepEqual(new Set(pages.map(({ text }) => text)).size, 1, 'bought, under way and granted look the same');
    assert.equal(pages[0].status, 200);
    assert.match(pages[0].text, /Відповідь — у чаті з ботом/);
    assert.doesNotMatch(pages[0].text, /оплатили|відкрито|обробляється|20\d\d/);
  }
  assert.equal(app.telegram.messages(5).filter(({ text }) => /чаті/.test(text)).length, 0, 'and nobody is written to because of it');
  const pages = new Map();
  for (const [tgId, link] of links) pages.set(tgId, (await app.request(link)).text);
  assert.match(pages.get(5), /Ви вже оплатили/);
  assert.match(pages.get(6), /Оплата обробляється/);
  assert.match(pages.get(7), /Ви вже оплатили[\s\S]*20\d\d/);
});

test('signed links: the bot makes them, a bare number is refused', async (t) => {
  const app = await startAdmit({ t, env: { PAY_LINK_SECRET: 'aWordOfTheWebTests', PAY_LINK_BARE: '0' } });
  const { text } = await app.update({ update_id: 1, message: { message_id: 1, date: 1, from: person(5), chat: { id: 5, type: 'private', first_name: 'Ім’я' }, text: '/pay' } });
  const [url] = /http:\/\/[^\s"\\]*\/pay\?t=[\w.]+/.exec(text);
  const link = url.slice(app.base.length);
  assert.equal((await app.request(link)).status, 303);
  assert.equal([...app.stripe.sessions.values()][0].metadata.tg_id, '5');
  assert.equal((await app.request(link.replace('t=5.', 't=6.'))).status, 400);
  assert.equal((await app.request('/pay?tg_id=5')).status, 400);
  assert.doesNotMatch(app.log(), /aWordOfTheWebTests/);
});
