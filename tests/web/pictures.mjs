// `make pictures`: the pictures of the documents, as the real programs make them. It starts the sandbox, has Chromium buy in it
// as a person would, and writes docs/pictures/*.png, of few colours each. Fonts differ from machine to machine, so no test
// compares them; what they show is tested where it belongs (browser.test.mjs, pages.test.mjs, report.test.mjs).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChromium } from './chromium.mjs';
import { OUT, ROOT, ended, freePort, until } from './harness.mjs';
import { pngOfFewColours } from './png.mjs';

const DESK = { width: 1280, height: 800 };
const TELEPHONE = { width: 390, height: 760 };

function keep(name, picture, colours) {
  const file = pngOfFewColours(picture, colours);
  writeFileSync(path.join(ROOT, 'docs/pictures', `${name}.png`), file);
  console.log(`docs/pictures/${name}.png  ${Math.ceil(file.length / 1024)} KiB`);
  assert.ok(file.length < 80 * 1024, 'no picture is larger than 80 KiB');
}

async function startSandbox(dir) {
  const env = { PATH: process.env.PATH, HOME: dir, TMPDIR: dir, ADMIT_CONF: '', PORT: String(await freePort()), SHOP_LANGUAGE: 'en' };
  const child = spawn('sh', [path.join(ROOT, 'tools/run.sh'), OUT], { env, cwd: dir, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let said = '';
  child.stdout.on('data', (text) => { said += text; });
  const stop = () => { process.kill(-child.pid, 'SIGINT'); return ended(child); };
  try {
    await until(() => /log: .*\n/.test(said) || child.exitCode !== null, 120_000, 'the sandbox starts');
    return { base: /http:\/\/127\.0\.0\.1:\d+/.exec(said)[0], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const dir = mkdtempSync(path.join(tmpdir(), 'admit-pictures.'));
const sandbox = await startSandbox(dir);
const browser = await startChromium(dir, {
  viewport: DESK, locale: 'en-GB', colorScheme: 'light',
});
try {
  const page = await browser.newPage();
  const frame = page.frameLocator('#browser');
  const say = async (words, field = '#say') => { await page.fill(field, words); await page.press(field, 'Enter'); };
  const hears = (words, who = 'buyer') => page.locator(`[data-who="${who}"] .bot .bubble`, { hasText: words }).last().waitFor();
  /** Presses the newest button whose data begin so, once there are more of them than before. */
  const press = async (data, before = 0) => {
    const buttons = page.locator(`[data-button^="${data}"]`);
    await buttons.nth(before).waitFor();
    await buttons.last().click();
  };

  // A product's card, on a telephone.
  await page.setViewportSize(TELEPHONE);
  await page.goto(`${sandbox.base}/?language=en`);
  await say('/start buy_club');
  await page.locator('#messages [data-button]').last().waitFor();
  await page.locator('#messages img').first().evaluate((image) => image.decode());
  await page.evaluate(() => document.activeElement.blur());
  keep('card', await page.locator('main').screenshot());

  // A purchase, as the buyer and the operator see it at once.
  await page.setViewportSize(DESK);
  await page.goto(`${sandbox.base}/?language=en`);
  await say('/pay');
  const links = await page.locator('[data-button^="http"]').count();
  await press('buy:club');
  await press('http', links);
  await frame.locator('#pay').click();
  await frame.getByText('Payment confirmed').waitFor();
  await hears('Your payment is confirmed');
  await frame.locator('a[href^="https://t.me/+"]').waitFor();
  const thanks = await frame.locator('body').evaluate(() => location.href);
  await hears('Sale: “Quiet Mornings”', 'operator');
  await page.click('#card');
  await page.locator('[data-who="operator"] [data-button^="op:"]').first().waitFor();
  keep('sandbox', await page.screenshot(), 128);

  // What the two have on their telephones afterwards.
  await page.setViewportSize(TELEPHONE);
  await page.click('[data-show="operator"]');
  keep('admin', await page.locator('main').screenshot());
  const alone = await browser.newPage();
  await alone.setViewportSize({ ...TELEPHONE, height: 560 });
  await alone.goto(thanks);
  await alone.getByText('Payment confirmed').waitFor();
  keep('thanks', await alone.screenshot());

  // The weeks that the sample shop has behind it.
  await alone.setViewportSize({ width: 1280, height: 1000 });
  await alone.goto(`${sandbox.base}/sandbox/report?language=en`);
  await alone.getByText('Sales report').waitFor();
  keep('report', await alone.screenshot());
} finally {
  await browser.close();
  await sandbox.stop();
  rmSync(dir, { recursive: true, force: true });
}
