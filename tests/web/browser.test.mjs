// A person at the sandbox: Chromium clicks through a purchase and a refund of what `make run` starts without keys.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { OUT, ROOT, SANITIZER, ended, freePort, leftOf, startAdmit, until } from './harness.mjs';

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** The sandbox as `make run` starts it, interrupted as by Ctrl-C when the test ends at the latest. */
async function startSandbox(t, dir) {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const env = { PATH: process.env.PATH, HOME: dir, TMPDIR: dir, PORT: String(port), SANDBOX_PORT: String(sandboxPort), ADMIT_CONF: '' };
  const child = spawn('sh', [path.join(ROOT, 'tools/run.sh'), OUT], { env, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { said += text; });
  const interrupt = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGINT');
    await ended(child);
  };
  t.after(interrupt);
  await until(() => said.includes('sandbox is at') || child.exitCode !== null, 30_000, 'the sandbox starts');
  assert.match(said, /sandbox is at/);
  return { base: `http://127.0.0.1:${port}`, interrupt, log: () => readFileSync(/log: (.*)/.exec(said)[1], 'utf8') };
}

test('a purchase and a refund in the sandbox', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-browser.'));
  const sandbox = await startSandbox(t, dir);
  const browser = await chromium.launchPersistentContext(path.join(dir, 'profile'), {
    executablePath: BROWSER, args: FLAGS, viewport: { width: 1280, height: 800 }, locale: 'uk',
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(sandbox.base);
  const say = async (words) => { await page.fill('#say', words); await page.click('#send'); };
  const frame = page.frameLocator('#browser');
  const chat = (words) => page.locator('[data-msg]', { hasText: words });
  const call = (name) => page.locator(`[data-log][data-name="${name}"][data-status="200"]`).first().waitFor();
  const pay = page.locator('[data-button*="/pay?tg_id="]');

  await say('/start');
  await page.locator('[data-button="buy"]').click();
  await pay.waitFor();
  await say('/pay');
  await pay.nth(1).waitFor();
  assert.match(await pay.nth(1).textContent(), /💳 Перейти до оплати/);
  await pay.nth(1).click();
  await frame.locator('#pay').waitFor();
  assert.match(await frame.locator('[data-amount]').textContent(), /9[.,]99/);
  await frame.locator('#pay').click();

  await chat('Ласкаво просимо').waitFor();
  await frame.getByText('Оплату підтверджено').waitFor();
  const invite = chat('Ласкаво просимо').locator('a[href^="https://t.me/+"]').first();
  const link = await invite.getAttribute('href');
  const page2 = await fetch(await frame.locator('body').evaluate(() => location.href)); // by now the link is there
  assert.ok((await page2.text()).includes(`href="${link}"`), 'the thank-you page leads where the message does');
  await page.locator('[data-log]', { hasText: 'checkout.session.completed' }).waitFor();

  await say('/status');
  await chat('відкрито').waitFor();
  const place = (words) => page.locator('#place', { hasText: words }).waitFor();
  await place('not in the channel');
  await page.click('#pass');
  await call('declineChatJoinRequest');
  await invite.click();
  await frame.getByText('Ви в каналі').waitFor();
  await place('in the channel');
  await call('revokeChatInviteLink');
  await say('Як вести щоденник вдячності?');
  await chat('📖 Урок 1 «Вдячність щодня»').waitFor();
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await page.click('#refund');
  await chat('повернуто').waitFor();
  await frame.getByText('Ви не в каналі').waitFor();
  await place('removed from the channel');
  await say('/status');
  await chat('поки немає').waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(widths[0] <= widths[1], 'nothing sticks out on a telephone');
  assert.deepEqual(complaints, []);
  assert.doesNotMatch(sandbox.log(), SANITIZER);

  await browser.close();
  await sandbox.interrupt();
  assert.deepEqual(await leftOf(dir), [], 'Ctrl-C leaves nothing running');
  assert.deepEqual(readdirSync(dir).filter((name) => name !== 'profile' && /admit|sandbox/.test(name)), [], 'nor any file');
  rmSync(dir, { recursive: true, force: true });
});

test('consent and withdrawal are forms that a browser sends', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-forms.'));
  const texts = path.join(dir, 'content');
  mkdirSync(path.join(texts, 'legal'), { recursive: true });
  writeFileSync(path.join(texts, 'legal/terms.en.md'), '# Telecommunicationsregulations\n\n## Nonredistributability\n\n`'.concat('long'.repeat(30), '`\n'));
  const app = await startAdmit({ t, env: { CONSENT: '1', RECONCILE_MINUTES: '0', CONTENT_DIR: texts } });
  const browser = await chromium.launchPersistentContext(path.join(dir, 'profile'), { executablePath: BROWSER, args: FLAGS, locale: 'en' });
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
