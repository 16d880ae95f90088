// /metrics and the alerts that are made of it. Prometheus' own promtool judges both where it is installed.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MODES, ROOT, startAdmit } from './harness.mjs';

const TOKEN = 'a-token_ofTheWebTests';
const RULES = `${ROOT}/deploy/prometheus-rules.yml`;
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const authorization = `Bearer ${TOKEN}`;

/** The text form as its specification has it: { NAME: { type, samples: { 'label="value"': number } } }. */
function parse(text) {
  const metrics = {};
  assert.ok(text.endsWith('\n'), 'the last line ends, too');
  for (const line of text.trimEnd().split('\n')) {
    const [, help] = /^# HELP ([a-z_:]+) \S/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE ([a-z_:]+) (counter|gauge)$/.exec(line) ?? [];
    const [, name, labels = '', value] = /^([a-z_:]+)(?:\{([a-z]+="(?:[^"\\]|\\.)*")\})? (\d+)$/.exec(line) ?? [];
    assert.ok(help || typed || name, line);
    if (help) metrics[help] = { samples: {} };
    if (typed) metrics[typed].type = type;
    if (name) {
      assert.ok(metrics[name].type, `${name} has a type`);
      assert.equal(Object.keys(metrics).at(-1), name, 'samples of one metric stand together');
      assert.ok(!(labels in metrics[name].samples), `${line} stands there once`);
      metrics[name].samples[labels] = Number(value);
      assert.equal(name.endsWith('_total'), metrics[name].type === 'counter', name);
    }
  }
  return metrics;
}

const read = async (app) => parse((await app.request('/metrics', { headers: { authorization } })).text);

for (const mode of MODES)
  test(`what is counted, by ${mode}, for who knows the token`, async (t) => {
    const app = await startAdmit({ t, mode, env: { METRICS_TOKEN: TOKEN } });
    for (const headers of [{}, { authorization: 'Bearer other' }, { authorization: `Basic ${TOKEN}` }, { authorization: 'Bearer' }]) {
      const refused = await app.request('/metrics', { headers });
      assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer']);
      assert.doesNotMatch(refused.text, /admit_/);
    }
    assert.equal((await app.request(`/metrics?token=${TOKEN}`)).status, 401, 'an address is written into logs');
    const res = await app.request('/metrics', { headers: { authorization } });
    assert.deepEqual([res.status, res.headers.get('content-type'), res.headers.get('cache-control')],
      [200, 'text/plain; version=0.0.4; charset=utf-8', 'no-store']);
    const before = parse(res.text);
    assert.equal(before.admit_payments_total.samples[''], 0);
    await app.buy(5);
    await app.buy(6);
    await app.settled();
    const now = await read(app);
    assert.equal(now.admit_payments_total.samples[''], 2);
    assert.equal(now.admit_users.samples[''], 2);
    assert.deepEqual(now.admit_access.samples, { 'product="course"': 2 });
    assert.equal(now.admit_jobs_waiting.samples['line="invite"'], 0);
    for (const name of ['payment', 'event']) {
      const ago = Date.now() / 1000 - now[`admit_last_${name}_timestamp_seconds`].samples[''];
      assert.ok(ago >= -1 && ago < 300, `${name}: ${ago} s ago`);
    }
    if (hasPromtool) execFileSync('promtool', ['check', 'metrics'], { input: (await app.request('/metrics', { headers: { authorization } })).text });
    assert.ok(!app.log().includes(TOKEN), 'the log does not have the token');
  });

test('without a token there is no such page, and /health is for all', async (t) => {
  const app = await startAdmit({ t });
  assert.equal((await app.request('/metrics', { headers: { authorization } })).status, 404);
  const health = await app.request('/health');
  assert.deepEqual([health.status, JSON.parse(health.text).ok], [200, true]);
  assert.equal((await app.request('/health', { method: 'HEAD' })).status, 200, 'as uptime robots ask');
});

test('alerts are about what is counted', async (t) => {
  const app = await startAdmit({ t, env: { METRICS_TOKEN: TOKEN } });
  const metrics = await read(app);
  const text = readFileSync(RULES, 'utf8');
  const alerts = text.split('\n      - alert: ').slice(1);
  assert.ok(alerts.length >= 6);
  for (const alert of alerts) {
    const [, expr] = /\n        expr: (.+)\n/.exec(alert) ?? [];
    assert.ok(expr, alert);
    for (const [name] of expr.matchAll(/admit_[a-z_]+/g)) assert.ok(metrics[name], `${name} is counted`);
    for (const [, name, label, values] of expr.matchAll(/(admit_[a-z_]+)\{([a-z]+)=~?"([^"]+)"\}/g))
      for (const value of values.split('|')) assert.ok(`${label}="${value}"` in metrics[name].samples, `${name} has ${label}="${value}"`);
    for (const key of ['labels:', 'severity:', 'annotations:', 'summary:', 'description:']) assert.ok(alert.includes(key), `${key} of ${alert.split('\n')[0]}`);
    assert.match(expr.trim(), /up|admit_/);
  }
  if (hasPromtool) execFileSync('promtool', ['check', 'rules', RULES]);
});
