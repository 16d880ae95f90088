// What was sent and received in all the other tests, judged by the vendors' own TypeScript types. Runs last.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dir = mkdtempSync(path.join(here, 'node_modules/.types-')); // below node_modules, so that imports are found
after(() => rmSync(dir, { recursive: true }));

const PRELUDE = `import type Stripe from 'stripe';
import type { ApiMethods, Update } from '@grammyjs/types';

/** A type as it travels in a form: everything is text, but spelled as its kind demands. */
type Wire<T> = T extends undefined | null ? never
  : T extends number ? \`\${number}\`
  : T extends boolean ? 'true' | 'false'
  : T extends string ? T
  : T extends Array<infer U> ? Array<Wire<U>>
  : T extends object ? { [K in keyof T]: Wire<T[K]> }
  : never;
/** Metadata and the like may hold any text. */
type Session = Wire<Omit<Stripe.Checkout.SessionCreateParams, 'metadata' | 'payment_intent_data'>> & {
  metadata?: Record<string, string>;
  payment_intent_data?: Wire<Omit<Stripe.Checkout.SessionCreateParams.PaymentIntentData, 'metadata'>> & { metadata?: Record<string, string> };
};
type Methods = ApiMethods<never>;
type Params<M extends keyof Methods> = Parameters<Methods[M]> extends [] ? Record<string, never>
  : NonNullable<Parameters<Methods[M]>[0]>;
`;

const annotations = {
  session: () => 'Session',
  call: (name) => `Params<'${name}'>`,
  event: (name) => `Extract<Stripe.Event, { type: '${name}' }>`,
  update: () => 'Update',
};
/** Types of events that the package knows; the others test that we leave them alone. */
const KNOWN = /^(checkout\.session\.(completed|expired|async_payment_(succeeded|failed))|charge\.refunded)$/;

/** The compiler's complaints about the file, one a line. */
function compile(name, text) {
  const file = path.join(dir, name);
  writeFileSync(file, text);
  const tsc = path.join(here, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--types', 'node'];
  return new Promise((done) => {
    execFile(process.execPath, [tsc, ...flags, file], { cwd: here, maxBuffer: 1 << 26 }, (error, stdout) =>
      done(error ? stdout.split('\n').filter((line) => /error TS/.test(line)) : []));
  });
}

const constant = (i, { kind, name, body }) => `const x${i}: ${annotations[kind](name)} = ${JSON.stringify(body)};\n`;

/** A literal for each distinct shape: texts and numbers of the same kind need no second look. */
function distinct(items) {
  const shape = (value) => Array.isArray(value) ? value.map(shape)
    : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, v]) => [key, shape(v)]))
      : value === null ? null : typeof value;
  const seen = new Map();
  for (const item of items) {
    const key = JSON.stringify([item.kind, item.name, shape(item.body)]);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

const captured = () => readdirSync(process.env.ADMIT_CAPTURE).filter((file) => file.endsWith('.jsonl'))
  .flatMap((file) => readFileSync(path.join(process.env.ADMIT_CAPTURE, file), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)))
  .filter(({ kind, name, body }) => kind !== 'event' || (KNOWN.test(name) && body.data.object?.id));

test('planted: the types refuse what is wrong', async () => {
  const planted = [
    { kind: 'session', body: { mode: 'payment', line_items: [{ quantity: 'one' }] } },
    { kind: 'session', body: { mode: 'payment', allow_promotion_codes: 'maybe' } },
    { kind: 'session', body: { mode: 'payment', sucess_url: 'https://x.example' } },
    { kind: 'call', name: 'sendMessage', body: { text: 'x' } },
    { kind: 'call', name: 'sendMessage', body: { chat_id: 1, text: 'x', link_preview: true } },
    { kind: 'call', name: 'answerCallbackQuery', body: { callback_query_id: 5 } },
    { kind: 'event', name: 'charge.refunded', body: { id: 'evt_1' } },
    { kind: 'update', body: { update_id: '5' } },
  ];
  const errors = await compile('planted.ts', PRELUDE + planted.map((item, i) => constant(i, item)).join(''));
  const lines = new Set(errors.map((line) => /\((\d+),/.exec(line)[1]));
  assert.equal(lines.size, planted.length, errors.join('\n'));
});

test('all that was sent and received is of the vendors\' types', {
  skip: process.env.ADMIT_CAPTURE && existsSync(process.env.ADMIT_CAPTURE) ? false : 'nothing was captured; run run.sh',
}, async () => {
  const all = captured();
  const items = distinct(all);
  const kinds = Object.keys(annotations).map((kind) => `${items.filter((item) => item.kind === kind).length} ${kind}`);
  console.log(`measure: of ${all.length} captured bodies, distinct shapes: ${kinds.join(', ')}`);
  for (const kind of Object.keys(annotations)) assert.ok(items.some((item) => item.kind === kind), `some ${kind}`);
  for (const name of ['sendMessage', 'answerCallbackQuery', 'setWebhook', 'setMyCommands', 'getMe', 'getWebhookInfo'])
    assert.ok(items.some((item) => item.name === name), `some ${name}`);
  const errors = await compile('captured.ts', PRELUDE + items.map((item, i) => constant(i, item)).join(''));
  const about = (line) => items[Number(/\((\d+),/.exec(line)?.[1]) - PRELUDE.split('\n').length];
  assert.deepEqual(errors.map((line) => `${line}\n  ${JSON.stringify(about(line))?.slice(0, 400)}`), []);
});
