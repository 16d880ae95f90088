// From nothing to a shop that sells: admit init, and each of its steps alone.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OUT, PATIENCE_MS, SANITIZER, SECRETS, person, startAdmit, until, writeSettings } from './harness.mjs';

const CHANNEL = -1001234567890, OWNER = 900;
const KEY = SECRETS.STRIPE_SECRET_KEY, TOKEN = SECRETS.TELEGRAM_BOT_TOKEN;

/** A command that goes on while the test looks at what it says. */
class Running {
  text = '';

  constructor(args, env, input) {
    this.child = spawn(`${OUT}/bin/admit`, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const from of [this.child.stdout, this.child.stderr]) from.setEncoding('utf8').on('data', (part) => { this.text += part; });
    this.over = new Promise((done) => { this.child.once('close', done); });
    this.child.stdin.on('error', () => {}); // it may not want to know
    this.child.stdin.end(input);
    this.limit = setTimeout(() => this.child.kill(), 2 * PATIENCE_MS); // it would wait for a quarter of an hour
    this.child.once('exit', () => clearTimeout(this.limit));
  }

  /** What the pattern finds in what was said, as soon as it is said. */
  says(pattern) {
    return until(() => pattern.exec(this.text) ?? (this.child.exitCode !== null && assert.fail(this.text)), PATIENCE_MS, String(pattern))
      .catch((error) => { throw new Error(`${error.message}\n${this.text}`); });
  }

  async end() {
    const status = await this.over;
    assert.doesNotMatch(this.text, SANITIZER);
    for (const line of this.text.split('\n').filter((one) => !/^ts=|https?:/.test(one))) assert.ok(line.length <= 80 || /^(ok|FAIL|note|    ) /.test(line), line);
    return status;
  }
}

/** Programs that have no settings yet but for where the stand-ins and the ledger are. */
async function startBare(t) {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-init.'));
  const file = `${dir}/conf/admit.env`;
  const nothing = Object.fromEntries([...Object.keys(SECRETS), 'BASE_URL', 'PAID_CHANNEL_LINK', 'SUPPORT_CONTACT'].map((name) => [name, undefined]));
  const app = await startAdmit({ env: { ...nothing, ADMIT_CONF: file } });
  app.telegram.webhook = null;
  const stop = async () => {
    for (const secret of secretsIn(file)) assert.ok(!app.log().includes(secret), 'no secret is logged');
    await app.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  t?.after(stop);
  return { app, file, stop, run: (args, input = '') => new Running(args, app.env, input) };
}

const settingsIn = (file) => (existsSync(file)
  ? Object.fromEntries(readFileSync(file, 'utf8').split('\n').filter((line) => /^[A-Z_]+=/.test(line)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  : {});
const secretsIn = (file) => Object.entries(settingsIn(file)).filter(([name]) => /SECRET|TOKEN/.test(name)).map(([, value]) => value);

/** Sends the code that the command shows, and says so. */
async function sendCode(app, running) {
  const [, code] = await running.says(/^ +(\d{12})$/m);
  await app.say(person(OWNER), code);
  return code;
}

describe('from nothing to ready', () => {
  let bare;
  before(async () => { bare = await startBare(); });
  after(() => bare?.stop());

  test('init asks, makes up the rest, registers both webhooks, learns operator and channel, checks', async () => {
    const { app, file, run } = bare;
    const init = run(['init'], `${KEY}\n${TOKEN}\n${app.base}/\n`);
    const code = await sendCode(app, init);
    await init.says(/you are number 900/);
    await init.says(/Which channel is sold/);
    await init.says(/https:\/\/t\.me\/\w+\?startchannel&admin=invite_users\+restrict_members\n/);
    app.telegram.channels.setRights(CHANNEL, true, person(1)); // a stranger's doing
    app.telegram.channels.setRights(CHANNEL, true, person(OWNER));
    assert.equal(await init.end(), 0, init.text);
    assert.match(init.text, /All is well/);
    assert.match(init.text, new RegExp(`${app.base}/pay\\?tg_id=${OWNER}\n`));
    const settings = settingsIn(file);
    assert.deepEqual([settings.STRIPE_SECRET_KEY, settings.TELEGRAM_BOT_TOKEN, settings.BASE_URL, settings.ADMIN_TG_IDS, settings.PAID_CHANNEL_ID],
      [KEY, TOKEN, `${app.base}/`, String(OWNER), String(CHANNEL)]);
    for (const name of ['TELEGRAM_WEBHOOK_SECRET', 'PAY_LINK_SECRET']) assert.match(settings[name], /^[0-9a-f]{48}$/, name);
    for (const secret of secretsIn(file)) assert.ok(!init.text.includes(secret), 'no secret is shown');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(path.dirname(file)), ['admit.env'], 'nothing is left of the writing');
    const [endpoint] = app.stripe.endpoints;
    assert.deepEqual([app.stripe.endpoints.length, endpoint.url, endpoint.api_version, endpoint.metadata.admit], [1, `${app.base}/webhook`, '2026-10-28.endive', 'webhook']);
    assert.ok(endpoint.enabled_events.includes('checkout.session.completed'));
    assert.equal(app.telegram.webhook.url, `${app.base}/tgupdate`);
    assert.equal(app.telegram.webhook.secret, settings.TELEGRAM_WEBHOOK_SECRET);
    assert.match(code, /^[1-9]/);
  });

  test('then somebody buys and is let in', async () => {
    const { app, file } = bare;
    const id = await app.open(5);
    const event = await app.stripe.pay(id);
    assert.equal((await app.event(event, { secret: settingsIn(file).STRIPE_WEBHOOK_SECRET })).status, 200);
    await app.told(5, 'https://t.me/+');
  });

  test('again: nothing is asked and nothing is done twice', async () => {
    const { app, file, run } = bare;
    const before = readFileSync(file, 'utf8');
    const init = run(['init']);
    assert.equal(await init.end(), 0, init.text);
    assert.equal(readFileSync(file, 'utf8'), before);
    assert.equal(app.stripe.endpoints.length, 1);
    assert.match(init.text, /Stripe sends events here already/);
    assert.match(init.text, /ADMIN_TG_IDS names who it is/);
  });

  test('each step alone mends what is missing', async () => {
    const { app, run } = bare;
    const [endpoint] = app.stripe.endpoints;
    Object.assign(endpoint, { status: 'disabled', enabled_events: ['checkout.session.completed', 'payout.paid'] });
    const stripe = run(['setup', 'stripe']);
    assert.equal(await stripe.end(), 0, stripe.text);
    assert.equal(endpoint.status, 'enabled');
    for (const type of ['payout.paid', 'charge.refunded', 'checkout.session.completed']) assert.ok(endpoint.enabled_events.includes(type), type);
    app.telegram.webhook = null;
    const telegram = run(['setup', 'telegram']);
    assert.equal(await telegram.end(), 0, telegram.text);
    assert.equal(app.telegram.webhook.url, `${app.base}/tgupdate`);
    for (const step of ['operator', 'channel']) {
      const running = run(['setup', step]);
      assert.equal(await running.end(), 0, running.text);
    }
  });
});

describe('on a terminal', { skip: spawnSync('script', ['--version']).error && 'there is no script(1) to be a terminal' }, () => {
  test('what is wrong is asked again, no secret is shown, a wait is seen to go on, and 80 columns are enough', async (t) => {
    const { app } = await startBare(t);
    const child = spawn('script', ['-qefc', `${OUT}/bin/admit init`, '/dev/null'], { env: { ...app.env, SHELL: '/bin/sh' }, timeout: 2 * PATIENCE_MS });
    const over = new Promise((done) => { child.once('close', done); });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
    const says = (pattern) => until(() => pattern.exec(text), PATIENCE_MS, String(pattern)).catch((error) => { throw new Error(`${error.message}\n${text}`); });
    const answer = async (pattern, line) => {
      await says(pattern);
      child.stdin.write(`${line}\n`);
    };
    await answer(/API keys\), not shown: $/, 'pk_test_51NobodysKey');
    await answer(/is not a secret key.*\s+.*API keys\), not shown: $/, KEY);
    await answer(/BotFather, not shown: $/, TOKEN);
    await answer(/\(https:.*\): $/, app.base);
    const [, code] = await says(/^ +(\d{12})\r?$/m);
    await says(/waiting for the code/);
    await app.say(person(OWNER), code);
    await says(/waiting to be made administrator/);
    app.telegram.channels.setRights(CHANNEL, true, person(OWNER));
    assert.equal(await over, 0, text);
    for (const secret of [KEY, TOKEN, 'NobodysKey']) assert.ok(!text.includes(secret), 'no secret is shown');
    for (const line of text.split(/[\r\n]+/).filter((one) => !one.includes('/'))) assert.ok([...line].length <= 80, line);
  });
});

describe('the settings file', () => {
  test('what stands there stays, what is missing is added, the rest of it is as it was', async (t) => {
    const { app, file, run } = await startBare(t);
    const conf = mkdtempSync(path.join(tmpdir(), 'admit-kept.'));
    t.after(() => rmSync(conf, { recursive: true }));
    const own = `${conf}/own.env`;
    writeFileSync(own, `# mine\nexport STRIPE_SECRET_KEY="${KEY}"\nTELEGRAM_WEBHOOK_SECRET=\n\nPRODUCT_NAME=A # B`, { mode: 0o640 });
    writeFileSync(`${conf}/token`, `${TOKEN}\n`);
    app.telegram.setFault({ kind: 'status', status: 500, next: Infinity, only: /^setWebhook$/ }); // it is to stop there
    const init = new Running(['init', '--bot-token-file', `${conf}/token`, '--address', app.base], { ...app.env, ADMIT_CONF: own }, '');
    assert.equal(await init.end(), 1);
    app.telegram.setFault(null);
    const text = readFileSync(own, 'utf8');
    assert.ok(text.startsWith(`# mine\nexport STRIPE_SECRET_KEY="${KEY}"\nTELEGRAM_WEBHOOK_SECRET=\n\nPRODUCT_NAME=A # B\n`), 'as it was');
    assert.equal(settingsIn(own).TELEGRAM_BOT_TOKEN, TOKEN);
    assert.match(text, /^TELEGRAM_WEBHOOK_SECRET=[0-9a-f]{48}$/m);
    assert.equal(statSync(own).mode & 0o777, 0o640);
    assert.match(init.text, /goes on where it was/);
    assert.ok(!existsSync(file));
  });

  test('an address that nothing can arrive at is told before anybody waits', async (t) => {
    const { app, file } = await startBare(t);
    const settings = { STRIPE_SECRET_KEY: KEY, TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_WEBHOOK_SECRET: 'a-word', BASE_URL: 'http://127.0.0.1:9' };
    mkdirSync(path.dirname(file));
    writeSettings(file, settings);
    const step = new Running(['setup', 'operator'], app.env, '');
    await step.says(/note +address +http:\/\/127\.0\.0\.1:9\/tgupdate: nobody can be connected to there: nothing that is sent to the bot arrives\n +start the web server/);
    await step.says(/^ +(\d{12})$/m);
    step.child.kill();
    await step.over;
  });

  const wrong = [
    ['a secret as an argument', ['init', '--stripe-key', KEY], '', 2, /there is no option "--stripe-key"; is it "--stripe-key-file"\?/],
    ['a secret as a word', ['init', KEY], '', 2, /one word too many/],
    ['no value', ['init', '--address'], '', 2, /'--address' requires an argument/],
    ['nobody to ask', ['init'], '', 1, /STRIPE_SECRET_KEY is missing: say it by --stripe-key-file/],
    ['a key that is none', ['init'], 'pk_test_1\n', 1, /STRIPE_SECRET_KEY is not a secret key/],
    ['a file that is not there', ['init', '--stripe-key-file', '/nonexistent/key'], '', 1, /cannot be read/],
    ['an address without https', ['init', '--stripe-key-file', '-', '--address', 'http://pay.example.com'], `${KEY}\n${TOKEN}\n`, 1, /BASE_URL must begin with https/],
  ];
  for (const [why, args, input, status, pattern] of wrong)
    test(`refused: ${why}`, async (t) => {
      const dir = mkdtempSync(path.join(tmpdir(), 'admit-init.'));
      t.after(() => rmSync(dir, { recursive: true }));
      const init = new Running(args, { PATH: process.env.PATH, ADMIT_CONF: `${dir}/admit.env` }, input);
      assert.equal(await init.end(), status, init.text);
      assert.match(init.text, pattern);
      for (const secret of [KEY, TOKEN]) assert.ok(!init.text.includes(secret));
    });
});

describe('registering at Stripe', () => {
  let app;
  before(async () => { app = await startAdmit(); });
  after(() => app?.stop());

  test('an endpoint that nobody knows the secret of is made anew where it is ours, and told of where it is not', async (t) => {
    const conf = mkdtempSync(path.join(tmpdir(), 'admit-anew.'));
    t.after(() => rmSync(conf, { recursive: true }));
    const file = `${conf}/admit.env`;
    writeFileSync(file, '# empty\n', { mode: 0o600 });
    const env = { STRIPE_WEBHOOK_SECRET: '', ADMIT_CONF: file };
    const old = app.stripe.addEndpoint({ url: `${app.base}/webhook`, enabled_events: ['*'], metadata: {} });
    const told = await app.admit(['setup', 'stripe'], env);
    assert.equal(told.status, 1);
    assert.match(told.stdout, /FAIL +endpoint +is there, and its signing secret is not/);
    app.stripe.endpoints[0].metadata = { admit: 'webhook' };
    const anew = await app.admit(['setup', 'stripe'], env);
    assert.equal(anew.status, 0, anew.stdout);
    assert.equal(app.stripe.endpoints.length, 1);
    assert.notEqual(app.stripe.endpoints[0].id, old.id);
    assert.match(readFileSync(file, 'utf8'), /^STRIPE_WEBHOOK_SECRET=whsec_\w+$/m);
    app.stripe.endpoints.length = 0;
  });

  test('a key without the right to: said, with what to do', async () => {
    app.stripe.forbidden.add('webhook_endpoints');
    const { status, stdout } = await app.admit(['setup', 'stripe']);
    app.stripe.forbidden.clear();
    assert.equal(status, 1);
    assert.match(stdout, /FAIL +endpoint .*\n +the key is wrong or may not do this: a restricted key needs Webhook Endpoints: write/);
  });
});
