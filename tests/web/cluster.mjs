// PostgreSQL servers of a test's own, to be killed, followed and promoted; and a proxy before one, which cuts the
// connection at the word that the test names. Each lies in a temporary folder and is reached by a socket there.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { sleep } from './harness.mjs';

const run = promisify(execFile);

/** The newest that is here, as tests/postgres.sh finds it. */
const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort((a, b) => b - a) : [];
const BIN = ['/usr/local/pgsql/bin', ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`)].reverse()
  .find((folder) => existsSync(`${folder}/initdb`)) ?? '';

/** It refuses to run as root. */
const AS = process.getuid() === 0 ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', '--'] : [];
const argv = (name, ...args) => [...AS, path.join(BIN, name), ...args];

/** What an ordinary server does: what it has said is on the disk. Its shared memory goes with its folder, however it ends. */
const ORDINARY = {
  fsync: 'on', synchronous_commit: 'on', listen_addresses: '', max_connections: '60', hot_standby: 'on', wal_level: 'replica',
  dynamic_shared_memory_type: 'mmap',
};

const isGone = (pid) => !existsSync(`/proc/${pid}`);

export class Server {
  #server = null;
  /** Whose view of the disks has a small one. */
  #holder = null;

  /** Whether there is a PostgreSQL to start one of. */
  static isHere = BIN !== '';

  /** An empty one, not yet started. */
  static async make() {
    const server = new Server();
    server.#folder();
    await server.#run('initdb', '-D', server.data, '-U', 'admit', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8');
    return server;
  }

  #folder() {
    this.dir = mkdtempSync('/tmp/admit-pg.');
    if (AS.length > 0) execFileSync('chown', ['nobody', this.dir]);
    this.data = `${this.dir}/data`;
  }

  async #run(name, ...args) {
    const [program, ...rest] = argv(name, ...args);
    await run(program, rest, { cwd: this.dir, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  }

  /** @param {Record<string, string>} [settings] beside the ordinary ones */
  async start(settings = {}) {
    const words = Object.entries({ ...ORDINARY, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const inside = this.#holder ? ['nsenter', '-t', String(this.#holder.pid), '-m', '--'] : [];
    const [program, ...rest] = [...inside, ...argv('postgres', '-D', this.data, '-k', this.dir, ...words)];
    const log = openSync(`${this.dir}/log`, 'a');
    this.#server = spawn(program, rest, { cwd: this.dir, stdio: ['ignore', log, log] });
    for (let tries = 0; !await this.isUp(); tries += 1) {
      if (this.#server.exitCode !== null || tries > 600) throw new Error(readFileSync(`${this.dir}/log`, 'utf8'));
      await sleep(50);
    }
  }

  /** Before the start, by root alone: its data on a disk of that size ("120m"), which fill() leaves no room on. */
  async onSmallDisk(size) {
    const at = `${this.dir}/disk`;
    this.#holder = spawn('unshare', ['-m', 'sh', '-c',
      `mkdir ${at} && mount -t tmpfs -o size=${size} none ${at} && cp -a ${this.data} ${at}/ && echo up && exec cat`], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(this.#holder.stdout, 'data');
    this.data = `${at}/data`;
  }

  /** With `isFull` false there is room again. */
  fill(isFull = true) {
    const file = `/proc/${this.#holder.pid}/root${this.dir}/disk/filler`;
    if (!isFull) {
      rmSync(file);
      return;
    }
    const to = openSync(file, 'w');
    for (const size of [1 << 20, 4096]) {
      try { for (;;) writeSync(to, Buffer.alloc(size, 1)); } catch (e) { if (e.code !== 'ENOSPC') throw e; }
    }
    closeSync(to);
  }

  async isUp() {
    return run(path.join(BIN, 'pg_isready'), ['-q', '-h', this.dir, '-U', 'admit', '-d', 'postgres']).then(() => true, () => false);
  }

  get pid() {
    return this.#server.pid;
  }

  /** SIGQUIT: at once, without a word to anybody. SIGKILL: so, too, and its children follow when they see it. */
  async end(signal) {
    if (this.#server === null || this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const over = once(this.#server, 'exit');
    this.#server.kill(signal);
    await over;
    while (!children.every(isGone)) await sleep(20);
  }

  /** What it has said so far. */
  log() {
    return readFileSync(`${this.dir}/log`, 'utf8');
  }

  /** A second server that follows this one. */
  async follower() {
    const other = new Server();
    other.#folder();
    await other.#run('pg_basebackup', '-h', this.dir, '-U', 'admit', '-D', other.data, '-R', '-X', 'stream', '-c', 'fast');
    return other;
  }

  async promote() {
    await this.#run('pg_ctl', 'promote', '-D', this.data, '-w');
  }

  /** It reads its files anew. */
  async reload() {
    await this.#run('pg_ctl', 'reload', '-D', this.data);
  }

  /** The database's address; `more`: libpq's options. */
  address(name, more = '') {
    return `postgresql://admit@/${name}?host=${this.dir}${more}`;
  }

  /** @returns {string[][]} rows of columns, as text */
  sql(name, query) {
    const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', query, this.address(name)];
    return execFileSync('psql', args, { encoding: 'utf8' }).split('\n').filter(Boolean).map((row) => row.split('|'));
  }

  /** A database of its own. */
  create(name) {
    this.sql('postgres', `CREATE DATABASE ${name}`);
    return name;
  }

  async remove() {
    await this.end('SIGQUIT');
    this.#holder?.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Without waiting, for a process that ends. */
  removeNow() {
    this.#server?.kill('SIGQUIT');
    this.#holder?.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/**
 * Stands between the programs and a server. `when` is asked of each word that a client says ("COMMIT" ...): 'before' cuts
 * the connection in its place, 'after' when the server has done it and before the client hears so, 'silent' has neither
 * hear of the other any more.
 */
export class Proxy {
  when = () => undefined;
  #sockets = new Set();

  static async to(server) {
    const proxy = new Proxy();
    proxy.target = server;
    proxy.server = createServer((client) => proxy.#meet(client)).listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  address(name, more = '') {
    return `postgresql://admit@127.0.0.1:${this.port}/${name}?sslmode=disable${more}`;
  }

  #meet(client) {
    const backend = createConnection(`${this.target.dir}/.s.PGSQL.5432`);
    const state = { began: false, rest: Buffer.alloc(0), cutsAtAnswer: false, silent: false };
    const cut = () => { client.destroy(); backend.destroy(); };
    for (const socket of [client, backend]) {
      this.#sockets.add(socket);
      socket.on('error', cut).on('close', () => { this.#sockets.delete(socket); cut(); });
    }
    client.on('data', (piece) => {
      const how = this.#heard(state, piece);
      if (how === 'before') cut();
      else if (how === 'silent') state.silent = true;
      else state.cutsAtAnswer ||= how === 'after';
      if (how !== 'before' && !state.silent) backend.write(piece);
    });
    backend.on('data', (piece) => {
      if (state.cutsAtAnswer) cut();
      else if (!state.silent) client.write(piece);
    });
  }

  /** The words of simple queries among what a client sends. */
  #heard(state, piece) {
    state.rest = Buffer.concat([state.rest, piece]);
    for (;;) {
      const at = state.began ? 1 : 0;
      if (state.rest.length < at + 4 || state.rest.length < at + state.rest.readInt32BE(at)) return undefined;
      const end = at + state.rest.readInt32BE(at);
      const message = state.rest.subarray(0, end);
      state.rest = state.rest.subarray(end);
      const isQuery = state.began && message[0] === 'Q'.charCodeAt(0);
      state.began = true;
      const how = isQuery ? this.when(message.toString('utf8', 5, end - 1)) : undefined;
      if (how) return how;
    }
  }

  async close() {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
