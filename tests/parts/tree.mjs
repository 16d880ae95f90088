// Which state of the sources something was measured on: a result of another one is never taken for a current one.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const UNNAMED = ['build', 'node_modules', '.git'];
/** Tables that are written by what they tell of: putting one in changes nothing that was measured. */
const MEASURED = /(<!-- (measured|servers|bench|bench-brief) -->).*?(?=<!-- end of \2 -->)/gs;

const git = (root, ...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] });

/** The files that count. Without git, as in an unpacked archive, all but what is built. */
function filesOf(root) {
  if (existsSync(path.join(root, '.git'))) return git(root, 'ls-files', '-z', '-co', '--exclude-standard').split('\0').filter(Boolean);
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    .map((one) => path.relative(root, path.join(one.path, one.name)))
    .filter((name) => !name.split('/').some((part) => UNNAMED.includes(part)));
}

function contentOf(file) {
  const bytes = readFileSync(file);
  return file.endsWith('.md') ? bytes.toString().replace(MEASURED, '$1') : bytes;
}

/** What a person calls this state: the commit, and whether there is more than the commit. */
function nameOf(root, key) {
  if (!existsSync(path.join(root, '.git'))) return `no commit (${key})`;
  const commit = git(root, 'log', '-1', '--format=%h').trim();
  return git(root, 'status', '--porcelain') === '' ? commit : `${commit} with changes (${key})`;
}

/** @returns {{ key: string, name: string }} `key` follows from all contents, committed or not, without the tables of what was measured */
export function treeOf(root) {
  const all = createHash('sha256');
  for (const name of [...new Set(filesOf(root))].sort()) {
    const file = path.join(root, name);
    if (existsSync(file)) all.update(`${name}\0`).update(createHash('sha256').update(contentOf(file)).digest());
  }
  const key = all.digest('hex').slice(0, 12);
  return { key, name: nameOf(root, key) };
}
