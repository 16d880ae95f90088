// Personal links: kill -9 at every system call of the worker while it lets a buyer in and out. A link is made once, or
// twice where the kill swallowed the first; whoever paid is in the channel at the end, and nobody else.

import assert from 'node:assert/strict';
import { Rig } from './rig.mjs';

const CHANNEL = -1_001_234_567_890;
const FIRST_BUYER = 12_000_000;
const NEVER = 1_000_000;
/** So many buyers at once are brought to where a test begins. */
const BATCH = 40;
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;

const userOf = (id) => ({ id, is_bot: false, first_name: 'x', language_code: 'uk' });

class Door {
  #buyer = FIRST_BUYER;
  /** How often a message was sent again, or a link made again, by the next worker. */
  repeats = 0;
  links = 0;

  static async open() {
    const door = new Door();
    door.rig = await Rig.start({ settings: { PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined } });
    door.webhook = await door.rig.serve('webhook');
    door.tgupdate = await door.rig.serve('tgupdate');
    return door;
  }

  status(id) {
    return this.rig.telegram.channels.status(CHANNEL, id);
  }

  texts(id) {
    return this.rig.telegram.messages(id).map(({ text }) => text);
  }

  async post(event) {
    assert.equal((await this.webhook.send(this.rig.post(event))).status, 200);
  }

  /** Until nothing is owed and Telegram has nothing to tell. */
  async settle() {
    do {
      if (this.rig.owed() > 0) {
        this.rig.hurry();
        await this.rig.drain();
      }
    } while (await this.rig.relay(this.tgupdate) > 0);
  }

  /** @returns {Promise<{ tgId: number, stranger: number, sessionId: string, event: object }>} whose event has not come yet */
  async buyer() {
    this.#buyer += 2;
    return Object.assign(await this.rig.order(this.#buyer), { stranger: this.#buyer + 1 });
  }

  linkOf({ tgId }) {
    return this.texts(tgId).map((text) => PERSONAL.exec(text)?.[0]).find(Boolean);
  }

  follow(id, link) {
    assert.equal(this.rig.telegram.follow(userOf(id), link), 'asked', `${id} may ask`);
  }

  linksMade() {
    return this.rig.telegram.calls.filter(({ method, error }) => method === 'createChatInviteLink' && !error).length;
  }

  linksKnown({ tgId }) {
    return this.rig.sql(`SELECT link, revoked_ms FROM links WHERE tg_id = ${tgId}`);
  }

  isOpen(tgId, kind) {
    return this.rig.sql(`SELECT 1 FROM jobs WHERE tg_id = ${tgId} AND kind = ${kind} AND done_ms IS NULL`).length > 0;
  }
}

const [INVITE, NOTICE, MEMBER] = [1, 2, 6]; // enum job_kind

/** From the payment on, each begins where the one before it ended. */
const stages = {
  invite: {
    begin: (door, who) => door.post(who.event),
    /** To whom the worker writes, what, and which job says that it has. */
    writes: ({ tgId }) => ({ to: tgId, what: PERSONAL, kind: INVITE }),
    check(door, who, what) {
      assert.equal(door.status(who.tgId), 'left', `${what}: nobody is in unasked`);
      assert.deepEqual(door.linksKnown(who), [[door.linkOf(who), '']], `${what}: one link, which the buyer has`);
    },
  },
  stranger: {
    begin: (door, who) => door.follow(who.stranger, door.linkOf(who)),
    writes: ({ stranger }) => ({ to: stranger, what: /\/pay/, kind: MEMBER }),
    check(door, who, what) {
      assert.equal(door.status(who.stranger), 'left', `${what}: the stranger is not in`);
      assert.equal(door.rig.sql(`SELECT 1 FROM members WHERE tg_id = ${who.stranger} AND asked_ms IS NOT NULL`).length, 0, `${what}: and was answered`);
    },
  },
  enter: {
    begin: (door, who) => door.follow(who.tgId, door.linkOf(who)),
    check(door, who, what) {
      assert.equal(door.status(who.tgId), 'member', `${what}: in`);
      assert.notEqual(door.linksKnown(who)[0][1], '', `${what}: the link has served`);
      assert.equal(door.rig.telegram.follow(userOf(who.stranger), door.linkOf(who)), 'refused', `${what}: and lets nobody else in`);
    },
  },
  removal: {
    begin: async (door, who) => door.post(await door.rig.stripe.refund(who.sessionId)),
    writes: ({ tgId }) => ({ to: tgId, what: /повернуто/, kind: NOTICE }),
    check(door, who, what) {
      assert.equal(door.status(who.tgId), 'kicked', `${what}: out`);
    },
  },
};

/** Brings the buyer through a stage in peace. */
const walk = async (door, all, name) => {
  for (const who of all) await stages[name].begin(door, who);
  await door.settle();
};

const countSent = (door, { to, what }) => door.texts(to).filter((text) => what.test(text)).length;

/** One stage with one kill. @returns how the worker ended */
async function killAt(door, stage, who, at) {
  const { rig } = door;
  const made = door.linksMade();
  await stage.begin(door, who);
  await rig.relay(door.tgupdate);
  const end = await (await rig.work({ trace: ['--from', 'main', '--kill', String(at)] })).ended();
  const { hit, signal } = end;
  const what = `call ${at}, ${hit}`;
  await rig.telegramIsQuiet();

  const writes = stage.writes?.(who);
  const sent = writes ? countSent(door, writes) : 0;
  const mayRepeat = sent === 1 && door.isOpen(writes.to, writes.kind);
  const lostLinks = stage === stages.invite ? door.linksMade() - made - door.linksKnown(who).length : 0;
  assert.ok([0, 1].includes(lostLinks) && (lostLinks === 0 || signal === 9), `${what}: ${lostLinks} links that the ledger does not know`);
  await door.settle();

  if (writes) {
    const now = countSent(door, writes);
    assert.ok(now === 1 || (mayRepeat && now === 2), `${what}: sent ${sent} before, ${now} now`);
    assert.equal(new Set(door.texts(writes.to).filter((text) => writes.what.test(text))).size, 1, `${what}: the same message`);
    door.repeats += now - 1;
  }
  if (stage === stages.invite) assert.equal(door.linksMade() - made, 1 + lostLinks, `${what}: no link is made without need`);
  door.links += lostLinks;
  stage.check(door, who, what);
  return end;
}

const kill = (name) => async ({ sample }) => {
  const door = await Door.open();
  const { rig } = door;
  const stage = stages[name];
  const before = Object.keys(stages).slice(0, Object.keys(stages).indexOf(name)).filter((other) => other !== 'stranger');
  const all = [];
  const waiting = [];
  const once = async (at) => {
    if (waiting.length === 0) {
      for (let i = 0; i < BATCH; i += 1) waiting.push(await door.buyer());
      for (const earlier of before) await walk(door, waiting, earlier);
      all.push(...waiting);
    }
    return killAt(door, stage, waiting.shift(), at);
  };
  try {
    const { calls } = await once(NEVER);
    for (const at of sample.choose(calls)) sample.count((await once(at)).signal === 9);
    const inside = { enter: all.filter((who) => !waiting.includes(who)), removal: waiting }[name] ?? [];
    assert.deepEqual(rig.telegram.channels.inside(CHANNEL), inside.map(({ tgId }) => tgId), 'who is in at the end');
    for (const program of [door.webhook, door.tgupdate]) await program.stop();
    assert.ok(rig.isSound(), 'the ledger is sound');
    return { points: sample.text(), outcome: `the right people in the channel, 0 lost; ${door.repeats} messages and ${door.links} links twice, each killed between Telegram's acceptance and our commit` };
  } finally {
    await rig.close();
  }
};

export default [
  { name: 'kill -9 at each system call of the worker that makes and sends a personal link', quick: 8, run: kill('invite') },
  { name: 'kill -9 at each system call of the worker that turns a stranger away', quick: 6, run: kill('stranger') },
  { name: 'kill -9 at each system call of the worker that lets the buyer in', quick: 6, run: kill('enter') },
  { name: 'kill -9 at each system call of the worker that removes a refunded buyer', quick: 6, run: kill('removal') },
];
