// How updates reach the bot: by webhook, in order and again until they are taken, or by getUpdates.

import { EventEmitter } from 'node:events';
import { Courier } from './courier.mjs';
import { pause } from './faults.mjs';
import { badRequest, TelegramError } from './telegram-text.mjs';

export class Updates extends EventEmitter {
  /** Where updates go; null keeps them for getUpdates. @type {{ url: string, secret?: string } | null} */
  webhook;
  /** What getWebhookInfo tells besides, such as { last_error_message, pending_update_count }. */
  trouble = {};

  #courier;
  #pending = []; // updates that wait for getUpdates
  #turns = new Map(); // the delivery that the next update of a queue waits for
  #nextId;

  /** The Bot API's methods on updates, to be called with the parameters of the call. */
  methods = {
    setWebhook: (params) => this.#setWebhook(params),
    deleteWebhook: () => this.#deleteWebhook(),
    getWebhookInfo: () => this.#info(),
    getUpdates: (params) => this.#take(params),
  };

  constructor({ webhook, retryDelaysMs, firstId }) {
    super();
    this.#nextId = 100_000_000 + firstId;
    this.webhook = webhook;
    this.#courier = new Courier({ retryDelaysMs });
  }

  /** Whether a kind was asked for that Telegram sends to nobody who did not. */
  isAskedFor(kind) {
    return this.webhook?.allowed?.includes(kind) ?? false;
  }

  get attempts() {
    return this.#courier.attempts;
  }

  /** See TelegramStandIn.sendUpdate. */
  async send(update, { ordered = true, retries } = {}) {
    const whole = { update_id: this.#nextId++, ...update };
    if (!this.webhook?.url) {
      this.#pending.push(whole);
      this.emit('update');
      return { update: whole, status: 0 };
    }
    const { url } = this.webhook;
    const parcel = { name: kindOf(whole), id: whole.update_id, url, pack: () => this.#pack(whole) };
    const deliver = () => this.#courier.deliver(parcel, retries);
    const { first } = await (ordered ? this.#inTurn(queueOf(whole), deliver) : deliver());
    return { update: whole, ...first };
  }

  /** Holds getUpdates until there is an update, the time is up or the caller is gone. */
  async longPoll({ timeout = 0, offset = 0 }, res) {
    const isWaiting = this.#pending.some(({ update_id: id }) => id >= Number(offset));
    if (this.webhook?.url || isWaiting || Number(timeout) === 0) return;
    const news = new Promise((done) => { this.once('update', done); });
    await Promise.race([news, pause(Number(timeout) * 1000, res)]);
  }

  close() {
    this.#courier.close();
    this.emit('update'); // lets a long poll go
  }

  #inTurn(queue, deliver) {
    const sent = (this.#turns.get(queue) ?? Promise.resolve()).then(deliver);
    this.#turns.set(queue, sent.then(({ settled }) => settled));
    return sent;
  }

  #pack(update) {
    const secret = this.webhook?.secret ? { 'x-telegram-bot-api-secret-token': this.webhook.secret } : {};
    return { headers: { 'content-type': 'application/json', ...secret }, body: JSON.stringify(update) };
  }

  #setWebhook({ url, secret_token: secret, allowed_updates: allowed }) {
    if (!url) return this.#deleteWebhook();
    // Telegram wants HTTPS; the loopback is let in, for that is where the programs under test are.
    if (!/^(https:\/\/|http:\/\/(127\.|localhost))/.test(url)) {
      throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
    }
    if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret)) {
      throw badRequest('secret token contains unallowed characters');
    }
    this.webhook = { url, secret, allowed };
    return true;
  }

  #deleteWebhook() {
    this.webhook = null;
    return true;
  }

  #info() {
    return {
      url: this.webhook?.url ?? '', has_custom_certificate: false, pending_update_count: this.#pending.length,
      max_connections: 40, ...(this.webhook?.allowed && { allowed_updates: this.webhook.allowed }), ...this.trouble,
    };
  }

  #take({ offset = 0, limit = 100 }) {
    if (this.webhook?.url) {
      throw new TelegramError(409, "Conflict: can't use getUpdates method while webhook is active; "
        + 'use deleteWebhook to delete the webhook first');
    }
    this.#pending = this.#pending.filter(({ update_id: id }) => id >= Number(offset));
    return this.#pending.slice(0, Number(limit));
  }
}

const kindOf = (update) => Object.keys(update).find((name) => name !== 'update_id');

/** Telegram keeps the order of a chat's messages, and apart from them of a user's presses. */
function queueOf(update) {
  const { chat, from, user = from, id } = update[kindOf(update)] ?? {};
  return chat ? `chat ${chat.id}` : `user ${user?.id ?? id}`;
}
