// `admit report --html` as an operator gets it: held to a golden page, and looked at in Chromium, in each language, by day,
// by night, on a telephone, on a desk and on paper. SCREENSHOTS=FOLDER keeps how it looks; TRANSCRIPTS=write writes the
// golden page anew.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { LANGUAGES, SIGHTS, judged, looksOf, objections, showAs, startChromium } from './chromium.mjs';
import { IS_SANITIZED, ROOT, startAdmit } from './harness.mjs';

const GOLDEN = `${ROOT}/tests/web/report.golden.html`;
const DAY_MS = 86_400_000;

const PRODUCTS = JSON.stringify({ products: [
  { id: 'course', title: { en: 'Ten steps', uk: '10 кроків до щастя', de: 'Zehn Schritte', pl: 'Dziesięć kroków' }, price: { amount: 4900, currency: 'eur' }, channels: [{ link: 'https://t.me/+AAAA' }] },
  { id: 'club', title: 'The <club> & friends', price: { amount: 999, currency: 'eur' }, every: 'month', channels: [{ id: -1001234567890 }] },
] });

/** A month of a shop, by a plan without chance in it: rows of SQL, all before today. */
function month(today) {
  const at = (day) => today - day * DAY_MS + DAY_MS / 2; // noon, so many days ago
  const rows = [];
  let n = 0;
  const sell = (day, { product, minor, plan, back = 0, disputed = false, source = null, renewals = [], provider = 'stripe', currency = 'eur', inChannel = true }) => {
    const id = ++n, ms = at(day) + n, sub = plan && provider === 'stripe' ? `'sub_${id}'` : 'NULL', word = source ? `'${source}'` : 'NULL';
    const period = (from) => plan ? `${from}, ${from + 30 * DAY_MS}` : 'NULL, NULL';
    rows.push(
      `INSERT INTO users (tg_id, created_ms, is_paid, session_id, source) VALUES (${1000 + id}, ${ms - 60_000}, 1, 'cs_${id}', COALESCE(${word}, ''))`,
      `INSERT INTO orders (id, tg_id, product, provider, session_id, livemode, paid_ms, created_ms, subscription, renews, source)
        VALUES (${id}, ${1000 + id}, '${product}', '${provider}', 'cs_${id}', 0, ${ms}, ${ms - 30_000}, ${sub}, 0, ${word})`,
      `INSERT INTO payments (provider, payment, intent, order_id, kind, amount_minor, currency, paid_ms, starts_ms, ends_ms)
        VALUES ('${provider}', 'pi_${id}', 'pi_${id}', ${id}, 1, ${minor}, '${currency}', ${ms}, ${period(ms)})`,
      `INSERT INTO access (tg_id, product, is_in, why, decided_ms, invited_ms, renews, until_ms)
        VALUES (${1000 + id}, '${product}', ${back || disputed ? 0 : 1}, 'paid', ${ms}, ${ms + 2000}, ${plan ? 1 : 0}, ${plan ? ms + 33 * DAY_MS : 'NULL'})`,
      `INSERT INTO jobs (kind, promise, tg_id, order_id, due_ms, done_ms, created_ms) VALUES (1, 'invite/cs_${id}', ${1000 + id}, ${id}, ${ms}, ${ms + 300 + 97 * id}, ${ms})`);
    if (plan && provider === 'stripe') rows.push(`INSERT INTO subscriptions (id, n_heard, status) VALUES ('sub_${id}', 1, 'active')`);
    if (inChannel) rows.push(`INSERT INTO members (tg_id, chat_id, ours, state, joined_ms) VALUES (${1000 + id}, '-1001234567890', 1, 2, ${ms + 60_000})`);
    for (const [i, later] of renewals.entries())
      rows.push(`INSERT INTO payments (provider, payment, intent, order_id, kind, amount_minor, currency, paid_ms, starts_ms, ends_ms)
        VALUES ('${provider}', 'in_${id}_${i}', 'pi_${id}_${i}', ${id}, 2, ${minor}, '${currency}', ${at(later)}, ${at(later)}, ${at(later) + 30 * DAY_MS})`);
    if (back) rows.push(`INSERT INTO reversals (id, payment_intent, kind, amount_minor, stage, at_ms, updated_ms) VALUES ('re_${id}', 'pi_${id}', 'refund', ${back}, 0, ${at(day - 1)}, 1)`);
    if (disputed) rows.push(`INSERT INTO reversals (id, payment_intent, kind, amount_minor, stage, at_ms, updated_ms) VALUES ('du_${id}', 'pi_${id}', 'dispute', ${minor}, 1, ${at(day - 2)}, 1)`);
  };
  const course = { product: 'course', minor: 4900 }, club = { product: 'club', minor: 999, plan: true };
  for (let day = 29; day > 0; day -= 1) {
    for (let i = 0; i < [1, 0, 2, 1, 0, 3, 1][day % 7]; i += 1) sell(day, { ...course, source: [null, 'instagram', 'friend'][(day + i) % 3] });
    if (day % 4 === 0) sell(day, { ...club, source: day % 8 ? null : 'instagram' });
    if (day % 9 === 0) sell(day + 30, { ...club, renewals: [day] });
  }
  sell(20, { ...course, back: 4900 });
  sell(12, { ...course, back: 1500 });
  sell(15, { ...course, disputed: true, inChannel: false });
  for (let i = 0; i < 9; i += 1) rows.push(`INSERT INTO users (tg_id, created_ms) VALUES (${5000 + i}, ${at(2 + i)})`);
  for (let i = 0; i < 5; i += 1)
    rows.push(`INSERT INTO orders (id, tg_id, product, provider, session_id, livemode, created_ms) VALUES (${++n}, ${5000 + i}, 'course', 'stripe', 'cs_open_${i}', 0, ${at(2 + i)})`);
  return `${rows.join(';\n')};`;
}

let app, empty, browser, dir;

before(async () => {
  const prepare = (folder) => writeFileSync(`${folder}/products.json`, PRODUCTS);
  const late = (folder) => ({ PRODUCTS_FILE: folder });
  let at;
  app = await startAdmit({ prepare: (folder) => { at = folder; prepare(folder); }, late: () => late(`${at}/products.json`), env: { TZ: 'UTC' } });
  empty = await startAdmit({ env: { TZ: 'UTC' } });
  for (const each of [app, empty]) assert.equal((await each.request('/health')).status, 200, 'the ledger is there');
  app.write(`BEGIN; ${month(Math.floor(Date.now() / DAY_MS) * DAY_MS)} COMMIT;`);
  dir = mkdtempSync(path.join(tmpdir(), 'admit-report.'));
  if (!IS_SANITIZED) browser = await startChromium(dir);
});
after(async () => {
  await browser?.close();
  await app?.stop();
  await empty?.stop();
  if (dir) rmSync(dir, { recursive: true, force: true });
});

/** Makes the page; @returns {Promise<string>} where it lies. */
async function made(name, args, of = app) {
  const file = path.join(dir, name);
  const { status, stdout, stderr } = await of.admit(['report', '--html', file, ...args]);
  assert.equal(status, 0, stdout + stderr);
  return file;
}

/** Days differ from run to run; nothing else may. */
const withoutDays = (html) => html.replace(/\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*( \d{4})?/g, 'DAY');

test('the page is the golden one', async () => {
  const html = readFileSync(await made('golden.html', ['--lang', 'en']), 'utf8');
  const body = `${withoutDays(html).replace(/<style>[\s\S]*?<\/style>\n/, '')}`;
  if (process.env.TRANSCRIPTS === 'write') writeFileSync(GOLDEN, body);
  assert.equal(body, readFileSync(GOLDEN, 'utf8'), 'TRANSCRIPTS=write writes it anew');
});

test('what it says is what the report says', async () => {
  const html = readFileSync(await made('sums.html', ['--lang', 'en']), 'utf8');
  const { stdout } = await app.admit(['report', '--json', '--since', '30d']);
  const { sales, subscribers, inside } = JSON.parse(stdout);
  const sum = (key) => sales.reduce((all, line) => all + (line[key] ?? 0), 0);
  const money = (minor) => new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(minor / 100);
  const tile = (name) => new RegExp(`<dt>${name}</dt><dd>([^<]*)</dd>`).exec(html)?.[1];
  assert.equal(tile('Taken'), money(sum('taken_minor')));
  assert.equal(tile('Refunded'), money(sum('refunded_minor')));
  assert.equal(tile('Disputed'), money(sum('disputed_minor')));
  assert.equal(tile('Left'), money(sum('net_minor')));
  assert.equal(tile('Subscriptions, monthly'), money(subscribers.reduce((all, line) => all + line.mrr_minor, 0)));
  assert.ok(html.includes(`${money(Math.round(sum('taken_minor') * 0.03))} to ${money(Math.round(sum('taken_minor') / 10))}`));
  for (const { product, buyers } of inside) {
    const title = { course: 'Ten steps', club: 'The &lt;club&gt; &amp; friends' }[product];
    assert.ok(html.includes(`<span>${title}</span><b>${buyers}</b>`), product);
  }
  assert.match(html, /<span>instagram <small>\d+ orders<\/small><\/span><b>€/);
});

test('a file of its owner\'s, replaced as a whole; standard output as well', async () => {
  const file = await made('own.html', []);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  writeFileSync(file, 'old');
  await made('own.html', []);
  assert.match(readFileSync(file, 'utf8'), /^<!doctype html>\n<html lang="uk">/, 'in the shop\'s language');
  assert.deepEqual(readdirSync(dir).filter((name) => name.includes('partial')), []);
  const { status, stdout } = await app.admit(['report', '--html', '-', '--lang', 'de-AT']);
  assert.equal(status, 0);
  assert.match(stdout, /^<!doctype html>\n<html lang="de">[\s\S]*<\/html>\n$/);
});

describe('called wrongly', () => {
  const wrong = [
    ['no file', ['--html'], 2], ['two forms at once', ['--html', '-', '--json'], 2], ['a language of nothing', ['--lang', 'de'], 2],
    ['a language that there is not', ['--html', '-', '--lang', 'fr'], 2], ['a folder that there is not', ['--html', '/none/at/all.html'], 1],
    ['no such time', ['--html', '-', '--since', 'x'], 2],
  ];
  for (const [why, args, status] of wrong)
    test(why, async () => {
      const said = await app.admit(['report', ...args]);
      assert.equal(said.status, status, said.stdout + said.stderr);
      assert.ok(!said.stdout.includes('<html'), 'no page');
      assert.ok((said.stdout + said.stderr).length > 20, 'it says why');
    });

  test('what was there stays', async () => {
    const file = path.join(dir, 'kept.html');
    writeFileSync(file, 'kept');
    mkdirSync(`${file}.partial`);
    assert.equal((await app.admit(['report', '--html', file])).status, 1);
    assert.equal(readFileSync(file, 'utf8'), 'kept');
  });
});

async function judge(page, name, { judges = 'all', ...sight }) {
  const { width, colorScheme } = sight;
  const at = `${name}, ${colorScheme}, ${width} px`;
  await showAs(page, sight);
  if (process.env.SCREENSHOTS) {
    mkdirSync(process.env.SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/report.${name}.${colorScheme}.${width}.png`, fullPage: true });
  }
  const seen = await page.evaluate(() => ({
    out: Math.max(0, document.documentElement.scrollWidth - window.innerWidth),
    cut: [...document.querySelectorAll('dd, b, span, small')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > window.innerWidth).map((e) => e.textContent),
    h1: document.querySelectorAll('h1').length,
  }));
  assert.deepEqual(seen, { out: 0, cut: [], h1: 1 }, `${at}: nothing sticks out`);
  if (judges === 'nothing') return;
  const { violations, incomplete } = await judged(page, { ofSightAlone: judges === 'sight' });
  assert.deepEqual(objections(violations), [], at);
  // Of a wide table what is pushed aside is not seen, so not judged; its colours are those of the rest.
  const unsure = incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter(({ html: text }) => !/^<t[dh]/.test(text)) }));
  assert.deepEqual(objections(unsure.filter(({ id, nodes }) => id === 'color-contrast' && nodes.length > 0)), [], `${at}: the contrast could not be told`);
}

test('a year has a bar for each month, unless told', async () => {
  const marks = async (args) => {
    const html = readFileSync(await made('year.html', ['--lang', 'en', '--since', '365d', ...args]), 'utf8');
    return [/<h2>(Sales by [a-z]+)/.exec(html)[1], [...html.split('<svg role="img"')[1].split('</svg>')[0].matchAll(/class="place"/g)].length];
  };
  const [words, n] = await marks([]);
  assert.equal(words, 'Sales by month');
  assert.ok(n === 12 || n === 13, `${n} months`);
  assert.deepEqual(await marks(['--by', 'day']), ['Sales by day', 366]);
});

describe('in Chromium', { skip: IS_SANITIZED }, () => {
  for (const language of LANGUAGES)
    test(language, async () => {
      const file = await made(`${language}.html`, ['--lang', language]);
      const html = readFileSync(file, 'utf8');
      assert.doesNotMatch(html, /<script| src=|url\(|<link|@import|https?:/, 'nothing is run, nothing is loaded');
      assert.doesNotMatch(html.replace(/<style>[\s\S]*?<\/style>/, ''), /[{}]/, 'no hole is left');
      const page = await browser.newPage();
      const said = [], asked = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      for (const look of looksOf(language)) await judge(page, language, look);
      await page.locator('details summary').first().click();
      await judge(page, `${language}-open`, SIGHTS[0]);
      assert.equal(await page.locator('details[open] tbody tr').count() > 20, true, 'the numbers stand in a table');
      assert.deepEqual(said, []);
      assert.deepEqual(asked.filter((url) => url !== pathToFileURL(file).href), []);
      await page.close();
    });

  test('bars are seen, and none is thinner than a pixel', async () => {
    const page = await browser.newPage();
    await page.setViewportSize({ width: 320, height: 800 });
    await page.goto(pathToFileURL(await made('bars.html', ['--lang', 'en'])).href);
    const bars = await page.evaluate(() => [...document.querySelectorAll('.plot rect:not(.hit)')].map((e) => { const { width, height } = e.getBoundingClientRect(); return [width, height]; }));
    assert.ok(bars.length > 25);
    for (const [width, height] of bars) assert.ok(width >= 1 && height >= 1, `${width} x ${height}`);
    await page.close();
  });

  test('on paper it is one page, light, with nothing that opens', async () => {
    for (const language of LANGUAGES) {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(await made(`paper.${language}.html`, ['--lang', language])).href);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('section')).backgroundColor), 'rgb(255, 255, 255)');
      assert.equal(await page.locator('details').first().isVisible(), false);
      await page.emulateMedia({ media: null, colorScheme: 'dark' });
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
      if (process.env.SCREENSHOTS) writeFileSync(`${process.env.SCREENSHOTS}/report.${language}.pdf`, pdf);
      assert.equal([...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b/g)].length, 1, language);
      await page.close();
    }
  });

  test('a shop that sold nothing', async () => {
    const page = await browser.newPage();
    const file = await made('empty.html', ['--lang', 'en'], empty);
    assert.ok(existsSync(file));
    await page.goto(pathToFileURL(file).href);
    await judge(page, 'empty', SIGHTS[0]);
    assert.match(await page.textContent('main'), /Nothing was sold/);
    assert.match(await page.textContent('main'), /Nobody has access/);
    assert.equal(await page.locator('.plot').count(), 0);
    await page.close();
  });
});
