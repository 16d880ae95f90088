// POST /tgupdate: who may post, what is answered, and what is left alone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SECRETS, person, startAdmit } from './harness.mjs';

let nextId = 500_000;
const now = () => Math.floor(Date.now() / 1000);
const privateChat = (user) => ({ id: user.id, type: 'private', first_name: user.first_name });
const group = { id: -1001234567890, type: 'supergroup', title: 'A group' };
const message = (user, content, chat = privateChat(user)) => ({ message_id: 7, date: now(), chat, from: user, ...content });
const update = (content) => ({ update_id: (nextId += 1), ...content });
const text = (user, words, chat) => update({ message: message(user, { text: words }, chat) });
const USER = person(50_000);

describe('updates', () => {
  let app;
  before(async () => { app = await startAdmit(); });
  after(() => app.stop());

  const TOKEN = 'x-telegram-bot-api-secret-token';
  const secrets = [
    ['the right one', SECRETS.TELEGRAM_WEBHOOK_SECRET, 200],
    ['none', undefined, 401],
    ['an empty one', '', 401],
    ['another one', 'secret-token', 401],
    ['the beginning of it', SECRETS.TELEGRAM_WEBHOOK_SECRET.slice(0, -1), 401],
    ['more than it', `${SECRETS.TELEGRAM_WEBHOOK_SECRET}x`, 401],
    ['in other case', SECRETS.TELEGRAM_WEBHOOK_SECRET.toUpperCase(), 401],
  ];
  for (const [why, secret, status] of secrets)
    test(`secret token: ${why}`, async () => {
      const res = await app.request('/tgupdate', {
        method: 'POST', body: JSON.stringify(text(USER, '/start')), headers: secret === undefined ? {} : { [TOKEN]: secret },
      });
      assert.equal(res.status, status);
    });

  const answered = [
    ['/pay', /\/pay\?tg_id=50000$/],
    ['/PAY', /\/pay\?tg_id=50000$/],
    ['/pay@our_bot', /\/pay\?tg_id=50000$/],
    ['/pay now', /\/pay\?tg_id=50000$/],
    ['/pay\nnow', /\/pay\?tg_id=50000$/],
    ['/start', /Вітаємо/],
    ['/start from_a_deep_link', /Вітаємо/],
    ['/help', /поки не бачимо/],
    ['/status', /поки немає/],
    ['/payment', /\/pay — оплатити/],
    ['hello', /\/pay — оплатити/],
    ['', /\/pay — оплатити/],
    ['<b>&"\' {link} {url} %s', /\/pay — оплатити/],
    ['x'.repeat(4096), /\/pay — оплатити/],
  ];
  for (const [words, pattern] of answered)
    test(`answered: ${JSON.stringify(words.slice(0, 24))}`, async () => {
      const res = await app.update(text(USER, words));
      const reply = JSON.parse(res.text);
      assert.equal(reply.method, 'sendMessage');
      assert.equal(reply.chat_id, USER.id);
      assert.match(reply.text, pattern);
      assert.match(res.headers.get('content-type'), /application\/json/);
    });

  test('a picture gets the hint', async () => {
    const photo = [{ file_id: 'a', file_unique_id: 'b', width: 1, height: 1 }];
    assert.match(JSON.parse((await app.update(update({ message: message(USER, { photo }) }))).text).text, /оплатити/);
  });

  const ignored = [
    ['a command in a group', () => text(USER, '/pay', group)],
    ['a message of a channel', () => update({ channel_post: { message_id: 1, date: now(), chat: { id: -1, type: 'channel', title: 'c' }, text: '/pay' } })],
    ['an edit', () => update({ edited_message: { ...message(USER, { text: '/pay' }), edit_date: now() } })],
    ['another bot', () => text({ ...USER, is_bot: true }, '/pay')],
    ['a message in the name of a chat', () => update({ message: { ...message(USER, { text: '/pay' }), from: undefined } })],
    ['an id of 53 bits', () => text({ ...USER, id: 2 ** 52 + 1 }, '/pay')],
    ['a poll', () => update({ poll: { id: '1', question: 'q', options: [], total_voter_count: 0, is_closed: false, is_anonymous: true, type: 'regular', allows_multiple_answers: false } })],
    ['a kind from the future', () => update({ telepathy: { from: USER } })],
    ['nothing but a number', () => update({})],
    ['types all wrong', () => update({ message: 'x', callback_query: 5 })],
  ];
  for (const [why, make] of ignored)
    test(`left alone: ${why}`, async () => {
      const res = await app.request('/tgupdate', {
        method: 'POST', body: JSON.stringify(make()), headers: { [TOKEN]: SECRETS.TELEGRAM_WEBHOOK_SECRET },
      });
      assert.deepEqual([res.status, res.text], [200, '{}']);
    });

  const rubbish = ['', 'hello', '[]', '{"update_id":', '{"update_id":"5"}', '{"update_id":-1}', '{"update_id":1e400}',
    `{"update_id":5,"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`];
  for (const body of rubbish)
    test(`rubbish with the right secret is taken: ${body.slice(0, 20)}`, async () => {
      const res = await app.request('/tgupdate', { method: 'POST', body, headers: { [TOKEN]: SECRETS.TELEGRAM_WEBHOOK_SECRET } });
      assert.equal(res.status, 200);
    });

  test('over 1 MiB: 413; other methods: 405', async () => {
    const headers = { [TOKEN]: SECRETS.TELEGRAM_WEBHOOK_SECRET };
    assert.equal((await app.request('/tgupdate', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1), headers })).status, 413);
    assert.equal((await app.request('/tgupdate', { headers })).status, 405);
  });

  test('the same update five times: one reply', async () => {
    const same = text(USER, '/pay');
    const replies = [];
    for (let i = 0; i < 5; i += 1) replies.push((await app.update(same)).text);
    assert.equal(replies.filter((reply) => reply.includes('sendMessage')).length, 1);
  });

  test('the same update twenty times at once: one reply', async () => {
    const same = text(USER, '/pay');
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.update(same)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(answers.filter((answer) => answer.text.includes('sendMessage')).length, 1);
  });

  const button = (more) => update({ callback_query: { id: `${nextId}`, from: USER, chat_instance: '1', data: 'buy', message: message(person(1, { is_bot: true }), { text: 'x' }, privateChat(USER)), ...more } });
  const pressed = [
    ['buy', () => button({}), 1],
    ['another one', () => button({ data: 'rent' }), 0],
    ['without data', () => button({ data: undefined, game_short_name: 'g' }), 0],
    ['in a group', () => button({ message: message(USER, { text: 'x' }, group) }), 0],
    ['of a message that is gone', () => button({ message: undefined, inline_message_id: 'i' }), 1],
    ['of a message too old', () => button({ message: { chat: privateChat(USER), message_id: 1, date: 0 } }), 1],
  ];
  for (const [why, make, nLinks] of pressed)
    test(`a button is always answered: ${why}`, async () => {
      const from = app.telegram.calls.length;
      const given = make();
      const res = await app.update(given);
      assert.equal(JSON.parse(res.text).method, 'answerCallbackQuery');
      assert.equal((await app.update(given)).text, '{}', 'and once');
      await app.settled();
      const links = app.telegram.calls.slice(from).filter(({ method, params }) => method === 'sendMessage' && params.text.includes('/pay?tg_id='));
      assert.equal(links.length, nLinks);
    });

  test('only the own link is ever told', () => {
    const told = app.telegram.calls.filter(({ params }) => /tg_id=/.test(params.text ?? ''));
    for (const { params } of told) assert.match(params.text, new RegExp(`tg_id=${params.chat_id}$`));
  });
});

const missing = [
  ['TELEGRAM_WEBHOOK_SECRET', '/tgupdate', { TELEGRAM_WEBHOOK_SECRET: undefined }],
  ['STRIPE_WEBHOOK_SECRET', '/webhook', { STRIPE_WEBHOOK_SECRET: undefined }],
  ['an empty STRIPE_WEBHOOK_SECRET', '/webhook', { STRIPE_WEBHOOK_SECRET: '' }],
];
for (const [why, where, env] of missing)
  test(`${why}: 500, and the others work`, async () => {
    const app = await startAdmit({ env });
    const other = where === '/webhook' ? await app.say(USER, '/pay') : { status: (await app.request('/pay?tg_id=5')).status };
    assert.equal((await app.request(where, { method: 'POST', body: '{}' })).status, 500);
    assert.ok([200, 303].includes(other.status));
    assert.match(app.log(), /ev=setting_wrong/);
    await app.stop();
  });
