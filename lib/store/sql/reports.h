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

SQL(LEDGER_COUNT,
    "SELECT (SELECT COUNT(*) FROM users),"
    " (SELECT COUNT(*) FROM orders WHERE session_id IS NOT NULL),"
    " (SELECT COUNT(*) FROM orders WHERE paid_ms IS NOT NULL),"
    " (SELECT COUNT(DISTINCT tg_id) FROM access WHERE is_in = 1)")
