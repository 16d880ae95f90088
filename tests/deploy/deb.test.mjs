// The Debian package: installed by apt, served by its own units as its own user, upgraded, removed, purged.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, until } from '../web/harness.mjs';
import { Debian } from './debian.mjs';
import { answers, lines, openShop, sell } from './shop.mjs';

const PACKAGE = path.join(ROOT, 'build', readdirSync(path.join(ROOT, 'build')).find((name) => /^admit_.*\.deb$/.test(name)));
const SETTINGS = '/etc/admit/admit.env';
const LEDGER = '/var/lib/admit/admit.db';
const UNITS = ['admit.target', 'admit-worker.service', 'admit@pay.socket'];

const ends = [];
const context = { after: (end) => ends.push(end) };
const options = { skip: Debian.canBoot() ? false : 'no cgroups of the second version, which systemd needs' };
let debian, shop;
before(async () => {
  if (options.skip) return;
  debian = await Debian.create(context, ['nginx-light', 'systemd']);
  shop = await openShop(context);
  await debian.sh('rm /etc/nginx/sites-enabled/default'); // it would take port 80
  await debian.boot();
  debian.put(PACKAGE, '/tmp/admit.deb');
}, { timeout: 300_000 });
after(async () => { for (const end of ends.reverse()) await end(); });

/** Owner, group and mode, as ls and people say it. */
const rights = async (file) => (await debian.run(['stat', '-c', '%U:%G %a', file])).trim();

const asAdmit = (...args) => debian.tries(['admit', ...args], { user: 'admit' });

const isActive = async (unit) => (await debian.tries(['systemctl', 'is-active', unit])).stdout.trim() === 'active';

/** The process of a service, which is another one after a restart. */
const mainPid = async (unit) => Number((await debian.run(['systemctl', 'show', '-P', 'MainPID', unit])).trim());

/** What systemd and the programs said, where something goes wrong. */
async function explained(deed) {
  try {
    return await deed();
  } catch (error) {
    throw new Error(await debian.run(['journalctl', '--no-pager', '-q', '-n', '60']), { cause: error });
  }
}

test('apt installs it and what it needs', options, async () => {
  await debian.apt('install', '/tmp/admit.deb');
  assert.equal(await rights(SETTINGS), 'root:admit 640');
  assert.equal(await rights('/var/lib/admit'), 'admit:admit 700');
  assert.match(await debian.run(['getent', 'passwd', 'admit']), /:\/var\/lib\/admit:\/usr\/sbin\/nologin$/m);
  assert.match(await debian.run(['admit', 'version']), /^admit \d/);
  assert.equal(await debian.run(['dpkg', '--verify', 'admit']), '');
});

test('its units hold what systemd checks, and give up what they can', options, async () => {
  const files = UNITS.map((unit) => `/lib/systemd/system/${unit}`);
  // Without man-db it says so of the manual page; that is all.
  const { stdout, stderr } = await debian.tries(['systemd-analyze', 'verify', ...files]);
  assert.deepEqual(`${stdout}${stderr}`.split('\n').filter((line) => line && !/man admit\(1\)|'man'/.test(line)), []);
  for (const unit of ['admit-worker.service', 'admit@.service'])
    await debian.run(['systemd-analyze', 'security', '--offline=yes', '--threshold=20', `/lib/systemd/system/${unit}`]);
  assert.equal((await debian.run(['systemctl', 'is-enabled', 'admit.target'])).trim(), 'enabled');
  assert.equal(await isActive('admit.target'), false, 'nothing runs before the settings are there');
});

test('the settings are for its user alone', options, async () => {
  assert.equal((await asAdmit('check', '--settings')).status, 1);
  debian.append(SETTINGS, lines(shop.settings));
  const { status, stdout } = await asAdmit('check', '--settings');
  assert.equal(status, 0, stdout);
  assert.equal((await debian.tries(['admit', 'check', '--settings'], { user: 'www-data' })).status, 1);
});

test('a payment goes through', options, async () => {
  const conf = debian.read('/usr/share/doc/admit/examples/nginx.conf');
  debian.write('/etc/nginx/conf.d/shop.conf', conf.replace(/listen 80;/, `listen 127.0.0.1:${shop.port};`));
  await debian.run(['systemctl', 'reload', 'nginx']);
  await debian.run(['systemctl', 'start', 'admit.target']);
  await answers(shop.base);
  const setup = await asAdmit('setup');
  assert.equal(setup.status, 0, setup.stdout);
  await explained(() => sell(shop));
  assert.equal(await rights(LEDGER), 'admit:admit 600');
  assert.equal(await rights('/run/admit/pay.sock'), 'admit:www-data 660');
  shop.stripe.addEndpoint({ url: `${shop.base}/webhook`, enabled_events: ['*'] });
  const { status, stdout } = await asAdmit('check');
  assert.equal(status, 0, stdout);
});

test('what dies is started again', options, async () => {
  for (const unit of ['admit-worker.service', 'admit@pay.service', 'admit@webhook.service']) {
    const pid = await mainPid(unit);
    assert.ok(pid > 1, `${unit} runs`);
    await debian.sh(`kill -KILL ${pid}`);
    await until(async () => ![0, pid].includes(await mainPid(unit)), 20_000, unit);
  }
  await explained(() => sell(shop));
});

test('installed again, it keeps the settings and the ledger, and goes on as the new files', options, async () => {
  const kept = debian.read(SETTINGS), worker = await mainPid('admit-worker.service'), pay = await mainPid('admit@pay.service');
  const { status, stdout, stderr } = await debian.tries(['dpkg', '-i', '/tmp/admit.deb']);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stdout + stderr, /error|fail/i);
  assert.equal(debian.read(SETTINGS), kept);
  assert.equal(await rights(SETTINGS), 'root:admit 640');
  assert.notEqual(await mainPid('admit-worker.service'), worker);
  assert.equal(await mainPid('admit@pay.service'), pay, 'the program was not restarted, it went on');
  await explained(() => sell(shop));
});

test('removed, it leaves settings and ledger; purged, the ledger', options, async () => {
  const files = (await debian.run(['dpkg', '-L', 'admit'])).split('\n').filter((file) => /admit/.test(file));
  await debian.run(['dpkg', '--remove', 'admit']);
  for (const unit of [...UNITS, 'admit@pay.service']) assert.equal(await isActive(unit), false, unit);
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
