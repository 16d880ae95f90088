// Runs the fault tests and prints what was tried: fault, points, outcome.
//
// usage: node run.mjs [--quick] [WORD...]   only the rows whose name has one of the words
//        --quick: every so many points; without it the results are kept for the table (table.mjs)

import disk from './disk.mjs';
import door from './door.mjs';
import errors from './errors.mjs';
import kill from './kill.mjs';
import memory from './memory.mjs';
import power from './power.mjs';
import storm from './storm.mjs';
import { keep } from './table.mjs';

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const words = args.filter((word) => !word.startsWith('--'));
const rows = [kill, door, errors, memory, power, storm, disk].flat().filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

const done = [];
let failed = 0;
for (const { name, quick: step, run } of rows) {
  const startedMs = performance.now();
  try {
    const { points, outcome } = await run({ step: quick ? step : 1, quick });
    if (points === 0) throw new Error('no point was tried');
    done.push(name);
    if (!quick) keep('fault', [{ name, points, outcome }]);
    console.log(`ok      ${name}: ${points} points, ${outcome} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
  }
}
console.log(`${done.length} passed, ${failed} failed`);
process.exitCode = failed > 0 || done.length === 0 ? 1 : 0;
