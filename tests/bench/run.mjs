// Speed and memory, measured in one run and compared within it: a machine is never quiet, so what counts are ratios
// between programs that took turns. Prints a table of goals; --write puts it into tests/README.md, and three of its lines
// onto the front page.
//
// usage: node run.mjs BUILD-FOLDER [--small] [--only=PART,...] [--write]
// parts: webhook tgupdate start memory delay pay queue instructions growth

import { execFile, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStripe } from '../sandbox/stripe.mjs';
import { startTelegram } from '../sandbox/telegram.mjs';

setMaxListeners(0); // many wait for the same stand-in
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = path.resolve(process.argv[2]);
const flags = process.argv.slice(3);
const small = flags.includes('--small');
const only = flags.find((flag) => flag.startsWith('--only='))?.slice(7).split(',');
const wanted = (part) => !only || only.includes(part);
const run = promisify(execFile);
const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });
const SECRETS = {
  STRIPE_SECRET_KEY: 'sk_test_bench', STRIPE_WEBHOOK_SECRET: 'whsec_bench', TELEGRAM_BOT_TOKEN: '1:bench', TELEGRAM_WEBHOOK_SECRET: 'bench-secret',
};

// ---- sums ----

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const share = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];
const rows = []; // of the table: { what, figure, goal, ok }

function row(what, figure, goal = '', ok = null) {
  rows.push({ what, figure, goal, ok });
  console.log(`${ok === null ? '      ' : ok ? 'ok    ' : 'MISSED'} ${what}: ${figure}${goal && `   (goal: ${goal})`}`);
}

// ---- one shop ----

const children = (pid) => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
  try {
    return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(pid);
  } catch {
    return false;
  }
}).map(Number);
const tree = (pid) => [pid, ...children(pid).flatMap(tree)];
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU seconds of a tree of processes so far, with those that have ended. */
const cpuOf = (pid) => tree(pid).reduce((sum, one) => {
  try {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + (one === pid ? fields.slice(11, 15) : fields.slice(11, 13)).reduce((a, b) => a + Number(b), 0) / TICKS;
  } catch {
    return sum;
  }
}, 0);

/** Proportional memory in MiB, by program. */
function pssOf(pid) {
  const sums = {};
  for (const one of tree(pid)) {
    try {
      const name = path.basename(readFileSync(`/proc/${one}/cmdline`, 'utf8').split('\0')[0]);
      const kib = Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))[1]);
      (sums[name] ??= []).push(kib / 1024);
    } catch { /* it has just ended */ }
  }
  return sums;
}

async function freePort() {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => { server.once('listening', done); });
  const { port } = server.address();
  await new Promise((done) => { server.close(done); });
  return port;
}

/**
 * lighttpd from the repository's own configuration, with one of the programs perhaps another one's.
 * @param {{ swap?: Record<string, string>, ledger?: string, stripe?: object, telegram?: object, env?: object, worker?: boolean }} how
 */
async function startShop({ swap = {}, ledger, stripe = {}, telegram = {}, env: more = {}, worker = false, conf = 'lighttpd.conf' } = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-bench.'));
  const [stripeAt, telegramAt] = [await startStripe({ webhookSecret: SECRETS.STRIPE_WEBHOOK_SECRET, ...stripe }), await startTelegram({ token: SECRETS.TELEGRAM_BOT_TOKEN, ...telegram })];
  mkdirSync(`${dir}/cgi-bin`);
  for (const name of ['pay', 'webhook', 'tgupdate']) symlinkSync(swap[name] ?? `${OUT}/cgi-bin/${name}.fcgi`, `${dir}/cgi-bin/${name}.fcgi`);
  symlinkSync(`${OUT}/bin`, `${dir}/bin`);
  if (ledger) copyFileSync(ledger, `${dir}/admit.db`);
  const port = await freePort();
  const env = {
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`, PORT: String(port), ADMIT_CGI: `${dir}/cgi-bin`, ADMIT_RUN: dir, ADMIT_LOG: `${dir}/log`, ADMIT_CONF: '',
    ...SECRETS, BASE_URL: `http://127.0.0.1:${port}`, DATABASE_URL: `sqlite:${dir}/admit.db`, PAID_CHANNEL_LINK: 'https://t.me/+bench', LOG_LEVEL: 'warn',
    PAY_LIMIT_BUYER: '0', PAY_LIMIT_ADDRESS: '0', STRIPE_API_BASE: stripeAt.url, TELEGRAM_API_BASE: telegramAt.url, BENCH_DB: `${dir}/bench.db`, ...more,
  };
  const file = `${dir}/lighttpd.conf`;
  let text = readFileSync(path.join(ROOT, conf), 'utf8');
  if (swap.webhook?.endsWith('/commit')) text = text.replace(/("socket" +=> env\.ADMIT_RUN \+ "\/webhook\.sock",[^)]*\),\n\s+"max-procs" +=> )1/, '$12');
  writeFileSync(file, text);
  const web = spawn('lighttpd', ['-D', '-f', file], { env, stdio: 'ignore' });
  const home = worker ? spawn(`${OUT}/bin/admit`, ['work', '--stay'], { env, stdio: 'ignore' }) : null;
  for (let i = 0; i < 200; i += 1) {
    try { await fetch(`http://127.0.0.1:${port}/health`); break; } catch { await sleep(25); }
  }
  if (home) while (!readdirSync(dir).includes('admit.db.knock')) await sleep(10);
  return {
    dir, port, env, web, home, stripe: stripeAt, telegram: telegramAt,
    async load(what, connections, requests, first = 1, rate = 0) {
      const secret = what === 'tgupdate' ? SECRETS.TELEGRAM_WEBHOOK_SECRET : SECRETS.STRIPE_WEBHOOK_SECRET;
      const before = cpuOf(web.pid);
      const { stdout } = await run(`${OUT}/bench/load`, [port, what, connections, requests, secret, first].map(String), { env: rate ? { RATE: String(rate) } : {} });
      const result = JSON.parse(stdout);
      return { ...result, cpu: (cpuOf(web.pid) - before) / result.done * 1000 };
    },
    async stop() {
      for (const child of [web, home]) if (child) await new Promise((done) => { child.once('exit', done); child.kill('SIGTERM'); });
      await run(`${OUT}/bin/admit`, ['work', '--stop'], { env }).catch(() => {});
      await stripeAt.close();
      await telegramAt.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The worker would take its share of the machine; what it does is measured by itself. */
const NO_WORKER = { TELEGRAM_API_BASE: 'http://127.0.0.1:9' };

/** Several programs take turns; by name, the medians of each figure, and the sum of what went wrong. */
async function turns(rounds, shops, what, connections, requests) {
  const all = Object.fromEntries(Object.keys(shops).map((name) => [name, []]));
  for (let i = 0; i < rounds; i += 1)
    for (const [name, shop] of Object.entries(shops)) {
      all[name].push(await shop.load(what, connections, requests, shop.next ??= 1));
      shop.next += requests;
    }
  return Object.fromEntries(Object.entries(all).map(([name, list]) => [name, Object.fromEntries(['rate', 'p50', 'p99', 'max', 'cpu'].map((key) => [key, median(list.map((one) => one[key]))])
    .concat([['bad', list.reduce((sum, { bad }) => sum + bad, 0)]]))]));
}

const parts = {
  async webhook() {
    const rounds = small ? 3 : 5;
    const shops = {
      admit: await startShop({ env: NO_WORKER }),
      empty: await startShop({ swap: { webhook: `${OUT}/bench/empty` } }),
      commit: await startShop({ swap: { webhook: `${OUT}/bench/commit` } }),
    };
    const figures = {};
    for (const [connections, requests] of [[1, small ? 1000 : 3000], [8, small ? 4000 : 12_000], [64, small ? 10_000 : 40_000]]) {
      const at = await turns(rounds, shops, 'webhook', connections, requests);
      figures[connections] = at;
      for (const [name, { rate, p50, p99, cpu, bad }] of Object.entries(at))
        row(`webhook, ${connections} connections, ${name}`, `${Math.round(rate)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, CPU ${cpu.toFixed(3)} s per 1,000${bad ? `, ${bad} not 2xx` : ''}`);
    }
    const { admit, empty, commit } = figures[64];
    const bare = [];
    for (let i = 0; i < 3; i += 1) {
      const file = `${shops.admit.dir}/bare.db`;
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
      bare.push(Number((await run(`${OUT}/bench/bare`, [file, small ? '1000' : '3000'])).stdout));
    }
    row('the bare transaction, no web server', `${Math.round(median(bare))}/s`);
    row('webhook at 64, against an empty program', (admit.rate / empty.rate).toFixed(2), '0.6', admit.rate / empty.rate >= 0.6);
    row('webhook at 64, against one commit per request', (admit.rate / commit.rate).toFixed(1), '5', admit.rate / commit.rate >= 5);
    row('webhook at 64, p99', `${admit.p99.toFixed(1)} ms`, 'under 12 ms', admit.p99 < 12);
    row('webhook at 64, CPU of the server', `${admit.cpu.toFixed(3)} s per 1,000`, '0.10', admit.cpu <= 0.10);
    const one = figures[1];
    const sum = 1000 / median(bare) + 1000 / one.empty.rate;
    row('webhook at 1, against the transaction plus an empty answer', (1000 / one.admit.rate / sum).toFixed(2), '1.10', 1000 / one.admit.rate <= 1.10 * sum);
    row('answers other than 2xx', String(Object.values(figures).reduce((n, at) => n + at.admit.bad, 0)), '0', Object.values(figures).every((at) => at.admit.bad === 0));
    for (const shop of Object.values(shops)) await shop.stop();
  },

  async tgupdate() {
    const shops = { admit: await startShop({ env: NO_WORKER }), empty: await startShop({ swap: { tgupdate: `${OUT}/bench/empty` } }) };
    const { admit, empty } = await turns(small ? 3 : 5, shops, 'tgupdate', 64, small ? 10_000 : 30_000);
    row('tgupdate at 64', `${Math.round(admit.rate)}/s, p99 ${admit.p99.toFixed(2)} ms${admit.bad ? `, ${admit.bad} not 2xx` : ''}`);
    row('tgupdate at 64, against an empty program', (admit.rate / empty.rate).toFixed(2), '0.8', admit.rate / empty.rate >= 0.8);
    for (const shop of Object.values(shops)) await shop.stop();
  },

  async start() {
    const shop = await startShop({ env: NO_WORKER });
    const env = { ...shop.env };
    const once = async (mode, program) => JSON.parse((await run(`${OUT}/bench/start`, [mode, program, SECRETS.STRIPE_WEBHOOK_SECRET, small ? '40' : '100'], { env })).stdout);
    const cgi = await once('cgi', `${OUT}/cgi-bin/webhook.fcgi`);
    row('webhook.fcgi as CGI, exec to the end, an event committed', `${cgi.cpu_ms} ms of CPU, answer after ${cgi.wall_ms} ms`, 'under 5 ms of CPU', cgi.cpu_ms < 5);
    for (const name of ['webhook', 'tgupdate', 'pay']) {
      const { wall_ms: ms } = await once('fastcgi', `${OUT}/cgi-bin/${name}.fcgi`);
      row(`${name}.fcgi as FastCGI, exec to the first answer`, `${ms} ms`, 'under 20 ms', ms < 20);
    }
    await shop.stop();
  },

  async memory() {
    const shop = await startShop({ env: NO_WORKER });
    await shop.load('webhook', 64, 2000, 1);
    await shop.load('tgupdate', 64, 2000, 1);
    const before = pssOf(shop.web.pid);
    const n = small ? 20_000 : 200_000;
    await shop.load('webhook', 64, n, 10_000);
    const after = pssOf(shop.web.pid);
    const most = (sums, name) => Math.max(...sums[name]);
    const all = Object.values(after).flat().reduce((a, b) => a + b, 0);
    for (const name of ['webhook.fcgi', 'tgupdate.fcgi']) row(`${name}, proportional memory of its process`, `${most(after, name).toFixed(2)} MiB`, 'under 2 MiB', most(after, name) < 2);
    row('all programs and lighttpd', `${all.toFixed(1)} MiB`, 'under 16 MiB', all < 16);
    row(`webhook.fcgi after ${n.toLocaleString('en')} more events`, `${(most(after, 'webhook.fcgi') - most(before, 'webhook.fcgi')).toFixed(2)} MiB more`, 'flat', most(after, 'webhook.fcgi') - most(before, 'webhook.fcgi') < 0.25);
    await shop.stop();
  },

  async delay() {
    for (const [latencyMs, atOnce, rounds] of [[0, 1, 30], [0, 50, 5], [50, 50, 1], [200, 50, 1]]) {
      const shop = await startShop({ worker: true, telegram: { latencyMs } });
      const delays = [];
      for (let i = 0; i < rounds; i += 1) {
        const ids = Array.from({ length: atOnce }, (_, k) => 1000 * (i + 1) + k);
        const events = [];
        for (const tgId of ids) {
          const res = await fetch(`http://127.0.0.1:${shop.port}/pay?tg_id=${tgId}`, { redirect: 'manual' });
          const id = [...shop.stripe.sessions.values()].find(({ url }) => url === res.headers.get('location')).id;
          events.push(await shop.stripe.pay(id));
        }
        const sent = new Map();
        const seen = ids.map((tgId) => shop.telegram.journal.waitFor(({ params }) => String(params.chat_id) === String(tgId), 30_000).then((call) => { delays.push(call.receivedMs - sent.get(tgId)); }));
        shop.telegram.journal.on('add', (call) => { call.receivedMs ??= performance.now(); });
        await Promise.all(events.map(async (event, k) => {
          sent.set(ids[k], performance.now());
          await shop.stripe.deliver(event, { url: `http://127.0.0.1:${shop.port}/webhook` });
        }));
        await Promise.all(seen);
        await sleep(atOnce > 1 ? 2500 : 50); // Telegram's pace, 30 a second, is not to be measured here
      }
      const [p50, p99] = [share(delays, 0.5), share(delays, 0.99)];
      const judged = latencyMs === 0;
      row(`webhook to Telegram's receipt, ${atOnce} at once, Telegram at ${latencyMs} ms`, `median ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
        judged ? 'median 3 ms, p99 15 ms' : '', judged ? p50 < 3 && p99 < 15 : null);
      await shop.stop();
    }
    const well = await startShop({ worker: true });
    const ill = await startShop({ worker: true });
    ill.telegram.setFault({ kind: 'hang', next: Infinity });
    const { well: a, ill: b } = await turns(3, { well, ill }, 'webhook', 8, 600);
    row('webhook p99 with Telegram well, and hanging', `${a.p99.toFixed(1)} ms, ${b.p99.toFixed(1)} ms`, 'no change within noise', b.p99 < 2 * a.p99 + 5);
    await well.stop();
    await ill.stop();
  },

  async pay() {
    const shop = await startShop({ stripe: { latencyMs: 300 } });
    const buyers = small ? 80 : 200;
    const first = await shop.load('/pay?tg_id=', buyers, buyers, 5000);
    const limitS = buyers / 25; // Stripe's default for one endpoint is 25 a second
    row(`/pay, ${buyers} buyers at once, Stripe at 300 ms`, `${first.seconds.toFixed(1)} s in all${first.bad ? `, ${first.bad} not 303` : ''}`, `${(1.5 * limitS).toFixed(1)} s, 1.5 x Stripe's own limit`, first.bad === 0 && first.seconds <= 1.5 * limitS);
    const before = shop.stripe.requests.length;
    const again = await shop.load('/pay?tg_id=', 64, buyers, 5000);
    row('/pay, repeated clicks', `${Math.round(again.rate)}/s, ${shop.stripe.requests.length - before} calls to Stripe`, 'no call', shop.stripe.requests.length === before);
    await shop.stop();
  },

  async queue() {
    const n = small ? 150 : 1000;
    const shop = await startShop({ telegram: { latencyMs: 200 } });
    shop.telegram.setFault({ kind: 'status', status: 500, next: Infinity });
    await shop.load('webhook', 64, n, 70_000);
    await run(`${OUT}/bin/admit`, ['work', '--stop'], { env: shop.env });
    execFileSync('sqlite3', [`${shop.dir}/admit.db`, '.timeout 5000', 'UPDATE jobs SET due_ms = 1, lease_ms = 0']);
    shop.telegram.setFault(null);
    const began = performance.now();
    const from = shop.telegram.calls.length;
    const worker = spawn(`${OUT}/bin/admit`, ['work', '--once'], { env: shop.env, stdio: 'ignore' });
    await new Promise((done) => { worker.once('exit', done); });
    const seconds = (performance.now() - began) / 1000;
    const left = Number(execFileSync('sqlite3', [`${shop.dir}/admit.db`, 'SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL'], { encoding: 'utf8' }));
    const atBest = (n - 50) / 30; // a burst of 50, then 30 a second
    row(`${n} queued messages, Telegram at 200 ms`, `${seconds.toFixed(1)} s, ${shop.telegram.calls.length - from} calls, ${left} left`, `${(1.1 * atBest + 1).toFixed(0)} s: its 30 a second`, left === 0 && seconds <= 1.1 * atBest + 1);
    await shop.stop();
  },

    /** Repeatable on any machine, however busy: what one event costs between the parser and the commit. */
  async instructions() {
    const dir = mkdtempSync(path.join(tmpdir(), 'admit-bench.'));
    const count = async (n) => {
      const { stderr } = await run('valgrind', ['--tool=callgrind', `--callgrind-out-file=${dir}/out`, `${OUT}/bench/bare`, `${dir}/${n}.db`, String(n)]);
      return Number(/refs: +([\d,]+)/.exec(stderr)[1].replaceAll(',', ''));
    };
    try {
      row('one event in a transaction of its own', `${Math.round((await count(600) - await count(100)) / 500).toLocaleString('en')} instructions`);
    } catch {
      row('one event in a transaction of its own', 'not counted: there is no valgrind here');
    }
    rmSync(dir, { recursive: true, force: true });
  },

  async growth() {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'admit-grown.')), 'admit.db');
    const orders = small ? 100_000 : 1_000_000;
    const inbox = 10 * orders;
    const env = { PATH: process.env.PATH, ...SECRETS, ADMIT_CONF: '', DATABASE_URL: `sqlite:${file}`, BASE_URL: 'http://127.0.0.1', PAID_CHANNEL_LINK: 'https://t.me/+x' };
    await run(`${OUT}/bin/admit`, ['status'], { env });
    const count = (n) => `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${n})`;
    execFileSync('sqlite3', [file, `PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN;
      ${count(orders)} INSERT INTO users (tg_id, is_paid, session_id, created_ms) SELECT 1000000000 + i, 1, 'cs_old' || i, 1000 * i FROM c;
      ${count(orders)} INSERT INTO orders (tg_id, product, provider, session_id, payment_intent, amount_minor, currency, livemode, paid_ms, created_ms)
        SELECT 1000000000 + i, 'course', 'stripe', 'cs_old' || i, 'pi_old' || i, 999, 'eur', 0, 1000 * i, 1000 * i FROM c;
      ${count(orders)} INSERT INTO access (tg_id, product, is_in, why, decided_ms, invited_ms) SELECT 1000000000 + i, 'course', 1, 'paid', 1, 1 FROM c;
      ${count(inbox)} INSERT INTO inbox (source, id, type, at_ms) SELECT 'stripe', 'evt_old' || i, 'checkout.session.completed', strftime('%s') * 1000 FROM c;
      COMMIT;`], { maxBuffer: 1 << 26 });
    const shops = { empty: await startShop({ env: NO_WORKER }), grown: await startShop({ env: NO_WORKER, ledger: file }) };
    rmSync(path.dirname(file), { recursive: true, force: true });
    for (const [what, connections, requests] of [['webhook', 1, 1000], ['webhook', 64, small ? 5000 : 20_000], ['tgupdate', 64, small ? 5000 : 20_000]]) {
      const { empty, grown } = await turns(3, shops, what, connections, requests);
      row(`${what} at ${connections}, with ${orders.toLocaleString('en')} orders and ${inbox.toLocaleString('en')} events in the ledger`, `${(empty.rate / grown.rate).toFixed(2)} x the time`, '1.3', empty.rate / grown.rate <= 1.3);
    }
    for (const shop of Object.values(shops)) await shop.stop();
  },
};

// ---- the table ----

const machine = `${cpus().length} x ${cpus()[0].model.replace(/\s+/g, ' ').trim()}, ${new Date().toISOString().slice(0, 10)}`;
console.log(`# ${machine}${small ? ', --small' : ''}`);
for (const [name, measure] of Object.entries(parts)) if (wanted(name)) await measure();
const missed = rows.filter(({ ok }) => ok === false).length;
console.log(`${rows.filter(({ ok }) => ok).length} goals met, ${missed} missed`);
if (flags.includes('--write')) {
  const table = ['| what | measured | goal |', '|---|---|---|', ...rows.map(({ what, figure, goal, ok }) => `| ${what} | ${figure} | ${ok === false ? `**missed**: ${goal}` : goal} |`),
    '', `${machine}; \`make bench${small ? ' BENCHFLAGS=--small' : ''}\`.`].join('\n');
  const BRIEF = { 'webhook, 64 connections, admit': "Stripe's events, 64 connections", 'tgupdate at 64': "Telegram's updates, 64 connections", '/pay, repeated clicks': 'repeated clicks on `/pay`' };
  const brief = ['| | a second | 99 % within |', '|---|---|---|', ...rows.filter(({ what }) => BRIEF[what]).map(({ what, figure }) =>
    `| ${BRIEF[what]} | ${Number(/^\d+/.exec(figure)[0]).toLocaleString('en')} | ${/p99 ([\d.]+ ms)/.exec(figure)?.[1] ?? ''} |`)].join('\n');
  const between = (name, mark, text) => {
    const file = path.join(ROOT, name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(new RegExp(`<!-- ${mark} -->[^]*<!-- end of ${mark} -->`), () => `<!-- ${mark} -->\n${text}\n<!-- end of ${mark} -->`));
  };
  between('tests/README.md', 'bench', table);
  between('README.md', 'bench-brief', brief);
}
process.exit(0);
