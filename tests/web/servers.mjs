// The web servers that Admit is tested behind. Each is started by whoever runs the tests from the repository's own
// configuration; where a server has no variables, the port and the folder of the sockets are put in by replacing the
// ones that stand there. tests/servers.sh goes through all of them.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, closeSync, copyFileSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = ['pay', 'webhook', 'tgupdate'];
const WORKERS = { pay: '2', webhook: '1', tgupdate: '1' };

/**
 * What starts are made of: `dir`, `port`, `tlsPort` (0: no TLS), `cgi` (the folder of the programs), `env` (the settings
 * and paths), `file` (where a configuration of the repository is, ready to be read), `launch`.
 */

/** A configuration with its #tls lines in force. */
const withTls = (text, at) => text.replaceAll('#tls ', '').replaceAll('/etc/ssl/', `${at.dir}/`)
  .replace('":443"', `"127.0.0.1:${at.tlsPort}"`).replace('Listen 443', `Listen 127.0.0.1:${at.tlsPort}`).replace('*:443', `*:${at.tlsPort}`)
  // Only root may listen where http is redirected from.
  .replace('admin off', 'admin off\n\tauto_https disable_redirects')
  .replace('listen 443 ', `listen 127.0.0.1:${at.tlsPort} `).replace('port: 443', `host: 127.0.0.1\n  port: ${at.tlsPort}`);

/** What systemd's unit gives to a program, as StandardInput=socket has it: the listening socket as descriptor 0. */
const unit = readFileSync(path.join(ROOT, 'deploy/systemd/admit@.service'), 'utf8');
const unitEnvironment = () => {
  if (!unit.includes('\nStandardInput=socket\n')) throw new Error('the unit hands over no socket as standard input');
  return Object.fromEntries(/^Environment=(.*)$/m.exec(unit)[1].split(' ').map((pair) => pair.split('=')));
};

/** What the programs need that no server starts: one socket each, listened at by `manager`. @returns {string[]} the sockets */
function startPrograms(at, manager) {
  for (const name of PROGRAMS) {
    const [socket, program] = [`${at.dir}/${name}.sock`, `${at.cgi}/${name}.fcgi`];
    if (manager === 'systemd') {
      const env = { ...unitEnvironment(), ...at.env };
      at.launch('systemd-socket-activate', ['--inetd', '-l', socket, ...Object.keys(env).flatMap((key) => ['-E', key]), '--', program], env);
    } else {
      at.launch('spawn-fcgi', ['-n', '-s', socket, '-M', '0600', '--', program], { ...at.env, WORKERS: WORKERS[name] });
    }
  }
  return PROGRAMS.map((name) => `${at.dir}/${name}.sock`);
}

/** Apache's own configuration, and in it the one under test. */
function apache(at, include, { modules = '', more = '' } = {}) {
  const file = `${at.dir}/apache.conf`;
  const load = (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`;
  const tls = at.tlsPort ? ['socache_shmcb', 'ssl', 'http2'] : [];
  writeFileSync(file, `${['mpm_event', 'authz_core', 'alias', ...tls, ...modules.split(' ').filter(Boolean)].map(load).join('')}
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
<Directory ${at.dir}/none>
  Require all granted
</Directory>
<IfModule mod_fcgid.c>
  FcgidIPCDir ${at.dir}/fcgid
  FcgidProcessTableFile ${at.dir}/fcgid.table
</IfModule>
<IfModule mod_cgid.c>
  ScriptSock ${at.dir}/cgid
</IfModule>
<IfModule mod_ssl.c>
  SSLSessionCache none
</IfModule>
Define ADMIT_CGI ${at.cgi}
Define ADMIT_CONF ${at.dir}/admit.env
Define ADMIT_RUN ${at.dir}
${more}
${include ? `Include ${at.file(include)}` : ''}
`);
  mkdirSync(`${at.dir}/none`, { recursive: true });
  return at.launch('apache2', ['-D', 'FOREGROUND', '-f', file], { PATH: at.env.PATH });
}

/**
 * A shared-hosting account: its own folder below the web root, and nothing but .htaccess to say what is in it. The host
 * has done nothing for it: mod_fcgid takes the bodies that it takes by itself.
 */
function htaccess(at, modules) {
  const site = `${at.dir}/programs/cgi-bin`;
  copyFileSync(at.file('deploy/htaccess'), `${site}/.htaccess`);
  copyFileSync(`${at.dir}/programs/bin/admit`, `${site}/admit`);
  const tls = at.tlsPort ? `Listen 127.0.0.1:${at.tlsPort}
Protocols h2 http/1.1
<VirtualHost *:${at.tlsPort}>
  SSLEngine on
  SSLCertificateFile ${at.dir}/fullchain.pem
  SSLCertificateKeyFile ${at.dir}/privkey.pem
</VirtualHost>` : '';
  return apache(at, null, {
    modules: `${modules} rewrite env mime dir setenvif`,
    more: `TypesConfig /etc/mime.types
DocumentRoot ${site}
<Directory ${site}>
  AllowOverride All
  Require all granted
  # An account has its settings file at home, which whoever runs the tests need not have.
  SetEnv ADMIT_CONF ${at.dir}/admit.env
</Directory>
<IfModule mod_fcgid.c>
  FcgidInitialEnv ADMIT_CONF ${at.dir}/admit.env
</IfModule>
${tls}`,
  });
}

/** Where the configuration has no variables. */
function replaced(at, file, pairs) {
  let text = readFileSync(at.file(file), 'utf8');
  for (const [there, instead] of pairs) {
    if (!text.includes(there)) throw new Error(`${file} has no ${there}`);
    text = text.replaceAll(there, instead);
  }
  return text;
}

const lighttpd = (file) => (at) => at.launch('lighttpd', ['-D', '-f', at.file(file)], at.env);

function nginx(at) {
  const site = replaced(at, 'deploy/nginx.conf', [['listen 80;', `listen 127.0.0.1:${at.port};`], ['/run/admit/', `${at.dir}/`]]);
  const folders = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((name) => `${name}_temp_path ${at.dir}/nginx-${name};`);
  writeFileSync(`${at.dir}/nginx.conf`, `daemon off; pid ${at.dir}/nginx.pid; error_log ${at.dir}/log; worker_processes 1;
events {}
http { access_log off; ${folders.join(' ')}
${site}}
`);
  return at.launch('nginx', ['-p', at.dir, '-e', `${at.dir}/log`, '-c', `${at.dir}/nginx.conf`], { PATH: at.env.PATH });
}

function caddy(at) {
  const site = at.tlsPort ? `https://localhost:${at.tlsPort}` : `http://127.0.0.1:${at.port}`;
  return at.launch('caddy', ['run', '--config', at.file('deploy/Caddyfile'), '--adapter', 'caddyfile'], {
    PATH: at.env.PATH, HOME: at.dir, XDG_CONFIG_HOME: at.dir, XDG_DATA_HOME: at.dir, ADMIT_SITE: site, ADMIT_RUN: at.dir,
  });
}

function h2o(at) {
  const text = replaced(at, 'deploy/h2o.conf', [['host: 0.0.0.0', 'host: 127.0.0.1'], ['port: 80\n', `port: ${at.port}\n`], ['/run/admit/', `${at.dir}/`]]);
  writeFileSync(`${at.dir}/h2o.conf`, `error-log: ${at.dir}/log\nnum-threads: 1\n${text}`);
  return at.launch('h2o', ['-m', 'worker', '-c', `${at.dir}/h2o.conf`], { PATH: at.env.PATH });
}

/**
 * By name: `title` and `mode` for people; `file`, the configuration; `settings`: whether the programs find them in a file
 * rather than in the environment; `sockets`: who starts the programs where the server only connects; `isCgi`: a process a
 * request; `start(at)` launches the server; `restart`: the signal by which it starts the programs anew;
 * `bare`: where the programs are found by their own names, if not below /cgi-bin.
 *
 * Where they differ, and Admit promises nothing: `longHeader`, the answer to GET /pay with a header of 32 KB. And where
 * the tests take any of the answers: /%70ay is /pay or is not there; an HTTP/2 body without a length is taken or refused
 * (lighttpd, mod_fcgid: 411); what is below a page (/pay/x) is refused by the server or by the program.
 */
export const servers = {
  lighttpd: {
    title: 'lighttpd', mode: 'mod_fastcgi, spawning', file: 'lighttpd.conf', start: lighttpd('lighttpd.conf'),
    restart: 'SIGUSR1', longHeader: 431,
  },
  'lighttpd-sockets': {
    title: 'lighttpd', mode: 'mod_fastcgi, systemd sockets', file: 'deploy/lighttpd-sockets.conf', sockets: 'systemd',
    start: lighttpd('deploy/lighttpd-sockets.conf'), longHeader: 431,
  },
  'lighttpd-cgi': {
    title: 'lighttpd', mode: 'mod_cgi', file: 'deploy/lighttpd-cgi.conf', settings: 'file', isCgi: true,
    start: lighttpd('deploy/lighttpd-cgi.conf'), longHeader: 431,
  },
  'apache-fcgid': {
    title: 'Apache', mode: 'mod_fcgid', file: 'apache.conf', settings: 'file', restart: 'SIGUSR1',
    start: (at) => apache(at, 'apache.conf', { modules: 'fcgid' }), longHeader: 400,
  },
  'apache-htaccess': {
    title: 'Apache', mode: 'mod_fcgid, .htaccess alone', file: 'deploy/htaccess', settings: 'file', bare: '', restart: 'SIGUSR1',
    start: (at) => htaccess(at, 'fcgid cgid'), longHeader: 400,
  },
  'apache-htaccess-cgi': {
    title: 'Apache', mode: 'mod_cgid, .htaccess alone', file: 'deploy/htaccess', settings: 'file', bare: '', isCgi: true,
    start: (at) => htaccess(at, 'cgid'), longHeader: 400,
  },
  'apache-proxy': {
    title: 'Apache', mode: 'mod_proxy_fcgi, spawn-fcgi', file: 'deploy/apache-proxy.conf', sockets: 'spawn-fcgi',
    start: (at) => apache(at, 'deploy/apache-proxy.conf', { modules: 'proxy proxy_fcgi' }), longHeader: 400,
  },
  'apache-cgi': {
    title: 'Apache', mode: 'mod_cgid', file: 'deploy/apache-cgi.conf', settings: 'file', isCgi: true,
    start: (at) => apache(at, 'deploy/apache-cgi.conf', { modules: 'cgid env' }), longHeader: 400,
  },
  nginx: {
    title: 'nginx', mode: 'spawn-fcgi', file: 'deploy/nginx.conf', sockets: 'spawn-fcgi', start: nginx, longHeader: 400,
  },
  caddy: {
    title: 'Caddy', mode: 'systemd sockets', file: 'deploy/Caddyfile', sockets: 'systemd', start: caddy, longHeader: 303,
  },
  h2o: {
    title: 'h2o', mode: 'spawn-fcgi', file: 'deploy/h2o.conf', sockets: 'spawn-fcgi', start: h2o, longHeader: 303,
  },
};

/** A certificate for localhost that nobody vouches for. */
function makeCertificate(dir) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', `${dir}/privkey.pem`, '-out', `${dir}/fullchain.pem`], { stdio: 'ignore' });
}

/**
 * Has the file under a further name; where that is another disk, a copy. Nobody writes into what he finds there, nor does
 * a second start in the same folder, after one whose port was taken.
 */
function share(from, to) {
  rmSync(to, { force: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Puts a program in place as make install does: a new file of the old name. */
function put(from, to) {
  copyFileSync(from, `${to}.new`);
  chmodSync(`${to}.new`, 0o755);
  renameSync(`${to}.new`, to);
}

/**
 * Starts a server and what it needs. @returns {{ web, others, cgi, replacePrograms }} the server's process, the others,
 * the folder of the programs and a way to put new ones there
 * @param {{ name: string, dir: string, port: number, tlsPort: number, out: string, env: object,
 *   isUp: (file: string) => Promise<unknown> }} how
 */
export async function startServer({ name, dir, port, tlsPort, out, env, isUp }) {
  const { start, sockets } = servers[name];
  const others = [];
  const launch = (program, args, environment) => {
    const log = openSync(`${dir}/log`, 'a');
    const child = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', log], cwd: dir });
    closeSync(log);
    child.on('error', () => {}); // not installed: it is over, which the caller notices
    others.push(child);
    return child;
  };
  const at = { dir, port, tlsPort, launch, env, cgi: env.ADMIT_CGI };
  const withPrograms = (act) => { for (const program of PROGRAMS) act(`${out}/cgi-bin/${program}.fcgi`, `${at.cgi}/${program}.fcgi`); };
  at.cgi = `${dir}/programs/cgi-bin`;
  for (const folder of [at.cgi, `${dir}/programs/bin`]) mkdirSync(folder, { recursive: true });
  withPrograms(share);
  share(`${out}/bin/admit`, `${dir}/programs/bin/admit`);
  at.env = { ...env, ADMIT_CGI: at.cgi };
  at.file = (rel) => {
    if (!tlsPort) return path.join(ROOT, rel);
    writeFileSync(`${dir}/${path.basename(rel)}.tls`, withTls(readFileSync(path.join(ROOT, rel), 'utf8'), at));
    return `${dir}/${path.basename(rel)}.tls`;
  };
  if (tlsPort) makeCertificate(dir);
  if (sockets) for (const socket of startPrograms(at, sockets)) await isUp(socket);
  const web = start(at);
  return { web, others: others.filter((child) => child !== web), cgi: at.cgi, replacePrograms: () => withPrograms(put) };
}
