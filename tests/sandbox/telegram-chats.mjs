// The private chats of the Telegram stand-in: who can be written to, what was written, which buttons were pressed.

import { EventEmitter } from 'node:events';
import {
  botOf, callbackQuery, channelChat, chatFullInfo, message, nowS, privateChat, sender, userOf,
} from './telegram-objects.mjs';
import { badRequest, checkMarkup, parseCaption, parseText, TelegramError, withFound } from './telegram-text.mjs';

/** What Telegram answers for a chat that the bot cannot write to. */
const UNREACHABLE = {
  blocked: [403, 'Forbidden: bot was blocked by the user'],
  deactivated: [403, 'Forbidden: user is deactivated'],
  unknown: [400, 'Bad Request: chat not found'],
};

/** Emits 'message' and 'edited' with each Message, of bot or user, and 'answer' for each answered callback query. */
export class Chats extends EventEmitter {
  #unreachable = new Map(); // a key of UNREACHABLE by chat id
  #users = new Map(); // users that have done something, by id
  #messages = new Map(); // what the bot sent, by chat id
  #commands = new Map();
  #described = new Map(); // what the bot's page says, by 'long uk' and the like
  #all = new Map(); // every message of bot or user, by `chat/id`
  #files = new Map(); // { path, bytes } by file id
  #queries = new Set(); // ids of the callback queries that wait for an answer
  #nextMessageId = 1;
  #nextQueryId = 7_000_000_001;

  /** The Bot API's methods on chats, to be called with the parameters of the call. */
  methods = {
    getMe: () => this.bot,
    setMyCommands: (params) => this.#setCommands(params),
    getMyCommands: (params) => this.#commands.get(commandsKey(params)) ?? [],
    getMyDescription: (params) => ({ description: this.#described.get(`long ${params.language_code ?? ''}`) ?? '' }),
    setMyDescription: ({ description = '', language_code: language = '' }) => this.#describe('long', language, description, 512),
    getMyShortDescription: (params) => ({ short_description: this.#described.get(`short ${params.language_code ?? ''}`) ?? '' }),
    setMyShortDescription: ({ short_description: text = '', language_code: language = '' }) => this.#describe('short', language, text, 120),
    sendMessage: (params) => this.#send(params),
    sendPhoto: (params) => this.#sendPhoto(params),
    sendVideoNote: (params) => this.#sendFile('video_note', params),
    sendVoice: (params) => this.#sendFile('voice', params),
    sendDocument: (params) => this.#sendFile('document', params),
    editMessageText: (params) => this.#edit(params, () => parseText(params)),
    editMessageMedia: (params) => this.#edit(params, () => this.#media(params)),
    answerCallbackQuery: (params) => this.#answerQuery(params),
    sendChatAction: (params) => this.#showAction(params),
    getChat: (params) => chatFullInfo(this.#chat(params)),
    forwardMessage: (params) => this.#forward(params),
    copyMessage: (params) => this.#copy(params),
    getFile: (params) => this.#fileOf(params),
  };

  constructor(token) {
    super();
    this.bot = botOf(token);
  }

  /** Remembers a user, so that later answers show the same one. */
  meet(user) {
    const known = userOf(user);
    this.#users.set(known.id, known);
    return known;
  }

  userOf(id) {
    return this.#users.get(id) ?? userOf(id);
  }

  /** @param {keyof typeof UNREACHABLE | null} why null: the bot can write again */
  setUnreachable(chatId, why) {
    if (why) this.#unreachable.set(chatId, why);
    else this.#unreachable.delete(chatId);
  }

  /** What the bot sent to a chat and Telegram took, oldest first, as edited since. */
  messages(chatId) {
    return [...this.#messages.get(chatId) ?? []];
  }

  /** The message that a user's words become. */
  said(from, text) {
    return this.#say(from, privateChat(from), withFound({ text }));
  }

  /** Words in any chat, perhaps as a reply. */
  saidIn(from, chat, text, more = {}) {
    return this.#say(from, chat, { ...withFound({ text }), ...more });
  }

  /** A voice message of these bytes. */
  spoke(from, bytes, duration = 3) {
    const id = `voice${this.#files.size + 1}`;
    this.#files.set(id, { path: `voice/file_${this.#files.size + 1}.oga`, bytes });
    const voice = { file_id: id, file_unique_id: `u${id}`, duration, mime_type: 'audio/ogg', file_size: bytes.length };
    return this.#say(from, privateChat(from), { voice });
  }

  /** What GET /file/bot…/PATH answers; undefined: there is no such file. */
  bytesAt(path) {
    return [...this.#files.values()].find((file) => file.path === path)?.bytes;
  }

  /** The bytes of a file that was sent; undefined: it is elsewhere, or nowhere. */
  bytesOf(id) {
    return this.#files.get(id)?.bytes;
  }

  #say(from, chat, content) {
    const said = this.#keep(message(this.#nextMessageId++, from, chat, content));
    this.emit('message', said);
    return said;
  }

  #keep(one) {
    this.#all.set(`${one.chat.id}/${one.message_id}`, one);
    return one;
  }

  #original(params, what) {
    const one = this.#all.get(`${params.from_chat_id}/${params.message_id}`);
    if (!one) throw badRequest(`message to ${what} not found`);
    return one;
  }

  #forward(params) {
    const chat = this.#chat(params);
    const { from, date, message_id: _id, chat: _chat, reply_to_message: _reply, ...content } = this.#original(params, 'forward');
    const origin = { type: 'user', sender_user: from, date };
    return this.put(chat, sender(this.bot), { ...content, forward_origin: origin });
  }

  #copy(params) {
    const chat = this.#chat(params);
    const { from: _from, date: _date, message_id: _id, chat: _chat, reply_to_message: _reply, forward_origin: _origin, reply_markup: _markup, ...content } = this.#original(params, 'copy');
    checkMarkup(params.reply_markup);
    return { message_id: this.put(chat, sender(this.bot), { ...content, ...keyboard(params) }).message_id };
  }

  /** A file that came with the call. */
  #sendFile(kind, params) {
    const chat = this.#chat(params);
    const bytes = params[kind];
    if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw badRequest('file must be non-empty');
    const id = `${kind}${this.#files.size + 1}`;
    this.#files.set(id, { path: `${kind}s/file_${this.#files.size + 1}`, bytes });
    const file = { file_id: id, file_unique_id: `u${id}`, file_size: bytes.length };
    return this.put(chat, sender(this.bot), { [kind]: file, ...parseCaption(params) });
  }

  #fileOf({ file_id: id }) {
    const file = this.#files.get(id);
    if (!file) throw badRequest('invalid file_id');
    return { file_id: id, file_unique_id: `u${id}`, file_size: file.bytes.length, file_path: file.path };
  }

  /** A message of another kind of content, by the bot or by a user. */
  put(chat, from, content) {
    const sent = this.#keep(message(this.#nextMessageId++, from, chat, content));
    if (!this.#messages.has(chat.id)) this.#messages.set(chat.id, []);
    if (from.is_bot) this.#messages.get(chat.id).push(sent);
    this.emit('message', sent);
    return sent;
  }

  /** The chat to write to, or what Telegram says of it. */
  reach(chatId) {
    return this.#chat({ chat_id: chatId });
  }

  /** The query that a pressed button becomes. */
  pressed(from, pressed, data) {
    const query = callbackQuery(String(this.#nextQueryId++), from, pressed, data);
    this.#queries.add(query.id);
    return query;
  }

  #send(params) {
    const chat = this.#chat(params);
    const content = parseText(params);
    checkMarkup(params.reply_markup);
    const sent = this.#keep(message(this.#nextMessageId++, sender(this.bot), chat, { ...content, ...keyboard(params) }));
    if (!this.#messages.has(chat.id)) this.#messages.set(chat.id, []);
    this.#messages.get(chat.id).push(sent);
    this.emit('message', sent);
    return sent;
  }

  /** The sizes of a photo: of a file that is sent now, of one that was, or of what is at an address. */
  #photo(photo) {
    if (Buffer.isBuffer(photo)) {
      if (photo.length === 0) throw badRequest('file must be non-empty');
      const id = `photo${this.#files.size + 1}`;
      this.#files.set(id, { path: `photos/file_${this.#files.size + 1}.jpg`, bytes: photo });
      return sizesOf(id);
    }
    if (/^https?:/.test(photo ?? '')) return sizesOf(`photo-at-${photo}`);
    if (!this.#files.has(photo)) throw badRequest('wrong file identifier/HTTP URL specified');
    return sizesOf(photo);
  }

  #sendPhoto(params) {
    const chat = this.#chat(params);
    const content = { photo: this.#photo(params.photo), ...parseCaption(params), ...keyboard(params) };
    checkMarkup(params.reply_markup);
    return this.put(chat, sender(this.bot), content);
  }

  /** What stands in the message then: a picture, which may have come along with the call. */
  #media({ media, ...files }) {
    if (media?.type !== 'photo') throw badRequest("can't parse InputMedia");
    const [, attached] = /^attach:\/\/(\w+)$/.exec(media.media) ?? [];
    return { photo: this.#photo(attached ? files[attached] : media.media), ...parseCaption(media) };
  }

  #edit(params, contentOf) {
    const chat = this.#chat(params);
    const old = this.#messages.get(chat.id)?.find(({ message_id: id }) => id === Number(params.message_id));
    if (!old) throw badRequest('message to edit not found');
    if (old.photo && 'text' in params) throw badRequest('there is no text in the message to edit');
    const content = { ...contentOf(), ...keyboard(params) };
    checkMarkup(params.reply_markup);
    if (isSame(old, content)) {
      throw badRequest('message is not modified: specified new message content and reply markup are exactly the '
        + 'same as a current content and reply markup of the message');
    }
    for (const name of ['text', 'entities', 'caption', 'caption_entities', 'reply_markup']) delete old[name];
    Object.assign(old, content, { edit_date: nowS() });
    this.emit('edited', old);
    return old;
  }

  #answerQuery(params) {
    if (!this.#queries.delete(String(params.callback_query_id))) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    if ([...params.text ?? ''].length > 200) throw badRequest('MESSAGE_TOO_LONG');
    this.emit('answer', params);
    return true;
  }

  #showAction(params) {
    this.#chat(params);
    if (!params.action) throw badRequest('wrong parameter action in request');
    return true;
  }

  #describe(which, language, text, most) {
    if (text.length > most) throw badRequest('DESCRIPTION_TOO_LONG');
    this.#described.set(`${which} ${language}`, text);
    return true;
  }

  #setCommands(params) {
    const { commands } = params;
    if (!Array.isArray(commands)) throw badRequest("can't parse commands JSON object");
    if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
    for (const { command, description } of commands) {
      if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
      if (!description || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
    }
    this.#commands.set(commandsKey(params), commands);
    return true;
  }

  /** The chat to write to. @throws {TelegramError} */
  #chat({ chat_id: given }) {
    if (given === undefined || given === '') throw badRequest('chat_id is empty');
    const id = Number(given);
    const why = Number.isSafeInteger(id) ? this.#unreachable.get(id) : 'unknown';
    if (why) throw new TelegramError(...UNREACHABLE[why]);
    return id < 0 ? channelChat(id) : privateChat(this.userOf(id));
  }
}

const keyboard = ({ reply_markup: markup }) =>
  (markup?.inline_keyboard ? { reply_markup: { inline_keyboard: markup.inline_keyboard } } : {});

const sizesOf = (id) => [90, 800].map((width, i) =>
  ({ file_id: i === 0 ? `${id}-small` : id, file_unique_id: `u${id}${i}`, width, height: width, file_size: width * 10 }));

const isSame = (old, { text, caption, photo, reply_markup: markup }) =>
  old.text === text && old.caption === caption && old.photo?.at(-1).file_id === photo?.at(-1).file_id
  && JSON.stringify(old.reply_markup) === JSON.stringify(markup);

const commandsKey = ({ scope = { type: 'default' }, language_code: language = '' }) =>
  `${JSON.stringify(scope)} ${language}`;
