// A second opinion: telegram-test-api in Telegram's place, which nobody here wrote. It covers setWebhook, sendMessage and
// users who write and press. It knows nothing of the secret token, so that its updates are carried to us by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import TelegramServer from 'telegram-test-api';
import { LINK, SECRETS, freePort, startAdmit } from './harness.mjs';

const TOKEN = SECRETS.TELEGRAM_BOT_TOKEN;

async function startOther(t) {
  for (let tries = 1; ; tries += 1) {
    const server = new TelegramServer({ port: await freePort(), host: '127.0.0.1' });
    try {
      await server.start();
      t.after(() => server.stop());
      return server;
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || tries === 5) throw error;
    }
  }
}

test('a purchase at telegram-test-api', async (t) => {
  const server = await startOther(t);
  const app = await startAdmit({ t, telegramBase: `http://127.0.0.1:${server.config.port}` });
  const buyer = server.getClient(TOKEN, { userId: 555, chatId: 555, timeout: 5000, interval: 20 });
  /** What the buyer did reaches the bot as this server has written it. */
  const carry = async () => {
    const [update] = server.getUpdates(TOKEN);
    return JSON.parse((await app.update(update, { isReal: false })).text);
  };

  await buyer.sendCommand(buyer.makeCommand('/start'));
  assert.equal((await carry()).method, 'sendMessage');
  await buyer.sendCallback(buyer.makeCallbackQuery('buy', { message: { message_id: 1, date: 1, text: 'x' } }));
  assert.equal((await carry()).method, 'answerCallbackQuery');
  const { result: [{ message: link }] } = await buyer.getUpdates();
  assert.ok(link.reply_markup.inline_keyboard[0][0].url.startsWith(`${app.base}/pay?tg_id=555`));
  assert.equal(link.reply_markup.inline_keyboard[0][0].text, '💳 Перейти до оплати');

  assert.equal((await app.buy(555)).status, 200);
  const { result: [{ message: invite }] } = await buyer.getUpdates();
  assert.equal(String(invite.chat_id), '555');
  assert.ok(invite.text.includes(LINK));
  await app.settled();
  const sent = (await buyer.getUpdatesHistory()).filter(({ message }) => message?.chat_id && message.text.includes(LINK));
  assert.equal(sent.length, 1, 'its history has one invite');

  const { status, stdout } = await app.admit(['setup'], { BASE_URL: 'https://pay.example.com' });
  assert.ok(status === 0 || /setMyCommands/.test(stdout), 'setWebhook is understood; setMyCommands it does not know');
  assert.match(stdout, /Telegram sends updates to/);
});
