// Two hundred requests of every kind with patience, for programs that something slow watches (tests/valgrind.sh).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRETS, person, startAdmit, until } from './harness.mjs';

const PATIENCE_MS = 120_000;

for (const [mode, buyers] of [['fastcgi', 20], ['cgi', 3]]) {
  test(`a day of a shop, ${mode}`, { timeout: 10 * PATIENCE_MS }, async (t) => {
    const app = await startAdmit({ t, mode, env: { PAY_LINK_SECRET: 'aWordOfTheWebTests', LOG_LEVEL: 'error' } });
    for (let tgId = 1; tgId <= buyers; tgId += 1) {
      for (const text of ['/start', '/pay', '/status', '/help', 'hello']) await app.say(person(tgId), text);
      const id = await app.open(tgId);
      assert.equal((await app.request(`/paid?session_id=${id}`)).status, 200);
      const paid = await app.stripe.pay(id);
      assert.deepEqual([(await app.event(paid)).status, (await app.event(paid)).status], [200, 200]);
      assert.equal((await app.event(paid, { secret: 'whsec_wrong' })).status, 400);
    }
    for (const [where, how, status] of [
      ['/pay', {}, 400], ['/pay?tg_id=x', { headers: { accept: 'application/json' } }, 400], ['/pay?t=1.2.3', {}, 400], ['/pay?tg_id=1', { method: 'HEAD' }, 200],
      ['/paid?session_id=cs_test_none', {}, 404], ['/cancel', {}, 200], ['/health', {}, 200], ['/webhook', {}, 405],
      ['/webhook', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) }, 413],
      ['/tgupdate', { method: 'POST', body: '{}' }, 401],
      ['/tgupdate', { method: 'POST', body: '{', headers: { 'x-telegram-bot-api-secret-token': SECRETS.TELEGRAM_WEBHOOK_SECRET } }, 200],
    ]) assert.equal((await app.request(where, how)).status, status, where);
    for (let tgId = 1; tgId <= buyers; tgId += 1) await until(() => app.invites(tgId).length > 0, PATIENCE_MS, `the invite of ${tgId}`);
    assert.equal((await app.admit(['status'])).status, 0);
    assert.equal((await app.admit(['work', '--stop'])).status, 0);
  });
}
