// The web servers that Admit is tested behind. Each is started from the repository's own configuration; where a server
// has no variables, the port and the folder of the sockets are put in by replacing the ones that stand there.

import { spawn } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = ['pay', 'webhook', 'tgupdate'];
const WORKERS = { pay: '8', webhook: '1', tgupdate: '1' };
const NOBODY = 65_534;

const read = (file) => readFileSync(path.join(ROOT, file), 'utf8');

/** What a start needs: { dir, port, out, env (the settings and paths), conf (writes the settings file), launch }. */

/** What the programs need that no server starts: one socket each, listened at by `manager`. */
function startPrograms(at, manager) {
  for (const name of PROGRAMS) {
    const [socket, program] = [`${at.dir}/${name}.sock`, `${at.out}/cgi-bin/${name}.fcgi`];
    const env = { ...at.env, WORKERS: WORKERS[name] };
    if (manager === 'systemd') // as StandardInput=socket has it; this one hands over descriptor 3
      at.launch('systemd-socket-activate', ['-l', socket, ...Object.keys(env).flatMap((key) => ['-E', key]), '--',
        'sh', '-c', 'exec "$0" <&3 3<&-', program], env);
    else
      at.launch('spawn-fcgi', ['-n', '-s', socket, '-M', '0600', '--', program], env);
  }
  return PROGRAMS.map((name) => `${at.dir}/${name}.sock`);
}

function apache(at, include, { modules = '', more = '' } = {}) {
  const file = `${at.dir}/apache.conf`;
  const load = (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`;
  writeFileSync(file, `${['mpm_event', 'authz_core', 'alias', ...modules.split(' ').filter(Boolean)].map(load).join('')}
ServerRoot ${at.dir}
ServerName localhost
Listen 127.0.0.1:${at.port}
PidFile ${at.dir}/apache.pid
DocumentRoot ${at.dir}/none
ErrorLog ${at.dir}/log
DefaultRuntimeDir ${at.dir}
<Directory />
  Require all denied
</Directory>
<IfModule mod_fcgid.c>
  FcgidIPCDir ${at.dir}/fcgid
  FcgidProcessTableFile ${at.dir}/fcgid.table
</IfModule>
<IfModule mod_cgid.c>
  ScriptSock ${at.dir}/cgid
</IfModule>
Define ADMIT_CGI ${at.out}/cgi-bin
Define ADMIT_CONF ${at.dir}/admit.env
Define ADMIT_RUN ${at.dir}
${more}
${include ? `Include ${at.file(include)}` : ''}
`);
  mkdirSync(`${at.dir}/none`, { recursive: true });
  at.own(`${at.dir}/none`, file);
  return at.launch('apache2', ['-D', 'FOREGROUND', '-f', file], at.env);
}

/** A shared-hosting account: its own folder below the web root, and nothing but .htaccess to say what is in it. */
function htaccess(at, modules) {
  const site = `${at.dir}/site`;
  mkdirSync(site);
  for (const name of PROGRAMS) {
    copyFileSync(`${at.out}/cgi-bin/${name}.fcgi`, `${site}/${name}.fcgi`);
    chmodSync(`${site}/${name}.fcgi`, 0o755);
  }
  copyFileSync(`${at.out}/bin/admit`, `${site}/admit`);
  chmodSync(`${site}/admit`, 0o755);
  copyFileSync(at.file('deploy/htaccess'), `${site}/.htaccess`);
  at.own(site);
  return apache(at, null, {
    modules: `${modules} rewrite env mime`,
    more: `TypesConfig /etc/mime.types
DocumentRoot ${site}
<Directory ${site}>
  AllowOverride All
  Require all granted
  SetEnv ADMIT_CONF ${at.dir}/admit.env
</Directory>
<IfModule mod_fcgid.c>
  FcgidInitialEnv ADMIT_CONF ${at.dir}/admit.env
  FcgidMaxRequestLen 2097152
</IfModule>`,
  });
}

/** Where the configuration has no variables. */
function replaced(at, file, pairs) {
  let text = read(file);
  for (const [there, instead] of pairs) {
    if (!text.includes(there)) throw new Error(`${file} has no ${there}`);
    text = text.replaceAll(there, instead);
  }
  return text;
}

/**
 * By name: `title` and `mode` for people; `file`, the configuration; `settings`: whether the programs find them in a file
 * rather than in the environment; `start(at)` launches everything and returns the server's process.
 */
export const servers = {
  lighttpd: {
    title: 'lighttpd', mode: 'mod_fastcgi, spawning', file: 'lighttpd.conf',
    start: (at) => at.launch('lighttpd', ['-D', '-f', at.file('lighttpd.conf')], at.env),
  },
  'lighttpd-sockets': {
    title: 'lighttpd', mode: 'mod_fastcgi, systemd sockets', file: 'deploy/lighttpd-sockets.conf', sockets: 'systemd',
    start: (at) => at.launch('lighttpd', ['-D', '-f', at.file('deploy/lighttpd-sockets.conf')], at.env),
  },
  'lighttpd-cgi': {
    title: 'lighttpd', mode: 'mod_cgi', file: 'deploy/lighttpd-cgi.conf', settings: 'file',
    start: (at) => at.launch('lighttpd', ['-D', '-f', at.file('deploy/lighttpd-cgi.conf')], at.env),
  },
  'apache-fcgid': {
    title: 'Apache', mode: 'mod_fcgid', file: 'apache.conf', settings: 'file',
    start: (at) => apache(at, 'apache.conf', { modules: 'fcgid' }),
  },
  'apache-htaccess': {
    title: 'Apache', mode: 'mod_fcgid, .htaccess alone', file: 'deploy/htaccess', settings: 'file',
    start: (at) => htaccess(at, 'fcgid'),
  },
  'apache-htaccess-cgi': {
    title: 'Apache', mode: 'mod_cgid, .htaccess alone', file: 'deploy/htaccess', settings: 'file',
    start: (at) => htaccess(at, 'cgid'),
  },
  'apache-proxy': {
    title: 'Apache', mode: 'mod_proxy_fcgi, spawn-fcgi', file: 'deploy/apache-proxy.conf', sockets: 'spawn-fcgi',
    start: (at) => apache(at, 'deploy/apache-proxy.conf', { modules: 'proxy proxy_fcgi' }),
  },
  'apache-cgi': {
    title: 'Apache', mode: 'mod_cgid', file: 'deploy/apache-cgi.conf', settings: 'file',
    start: (at) => apache(at, 'deploy/apache-cgi.conf', { modules: 'cgid env' }),
  },
  nginx: {
    title: 'nginx', mode: 'spawn-fcgi', file: 'deploy/nginx.conf', sockets: 'spawn-fcgi',
    start: (at) => {
      const site = replaced(at, 'deploy/nginx.conf', [['listen 80;', `listen 127.0.0.1:${at.port};`], ['/run/admit/', `${at.dir}/`]]);
      const folders = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((name) => `${name}_temp_path ${at.dir}/nginx-${name};`);
      writeFileSync(`${at.dir}/nginx.conf`, `daemon off; pid ${at.dir}/nginx.pid; error_log ${at.dir}/log; worker_processes 1;
events {}
http { access_log off; ${folders.join(' ')}
${site}}
`);
      return at.launch('nginx', ['-p', at.dir, '-e', `${at.dir}/log`, '-c', `${at.dir}/nginx.conf`], at.env);
    },
  },
  caddy: {
    title: 'Caddy', mode: 'systemd sockets', file: 'deploy/Caddyfile', sockets: 'systemd',
    start: (at) => at.launch('caddy', ['run', '--config', at.file('deploy/Caddyfile'), '--adapter', 'caddyfile'], {
      PATH: at.env.PATH, HOME: at.dir, XDG_CONFIG_HOME: at.dir, XDG_DATA_HOME: at.dir, ADMIT_SITE: `http://127.0.0.1:${at.port}`, ADMIT_RUN: at.dir,
    }),
  },
  h2o: {
    title: 'h2o', mode: 'spawn-fcgi', file: 'deploy/h2o.conf', sockets: 'spawn-fcgi',
    start: (at) => {
      const text = replaced(at, 'deploy/h2o.conf', [['host: 0.0.0.0', 'host: 127.0.0.1'], ['port: 80', `port: ${at.port}`], ['/run/admit/', `${at.dir}/`]]);
      writeFileSync(`${at.dir}/h2o.conf`, `error-log: ${at.dir}/log\nnum-threads: 1\n${text}`);
      return at.launch('h2o', ['-m', 'worker', '-c', `${at.dir}/h2o.conf`], at.env);
    },
  },
};

/** Root starts all of it as nobody: servers refuse to run as root, and so should they. */
const asNobody = process.getuid() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/**
 * Starts a server and what it needs. @returns {{ web, others, uid }} the server's process, the others, and whose they are
 * @param {{ name: string, dir: string, port: number, out: string, env: object, isUp: (file: string) => Promise<unknown> }} how
 */
export async function startServer({ name, dir, port, out, env, isUp }) {
  const { start, sockets } = servers[name];
  const ids = name === 'lighttpd' || name === 'lighttpd-cgi' ? {} : asNobody;
  const own = (...files) => { for (const file of files) if (ids.uid !== undefined) chownSync(file, ids.uid, ids.gid); };
  const others = [];
  const launch = (program, args, environment) => {
    const log = openSync(`${dir}/log`, 'a');
    const child = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', log], cwd: dir, ...ids });
    closeSync(log);
    child.on('error', () => {}); // not installed: it is over, which the caller notices
    others.push(child);
    return child;
  };
  // Nobody may not be able to read our folders, so what is needed is put beside the ledger.
  const copy = (from, to) => { copyFileSync(from, to); chmodSync(to, 0o755); return to; };
  const file = (rel) => ids.uid === undefined ? path.join(ROOT, rel) : copy(path.join(ROOT, rel), `${dir}/${path.basename(rel)}.repo`);
  const at = { dir, port, out, env, launch, own, file };
  if (ids.uid !== undefined) {
    at.out = `${dir}/programs`;
    for (const folder of ['', '/cgi-bin', '/bin']) mkdirSync(at.out + folder, { recursive: true });
    for (const name of ['cgi-bin/pay.fcgi', 'cgi-bin/webhook.fcgi', 'cgi-bin/tgupdate.fcgi', 'bin/admit']) copy(`${out}/${name}`, `${at.out}/${name}`);
    at.env = { ...env, ADMIT_CGI: `${at.out}/cgi-bin` };
  }
  own(dir, `${dir}/log`, ...['admit.env', 'admit.db'].map((file) => `${dir}/${file}`).filter(existsSync));
  if (sockets) for (const socket of startPrograms(at, sockets)) await isUp(socket);
  const web = start(at);
  return { web, others: others.filter((child) => child !== web), ids };
}
