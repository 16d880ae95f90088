// The private channels of the Telegram stand-in: invite links, requests to join, who is in.

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { administrator, channelChat, chatMember, nowS, sender } from './telegram-objects.mjs';
import { badRequest, TelegramError } from './telegram-text.mjs';

const IN = new Set(['member', 'administrator']);

/** Emits 'changed' ({ user, chat, status }) when someone comes in or is out. */
export class Channels extends EventEmitter {
  #links = new Map(); // { chat, link } by invite link
  #requests = new Map(); // the invite link that a user asks to join by, by 'chat user'
  #members = new Map(); // a status by 'chat user'
  #joins = []; // the link of each joining, as often as it was used
  #powerless = new Set(); // chats where the bot may do nothing
  #lacking = new Map(); // rights that it lacks as an administrator, by chat
  #gone = new Map(); // chats that there are not for the bot, with Telegram's words
  #moved = new Map(); // the supergroup that a group became, by the group's id
  #refusals = []; // { method, about, words, times }: what is refused about a user or a link
  #bot;
  #tell;
  #userOf;

  /** The Bot API's methods on channels, to be called with the parameters of the call. */
  methods = {
    createChatInviteLink: (params) => this.#asAdmin(params, () => this.#createLink(params)),
    revokeChatInviteLink: (params) => this.#asAdmin(params, () => this.#asked('revokeChatInviteLink', params, () => this.#revokeLink(params.invite_link))),
    approveChatJoinRequest: (params) => this.#asAdmin(params, () => this.#asked('approveChatJoinRequest', params, () => this.#settle(params, true))),
    declineChatJoinRequest: (params) => this.#asAdmin(params, () => this.#settle(params, false)),
    banChatMember: (params) => this.#asAdmin(params, () => this.#asked('banChatMember', params, () => this.#ban(params))),
    unbanChatMember: (params) => this.#asAdmin(params, () => this.#asked('unbanChatMember', params, () => this.#unban(params))),
    getChatMember: (params) => this.#asked('getChatMember', params, () => this.#member(params)),
    getChatMemberCount: ({ chat_id: chat }) => this.#count(Number(chat)),
  };

  /**
   * @param {{ bot: object, tell: (update: object) => unknown, userOf: (id: number) => object }} telegram
   *   `tell` sends the bot an update
   */
  constructor({ bot, tell, userOf }) {
    super();
    this.#bot = bot;
    this.#tell = tell;
    this.#userOf = userOf;
  }

  /** @returns {'member'|'left'|'kicked'} */
  status(chatId, userId) {
    return this.#members.get(`${chatId} ${userId}`) ?? (chatId > 0 ? 'member' : 'left');
  }

  /**
   * A user follows an invite link: comes in, or asks to.
   * @returns {'joined'|'asked'|'refused'} refused: banned, or the link is revoked, over or unknown
   */
  follow(user, url) {
    const { chat, link } = this.#links.get(url) ?? {};
    const isDead = !link || link.is_revoked || link.expire_date < nowS();
    if (isDead || this.status(chat.id, user.id) === 'kicked') return 'refused';
    if (link.creates_join_request) {
      this.#requests.set(`${chat.id} ${user.id}`, link);
      this.#tell({ chat_join_request: { chat, from: user, user_chat_id: user.id, date: nowS(), invite_link: link } });
      return 'asked';
    }
    if (link.member_limit !== undefined && this.#joinedBy(link) >= link.member_limit) return 'refused';
    this.setStatus(chat.id, user, 'member', user, link);
    return 'joined';
  }

  /** Changes who is in and tells the bot, as Telegram tells an administrator. */
  setStatus(chatId, user, status, by = user, link = undefined) {
    const before = chatMember(user, this.status(chatId, user.id));
    this.#members.set(`${chatId} ${user.id}`, status);
    this.#tell({
      chat_member: {
        chat: channelChat(chatId), from: by, date: nowS(), old_chat_member: before,
        new_chat_member: chatMember(user, status), ...(link && { invite_link: link }),
      },
    });
    if (link) this.#joins.push(link);
    this.emit('changed', { user, chat: channelChat(chatId), status });
  }

  /** The same, with the bot not told of it. */
  setStatusUnseen(chatId, user, status) {
    this.#members.set(`${chatId} ${user.id}`, status);
    this.emit('changed', { user, chat: channelChat(chatId), status });
  }

  /** The ids of those who are in a chat, but for the bot, in order. */
  inside(chatId) {
    return [...this.#members].filter(([key, status]) => key.startsWith(`${chatId} `) && IN.has(status))
      .map(([key]) => Number(key.split(' ')[1])).sort((a, b) => a - b);
  }

  /** Takes the bot's rights in a chat, or gives them back; Telegram tells it. */
  setRights(chatId, hasThem, by = this.#userOf(1)) {
    if (hasThem) this.#powerless.delete(chatId);
    else this.#powerless.add(chatId);
    const [good, bad] = [administrator(sender(this.#bot)), chatMember(sender(this.#bot), 'member')];
    this.#tell({
      my_chat_member: {
        chat: channelChat(chatId), from: by, date: nowS(), old_chat_member: hasThem ? bad : good,
        new_chat_member: hasThem ? good : bad,
      },
    });
  }

  /** Of an administrator's rights these are missing, such as can_invite_users. */
  setLacking(chatId, names) {
    this.#lacking.set(chatId, Object.fromEntries(names.map((name) => [name, false])));
  }

  /** There is no such chat for the bot any more; null: there is again. */
  setGone(chatId, words) {
    if (words) this.#gone.set(chatId, words);
    else this.#gone.delete(chatId);
  }

  /** Refuses calls of a method about a user or a link, so often; words null: no more. */
  refuse(method, about, words, times = Infinity) {
    this.#refusals = this.#refusals.filter((one) => one.method !== method || one.about !== about);
    if (words) this.#refusals.push({ method, about, words, times });
  }

  /** Another administrator revokes a link, of which nobody tells the bot. */
  revokeUnseen(url) {
    this.#links.get(url).link.is_revoked = true;
  }

  /**
   * A group becomes a supergroup: its people go along, its links do not. Both chats say so, unless it is `silently`.
   */
  move(chatId, to, { silently = false } = {}) {
    this.#moved.set(chatId, to);
    for (const [key, status] of [...this.#members]) {
      if (key.startsWith(`${chatId} `)) this.#members.set(key.replace(`${chatId} `, `${to} `), status);
    }
    for (const { chat, link } of this.#links.values()) if (chat.id === chatId) link.is_revoked = true;
    if (silently) return;
    const said = { message_id: 1, date: nowS(), from: this.#userOf(1) };
    this.#tell({ message: { ...said, chat: { id: chatId, type: 'group', title: 'A group' }, migrate_to_chat_id: to } });
    this.#tell({ message: { ...said, chat: { id: to, type: 'supergroup', title: 'A group' }, migrate_from_chat_id: chatId } });
  }

  #asAdmin({ chat_id: chat }, run) {
    this.#see(chat);
    const to = this.#moved.get(Number(chat));
    if (to) {
      throw new TelegramError(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: to });
    }
    if (this.#powerless.has(Number(chat))) throw badRequest('not enough rights to manage chat invite link');
    return run();
  }

  #asked(method, params, run) {
    const about = params.invite_link ?? Number(params.user_id);
    const refusal = this.#refusals.find((one) => one.method === method && one.about === about && one.times > 0);
    if (!refusal) return run();
    refusal.times -= 1;
    throw badRequest(refusal.words);
  }

  #see(chat) {
    const words = this.#gone.get(Number(chat));
    if (words?.startsWith('Forbidden')) throw new TelegramError(403, words);
    if (words) throw badRequest(words);
  }

  #ban(params) {
    if (this.status(Number(params.chat_id), Number(params.user_id)) === 'administrator') {
      throw badRequest('user is an administrator of the chat');
    }
    return this.#setStatus(params, 'kicked');
  }

  #joinedBy(link) {
    return this.#joins.filter((used) => used === link).length;
  }

  #createLink({ chat_id: chat, name, expire_date: end, member_limit: limit, creates_join_request: asks }) {
    if (!(Number(chat) < 0)) throw badRequest('chat not found');
    const isAsking = asks === true || asks === 'true';
    if (name && name.length > 32) throw badRequest('chat invite link name is too long');
    if (isAsking && limit) {
      throw badRequest("member limit can't be specified for links requiring administrator approval");
    }
    const link = {
      invite_link: `https://t.me/+${randomBytes(12).toString('base64url')}`,
      creator: sender(this.#bot), creates_join_request: isAsking, is_primary: false, is_revoked: false,
      ...(name && { name }), ...(end && { expire_date: Number(end) }), ...(limit && { member_limit: Number(limit) }),
    };
    this.#links.set(link.invite_link, { chat: channelChat(Number(chat)), link });
    return link;
  }

  /** A link as Telegram shows it. */
  link(url) {
    return this.#links.get(url).link;
  }

  #revokeLink(url) {
    const { link } = this.#links.get(url) ?? {};
    if (!link) throw badRequest('INVITE_HASH_EXPIRED');
    return Object.assign(link, { is_revoked: true });
  }

  #settle({ chat_id: chat, user_id: id }, isApproved) {
    const key = `${chat} ${id}`;
    const link = this.#requests.get(key);
    if (this.status(Number(chat), Number(id)) === 'member') throw badRequest('USER_ALREADY_PARTICIPANT');
    if (!link) throw badRequest('HIDE_REQUESTER_MISSING');
    this.#requests.delete(key);
    if (isApproved) this.setStatus(Number(chat), this.#userOf(Number(id)), 'member', sender(this.#bot), link);
    return true;
  }

  #setStatus({ chat_id: chat, user_id: id }, status) {
    if (this.status(Number(chat), Number(id)) !== status) {
      this.setStatus(Number(chat), this.#userOf(Number(id)), status, sender(this.#bot));
    }
    return true;
  }

  /** Without `only_if_banned` it also removes a member, which is the way to remove without a ban. */
  #unban(params) {
    const isBanned = this.status(Number(params.chat_id), Number(params.user_id)) === 'kicked';
    if (this.status(Number(params.chat_id), Number(params.user_id)) === 'administrator') {
      throw badRequest('user is an administrator of the chat');
    }
    if (isBanned || String(params.only_if_banned) !== 'true') this.#setStatus(params, 'left');
    return true;
  }

  #member({ chat_id: chat, user_id: id }) {
    this.#see(chat);
    if (Number(id) === this.#bot.id && this.#powerless.has(Number(chat))) return chatMember(sender(this.#bot), 'member');
    if (Number(id) === this.#bot.id) return { ...administrator(sender(this.#bot)), ...this.#lacking.get(Number(chat)) };
    return chatMember(this.#userOf(Number(id)), this.status(Number(chat), Number(id)));
  }

  #count(chatId) {
    const inside = [...this.#members].filter(([key, status]) => key.startsWith(`${chatId} `) && status === 'member');
    return inside.length + 1; // and the bot
  }
}
