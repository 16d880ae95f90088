// The sandbox's own pages: page.html with its words, and what stands for a channel.

import { readFileSync } from 'node:fs';
import { escapeHtml } from './http.mjs';
import { GROUPS } from './scenes.mjs';
import { LANGUAGES, wordsOf } from './words.mjs';

const SIGNS = { money: '💶', plan: '🔁', people: '🔑', bad: '🌧', time: '⏳' };

const file = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

const fill = (page, holes) => page.replace(/\{\{(\w+)\}\}/g, (_, name) => holes[name]);

const escaped = (words) => Object.fromEntries(Object.entries(words).map(([name, text]) => [name, escapeHtml(text)]));

const scene = (name, [title, hint]) => `
        <li><button data-scene="${name}"><strong>${escapeHtml(title)}</strong> <span>${escapeHtml(hint)}</span></button></li>`;

const group = (name, words) => `
      <h3><span aria-hidden="true">${SIGNS[name]}</span> ${escapeHtml(words.groups[name])}</h3>
      <ul>${GROUPS[name].map((one) => scene(one, words.scene[one])).join('')}
      </ul>`;

const choice = (language, chosen) => `<a href="/?language=${language}" hreflang="${language}" lang="${language}"${
  language === chosen ? ' aria-current="true"' : ''} aria-label="${language.toUpperCase()}: ${wordsOf(language).name}">${language.toUpperCase()}</a>`;

/** The page of `/`. */
export function showroom(language) {
  const words = wordsOf(language);
  return fill(file('page.html'), {
    ...escaped(words),
    lang: language,
    languages: LANGUAGES.map((one) => choice(one, language)).join('\n      '),
    scenesList: Object.keys(GROUPS).map((name) => group(name, words)).join(''),
    words: escapeHtml(JSON.stringify(words)),
  });
}

/** What a member sees, and who is none. */
export const channelPage = (isIn) => (language) => {
  const words = escaped(wordsOf(language));
  return fill(file('channel.html'), {
    ...words,
    lang: language,
    look: isIn ? 'tick' : 'tick out',
    sign: isIn ? '✓' : '×',
    heading: isIn ? words.inTitle : words.outTitle,
    lead: isIn ? words.inLead : words.outLead,
    post: isIn ? `<article><p>${words.inPost}</p><small>📌 ${words.inWhen}</small></article>` : '',
  });
};
