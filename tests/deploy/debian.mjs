// A plain Debian in a folder: entered by chroot, with processes and mounts of its own, which end with it, and the
// network of this machine, so that what it serves and whom it calls is reached on loopback.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, ended } from '../web/harness.mjs';

const HOME = path.join(ROOT, 'build/deploy');
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PATIENCE_MS = 300_000;

/** What lets a machine behind a proxy reach Debian's archive. */
export const PROXIES = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));

/** Mounts what a system needs, then stays as its first process, which reaps, until its input ends. */
const INIT = `set -e
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/run"
mount -t tmpfs tmpfs "$1/dev/shm"
mount --bind "$2/archives" "$1/var/cache/apt/archives"
trap "" CHLD
echo ready
exec cat`;

export class Debian {
  #init;
  #pid; // of the first process, seen from here

  /** @param {import('node:test').TestContext} t which ends it */
  static async create(t, packages = []) {
    const debian = new Debian();
    t.after(() => debian.#end());
    await debian.#start();
    if (packages.length > 0) await debian.apt('install', ...packages);
    return debian;
  }

  constructor() {
    this.path = mkdtempSync(path.join(HOME, 'root.'));
    execFileSync('cp', ['-a', '--reflink=auto', `${HOME}/base/.`, this.path]);
    for (const file of ['/etc/resolv.conf', '/etc/hosts']) copyFileSync(file, this.in(file));
    // As in a container: nothing that is installed starts by itself.
    this.write('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
  }

  async #start() {
    const options = { stdio: ['pipe', 'pipe', 'inherit'] };
    this.#init = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', INIT, 'sh', this.path, HOME], options);
    await new Promise((done, fail) => {
      this.#init.stdout.once('data', done);
      this.#init.once('exit', () => fail(new Error('no namespaces')));
    });
    const { pid } = this.#init;
    this.#pid = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  }

  async #end() {
    this.#init.stdin.end();
    await ended(this.#init);
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Where a file of this Debian lies. */
  in(file) {
    return path.join(this.path, file);
  }

  write(file, text, mode = 0o644) {
    mkdirSync(path.dirname(this.in(file)), { recursive: true });
    writeFileSync(this.in(file), text, { mode });
  }

  append(file, text) {
    appendFileSync(this.in(file), text);
  }

  read(file) {
    return readFileSync(this.in(file), 'utf8');
  }

  /** Copies a file or folder of ours into it. */
  put(from, to) {
    cpSync(from, this.in(to), { recursive: true });
  }

  #command(argv, { user = 'root', env = {}, cwd = '/' } = {}) {
    const variables = Object.entries({ PATH, LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ...env });
    const as = user === 'root' ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
    return ['-t', this.#pid, '-m', '-p', 'chroot', this.path, 'env', '-i', '-C', cwd,
      ...variables.map(([name, value]) => `${name}=${value}`), ...as, ...argv];
  }

  /** Runs a command to its end: { status, stdout, stderr }. */
  tries(argv, options = {}) {
    return new Promise((done) => {
      execFile('nsenter', this.#command(argv, options), { timeout: PATIENCE_MS, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
        done({ status: error ? error.code ?? 'killed' : 0, stdout, stderr }));
    });
  }

  /** The same, which must succeed: what it said on standard output. */
  async run(argv, options) {
    const { status, stdout, stderr } = await this.tries(argv, options);
    if (status !== 0) throw new Error(`${argv.join(' ')}: ${status}\n${stdout}\n${stderr}`);
    return stdout;
  }

  sh(script, options) {
    return this.run(['sh', '-euc', script], options);
  }

  /** Starts what goes on until this Debian ends; both its outputs go into a file of it. */
  start(argv, log, options) {
    const shell = ['sh', '-c', `exec "$@" >> ${log} 2>&1`, 'sh', ...argv];
    return spawn('nsenter', this.#command(shell, options), { stdio: 'ignore' });
  }

  async apt(verb, ...words) {
    const env = Object.fromEntries(PROXIES);
    await this.run(['apt-get', '-qq', 'update'], { env });
    await this.run(['apt-get', '-qq', '-y', '--no-install-recommends', verb, ...words], { env });
  }
}
