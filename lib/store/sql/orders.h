/* Purchases, and the facts about each. */

SQL(ORDER_OPEN,
    "SELECT url, processing_ms FROM orders"
    " WHERE tg_id = :tg_id AND product = :product AND livemode = :livemode"
    " AND session_id IS NOT NULL AND +paid_ms IS NULL"
    " AND failed_ms IS NULL AND expired_ms IS NULL"
    " AND (processing_ms IS NOT NULL"
    " OR (provider = :provider AND url IS NOT NULL"
    " AND url_ends_ms > :until_ms))"
    " ORDER BY processing_ms IS NULL, id DESC LIMIT 1")

SQL(ORDER_DRAFT,
    "SELECT id, attempt, attempted_ms, created_ms, attempt_language"
    " FROM orders"
    " WHERE tg_id = :tg_id AND product = :product"
    " AND provider = :provider AND session_id IS NULL ORDER BY id LIMIT 1")

/* By which link the buyer came, for an order of theirs that begins. */
#define SOURCE_OF_BUYER \
	"(SELECT NULLIF(users.source, '') FROM users" \
	" WHERE users.tg_id = :tg_id)"

SQL(ORDER_DRAFT_ADD,
    "INSERT INTO orders (tg_id, product, provider, attempt, attempted_ms,"
    " attempt_language, livemode, created_ms, source)"
    " VALUES (:tg_id, :product, :provider, 1, :now_ms, :language, :livemode,"
    " :now_ms, " SOURCE_OF_BUYER ")"
    " RETURNING id, attempt, attempted_ms, created_ms, attempt_language")

SQL(ORDER_ATTEMPT,
    "UPDATE orders SET attempt = :attempt, attempted_ms = :attempted_ms,"
    " attempt_language = :language"
    " WHERE id = :id AND session_id IS NULL")

/* The next click makes a new one, unless somebody else is still at this. */
SQL(ORDER_ATTEMPT_FAILED,
    "UPDATE orders SET attempted_ms = NULL"
    " WHERE id = :id AND attempted_ms = :attempted_ms AND session_id IS NULL")

SQL(ORDER_OPENED,
    "UPDATE orders SET session_id = :session_id, url = :url,"
    " url_ends_ms = :url_ends_ms, amount_minor = :amount_minor,"
    " currency = :currency, livemode = :livemode"
    " WHERE id = :id AND session_id IS NULL")

SQL(ORDER_DRAFT_DROP,
    "DELETE FROM orders WHERE id = :id AND session_id IS NULL")

/* Until when a buyer's subscription in Stars is paid; 0: there is none. */
SQL(STARS_PAID_UNTIL,
    "SELECT COALESCE(MAX(until_ms), 0) FROM orders WHERE tg_id = :tg_id"
    " AND product = :product AND provider = 'stars' AND renews = 1"
    " AND revoked_ms IS NULL")

/* What was bought until now; what is bought later counts again. */
SQL(ORDERS_REVOKE,
    "UPDATE orders SET revoked_ms = :now_ms"
    " WHERE tg_id = :tg_id AND product = :product"
    " AND paid_ms IS NOT NULL AND revoked_ms IS NULL"
    " RETURNING " ORDER_COLUMNS)

/* What is to become of the next payment, told of a buyer's subscription as a
 * whole; a payment that comes after all is an order of its own. */
SQL(ORDERS_RENEWAL,
    "UPDATE orders SET renewal = :renewal WHERE tg_id = :tg_id"
    " AND product = :product AND provider = :provider AND renews = 1"
    " AND renewal <> :renewal")

/* A purchase by its provider's name for it, and what is known of it. Facts
 * only grow: what is there stays. What was paid is what the session said when
 * it was paid, which may be nothing; what it said while it was open, with no
 * code for less entered yet, does not count any more then. How long a payment
 * lets in is said with the payment; of two words about one the longer holds.
 * The address of its page, which is longer than all else, goes with the last
 * who could want it. What the order is then is read by ORDER_BY_SESSION: to
 * return it, SQLite would make a table for it each time, which costs more than
 * the reading. */
SQL(ORDER_FACTS_ADD,
    "INSERT INTO orders (tg_id, product, provider, session_id, livemode,"
    " created_ms, payment_intent, subscription, amount_minor, currency,"
    " processing_ms, paid_ms, failed_ms, expired_ms, until_ms, renews, source)"
    " VALUES (:tg_id, :product, :provider, :session_id, :livemode,"
    " :now_ms, :payment_intent, :subscription, :amount_minor, :currency,"
    " :processing_ms, :paid_ms, :failed_ms, :expired_ms, :until_ms, :renews,"
    " " SOURCE_OF_BUYER ")"
    " ON CONFLICT (session_id) DO UPDATE SET payment_intent ="
    " COALESCE(orders.payment_intent, excluded.payment_intent),"
    " subscription = COALESCE(orders.subscription, excluded.subscription),"
    " url = CASE WHEN excluded.paid_ms IS NULL AND excluded.failed_ms IS NULL"
    " AND excluded.expired_ms IS NULL THEN orders.url END,"
    " amount_minor = CASE WHEN excluded.amount_minor IS NULL"
    " OR (excluded.paid_ms IS NULL AND orders.paid_ms IS NOT NULL)"
    " THEN orders.amount_minor ELSE excluded.amount_minor END,"
    " currency = COALESCE(excluded.currency, orders.currency),"
    " processing_ms = COALESCE(orders.processing_ms, excluded.processing_ms),"
    " paid_ms = COALESCE(orders.paid_ms, excluded.paid_ms),"
    " failed_ms = COALESCE(orders.failed_ms, excluded.failed_ms),"
    " expired_ms = COALESCE(orders.expired_ms, excluded.expired_ms),"
    " until_ms = CASE WHEN orders.paid_ms IS NULL"
    " OR orders.until_ms < excluded.until_ms"
    " THEN COALESCE(excluded.until_ms, orders.until_ms)"
    " ELSE orders.until_ms END,"
    " renews = CASE WHEN excluded.until_ms IS NOT NULL"
    " AND (orders.paid_ms IS NULL OR orders.until_ms < excluded.until_ms)"
    " THEN excluded.renews ELSE orders.renews END")

SQL(ORDER_BY_SESSION,
    "SELECT " ORDER_COLUMNS " FROM orders WHERE session_id = :session_id")

SQL(ORDER_BY_ID, "SELECT " ORDER_COLUMNS " FROM orders WHERE id = :id")

SQL(ORDER_PAID_LAST,
    "SELECT " ORDER_COLUMNS
    " FROM orders WHERE tg_id = :tg_id AND product = :product"
    " AND paid_ms IS NOT NULL ORDER BY id DESC LIMIT 1")

/* How many orders for a product somebody ever had, whatever became of them. */
SQL(ORDERS_HAD,
    "SELECT COUNT(*) FROM orders WHERE tg_id = :tg_id"
    " AND product = :product AND paid_ms IS NOT NULL")

SQL(ORDERS_BY_INTENT,
    "SELECT " ORDER_COLUMNS
    " FROM orders WHERE payment_intent = :payment_intent"
    " OR subscription = (SELECT invoice_payments.subscription"
    " FROM invoice_payments"
    " WHERE invoice_payments.payment_intent = :payment_intent)")

SQL(ORDERS_BY_SUBSCRIPTION,
    "SELECT " ORDER_COLUMNS " FROM orders WHERE subscription = :subscription")

/* The newest unpaid order below an id: /help asks Stripe about each in turn. */
SQL(ORDER_UNPAID_BEFORE,
    "SELECT " ORDER_COLUMNS " FROM orders"
    " WHERE tg_id = :tg_id AND id < :before_id AND session_id IS NOT NULL"
    " AND paid_ms IS NULL AND failed_ms IS NULL AND expired_ms IS NULL"
    " AND created_ms > :since_ms ORDER BY id DESC LIMIT 1")

SQL(ORDERS_PROCESSING,
    "SELECT COUNT(*) FROM orders WHERE tg_id = :tg_id"
    " AND product = COALESCE(:product, product)"
    " AND processing_ms IS NOT NULL AND +paid_ms IS NULL AND failed_ms IS NULL")

#define NOT_SETTLED \
	"NOT EXISTS (SELECT 1 FROM reversals AS settled" \
	" WHERE settled.payment_intent = warning.payment_intent" \
	" AND settled.kind = 'dispute'" \
	" AND settled.stage = " WORD_DISPUTE_SETTLED ")" \
	" AND NOT EXISTS (SELECT 1 FROM refunds AS whole" \
	" WHERE whole.payment_intent = warning.payment_intent" \
	" AND whole.refunded_minor >= whole.amount_minor)"

/* What access_decide() looks at, of the orders that could let somebody in. Of
 * a subscription the latest payment counts, but each may be disputed. A
 * dispute counts while it is open (1) or lost (2); a warning of fraud (where
 * :warnings asks for them, else 0), unless a dispute about the same payment was
 * settled or all of it went back. */
SQL(FACTS_OF_BUYER,
    "SELECT orders.paid_ms,"
    " COALESCE(refunds.amount_minor, NULLIF(subscriptions.paid_minor, 0),"
    " orders.amount_minor, 0),"
    " COALESCE(refunds.refunded_minor, 0),"
    " (SELECT COALESCE(SUM(reversals.amount_minor), 0) FROM reversals"
    " WHERE reversals.payment_intent ="
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " AND kind = 'refund' AND stage = " WORD_REFUND_BACK "),"
    " (SELECT COALESCE(SUM(reversals.amount_minor), 0) FROM reversals"
    " WHERE reversals.payment_intent ="
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " AND kind = 'refund' AND stage <> " WORD_REFUND_BACK "),"
    " (SELECT COUNT(*) FROM reversals"
    " WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'dispute' AND stage IN (" WORD_DISPUTE_OPEN
    ", " WORD_DISPUTE_LOST "))"
    " + (SELECT COUNT(*) FROM invoice_payments JOIN reversals"
    " ON reversals.payment_intent = invoice_payments.payment_intent"
    " WHERE invoice_payments.subscription = orders.subscription"
    " AND kind = 'dispute' AND stage IN (" WORD_DISPUTE_OPEN
    ", " WORD_DISPUTE_LOST ")),"
    " orders.revoked_ms, orders.until_ms, orders.renews,"
    " subscriptions.status, subscriptions.period_start_ms,"
    " subscriptions.period_end_ms, COALESCE(subscriptions.ends_ms, 0),"
    " COALESCE(subscriptions.is_owed, 0),"
    " COALESCE(subscriptions.paid_until_ms, 0),"
    " COALESCE(subscriptions.collects_not, 0), orders.renewal,"
    " COALESCE(subscriptions.is_processing, 0),"
    " CASE WHEN :warnings = 0 THEN 0 ELSE"
    " (SELECT COUNT(*) FROM reversals AS warning"
    " WHERE warning.payment_intent = orders.payment_intent"
    " AND warning.kind = 'warning' AND " NOT_SETTLED ")"
    " + (SELECT COUNT(*) FROM invoice_payments JOIN reversals AS warning"
    " ON warning.payment_intent = invoice_payments.payment_intent"
    " WHERE invoice_payments.subscription = orders.subscription"
    " AND warning.kind = 'warning' AND " NOT_SETTLED ") END"
    " FROM orders LEFT JOIN subscriptions"
    " ON subscriptions.id = orders.subscription"
    " LEFT JOIN refunds ON refunds.payment_intent ="
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " WHERE orders.tg_id = :tg_id AND orders.product = :product"
    " AND orders.paid_ms IS NOT NULL ORDER BY orders.id")

/* Orders that nobody paid, and that nobody can pay any more. */
SQL(ORDERS_PRUNE,
    DELETE_A_PIECE("orders", "id",
	"created_ms < :before_ms AND paid_ms IS NULL"
	" AND NOT EXISTS (SELECT 1 FROM payments"
	" WHERE payments.order_id = orders.id)"
	" AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.order_id = orders.id"
	" AND done_ms IS NULL)"))

/* :tg_id 0: of everybody. */
SQL(ORDERS_LIST,
    "SELECT orders.id, orders.tg_id, orders.product, orders.provider,"
    " orders.session_id, orders.payment_intent,"
    " COALESCE(orders.amount_minor, 0), orders.currency, orders.livemode,"
    " orders.created_ms, orders.paid_ms,"
    " COALESCE(refunds.refunded_minor, (SELECT COALESCE(SUM(amount_minor), 0)"
    " FROM reversals WHERE reversals.payment_intent = orders.payment_intent"
    " AND kind = 'refund' AND stage = " WORD_REFUND_BACK
    ")), orders.revoked_ms,"
    " orders.subscription,"
    " COALESCE(subscriptions.period_end_ms, orders.until_ms)"
    " FROM orders LEFT JOIN refunds"
    " ON refunds.payment_intent = orders.payment_intent"
    " LEFT JOIN subscriptions ON subscriptions.id = orders.subscription"
    " WHERE orders.session_id IS NOT NULL"
    " AND (:tg_id = 0 OR orders.tg_id = :tg_id)"
    " ORDER BY orders.id DESC LIMIT :n")

/* What an order was paid by; with a subscription, its latest payment. */
SQL(ORDER_PAYMENT,
    "SELECT orders.provider,"
    " COALESCE(subscriptions.payment_intent, orders.payment_intent)"
    " FROM orders LEFT JOIN subscriptions"
    " ON subscriptions.id = orders.subscription WHERE orders.id = :id")

/* The same, or that other payment of the order's (:payment, else null), with
 * what was paid by it, what of that has gone back or was asked to (as the
 * payment says and as its refunds say), whether the order began what charges
 * again, and whether that tries to get money that is owed. */
SQL(ORDER_REFUNDABLE,
    "SELECT orders.provider,"
    " COALESCE(:payment, subscriptions.payment_intent,"
    " orders.payment_intent), COALESCE(refunds.amount_minor,"
    " (SELECT MAX(payments.amount_minor) FROM payments"
    " WHERE payments.order_id = orders.id AND payments.intent = :payment),"
    " NULLIF(subscriptions.paid_minor, 0),"
    " orders.amount_minor, 0),"
    " COALESCE(refunds.refunded_minor, 0) - (SELECT"
    " COALESCE(SUM(amount_minor), 0) FROM reversals WHERE"
    " reversals.payment_intent ="
    " COALESCE(:payment, subscriptions.payment_intent,"
    " orders.payment_intent)"
    " AND kind = 'refund' AND stage > " WORD_REFUND_BACK "),"
    " (SELECT COALESCE(SUM(amount_minor), 0) FROM reversals WHERE"
    " reversals.payment_intent ="
    " COALESCE(:payment, subscriptions.payment_intent,"
    " orders.payment_intent)"
    " AND kind = 'refund' AND stage <= " WORD_REFUND_BACK "),"
    " CASE WHEN COALESCE(subscriptions.status, '') <> 'canceled'"
    " AND (orders.subscription IS NOT NULL OR orders.renews = 1)"
    " THEN 1 ELSE 0 END, COALESCE(subscriptions.is_owed, 0)"
    " FROM orders LEFT JOIN subscriptions"
    " ON subscriptions.id = orders.subscription"
    " LEFT JOIN refunds ON refunds.payment_intent ="
    " COALESCE(:payment, subscriptions.payment_intent,"
    " orders.payment_intent)"
    " WHERE orders.id = :id")

/* Whom an order's money is taken by, and again by which name of his; what has
 * ended takes no more. */
SQL(ORDER_CHARGING,
    "SELECT orders.provider, orders.tg_id, orders.session_id,"
    " orders.subscription,"
    " CASE WHEN subscriptions.status = 'canceled' THEN 1 ELSE 0 END"
    " FROM orders LEFT JOIN subscriptions"
    " ON subscriptions.id = orders.subscription WHERE orders.id = :id")

/* Since when a bank has been at work on a payment of this buyer; 0: none is. */
SQL(FORGET_PROCESSING,
    "SELECT COALESCE(MIN(processing_ms), 0) FROM orders"
    " WHERE tg_id = :tg_id AND processing_ms IS NOT NULL"
    " AND +paid_ms IS NULL AND failed_ms IS NULL AND expired_ms IS NULL")

/* Sessions at which this buyer could still pay. */
SQL(FORGET_OPEN,
    "SELECT session_id, provider FROM orders WHERE tg_id = :tg_id"
    " AND session_id IS NOT NULL"
    " AND +paid_ms IS NULL AND processing_ms IS NULL AND failed_ms IS NULL"
    " AND expired_ms IS NULL"
    " AND (url_ends_ms IS NULL OR url_ends_ms > :now_ms)")

/* The person's orders are nobody's from now on (0), and never again a way in,
 * should Stripe tell of them anew. */
SQL(FORGET_ORDERS,
    "UPDATE orders SET tg_id = 0, url = NULL,"
    " session_id = CASE WHEN provider = 'grant' THEN 'grant/0/' || id"
    " ELSE session_id END,"
    " revoked_ms = COALESCE(revoked_ms, :now_ms) WHERE tg_id = :tg_id")

/* What is known of a payment: how many orders, and a sum that every fact
 * changes. */
SQL(FACTS_KNOWN,
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
    " + (SELECT COUNT(*) FROM payments JOIN orders AS began"
    " ON began.id = payments.order_id"
    " WHERE began.subscription = :subscription)"
    " FROM orders WHERE session_id = :session_id"
    " OR orders.payment_intent = :payment_intent"
    " OR orders.subscription = :subscription"
    " OR orders.subscription = (SELECT invoice_payments.subscription"
    " FROM invoice_payments"
    " WHERE invoice_payments.payment_intent = :payment_intent)")

SQL(STARS_FACTS_KNOWN,
    "SELECT (SELECT COUNT(*) FROM orders WHERE session_id = :charge_id)"
    " + (SELECT COALESCE(SUM(refunded_minor), 0) FROM refunds"
    " WHERE refunds.payment_intent = :charge_id)")
