// The settings and the operator's commands.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PATIENCE_MS, LINK, OUT, SECRETS, admit as runAdmit, person, sleep, startAdmit, writeSettings } from './harness.mjs';

/** Runs admit with exactly this environment. */
async function admit(args, env) {
  const { status, stdout, stderr } = await runAdmit(args, env);
  return { status, text: stdout + stderr };
}

describe('settings', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-tools.'));
  after(() => rmSync(dir, { recursive: true }));
  const good = {
    ...SECRETS, PAID_CHANNEL_LINK: LINK, BASE_URL: 'https://pay.example.com', DATABASE_URL: `sqlite:${dir}/admit.db`, PATH: process.env.PATH,
  };

  test('complete', async () => assert.deepEqual(await admit(['check', '--settings'], good), { status: 0, text: '' }));

  const wrong = [
    ['an empty secret', { STRIPE_WEBHOOK_SECRET: '' }, /STRIPE_WEBHOOK_SECRET is empty/],
    ['a blank inside', { STRIPE_WEBHOOK_SECRET: 'whsec_a b' }, /STRIPE_WEBHOOK_SECRET has a blank/],
    ['a line end behind', { TELEGRAM_BOT_TOKEN: '1:abc\n' }, /TELEGRAM_BOT_TOKEN/],
    ['an empty one among several', { STRIPE_WEBHOOK_SECRET: 'whsec_a,,whsec_b' }, /STRIPE_WEBHOOK_SECRET has an empty/],
    ['a blank before', { STRIPE_SECRET_KEY: ' sk_test_51NobodysKey' }, /STRIPE_SECRET_KEY has a blank/],
    ['a blank in the secret token', { TELEGRAM_WEBHOOK_SECRET: 'NobodysKey x' }, /TELEGRAM_WEBHOOK_SECRET must be/],
    ['a token with a slash, which would be another address', { TELEGRAM_BOT_TOKEN: '1:NobodysKey/../x' }, /TELEGRAM_BOT_TOKEN is not/],
    ['a publishable key', { STRIPE_SECRET_KEY: 'pk_test_51NobodysKey' }, /STRIPE_SECRET_KEY is not a secret key/],
    ['a signing secret for a key', { STRIPE_SECRET_KEY: 'whsec_NobodysKey' }, /STRIPE_SECRET_KEY is a signing secret .* belongs into STRIPE_WEBHOOK_SECRET/],
    ['a key for a signing secret', { STRIPE_WEBHOOK_SECRET: 'sk_test_51NobodysKey' }, /STRIPE_WEBHOOK_SECRET is an API key .* belongs into STRIPE_SECRET_KEY/],
    ['a token for a key', { STRIPE_SECRET_KEY: `123456789:${'NobodysKey'.repeat(4)}` }, /STRIPE_SECRET_KEY is a bot's token: it belongs into TELEGRAM_BOT_TOKEN/],
    ['a token for a signing secret', { STRIPE_WEBHOOK_SECRET: `123456789:${'NobodysKey'.repeat(4)}` }, /STRIPE_WEBHOOK_SECRET is a bot's token/],
    ['a key for a token', { TELEGRAM_BOT_TOKEN: 'rk_live_51NobodysKey' }, /TELEGRAM_BOT_TOKEN is an API key/],
    ['a signing secret for a secret token', { TELEGRAM_WEBHOOK_SECRET: 'whsec_NobodysKey' }, /TELEGRAM_WEBHOOK_SECRET is a signing secret/],
    ['a token for a secret token', { TELEGRAM_WEBHOOK_SECRET: `123456789:${'NobodysKey'.repeat(4)}` }, /TELEGRAM_WEBHOOK_SECRET is a bot's token/],
    ['a key without a mode', { STRIPE_SECRET_KEY: 'sk_51NobodysKey' }, /STRIPE_SECRET_KEY says neither/],
    ['a secret token that Telegram refuses', { TELEGRAM_WEBHOOK_SECRET: 'ключ' }, /TELEGRAM_WEBHOOK_SECRET must be/],
    ['plain http to another host', { BASE_URL: 'http://pay.example.com' }, /BASE_URL must begin with https/],
    ['an address without a scheme', { BASE_URL: 'pay.example.com' }, /BASE_URL must be a full URL/],
    ['an address with a question', { BASE_URL: 'https://pay.example.com/?a' }, /BASE_URL must not have/],
    ['a script for a link', { PAID_CHANNEL_LINK: 'javascript:alert(1)' }, /PAID_CHANNEL_LINK must be a full URL/],
    ['a key sent in plain http to another host', { STRIPE_API_BASE: 'http://stripe.example' }, /STRIPE_API_BASE must begin with https/],
    ['a host that only looks like this one', { TELEGRAM_API_BASE: 'http://127.0.0.1.example' }, /TELEGRAM_API_BASE must begin with https/],
    ['no number', { PRICE_AMOUNT: 'abc' }, /PRICE_AMOUNT must be a whole number/],
    ['a fraction', { PRICE_AMOUNT: '9.99' }, /PRICE_AMOUNT must be a whole number/],
    ['for nothing', { PRICE_AMOUNT: '0' }, /PRICE_AMOUNT must be a whole number/],
    ['less than nothing', { PRICE_AMOUNT: '-5' }, /PRICE_AMOUNT must be a whole number/],
    ['more than Stripe takes', { PRICE_AMOUNT: '100000000' }, /PRICE_AMOUNT must be a whole number/],
    ['too many workers', { WORKERS: '65' }, /WORKERS must be a whole number/],
    ['no currency', { PRICE_CURRENCY: 'euro' }, /PRICE_CURRENCY must be/],
    ['no price', { STRIPE_PRICE_ID: 'prod_1' }, /STRIPE_PRICE_ID must be/],
    ['a relative ledger', { DATABASE_URL: 'sqlite:admit.db' }, /DATABASE_URL must name a file by its full path/],
    ['a level that is none', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be/],
    ['a file that is not there', { ADMIT_CONF: `${dir}/none` }, /the settings file .* cannot be read/],
  ];
  for (const [why, env, pattern] of wrong)
    test(`refused: ${why}`, async () => {
      const { status, text } = await admit(['check', '--settings'], { ...good, ...env });
      assert.equal(status, 1);
      assert.match(text, pattern);
      for (const value of [...Object.values(SECRETS), 'NobodysKey', 'whsec_a']) assert.ok(!text.includes(value), 'no secret is shown');
    });

  test('all faults at once, and the worker does not start', async () => {
    const env = { PATH: process.env.PATH, ADMIT_CONF: '/dev/null', DATABASE_URL: good.DATABASE_URL };
    const { status, text } = await admit(['check', '--settings'], env);
    assert.equal(status, 1);
    for (const name of [...Object.keys(SECRETS), 'PAID_CHANNEL_LINK', 'BASE_URL']) assert.match(text, new RegExp(`${name} is missing`));
    assert.equal((await admit(['work', '--once'], env)).status, 1);
  });

  test('several faults of different kinds are told together', async () => {
    const env = { STRIPE_SECRET_KEY: 'pk_test_51NobodysKey', BASE_URL: 'http://pay.example.com', PRICE_AMOUNT: 'abc', STRIPE_WEBHOOK_SECRET: 'NobodysKey b' };
    const { status, text } = await admit(['check', '--settings'], { ...good, ...env });
    assert.equal(status, 1);
    for (const name of Object.keys(env)) assert.match(text, new RegExp(`- ${name} `), name);
    assert.doesNotMatch(text, /NobodysKey/);
  });

  test('a settings file with a line that is none', async () => {
    const file = `${dir}/odd.env`;
    writeSettings(file, good);
    appendFileSync(file, 'PRICE_AMOUNT\n');
    const { status, text } = await admit(['check', '--settings'], { ADMIT_CONF: file });
    assert.equal(status, 1);
    assert.match(text, new RegExp(`line ${Object.keys(good).length + 1} is not NAME=value`));
  });

  test('a name that is none and a comment are told, by check and in the log, and harm nothing', async () => {
    const file = `${dir}/noted.env`;
    writeFileSync(file, `\uFEFF${Object.entries(good).map(([name, value]) => `${name}=${value} # as copied\r\n`).join('')}SUPORT_CONTACT=NobodysKey\r\n`, { mode: 0o600 });
    const { status, text } = await admit(['check', '--settings'], { ADMIT_CONF: file });
    assert.equal(status, 0, text);
    assert.match(text, /note +settings +.*there is no setting SUPORT_CONTACT; is it SUPPORT_CONTACT\?/);
    assert.match(text, /line 1: what follows "#" is a comment/);
    const log = (await admit(['work', '--stop'], { ADMIT_CONF: file })).text;
    assert.match(log, /ev=setting_odd .*SUPORT_CONTACT/);
    for (const value of [...Object.values(SECRETS), 'NobodysKey']) assert.ok(!(text + log).includes(value), 'no value is shown');
  });

  test('a folder for a settings file', async () => {
    const { status, text } = await admit(['check', '--settings'], { ADMIT_CONF: dir });
    assert.equal(status, 1);
    assert.match(text, /cannot be read/);
  });

  for (const mode of [0o604, 0o644, 0o606, 0o777])
    test(`a settings file of mode ${mode.toString(8)} is refused, and no value of it is shown`, async () => {
      const file = `${dir}/open.env`;
      writeSettings(file, good);
      chmodSync(file, mode);
      const { status, text } = await admit(['check', '--settings'], { ADMIT_CONF: file });
      assert.equal(status, 1);
      assert.match(text, /chmod 600/);
      for (const value of Object.values(SECRETS)) assert.ok(!text.includes(value));
    });

  test('from a file, with nothing else in the environment', async () => {
    const file = `${dir}/only.env`;
    writeSettings(file, good);
    assert.deepEqual(await admit(['check', '--settings'], { ADMIT_CONF: file }), { status: 0, text: '' });
  });

  test('from a file, the environment first; not from one that everybody can read', async () => {
    const file = `${dir}/admit.env`;
    writeFileSync(file, `# settings\n${Object.entries(good).map(([name, value]) => `export ${name}="${value}"\r\n`).join('')}PRICE_AMOUNT=x\n`);
    chmodSync(file, 0o600);
    const env = { PATH: process.env.PATH, ADMIT_CONF: file };
    assert.match((await admit(['check', '--settings'], env)).text, /PRICE_AMOUNT/);
    assert.equal((await admit(['check', '--settings'], { ...env, PRICE_AMOUNT: '500' })).status, 0);
    chmodSync(file, 0o644);
    assert.match((await admit(['check', '--settings'], { ...env, PRICE_AMOUNT: '500' })).text, /chmod 600/);
  });

  test('called wrongly', async () => {
    for (const args of [[], ['sell'], ['work', '--never'], ['setup', 'now'], ['check', '--all'], ['status', 'x']])
      assert.equal((await admit(args, good)).status, 2, args.join(' '));
    assert.equal((await admit(['help'], {})).status, 0);
  });
});

describe('whose ledger it is', () => {
  /** Accounts that nobody has; only root can try what happens with them. */
  const THEIRS = 54321, OTHERS = 54322;
  const asRoot = { skip: process.getuid() !== 0 && 'only root can be two accounts' };
  const folder = (t, mode = 0o700) => {
    const dir = mkdtempSync(path.join(tmpdir(), 'admit-own.'));
    t.after(() => rmSync(dir, { recursive: true }));
    chmodSync(dir, mode);
    return dir;
  };
  const settings = (dir) => ({
    ...SECRETS, PAID_CHANNEL_LINK: LINK, BASE_URL: 'http://127.0.0.1:9', DATABASE_URL: `sqlite:${dir}/admit.db`, PATH: process.env.PATH,
    STRIPE_API_BASE: 'http://127.0.0.1:9', TELEGRAM_API_BASE: 'http://127.0.0.1:9', RECONCILE_MINUTES: '0',
  });
  const commands = [['status'], ['check'], ['orders'], ['export'], ['report'], ['grant', '5'], ['revoke', '5'], ['refund', '1'], ['forget', '5'],
    ['reconcile'], ['product', 'rename', 'old', 'course'], ['jobs'], ['jobs', 'retry', 'all'], ['jobs', 'drop', '1', '--yes'], ['payments'], ['backup', '/nowhere/at/all'], ['lessons', 'list'], ['lessons', 'import', '/var/empty'], ['lessons', 'search', 'x'], ['lessons', 'remove', 'all']];

  for (const args of commands)
    test(`no ledger is made by: ${args.join(' ')}`, async (t) => {
      const dir = folder(t);
      const { status, text } = await admit(args, settings(dir));
      assert.equal(status, 1, text);
      assert.match(text, /[Tt]here is no ledger yet at .*admit\.db/);
      assert.deepEqual(readdirSync(dir), []);
    });

  for (const args of [['work', '--once'], ['work']])
    test(`no ledger is made by: ${args.join(' ')}, which has nothing to do then`, async (t) => {
      const dir = folder(t);
      const { status, text } = await admit(args, settings(dir));
      assert.equal(status, 0, text);
      assert.match(text, /^\S+ level=info prog=worker ev=no_ledger_yet at=\S+admit\.db\n$/);
      assert.deepEqual(readdirSync(dir), []);
    });

  for (const args of [['status'], ['check'], ['orders'], ['backup', '/nowhere/at/all'], ['lessons', 'list'], ['work', '--once']])
    test(`an empty file is left as one by: ${args.join(' ')}`, async (t) => {
      const dir = folder(t);
      writeFileSync(`${dir}/admit.db`, '');
      const { text } = await admit(args, settings(dir));
      assert.match(text, args[0] === 'work' ? /ev=no_ledger_yet/ : /[Tt]here is no ledger yet at .*admit\.db[:,] the file is empty/);
      assert.deepEqual([readdirSync(dir), statSync(`${dir}/admit.db`).size], [['admit.db'], 0]);
    });

  test('a worker that stays waits for the ledger, which is told, and begins when somebody promises something', async (t) => {
    const dir = folder(t);
    const worker = spawn(`${OUT}/bin/admit`, ['work', '--stay'], { env: settings(dir), stdio: ['ignore', 'ignore', 'pipe'] });
    t.after(() => worker.kill('SIGKILL'));
    let log = '';
    const logged = (pattern) => new Promise((done) => {
      const look = () => pattern.test(log) && done(worker.stderr.off('data', look));
      worker.stderr.on('data', look);
      look();
    });
    worker.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
    await logged(/ev=ledger_awaited at=\S+admit\.db\n/);
    assert.match((await admit(['status'], settings(dir))).text, new RegExp(`no ledger yet[^]*The worker waits for it, process ${worker.pid}\\.`));
    assert.match((await admit(['check'], settings(dir))).text, /note +worker +is there, and waits for the ledger/);
    assert.equal((await admit(['work', '--once'], settings(dir))).status, 0);
    assert.ok(!readdirSync(dir).includes('admit.db'));
    await admit(['import', '/dev/null'], settings(dir));
    await admit(['grant', '5', '--yes'], settings(dir));
    await logged(/ev=job_again .*invite/);
    assert.equal(log.match(/ledger_awaited/g).length, 1);
    worker.kill('SIGTERM');
    assert.deepEqual(await once(worker, 'exit'), [0, null]);
  });

  test('a worker that waits for the ledger ends when it is told to', async (t) => {
    const dir = folder(t);
    const worker = spawn(`${OUT}/bin/admit`, ['work', '--stay'], { env: settings(dir), stdio: ['ignore', 'ignore', 'pipe'] });
    t.after(() => worker.kill('SIGKILL'));
    while (!/ledger_awaited/.test(String((await once(worker.stderr, 'data'))[0])));
    worker.stderr.resume();
    worker.kill('SIGTERM');
    assert.deepEqual(await once(worker, 'exit'), [0, null]);
    assert.ok(!readdirSync(dir).includes('admit.db'));
  });

  for (const args of [['setup'], ['import', '/dev/null']])
    test(`a ledger is made by: ${args.join(' ')}, which says so itself`, async (t) => {
      const dir = folder(t);
      const { text } = await admit(args, settings(dir));
      assert.match(text, /^ok +ledger +a new one is at .*admit\.db$/m);
      assert.doesNotMatch(text, /ledger_created/);
      assert.ok(statSync(`${dir}/admit.db`).size > 0);
      assert.match((await admit(['status'], settings(dir))).text, /users +0/);
    });

  for (const args of [['setup'], ['import', '/dev/null']])
    test(`root becomes the account that the folder belongs to: ${args.join(' ')}`, asRoot, async (t) => {
      const dir = folder(t);
      chownSync(dir, THEIRS, THEIRS);
      await admit(args, settings(dir));
      const files = readdirSync(dir);
      assert.ok(files.includes('admit.db'), files.join());
      assert.deepEqual(files.map((name) => statSync(`${dir}/${name}`).uid), files.map(() => THEIRS), files.join());
    });

  test('root becomes the account that the ledger belongs to', asRoot, async (t) => {
    const dir = folder(t, 0o777);
    await runAdmit(['setup'], settings(dir));
    for (const name of readdirSync(dir)) chownSync(`${dir}/${name}`, THEIRS, THEIRS);
    assert.equal((await admit(['work', '--once'], settings(dir))).status, 0);
    assert.equal(statSync(`${dir}/admit.db.worker`).uid, THEIRS);
    assert.match((await admit(['status'], settings(dir))).text, /not running/);
  });

  for (const args of [['status'], ['setup'], ['check'], ['work', '--once'], ['grant', '5'], ['jobs'], ['payments'], ['backup', '/nowhere/at/all'],
    ['restore', '/nowhere/at/all'], ['import', '/nowhere/at/all'], ['product', 'rename', 'a', 'b'], ['report'], ['lessons', 'list']])
    test(`another account is told whose it is: ${args.join(' ')}`, asRoot, async (t) => {
      const dir = folder(t, 0o777);
      chownSync(dir, THEIRS, THEIRS);
      const { status, stdout, stderr } = await runAdmit(args, settings(dir), { uid: OTHERS, gid: OTHERS });
      assert.equal(status, 1);
      assert.match(stdout + stderr, new RegExp(`belongs to another account, number ${THEIRS}`));
      assert.deepEqual(readdirSync(dir), []);
    });

  test('a lock that cannot be opened is said', async (t) => {
    const dir = folder(t);
    await admit(['setup'], settings(dir));
    mkdirSync(`${dir}/admit.db.worker`);
    const work = await admit(['work', '--once'], settings(dir));
    assert.equal(work.status, 1);
    assert.match(work.text, /ev=worker_lock_not_opened.*admit\.db/);
    assert.match((await admit(['status'], settings(dir))).text, /worker +cannot start: its lock .*admit\.db\.worker cannot be opened/);
    assert.match((await admit(['check'], settings(dir))).text, /FAIL +worker +its lock .* cannot be opened/);
  });
});

describe('setup and check', () => {
  let app;
  before(async () => { app = await startAdmit(); });
  after(() => app?.stop());
  const params = (name) => app.telegram.calls.findLast(({ method }) => method === name).params;

  test('check before setup: the webhook is missing', async () => {
    app.telegram.webhook = null;
    const { status, stdout } = await app.admit(['check']);
    assert.equal(status, 1);
    assert.match(stdout, /FAIL +webhook .*\n +run `admit setup telegram`/);
    assert.match(stdout, /ok +bot +@/);
  });

  test('setup tells Telegram, and us what Stripe needs', async () => {
    const { status, stdout } = await app.admit(['setup'], { BASE_URL: 'https://pay.example.com', STRIPE_WEBHOOK_SECRET: '' });
    assert.equal(status, 0, stdout);
    assert.equal(params('setWebhook').url, 'https://pay.example.com/tgupdate');
    assert.equal(params('setWebhook').secret_token, SECRETS.TELEGRAM_WEBHOOK_SECRET);
    assert.deepEqual(params('setWebhook').allowed_updates, ['message', 'callback_query', 'my_chat_member', 'pre_checkout_query', 'chat_member', 'chat_join_request', 'subscription']);
    assert.deepEqual(params('setMyCommands').commands.map(({ command }) => command), ['start', 'pay', 'status', 'help', 'language']);
    assert.match(stdout, /https:\/\/pay\.example\.com\/webhook/);
    for (const type of ['checkout.session.completed', 'checkout.session.async_payment_failed', 'charge.refunded'])
      assert.ok(stdout.includes(type));
  });

  test('then all is well', async () => {
    app.stripe.addEndpoint({ url: `${app.base}/webhook`, enabled_events: ['*'] });
    assert.equal((await app.admit(['setup'])).status, 0);
    const { status, stdout } = await app.admit(['check']);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /ok +ledger/);
    assert.match(stdout, /ok +clock/);
    assert.match(stdout, /test mode: no real money/);
    assert.match(stdout, /All is well/);
  });

  test('check names what a restricted key may not read, and who else hears of sales', async () => {
    for (const name of ['events', 'refunds', 'disputes', 'subscriptions', 'invoices']) app.stripe.forbidden.add(name);
    app.stripe.endpoints.push({ id: 'we_1', object: 'webhook_endpoint', url: 'https://other.example.com/webhook', enabled_events: ['checkout.session.completed'], created: 1 });
    const once = await app.admit(['check']);
    assert.equal(once.status, 1);
    assert.match(once.stdout, /may not read: Events, Charges and Refunds, Disputes\n/);
    assert.match(once.stdout, /note +Stripe +the account tells https:\/\/other\.example\.com\/webhook of sales as well/);
    const anew = await app.admit(['check'], { PRICE_EVERY: 'month' });
    assert.match(anew.stdout, /may not read: Events, Charges and Refunds, Disputes, Subscriptions, Invoices\n/);
    app.stripe.forbidden.clear();
    app.stripe.endpoints.length = 0;
  });

  test('check names what a restricted key may not write, and changes nothing to find out', async () => {
    const check = () => app.admit(['check'], { STRIPE_SECRET_KEY: 'rk_test_51TestKeyOfNobody', PRICE_EVERY: 'month' });
    const made = () => [app.stripe.sessions.size, app.stripe.refunds.length, app.stripe.billing.subscriptions.size];
    const before = made();
    assert.match((await check()).stdout, /ok +Stripe +the key may write what it needs to\n/);
    for (const name of ['checkout/sessions', 'refunds', 'subscriptions', 'billing_portal']) app.stripe.forbidden.add(`write ${name}`);
    const { status, stdout } = await check();
    assert.equal(status, 1);
    assert.match(stdout, /may not write: Checkout Sessions, Charges and Refunds, Subscriptions, Customer portal\n +give the restricted key these rights/);
    assert.ok(!/may not read/.test(stdout));
    app.stripe.forbidden.clear();
    assert.deepEqual(made(), before);
  });

  test('status counts', async () => {
    app.telegram.webhook = { url: `${app.base}/tgupdate`, secret: SECRETS.TELEGRAM_WEBHOOK_SECRET };
    await app.buy(5);
    await app.invited(5);
    await app.settled();
    const { status, stdout } = await app.admit(['status']);
    assert.equal(status, 0);
    assert.match(stdout, /users +1, of them in: 1\norders +1, paid: 1\nowed +0\nparked +0\nworker +at work/);
  });

  test('a second worker goes home, a stopped one comes back', async () => {
    assert.equal((await app.admit(['work', '--once'])).status, 0);
    assert.equal((await app.admit(['work', '--stop'])).status, 0);
    assert.match((await app.admit(['status'])).stdout, /not running/);
    const from = app.telegram.calls.length;
    await app.say(person(5), '/help');
    await app.told(5, LINK, PATIENCE_MS, from);
    assert.match((await app.admit(['status'])).stdout, /at work/);
  });

  test('cron does what is owed', async () => {
    const due = () => app.sql('SELECT due_ms FROM jobs WHERE done_ms IS NULL')[0]?.[0];
    app.telegram.setFault({ kind: 'status', status: 500, next: 1 });
    await app.buy(6);
    await app.telegram.waitFor(({ fault }) => fault === 'status');
    await app.admit(['work', '--stop']);
    assert.ok(due() > app.telegram.calls.at(-1).atMs, 'put off');
    app.write(`UPDATE jobs SET due_ms = ${Date.now() + 60_000} WHERE done_ms IS NULL`); // however long the machine takes
    const from = app.telegram.calls.length;
    await app.admit(['work', '--once']);
    assert.equal(app.telegram.calls.length, from, 'not before it is due');
    app.write('UPDATE jobs SET due_ms = 1 WHERE done_ms IS NULL');
    await app.admit(['work', '--once']);
    assert.equal(app.invites(6).length, 2, 'tried again by cron');
    assert.equal(due(), undefined);
  });
});

describe('forget and refund', () => {
  let app;
  before(async () => { app = await startAdmit({ env: { ADMIN_TG_IDS: '900' } }); });
  after(() => app?.stop());

  test('a payment is under way: refused, with the day since when; after the bank\'s no it may be', async () => {
    const id = await app.open(71);
    await app.event(await app.stripe.payAsync(id));
    await app.settled();
    const { status, stdout } = await app.admit(['forget', '71']);
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`under way since ${new Date().toISOString().slice(0, 10)}`));
    assert.equal(app.sql('SELECT COUNT(*) FROM orders WHERE tg_id = 71')[0][0], '1');
    await app.event(await app.stripe.asyncFailed(id));
    await app.settled();
    assert.equal((await app.admit(['forget', '71'])).status, 0);
  });

  test('no number is left of whom the operators were told', async () => {
    const id = 7_500_075;
    app.telegram.block(id);
    await app.buy(id);
    await app.told('900', `Покупець ${id}`);
    await app.noted(`SELECT 1 FROM jobs WHERE tg_id = ${id} AND parked_ms IS NOT NULL`);
    await app.settled();
    assert.equal((await app.admit(['revoke', String(id)])).status, 0);
    await app.settled();
    assert.equal((await app.admit(['forget', String(id)])).status, 0);
    const rows = app.ledger.tables().flatMap((name) => app.sql(`SELECT * FROM ${name}`).map((row) => [name, ...row]));
    assert.deepEqual(rows.filter((row) => row.some((value) => value.includes(String(id)))), []);
  });

  test('a payment that was to go back, or a charging that was to end, and was put aside: refused until that is done', async () => {
    const aside = (kind, promise, subscription) => app.write(`INSERT INTO users (tg_id, created_ms) VALUES (79, 1) ON CONFLICT DO NOTHING;
      INSERT INTO orders (id, tg_id, product, provider, session_id, subscription, livemode, created_ms, paid_ms)
        VALUES (79${kind}, 79, 'course', 'stripe', 'cs_test_${promise}', ${subscription}, 0, 1, 1);
      INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms, created_ms, parked_ms) VALUES (${kind}, '${promise}', 79, 79${kind}, 'x', 1, 1, 1)`);
    for (const kind of [14, 12]) {
      aside(kind, `aside-${kind}`, 'NULL');
      const { status, stdout } = await app.admit(['forget', '79']);
      assert.deepEqual([status, app.sql('SELECT COUNT(*) FROM users WHERE tg_id = 79')[0][0]], [1, '1'], `kind ${kind}`);
      assert.match(stdout, /put aside: see `admit jobs --parked`/);
      const [[id]] = app.sql(`SELECT id FROM jobs WHERE promise = 'aside-${kind}'`);
      assert.equal((await app.admit(['jobs', 'drop', id, '--yes'])).status, 0);
    }
    aside(2, 'aside-2', 'NULL'); // a notice holds nobody
    assert.equal((await app.admit(['forget', '79'])).status, 0);
  });

  test('an open session is closed at Stripe first; Stripe away: refused', async () => {
    const id = await app.open(72);
    app.stripe.setFault({ kind: 'status', status: 500, only: /expire/, next: 1 });
    assert.equal((await app.admit(['forget', '72'])).status, 1);
    assert.equal(app.sql('SELECT COUNT(*) FROM users WHERE tg_id = 72')[0][0], '1');
    assert.equal((await app.admit(['forget', '72'])).status, 0);
    assert.equal(app.stripe.sessions.get(id).status, 'expired');
    assert.equal(app.sql('SELECT COUNT(*) FROM users WHERE tg_id = 72')[0][0], '0');
  });

  test('of many sessions the last is closed as well', async () => {
    app.write("INSERT INTO users (tg_id, created_ms) VALUES (76, 1)");
    app.write(`WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 60)
      INSERT INTO orders (tg_id, product, provider, session_id, livemode, created_ms) SELECT 76, 'course', 'stripe', 'cs_test_gone' || i, 0, 1 FROM c`);
    const id = await app.open(76);
    assert.equal((await app.admit(['forget', '76'])).status, 0);
    assert.equal(app.stripe.sessions.get(id).status, 'expired');
  });

  test('paid at that very moment: refused, and let in', async () => {
    const id = await app.open(73);
    await app.stripe.pay(id); // the event is still on its way
    assert.equal((await app.admit(['forget', '73'])).status, 1);
    await app.invited(73);
  });

  test('paid by who was forgotten all the same: the operators are told', async () => {
    const id = await app.open(74);
    assert.equal((await app.admit(['forget', '74'])).status, 0);
    const session = { ...app.stripe.sessions.get(id), status: 'complete', payment_status: 'paid' };
    assert.equal((await app.event(app.stripe.event('checkout.session.completed', session))).status, 200);
    await app.told('900', 'вилучено через admit forget');
    assert.equal(app.invites(74).length, 0);
  });

  test('the key of a refund is the payment\'s own: another shop\'s order of that number is none of it', async () => {
    const { id } = await app.buy(75);
    await app.settled();
    const [[order, intent]] = app.sql(`SELECT id, payment_intent FROM orders WHERE session_id = '${id}'`);
    assert.equal((await app.admit(['refund', order, '--yes'])).status, 0);
    const { headers } = app.stripe.requests.findLast(({ method, path: where }) => method === 'POST' && where === '/v1/refunds');
    assert.equal(headers['idempotency-key'], `admit-refund-${order}-${intent}-rest`);
  });

  test('a refund that Stripe refused is asked for anew, and not answered as before; one that nobody knows of is the same', async () => {
    const { id } = await app.buy(76);
    await app.settled();
    const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${id}'`);
    const refund = () => app.admit(['refund', order, '--yes']);
    app.stripe.isPoor = true;
    assert.match((await refund()).stdout, /did not go back: Stripe refused it.*run this again: it is asked for anew/s);
    app.stripe.isPoor = false;
    app.stripe.setFault({ kind: 'status', status: 500, only: /^POST \/v1\/refunds/, next: 1 });
    assert.match((await refund()).stdout, /Nobody knows.*Run this again: it goes back once/s);
    assert.match((await refund()).stdout, /The money goes back/);
    const keys = app.stripe.requests.filter(({ method, path: where }) => method === 'POST' && where === '/v1/refunds')
      .map(({ headers }) => headers['idempotency-key']).filter((key) => key.startsWith(`admit-refund-${order}-`));
    assert.deepEqual(keys.map((key) => key.replace(/^.*-rest/, '')), ['', '-1', '-1']);
  });

  test('a refund that failed in the end is asked for anew on the same day', async () => {
    const { id } = await app.buy(77);
    await app.settled();
    const [[order]] = app.sql(`SELECT id FROM orders WHERE session_id = '${id}'`);
    const refund = () => app.admit(['refund', order, '--yes']);
    assert.match((await refund()).stdout, /The money goes back/);
    assert.match((await refund()).stdout, /There is nothing left to refund/);
    assert.equal((await app.event(await app.stripe.refundFailed(id))).status, 200);
    await app.settled();
    assert.match((await refund()).stdout, /The money goes back/);
    assert.deepEqual(app.stripe.refunds.slice(-2).map(({ status }) => status), ['failed', 'succeeded']);
  });
});
