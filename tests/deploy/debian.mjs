// A plain Debian in a folder: entered by chroot, with processes and mounts of its own, which end with it, and the
// network of this machine, so that what it serves and whom it calls is reached on loopback.

import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync, copyFileSync, cpSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync,
  renameSync, rmSync, writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ROOT, ended, until } from '../web/harness.mjs';

const HOME = path.join(ROOT, 'build/deploy');
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ARCHIVES = '/var/cache/apt/archives';
const PATIENCE_MS = 300_000;

/** What lets a machine behind a proxy reach Debian's archive. */
export const PROXIES = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));

/** Mounts what a system needs, then stays as its first process, which reaps, until its input ends. */
const INIT = `set -e
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/run"
mount -t tmpfs tmpfs "$1/dev/shm"
trap "" CHLD
echo ready
exec chroot "$1" cat`;

/** Where processes are put in groups of the kind that a systemd needs for itself. */
const GROUPS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((place) => existsSync(`${place}/cgroup.procs`));

/** Boots: the folder becomes a machine's root, systemd its first process. */
const BOOT = `set -e
cd "$1"
mount --bind . .
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  : > dev/$device
  mount --bind /dev/$device dev/$device
done
mkdir -p dev/shm dev/pts .old
mount -t tmpfs tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
hostname debian
pivot_root . .old
exec chroot . sh -c 'umount -l /.old; exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target'`;

/** Ends the booted system when the input ends, however the test does: unshare passes on nothing but its own death. */
const WATCH = `mkdir "$2" && echo $$ > "$2/cgroup.procs"
unshare --mount --pid --cgroup --uts --ipc --fork --kill-child sh -c "$3" sh "$1" &
echo $!
cat > /dev/null
kill -KILL $!
wait`;

const childOf = (pid) => until(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim(), 10_000, 'the first process');

export class Debian {
  #init;
  #pid; // of the first process, seen from here
  #group; // of a booted one

  /** @param {import('node:test').TestContext} t which ends it */
  static async create(t, packages = []) {
    const debian = new Debian();
    t.after(() => debian.#end());
    await debian.#start();
    if (packages.length > 0) await debian.apt('install', ...packages);
    return debian;
  }

  constructor() {
    this.path = mkdtempSync(path.join(process.env.ADMIT_ROOTS ?? HOME, 'root.'));
    execFileSync('cp', ['-a', '--reflink=auto', `${HOME}/base/.`, this.path]);
    // What was fetched before is not fetched again.
    for (const name of readdirSync(`${HOME}/archives`)) linkSync(`${HOME}/archives/${name}`, path.join(this.in(ARCHIVES), name));
    for (const file of ['/etc/resolv.conf', '/etc/hosts']) copyFileSync(file, this.in(file));
    // As in a container: nothing that is installed starts by itself.
    this.write('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
  }

  async #start() {
    const options = { stdio: ['pipe', 'pipe', 'inherit'] };
    this.#init = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', INIT, 'sh', this.path], options);
    await this.#said();
    this.#pid = await childOf(this.#init.pid);
    // Before that, what is run in it would be run in this machine's own root.
    await until(() => readlinkSync(`/proc/${this.#pid}/root`) === realpathSync(this.path), 10_000, 'it is in its root');
  }

  #said() {
    return new Promise((done, fail) => {
      this.#init.stdout.once('data', (text) => done(String(text).trim()));
      this.#init.once('exit', () => fail(new Error('no namespaces')));
    });
  }

  /** Whether boot() can be had here. */
  static canBoot() {
    return GROUPS !== undefined;
  }

  /** From now on it runs as a machine does, with systemd; what was started in it ends. */
  async boot() {
    await this.#stop();
    rmSync(this.in('/usr/sbin/policy-rc.d')); // a machine's services do start
    this.#group = path.join(GROUPS, path.basename(this.path));
    this.#init = spawn('sh', ['-c', WATCH, 'sh', this.path, this.#group, BOOT], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#pid = await childOf(await this.#said());
    await until(async () => /^(running|degraded)/.test((await this.tries(['systemctl', 'is-system-running'])).stdout), 60_000, 'systemd is up');
  }

  async #stop() {
    this.#init.stdin.end();
    await ended(this.#init);
    if (!this.#group) return;
    await until(() => readFileSync(`${this.#group}/cgroup.events`, 'utf8').includes('populated 0'), 20_000, 'all have ended');
    execFileSync('find', [this.#group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
  }

  async #end() {
    await this.#stop();
    const fetched = this.in(ARCHIVES);
    for (const name of readdirSync(fetched).filter((file) => file.endsWith('.deb'))) renameSync(path.join(fetched, name), `${HOME}/archives/${name}`);
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Where a file of this Debian lies; a link that leads from there to a file of ours is an error. */
  in(file) {
    const there = path.join(this.path, file);
    for (let at = there; at !== this.path; at = path.dirname(at)) {
      const isLink = lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink();
      if (isLink && path.isAbsolute(readlinkSync(at))) throw new Error(`${at} is a link out of the test's Debian`);
    }
    return there;
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
    return ['-t', this.#pid, '-m', '-p', '-r', '-w', 'env', '-i', '-C', cwd,
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
