// One complete Admit for a test: lighttpd with the programs, a ledger, both foreign services, on ports and in a folder
// of its own. The worker is started by the programs themselves, as on a real host, unless a test says otherwise.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PATIENCE_MS } from '../sandbox/journal.mjs';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';
import { makeLedger } from './ledger.mjs';
// The part that signs, alone: to read the whole package costs each test file more than its own start.
import { createWebhooks } from './node_modules/stripe/esm/Webhooks.js';
import { NodeCryptoProvider } from './node_modules/stripe/esm/crypto/NodeCryptoProvider.js';
import { servers, startServer } from './servers.mjs';

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

/** The mark of the tests' shop, which is the number of its bot. */
export const SHOP = SECRETS.TELEGRAM_BOT_TOKEN.split(':')[0];

/**
 * Whether the programs are those of the sanitizers. An error of memory hides in what is done, not in how often: what repeats
 * the same in further orders, browsers, languages and kills is left to the programs as they are shipped.
 */
export const IS_SANITIZED = path.basename(OUT) === 'asan';

/** What a sanitizer writes when it has found something. */
export const SANITIZER = /ERROR: AddressSanitizer|runtime error:|LeakSanitizer|Sanitizer:/;

/** A port is free only until somebody takes it, so a server is started again elsewhere; more often than this is no chance. */
const PORT_TRIES = 8;
const STOP_PATIENCE_MS = PATIENCE_MS;

export { PATIENCE_MS };

export const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** Between two looks; what is long in coming is looked for less often, since many tests wait at once. */
const LOOK_MS = 20, LOOK_SELDOM_MS = 60;

/** The first truthy value of `look`, which is asked again and again. */
export async function until(look, ms = PATIENCE_MS, why = String(look)) {
  const began = Date.now();
  for (;;) {
    const found = await look();
    if (found) return found;
    const waited = Date.now() - began;
    if (waited > ms) throw new Error(`not within ${ms} ms: ${why}`);
    await sleep(Math.min(LOOK_MS + waited / 10, LOOK_SELDOM_MS));
  }
}

// What comes from the vendors.

/** Stripe's own package; it signs, it calls nobody. */
const webhooks = createWebhooks({ createDefaultCryptoProvider: () => new NodeCryptoProvider() });

/** Lets Stripe's package sign bytes that are no text: they come as latin1, one character a byte. */
const bytewise = { computeHMACSignature: (signed, secret) => createHmac('sha256', secret).update(signed, 'latin1').digest('hex') };

/** @param {string | Buffer} body */
export const sign = (body, { secret = SECRETS.STRIPE_WEBHOOK_SECRET, timestamp } = {}) =>
  webhooks.generateTestHeaderString({
    payload: body.toString(Buffer.isBuffer(body) ? 'latin1' : undefined), secret, timestamp,
    ...(Buffer.isBuffer(body) && { cryptoProvider: bytewise }),
  });

/** A User as Telegram sends it; none of the names may show up anywhere. */
export const person = (id, more = {}) =>
  ({ id, is_bot: false, first_name: 'Ім’я <b>&', last_name: 'Прізвище', username: 'user_name', language_code: 'uk', ...more });
const PERSONAL = ['Ім’я', 'Прізвище', 'user_name', 'buyer@example.com', 'Test Buyer'];

/** Keeps what is sent and received, for the vendors' types to judge (types.test.mjs). */
export function capture(kind, name, body) {
  if (!process.env.ADMIT_CAPTURE) return;
  appendFileSync(path.join(process.env.ADMIT_CAPTURE, `${process.pid}.jsonl`), `${JSON.stringify({ kind, name, body }, asFile)}\n`);
}

/** The types have a file's place as a text too: the name of one that Telegram has. */
const asFile = (_, value) => (value?.type === 'Buffer' ? 'a file' : value);

/** A webhook's reply may be a call of the Bot API. */
function captureReply(text) {
  const { method, ...params } = text.startsWith('{') ? JSON.parse(text) : {};
  if (method) capture('call', method, params);
}

// Processes and ports.

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => { server.once('listening', done); });
  const { port } = server.address();
  await new Promise((done) => { server.close(done); });
  return port;
}

const isOver = (child) => child.exitCode !== null || child.signalCode !== null;

export const ended = (child) => isOver(child) ? Promise.resolve() : new Promise((done) => { child.once('exit', done); });

/** Ends a child, by force if need be. @returns {Promise<boolean>} there was no need */
async function end(child) {
  let byForce = false;
  if (isOver(child)) return true;
  child.kill('SIGTERM');
  const timer = setTimeout(() => { byForce = child.kill('SIGKILL'); }, STOP_PATIENCE_MS);
  await ended(child);
  clearTimeout(timer);
  return !byForce;
}

const connects = (port) => new Promise((done) => {
  const socket = createConnection(port, '127.0.0.1');
  socket.once('connect', () => { socket.destroy(); done(true); });
  socket.once('error', () => done(false));
});

/** What the system tells of a process; nothing of one that is gone, or not ours to see. */
function readOf(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** What had no command line before the tests started anything is the kernel's own, and is not asked again. */
const theKernels = new Set(readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && readOf(pid, 'cmdline') === ''));

/** A program that is being started has no command line for a moment, but a file; what has ended has neither. */
function lineOf(pid) {
  for (let looks = 0; looks < 100; looks += 1) {
    const line = readOf(pid, 'cmdline').trim();
    if (line !== '') return line;
    try {
      readlinkSync(`/proc/${pid}/exe`);
    } catch {
      return '';
    }
  }
  return '';
}

/** All others as { pid, line }. */
const processes = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && !theKernels.has(pid))
  .map((pid) => ({ pid: Number(pid), line: lineOf(pid) })).filter(({ line }) => line !== '');

/** A process's children: the numbers, as text. */
const childrenOf = (pid) => readOf(pid, `task/${pid}/children`).split(' ').filter(Boolean);

/** Those whose command line or environment names it. */
export const processesOf = (folder) => processes().filter(({ pid, line }) => line.includes(folder) || readOf(pid, 'environ').includes(folder));

function tell(pid, signal) {
  try { process.kill(pid, signal); } catch { /* it has just ended */ }
}

/** What is left of the folder's processes after a moment to end in; it is ended then. @returns {Promise<string[]>} */
export async function leftOf(folder, look = () => processesOf(folder)) {
  let left;
  await until(() => {
    left = look();
    return left.length === 0;
  }).catch(() => {});
  for (const { pid } of left) tell(pid, 'SIGKILL');
  return left.map(({ line }) => line);
}

/** Runs a program to its end: { status, stdout, stderr }. */
export const run = (program, args, env, more = {}) => new Promise((done) => {
  execFile(program, args, { env, timeout: 60_000, ...more }, (error, stdout, stderr) => {
    done({ status: error ? error.code ?? -1 : 0, stdout, stderr });
  });
});

export async function admit(args, env, more) {
  const result = await run(`${OUT}/bin/admit`, args, env, more);
  assert.doesNotMatch(result.stderr, SANITIZER, `admit ${args.join(' ')}: the sanitizers have nothing to say`);
  return result;
}

/** What asks before it changes anything; who runs it on an app of the tests means it. admit() itself adds nothing. */
const ASKING = [['grant'], ['revoke'], ['forget'], ['restore'], ['product', 'rename'], ['operator', 'add'], ['operator', 'remove'], ['jobs', 'retry'], ['lessons', 'remove']];
const meant = (args) => (ASKING.some((name) => name.every((word, i) => args[i] === word)) ? [...args, '--yes'] : args);

const defined = (record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** Writes a settings file that only its owner can read. */
export function writeSettings(file, settings) {
  writeFileSync(file, Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 });
}

/** The server that the tests run behind, but for those that ask for plain CGI. */
export const SERVER = process.env.ADMIT_SERVER ?? 'lighttpd';
/** Below what path it has the programs by their own names. */
export const BARE = servers[SERVER].bare ?? '/cgi-bin';
/** What a test that is for each mode runs as: both, where no server was named. */
export const MODES = process.env.ADMIT_SERVER ? ['fastcgi'] : ['fastcgi', 'cgi'];

/** Resolves when somebody listens at the socket. */
const listens = (file) => until(() => new Promise((done) => {
  const socket = createConnection(file);
  socket.once('connect', () => { socket.destroy(); done(true); });
  socket.once('error', () => done(false));
}), 15_000, `somebody listens at ${file}`);

const PROGRAMS = ['pay', 'webhook', 'tgupdate'];

/**
 * The programs of a lighttpd that have come so far that they hear SIGTERM (their workers have a handler). What a server
 * sends between its own fork and a program's start is lost, and no test is about that.
 */
const heedingStop = (web) => new Set(childrenOf(web.pid).flatMap((pid) => [pid, ...childrenOf(pid)]).filter((pid) => {
  const caught = BigInt(`0x${/SigCgt:\s*(\w+)/.exec(readOf(pid, 'status'))?.[1] ?? 0}`);
  return (caught & (1n << 14n)) !== 0n;
}).flatMap((pid) => PROGRAMS.filter((program) => readOf(pid, 'cmdline').includes(`${program}.fcgi`))));

/**
 * Starts the web server on a free port.
 * @param {(port: number) => Record<string, string>} settingsOf
 */
async function startWeb({ name, tls, dir, settingsOf }) {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(), tlsPort = tls ? await freePort() : 0;
    const settings = settingsOf(port);
    const env = {
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`, PORT: String(port), ADMIT_CGI: `${OUT}/cgi-bin`, ADMIT_RUN: dir,
      ADMIT_LOG: `${dir}/log`, ADMIT_CONF: '', ...settings,
    };
    writeFileSync(`${dir}/log`, '');
    if (servers[name].settings === 'file') { // the server's environment does not reach the programs
      env.ADMIT_CONF = `${dir}/admit.env`;
      writeSettings(env.ADMIT_CONF, settings);
    }
    const startedAt = performance.now();
    const started = await startServer({ name, dir, port, tlsPort, out: OUT, env, isUp: listens });
    const { web, others } = started;
    try {
      await until(async () => isOver(web) || await connects(tlsPort || port), 15_000, `${name} answers`);
      // Somebody else may have taken the port and answer there: this server ends then, and is started again elsewhere.
      if (name === 'lighttpd') await until(() => isOver(web) || heedingStop(web).size === PROGRAMS.length, 15_000, 'the programs are up');
    } catch (error) {
      await Promise.all([web, ...others].map(end));
      throw new Error(`${error.message}: ${readFileSync(`${dir}/log`, 'utf8')}`);
    }
    if (!isOver(web)) return { ...started, startedAt, name, port, tlsPort, env };
    await Promise.all(others.map(end));
    const said = readFileSync(`${dir}/log`, 'utf8');
    if (tries === PORT_TRIES || !/address already in use/i.test(said)) throw new Error(`${name} does not start: ${said}`);
  }
}

/**
 * @param {{ t?: import('node:test').TestContext, mode?: 'fastcgi' | 'cgi', tls?: boolean, env?: Record<string, string | undefined>,
 *   baseUrl?: (port: number) => string, resident?: boolean, prepare?: (dir: string) => void, ledger?: string,
 *   stripe?: object, telegram?: object, telegramBase?: string }} [options]
 *   `t` stops it all when that test ends, however it ends; without it the caller must;
 *   `env` replaces settings, undefined takes one away; `resident` starts a worker that stays;
 *   `prepare` gets the data folder before anything is started, `late` gives settings after it; `ledger`: it is to be a file
 *   of that name below it
 */
export async function startAdmit({
  t, mode = 'fastcgi', tls = false, env = {}, baseUrl = (port) => `http://127.0.0.1:${port}`, resident = false, prepare, ledger: file,
  telegramBase, late = () => ({}), stripe: stripeOptions, telegram: telegramOptions,
} = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-web.'));
  prepare?.(dir);
  const ledger = makeLedger(dir, file);
  const telegram = await startTelegram({ token: SECRETS.TELEGRAM_BOT_TOKEN, ...telegramOptions });
  const stripe = await startStripe({ webhookSecret: SECRETS.STRIPE_WEBHOOK_SECRET, ...stripeOptions });
  const settingsOf = (port) => defined({
    ...SECRETS, PAID_CHANNEL_LINK: LINK, SUPPORT_CONTACT: SUPPORT, BASE_URL: baseUrl(port),
    ...ledger.settings, STRIPE_API_BASE: stripe.url, TELEGRAM_API_BASE: telegramBase ?? telegram.url, ...env, ...late(),
  });
  let started;
  try {
    started = await startWeb({ name: mode === 'cgi' ? 'lighttpd-cgi' : SERVER, tls, dir, settingsOf });
  } catch (error) {
    await stripe.close();
    await telegram.close();
    ledger.remove();
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  const app = new Admit({ dir, ledger, stripe, telegram, ...started });
  if (resident) {
    await app.stay(); // before a program starts one of its own, for which it would go
    await app.begin();
  }
  t?.after(() => app.stop());
  return app;
}

class Admit {
  /** Everything that the programs answered to anybody, for secrets to be looked for. */
  #answers = [];
  #worker = null;
  #stopped = null;
  #waiting = null;

  constructor({ port, ...parts }) {
    const { telegram } = parts;
    Object.assign(this, { ...parts, port, base: `http://127.0.0.1:${port}` });
    telegram.webhook = { url: `${this.base}/tgupdate`, secret: SECRETS.TELEGRAM_WEBHOOK_SECRET };
    this.#capture();
  }

  #capture() {
    const { stripe, telegram } = this;
    stripe.journal.on('add', ({ method, path: where, params }) => {
      if (method === 'POST' && where === '/v1/checkout/sessions') capture('session', where, params);
      if (method === 'POST' && where === '/v1/refunds') capture('refund', where, params);
      if (method === 'POST' && where.startsWith('/v1/subscriptions/')) capture('ending', '/v1/subscriptions/ID', params);
    });
    telegram.journal.on('add', (call) => {
      call.at = performance.now();
      capture('call', call.method, call.params);
    });
    telegram.attempts.on('change', ({ body }) => this.#answers.push(body));
    const send = telegram.sendUpdate.bind(telegram);
    telegram.sendUpdate = async (update, how) => {
      const sent = await send(update, how);
      capture('update', 'update', sent.update);
      return sent;
    };
  }

  /** The first request, which makes the ledger. */
  async begin() {
    await this.request('/health');
  }

  /** Starts a worker that does not go home; resolves when it is at home, or has found another there. */
  stay() {
    const log = openSync(`${this.dir}/log`, 'a');
    const worker = spawn(`${OUT}/bin/admit`, ['work', '--stay'], { env: this.env, stdio: ['ignore', 'ignore', log] });
    closeSync(log);
    this.#worker = worker;
    return until(() => isOver(worker) || readdirSync(this.dir).some((name) => name.endsWith('.wake')), PATIENCE_MS, 'a worker is at home');
  }

  /** Ends that one, for stay() to start another. */
  async stopWorker() {
    await end(this.#worker);
  }

  /** Runs admit with the same settings: { status, stdout, stderr }. */
  async admit(args, moreEnv = {}) {
    const result = await admit(meant(args), { ...this.env, ...moreEnv });
    this.#answers.push(result.stdout, result.stderr);
    return result;
  }

  /** What the ledger says: rows of columns, as text. */
  sql(query) {
    return this.ledger.sql(query);
  }

  /** Changes the ledger behind the programs' backs. */
  write(statement) {
    this.ledger.write(statement);
  }

  log() {
    return readFileSync(`${this.dir}/log`, 'utf8');
  }

  /** One request; redirects are not followed. */
  async request(where, { method = 'GET', headers = {}, body } = {}) {
    const started = performance.now();
    // A connection of its own: one that is kept may be closed by the server at the very moment of the next request.
    const res = await fetch(this.base + where, { method, headers: { connection: 'close', ...headers }, body, redirect: 'manual' });
    const text = await res.text();
    this.#answers.push(JSON.stringify([...res.headers]), text);
    return { status: res.status, headers: res.headers, text, ms: performance.now() - started };
  }

  /** Posts an event, signed by Stripe's own package. */
  async event(event, { where = '/webhook', secret, timestamp } = {}) {
    const payload = JSON.stringify(event);
    capture('event', event.type, event);
    return this.request(where, {
      method: 'POST', body: payload,
      headers: { 'content-type': 'application/json', 'stripe-signature': sign(payload, { secret, timestamp }) },
    });
  }

  /** Posts an update; the reply is not carried out. With `isReal` false, Telegram would not send such a thing. */
  async update(update, { isReal = true } = {}) {
    if (isReal) capture('update', 'update', update);
    const res = await this.request('/tgupdate', {
      method: 'POST', body: JSON.stringify(update),
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRETS.TELEGRAM_WEBHOOK_SECRET },
    });
    captureReply(res.text);
    return res;
  }

  /** The buyer writes to the bot; the answer's body is carried out as Telegram does. */
  say(user, text) {
    return this.telegram.say(user, text);
  }

  /** Clicks /pay and returns the new session's id. */
  async open(tgId) {
    const res = await this.request(`/pay?tg_id=${tgId}`);
    assert.equal(res.status, 303, `/pay?tg_id=${tgId} leads to Stripe`);
    return this.sessionAt(res.headers.get('location'));
  }

  sessionAt(url) {
    return [...this.stripe.sessions.values()].find((session) => session.url === url)?.id;
  }

  /** Opens a session, pays it, delivers the event: { id, event, status }. */
  async buy(tgId) {
    const id = await this.open(tgId);
    const event = await this.stripe.pay(id);
    return { id, event, status: (await this.event(event)).status };
  }

  /** Calls that would bring the buyer the invite, taken or not. */
  invites(tgId) {
    return this.telegram.calls.filter(tells(tgId, LINK));
  }

  invited(tgId, ms = PATIENCE_MS, from = 0) {
    return this.told(tgId, LINK, ms, from);
  }

  told(tgId, words, ms = PATIENCE_MS, from = 0) {
    return this.telegram.journal.waitFor(tells(tgId, words), ms, from);
  }

  /** How many invites Telegram took for the buyer. */
  arrived(tgId) {
    return this.telegram.messages(tgId).filter(({ text }) => text?.includes(LINK)).length;
  }

  /** Resolves when the ledger has an answer to the query. */
  noted(query, ms = PATIENCE_MS) {
    return until(() => this.sql(query).length > 0, ms, query);
  }

  /** Resolves when nothing is owed any more but for what is parked. */
  settled(ms = PATIENCE_MS) {
    return until(() => this.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL LIMIT 1').length === 0, ms, 'nothing is owed');
  }

  /** Resolves when no job is in hand: what the calls so far have said is written down. */
  writtenDown(ms = PATIENCE_MS) {
    return until(() => this.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL AND lease_ms > 0 LIMIT 1').length === 0, ms, 'no job is in hand');
  }

  /** A worker's turn. Where it changed nothing the next one waits a little: to start a program costs more than its look. */
  async turn() {
    await this.admit(['work', '--once']);
    const waiting = this.sql('SELECT COUNT(*), MAX(done_ms), MIN(due_ms) FROM jobs WHERE parked_ms IS NULL').join();
    if (waiting === this.#waiting) await sleep(100);
    this.#waiting = waiting;
  }

  /** The processes of the three programs as they lie in the folder the server has them from: { pid, parent, file }. */
  programs() {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
      try {
        const file = readlinkSync(`/proc/${pid}/exe`);
        const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
        return file.startsWith(`${this.cgi}/`) && file.includes('.fcgi') ? [{ pid: Number(pid), parent, file }] : [];
      } catch {
        return []; // gone, or not ours to see
      }
    });
  }

  /** Those of one program that are not the parent of others: they answer. */
  answering(name) {
    const all = this.programs();
    return all.filter(({ pid, file }) => file.includes(`/${name}.fcgi`) && !all.some(({ parent }) => parent === pid)).map(({ pid }) => pid);
  }

  /** Those that no other of them started: who tells one, tells its workers. */
  heads() {
    const all = this.programs();
    return all.filter(({ parent }) => !all.some(({ pid }) => pid === parent)).map(({ pid }) => pid).sort();
  }

  /** Has the programs start anew, as whoever runs the server would. */
  restartPrograms() {
    const { restart, isCgi } = servers[this.name];
    if (isCgi) return;
    if (restart) this.web.kill(restart);
    else for (const pid of this.heads()) process.kill(pid, 'SIGHUP');
  }

  /** The processes of one of the programs. */
  processes(name) {
    return processesOf(this.dir).filter(({ line }) => line.includes(name)).map(({ pid }) => pid);
  }

  async #endServer() {
    const went = await Promise.all([this.web, ...this.others].map(end));
    return went.every(Boolean);
  }

  /** Ends the web server and the programs. @returns {Promise<boolean>} all went when they were told to */
  async stopServer() {
    const went = await this.#endServer();
    // A program that is still answering may still start a worker.
    await until(() => this.processes('.fcgi').length === 0, 8000).catch(() => {});
    return went;
  }

  /** Tells the workers that the programs have started to end. @returns what processes there were */
  #endWorkers() {
    const left = processesOf(this.dir);
    for (const { pid, line } of left) if (line.includes('admit work')) tell(pid, 'SIGTERM');
    return left;
  }

  /** Ends everything, once, and looks at what is left: no process, no sanitizer's report, no secret, no name. */
  stop() {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop() {
    const { dir, name, ledger, stripe, telegram } = this;
    const wentByItself = await this.#endServer();
    if (this.#worker) await end(this.#worker);
    await until(() => this.#endWorkers().length === 0, STOP_PATIENCE_MS).catch(() => {});
    await stripe.close();
    await telegram.close();
    // One that a program started while it was looked for, and ended, may have been overlooked.
    const left = await leftOf(dir, () => this.#endWorkers());
    const found = this.#leaks();
    const log = this.log();
    ledger.remove();
    rmSync(dir, { recursive: true, force: true });
    assert.ok(wentByItself, `${name} ends when it is told to`);
    assert.deepEqual(left, [], 'no process is left');
    assert.doesNotMatch(`${log}${this.#answers.join('')}`, SANITIZER, 'the sanitizers have nothing to say');
    assert.deepEqual(found, [], 'no secret and no name is anywhere');
  }

  /** Where a secret or something personal is. */
  #leaks() {
    const secrets = Object.keys(SECRETS).flatMap((name) => (this.env[name] ?? '').split(',')).filter(Boolean);
    const bytes = (text) => Buffer.from(text).toString('latin1');
    const places = [['log', bytes(this.log())], ...this.ledger.held(), ['an answer', bytes(this.#answers.join('\n'))]];
    return [...secrets, ...Object.values(SECRETS), ...this.ledger.secrets, ...PERSONAL]
      .flatMap((what) => places.filter(([, text]) => text.includes(bytes(what))).map(([where]) => `${where} holds ${what}`));
  }
}

/** The addresses that the buttons of a message lead to. */
export const links = ({ reply_markup: markup }) => (markup?.inline_keyboard ?? []).flat().flatMap(({ url }) => url ?? []);

/** All that a message says: its text or the words under its picture, and where its buttons lead. */
export const says = (message) => [(message.text ?? message.caption ?? '').replace(/<a href="tg:[^"]*">(\d+)<\/a>/g, '$1'), ...links(message)].join('\n');

const tells = (tgId, words) => ({ method, params }) =>
  /^send(Message|Photo)$/.test(method) && String(params.chat_id) === String(tgId) && says(params).includes(words);
