// The sandbox page: shows what the feed tells, and sends what the visitor does.

const $ = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
const MOST_ROWS = 300;

const word = (name, holes = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);

let state = { baseUrl: location.origin, channelLink: '', buyer: 0, operator: 0 };

// What the feed tells.

const feed = new EventSource('/sandbox/feed');
const on = (kind, show) => feed.addEventListener(kind, ({ data }) => whenReleased(() => show(JSON.parse(data))));

// A chat that moved while a button is held down would be where the mouse lets go: there is no click then. What comes meanwhile waits.

let waiting = null;

addEventListener('pointerdown', ({ button }) => { if (button === 0) waiting ??= []; }, true);
// Later than the click that comes of it.
for (const end of ['pointerup', 'pointercancel', 'blur']) addEventListener(end, () => setTimeout(release));

function whenReleased(show) {
  if (waiting) waiting.push(show);
  else show();
}

function release() {
  const held = waiting ?? [];
  waiting = null;
  for (const show of held) show();
}

on('start', () => {
  for (const list of all('.messages')) list.replaceChildren();
  $('log').replaceChildren();
});
on('message', showMessage);
on('log', showCall);
on('state', showState);
on('notice', showNotice);
on('browse', ({ url }) => browse(url));
on('joined', () => browse('/sandbox/channel'));
on('out', () => browse('/sandbox/outside'));

// A chat.

const whoOf = ({ id }) => ['operator', 'support'].find((who) => state[who] === id) ?? 'buyer';
const panelOf = (who) => document.querySelector(`[data-who="${who}"]`);

function showMessage(message) {
  const who = whoOf(message.chat);
  const list = panelOf(who).querySelector('.messages');
  const item = element('li', { className: message.from.is_bot ? 'bot' : 'mine' });
  item.dataset.msg = message.message_id;
  item.append(bubble(message, who), ...keyboard(message).map((row) => buttonRow(row, message, who)));
  if (who === 'support' && message.from.is_bot) item.querySelector('.bubble').onclick = () => choose(item);
  const old = list.querySelector(`[data-msg="${message.message_id}"]`);
  if (old) old.replaceWith(item);
  else list.append(item);
  list.scrollTop = list.scrollHeight;
  if (message.from.is_bot) mark(who);
}

/** In the support chat: whom the next words answer; else the newest. */
function choose(item) {
  const isChosen = item.classList.contains('chosen');
  for (const one of all('.chosen')) one.classList.remove('chosen');
  if (!isChosen) item.classList.add('chosen');
  $('support-say').focus();
}

/** An invoice has its button without being told. */
const keyboard = ({ invoice, reply_markup: markup }) => [
  ...(invoice ? [[{ text: word('payStars', { n: invoice.total_amount }), stars: true }]] : []), ...markup?.inline_keyboard ?? [],
];

function bubble(message, who) {
  const box = element('div', { className: 'bubble' });
  const { photo, document: file, voice, video_note: film, invoice, successful_payment: paid } = message;
  const picture = photo && element('img', { src: `/sandbox/file/${encodeURIComponent(photo.at(-1).file_id)}`, alt: '' });
  if (picture) {
    box.classList.add('picture');
    picture.onload = () => { const list = box.closest('.messages'); if (list) list.scrollTop = list.scrollHeight; };
    picture.onerror = () => picture.remove();
    box.append(picture);
  }
  if (invoice) box.append(element('strong', { textContent: invoice.title }), `\n${invoice.description}\n${word('invoice', { n: invoice.total_amount })}`);
  if (paid) box.append(`⭐ ${word('paidStars', { n: paid.total_amount })}`);
  const [sign, kept] = file ? ['📄', file] : voice ? ['🎤', voice] : film ? ['🎥', film] : [];
  if (kept) box.append(element('a', { href: `/sandbox/file/${encodeURIComponent(kept.file_id)}`, textContent: `${sign} ${word('file')}`, download: '' }), '\n');
  const text = element('span', { className: 'text' });
  text.append(...textOf(message, who));
  box.append(text, element('time', { textContent: clock(message.edit_date ?? message.date) }));
  return box;
}

function textOf({ text, entities, caption = '', caption_entities: marks }, who) {
  const [all, list] = text === undefined ? [caption, marks] : [text, entities];
  return pieces(all, list ?? [], who, 0, all.length);
}

/** The text cut at its entities, which may hold others. It is the bot's, so it goes in as text and never as HTML. */
function pieces(text, entities, who, from, end) {
  const nodes = [];
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const { offset, length } = entities[i];
    if (offset < at || offset >= end) continue; // inside the one before
    const inside = entities.slice(i + 1).filter((one) => one.offset >= offset && one.offset < offset + length);
    const isBlock = BLOCKS.has(entities[i].type);
    nodes.push(isBlock ? text.slice(at, offset).replace(/\n$/, '') : text.slice(at, offset));
    nodes.push(marked(entities[i], text.slice(offset, offset + length), pieces(text, inside, who, offset, offset + length), who));
    at = offset + length;
    if (isBlock && text[at] === '\n') at += 1; // a block ends its line by itself
  }
  return [...nodes, text.slice(at, end)].filter((node) => node !== '');
}

const BLOCKS = new Set(['blockquote', 'pre']);

const PLAIN_TAGS = {
  blockquote: 'blockquote', bold: 'strong', code: 'code', italic: 'em', pre: 'pre', strikethrough: 's', underline: 'u',
};

function marked({ type, url }, text, nodes, who) {
  if (type === 'url') return link(text, text.includes('://') ? text : `https://${text}`);
  if (type === 'text_link') return link(text, url);
  if (type === 'bot_command') return element('button', { className: 'command', textContent: text, onclick: () => say(who, text) });
  const mark = element(PLAIN_TAGS[type] ?? 'span');
  mark.append(...nodes);
  return mark;
}

function link(text, url) {
  if (!/^https?:/i.test(url)) return text;
  const open = (event) => {
    event.preventDefault();
    browse(url);
  };
  return element('a', { href: url, textContent: text, onclick: open });
}

function buttonRow(row, message, who) {
  const line = element('div', { className: 'buttons' });
  line.append(...row.map((button) => {
    const shown = element('button', { textContent: button.text, onclick: () => press(button, message, who) });
    shown.dataset.button = button.callback_data ?? button.url ?? (button.stars ? 'invoice' : '');
    if (button.url) shown.classList.add('opens');
    return shown;
  }));
  return line;
}

function press({ url, callback_data: data, copy_text: copy, stars }, { message_id }, who) {
  if (url) browse(url);
  else if (data) post('/sandbox/press', { who, message_id, data });
  else if (stars) post('/sandbox/stars', { message_id });
  else if (copy) navigator.clipboard?.writeText(copy.text).then(() => notice(word('copied')));
}

// The calls.

function showCall({ row, from, to, name, status, ms, error, fault, attempt, viaReply }) {
  const item = element('li');
  item.dataset.log = row;
  item.dataset.name = name;
  item.dataset.status = status ?? '';
  const part = (className, textContent) => item.append(element('span', { className, textContent }));
  part('way', `${from} → ${to}`);
  part('name', name);
  part(`status ${tone(status)}`, status === undefined ? '…' : status || word('noAnswer'));
  part('ms', ms === undefined ? '' : `${ms} ms`);
  const notes = [attempt > 1 && word('attempt', { n: attempt }), viaReply && word('inReply'), error ?? (fault && `${fault}, ${word('onPurpose')}`)];
  if (notes.some(Boolean)) part('note', notes.filter(Boolean).join(' · '));
  const old = document.querySelector(`[data-log="${row}"]`);
  if (old) old.replaceWith(item);
  else $('log').prepend(item);
  if ($('log').childElementCount > MOST_ROWS) $('log').lastChild.remove();
}

function tone(status) {
  if (status === undefined) return 'open';
  return status >= 200 && status < 400 ? 'good' : 'bad';
}

// What is so.

const SECOND = { block: 'unblock', lost: 'found', stripeDown: 'stripeUp', down: 'up' };

function showState(news) {
  state = news;
  // From another host than the programs', the browser pane could not tell its address.
  const { origin, hostname } = new URL(state.baseUrl);
  if (location.hostname === 'localhost' && hostname !== 'localhost') location.replace(origin + location.search);
  for (const [name, can] of Object.entries(state.can)) {
    const button = document.querySelector(`[data-scene="${name}"]`), isOn = state.on[name];
    button.disabled = !can;
    button.title = state.hasTime || !['day', 'month'].includes(name) ? '' : word('noTime');
    if (isOn === undefined) continue;
    const [title, hint] = words.scene[isOn ? SECOND[name] : name];
    button.querySelector('strong').textContent = title;
    button.querySelector('span').textContent = hint;
    button.setAttribute('aria-pressed', isOn);
  }
  $('card').textContent = `/admin ${state.buyer}`;
  $('card').onclick = () => say('operator', `/admin ${state.buyer}`);
  $('places').hidden = state.places.length === 0;
  $('places').replaceChildren(...state.places.map(({ what, status }) => {
    const place = element('span', { className: status, title: word(status) });
    place.append(inLanguage(what), element('span', { className: 'unseen', textContent: `: ${word(status)}` }));
    return place;
  }));
}

const inLanguage = (title) => (typeof title === 'string' ? title : title[language] ?? Object.values(title)[0]);

const DAY = { day: 'numeric', month: 'long', year: 'numeric' };

function showNotice({ text, word: name, what }) {
  if (name === 'now') notice(word(name, { day: new Date(what).toLocaleDateString(language === 'en' ? 'en-GB' : language, DAY) }));
  else notice(text ?? word(name, { what }));
}

let noticeTimer;

function notice(text) {
  clearTimeout(noticeTimer);
  $('notice').textContent = text;
  $('notice').hidden = false;
  noticeTimer = setTimeout(() => { $('notice').hidden = true; }, 5000);
}

// The buyer's browser.

/** Opens a link in the browser pane. Nothing outside this machine is ever loaded. */
function browse(url) {
  const bot = state.bot && /^https:\/\/t\.me\/(\w+)(?:\?start=([\w-]+))?$/.exec(url);
  if (bot && bot[1] === state.bot) {
    if (bot[2]) say('buyer', `/start ${bot[2]}`);
    view('buyer');
    return;
  }
  if (url.startsWith('https://t.me/$')) {
    post('/sandbox/stars', { url });
    return;
  }
  if (/^https:\/\/t\.me\/(\+|c\/)/.test(url) && url !== state.channelLink) {
    post('/sandbox/follow', { url });
    return;
  }
  const target = url === state.channelLink ? new URL('/sandbox/channel', location.href) : new URL(url, location.href);
  if (target.origin !== new URL(state.baseUrl).origin && target.origin !== location.origin) {
    notice(word('outside', { what: url }));
    return;
  }
  if (/^\/sandbox\/(channel|outside)$/.test(target.pathname)) target.searchParams.set('language', language);
  $('blank').hidden = true;
  $('browser').hidden = false;
  $('browser').src = target;
  mark('browser');
  view('browser');
}

$('browser').addEventListener('load', () => {
  try {
    const { location: { href }, document: page } = $('browser').contentWindow;
    if (href === 'about:blank') return;
    $('address').textContent = href;
    page.addEventListener('click', leaving);
  } catch {
    $('address').textContent = word('otherHost');
  }
});

/** A link out of the page, to the bot or into the channel, is for Telegram. */
function leaving(event) {
  const to = event.target.closest?.('a[href]')?.href;
  if (!to || new URL(to).origin === location.origin) return;
  event.preventDefault();
  browse(to);
}

$('reload').onclick = () => { if (!$('browser').hidden) $('browser').contentWindow.location.reload(); };
$('back').onclick = () => { if (!$('browser').hidden) $('browser').contentWindow.history.back(); };

// What the visitor does.

for (const form of all('.say')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const field = form.querySelector('input');
    say(form.closest('[data-who]').dataset.who, field.value);
    field.value = '';
  });
}
for (const button of all('[data-say]')) button.onclick = () => say(button.closest('[data-who]').dataset.who, button.dataset.say);
for (const button of all('[data-scene]')) button.onclick = () => post('/sandbox/scene', { name: button.dataset.scene });
for (const tab of all('[data-show]')) tab.onclick = () => view(tab.dataset.show);
for (const tab of all('[data-side-show]')) tab.onclick = () => side(tab.dataset.sideShow);
$('report-new').onclick = loadReport;

function say(who, text) {
  const answered = who === 'support' && (document.querySelector('.chosen') ?? all('#support-messages .bot').at(-1));
  if (text.trim()) post('/sandbox/say', { who, text, reply_to: answered ? Number(answered.dataset.msg) : undefined });
}

function loadReport() {
  $('report').src = `/sandbox/report?language=${language}`;
}

/** On a narrow screen one panel is seen at a time. */
function view(name) {
  document.body.dataset.view = name;
  for (const tab of all('[data-show]')) {
    tab.setAttribute('aria-current', tab.dataset.show === name);
    if (tab.dataset.show === name) unmark(tab);
  }
  atEnd();
}

function side(name) {
  document.body.dataset.side = name;
  for (const tab of all('[data-side-show]')) {
    tab.setAttribute('aria-pressed', tab.dataset.sideShow === name);
    if (tab.dataset.sideShow === name) unmark(tab);
  }
  if (name === 'report') loadReport();
  atEnd();
}

/** Lists cannot scroll while they are hidden. */
function atEnd() {
  for (const list of all('.messages')) list.scrollTop = list.scrollHeight;
}

/** Something new where nobody looks gets a dot at its tab. */
function mark(name) {
  const side = { operator: 'chat', support: 'support' }[name], tab = side ? 'operator' : name;
  if (document.body.dataset.view !== tab) document.querySelector(`[data-show="${tab}"]`)?.classList.add('fresh');
  if (side && document.body.dataset.side !== side) document.querySelector(`[data-side-show="${side}"]`).classList.add('fresh');
}

function unmark(tab) {
  tab.classList.remove('fresh');
}

async function post(path, body) {
  try {
    await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  } catch {
    notice(word('silent'));
  }
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString(language === 'en' ? 'en-GB' : language, { hour: '2-digit', minute: '2-digit' });

function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

view('buyer');
side('chat');
post('/sandbox/language', { language });
