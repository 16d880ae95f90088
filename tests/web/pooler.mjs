// PgBouncer before a PostgreSQL server, in a temporary folder and reached by a socket there. It gives each transaction
// whichever connection is free.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** It refuses to run as root. */
const AS = process.getuid() === 0 ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', '--'] : [];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

export class Pooler {
  #pooler;
  #removes = () => this.remove();

  /**
   * @param {string} host  the folder of the server's socket
   * @param {Record<string, string | number>} [more]  of its settings
   */
  constructor(host, more = {}) {
    this.dir = mkdtempSync('/tmp/admit-pool.');
    const settings = {
      unix_socket_dir: this.dir, listen_port: 5432, auth_type: 'any', pool_mode: 'transaction', server_login_retry: 1,
      query_wait_timeout: 5, server_idle_timeout: 2, logfile: `${this.dir}/log`, ...more,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`).join('');
    writeFileSync(`${this.dir}/ini`, `[databases]\n* = host=${host} user=admit\n[pgbouncer]\n${lines}`);
    if (AS.length > 0) execFileSync('chown', ['-R', 'nobody', this.dir]);
    const [program, ...args] = [...AS, 'pgbouncer', '-q', `${this.dir}/ini`];
    this.#pooler = spawn(program, args, { cwd: this.dir, stdio: 'ignore', env: { PATH } });
    this.#pooler.unref();
    process.once('exit', this.#removes);
    for (let tries = 0; !existsSync(`${this.dir}/.s.PGSQL.5432`); tries += 1) {
      if (tries > 500) throw new Error(`pgbouncer does not start: ${existsSync(`${this.dir}/log`) ? readFileSync(`${this.dir}/log`, 'utf8') : 'no log'}`);
      wait(10);
    }
  }

  address(name) {
    return `postgresql://admit@/${name}?host=${this.dir}`;
  }

  remove() {
    process.off('exit', this.#removes);
    this.#pooler.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
