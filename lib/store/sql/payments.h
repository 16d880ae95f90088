/* Payments that were taken, a row each: what the books are made of. Whose and
 * for what they are, their order says. */

/* The first payment of an order may be told of twice, by its session and,
 * where it began a subscription, by its invoice, in any order. Both are one
 * row. The invoice's number (:invoice, or null) is the better name: Stripe's
 * lists lead to it. */
SQL(PAYMENT_ADD_FIRST,
    "INSERT INTO payments (provider, payment, intent, order_id, kind,"
    " amount_minor, currency, tax_minor, paid_ms, starts_ms, ends_ms)"
    " VALUES (:provider, :payment, :intent, :order_id, :kind, :amount_minor,"
    " :currency, :tax_minor, :paid_ms, :starts_ms, :ends_ms)"
    " ON CONFLICT (order_id) WHERE kind = " WORD_PAYMENT_FIRST " DO UPDATE SET"
    " payment = COALESCE(:invoice, payments.payment),"
    " intent = COALESCE(payments.intent, excluded.intent),"
    " tax_minor = COALESCE(excluded.tax_minor, payments.tax_minor),"
    " paid_ms = CASE WHEN excluded.paid_ms < payments.paid_ms"
    " THEN excluded.paid_ms ELSE payments.paid_ms END,"
    " starts_ms = COALESCE(excluded.starts_ms, payments.starts_ms),"
    " ends_ms = COALESCE(excluded.ends_ms, payments.ends_ms)")

/* Each later one. What its first telling did not know, a later one adds. */
SQL(PAYMENT_ADD_LATER,
    "INSERT INTO payments (provider, payment, intent, order_id, kind,"
    " amount_minor, currency, tax_minor, paid_ms, starts_ms, ends_ms)"
    " VALUES (:provider, :payment, :intent, :order_id, :kind, :amount_minor,"
    " :currency, :tax_minor, :paid_ms, :starts_ms, :ends_ms)"
    " ON CONFLICT (provider, payment) DO UPDATE SET"
    " payment = COALESCE(:invoice, payments.payment),"
    " intent = COALESCE(payments.intent, excluded.intent),"
    " tax_minor = COALESCE(excluded.tax_minor, payments.tax_minor),"
    " starts_ms = COALESCE(excluded.starts_ms, payments.starts_ms),"
    " ends_ms = COALESCE(excluded.ends_ms, payments.ends_ms)")

/* What is there of a payment, and how much of that bears its name but is
 * another's, or not its order's first. */
SQL(PAYMENTS_KNOWN,
    "SELECT COUNT(*), COUNT(CASE WHEN payment = :payment"
    " AND (order_id <> :order_id OR kind <> " WORD_PAYMENT_FIRST
    ") THEN 1 END) FROM payments"
    " WHERE (provider = :provider AND payment = :payment)"
    " OR (order_id = :order_id AND kind = " WORD_PAYMENT_FIRST
    " AND :kind = " WORD_PAYMENT_FIRST ")")

/* Whether a buyer paid for a product by this provider before an order. */
SQL(PAYMENT_PLAN_BEFORE,
    "SELECT COUNT(*) FROM orders WHERE tg_id = :tg_id AND product = :product"
    " AND provider = :provider AND renews = 1 AND paid_ms IS NOT NULL"
    " AND id < :before_id")

/* Payments as they are listed: what of each came back, by what is known: the
 * sum that the payment's own word says, or the refunds one by one. */
SQL(PAYMENTS_LIST,
    "SELECT payments.id, payments.order_id, orders.tg_id, orders.product,"
    " payments.provider, payments.payment, payments.kind,"
    " payments.amount_minor, payments.currency, payments.tax_minor,"
    " payments.paid_ms, payments.starts_ms, payments.ends_ms,"
    " CASE WHEN COALESCE(refunds.refunded_minor, 0) > back.refunded_minor"
    " THEN refunds.refunded_minor ELSE back.refunded_minor END,"
    " back.disputed_minor, orders.session_id, orders.subscription,"
    " payments.intent, orders.livemode"
    " FROM payments JOIN orders ON orders.id = payments.order_id"
    " LEFT JOIN refunds ON refunds.payment_intent = payments.intent"
    " JOIN (SELECT id AS of_id,"
    " (SELECT COALESCE(SUM(amount_minor), 0) FROM reversals"
    " WHERE reversals.payment_intent = p.intent AND kind = 'refund'"
    " AND stage = " WORD_REFUND_BACK ") AS refunded_minor,"
    " (SELECT COALESCE(SUM(amount_minor), 0) FROM reversals"
    " WHERE reversals.payment_intent = p.intent AND kind = 'dispute'"
    " AND stage IN (" WORD_DISPUTE_OPEN ", " WORD_DISPUTE_LOST
    ")) AS disputed_minor"
    " FROM payments AS p) AS back ON back.of_id = payments.id"
    " WHERE payments.paid_ms >= :since_ms AND payments.paid_ms < :until_ms"
    " AND (:tg_id = 0 OR orders.tg_id = :tg_id)"
    " ORDER BY payments.paid_ms DESC, payments.id DESC LIMIT :n")

/* All that moved money between two moments: at_ms, what it was (enum
 * movement_kind), product, provider, currency, amount_minor, tax_minor. A sum
 * that went back and is known by no refund of its own has the moment when it
 * was heard of. */
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
    " AND reversals.kind = 'refund' AND stage = " WORD_REFUND_BACK
    ") AS minor FROM refunds WHERE refunds.updated_ms >= :since_ms"
    " AND refunds.updated_ms < :until_ms) AS rest"
    " JOIN payments ON payments.intent = rest.payment_intent"
    " JOIN orders ON orders.id = payments.order_id"
    " WHERE rest.minor > 0"
    " ORDER BY 1")

/* Who pays again and again, and what their last payment was: product,
 * provider, currency, amount_minor, starts_ms, ends_ms. */
SQL(SUBSCRIBERS,
    "SELECT orders.product, payments.provider, payments.currency,"
    " payments.amount_minor, payments.starts_ms, payments.ends_ms"
    " FROM access JOIN payments ON payments.id = (SELECT p.id"
    " FROM payments AS p JOIN orders AS o ON o.id = p.order_id"
    " WHERE o.tg_id = access.tg_id AND o.product = access.product"
    " AND p.ends_ms IS NOT NULL ORDER BY p.paid_ms DESC, p.id DESC LIMIT 1)"
    " JOIN orders ON orders.id = payments.order_id"
    " WHERE access.is_in = 1 AND access.renews = 1"
    " AND payments.amount_minor > 0")

/* Whose paid access ended between two moments, and how many of those had been
 * subscribers: product, why, how many. */
SQL(ENDED,
    "SELECT access.product, access.why, COUNT(*) FROM access"
    " WHERE access.is_in = 0 AND access.decided_ms >= :since_ms"
    " AND access.decided_ms < :until_ms"
    " AND EXISTS (SELECT 1 FROM payments JOIN orders"
    " ON orders.id = payments.order_id WHERE orders.tg_id = access.tg_id"
    " AND orders.product = access.product AND payments.ends_ms IS NOT NULL)"
    " GROUP BY access.product, access.why"
    " ORDER BY access.product, access.why")
