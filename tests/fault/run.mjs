// Runs the fault tests, several rows at once, each in a process of its own, and prints what was tried: fault, points,
// outcome.
//
// usage: node run.mjs [--quick] [WORD...]   only the rows whose name has one of the words
//        --quick: every so many points; without it the results are kept for the table (table.mjs)

import { fork } from 'node:child_process';
import { constants, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import disk from './disk.mjs';
import door from './door.mjs';
import errors from './errors.mjs';
import kill from './kill.mjs';
import memory from './memory.mjs';
import power from './power.mjs';
import storm from './storm.mjs';
import { keep } from './table.mjs';

const ROWS = [kill, door, errors, memory, power, storm, disk].flat();
const NAMES = ROWS.map(({ name }) => name);

/** One row, in this process. @returns what its parent is told: { name, points, outcome, s } or { name, error } */
async function tried({ name, quick: step, run }, quick) {
  const startedMs = performance.now();
  try {
    const { points, outcome } = await run({ step: quick ? step : 1, quick });
    if (points === 0) throw new Error('no point was tried');
    return { name, points, outcome, s: ((performance.now() - startedMs) / 1000).toFixed(1) };
  } catch (error) {
    return { name, error: error.stack };
  }
}

/** The same in a process of its own. */
const triedApart = (name, quick) => new Promise((done) => {
  const child = fork(fileURLToPath(import.meta.url), quick ? ['--quick', name] : [name]);
  let told = { name, error: 'its process ended without a word' };
  child.on('message', (message) => { told = message; });
  child.once('exit', () => done(told));
  const end = () => child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
});

async function runAll(rows, quick) {
  // The long ones first, so that none is left alone in the end.
  const queue = [...rows.filter(({ isLong }) => isLong), ...rows.filter(({ isLong }) => !isLong)].map(({ name }) => name);
  const done = [];
  let failed = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(128 + constants.signals[signal]));
  const lane = async () => {
    while (queue.length > 0) {
      const { name, points, outcome, s, error } = await triedApart(queue.shift(), quick);
      if (error) {
        failed += 1;
        console.log(`FAILED  ${name}: ${error}`);
        continue;
      }
      done.push(name);
      if (!quick) keep('fault', [{ name, points, outcome }], NAMES);
      console.log(`ok      ${name}: ${points} points, ${outcome} (${s} s)`);
    }
  };
  // Twice as many as there are cores: a row mostly waits for the program that it spoils.
  await Promise.all(Array.from({ length: 2 * cpus().length }, lane));
  console.log(`${done.length} passed, ${failed} failed`);
  process.exitCode = failed > 0 || done.length === 0 ? 1 : 0;
}

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const words = args.filter((word) => !word.startsWith('--'));
if (process.send) {
  process.send(await tried(ROWS.find(({ name }) => name === words[0]), quick), () => process.disconnect());
} else {
  await runAll(ROWS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word))), quick);
}
