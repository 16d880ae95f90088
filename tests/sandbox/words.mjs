// What the sandbox's own pages say, in the visitor's language.

import { readFileSync } from 'node:fs';

export const LANGUAGES = ['uk', 'en', 'de', 'pl'];

const WORDS = Object.fromEntries(LANGUAGES.map((language) =>
  [language, JSON.parse(readFileSync(new URL(`words/${language}.json`, import.meta.url), 'utf8'))]));

export const wordsOf = (language) => WORDS[language];

/** What the address asks for, else what the browser does: its first language that there is. */
export function languageOf(url, accepted = '') {
  const wished = url.searchParams.get('language');
  if (LANGUAGES.includes(wished)) return wished;
  const codes = accepted.split(',').map((one, i) => {
    const [, code, q = '1'] = /^\s*([a-z]{2})\S*?(?:;q=([\d.]+))?\s*$/i.exec(one) ?? [];
    return { code: code?.toLowerCase(), q: Number(q), i };
  });
  const [best] = codes.filter(({ code }) => LANGUAGES.includes(code)).sort((a, b) => b.q - a.q || a.i - b.i);
  return best?.code ?? 'en';
}

/** A title as a products file has it: one text, or one by language. */
export const inLanguage = (title, language) => (typeof title === 'string' ? title : title?.[language] ?? Object.values(title ?? {})[0] ?? '');
