// The Debian package: installed by apt, served by its own units' programs as its own user, upgraded, removed, purged.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../web/harness.mjs';
import { Debian } from './debian.mjs';
import { answers, lines, openShop, sell } from './shop.mjs';

const PACKAGE = path.join(ROOT, 'build', readdirSync(path.join(ROOT, 'build')).find((name) => /^admit_.*\.deb$/.test(name)));
const SETTINGS = '/etc/admit/admit.env';
const LEDGER = '/var/lib/admit/admit.db';
const UNITS = ['admit-worker.service', 'admit@.socket', 'admit@.service'];
const WEB_CONF = `
server.modules = ( "mod_fastcgi" )
server.bind = "127.0.0.1"
server.port = env.PORT
server.username = "www-data"
server.groupname = "www-data"
server.document-root = "/var/empty"
$HTTP["url"] =~ "^/(pay|paid|cancel|health)$" {
  fastcgi.server = ( "/" => (( "socket" => "/run/admit/pay.sock", "check-local" => "disable" )) )
}
else $HTTP["url"] =~ "^/webhook$" {
  fastcgi.server = ( "/" => (( "socket" => "/run/admit/webhook.sock", "check-local" => "disable" )) )
}
else $HTTP["url"] =~ "^/tgupdate$" {
  fastcgi.server = ( "/" => (( "socket" => "/run/admit/tgupdate.sock", "check-local" => "disable" )) )
}
`;

const ends = [];
const context = { after: (end) => ends.push(end) };
let debian, shop;
before(async () => {
  debian = await Debian.create(context, ['lighttpd', 'systemd']);
  debian.put(PACKAGE, '/tmp/admit.deb');
  shop = await openShop(context);
}, { timeout: 300_000 });
after(async () => { for (const end of ends.reverse()) await end(); });

/** Owner, group and mode, as ls and people say it. */
const rights = async (file) => (await debian.run(['stat', '-c', '%U:%G %a', file])).trim();

const asAdmit = (...args) => debian.tries(['admit', ...args], { user: 'admit' });

/** A service's value in its unit; the package's units name its own paths. */
function unitSays(unit, name) {
  const found = [...debian.read(`/lib/systemd/system/${unit}`).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))];
  return found.map(([, value]) => value).join(' ');
}

const environmentOf = (unit) => unitSays(unit, 'Environment').split(' ').flatMap((pair) => ['-E', pair]);

/** What systemd does with a socket unit and its service; there is none here to do it. */
async function activate(name) {
  const service = 'admit@.service', socket = `/run/admit/${name}.sock`;
  const argv = unitSays(service, 'ExecStart').replaceAll('%i', name).split(' ');
  assert.equal(unitSays('admit@.socket', 'ListenStream').replace('%i', name), socket);
  assert.equal(unitSays(service, 'StandardInput'), 'socket');
  const user = unitSays(service, 'User');
  debian.start(['systemd-socket-activate', '--inetd', '-l', socket, ...environmentOf(service), 'setpriv', `--reuid=${user}`,
    `--regid=${user}`, '--init-groups', ...argv], '/tmp/log');
  await debian.sh(`until [ -S ${socket} ]; do sleep 0.05; done; chgrp ${unitSays('admit@.socket', 'SocketGroup')} ${socket};
    chmod ${unitSays('admit@.socket', 'SocketMode')} ${socket}`);
}

test('apt installs it and what it needs', async () => {
  await debian.apt('install', '/tmp/admit.deb');
  assert.equal(await rights(SETTINGS), 'root:admit 640');
  assert.equal(await rights('/var/lib/admit'), 'admit:admit 700');
  assert.match(await debian.run(['getent', 'passwd', 'admit']), /:\/var\/lib\/admit:\/usr\/sbin\/nologin$/m);
  assert.match(await debian.run(['admit', 'version']), /^admit \d/);
  assert.equal(await debian.run(['dpkg', '--verify', 'admit']), '');
});

test('its units hold what systemd checks, and give up what they can', async () => {
  const files = UNITS.filter((unit) => !unit.includes('@.service')).map((unit) => `/lib/systemd/system/${unit}`);
  // Without man-db it says so of the manual page; that is all.
  const { stdout, stderr } = await debian.tries(['systemd-analyze', 'verify', ...files]);
  assert.deepEqual(`${stdout}${stderr}`.split('\n').filter((line) => line && !/man admit\(1\)|'man'/.test(line)), []);
  for (const unit of ['admit-worker.service', 'admit@.service'])
    await debian.run(['systemd-analyze', 'security', '--offline=yes', '--threshold=20', `/lib/systemd/system/${unit}`]);
  for (const unit of ['admit-worker.service', 'admit@pay.socket', 'admit@webhook.socket', 'admit@tgupdate.socket'])
    assert.ok(/multi-user|sockets/.test(await debian.sh(`find /etc/systemd/system -name ${unit}`)), `${unit} is enabled`);
});

test('the settings are for its user alone', async () => {
  assert.equal((await asAdmit('check', '--settings')).status, 1);
  debian.append(SETTINGS, lines(shop.settings));
  const { status, stdout } = await asAdmit('check', '--settings');
  assert.equal(status, 0, stdout);
  assert.equal((await debian.tries(['admit', 'check', '--settings'], { user: 'www-data' })).status, 1);
});

test('a payment goes through', async () => {
  await debian.sh('install -d -m 755 /run/admit');
  for (const name of ['pay', 'webhook', 'tgupdate']) await activate(name);
  const [admit, ...args] = unitSays('admit-worker.service', 'ExecStart').split(' ');
  debian.start([admit, ...args], '/tmp/log', { user: 'admit', env: { ADMIT_CONF: SETTINGS } });
  debian.write('/tmp/web.conf', WEB_CONF);
  debian.start(['lighttpd', '-D', '-f', '/tmp/web.conf'], '/tmp/log', { env: { PORT: String(shop.port) } });
  await answers(shop.base);
  const setup = await asAdmit('setup');
  assert.equal(setup.status, 0, setup.stdout);
  await sell(shop);
  assert.equal(await rights(LEDGER), 'admit:admit 600');
  const { status, stdout } = await asAdmit('check');
  assert.equal(status, 0, stdout);
});

test('installed again, it keeps the settings and the ledger', async () => {
  const kept = debian.read(SETTINGS);
  await debian.run(['dpkg', '-i', '/tmp/admit.deb']);
  assert.equal(debian.read(SETTINGS), kept);
  assert.equal(await rights(SETTINGS), 'root:admit 640');
  await sell(shop);
});

test('removed, it leaves settings and ledger; purged, the ledger', async () => {
  const files = (await debian.run(['dpkg', '-L', 'admit'])).split('\n').filter((file) => /admit/.test(file));
  await debian.run(['dpkg', '--remove', 'admit']);
  assert.ok(existsSync(debian.in(SETTINGS)));
  await debian.run(['dpkg', '--purge', 'admit']);
  assert.deepEqual(files.filter((file) => existsSync(debian.in(file))), []);
  assert.equal(await debian.sh("find /etc /usr/ /lib/ /var/lib/systemd -name '*admit*' ! -path '/usr/share/*' -print"), '');
  assert.ok(statSync(debian.in(LEDGER)).size > 0);
  assert.equal(await rights(LEDGER), 'admit:admit 600');
});

test('lintian has nothing against it', (t) => {
  try {
    execFileSync('lintian', ['--version']);
  } catch {
    t.skip('lintian is not installed');
    return;
  }
  // Who builds it on a machine of their own has no address to give.
  const local = 'bogus-mail-host,bogus-mail-host-in-debian-changelog';
  execFileSync('lintian', ['--fail-on', 'error', '--allow-root', '--suppress-tags', local, PACKAGE]);
});
