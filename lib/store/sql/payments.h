/* Payments that were taken, a row each: what the books are made of. Whose and
 * for what they are, their order says. */

/* One that is there, by its name or as its order's first, stays as it is. */
SQL(PAYMENT_ADD,
    "INSERT INTO payments (provider, payment, intent, order_id, kind,"
    " amount_minor, currency, tax_minor, paid_ms, starts_ms, ends_ms)"
    " VALUES (:provider, :payment, :intent, :order_id, :kind, :amount_minor,"
    " :currency, :tax_minor, :paid_ms, :starts_ms, :ends_ms)"
    " ON CONFLICT DO NOTHING")

/* What its first telling did not know, a later one adds. The first payment of
 * an order may be told of twice, by its session and, where it began a
 * subscription, by its invoice, in any order: the row of that name, else the
 * order's first. The invoice's number (:invoice, or null) is the better name:
 * Stripe's lists lead to it. */
SQL(PAYMENT_LEARN,
    "UPDATE payments SET payment = COALESCE(:invoice, payment),"
    " intent = COALESCE(intent, :intent),"
    " amount_minor = CASE WHEN amount_minor = 0 AND :invoice IS NOT NULL"
    " THEN :amount_minor ELSE amount_minor END,"
    " tax_minor = COALESCE(:tax_minor, tax_minor),"
    " paid_ms = CASE WHEN :moment = " WORD_MOMENT_SURE
    " OR (:moment = " WORD_MOMENT_SAID " AND :paid_ms < paid_ms)"
    " THEN :paid_ms ELSE paid_ms END,"
    " starts_ms = COALESCE(:starts_ms, starts_ms),"
    " ends_ms = COALESCE(:ends_ms, ends_ms)"
    " WHERE id = COALESCE((SELECT named.id FROM payments AS named"
    " WHERE named.provider = :provider AND named.payment = :payment),"
    " (SELECT first.id FROM payments AS first"
    " WHERE first.order_id = :order_id AND first.kind = " WORD_PAYMENT_FIRST
    " AND :kind = " WORD_PAYMENT_FIRST "))")

/* When an order was first paid, by its provider's word; 0: not known. */
SQL(PAYMENT_FIRST_MS,
    "SELECT COALESCE(MIN(paid_ms), 0) FROM payments WHERE order_id = :order_id")

/* Whether a buyer paid for a product by this provider before an order. */
SQL(PAYMENT_PLAN_BEFORE,
    "SELECT COUNT(*) FROM orders WHERE tg_id = :tg_id AND product = :product"
    " AND provider = :provider AND renews = 1 AND paid_ms IS NOT NULL"
    " AND id < :before_id")

/* What was sold, a line for each payment and one for an order without any. Of
 * what came back the payment's own word may still count a refund that failed;
 * the refunds one by one may not all be known: what is more holds. */
SQL(PAYMENTS_EXPORT,
    "SELECT orders.id, orders.tg_id, orders.product, orders.provider,"
    " orders.session_id, COALESCE(paid.payment, orders.payment_intent),"
    " COALESCE(paid.amount_minor, orders.amount_minor, 0),"
    " COALESCE(paid.currency, orders.currency), orders.livemode,"
    " orders.created_ms, COALESCE(paid.paid_ms, orders.paid_ms),"
    " (SELECT CASE WHEN COALESCE(SUM(CASE WHEN stage = " WORD_REFUND_BACK
    " THEN reversals.amount_minor END), 0)"
    " > COALESCE(refunds.refunded_minor, 0)"
    " - COALESCE(SUM(CASE WHEN stage <> " WORD_REFUND_BACK
    " THEN reversals.amount_minor END), 0)"
    " THEN COALESCE(SUM(CASE WHEN stage = " WORD_REFUND_BACK
    " THEN reversals.amount_minor END), 0)"
    " ELSE COALESCE(refunds.refunded_minor, 0)"
    " - COALESCE(SUM(CASE WHEN stage <> " WORD_REFUND_BACK
    " THEN reversals.amount_minor END), 0) END FROM reversals"
    " WHERE reversals.payment_intent ="
    " COALESCE(paid.intent, orders.payment_intent)"
    " AND reversals.kind = 'refund'),"
    " orders.revoked_ms, orders.subscription,"
    " COALESCE(subscriptions.period_end_ms, orders.until_ms),"
    " CASE paid.kind WHEN " WORD_PAYMENT_FIRST
    " THEN 'first' WHEN " WORD_PAYMENT_RENEWAL " THEN 'renewal'"
    " WHEN " WORD_PAYMENT_OTHER " THEN 'other' END,"
    " paid.tax_minor, paid.starts_ms, paid.ends_ms,"
    " (SELECT COALESCE(SUM(reversals.amount_minor), 0) FROM reversals"
    " WHERE reversals.payment_intent ="
    " COALESCE(paid.intent, orders.payment_intent)"
    " AND reversals.kind = 'dispute' AND stage IN (" WORD_DISPUTE_OPEN
    ", " WORD_DISPUTE_LOST ")), orders.source,"
    " (SELECT consents.hash FROM consents WHERE orders.tg_id <> 0"
    " AND consents.tg_id = orders.tg_id"
    " AND consents.product = orders.product"
    " AND consents.at_ms <= orders.paid_ms"
    " ORDER BY consents.id DESC LIMIT 1),"
    " (SELECT consents.at_ms FROM consents WHERE orders.tg_id <> 0"
    " AND consents.tg_id = orders.tg_id"
    " AND consents.product = orders.product"
    " AND consents.at_ms <= orders.paid_ms"
    " ORDER BY consents.id DESC LIMIT 1)"
    " FROM orders LEFT JOIN payments AS paid ON paid.order_id = orders.id"
    " LEFT JOIN refunds ON refunds.payment_intent ="
    " COALESCE(paid.intent, orders.payment_intent)"
    " LEFT JOIN subscriptions ON subscriptions.id = orders.subscription"
    " WHERE orders.session_id IS NOT NULL"
    " ORDER BY orders.id DESC, paid.paid_ms DESC, paid.id DESC")

/* The payments themselves, the newest first. :find is a number of a buyer or of
 * an order, or :like a part of a name that a provider gave, whatever its case;
 * both null: all. */
SQL(PAYMENTS_LIST,
    "SELECT payments.paid_ms, payments.order_id, orders.tg_id,"
    " orders.product, payments.provider, payments.kind,"
    " payments.amount_minor, payments.currency, payments.payment,"
    " payments.starts_ms, payments.ends_ms"
    " FROM payments JOIN orders ON orders.id = payments.order_id"
    " WHERE payments.paid_ms >= :since_ms"
    " AND (:product IS NULL OR orders.product = :product)"
    " AND (:find IS NULL OR LOWER(payments.payment) LIKE LOWER(:like)"
    " OR LOWER(payments.intent) LIKE LOWER(:like)"
    " OR LOWER(orders.session_id) LIKE LOWER(:like)"
    " OR LOWER(orders.subscription) LIKE LOWER(:like)"
    " OR CAST(orders.tg_id AS TEXT) = :find"
    " OR CAST(orders.id AS TEXT) = :find)"
    " ORDER BY payments.paid_ms DESC, payments.id DESC")

/* All that moved money between two moments: at_ms, what it was (enum
 * movement_kind), product, provider, currency, amount_minor, tax_minor. A sum
 * that went back and is known by no refund of its own has the moment when it
 * was heard of; one that failed after all may still be in the sum. */
SQL(MOVEMENTS,
    "SELECT payments.paid_ms AS at_ms, payments.kind AS what, orders.product,"
    " payments.provider, payments.currency, payments.amount_minor,"
    " COALESCE(payments.tax_minor, 0)"
    " FROM payments JOIN orders ON orders.id = payments.order_id"
    " WHERE payments.paid_ms >= :since_ms AND payments.paid_ms < :until_ms"
    " UNION ALL"
    " SELECT reversals.at_ms, CASE WHEN reversals.kind = 'refund'"
    " THEN " WORD_MOVED_BACK " ELSE " WORD_MOVED_DISPUTED " END,"
    " orders.product, payments.provider, payments.currency,"
    " reversals.amount_minor, 0"
    " FROM reversals JOIN payments"
    " ON payments.intent = reversals.payment_intent"
    " JOIN orders ON orders.id = payments.order_id"
    " WHERE reversals.at_ms >= :since_ms AND reversals.at_ms < :until_ms"
    " AND ((reversals.kind = 'refund' AND stage = " WORD_REFUND_BACK ")"
    " OR (reversals.kind = 'dispute' AND stage IN (" WORD_DISPUTE_OPEN
    ", " WORD_DISPUTE_LOST ")))"
    " UNION ALL"
    " SELECT rest.updated_ms, " WORD_MOVED_BACK ", orders.product,"
    " payments.provider, payments.currency, rest.minor, 0"
    " FROM (SELECT refunds.payment_intent, refunds.updated_ms,"
    " refunds.refunded_minor - (SELECT COALESCE(SUM(reversals.amount_minor),"
    " 0) FROM reversals"
    " WHERE reversals.payment_intent = refunds.payment_intent"
    " AND reversals.kind = 'refund') AS minor FROM refunds"
    " WHERE refunds.updated_ms >= :since_ms"
    " AND refunds.updated_ms < :until_ms) AS rest"
    " JOIN payments ON payments.intent = rest.payment_intent"
    " JOIN orders ON orders.id = payments.order_id"
    " WHERE rest.minor > 0"
    " ORDER BY 1")

/* Who pays again and again, and what they pay for how long: product, provider,
 * currency, minor units, milliseconds. That is the price of their subscription,
 * where it is known; else what their last payment was, of those for a whole
 * period if there is one. Who tries, for nothing or for a price of its own,
 * pays so only once that is over. */
#define HAS_PRICE "COALESCE(subscriptions.price_minor, 0) > 0"
SQL(SUBSCRIBERS,
    "SELECT orders.product, payments.provider, CASE WHEN " HAS_PRICE
    " THEN subscriptions.price_currency ELSE payments.currency END,"
    " CASE WHEN " HAS_PRICE " THEN subscriptions.price_minor"
    " ELSE payments.amount_minor END, CASE WHEN " HAS_PRICE
    " THEN subscriptions.price_period_ms"
    " ELSE payments.ends_ms - payments.starts_ms END"
    " FROM access JOIN payments ON payments.id = (SELECT p.id"
    " FROM payments AS p JOIN orders AS o ON o.id = p.order_id"
    " LEFT JOIN subscriptions AS s ON s.id = o.subscription"
    " WHERE o.tg_id = access.tg_id AND o.product = access.product"
    " AND p.ends_ms IS NOT NULL"
    " AND p.starts_ms >= COALESCE(s.trial_end_ms, 0)"
    " ORDER BY CASE WHEN p.kind = " WORD_PAYMENT_OTHER " THEN 1 ELSE 0 END,"
    " p.paid_ms DESC, p.id DESC LIMIT 1)"
    " JOIN orders ON orders.id = payments.order_id"
    " LEFT JOIN subscriptions ON subscriptions.id = orders.subscription"
    " WHERE access.is_in = 1 AND access.renews = 1"
    " AND payments.amount_minor > 0"
    " AND COALESCE(subscriptions.status, '') <> 'trialing'")
