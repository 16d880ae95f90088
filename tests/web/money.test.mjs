// Money as the operator writes it, and the table of currencies beside the one that this machine's own libraries have.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';

const dir = mkdtempSync(path.join(tmpdir(), 'admit-money.'));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, 'admit.env'), '# nothing\n', { mode: 0o600 });

const settings = {
  STRIPE_SECRET_KEY: 'sk_test_51Nobody', STRIPE_WEBHOOK_SECRET: 'whsec_Nobody', TELEGRAM_BOT_TOKEN: '1:Nobody', TELEGRAM_WEBHOOK_SECRET: 'nobody',
  PAID_CHANNEL_LINK: 'https://t.me/+AAAA', BASE_URL: 'https://pay.example.com', DATABASE_URL: `sqlite:${dir}/admit.db`, ADMIT_CONF: `${dir}/admit.env`, PATH: process.env.PATH,
};

const check = (env) => new Promise((done) => {
  execFile(path.join(process.env.ADMIT_OUT, 'bin/admit'), ['check', '--settings'], { env: { ...settings, ...env } }, (error, stdout) =>
    done({ status: error ? error.code : 0, text: stdout }));
});

describe('a price', () => {
  const cases = [
    ['in cents', { PRICE_AMOUNT: '999' }, 0, /^$/],
    ['in euros', { PRICE_AMOUNT: '9.99' }, 1, /PRICE_AMOUNT .*for 9\.99 EUR write 999/],
    ['in euros, with a comma', { PRICE_AMOUNT: '9,99' }, 1, /for 9\.99 EUR write 999/],
    ['in dinars', { PRICE_AMOUNT: '5.12', PRICE_CURRENCY: 'KWD' }, 1, /for 5\.120 KWD write 5120/],
    ['below what Stripe takes', { PRICE_AMOUNT: '5' }, 0, /PRICE_AMOUNT is 0\.05 EUR: below 0\.50 EUR/],
    ['in a currency of nobody\'s', { PRICE_CURRENCY: 'plz' }, 0, /PRICE_AMOUNT is in PLZ, which is no currency/],
    ['in Stars, as a currency', { PRICE_CURRENCY: 'xtr' }, 1, /PRICE_AMOUNT is in Telegram Stars/],
  ];
  for (const [why, env, status, pattern] of cases)
    test(why, async () => {
      const seen = await check(env);
      assert.match(seen.text, pattern);
      assert.equal(seen.status, status);
    });

  test('in a products file', async () => {
    const file = path.join(dir, 'products.json');
    writeFileSync(file, JSON.stringify({ products: [{ id: 'course', title: 'x', price: { amount: 9.99, currency: 'eur' }, channels: [{ link: 'https://t.me/+AAAA' }] }] }));
    const { status, text } = await check({ PRODUCTS_FILE: file });
    assert.match(text, /products\.json, line 1, product 1: amount .*for 9\.99 EUR write 999/);
    assert.equal(status, 1);
  });
});

/** Stripe says two where these have none by ISO 4217 or in daily use; libraries differ about more of them with each version. */
const TWO_AT_STRIPE = new Set(('AFN ALL AMD COP CRC CZK HUF IDR ISK LAK LBP MMK MNT MUR NOK PKR RSD SEK SOS STD TWD TZS UGX UYU UZS YER').split(' '));

test('decimals are those of CLDR, but for Stripe\'s own', () => {
  const source = readFileSync(new URL('../../lib/base/currency.c', import.meta.url), 'utf8');
  const ours = new Map([...source.matchAll(/^\t\{ "([a-z]{3})", (\d), /gm)].map(([, code, n]) => [code.toUpperCase(), Number(n)]));
  const plain = /plain\[\] =([^;]*);/.exec(source)[1].match(/[a-z]{3}/g);
  for (const code of plain) ours.set(code.toUpperCase(), 2);
  ours.delete('XTR'); // Telegram's
  assert.ok(ours.size > 135);
  for (const [code, n] of ours) {
    const theirs = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits;
    if (theirs !== n) assert.ok(n === 2 && theirs === 0 && TWO_AT_STRIPE.has(code), `${code}: ${n} here, ${theirs} there`);
  }
});
