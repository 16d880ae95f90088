// One sqlite3 program for all the questions of a test file: to start one for each costs more than the answer. It opens
// the ledger anew for every question and closes it after, as one would that is started for it.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const END = '-- that is all --\n';
const GONE = '-- sqlite3 has ended --\n';

let program = null;

function start() {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-sqlite.'));
  execFileSync('mkfifo', [`${dir}/asked`, `${dir}/answer`]);
  // A named pipe opened for both does not wait for its other end; the program's own end hears when this process is gone.
  const to = openSync(`${dir}/asked`, 'r+'), from = openSync(`${dir}/answer`, 'r+'), wrong = openSync(`${dir}/wrong`, 'a+');
  const ends = [openSync(`${dir}/asked`, 'r'), openSync(`${dir}/answer`, 'w')];
  rmSync(dir, { recursive: true });
  spawn('sh', ['-c', `sqlite3 -batch; echo '${GONE.trim()}'`], { stdio: [...ends, wrong] }).unref();
  ends.forEach(closeSync);
  return { to, from, wrong };
}

function answered() {
  const piece = Buffer.alloc(65_536);
  let said = '';
  while (!said.endsWith(END)) {
    said += piece.latin1Slice(0, readSync(program.from, piece));
    if (said.endsWith(GONE)) throw new Error('sqlite3 has ended');
  }
  return Buffer.from(said.slice(0, -END.length), 'latin1').toString().replace(/\n$/, '');
}

/** What sqlite3 prints for a statement or several, without the last end of line; throws what it has to object. */
export function sqlite(file, statement, { readonly = false } = {}) {
  program ??= start();
  writeSync(program.to, `.open ${readonly ? '-readonly ' : ''}"${file}"\n.timeout 5000\n${statement}\n;\n.open :memory:\n.print ${END}`);
  const said = answered(), wrong = Buffer.alloc(fstatSync(program.wrong).size);
  if (wrong.length === 0) return said;
  readSync(program.wrong, wrong, 0, wrong.length, 0);
  ftruncateSync(program.wrong);
  throw new Error(`${statement}: ${wrong}`);
}
