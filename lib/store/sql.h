/* Every statement there is: SQL(NAME, "text"), a file for each table. Values
 * are bound by :name. Only what SQLite and PostgreSQL both understand may stand
 * here, and mean the same:
 *
 * - INSERT ... ON CONFLICT ... DO NOTHING or DO UPDATE, RETURNING, CASE and
 *   COALESCE; no OR IGNORE, no upsert without its key.
 * - Numbers are BIGINT and what is true is 1: a column of a condition is
 *   wrapped in CASE where it is stored or added up.
 * - A value has one type wherever it stands: kv_int() and kv_null() make a
 *   number, kv_text() a text, NULL or not. A text joined with || may be joined
 *   with a number, two numbers not.
 * - A subquery in FROM has a name; LIKE is of the same case on both sides; what
 *   is ordered by a text is ordered for people's eyes alone, since each
 *   database has its own order; and nothing by what may be null.
 *
 * A sign before a column (+paid_ms IS NULL) changes nothing but that an index
 * of such rows alone is not for this statement: a database that thinks there
 * are none of them would go through it instead of looking somebody up.
 *
 * What cannot be said so has another text in the engine: BEGIN, which takes the
 * right to write, and the search (SEARCH_..., sqlite_search.h and
 * postgres_search.h).
 *
 * Included several times with different meanings of SQL, so neither this nor
 * those have an include guard; what the texts share is in sql_words.h. */

#include "store/sql/access.h"
#include "store/sql/broadcasts.h"
#include "store/sql/consents.h"
#include "store/sql/conversations.h"
#include "store/sql/inbox.h"
#include "store/sql/jobs.h"
#include "store/sql/lessons.h"
#include "store/sql/limits.h"
#include "store/sql/marks.h"
#include "store/sql/members.h"
#include "store/sql/metrics.h"
#include "store/sql/operators.h"
#include "store/sql/orders.h"
#include "store/sql/payments.h"
#include "store/sql/products.h"
#include "store/sql/questions.h"
#include "store/sql/reports.h"
#include "store/sql/reversals.h"
#include "store/sql/subscriptions.h"
#include "store/sql/transactions.h"
#include "store/sql/users.h"
