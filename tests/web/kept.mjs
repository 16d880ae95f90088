// A program that answers questions for a whole test file: to start one for each costs more than the answer. It is asked
// without letting the test go on meanwhile, as a question to a ledger should be.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const END = '-- that is all --';
const GONE = '-- it has ended --\n';

export class Kept {
  #program = null;
  #command;
  #says;

  /**
   * @param {string} command  of a shell, which reads questions
   * @param {string} says  how to have it print a line: `.print`
   */
  constructor(command, says) {
    this.#command = command;
    this.#says = says;
  }

  #start() {
    const dir = mkdtempSync(path.join(tmpdir(), 'admit-asked.'));
    execFileSync('mkfifo', [`${dir}/asked`, `${dir}/answer`]);
    // A named pipe opened for both does not wait for its other end; the program's own end hears when this process is gone.
    const to = openSync(`${dir}/asked`, 'r+'), from = openSync(`${dir}/answer`, 'r+'), wrong = openSync(`${dir}/wrong`, 'a+');
    const ends = [openSync(`${dir}/asked`, 'r'), openSync(`${dir}/answer`, 'w')];
    rmSync(dir, { recursive: true });
    spawn('sh', ['-c', `${this.#command}; echo '${GONE.trim()}'`], { stdio: [...ends, wrong] }).unref();
    ends.forEach(closeSync);
    return { to, from, wrong };
  }

  #answered({ from }) {
    const piece = Buffer.alloc(65_536);
    let said = '';
    while (!said.endsWith(`${END}\n`)) {
      said += piece.latin1Slice(0, readSync(from, piece));
      if (said.endsWith(GONE)) {
        this.#program = null;
        throw new Error('it has ended');
      }
    }
    return Buffer.from(said.slice(0, -END.length - 1), 'latin1').toString().replace(/\n$/, '');
  }

  /** What it prints, without the last end of line; throws what it has to object. */
  ask(words) {
    const program = this.#program ??= this.#start();
    writeSync(program.to, `${words}\n${this.#says} ${END}\n`);
    const said = this.#answered(program), wrong = Buffer.alloc(fstatSync(program.wrong).size);
    if (wrong.length === 0) return said;
    readSync(program.wrong, wrong, 0, wrong.length, 0);
    ftruncateSync(program.wrong);
    throw new Error(`${words}: ${wrong}`);
  }

  /** It ends when it has read the last word. */
  end() {
    if (this.#program === null) return;
    const { to, from, wrong } = this.#program;
    this.#program = null;
    [to, from, wrong].forEach(closeSync);
  }
}
