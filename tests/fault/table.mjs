// The closing table: fault, points tried, outcome, as the fault tests, some of the web tests, the fuzzers, valgrind, the
// timing test and the mutants measured them last; and how long the parts of `make check-all` took. It says of which
// sources its rows are.
//
// usage: node table.mjs [--write]      --write puts it into SECURITY.md
//        node table.mjs --keep SUITE   keeps the rows on stdin: name, points, outcome, tabs between, of a suite

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { treeOf } from '../parts/tree.mjs';

const ROOT = new URL('../../', import.meta.url);
const RESULTS = new URL('build/results/', ROOT);
const FILE = new URL('SECURITY.md', ROOT);
const [BEGIN, END] = ['<!-- measured -->', '<!-- end of measured -->'];
const SUITES = ['fault', 'upgrade', 'restore', 'scenarios', 'year', 'reversals', 'fuzz', 'valgrind', 'timing', 'mutants'];

const fileOf = (suite) => new URL(`${suite}.tsv`, RESULTS);

/** The sources as they were when this program began. */
const tree = treeOf(fileURLToPath(ROOT));

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {number | string} points
 * @property {string} outcome
 * @property {string} [key] the sources that it was measured on, and what a person calls them
 * @property {string} [on]
 */

/** @returns {Row[]} */
function read(suite) {
  if (!existsSync(fileOf(suite))) return [];
  return readFileSync(fileOf(suite), 'utf8').split('\n').filter(Boolean).map((line) => {
    const [name, points, outcome, key, on] = line.split('\t');
    return { name, points, outcome, key, on };
  });
}

/**
 * Keeps what was measured; a row replaces the one of its name, the others stay where they are.
 * @param {Row[]} rows
 * @param {string[]} [names] the rows that the suite has, in their order: others are of yesterday
 */
export function keep(suite, rows, names) {
  if (path.basename(process.env.ADMIT_OUT ?? '') === 'asan') return; // where less is tried than without sanitizers
  mkdirSync(RESULTS, { recursive: true });
  const measured = rows.map((row) => ({ ...row, key: tree.key, on: tree.name }));
  const all = new Map([...read(suite), ...measured].map((row) => [row.name, row]));
  const kept = names ? names.flatMap((name) => all.get(name) ?? []) : [...all.values()];
  writeFileSync(fileOf(suite), kept.map((row) => `${[row.name, row.points, row.outcome, row.key, row.on].join('\t')}\n`).join(''));
}

const isCurrent = ({ key }) => key === tree.key;
const pointsText = (points) => /^\d+$/.test(points) ? Number(points).toLocaleString('en') : points;

/** How the parts of `make check-all` went on these sources. */
function parts() {
  const folder = new URL(`build/parts/${tree.key}/`, ROOT);
  if (!existsSync(folder)) return [];
  const all = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
  return all.sort((a, b) => a.at < b.at ? -1 : 1);
}

function partsTable() {
  const all = parts();
  if (all.length === 0) return [];
  const total = all.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    '', '| part of `make check-all` | seconds | outcome |', '|---|---|---|',
    ...all.map(({ part, how, seconds, outcome, said }) => `| ${[part, how].filter(Boolean).join(' ')} | ${seconds} | ${outcome}${said ? `: ${said}` : ''} |`),
    `| together | ${total.toLocaleString('en')} | ${all.filter(({ outcome }) => outcome === 'passed').length} of ${all.length} passed |`,
  ];
}

function table() {
  const rows = SUITES.flatMap(read);
  const old = rows.filter((row) => !isCurrent(row));
  return [
    '| fault | points tried | outcome |', '|---|---|---|',
    ...rows.map((row) => `| ${row.name} | ${pointsText(row.points)} | ${row.outcome}${isCurrent(row) ? '' : ` (of ${row.on ?? 'an earlier commit'})`} |`),
    '',
    old.length === 0 ? `All rows are of ${tree.name}.` : `${rows.length - old.length} of ${rows.length} rows are of ${tree.name}; the others say of what they are.`,
    ...partsTable(),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--keep');
  if (at > 0) {
    const rows = readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t'));
    keep(process.argv[at + 1], rows.map(([name, points, outcome]) => ({ name, points, outcome })), rows.map(([name]) => name));
  } else {
    console.log(table());
  }
  if (process.argv.includes('--write')) {
    const text = readFileSync(FILE, 'utf8');
    const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
    writeFileSync(FILE, `${text.slice(0, from)}\n${table()}\n${text.slice(to)}`);
  }
}
