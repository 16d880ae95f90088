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
 * What axe-core has to say of a page: { violations, incomplete, passes }, each a list of rules with their nodes. All of its
 * rules are asked, or those alone that a further way of looking at the same page may change.
 */
export async function judged(page, { ofSightAlone = false, ...how } = {}) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe.source);
  return page.evaluate((options) => globalThis.axe.run(options), { ...how, ...(ofSightAlone && { runOnly: OF_SIGHT }) });
}

/** The rules' objections in words. */
export const objections = (rules) => rules.map(({ id, nodes }) =>
  `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join(' | ')}`);
