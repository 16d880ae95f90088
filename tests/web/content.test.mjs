// Long texts of the operator's: in the chat, as pages, and what is wrong with a file.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { person, startAdmit } from './harness.mjs';

/** A shop with these files in its CONTENT_DIR, which is `app.content`. */
async function shop(t, files, env = {}) {
  let dir;
  const prepare = (made) => {
    dir = `${made}/content`;
    mkdirSync(`${dir}/legal`, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(`${dir}/${name}`, text);
  };
  const app = await startAdmit({ t, prepare, env, late: () => ({ CONTENT_DIR: dir }) });
  return Object.assign(app, { content: dir });
}

const LEGAL = {
  'legal/privacy.uk.md': '# Приватність\n\nМи **нічого** не [продаємо](https://example.com/?a=1&b=2).\n',
  'legal/terms.uk.md': '# Умови\n\n- один\n- два\n',
  'legal/impressum.de.md': '# Impressum\n\nErika Muster\nMusterweg 1\n',
};

const buttons = (message) => message.reply_markup.inline_keyboard.flat();

async function says(app, user, words) {
  const before = app.telegram.messages(user.id).length;
  await app.say(user, words);
  await app.settled();
  return app.telegram.messages(user.id).slice(before);
}

test('texts of the law in the chat, by command and by button', async (t) => {
  const app = await shop(t, LEGAL);
  const user = person(5);
  const [privacy] = await says(app, user, '/privacy');
  assert.equal(privacy.text, 'Приватність\n\nМи нічого не продаємо.');
  assert.deepEqual(privacy.entities.map(({ type }) => type), ['bold', 'bold', 'text_link']);
  assert.equal((await says(app, user, '/terms'))[0].text, 'Умови\n\n• один\n• два');
  const [impressum] = await says(app, user, '/impressum');
  assert.match(impressum.text, /Erika Muster\nMusterweg 1/, 'in the one language that there is');
  const [legal] = await says(app, user, '/legal');
  assert.deepEqual(buttons(legal).map(({ text }) => text), ['Відмовитися від договору', 'Умови', 'Приватність', 'Impressum']);
  await app.telegram.press(user, legal, buttons(legal)[1].callback_data);
  await app.settled();
  assert.match(app.telegram.messages(user.id).at(-1).text, /^Умови/);
});

test('a command without its file is none; /privacy and /terms say what they always said', async (t) => {
  const app = await shop(t, {});
  const user = person(5);
  assert.match((await says(app, user, '/privacy'))[0].text, /ні імені, ні пошти/);
  assert.match((await says(app, user, '/terms'))[0].text, /не можна передавати/);
  assert.deepEqual(buttons((await says(app, user, '/legal'))[0]).map(({ text }) => text), ['Відмовитися від договору']);
  const unknown = (await says(app, user, '/nothing'))[0].text;
  assert.equal((await says(app, user, '/agb'))[0].text, unknown);
});

test('a free lesson comes by its button, with its picture, in parts, ends with the way to buy and is noted', async (t) => {
  const picture = Buffer.from([0xff, 0xd8, 0, 1, 13, 10, 45, 45]);
  const app = await shop(t, { 'intro.uk.md': `# Вітаємо\n\n${`${'слово '.repeat(100)}\n\n`.repeat(10)}Кінець.`, 'intro.uk.jpg': picture });
  const user = person(5);
  const [welcome] = await says(app, user, '/start');
  assert.deepEqual(buttons(welcome).map((one) => one.callback_data), ['text:intro', 'buy', 'status', 'ask_how', 'legal']);
  const seen = () => app.sql('SELECT COUNT(*) FROM users WHERE intro_ms IS NOT NULL')[0][0];
  assert.equal(seen(), '0', 'a greeting is no lesson');
  const before = app.telegram.messages(5).length;
  await app.telegram.press(user, welcome, 'text:intro');
  await app.settled();
  const [photo, first, second, ...more] = app.telegram.messages(5).slice(before);
  assert.deepEqual(app.telegram.chats.bytesAt('photos/file_1.jpg'), picture);
  assert.equal(seen(), '1');
  assert.match(first.text, /^Вітаємо\n\nслово/);
  assert.ok(first.text.length <= 4096);
  assert.ok(photo.photo && !first.reply_markup);
  assert.match(second.text, /Кінець\.$/);
  assert.equal(buttons(second)[0].callback_data, 'buy');
  assert.deepEqual(more, []);
});

test('a picture that Telegram refuses keeps nobody from the text', async (t) => {
  const app = await shop(t, { 'intro.uk.md': 'Вітаємо!', 'intro.jpg': '' });
  const [welcome] = await says(app, person(5), '/start');
  await app.telegram.press(person(5), welcome, 'text:intro');
  await app.told(5, 'Вітаємо!', 60_000);
});

test('the window has buttons for the texts that there are; who is in is sold nothing below the lesson', async (t) => {
  const app = await shop(t, { ...LEGAL, 'intro.md': 'Урок', 'about.md': '# Ми\n\nДвоє.' }, { SUPPORT_CONTACT: '' });
  const user = person(5);
  const [welcome] = await says(app, user, '/start');
  assert.deepEqual(buttons(welcome).map((one) => one.callback_data), ['text:intro', 'text:about', 'buy', 'status', 'legal']);
  await app.telegram.press(user, welcome, 'text:about');
  await app.told(5, 'Двоє.');
  await app.telegram.press(user, welcome, 'legal');
  await app.settled();
  const legal = app.telegram.messages(5).at(-1);
  assert.equal(legal.text, 'Правова інформація: оберіть нижче.');
  assert.deepEqual(buttons(legal).slice(1).map((one) => one.callback_data), ['text:legal/terms', 'text:legal/privacy', 'text:legal/impressum']);
  await app.admit(['grant', '5']);
  await app.settled();
  await app.telegram.press(user, welcome, 'text:intro');
  await app.settled();
  assert.deepEqual([app.telegram.messages(5).at(-1).text, app.telegram.messages(5).at(-1).reply_markup], ['Урок', undefined]);
});

test('of terms and privacy the product says what the operator has not written', async (t) => {
  const app = await shop(t, { 'legal/terms.uk.md': '# Умови\n\nОдна.' });
  const [legal] = await says(app, person(5), '/legal');
  assert.match(legal.text, /^Ми зберігаємо номер[^]*\n\nПравова інформація: оберіть нижче\.$/);
  assert.deepEqual(buttons(legal).map(({ text }) => text), ['Відмовитися від договору', 'Умови']);
});

test('the same texts as pages', async (t) => {
  const app = await shop(t, LEGAL);
  const page = await app.request('/legal/privacy');
  assert.equal(page.status, 200);
  assert.match(page.text, /<html lang="uk">/);
  assert.match(page.text, /<h1>Приватність<\/h1>/);
  assert.match(page.text, /<p>Ми <b>нічого<\/b> не <a rel="noreferrer" href="https:\/\/example.com\/\?a=1&amp;b=2">продаємо<\/a>\.<\/p>/);
  const list = (await app.request('/legal', { headers: { 'accept-language': 'de' } })).text;
  assert.match(list, /<h1>Rechtliches<\/h1>/);
  assert.match(list, /<a href="[^"]*\/legal\/impressum\?language=de">Impressum<\/a>/);
  for (const address of ['/legal/refund', '/legal/TERMS']) assert.equal((await app.request(address)).status, 404, address);
  assert.equal((await app.request('/legal/privacy', { method: 'POST', body: 'a' })).status, 405);
  writeFileSync(`${app.content}/legal/privacy.uk.md`, '# Інше\n');
  assert.match((await app.request('/legal/privacy')).text, /<h1>Інше<\/h1>/, 'a change is seen at once');
});

test('what is wrong with a file is told by admit check, and stops nothing', async (t) => {
  const app = await shop(t, { ...LEGAL, 'intro.uk.md': Buffer.from('caf\xe9', 'latin1'), 'about.uk.md': 'a'.repeat(256 * 1024 + 1) });
  rmSync(`${app.content}/legal/terms.uk.md`);
  symlinkSync('/etc/passwd', `${app.content}/legal/terms.uk.md`);
  const { status, stdout } = await app.admit(['check', '--settings']);
  assert.equal(status, 1);
  for (const fault of [/intro\.uk\.md is not UTF-8/, /about\.uk\.md is larger than 256 kB/, /legal\/terms\.uk\.md is a link to a place outside/])
    assert.match(stdout, fault);
  const [welcome] = await says(app, person(5), '/start');
  assert.equal(buttons(welcome)[0].callback_data, 'buy', 'no lesson');
  assert.match((await says(app, person(5), '/terms'))[0].text, /не можна передавати/);
  assert.equal((await app.request('/legal/terms')).status, 404);
});
