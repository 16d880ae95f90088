// A second opinion: telegram-test-api in Telegram's place, which nobody here wrote.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import TelegramServer from 'telegram-test-api';
import { LINK, SECRETS, freePort, startAdmit } from './harness.mjs';

test('the invite arrives at telegram-test-api', async () => {
  const port = await freePort();
  const server = new TelegramServer({ port, host: '127.0.0.1' });
  await server.start();
  const app = await startAdmit({ telegramBase: `http://127.0.0.1:${port}` });
  const token = SECRETS.TELEGRAM_BOT_TOKEN;
  const arrived = server.waitBotMessage();
  assert.equal((await app.buy(555)).status, 200);
  await arrived;
  const [{ message }] = server.getUpdatesHistory(token);
  assert.equal(String(message.chat_id), '555');
  assert.ok(message.text.includes(LINK));
  await app.settled();

  const { status, stdout } = await app.admit(['setup'], { BASE_URL: 'https://pay.example.com' });
  assert.ok(status === 0 || /setMyCommands/.test(stdout), 'setWebhook is understood; setMyCommands it does not know');
  assert.match(stdout, /Telegram sends updates to/);
  await app.stop();
  await server.stop();
});
