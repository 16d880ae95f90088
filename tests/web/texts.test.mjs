// The words of the shop: its language, and sentences of the operator's own.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { LINK, person, startAdmit } from './harness.mjs';

const has = (command) => { try { execFileSync('sh', ['-c', `command -v ${command}`]); return true; } catch { return false; } };
const entry = (name, words) => `msgctxt "${name}"\nmsgid "x"\nmsgstr "${words}"\n\n`;

const PRODUCTS = {
  products: [{ id: 'course', title: { uk: 'Курс', de: 'Der Kurs' }, price: { amount: 999, currency: 'eur' }, channels: [{ link: LINK }] }],
};

const withTexts = async (t, files, env = {}) => {
  let dir;
  const prepare = (made) => {
    dir = `${made}/texts`;
    mkdirSync(dir);
    for (const [name, text] of Object.entries(files)) writeFileSync(`${dir}/${name}`, text);
  };
  return startAdmit({ t, prepare, env, late: () => ({ TEXTS_DIR: dir, ...('products.json' in files && { PRODUCTS_FILE: `${dir}/products.json` }) }) });
};

test('a shop speaks its language, and its own words go before', async (t) => {
  const app = await withTexts(t, { 'de.po': entry('BUY_BUTTON', 'Ich bin dabei'), 'products.json': JSON.stringify(PRODUCTS) }, { SHOP_LANGUAGE: 'de', PRICE_AMOUNT: undefined });
  await app.say(person(5, { language_code: undefined }), '/start');
  const { text, reply_markup: keyboard } = app.telegram.messages(5).at(-1);
  assert.match(text, /^Guten Tag! Das ist der Kurs „Der Kurs“/, 'the title too');
  assert.equal(keyboard.inline_keyboard[0][0].text, 'Ich bin dabei');
  const page = (await app.request('/cancel')).text;
  assert.match(page, /<html lang="de">/);
  assert.match(page, /Zahlung abgebrochen/);
  const check = await app.admit(['check', '--settings']);
  assert.deepEqual([check.status, check.stdout], [0, 'ok    texts      your own sentences are read\n']);
});

test('a page is in the language that the browser asks for, or else in the shop\'s', async (t) => {
  const app = await startAdmit({ t });
  const title = async (accepts) => /<title>(.*)<\/title>/.exec((await app.request('/cancel', { headers: { 'accept-language': accepts } })).text)[1];
  assert.equal(await title('pl,en;q=0.7'), 'Płatność anulowana');
  assert.equal(await title('fr, en-GB;q=0.7, de;q=0.2'), 'Payment cancelled');
  assert.equal(await title('fr'), 'Оплату скасовано');
  assert.equal(await title(`${'x'.repeat(3000)},de`), 'Оплату скасовано');
});

test('a sentence that is wrong is told with its line; the shop goes on, with the one that was built', async (t) => {
  const app = await withTexts(t, { 'uk.po': entry('BUY_BUTTON', 'Беру {ціна}') + entry('NO_SUCH', 'a') + entry('MENU_PAY', 'Беру') });
  await app.say(person(5), '/start');
  assert.equal(app.telegram.messages(5).at(-1).reply_markup.inline_keyboard[0][0].text, 'Купити доступ');
  for (const args of [['check', '--settings'], ['check']]) {
    const { status, stdout } = await app.admit(args);
    assert.equal(status, 1);
    assert.match(stdout, /FAIL +texts +.*uk\.po, line 1: BUY_BUTTON has a brace/);
    assert.match(stdout, /FAIL +texts +.*uk\.po, line 5: there is no text NO_SUCH/);
  }
});

test('a language that is not spoken here is refused', async (t) => {
  const app = await startAdmit({ t });
  const { status, stdout } = await app.admit(['check', '--settings'], { SHOP_LANGUAGE: 'fr' });
  assert.equal(status, 1);
  assert.match(stdout, /SHOP_LANGUAGE must be a language that the texts are in: uk, en, de or pl/);
});

test('admit texts prints what to start from, which gettext takes', async (t) => {
  const app = await startAdmit({ t, env: { SHOP_LANGUAGE: 'pl' } });
  const whole = await app.admit(['texts']);
  assert.equal(whole.status, 0);
  assert.match(whole.stdout, /"Language: pl\\n"/);
  assert.equal((await app.admit(['texts', 'pl'])).stdout, whole.stdout);
  assert.equal((await app.admit(['texts', 'fr'])).status, 2);
  assert.equal((await app.admit(['texts', 'de', 'pl'])).status, 2);
  for (const language of ['uk', 'en', 'de', 'pl']) {
    const { status, stdout } = await app.admit(['texts', language]);
    assert.equal(status, 0);
    if (has('msgfmt')) execFileSync('msgfmt', ['--check', '-o', '/dev/null', '-'], { input: stdout, stdio: ['pipe', 'ignore', 'pipe'] });
    const file = `${app.dir}/${language}.po`;
    writeFileSync(file, stdout);
    const { status: fine } = await app.admit(['check', '--settings'], { TEXTS_FILE: file });
    assert.equal(fine, 0, 'and it is read again as it is');
  }
});
