// One complete Admit for a test: lighttpd with the programs, a ledger, both foreign services, on ports and in a folder
// of its own. The worker is started by the programs themselves, as on a real host, unless a test says otherwise.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const OUT = process.env.ADMIT_OUT ?? path.join(ROOT, 'build/release');
export const LINK = 'https://t.me/+AbCdEfGhIjKl';
export const SUPPORT = '@help_desk';
export const SECRETS = {
  STRIPE_SECRET_KEY: 'sk_test_51TestKeyOfNobody',
  STRIPE_WEBHOOK_SECRET: 'whsec_ofTheWebTests',
  TELEGRAM_BOT_TOKEN: '1234567:AAtokenOfTheWebTests',
  TELEGRAM_WEBHOOK_SECRET: 'secret-token_ofTheWebTests',
};

/** Stripe's own package; it signs, it calls nobody. */
export const stripePackage = new Stripe(SECRETS.STRIPE_SECRET_KEY);

export const sign = (payload, { secret = SECRETS.STRIPE_WEBHOOK_SECRET, timestamp } = {}) =>
  stripePackage.webhooks.generateTestHeaderString({ payload, secret, timestamp });

export const person = (id, more = {}) =>
  ({ id, is_bot: false, first_name: 'Ім’я <b>&', last_name: 'Прізвище', username: 'user_name', language_code: 'uk', ...more });

/** Keeps what is sent and received, for the vendors' types to judge (types.test.mjs). */
export function capture(kind, name, body) {
  if (!process.env.ADMIT_CAPTURE) return;
  appendFileSync(path.join(process.env.ADMIT_CAPTURE, `${process.pid}.jsonl`), `${JSON.stringify({ kind, name, body })}\n`);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export async function untilConnected(port, child) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const isUp = await new Promise((done) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.once('connect', () => { socket.destroy(); done(true); });
      socket.once('error', () => done(false));
    });
    if (isUp) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** What a failed test leaves behind would keep the whole run waiting. */
const running = new Set();
after(async () => {
  for (const app of running) await app.stop().catch(() => {});
});

const ended = (child) => child.exitCode !== null || child.signalCode !== null
  ? Promise.resolve() : new Promise((done) => child.once('exit', done));

/** Resolves to the processes that are left of the folder's: ending takes them a moment. */
async function leftOf(folder) {
  const end = Date.now() + 5000;
  for (;;) {
    const left = processesOf(folder);
    if (left.length === 0 || Date.now() > end) return left;
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** The processes whose environment names the folder. */
export function processesOf(folder) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(folder);
    } catch {
      return false; // gone, or not ours to see
    }
  });
}

/**
 * @param {{ mode?: 'fastcgi' | 'cgi', env?: Record<string, string | undefined>, baseUrl?: (port: number) => string,
 *   resident?: boolean, stripe?: object, telegram?: object, telegramBase?: string }} [options]
 *   `env` replaces settings, undefined takes one away; `resident` starts a worker that stays
 */
export async function startAdmit({
  mode = 'fastcgi', env = {}, baseUrl = (port) => `http://127.0.0.1:${port}`, resident = false, stripe: stripeOptions,
  telegram: telegramOptions, telegramBase,
} = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-web.'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const telegram = await startTelegram({
    token: SECRETS.TELEGRAM_BOT_TOKEN, webhook: { url: `${base}/tgupdate`, secret: SECRETS.TELEGRAM_WEBHOOK_SECRET },
    ...telegramOptions,
  });
  const stripe = await startStripe({ webhookSecret: SECRETS.STRIPE_WEBHOOK_SECRET, ...stripeOptions });
  stripe.journal.on('add', ({ method, path: where, params }) => {
    if (method === 'POST' && where === '/v1/checkout/sessions') capture('session', where, params);
  });
  telegram.journal.on('add', ({ method, params }) => capture('call', method, params));

  const settings = {
    ...SECRETS, PAID_CHANNEL_LINK: LINK, SUPPORT_CONTACT: SUPPORT, BASE_URL: baseUrl(port),
    DATABASE_URL: `sqlite:${dir}/admit.db`, STRIPE_API_BASE: stripe.url, TELEGRAM_API_BASE: telegramBase ?? telegram.url,
    ...env,
  };
  const given = Object.fromEntries(Object.entries({
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ADMIT_CGI: `${OUT}/cgi-bin`, ADMIT_RUN: dir, ADMIT_LOG: `${dir}/log`,
    ADMIT_CONF: '', PORT: String(port), ASAN_OPTIONS: 'detect_leaks=1', ...settings,
  }).filter(([, value]) => value !== undefined));
  writeFileSync(`${dir}/log`, '');
  if (mode === 'cgi') { // plain CGI gets nothing of the server's environment
    given.ADMIT_CONF = `${dir}/admit.env`;
    const lines = Object.entries(settings).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(given.ADMIT_CONF, lines.join(''), { mode: 0o600 });
  }

  const conf = mode === 'cgi' ? path.join(ROOT, 'tests/web/cgi.conf') : path.join(ROOT, 'lighttpd.conf');
  const logFd = openSync(`${dir}/log`, 'a');
  const stdio = ['ignore', 'ignore', logFd];
  const web = spawn('lighttpd', ['-D', '-f', conf], { env: given, stdio });
  const worker = resident ? spawn(`${OUT}/bin/admit`, ['work', '--stay'], { env: given, stdio }) : null;
  closeSync(logFd);
  await untilConnected(port, web).catch(async (error) => {
    await Promise.all([stripe.close(), telegram.close()]);
    throw error;
  });

  const app = {
    base, dir, env: given, port, stripe, telegram, web, worker, answers: '',

    /** Runs admit with the same settings: { status, stdout, stderr }. */
    admit: (args, moreEnv = {}) => new Promise((done) => {
      execFile(`${OUT}/bin/admit`, args, { env: { ...given, ...moreEnv }, timeout: 60_000 }, (error, stdout, stderr) =>
        done({ status: error ? error.code ?? -1 : 0, stdout, stderr }));
    }),

    /** What the ledger says: rows of columns, as text. */
    sql: (query) => execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', `${dir}/admit.db`, query], { encoding: 'utf8' })
      .split('\n').filter(Boolean).map((row) => row.split('|')),

    log: () => readFileSync(`${dir}/log`, 'utf8'),

    /** One request; redirects are not followed. */
    async request(where, { method = 'GET', headers = {}, body } = {}) {
      const started = performance.now();
      const res = await fetch(base + where, { method, headers, body, redirect: 'manual' });
      const text = await res.text();
      app.answers += `${JSON.stringify([...res.headers])}\n${text}\n`;
      return { status: res.status, headers: res.headers, text, ms: performance.now() - started };
    },

    /** Posts an event, signed by Stripe's own package. */
    async event(event, { where = '/webhook', secret, timestamp } = {}) {
      const payload = JSON.stringify(event);
      capture('event', event.type, event);
      return app.request(where, {
        method: 'POST', body: payload,
        headers: { 'content-type': 'application/json', 'stripe-signature': sign(payload, { secret, timestamp }) },
      });
    },

    async update(update, headers = {}) {
      capture('update', 'update', update);
      return app.request('/tgupdate', {
        method: 'POST', body: JSON.stringify(update),
        headers: {
          'content-type': 'application/json',
          'x-telegram-bot-api-secret-token': SECRETS.TELEGRAM_WEBHOOK_SECRET, ...headers,
        },
      });
    },

    /** The buyer writes to the bot; the answer's body is carried out as Telegram does. */
    async say(user, text) {
      const said = await telegram.say(user, text);
      capture('update', 'update', said.update);
      return said;
    },

    /** Clicks /pay and returns the new session's id. */
    async open(tgId) {
      const res = await app.request(`/pay?tg_id=${tgId}`);
      assert.equal(res.status, 303, `/pay?tg_id=${tgId} leads to Stripe`);
      return app.sessionAt(res.headers.get('location'));
    },
    sessionAt: (url) => [...stripe.sessions.values()].find((session) => session.url === url)?.id,

    /** Opens a session, pays it, delivers the event: { id, event, status }. */
    async buy(tgId) {
      const id = await app.open(tgId);
      const event = await stripe.pay(id);
      return { id, event, status: (await app.event(event)).status };
    },

    invites: (tgId) => telegram.calls.filter(({ method, params }) =>
      method === 'sendMessage' && String(params.chat_id) === String(tgId) && params.text.includes(LINK)),
    invited: (tgId, ms = 5000, from = 0) => telegram.waitFor(({ method, params }) =>
      method === 'sendMessage' && String(params.chat_id) === String(tgId) && params.text.includes(LINK), ms, from),
    told: (tgId, words, ms = 5000, from = 0) => telegram.waitFor(({ method, params }) =>
      method === 'sendMessage' && String(params.chat_id) === String(tgId) && params.text.includes(words), ms, from),

    /** Resolves when the ledger has an answer to the query. */
    async noted(query, ms = 5000) {
      const end = Date.now() + ms;
      while (app.sql(query).length === 0) {
        assert.ok(Date.now() < end, `not noted after ${ms} ms: ${query}`);
        await new Promise((done) => setTimeout(done, 10));
      }
    },

    /** Resolves when nothing is owed any more but for what is parked. */
    async settled(ms = 20_000) {
      const end = Date.now() + ms;
      for (;;) {
        const [[n]] = app.sql('SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL');
        if (n === '0') return;
        assert.ok(Date.now() < end, `still owed after ${ms} ms: ${JSON.stringify(app.sql('SELECT * FROM jobs WHERE done_ms IS NULL'))}`);
        await new Promise((done) => setTimeout(done, 25));
      }
    },

    /** Ends everything and looks at what is left: no process, no sanitizer's report, no secret, no name. */
    async stop({ keep = false } = {}) {
      running.delete(app);
      web.kill('SIGTERM');
      await ended(web);
      worker?.kill('SIGTERM');
      if (worker) await ended(worker);
      await app.admit(['work', '--stop']);
      await stripe.close();
      await telegram.close();
      const left = await leftOf(dir);
      const log = app.log();
      let ledger = '';
      for (const file of readdirSync(dir)) if (file.startsWith('admit.db')) ledger += file.includes('knock') ? '' : readFileSync(path.join(dir, file), 'latin1');
      if (!keep) rmSync(dir, { recursive: true, force: true });
      assert.deepEqual(left, [], 'no process is left');
      assert.doesNotMatch(log, /Sanitizer|runtime error:/, 'the sanitizers have nothing to say');
      const known = [...Object.values(SECRETS), 'Прізвище', 'user_name', 'buyer@example.com'];
      for (const secret of known) {
        assert.ok(!log.includes(secret), `the log does not hold ${secret}`);
        assert.ok(!ledger.includes(Buffer.from(secret).toString('latin1')), `the ledger does not hold ${secret}`);
        assert.ok(!app.answers.includes(secret), `no answer holds ${secret}`);
      }
    },
  };
  running.add(app);
  return app;
}
