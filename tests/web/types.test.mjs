// What was sent and received in all the other tests, judged by the vendors' own TypeScript types. Runs last.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The types are those of the newest version, declared by a package that is read here and never run; events in an older
 * shape test that it is read as well. */
const API_VERSION = '2026-10-28.endive';

const here = fileURLToPath(new URL('.', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'admit-types.'));
symlinkSync(path.join(here, 'node_modules'), path.join(dir, 'node_modules')); // where imports are looked for
after(() => rmSync(dir, { recursive: true }));

const PRELUDE = `import type Stripe from 'stripe-types';
import type { ApiMethods, Update } from '@grammyjs/types';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
/** A type as it travels in a form: everything is text, but spelled as its kind demands. Where Stripe's own type lists
 * the words and leaves room for others (string & {}), that room is closed. */
type Wire<T> = T extends undefined | null ? never
  : Same<T, string & {}> extends true ? never
  : T extends number ? \`\${number}\`
  : T extends boolean ? 'true' | 'false'
  : T extends string ? T
  : T extends Array<infer U> ? Array<Wire<U>>
  : T extends object ? { [K in keyof T]: Wire<T[K]> }
  : never;
type Session = Wire<Stripe.Checkout.SessionCreateParams>;
type Refund = Wire<Stripe.RefundCreateParams>;
type Ending = Wire<Stripe.SubscriptionUpdateParams>;
type Methods = ApiMethods<never>;
type Params<M extends keyof Methods> = Parameters<Methods[M]> extends [] ? Record<string, never>
  : NonNullable<Parameters<Methods[M]>[0]>;
`;

const annotations = {
  session: () => 'Session',
  refund: () => 'Refund',
  ending: () => 'Ending',
  call: (name) => `Params<'${name}'>`,
  event: (name) => `Extract<Stripe.Event, { type: '${name}' }>`,
  update: () => 'Update',
};
/** Types of events that the package knows; the others test that we leave them alone. */
const KNOWN = /^(checkout\.session\.(completed|expired|async_payment_(succeeded|failed))|charge\.refunded|refund\.(created|updated|failed)|charge\.dispute\.(created|updated|closed|funds_reinstated)|radar\.early_fraud_warning\.created|customer\.subscription\.(created|updated|deleted|paused|resumed|trial_will_end)|invoice\.(paid|payment_failed))$/;

/** The compiler's complaints about each of these files, one a line. It reads all in one run, for most of that is reading
 * the vendors' types. */
function compile(texts) {
  const files = Object.keys(texts).map((name) => path.join(dir, name));
  for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(dir, name), text);
  const tsc = path.join(here, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--types', 'node'];
  return new Promise((done) => {
    execFile(process.execPath, [tsc, ...flags, ...files], { cwd: here, maxBuffer: 1 << 26 }, (error, stdout) => {
      const lines = error ? stdout.split('\n').filter((line) => /error TS/.test(line)) : [];
      done(Object.fromEntries(Object.keys(texts).map((name) => [name, lines.filter((line) => line.includes(`/${name}(`))])));
    });
  });
}

/** Which constant a complaint is about: each has a line of its own. */
const indexOf = (line) => Number(/\((\d+),/.exec(line)?.[1]) - PRELUDE.split('\n').length;

/** Stripe's package reads these texts into numbers of its own kind; what travels is not what it types. */
const withoutDecimals = (key, value) => key.endsWith('_decimal') ? null : value;

/** What a message answers has, in the vendor's type, nothing that it answers itself, and says so. */
const bare = (key, value) => (key === 'reply_to_message' && typeof value === 'object' ? { ...value, reply_to_message: '@none' } : withoutDecimals(key, value));
const spelled = (body) => JSON.stringify(body, bare).replaceAll('"@none"', 'undefined');

const constant = (i, { kind, name, body }) => `const x${i}: ${annotations[kind](name)} = ${spelled(body)};\n`;

/** A word that a type may spell out, as 'payment' or 'supergroup'; any other text is as good as the next. */
const WORD = /^[a-z][a-z_.]*$/;

/** A literal for each distinct shape: numbers and free texts need no second look. */
function distinct(items) {
  const shape = (value) => Array.isArray(value) ? value.map(shape)
    : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, v]) => [key, shape(v)]))
      : typeof value === 'string' && WORD.test(value) ? value : value === null ? null : typeof value;
  const seen = new Map();
  for (const item of items) {
    const key = JSON.stringify([item.kind, item.name, shape(item.body)]);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

const captured = () => readdirSync(process.env.ADMIT_CAPTURE).filter((file) => file.endsWith('.jsonl'))
  .flatMap((file) => readFileSync(path.join(process.env.ADMIT_CAPTURE, file), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)))
  .filter(({ body }) => body.mode !== 'none') // asked to be refused, which tells what a key may do
  .filter(({ kind, name, body }) => kind !== 'event' || (KNOWN.test(name) && body.data.object?.object && body.data.object.id && body.api_version === API_VERSION));

/** Bodies of which each is wrong in one way. */
const PLANTED = [
  { kind: 'session', body: { mode: 'payment', line_items: [{ quantity: 'one' }] } },
  { kind: 'session', body: { mode: 'payment', line_items: [{ price: 'price_1', quantity: 1 }] } },
  { kind: 'session', body: { mode: 'payment', line_items: [{ quantity: '1', price_data: { currency: 'eur', unit_amount: '9.99', product_data: { name: 'x', nmae: 'x' } } }] } },
  { kind: 'session', body: { mode: 'payment', line_items: { price: 'price_1', quantity: '1' } } },
  { kind: 'session', body: { mode: 'purchase' } },
  { kind: 'session', body: { mode: 'payment', payment_intent_data: { metdata: {} } } },
  { kind: 'session', body: { mode: 'payment', metadata: { tg_id: ['5'] } } },
  { kind: 'session', body: { mode: 'payment', allow_promotion_codes: 'maybe' } },
  { kind: 'session', body: { mode: 'payment', sucess_url: 'https://x.example' } },
  { kind: 'refund', body: { payment_intent: 'pi_1', amount: '5.00 EUR' } },
  { kind: 'refund', body: { payment: 'pi_1' } },
  { kind: 'ending', body: { cancel_at_period_end: 'yes' } },
  { kind: 'ending', body: { cancel_at_the_end: 'true' } },
  { kind: 'call', name: 'sendMessage', body: { text: 'x' } },
  { kind: 'call', name: 'sendMessage', body: { chat_id: 1, text: 'x', link_preview: true } },
  { kind: 'call', name: 'sendMessage', body: { chat_id: 1, text: 'x', reply_markup: { inline_keyboard: [{ text: 'x', url: 'https://x.example' }] } } },
  { kind: 'call', name: 'sendMassage', body: { chat_id: 1, text: 'x' } },
  { kind: 'call', name: 'getMe', body: { chat_id: 1 } },
  { kind: 'call', name: 'setWebhook', body: { url: 'https://x.example', allowed_updates: ['massage'] } },
  { kind: 'call', name: 'answerCallbackQuery', body: { callback_query_id: 5 } },
  { kind: 'event', name: 'charge.refunded', body: { id: 'evt_1' } },
  { kind: 'event', name: 'checkout.session.completed', body: { id: 'evt_1', type: 'checkout.session.expired' } },
  { kind: 'update', body: { update_id: '5' } },
  { kind: 'update', body: { update_id: 5, message: { message_id: 1 } } },
];

const RIGHT = [
  { kind: 'session', body: { mode: 'payment', line_items: [{ price: 'price_1', quantity: '1' }], metadata: { tg_id: '5' }, allow_promotion_codes: 'true' } },
  { kind: 'refund', body: { payment_intent: 'pi_1', amount: '500' } },
  { kind: 'ending', body: { cancel_at_period_end: 'true' } },
  { kind: 'call', name: 'sendMessage', body: { chat_id: 1, text: 'x' } },
  { kind: 'call', name: 'getMe', body: {} },
  { kind: 'update', body: { update_id: 5 } },
];

const IS_CAPTURED = Boolean(process.env.ADMIT_CAPTURE) && existsSync(process.env.ADMIT_CAPTURE);
const all = IS_CAPTURED ? captured() : [];
const CAPTURED = distinct(all);

const source = (items) => PRELUDE + items.map((item, i) => constant(i, item)).join('');
const complaints = compile({ 'planted.ts': source(PLANTED), 'right.ts': source(RIGHT), 'captured.ts': source(CAPTURED) });

test('planted: the types refuse what is wrong', async () => {
  const refused = new Set((await complaints)['planted.ts'].map(indexOf));
  assert.deepEqual(PLANTED.filter((_, i) => !refused.has(i)), [], 'each of them is refused');
});

test('planted: what is right is taken', async () => {
  assert.deepEqual((await complaints)['right.ts'], []);
});

test('all that was sent and received is of the vendors\' types', {
  skip: IS_CAPTURED ? false : 'nothing was captured; run run.sh',
}, async () => {
  const kinds = Object.keys(annotations).map((kind) => `${CAPTURED.filter((item) => item.kind === kind).length} ${kind}`);
  console.log(`measure: of ${all.length} captured bodies, distinct shapes: ${kinds.join(', ')}`);
  for (const kind of Object.keys(annotations)) assert.ok(CAPTURED.some((item) => item.kind === kind), `some ${kind}`);
  for (const name of ['sendMessage', 'answerCallbackQuery', 'setWebhook', 'setMyCommands', 'getMe', 'getWebhookInfo'])
    assert.ok(CAPTURED.some((item) => item.name === name), `some ${name}`);
  const errors = (await complaints)['captured.ts'];
  const about = (line) => CAPTURED[indexOf(line)];
  assert.deepEqual(errors.map((line) => `${line}\n  ${JSON.stringify(about(line))?.slice(0, 400)}`), []);
});
