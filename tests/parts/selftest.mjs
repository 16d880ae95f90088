// The runner of parts itself, with parts that are made up, in a repository of its own: interrupted in the middle by
// SIGINT and by SIGKILL, it goes on with what is missing; a failure is told and keeps no part from being tried; what was
// measured on other sources is not taken for a current result.
//
// usage: node selftest.mjs   closes with "N passed, N failed"

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { treeOf } from './tree.mjs';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));
const PATIENCE_MS = 20_000;

/** `slow` waits until the file `go` is there; each part writes down that it ran. */
const MAKEFILE = `
ran = @echo $@ >> $(CURDIR)/build/ran
one two: ; $(ran)
broken: ; $(ran); exit 3
absent: ; $(ran); echo "skipped: no such machine"
counted: ; $(ran); echo "7 passed, 0 failed"
slow: ; $(ran); echo $$$$ > build/pid; until [ -e build/go ]; do sleep 0.05; done
`;

class Bench {
  constructor() {
    this.root = mkdtempSync(path.join(tmpdir(), 'admit-parts.'));
    this.write('Makefile', MAKEFILE);
    this.write('.gitignore', 'build/\n');
    this.write('SECURITY.md', 'a\n<!-- measured -->\nold\n<!-- end of measured -->\n');
    execFileSync('mkdir', [`${this.root}/build`]);
    this.git('init', '-q');
    this.commit();
  }

  git(...args) {
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', '-c', 'core.hooksPath=/dev/null', ...args], { cwd: this.root, stdio: 'ignore' });
  }

  commit() {
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'x');
  }

  write(name, text) {
    writeFileSync(path.join(this.root, name), text);
  }

  start(parts, env = {}) {
    const child = spawn('node', [RUN, '--root', this.root, ...parts], { env: { ...process.env, FRESH: '', POINTS: '', ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (piece) => { said += piece; });
    const over = new Promise((done) => { child.once('close', (code, signal) => done({ code, signal, said })); });
    return { child, over };
  }

  run(parts, env) {
    return this.start(parts, env).over;
  }

  /** The parts that ran since this was asked last. */
  ran() {
    const file = `${this.root}/build/ran`;
    const names = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    rmSync(file, { force: true });
    return names.join(' ');
  }

  /** Waits until the slow part runs. @returns its process */
  async slowRuns() {
    const file = `${this.root}/build/pid`;
    const isThere = () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n');
    await new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error('the slow part does not begin')), PATIENCE_MS);
      const watcher = watch(`${this.root}/build`, look);
      function look() {
        if (!isThere()) return;
        watcher.close();
        clearTimeout(timer);
        done();
      }
      look();
    });
    const pid = Number(readFileSync(file, 'utf8'));
    rmSync(file);
    return pid;
  }

  close() {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const isAlive = (pid) => {
  try {
    // A zombie is nobody's concern.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Nothing tells of the end of somebody else's process, so it is asked for. */
async function ends(pid) {
  for (const endMs = Date.now() + PATIENCE_MS; isAlive(pid);) {
    assert.ok(Date.now() < endMs, 'a part outlives its runner');
    await new Promise((done) => { setTimeout(done, 20); });
  }
}

const lastLine = (said) => said.trim().split('\n').at(-1);

const tests = {
  async 'all pass: status 0, and a second start runs none'(bench) {
    const first = await bench.run(['one', 'counted', 'two']);
    assert.equal(first.code, 0);
    assert.equal(bench.ran(), 'one counted two');
    assert.match(first.said, /^passed +counted +\d+ s +7 passed, 0 failed$/m);
    assert.match(lastLine(first.said), /^3 parts in \d+ s: 3 passed, 0 failed, 0 skipped, 0 missing$/);
    const second = await bench.run(['one', 'counted', 'two']);
    assert.equal(second.code, 0);
    assert.equal(bench.ran(), '');
    assert.match(second.said, /^passed +counted +\d+ s +7 passed, 0 failed; of an earlier start$/m);
  },
  async 'a failure is told, keeps none from being tried and is tried again'(bench) {
    const { code, said } = await bench.run(['one', 'broken', 'two']);
    assert.equal(code, 1);
    assert.equal(bench.ran(), 'one broken two');
    assert.match(said, /^failed +broken +\d+ s +status 2$/m);
    assert.match(lastLine(said), /2 passed, 1 failed, 0 skipped, 0 missing$/);
    assert.equal((await bench.run(['one', 'broken', 'two'])).code, 1);
    assert.equal(bench.ran(), 'broken');
  },
  async 'what cannot run here is skipped with its reason, and tried again'(bench) {
    const { code, said } = await bench.run(['absent', 'one']);
    assert.equal(code, 0);
    assert.match(said, /^skipped +absent +\d+ s +no such machine$/m);
    assert.match(lastLine(said), /1 passed, 0 failed, 1 skipped, 0 missing$/);
    bench.ran();
    await bench.run(['absent', 'one']);
    assert.equal(bench.ran(), 'absent');
  },
  async 'no part: nothing was shown'(bench) {
    assert.equal((await bench.run([])).code, 1);
  },
  async 'FRESH=1 begins anew'(bench) {
    await bench.run(['one', 'two']);
    bench.ran();
    assert.equal((await bench.run(['one', 'two'], { FRESH: '1' })).code, 0);
    assert.equal(bench.ran(), 'one two');
  },
  async 'FRESH=1 that is interrupted leaves nothing of before'(bench) {
    bench.write('build/go', '');
    await bench.run(['one', 'slow', 'two']);
    await bench.slowRuns();
    rmSync(`${bench.root}/build/go`);
    const { child, over } = bench.start(['one', 'slow', 'two'], { FRESH: '1' });
    await bench.slowRuns();
    child.kill('SIGTERM');
    assert.equal((await over).code, 143);
    bench.ran();
    bench.write('build/go', '');
    await bench.run(['one', 'slow', 'two']);
    assert.equal(bench.ran(), 'slow two');
  },
  async 'interrupted by SIGINT: the part ends, and the next start goes on'(bench) {
    const { child, over } = bench.start(['one', 'slow', 'two']);
    const slow = await bench.slowRuns();
    child.kill('SIGINT');
    const { code, said } = await over;
    assert.equal(code, 130);
    assert.match(lastLine(said), /1 passed, 0 failed, 0 skipped, 2 missing$/);
    assert.ok(!isAlive(slow), 'the part has ended');
    assert.equal(bench.ran(), 'one slow');
    bench.write('build/go', '');
    assert.equal((await bench.run(['one', 'slow', 'two'])).code, 0);
    assert.equal(bench.ran(), 'slow two');
  },
  async 'interrupted before a part that passed earlier: that one is not missing'(bench) {
    await bench.run(['two']);
    const { child, over } = bench.start(['slow', 'two', 'one']);
    await bench.slowRuns();
    child.kill('SIGINT');
    const { said } = await over;
    assert.match(said, /^passed +two .*of an earlier start$/m);
    assert.match(lastLine(said), /1 passed, 0 failed, 0 skipped, 2 missing$/);
    assert.equal(bench.ran(), 'two slow');
  },
  async 'killed by SIGKILL: the part ends all the same, and the next start goes on'(bench) {
    const { child, over } = bench.start(['one', 'slow', 'two']);
    const slow = await bench.slowRuns();
    child.kill('SIGKILL');
    await over;
    await ends(slow);
    assert.equal(bench.ran(), 'one slow');
    bench.write('build/go', '');
    assert.equal((await bench.run(['one', 'slow', 'two'])).code, 0);
    assert.equal(bench.ran(), 'slow two');
  },
  async 'a part that hangs is ended and has failed'(bench) {
    const { code, said } = await bench.run(['slow', 'one'], { PART_HANG_S: '1' });
    assert.equal(code, 1);
    assert.match(said, /^failed +slow +\d+ s +had to be ended: it hangs$/m);
    assert.equal(bench.ran(), 'slow one');
  },
  async 'sources that changed have no results yet, committed or not'(bench) {
    await bench.run(['one']);
    bench.ran();
    bench.write('new.c', 'int x;\n');
    const { said } = await bench.run(['one']);
    assert.match(said, /^1 parts on [0-9a-f]+ with changes \([0-9a-f]{12}\)$/m);
    assert.equal(bench.ran(), 'one');
    bench.write('new.c', 'int y;\n');
    await bench.run(['one']);
    assert.equal(bench.ran(), 'one');
    bench.commit();
    assert.match((await bench.run(['one'])).said, /^1 parts on [0-9a-f]+$/m);
    assert.equal(bench.ran(), '', 'the same contents, now committed');
    rmSync(`${bench.root}/new.c`);
    await bench.run(['one']);
    assert.equal(bench.ran(), '', 'as in the beginning');
  },
  async 'what passed with less is no result of more'(bench) {
    assert.equal((await bench.run(['one'], { POINTS: '5' })).code, 0);
    bench.ran();
    await bench.run(['one'], { POINTS: '' });
    assert.equal(bench.ran(), 'one');
    await bench.run(['one'], { POINTS: '' });
    assert.equal(bench.ran(), '');
  },
  async 'sources that change under a part: its outcome tells nothing'(bench) {
    const { over } = bench.start(['slow']);
    await bench.slowRuns();
    bench.write('new.c', 'int x;\n');
    bench.write('build/go', '');
    const { code, said } = await over;
    assert.equal(code, 1);
    assert.match(said, /^failed +slow +\d+ s +the sources changed meanwhile/m);
    rmSync(`${bench.root}/new.c`);
    bench.ran();
    await bench.run(['slow']);
    assert.equal(bench.ran(), 'slow');
  },
  async 'the table of what was measured is no change'(bench) {
    const before = treeOf(bench.root).key;
    bench.write('SECURITY.md', 'a\n<!-- measured -->\nnew\nrows\n<!-- end of measured -->\n');
    assert.equal(treeOf(bench.root).key, before);
    bench.write('SECURITY.md', 'b\n<!-- measured -->\nnew\nrows\n<!-- end of measured -->\n');
    assert.notEqual(treeOf(bench.root).key, before);
    for (const mark of ['servers', 'bench', 'bench-brief']) {
      const keys = ['old', 'new\nrows'].map((rows) => {
        bench.write('README.md', `<!-- ${mark} -->\n${rows}\n<!-- end of ${mark} -->\n`);
        return treeOf(bench.root).key;
      });
      assert.equal(keys[0], keys[1], mark);
    }
  },
};

let passed = 0, failed = 0;
await Promise.all(Object.entries(tests).map(async ([name, test]) => {
  const bench = new Bench();
  try {
    await test(bench);
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
  } finally {
    bench.close();
  }
}));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
