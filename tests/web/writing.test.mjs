// What the unit test expects of amounts, days and plurals is what CLDR says, as Node has it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ROOT } from './harness.mjs';

const unit = readFileSync(`${ROOT}/tests/unit/test_writing.c`, 'utf8').replace(/"\s+"/g, '');
const text = (literal) => literal.replace(/\\u00a0/g, '\u00a0');
const rows = (pattern) => [...unit.matchAll(pattern)].map((m) => m.slice(1));
const DECIMALS = { jpy: 0, kwd: 3 };

test('amounts', () => {
  const all = rows(/\{\s*"([^"]+)",\s+(UK|EN|DE|PL),\s+(-?\d+),\s+"(\w+)"\s*\}/g);
  assert.ok(all.length > 100, 'the rows were found');
  for (const [want, language, minor, currency] of all) {
    // In English a foreign sign puzzles; elsewhere the short one is the usual one.
    const currencyDisplay = language === 'EN' ? 'symbol' : 'narrowSymbol';
    const format = new Intl.NumberFormat(language.toLowerCase(), { style: 'currency', currency, currencyDisplay });
    assert.equal(text(want), format.format(Number(minor) / 10 ** (DECIMALS[currency] ?? 2)), `${language} ${minor} ${currency}`);
  }
});

test('days', () => {
  const all = rows(/\{\s*"([^"%]+)",\s+(UK|EN|DE|PL),\s+(\d+)\s*\}/g);
  assert.equal(all.length, 48, 'the rows were found');
  for (const [want, language, ms] of all) {
    const format = new Intl.DateTimeFormat(language === 'EN' ? 'en-GB' : language.toLowerCase(), { dateStyle: 'long', timeZone: 'UTC' });
    assert.equal(want, format.format(Number(ms)).replace(/ р\.$/, ''), `${language} ${ms}`);
  }
});

test('short days and months', () => {
  const all = rows(/\{\s*"([^"]+)",\s+(UK|EN|DE|PL),\s+"(\d{4}-[\d-]+)"\s*\}/g);
  assert.equal(all.length, 52, 'the rows were found');
  for (const [want, language, day] of all) {
    const format = new Intl.DateTimeFormat(language === 'EN' ? 'en-GB' : language.toLowerCase(),
      { ...(day.length > 7 ? { day: 'numeric' } : { year: 'numeric' }), month: 'short', timeZone: 'UTC' });
    assert.equal(text(want), format.format(Date.parse(day)).replace(/ р\.$/, ''), `${language} ${day}`);
  }
});

test('numbers and shares', () => {
  const numbers = rows(/\{\s*"([^"]+)",\s+(UK|EN|DE|PL),\s+(-?\d+),\s+(\d)\s*\}/g);
  assert.equal(numbers.length, 32, 'the rows were found');
  for (const [want, language, n, decimals] of numbers) {
    const format = new Intl.NumberFormat(language.toLowerCase(), { minimumFractionDigits: Number(decimals) });
    assert.equal(text(want), format.format(Number(n) / 10 ** decimals), `${language} ${n}`);
  }
  const shares = rows(/\{\s*"([^"]+%)",\s+(UK|EN|DE|PL),\s+(\d+)\s*\}/g);
  assert.equal(shares.length, 16, 'the rows were found');
  for (const [want, language, permille] of shares) {
    const format = new Intl.NumberFormat(language.toLowerCase(), { style: 'percent', maximumFractionDigits: 1 });
    assert.equal(text(want), format.format(permille / 1000), `${language} ${permille}`);
  }
});

test('the plural rules in the headers are those of CLDR, for whole numbers', () => {
  for (const language of ['uk', 'en', 'de', 'pl']) {
    const po = readFileSync(`${ROOT}/lib/shop/texts/${language}.po`, 'utf8').split('\n\n')[0].replace(/"\n"/g, '');
    const [, n, rule] = /Plural-Forms: nplurals=(\d); plural=(.*?);\\n/.exec(po);
    const form = new Function('n', `return Number(${rule});`);
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const names = ['one', 'few', 'many'].filter((name) => pluralCategories.includes(name));
    if (names.length < Number(n)) names.push('other');
    assert.equal(names.length, Number(n), language);
    for (let i = 0; i < 1300; i++) assert.equal(names[form(i)], new Intl.PluralRules(language).select(i), `${language} ${i}`);
  }
});
