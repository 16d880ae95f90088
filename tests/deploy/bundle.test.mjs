// The archive of `make bundle` on a shared host: a Debian with Apache and libcurl, no compiler, no libfcgi; an account
// that owns its home folder and nothing else.

import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OUT, until } from '../web/harness.mjs';
import { Debian } from './debian.mjs';
import { answers, lines, openShop, sell } from './shop.mjs';

const ARCHIVE = path.join(OUT, readdirSync(OUT).find((name) => /^admit-.*\.tar\.gz$/.test(name)));
const MODULES = ['mpm_event', 'authz_core', 'mime', 'negotiation', 'alias', 'env', 'dir'];

/** The server's own configuration, which an account on a shared host has no hand in. */
const apacheConf = ({ port, user, modules, suexec }) => `
ServerRoot /etc/apache2
ServerName localhost
Listen 127.0.0.1:${port}
PidFile /tmp/${user}/pid
ErrorLog /tmp/${user}/error.log
Mutex file:/tmp/${user}
${[...MODULES, ...modules].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
<IfModule mod_cgid.c>
ScriptSock /tmp/${user}/cgisock
</IfModule>
<IfModule mod_fcgid.c>
FcgidIPCDir /tmp/${user}/fcgid
FcgidProcessTableFile /tmp/${user}/fcgid.shm
FcgidMaxRequestLen 2097152
</IfModule>
${suexec ? `User www-data\nGroup www-data\nSuexecUserGroup ${user} ${user}` : ''}
TypesConfig /etc/mime.types
DocumentRoot /home/${user}/public_html
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory /home/${user}/public_html>
  AllowOverride All
  Require all granted
</Directory>
`;

const WAYS = [
  { name: 'mod_fcgid', user: 'fcgid', modules: ['fcgid', 'rewrite'] },
  { name: 'CGI', user: 'cgi', modules: ['cgid', 'rewrite'] },
  { name: 'CGI without rewriting', user: 'plain', modules: ['cgid'] },
  { name: 'mod_fcgid and suexec', user: 'sufcgid', modules: ['fcgid', 'rewrite', 'suexec'], suexec: true },
  { name: 'CGI and suexec', user: 'sucgi', modules: ['cgid', 'rewrite', 'suexec'], suexec: true },
];

let debian;
const context = { after: (end) => ends.push(end) };
const ends = [];
before(async () => {
  debian = await Debian.create(context, ['apache2-bin', 'libapache2-mod-fcgid', 'apache2-suexec-custom', 'libcurl4', 'mime-support']);
  debian.write('/var/log/apache2/suexec.log', '');
  debian.write('/etc/apache2/suexec/www-data', '/home\npublic_html\n');
}, { timeout: 300_000 });
after(async () => { for (const end of ends.reverse()) await end(); });

test('the host has no compiler, no -dev package and no libfcgi', async () => {
  const { stdout } = await debian.tries(['sh', '-c', 'ls /usr/bin/gcc /usr/bin/cc /usr/include/curl /usr/lib/*/libfcgi* /usr/lib/*/libjson-c*']);
  assert.equal(stdout, '');
});

/** Uploads and unpacks the archive for a new account. @returns {Promise<string>} the unpacked folder */
async function upload(user) {
  await debian.run(['useradd', '--create-home', '--user-group', user]);
  await debian.sh(`install -d -o ${user} -g ${user} -m 755 /home/${user} /home/${user}/public_html; install -d -o ${user} /tmp/${user}`);
  copyFileSync(ARCHIVE, debian.in(`/home/${user}/admit.tar.gz`));
  await debian.sh('tar -xzf admit.tar.gz && rm admit.tar.gz', { user, cwd: `/home/${user}` });
  return (await debian.sh(`echo /home/${user}/admit-*`)).trim();
}

const install = (folder, user, where = `/home/${user}/public_html/join`) =>
  debian.tries(['sh', `${folder}/install.sh`, where], { user });

for (const way of WAYS)
  describe(`the bundle by ${way.name}`, () => {
    const { user, suexec } = way;
    const web = `/home/${user}/public_html/join`;
    const admit = (...args) => debian.tries([`${web}/admit`, ...args], { user });
    let folder, shop;
    before(async () => {
      folder = await upload(user);
      shop = await openShop(context, '/join');
      debian.write(`/tmp/${user}.conf`, apacheConf({ port: shop.port, ...way }));
      debian.start(['apache2', '-DFOREGROUND', '-f', `/tmp/${user}.conf`], `/tmp/${user}/out`, suexec ? {} : { user });
    });
    after(() => debian.tries([`${web}/admit`, 'work', '--stop'], { user }));

    test('the command says what is missing', async () => {
      const { status, stderr } = await install(folder, user);
      assert.equal(status, 1);
      assert.match(stderr, /fill in .*admit\.env first/);
    });

    test('settings edited, one command: it is set up', async () => {
      debian.append(`${folder}/admit.env`, lines(shop.settings));
      await answers(shop.base);
      const { status, stdout, stderr } = await install(folder, user);
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /Telegram sends updates to .*\/join\/tgupdate/);
      assert.equal(statSync(debian.in(`/home/${user}/.config/admit/admit.env`)).mode & 0o777, 0o600);
    });

    test('a payment goes through', async () => {
      try {
        await sell(shop);
      } catch (error) {
        throw new Error(debian.read(`/tmp/${user}/error.log`), { cause: error });
      }
      const ledger = statSync(debian.in(`/home/${user}/.local/share/admit/admit.db`));
      assert.equal(ledger.mode & 0o777, 0o600);
      assert.equal(ledger.uid, statSync(debian.in(`/home/${user}`)).uid);
    });

    test('admit check finds all well', async () => {
      shop.stripe.addEndpoint({ url: `${shop.base}/webhook`, enabled_events: ['*'] });
      const { status, stdout, stderr } = await admit('check');
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /All is well/);
    });

    test('what is no page of the programs is not to be had', async () => {
      for (const name of ['admit', '.htaccess']) assert.equal((await fetch(`${shop.base}/${name}`)).status, 403, name);
      assert.notEqual((await fetch(`${shop.base}/`)).status, 200);
    });

    test('the address without rewriting works', async () => {
      const res = await fetch(`${shop.base}/pay.fcgi?tg_id=5`, { redirect: 'manual' });
      assert.equal(res.status, 303);
    });

    test('a ledger below the web root is refused, with the reason', { skip: way.name !== 'CGI' }, async () => {
      const settings = `/home/${user}/.config/admit/admit.env`, before = debian.read(settings);
      debian.append(settings, `DATABASE_URL=sqlite:${web}/admit.db\n`);
      const res = await fetch(`${shop.base}/pay?tg_id=5`);
      debian.write(settings, before, 0o600);
      assert.equal(res.status, 500);
      assert.match(debian.read(`/tmp/${user}/error.log`), /ev=file_below_web_root file=\S*admit\.db/);
    });

    test('a newer bundle replaces the programs and keeps the rest', async () => {
      const settings = debian.read(`/home/${user}/.config/admit/admit.env`);
      const { status, stdout, stderr } = await install(folder, user);
      assert.equal(status, 0, stdout + stderr);
      assert.equal(debian.read(`/home/${user}/.config/admit/admit.env`), settings);
      await sell(shop);
    });
  });

describe('what the command refuses', () => {
  let folder;
  before(async () => { folder = await upload('wrong'); });

  test("a folder with another's .htaccess", async () => {
    debian.write('/home/wrong/public_html/.htaccess', 'RewriteEngine On\n');
    const { status, stderr } = await install(folder, 'wrong', '/home/wrong/public_html');
    assert.equal(status, 1);
    assert.match(stderr, /belongs to something else/);
    assert.equal(debian.read('/home/wrong/public_html/.htaccess'), 'RewriteEngine On\n');
  });

  test('a bundle that lies in the web folder', async () => {
    const { status, stderr } = await install(folder, 'wrong', '/home/wrong');
    assert.equal(status, 1);
    assert.match(stderr, /out of the web root/);
  });
});

test('where there is cron, it looks after the worker, once', async () => {
  await debian.apt('install', 'cron');
  await debian.sh("echo '5 4 * * * another' | crontab -", { user: 'cgi' });
  const folder = (await debian.sh('echo /home/cgi/admit-*')).trim();
  for (let times = 0; times < 2; times += 1) {
    const { status, stdout } = await install(folder, 'cgi');
    assert.equal(status, 0);
    assert.match(stdout, /cron looks after the worker/);
  }
  const table = (await debian.sh('crontab -l', { user: 'cgi' })).trim().split('\n');
  assert.deepEqual(table, ['5 4 * * * another', "* * * * * '/home/cgi/public_html/join/admit' work --once"]);
  await debian.sh(table[1].replace(/^(\* ){5}/, ''), { user: 'cgi' });
});

test('without libcurl: one clear error, and what needs none works', async () => {
  const library = debian.in('/usr/lib/x86_64-linux-gnu/libcurl.so.4');
  const web = '/home/cgi/public_html/join';
  renameSync(library, `${library}.away`);
  try {
    const { status, stderr } = await debian.tries([`${web}/admit`, 'setup'], { user: 'cgi' });
    assert.equal(status, 1);
    assert.equal(stderr.match(/level=error/g).length, 1, stderr);
    assert.match(stderr, /this host has no libcurl .*libcurl4/);
    const env = { REQUEST_METHOD: 'GET', QUERY_STRING: 'tg_id=7', REQUEST_URI: '/join/pay?tg_id=7', GATEWAY_INTERFACE: 'CGI/1.1' };
    const pay = await debian.run([`${web}/pay.fcgi`], { user: 'cgi', env });
    assert.match(pay, /^Status: 500/);
    const health = await debian.run([`${web}/pay.fcgi`], { user: 'cgi', env: { ...env, QUERY_STRING: '', REQUEST_URI: '/join/health' } });
    assert.match(health, /^Status: 200/);
  } finally {
    renameSync(`${library}.away`, library);
  }
});

test('no process of an account is left once its worker has gone home', async () => {
  await until(async () => !(await debian.run(['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "'])).includes('join/admit work'), 10_000);
});
