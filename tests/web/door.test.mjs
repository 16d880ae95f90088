// Who is in the channel afterwards: each scenario over HTTP, once in peace and once with the worker killed again and
// again while it goes on.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { IS_SANITIZED, person, startAdmit, until } from './harness.mjs';
import { OF_ONE_WORKER } from './ledger.mjs';

const CHANNEL = -1001234567890;
const OPERATOR = 990_001;
const WHITELISTED = 990_002;

const env = {
  PAID_CHANNEL_ID: String(CHANNEL), PAID_CHANNEL_LINK: undefined, ADMIN_TG_IDS: String(OPERATOR),
  WHITELIST_TG_IDS: String(WHITELISTED),
};
const PERSONAL = /https:\/\/t\.me\/\+[\w-]+/;

let app, nextId = 30_000;

/** The personal link in the newest message to the buyer that has one. */
const linkOf = (id) => app.telegram.messages(id).map(({ text }) => PERSONAL.exec(text)?.[0]).filter(Boolean).at(-1);
const status = (id) => app.telegram.channels.status(CHANNEL, id);
const isInside = (id) => app.telegram.channels.inside(CHANNEL).includes(id);
const becomes = (id, want) => until(() => status(id) === want, 40_000, `${id} becomes ${want}, is ${status(id)}`);

const hints = (id) => app.telegram.messages(id).filter(({ text }) => text.includes('/pay')).length;
const declines = (id) => app.telegram.calls.filter(({ method, params, status: answer }) =>
  method === 'declineChatJoinRequest' && params.user_id === id && answer === 200).length;

const linkFor = (id) => until(() => linkOf(id), 40_000, `a link for ${id}`);

async function enter(id, link) {
  assert.equal(app.telegram.follow(person(id), link ?? await linkFor(id)), 'asked');
  await becomes(id, 'member');
}

async function refund(session) {
  assert.equal((await app.event(await app.stripe.refund(session))).status, 200);
}

/** What happens, and who of buyer and stranger is in the channel afterwards. */
const scenarios = [
  ['pays, follows the link: in, without a word of how to buy', async ({ buyer }) => {
    await app.buy(buyer);
    await enter(buyer);
    await app.settled(40_000);
    assert.equal(hints(buyer), 0);
  }, ['buyer']],
  ['pays, does not come: out', async ({ buyer }) => {
    await app.buy(buyer);
    await linkFor(buyer);
  }, []],
  ['the link is passed on before the buyer came: only the buyer is in', async ({ buyer, stranger }) => {
    await app.buy(buyer);
    const link = await linkFor(buyer);
    assert.equal(app.telegram.follow(person(stranger), link), 'asked');
    await until(() => app.telegram.messages(stranger).some(({ text }) => text.includes('/pay')), 40_000, 'told how to buy');
    await enter(buyer, link);
  }, ['buyer']],
  ['the link is passed on afterwards: it is revoked', async ({ buyer, stranger }) => {
    await app.buy(buyer);
    const link = await linkFor(buyer);
    await enter(buyer, link);
    await app.settled(40_000);
    assert.equal(app.telegram.follow(person(stranger), link), 'refused');
  }, ['buyer']],
  ['refunded: removed, told why', async ({ buyer }) => {
    const { id } = await app.buy(buyer);
    await enter(buyer);
    await refund(id);
    await app.told(buyer, 'повернуто', 40_000);
    await becomes(buyer, 'kicked');
  }, []],
  ['refunded before they came: the link lets nobody in', async ({ buyer }) => {
    const { id } = await app.buy(buyer);
    const link = await linkFor(buyer);
    await refund(id);
    await app.settled(40_000);
    assert.equal(app.telegram.follow(person(buyer), link), 'refused');
  }, []],
  ['refunded, pays again: in again', async ({ buyer }) => {
    const { id } = await app.buy(buyer);
    await enter(buyer);
    const link = linkOf(buyer);
    await refund(id);
    await becomes(buyer, 'kicked');
    await app.settled(40_000);
    await app.buy(buyer);
    await until(() => linkOf(buyer) !== link, 40_000, 'another link');
    await enter(buyer);
  }, ['buyer']],
  ['leaves, asks for help, comes back by a new link', async ({ buyer }) => {
    await app.buy(buyer);
    await enter(buyer);
    await app.settled(40_000);
    const link = linkOf(buyer);
    app.telegram.leave(person(buyer), CHANNEL);
    await app.say(person(buyer), '/help');
    await until(() => linkOf(buyer) !== link, 40_000, 'another link');
    await enter(buyer);
  }, ['buyer']],
  ['an administrator who is refunded stays', async ({ buyer }) => {
    const { id } = await app.buy(buyer);
    await enter(buyer);
    app.telegram.channels.setStatus(CHANNEL, person(buyer), 'administrator');
    await refund(id);
    await app.told(buyer, 'повернуто', 40_000);
  }, ['buyer']],
  ['an administrator since a moment that we missed stays, and nothing is owed', async ({ buyer }) => {
    const { id } = await app.buy(buyer);
    await enter(buyer);
    await app.settled(40_000);
    app.telegram.channels.setStatusUnseen(CHANNEL, person(buyer), 'administrator');
    await refund(id);
    await app.told(buyer, 'повернуто', 40_000);
  }, ['buyer']],
  ['leaves unseen, asks for help, comes back by a new link', async ({ buyer }) => {
    await app.buy(buyer);
    await enter(buyer);
    await app.settled(40_000);
    const link = linkOf(buyer);
    app.telegram.channels.setStatusUnseen(CHANNEL, person(buyer), 'left');
    await app.say(person(buyer), '/help');
    await until(() => linkOf(buyer) !== link, 40_000, 'another link');
    await enter(buyer);
  }, ['buyer']],
  ['buys, is let in by hand, is refunded: removed', async ({ buyer }) => {
    const { id } = await app.buy(buyer);
    await linkFor(buyer);
    app.telegram.channels.setStatus(CHANNEL, person(buyer), 'member', person(1));
    await app.settled(40_000);
    await refund(id);
    await becomes(buyer, 'kicked');
  }, []],
  ['a stranger asks twice: told how to buy each time', async ({ buyer, stranger }) => {
    await app.buy(buyer);
    const link = await linkFor(buyer);
    for (const times of [1, 2]) {
      assert.equal(app.telegram.follow(person(stranger), link), 'asked');
      await until(() => hints(stranger) >= times, 40_000, `told ${times} times`);
      await until(() => declines(stranger) >= times, 40_000, `declined ${times} times`);
    }
  }, []],
  ['a stranger who has blocked the bot is declined all the same', async ({ buyer, stranger }) => {
    await app.buy(buyer);
    app.telegram.block(stranger);
    assert.equal(app.telegram.follow(person(stranger), await linkFor(buyer)), 'asked');
    await until(() => declines(stranger) > 0, 40_000, 'declined');
  }, []],
  ['let in by hand, never bought: left alone', async ({ stranger }) => {
    app.telegram.channels.setStatus(CHANNEL, person(stranger), 'member', person(1));
    await app.noted(`SELECT 1 FROM members WHERE tg_id = ${stranger} AND state = 2`, 40_000);
  }, ['stranger']],
  ['approved by hand for a link of ours, never bought: removed', async ({ buyer, stranger }) => {
    await app.buy(buyer);
    const link = app.telegram.channels.link(await linkFor(buyer));
    app.telegram.channels.setStatus(CHANNEL, person(stranger), 'member', person(1), link);
    await becomes(stranger, 'kicked');
  }, []],
];

const MAX_KILLS = 8;
const isSettled = () => app.sql('SELECT 1 FROM jobs WHERE done_ms IS NULL AND parked_ms IS NULL LIMIT 1').length === 0;

/** Kills the worker at each so many calls of the bot, and starts another whenever there is none. */
function killWorkers(every) {
  let n = 0, isOver = false;
  const kill = () => {
    n += 1;
    if (n % every !== 0 || n / every > MAX_KILLS) return;
    for (const pid of app.processes('admit work')) try { process.kill(pid, 'SIGKILL'); } catch { /* gone */ }
  };
  const revive = async () => { while (!isOver) await app.turn(); };
  app.telegram.journal.on('add', kill);
  const revived = revive();
  return async () => { app.telegram.journal.off('add', kill); isOver = true; await revived; };
}

/** Has workers at it until nothing is owed. */
const drain = () => until(async () => { await app.turn(); return isSettled(); }, 60_000, 'nothing is owed');

for (const every of IS_SANITIZED ? [0, 1] : [0, 1, 2]) {
  describe(every ? `the worker is killed at one call of ${every}` : 'in peace', every ? OF_ONE_WORKER : {}, () => {
    before(async () => {
      app = await startAdmit({ env, resident: !every });
      await app.begin(); // no worker makes the ledger
    });
    after(() => app?.stop());

    // To the sanitizers one kill is like another, so they see it in some.
    for (const [what, play, inside] of scenarios.filter((_, i) => !every || !IS_SANITIZED || i % 4 === 2))
      test(what, async () => {
        const who = { buyer: nextId += 1, stranger: nextId += 1 };
        const stop = every ? killWorkers(every) : () => {};
        try {
          await play(who);
        } finally {
          await stop();
        }
        await (every ? drain() : app.settled(40_000));
        assert.deepEqual(Object.keys(who).filter((name) => isInside(who[name])), inside);
      });
  });
}

describe('the bot and its channel', () => {
  before(async () => { app = await startAdmit({ env, resident: true }); });
  after(() => app?.stop());

  test('whitelisted: let in without paying', async () => {
    await app.buy(nextId += 1);
    assert.equal(app.telegram.follow(person(WHITELISTED), await linkFor(nextId)), 'asked');
    await becomes(WHITELISTED, 'member');
  });

  test('rights lost: the operator hears of it once, nothing is parked, all goes on when they are back', async () => {
    const [one, two] = [nextId += 1, nextId += 1];
    app.telegram.channels.setRights(CHANNEL, false);
    await app.buy(one);
    await app.buy(two);
    await app.told(OPERATOR, 'не має прав');
    await app.noted(`SELECT 1 FROM jobs WHERE tg_id = ${two} AND error LIKE '%not enough rights%'`);
    assert.match((await app.admit(['check'])).stdout, /FAIL  channel/);
    assert.equal(app.sql('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL').length, 0);
    app.telegram.channels.setRights(CHANNEL, true);
    await enter(one);
    await enter(two);
    assert.match((await app.admit(['check'])).stdout, /ok    channel +the bot may invite/);
    await app.settled(40_000);
    assert.equal(app.telegram.messages(OPERATOR).filter(({ text }) => text.includes('не має прав')).length, 1);
  });

  test('the group becomes a supergroup: links are made there', async () => {
    const id = nextId += 1, moved = CHANNEL - 1;
    app.telegram.channels.move(CHANNEL, moved, { silently: true });
    await app.buy(id);
    assert.equal(app.telegram.follow(person(id), await linkFor(id)), 'asked');
    await until(() => app.telegram.channels.inside(moved).includes(id), 20_000, 'in the supergroup');
  });
});

describe('a channel that changes under the bot', () => {
  before(async () => { app = await startAdmit({ env, resident: true }); });
  after(() => app?.stop());

  const told = () => app.telegram.messages(OPERATOR).filter(({ text }) => text.includes(String(CHANNEL))).map(({ text }) => text);

  for (const words of ['Forbidden: bot was kicked from the channel chat', 'chat not found'])
    test(`${words}: the operator hears of it, nothing is parked, all goes on when it is back`, async () => {
      const one = nextId += 1, two = nextId += 1;
      app.telegram.channels.setGone(CHANNEL, words);
      await app.buy(one);
      await app.buy(two);
      await app.told(OPERATOR, 'для бота немає');
      await app.noted(`SELECT 1 FROM jobs WHERE tg_id = ${two} AND error LIKE '%${words}%'`);
      assert.equal(app.sql('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL').length, 0);
      await app.writtenDown();
      app.telegram.channels.setGone(CHANNEL, null);
      app.telegram.channels.setRights(CHANNEL, true);
      await enter(one);
      await enter(two);
      await app.settled(40_000);
      assert.equal(told().length, 1, 'once a day');
    });

  test('refused in words that nobody knows: the operator reads them once, and the invite comes when it may', async () => {
    const id = nextId += 1;
    app.telegram.channels.setGone(CHANNEL, 'of tomorrow');
    await app.buy(id);
    await app.told(OPERATOR, 'of tomorrow', 20_000);
    assert.equal(app.sql('SELECT 1 FROM jobs WHERE parked_ms IS NOT NULL').length, 0);
    app.telegram.channels.setGone(CHANNEL, null);
    await enter(id);
    await app.settled(40_000);
    assert.equal(told().filter((text) => text.includes('of tomorrow')).length, 1, 'once a day');
  });

  test('the service message of a move: no call goes to the group that was', async () => {
    const [early, late] = [nextId += 1, nextId += 1];
    const moved = CHANNEL - 1;
    await app.buy(early);
    await linkFor(early);
    await app.settled(40_000);
    app.telegram.channels.move(CHANNEL, moved);
    await app.noted(`SELECT 1 FROM moved_chats WHERE moved_to = '${moved}'`);
    await app.noted("SELECT 1 FROM inbox WHERE type = 'moved' LIMIT 1 OFFSET 1");
    const from = app.telegram.calls.length;
    await app.buy(late);
    assert.equal(app.telegram.follow(person(late), await linkFor(late)), 'asked');
    await until(() => app.telegram.channels.inside(moved).includes(late), 20_000, 'in the supergroup');
    assert.deepEqual(app.telegram.calls.slice(from).filter(({ params }) => String(params.chat_id) === String(CHANNEL)), []);
    const link = linkOf(early);
    await app.say(person(early), '/help');
    await until(() => linkOf(early) !== link, 40_000, 'a link to the supergroup');
    assert.equal(app.telegram.follow(person(early), linkOf(early)), 'asked');
    await until(() => app.telegram.channels.inside(moved).includes(early), 20_000, 'in the supergroup');
  });

  test('a move told again spares the links that were made since', async () => {
    const id = nextId += 1, moved = CHANNEL - 1;
    await app.buy(id);
    const link = await linkFor(id);
    const message = { message_id: 2, date: 1, chat: { id: moved, type: 'supergroup', title: 'A group' }, from: person(1), migrate_from_chat_id: CHANNEL };
    await app.update({ update_id: 990_000_001, message });
    assert.deepEqual(app.sql(`SELECT COUNT(*) FROM links WHERE link = '${link}' AND revoked_ms IS NULL`), [['1']]);
  });
});

describe('Telegram does not say, or says no', () => {
  before(async () => { app = await startAdmit({ env, resident: true }); });
  after(() => app?.stop());

  const words = (id) => app.telegram.messages(id).map(({ text }) => text);
  const job = (id, kind) => app.sql(`SELECT error FROM jobs WHERE kind = ${kind} AND tg_id = ${id} AND done_ms IS NULL`);
  const calls = (method, id) => app.telegram.calls.filter(({ method: name, params }) => name === method && params.user_id === id).length;

  /** So long passes for a removal, as far as the ledger knows; then it is due. What the last call has said is written down before. */
  async function pass(id, ms) {
    await app.writtenDown();
    app.write(`UPDATE members SET doubt_ms = doubt_ms - ${ms}, out_ms = out_ms - ${ms} WHERE tg_id = ${id};
      UPDATE jobs SET created_ms = created_ms - ${ms}, due_ms = 1 WHERE kind = 6 AND tg_id = ${id} AND done_ms IS NULL`);
  }
  const HOUR = 3600_000;

  /** A buyer who is in, and refunded while Telegram refuses. */
  async function refundedWhile(refuse) {
    const id = nextId += 1;
    const session = (await app.buy(id)).id;
    await enter(id);
    await app.settled(40_000);
    refuse(id);
    await refund(session);
    await app.told(id, 'повернуто', 40_000);
    return id;
  }

  for (const refused of IS_SANITIZED ? ['user not found'] : ['PARTICIPANT_ID_INVALID', 'USER_ID_INVALID', 'user not found'])
    test(`a look that fails once with ${refused}: the refunded buyer is removed all the same`, async () => {
      const id = await refundedWhile((who) => app.telegram.channels.refuse('getChatMember', who, refused, 1));
      await becomes(id, 'kicked');
      await app.settled(40_000);
    });

  test('a ban that is refused once as of nobody: tried again, and removed', async () => {
    const id = await refundedWhile((who) => app.telegram.channels.refuse('banChatMember', who, 'PARTICIPANT_ID_INVALID', 1));
    await until(() => job(id, 6).length > 0 && calls('banChatMember', id) === 1, 20_000, 'the ban is owed still');
    assert.equal(status(id), 'member');
    await pass(id, HOUR);
    await app.say(person(id), '/status');
    await becomes(id, 'kicked');
    await app.settled(40_000);
    assert.equal(words(OPERATOR).filter((text) => text.includes(String(id)) && text.includes('вилучити')).length, 0, 'nothing to tell');
  });

  test('a removal that Telegram refuses for a day: the operator is told once, and it ends', async () => {
    const id = await refundedWhile((who) => app.telegram.channels.refuse('banChatMember', who, 'PARTICIPANT_ID_INVALID'));
    await until(() => job(id, 6).length > 0 && calls('banChatMember', id) === 1, 20_000, 'owed');
    for (const hours of [1, 6, 18]) {
      await pass(id, hours * HOUR);
      const before = calls('banChatMember', id);
      await app.say(person(id), '/status');
      await until(() => calls('banChatMember', id) > before, 20_000, 'tried again');
    }
    await app.told(OPERATOR, `${id}`, 20_000);
    await app.settled(40_000);
    assert.equal(words(OPERATOR).filter((text) => text.includes(String(id)) && text.includes('вилучити')).length, 1);
    assert.match((await app.admit(['status'])).stdout, new RegExp(`${id}[^\\n]*${CHANNEL}[^\\n]*could not be removed`));
  });

  test('neither look nor ban knows them: two looks that agree, an hour apart, end it, and the operator is told once', async () => {
    const id = await refundedWhile((who) => {
      for (const method of ['getChatMember', 'banChatMember']) app.telegram.channels.refuse(method, who, 'USER_ID_INVALID');
    });
    await until(() => job(id, 6).length > 0 && calls('banChatMember', id) === 1, 20_000, 'owed');
    assert.deepEqual(app.sql(`SELECT state FROM members WHERE tg_id = ${id} AND state = 1`), [], 'one failed look is no proof');
    await pass(id, HOUR);
    await app.say(person(id), '/status');
    await app.told(OPERATOR, `${id}`, 20_000);
    await app.settled(40_000);
    assert.equal(words(OPERATOR).filter((text) => text.includes(String(id)) && text.includes('вилучити')).length, 1);
  });

  for (const refused of [...IS_SANITIZED ? [] : ['USER_ID_INVALID'], 'PARTICIPANT_ID_INVALID', 'words of tomorrow'])
    test(`every look says ${refused}: the buyer gets a link and comes in`, async () => {
      const id = nextId += 1;
      app.telegram.channels.refuse('getChatMember', id, refused);
      await app.buy(id);
      await enter(id);
      await app.settled(40_000);
    });

  test('banned by us once, and every look fails: the ban is taken back before the link is made', async () => {
    const id = nextId += 1;
    const session = (await app.buy(id)).id;
    await enter(id);
    const link = linkOf(id);
    await refund(session);
    await becomes(id, 'kicked');
    await app.settled(40_000);
    app.telegram.channels.refuse('getChatMember', id, 'USER_ID_INVALID');
    await app.buy(id);
    await until(() => linkOf(id) !== link, 40_000, 'another link');
    await enter(id);
  });

  const dead = {
    'revoked by another administrator': (link) => app.telegram.channels.revokeUnseen(link),
    'that Telegram refuses to revoke': (link) => {
      app.telegram.channels.revokeUnseen(link);
      app.telegram.channels.refuse('revokeChatInviteLink', link, 'INVITE_HASH_EXPIRED');
    },
  };
  for (const [what, kill] of Object.entries(dead))
    test(`a link ${what}: /help brings another one`, async () => {
      const id = nextId += 1;
      await app.buy(id);
      const link = await linkFor(id);
      await app.settled(40_000);
      kill(link);
      assert.equal(app.telegram.follow(person(id), link), 'refused');
      await app.say(person(id), '/help');
      await until(() => linkOf(id) !== link, 20_000, 'another link');
      await enter(id);
    });

  test('joined, left, the ledger back from a backup: the link that it holds is dead, /help brings another', async () => {
    const id = nextId += 1;
    await app.buy(id);
    const link = await linkFor(id);
    await enter(id);
    await app.settled(40_000);
    app.telegram.leave(person(id), CHANNEL);
    await app.noted(`SELECT 1 FROM members WHERE tg_id = ${id} AND state = 1`);
    app.write(`UPDATE links SET revoked_ms = NULL WHERE link = '${link}'`);
    await app.say(person(id), '/help');
    await until(() => linkOf(id) !== link, 20_000, 'another link');
    await enter(id);
    assert.equal(app.telegram.follow(person(nextId += 1), link), 'refused');
  });

  test('refunded and bought again while a link is revoked, of which nobody hears: another link, shown only then', async () => {
    const id = nextId += 1;
    const bought = await app.buy(id);
    const link = await linkFor(id);
    await app.settled(40_000);
    const shown = async (session) => PERSONAL.exec((await app.request(`/paid?session_id=${session}`)).text)?.[0];
    assert.equal(await shown(bought.id), link);
    app.telegram.setFault({ kind: 'lost', only: /^revokeChatInviteLink$/, next: Infinity });
    await refund(bought.id);
    await until(() => app.telegram.channels.link(link).is_revoked, 40_000, 'revoked');
    const again = (await app.buy(id)).id;
    assert.equal(await shown(again), undefined);
    app.telegram.setFault(null);
    await until(() => linkOf(id) !== link, 40_000, 'another link');
    assert.equal(await shown(again), linkOf(id));
    await enter(id);
  });

  test('/help twice: one live link, the newest', async () => {
    const id = nextId += 1;
    await app.buy(id);
    const first = await linkFor(id);
    await app.settled(40_000);
    await app.say(person(id), '/help');
    await until(() => linkOf(id) !== first, 20_000, 'another link');
    const second = linkOf(id);
    await app.settled(40_000);
    await app.say(person(id), '/help');
    await until(() => linkOf(id) !== second, 20_000, 'a third');
    for (const old of [first, second]) assert.equal(app.telegram.follow(person(id), old), 'refused');
    await enter(id);
    await app.say(person(id), '/help');
    await app.told(id, `t.me/c/${String(CHANNEL).slice(4)}`, 20_000);
  });

  for (const refused of IS_SANITIZED ? ['USER_CHANNELS_TOO_MUCH'] : ['USER_CHANNELS_TOO_MUCH', 'CHANNELS_TOO_MUCH'])
    for (const again of ['follows the link again', 'asks for help'])
      test(`${refused}: told what to do, shown to the operator; in when they have left some and ${again}`, async () => {
        const id = nextId += 1;
        await app.buy(id);
        const link = await linkFor(id);
        app.telegram.channels.refuse('approveChatJoinRequest', id, `Bad Request: ${refused}`);
        assert.equal(app.telegram.follow(person(id), link), 'asked');
        await app.told(id, 'забагато', 20_000);
        await app.settled(40_000);
        assert.equal(words(id).filter((text) => text.includes('забагато')).length, 1, 'told once');
        assert.match((await app.admit(['status'])).stdout, new RegExp(`${id}[^\\n]*${CHANNEL}[^\\n]*${refused}`));
        app.telegram.channels.refuse('approveChatJoinRequest', id, null);
        if (again === 'asks for help') await app.say(person(id), '/help');
        else app.telegram.follow(person(id), link);
        await becomes(id, 'member');
        await app.settled(40_000);
        assert.doesNotMatch((await app.admit(['status'])).stdout, new RegExp(`${id}[^\\n]*${refused}`));
      });
});
