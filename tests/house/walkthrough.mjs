// What lib/README.md tells a newcomer under "Adding something", done to the letter in a copy of the tree: a setting, a
// chore, a kind of job and a provider. The chore promises a job, the job says what was set, and it arrives; coupons are
// told of, asked for and taken back. No file is touched that the paragraphs do not name.
//
// usage: node walkthrough.mjs      prints what is wrong and closes with "N passed, N failed"

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTelegram } from '../sandbox/telegram.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOT_COPIED = ['build', '.git', 'node_modules'];
const OUT = 'build/release';
const OPERATOR = 900;
const TOKEN = '1234567:AAtokenOfTheWalkthrough';

let passed = 0, failed = 0;
function verdict(isGood, what, detail = '') {
  if (isGood) passed += 1;
  else {
    failed += 1;
    console.log(`not ok: ${what}${detail && `\n${detail}`}`);
  }
}

const tree = mkdtempSync(path.join(tmpdir(), 'admit-walk.'));
/** What a program of the plain CGI starts goes on after it: a worker. */
function stopWhatRuns() {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/exe`).startsWith(tree)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // gone, or another account's
    }
  }
}
process.on('exit', () => {
  stopWhatRuns();
  rmSync(tree, { recursive: true, force: true });
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => process.exit(130));
const inTree = (name) => path.join(tree, name);
for (const name of readdirSync(ROOT).filter((one) => !NOT_COPIED.includes(one))) {
  cpSync(path.join(ROOT, name), inTree(name), {
    recursive: true, preserveTimestamps: true, filter: (one) => !NOT_COPIED.includes(path.basename(one)),
  });
}

/**
 * What was made before and is of no file that is touched here comes along; make looks at its age. The rest is made by
 * clang at -O0, which is done soonest: that it compiles is what counts.
 */
const HEADERS = /\b(shop\/conf|outbox\/kinds|payment\/provider_rows)\.h\b/;
for (const folder of ['lib', 'tools', 'cgi-bin'].filter((one) => existsSync(path.join(ROOT, OUT, one)))) {
  for (const name of readdirSync(path.join(ROOT, OUT, folder), { recursive: true }).filter((one) => one.endsWith('.d'))) {
    const [from, to] = [ROOT, tree].map((root) => path.join(root, OUT, folder, name));
    if (HEADERS.test(readFileSync(from, 'utf8'))) continue;
    for (const end of ['.d', '.o', '.c']) {
      const file = from.replace(/\.d$/, end);
      if (existsSync(file)) cpSync(file, to.replace(/\.d$/, end), { preserveTimestamps: true });
    }
  }
}

/** Without what a make that started us wants of those below it. */
const { MAKEFLAGS, MFLAGS, ...ownEnv } = process.env;
const run = (program, args, { env = ownEnv, input = '', timeout = 120_000 } = {}) => new Promise((done) => {
  const child = execFile(program, args, { cwd: tree, env, timeout, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
    done({ status: error ? error.code ?? -1 : 0, said: `${stdout}${stderr}${error?.killed ? `ended after ${timeout} ms` : ''}` }));
  child.stdin.on('error', () => {}); // not everybody reads what they get
  child.stdin.end(input);
});

// ---- what the guide says ----

const guide = readFileSync(inTree('lib/README.md'), 'utf8');

/** A paragraph that begins with these words, and the files that it names, from the root of the tree. */
function paragraph(begins) {
  const text = guide.split('\n\n').find((one) => one.startsWith(`**${begins}`)) ?? '';
  const files = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => path.normalize(`lib/${link}`));
  verdict(text !== '', `lib/README.md has a paragraph "${begins}"`);
  return { text, files };
}

const aKind = paragraph('A job kind'), aChore = paragraph('A chore'), aSetting = paragraph('A setting'), aProvider = paragraph('A provider');
const written = (aSetting.text.match(/`sh (tests\/docs\.sh) build\/release --write`[^.]*guide[^.]*`(deploy\/render\.yaml)`/) ?? []).slice(1);
verdict(written.length === 2, 'the paragraph on settings says how they come into the documents');

// ---- to the letter ----

/** Puts a text where the pattern ends, which must be there once. */
function insert(name, after, text) {
  const before = readFileSync(inTree(name), 'utf8');
  const found = [...before.matchAll(after)];
  verdict(found.length === 1, `${name} has one place for a row`, String(after));
  if (found.length !== 1) return;
  const at = found[0].index + found[0][0].length;
  writeFileSync(inTree(name), before.slice(0, at) + text + before.slice(at));
}

// "A field in conf.h and a row in conf.c with its kind, bounds, default and meaning"
insert('lib/shop/conf.h', /^struct conf \{\n/gm, '\tint64_t greeting_number;\n');
insert('lib/shop/conf.c', /^static const struct setting rows\[\] = \{\n/gm, `\t{ "GREETING_NUMBER", NULL, INT_AT(greeting_number, 3, 9), WORK,
\t    OPTIONAL, "5", "what a greeting says" },\n`);

// "A function and a row in work.c"
insert('lib/worker/work.c', /^\/\* ---- chores ---- \*\/\n/gm, `
static enum err
promise_greeting(struct db *db, void *ctx)
{
\t(void)ctx;
\treturn jobs_promise(db, JOB_GREETING, "greeting/1", ${OPERATOR}, 0, NULL);
}

static enum err
greet(struct app *app, int64_t *next_ms, bool *any)
{
\t(void)next_ms;
\t*any = true;
\treturn db_transaction(app->db, promise_greeting, NULL);
}
`);
insert('lib/worker/work.c', /^const struct chore work_chores\[\] = \{\n/gm, '\t{ "greeting", (int64_t)30 * 1000, false, greet },\n');

// "A file that says what it does in the world ... Then a row at the end of kinds.h with the next number"
const numbers = [...readFileSync(inTree('lib/outbox/kinds.h'), 'utf8').matchAll(/^\tKIND\((\d+), /gm)].map(([, n]) => Number(n));
insert('lib/outbox/kinds.h', /\)(?=\n\n#endif\n$)/g,
  `\\\n\tKIND(${Math.max(...numbers) + 1}, GREETING, greeting, "greet", LINE_NOTICE, LANE_CHAT)`);
writeFileSync(inTree('lib/bot/greeting.c'), `/* A greeting. */
#include "outbox/message.h"

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
\tmessage_say(app, a, s,
\t    arena_printf(a, "Greeting %lld",
\t\t(long long)app->conf.greeting_number));
\treturn ERR_OK;
}

const struct job_kind greeting_kind = { .prepare = prepare,
\t.settle = message_settle };
`);

// "A file that says what it does ... Then a row in provider_rows.h": coupons, which are sold on a port of this machine
const coupons = [];
const seller = createServer((req, res) => {
  const [, id, what] = /^\/coupons\/(\w+)\/(\w+)$/.exec(req.url) ?? [];
  const one = coupons.find((coupon) => coupon.id === id);
  if (what === 'return' && one) one.state = 'returned';
  res.end(JSON.stringify(req.url.startsWith('/v1/') ? { object: 'list', data: [], has_more: false } : one ?? { coupons }));
});
await new Promise((done) => seller.listen(0, '127.0.0.1', done));
const sold = `http://127.0.0.1:${seller.address().port}`; // where Stripe has nothing to tell
writeFileSync(inTree('lib/payment/coupon.c'), readFileSync(inTree('tests/house/coupon.c'), 'utf8')
  .replace('https://coupons.invalid', sold));
insert('lib/payment/provider_rows.h', /\bPROVIDER\(stars\)/g, ' PROVIDER(coupon)');

// ---- builds, and says so ----

// Some minute's computing, which shares the cores with all others' at a lower priority.
const built = await run('make', ['-s', `-j${cpus().length}`, `OUT=${OUT}`, 'CC=clang', 'OPT=-O0 -fPIE', 'ld_release=-pie', 'WERROR=-Werror', `${OUT}/bin/admit`, `${OUT}/cgi-bin/webhook.fcgi`], { timeout: 600_000 });
verdict(built.status === 0, 'it builds without a warning', built.said);
const lint = await run('sh', ['tests/lint/lint.sh']);
verdict(lint.status === 0, 'lint has nothing to say', lint.said);
verdict((await run('sh', ['tests/docs.sh', OUT])).said.includes('--write'), 'the documents miss the setting');
await run('sh', ['tests/docs.sh', OUT, '--write']);
const documents = await run('sh', ['tests/docs.sh', OUT]);
verdict(documents.status === 0, 'written anew they have it', documents.said);
verdict(/^\| `GREETING_NUMBER` .*what a greeting says.*5/m.test(readFileSync(inTree('deploy/README.md'), 'utf8')), 'the guide has its row');

// ---- only what was named ----

const filesBelow = (root) => readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  .map((one) => path.relative(root, path.join(one.parentPath ?? one.path, one.name))).filter((name) => !name.startsWith('build/'));
const isTouched = (name) => {
  try {
    return !readFileSync(path.join(ROOT, name)).equals(readFileSync(inTree(name)));
  } catch {
    return true; // new
  }
};
const touched = filesBelow(tree).filter(isTouched).sort();
const named = [...aKind.files, ...aChore.files, ...aSetting.files, ...aProvider.files, 'deploy/README.md', written[1],
  'lib/bot/greeting.c', 'lib/payment/coupon.c'];
verdict(touched.length === 9, 'nine files are touched', touched.join('\n'));
for (const name of touched) verdict(named.includes(name), `${name} is named in lib/README.md`);

// ---- it works ----

const telegram = await startTelegram({ token: TOKEN });
const env = {
  PATH: process.env.PATH, HOME: tree, DATABASE_URL: `sqlite:${tree}/admit.db`, BASE_URL: 'http://127.0.0.1:9', STRIPE_API_BASE: 'http://127.0.0.1:9',
  TELEGRAM_API_BASE: telegram.url, TELEGRAM_BOT_TOKEN: TOKEN, STRIPE_SECRET_KEY: 'sk_test_51Walk', STRIPE_WEBHOOK_SECRET: 'whsec_walk',
  TELEGRAM_WEBHOOK_SECRET: 'walk', PAID_CHANNEL_LINK: 'https://t.me/+Walk', RECONCILE_MINUTES: '0',
};
const work = (more = {}) => run(inTree(`${OUT}/bin/admit`), ['work', '--once'], { env: { ...env, ...more } });
for (const wrong of ['2', '10', 'many']) {
  const { status, said } = await work({ GREETING_NUMBER: wrong });
  verdict(status !== 0 && /GREETING_NUMBER/.test(said), `GREETING_NUMBER=${wrong} is refused`, said);
}
const greetings = () => telegram.messages(OPERATOR).map(({ text }) => text).join();
verdict(greetings() === '', 'nothing was sent meanwhile', greetings());
const admit = (...args) => run(inTree(`${OUT}/bin/admit`), args, { env: { ...env, GREETING_NUMBER: '8', STRIPE_API_BASE: sold } });
verdict(/Whoever sells coupons tells http:\/\/127.0.0.1:9\/webhook\/coupon/.test((await admit('setup')).said), 'setup says what is to be entered');
const worked = await work({ GREETING_NUMBER: '7' });
verdict(worked.status === 0 && greetings() === 'Greeting 7', 'the chore promised a job, and it says what was set', `${greetings()}\n${worked.said}`);
await work({ GREETING_NUMBER: '8' });
verdict(greetings() === 'Greeting 7', 'what was promised is kept once', greetings());
const left = await run('sqlite3', ['-readonly', `${tree}/admit.db`, 'SELECT COUNT(*), COUNT(done_ms) FROM jobs']);
verdict(left.said.trim() === '1|1', 'and is done', left.said);

// ---- coupons ----

const isIn = async (id) => (await run('sqlite3', ['-readonly', `${tree}/admit.db`, `SELECT is_in FROM access WHERE tg_id = ${id}`])).said.trim();
const coupon = (id, tgId, state) => ({ id, tg_id: tgId, product: 'course', amount: 999, state });
/** What the seller of coupons posts, as a web server hands it to a program of the plain CGI. */
const post = (what, secret, address = '/webhook/coupon') => {
  const body = JSON.stringify(what);
  return run(inTree(`${OUT}/cgi-bin/webhook.fcgi`), [], {
    input: body,
    env: {
      ...env, GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'POST', REQUEST_URI: address, CONTENT_LENGTH: String(Buffer.byteLength(body)),
      HTTP_X_COUPON_SECRET: secret, QUERY_STRING: '', HTTP_HOST: '127.0.0.1',
    },
  });
};
verdict(/ok +coupons/.test((await admit('check')).said), 'check asks the seller of coupons as well');
coupons.push(coupon('cp_told', 71, 'used'), coupon('cp_lost', 72, 'used'), coupon('cp_new', 73, 'new'));
const forged = await post(coupons[0], 'guessed');
verdict(/Status: 400/.test(forged.said) && await isIn(71) === '', 'a post with another secret is refused', forged.said);
const posted = await post(coupons[0], 'coupon-secret');
verdict(/Status: 200/.test(posted.said) && await isIn(71) === '1', 'a coupon that is told of lets its buyer in', posted.said);
verdict(/Status: 404/.test((await post(coupons[0], 'coupon-secret', '/webhook/coupons')).said), 'nobody else has an address by it');
const reconciled = await admit('reconcile');
verdict(/coupons +3 looked at, 1 mended/.test(reconciled.said) && await isIn(72) === '1', 'one that was never told of is found', reconciled.said);
const [order] = (await run('sqlite3', ['-readonly', `${tree}/admit.db`, "SELECT id FROM orders WHERE session_id = 'cp_told'"])).said.split('\n');
const back = await admit('refund', order, '--yes');
verdict(/The money goes back/.test(back.said) && await isIn(71) === '0' && await isIn(72) === '1', 'one that goes back ends the access', back.said);
seller.close();
await telegram.close();

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
