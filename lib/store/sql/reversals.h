/* Money that went back, and disputes about it. */

/* One word more about a refund or a dispute; what was further stays. Of a
 * refund stage 0 is money that goes back, 1 money that stayed after all, -1
 * nothing yet. */
SQL(REVERSAL_SEEN,
    "INSERT INTO reversals (id, payment_intent, kind, amount_minor, stage,"
    " due_ms, at_ms, updated_ms)"
    " VALUES (:id, :payment_intent, :kind, :amount_minor, :stage, :due_ms,"
    " :at_ms, :now_ms)"
    " ON CONFLICT (id) DO UPDATE SET stage = excluded.stage,"
    " due_ms = excluded.due_ms, updated_ms = excluded.updated_ms"
    " WHERE excluded.stage > reversals.stage")

SQL(REVERSAL_KNOWN, "SELECT COUNT(*) FROM reversals WHERE id = :id")

/* How many refunds of just this much of a payment failed after all. */
SQL(REFUNDS_FAILED,
    "SELECT COUNT(*) FROM reversals WHERE payment_intent = :payment_intent"
    " AND kind = 'refund' AND stage > " WORD_REFUND_BACK
    " AND amount_minor = :amount_minor")

SQL(REFUND_SEEN,
    "INSERT INTO refunds (payment_intent, amount_minor, refunded_minor,"
    " updated_ms)"
    " VALUES (:payment_intent, :amount_minor, :refunded_minor, :now_ms)"
    " ON CONFLICT (payment_intent) DO UPDATE SET"
    " refunded_minor = excluded.refunded_minor,"
    " updated_ms = excluded.updated_ms"
    " WHERE excluded.refunded_minor > refunds.refunded_minor")

/* Changes a row only where this has not been told yet, so that the operators
 * hear of it once. */
SQL(REVERSAL_TOLD,
    "UPDATE reversals SET told_stage = :stage WHERE id = :id"
    " AND (told_stage IS NULL OR told_stage < :stage)")

/* The same of each day by which evidence for an appeal is due, while the
 * dispute is lost. */
SQL(APPEAL_TOLD,
    "UPDATE reversals SET appeal_due_ms = :due_ms WHERE id = :id"
    " AND stage = " WORD_DISPUTE_LOST
    " AND (appeal_due_ms IS NULL OR appeal_due_ms < :due_ms)")

SQL(REFUND_TOLD,
    "UPDATE refunds SET told_minor = :refunded_minor"
    " WHERE payment_intent = :payment_intent"
    " AND (told_minor IS NULL OR told_minor < :refunded_minor)")
