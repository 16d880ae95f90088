// A person at the sandbox that `make run` starts without keys: Chromium buys, reads, plays every scene once, in each language,
// by day and by night.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { judged, objections, startChromium } from './chromium.mjs';
import { OUT, PATIENCE_MS, ROOT, SANITIZER, ended, leftOf, startAdmit, until } from './harness.mjs';
import { ON_POSTGRES } from './ledger.mjs';


/** A server's ledger goes by the server's time, and a sanitizer wants to be loaded before the sandbox's clock. */
const HAS_CLOCK = !ON_POSTGRES && existsSync(path.join(OUT, 'sandbox/clock.so'));

/** The sandbox as `make run` starts it, interrupted as by Ctrl-C when the test ends at the latest. Without a port it takes one. */
function runSandbox(t, dir, settings = {}) {
  const env = {
    PATH: process.env.PATH, HOME: dir, TMPDIR: dir, ADMIT_CONF: '', ...(ON_POSTGRES && { DATABASE_URL: process.env.ADMIT_TEST_DATABASE }), ...settings,
  };
  const child = spawn('sh', [path.join(ROOT, 'tools/run.sh'), OUT], { env, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { said += text; });
  const interrupt = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGINT');
    await ended(child);
  };
  t.after(interrupt);
  return { child, interrupt, said: () => said };
}

async function startSandbox(t, dir, settings) {
  const { child, interrupt, said } = runSandbox(t, dir, settings);
  await until(() => /log: .*\n/.test(said()) || child.exitCode !== null, 3 * PATIENCE_MS, 'the sandbox starts');
  assert.match(said(), /sandbox is at/);
  const [base] = /http:\/\/127\.0\.0\.1:\d+/.exec(said());
  await until(() => fetch(base).then(({ ok }) => ok, () => false), PATIENCE_MS, 'the sandbox serves');
  return { base, interrupt, said, log: () => readFileSync(/log: (.*)/.exec(said())[1], 'utf8') };
}

/** Somebody at the sandbox's page. */
class Visitor {
  constructor(page) {
    this.page = page;
    this.frame = page.frameLocator('#browser');
  }

  async say(words, field = '#say') {
    await this.page.fill(field, words);
    await this.page.press(field, 'Enter');
  }

  /** Presses the newest button whose data begin so, once there is one more than before. */
  async press(data, { after = 0 } = {}) {
    const buttons = this.page.locator(`[data-button^="${data}"]`);
    await buttons.nth(after).waitFor();
    await buttons.last().click();
  }

  count(data) {
    return this.page.locator(`[data-button^="${data}"]`).count();
  }

  /** What a chat says that holds these words, the newest. */
  async hears(words, who = 'buyer') {
    await this.page.locator(`[data-who="${who}"] .bot .bubble`, { hasText: words }).last().waitFor();
  }

  async scene(name) {
    await this.page.locator(`[data-scene="${name}"]:enabled`).click();
  }

  notice(words) {
    return this.page.locator('#notice', { hasText: words }).waitFor();
  }

  place(product, words) {
    return this.page.locator('#places > span', { hasText: `${product}: ${words}` }).waitFor();
  }

  /** From the choice to the page that says thanks. */
  async buys(product, { how = '#pay', agrees = false } = {}) {
    const [asked, links] = [await this.count('agree:'), await this.count('http')];
    await this.press(`buy:${product}`);
    if (agrees) await this.press('agree:', { after: asked });
    await this.press('http', { after: links });
    await this.frame.locator(how).click();
  }
}

describe('the sandbox', { concurrency: false }, () => {
  let dir, sandbox, browser, page, visitor;
  const complaints = [], stops = [];

  before(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'admit-browser.'));
    sandbox = await startSandbox({ after: (stop) => stops.push(stop) }, dir, { SANDBOX_PAST: '0' });
    browser = await startChromium(dir, {
      viewport: { width: 1280, height: 800 }, locale: 'uk',
    });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => { if (!request.url().startsWith('http://127.0.0.1:') && !request.url().startsWith('data:')) complaints.push(request.url()); });
    await page.goto(sandbox.base);
    visitor = new Visitor(page);
  });
  after(async () => {
    await browser?.close();
    for (const stop of stops) await stop();
  });

  const course = '10 кроків до щастя';
  const thanks = () => visitor.frame.getByText('Оплату підтверджено').waitFor();

  test('a purchase, from the first word to the channel', async () => {
    await page.click('.begin [data-say="/start"]');
    await visitor.press('text:intro');
    await visitor.hears('Урок, який нічого не коштує');
    await page.locator('#messages img').first().waitFor();
    await visitor.buys('course', { agrees: true });
    await thanks();
    await visitor.hears('Ласкаво просимо');
    await visitor.hears('Продаж', 'operator'); // the shop speaks as its visitor does
    const invite = page.locator('#messages a[href^="https://t.me/+"]').last();
    const link = await invite.getAttribute('href');
    assert.equal(await visitor.frame.locator('a[href^="https://t.me/+"]').getAttribute('href'), link, 'the thank-you page leads where the message does');
    await visitor.place(course, 'не в каналі');
    await visitor.scene('pass');
    await page.locator('[data-log][data-name="declineChatJoinRequest"][data-status="200"]').waitFor({ state: 'attached' });
    await visitor.frame.locator('a[href^="https://t.me/+"]').click();
    await visitor.frame.getByText('Ви в каналі').waitFor();
    await visitor.place(course, 'у каналі');
    await visitor.say('Як вести щоденник вдячності?');
    await visitor.hears('📖 Урок 1 «Вдячність щодня»');
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  });

  test('the operator finds the buyer, and reads the report', async () => {
    await visitor.say('/admin', '#operator-say');
    await visitor.hears('9,99', 'operator');
    await page.click('#card');
    await visitor.press('op:');
    await page.click('[data-side-show="report"]');
    await page.frameLocator('#report').getByText('Звіт про продажі').waitFor();
    await page.click('[data-side-show="chat"]');
  });

  test('a person answers what the coach cannot', async () => {
    const asked = await visitor.count('ask:');
    await page.click('[data-side-show="support"]');
    await visitor.say('Яка столиця Франції?');
    await visitor.press('ask:', { after: asked });
    await visitor.hears('столиця Франції', 'support');
    await visitor.hears(/\b\d{9}\b/, 'support'); // the buyer's number, which at a server each sandbox has anew
    await visitor.say('Париж.', '#support-say');
    await visitor.hears('Париж.');
    await page.click('[data-side-show="chat"]');
  });

  test('money that goes back and comes again: the thank-you page comes back, too', async () => {
    await visitor.scene('forged');
    await visitor.notice('400');
    await visitor.scene('resend');
    await visitor.scene('fraud');
    await visitor.scene('refundPart');
    await visitor.scene('refund');
    await visitor.hears('повернуто');
    await visitor.frame.getByText('Ви не в каналі').waitFor();
    await visitor.place(course, 'вилучено');
    await visitor.say('/pay');
    await visitor.buys('course');
    await visitor.place(course, 'не в каналі'); // no longer banned, of which the page of thanks must not be the victim
    await thanks();
    await visitor.scene('dispute');
    await visitor.hears(/\b20\d\d\b/, 'operator');
    await visitor.scene('disputeWon');
    const back = page.locator('[data-who="buyer"] .bot .bubble', { hasText: 'повернуто' }), n = await back.count();
    await visitor.scene('refund');
    await back.nth(n).waitFor();
    await visitor.place(course, 'не в каналі');
  });

  test('Stars, paid once and month after month', async () => {
    const [cards, choices] = [await visitor.count('stars:course'), await visitor.count('buy:course')];
    await visitor.say('/start');
    await visitor.press('buy:course', { after: choices });
    await visitor.press('stars:course', { after: cards });
    await visitor.press('invoice');
    await visitor.hears('490', 'operator');
  });

  test('a button that is held down stays where it is, whatever is told meanwhile', async () => {
    const lists = async () => [...(await (await fetch(`${sandbox.base}/sandbox/feed`)).text()).matchAll(/^id: \w+-(\d+)\nevent: message\ndata: .*"buy:club"/gm)];
    const button = page.locator('[data-button="buy:club"]').last();
    const feeds = [];
    page.on('request', (request) => { if (request.url().endsWith('/sandbox/feed')) feeds.push(request); });
    // What the purchase before has told last may move the chat until the button is down.
    await until(async () => {
      await button.hover();
      await page.mouse.down();
      if (await button.evaluate((one) => one.matches(':active'))) return true;
      await page.mouse.up();
      return false;
    }, PATIENCE_MS, 'the button is held down');
    const [links, told] = [await visitor.count('http'), (await lists()).length];
    await visitor.say('/pay');
    let answer;
    await until(async () => { answer = (await lists())[told]; return answer; }, PATIENCE_MS, 'the answer is told');
    const isKnown = async () => Number((await feeds.at(-1)?.allHeaders())?.['last-event-id']?.split('-')[1]) >= Number(answer[1]);
    await until(isKnown, PATIENCE_MS, 'the page has it, for it asks for what comes after');
    await page.mouse.up();
    await page.locator('[data-button^="http"]').nth(links).waitFor();
  });

  test('a bank that takes days, a lost event, services that are down', async () => {
    await visitor.say('/pay');
    await visitor.buys('club', { how: '#pay-later' });
    await visitor.scene('decline');
    await visitor.scene('lost');
    await visitor.say('/pay');
    await visitor.buys('club');
    await visitor.notice('Загубилося');
    await thanks(); // which has asked Stripe
    await visitor.scene('lost');
    for (const name of ['stripeDown', 'down', 'block']) {
      await visitor.scene(name);
      await page.locator(`[data-scene="${name}"][aria-pressed="true"]`).click();
      await page.locator(`[data-scene="${name}"][aria-pressed="false"]`).waitFor();
    }
  });

  test('what the law asks for: withdrawal, all that is kept, and its end', async () => {
    await visitor.scene('withdraw');
    await visitor.frame.getByRole('button').click();
    await visitor.frame.getByRole('button').click();
    await visitor.hears('Відмова від договору', 'operator');
    await visitor.say('/mydata');
    await page.locator('#messages a[download]').waitFor();
    await visitor.say('/forgetme');
    await page.locator('[data-button^="forget:"]').waitFor();
  });

  test('a month goes by, a card refuses, the shop loses a dispute', { skip: !HAS_CLOCK && 'no time goes by here' }, async () => {
    await visitor.scene('month');
    await visitor.notice('Тепер');
    await visitor.scene('refuse');
    await visitor.hears('Не вдалося списати');
    await visitor.scene('day');
    await visitor.notice('Тепер');
    await visitor.scene('dispute');
    await visitor.scene('disputeLost');
    await visitor.scene('cancel');
    await page.locator('[data-scene="cancel"]:disabled').waitFor();
  });

  test('each language, by day and by night, on a desk and on a telephone', async () => {
    for (const [language, colorScheme, width] of [['en', 'light', 360], ['de', 'dark', 1280], ['pl', 'dark', 360], ['uk', 'light', 1280]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 740 });
      await page.goto(`${sandbox.base}/?language=${language}`);
      await page.locator('[data-msg]').first().waitFor({ state: 'attached' });
      assert.equal(await page.getAttribute('html', 'lang'), language);
      const { violations } = await judged(page, { iframes: false });
      assert.deepEqual(objections(violations), [], `${language}, ${colorScheme}, ${width} px`);
      if (width > 360) continue;
      for (const tab of ['browser', 'operator', 'scenes', 'buyer']) {
        await page.click(`[data-show="${tab}"]`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `${language}: nothing of ${tab} sticks out on a telephone`);
      }
    }
    await visitor.say('/status');
    await page.goto(`${sandbox.base}/?language=pl`);
    await visitor.say('/language');
    await visitor.hears('W jakim języku');
  });

  test('another one finds a port of its own; the same port is refused with what to do', async (t) => {
    const other = await startSandbox(t, dir);
    assert.notEqual(other.base, sandbox.base);
    assert.match(other.said(), /Port 8080 is taken; this one is at \d+/);
    assert.match(await (await fetch(other.base, { headers: { 'accept-language': 'fr, de;q=0.9, en;q=0.5' } })).text(), /<html lang="de">/);
    // What the sample has behind it, where there is a clock to put back.
    if (HAS_CLOCK) assert.match(await (await fetch(`${other.base}/sandbox/report`)).text(), /instagram[^]*podcast/);
    const { port } = new URL(sandbox.base);
    const { child, said } = runSandbox(t, dir, { PORT: port });
    await ended(child);
    assert.equal(child.exitCode, 1);
    assert.match(said(), new RegExp(`port ${port} is taken.*Ctrl-C.*PORT=\\d+ make run`, 's'));
    await other.interrupt();
  });

  test('Ctrl-C ends it all', async () => {
    assert.deepEqual(complaints, [], 'no fault in the page, and nothing from elsewhere');
    assert.doesNotMatch(sandbox.log(), SANITIZER);
    await browser.close();
    await sandbox.interrupt();
    assert.deepEqual(await leftOf(dir), [], 'nothing is left running');
    assert.deepEqual(readdirSync(dir).filter((name) => name !== 'profile' && /admit|sandbox/.test(name)), [], 'nor any file');
    rmSync(dir, { recursive: true, force: true });
  });
});

test('consent and withdrawal are forms that a browser sends', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-forms.'));
  const texts = path.join(dir, 'content');
  mkdirSync(path.join(texts, 'legal'), { recursive: true });
  writeFileSync(path.join(texts, 'legal/terms.en.md'), '# Telecommunicationsregulations\n\n## Nonredistributability\n\n`'.concat('long'.repeat(30), '`\n'));
  const app = await startAdmit({ t, env: { CONSENT: '1', RECONCILE_MINUTES: '0', CONTENT_DIR: texts } });
  const browser = await startChromium(dir, { locale: 'en' });
  t.after(async () => {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const page = await browser.newPage();
  await page.setViewportSize({ width: 320, height: 640 });
  for (const where of ['/legal', '/legal/terms', '/withdraw', '/pay?tg_id=5']) {
    await page.goto(app.base + where);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, `${where} is no wider than a telephone`);
  }
  const shown = (name) => page.getByRole(name === 'Cancel' ? 'link' : 'button', { name })
    .evaluate((button) => getComputedStyle(button).backgroundColor);
  assert.notEqual(await shown('Cancel'), await shown('I have read and agree'), 'one of the two is the main button');
  await page.getByRole('button', { name: 'I have read and agree' }).click();
  await page.waitForURL((url) => url.href.startsWith(app.stripe.url), { timeout: 30_000 });
  assert.equal(app.sql('SELECT hash FROM consents WHERE tg_id = 5').length, 1);

  await page.goto(`${app.base}/legal`);
  await page.getByRole('link', { name: 'Withdraw from contract here' }).click();
  await page.getByRole('textbox').fill('5');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Confirm withdrawal' }).click();
  await page.getByRole('heading', { name: 'Your withdrawal has arrived' }).waitFor();
  assert.match(await page.locator('main').textContent(), /received on \d{4}-\d\d-\d\d \d\d:\d\d/);
  assert.equal(app.sql("SELECT id FROM withdrawals WHERE contract = '5'").length, 1);
});
