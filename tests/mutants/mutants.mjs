// Does the suite notice a spoilt line? Makes mutants of lib/, each one small change of one line, and runs the tests
// against each: the unit tests that reach the line (reach.mjs), the quickest first, and the parsers' corpora; then the
// README, the web tests that are concerned, some of the fault tests, and its own unit tests under AddressSanitizer.
// What is known to mean the same (reasons.json) is spared the slower ones. Prints who survived. Which lines are spoilt
// follows from a seed and their text, so that a change elsewhere leaves the choice as it is. When its time is over, it
// says what was not finished, which counts as not caught.
//
// usage: node mutants.mjs --reasons     only names the reasons that fit no line
//        node mutants.mjs [--survivors] [--only FILE-OR-LINE] [COUNT]   in copies below build/mutants, one for each core
//        --survivors: only those that survived the last run; --only lib/coach,lib/web/page.c:40: only those
//        SEED (7) and MUTANTS_S (780 seconds) in the environment

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { keep } from '../fault/table.mjs';
import { reachOf } from './reach.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = 'build/m', ASAN = 'build/asan';
const SURVIVORS = path.join(ROOT, 'build/results/survivors.json');
/** The web tests that are concerned, by a file's path: all rows that fit. A folder's row is for what is added to it. */
const NEAR = [
  [/^lib\/base\//, ['tools']], [/^lib\/net\//, ['pay', 'telegram']], [/^lib\/web\//, ['gateway', 'processes']],
  [/^lib\/store\/[^/]*$/, ['older', 'tools']], [/^lib\/stripe\//, ['webhook', 'pay']], [/^lib\/telegram\//, ['telegram', 'updates']],
  [/^lib\/shop\//, ['tools', 'operator']], [/^lib\/(outbox|worker)\//, ['telegram', 'operator', 'processes']],
  [/^lib\/ledger\//, ['life', 'webhook']], [/^lib\/coach\//, ['coach', 'lessons']], [/^lib\/payment\//, ['pay']],
  [/^lib\/bot\//, ['telegram', 'updates']], [/^lib\/front\//, ['webhook', 'updates', 'processes']],
  // Whatever the folder.
  [/catalog|product|rename/, ['products', 'life']], [/channel|invite|member/, ['door']], [/coach|question|lesson|handover|voice/, ['coach']],
  [/stars/, ['stars']], [/subscription|portal|expiry|dunning|period/, ['subscription']], [/reconcile|lists?\.c|marks/, ['reconcile']],
  [/order|reversal|transaction|users|access/, ['life', 'pay']], [/jobs|notice|text/, ['telegram', 'operator']], [/limits|url|form/, ['pay']], [/trial|refund|cancel|provider/, ['subscription']], [/_check\.c/, ['operator']],
  [/admin|operators|audit|byhand/, ['admin', 'desk']], [/broadcast/, ['admin']], [/picture|figures|books|report/, ['report']],
  [/agree|consents|legal|withdraw/, ['consent', 'pages']], [/metrics/, ['metrics']], [/notify|alert/, ['operator', 'admin']], [/menu|window|remind/, ['window']],
  [/report/, ['tools']], [/money|currency/, ['money']], [/inbox/, ['webhook', 'updates']],
  [/endpoint|address/, ['check', 'tools']], [/payments/, ['tools', 'desk']],
];
const FAULTS = ['alone on a ledger', 'tgupdate.fcgi fails, once', 'through a delivery', 'several workers'];
const SHARE_WANTED = 0.9;
/** So many unit tests at least are run under the sanitizers. */
const SANITIZED = 2;
/** For the web tests that are concerned, and for each wait in them: most of what is waited for here never comes. */
const WEB_PATIENCE_MS = 120_000;
const WAIT_PATIENCE_MS = 5000;
/** A test that takes so much longer than in peace hangs. */
const HANG_TIMES = 10;
const HANG_MS = 10_000;

/** Those that no test can catch: file (or folder, with its slash) and changed line, and why that is so. */
const REASONS = JSON.parse(readFileSync(new URL('reasons.json', import.meta.url), 'utf8'));

const isExcusedBy = (known, { file, before, after }) => (known.file === file || (known.file.endsWith('/') && file.startsWith(known.file)))
  && known.after === after.trim()
  && (known.before ?? before.trim()) === before.trim();

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

/**
 * A file at a time in turn, so that short ones have their share; within it in an order that its lines' text gives. There are
 * more files than mutants, so the seed says which files come first, too.
 */
function choose(count, seed) {
  const hash = (...parts) => createHash('sha256').update([seed, ...parts].join('\n')).digest('hex');
  const byHash = (one, hashOf) => one.map((x) => [hashOf(x), x]).sort(([a], [b]) => a < b ? -1 : 1).map(([, x]) => x);
  const byFile = byHash(sources, (file) => hash(file)).map((file) => byHash(mutantsOf(file)
    .filter(({ number }) => only.some((begins) => `${file}:${number}`.startsWith(begins))), ({ before, after }) => hash(file, before, after)));
  const turns = Array.from({ length: Math.max(...byFile.map(({ length }) => length)) }, (_, turn) => byFile.map((some) => some[turn]));
  return turns.flat().filter(Boolean).slice(0, count * 2);
}

const allTests = readdirSync(path.join(ROOT, 'tests/unit')).filter((name) => /^test_.*\.c$/.test(name)).map((name) => name.slice(0, -2));

/** The unit tests that are concerned: that of the file's own name, then whoever has the file itself inside. */
function unitsNear(file) {
  if (isStatement(file)) return ['test_statement', 'test_plans'];
  const own = `test_${path.basename(file, '.c')}`, include = `#include "${file.slice('lib/'.length)}"`;
  const insides = allTests.filter((test) => readFileSync(path.join(ROOT, 'tests/unit', `${test}.c`), 'utf8').includes(include));
  return [...new Set([own, ...insides])].filter((one) => allTests.includes(one));
}

/** A statement's text is compiled into one object, and its name stands wherever it is run. */
const isStatement = (file) => file.startsWith('lib/store/sql/');
const STATEMENTS = 'lib/store/statement';
const objectOf = (file) => isStatement(file) ? `${STATEMENTS}.o` : file.replace(/\.c$/, '.o');

/** Where the statement that the line belongs to is run: file and number. */
function usesOf({ file, number }) {
  const lines = readFileSync(path.join(ROOT, file), 'utf8').split('\n').slice(0, number);
  const name = lines.map((line) => /^SQL\((\w+),/.exec(line)?.[1]).findLast(Boolean);
  const isUse = new RegExp(`\\bSQL_${name}\\b`);
  return sources.filter((one) => one.endsWith('.c')).flatMap((one) => readFileSync(path.join(ROOT, one), 'utf8').split('\n')
    .flatMap((line, i) => isUse.test(line) ? [{ file: one, number: i + 1 }] : []));
}

/** A few at first, since most are caught there; then more at once, which builds quicker. */
function* inChunks(all) {
  for (let at = 0, n = 2; at < all.length; at += n, n = 6) yield all.slice(at, at + n);
}

/** Set before the first mutant is tried; who fails in the tree as it is has nothing to say of a spoilt one. */
let reach = null;
const failing = new Set();
const endMs = Date.now() + 1000 * Number(process.env.MUTANTS_S || 780);
const isOver = () => Date.now() >= endMs;

/** The unit tests that may notice: the concerned ones first, for they say most clearly what is wrong. */
function unitsFor(mutant) {
  const { file, number } = mutant;
  const uses = isStatement(file) ? usesOf(mutant) : [];
  const reaching = uses.length > 0 ? reach.ofAny(uses) : reach.of(file, number);
  const near = unitsNear(file);
  // What a test that gives up its rights reaches is not counted: it can write down nothing.
  return [...near, ...reaching.filter((test) => !near.includes(test))].filter((test) => !failing.has(test));
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
    mkdirSync(path.join(this.dir, 'build'));
    cpSync(path.join(ROOT, 'tests'), path.join(this.dir, 'tests'), { recursive: true, preserveTimestamps: true, filter: (one) => !one.includes('node_modules') });
    // What check has built is built: the sources are as old as they were.
    const built = path.join(ROOT, ASAN);
    const isPart = (one) => /\.[od]$|bindir$/.test(one) || statSync(one).isDirectory();
    if (existsSync(built)) cpSync(built, path.join(this.dir, ASAN), { recursive: true, preserveTimestamps: true, filter: isPart });
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

  /** What another copy has built. */
  takeBuild({ dir }) {
    return this.run('cp', ['-a', path.join(dir, OUT), path.join(this.dir, 'build/')], 60_000);
  }

  /** The objects of the tree as it is. */
  noteObjects() {
    this.objects = new Map(sources.map(objectOf).map((object) => [object, readFileSync(path.join(this.dir, OUT, object))]));
  }

  make(...targets) {
    return this.run('make', ['-s', '-j2', `OUT=${OUT}`, 'OPT=-O1 -fPIE', 'ld_release=-pie', ...targets], 180_000);
  }

  async unitTests(names) {
    for (const name of names) if (!await this.run(`${OUT}/tests/${name}`, [], HANG_MS + HANG_TIMES * (reach?.msOf.get(name) ?? 0))) return name;
    return null;
  }

  /** Everything sees the statements' names, but only one object has their texts: nothing else is to be made anew. */
  write(file, text) {
    const at = path.join(this.dir, file);
    const { atime, mtime } = statSync(at);
    writeFileSync(at, text);
    if (!isStatement(file)) return;
    utimesSync(at, atime, mtime);
    for (const out of [OUT, ASAN]) rmSync(path.join(this.dir, out, `${STATEMENTS}.o`), { force: true });
  }

  /** Tries something with the mutant in the copy, and takes it out again. */
  async within({ file, number, after }, look) {
    const at = path.join(this.dir, file);
    const original = readFileSync(at, 'utf8');
    const lines = original.split('\n');
    lines[number - 1] = after;
    this.write(file, lines.join('\n'));
    const fate = await look();
    this.write(file, original);
    return fate;
  }

  /** Who catches it, or null. 'same' if the compiler makes nothing else of it, 'no C' if it is none. */
  async fateOf(mutant) {
    const { file } = mutant;
    const object = objectOf(file), at = path.join(this.dir, OUT, object);
    if (!await this.make(`${OUT}/${object}`)) return 'no C';
    if (readFileSync(at).equals(this.objects.get(object))) return 'same';
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
      const child = spawn('sh', ['tests/web/run.sh', out, ...names.map((name) => `${name}.test.mjs`)], {
        cwd: this.dir, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ADMIT_PATIENCE_MS: String(WAIT_PATIENCE_MS) },
      });
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
   * The unit tests that are concerned, or reach it first, under the sanitizers, as `make check` runs them all: leaks show there alone. What
   * no unit test reaches because it is the connection to the web server: its web tests.
   */
  async isCaughtBySanitizer(mutant) {
    const { file } = mutant;
    for (const test of unitsFor(mutant).slice(0, Math.max(SANITIZED, unitsNear(file).length))) {
      const isBuilt = await this.run('make', ['-s', '-j2', 'MODE=asan', `${ASAN}/tests/${test}`], 300_000);
      if (isBuilt && !await this.run(`${ASAN}/tests/${test}`, [], 60_000)) return true;
    }
    if (!file.startsWith('lib/web/') || !await this.run('make', ['-s', '-j2', 'MODE=asan', 'all'], 300_000)) return false;
    return await this.firstFailedWeb(['gateway'], ASAN) !== null;
  }

  /** What of the slower tests catches it, or null. */
  async caughtSlowly(mutant) {
    const { file } = mutant;
    const concerned = [...new Set(NEAR.flatMap(([what, names]) => what.test(file) ? names : []))];
    const near = concerned.length > 0 ? concerned : ['flow', 'webhook', 'pay'];
    if (!await this.make('all', `${OUT}/fault/tracer`, `${OUT}/fault/shim.so`)) return 'the compiler';
    if (!await this.run('sh', ['tests/docs.sh', OUT], 60_000, {}, true)) return 'the README and the man page';
    const caught = await this.firstFailedWeb(near);
    if (caught) return caught;
    if (!await this.run('node', ['tests/fault/run.mjs', '--quick', ...FAULTS], 120_000, { ADMIT_OUT: OUT, POINTS: '' }, true)) return 'the fault tests';
    return await this.isCaughtBySanitizer(mutant) ? 'the sanitizers' : null;
  }
}

for (const name of new Set(NEAR.flatMap(([, names]) => names))) {
  if (!existsSync(path.join(ROOT, `tests/web/${name}.test.mjs`))) throw new Error(`there is no web test ${name}`);
}
/** Reasons for a change that nobody could make any more: the line was changed or has moved. */
const everyOne = sources.flatMap(mutantsOf);
const stale = REASONS.filter((known) => !everyOne.some((mutant) => isExcusedBy(known, mutant)));
for (const { file, after } of stale) console.log(`a reason that fits no line: ${file}: ${after}`);

const args = process.argv.slice(2);
if (args[0] === '--reasons') process.exit(stale.length === 0 ? 0 : 1);
const seed = process.env.SEED || '7';
const only = (args.includes('--only') ? args.splice(args.indexOf('--only'), 2)[1] : '').split(',');
const onlySurvivors = args[0] === '--survivors' && args.shift() !== undefined;
const wanted = onlySurvivors ? JSON.parse(readFileSync(SURVIVORS, 'utf8')) : null;
const count = wanted ? wanted.length : Number(args[0] ?? 100);

/** The mutants of this tree that are in the list: the line may have moved. */
const isWanted = (mutant) => wanted.some(({ file, before, after }) => file === mutant.file && before === mutant.before && after === mutant.after);
const mutants = wanted ? everyOne.filter(isWanted) : choose(count, seed);

reach = await reachOf(ROOT, allTests);
// A core each; a list that all of them draw from.
const copies = cpus().map((_, i) => new Copy(String(i)));
if (!await copies[0].make('all', 'tests')) throw new Error('the tree as it is does not build');
await Promise.all(copies.slice(1).map((copy) => copy.takeBuild(copies[0])));
for (const copy of copies) copy.noteObjects();
const eachDraws = (draw) => Promise.all(copies.map(draw));
const toTry = [...allTests];
await eachDraws(async (copy) => {
  while (toTry.length > 0) {
    const failed = await copy.unitTests([toTry.shift()]);
    if (failed) failing.add(failed);
  }
});
for (const test of failing) console.log(`${test} fails in the tree as it is, and is not asked`);

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
      await copy.make(`${OUT}/${objectOf(file)}`);
      continue;
    }
    console.log(`${fate ? `caught by ${fate}` : 'not caught yet'}: ${mutant.what}`);
    if (!fate) suspects.push(mutant);
  }
});
const reasonOf = (mutant) => REASONS.find((known) => isExcusedBy(known, mutant))?.why;
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
if (!onlySurvivors && only.join() === '') keep('mutants', [{ name: 'a spoilt line of the library (mutants)', points: `${tried} by seed ${seed}`, outcome: counts }], ['a spoilt line of the library (mutants)']);
const good = (tried >= count || queue.length === 0) && share >= SHARE_WANTED;
console.log(`${good ? 1 : 0} passed, ${good ? 0 : 1} failed`);
process.exitCode = good ? 0 : 1;
