/* Counts for the operator's commands. */

/* :since_ms, :n in each of admit report's, used or not. Of what was paid since
 * then. */
SQL(REPORT_SALES,
    "SELECT product, provider, COUNT(*), COALESCE(SUM(orders.amount_minor), 0),"
    " currency, COALESCE(SUM(CASE WHEN refunds.refunded_minor IS NOT NULL"
    " THEN refunds.refunded_minor ELSE (SELECT COALESCE(SUM(amount_minor), 0)"
    " FROM reversals WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'refund' AND stage = " WORD_REFUND_BACK ") END), 0), currency,"
    " SUM((SELECT COUNT(*) FROM reversals"
    " WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'dispute' AND stage > " WORD_DISPUTE_WARNING "))"
    " FROM orders LEFT JOIN refunds"
    " ON refunds.payment_intent = orders.payment_intent"
    " WHERE paid_ms >= :since_ms AND :n > 0"
    " GROUP BY product, provider, currency"
    " ORDER BY product, provider, currency")

SQL(REPORT_INSIDE,
    "SELECT product, COUNT(*), (SELECT COUNT(*) FROM members"
    " WHERE state = " WORD_MEMBER_IN ")"
    " FROM access WHERE is_in = 1 AND :since_ms >= 0 AND :n > 0"
    " GROUP BY product ORDER BY product")

SQL(REPORT_LEFT,
    "SELECT product, why, COUNT(*) FROM access"
    " WHERE is_in = 0 AND decided_ms >= :since_ms AND :n > 0"
    " GROUP BY product, why ORDER BY product, why")

SQL(REPORT_LINKS,
    "SELECT chat_id, COUNT(*),"
    " COUNT(CASE WHEN revoked_ms IS NULL THEN 1 END) FROM links"
    " WHERE made_ms >= :since_ms AND :n > 0"
    " GROUP BY chat_id ORDER BY chat_id")

/* By enum job_kind. */
SQL(REPORT_PARKED,
    "SELECT CASE kind WHEN " WORD_JOB_INVITE
    " THEN 'invite' WHEN " WORD_JOB_NOTICE " THEN 'notice'"
    " WHEN " WORD_JOB_ALERT " THEN 'alert' WHEN " WORD_JOB_MEMBER
    " THEN 'channel' WHEN " WORD_JOB_ANSWER " THEN 'answer'"
    " WHEN " WORD_JOB_FORWARD " THEN 'to a person' WHEN " WORD_JOB_RELAY
    " THEN 'from a person'"
    " ELSE 'other' END, COUNT(*) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL"
    " AND :since_ms >= 0 AND :n > 0 GROUP BY 1 ORDER BY 1")

/* By enum question_outcome. */
SQL(REPORT_QUESTIONS,
    "SELECT CASE outcome WHEN " WORD_QUESTION_ANSWERED
    " THEN 'answered' WHEN " WORD_QUESTION_QUOTED " THEN 'quoted'"
    " WHEN " WORD_QUESTION_NOT_FOUND
    " THEN 'not in the lessons' WHEN " WORD_QUESTION_NO_ACCESS
    " THEN 'no access'"
    " WHEN " WORD_QUESTION_CRISIS " THEN 'crisis' WHEN " WORD_QUESTION_UNHEARD
    " THEN 'not heard' WHEN " WORD_QUESTION_TOO_LATE " THEN 'too late'"
    " ELSE 'open' END, COUNT(*)"
    " FROM questions WHERE asked_ms >= :since_ms AND :n > 0"
    " GROUP BY 1 ORDER BY 1")

SQL(LEDGER_COUNT,
    "SELECT (SELECT COUNT(*) FROM users),"
    " (SELECT COUNT(*) FROM orders WHERE session_id IS NOT NULL),"
    " (SELECT COUNT(*) FROM orders WHERE paid_ms IS NOT NULL),"
    " (SELECT COUNT(*) FROM access WHERE is_in = 1)")
