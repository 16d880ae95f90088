// admit check in broken worlds: a shop where all is well but for one thing, and check names that one, says what to do
// about it, and has nothing else to say. Each world has services and a ledger of its own, so many are looked at at once.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocket } from 'node:net';
import { availableParallelism, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Page } from '../fault/page.mjs';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';
import { IS_SANITIZED, OUT, PATIENCE_MS, SECRETS, admit, run, startAdmit } from './harness.mjs';
import { ON_POSTGRES } from './ledger.mjs';
import { sqlite } from './sqlite.mjs';

const CHANNEL = -1001234567890, SUPPORT_CHAT = -1009000000001, OWNER = 900;
const TOKEN_LIKE = `123456789:${'NobodysKey'.repeat(4)}`;
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';
const HOUR = 3600_000, DAY = 24 * HOUR;
const IS_ROOT = process.getuid() === 0;

/** What somebody who pays attention would mind: failures, notes and faults of the settings. */
const minded = (stdout) => stdout.split('\n').filter((line) => /^(FAIL |note |  - )/.test(line));

/** The page that Telegram has for a link. */
const pageOf = (title) => `<meta property="og:title" content="${title ?? 'Join group chat on Telegram'}">
  <div class="tgme_page">${title ? `<div class="tgme_page_title"><span dir="auto">${title}</span></div>` : ''}</div>`;

/** All that a shop is made of, and what it is to suffer. */
class World {
  settings = {
    ...SECRETS, PAID_CHANNEL_ID: String(CHANNEL), SUPPORT_CONTACT: '@help_desk', SUPPORT_CHAT_ID: String(SUPPORT_CHAT), ADMIN_TG_IDS: String(OWNER),
  };

  /** Further lines of the settings file; and what the file becomes. */
  lines = [];
  encode = (text) => text;
  mode = 0o600;
  env = {};
  /** What the web server answers to posts: { status, headers, body }, by the address or for each. */
  answers = {};
  linkLeadsTo = 'Sandbox channel';
  undo = [];

  static async make(ledger) {
    const world = new World();
    world.dir = mkdtempSync(path.join(tmpdir(), 'admit-world.'));
    world.ledger = `${world.dir}/data/admit.db`;
    mkdirSync(path.dirname(world.ledger));
    if (ledger) copyFileSync(ledger, world.ledger);
    world.stripe = await startStripe();
    world.telegram = await startTelegram({ token: SECRETS.TELEGRAM_BOT_TOKEN });
    world.front = await world.listen(createServer((req, res) => world.#answer(req, res)));
    world.stripe.addEndpoint({ url: `${world.front}/webhook`, enabled_events: ['*'], api_version: '2026-10-28.endive' });
    [world.endpoint] = world.stripe.endpoints;
    world.telegram.webhook = {
      url: `${world.front}/tgupdate`, secret: SECRETS.TELEGRAM_WEBHOOK_SECRET,
      allowed: ['message', 'callback_query', 'my_chat_member', 'pre_checkout_query', 'chat_member', 'chat_join_request', 'subscription'],
    };
    world.set({
      BASE_URL: world.front, DATABASE_URL: `sqlite:${world.ledger}`, STRIPE_API_BASE: world.stripe.url, TELEGRAM_API_BASE: world.telegram.url,
    });
    return world;
  }

  async listen(server) {
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    this.undo.push(() => { server.close(); server.closeAllConnections?.(); });
    return `http://127.0.0.1:${server.address().port}`;
  }

  #answer(req, res) {
    const usual = req.method === 'GET' ? { body: pageOf(this.linkLeadsTo) } : { body: req.url === '/webhook' ? '{"received":true}' : '{}' };
    const { status = 200, headers = {}, body = '' } = (req.method === 'POST' && (this.answers[req.url] ?? this.answers.all)) || usual;
    req.resume().on('end', () => res.writeHead(status, headers).end(body));
  }

  set(settings) {
    Object.assign(this.settings, settings);
  }

  sql(statement) {
    sqlite(this.ledger, statement);
  }

  /** Everything that should lead to the shop leads there. */
  leadTo(base) {
    this.set({ BASE_URL: base });
    this.telegram.webhook.url = `${base}/tgupdate`;
    this.endpoint.url = `${base}/webhook`;
  }

  async admit(args) {
    const file = `${this.dir}/admit.env`;
    const text = [...Object.entries(this.settings).map(([name, value]) => `${name}=${value}`), ...this.lines, ''].join('\n');
    if (!existsSync(file)) writeFileSync(file, this.encode(text), { mode: 0o600 });
    chmodSync(file, this.mode);
    const env = { PATH: process.env.PATH, ADMIT_CONF: file, ...this.env };
    if (!this.as) return admit(args, env);
    chmodSync(this.dir, 0o711);
    chownSync(file, this.as, this.as);
    return run('setpriv', [`--reuid=${this.as}`, '--clear-groups', `${OUT}/bin/admit`, ...args], env);
  }

  async end() {
    for (const undo of this.undo) undo();
    await this.stripe.close();
    await this.telegram.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A paid order, of which a copy is kept. */
const sold = (w) => w.sql(`INSERT INTO users (tg_id, is_paid, created_ms) VALUES (5, 1, 1);
  INSERT INTO orders (tg_id, product, provider, livemode, paid_ms, created_ms) VALUES (5, 'course', 'stripe', 0, 1, 1);
  INSERT INTO marks (key, value) VALUES ('backup_ms', ${Date.now()})`);
const recurring = { unit_amount: 900, currency: 'eur', recurring: { interval: 'month', interval_count: 1 } };
const kept = (w, id, price) => { w.stripe.prices[id] = price; w.set({ STRIPE_PRICE_ID: id }); };
const fault = (of, how) => of.setFault({ next: Infinity, ...how });
/** The sanitizers want to be loaded before all else. */
const canSuffer = existsSync(`${OUT}/fault/shim.so`) && !IS_SANITIZED;
const suffering = (w, what) => {
  const page = new Page(`${w.dir}/page`, what);
  w.env = page.env;
  w.undo.push(() => page.close());
};
/** A web server with a certificate that it has signed itself. */
const selfSigned = async (w) => {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-days', '30', '-keyout', '-', '-out', '-'], { encoding: 'utf8' });
  const base = await w.listen(createTlsServer({ key: made.stdout, cert: made.stdout }, (req, res) => req.resume().on('end', () => res.end('{"received":true}'))));
  w.leadTo(base.replace('http://127.0.0.1', 'https://localhost'));
};

const settingsFile = [
  ['a name with a letter wrong', (w) => w.lines.push('PRICE_AMUONT=999'), /note +settings .*there is no setting PRICE_AMUONT; is it PRICE_AMOUNT\?/],
  ['a comment behind a value', (w) => w.lines.push('PRODUCT_NAME=Course # ours'), /note +settings .*what follows "#" is a comment/],
  ['a comment that is taken for a part of a value', (w) => w.lines.push('PRICE_AMOUNT=999 #cents'), /- PRICE_AMOUNT must be a whole number.*\(line \d+: what follows "#" is a part/],
  ['a quote that is not closed', (w) => w.lines.push('PRODUCT_NAME="Course'), /note +settings .*a quote has no other/],
  ['a quote that is not closed, around what cannot have one', (w) => w.set({ SUPPORT_CHAT_ID: `"${SUPPORT_CHAT}` }), /- SUPPORT_CHAT_ID must be.*\(line \d+: a quote has no other/],
  ['quotes of a text editor', (w) => w.lines.push('PRODUCT_NAME=“Course”'), /note +settings .*the quotes are part of the value: write plain ones/],
  ['one name twice', (w) => w.lines.push('SUPPORT_CONTACT=@other'), /note +settings .*SUPPORT_CONTACT stands in line \d+ already/],
  ['UTF-16', (w) => { w.encode = (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'); }, /- the settings file is UTF-16.* save it as UTF-8/],
  ['everybody may read it', (w) => { w.mode = 0o644; }, /- .*everybody on this host can read it; run chmod 600/],
  ['it is not there', (w) => { w.env = { ADMIT_CONF: `${w.dir}/none.env` }; }, /- .*none\.env: cannot be read: No such file/],
  ...[...Object.keys(SECRETS), 'BASE_URL'].map((name) => [`no ${name}`, (w) => w.set({ [name]: '' }), new RegExp(`- ${name} is missing: `)]),
  ['no channel', (w) => w.set({ PAID_CHANNEL_ID: '' }), /- PAID_CHANNEL_LINK is missing/],
  ['a publishable key', (w) => w.set({ STRIPE_SECRET_KEY: 'pk_test_51NobodysKey' }), /- STRIPE_SECRET_KEY is not a secret key: those begin with/],
  ['a signing secret for a key', (w) => w.set({ STRIPE_SECRET_KEY: 'whsec_NobodysKey' }), /- STRIPE_SECRET_KEY is a signing secret.*belongs into STRIPE_WEBHOOK_SECRET/],
  ['a key for a signing secret', (w) => w.set({ STRIPE_WEBHOOK_SECRET: 'sk_test_51NobodysKey' }), /- STRIPE_WEBHOOK_SECRET is an API key.*belongs into/],
  ['a token for a secret token', (w) => w.set({ TELEGRAM_WEBHOOK_SECRET: TOKEN_LIKE }), /- TELEGRAM_WEBHOOK_SECRET is a bot's token: it belongs/],
  ['a token for a key', (w) => w.set({ STRIPE_SECRET_KEY: TOKEN_LIKE }), /- STRIPE_SECRET_KEY is a bot's token: it belongs/],
  ['a key for a token', (w) => w.set({ TELEGRAM_BOT_TOKEN: 'sk_live_51NobodysKey' }), /- TELEGRAM_BOT_TOKEN is an API key.*belongs into/],
  ['a key that an example had', (w) => w.set({ STRIPE_SECRET_KEY: 'sk_test_...' }), /- STRIPE_SECRET_KEY is what an example had.*put your own/],
  ['an address without https', (w) => w.set({ BASE_URL: 'http://pay.example.com' }), /- BASE_URL must begin with https/],
  ['a channel by its name', (w) => w.set({ PAID_CHANNEL_ID: '@ours' }), /- PAID_CHANNEL_ID must be/],
  ['a price with a point', (w) => w.set({ PRICE_AMOUNT: '9.99' }), /- PRICE_AMOUNT must be .* write 999/],
  ['a price below the least of its currency', (w) => w.set({ PRICE_AMOUNT: '10' }), /note +settings +PRICE_AMOUNT is 0\.10 EUR: below 0\.50 EUR/],
  ['a currency that is none', (w) => w.set({ PRICE_CURRENCY: 'zzz' }), /note +settings +PRICE_AMOUNT is in ZZZ, which is no currency/],
  ['three letters are too few for a name', (w) => w.set({ PRICE_CURRENCY: 'euros' }), /- PRICE_CURRENCY must be a three-letter code/],
  ['sold for Stars, and no price in them', (w) => w.set({ SELL_WITH: 'both' }), /FAIL +price +SELL_WITH is both, and nothing has a price in Stars/],
  ['a trial of what is paid once', (w) => w.set({ TRIAL_DAYS: '7' }), /- TRIAL_DAYS is for a subscription: set PRICE_EVERY/],
  ['a language that Stripe\'s page does not have', (w) => w.set({ CHECKOUT_LOCALE: 'uk' }), /- CHECKOUT_LOCALE must be auto or/],
];

const atStripe = [
  ['the key is not known there', (w) => fault(w.stripe, { kind: 'status', status: 401 }), /FAIL +Stripe +the key is not known there/],
  ['the key was revoked', (w) => { w.stripe.keyIsRevoked = true; }, /FAIL +Stripe +the key has expired or was revoked/],
  ['it is in trouble', (w) => fault(w.stripe, { kind: 'status', status: 500 }), /FAIL +Stripe +is in trouble or busy \(500\)/],
  ['it is not to be reached', (w) => w.set({ STRIPE_API_BASE: NOBODY }), /FAIL +Stripe +no answer/],
  ['it answers what nobody could read', (w) => fault(w.stripe, { kind: 'html' }), /FAIL +Stripe +the key could not be used \(200\)/],
  ['the key may not read disputes', (w) => w.stripe.forbidden.add('read disputes'), /FAIL +Stripe +the key may not read: Disputes/],
  ['the key may not see sales', (w) => w.stripe.forbidden.add('checkout/sessions'), /FAIL +Stripe +the key may not read: Checkout Sessions/],
  ['a restricted key may not give back', (w) => {
    w.set({ STRIPE_SECRET_KEY: 'rk_test_51NobodysKey' });
    w.stripe.forbidden.add('write refunds');
  }, /FAIL +Stripe +the key may not write: Charges and Refunds/],
  ['the price is none', (w) => w.set({ STRIPE_PRICE_ID: 'price_1None' }), /FAIL +price +price_1None is not to be found/],
  ['the price is archived', (w) => kept(w, 'price_1Old', { unit_amount: 900, currency: 'eur', active: false }), /FAIL +price +price_1Old is archived/],
  ['the price is of the other mode', (w) => kept(w, 'price_1Live', { isOfOtherMode: true }), /FAIL +price +price_1Live is of live mode, and the key of test mode/],
  ['the price is in another currency', (w) => {
    kept(w, 'price_1Usd', { unit_amount: 900, currency: 'usd' });
    w.set({ PRICE_CURRENCY: 'eur' });
  }, /FAIL +price +price_1Usd has another currency than PRICE_CURRENCY/],
  ['the price is for a subscription', (w) => kept(w, 'price_1Sub', recurring), /FAIL +price +price_1Sub is recurring/],
  ['no endpoint for us', (w) => { w.endpoint.url = 'https://old.example.com/hook'; w.endpoint.enabled_events = ['payout.paid']; }, /FAIL +endpoint +Stripe sends no events to/],
  ['one for an address that only begins like ours', (w) => { w.endpoint.url = `${w.front}0/webhook`; w.endpoint.enabled_events = ['payout.paid']; }, /FAIL +endpoint +Stripe sends no events to/],
  ['it is switched off', (w) => { w.endpoint.status = 'disabled'; }, /FAIL +endpoint +is switched off/],
  ['it does not send refunds', (w) => { w.endpoint.enabled_events = ['checkout.session.completed']; }, /FAIL +endpoint +Stripe does not send .*charge\.refunded/],
  ['it sends events of an old version', (w) => { w.endpoint.api_version = '2020-08-27'; }, /note +endpoint +Stripe sends events in version 2020-08-27/],
  ['another shop is on the account', (w) => w.stripe.addEndpoint({ url: 'https://club.example.com/webhook', enabled_events: ['*'] }), /note +Stripe +the account tells https:\/\/club\.example\.com\/webhook of sales as well/],
  ['the portal is not switched on', (w) => { w.set({ PRICE_EVERY: 'month' }); w.stripe.hasPortal = false; }, /FAIL +portal +the customer portal is not switched on/],
  ['tax without Stripe Tax', (w) => { w.set({ AUTOMATIC_TAX: '1' }); w.stripe.tax.status = 'pending'; }, /FAIL +tax +AUTOMATIC_TAX is 1 and Stripe Tax is not set up/],
  ['tax without a registration', (w) => { w.set({ AUTOMATIC_TAX: '1' }); w.stripe.tax.registrations = []; }, /note +tax +AUTOMATIC_TAX is 1 and there is no registration at Stripe/],
  ['the clock is behind Stripe\'s', (w) => { w.stripe.skewS = 400; }, /FAIL +clock +is -\d+ s off Stripe's/],
];

const atTelegram = [
  ['it is not to be reached', (w) => w.set({ TELEGRAM_API_BASE: NOBODY }), /FAIL +bot +no answer/],
  ['it does not know the token', (w) => w.set({ TELEGRAM_BOT_TOKEN: '1234567:wrong' }), /FAIL +bot +Unauthorized/],
  ['updates go nowhere', (w) => { w.telegram.webhook = null; }, /FAIL +webhook +Telegram sends updates nowhere/],
  ['updates go elsewhere', (w) => { w.telegram.webhook.url = `https://old.example.com/bot${TOKEN_LIKE}`; }, /FAIL +webhook +Telegram sends updates to another address, at old\.example\.com$/],
  ['it does not tell who comes and goes', (w) => { w.telegram.webhook.allowed = w.telegram.webhook.allowed.filter((one) => one !== 'chat_member'); }, /FAIL +webhook +Telegram does not send chat_member$/],
  ['updates wait, and it says why', (w) => { w.telegram.trouble = { pending_update_count: 7, last_error_message: 'Connection timed out' }; }, /FAIL +webhook +7 updates wait; Telegram says: Connection timed out/],
  ['it was told another secret', (w) => { w.telegram.trouble = { pending_update_count: 7, last_error_message: 'Wrong response from the webhook: 401 Unauthorized' }; }, /FAIL +webhook +Telegram sends another secret than TELEGRAM_WEBHOOK_SECRET/],
  ['updates pile up', (w) => { w.telegram.trouble = { pending_update_count: 300 }; }, /note +webhook +300 updates wait at Telegram/],
  ['an old trouble', (w) => { w.telegram.trouble = { last_error_message: 'Connection refused' }; }, /note +webhook +the last trouble, over by now: Connection refused/],
  ['the bot is no administrator', (w) => w.telegram.channels.setRights(CHANNEL, false), /FAIL +channel +in -100\d+ the bot is no administrator/],
  ['the bot may not invite', (w) => w.telegram.channels.setLacking(CHANNEL, ['can_invite_users']), /FAIL +channel +in -100\d+ the bot may not invite users/],
  ['the bot may not ban', (w) => w.telegram.channels.setLacking(CHANNEL, ['can_restrict_members']), /FAIL +channel +in -100\d+ the bot may not ban users/],
  ['the channel is none that the bot knows', (w) => w.telegram.channels.setGone(CHANNEL, 'chat not found'), /FAIL +channel +Bad Request: chat not found/],
  ['the link for all was revoked', (w) => { w.set({ PAID_CHANNEL_ID: '', PAID_CHANNEL_LINK: `${w.front}/+old` }); w.linkLeadsTo = null; }, /FAIL +channel +the link .*\/\+old leads nowhere: it was revoked/],
  ['the link for all leads to another channel', (w) => { w.set({ PAID_CHANNEL_LINK: `${w.front}/+other` }); w.linkLeadsTo = 'My cats'; }, /FAIL +channel +the link .*\/\+other leads to "My cats", and -100\d+ is "Sandbox channel"/],
  ['the support chat is none', (w) => w.telegram.unknownChat(SUPPORT_CHAT), /FAIL +people +Bad Request: chat not found/],
  ['the operator never wrote to the bot', (w) => w.telegram.unknownChat(OWNER), /FAIL +operator +the bot cannot write to 900: Bad Request: chat not found/],
  ['an operator of the ledger blocked the bot', (w) => {
    w.sql('INSERT INTO operators (tg_id, role, added_ms) VALUES (901, 1, 1)');
    w.telegram.block(901);
  }, /FAIL +operator +the bot cannot write to 901: Forbidden: bot was blocked/],
  ['buyers are told nobody to write to', (w) => w.set({ SUPPORT_CONTACT: '' }), /note +support +SUPPORT_CONTACT is empty/],
  ['nobody is told of trouble', (w) => w.set({ ADMIN_TG_IDS: '' }), /note +operator +ADMIN_TG_IDS is empty, so nobody is told/],
];

const own = (status, message) => ({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error: 'x', message }) });
const publicAddress = [
  ['its name leads nowhere', (w) => w.leadTo(`https://${'no-such-label-is-as-long-as-this-'.repeat(2)}.example`), /FAIL +address +.*its name has no address in the DNS/],
  ['nobody listens there', (w) => w.leadTo(NOBODY), /FAIL +address +.*nobody can be connected to there/],
  ['nobody known has signed its certificate', selfSigned, /FAIL +address +.*nobody known has signed its certificate/],
  ['it leads on to another host', (w) => { w.answers.all = { status: 301, headers: { location: 'https://www.example.com/webhook?x=1' } }; }, /FAIL +address +.* redirects to https:\/\/www\.example\.com \(301\)/],
  ['a wall against bots', (w) => { w.answers.all = { status: 403 }; }, /FAIL +address +.* is walled off \(403\)/],
  ['Cloudflare\'s', (w) => { w.answers.all = { status: 403, body: '<title>Just a moment...</title>' }; }, /FAIL +address +.* is walled off by Cloudflare \(403\)/],
  ['a test for browsers that answers 200', (w) => { w.answers.all = { body: '<script src="/aes.js"></script>' }; }, /FAIL +address +.* is walled off by the host's test for browsers/],
  ['a password', (w) => { w.answers.all = { status: 401 }; }, /FAIL +address +.* asks for a password \(401\)/],
  ['nothing is mapped there', (w) => { w.answers.all = { status: 404 }; }, /FAIL +address +.* does not know the address \(404\)/],
  ['updates alone are not mapped', (w) => { w.answers['/tgupdate'] = { status: 404 }; }, /FAIL +address +.*\/tgupdate does not know the address \(404\)/],
  ['only small bodies pass', (w) => { w.answers['/webhook'] = { status: 413 }; }, /FAIL +address +.* takes no body of 200 KiB \(413\)/],
  ['an error of the web server', (w) => { w.answers.all = { status: 500 }; }, /FAIL +address +.* answers with an error \(500\)/],
  ['the programs are down', (w) => { w.answers.all = { status: 502 }; }, /FAIL +address +.* does not reach the programs \(502\)/],
  ['the programs have no settings', (w) => { w.answers.all = own(500, 'the server is not set up'); }, /FAIL +address +.* by programs without their settings \(500\)/],
  ['the programs cannot write', (w) => { w.answers.all = own(503, 'not recorded'); }, /FAIL +address +.* by programs that cannot write the ledger \(503\)/],
  ['a proxy does not say that it was https', (w) => { w.answers.all = own(401, 'this is for https alone'); }, /FAIL +address +.* is taken for plain http \(401\)/],
  ['a page for everything', (w) => { w.answers.all = { body: '<html>Welcome' }; }, /FAIL +address +.* is answered by something else/],
];

const machine = [
  ['there is no network', (w) => w.set({ STRIPE_API_BASE: NOBODY, TELEGRAM_API_BASE: 'http://127.0.0.1:19' }), /FAIL +network +no answer from anybody: 127/],
  ['the ledger\'s folder is missing', (w) => w.set({ DATABASE_URL: 'sqlite:/nonexistent/admit.db' }), /FAIL +ledger +\/nonexistent\/admit\.db$/],
  ['the ledger is of a newer version', (w) => w.sql('PRAGMA user_version = 900'), /FAIL +ledger +.*admit\.db was written by a newer version of Admit$/],
  ['the ledger is the first version\'s', (w) => { rmSync(w.ledger); w.sql('CREATE TABLE users (tg_id INTEGER PRIMARY KEY, is_paid BOOLEAN DEFAULT 0, stripe_session_id TEXT)'); }, /FAIL +ledger +.*is the first version's database/],
  ['the ledger is a folder', (w) => { rmSync(w.ledger); mkdirSync(w.ledger); }, /FAIL +ledger +.*admit\.db cannot be written/],
  ['the ledger is no database', (w) => writeFileSync(w.ledger, 'x'.repeat(5000)), /FAIL +ledger +.*is no database/],
  ['the ledger is another account\'s', (w) => { w.as = 65534; }, /FAIL +ledger +.*admit\.db$/, IS_ROOT],
  ['the web server runs as another account', (w) => { w.answers['/webhook'] = { body: JSON.stringify({ received: true, account: 65534, ledger: w.ledger }) }; }, /FAIL +address +the web server's programs run as the account \w+, and the ledger is the account \w+'s/],
  ['the web server has another ledger', (w) => { w.answers['/webhook'] = { body: JSON.stringify({ received: true, account: process.getuid(), ledger: '/srv/other.db' }) }; }, /FAIL +address +the web server's programs have another ledger: \/srv\/other\.db/],
  ['the worker cannot take its lock', (w) => mkdirSync(`${w.ledger}.worker`), /FAIL +worker +its lock .* cannot be opened: Is a directory/],
  ['no worker starts', (w) => w.sql(`INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms) VALUES (1, 'x', 5, ${Date.now() - HOUR}, 1)`), /FAIL +worker +is not running, and something is owed for \d+ minutes/],
  ['cron has stopped', (w) => w.sql(`INSERT INTO marks (key, value) VALUES ('reconcile_ms', ${Date.now() - 5 * HOUR - 1000})`), /note +worker +was last at work 5 hours ago: is the line for cron there/],
  ['cron never ran', sold, /note +worker +was never at work here: is the line for cron there/],
  ['no copy is kept', (w) => { sold(w); w.sql(`DELETE FROM marks; INSERT INTO marks (key, value) VALUES ('reconcile_ms', ${Date.now()})`); }, /note +backup +no copy of the ledger was made yet: admit backup FILE/],
  ['the last copy is old', (w) => w.sql(`INSERT INTO marks (key, value) VALUES ('backup_ms', ${Date.now() - 20 * DAY - 1000})`), /note +backup +the last copy of the ledger is 20 days old: admit backup FILE/],
  ['people are in by what is sold no more', (w) => w.sql(`INSERT INTO users (tg_id, is_paid, created_ms) VALUES (5, 1, 1);
    INSERT INTO access (tg_id, product, is_in, why, decided_ms) VALUES (5, 'club', 1, 'paid', 1)`), /FAIL +products +product "club" is not known, and 1 people are in by it/],
  ['the disk is nearly full', (w) => suffering(w, { diskIsSmall: 1, diskLeft: (21 << 20) / 2 }), /FAIL +disk +10 MiB are left where the ledger is/, canSuffer],
  ['the kernel has no Landlock', (w) => suffering(w, { noLandlock: 1 }), /note +confined +this kernel has no Landlock/, canSuffer],
];

describe('a shop where all is well but one thing', { concurrency: 2 * availableParallelism() }, () => {
  let dir, ledger, usual;
  /** The lines that tell of this place and not of a fault, such as that tests have no https. */
  const odd = (stdout) => minded(stdout).filter((line) => !usual.includes(line));

  before(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'admit-worlds.'));
    ledger = `${dir}/admit.db`;
    const w = await World.make();
    assert.equal((await w.admit(['setup', 'telegram'])).status, 0);
    w.sql('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(w.ledger, ledger);
    const { status, stdout } = await w.admit(['check']);
    usual = minded(stdout);
    await w.end();
    assert.equal(status, 0, stdout);
    assert.ok(usual.every((line) => /^note +(address +BASE_URL is not https|coach +no lessons|confined|host) ?/.test(line)), stdout);
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  for (const [where, worlds] of Object.entries({ 'the settings': settingsFile, Stripe: atStripe, Telegram: atTelegram, 'the public address': publicAddress, 'this machine': machine }))
    for (const [why, spoil, pattern, isPossible = true] of worlds)
      test(`${where}: ${why}`, { skip: !isPossible }, async () => {
        const w = await World.make(ledger);
        try {
          await spoil(w);
          const { status, stdout, stderr } = await w.admit(['check']);
          const found = odd(stdout);
          assert.equal(found.length, 1, stdout + stderr);
          assert.match(found[0], pattern);
          if (found[0].startsWith('FAIL')) assert.match(stdout, /^FAIL .*\n {17}\S/m, 'what to do about it');
          assert.equal(status, found[0].startsWith('note') ? 0 : 1, stdout);
          assert.equal(/All is well/.test(stdout), status === 0);
          if (found[0].startsWith('  - ')) assert.match(stdout, /\nThe settings file is .*\/\w+\.env\.\n$/);
          for (const secret of [...Object.values(SECRETS), TOKEN_LIKE, 'NobodysKey']) assert.ok(!(stdout + stderr).includes(secret), 'no secret is shown');
        } finally {
          await w.end();
        }
      });

  test('a file of another editor and another system is read all the same', async () => {
    const w = await World.make(ledger);
    w.encode = (text) => `\uFEFF# Admit\r\n\r\n${text.replaceAll('\n', '\r\n').replace(/^(SUPPORT_CONTACT)=(.*)$/m, 'export $1 = "$2"  ')}`;
    const { status, stdout } = await w.admit(['check']);
    await w.end();
    assert.deepEqual([status, odd(stdout)], [0, []], stdout);
  });

  const home = `${userInfo().homedir}/.config/admit/admit.env`;
  test('whoever has no settings yet hears where they belong and what asks for them', { skip: existsSync(home) || existsSync('/etc/admit/admit.env') }, async () => {
    const { status, stdout } = await admit(['check'], { PATH: process.env.PATH });
    assert.equal(status, 1);
    assert.ok(stdout.endsWith(`\nThere is no settings file at ${home}:\n\`admit init\` asks for what is needed and makes it.\n`), stdout);
  });

  test('to check changes nothing', async () => {
    const w = await World.make(ledger);
    const before = statSync(w.ledger).mtimeMs;
    await w.admit(['check']);
    const changing = w.stripe.requests.filter(({ method }) => method !== 'GET');
    const said = w.telegram.calls.map(({ method }) => method).filter((method) => !/^(get|sendChatAction)/.test(method));
    const after = statSync(w.ledger).mtimeMs;
    await w.end();
    assert.deepEqual([changing, said, after], [[], [], before]);
  });

  test('with everything hanging it is over in 15 seconds, is one failure for each who hangs, and is seen to go on', async () => {
    const w = await World.make(ledger);
    const sockets = new Set();
    const hanging = await w.listen(createSocket((socket) => { sockets.add(socket.on('error', () => {})); }));
    w.undo.push(() => { for (const socket of sockets) socket.destroy(); });
    w.set({ STRIPE_API_BASE: hanging, TELEGRAM_API_BASE: hanging, BASE_URL: hanging, PAID_CHANNEL_LINK: `${hanging}/+x` });
    const timed = async () => {
      const started = performance.now();
      return { ...await w.admit(['check']), ms: performance.now() - started };
    };
    const [{ stdout, ms }, shown] = await Promise.all([timed(), onTerminal(w)]);
    await w.end();
    assert.ok(ms < 15_000, `${ms} ms`);
    assert.equal(odd(stdout).length, 1, stdout);
    if (shown) assert.match(shown, /asking: 0 of \d+ have answered, [1-8] s/);
    if (shown) assert.doesNotMatch(shown, /ev=/, 'no line of the log among the others');
  });
});

/** What a person sees; null where there is no script(1) to be a terminal. */
async function onTerminal(w) {
  if (spawnSync('script', ['--version']).error) return null;
  await w.admit(['--version']); // the file of settings is there then
  const child = spawn('script', ['-qefc', `${OUT}/bin/admit check`, '/dev/null'], {
    env: { PATH: process.env.PATH, SHELL: '/bin/sh', ADMIT_CONF: `${w.dir}/admit.env` }, timeout: 2 * PATIENCE_MS,
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
  await new Promise((done) => { child.once('close', done); });
  return text;
}

describe('the programs themselves', () => {
  let app;
  before(async () => {
    app = await startAdmit({ env: { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined } });
    assert.equal((await app.admit(['setup', 'telegram'])).status, 0);
    app.stripe.addEndpoint({ url: `${app.base}/webhook`, enabled_events: ['*'], api_version: '2026-10-28.endive' });
  });
  after(() => app?.stop());

  test('take a trial of 200 KiB, and nothing comes of it', async () => {
    const before = app.sql('SELECT COUNT(*) FROM inbox')[0][0];
    const { status, stdout } = await app.admit(['check']);
    assert.deepEqual([status, minded(stdout).filter((line) => !line.startsWith('note'))], [0, []], stdout);
    assert.match(stdout, /ok +address +.*\/webhook takes a signed event/);
    assert.equal(app.sql('SELECT COUNT(*) FROM inbox')[0][0], before, 'to check leaves nothing behind');
    assert.deepEqual(app.stripe.requests.filter(({ method }) => method !== 'GET'), []);
  });

  for (const [what, env, pattern] of [
    ['another signing secret', { STRIPE_WEBHOOK_SECRET: 'whsec_another' }, /address +.*\/webhook refuses our signature \(400\)/],
    ['another secret token', { TELEGRAM_WEBHOOK_SECRET: 'another' }, /address +.*\/tgupdate refuses our secret token \(401\)/],
    ['another ledger', { DATABASE_URL: 'sqlite:/tmp/admit-of-nobody.db' }, ON_POSTGRES ? /address +the web server's programs have another ledger: postgresql:.*admit_web/ : /address +the web server's programs have another ledger: .*admit\.db/],
  ])
    test(`have ${what}`, async () => {
      const { stdout } = await app.admit(['check'], env);
      const found = minded(stdout).filter((line) => line.startsWith('FAIL'));
      assert.equal(found.length, 1, stdout);
      assert.match(found[0], pattern);
    });
});
