// Runs the parts of `make check-all` one after another, each of which is a target of make, and keeps how each went under
// build/parts/, by the state of the sources and by part. What has passed on this state is not run again, so that a run
// that was interrupted goes on with what is missing. One that fails keeps no other from being tried.
//
// usage: node run.mjs [--root FOLDER] PART...   FRESH=1 in the environment: all of them anew
//        status 0: none failed; 1: some did; 130: interrupted

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { treeOf } from './tree.mjs';

/** A part that takes longer hangs. The longest should take a quarter of an hour. */
const HANG_MS = Number(process.env.PART_HANG_S ?? 2700) * 1000;

/** How much is tried may be said in the environment. What passed with less, or by another seed, is no result of this. */
const HOW = ['POINTS', 'SEED', 'FUZZ_TOTAL_S', 'FUZZ_S', 'MUTANTS', 'MUTANTS_S'];
const how = HOW.filter((name) => process.env[name]).map((name) => `${name}=${process.env[name]}`).join(' ');

/**
 * A part heads a process group of its own and takes all of it along when it is told to end, or when whoever started it
 * is gone, even by SIGKILL: nothing of a part goes on beside the next start.
 */
const HEAD = `trap 'trap "" TERM; kill -TERM 0; wait; exit 143' TERM
make --no-print-directory "$1" & wait $!`;
const startPart = (part, root) => spawn('setpriv', ['--pdeathsig', 'TERM', 'sh', '-c', HEAD, 'sh', part], {
  cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, MAKEFLAGS: '', MFLAGS: '', MAKELEVEL: '0' },
});

/** What is known of one state of the sources. */
export class Ledger {
  constructor(root, key) {
    this.folder = path.join(root, 'build/parts', key);
  }

  #file(part) {
    return path.join(this.folder, `${part}.json`);
  }

  /** @returns {{ part: string, outcome: 'passed' | 'failed' | 'skipped', seconds: number, said: string, on: string } | null} */
  of(part) {
    return existsSync(this.#file(part)) ? JSON.parse(readFileSync(this.#file(part), 'utf8')) : null;
  }

  /** Whole or not at all, however this ends. */
  note(result) {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${this.#file(result.part)}.new`, `${JSON.stringify(result)}\n`);
    renameSync(`${this.#file(result.part)}.new`, this.#file(result.part));
  }

  forget(part) {
    rmSync(this.#file(part), { force: true });
  }

  log(part) {
    mkdirSync(this.folder, { recursive: true });
    return path.join(this.folder, `${part}.log`);
  }
}

/** Runs one part, its output both shown and kept. @returns how it went */
async function runPart(part, root, ledger, stopping) {
  const startedMs = performance.now();
  const log = createWriteStream(ledger.log(part));
  const child = startPart(part, root);
  let text = '', hangs = false;
  const end = () => { try { process.kill(child.pid, 'SIGTERM'); } catch { /* it has ended */ } };
  const timer = setTimeout(() => { hangs = true; end(); }, HANG_MS);
  stopping.current = end;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      process.stdout.write(piece);
      log.write(piece);
      text = (text + piece).slice(-8192);
    });
  }
  const code = await new Promise((done) => {
    child.once('error', (error) => { text += `\n${error.message}`; done(1); });
    child.once('close', done);
  });
  clearTimeout(timer);
  stopping.current = null;
  await new Promise((done) => { log.end(done); });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const skipped = /^skipped: (.*)$/m.exec(text)?.[1];
  const counts = text.match(/^\d+ passed, \d+ failed$/gm)?.at(-1);
  if (hangs) return { part, outcome: 'failed', seconds, said: 'had to be ended: it hangs' };
  if (code !== 0) return { part, outcome: 'failed', seconds, said: counts ?? `status ${code}` };
  if (skipped) return { part, outcome: 'skipped', seconds, said: skipped };
  return { part, outcome: 'passed', seconds, said: counts ?? '' };
}

const lineOf = ({ part, outcome, seconds, said, kept }) =>
  `${outcome.padEnd(8)} ${part.padEnd(16)} ${`${seconds} s`.padStart(7)}  ${[said, kept ? 'of an earlier start' : ''].filter(Boolean).join('; ')}`;

async function runAll(parts, root) {
  const tree = treeOf(root);
  const ledger = new Ledger(root, tree.key);
  const isFresh = Boolean(process.env.FRESH) && process.env.FRESH !== '0';
  if (isFresh) for (const part of parts) ledger.forget(part);
  const stopping = { current: null, signal: null };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stopping.signal ??= signal;
      stopping.current?.();
    });
  }
  console.log(`${parts.length} parts on ${tree.name}${how ? `, ${how}` : ''}`);
  const results = [];
  for (const part of parts) {
    const known = ledger.of(part);
    if (known?.outcome === 'passed' && known.how === how) {
      results.push({ ...known, kept: true });
      continue;
    }
    if (stopping.signal) continue;
    console.log(`== make ${part}`);
    const result = await runPart(part, root, ledger, stopping);
    if (stopping.signal) continue;
    if (treeOf(root).key !== tree.key) {
      Object.assign(result, { outcome: 'failed', said: 'the sources changed meanwhile, so that it tells nothing' });
    } else {
      ledger.note({ ...result, how, on: tree.name, at: new Date().toISOString() });
    }
    results.push(result);
  }
  const n = (outcome) => results.filter((one) => one.outcome === outcome).length;
  const missing = parts.filter((part) => !results.some((result) => result.part === part));
  console.log(`\nparts on ${tree.name}:`);
  for (const result of results) console.log(lineOf(result));
  for (const part of missing) console.log(`missing  ${part}`);
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  console.log(`${parts.length} parts in ${total} s: ${n('passed')} passed, ${n('failed')} failed, ${n('skipped')} skipped, ${missing.length} missing`);
  if (stopping.signal) return 128 + constants.signals[stopping.signal];
  return n('failed') > 0 || results.length === 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const root = args[0] === '--root' ? path.resolve(args.splice(0, 2)[1]) : fileURLToPath(new URL('../..', import.meta.url));
  process.exitCode = await runAll(args, root.replace(/\/$/, ''));
}
