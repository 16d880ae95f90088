// Does the suite notice a spoilt line? Makes mutants of lib/, each one small change of one line, and runs the tests
// against each: the unit tests that reach the line (reach.mjs), the quickest first, and the parsers' corpora; then the
// README, the web tests that are concerned, some of the fault tests, and its own unit tests under AddressSanitizer.
// What is known to mean the same (reasons.json) is spared the slower ones. Prints who survived. Which lines are spoilt
// follows from a seed and their text, so that a change elsewhere leaves the choice as it is. When its time is over, it
// says what was not finished, which counts as not caught.
//
// usage: node mutants.mjs [--survivors] [--only FILE-OR-LINE] [COUNT]   in copies below build/mutants, one for each core
//        --survivors: only those that survived the last run; --only lib/coach or lib/web/page.c:40: only those
//        SEED (7) and MUTANTS_S (780 seconds) in the environment

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { keep } from '../fault/table.mjs';
import { reachOf } from './reach.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = 'build/m';
const SURVIVORS = path.join(ROOT, 'build/results/survivors.json');
/** The unit tests that are concerned beside the one of the file's own name. */
const NEAR_UNITS = {
  alert: ['notify'], marks: ['notify'], checkout: ['pay'], completion: ['model'], library: ['lesson', 'search'], parts: ['model'], prompt: ['model'], speech: ['model'], terms: ['search', 'guard'],
  catalog_file: ['catalog'], chat: ['text'], cidr: ['client'], clock: ['small'], err: ['small'], form: ['checkout'], pages: ['work'], offer: ['chat', 'notice'],
  jobs: ['budget'], ledger: ['record'], limit: ['checkout'], record: ['access'], prune: ['db'], reconcile: ['notify'],
  reversal: ['event', 'record'], schema: ['db', 'plans'], sql: ['sql_words', 'plans', 'db', 'record', 'jobs'], sqlite: ['db'], api: ['tgapi'], text: ['notify'],
  worker: ['memory'], slots: ['lease', 'worker'], calls: ['worker'], settle: ['worker'], place: ['lock'], answer: ['words', 'voice', 'tokens'], wake: ['lock'],
  fastcgi: ['gateway'], cgi: ['gateway'], conf_check: ['conf'], settings_check: ['conf', 'settings'], commands: ['chat'], menu: ['chat'], reply: ['chat'],
};
/** The web tests that are concerned, by a file's path. */
const NEAR = [
  [/posts/, ['webhook', 'updates']], [/handover/, ['updates', 'telegram']], [/message|lookup|offer/, ['subscription', 'stars']], [/shop\/app/, ['tools', 'life']],
  [/coach|answer|question/, ['coach', 'lessons']], [/subscription|stripe_portal|expiry/, ['subscription']], [/channel|member/, ['door']], [/stars/, ['stars']], [/reconcile|list\.c/, ['reconcile', 'tools']], [/chat|text|telegram/, ['telegram', 'updates']],
  [/record|access|reversal|event/, ['life', 'webhook']], [/checkout|api|paylink|limit|client|page|http|form/, ['pay']],
  [/catalog/, ['life', 'tools']], [/conf|settings|file|confine|alert|notify/, ['tools', 'operator']], [/web\/|serve|prefork/, ['gateway', 'processes']],
  [/worker|wake|jobs|pace|outbox|bot\//, ['telegram', 'operator', 'processes']],
];
const FAULTS = ['alone on a ledger', 'tgupdate.fcgi fails, once', 'through a delivery', 'several workers'];
const SHARE_WANTED = 0.9;
/** For the web tests that are concerned. */
const WEB_PATIENCE_MS = 120_000;
/** A test that takes so much longer than in peace hangs. */
const HANG_TIMES = 10;
const HANG_MS = 10_000;

/** Those that no test can catch: file and changed line, and why that is so. */
const REASONS = JSON.parse(readFileSync(new URL('reasons.json', import.meta.url), 'utf8'));

/** What may be changed in a line, and into what. */
const CHANGES = [
  [/ == /g, ' != '], [/ != /g, ' == '], [/ < /g, ' <= '], [/ <= /g, ' < '], [/ > /g, ' >= '], [/ >= /g, ' > '],
  [/ && /g, ' || '], [/ \|\| /g, ' && '], [/ \+ 1\b/g, ' + 2'], [/ - 1\b/g, ' - 2'], [/\btrue\b/g, 'false'], [/\bfalse\b/g, 'true'],
  [/ \+ /g, ' - '], [/ \+= /g, ' -= '], [/return ERR_(?!OK)\w+;/g, 'return ERR_OK;'], [/if \(!/g, 'if ('],
  [/\b0\b(?!x)/g, '1'], [/^\t+[\w.\->[\]]+ = .*;$/g, '\t;'], [/^\t+(\(void\))?\w+\(.*\);$/g, '\t;'],
  [/\b(IS NULL)\b/g, 'IS NOT NULL'], [/ AND /g, ' OR '],
];

const isCode = (line) => !/^\s*(\/\*|\*|#|\/\/|static_assert|_Static_assert)/.test(line) && !/^(static|enum|struct|const)\b.*;$/.test(line);

function mutantsOf(file) {
  const lines = readFileSync(path.join(ROOT, file), 'utf8').split('\n');
  return lines.flatMap((line, i) => !isCode(line) ? [] : CHANGES.flatMap(([what, into]) =>
    [...line.matchAll(what)].map(({ 0: found, index }) =>
      ({ file, number: i + 1, before: line, after: line.slice(0, index) + into + line.slice(index + found.length) }))));
}

const sources = readdirSync(path.join(ROOT, 'lib'), { recursive: true }).map((name) => `lib/${name}`)
  .filter((name) => /\.c$|store\/sql\/\w+\.h$/.test(name) && !name.endsWith('curl_dlopen.c'))
  .sort();

/** A file at a time in turn, so that short ones have their share; within it in an order that its lines' text gives. */
function choose(count, seed) {
  const rank = ({ file, before, after }) => createHash('sha256').update([seed, file, before, after].join('\n')).digest('hex');
  const byFile = sources.map((file) => mutantsOf(file)
    .filter(({ number }) => `${file}:${number}`.startsWith(only)).sort((a, b) => rank(a) < rank(b) ? -1 : 1));
  const turns = Array.from({ length: Math.max(...byFile.map(({ length }) => length)) }, (_, turn) => byFile.map((some) => some[turn]));
  return turns.flat().filter(Boolean).slice(0, count * 2);
}

const allTests = readdirSync(path.join(ROOT, 'tests/unit')).filter((name) => /^test_.*\.c$/.test(name)).map((name) => name.slice(0, -2));

/** The unit tests that are concerned, that of the file's own name first. */
function unitsNear(file) {
  const name = file.includes('store/sql/') ? 'sql' : path.basename(file).replace(/\.[ch]$/, '');
  return [name, ...NEAR_UNITS[name] ?? []].map((one) => `test_${one}`).filter((one) => allTests.includes(one));
}

/** A few at first, since most are caught there; then more at once, which builds quicker. */
function* inChunks(all) {
  for (let at = 0, n = 2; at < all.length; at += n, n = 6) yield all.slice(at, at + n);
}

/** Set before the first mutant is tried. */
let reach = null;
const endMs = Date.now() + 1000 * Number(process.env.MUTANTS_S || 780);
const isOver = () => Date.now() >= endMs;

/** The unit tests that may notice: the concerned ones first, for they say most clearly what is wrong. */
function unitsFor({ file, number }) {
  const reaching = reach.of(file, number);
  const near = unitsNear(file);
  // What a test that gives up its rights reaches is not counted: it can write down nothing.
  return [...near, ...reaching.filter((test) => !near.includes(test))];
}

/** A copy of the tree, in which one mutant at a time is tried. */
class Copy {
  constructor(name) {
    this.dir = path.join(ROOT, 'build/mutants', name);
    rmSync(this.dir, { recursive: true, force: true });
    mkdirSync(this.dir, { recursive: true });
    for (const one of readdirSync(ROOT)) {
      if (!['build', '.git', 'tests'].includes(one)) cpSync(path.join(ROOT, one), path.join(this.dir, one), { recursive: true, preserveTimestamps: true });
    }
    cpSync(path.join(ROOT, 'tests'), path.join(this.dir, 'tests'), { recursive: true, preserveTimestamps: true, filter: (one) => !one.includes('node_modules') });
    const modules = path.join(ROOT, 'tests/web/node_modules');
    if (existsSync(modules)) symlinkSync(modules, path.join(this.dir, 'tests/web/node_modules'));
  }

  /** @returns {Promise<boolean>} whether it ended well; `late`: what is returned where it did not end in time */
  run(program, args, timeout, env, late = false) {
    return new Promise((done) => {
      if (isOver()) {
        done(false);
        return;
      }
      execFile(program, args, { cwd: this.dir, timeout: Math.ceil(Math.min(timeout, endMs - Date.now())), killSignal: 'SIGTERM', maxBuffer: 1 << 26, env: { ...process.env, ...env } }, (error) => done(error?.killed ? late : !error));
    });
  }

  make(...targets) {
    return this.run('make', ['-s', '-j2', `OUT=${OUT}`, 'OPT=-O1 -fPIE', 'ld_release=-pie', ...targets], 180_000);
  }

  async unitTests(names) {
    for (const name of names) if (!await this.run(`${OUT}/tests/${name}`, [], HANG_MS + HANG_TIMES * (reach?.msOf.get(name) ?? 0))) return name;
    return null;
  }

  /** Tries something with the mutant in the copy, and takes it out again. */
  async within({ file, number, after }, look) {
    const at = path.join(this.dir, file);
    const original = readFileSync(at, 'utf8');
    const lines = original.split('\n');
    lines[number - 1] = after;
    writeFileSync(at, lines.join('\n'));
    const fate = await look();
    writeFileSync(at, original);
    return fate;
  }

  /** Who catches it, or null. 'same' if the compiler makes nothing else of it, 'no C' if it is none. */
  async fateOf(mutant) {
    const { file } = mutant;
    const object = file.replace(/\.[ch]$/, '.o'), at = path.join(this.dir, OUT, object);
    const before = existsSync(at) ? readFileSync(at) : null;
    if (before && !await this.make(`${OUT}/${object}`)) return 'no C';
    if (before && readFileSync(at).equals(before)) return 'same';
    for (const tests of inChunks(unitsFor(mutant))) {
      if (!await this.make(...tests.map((test) => `${OUT}/tests/${test}`))) return 'no C';
      const caught = await this.unitTests(tests);
      if (caught) return caught;
    }
    if (!await this.make('all', `${OUT}/fuzz/replay`)) return 'no C';
    return await this.run(`${OUT}/fuzz/replay`, ['tests/fuzz/corpus', '20'], 60_000) ? null : 'the corpora';
  }

  /** Runs the web tests up to the first file that fails: its name, or null. Their time being over tells nothing. */
  firstFailedWeb(names, out = OUT) {
    return new Promise((done) => {
      const child = spawn('sh', ['tests/web/run.sh', out, ...names.map((name) => `${name}.test.mjs`)], { cwd: this.dir, stdio: ['ignore', 'pipe', 'ignore'] });
      let seen = '', failed = null;
      let isLate = false;
      const timer = setTimeout(() => { isLate = true; child.kill('SIGTERM'); }, Math.max(0, Math.min(WEB_PATIENCE_MS, endMs - Date.now())));
      child.stdout.on('data', (piece) => {
        seen += piece;
        if (failed || !/^# (fail|cancelled) [1-9]/m.test(seen)) return;
        failed = /^not ok \d+ - (.*)$/m.exec(seen)?.[1] ?? 'a web test';
        child.kill('SIGTERM');
      });
      child.once('close', (code) => {
        clearTimeout(timer);
        done(failed ?? (code === 0 || isLate ? null : 'the web tests'));
      });
    });
  }

  /**
   * The unit tests that are concerned under the sanitizers, as `make check` runs them all: leaks show there alone. What
   * no unit test reaches because it is the connection to the web server: its web tests.
   */
  async isCaughtBySanitizer(file) {
    for (const test of unitsNear(file)) {
      const isBuilt = await this.run('make', ['-s', '-j2', 'MODE=asan', `OUT=${OUT}-asan`, `${OUT}-asan/tests/${test}`], 300_000);
      if (isBuilt && !await this.run(`${OUT}-asan/tests/${test}`, [], 60_000)) return true;
    }
    if (!file.startsWith('lib/web/') || !await this.run('make', ['-s', '-j2', 'MODE=asan', `OUT=${OUT}-asan`, 'all'], 300_000)) return false;
    return await this.firstFailedWeb(['gateway'], `${OUT}-asan`) !== null;
  }

  /** What of the slower tests catches it, or null. */
  async caughtSlowly({ file }) {
    const concerned = [...new Set(NEAR.flatMap(([what, names]) => what.test(file) ? names : []))];
    const near = concerned.length > 0 ? concerned : ['flow', 'webhook', 'pay'];
    if (!await this.make('all', 'tests')) return 'the compiler';
    if (!await this.run('sh', ['tests/docs.sh', OUT], 60_000, {}, true)) return 'the README and the man page';
    const caught = await this.firstFailedWeb(near);
    if (caught) return caught;
    if (!await this.run('node', ['tests/fault/run.mjs', '--quick', ...FAULTS], 120_000, { ADMIT_OUT: OUT, POINTS: '' }, true)) return 'the fault tests';
    return await this.isCaughtBySanitizer(file) ? 'the sanitizers' : null;
  }
}

const args = process.argv.slice(2);
const seed = process.env.SEED || '7';
const only = args.includes('--only') ? args.splice(args.indexOf('--only'), 2)[1] : '';
const onlySurvivors = args[0] === '--survivors' && args.shift() !== undefined;
const wanted = onlySurvivors ? JSON.parse(readFileSync(SURVIVORS, 'utf8')) : null;
const count = wanted ? wanted.length : Number(args[0] ?? 100);

/** The mutants of this tree that are in the list: the line may have moved. */
const isWanted = (mutant) => wanted.some(({ file, before, after }) => file === mutant.file && before === mutant.before && after === mutant.after);
const mutants = wanted ? sources.flatMap(mutantsOf).filter(isWanted) : choose(count, seed);

reach = await reachOf(ROOT, allTests);
// A core each; a list that all of them draw from.
const copies = cpus().map((_, i) => new Copy(String(i)));
await Promise.all(copies.map((copy) => copy.make('all', 'tests')));
const eachDraws = (draw) => Promise.all(copies.map(draw));

const queue = [...mutants], suspects = [], survivors = [], unfinished = [];
let tried = 0;
await eachDraws(async (copy) => {
  while (tried < count && queue.length > 0 && !isOver()) {
    const mutant = queue.shift();
    tried += 1; // given back if it is none
    const { file, number, before, after } = mutant;
    const fate = await copy.within(mutant, () => copy.fateOf(mutant));
    mutant.what = `${file}:${number}: ${before.trim()}  ->  ${after.trim() === ';' ? 'taken out' : after.trim()}`;
    if (isOver()) {
      unfinished.push(mutant);
      continue;
    }
    if (fate === 'same' || fate === 'no C') {
      tried -= 1;
      await copy.make(`${OUT}/${file.replace(/\.[ch]$/, '.o')}`);
      continue;
    }
    console.log(`${fate ? `caught by ${fate}` : 'not caught yet'}: ${mutant.what}`);
    if (!fate) suspects.push(mutant);
  }
});
const reasonOf = ({ file, before, after }) => REASONS.find((known) => known.file === file && known.after === after.trim()
  && (known.before ?? before.trim()) === before.trim())?.why;
await eachDraws(async (copy) => {
  while (suspects.length > 0) {
    const mutant = suspects.shift();
    const why = reasonOf(mutant);
    const fate = why || isOver() ? null : await copy.within(mutant, () => copy.caughtSlowly(mutant));
    if (!why && isOver()) {
      unfinished.push(mutant);
      continue;
    }
    console.log(`${fate ? `caught by ${fate}` : why ? 'excused' : 'SURVIVED'}: ${mutant.what}`);
    if (!fate) survivors.push(mutant);
  }
});
mkdirSync(path.dirname(SURVIVORS), { recursive: true });
writeFileSync(SURVIVORS, JSON.stringify(survivors, null, 1));
const caughtN = tried - survivors.length - unfinished.length;
let excused = 0;
for (const mutant of survivors) {
  const why = reasonOf(mutant);
  excused += why !== undefined;
  console.log(`survived: ${mutant.what}\n  ${why ?? 'no test and no reason yet'}`);
}
for (const { what } of unfinished) console.log(`not finished: ${what}`);
const share = caughtN / (tried - excused);
const counts = `${caughtN} noticed by the tests, ${excused} cannot be for a known reason, ${survivors.length - excused} survived, ${unfinished.length} not finished`;
console.log(`${tried} mutants drawn by seed ${seed} of ${count}: ${counts}; ${(100 * share).toFixed(0)} % of those without a reason`);
if (!onlySurvivors && only === '') keep('mutants', [{ name: 'a spoilt line of the library (mutants)', points: `${tried} by seed ${seed}`, outcome: counts }], ['a spoilt line of the library (mutants)']);
const good = (tried >= count || queue.length === 0) && share >= SHARE_WANTED;
console.log(`${good ? 1 : 0} passed, ${good ? 0 : 1} failed`);
process.exitCode = good ? 0 : 1;
