// A year of a shop with three products, two providers and neighbours on its Stripe account. Its events arrive late, in any
// order, twice, without their objects or not at all; in the end the books are what Stripe's and Telegram's own balances
// say, to the cent and the day, and in the channels are those who belong there.
// SHUFFLES=N plays it in so many orders, YEAR_SEED=N begins with that one, BUYERS=N has so many buyers to a line, up to 5.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { keep } from '../fault/table.mjs';
import { dice, shuffle } from './chance.mjs';
import { IS_SANITIZED, person, startAdmit, until } from './harness.mjs';
import { DAY_S, sumUp, withMoney, Year } from './year.mjs';

const N_SHUFFLES = Number(process.env.SHUFFLES ?? (IS_SANITIZED ? 1 : 2));
const FIRST_SEED = Number(process.env.YEAR_SEED ?? 1);
const N_BUYERS = Number(process.env.BUYERS ?? 1);
const SHIFT_DAYS = 1; // between the buyers of a line; five of them find room in the year's last days
const AT_ONCE = 16;
const PATIENCE_MS = 90_000;
const OLDER = '2024-06-20';
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;

const CHANNELS = { course: -1001000000001, club: -1001000000002, library: -1001000000003 };
const PRODUCTS = [
  { id: 'course', title: 'Course', price: { amount: 9900, currency: 'eur' }, stars: 5000, channels: [{ id: CHANNELS.course }] },
  { id: 'club', title: 'Club', price: { amount: 1500, currency: 'eur' }, every: 'month', stars: 800, channels: [{ id: CHANNELS.club }] },
  { id: 'library', title: 'Library', price: { amount: 12_000, currency: 'usd' }, every: 'year', channels: [{ id: CHANNELS.library }] },
];

// ---- the plot: who, what, on which days of the year what happens, and whether they are in at its end ----
// A subscription goes on by itself for as long as the card is good.

const OTHER_SHOP = { foreign: { tg_id: '77', product: 'club', shop: '7654321' } };
const OTHER_APPLICATION = { foreign: { order: '1001' } };

/** So many payments of a subscription in Stars, one every 30 days. */
const monthsInStars = (day, n) => Array.from({ length: n }, (_, i) => [day + 30 * i, 'paysStars', 800, { plan: i ? 'next' : 'first' }]);

const PLOT = [
  // the course, paid once
  ['buys', 'course', [[5, 'buys']], 'in'],
  ['buys at a new price', 'course', [[250, 'buys', { minor: 12_900 }]], 'in'],
  ['has a code of 100 %', 'course', [[6, 'buys', { isFree: true }]], 'in'],
  ['pays by a bank', 'course', [[20, 'buys', { later: 'succeeds' }]], 'in'],
  ['pays by a bank, which says no', 'course', [[20, 'buys', { later: 'fails' }]], 'out'],
  ['is refunded', 'course', [[30, 'buys'], [75, 'refund']], 'out'],
  ['is refunded in part', 'course', [[31, 'buys'], [70, 'refund', 3300]], 'in'],
  ['is refunded in two parts', 'course', [[32, 'buys'], [65, 'refund', 3300], [99, 'refund', 6600]], 'out'],
  ['a refund fails', 'course', [[33, 'buys'], [60, 'refund'], [66, 'refundFails']], 'in'],
  ['a refund fails, another does not', 'course', [[34, 'buys'], [61, 'refund'], [67, 'refundFails'], [130, 'refund']], 'out'],
  ['a part fails, another does not', 'course', [[35, 'buys'], [62, 'refund', 1000], [63, 'refund', 2000], [68, 'refundFails', 1000]], 'in'],
  ['disputes', 'course', [[290, 'buys'], [340, 'dispute']], 'out'],
  ['disputes, the shop wins', 'course', [[100, 'buys'], [140, 'dispute'], [200, 'closed', 'won']], 'in'],
  ['disputes, the shop loses', 'course', [[101, 'buys'], [141, 'dispute'], [201, 'closed', 'lost']], 'out'],
  ['disputes: lost, appealed, won', 'course', [[102, 'buys'], [142, 'dispute'], [202, 'closed', 'lost'], [210, 'disputeIs', 'appeal_needs_response'], [260, 'closed', 'won']], 'in'],
  ['inquires', 'course', [[103, 'buys'], [143, 'dispute', 'warning_needs_response'], [190, 'closed', 'warning_closed']], 'in'],
  ['may be a fraud', 'course', [[104, 'buys'], [106, 'warned']], 'in'],
  ['is refunded, buys again', 'course', [[120, 'buys'], [125, 'refund'], [180, 'buys']], 'in'],
  ['pays in Stars', 'course', [[40, 'paysStars', 5000]], 'in'],
  ['gets the Stars back', 'course', [[41, 'paysStars', 5000], [88, 'starsBack']], 'out'],
  ['is refunded, pays in Stars', 'course', [[42, 'buys'], [45, 'refund'], [46, 'paysStars', 5000]], 'in'],
  // the club, paid by the month
  ['pays month after month', 'club', [[10, 'buys']], 'in'],
  ['tries it for nothing', 'club', [[11, 'buys', { trial: [7, 0] }]], 'in'],
  ['tries it for 1.00', 'club', [[12, 'buys', { trial: [7, 100] }]], 'in'],
  ['tries it, does not go on', 'club', [[13, 'buys', { trial: [7, 0] }], [15, 'cancelsAtEnd']], 'out'],
  ['tries it, cannot pay then', 'club', [[14, 'buys', { trial: [7, 0] }], [15, 'card', 'bad']], 'out'],
  ['tries it now', 'club', [[356, 'buys', { trial: [14, 0] }]], 'in'],
  ['tries it for 1.00, which goes back', 'club', [[30, 'buys', { trial: [7, 100] }], [33, 'refund']], 'in'],
  ['a card fails and is mended', 'club', [[10, 'buys'], [90, 'card', 'bad'], [106, 'card', 'good']], 'in'],
  ['a card fails: unpaid', 'club', [[12, 'buys'], [150, 'card', 'bad']], 'out'],
  ['a card fails: canceled', 'club', [[13, 'buys'], [150, 'card', 'gone']], 'out'],
  ['ends it, for the end of the month', 'club', [[15, 'buys'], [208, 'cancelsAtEnd']], 'out'],
  ['ends it, then does not', 'club', [[16, 'buys'], [208, 'cancelsAtEnd'], [213, 'cancelsAtEnd', false]], 'in'],
  ['ends it at once', 'club', [[17, 'buys'], [200, 'cancels']], 'out'],
  ['ends it, comes back', 'club', [[26, 'buys'], [60, 'cancelsAtEnd'], [250, 'buys']], 'in'],
  ['pauses, and goes on', 'club', [[18, 'buys'], [100, 'pauses', 'void'], [190, 'resumes']], 'in'],
  ['pauses for good', 'club', [[19, 'buys'], [100, 'pauses', 'keep_as_draft']], 'out'],
  ['pays more from the next month on', 'club', [[20, 'buys'], [183, 'price', 1900]], 'in'],
  ['pays more at once', 'club', [[20, 'buys'], [183, 'price', 1900, 210]], 'in'],
  ['joins at the new price', 'club', [[190, 'buys', { minor: 1900 }]], 'in'],
  ['gets a part of a month back', 'club', [[21, 'buys'], [130, 'refund', 500]], 'in'],
  ['gets the first month back', 'club', [[22, 'buys'], [130, 'refund', undefined, 0]], 'in'],
  ['gets the last month back, ends it', 'club', [[29, 'buys'], [348, 'cancelsAtEnd'], [349, 'refund']], 'out'],
  ['disputes a month, the shop loses', 'club', [[23, 'buys'], [130, 'dispute'], [170, 'closed', 'lost'], [171, 'cancels']], 'out'],
  ['disputes a month, the shop wins', 'club', [[24, 'buys'], [130, 'dispute'], [170, 'closed', 'won']], 'in'],
  ['disputes the last month', 'club', [[27, 'buys'], [360, 'dispute']], 'out'],
  ['inquires about the last month', 'club', [[28, 'buys'], [360, 'dispute', 'warning_needs_response']], 'in'],
  ['pays the first month by a bank', 'club', [[25, 'buys', { later: 'succeeds' }]], 'in'],
  ['pays the first month by a bank, which says no', 'club', [[25, 'buys', { later: 'fails' }]], 'out'],
  ['pays in Stars, each month', 'club', monthsInStars(40, 11), 'in'],
  ['pays in Stars, some months', 'club', monthsInStars(41, 4), 'out'],
  ['gets the Stars of a month back', 'club', [...monthsInStars(42, 2), [75, 'starsBack']], 'out'],
  // the library, paid by the year
  ['pays for a year', 'library', [[50, 'buys']], 'in'],
  ['pays for a year, gets a part back', 'library', [[51, 'buys'], [90, 'refund', 2000]], 'in'],
  ['pays for a year, no longer', 'library', [[52, 'buys'], [53, 'cancelsAtEnd']], 'in'],
  ['gets a year back', 'library', [[54, 'buys'], [80, 'refund'], [81, 'cancels']], 'out'],
  // neighbours on the account: none of it is ours
  ['another shop sells', 'course', [[60, 'buys', OTHER_SHOP], [70, 'refund', 1000], [80, 'dispute']], 'out'],
  ['another shop sells by the month', 'club', [[61, 'buys', OTHER_SHOP], [70, 'refund']], 'out'],
  ['another application sells', 'course', [[62, 'buys', OTHER_APPLICATION], [72, 'refund'], [75, 'refundFails']], 'out'],
  ['another application sells by the month', 'club', [[63, 'buys', OTHER_APPLICATION], [90, 'card', 'bad']], 'out'],
  ['the bot sells something else', 'course', [[64, 'paysStars', 250, { foreign: 'mug:1' }]], 'out'],
];

/** What a line does, without its sums and days. */
const doings = ([, product, steps]) => steps.map(([, act, ...how]) => JSON.stringify([act === 'buys' && product, act, how], (_, it) => (typeof it === 'number' ? 0 : it)));

/** Of the plot the sanitizers see the lines that do something which no line above does. */
const PLAYED = PLOT.filter((line, i) => !IS_SANITIZED || doings(line).some((it) => !PLOT.slice(0, i).flatMap(doings).includes(it)));

/** What the operator does by hand, in the last days of the year. */
const BY_HAND = [
  [9001, 'course', [['grant']], 'in'],
  [9002, 'club', [['grant', '--days', '5']], 'in'],
  [9003, 'library', [['grant'], ['revoke']], 'out'],
];

// ---- the ways that the news take ----

/** Of 100 events, so many are told so; what is told is in a list. */
const WAYS = [
  [55, 'once', (event) => [event]],
  [12, 'twice', (event) => [event, event]],
  [15, 'thin', (event, thin) => [thin(event)]],
  [10, 'thin and whole', (event, thin) => [thin(event), event]],
  [8, 'never', () => []],
];

const wayOf = (n) => {
  let left = n;
  return WAYS.find(([share]) => (left -= share) < 0)[2];
};

/** Calls that tell it all, in the order of that chance. Telegram has no thin updates. */
function parcels(app, year, chance) {
  const thin = (event) => app.stripe.thin(event), same = (update) => update;
  return shuffle([
    ...app.stripe.events.flatMap((event) => wayOf(chance(100))(event, thin).map((one) => () => app.event(one))),
    ...year.updates.flatMap((update) => wayOf(chance(100))(update, same).map((one) => () => app.update(one))),
  ], chance);
}

async function deliver(posts) {
  const left = [...posts];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let post = left.pop(); post; post = left.pop()) assert.equal((await post()).status, 200);
  }));
}

// ---- the shop ----

async function openShop(t) {
  let file;
  const app = await startAdmit({
    t, env: { PAID_CHANNEL_LINK: undefined, SELL_WITH: 'both', RECONCILE_MINUTES: '0' }, late: () => ({ PRODUCTS_FILE: file }),
    prepare: (dir) => { file = `${dir}/products.json`; writeFileSync(file, JSON.stringify({ products: PRODUCTS })); },
  });
  // Every buyer follows whatever link arrives.
  app.telegram.chats.on('message', ({ chat, text, from }) => {
    const link = from.is_bot && chat.id > 0 && PERSONAL.exec(text ?? '')?.[0];
    if (link) app.telegram.follow(person(chat.id), link);
  });
  return app;
}

/** What the shop asks Stripe for, by product. Nobody pays that. */
async function formsOf(app) {
  const forms = {};
  for (const { id } of PRODUCTS) {
    assert.equal((await app.request(`/pay?tg_id=1&product=${id}`)).status, 303);
    forms[id] = app.stripe.requests.findLast(({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions').params;
  }
  for (const id of [...app.stripe.sessions.keys()]) await app.stripe.expire(id);
  app.stripe.events.length = 0;
  return forms;
}

/** Has workers at it until nothing is owed and nothing is on its way to us, which could owe again. */
const drained = (app) => until(async () => {
  const isOwed = () => app.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL LIMIT 1').length > 0;
  const isUnderWay = () => app.telegram.attempts.items.some(({ status }) => status === undefined);
  await app.turn();
  return !isUnderWay() && !isOwed() && !isUnderWay();
}, PATIENCE_MS, 'nothing is owed');

async function reconcile(app) {
  const { status, stdout } = await app.admit(['reconcile', '--since', '400d']);
  assert.equal(status, 0, stdout);
  await drained(app);
  return stdout;
}

/** Stripe keeps events for 30 days; what is older is found by the lists of objects alone. */
function forgetEvents(app) {
  const since = Math.floor(Date.now() / 1000) - 30 * DAY_S;
  app.stripe.events.splice(0, app.stripe.events.findIndex(({ created }) => created >= since));
}

// ---- what the shop says of its year ----

async function report(app, by) {
  const { stdout } = await app.admit(['report', '--since', '400d', '--by', by, '--json'], { TZ: 'UTC' });
  return withMoney(Object.fromEntries(JSON.parse(stdout).sales.map((line) => [`${line.when} ${line.product} ${line.provider} ${line.currency}`, {
    taken: line.taken_minor, refunded: line.refunded_minor, disputed: line.disputed_minor, net: line.net_minor,
  }])));
}

/** The sums over the whole year as admit export has them, which writes a payment a line. */
async function exported(app) {
  const lines = (await app.admit(['export', '--json'])).stdout.trim().split('\n').map((text) => JSON.parse(text));
  return withMoney(sumUp(lines.flatMap(({ product, provider, currency, amount_minor: taken, refunded_minor: refunded, disputed_minor: disputed, kind }) => {
    const of = { key: `${product} ${provider} ${currency}` };
    return kind === undefined ? [] : [{ ...of, what: 'taken', minor: taken }, { ...of, what: 'refunded', minor: refunded }, { ...of, what: 'disputed', minor: disputed ?? 0 }];
  })));
}

/** Without what is paid once and by card: nobody says when that was once Stripe has no event of it. */
const dated = (lines) => Object.fromEntries(Object.entries(lines).filter(([key]) => !key.endsWith(' course stripe eur')));

// ---- playing ----

/** What is different from one order to the next, beside the order. */
const circumstancesOf = (seed) => ({
  isInterrupted: seed % 2 === 1, // by a reconciliation in the midst of it
  isForgotten: seed % 2 === 0, // Stripe has no event any more that is older than 30 days, whether it was told or not
  isOlder: seed % 4 > 1, // the endpoint is of a version of before the periods moved to the items
});

async function play(t, seed) {
  const { isInterrupted, isForgotten, isOlder } = circumstancesOf(seed);
  const app = await openShop(t), chance = dice(seed);
  if (isOlder) app.stripe.eventVersion = OLDER;
  const year = new Year({ ...app, forms: await formsOf(app) });
  const buyers = PLAYED.flatMap(([what, product, steps, end], i) => Array.from({ length: N_BUYERS }, (_, n) => {
    const tgId = 1000 + 10 * i + n;
    year.enrol({ tgId, product, steps, shift: n * SHIFT_DAYS });
    return { what, tgId, product, end };
  }));
  await year.play();
  const posts = parcels(app, year, chance);
  const counts = { events: app.stripe.events.length, updates: year.updates.length, posts: posts.length };
  if (isForgotten) forgetEvents(app);
  if (isInterrupted) {
    await deliver(posts.splice(0, posts.length / 2));
    await reconcile(app);
  }
  await deliver(posts);
  for (const [tgId, product, acts, end] of BY_HAND) {
    buyers.push({ what: acts.join(), tgId, product, end });
    for (const [act, ...more] of acts) assert.equal((await app.admit([act, String(tgId), product, ...more])).status, 0);
  }
  await drained(app);
  await reconcile(app);
  return { app, year, buyers, counts, isForgotten, again: await reconcile(app) };
}

describe('a year of a shop', { concurrency: false }, () => {
  const totals = { events: 0, updates: 0, posts: 0 };

  describe('in each order', { concurrency: 2 }, () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + N_SHUFFLES; seed += 1)
      test(`that of YEAR_SEED=${seed}`, async (t) => {
        const { app, year, buyers, counts, isForgotten, again } = await play(t, seed);
        for (const name of Object.keys(totals)) totals[name] += counts[name];

        for (const by of ['month', 'day'])
          await t.test(`the books by ${by}, product, provider and currency`, async () => {
            const [is, want] = [await report(app, by), year.books(by)];
            assert.deepEqual(isForgotten ? dated(is) : is, isForgotten ? dated(want) : want);
          });
        await t.test('the books of the whole year, a payment a line', async () => assert.deepEqual(await exported(app), year.books('year')));
        await t.test('who is in the channels', () => {
          for (const [product, channel] of Object.entries(CHANNELS)) {
            const inside = app.telegram.channels.inside(channel), all = buyers.filter((one) => one.product === product);
            assert.deepEqual(all.filter(({ tgId, end }) => inside.includes(tgId) !== (end === 'in')), [], 'who is where they do not belong');
            assert.deepEqual(inside.filter((id) => !all.some(({ tgId }) => tgId === id)), [], 'a stranger');
          }
        });
        await t.test('nothing is missing, nothing waits for a person, nothing is a neighbour\'s', () => {
          assert.match(again, /Nothing was missing/);
          assert.deepEqual(app.sql('SELECT kind, error FROM jobs WHERE parked_ms IS NOT NULL'), []);
          assert.deepEqual(app.sql('SELECT DISTINCT tg_id FROM orders').map(([id]) => Number(id)).filter((id) => id !== 1 && !buyers.some(({ tgId }) => tgId === id)), []);
        });
      });
  });

  test('all of it', (t) => {
    t.diagnostic(`measure: a year of ${PLAYED.length * N_BUYERS} buyers in ${N_SHUFFLES} orders: ${totals.events} events and ${totals.updates} updates, told in ${totals.posts} posts`);
    assert.ok(totals.posts > totals.events, 'it was played');
    keep('year', [{
      name: 'a year of a shop: its news late, in any order, twice, thin or lost', points: N_SHUFFLES,
      outcome: `${totals.events + totals.updates} events and updates; each time the books are the balances of Stripe and Telegram to the cent, and whoever belongs in a channel is in, nobody else`,
    }]);
  });
});
