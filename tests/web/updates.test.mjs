// POST /tgupdate: who may post, what is answered, and what is left alone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SECRETS, person, says, startAdmit } from './harness.mjs';

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
  after(() => app?.stop());

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
    ['/pay', /\/pay\?tg_id=50000&language=uk$/],
    ['/PAY', /\/pay\?tg_id=50000&language=uk$/],
    ['/pay@our_bot', /\/pay\?tg_id=50000&language=uk$/],
    ['/pay now', /\/pay\?tg_id=50000&language=uk$/],
    ['/pay\nnow', /\/pay\?tg_id=50000&language=uk$/],
    ['/start', /Вітаємо/],
    ['/start from_a_deep_link', /Вітаємо/],
    ['/help', /поки не бачимо/],
    ['/status', /поки немає/],
    ['/language', /Оберіть мову/],
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
      assert.match(says(reply), pattern);
      assert.match(res.headers.get('content-type'), /application\/json/);
    });

  const file = { file_id: 'a', file_unique_id: 'b', file_size: 1 };
  const photo = [{ ...file, width: 1, height: 1 }];
  const location = { latitude: 50.45, longitude: 30.52 };
  const poll = {
    id: '1', question: 'q', options: [], total_voter_count: 0, is_closed: false, is_anonymous: true, type: 'regular',
    allows_multiple_answers: false, allows_revoting: false, members_only: false,
  };
  const kinds = [
    ['photo', { photo }],
    ['photo with words below it', { photo, caption: 'x' }],
    ['sticker', { sticker: { ...file, type: 'regular', width: 1, height: 1, is_animated: false, is_video: false } }],
    ['voice', { voice: { ...file, duration: 1 } }],
    ['audio', { audio: { ...file, duration: 1 } }],
    ['video', { video: { ...file, width: 1, height: 1, duration: 1 } }],
    ['video note', { video_note: { ...file, length: 1, duration: 1 } }],
    ['animation', { animation: { ...file, width: 1, height: 1, duration: 1 } }],
    ['document', { document: file }],
    ['contact', { contact: { phone_number: '+1', first_name: 'user_name' } }],
    ['dice', { dice: { emoji: '🎲', value: 6 } }],
    ['location', { location }],
    ['venue', { venue: { location, title: 't', address: 'a' } }],
    ['poll', { poll }],
    ['story', { story: { chat: privateChat(USER), id: 1 } }],
    ['forwarded text', { text: 'x', forward_origin: { type: 'hidden_user', sender_user_name: 'user_name', date: 1 } }],
    ['reply with a quote', { text: 'x', quote: { text: '/pay', position: 0 } }],
    ['message through another bot', { text: 'x', via_bot: person(7, { is_bot: true }) }],
  ];
  const notes = [
    ['automatic deletion', { message_auto_delete_timer_changed: { message_auto_delete_time: 60 } }],
    ['write access', { write_access_allowed: {} }],
    ['web app data', { web_app_data: { data: '/pay', button_text: 'b' } }],
    ['a pin', { pinned_message: message(USER, { text: '/pay' }) }],
  ];
  for (const [why, content] of kinds) {
    test(`a private message that is no command gets the hint and no link: ${why}`, async () => {
      const reply = JSON.parse((await app.update(update({ message: message(USER, content) }))).text);
      assert.match(reply.text, /\/pay — оплатити/);
      assert.equal(reply.chat_id, USER.id);
      assert.doesNotMatch(JSON.stringify(reply), /tg_id=/);
    });
  }
  test('a command below a photo is one', async () => {
    const reply = JSON.parse((await app.update(update({ message: message(USER, { photo, caption: '/pay' }) }))).text);
    assert.match(reply.reply_markup.inline_keyboard[0][0].url, /tg_id=50000/);
  });
  for (const [why, content] of [...kinds, ...notes])
    test(`left alone in a group: ${why}`, async () => {
      const res = await app.update(update({ message: message(USER, content, group) }));
      assert.deepEqual([res.status, res.text], [200, '{}']);
    });
  for (const [why, content] of notes)
    test(`a note of Telegram's is no message: ${why}`, async () => {
      const res = await app.update(update({ message: message(USER, content) }));
      assert.deepEqual([res.status, res.text], [200, '{}']);
    });

  const names = [
    ['markup', '<a href="https://evil.example">x</a>'], ['a header', 'x\r\nX-Injected: yes'], ['a log line', 'x\nts=1 level=error ev=forged'],
    ['writing to the left', '\u202Eoreh'], ['half a character', '\uD83E'], ['a NUL', 'a\u0000b'], ['holes', '{link}{url}%s%n'],
    ['SQL', "'); DROP TABLE users; --"], ['nothing', ''], ['ten thousand letters', 'x'.repeat(10_000)],
  ];
  for (const [why, name] of names)
    test(`a name does no harm: ${why}`, async () => {
      const user = person(50_001, { first_name: name, last_name: name, username: name, language_code: name });
      for (const words of ['/start', name]) {
        const res = await app.update(text(user, words), { isReal: false });
        assert.equal(res.status, 200);
        assert.equal(res.headers.get('x-injected'), null);
        assert.doesNotMatch(res.text, /evil|forged|oreh|DROP|xxxxx/);
      }
      assert.doesNotMatch(app.log(), /^ts=1 |evil\.example/m);
      assert.notEqual(app.sql('SELECT COUNT(*) FROM users')[0][0], '0');
    });

  const asked = { id: '1', from: USER, query: '/pay', offset: '' };
  const member = { chat: group, from: USER, date: 1, old_chat_member: { status: 'left', user: USER }, new_chat_member: { status: 'member', user: USER } };
  const ignored = [
    ['a command in a group', { message: message(USER, { text: '/pay' }, group) }],
    ['a command in a channel', { channel_post: { message_id: 1, date: now(), chat: { id: -1, type: 'channel', title: 'c' }, text: '/pay' } }],
    ['an edited post', { edited_channel_post: { message_id: 1, date: now(), edit_date: now(), chat: { id: -1, type: 'channel', title: 'c' }, text: '/pay' } }],
    ['an edit', { edited_message: { ...message(USER, { text: '/pay' }), edit_date: now() } }],
    ['another bot', { message: message(person(50_002, { is_bot: true }), { text: '/pay' }) }],
    ['an inline query', { inline_query: asked }],
    ['a chosen result', { chosen_inline_result: { result_id: '1', from: USER, query: '/pay' } }],
    ['a poll', { poll }],
    ['a vote', { poll_answer: { poll_id: '1', user: USER, option_ids: [0], option_persistent_ids: ['0'] } }],
    ['a shipping query', { shipping_query: { id: '1', from: USER, invoice_payload: 'p', shipping_address: { country_code: 'UA', state: '', city: '', street_line1: '', street_line2: '', post_code: '' } } }],
    ['a member of a group', { chat_member: member }],
    ['the bot put into a group', { my_chat_member: member }],
    ['a reaction', { message_reaction: { chat: privateChat(USER), user: USER, message_id: 1, date: 1, old_reaction: [], new_reaction: [] } }],
    ['a request to join', { chat_join_request: { chat: group, from: USER, user_chat_id: USER.id, date: 1 } }],
  ];
  const strange = [
    ['a message in the name of a chat', { message: { ...message(USER, { text: '/pay' }), from: undefined } }],
    ['an id of 53 bits', { message: message({ ...USER, id: 2 ** 52 + 1 }, { text: '/pay' }) }],
    ['an id below zero', { message: message({ ...USER, id: -5 }, { text: '/pay' }) }],
    ['an id that is a text', { message: message({ ...USER, id: '50000' }, { text: '/pay' }) }],
    ['an id with a fraction', { message: message({ ...USER, id: 5.5 }, { text: '/pay' }) }],
    ['another one\'s chat', { message: message(USER, { text: '/pay' }, privateChat(person(50_003))) }],
    ['a kind from the future', { telepathy: { from: USER } }],
    ['a subscription in a state of another time', { subscription: { user: USER, invoice_payload: 'admit:course', state: 'hibernating' } }],
    ['a subscription of something of no shape', { subscription: { user: 5, invoice_payload: [], state: {} } }],
    ['nothing but a number', {}],
    ['types all wrong', { message: 'x', callback_query: 5 }],
    ['a list for a message', { message: [] }],
    ['null for a message', { message: null }],
  ];
  for (const [isReal, rows] of [[true, ignored], [false, strange]])
    for (const [why, content] of rows)
      test(`left alone: ${why}`, async () => {
        const res = await app.update(update(content), { isReal });
        assert.deepEqual([res.status, res.text], [200, '{}']);
      });

  const rubbish = ['', 'hello', '[]', 'null', '5', '{"update_id":', '{"update_id":"5"}', '{"update_id":-1}', '{"update_id":1e400}', '{}',
    '{"update_id":1.5}', '{"update_id":99999999999999999999}', '{"update_id":5,"message":{"text":"\\ud800"}}', '{"update_id":5}{}', 'a\u0000b',
    Buffer.from('{"update_id":5,"message":{"text":"\xff\xfe"}}', 'latin1'),
    `{"update_id":5,"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`];
  for (const body of rubbish)
    test(`rubbish with the right secret is taken: ${JSON.stringify(String(body).slice(0, 40))}`, async () => {
      const res = await app.request('/tgupdate', { method: 'POST', body, headers: { [TOKEN]: SECRETS.TELEGRAM_WEBHOOK_SECRET } });
      assert.deepEqual([res.status, JSON.parse(res.text).method], [200, undefined]);
    });

  test('after all that, a person is still answered', async () => {
    const { reply_markup: { inline_keyboard: [[button]] } } = JSON.parse((await app.update(text(USER, '/pay'))).text);
    assert.match(button.url, /tg_id=50000&language=uk$/);
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
      const links = app.telegram.calls.slice(from).filter(({ method, params }) => method === 'sendMessage' && says(params).includes('/pay?tg_id='));
      assert.equal(links.length, nLinks);
    });

  test('only the own link is ever told', () => {
    const told = app.telegram.calls.filter(({ params }) => /tg_id=/.test(says(params)));
    assert.notEqual(told.length, 0);
    for (const { params } of told) assert.match(says(params), new RegExp(`tg_id=${params.chat_id}&language=uk$`));
  });
});

const missing = [
  ['TELEGRAM_WEBHOOK_SECRET', '/tgupdate', { TELEGRAM_WEBHOOK_SECRET: undefined }],
  ['STRIPE_WEBHOOK_SECRET', '/webhook', { STRIPE_WEBHOOK_SECRET: undefined }],
  ['an empty STRIPE_WEBHOOK_SECRET', '/webhook', { STRIPE_WEBHOOK_SECRET: '' }],
];
for (const [why, where, env] of missing)
  test(`${why}: 500, and the others work`, async (t) => {
    const app = await startAdmit({ t, env });
    const other = where === '/webhook' ? await app.say(USER, '/pay') : { status: (await app.request('/pay?tg_id=5')).status };
    assert.equal((await app.request(where, { method: 'POST', body: '{}' })).status, 500);
    assert.ok([200, 303].includes(other.status));
    assert.match(app.log(), /ev=setting_wrong/);
  });
