// The closing table: fault, points tried, outcome, as the fault tests, some of the web tests, the fuzzers, valgrind, the
// timing test and the mutants measured them last.
//
// usage: node table.mjs [--write]   --write puts it into SECURITY.md

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RESULTS = new URL('../../build/results/', import.meta.url);
const FILE = new URL('../../SECURITY.md', import.meta.url);
const [BEGIN, END] = ['<!-- measured -->', '<!-- end of measured -->'];

const fileOf = (suite) => new URL(`${suite}.tsv`, RESULTS);

/** @returns {{ name: string, points: number, outcome: string }[]} */
function read(suite) {
  if (!existsSync(fileOf(suite))) return [];
  return readFileSync(fileOf(suite), 'utf8').split('\n').filter(Boolean).map((line) => {
    const [name, points, outcome] = line.split('\t');
    return { name, points: Number(points), outcome };
  });
}

/**
 * Keeps what was measured; a row replaces the one of its name, the others stay where they are.
 * @param {string[]} [names] the rows that the suite has, in their order: others are of yesterday
 */
export function keep(suite, rows, names) {
  mkdirSync(RESULTS, { recursive: true });
  const all = new Map([...read(suite), ...rows].map((row) => [row.name, row]));
  const kept = names ? names.flatMap((name) => all.get(name) ?? []) : [...all.values()];
  writeFileSync(fileOf(suite), kept.map(({ name, points, outcome }) => `${name}\t${points}\t${outcome}\n`).join(''));
}

function table() {
  const rows = ['fault', 'upgrade', 'restore', 'scenarios', 'reversals', 'fuzz', 'valgrind', 'timing', 'mutants'].flatMap(read);
  const lines = rows.map(({ name, points, outcome }) => `| ${name} | ${points.toLocaleString('en')} | ${outcome} |`);
  return ['| fault | points tried | outcome |', '|---|---|---|', ...lines].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(table());
  if (process.argv.includes('--write')) {
    const text = readFileSync(FILE, 'utf8');
    const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
    writeFileSync(FILE, `${text.slice(0, from)}\n${table()}\n${text.slice(to)}`);
  }
}
