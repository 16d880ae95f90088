// What docs/products.schema.json says of a products file is what the programs say of it. The examples of the documents,
// spoilt in every way that a person spoils a file, are put before both.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import Ajv from 'ajv';
import { IS_SANITIZED, LINK, OUT, ROOT } from './harness.mjs';

const SCHEMA = path.join(ROOT, 'docs/products.schema.json');
const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
const fits = ajv.compile(schema);

const dir = mkdtempSync(path.join(tmpdir(), 'admit-schema.'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** What the programs find wrong, and with which product, from 0. */
function faultsOf(text) {
  const file = path.join(dir, 'products.json');
  writeFileSync(file, text);
  const env = {
    PATH: process.env.PATH, HOME: dir, ADMIT_CONF: '', STRIPE_SECRET_KEY: 'sk_test_ofNobody', STRIPE_WEBHOOK_SECRET: 'whsec_ofNobody',
    TELEGRAM_BOT_TOKEN: '123:ofNobody', TELEGRAM_WEBHOOK_SECRET: 'ofNobody', PAID_CHANNEL_LINK: LINK, BASE_URL: 'https://pay.example.com', PRODUCTS_FILE: file,
  };
  const { status, stdout, stderr } = spawnSync(path.join(OUT, 'bin/admit'), ['check', '--settings'], { env, encoding: 'utf8' });
  const faults = [...(stdout + stderr).matchAll(/^ {2}- .*products\.json, line \d+, product (\d+): (.*)/gm)]
    .map(([, n, words]) => ({ product: Number(n) - 1, words }));
  return { refused: status !== 0, faults, said: stdout + stderr };
}

const examples = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md')).flatMap((name) =>
  [...readFileSync(path.join(ROOT, 'docs', name), 'utf8').matchAll(/^```json\n(.*?)^```$/gms)].map(([, text], i) => ({ name: `${name}, ${i + 1}`, text })))
  .filter(({ text }) => text.includes('"products"'));

test('each example of the documents is taken by both', () => {
  assert.ok(examples.length >= 9);
  for (const { name, text } of examples) {
    assert.ok(fits(JSON.parse(text)), `${name}: ${ajv.errorsText(fits.errors)}`);
    const { refused, said } = faultsOf(text);
    assert.ok(!refused, `${name}: ${said}`);
    assert.doesNotMatch(said, /products\.json/, `${name}: nothing is odd`);
  }
});

test('each example within the schema fits where it stands', () => {
  let n = 0;
  const look = (part, pointer) => {
    if (part === null || typeof part !== 'object') return;
    for (const example of Array.isArray(part.examples) ? part.examples : []) {
      n++;
      const judge = new Ajv({ strict: false }).compile({ definitions: schema.definitions, ...part });
      assert.ok(judge(example), `${pointer}: ${JSON.stringify(example)}`);
    }
    for (const [name, inner] of Object.entries(part)) look(inner, `${pointer}/${name}`);
  };
  look(schema, '#');
  assert.ok(n > 15);
  for (const of of [schema.definitions.product, schema.definitions.amount, schema.definitions.price_of_stripe, schema.definitions.channel])
    for (const [name, { description }] of Object.entries(of.properties)) assert.ok(description?.length > 15, `${name} says what it is`);
});

/* What no schema can say. */
const BEYOND = /stands there twice/;

/** One product, spoilt in one place: each member left out, and made what it should not be; or those of some names alone. */
function* spoilt(product, where = /./) {
  const values = ['', ' ', 'x', 'X y', 'a\u0001b', 'x'.repeat(700), 0, 1, -1, 9.5, 61, 731, 10_001, 100_000_000, true, false, [], {}, { uk: '' }, { ukr: 'x' },
    { u1: 'x' }, ['x'], { x: 1 }, '9,99', 'fortnight', '0 months', '37 months', '4 years', '1 months', ' month', '157 weeks', '1096 days', 'prod_1', 'tg://', 'http://t.me/+a',
    '@name', 'EUR', 'xtr', '/srv/a b.jpg', 'refund', 'keep', 'course', { amount: 1, currency: 'isk' }, { amount: 15, currency: 'kwd' }, { amount: 1, currency: 'eur', x: 1 },
    { amount: 1 }, { currency: 'eur' }, { stripe: 'price_1', amount: 5, currency: 'eur' }, [{}], Array(9).fill({ link: LINK })];
  const places = (part, at = []) => Object.entries(part).flatMap(([name, inner]) =>
    [[...at, name], ...(inner !== null && typeof inner === 'object' ? places(inner, [...at, name]) : [])]);
  for (const place of places(product).filter(([name]) => where.test(name))) {
    const change = (how) => {
      const copy = structuredClone(product);
      const last = place.at(-1);
      how(place.slice(0, -1).reduce((part, name) => part[name], copy), last);
      return copy;
    };
    yield { what: `without ${place.join('.')}`, product: change((part, name) => (Array.isArray(part) ? part.splice(name, 1) : delete part[name])) };
    for (const value of values) yield { what: `${place.join('.')} = ${JSON.stringify(value)?.slice(0, 40)}`, product: change((part, name) => { part[name] = value; }) };
  }
  for (const name of ['chanels', 'Title', 'price_id']) yield { what: `with ${name}`, product: { ...product, [name]: 'x' } };
}

test('what the programs refuse the schema refuses, and each fault is one that it knows', () => {
  const full = {
    id: 'club', title: { uk: 'Клуб', en: 'The club' }, kind: 'club', description: 'Ten\nlines', photo: '/srv/a.jpg', price: { amount: 990, currency: 'eur' },
    price_note: 'net', every: 'month', trial_days: 7, trial_amount: 100, stars: 500, channels: [{ id: -1001, link: LINK }], partial_refund: 'end',
    on_fraud_warning: 'tell', on_dispute: 'pause', on_payment_failed: 'tell', consent: true, grace_days: 3,
  };
  const known = Object.keys(schema.definitions.product.properties).filter((name) => name !== 'dispute');
  assert.deepEqual(Object.keys(full).sort(), known.sort(), 'each member is spoilt');
  const kept = { id: 'a', title: 'A', price: { stripe: 'price_1' }, dispute: 'keep', channels: [{ link: LINK }] };
  const every = [{ what: 'as it is', product: full }, { what: 'as it is', product: kept }, ...spoilt(full), ...spoilt(kept, /^(price|dispute)/),
    { what: 'two names of one rule', product: { ...full, dispute: 'end' } }, { what: 'a trial in no currency', product: { ...full, price: kept.price } },
    { what: 'a trial of what is paid once', product: { ...full, every: undefined } }];
  // The sanitizers see each member spoilt, and each way to spoil one, in a fifth of all pairs.
  const all = every.filter((_, i) => !IS_SANITIZED || i % 5 === 0);
  // Each is the one product of a file for the schema, and one of ten for the programs, which tell of 32 faults by their numbers.
  const refused = new Set();
  for (let i = 0; i < all.length; i += 10) {
    const part = all.slice(i, i + 10).map(({ product }, k) => (/^(club|a)$/.test(product.id) ? { ...product, id: `p${k}` } : product));
    const { faults } = faultsOf(JSON.stringify({ products: part }));
    assert.ok(faults.length < 32, 'all are told');
    for (const { product, words } of faults)
      if (!BEYOND.test(words)) refused.add(i + product);
  }
  const missed = [...refused].filter((i) => fits({ products: [all[i].product] })).map((i) => all[i].what);
  assert.deepEqual(missed, [], 'the schema takes what the programs refuse');
  const strict = all.filter(({ product }, i) => !refused.has(i) && !fits({ products: [product] })).map(({ what }) => what);
  assert.ok(refused.size > (IS_SANITIZED ? 200 : 1000), `${refused.size} of ${all.length} are refused`);
  assert.deepEqual(strict, [], 'the schema refuses what the programs take');
});

test('of a whole file', () => {
  const one = { id: 'a', title: 'A', stars: 5, channels: [{ id: -1 }] };
  for (const file of [[], {}, { products: [] }, { products: {} }, { products: 'x' }, { products: Array(33).fill(one) }, { product: [one] }]) {
    assert.ok(faultsOf(JSON.stringify(file)).refused, JSON.stringify(file).slice(0, 50));
    assert.ok(!fits(file), JSON.stringify(file).slice(0, 50));
  }
});
