// A person at the sandbox: Chromium clicks through a purchase and a refund of what `make run` starts without keys.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { OUT, ROOT, freePort, processesOf } from './harness.mjs';

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** The sandbox as `make run` starts it: { base, stop }. */
async function startSandbox(dir) {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const env = { PATH: process.env.PATH, HOME: dir, TMPDIR: dir, PORT: String(port), SANDBOX_PORT: String(sandboxPort), ADMIT_CONF: '' };
  const child = spawn('sh', [path.join(ROOT, 'tools/run.sh'), OUT], { env, cwd: dir, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  await new Promise((done, fail) => {
    let said = '';
    child.stdout.on('data', (text) => { said += text; if (said.includes('sandbox is at')) done(); });
    child.once('exit', (code) => fail(new Error(`run.sh ended with ${code}: ${said}`)));
  });
  return {
    base: `http://127.0.0.1:${port}`,
    interrupt: () => new Promise((done) => { child.once('exit', done); process.kill(-child.pid, 'SIGINT'); }),
  };
}

test('a purchase and a refund in the sandbox', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'admit-browser.'));
  const sandbox = await startSandbox(dir);
  const browser = await chromium.launchPersistentContext(path.join(dir, 'profile'), {
    executablePath: BROWSER, args: FLAGS, viewport: { width: 1280, height: 800 },
  });
  try {
    const page = await browser.newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(sandbox.base);
    const say = async (words) => { await page.fill('#say', words); await page.click('#send'); };
    const frame = page.frameLocator('#browser');
    const chat = (words) => page.locator('[data-msg]', { hasText: words });

    await say('/start');
    await page.locator('[data-button="buy"]').click();
    const pay = page.locator('[data-button*="/pay?tg_id="]');
    await pay.waitFor();
    assert.match(await pay.textContent(), /💳 Перейти до оплати/);
    await pay.click();
    await frame.locator('#pay').waitFor();
    assert.match(await frame.locator('[data-amount]').textContent(), /9[.,]99/);
    await frame.locator('#pay').click();

    await chat('Ласкаво просимо').waitFor();
    await frame.getByText('Оплату підтверджено').waitFor();
    const link = await frame.locator('a.button').getAttribute('href');
    assert.equal(link, `${sandbox.base}/sandbox/channel`);
    await page.locator('[data-log]', { hasText: 'checkout.session.completed' }).waitFor();
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });

    await say('/status');
    await chat('відкрито').waitFor();
    await page.click('#refund');
    await chat('повернуто').waitFor();
    await say('/status');
    await chat('поки немає').waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(widths[0] <= widths[1], 'nothing sticks out on a telephone');
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    await sandbox.interrupt();
  }
  const left = processesOf(dir);
  assert.deepEqual(left.map((pid) => execFileSync('ps', ['-o', 'args=', '-p', pid], { encoding: 'utf8' })), [], 'Ctrl-C leaves nothing running');
  assert.ok(!existsSync(path.join(dir, 'admit.db')));
  rmSync(dir, { recursive: true, force: true });
});
