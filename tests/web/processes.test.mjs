// The life of the processes behind a web server: killed, replaced, told to stop.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { keep } from '../fault/table.mjs';
import { IS_SANITIZED, OUT, PATIENCE_MS, SERVER, run, sleep, startAdmit, until } from './harness.mjs';
import { OF_A_FILE } from './ledger.mjs';
import { servers, startServer } from './servers.mjs';

const { isCgi, sockets } = servers[SERVER];
const isLighttpd = SERVER === 'lighttpd';
const kill = (pids, signal) => { for (const pid of pids) process.kill(pid, signal); };

/** The status, or 0 where the connection broke. */
const statusOf = (answer) => answer.then(({ status }) => status, () => 0);

test('a worker that is killed costs its request at most', { skip: isCgi }, async (t) => {
  const app = await startAdmit({ t });
  await app.open(5);
  const idle = app.answering('pay');
  if (isLighttpd) assert.equal(idle.length, 2);
  kill(idle.length > 1 ? idle.slice(1) : idle, 'SIGKILL');
  const statuses = await Promise.all(Array.from({ length: 30 }, () => statusOf(app.request('/pay?tg_id=5'))));
  const lost = statuses.filter((status) => status !== 303);
  assert.ok(lost.length <= (idle.length > 1 ? 0 : idle.length), `${lost}`);
  await until(() => app.answering('pay').length >= idle.length, PATIENCE_MS, 'they are started anew');

  app.stripe.setFault({ kind: 'hang' });
  const doomed = statusOf(app.request('/pay?tg_id=6'));
  await app.stripe.waitFor(({ fault }) => fault === 'hang');
  kill(app.answering('pay'), 'SIGKILL');
  app.stripe.setFault(null);
  const status = await doomed;
  assert.ok(status === 0 || status >= 500, `${status}`);
  await until(async () => await statusOf(app.request('/pay?tg_id=6')) === 303, PATIENCE_MS, 'the next click is answered');
});

test('new binaries take over in the middle of many requests', async (t) => {
  const app = await startAdmit({ t });
  await app.open(5);
  await app.update({ update_id: 1 }, { isReal: false });
  await app.request('/webhook');
  const before = app.heads();
  let renewals = 0;
  const renewsItself = isCgi || SERVER.startsWith('apache-fcgid') || SERVER === 'apache-htaccess';
  let left = IS_SANITIZED ? 600 : 1000;
  const statuses = new Map(), odd = [];
  const deeds = [
    ['a click', () => app.request(`/pay?tg_id=${100 + left}`)],
    ['an update', () => app.update({ update_id: 1000 + left }, { isReal: false })],
    ['a look', () => app.request('/health')],
    ['an event', () => app.event({ id: `evt_${left}`, object: 'event', type: 'ping', livemode: false, data: { object: {} } })],
  ];
  const visitor = async () => {
    while (left > 0) {
      left -= 1;
      const [what, does] = deeds[left % 4];
      const { status, text, ms } = await does();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (![200, 303].includes(status)) odd.push(`${status} to ${what} after ${Math.round(ms)} ms: ${text}`);
    }
  };
  const renew = async () => {
    while (left > 300) {
      app.replacePrograms();
      renewals += 1;
      if (!renewsItself) kill(before, 'SIGHUP');
      const mark = left;
      await until(() => left < mark - 200, 60_000, 'the visitors go on');
    }
  };
  await Promise.all([renew(), ...Array.from({ length: 8 }, visitor)]);
  const bad = app.log().split('\n').filter((line) => /level=(warn|error)/.test(line));
  assert.deepEqual([...statuses.keys()].sort(), [200, 303], [...odd, ...bad].join('\n'));
  if (renewsItself) return;
  assert.deepEqual(app.heads(), before, 'they are the same processes');
  await until(() => app.programs().every(({ file }) => !file.endsWith('(deleted)')), PATIENCE_MS, 'none runs an old file');
  assert.match(app.log(), /program_renewed/);
  if (!isLighttpd) return;
  keep('upgrade', [{
    name: 'new binaries in the middle of traffic', points: [...statuses.values()].reduce((sum, n) => sum + n),
    outcome: `${renewals} renewals while 8 visitors click: each request answered, 0 with an error`,
  }]);
});

test('a server whose port was taken starts anew in its folder, beside the programs that run there', { skip: !isLighttpd }, async (t) => {
  const app = await startAdmit({ t });
  const { port, dir, env } = app;
  const { web } = await startServer({ name: SERVER, dir, port, out: OUT, env, isUp: async () => true });
  await until(() => web.exitCode !== null, PATIENCE_MS, 'the port is taken');
  assert.equal((await app.request('/pay?tg_id=5')).status, 303);
});

test('told to stop, a program answers what it has, even while Stripe is silent', { skip: isCgi }, async (t) => {
  const app = await startAdmit({ t });
  app.stripe.setFault({ kind: 'hang' });
  const answer = app.request('/pay?tg_id=5');
  await app.stripe.waitFor(({ fault }) => fault === 'hang');
  const pids = app.heads();
  kill(pids, 'SIGTERM');
  assert.equal((await answer).status, 503, 'an honest page');
  await until(() => !app.programs().some(({ pid }) => pids.includes(pid)), PATIENCE_MS, 'they have ended');
  if (sockets) return; // whoever holds the socket starts it anew: systemd, not a server
  app.stripe.setFault(null);
  await until(async () => await statusOf(app.request('/pay?tg_id=5')) === 303, PATIENCE_MS, 'the server has started new ones');
});

test('what a program has promised is kept when the server and its programs are ended', async (t) => {
  const app = await startAdmit({ t });
  const id = await app.open(5);
  app.telegram.setFault({ kind: 'status', status: 500, next: 1 });
  assert.equal((await app.event(await app.stripe.pay(id))).status, 200);
  await app.telegram.waitFor(({ fault }) => fault === 'status');
  await app.stopServer();
  assert.deepEqual(app.programs(), []);
  await until(() => app.arrived(5) === 1, 20_000, 'the worker went on');
});

test('a lighttpd that is killed leaves no program behind', { skip: !isLighttpd }, async (t) => {
  const app = await startAdmit({ t });
  for (const [where, status] of [['/health', 200], ['/webhook', 405], ['/tgupdate', 405]]) assert.equal((await app.request(where)).status, status);
  app.web.kill('SIGKILL');
  await app.stop(); // looks at what is left
});

test('a worker whose slots are full sleeps, however often it is woken', async (t) => {
  const HANDS = 40; // of the line that these jobs are in
  const app = await startAdmit({ t, resident: true });
  await app.buy(5);
  await app.settled();
  app.telegram.setFault({ kind: 'hang', next: Infinity });
  app.write(`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${2 * HANDS})
    INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms) SELECT 2, 'full/' || i, 1000 + i, 'no_reminders', 1, 1 FROM c`);
  await app.buy(6); // wakes it
  await until(() => app.telegram.calls.filter(({ fault }) => fault === 'hang').length >= HANDS, 20_000, 'all hands are full');
  const [worker] = app.processes('admit work');
  const ticks = () => readFileSync(`/proc/${worker}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((a, b) => a + Number(b), 0);
  await app.buy(7);
  const before = ticks();
  await sleep(1000); // as long as it has nothing to do
  assert.ok(ticks() - before < 30, `${ticks() - before} ticks of 100 gone`);
});

/** Lets what one program writes grow to 32 KiB; by CGI each request's process is started so. @returns {() => void} lifts it */
function limitFiles(app, name) {
  const limit = '--fsize=32768:unlimited';
  if (isCgi) {
    const [program, whole] = [`${app.cgi}/${name}.fcgi`, `${app.cgi}/whole.${name}.fcgi`];
    renameSync(program, whole);
    writeFileSync(program, `#!/bin/sh\nexec prlimit ${limit} '${whole}'\n`, { mode: 0o755 });
    return () => renameSync(whole, program);
  }
  const pids = app.answering(name);
  for (const pid of pids) execFileSync('prlimit', ['--pid', String(pid), limit]);
  return () => { for (const pid of pids) spawnSync('prlimit', ['--pid', String(pid), '--fsize=unlimited:unlimited']); };
}

test('files that may not grow are errors, not the end: 503, said in the log, taken again when they may', OF_A_FILE, async (t) => {
  const app = await startAdmit({ t, env: { RECONCILE_MINUTES: '0' } });
  assert.equal((await app.buy(5)).status, 200);
  await app.invited(5);
  await app.settled();
  await app.admit(['work', '--stop']);
  const event = await app.stripe.pay(await app.open(6));
  const lift = limitFiles(app, 'webhook');
  const { status, text } = await app.event(event);
  assert.equal(status, 503);
  assert.match(text, /not recorded/, 'the program says so itself: it was not killed');
  assert.match(app.log(), /ev=database_failed/);
  // Nothing was promised, so no worker was started: one would have inherited the limit, and keep the others out.
  lift();
  assert.equal((await app.event(event)).status, 200);
  await app.invited(6);
});

test('a limit of files\' size is named by the log of the start and by check', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/health')).status, 200);
  const limited = (args, more = {}) => run('prlimit', ['--fsize=10000000', `${OUT}/bin/admit`, ...args], { ...app.env, ...more });
  assert.match((await limited(['work', '--stop'])).stderr, /ev=host_odd .*files may not grow over 10000000 bytes/);
  assert.match((await limited(['check'])).stdout, /note +host +files may not grow over 10000000 bytes/);
  // What does not start has no consequences to look for: its faults stand alone.
  const { stderr } = await limited(['work', '--stop'], { STRIPE_SECRET_KEY: 'nonsense' });
  assert.match(stderr, /ev=setting_wrong .*STRIPE_SECRET_KEY/);
  assert.doesNotMatch(stderr, /ev=host_odd/);
});

/** Only root, in a namespace of its own, can have no /proc; a sanitizer looks for leaks, and for its own settings, there. */
const canHide = process.getuid() === 0 && !IS_SANITIZED && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/proc']).status === 0;

test('without /proc: named, and the worker works', { skip: !canHide && 'only root can hide /proc, and from no sanitizer' }, async (t) => {
  const app = await startAdmit({ t });
  app.telegram.setFault({ kind: 'status', status: 500, next: 1 });
  await app.buy(5);
  await app.telegram.waitFor(({ fault }) => fault === 'status');
  await app.admit(['work', '--stop']);
  app.write('UPDATE jobs SET due_ms = 1 WHERE done_ms IS NULL');
  const { status, stderr } = await run('unshare', ['-m', 'sh', '-c', `mount -t tmpfs none /proc && exec ${OUT}/bin/admit work --once`], app.env);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /ev=host_odd .*\/proc is not there/);
  assert.equal(app.invites(5).length, 2, 'the second one was taken');
});
