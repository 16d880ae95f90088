// kill -9 at every system call: of a front program from the connection it accepts to its end, of the worker from its
// start to its end. Stripe and Telegram repeat what was not acknowledged; then everything is counted.

import assert from 'node:assert/strict';
import { Rig } from './rig.mjs';

/** Each point has a buyer of its own, so that one drain at the end can count for all of them. */
const FIRST_BUYER = 5_000_000;
const NEVER = 1_000_000;
const OPERATOR = 900;

/** Kills at the chosen calls, of as many as two runs in peace have: the first of them finds no ledger. `once` tells how it ended. */
async function everyCall(sample, options, once) {
  const at = (call) => once(call, [...options, '--kill', String(call)]);
  await at(NEVER);
  const { calls } = await at(NEVER + 1);
  for (const call of sample.choose(calls)) sample.count((await at(call)).signal === 9);
}

/** Every paid order has brought its buyer one invite, none of them more. */
function countInvites(rig, orders) {
  for (const { tgId, acknowledged } of orders) {
    assert.equal(rig.invites(tgId).length, 1, `buyer ${tgId}, ${acknowledged ? 'acknowledged' : 'repeated'}: one invite`);
  }
}

/** Everything is repeated once more, as Stripe may: nothing changes. */
async function repeatAll(rig, orders) {
  const webhook = await rig.serve('webhook');
  for (const { event } of orders) assert.equal((await webhook.send(rig.post(event))).status, 200);
  await webhook.stop();
}

/**
 * @param {{ fresh: boolean, beside: boolean }} how `fresh`: each point begins without a ledger; `beside`: another
 *   program has the ledger open all the while, so that no recovery hides a fault
 */
const webhook = (how) => async ({ sample }) => {
  const rig = await Rig.start();
  const orders = [];
  try {
    const other = how.beside ? await rig.serve('webhook') : null;
    if (other) await other.send(rig.post((await rig.order(1)).event));
    await everyCall(sample, [], async (at, trace) => {
      const order = await rig.order(FIRST_BUYER + at);
      if (how.fresh) rig.ledger(`fresh.${at}`);
      const victim = await rig.serve('webhook', { trace });
      order.acknowledged = (await victim.send(rig.post(order.event))).status === 200;
      const end = await victim.stop();
      const { hit } = end;
      if (!order.acknowledged) {
        const next = other ?? await rig.serve('webhook');
        assert.equal((await next.send(rig.post(order.event))).status, 200, `call ${at}, ${hit}: the repetition is taken`);
        if (!other) await next.stop();
      }
      if (how.fresh) {
        await rig.drain();
        countInvites(rig, [order]);
        assert.ok(rig.isSound(), `call ${at}, ${hit}: the ledger is sound`);
        rig.ledger('admit');
      } else {
        orders.push(order);
      }
      return end;
    });
    await rig.drain();
    await repeatAll(rig, orders);
    await rig.drain();
    countInvites(rig, orders);
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points: sample.text(), outcome: '0 acknowledged orders lost, 0 invites twice, ledger sound' };
  } finally {
    await rig.close();
  }
};

/** Telegram repeats an update that was not answered; what it asks for is done once, or its answer was lost. */
async function tgupdate({ sample }) {
  const rig = await Rig.start();
  try {
    await everyCall(sample, [], async (at, trace) => {
      const from = { id: FIRST_BUYER + at, is_bot: false, first_name: 'x', language_code: 'uk' };
      const request = rig.update({
        update_id: 1000 + at,
        message: { message_id: 1, date: 1_700_000_000, chat: { id: from.id, type: 'private' }, from, text: '/help' },
      });
      const victim = await rig.serve('tgupdate', { trace });
      const { status } = await victim.send(request);
      const end = await victim.stop();
      const { hit } = end;
      if (status !== 200) {
        const next = await rig.serve('tgupdate');
        assert.equal((await next.send(request)).status, 200, `call ${at}, ${hit}: the repetition is taken`);
        await next.stop();
      }
      const [[n]] = rig.sql(`SELECT COUNT(*) FROM users WHERE tg_id = ${from.id}`);
      assert.equal(n, '1', `call ${at}, ${hit}: the update is recorded`);
      return end;
    });
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points: sample.text(), outcome: '0 acknowledged updates lost, ledger sound' };
  } finally {
    await rig.close();
  }
}

async function worker({ sample }) {
  const rig = await Rig.start();
  let repeats = 0;
  try {
    const front = await rig.serve('webhook');
    await everyCall(sample, ['--from', 'start'], async (at, trace) => {
      const order = await rig.order(FIRST_BUYER + at);
      assert.equal((await front.send(rig.post(order.event))).status, 200);
      const end = await (await rig.work({ trace })).ended();
      repeats += await rig.finish(order, `call ${at}, ${end.hit}`);
      return end;
    });
    await front.stop();
    assert.ok(rig.isSound(), 'the ledger is sound');
    return {
      points: sample.text(),
      outcome: `0 invites lost; ${repeats} repeated, each killed between Telegram's acceptance and our commit, each the same message`,
    };
  } finally {
    await rig.close();
  }
}

/** A message to many is under way: its readers, one after another, who have read nothing yet. */
function underWay(rig, at, { message_id: message }) {
  const readers = Array.from({ length: 4 }, (_, i) => FIRST_BUYER + 10 * at + i);
  rig.sql(`DELETE FROM users; DELETE FROM jobs; INSERT INTO users (tg_id, created_ms) VALUES ${readers.map((id) => `(${id}, ${Date.now()})`)};
    INSERT INTO broadcasts (actor, segment, state, chat_id, message_id, n_people, asked_ms)
      VALUES (${OPERATOR}, 'all', 3, ${OPERATOR}, ${message}, ${readers.length}, ${Date.now()})`);
  return readers;
}

/** Nobody is left out; twice gets it alone whose message was taken and not noted yet, and each counts once. */
async function broadcast({ sample }) {
  const rig = await Rig.start();
  let repeats = 0;
  try {
    const front = await rig.serve('tgupdate');
    const boss = { id: OPERATOR, is_bot: false, first_name: 'x', language_code: 'uk' };
    const message = rig.telegram.chats.said(boss, 'News');
    assert.equal((await front.send(rig.update({ update_id: 1, message: { ...message, text: '/letters' } }))).status, 200);
    await front.stop();
    const copies = (tgId) => rig.telegram.messages(tgId).length;
    await everyCall(sample, ['--from', 'start'], async (at, trace) => {
      const readers = underWay(rig, at, message);
      const end = await (await rig.work({ trace })).ended();
      await rig.telegramIsQuiet();
      const open = new Set(rig.sql('SELECT tg_id FROM jobs WHERE kind = 18 AND done_ms IS NULL').flat());
      const wants = readers.map((id) => (copies(id) === 1 && open.has(String(id)) ? 2 : 1));
      rig.hurry();
      await rig.drain();
      assert.deepEqual(readers.map(copies), wants, `call ${at}, ${end.hit}: how often each got it`);
      assert.deepEqual(rig.sql('SELECT state, n_sent FROM broadcasts ORDER BY id DESC LIMIT 1'), [['6', '4']], `call ${at}, ${end.hit}: all are out`);
      repeats += wants.filter((n) => n > 1).length;
      return end;
    });
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points: sample.text(), outcome: `0 readers left out; ${repeats} got it twice, each killed between Telegram's acceptance and our commit` };
  } finally {
    await rig.close();
  }
}

/** `quick`: how many points `make check` takes. */
export default [
  { name: 'kill -9 at each system call of webhook.fcgi, first request on a new ledger', quick: 15, run: webhook({ fresh: true }) },
  { name: 'kill -9 at each system call of webhook.fcgi, alone on a ledger in use', quick: 10, run: webhook({}) },
  { name: 'kill -9 at each system call of webhook.fcgi beside another', quick: 10, run: webhook({ beside: true }) },
  { name: 'kill -9 at each system call of tgupdate.fcgi', quick: 10, run: tgupdate },
  { name: 'kill -9 at each system call of the worker through a delivery', quick: 14, run: worker },
  { name: 'kill -9 at each system call of the worker through a message to many', quick: 6, run: broadcast },
];
