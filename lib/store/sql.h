/* Every statement there is: SQL(NAME, "text"). Values are bound by :name. Only
 * what SQLite and PostgreSQL both understand may stand here. Included several
 * times with different meanings of SQL, so it has no include guard. */

/* ---- transactions ---- */

SQL(BEGIN, "BEGIN IMMEDIATE")
SQL(COMMIT, "COMMIT")
SQL(ROLLBACK, "ROLLBACK")
SQL(SAVE, "SAVEPOINT one")
SQL(BACK_TO_SAVED, "ROLLBACK TO one")
SQL(FORGET_SAVED, "RELEASE one")

/* ---- inbox ---- */

SQL(INBOX_ADD,
    "INSERT INTO inbox (source, id, type, at_ms)"
    " VALUES (:source, :id, :type, :now_ms)"
    " ON CONFLICT (source, id) DO NOTHING")

SQL(INBOX_PRUNE, "DELETE FROM inbox WHERE at_ms < :before_ms")

/* ---- users ---- */

SQL(USER_SEEN,
    "INSERT INTO users (tg_id, language, created_ms)"
    " VALUES (:tg_id, :language, :now_ms)"
    " ON CONFLICT (tg_id) DO UPDATE SET"
    " language = COALESCE(excluded.language, users.language)")

SQL(USER_BLOCKED,
    "UPDATE users SET bot_blocked_ms = :now_ms"
    " WHERE tg_id = :tg_id AND bot_blocked_ms IS NULL")

SQL(USER_IS_REACHABLE,
    "SELECT COUNT(*) FROM users"
    " WHERE tg_id = :tg_id AND bot_blocked_ms IS NULL")

SQL(USER_REACHABLE,
    "UPDATE users SET bot_blocked_ms = NULL"
    " WHERE tg_id = :tg_id AND bot_blocked_ms IS NOT NULL")

/* is_paid follows the access rows, session_id the newest paid order. */
SQL(USER_ACCESS,
    "UPDATE users SET is_paid = CASE WHEN EXISTS ("
    "SELECT 1 FROM access WHERE access.tg_id = users.tg_id AND is_in = 1)"
    " THEN 1 ELSE 0 END,"
    " session_id = (SELECT orders.session_id FROM orders"
    " WHERE orders.tg_id = users.tg_id AND paid_ms IS NOT NULL"
    " ORDER BY id DESC LIMIT 1)"
    " WHERE tg_id = :tg_id")

/* ---- orders ---- */

SQL(ORDER_OPEN,
    "SELECT url, processing_ms FROM orders"
    " WHERE tg_id = :tg_id AND product = :product AND livemode = :livemode"
    " AND session_id IS NOT NULL AND paid_ms IS NULL"
    " AND failed_ms IS NULL AND expired_ms IS NULL"
    " AND (processing_ms IS NOT NULL"
    " OR (url IS NOT NULL AND url_ends_ms > :until_ms))"
    " ORDER BY processing_ms IS NULL, id DESC LIMIT 1")

SQL(ORDER_DRAFT,
    "SELECT id, attempt, attempted_ms, created_ms FROM orders"
    " WHERE tg_id = :tg_id AND product = :product AND session_id IS NULL"
    " ORDER BY id LIMIT 1")

SQL(ORDER_DRAFT_ADD,
    "INSERT INTO orders (tg_id, product, provider, attempt, attempted_ms,"
    " livemode, created_ms)"
    " VALUES (:tg_id, :product, 'stripe', 1, :now_ms, :livemode, :now_ms)"
    " RETURNING id, attempt, attempted_ms, created_ms")

/* :attempted_ms null: the attempt failed, the next click makes a new one. */
SQL(ORDER_ATTEMPT,
    "UPDATE orders SET attempt = :attempt, attempted_ms = :attempted_ms"
    " WHERE id = :id AND session_id IS NULL")

SQL(ORDER_OPENED,
    "UPDATE orders SET session_id = :session_id, url = :url,"
    " url_ends_ms = :url_ends_ms, amount_minor = :amount_minor,"
    " currency = :currency, livemode = :livemode"
    " WHERE id = :id AND session_id IS NULL")

SQL(ORDER_DRAFT_DROP,
    "DELETE FROM orders WHERE id = :id AND session_id IS NULL")

SQL(ORDER_FROM_SESSION,
    "INSERT INTO orders (tg_id, product, provider, session_id, url,"
    " url_ends_ms, livemode, created_ms)"
    " VALUES (:tg_id, :product, 'stripe', :session_id, :url, :url_ends_ms,"
    " :livemode, :now_ms)"
    " ON CONFLICT (session_id) DO NOTHING")

/* Paid without a Checkout Session: by Stars, by the operator's hand. */
SQL(ORDER_PAID_ADD,
    "INSERT INTO orders (tg_id, product, provider, session_id,"
    " payment_intent, amount_minor, currency, livemode, paid_ms, until_ms,"
    " renews, created_ms)"
    " VALUES (:tg_id, :product, :provider, :session_id, :payment_intent,"
    " :amount_minor, :currency, :livemode, :now_ms, :until_ms,"
    " :renews, :now_ms)"
    " ON CONFLICT (session_id) DO UPDATE SET until_ms = excluded.until_ms"
    " WHERE orders.until_ms < excluded.until_ms")

/* Until when a buyer's subscription in Stars is paid; 0: there is none. */
SQL(STARS_PAID_UNTIL,
    "SELECT COALESCE(MAX(until_ms), 0) FROM orders WHERE tg_id = :tg_id"
    " AND product = :product AND provider = 'stars' AND renews = 1"
    " AND revoked_ms IS NULL")

/* Telegram knows a subscription by its first payment, which of several it is
 * nobody noted: all of them are named (kind: JOB_CANCEL_STARS). */
SQL(STARS_CANCEL,
    "INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms,"
    " created_ms) SELECT 12, 'cancel/' || session_id, tg_id, id, session_id,"
    " :now_ms, :now_ms FROM orders WHERE tg_id = :tg_id"
    " AND product = :product AND provider = 'stars' AND renews = 1"
    " ON CONFLICT (promise) DO NOTHING")

/* What was bought until now; what is bought later counts again. */
SQL(ORDERS_REVOKE,
    "UPDATE orders SET revoked_ms = :now_ms"
    " WHERE tg_id = :tg_id AND product = :product"
    " AND paid_ms IS NOT NULL AND revoked_ms IS NULL"
    " RETURNING id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency")

/* Facts only grow: what is there stays. What was paid is what the session said
 * when it was paid, which may be nothing; what it said while it was open, with
 * no code for less entered yet, does not count any more then. */
SQL(ORDER_FACTS_ADD,
    "UPDATE orders SET"
    " payment_intent = COALESCE(payment_intent, :payment_intent),"
    " subscription = COALESCE(subscription, :subscription),"
    " amount_minor = CASE WHEN :amount_minor IS NULL"
    " OR (:paid_ms IS NULL AND paid_ms IS NOT NULL)"
    " THEN amount_minor ELSE :amount_minor END,"
    " currency = COALESCE(:currency, currency),"
    " processing_ms = COALESCE(processing_ms, :processing_ms),"
    " paid_ms = COALESCE(paid_ms, :paid_ms),"
    " failed_ms = COALESCE(failed_ms, :failed_ms),"
    " expired_ms = COALESCE(expired_ms, :expired_ms)"
    " WHERE session_id = :session_id"
    " RETURNING id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency")

SQL(ORDER_BY_SESSION,
    "SELECT id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency"
    " FROM orders WHERE session_id = :session_id")

SQL(ORDER_BY_ID,
    "SELECT id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency"
    " FROM orders WHERE id = :id")

SQL(ORDER_PAID_LAST,
    "SELECT id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency"
    " FROM orders WHERE tg_id = :tg_id AND product = :product"
    " AND paid_ms IS NOT NULL ORDER BY id DESC LIMIT 1")

SQL(ORDERS_BY_INTENT,
    "SELECT id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency"
    " FROM orders WHERE payment_intent = :payment_intent"
    " OR subscription IN (SELECT invoice_payments.subscription"
    " FROM invoice_payments"
    " WHERE invoice_payments.payment_intent = :payment_intent)")

SQL(ORDERS_BY_SUBSCRIPTION,
    "SELECT id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency"
    " FROM orders WHERE subscription = :subscription")

/* The newest unpaid order below an id: /help asks Stripe about each in turn. */
SQL(ORDER_UNPAID_BEFORE,
    "SELECT id, tg_id, product, session_id, paid_ms, processing_ms,"
    " failed_ms, expired_ms, amount_minor, currency"
    " FROM orders"
    " WHERE tg_id = :tg_id AND id < :before_id AND session_id IS NOT NULL"
    " AND paid_ms IS NULL AND failed_ms IS NULL AND expired_ms IS NULL"
    " AND created_ms > :since_ms ORDER BY id DESC LIMIT 1")

SQL(ORDERS_PROCESSING,
    "SELECT COUNT(*) FROM orders WHERE tg_id = :tg_id"
    " AND processing_ms IS NOT NULL AND paid_ms IS NULL AND failed_ms IS NULL")

/* What access_decide() looks at, of the orders that could let somebody in. Of
 * a subscription the latest payment counts, but each may be disputed. A
 * dispute counts while it is open (1) or lost (2). */
SQL(FACTS_OF_BUYER,
    "SELECT orders.paid_ms,"
    " COALESCE(refunds.amount_minor, NULLIF(subscriptions.paid_minor, 0),"
    " orders.amount_minor, 0),"
    " COALESCE(refunds.refunded_minor, 0),"
    " (SELECT COALESCE(SUM(reversals.amount_minor), 0) FROM reversals"
    " WHERE reversals.payment_intent ="
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " AND kind = 'refund' AND stage = 0),"
    " (SELECT COALESCE(SUM(reversals.amount_minor), 0) FROM reversals"
    " WHERE reversals.payment_intent ="
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " AND kind = 'refund' AND stage <> 0),"
    " (SELECT COUNT(*) FROM reversals"
    " WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'dispute' AND stage IN (1, 2))"
    " + (SELECT COUNT(*) FROM invoice_payments JOIN reversals"
    " ON reversals.payment_intent = invoice_payments.payment_intent"
    " WHERE invoice_payments.subscription = orders.subscription"
    " AND kind = 'dispute' AND stage IN (1, 2)),"
    " orders.revoked_ms, orders.until_ms, orders.renews,"
    " subscriptions.status, subscriptions.period_start_ms,"
    " subscriptions.period_end_ms, COALESCE(subscriptions.ends_ms, 0),"
    " COALESCE(subscriptions.is_owed, 0),"
    " COALESCE(subscriptions.paid_until_ms, 0),"
    " COALESCE(subscriptions.collects_not, 0)"
    " FROM orders LEFT JOIN subscriptions"
    " ON subscriptions.id = orders.subscription"
    " LEFT JOIN refunds ON refunds.payment_intent ="
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " WHERE orders.tg_id = :tg_id AND orders.product = :product"
    " AND orders.paid_ms IS NOT NULL ORDER BY orders.id")

/* One word more about a refund or a dispute; what was further stays. Of a
 * refund stage 0 is money that goes back, 1 money that stayed after all, -1
 * nothing yet. */
SQL(REVERSAL_SEEN,
    "INSERT INTO reversals (id, payment_intent, kind, amount_minor, stage,"
    " due_ms, updated_ms)"
    " VALUES (:id, :payment_intent, :kind, :amount_minor, :stage, :due_ms,"
    " :now_ms)"
    " ON CONFLICT (id) DO UPDATE SET stage = excluded.stage,"
    " due_ms = excluded.due_ms, updated_ms = excluded.updated_ms"
    " WHERE excluded.stage > reversals.stage")

SQL(REFUND_SEEN,
    "INSERT INTO refunds (payment_intent, amount_minor, refunded_minor,"
    " updated_ms)"
    " VALUES (:payment_intent, :amount_minor, :refunded_minor, :now_ms)"
    " ON CONFLICT (payment_intent) DO UPDATE SET"
    " refunded_minor = excluded.refunded_minor,"
    " updated_ms = excluded.updated_ms"
    " WHERE excluded.refunded_minor > refunds.refunded_minor")

/* Of what has been told, the operators hear once. */
SQL(REVERSAL_TOLD,
    "UPDATE reversals SET told_stage = :stage WHERE id = :id"
    " AND (told_stage IS NULL OR told_stage < :stage)")

SQL(REFUND_TOLD,
    "UPDATE refunds SET told_minor = :refunded_minor"
    " WHERE payment_intent = :payment_intent"
    " AND (told_minor IS NULL OR told_minor < :refunded_minor)")

/* Nobody paid and nobody can any more. */
SQL(ORDERS_PRUNE,
    "DELETE FROM orders WHERE created_ms < :before_ms AND paid_ms IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.order_id = orders.id"
    " AND done_ms IS NULL)")

/* Of whom nothing is known but that they asked once. */
SQL(USERS_PRUNE,
    "DELETE FROM users WHERE created_ms < :before_ms"
    " AND session_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.tg_id = users.tg_id)"
    " AND NOT EXISTS (SELECT 1 FROM access WHERE access.tg_id = users.tg_id)"
    " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.tg_id = users.tg_id"
    " AND done_ms IS NULL)")

/* ---- access ---- */

/* invited_ms: the last invite that Telegram took. */
SQL(ACCESS_GET,
    "SELECT is_in, COALESCE(invited_ms, 0), COALESCE(until_ms, 0),"
    " COALESCE(paid_until_ms, 0), renews, decided_ms FROM access"
    " WHERE tg_id = :tg_id AND product = :product")

SQL(ACCESS_SET,
    "INSERT INTO access (tg_id, product, is_in, why, until_ms, renews,"
    " paid_until_ms, remind_ms, decided_ms)"
    " VALUES (:tg_id, :product, :is_in, :why, :until_ms, :renews,"
    " :paid_until_ms, :remind_ms, :now_ms)"
    " ON CONFLICT (tg_id, product) DO UPDATE SET is_in = excluded.is_in,"
    " why = excluded.why, until_ms = excluded.until_ms,"
    " renews = excluded.renews, paid_until_ms = excluded.paid_until_ms,"
    " remind_ms = excluded.remind_ms,"
    " decided_ms = excluded.decided_ms"
    " WHERE access.is_in <> excluded.is_in OR access.why <> excluded.why"
    " OR access.renews <> excluded.renews"
    " OR COALESCE(access.until_ms, 0) <> COALESCE(excluded.until_ms, 0)")

/* Whose access has ended by now, as the last order that they paid. */
SQL(ACCESS_ENDED,
    "SELECT orders.id, orders.tg_id, orders.product, orders.session_id,"
    " orders.paid_ms, orders.processing_ms, orders.failed_ms,"
    " orders.expired_ms, orders.amount_minor, orders.currency"
    " FROM access JOIN orders ON orders.id = (SELECT MAX(id) FROM orders AS o"
    " WHERE o.tg_id = access.tg_id AND o.product = access.product"
    " AND o.paid_ms IS NOT NULL)"
    " WHERE access.is_in = 1 AND access.until_ms IS NOT NULL"
    " AND access.until_ms <= :now_ms ORDER BY access.until_ms LIMIT :n")

/* Who is to be told that it is going to, likewise. */
SQL(ACCESS_TO_REMIND,
    "SELECT orders.id, orders.tg_id, orders.product, orders.session_id,"
    " orders.paid_ms, orders.processing_ms, orders.failed_ms,"
    " orders.expired_ms, orders.amount_minor, orders.currency"
    " FROM access JOIN orders ON orders.id = (SELECT MAX(id) FROM orders AS o"
    " WHERE o.tg_id = access.tg_id AND o.product = access.product"
    " AND o.paid_ms IS NOT NULL)"
    " WHERE access.remind_ms IS NOT NULL"
    " AND access.remind_ms <= :now_ms ORDER BY access.remind_ms LIMIT :n")

SQL(ACCESS_REMINDED,
    "UPDATE access SET remind_ms = NULL"
    " WHERE tg_id = :tg_id AND product = :product")

/* When time alone changes something again; 0: nothing in sight. */
SQL(DUE_NEXT,
    "SELECT COALESCE(MIN(at_ms), 0) FROM ("
    "SELECT MIN(until_ms) AS at_ms FROM access"
    " WHERE is_in = 1 AND until_ms IS NOT NULL"
    " UNION ALL SELECT MIN(remind_ms) FROM access"
    " WHERE remind_ms IS NOT NULL"
    " UNION ALL SELECT MIN(look_ms) FROM subscriptions"
    " WHERE look_ms IS NOT NULL) AS moments")

SQL(ACCESS_INVITED,
    "UPDATE access SET invited_ms = :now_ms"
    " WHERE tg_id = :tg_id AND product = :product")

/* The products that let somebody in. */
SQL(ACCESS_PRODUCTS,
    "SELECT product FROM access WHERE tg_id = :tg_id AND is_in = 1"
    " ORDER BY product")

/* How many are in by each. */
SQL(ACCESS_BY_PRODUCT,
    "SELECT product, COUNT(*) FROM access WHERE is_in = 1"
    " GROUP BY product ORDER BY product")

/* ---- products ---- */

SQL(LEADS_ADD,
    "INSERT INTO leads (product, chat_id) VALUES (:product, :chat_id)"
    " ON CONFLICT (product, chat_id) DO NOTHING")

SQL(LEADS_OF,
    "SELECT chat_id FROM leads WHERE product = :product AND chat_id <> ''"
    " ORDER BY chat_id")

SQL(RENAMED_TO, "SELECT is_now FROM renamed WHERE product = :product")

/* Each of the following takes both names, :product and :is_now. */
SQL(RENAME_PEOPLE, "SELECT tg_id FROM access WHERE product = :product")

SQL(RENAME_ORDERS,
    "UPDATE orders SET product = :is_now WHERE product = :product")

/* Of a person who has both, the row that lets them in stays, or the new one. */
SQL(RENAME_WORSE,
    "DELETE FROM access WHERE product = :is_now AND is_in = 0"
    " AND EXISTS (SELECT 1 FROM access AS old WHERE old.tg_id = access.tg_id"
    " AND old.product = :product AND old.is_in = 1)")

SQL(RENAME_SECOND,
    "DELETE FROM access WHERE product = :product"
    " AND EXISTS (SELECT 1 FROM access AS kept"
    " WHERE kept.tg_id = access.tg_id AND kept.product = :is_now)")

SQL(RENAME_ACCESS,
    "UPDATE access SET product = :is_now WHERE product = :product")

SQL(RENAME_TWINS,
    "SELECT lessons.id FROM lessons JOIN lessons AS kept"
    " ON kept.product = :is_now AND kept.source = lessons.source"
    " WHERE lessons.product = :product")

SQL(RENAME_LESSONS,
    "UPDATE lessons SET product = :is_now WHERE product = :product")

/* Those whose detail is a product, and those that name one after a word. */
SQL(RENAME_JOBS,
    "UPDATE jobs SET detail = :is_now WHERE done_ms IS NULL"
    " AND kind IN (1, 8) AND detail = :product")

SQL(RENAME_NOTICES,
    "UPDATE jobs SET detail ="
    " SUBSTR(detail, 1, LENGTH(detail) - LENGTH(:product)) || :is_now"
    " WHERE done_ms IS NULL AND kind = 2 AND detail IN ('pay:' || :product,"
    " 'stars:' || :product, 'too_many:' || :product)")

SQL(RENAME_LEADS,
    "INSERT INTO leads (product, chat_id)"
    " SELECT :is_now, chat_id FROM leads WHERE product = :product"
    " ON CONFLICT (product, chat_id) DO NOTHING")

SQL(RENAME_EARLIER,
    "UPDATE renamed SET is_now = :is_now WHERE is_now = :product")

SQL(RENAMED_ADD,
    "INSERT INTO renamed (product, is_now) VALUES (:product, :is_now)"
    " ON CONFLICT (product) DO UPDATE SET is_now = excluded.is_now")

SQL(LEADS_DROP, "DELETE FROM leads WHERE product = :product")

SQL(RENAMED_DROP, "DELETE FROM renamed WHERE product = :product")

/* What waited for the product. */
SQL(JOBS_REVIVE_PRODUCT,
    "UPDATE jobs SET parked_ms = NULL, due_ms = :now_ms, error = NULL"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL AND error = :error")

/* ---- subscriptions ---- */

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
    " collects_not = :collects_not,"
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

/* ---- the operator's commands ---- */

/* :tg_id 0: of everybody. */
SQL(ORDERS_LIST,
    "SELECT orders.id, orders.tg_id, orders.product, orders.provider,"
    " orders.session_id, orders.payment_intent,"
    " COALESCE(orders.amount_minor, 0), orders.currency, orders.livemode,"
    " orders.created_ms, orders.paid_ms,"
    " COALESCE(refunds.refunded_minor, (SELECT COALESCE(SUM(amount_minor), 0)"
    " FROM reversals WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'refund' AND stage = 0)), orders.revoked_ms,"
    " orders.subscription,"
    " COALESCE(subscriptions.period_end_ms, orders.until_ms)"
    " FROM orders LEFT JOIN refunds"
    " ON refunds.payment_intent = orders.payment_intent"
    " LEFT JOIN subscriptions ON subscriptions.id = orders.subscription"
    " WHERE orders.session_id IS NOT NULL"
    " AND (:tg_id = 0 OR orders.tg_id = :tg_id)"
    " ORDER BY orders.id DESC LIMIT :n")

/* Of a subscription, the latest payment. */
SQL(ORDER_PAYMENT,
    "SELECT orders.provider,"
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " FROM orders LEFT JOIN subscriptions"
    " ON subscriptions.id = orders.subscription WHERE orders.id = :id")

/* :since_ms, :n in each of admit report's, used or not. Of what was paid since
 * then. */
SQL(REPORT_SALES,
    "SELECT product, provider, COUNT(*), COALESCE(SUM(orders.amount_minor), 0),"
    " currency, COALESCE(SUM(CASE WHEN refunds.refunded_minor IS NOT NULL"
    " THEN refunds.refunded_minor ELSE (SELECT COALESCE(SUM(amount_minor), 0)"
    " FROM reversals WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'refund' AND stage = 0) END), 0), currency,"
    " SUM((SELECT COUNT(*) FROM reversals"
    " WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'dispute' AND stage > 0))"
    " FROM orders LEFT JOIN refunds"
    " ON refunds.payment_intent = orders.payment_intent"
    " WHERE paid_ms >= :since_ms AND :n > 0"
    " GROUP BY product, provider, currency"
    " ORDER BY product, provider, currency")

SQL(REPORT_INSIDE,
    "SELECT product, COUNT(*), (SELECT COUNT(*) FROM members WHERE state = 2)"
    " FROM access WHERE is_in = 1 AND :since_ms >= 0 AND :n > 0"
    " GROUP BY product ORDER BY product")

SQL(REPORT_LEFT,
    "SELECT product, why, COUNT(*) FROM access"
    " WHERE is_in = 0 AND decided_ms >= :since_ms AND :n > 0"
    " GROUP BY product, why ORDER BY product, why")

/* By enum kind_id. */
SQL(REPORT_LINKS,
    "SELECT chat_id, COUNT(*),"
    " COUNT(CASE WHEN revoked_ms IS NULL THEN 1 END) FROM links"
    " WHERE made_ms >= :since_ms AND :n > 0"
    " GROUP BY chat_id ORDER BY chat_id")

SQL(REPORT_PARKED,
    "SELECT CASE kind WHEN 1 THEN 'invite' WHEN 2 THEN 'notice'"
    " WHEN 4 THEN 'alert' WHEN 6 THEN 'channel' WHEN 9 THEN 'answer'"
    " WHEN 10 THEN 'to a person' WHEN 11 THEN 'from a person'"
    " ELSE 'other' END, COUNT(*) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL"
    " AND :since_ms >= 0 AND :n > 0 GROUP BY 1 ORDER BY 1")

/* By enum question_outcome. */
SQL(REPORT_QUESTIONS,
    "SELECT CASE outcome WHEN 1 THEN 'answered' WHEN 2 THEN 'quoted'"
    " WHEN 3 THEN 'not in the lessons' WHEN 4 THEN 'no access'"
    " WHEN 5 THEN 'crisis' WHEN 6 THEN 'not heard' WHEN 7 THEN 'too late'"
    " ELSE 'open' END, COUNT(*)"
    " FROM questions WHERE asked_ms >= :since_ms AND :n > 0"
    " GROUP BY 1 ORDER BY 1")

/* What stands against forgetting somebody. */
SQL(FORGET_HELD,
    "SELECT (SELECT COUNT(*) FROM access WHERE tg_id = :tg_id AND is_in = 1)"
    " + (SELECT COUNT(*) FROM jobs WHERE tg_id = :tg_id AND done_ms IS NULL"
    " AND parked_ms IS NULL)")

/* Since when a bank is at work on a payment of theirs; 0: none is. */
SQL(FORGET_PROCESSING,
    "SELECT COALESCE(MIN(processing_ms), 0) FROM orders"
    " WHERE tg_id = :tg_id AND processing_ms IS NOT NULL"
    " AND paid_ms IS NULL AND failed_ms IS NULL AND expired_ms IS NULL")

/* What Stripe will charge them for again. */
SQL(FORGET_SUBSCRIBED,
    "SELECT COUNT(*) FROM orders JOIN subscriptions"
    " ON subscriptions.id = orders.subscription"
    " WHERE orders.tg_id = :tg_id"
    " AND subscriptions.status IN ('trialing', 'active', 'past_due')"
    " AND (subscriptions.ends_ms IS NULL"
    " OR subscriptions.ends_ms > subscriptions.period_end_ms)")

/* Where they could still pay. */
SQL(FORGET_OPEN,
    "SELECT session_id FROM orders WHERE tg_id = :tg_id"
    " AND provider = 'stripe' AND session_id IS NOT NULL"
    " AND paid_ms IS NULL AND processing_ms IS NULL AND failed_ms IS NULL"
    " AND expired_ms IS NULL"
    " AND (url_ends_ms IS NULL OR url_ends_ms > :now_ms) LIMIT :n")

/* Nobody's (0), and never again a way in, should Stripe tell of them anew. */
SQL(FORGET_ORDERS,
    "UPDATE orders SET tg_id = 0, url = NULL,"
    " revoked_ms = COALESCE(revoked_ms, :now_ms) WHERE tg_id = :tg_id")

SQL(FORGET_SUBSCRIPTIONS,
    "DELETE FROM subscriptions WHERE id IN (SELECT orders.subscription"
    " FROM orders WHERE orders.tg_id = :tg_id)")

SQL(FORGET_JOBS, "DELETE FROM jobs WHERE tg_id = :tg_id")

SQL(FORGET_ACCESS, "DELETE FROM access WHERE tg_id = :tg_id")

SQL(FORGET_MEMBER, "DELETE FROM members WHERE tg_id = :tg_id")

/* :like is "%:" and the number. */
SQL(FORGET_LIMITS, "DELETE FROM limits WHERE key LIKE :like")

/* Alerts (kind 4) with a text in them or in their promise. */
SQL(ALERTS_WITH,
    "SELECT id, promise, detail FROM jobs WHERE kind = 4"
    " AND (detail LIKE :like OR promise LIKE :like)")

SQL(ALERT_REWRITE,
    "UPDATE jobs SET promise = :promise, detail = :detail WHERE id = :id")

SQL(FORGET_LINKS, "DELETE FROM links WHERE tg_id = :tg_id")

SQL(FORGET_USER, "DELETE FROM users WHERE tg_id = :tg_id")

/* ---- reconciliation ---- */

/* What is known of a payment: how many orders, and a sum that every fact
 * changes. */
SQL(STANDING,
    "SELECT COUNT(*), COALESCE(SUM("
    "(CASE WHEN processing_ms IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN paid_ms IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN failed_ms IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN expired_ms IS NULL THEN 0 ELSE 1 END)), 0)"
    " + (SELECT COALESCE(SUM(refunded_minor), 0) FROM refunds"
    " WHERE refunds.payment_intent = :payment_intent)"
    " + (SELECT 2 * COUNT(*) + COALESCE(SUM(stage), 0) FROM reversals"
    " WHERE reversals.payment_intent = :payment_intent)"
    " + (SELECT COALESCE(SUM(n_heard), 0) FROM subscriptions"
    " WHERE id = :subscription)"
    " FROM orders WHERE session_id = :session_id"
    " OR orders.payment_intent = :payment_intent"
    " OR orders.subscription = :subscription"
    " OR orders.subscription IN (SELECT invoice_payments.subscription"
    " FROM invoice_payments"
    " WHERE invoice_payments.payment_intent = :payment_intent)")

SQL(STARS_STANDING,
    "SELECT (SELECT COUNT(*) FROM orders WHERE session_id = :charge_id)"
    " + (SELECT COALESCE(SUM(refunded_minor), 0) FROM refunds"
    " WHERE refunds.payment_intent = :charge_id)")

SQL(MARK_GET, "SELECT value FROM marks WHERE key = :key")

SQL(MARK_SET,
    "INSERT INTO marks (key, value) VALUES (:key, :value)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value")

/* Who the bot is, as Telegram said last. */
SQL(SELF_GET, "SELECT value, word FROM marks WHERE key = 'bot'")

SQL(SELF_SET,
    "INSERT INTO marks (key, value, word) VALUES ('bot', :id, :word)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value,"
    " word = excluded.word")

/* ---- members ---- */

SQL(MEMBER_GET,
    "SELECT ours, state, seen_ms, COALESCE(asked_ms, 0),"
    " COALESCE(hinted_ms, 0), COALESCE(doubt_ms, 0), COALESCE(out_ms, 0),"
    " COALESCE(full_ms, 0) FROM members"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

/* Whether a product that lets this person in leads there or ever did. Of one
 * that nobody has seen lead anywhere it is told by whom it was sold to. */
SQL(MEMBER_PAID,
    "SELECT COUNT(*) FROM access WHERE access.tg_id = :tg_id AND is_in = 1"
    " AND (EXISTS (SELECT 1 FROM leads"
    " WHERE leads.product = access.product AND leads.chat_id = :chat_id)"
    " OR (NOT EXISTS (SELECT 1 FROM leads"
    " WHERE leads.product = access.product)"
    " AND EXISTS (SELECT 1 FROM members WHERE members.tg_id = access.tg_id"
    " AND members.chat_id = :chat_id AND ours = 1)))")

SQL(MEMBER_OURS,
    "INSERT INTO members (tg_id, chat_id, ours) VALUES (:tg_id, :chat_id, 1)"
    " ON CONFLICT (tg_id, chat_id) DO UPDATE SET ours = 1")

SQL(MEMBER_ASKED,
    "INSERT INTO members (tg_id, chat_id, asked_ms)"
    " VALUES (:tg_id, :chat_id, :now_ms)"
    " ON CONFLICT (tg_id, chat_id) DO UPDATE SET"
    " asked_ms = excluded.asked_ms")

/* Only the request that was answered: a newer one waits still. */
SQL(MEMBER_ANSWERED,
    "UPDATE members SET asked_ms = NULL, full_ms = NULL, full_why = NULL"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id AND asked_ms = :asked_ms")

SQL(MEMBER_FULL,
    "UPDATE members SET full_ms = :now_ms, full_why = :why"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

SQL(MEMBER_DOUBT,
    "UPDATE members SET doubt_ms = :doubt_ms, out_ms = :out_ms"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

/* Whom Telegram lets nobody let in, and whom it lets nobody remove (state 8:
 * enum member_state). */
SQL(MEMBERS_STUCK,
    "SELECT tg_id, chat_id, full_ms, full_why FROM members"
    " WHERE asked_ms IS NOT NULL AND full_ms IS NOT NULL"
    " UNION ALL SELECT tg_id, chat_id, seen_ms, NULL FROM members"
    " WHERE state = 8 ORDER BY 3 DESC LIMIT 20")

SQL(MEMBER_HINTED,
    "UPDATE members SET hinted_ms = :asked_ms"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

/* What Telegram said: 1 and 3 are out, 2 is in (enum member_state). */
SQL(MEMBER_STATE,
    "INSERT INTO members (tg_id, chat_id, state, seen_ms, joined_ms,"
    " removed_ms) VALUES (:tg_id, :chat_id, :state, :now_ms,"
    " CASE WHEN :state = 2 THEN :now_ms END, NULL)"
    " ON CONFLICT (tg_id, chat_id) DO UPDATE SET"
    " state = excluded.state, seen_ms = excluded.seen_ms,"
    " joined_ms = COALESCE(excluded.joined_ms, members.joined_ms),"
    " removed_ms = CASE WHEN excluded.state IN (1, 3)"
    " AND members.joined_ms IS NOT NULL THEN excluded.seen_ms"
    " ELSE members.removed_ms END")

SQL(MEMBER_LINK,
    "SELECT link, made_ms, COALESCE(revoking_ms, 0) FROM links"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id"
    " AND revoked_ms IS NULL ORDER BY made_ms LIMIT 1")

/* One that opens: not one that Telegram was asked to revoke. */
SQL(MEMBER_LINK_ALIVE,
    "SELECT link FROM links WHERE tg_id = :tg_id AND chat_id = :chat_id"
    " AND revoked_ms IS NULL AND revoking_ms IS NULL"
    " ORDER BY made_ms LIMIT 1")

SQL(LINK_ADD,
    "INSERT INTO links (link, tg_id, chat_id, made_ms)"
    " VALUES (:link, :tg_id, :chat_id, :now_ms)"
    " ON CONFLICT (link) DO NOTHING")

SQL(LINK_REVOKING, "UPDATE links SET revoking_ms = :now_ms WHERE link = :link")

SQL(LINK_REVOKED, "UPDATE links SET revoked_ms = :now_ms WHERE link = :link")

SQL(LINKS_DEAD,
    "UPDATE links SET revoked_ms = :now_ms"
    " WHERE chat_id = :chat_id AND revoked_ms IS NULL")

SQL(LINK_IS_OURS, "SELECT COUNT(*) FROM links WHERE link = :link")

SQL(CHAT_MOVED,
    "INSERT INTO moved_chats (chat_id, moved_to) VALUES (:chat_id, :moved_to)"
    " ON CONFLICT (chat_id) DO UPDATE SET moved_to = excluded.moved_to"
    " WHERE moved_chats.moved_to <> excluded.moved_to")

SQL(CHAT_MOVED_TO, "SELECT moved_to FROM moved_chats WHERE chat_id = :chat_id")

SQL(CHAT_MOVED_FROM,
    "SELECT chat_id FROM moved_chats WHERE moved_to = :moved_to")

/* What waits for the bot's rights (kinds: enum kind_id): now. */
SQL(JOBS_REVIVE_MEMBERS,
    "UPDATE jobs SET due_ms = :now_ms WHERE kind IN (1, 6)"
    " AND done_ms IS NULL AND parked_ms IS NULL AND late IN (0, 1)"
    " AND due_ms > :now_ms AND lease_ms <= :now_ms")

/* ---- limits ---- */

/* One more in the hour that began with the first; old_ms: an hour ago. (An
 * hour that a clock put right since has begun in the future is over, too.) */
SQL(LIMIT_COUNT,
    "INSERT INTO limits (key, n, since_ms) VALUES (:key, 1, :now_ms)"
    " ON CONFLICT (key) DO UPDATE SET"
    " n = CASE WHEN limits.since_ms <= :old_ms OR limits.since_ms > :now_ms"
    " THEN 1 ELSE limits.n + 1 END,"
    " since_ms = CASE WHEN limits.since_ms <= :old_ms"
    " OR limits.since_ms > :now_ms THEN excluded.since_ms"
    " ELSE limits.since_ms END"
    " RETURNING n, since_ms")

SQL(LIMITS_PRUNE, "DELETE FROM limits WHERE since_ms < :before_ms")

/* ---- jobs ---- */

SQL(JOB_PROMISE,
    "INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms,"
    " created_ms, late, lane)"
    " VALUES (:kind, :promise, :tg_id, :order_id, :detail, :now_ms, :now_ms,"
    " :late, :lane)"
    " ON CONFLICT (promise) DO NOTHING")

/* Unless the same already waits for its turn: a second one says nothing new. */
SQL(JOB_PROMISE_ONE,
    "INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms,"
    " created_ms, late, lane)"
    " SELECT :kind, :promise, :tg_id, :order_id, :detail, :now_ms, :now_ms,"
    " :late, :lane WHERE NOT EXISTS (SELECT 1 FROM jobs AS other"
    " WHERE other.tg_id = :tg_id AND other.kind = :kind"
    " AND COALESCE(other.detail, '') = COALESCE(:detail, '')"
    " AND other.done_ms IS NULL AND other.parked_ms IS NULL"
    " AND other.due_ms <= :now_ms AND other.lease_ms <= :now_ms)"
    " ON CONFLICT (promise) DO NOTHING")

/* An alert that counts others: until it goes out, the latest words stand. */
SQL(JOB_PROMISE_COUNT,
    "INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late,"
    " lane) VALUES (:kind, :promise, :tg_id, :detail, :due_ms, :now_ms, :late,"
    " :lane) ON CONFLICT (promise) DO UPDATE SET detail = excluded.detail"
    " WHERE jobs.done_ms IS NULL AND jobs.lease_ms = 0")

/* Whether nobody has begun with it, where there is such a promise. */
SQL(JOB_PROMISED,
    "SELECT CASE WHEN done_ms IS NULL AND lease_ms = 0 THEN 1 ELSE 0 END"
    " FROM jobs WHERE promise = :promise")

/* Follows the index as far as :n rows; in a lane only a person's first, and
 * none while another of theirs there is leased. */
SQL(JOBS_DUE,
    "SELECT id, kind, promise, tg_id, order_id, detail, attempts, created_ms,"
    " due_ms, late FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NULL AND late = :late"
    " AND due_ms <= :now_ms AND lease_ms <= :now_ms"
    " AND (lane = 0 OR NOT EXISTS (SELECT 1 FROM jobs AS other"
    " WHERE other.tg_id = jobs.tg_id AND other.lane = jobs.lane"
    " AND other.done_ms IS NULL AND other.parked_ms IS NULL"
    " AND other.id <> jobs.id AND (other.lease_ms > :now_ms"
    " OR (other.late = jobs.late AND other.due_ms <= :now_ms"
    " AND (other.due_ms < jobs.due_ms"
    " OR (other.due_ms = jobs.due_ms AND other.id < jobs.id))))))"
    " ORDER BY due_ms, id LIMIT :n")

/* due_ms then says when the lease ends. */
SQL(JOB_LEASE,
    "UPDATE jobs SET due_ms = :until_ms, lease_ms = :until_ms"
    " WHERE id = :id AND done_ms IS NULL AND parked_ms IS NULL"
    " AND due_ms <= :now_ms AND lease_ms <= :now_ms"
    " AND (lane = 0 OR NOT EXISTS (SELECT 1 FROM jobs AS other"
    " WHERE other.tg_id = jobs.tg_id AND other.lane = jobs.lane"
    " AND other.done_ms IS NULL AND other.id <> jobs.id"
    " AND other.lease_ms > :now_ms))")

/* A call of it is done, the next one is counted anew. */
SQL(JOB_RENEW,
    "UPDATE jobs SET due_ms = :until_ms, lease_ms = :until_ms, attempts = 0,"
    " error = NULL"
    " WHERE id = :id AND lease_ms = :lease_ms AND done_ms IS NULL")

/* For the one worker there is, when it starts: what a killed one held. */
SQL(JOBS_RELEASE,
    "UPDATE jobs SET lease_ms = 0, due_ms = :now_ms"
    " WHERE done_ms IS NULL AND lease_ms > 0")

/* Promised by a clock that was ahead and has been put right since, or put off
 * by it for longer than anything is: due now, not only when that time comes. */
SQL(JOBS_IN_FUTURE,
    "SELECT COUNT(*) FROM jobs WHERE done_ms IS NULL AND lease_ms = 0"
    " AND due_ms > :now_ms AND (created_ms > :now_ms OR due_ms > :far_ms)")

SQL(JOBS_FROM_FUTURE,
    "UPDATE jobs SET due_ms = :now_ms"
    " WHERE done_ms IS NULL AND lease_ms = 0"
    " AND due_ms > :now_ms AND (created_ms > :now_ms OR due_ms > :far_ms)")

/* Put aside by a program that did not know their kind. */
SQL(JOBS_REVIVE_KNOWN,
    "UPDATE jobs SET parked_ms = NULL, due_ms = :now_ms, error = NULL"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL AND error = :error"
    " AND kind > 0 AND kind < :kinds")

SQL(JOB_DONE,
    "UPDATE jobs SET done_ms = :now_ms, lease_ms = 0, error = NULL"
    " WHERE id = :id AND lease_ms = :lease_ms AND done_ms IS NULL")

SQL(JOB_AGAIN,
    "UPDATE jobs SET due_ms = :due_ms, lease_ms = 0, attempts = :attempts,"
    " error = :error"
    " WHERE id = :id AND lease_ms = :lease_ms AND done_ms IS NULL")

SQL(JOB_GIVE_BACK,
    "UPDATE jobs SET due_ms = :due_ms, lease_ms = 0, late = :late,"
    " attempts = :attempts, error = COALESCE(:error, error)"
    " WHERE id = :id AND lease_ms = :lease_ms AND done_ms IS NULL")

SQL(JOB_PUT_OFF,
    "UPDATE jobs SET due_ms = :due_ms WHERE id = :id AND done_ms IS NULL"
    " AND lease_ms <= :now_ms")

SQL(JOB_PARK,
    "UPDATE jobs SET parked_ms = :now_ms, lease_ms = 0, attempts = :attempts,"
    " error = :error"
    " WHERE id = :id AND lease_ms = :lease_ms AND done_ms IS NULL")

/* Parked or waiting long: now. What is due already keeps its place, and an
 * alert (kind 4) its hour. */
SQL(JOBS_REVIVE,
    "UPDATE jobs SET parked_ms = NULL,"
    " due_ms = CASE WHEN parked_ms IS NULL AND (due_ms < :now_ms OR kind = 4)"
    " THEN due_ms ELSE :now_ms END"
    " WHERE tg_id = :tg_id AND done_ms IS NULL AND lease_ms <= :now_ms")

SQL(JOBS_PENDING,
    "SELECT COUNT(*) FROM jobs WHERE tg_id = :tg_id AND kind = :kind"
    " AND done_ms IS NULL")

/* Of invites alone (kind 1), those to this product. */
SQL(INVITE_PENDING,
    "SELECT COUNT(*) FROM jobs LEFT JOIN orders ON orders.id = jobs.order_id"
    " WHERE jobs.tg_id = :tg_id AND kind = 1 AND done_ms IS NULL"
    " AND COALESCE(orders.product, jobs.detail, :product) = :product")

SQL(JOBS_NEXT_DUE,
    "SELECT COALESCE(MIN(due_ms), 0) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NULL AND late = :late"
    " AND due_ms > :after_ms")

SQL(JOBS_OLDEST,
    "SELECT COALESCE(MIN(created_ms), 0) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NULL")

SQL(JOBS_COUNT,
    "SELECT COUNT(CASE WHEN parked_ms IS NULL THEN 1 END),"
    " COUNT(parked_ms), COALESCE(MAX(attempts), 0)"
    " FROM jobs WHERE done_ms IS NULL")

SQL(JOBS_PARKED,
    "SELECT id, kind, tg_id, attempts, parked_ms, error FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL"
    " ORDER BY parked_ms DESC LIMIT 20")

SQL(JOBS_PRUNE, "DELETE FROM jobs WHERE done_ms < :before_ms")

/* But for what waits until its product is known: somebody has paid for it. */
SQL(JOBS_PRUNE_PARKED,
    "DELETE FROM jobs WHERE done_ms IS NULL AND parked_ms < :before_ms"
    " AND NOT (kind = 1 AND error LIKE 'unknown product:%')")

/* ---- lessons ---- */

SQL(LESSON_KNOWN,
    "SELECT id, hash FROM lessons"
    " WHERE product = :product AND source = :source")

SQL(LESSON_ADD,
    "INSERT INTO lessons (product, source, lesson_no, title, hash, is_public,"
    " imported_ms) VALUES (:product, :source, :lesson_no, :title, :hash,"
    " :is_public, :now_ms) RETURNING id")

SQL(LESSON_REMOVE, "DELETE FROM lessons WHERE id = :lesson_id")

SQL(LESSONS_COUNT, "SELECT COUNT(*) FROM lessons")

SQL(LESSONS_LIST,
    "SELECT id, lesson_no, title, source, product, is_public,"
    " (SELECT COUNT(*) FROM chunks WHERE lesson_id = lessons.id)"
    " FROM lessons ORDER BY product, is_public, lesson_no, source")

SQL(CHUNK_ADD,
    "INSERT INTO chunks (lesson_id, position, heading, body, folded)"
    " VALUES (:lesson_id, :position, :heading, :body, :folded) RETURNING id")

SQL(CHUNKS_REMOVE, "DELETE FROM chunks WHERE lesson_id = :lesson_id")

SQL(CHUNKS_COUNT, "SELECT COUNT(*) FROM chunks")

/* An engine with full-text search has texts of its own for these (see
 * driver.h). Without one, every piece that may be read is a candidate, and
 * search.c finds the right ones all the same. */
SQL(SEARCH_ADD_WORDS, "SELECT 1 WHERE :id IS NULL AND :folded IS NULL")

SQL(SEARCH_ADD_GRAMS, "SELECT 1 WHERE :id IS NULL AND :folded IS NULL")

SQL(SEARCH_REMOVE_WORDS, "SELECT 1 WHERE :lesson_id IS NULL")

SQL(SEARCH_REMOVE_GRAMS, "SELECT 1 WHERE :lesson_id IS NULL")

SQL(SEARCH_COUNT,
    "SELECT COUNT(*) FROM chunks"
    " WHERE folded LIKE :like AND :query IS NOT NULL")

SQL(SEARCH_WORDS,
    "SELECT chunks.id, product, lesson_no, title, heading, body, folded"
    " FROM chunks JOIN lessons ON lessons.id = lesson_id"
    " WHERE :query IS NOT NULL AND (:tg_id = -1 OR is_public = 1"
    " OR lessons.product = :product OR EXISTS (SELECT 1 FROM access"
    " WHERE access.tg_id = :tg_id"
    " AND :tg_id > 0 AND access.product = lessons.product AND is_in = 1))"
    " ORDER BY chunks.id LIMIT 100 * :n")

SQL(SEARCH_GRAMS,
    "SELECT id, '', 0, '', '', '', '' FROM chunks"
    " WHERE id < 0 AND :query IS NULL AND :tg_id IS NULL"
    " AND :product IS NULL LIMIT :n")

/* ---- questions to the coach ---- */

SQL(QUESTION_ADD,
    "INSERT INTO questions (tg_id, chat_id, message_id, question, voice,"
    " language, outcome, asked_ms) VALUES (:tg_id, :chat_id, :message_id,"
    " :question, :voice, :language, :outcome, :now_ms) RETURNING id")

SQL(QUESTION_GET,
    "SELECT id, tg_id, chat_id, message_id, question, voice, language, answer,"
    " n_tried, n_sent, outcome, ended_ms FROM questions WHERE id = :id")

SQL(QUESTION_FORWARDED,
    "SELECT id, tg_id, chat_id, message_id, question, voice, language, answer,"
    " n_tried, n_sent, outcome, ended_ms FROM questions"
    " WHERE forwarded_id = :message_id AND (forwarded_chat_id = :chat_id"
    " OR (forwarded_chat_id IS NULL AND tg_id = :writer_id))"
    " ORDER BY forwarded_chat_id IS NULL, id DESC LIMIT 1")

SQL(QUESTIONS_COUNT,
    "SELECT COUNT(*), COUNT(CASE WHEN ended_ms IS NULL"
    " AND asked_ms > :open_since_ms THEN 1 END) FROM questions"
    " WHERE tg_id = :tg_id AND asked_ms > :since_ms")

SQL(QUESTIONS_CRISES,
    "SELECT COUNT(*) FROM questions WHERE tg_id = :tg_id"
    " AND outcome = :outcome AND asked_ms > :since_ms AND id <= :id")

SQL(QUESTIONS_BEFORE,
    "SELECT question, answer FROM questions"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id AND id < :id"
    " AND asked_ms > :since_ms AND question IS NOT NULL"
    " AND answer IS NOT NULL AND outcome = 1 ORDER BY id DESC LIMIT :n")

SQL(QUESTION_HEARD,
    "UPDATE questions SET question = :question, outcome = :outcome,"
    " voice = NULL, n_tried = 0 WHERE id = :id")

SQL(QUESTION_TRIED,
    "UPDATE questions SET n_tried = n_tried + :n WHERE id = :id")

SQL(QUESTION_ANSWER,
    "UPDATE questions SET answer = :answer, outcome = :outcome"
    " WHERE id = :id")

SQL(QUESTION_SENT, "UPDATE questions SET n_sent = n_sent + 1 WHERE id = :id")

SQL(QUESTION_NOTE_FORWARD,
    "UPDATE questions SET forwarded_id = :message_id,"
    " forwarded_chat_id = :chat_id WHERE id = :id")

SQL(QUESTION_END,
    "UPDATE questions SET ended_ms = :now_ms, outcome = :outcome"
    " WHERE id = :id")

SQL(UNANSWERED_ADD,
    "INSERT INTO unanswered (question, asked_ms)"
    " VALUES (:question, :now_ms)")

SQL(UNANSWERED_LIST,
    "SELECT question, asked_ms FROM unanswered WHERE asked_ms >= :since_ms"
    " ORDER BY asked_ms DESC LIMIT :n")

/* The words, answered or not: by the index of those that have some. */
SQL(QUESTIONS_FORGET,
    "UPDATE questions SET question = NULL, answer = NULL, voice = NULL"
    " WHERE asked_ms < :before_ms AND (question IS NOT NULL"
    " OR answer IS NOT NULL OR voice IS NOT NULL)")

SQL(QUESTIONS_PRUNE, "DELETE FROM questions WHERE asked_ms < :before_ms")

SQL(UNANSWERED_PRUNE, "DELETE FROM unanswered WHERE asked_ms < :before_ms")

SQL(FORGET_QUESTIONS, "DELETE FROM questions WHERE tg_id = :tg_id")

SQL(HAS_LESSONS,
    "SELECT COUNT(*) FROM (SELECT id FROM lessons LIMIT 1) AS first_half")

SQL(MARK_ADD,
    "INSERT INTO marks (key, value) VALUES (:key, :n)"
    " ON CONFLICT (key) DO UPDATE SET value = marks.value + excluded.value")

SQL(LEDGER_COUNT,
    "SELECT (SELECT COUNT(*) FROM users),"
    " (SELECT COUNT(*) FROM orders WHERE session_id IS NOT NULL),"
    " (SELECT COUNT(*) FROM orders WHERE paid_ms IS NOT NULL),"
    " (SELECT COUNT(*) FROM access WHERE is_in = 1)")
