// Stands in for api.telegram.org and for the users of the bot: takes the bot's calls, sends it updates.

import { answerBadly, Faults, pause } from './faults.mjs';
import { json, readBody, send, serve } from './http.mjs';
import { Journal, noteEnd } from './journal.mjs';
import { Channels } from './telegram-channel.mjs';
import { Chats } from './telegram-chats.mjs';
import { Limits } from './telegram-limits.mjs';
import { myChatMember, sender } from './telegram-objects.mjs';
import { Stars } from './telegram-stars.mjs';
import { badRequest, TelegramError } from './telegram-text.mjs';
import { Updates } from './telegram-updates.mjs';

/** Methods that a webhook's reply cannot call (those that start with `get` neither). */
const NOT_BY_REPLY = new Set(['deletewebhook', 'setwebhook', 'close', 'logout']);

/** Parameters that are JSON inside a form or a query. */
const JSON_PARAMS = ['allowed_updates', 'commands', 'entities', 'link_preview_options', 'media', 'prices', 'reply_markup', 'reply_parameters', 'scope'];

/**
 * @typedef {object} TelegramOptions
 * @property {string} [token]
 * @property {{ url: string, secret?: string } | null} [webhook] without it, updates wait for getUpdates
 * @property {number} [latencyMs] how long each call takes
 * @property {boolean | { callsPerS?: number }} [limits] holds the bot to Telegram's limits; see Limits
 * @property {number[]} [retryDelaysMs] the waits before an update that was not taken is sent again
 * @property {number} [firstId] where updates and payments in Stars begin to count: higher than last time for a ledger of then
 */

export class TelegramStandIn {
  /** Every call of the bot: { method, params, atMs, viaReply?, fault?, error?, status?, ms? }. */
  journal = new Journal();
  /** Emits 'message', 'edited' and 'answer'. */
  chats;
  /** Emits 'changed'. */
  channels;

  #updates;
  #methods; // by name in lower case, for Telegram does not mind the case
  #faults = new Faults();

  /** @param {TelegramOptions} options */
  constructor({
    token = '123456:sandbox', webhook = null, latencyMs = 0, limits = false, retryDelaysMs = [0, 2000, 4000, 8000, 16_000, 32_000],
    firstId = 1,
  } = {}) {
    Object.assign(this, { token, latencyMs });
    this.limits = limits ? new Limits(limits === true ? {} : limits) : null;
    this.#updates = new Updates({ webhook, retryDelaysMs, firstId });
    this.#updates.attempts.on('change', (attempt) => this.#executeReply(attempt));
    this.chats = new Chats(token);
    this.channels = new Channels({
      bot: this.bot, tell: (update) => void this.sendUpdate(update), userOf: (id) => this.chats.userOf(id),
    });
    this.stars = new Stars({ chats: this.chats, tell: (update) => this.sendUpdate(update), isAskedFor: (kind) => this.#updates.isAskedFor(kind), firstId });
    const methods = { ...this.chats.methods, ...this.stars.methods, ...this.channels.methods, ...this.#updates.methods };
    this.#methods = new Map(Object.entries(methods).map(([name, run]) => [name.toLowerCase(), run]));
  }

  get bot() {
    return this.chats.bot;
  }

  get webhook() {
    return this.#updates.webhook;
  }

  set webhook(webhook) {
    this.#updates.webhook = webhook;
  }

  /** What Telegram has to say of the webhook; see Updates. */
  set trouble(trouble) {
    this.#updates.trouble = trouble;
  }

  /** The bot's calls so far, as an array. */
  get calls() {
    return this.journal.items;
  }

  /** Attempts to deliver updates: a Journal of { name, id, url, attempt, atMs, status?, ms?, body? }. */
  get attempts() {
    return this.#updates.attempts;
  }

  /** What the bot sent to a chat and Telegram took, oldest first, as edited since. */
  messages(chatId) {
    return this.chats.messages(chatId);
  }

  /** The first call that the predicate holds for; see Journal. */
  waitFor(predicate, timeoutMs, from) {
    return this.journal.waitFor(predicate, timeoutMs, from);
  }

  /**
   * Spoils calls of sendMessage, or of those that `only` matches.
   * @param {import('./faults.mjs').Fault | null} fault
   */
  setFault(fault) {
    this.#faults.set(fault && { only: /^sendMessage$/, ...fault });
  }

  block(chatId) {
    this.chats.setUnreachable(chatId, 'blocked');
  }

  deactivate(chatId) {
    this.chats.setUnreachable(chatId, 'deactivated');
  }

  unknownChat(chatId) {
    this.chats.setUnreachable(chatId, 'unknown');
  }

  allow(chatId) {
    this.chats.setUnreachable(chatId, null);
  }

  // What users do. A user is a number or a User object.

  /** @returns {Promise<{ update: object, status: number, body?: string }>} after the first attempt to deliver */
  say(user, text) {
    return this.sendUpdate({ message: this.chats.said(this.chats.meet(user), text) });
  }

  /** The same in a group, perhaps as a reply to a message of it. */
  sayIn(chat, user, text, repliesTo) {
    const more = repliesTo ? { reply_to_message: repliesTo } : {};
    return this.sendUpdate({ message: this.chats.saidIn(this.chats.meet(user), chat, text, more) });
  }

  /** A voice message. */
  speak(user, bytes, duration) {
    return this.sendUpdate({ message: this.chats.spoke(this.chats.meet(user), bytes, duration) });
  }

  /** Presses an inline button of a message that the bot sent. */
  press(user, pressed, data) {
    return this.sendUpdate({ callback_query: this.chats.pressed(this.chats.meet(user), pressed, data) });
  }

  /** The user blocks the bot, of which Telegram tells it. */
  blockBot(user) {
    const from = this.chats.meet(user);
    this.block(from.id);
    return this.sendUpdate({ my_chat_member: myChatMember(from, sender(this.bot), 'kicked') });
  }

  unblockBot(user) {
    const from = this.chats.meet(user);
    this.allow(from.id);
    return this.sendUpdate({ my_chat_member: myChatMember(from, sender(this.bot), 'member') });
  }

  /**
   * The user follows an invite link of the bot's: comes in, or asks to, of which Telegram tells the bot.
   * @returns {'joined'|'asked'|'refused'}
   */
  follow(user, url) {
    return this.channels.follow(this.chats.meet(user), url);
  }

  /** Anybody pays an invoice in Stars, as often as they like; see Stars. */
  payStars(user, invoice, how) {
    return this.stars.pay(this.chats.meet(user), invoice, how);
  }

  leave(user, chatId) {
    this.channels.setStatus(chatId, this.chats.meet(user), 'left');
  }

  /**
   * Delivers an update, or keeps it for getUpdates if no webhook is set. It gets the next id unless it has one;
   * the same update again is a duplicate. Updates of a chat keep their order: one that is not answered with 2xx is
   * sent again and holds up the next ones, unless `ordered` is false.
   * @param {{ ordered?: boolean, retries?: number }} [how]
   * @returns {Promise<{ update: object, status: number, body?: string }>} after the first attempt
   */
  sendUpdate(update, how) {
    return this.#updates.send(update, how);
  }

  /** A reply to an update may call one method; its result is lost, as in Telegram. */
  #executeReply({ status, headers, body }) {
    const isJson = headers['content-type']?.startsWith('application/json');
    const { method, ...params } = (status >= 200 && status < 300 && isJson && parsed(body)) || {};
    if (typeof method !== 'string' || method.startsWith('get') || NOT_BY_REPLY.has(method.toLowerCase())) return;
    const { error_code: code = 200, description } = this.#outcome(method, params);
    this.journal.add({ method, params, atMs: Date.now(), viaReply: true, status: code, error: description, ms: 0 });
  }

  close() {
    this.#updates.close();
  }

  // HTTP.

  /** Serves the Bot API. `path` is what remains when the mount's prefix is taken off. */
  async handle(req, res, path = req.url) {
    const atMs = Date.now();
    const url = new URL(path, 'http://telegram.invalid');
    const bytes = await readBody(req);
    await pause(this.latencyMs, res);
    const file = /^\/file\/bot([^/]+)\/(.+)$/.exec(decodeURIComponent(url.pathname));
    if (file) {
      const found = file[1] === this.token ? this.chats.bytesAt(file[2]) : undefined;
      send(res, found ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: found } : failure(new TelegramError(404, 'Not Found')));
      return;
    }
    try {
      const method = this.#methodOf(url);
      await this.#serveCall(res, { method, params: readParams(req, url, bytes), atMs });
    } catch (error) {
      if (!(error instanceof TelegramError)) throw error;
      send(res, failure(error));
    }
  }

  #methodOf(url) {
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (token === this.token) return method;
    throw token ? new TelegramError(401, 'Unauthorized') : new TelegramError(404, 'Not Found');
  }

  async #serveCall(res, call) {
    const { method, params, atMs } = call;
    const fault = this.#faults.take(method);
    if (fault) call.fault = fault.kind;
    noteEnd(this.journal, call, res, atMs);
    this.journal.add(call);
    if (method.toLowerCase() === 'getupdates') await this.#updates.longPoll(params, res);
    const waitS = this.limits?.take(method, params) ?? 0;
    const act = () => {
      const outcome = waitS > 0 ? tooMany(waitS) : this.#outcome(method, params);
      call.error = outcome.description;
      return json(outcome.error_code ?? 200, outcome, retryHeader(outcome));
    };
    if (fault) await answerBadly(fault, res, act, this);
    else send(res, act());
  }

  /** Runs a method. @returns {{ ok: boolean, result?: unknown, error_code?: number, description?: string }} */
  #outcome(method, params) {
    try {
      const run = this.#methods.get(method.toLowerCase());
      if (!run) throw new TelegramError(404, 'Not Found: method not found');
      return { ok: true, result: run(params) };
    } catch (error) {
      if (!(error instanceof TelegramError)) throw error;
      return error.body;
    }
  }

  /** What a Telegram in trouble answers. */
  errorAnswer({ status = 502, retryAfter = 1, description }) {
    const usual = {
      429: `Too Many Requests: retry after ${retryAfter}`, 500: 'Internal Server Error', 502: 'Bad Gateway',
    }[status] ?? 'Sandbox fault';
    const parameters = status === 429 ? { retry_after: retryAfter } : undefined;
    return failure(new TelegramError(status, description ?? usual, parameters));
  }
}

const tooMany = (waitS) =>
  new TelegramError(429, `Too Many Requests: retry after ${waitS}`, { retry_after: waitS }).body;

const failure = ({ code, body }) => json(code, body, retryHeader(body));

const retryHeader = ({ parameters }) =>
  (parameters?.retry_after ? { 'retry-after': String(parameters.retry_after) } : {});

/** Query, form, form with files or JSON: Telegram takes them all. */
function readParams(req, url, bytes) {
  const type = req.headers['content-type'] ?? '';
  const body = bodyOf(type, bytes);
  if (body === undefined) throw badRequest("can't parse request body JSON object");
  const params = { ...Object.fromEntries(url.searchParams), ...body };
  for (const name of JSON_PARAMS) {
    if (typeof params[name] !== 'string') continue;
    params[name] = parsed(params[name]);
    if (params[name] === undefined) throw badRequest(`can't parse ${name} JSON object`);
  }
  return params;
}

function bodyOf(type, bytes) {
  const [, line] = /^multipart\/form-data; *boundary=(\S+)$/.exec(type) ?? [];
  if (line) return formOf(bytes, line);
  const text = utf8(bytes);
  return type.startsWith('application/json') ? parsed(text || '{}') : Object.fromEntries(new URLSearchParams(text));
}

/** Fields as texts, files as Buffers. */
function formOf(bytes, line) {
  const parts = bytes.toString('latin1').split(`--${line}`).slice(1, -1);
  return Object.fromEntries(parts.map((part) => {
    const [, head, content] = /^\r\n([^]*?)\r\n\r\n([^]*)\r\n$/.exec(part) ?? [];
    const [, name] = /name="(\w+)"/.exec(head ?? '') ?? [];
    if (!name) throw badRequest("can't parse multipart/form-data");
    const value = Buffer.from(content, 'latin1');
    return [name, head.includes('filename=') ? value : utf8(value)];
  }));
}

function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('strings must be encoded in UTF-8');
  }
}

/** The value of a JSON text, or undefined. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Starts the stand-in on a port of its own.
 * @param {TelegramOptions & { port?: number }} [options]
 */
export async function startTelegram({ port = 0, ...options } = {}) {
  const telegram = new TelegramStandIn(options);
  const server = await serve((req, res) => telegram.handle(req, res), port);
  const closeTelegram = telegram.close.bind(telegram);
  return Object.assign(telegram, {
    url: server.url,
    port: server.port,
    close: async () => {
      closeTelegram();
      await server.close();
    },
  });
}
