// A ledger of an older program, large at once: its tables are those of tests/web/ledgers, its rows are made by SQL, each
// sale as that program left it.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const OLDER = 10; // the version of its tables

const dump = readFileSync(new URL('../web/ledgers/v10.sql', import.meta.url), 'utf8').split('\n');
const made = (kind) => dump.filter((line) => line.startsWith(`CREATE ${kind} `) && !line.includes('chunk_')).join('\n');

/** Sales of the last 39 days: what is older than 40 is forgotten, of events and of jobs. */
const rows = (n) => `
CREATE TEMP TABLE n (i INTEGER PRIMARY KEY, tg INTEGER, s TEXT, at INTEGER, p TEXT, e TEXT);
INSERT INTO n SELECT value, 100000000 + value * 7900 + abs(random()) % 7900, 'cs_test_' || hex(randomblob(29)),
  (unixepoch() - 86400 * 39) * 1000 + value * 86400000 / ${n} * 39, printf('pi_3T%07d', value) || hex(randomblob(8)), printf('evt_1T%07d', value) || hex(randomblob(8))
  FROM generate_series(1, ${n});
INSERT INTO users (tg_id, language, is_paid, session_id, created_ms) SELECT tg, 'uk', 1, s, at FROM n ORDER BY tg;
INSERT INTO orders (id, tg_id, product, provider, attempt, attempted_ms, session_id, payment_intent, url, url_ends_ms, amount_minor, currency, livemode, paid_ms, created_ms)
  SELECT i, tg, 'course', 'stripe', 1, at, s, p, 'https://checkout.stripe.com/c/pay/' || s || '#' || hex(randomblob(160)), at + 86400000, 99900, 'uah', 0, at + 60000, at FROM n;
INSERT INTO access (tg_id, product, is_in, why, decided_ms, invited_ms) SELECT tg, 'course', 1, 'paid', at + 60000, at + 60300 FROM n ORDER BY tg;
INSERT INTO jobs (kind, promise, tg_id, order_id, attempts, due_ms, done_ms, created_ms) SELECT 1, 'invite/' || s, tg, i, 1, at, at + 60300, at + 60000 FROM n;
INSERT INTO inbox SELECT 'stripe', e, 'checkout.session.completed', at FROM n;
`;

export function makeOlder(file, n) {
  execFileSync('sqlite3', ['-bail', file], { stdio: ['pipe', 'ignore', 'inherit'], input: `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
BEGIN; ${made('TABLE')} ${rows(n)} ${made('INDEX')} COMMIT; PRAGMA user_version = ${OLDER}; PRAGMA journal_mode = WAL;` });
}
