// The sandbox page: shows what the feed tells, and sends what the visitor does.

const $ = (id) => document.getElementById(id);

let state = { baseUrl: location.origin, channelLink: '' };

// What the feed tells.

const feed = new EventSource('/sandbox/feed');
const on = (kind, show) => feed.addEventListener(kind, ({ data }) => show(JSON.parse(data)));

on('start', () => {
  $('messages').replaceChildren();
  $('log').replaceChildren();
});
on('message', showMessage);
on('log', showCall);
on('state', showState);
on('notice', ({ text }) => notice(text));
on('joined', () => browse('/sandbox/channel'));
on('out', () => browse('/sandbox/outside'));

function showMessage(message) {
  const item = element('li', { className: message.from.is_bot ? 'bot' : 'mine' });
  item.dataset.msg = message.message_id;
  const text = element('div', { className: 'bubble' });
  text.append(...pieces(message), element('time', { textContent: clock(message.edit_date ?? message.date) }));
  item.append(text, ...(message.reply_markup?.inline_keyboard ?? []).map((row) => buttonRow(row, message)));
  const old = document.querySelector(`[data-msg="${message.message_id}"]`);
  if (old) old.replaceWith(item);
  else $('messages').append(item);
  $('messages').scrollTop = $('messages').scrollHeight;
}

/** The text cut at its entities. It is the bot's, so it goes in as text and never as HTML. */
function pieces({ caption = '', caption_entities: marks = [], photo, text = `${photo ? '🖼 ' : ''}${caption}`, entities = photo ? [] : marks }) {
  const nodes = [];
  let at = 0;
  for (const entity of entities) {
    if (entity.offset < at) continue; // inside the one before
    const word = text.slice(entity.offset, entity.offset + entity.length);
    nodes.push(text.slice(at, entity.offset), marked(word, entity));
    at = entity.offset + entity.length;
  }
  return [...nodes, text.slice(at)];
}

const PLAIN_TAGS = {
  blockquote: 'blockquote', bold: 'strong', code: 'code', italic: 'em', pre: 'pre', strikethrough: 's', underline: 'u',
};

function marked(word, { type, url }) {
  if (type === 'url') return link(word, word.includes('://') ? word : `https://${word}`);
  if (type === 'text_link') return link(word, url);
  if (type === 'bot_command') {
    return element('button', { className: 'command', textContent: word, onclick: () => say(word) });
  }
  return element(PLAIN_TAGS[type] ?? 'span', { textContent: word });
}

function link(text, url) {
  if (!/^https?:/i.test(url)) return text;
  const open = (event) => {
    event.preventDefault();
    browse(url);
  };
  return element('a', { href: url, textContent: text, onclick: open });
}

function buttonRow(row, message) {
  const line = element('div', { className: 'buttons' });
  line.append(...row.map((button) => {
    const shown = element('button', { textContent: button.text, onclick: () => press(button, message) });
    shown.dataset.button = button.callback_data ?? button.url ?? '';
    if (button.url) shown.classList.add('opens');
    return shown;
  }));
  return line;
}

function press({ url, callback_data: data, copy_text: copy }, { message_id }) {
  if (url) browse(url);
  else if (data) post('/sandbox/press', { message_id, data });
  else if (copy) navigator.clipboard?.writeText(copy.text).then(() => notice('Copied'));
}

function showCall({ row, from, to, name, status, ms, note }) {
  const item = element('li');
  item.dataset.log = row;
  item.dataset.name = name;
  item.dataset.status = status ?? '';
  const part = (className, textContent) => item.append(element('span', { className, textContent }));
  part('way', `${from} → ${to}`);
  part('name', name);
  part(`status ${tone(status)}`, status === undefined ? '…' : status || 'no answer');
  part('ms', ms === undefined ? '' : `${ms} ms`);
  if (note) part('note', note);
  const old = document.querySelector(`[data-log="${row}"]`);
  if (old) old.replaceWith(item);
  else $('log').prepend(item);
}

function tone(status) {
  if (status === undefined) return 'open';
  return status >= 200 && status < 400 ? 'good' : 'bad';
}

function showState(news) {
  state = news;
  // From another host than the programs', the browser pane could not tell its address.
  const { origin, hostname } = new URL(state.baseUrl);
  if (location.hostname === 'localhost' && hostname !== 'localhost') location.replace(origin);
  $('refund').disabled = !state.canRefund;
  $('resend').disabled = !state.canResend;
  $('confirm').disabled = !state.isWaiting;
  $('decline').disabled = !state.isWaiting;
  for (const id of ['renew', 'refuse', 'cancel']) $(id).hidden = !state.hasSubscription;
  $('renewStars').hidden = !state.hasPlan;
  showPlace(state.place);
  $('pass').disabled = !state.canPass;
  $('leave').disabled = state.place !== 'member';
  $('hang').disabled = state.isDown;
  toggle('down', state.isDown, 'Telegram down', 'Telegram up again');
  toggle('block', state.isBlocked, 'Block the bot', 'Unblock the bot');
}

const PLACES = { member: 'in the channel', left: 'not in the channel', kicked: 'removed from the channel' };

/** Where the link is the same for all, nobody knows who is in. */
function showPlace(place) {
  $('place').hidden = !place;
  $('place').className = place;
  $('place').textContent = PLACES[place] ?? place;
  for (const id of ['pass', 'leave']) $(id).hidden = !place;
}

function toggle(id, isOn, offText, onText) {
  $(id).textContent = isOn ? onText : offText;
  $(id).setAttribute('aria-pressed', isOn);
}

let noticeTimer;

function notice(text) {
  clearTimeout(noticeTimer);
  $('notice').textContent = text;
  $('notice').hidden = false;
  noticeTimer = setTimeout(() => { $('notice').hidden = true; }, 4000);
}

// What the visitor does.

/** Opens a link in the browser pane. Nothing outside this machine is ever loaded. */
function browse(url) {
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
    notice(`Outside the sandbox, not opened: ${url}`);
    return;
  }
  $('blank').hidden = true;
  $('browser').hidden = false;
  $('browser').src = target;
  view('browser');
}

$('browser').addEventListener('load', () => {
  try {
    const { href } = $('browser').contentWindow.location;
    if (href !== 'about:blank') $('address').textContent = href;
  } catch {
    $('address').textContent = 'a page of another host';
  }
});

$('say-form').addEventListener('submit', (event) => {
  event.preventDefault();
  say($('say').value);
  $('say').value = '';
});
for (const chip of document.querySelectorAll('[data-say]')) chip.onclick = () => say(chip.dataset.say);
for (const button of document.querySelectorAll('[data-control]')) {
  button.onclick = () => post('/sandbox/control', { action: button.dataset.control });
}
for (const tab of document.querySelectorAll('[data-show]')) tab.onclick = () => view(tab.dataset.show);

function say(text) {
  if (text.trim()) post('/sandbox/say', { text });
}

/** On a narrow screen one panel is seen at a time. */
function view(name) {
  document.body.dataset.view = name;
  $('messages').scrollTop = $('messages').scrollHeight; // it cannot scroll while it is hidden
}

async function post(path, body) {
  try {
    await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  } catch {
    notice('The sandbox does not answer.');
  }
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString('uk', { hour: '2-digit', minute: '2-digit' });

function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}
