// The pages as people get them: each one there is, in each language, by day and by night, on a telephone and on a desk, in
// Chromium and judged by axe-core. SCREENSHOTS=FOLDER keeps how they look.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LANGUAGES, judged, looksOf, objections, showAs, startChromium } from './chromium.mjs';
import { LINK, ROOT, SHOP, startAdmit, until } from './harness.mjs';

const SCHEMES = ['light', 'dark'];
const BOT = 'steps_to_joy_bot';
const SECRET = 'aWordOfTheWebTests';
const CHANNEL = -1001234567890;

const nameBot = (app) => app.write(`INSERT INTO marks (key, value, word) VALUES ('bot', ${SHOP}, '${BOT}')
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, word = excluded.word`);

/** The link that the bot would make, and one that has ended. */
function signed(tgId, endsS = Math.floor(Date.now() / 1000) + 3600) {
  const text = `${tgId}.course.${endsS}`;
  return `/pay?t=${text}.${createHmac('sha256', SECRET).update(`paylink:${text}`).digest('hex').slice(0, 32)}`;
}

/** The style that a page brings, with the colours that it names: { light: { ink: '#…' }, dark: … }. */
function colours(html) {
  const [, css] = /<style>([\s\S]*?)<\/style>/.exec(html);
  const [light, dark] = [...css.matchAll(/:root\{([^}]*)\}/g)].map(([, text]) => Object.fromEntries([...text.matchAll(/--(\w+):(#\w{6})/g)].map(([, name, value]) => [name, value])));
  return { css, light, dark };
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

let app, soon, broken, lawful, browser, shown, profile;

let contentDir;
/** Terms in each language, with all that a long text may have. */
function writeTerms(dir) {
  contentDir = `${dir}/content`;
  mkdirSync(`${contentDir}/legal`, { recursive: true });
  for (const language of LANGUAGES)
    writeFileSync(`${contentDir}/legal/terms.${language}.md`, `# Terms (${language})

## 1. What is sold

Access for **you alone**, see [the list](https://example.com/list).

- one thing
- another, \`as it is\`

> What was said before.
`);
}

before(async () => {
  const env = { PAY_LINK_SECRET: SECRET, PAY_LIMIT_BUYER: '1' };
  app = await startAdmit({ env });
  soon = await startAdmit({ env: { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined } });
  broken = await startAdmit({ env: { STRIPE_SECRET_KEY: undefined } });
  lawful = await startAdmit({ env: { CONSENT: '1' }, prepare: writeTerms, late: () => ({ CONTENT_DIR: contentDir }) });
  for (const each of [app, soon, lawful]) {
    assert.equal((await each.request('/health')).status, 200);
    nameBot(each);
  }
  profile = mkdtempSync(path.join(tmpdir(), 'admit-pages.'));
  browser = await startChromium(profile, { locale: 'uk' });
  shown = await browser.newPage();
});
after(async () => {
  await browser?.close();
  for (const each of [app, soon, broken, lawful]) await each?.stop();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

let nextId = 100;
/** A form of the shop that has texts of the law, sent in a language. */
const form = (where, body) => (language) => ask(`${where}?language=${language}`, {
  of: () => lawful, method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' },
})(language);
/** `of` is asked for when the page is: the shops are not there yet while this is read. */
const ask = (where, { of = () => app, headers, ...how } = {}) => (language) => of().request(where, { ...how, headers: { 'accept-language': language, ...headers } });
const withFault = (fault, language) => {
  app.stripe.setFault({ next: Infinity, ...fault });
  return ask(`/pay?tg_id=${nextId += 1}`)(language).finally(() => app.stripe.setFault(null));
};
/** A purchase of a shop whose invites Telegram does not make just now. */
let waitingFor;
const waiting = async () => {
  if (waitingFor) return waitingFor;
  soon.telegram.setFault({ kind: 'status', status: 500, only: /^createChatInviteLink$/, next: Infinity });
  waitingFor = (await soon.buy(7)).id;
  return waitingFor;
};
const paid = new Map();
const once = async (what, make) => {
  if (!paid.has(what)) paid.set(what, await make());
  return paid.get(what);
};
const bought = () => once('bought', async () => (await app.buy(5)).id);
const underWay = () => once('under way', async () => {
  const id = await app.open(6);
  await app.event(await app.stripe.payAsync(id));
  return id;
});

/** All languages wait at once: what is asked too fast stands in line before it is told so. */
const inLine = () => once('in line', async () => {
  app.stripe.setFault({ kind: 'status', status: 429, next: Infinity });
  const got = await Promise.all(LANGUAGES.map(async (language) => [language, await ask(`/pay?tg_id=${nextId += 1}`)(language)]));
  app.stripe.setFault(null);
  for (const [, { headers }] of got) assert.ok(Number(headers.get('refresh')) > 0, 'it goes on by itself');
  return Object.fromEntries(got);
});

/** By name: the status, and how it is got in a language. */
const PAGES = {
  'the link is incomplete': [400, ask('/pay?tg_id=x')],
  'no such product': [400, ask('/pay?tg_id=5&product=none')],
  'the link has ended': [403, ask(signed(5, 1_700_000_000))],
  'a preview': [200, ask('/pay?tg_id=5', { headers: { 'user-agent': 'TelegramBot (like TwitterBot)' } })],
  'fetched ahead': [503, ask('/pay?tg_id=5', { headers: { 'sec-purpose': 'prefetch;prerender' } })],
  'the answer is in the chat': [200, async (language) => (await bought(), ask('/pay?tg_id=5')(language))],
  'paid before': [200, async (language) => (await bought(), ask(signed(5))(language))],
  'the bank is at work': [200, async (language) => (await underWay(), ask(signed(6))(language))],
  'back, the bank is at work': [200, async (language) => ask(`/paid?session_id=${await underWay()}`)(language)],
  paid: [200, async (language) => ask(`/paid?session_id=${await bought()}`)(language)],
  'paid, the invite is on its way': [200, async (language) => ask(`/paid?session_id=${await waiting()}`, { of: () => soon })(language)],
  'an unknown purchase': [404, ask('/paid?session_id=cs_test_unknown')],
  'no purchase at all': [400, ask('/paid?session_id=x')],
  checking: [200, ask('/paid')],
  cancelled: [200, ask('/cancel')],
  'Stripe is down': [503, (language) => withFault({ kind: 'status', status: 500 }, language)],
  'Stripe refuses': [502, (language) => withFault({ kind: 'status', status: 400 }, language)],
  'no such page': [404, ask('/nothing')],
  'another method': [405, ask('/paid', { method: 'POST', body: 'a=b' })],
  'texts of the law': [200, ask('/legal', { of: () => lawful })],
  'one of them': [200, (language) => ask(`/legal/terms?language=${language}`, { of: () => lawful })(language)],
  'consent is asked for': [200, ask('/pay?tg_id=5', { of: () => lawful })],
  'a contract to withdraw from': [200, ask('/withdraw?contract=5', { of: () => lawful })],
  'sure to withdraw': [200, form('/withdraw', 'contract=cs_test_5')],
  withdrawn: [200, form('/withdraw', 'contract=cs_test_5&sure=1')],
  'too often': [429, async (language) => {
    await withFault({ kind: 'status', status: 500 }, language);
    return ask(`/pay?tg_id=${nextId}`)(language);
  }],
  'not set up': [500, ask('/pay?tg_id=5', { of: () => broken })],
  'in line': [503, async (language) => (await inLine())[language]],
};

/** Without a button to the bot: a preview leads on, and what is not set up knows no bot. */
const NO_BOT = ['a preview', 'not set up'];

describe('each page', () => {
  for (const [name, [status, get]] of Object.entries(PAGES))
    test(name, async () => {
      for (const language of LANGUAGES) {
        const res = await get(language);
        assert.equal(res.status, status);
        assert.match(res.headers.get('content-type'), /^text\/html/);
        assert.equal(res.headers.get('cache-control'), 'no-store');
        assert.match(res.text, new RegExp(`<html lang="${language}">`));
        assert.doesNotMatch(res.text, /<script| src=|url\(|<link/);
        assert.equal(res.text.includes(`href="https://t.me/${BOT}"`), !NO_BOT.includes(name), 'a button back to the bot');
        await shown.setContent(res.text);
        await judge(`${name}, ${language}`, looksOf(language));
      }
    });
});

async function judge(name, looks) {
  for (const { judges, ...sight } of looks) {
    await showAs(shown, sight);
    const at = `${name}, ${sight.colorScheme}, ${sight.width} px`;
    if (judges !== 'nothing') {
      const { violations, incomplete, passes } = await judged(shown, { ofSightAlone: judges === 'sight' });
      assert.deepEqual(objections(violations), [], at);
      assert.deepEqual(objections(incomplete.filter(({ id }) => id === 'color-contrast')), [], `${at}: could not be told`);
      assert.ok(passes.some(({ id }) => id === 'color-contrast'), `${at}: the contrast was looked at`);
    }
    const seen = await shown.evaluate(() => ({
      out: document.documentElement.scrollWidth - window.innerWidth, h1: document.querySelectorAll('h1').length,
      low: [...document.querySelectorAll('a:not(p a), button, input:not([type=hidden])')].map((a) => a.getBoundingClientRect().height).filter((height) => height < 40),
    }));
    assert.deepEqual(seen, { out: seen.out > 0 ? 0 : seen.out, h1: 1, low: [] }, `${at}: nothing sticks out, one headline, links for a thumb`);
    if (process.env.SCREENSHOTS) {
      mkdirSync(process.env.SCREENSHOTS, { recursive: true });
      await shown.screenshot({ path: `${process.env.SCREENSHOTS}/${at.replaceAll(/\W+/g, '-')}.png` });
    }
  }
}

describe('colours', () => {
  const pairs = [['ink', 'paper'], ['ink', 'back'], ['soft', 'paper'], ['soft', 'back'], ['accent', 'paper'], ['accent', 'back'], ['label', 'accent']];
  for (const scheme of SCHEMES)
    for (const [on, under] of pairs)
      test(`${scheme}: ${on} on ${under} is AA`, async () => {
        const of = colours((await app.request('/cancel')).text)[scheme];
        const ratio = contrast(of[on], of[under]);
        assert.ok(ratio >= 4.5, `${of[on]} on ${of[under]} is ${ratio.toFixed(2)}:1`);
      });

  test('the formula is WCAG\'s', () => {
    assert.equal(contrast('#000000', '#ffffff'), 21);
    assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
  });

  test('no other colour is used', async () => {
    const { css } = colours((await app.request('/cancel')).text);
    assert.doesNotMatch(css.replaceAll(/:root\{[^}]*\}/g, ''), /#[0-9a-f]{3}/i);
  });
});

test('the policy allows this style alone, and Chromium agrees', async () => {
  const res = await app.request('/cancel');
  const [, css] = /<style>([\s\S]*?)<\/style>/.exec(res.text);
  const hash = createHash('sha256').update(css).digest('base64');
  assert.equal(res.headers.get('content-security-policy'),
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`);
  const page = await browser.newPage();
  const said = [], asked = [];
  page.on('console', (message) => { if (/policy/i.test(message.text())) said.push(message.text()); });
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${app.base}/cancel`);
  assert.notEqual(await page.locator('a.button').evaluate((a) => getComputedStyle(a).backgroundColor), 'rgba(0, 0, 0, 0)');
  assert.deepEqual(said, []);
  assert.deepEqual(asked.filter((url) => !url.startsWith(app.base)), [], 'nothing from elsewhere');
  await page.close();
});

test('the drawings of the guide: each is shown there, said in words, and its texts stay within their boxes', async () => {
  const folder = path.join(ROOT, 'docs/pictures');
  const guide = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md')).map((name) => readFileSync(path.join(ROOT, 'docs', name), 'utf8')).join('');
  const page = await browser.newPage();
  const drawings = readdirSync(folder).filter((name) => name.endsWith('.svg'));
  assert.ok(drawings.length >= 8);
  for (const name of drawings) {
    const svg = readFileSync(path.join(folder, name), 'utf8');
    assert.match(guide, new RegExp(`!\\[[^\\]]{8,}\\]\\(pictures/${name}\\)`), `${name} is shown, with words in its place`);
    assert.match(svg, /<title id="title">.{8,}<\/title>\n *<desc id="desc">.{40,}<\/desc>/, name);
    assert.doesNotMatch(svg, /<script|<image|@import|(href|src)=|url\((?!#)/, `${name} needs nothing else`);
    await page.setContent(svg);
    const out = await page.evaluate(() => {
      const svg = document.querySelector('svg');
      const within = (inner, outer) => inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
      return [...svg.querySelectorAll('text')].filter((text) =>
        !within(text.getBoundingClientRect(), (text.closest('.box')?.querySelector('rect') ?? svg).getBoundingClientRect())).map((text) => text.textContent);
    });
    assert.deepEqual(out, [], `${name}: what sticks out`);
  }
  await page.close();
});

test('the thank-you page shows the link as soon as it is there, by itself, and then stays', async () => {
  const id = await waiting();
  const page = await browser.newPage();
  const answers = [];
  page.on('response', (res) => { if (res.url().includes('/paid')) answers.push(res.headers().refresh); });
  await page.goto(`${soon.base}/paid?session_id=${id}`);
  assert.equal(await page.locator('a[href^="https://t.me/+"]').count(), 0);
  await until(() => answers.length > 1, 20_000, 'it has asked anew');
  soon.telegram.setFault(null);
  await soon.writtenDown();
  soon.write('UPDATE jobs SET due_ms = 1 WHERE done_ms IS NULL'); // however long Telegram has been failing by now
  await soon.admit(['work', '--once']);
  await page.locator('a.button[href^="https://t.me/+"]').waitFor({ timeout: 60_000 });
  assert.match(answers[0], /^2; url=\?session_id=cs_\w+&language=uk&look=1$/);
  assert.equal(answers.at(-1), undefined, 'it asks no more');
  assert.ok(answers.slice(0, -1).every(Boolean));
  await page.close();
});

test('a link shown at once is not asked for anew', async () => {
  const res = await app.request(`/paid?session_id=${await bought()}`);
  assert.ok(res.text.includes(LINK));
  assert.equal(res.headers.get('refresh'), null);
});

test('how long to wait is said in words', async () => {
  const res = await PAGES['too often'][1]('en');
  const minutes = Math.ceil(Number(res.headers.get('retry-after')) / 60);
  assert.match(res.text, new RegExp(`try again in ${minutes} minutes?\\.`));
});

test('JSON clients get the same facts and are asked for nothing', async () => {
  const res = await soon.request(`/paid?session_id=${await waiting()}`, { headers: { accept: 'application/json' } });
  assert.equal(res.headers.get('refresh'), null);
  const refused = await app.request('/pay?tg_id=5', { method: 'DELETE', headers: { accept: 'application/json' } });
  assert.deepEqual([refused.status, JSON.parse(refused.text).error, refused.headers.get('allow')], [405, 'method_not_allowed', 'GET, HEAD, POST']);
});

test('the root leads to the site of one\'s own', async (t) => {
  const alone = await startAdmit({ t, env: { SITE_URL: 'https://example.com/course' } });
  const res = await alone.request('/');
  assert.deepEqual([res.status, res.headers.get('location')], [303, 'https://example.com/course']);
});

test('https alone from now on, where BASE_URL says https', async (t) => {
  const alone = await startAdmit({ t, baseUrl: () => 'https://pay.example.com' });
  for (const where of ['/cancel', '/pay?tg_id=5', '/nothing'])
    assert.equal((await alone.request(where)).headers.get('strict-transport-security'), 'max-age=31536000', where);
  assert.equal((await app.request('/cancel')).headers.get('strict-transport-security'), null);
});
