// admit check in broken worlds: it names the one thing that is wrong, what to do about it, and nothing else.

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SECRETS, admit, startAdmit, writeSettings } from './harness.mjs';

const CHANNEL = -1001234567890;
const TOKEN_LIKE = `123456789:${'NobodysKey'.repeat(4)}`;
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';

/** The lines of failures, without what is to be done. */
const failures = (stdout) => stdout.split('\n').filter((line) => line.startsWith('FAIL'));

describe('a shop where all is well but one thing', () => {
  let app, endpoint;
  before(async () => {
    app = await startAdmit({ env: { PAID_CHANNEL_ID: String(CHANNEL) } });
    assert.equal((await app.admit(['setup', 'telegram'])).status, 0);
    app.stripe.addEndpoint({ url: `${app.base}/webhook`, enabled_events: ['*'], api_version: '2026-10-28.endive' });
    [endpoint] = app.stripe.endpoints;
  });
  after(() => app?.stop());

  test('as it should be: no failure', async () => {
    const { status, stdout } = await app.admit(['check']);
    assert.deepEqual([status, failures(stdout)], [0, []], stdout);
    assert.match(stdout, /ok +address +.*\/webhook takes a signed event/);
    assert.match(stdout, /ok +endpoint +/);
    const before = app.sql('SELECT COUNT(*) FROM inbox')[0][0];
    await app.admit(['check']);
    assert.equal(app.sql('SELECT COUNT(*) FROM inbox')[0][0], before, 'to check leaves nothing behind');
  });

  /** A server that answers each post so, and everything that should lead here leads there. */
  const front = async (status, headers = {}, body = '') => {
    const server = createServer((req, res) => { req.resume().on('end', () => res.writeHead(status, headers).end(body)); });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    return leadTo(`http://127.0.0.1:${server.address().port}`, () => server.close());
  };
  const leadTo = (base, undo = () => {}) => {
    const { url } = app.telegram.webhook;
    app.telegram.webhook.url = `${base}/tgupdate`;
    endpoint.url = `${base}/webhook`;
    return {
      env: { BASE_URL: base },
      undo: () => {
        Object.assign(app.telegram.webhook, { url });
        endpoint.url = `${app.base}/webhook`;
        undo();
      },
    };
  };
  const changed = (what, change) => {
    const old = { ...what };
    Object.assign(what, change);
    return { undo: () => Object.assign(what, old) };
  };
  const fault = (of, how) => {
    of.setFault({ next: Infinity, ...how });
    return { undo: () => of.setFault(null) };
  };
  const forbidden = (name) => {
    app.stripe.forbidden.add(name);
    return { undo: () => app.stripe.forbidden.clear() };
  };

  const worlds = [
    ['Stripe refuses the key', () => fault(app.stripe, { kind: 'status', status: 401 }), /Stripe +the key could not be used/],
    ['Stripe is in trouble', () => fault(app.stripe, { kind: 'status', status: 500 }), /Stripe +the key could not be used/],
    ['Stripe is not to be reached', () => ({ env: { STRIPE_API_BASE: NOBODY } }), /Stripe +the key could not be used/],
    ['the key may not read disputes', () => forbidden('read disputes'), /Stripe +the key may not read: Disputes/],
    ['Telegram is not to be reached', () => ({ env: { TELEGRAM_API_BASE: NOBODY } }), /bot +no answer/],
    ['there is no network', () => ({ env: { STRIPE_API_BASE: NOBODY, TELEGRAM_API_BASE: 'http://127.0.0.1:19' } }), /network +no answer from anybody: 127/],
    ['Telegram does not know the token', () => ({ env: { TELEGRAM_BOT_TOKEN: '1234567:wrong' } }), /bot +Unauthorized/],
    ['Telegram sends updates nowhere', () => {
      const { webhook } = app.telegram;
      app.telegram.webhook = null;
      return { undo: () => { app.telegram.webhook = webhook; } };
    }, /webhook +Telegram does not send updates here/],
    ['Telegram sends updates elsewhere', () => changed(app.telegram.webhook, { url: 'https://old.example.com/tgupdate' }), /webhook +Telegram does not send/],
    ['Telegram does not tell who comes and goes', () => changed(app.telegram.webhook, { allowed: ['message'] }), /webhook +Telegram does not send/],
    ['the bot is no administrator', () => {
      app.telegram.channels.setRights(CHANNEL, false);
      return { undo: () => app.telegram.channels.setRights(CHANNEL, true) };
    }, /channel +in -100\d+ the bot is no administrator/],
    ['the channel is none that the bot knows', () => {
      app.telegram.channels.setGone(CHANNEL, 'chat not found');
      return { undo: () => app.telegram.channels.setGone(CHANNEL, null) };
    }, /channel +Bad Request: chat not found/],
    ['Stripe has no endpoint for us', () => changed(endpoint, { url: 'https://old.example.com/webhook' }), /endpoint +Stripe sends no events to/],
    ['it is for an address that only begins like ours', () => changed(endpoint, { url: `${app.base}0/webhook` }), /endpoint +Stripe sends no events to/],
    ['it is switched off', () => changed(endpoint, { status: 'disabled' }), /endpoint +is switched off/],
    ['it does not send refunds', () => changed(endpoint, { enabled_events: ['checkout.session.completed'] }), /endpoint +Stripe does not send .*charge\.refunded/],
    ['the programs have another signing secret', () => ({ env: { STRIPE_WEBHOOK_SECRET: 'whsec_another' } }), /address +.* refuses our signature \(400\)/],
    ['the address redirects', () => front(301, { location: 'https://www.example.com/' }), /address +.* redirects \(301\)/],
    ['a wall against bots', () => front(403, {}, '<html>Just a moment'), /address +.* is walled off \(403\)/],
    ['a wall that asks for a password', () => front(401), /address +.* is walled off \(401\)/],
    ['nothing is mapped there', () => front(404), /address +.* does not know the address \(404\)/],
    ['only small bodies pass', () => front(413), /address +.* takes no body of 200 KiB \(413\)/],
    ['the programs have no settings', () => front(500), /address +.* answers with an error \(500\)/],
    ['the programs are down', () => front(502), /address +.* does not reach the programs \(502\)/],
    ['a page for everything', () => front(200, {}, '<html>Welcome'), /address +.* is answered by something else/],
    ['the web server is down', () => leadTo(NOBODY), /address +.*: .*connect/i],
    ['the ledger\'s folder is missing', () => ({ env: { DATABASE_URL: 'sqlite:/nonexistent/admit.db' } }), /ledger +/],
    ['the price at Stripe is none', () => ({ env: { STRIPE_PRICE_ID: 'price_1None' } }), /price +price_1None is not to be found/],
    ['the price at Stripe is for a subscription', () => {
      app.stripe.prices.price_1Sub = { unit_amount: 900, currency: 'eur', recurring: { interval: 'month', interval_count: 1 } };
      return { env: { STRIPE_PRICE_ID: 'price_1Sub' } };
    }, /price +price_1Sub is recurring/],
  ];
  for (const [why, make, pattern] of worlds)
    test(why, async () => {
      const { env = {}, undo = () => {} } = await make();
      try {
        const { status, stdout, stderr } = await app.admit(['check'], env);
        const found = failures(stdout);
        assert.equal(found.length, 1, stdout);
        assert.match(found[0], pattern);
        assert.match(stdout, /^FAIL .*\n {17}\S/m, 'what to do about it');
        assert.equal(status, 1);
        for (const secret of Object.values(SECRETS)) assert.ok(!(stdout + stderr).includes(secret));
      } finally {
        undo();
      }
    });

  test('with everything hanging it is over in 15 seconds, and is one failure for each who hangs', async () => {
    const sockets = new Set();
    const server = createSocket((socket) => { sockets.add(socket.on('error', () => {})); });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    const hanging = `http://127.0.0.1:${server.address().port}`;
    const started = performance.now();
    const { stdout } = await app.admit(['check'], { STRIPE_API_BASE: hanging, TELEGRAM_API_BASE: hanging, BASE_URL: hanging });
    const ms = performance.now() - started;
    for (const socket of sockets) socket.destroy();
    server.close();
    assert.ok(ms < 15_000, `${ms} ms`);
    assert.equal(failures(stdout).length, 1, stdout);
  });
});

describe('settings that are wrong in one thing', () => {
  let dir;
  before(() => { dir = mkdtempSync(path.join(tmpdir(), 'admit-check.')); });
  after(() => rmSync(dir, { recursive: true }));
  const good = { ...SECRETS, PAID_CHANNEL_ID: String(CHANNEL), BASE_URL: 'https://pay.example.com', DATABASE_URL: 'sqlite:/nonexistent/admit.db' };

  const worlds = [
    ...[...Object.keys(SECRETS), 'BASE_URL'].map((name) => [`no ${name}`, { [name]: '' }, new RegExp(`^  - ${name} is missing`)]),
    ['no channel', { PAID_CHANNEL_ID: '' }, /- PAID_CHANNEL_LINK is missing/],
    ['a publishable key', { STRIPE_SECRET_KEY: 'pk_test_51NobodysKey' }, /- STRIPE_SECRET_KEY is not a secret key/],
    ['a signing secret for a key', { STRIPE_SECRET_KEY: 'whsec_NobodysKey' }, /- STRIPE_SECRET_KEY is a signing secret/],
    ['a key for a signing secret', { STRIPE_WEBHOOK_SECRET: 'sk_test_51NobodysKey' }, /- STRIPE_WEBHOOK_SECRET is an API key/],
    ['a token for a secret token', { TELEGRAM_WEBHOOK_SECRET: TOKEN_LIKE }, /- TELEGRAM_WEBHOOK_SECRET is a bot's token/],
    ['a token for a key', { STRIPE_SECRET_KEY: TOKEN_LIKE }, /- STRIPE_SECRET_KEY is a bot's token/],
    ['a key for a token', { TELEGRAM_BOT_TOKEN: 'sk_live_51NobodysKey' }, /- TELEGRAM_BOT_TOKEN is an API key/],
    ['an address without https', { BASE_URL: 'http://pay.example.com' }, /- BASE_URL must begin with https/],
    ['a price with a point', { PRICE_AMOUNT: '9.99' }, /- PRICE_AMOUNT must be a whole number/],
    ['no currency', { PRICE_CURRENCY: 'euros' }, /- PRICE_CURRENCY must be/],
    ['a channel by its name', { PAID_CHANNEL_ID: '@ours' }, /- PAID_CHANNEL_ID must be/],
    ['a trial of what is paid once', { TRIAL_DAYS: '7' }, /- TRIAL_DAYS is for a subscription/],
  ];
  for (const [why, change, pattern] of worlds)
    test(why, async () => {
      const file = `${dir}/admit.env`;
      writeSettings(file, { ...good, ...change });
      const { status, stdout } = await admit(['check'], { ADMIT_CONF: file, PATH: process.env.PATH });
      const found = stdout.split('\n').filter((line) => line.startsWith('  - '));
      assert.deepEqual([status, found.length], [1, 1], stdout);
      assert.match(found[0], pattern);
      assert.ok(!/NobodysKey/.test(stdout), 'no value is shown');
    });

  test('a file that others may read, and one in UTF-16', async () => {
    const file = `${dir}/open.env`;
    writeSettings(file, good);
    chmodSync(file, 0o644);
    assert.match((await admit(['check'], { ADMIT_CONF: file, PATH: process.env.PATH })).stdout, /everybody on this host can read it; run chmod 600/);
    writeFileSync(`${dir}/wide.env`, Buffer.from('\uFEFFSTRIPE_SECRET_KEY=x\n', 'utf16le'), { mode: 0o600 });
    assert.match((await admit(['check'], { ADMIT_CONF: `${dir}/wide.env`, PATH: process.env.PATH })).stdout, /is UTF-16, which is not read: save it as UTF-8/);
  });
});
