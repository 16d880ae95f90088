// A bench for one program at a time: FastCGI spoken straight to its socket, under the tracer if wanted, with a ledger
// and both stand-ins of its own. No web server and no worker runs unless a test starts it, so that each count is exact.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, rmSync, writeFileSync, writeSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sign, startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = path.resolve(ROOT, process.env.ADMIT_OUT ?? 'build/release');
export const LINK = 'https://t.me/+FaultFaultFault';
const WEBHOOK_SECRET = 'whsec_ofTheFaultTests';
const TELEGRAM_SECRET = 'secret-token_ofTheFaultTests';
const TOKEN = '1234567:AAtokenOfTheFaultTests';
/** No program takes this long for anything; a longer silence is a hang, and a failure. */
const HANG_MS = 30_000;

/**
 * How a program may end that ran out of memory; the rest is left to the sender, who repeats. It ends itself, with a line
 * in the log and status 71, or a library does: on purpose by abort() (libfcgi, the C library), or because it does not
 * look at what malloc() gave it and reads a null pointer (json-c 0.16, OpenSSL 3.0).
 */
const OUT_OF_MEMORY = 71;
const { SIGABRT, SIGSEGV } = constants.signals;
const FRAGILE = /\/lib(json-c|crypto|ssl)\.so/;
const NULL_PAGE_BYTES = 4096;
export const endedForMemory = ({ exit, signal, crash, address }) => exit === OUT_OF_MEMORY || signal === SIGABRT
  || (signal === SIGSEGV && FRAGILE.test(crash) && address < NULL_PAGE_BYTES);

/** Never by a wild pointer of our own. */
export const assertNoCrash = (end, what, stderr) => assert.ok(
  endedForMemory(end) || (end.signal === undefined && [0, 1].includes(end.exit)),
  `${what}, ${end.hit}: exit ${end.exit}, signal ${end.signal} at ${end.address} in ${end.crash}\n${stderr}`,
);

/** Numbers from a seed, the same every time: xorshift. @returns {(below: number) => number} */
export function random(seed) {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

// FastCGI.

const record = (type, body) => {
  const head = Buffer.from([1, type, 0, 1, body.length >> 8, body.length & 255, 0, 0]);
  return Buffer.concat([head, body]);
};

function* pieces(body) {
  for (let at = 0; at < body.length; at += 65_528) yield body.subarray(at, at + 65_528);
}

function params(variables) {
  const length = (n) => n < 128 ? [n] : [(n >> 24) | 128, (n >> 16) & 255, (n >> 8) & 255, n & 255];
  return Buffer.concat(Object.entries(variables).flatMap(([name, value]) => {
    const [n, v] = [Buffer.from(name), Buffer.from(String(value))];
    return [Buffer.from([...length(n.length), ...length(v.length)]), n, v];
  }));
}

/** A request as a web server sends it. */
export function fastcgi({ method = 'POST', uri, headers = {}, body = '' }) {
  const bytes = Buffer.from(body);
  const [where, query = ''] = uri.split('?');
  const variables = {
    REQUEST_METHOD: method, REQUEST_URI: uri, SCRIPT_NAME: where, QUERY_STRING: query, CONTENT_LENGTH: bytes.length,
    SERVER_PROTOCOL: 'HTTP/1.1', GATEWAY_INTERFACE: 'CGI/1.1', REMOTE_ADDR: '127.0.0.1',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value])),
  };
  return Buffer.concat([
    record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, params(variables)), record(4, Buffer.alloc(0)),
    ...[...pieces(bytes)].map((piece) => record(5, piece)), record(5, Buffer.alloc(0)),
  ]);
}

function answerIn(bytes) {
  const text = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 4);
    if (bytes[at + 1] === 6) text.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + bytes[at + 6];
  }
  const [head, ...rest] = Buffer.concat(text).toString().split('\r\n\r\n');
  const status = /^Status: (\d+)/m.exec(head);
  // Half an answer counts as one: a web server may have passed it on.
  return {
    status: status ? Number(status[1]) : 0, location: /^Location: (.*)$/im.exec(head)?.[1].trim(), text: rest.join('\r\n\r\n'),
  };
}

/** Sends bytes to a socket and reads the answer; status 0 where none came. */
export const exchange = (socketPath, bytes) => new Promise((done, fail) => {
  const got = [];
  const socket = createConnection(socketPath);
  const timer = setTimeout(() => { socket.destroy(); fail(new Error('hangs: no answer and no end')); }, HANG_MS);
  socket.on('data', (piece) => got.push(piece));
  socket.on('error', () => {}); // the end, which "close" tells
  socket.on('close', () => {
    clearTimeout(timer);
    done(answerIn(Buffer.concat(got)));
  });
  socket.write(bytes);
});

export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** Rigs that have not been closed: their programs must not outlive this process, however it ends. */
const open = new Set();
process.on('exit', () => { for (const rig of open) rig.abandon(); });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(128 + constants.signals[signal]));

/** A program of the rig's under the tracer. */
class Program {
  constructor(child, socketPath, reportPath) {
    Object.assign(this, { child, socketPath, reportPath, stderr: '' });
    child.stderr.on('data', (piece) => { this.stderr += piece; });
    this.over = new Promise((done) => { child.once('close', (code, signal) => done({ code, signal })); });
    this.up = new Promise((done, fail) => {
      child.stdout.once('data', (line) => { this.pid = Number(line); done(this); });
      this.over.then(() => fail(new Error(`the tracer: ${this.stderr}`)));
    });
    this.up.catch(() => {});
  }

  send(request) {
    return exchange(this.socketPath, fastcgi(request));
  }

  /** How many descriptors it has open; 0 once it is gone. */
  #descriptors() {
    try {
      return readdirSync(`/proc/${this.pid}/fd`).length;
    } catch {
      return 0;
    }
  }

  /** The fewest descriptors that it has open within a moment. */
  async leastDescriptors() {
    let least = Infinity;
    for (let tries = 0; tries < 50; tries += 1) {
      await pause(5);
      least = Math.min(least, this.#descriptors());
    }
    return least;
  }

  /** It has no more descriptors open than this, or soon has not: it may still be starting a worker. */
  async settles(descriptors, what) {
    const end = Date.now() + HANG_MS;
    while (this.#descriptors() > descriptors) {
      assert.ok(Date.now() < end, `${what}: a descriptor is left open`);
      await pause(5);
    }
  }

  /** Ends it at once, without waiting. */
  kill() {
    for (const pid of [this.pid, this.child.pid]) try { process.kill(pid, 'SIGKILL'); } catch { /* gone, or never begun */ }
  }

  /** Tells it to end, if it has not. @returns {Promise<{ calls: number, hit: string, exit?: number, signal?: number }>} */
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended();
  }

  /** Waits for its end and reads what the tracer has to say. */
  async ended() {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), HANG_MS);
    const { code, signal } = await this.over;
    clearTimeout(timer);
    assert.notEqual(signal, 'SIGKILL', `hangs: ${this.stderr}`);
    if (!existsSync(this.reportPath)) return { calls: 0, hit: '', exit: code ?? undefined, signal: constants.signals[signal] };
    const report = Object.fromEntries(readFileSync(this.reportPath, 'utf8').trim().split(' ').map((pair) => pair.split('=')));
    rmSync(this.reportPath);
    const number = (text) => text === undefined ? undefined : Number(text);
    return { calls: Number(report.calls), hit: report.hit, exit: number(report.exit), signal: number(report.signal), crash: report.crash, address: number(report.address) };
  }
}

/** More than any row takes. */
const ROW_LIMIT_S = 1000;

/**
 * What lies in ledgers' files, as one sqlite3 sees it that opens and closes a file for each question: starting one a
 * question takes longer than asking. Nothing else goes on while it is asked, so it ends by itself when a question that
 * is not finished would keep it waiting.
 */
class Eyes {
  constructor(folder) {
    const paths = [`${folder}/asked`, `${folder}/answered`];
    execFileSync('mkfifo', paths);
    // Read and written, so that nobody waits for the other end; without us it finds the end of what is asked.
    [this.asked, this.answered] = paths.map((name) => openSync(name, 'r+'));
    this.child = spawn('sh', ['-c', '{ timeout "$2" sqlite3; echo; echo "Error: sqlite3 has ended"; } < "$0" > "$1" 2>&1', ...paths, String(ROW_LIMIT_S)], { stdio: 'ignore' });
    this.child.unref();
  }

  /** @returns {{ lines: string[], wrong: string[] }} what it said, and what it had against the question */
  ask(file, query) {
    if (this.isOver) return { lines: [], wrong: ['Error: sqlite3 has ended'] };
    writeSync(this.asked, `.open '${file}'\n.timeout 5000\n${query}\n;\n.open :memory:\n.print over\n`);
    const got = [Buffer.from('\n')];
    const piece = Buffer.alloc(1 << 16);
    let end = '';
    while (!/\n(over|Error: sqlite3 has ended)\n$/.test(end)) {
      got.push(Buffer.from(piece.subarray(0, readSync(this.answered, piece))));
      end = Buffer.concat(got.slice(-8)).toString();
    }
    const lines = Buffer.concat(got).toString().split('\n').filter(Boolean);
    this.isOver = lines.pop() !== 'over';
    if (this.isOver) lines.push('Error: sqlite3 has ended');
    const isWrong = (line) => /^(Parse error|Runtime error|Error)\b/.test(line);
    return { lines: lines.filter((line) => !isWrong(line)), wrong: lines.filter(isWrong) };
  }

  close() {
    closeSync(this.asked);
    closeSync(this.answered);
  }
}

/** One buyer's purchase: the news of it, and what the programs have said about it. */
export class Order {
  constructor(tgId, sessionId, event) {
    Object.assign(this, { tgId, sessionId, event, acknowledged: false });
  }
}

export class Rig {
  #n = 0;
  #nextUpdate = 0;
  #eyes = null;
  #programs = new Set();

  /** @param {{ telegram?: object, settings?: object }} [how] `settings`: added to the usual ones; undefined takes one away */
  static async start({ telegram = {}, settings = {} } = {}) {
    const rig = new Rig();
    rig.dir = mkdtempSync(path.join(tmpdir(), 'admit-fault.'));
    open.add(rig);
    rig.telegram = await startTelegram({ token: TOKEN, ...telegram });
    rig.stripe = await startStripe({ webhookSecret: WEBHOOK_SECRET });
    // Beside these copies there is no worker: waking starts nothing.
    for (const folder of ['cgi-bin', 'bin']) mkdirSync(`${rig.dir}/${folder}`);
    for (const name of readdirSync(`${OUT}/cgi-bin`)) {
      if (name.endsWith('.fcgi')) copyFileSync(`${OUT}/cgi-bin/${name}`, `${rig.dir}/cgi-bin/${name}`);
    }
    writeFileSync(`${rig.dir}/bin/admit`, '#!/bin/sh\n', { mode: 0o755 });
    copyFileSync(`${OUT}/bin/admit`, `${rig.dir}/worker`);
    rig.ledger('admit');
    // A file that is named keeps the programs from asking for their account's home: without memory the C library's
    // search for it (glibc 2.36) follows null pointers, before anything is promised.
    writeFileSync(`${rig.dir}/admit.env`, '# nothing\n', { mode: 0o600 });
    rig.settings = {
      STRIPE_SECRET_KEY: 'sk_test_51TestKeyOfNobody', STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET, TELEGRAM_BOT_TOKEN: TOKEN,
      TELEGRAM_WEBHOOK_SECRET: TELEGRAM_SECRET, PAID_CHANNEL_LINK: LINK, BASE_URL: 'http://127.0.0.1:9', SUPPORT_CONTACT: '@help',
      STRIPE_API_BASE: rig.stripe.url, TELEGRAM_API_BASE: rig.telegram.url, PAY_LIMIT_BUYER: '0', PAY_LIMIT_ADDRESS: '0',
      ADMIT_CONF: `${rig.dir}/admit.env`, PATH: process.env.PATH, ...settings,
    };
    return rig;
  }

  /** Goes on with the ledger of this name, in a folder of its own. */
  ledger(name) {
    this.data = `${this.dir}/${name}`;
    mkdirSync(this.data, { recursive: true, mode: 0o700 });
    this.db = `${this.data}/admit.db`;
  }

  get env() {
    return { ...this.settings, DATABASE_URL: `sqlite:${this.db}` };
  }

  #start(argv, options, env) {
    this.#n += 1;
    const reportPath = `${this.dir}/report.${this.#n}`;
    const socketPath = `${this.dir}/socket.${this.#n}`;
    const listen = options.listens ? ['--listen', socketPath] : [];
    const more = Object.entries(env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const child = spawn(`${OUT}/fault/tracer`, ['--report', reportPath, ...listen, ...more, ...options.trace ?? [], ...argv], {
      env: this.env, stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = new Program(child, socketPath, reportPath);
    this.#programs.add(program);
    program.over.then(() => this.#programs.delete(program));
    return program;
  }

  /** Starts one of the front programs. `trace`: the tracer's options; `as`: a command that runs it */
  serve(name, { trace, env, as = [] } = {}) {
    return this.#start([...as, `${this.dir}/cgi-bin/${name}.fcgi`], { listens: true, trace }, env).up;
  }

  /** Starts the real worker; it ends when nothing is owed. */
  work({ trace, env, args = ['--once'] } = {}) {
    return this.#start([`${this.dir}/worker`, 'work', ...args], { trace }, env).up;
  }

  /** Lets workers run until nothing is owed that can be done. */
  async drain() {
    for (let tries = 0; tries < 60; tries += 1) {
      const end = await (await this.work()).ended();
      assert.equal(end.exit, 0, 'the worker ends well');
      if (this.owed() === 0) return;
      await pause(Math.min(2000, Math.max(20, this.nextDueMs())));
    }
    throw new Error('something is owed for ever');
  }

  /** What waits for its next attempt is due now. */
  hurry() {
    this.sql('UPDATE jobs SET due_ms = 1 WHERE done_ms IS NULL');
  }

  /**
   * What a worker that met a fault left is done by the next. The invite has come; a second time only if the fault fell
   * between Telegram's acceptance and our note of it, and then in the same words. @returns {Promise<number>} 1 if twice
   */
  async finish({ tgId }, what) {
    await this.telegramIsQuiet();
    const sent = this.invites(tgId).length;
    const [[open]] = this.sql(`SELECT COUNT(*) FROM jobs WHERE tg_id = ${tgId} AND done_ms IS NULL`);
    const mayRepeat = sent === 1 && open !== '0';
    this.hurry();
    await this.drain();
    const invites = this.invites(tgId);
    assert.equal(invites.length, mayRepeat ? 2 : 1, `${what}: sent ${sent} before, noted ${open === '0'}`);
    assert.equal(new Set(invites).size, 1, `${what}: the same message`);
    return mayRepeat ? 1 : 0;
  }

  /** What a killed worker had sent has been taken: a request that comes after it has been answered. */
  async telegramIsQuiet() {
    for (let i = 0; i < 2; i += 1) await (await fetch(`${this.telegram.url}/bot${TOKEN}/getMe`)).text();
  }

  owed() {
    return Number(this.sql('SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL')[0][0]);
  }

  nextDueMs() {
    const [[dueMs]] = this.sql('SELECT COALESCE(MIN(due_ms), 0) FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL');
    return Number(dueMs) - Date.now();
  }

  /** What the ledger says: rows of columns, as text. It is opened as any program would, and so repaired. */
  sql(query, file = this.db) {
    const { lines, wrong } = this.look(query, file);
    assert.deepEqual(wrong, [], query);
    return lines.map((row) => row.split('|'));
  }

  /** The same, in lines, with what sqlite3 had against it. */
  look(query, file = this.db) {
    this.#eyes ??= new Eyes(this.dir);
    return this.#eyes.ask(file, query);
  }

  isSound(file = this.db) {
    return this.sql('PRAGMA integrity_check', file).flat().join() === 'ok';
  }

  /** Opens a session by a click on /pay, and lets its buyer pay. */
  async order(tgId) {
    this.pay ??= await this.serve('pay');
    const { status, location } = await this.pay.send({ method: 'GET', uri: `/pay?tg_id=${tgId}` });
    assert.equal(status, 303, `/pay leads to Stripe: ${this.pay.stderr}`);
    const { id } = [...this.stripe.sessions.values()].find((session) => session.url === location);
    return new Order(tgId, id, await this.stripe.pay(id));
  }

  /** The request that brings an event. */
  post(event, atS) {
    const body = JSON.stringify(event);
    return { uri: '/webhook', body, headers: { 'Stripe-Signature': sign(body, WEBHOOK_SECRET, atS) } };
  }

  /** The request that brings an update. */
  update(update) {
    return { uri: '/tgupdate', body: JSON.stringify(update), headers: { 'X-Telegram-Bot-Api-Secret-Token': TELEGRAM_SECRET } };
  }

  /** Brings the updates that wait at Telegram to a tgupdate.fcgi, in their order. @returns {Promise<number>} how many */
  async relay(program) {
    const answer = await fetch(`${this.telegram.url}/bot${TOKEN}/getUpdates?offset=${this.#nextUpdate}`);
    const { result } = await answer.json();
    for (const update of result) {
      assert.equal((await program.send(this.update(update))).status, 200, `update ${update.update_id}: ${program.stderr}`);
      this.#nextUpdate = update.update_id + 1;
    }
    return result.length;
  }

  /** The invites that Telegram took for a buyer, as texts. */
  invites(tgId) {
    return this.telegram.messages(tgId).map(({ text }) => text).filter((text) => text.includes('t.me/'));
  }

  /** Leaves nothing behind, at once; close() is the better way. */
  abandon() {
    for (const program of this.#programs) program.kill();
    this.#eyes?.close();
    rmSync(this.dir, { recursive: true, force: true });
    open.delete(this);
  }

  async close() {
    const left = [...this.#programs];
    for (const program of left) program.child.kill('SIGTERM');
    await Promise.all(left.map((program) => program.ended().catch(() => {})));
    await this.stripe.close();
    await this.telegram.close();
    this.#eyes?.close();
    rmSync(this.dir, { recursive: true, force: true });
    open.delete(this);
  }
}

/** Runs a program to its end: { status, stdout, stderr }. */
export const run = (program, args, env) => new Promise((done) => {
  execFile(program, args, { env, timeout: 120_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
    done({ status: error ? error.code ?? -1 : 0, stdout, stderr });
  });
});

/** The path of something that was built. */
export const built = (name) => path.join(OUT, name);
