/* Subscriptions at Stripe, and the payments for them. */

SQL(SUBSCRIPTION_ADD,
    "INSERT INTO subscriptions (id, n_heard) VALUES (:id, 1)"
    " ON CONFLICT (id) DO NOTHING")

SQL(SUBSCRIPTION_HEARD,
    "UPDATE subscriptions SET n_heard = n_heard + 1 WHERE id = :id"
    " RETURNING n_read")

SQL(SUBSCRIPTION_N_HEARD, "SELECT n_heard FROM subscriptions WHERE id = :id")

/* As it stands now, whatever was known of it; but what was paid last stays
 * known while the invoice after it is not paid (:paid_until_ms null). What is
 * known of that is out of date where Stripe says that all before the period is
 * paid (:paid_before_ms). */
SQL(SUBSCRIPTION_READ,
    "UPDATE subscriptions SET n_read = :n_read, read_ms = :now_ms,"
    " look_ms = :look_ms, status = :status, customer = :customer,"
    " period_start_ms = :period_start_ms, period_end_ms = :period_end_ms,"
    " ends_ms = :ends_ms, ended_ms = :ended_ms, invoice = :invoice,"
    " invoice_url = :invoice_url, is_owed = :is_owed,"
    " is_processing = :is_processing,"
    " collects_not = :collects_not, trial_end_ms = :trial_end_ms,"
    " price_minor = :price_minor, price_currency = :price_currency,"
    " price_period_ms = :price_period_ms,"
    " payment_intent = CASE WHEN :paid_until_ms IS NULL"
    " THEN payment_intent ELSE :payment_intent END,"
    " paid_minor = CASE WHEN :paid_until_ms IS NULL"
    " THEN paid_minor ELSE :paid_minor END,"
    " paid_until_ms = CASE WHEN :paid_until_ms IS NOT NULL"
    " THEN :paid_until_ms"
    " WHEN paid_until_ms IS NULL OR paid_until_ms < :paid_before_ms"
    " THEN :period_start_ms ELSE paid_until_ms END"
    " WHERE id = :id RETURNING n_heard")

/* Stripe knows none of that name. */
SQL(SUBSCRIPTION_UNREADABLE,
    "UPDATE subscriptions SET n_read = :n_read, look_ms = NULL"
    " WHERE id = :id RETURNING n_heard")

/* That an attempt to take the money failed is told once. */
SQL(SUBSCRIPTION_DUNNED,
    "UPDATE subscriptions SET dunned = :dunned"
    " WHERE id = :id AND COALESCE(dunned, '') <> :dunned")

SQL(SUBSCRIPTIONS_KNOWN, "SELECT EXISTS (SELECT 1 FROM subscriptions)")

SQL(SUBSCRIPTIONS_TO_READ,
    "SELECT id FROM subscriptions"
    " WHERE look_ms IS NOT NULL AND look_ms <= :now_ms"
    " ORDER BY look_ms LIMIT :n")

SQL(SUBSCRIPTION_LOOKED,
    "UPDATE subscriptions SET look_ms = NULL WHERE id = :id")

/* The one that a buyer's access to a product is by. */
SQL(SUBSCRIPTION_OF_BUYER,
    "SELECT subscriptions.id, subscriptions.status, subscriptions.customer,"
    " subscriptions.invoice_url, subscriptions.is_owed,"
    " CASE WHEN subscriptions.ends_ms <="
    " COALESCE(subscriptions.period_end_ms, subscriptions.ends_ms)"
    " THEN 1 ELSE 0 END"
    " FROM orders JOIN subscriptions"
    " ON subscriptions.id = orders.subscription"
    " WHERE orders.tg_id = :tg_id AND orders.product = :product"
    " AND orders.paid_ms IS NOT NULL ORDER BY orders.id DESC LIMIT 1")

SQL(INVOICE_PAYMENT_ADD,
    "INSERT INTO invoice_payments (payment_intent, subscription)"
    " VALUES (:payment_intent, :subscription)"
    " ON CONFLICT (payment_intent) DO NOTHING")

/* What may charge them again: orders that began a subscription which has not
 * ended, and for whose payment nobody waits at its end. */
SQL(FORGET_SUBSCRIBED,
    "SELECT MAX(orders.id), orders.subscription"
    " FROM orders JOIN subscriptions"
    " ON subscriptions.id = orders.subscription"
    " WHERE orders.tg_id = :tg_id"
    " AND COALESCE(subscriptions.status, '')"
    " NOT IN ('canceled', 'incomplete', 'incomplete_expired')"
    " AND (subscriptions.ends_ms IS NULL OR subscriptions.is_owed = 1"
    " OR subscriptions.ends_ms > subscriptions.period_end_ms)"
    " GROUP BY orders.subscription")

SQL(FORGET_SUBSCRIPTIONS,
    "DELETE FROM subscriptions WHERE id IN (SELECT orders.subscription"
    " FROM orders WHERE orders.tg_id = :tg_id)")
