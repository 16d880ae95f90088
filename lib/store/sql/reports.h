/* Counts for the operator's commands. */

/* The last moment that the ledger tells of; 0: it is empty. */
SQL(LEDGER_LAST,
    "SELECT COALESCE(MAX(at_ms), 0) FROM ("
    "SELECT MAX(at_ms) AS at_ms FROM inbox"
    " UNION ALL SELECT MAX(created_ms) FROM orders"
    " UNION ALL SELECT MAX(created_ms) FROM jobs) AS moments")

/* :since_ms, :n in each of admit report's, used or not. */
SQL(REPORT_INSIDE,
    "SELECT product, COUNT(*), (SELECT COUNT(*) FROM members"
    " WHERE state = " WORD_MEMBER_IN ")"
    " FROM access WHERE is_in = 1 AND :since_ms >= 0 AND :n > 0"
    " GROUP BY product ORDER BY product")

SQL(REPORT_LEFT,
    "SELECT product, why, COUNT(*) FROM access"
    " WHERE is_in = 0 AND decided_ms >= :since_ms AND :n > 0"
    " GROUP BY product, why ORDER BY product, why")

/* Of those who paid again and again, whose access ended. */
SQL(REPORT_ENDED,
    "SELECT access.product, access.why, COUNT(*) FROM access"
    " WHERE access.is_in = 0 AND access.decided_ms >= :since_ms AND :n > 0"
    " AND EXISTS (SELECT 1 FROM payments JOIN orders"
    " ON orders.id = payments.order_id WHERE orders.tg_id = access.tg_id"
    " AND orders.product = access.product AND payments.ends_ms IS NOT NULL)"
    " GROUP BY access.product, access.why"
    " ORDER BY access.product, access.why")

/* Who had paid for a period that :since_ms is in, and for how many of them that
 * ended since then: so many and so many in a thousand. A trial is no such
 * period, paid or not. */
SQL(REPORT_CHURN,
    "SELECT orders.product, COUNT(DISTINCT orders.tg_id),"
    " COUNT(DISTINCT CASE WHEN access.is_in = 0"
    " AND access.decided_ms >= :since_ms THEN orders.tg_id END),"
    " COUNT(DISTINCT CASE WHEN access.is_in = 0"
    " AND access.decided_ms >= :since_ms THEN orders.tg_id END)"
    " * 1000 / COUNT(DISTINCT orders.tg_id)"
    " FROM payments JOIN orders ON orders.id = payments.order_id"
    " LEFT JOIN access ON access.tg_id = orders.tg_id"
    " AND access.product = orders.product"
    " LEFT JOIN subscriptions ON subscriptions.id = orders.subscription"
    " WHERE payments.starts_ms <= :since_ms AND payments.ends_ms > :since_ms"
    " AND orders.tg_id > 0 AND :n > 0 AND payments.amount_minor > 0"
    " AND payments.starts_ms >= COALESCE(subscriptions.trial_end_ms, 0)"
    " GROUP BY orders.product ORDER BY orders.product")

/* By the word of the link by which their buyers came; what was paid for them
 * since, renewals too. */
SQL(REPORT_SOURCES,
    "SELECT COALESCE(orders.source, '(none)'), COUNT(DISTINCT orders.id),"
    " COALESCE(SUM(payments.amount_minor), 0), payments.currency"
    " FROM payments JOIN orders ON orders.id = payments.order_id"
    " WHERE payments.paid_ms >= :since_ms AND :n > 0"
    " GROUP BY 1, payments.currency ORDER BY 1")

SQL(REPORT_OWED,
    "SELECT orders.product, subscriptions.status,"
    " COUNT(DISTINCT subscriptions.id) FROM subscriptions"
    " JOIN orders ON orders.subscription = subscriptions.id"
    " WHERE subscriptions.is_owed = 1"
    " AND subscriptions.status IN ('past_due', 'unpaid')"
    " AND :since_ms >= 0 AND :n > 0 GROUP BY 1, 2 ORDER BY 1, 2")

SQL(REPORT_LINKS,
    "SELECT chat_id, COUNT(*),"
    " COUNT(CASE WHEN revoked_ms IS NULL THEN 1 END) FROM links"
    " WHERE made_ms >= :since_ms AND :n > 0"
    " GROUP BY chat_id ORDER BY chat_id")

/* By enum kind_id. */
SQL(REPORT_PARKED,
    "SELECT kind, COUNT(*) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL GROUP BY kind")

/* By enum question_outcome. */
SQL(REPORT_QUESTIONS,
    "SELECT CASE outcome WHEN " WORD_QUESTION_ANSWERED
    " THEN 'answered' WHEN " WORD_QUESTION_QUOTED " THEN 'quoted'"
    " WHEN " WORD_QUESTION_NOT_FOUND
    " THEN 'not in the lessons' WHEN " WORD_QUESTION_NO_ACCESS
    " THEN 'no access'"
    " WHEN " WORD_QUESTION_CRISIS " THEN 'crisis' WHEN " WORD_QUESTION_UNHEARD
    " THEN 'not heard' WHEN " WORD_QUESTION_TOO_LATE " THEN 'too late'"
    " WHEN " WORD_QUESTION_HELPED
    " THEN 'no question' WHEN " WORD_QUESTION_SHOWN " THEN 'to a person'"
    " ELSE 'open' END, COUNT(*)"
    " FROM questions WHERE asked_ms >= :since_ms AND :n > 0"
    " GROUP BY 1 ORDER BY 1")

/* ---- the report as a page ---- */

/* Of a user: orders that began since then, but for what was granted. */
#define BEGAN_SINCE \
	"orders.tg_id = users.tg_id AND orders.created_ms >= :since_ms" \
	" AND orders.provider <> 'grant'"

/* How far they came who became known or began an order since :since_ms: how
 * many there are, for how many of them a page to pay was opened, who paid, was
 * sent the invite, was in a channel. Who did the later did the earlier. And how
 * many people anything is known of in a channel: where the bot is in none that
 * is nobody. */
SQL(REPORT_FUNNEL,
    "SELECT COUNT(*), COUNT(CASE WHEN step >= 1 THEN 1 END),"
    " COUNT(CASE WHEN step >= 2 THEN 1 END),"
    " COUNT(CASE WHEN step >= 3 THEN 1 END),"
    " COUNT(CASE WHEN step >= 4 THEN 1 END),"
    " (SELECT COUNT(*) FROM members)"
    " FROM (SELECT CASE"
    " WHEN NOT EXISTS (SELECT 1 FROM orders WHERE " BEGAN_SINCE
    " AND orders.session_id IS NOT NULL) THEN 0"
    " WHEN NOT EXISTS (SELECT 1 FROM orders WHERE " BEGAN_SINCE
    " AND orders.paid_ms IS NOT NULL) THEN 1"
    " WHEN NOT EXISTS (SELECT 1 FROM access WHERE access.tg_id = users.tg_id"
    " AND access.invited_ms IS NOT NULL) THEN 2"
    " WHEN NOT EXISTS (SELECT 1 FROM members WHERE members.tg_id = users.tg_id"
    " AND members.ours = 1 AND members.joined_ms IS NOT NULL) THEN 3"
    " ELSE 4 END AS step FROM users WHERE users.created_ms >= :since_ms"
    " OR EXISTS (SELECT 1 FROM orders WHERE " BEGAN_SINCE ")) AS people")

/* How long it was from each payment to its invite, as far as the promises are
 * kept; the shortest first. */
SQL(REPORT_DELAYS,
    "SELECT jobs.done_ms - orders.paid_ms FROM orders"
    " JOIN jobs ON jobs.promise = 'invite/' || orders.session_id"
    " WHERE orders.paid_ms >= :since_ms AND orders.provider <> 'grant'"
    " AND jobs.kind = " WORD_JOB_INVITE
    " AND jobs.done_ms IS NOT NULL AND jobs.error IS NULL ORDER BY 1")

/* By product: how many are in, how many of them by what renews, and by what
 * ends. */
SQL(REPORT_WHO_IS_IN,
    "SELECT product, COUNT(*), COUNT(CASE WHEN renews = 1 THEN 1 END),"
    " COUNT(CASE WHEN renews = 0 AND until_ms IS NOT NULL THEN 1 END)"
    " FROM access WHERE is_in = 1 GROUP BY product ORDER BY product")

/* Periods of plans that were paid for and touch what is between two moments, by
 * order: whose, currency, amount, beginning, end; and when all of it went back,
 * or was disputed and not won; 0: it did not. */
SQL(REPORT_PERIODS,
    "SELECT payments.order_id, payments.currency, payments.amount_minor,"
    " payments.starts_ms, payments.ends_ms,"
    " CASE WHEN refunds.refunded_minor >= payments.amount_minor"
    " THEN refunds.updated_ms ELSE COALESCE((SELECT MIN(reversals.at_ms)"
    " FROM reversals WHERE reversals.payment_intent = payments.intent"
    " AND reversals.kind = 'dispute' AND stage IN (" WORD_DISPUTE_OPEN
    ", " WORD_DISPUTE_LOST ")), 0) END"
    " FROM payments JOIN orders ON orders.id = payments.order_id"
    " LEFT JOIN subscriptions ON subscriptions.id = orders.subscription"
    " LEFT JOIN refunds ON refunds.payment_intent = payments.intent"
    " WHERE payments.ends_ms > :since_ms AND payments.starts_ms < :until_ms"
    " AND payments.amount_minor > 0 AND payments.kind <> " WORD_PAYMENT_OTHER
    " AND (orders.renews = 1 OR orders.subscription IS NOT NULL)"
    " AND payments.starts_ms >= COALESCE(subscriptions.trial_end_ms, 0)"
    " ORDER BY payments.order_id, payments.starts_ms, payments.id")

SQL(LEDGER_COUNT,
    "SELECT (SELECT COUNT(*) FROM users),"
    " (SELECT COUNT(*) FROM orders WHERE session_id IS NOT NULL),"
    " (SELECT COUNT(*) FROM orders WHERE paid_ms IS NOT NULL),"
    " (SELECT COUNT(DISTINCT tg_id) FROM access WHERE is_in = 1)")
