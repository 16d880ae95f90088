// Chromium as the tests and the pictures have it, and axe-core in its pages.
import path from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-extensions', '--disable-features=Translate,MediaRouter,OptimizationHints'];

export const LANGUAGES = ['uk', 'en', 'de', 'pl'];

/** Every way in which a page is looked at: on a telephone and on a desk, by day and by night. */
export const SIGHTS = [320, 1280].flatMap((width) => ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })));

/**
 * How a page in that language is looked at, and what axe-core judges of it then: all, what one sees, or nothing. Another
 * language brings other words, which any way shows, and the same colours: so the first is looked at in every way, and each
 * of the others in both widths by day or by night, judged in one of them, which is not that of the next.
 */
export function looksOf(language) {
  const i = LANGUAGES.indexOf(language);
  if (i === 0) return SIGHTS.map((sight) => ({ ...sight, judges: sight === SIGHTS[0] ? 'all' : 'sight' }));
  return SIGHTS.filter(({ colorScheme }) => colorScheme === SIGHTS[i].colorScheme)
    .map((sight) => ({ ...sight, judges: sight === SIGHTS[i] ? 'all' : 'nothing' }));
}

/** A browser with its profile below `dir`; who starts it, closes it. */
export const startChromium = (dir, how = {}) =>
  chromium.launchPersistentContext(path.join(dir, 'profile'), { executablePath: PROGRAM, args: FLAGS, ...how });

/** Shows the page in one of the ways. */
export async function showAs(page, { width, colorScheme }) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 800 });
}

/** The rules that judge what one sees; what all others judge is the same in each width and colour. */
const OF_SIGHT = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable'];

/**
 * What axe-core has to say of a page: { violations, incomplete }, lists of rules with their nodes, and { passes }, those
 * which nothing breaks, by their ids. All of its rules are asked, or those alone that a further way of looking at the same
 * page may change.
 */
export async function judged(page, { ofSightAlone = false, ...how } = {}) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe.source);
  // Nodes of which there is nothing to say need no description.
  const options = { ...how, resultTypes: ['violations', 'incomplete'], ...(ofSightAlone && { runOnly: OF_SIGHT }) };
  return page.evaluate(async (asked) => {
    const { violations, incomplete, passes } = await globalThis.axe.run(asked);
    return { violations, incomplete, passes: passes.map(({ id }) => ({ id })) };
  }, options);
}

/** The rules' objections in words. */
export const objections = (rules) => rules.map(({ id, nodes }) =>
  `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join(' | ')}`);
