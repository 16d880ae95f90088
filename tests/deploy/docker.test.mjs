// deploy/Dockerfile, its own steps carried out in plain Debian roots: as its own user, on $PORT, a payment; what a host
// does to a container: asks for its health, puts a proxy in front, stops it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Proxy, Server } from '../web/cluster.mjs';
import { PATIENCE_MS, ROOT, ended, person, until } from '../web/harness.mjs';
import { build, parse } from './dockerfile.mjs';
import { answers, openShop, sell } from './shop.mjs';

const COMPOSE = readFileSync(path.join(ROOT, 'deploy/compose-postgres.yml'), 'utf8');
const RENDER = readFileSync(path.join(ROOT, 'deploy/render.yaml'), 'utf8');
const DOCKERFILE = path.join(ROOT, 'deploy/Dockerfile');
const UID = '10001';
const ends = [];
const context = { after: (end) => ends.push(end) };
let image, shop;
before(async () => {
  image = await build(context, DOCKERFILE, ROOT);
  shop = await openShop(context);
}, { timeout: 600_000 });
after(async () => { for (const end of ends.reverse()) await end(); });

const settings = (env = {}) => ({ PORT: String(shop.port), ...shop.settings, ...env });

/** The processes of the container's user. */
async function processes() {
  const script = `for p in /proc/[0-9]*; do [ "$(stat -c %u $p 2>/dev/null)" != ${UID} ] || tr '\\0' ' ' < $p/cmdline; echo; done`;
  return (await image.debian.run(['sh', '-c', script])).split('\n').filter((line) => line.trim());
}

function start(env, cmd = image.cmd) {
  const [argv, options] = image.command(['sh', '-c', 'echo $$ > /tmp/cmd.pid; exec "$@"', 'sh', ...cmd], settings(env));
  return image.debian.start(argv, '/tmp/container.log', options);
}

async function stop(container) {
  await image.debian.sh('kill -TERM $(cat /tmp/cmd.pid)');
  await ended(container);
  return container.exitCode;
}

/** A buyer whose session takes Stripe a while: `reached` once Stripe has been asked. */
function slowly(tgId) {
  const { stripe, base } = shop;
  const handle = stripe.handle.bind(stripe);
  stripe.latencyMs = 500;
  const reached = new Promise((done) => {
    stripe.handle = (...args) => {
      done();
      return handle(...args);
    };
  });
  const answer = fetch(`${base}/pay?tg_id=${tgId}`, { redirect: 'manual' }).finally(() => { stripe.latencyMs = 0; });
  return { reached, answer };
}

/** Runs a command inside, as docker exec does. */
const exec = (argv, env = {}) => image.debian.tries(...image.command(argv, settings(env)));

/** The log, where something goes wrong. */
async function explained(deed) {
  try {
    return await deed();
  } catch (error) {
    throw new Error(`${error.message}\n${image.debian.read('/tmp/container.log')}`, { cause: error });
  }
}

test('the image runs as its own user and has no compiler', async () => {
  assert.notEqual(image.user, 'root');
  const { stdout } = await exec(['id', '-u']);
  assert.equal(stdout.trim(), UID);
  assert.notEqual((await exec(['sh', '-c', 'command -v gcc'])).status, 0);
});

test('what is missing in the settings is said, and nothing starts', async () => {
  const { status, stdout } = await exec(image.cmd, { STRIPE_SECRET_KEY: '' });
  assert.equal(status, 1);
  assert.match(stdout, /STRIPE_SECRET_KEY is/);
});

test('a payment goes through', async () => {
  const container = start();
  await explained(() => answers(shop.base));
  const setup = await exec(['admit', 'setup']);
  assert.equal(setup.status, 0, setup.stdout);
  await explained(() => sell(shop));
  shop.stripe.addEndpoint({ url: `${shop.base}/webhook`, enabled_events: ['*'] });
  const { status, stdout } = await exec(['admit', 'check']);
  assert.equal(status, 0, stdout);
  assert.equal((await exec(image.healthcheck)).status, 0, 'it is healthy');
  assert.ok((await processes()).some((line) => line.startsWith('admit work --stay')), 'the worker is beside it');
  assert.match(image.debian.read('/tmp/container.log'), /prog=webhook ev=refused/, 'the log comes out of the container');
  const late = slowly(900_000_002);
  await late.reached;
  assert.equal(await stop(container), 0);
  assert.equal((await late.answer).status, 303, 'who is being answered is answered');
  await until(async () => (await processes()).length === 0, PATIENCE_MS, 'nothing is left');
  assert.notEqual((await exec(image.healthcheck)).status, 0, 'it is not healthy any more');
});

test('where a part of it ends, all of it does', async () => {
  for (const part of ['admit work', 'lighttpd -D']) {
    const container = start();
    await explained(() => answers(shop.base));
    await until(async () => (await processes()).some((line) => line.startsWith(part)), PATIENCE_MS, part);
    await image.debian.sh(`for p in /proc/[0-9]*; do
      case $(tr '\\0' ' ' < $p/cmdline) in "${part}"*) kill -KILL \${p#/proc/} ;; esac; done`);
    await ended(container);
    assert.equal(container.exitCode, 1);
    await until(async () => (await processes()).length === 0, 10_000, 'all have ended');
  }
});

test('behind the host\'s proxy only https is served', async () => {
  const container = start({ BASE_URL: 'https://pay.example.com', TRUSTED_PROXIES: '127.0.0.0/8' });
  await explained(() => answers(shop.base));
  const ask = (proto) => fetch(`${shop.base}/pay?tg_id=${person(900_000_001).id}`,
    { redirect: 'manual', headers: { 'x-forwarded-proto': proto, 'x-forwarded-for': '203.0.113.7' } });
  assert.match((await ask('http')).headers.get('location'), /^https:\/\/pay\.example\.com\/pay\?tg_id=/);
  assert.ok(!(await ask('https')).headers.get('location').startsWith('https://pay.example.com'));
  assert.equal((await fetch(`${shop.base}/health`, { redirect: 'manual' })).status, 200, 'the host itself asks by http');
  assert.equal(await stop(container), 0);
});

/** A server that asks for a password, as the compose file's image does. */
async function passwordServer(t, password) {
  const server = await Server.make();
  t.after(() => server.remove());
  await server.start();
  server.create('admit');
  server.sql('postgres', `ALTER ROLE admit PASSWORD '${password}'`);
  writeFileSync(`${server.data}/pg_hba.conf`, 'local all all scram-sha-256\n');
  await server.reload();
  const proxy = await Proxy.to(server);
  t.after(() => proxy.close());
  return String(proxy.port);
}

test('with its ledger in PostgreSQL, as the compose file has it and started as Render does', async (t) => {
  const password = 'b1d0'.repeat(12);
  const port = await passwordServer(t, password);
  image.debian.append('/etc/hosts', '127.0.0.1 ledger\n'); // the name of the service
  const said = (name) => new RegExp(`^ +${name}: (.*)$`, 'm').exec(COMPOSE)[1].replace('${POSTGRES_PASSWORD}', password);
  const env = { DATABASE_URL: said('DATABASE_URL'), WORKER_FOLDER: said('WORKER_FOLDER'), PGPORT: port };
  // Render takes the words apart at blanks, whatever quotes say, and gives them to no shell.
  const [, command] = /^ +dockerCommand: (.*)$/m.exec(RENDER);
  assert.match(command, /^[\w./ -]+$/);
  shop.telegram.webhook = null;
  const container = start(env, command.split(' '));
  await explained(() => answers(shop.base));
  assert.match(shop.telegram.webhook?.url ?? '', /\/tgupdate$/, 'Telegram was told');
  await explained(() => sell(shop));
  const { stdout } = await exec(['admit', 'check'], env);
  assert.match(stdout, /^ok +ledger +postgresql:/m);
  assert.doesNotMatch(stdout + image.debian.read('/tmp/container.log'), new RegExp(password));
  assert.equal((await exec(image.healthcheck, env)).status, 0, 'it is healthy');
  assert.equal(await stop(container), 0);
});

test('an instruction that the test does not know is refused', async () => {
  assert.deepEqual(parse('# x\nRUN a \\\n  b\n'), [{ word: 'RUN', rest: 'a    b' }]);
  assert.ok(readFileSync(DOCKERFILE, 'utf8').includes('HEALTHCHECK'));
  await assert.rejects(image.step({ word: 'ONBUILD', rest: 'RUN true' }), /does not know ONBUILD/);
  await assert.rejects(image.step({ word: 'COPY', rest: 'tests/web x' }), /not in the context/);
  await assert.rejects(image.step({ word: 'COPY', rest: '--chmod=700 a b' }), /does not know COPY --chmod/);
});
