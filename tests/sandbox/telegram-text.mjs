// Text and buttons as Telegram takes them: what it refuses, and the entities that it finds.

/** An error in Telegram's JSON form. */
export class TelegramError extends Error {
  /** @param {object} [parameters] for example { retry_after: 5 } */
  constructor(code, description, parameters) {
    super(description);
    this.code = code;
    this.body = { ok: false, error_code: code, description, parameters };
  }
}

export const badRequest = (what) => new TelegramError(400, `Bad Request: ${what}`);

const TEXT_LIMIT = 4096;
const CAPTION_LIMIT = 1024;
const CALLBACK_DATA_LIMIT_BYTES = 64;

/**
 * Parses and checks a text.
 * @returns {{ text: string, entities?: object[] }} a piece of a Message; offsets are in UTF-16 units
 * @throws {TelegramError}
 */
export function parseText({ text, parse_mode: mode = '', entities }) {
  if (typeof text !== 'string' || text.trim() === '') throw badRequest('message text is empty');
  if (mode !== '' && mode.toLowerCase() !== 'html') throw badRequest('unsupported parse_mode');
  const parsed = mode ? parseHtml(text) : { text, entities: entities ?? [] };
  if (parsed.text.trim() === '') throw badRequest('message text is empty');
  if (parsed.text.length > TEXT_LIMIT) throw badRequest('message is too long');
  return withFound(parsed);
}

/** The words under a picture: { caption, caption_entities }, or nothing. @throws {TelegramError} */
export function parseCaption({ caption = '' }) {
  if (caption.length > CAPTION_LIMIT) throw badRequest('message caption is too long');
  if (caption.trim() === '') return {};
  const { text, entities } = withFound({ text: caption });
  return { caption: text, ...(entities && { caption_entities: entities }) };
}

const FOUND = /(?<=^|\s)\/[a-z0-9_]{1,32}(?![\w/])|https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]|\bt\.me\/[\w+/?=-]+/gi;

/** Adds the commands and addresses that Telegram marks by itself. */
export function withFound({ text, entities = [] }) {
  const isFree = (one) => !entities.some(({ offset, length }) =>
    one.offset < offset + length && offset < one.offset + one.length);
  const found = Array.from(text.matchAll(FOUND), ({ 0: word, index }) =>
    ({ offset: index, length: word.length, type: word[0] === '/' ? 'bot_command' : 'url' }));
  const all = [...entities, ...found.filter(isFree)].sort((a, b) => a.offset - b.offset);
  return all.length > 0 ? { text, entities: all } : { text };
}

const TAGS = {
  a: 'text_link', b: 'bold', blockquote: 'blockquote', code: 'code', del: 'strikethrough', em: 'italic', i: 'italic',
  ins: 'underline', pre: 'pre', s: 'strikethrough', span: 'spoiler', strike: 'strikethrough', strong: 'bold',
  'tg-spoiler': 'spoiler', u: 'underline',
};
const NAMED = { lt: '<', gt: '>', amp: '&', quot: '"' };
const TOKEN = new RegExp([
  '<(?<end>/?)(?<tag>[a-z-]*)(?<attributes>[^>]*)>',
  '&(?:(?<name>lt|gt|amp|quot)|#(?<decimal>\\d+)|#x(?<hex>[0-9a-f]+));',
  '[^<&]+|[<&]',
].join('|'), 'gi');

/** Telegram's HTML: a few tags, four named entities, all tags closed in order. */
function parseHtml(source) {
  const open = [];
  const entities = [];
  let text = '';
  for (const { 0: token, index, groups } of source.matchAll(TOKEN)) {
    const { end, tag, attributes, name, decimal, hex } = groups;
    const at = () => Buffer.byteLength(source.slice(0, index));
    if (token === '<') throw unparsable(`Unclosed start tag at byte offset ${at()}`);
    if (tag === undefined) text += decoded(token, name, decimal, hex);
    else if (end) entities.push(closed(open, tag.toLowerCase(), text.length, at));
    else open.push(opened(tag.toLowerCase(), attributes, text.length, at));
  }
  if (open.length > 0) throw unparsable(`Can't find end tag corresponding to start tag "${open.at(-1).tag}"`);
  return { text, entities: entities.filter(({ length }) => length > 0) };
}

const unparsable = (why) => badRequest(`can't parse entities: ${why}`);

function decoded(token, name, decimal, hex) {
  if (name) return NAMED[name.toLowerCase()];
  if (decimal || hex) return String.fromCodePoint(Number(decimal ?? `0x${hex}`));
  return token;
}

function opened(tag, attributes, offset, at) {
  if (!(tag in TAGS)) throw unparsable(`Unsupported start tag "${tag}" at byte offset ${at()}`);
  const url = tag === 'a' ? /href\s*=\s*["']?([^"'\s>]+)/i.exec(attributes)?.[1].replaceAll('&amp;', '&') : undefined;
  return { tag, offset, url };
}

function closed(open, tag, end, at) {
  const start = open.pop();
  if (!start) throw unparsable(`Unexpected end tag at byte offset ${at()}`);
  if (start.tag !== tag) {
    throw unparsable(`Unmatched end tag at byte offset ${at()}, expected "</${start.tag}>", found "</${tag}>"`);
  }
  const { offset, url } = start;
  return { offset, length: end - offset, type: TAGS[tag], ...(url && { url }) };
}

/** @throws {TelegramError} for a keyboard that Telegram would not show */
export function checkMarkup(markup) {
  if (markup === undefined) return;
  if (typeof markup !== 'object' || markup === null) throw badRequest("can't parse reply keyboard markup JSON object");
  const rows = markup.inline_keyboard;
  if (rows === undefined) return; // another kind of markup, which the programs do not use
  if (!Array.isArray(rows) || !rows.every(Array.isArray)) {
    throw badRequest("can't parse inline keyboard button: Field \"inline_keyboard\" must be an Array of Arrays");
  }
  rows.flat().forEach(checkButton);
}

const KINDS = ['url', 'callback_data', 'web_app', 'login_url', 'switch_inline_query', 'copy_text', 'pay'];

function checkButton(button) {
  if (typeof button?.text !== 'string' || button.text.trim() === '') {
    throw badRequest('can\'t parse inline keyboard button: Field "text" must be of type String');
  }
  if (!KINDS.some((kind) => button[kind] !== undefined)) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  if (button.url !== undefined) checkButtonUrl(button.url);
  const bytes = Buffer.byteLength(button.callback_data ?? '-');
  if (bytes < 1 || bytes > CALLBACK_DATA_LIMIT_BYTES) throw badRequest('BUTTON_DATA_INVALID');
}

function checkButtonUrl(url) {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1].toLowerCase() ?? 'http';
  if (scheme === 'tg') return;
  if (!['http', 'https'].includes(scheme)) {
    throw badRequest(`inline keyboard button URL '${url}' is invalid: Unsupported URL protocol`);
  }
  const host = /^(?:https?:\/\/)?([^/?#:]*)/i.exec(url)[1];
  if (!host.includes('.') || /\s/.test(url)) throw badRequest('BUTTON_URL_INVALID');
}
