// Runs the fault tests, several rows at once in as many processes, and prints what was tried: fault, points, outcome.
// Of each row's points it takes as many as a quarter of an hour for a group has room for, drawn by a seed
// (sample.mjs); the same seed draws the same ones again.
//
// usage: node run.mjs [--quick] [--group GROUP] [WORD...]   only the rows whose name has one of the words
//        --quick: few points, always the same; without it the results are kept for the table (table.mjs)
//        POINTS=all (or so many) and SEED=... in the environment; the seed follows from the sources otherwise

import { fork } from 'node:child_process';
import { constants, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { treeOf } from '../parts/tree.mjs';
import disk from './disk.mjs';
import door from './door.mjs';
import errors from './errors.mjs';
import kill from './kill.mjs';
import memory from './memory.mjs';
import power from './power.mjs';
import rush from './rush.mjs';
import { Sample } from './sample.mjs';
import storm from './storm.mjs';
import { keep } from './table.mjs';

const GROUPS = { kill: [kill, door].flat(), errors, memory, rest: [power, storm, rush, disk].flat() };
const ROWS = Object.values(GROUPS).flat();
const NAMES = ROWS.map(({ name }) => name);
const POINTS = 450;

/** One row, in this process. @returns what its parent is told: { name, points, outcome, s } or { name, error } */
async function tried({ name, quick: few, run }, { quick, points, seed }) {
  const startedMs = performance.now();
  try {
    const sample = new Sample({ points: quick ? few : points, seed, name });
    const told = await run({ sample, quick });
    if (told.points === 0) throw new Error('no point was tried');
    return { name, points: told.points, outcome: told.outcome, s: ((performance.now() - startedMs) / 1000).toFixed(1) };
  } catch (error) {
    return { name, error: error.stack };
  }
}

/** A process that tries rows, one after another; one in which a row failed is not asked again. */
class Bench {
  #child = null;

  #begin(how) {
    this.#child = fork(fileURLToPath(import.meta.url), ['--rows'], { env: { ...process.env, FAULT_HOW: JSON.stringify(how) } });
    const child = this.#child;
    const end = () => child.kill();
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
  }

  /** @returns what tried() says of the row of that name */
  async tried(name, how) {
    if (!this.#child) this.#begin(how);
    const told = await new Promise((done) => {
      const child = this.#child;
      const ended = () => done({ name, error: 'its process ended without a word' });
      child.once('exit', ended);
      child.once('message', (said) => {
        child.off('exit', ended);
        done(said);
      });
      child.send(name);
    });
    if (told.error) this.end();
    return told;
  }

  end() {
    if (this.#child?.connected) this.#child.disconnect();
    this.#child = null;
  }
}

async function runAll(rows, how) {
  // The long ones first, so that none is left alone in the end.
  const queue = [...rows.filter(({ isLong }) => isLong), ...rows.filter(({ isLong }) => !isLong)].map(({ name }) => name);
  const done = [];
  let failed = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(128 + constants.signals[signal]));
  console.log(`${rows.length} rows; ${how.points === Infinity ? 'all points' : `points drawn by seed ${how.seed}`}`);
  const lane = async () => {
    const bench = new Bench();
    while (queue.length > 0) {
      const { name, points, outcome, s, error } = await bench.tried(queue.shift(), how);
      if (error) {
        failed += 1;
        console.log(`FAILED  ${name} (seed ${how.seed}): ${error}`);
        continue;
      }
      done.push(name);
      if (!how.quick) keep('fault', [{ name, points, outcome }], NAMES);
      console.log(`ok      ${name}: ${points} points, ${outcome} (${s} s)`);
    }
    bench.end();
  };
  // Twice as many as there are cores: a row mostly waits for the program that it spoils.
  await Promise.all(Array.from({ length: 2 * cpus().length }, lane));
  console.log(`${done.length} passed, ${failed} failed`);
  process.exitCode = failed > 0 || done.length === 0 ? 1 : 0;
}

function howFrom(quick) {
  const points = process.env.POINTS || String(POINTS);
  if (!/^(all|[1-9]\d*)$/.test(points)) throw new Error(`POINTS is a number or all: ${points}`);
  const seed = process.env.SEED || (quick ? 'always' : treeOf(fileURLToPath(new URL('../..', import.meta.url))).key);
  return { quick, points: points === 'all' ? Infinity : Number(points), seed };
}

const args = process.argv.slice(2);
if (process.send) {
  const how = JSON.parse(process.env.FAULT_HOW);
  how.points ??= Infinity; // which JSON does not have
  process.on('message', async (name) => process.send(await tried(ROWS.find((row) => row.name === name), how)));
  process.once('disconnect', () => process.exit());
} else {
  const quick = args.includes('--quick');
  const at = args.indexOf('--group');
  const among = at < 0 ? ROWS : GROUPS[args.splice(at, 2)[1]];
  const words = args.filter((word) => !word.startsWith('--'));
  await runAll(among.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word))), howFrom(quick));
}
