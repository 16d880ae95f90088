// Which unit tests reach a line, and how long each takes: counted once, by gcov, with a build of its own.

import { execFile } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';

const PATIENCE_MS = 60_000;

const run = (program, args, options) => new Promise((done) => {
  execFile(program, args, { maxBuffer: 1 << 28, ...options }, (error, stdout) => done({ error, stdout }));
});

/** Runs a test with its counts in a folder of its own. @returns {Promise<{ ms: number, lines: string[], known: string[] }>} */
async function counted(root, test, folder) {
  mkdirSync(folder, { recursive: true });
  const startedMs = performance.now();
  await run(path.join(root, 'build/coverage/tests', test), [], { cwd: root, timeout: PATIENCE_MS, env: { ...process.env, GCOV_PREFIX: folder } });
  const ms = performance.now() - startedMs;
  const counts = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.gcda')).map((name) => path.join(folder, name));
  for (const file of counts) {
    const notes = file.replace(/gcda$/, 'gcno');
    linkSync(notes.slice(folder.length), notes);
  }
  const { stdout } = counts.length > 0 ? await run('gcov', ['--json-format', '--stdout', ...counts], { cwd: root }) : { stdout: '' };
  const lines = [], known = [];
  for (const { files } of stdout.split('\n').filter(Boolean).map(JSON.parse)) {
    for (const { file, lines: some } of files.filter(({ file: name }) => name.startsWith('lib/'))) {
      for (const { line_number: number, count } of some) {
        known.push(`${file}:${number}`);
        if (count > 0) lines.push(`${file}:${number}`);
      }
    }
  }
  return { ms, lines, known };
}

/**
 * @param {string} root
 * @param {string[]} tests their names
 * @returns {Promise<{ msOf: Map<string, number>, of: (file: string, line: number) => string[],
 *   ofAny: (places: { file: string, number: number }[]) => string[] }>} `of`: those that reach the line, the quickest first;
 *   where no code belongs to the line, those that reach any of its file, or all; `ofAny`: those that reach one of the lines
 */
export async function reachOf(root, tests) {
  const folder = path.join(root, 'build/mutants/reach');
  rmSync(folder, { recursive: true, force: true });
  const { error } = await run('make', ['-s', '-j2', 'OUT=build/coverage', 'CC=gcc', 'OPT=-O0 -g --coverage', 'tests'], { cwd: root });
  if (error) throw error;
  const queue = tests.filter((test) => existsSync(path.join(root, 'build/coverage/tests', test)));
  const msOf = new Map(), byLine = new Map(), byFile = new Map(), known = new Set();
  const add = (map, key, test) => map.set(key, (map.get(key) ?? new Set()).add(test));
  await Promise.all(cpus().map(async () => {
    while (queue.length > 0) {
      const test = queue.shift();
      const told = await counted(root, test, path.join(folder, test));
      msOf.set(test, told.ms);
      for (const line of told.known) known.add(line);
      for (const line of told.lines) {
        add(byLine, line, test);
        add(byFile, line.slice(0, line.indexOf(':')), test);
      }
    }
  }));
  const quickestFirst = (some) => [...some].sort((a, b) => (msOf.get(a) ?? 0) - (msOf.get(b) ?? 0));
  const reaching = ({ file, number }) => known.has(`${file}:${number}`) ? byLine.get(`${file}:${number}`) ?? [] : byFile.get(file) ?? tests;
  return {
    msOf,
    of: (file, number) => quickestFirst(reaching({ file, number })),
    ofAny: (places) => quickestFirst(new Set(places.flatMap((place) => [...reaching(place)]))),
  };
}
