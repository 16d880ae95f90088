// What is measured: Admit behind lighttpd with its own configuration, the same with a program swapped for another, and the
// peers. Each has load(), and says what its processes have taken of the machine.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';
import { Server } from '../web/cluster.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const OUT = path.resolve(process.argv[2] ?? 'build/release');
const PEERS = fileURLToPath(new URL('peers', import.meta.url));
export const run = promisify(execFile);
export const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });
/** The bot's number, 1, is the shop's mark in the events' metadata. */
export const SECRETS = {
  STRIPE_SECRET_KEY: 'sk_test_bench', STRIPE_WEBHOOK_SECRET: 'whsec_bench', TELEGRAM_BOT_TOKEN: '1:bench', TELEGRAM_WEBHOOK_SECRET: 'bench-secret',
};
/** The worker would take its share of the machine; what it does is measured by itself. */
export const NO_WORKER = { TELEGRAM_API_BASE: 'http://127.0.0.1:9' };
const BIN = `${process.env.PATH}:/usr/sbin:/sbin`;

// ---- processes ----

const parentOf = (pid) => {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]);
  } catch {
    return null;
  }
};
const children = (pid) => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((one) => parentOf(one) === pid);
const tree = (pid) => [pid, ...children(pid).flatMap(tree)];
export const treeOf = (pids) => pids.flatMap(tree);
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU seconds of trees of processes so far, with those that have ended. */
export const cpuOf = (pids) => treeOf(pids).reduce((sum, one) => {
  try {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + (pids.includes(one) ? fields.slice(11, 15) : fields.slice(11, 13)).reduce((a, b) => a + Number(b), 0) / TICKS;
  } catch {
    return sum;
  }
}, 0);

/** Proportional memory in MiB, by program. */
export function pssOf(pids) {
  const sums = {};
  for (const one of treeOf(pids)) {
    try {
      const name = path.basename(readFileSync(`/proc/${one}/cmdline`, 'utf8').split('\0')[0]);
      const kib = Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))[1]);
      (sums[name] ??= []).push(kib / 1024);
    } catch { /* it has just ended */ }
  }
  return sums;
}
export const mibOf = (pids) => Object.values(pssOf(pids)).flat().reduce((a, b) => a + b, 0);

// Whatever ends the measuring, nothing that it started stays.
const running = new Set();
const folders = new Set();
const servers = new Set();

/** A process that ends with this one, if not before. */
export function start(command, args, options) {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function newFolder() {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-bench.'));
  folders.add(dir);
  return dir;
}

process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
  for (const server of servers) server.removeNow();
  for (const dir of folders) {
    try { rmSync(dir, { recursive: true, force: true }); } catch { /* somebody still writes there */ }
  }
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => { server.once('listening', done); });
  const { port } = server.address();
  await new Promise((done) => { server.close(done); });
  return port;
}

async function answers(url) {
  for (let i = 0; i < 200; i += 1) {
    try { await fetch(url); return; } catch { await sleep(25); }
  }
  throw new Error(`nothing answers at ${url}`);
}

const end = (child) => child && new Promise((done) => {
  if (child.exitCode !== null) { done(); return; }
  child.once('exit', done);
  child.kill('SIGTERM');
});

/** What can be done to anything that serves the three addresses. */
const served = (port, pids) => ({
  port, pids,
  /** @param {{ first?: number, rate?: number, seconds?: number }} [how] */
  async load(what, connections, requests, { first = 1, rate = 0, seconds = 0 } = {}) {
    const secret = what === 'tgupdate' ? SECRETS.TELEGRAM_WEBHOOK_SECRET : SECRETS.STRIPE_WEBHOOK_SECRET;
    const before = cpuOf(pids);
    const env = { ...(rate && { RATE: String(rate) }), ...(seconds && { SECONDS: String(seconds) }) };
    const { stdout } = await run(`${OUT}/bench/load`, [port, what, connections, requests, secret, first].map(String), { env, cwd: ROOT });
    const result = JSON.parse(stdout);
    return { ...result, cpu: (cpuOf(pids) - before) / result.done * 1000 };
  },
});

/** Stripe as fast as it can be had: each call takes so long, and nothing is checked. */
export async function startQuickStripe(delayMs) {
  const port = await freePort();
  const child = start(`${OUT}/bench/stripe`, [String(port), String(delayMs)], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((done, failed) => { child.stdout.once('data', done); child.once('exit', () => failed(new Error('no stand-in for Stripe'))); });
  const url = `http://127.0.0.1:${port}`;
  return { url, count: async () => Number(await (await fetch(`${url}/count`)).text()), close: () => end(child) };
}

/** A PostgreSQL server as it is by default, whose disk is waited for; null: there is none on this machine. */
export async function startPostgres() {
  if (!Server.isHere) return null;
  const server = await Server.make();
  servers.add(server);
  await server.start();
  return server;
}

// ---- Admit, and a program in the place of one of its own ----

let nDatabases = 0;

/** Where a shop keeps its ledger: its settings, and what sells it knows. */
function ledgerOf(dir, server) {
  const paid = (tgId) => `SELECT session_id FROM orders WHERE tg_id = ${tgId} AND paid_ms IS NOT NULL`;
  if (!server) {
    const ask = (tgId) => execFileSync('sqlite3', [`${dir}/admit.db`, '.timeout 5000', paid(tgId)], { encoding: 'utf8' }).trim();
    return { settings: { DATABASE_URL: `sqlite:${dir}/admit.db` }, orderOf: ask };
  }
  const name = server.create(`shop_${nDatabases += 1}`);
  return { settings: { DATABASE_URL: server.address(name), WORKER_FOLDER: dir }, orderOf: (tgId) => server.sql(name, paid(tgId)).join() };
}

/**
 * lighttpd from the repository's own configuration, with one of the programs perhaps another one's.
 * @param {{ swap?: Record<string, string>, ledger?: string, server?: object, stripe?: object, telegram?: object, env?: object, worker?: boolean }} how
 *   `ledger`: a file to begin with; `server`: a PostgreSQL to have it in
 */
export async function startShop({ swap = {}, ledger, server, stripe = {}, telegram = {}, env: more = {}, worker = false } = {}) {
  const dir = newFolder();
  const [stripeAt, telegramAt] = [await startStripe({ webhookSecret: SECRETS.STRIPE_WEBHOOK_SECRET, ...stripe }), await startTelegram({ token: SECRETS.TELEGRAM_BOT_TOKEN, ...telegram })];
  mkdirSync(`${dir}/cgi-bin`);
  for (const name of ['pay', 'webhook', 'tgupdate']) symlinkSync(swap[name] ?? `${OUT}/cgi-bin/${name}.fcgi`, `${dir}/cgi-bin/${name}.fcgi`);
  symlinkSync(`${OUT}/bin`, `${dir}/bin`);
  if (ledger) copyFileSync(ledger, `${dir}/admit.db`);
  const port = await freePort();
  const kept = ledgerOf(dir, server);
  const env = {
    PATH: BIN, PORT: String(port), ADMIT_CGI: `${dir}/cgi-bin`, ADMIT_RUN: dir, ADMIT_LOG: `${dir}/log`, ADMIT_CONF: '',
    ...SECRETS, BASE_URL: `http://127.0.0.1:${port}`, ...kept.settings, PAID_CHANNEL_LINK: 'https://t.me/+bench', LOG_LEVEL: 'warn',
    PAY_LIMIT_BUYER: '0', PAY_LIMIT_ADDRESS: '0', STRIPE_API_BASE: stripeAt.url, TELEGRAM_API_BASE: telegramAt.url, BENCH_DB: `${dir}/bench.db`, ...more,
  };
  const file = `${dir}/lighttpd.conf`;
  let text = readFileSync(path.join(ROOT, 'lighttpd.conf'), 'utf8');
  if (swap.webhook?.endsWith('/commit')) text = text.replace(/("socket" +=> env\.ADMIT_RUN \+ "\/webhook\.sock",[^)]*\),\n\s+"max-procs" +=> )1/, '$12');
  writeFileSync(file, text);
  const web = start('lighttpd', ['-D', '-f', file], { env });
  const home = worker ? start(`${OUT}/bin/admit`, ['work', '--stay'], { env }) : null;
  await answers(`${env.BASE_URL}/health`);
  if (home) while (!readdirSync(dir).includes('admit.db.wake')) await sleep(10);
  return {
    ...served(port, [web, home].filter(Boolean).map(({ pid }) => pid)),
    dir, env, stripe: stripeAt, telegram: telegramAt, redirects: 303,
    orderOf: kept.orderOf,
    async stop() {
      for (const child of [web, home]) await end(child);
      await run(`${OUT}/bin/admit`, ['work', '--stop'], { env }).catch(() => {});
      await stripeAt.close();
      await telegramAt.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

// ---- the peers ----

const peerEnv = (dir, port, stripeUrl) => ({
  PATH: BIN, PORT: String(port), ADMIT_RUN: dir, ADMIT_LOG: `${dir}/log`, PEERS, PEER_DB: `${dir}/peer.db`, ...SECRETS,
  BASE_URL: `http://127.0.0.1:${port}`, STRIPE_API_BASE: stripeUrl,
});

const FPM = ['/usr/sbin', '/usr/bin', '/usr/local/sbin'].filter(existsSync).flatMap((dir) => readdirSync(dir).filter((name) => /^php-fpm[\d.]*$/.test(name)).map((name) => `${dir}/${name}`)).at(-1);
const N_CHILDREN = Number(process.env.BENCH_PHP_CHILDREN ?? 16);
const fpmConf = (dir) => `[global]
error_log = ${dir}/fpm.log
[shop]
listen = ${dir}/php.sock
pm = static
pm.max_children = ${N_CHILDREN}
clear_env = no
php_admin_value[opcache.enable] = 1
php_admin_flag[display_errors] = off
`;

/** PHP-FPM and its SQLite, behind lighttpd as well. */
async function startPhp({ stripeUrl = 'http://127.0.0.1:9' }) {
  const dir = newFolder();
  const port = await freePort();
  const env = peerEnv(dir, port, stripeUrl);
  writeFileSync(`${dir}/fpm.conf`, fpmConf(dir));
  const root = process.getuid() === 0 ? ['-R'] : []; // it will not serve as root unasked
  const fpm = start(FPM, ['-F', '-y', `${dir}/fpm.conf`, ...root], { env });
  for (let i = 0; i < 200 && !existsSync(`${dir}/php.sock`); i += 1) await sleep(25);
  const web = start('lighttpd', ['-D', '-f', `${PEERS}/php.conf`], { env });
  await answers(`${env.BASE_URL}/tgupdate`);
  return {
    ...served(port, [web.pid, fpm.pid]), dir, redirects: 302,
    orderOf: (tgId) => execFileSync('sqlite3', [env.PEER_DB, '.timeout 5000', `SELECT session FROM orders WHERE tg_id = ${tgId} AND paid`], { encoding: 'utf8' }).trim(),
    async stop() {
      await end(web);
      await end(fpm);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startNode({ stripeUrl = 'http://127.0.0.1:9' }) {
  const dir = newFolder();
  const port = await freePort();
  const env = peerEnv(dir, port, stripeUrl);
  const server = start(process.execPath, [`${PEERS}/node.mjs`], { env });
  await answers(env.BASE_URL);
  return {
    ...served(port, [server.pid]), dir, redirects: 302,
    orderOf: (tgId) => readFileSync(env.PEER_DB, 'utf8').split('\n').filter((line) => line.includes(`"tgId":${tgId},`) && line.includes('"paid"')).map((line) => JSON.parse(line).session).join('\n'),
    async stop() {
      await end(server);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const phpHas = (name) => execFileSync('php', ['-m'], { encoding: 'utf8' }).toLowerCase().split('\n').includes(name);

/** The peers that can run here, by the name that says what they are; and for each that cannot, why. */
export function peersHere() {
  const here = { [`Node ${process.versions.node.split('.')[0]}, one process, no web server, a synced file`]: startNode };
  const missing = [];
  try {
    if (!FPM || !['pdo_sqlite', 'curl'].every(phpHas)) throw new Error('not whole');
    here[`PHP-FPM, ${N_CHILDREN} children, SQLite`] = startPhp;
  } catch {
    missing.push('PHP: skipped, php-fpm, php-cli, php-sqlite3 or php-curl is not here');
  }
  return { here, missing };
}
