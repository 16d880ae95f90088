// How well the coach finds: questions.json over the lessons of tests/lessons. Recall is whether the right
// lesson is among the first three passages; those held out had no part in choosing the numbers of the search.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ROOT, admit } from './harness.mjs';
import { ON_POSTGRES, makeLedger } from './ledger.mjs';

const folder = path.join(ROOT, 'tests/lessons');
const questions = JSON.parse(readFileSync(new URL('questions.json', import.meta.url), 'utf8'));
const dir = mkdtempSync(path.join(tmpdir(), 'admit-lessons.'));
const ledger = makeLedger(dir);
after(() => { ledger.remove(); rmSync(dir, { recursive: true }); });
const env = { PATH: process.env.PATH, ADMIT_CONF: '', LOG_LEVEL: 'error', ...ledger.settings };

async function lessonsFor(question) {
  const { status, stdout, stderr } = await admit(['lessons', 'search', '--json', question], env);
  assert.equal(status, 0, `${question}: ${stderr}`);
  return JSON.parse(stdout).passages.slice(0, 3).map(({ lesson_no: no }) => (no === 0 ? 'about' : no));
}

test('the sample lessons are read', async () => {
  await admit(['import', '/dev/null'], env);
  for (const more of [[folder], ['--public', `${folder}/about`]]) {
    const { stdout } = await admit(['lessons', 'import', ...more], env);
    assert.match(stdout, more.length === 1 ? /^10 read, 0 as before/m : /^1 read/m);
  }
});

/** On PostgreSQL also as where nobody lets us have pg_trgm. */
const WAYS = ON_POSTGRES ? [', by an index', ', by reading all'] : [''];
const INDEX = "SELECT 1 FROM pg_indexes WHERE indexname = 'chunks_grams'";

/** Each kind of question with the least share that must end as it should, held out ones among them. */
for (const way of WAYS) for (const [kind, least] of [['plain', 0.95], ['inflected', 0.9], ['refuse', 0.9], ['injection', 1], ['public', 1], ['long', 0.9]]) {
  test(`${kind} questions${way}`, async () => {
    if (way === WAYS[1]) ledger.write('DROP INDEX IF EXISTS chunks_grams');
    if (ON_POSTGRES) assert.equal(ledger.sql(INDEX).length, way === WAYS[0] ? 1 : 0);
    const asked = questions.filter((one) => one.kind === kind);
    assert.ok(asked.length >= 3);
    const wrong = [];
    for (const one of asked) {
      const found = await lessonsFor(one.question);
      if (one.lesson === null ? found.length > 0 : !found.includes(one.lesson)) wrong.push({ ...one, found });
    }
    const share = (list, bad) => `${(1 - bad.length / list.length).toFixed(2)} of ${list.length}`;
    const held = (list) => list.filter(({ heldOut }) => heldOut);
    console.log(`measure: ${kind} questions${way}, right: ${share(asked, wrong)}; held out: ${share(held(asked), held(wrong))}`);
    if (process.env.ADMIT_TUNE) for (const one of wrong.filter(({ heldOut }) => !heldOut)) console.log(`  ${one.question} -> ${one.found} not ${one.lesson}`);
    assert.ok(1 - wrong.length / asked.length >= least, JSON.stringify(wrong));
  });
}

test('a second look: nothing is read anew', async () => {
  assert.match((await admit(['lessons', 'import', folder], env)).stdout, /^0 read, 10 as before, 0 refused$/m);
});
