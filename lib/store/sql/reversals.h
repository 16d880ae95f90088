/* Money that went back, disputes about it, and warnings of fraud. */

/* One word more about a refund or a dispute; what was further stays, and of the
 * days by which evidence for an appeal is due (:appeal_due_ms, of a dispute
 * that is lost; else null) the latest. Of a refund stage 0 is money that goes
 * back, 1 money that stayed after all, -1 nothing yet; of a warning there is
 * stage 0 alone. */
SQL(REVERSAL_SEEN,
    "INSERT INTO reversals (id, payment_intent, kind, amount_minor, stage,"
    " due_ms, appeal_due_ms, at_ms, updated_ms)"
    " VALUES (:id, :payment_intent, :kind, :amount_minor, :stage, :due_ms,"
    " :appeal_due_ms, :at_ms, :now_ms)"
    " ON CONFLICT (id) DO UPDATE SET stage = excluded.stage,"
    " due_ms = excluded.due_ms, appeal_due_ms = excluded.appeal_due_ms,"
    " updated_ms = excluded.updated_ms"
    " WHERE excluded.stage > reversals.stage"
    " OR (excluded.stage = reversals.stage AND excluded.appeal_due_ms"
    " > COALESCE(reversals.appeal_due_ms, -1))")

SQL(REVERSAL_KNOWN, "SELECT COUNT(*) FROM reversals WHERE id = :id")

/* How many refunds of just this much of a payment failed after all. */
SQL(REFUNDS_FAILED,
    "SELECT COUNT(*) FROM reversals WHERE payment_intent = :payment_intent"
    " AND kind = 'refund' AND stage > " WORD_REFUND_BACK
    " AND amount_minor = :amount_minor")

/* How many of any amount. */
SQL(REFUNDS_FAILED_ALL,
    "SELECT COUNT(*) FROM reversals WHERE payment_intent = :payment_intent"
    " AND kind = 'refund' AND stage > " WORD_REFUND_BACK)

SQL(REFUND_SEEN,
    "INSERT INTO refunds (payment_intent, amount_minor, refunded_minor,"
    " updated_ms)"
    " VALUES (:payment_intent, :amount_minor, :refunded_minor, :now_ms)"
    " ON CONFLICT (payment_intent) DO UPDATE SET"
    " refunded_minor = excluded.refunded_minor,"
    " updated_ms = excluded.updated_ms"
    " WHERE excluded.refunded_minor > refunds.refunded_minor")

#define APPEAL_UNTOLD "appeal_due_ms > COALESCE(appeal_told_ms, -1)"

/* Changes a row only where this has not been told yet, so that the operators
 * hear of it once; of an appeal, of each day by which its evidence is due. */
SQL(REVERSAL_TOLD,
    "UPDATE reversals SET told_stage = :stage, appeal_told_ms = appeal_due_ms"
    " WHERE id = :id AND (told_stage IS NULL OR told_stage < :stage"
    " OR " APPEAL_UNTOLD ")")

/* Disputes and warnings about a payment of which the latest has not been told,
 * and refunds of it that failed: id, kind, stage, by when evidence is due,
 * whether that is for an appeal, and how much. */
SQL(REVERSALS_UNTOLD,
    "SELECT id, kind, stage, COALESCE(appeal_due_ms, due_ms, 0),"
    " CASE WHEN " APPEAL_UNTOLD " THEN 1 ELSE 0 END, amount_minor"
    " FROM reversals WHERE payment_intent = :payment_intent"
    " AND (kind IN ('dispute', 'warning')"
    " OR (kind = 'refund' AND stage > " WORD_REFUND_BACK "))"
    " AND (told_stage IS NULL OR told_stage < stage OR " APPEAL_UNTOLD ")"
    " LIMIT :n")

/* Those that are open or lost: the bank has the money. */
SQL(DISPUTES_OF_PAYMENT,
    "SELECT COUNT(*) FROM reversals WHERE payment_intent = :payment_intent"
    " AND kind = 'dispute' AND stage IN (" WORD_DISPUTE_OPEN
    ", " WORD_DISPUTE_LOST ")")

SQL(REFUND_TOLD,
    "UPDATE refunds SET told_minor = :refunded_minor"
    " WHERE payment_intent = :payment_intent"
    " AND (told_minor IS NULL OR told_minor < :refunded_minor)")
