/* People who wrote to the bot or paid. */

SQL(USER_SEEN,
    "INSERT INTO users (tg_id, language, created_ms)"
    " VALUES (:tg_id, :language, :now_ms)"
    " ON CONFLICT (tg_id) DO UPDATE SET"
    " language = COALESCE(excluded.language, users.language)")

/* Of whoever is known already: a stranger in a group stays one. */
SQL(USER_SPEAKS,
    "UPDATE users SET language = :language WHERE tg_id = :tg_id"
    " AND (language IS NULL OR language <> :language)")

/* The first start alone counts: an advertisement brings nobody who is there. */
SQL(USER_STARTED,
    "UPDATE users SET source = :source"
    " WHERE tg_id = :tg_id AND source IS NULL")

SQL(USER_CHOOSES_LANGUAGE,
    "UPDATE users SET chosen_language = :language WHERE tg_id = :tg_id")

SQL(USER_LANGUAGE,
    "SELECT COALESCE(chosen_language, language) FROM users"
    " WHERE tg_id = :tg_id")

/* Of the first version's database, whose columns were not the same everywhere:
 * they are taken by name. */
SQL(FIRST_USERS, "SELECT * FROM users")

SQL(USER_BLOCKED,
    "UPDATE users SET bot_blocked_ms = :now_ms"
    " WHERE tg_id = :tg_id AND bot_blocked_ms IS NULL")

SQL(USER_IS_REACHABLE,
    "SELECT COUNT(*) FROM users"
    " WHERE tg_id = :tg_id AND bot_blocked_ms IS NULL")

SQL(USER_REACHABLE,
    "UPDATE users SET bot_blocked_ms = NULL"
    " WHERE tg_id = :tg_id AND bot_blocked_ms IS NOT NULL")

/* is_paid follows the access rows, session_id the newest paid order, which is
 * found without sorting what the buyer bought. */
SQL(USER_ACCESS,
    "UPDATE users SET is_paid = CASE WHEN EXISTS ("
    "SELECT 1 FROM access WHERE access.tg_id = users.tg_id AND is_in = 1)"
    " THEN 1 ELSE 0 END,"
    " session_id = (SELECT newest.session_id FROM orders AS newest"
    " WHERE newest.id = (SELECT MAX(orders.id) FROM orders"
    " WHERE orders.tg_id = users.tg_id AND orders.paid_ms IS NOT NULL))"
    " WHERE tg_id = :tg_id")

/* People of whom nothing is known but that they asked once. Who wants no
 * messages to many must be known, or would get them when they come again. */
SQL(USERS_PRUNE,
    DELETE_A_PIECE("users", "tg_id",
	"created_ms < :before_ms"
	" AND session_id IS NULL AND no_letters_ms IS NULL"
	" AND NOT EXISTS (SELECT 1 FROM orders"
	" WHERE orders.tg_id = users.tg_id)"
	" AND NOT EXISTS (SELECT 1 FROM access"
	" WHERE access.tg_id = users.tg_id)"
	" AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.tg_id = users.tg_id"
	" AND done_ms IS NULL)"))

SQL(FORGET_USER, "DELETE FROM users WHERE tg_id = :tg_id")

/* ---- reminders of what they did not buy ---- */

#define NEVER_BOUGHT \
	" NOT EXISTS (SELECT 1 FROM access" \
	" WHERE access.tg_id = users.tg_id AND access.is_in = 1)" \
	" AND NOT EXISTS (SELECT 1 FROM orders AS bought" \
	" WHERE bought.tg_id = users.tg_id AND (bought.paid_ms IS NOT NULL" \
	" OR (bought.processing_ms IS NOT NULL AND bought.failed_ms IS NULL)))"
#define MAY_BE_REMINDED \
	" users.tg_id > 0 AND users.unremind_ms IS NULL" \
	" AND users.forget_ms IS NULL AND users.bot_blocked_ms IS NULL" \
	" AND" NEVER_BOUGHT

SQL(INTRO_SEEN,
    "UPDATE users SET intro_ms = COALESCE(intro_ms, :now_ms)"
    " WHERE tg_id = :tg_id")

SQL(REMIND_NO_MORE,
    "UPDATE users SET unremind_ms = COALESCE(unremind_ms, :now_ms)"
    " WHERE tg_id = :tg_id")

SQL(REMIND_IS_WANTED,
    "SELECT COUNT(*) FROM users WHERE tg_id = :tg_id AND" MAY_BE_REMINDED)

/* The last page that each of them opened and did not pay at. */
SQL(CART_DUE,
    "SELECT " ORDER_COLUMNS
    " FROM orders JOIN users ON users.tg_id = orders.tg_id"
    " WHERE orders.created_ms <= :before_ms"
    " AND orders.created_ms > :after_ms AND orders.paid_ms IS NULL"
    " AND orders.session_id IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM orders AS later"
    " WHERE later.tg_id = orders.tg_id AND later.id > orders.id)"
    " AND users.cart_reminded_ms IS NULL AND" MAY_BE_REMINDED
    " ORDER BY orders.created_ms LIMIT :n")

SQL(CART_REMINDED,
    "UPDATE users SET cart_reminded_ms = :now_ms WHERE tg_id = :tg_id")

/* Who was reminded of a payment knows. */
SQL(INTRO_DUE,
    "SELECT tg_id FROM users WHERE intro_ms <= :before_ms"
    " AND intro_ms > :after_ms AND intro_reminded_ms IS NULL"
    " AND cart_reminded_ms IS NULL AND" MAY_BE_REMINDED
    " ORDER BY intro_ms LIMIT :n")

SQL(INTRO_REMINDED,
    "UPDATE users SET intro_reminded_ms = :now_ms WHERE tg_id = :tg_id")

/* ---- by their own wish ---- */

SQL(FORGET_BOUGHT,
    "SELECT product FROM orders WHERE tg_id = :tg_id AND paid_ms IS NOT NULL"
    " UNION SELECT product FROM access WHERE tg_id = :tg_id AND is_in = 1")

/* That the operators ended it, which is not so. */
SQL(FORGET_UNSAID,
    "DELETE FROM jobs WHERE tg_id = :tg_id AND kind = " WORD_JOB_NOTICE
    " AND detail = 'revoked' AND done_ms IS NULL")

SQL(FORGET_ASKED, "UPDATE users SET forget_ms = :now_ms WHERE tg_id = :tg_id")

SQL(FORGET_COUNT, "SELECT COUNT(*) FROM users WHERE forget_ms IS NOT NULL")

/* They have begun to buy again. */
SQL(FORGET_NOT,
    "UPDATE users SET forget_ms = NULL WHERE forget_ms IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM orders WHERE orders.tg_id = users.tg_id"
    " AND orders.created_ms > users.forget_ms)")

/* Whom nothing lets in, whom nothing is owed, and of whom nothing takes money
 * or still could. */
SQL(FORGET_DUE,
    "SELECT tg_id FROM users WHERE forget_ms IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM access"
    " WHERE access.tg_id = users.tg_id AND access.is_in = 1)"
    " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.tg_id = users.tg_id"
    " AND jobs.done_ms IS NULL AND jobs.parked_ms IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.tg_id = users.tg_id"
    " AND orders.session_id IS NOT NULL AND orders.paid_ms IS NULL"
    " AND orders.failed_ms IS NULL AND orders.expired_ms IS NULL"
    " AND (orders.url_ends_ms IS NULL OR orders.url_ends_ms > :now_ms))"
    " AND NOT EXISTS (SELECT 1 FROM orders JOIN subscriptions"
    " ON subscriptions.id = orders.subscription"
    " WHERE orders.tg_id = users.tg_id"
    " AND COALESCE(subscriptions.status, '')"
    " NOT IN ('canceled', 'incomplete', 'incomplete_expired'))"
    " ORDER BY forget_ms LIMIT :n")

/* ---- what is kept of somebody, for them ---- */

SQL(MINE_USER,
    "SELECT tg_id, language, chosen_language, source, created_ms,"
    " bot_blocked_ms, no_letters_ms FROM users WHERE tg_id = :tg_id")

SQL(MINE_ORDERS,
    "SELECT id, product, provider, session_id, payment_intent, amount_minor,"
    " currency, subscription, created_ms, paid_ms, until_ms, revoked_ms"
    " FROM orders WHERE tg_id = :tg_id ORDER BY id")

SQL(MINE_PAYMENTS,
    "SELECT payments.provider, payments.payment, payments.amount_minor,"
    " payments.currency, payments.paid_ms, payments.starts_ms,"
    " payments.ends_ms FROM payments"
    " JOIN orders ON orders.id = payments.order_id"
    " WHERE orders.tg_id = :tg_id ORDER BY payments.id")

SQL(MINE_REVERSALS,
    "SELECT reversals.id, reversals.kind, reversals.amount_minor,"
    " reversals.updated_ms FROM reversals WHERE reversals.payment_intent IN"
    " (SELECT payments.intent FROM payments"
    " JOIN orders ON orders.id = payments.order_id"
    " WHERE orders.tg_id = :tg_id"
    " UNION SELECT orders.payment_intent FROM orders"
    " WHERE orders.tg_id = :tg_id) ORDER BY reversals.id")

SQL(MINE_SUBSCRIPTIONS,
    "SELECT subscriptions.id, subscriptions.status, subscriptions.customer,"
    " subscriptions.period_start_ms, subscriptions.period_end_ms"
    " FROM subscriptions WHERE subscriptions.id IN"
    " (SELECT orders.subscription FROM orders WHERE orders.tg_id = :tg_id)"
    " ORDER BY subscriptions.id")

SQL(MINE_ACCESS,
    "SELECT product, is_in, why, decided_ms, until_ms, invited_ms FROM access"
    " WHERE tg_id = :tg_id ORDER BY product")

SQL(MINE_CHANNELS,
    "SELECT chat_id, state, seen_ms, asked_ms, joined_ms, removed_ms"
    " FROM members WHERE tg_id = :tg_id ORDER BY chat_id")

SQL(MINE_LINKS,
    "SELECT link, chat_id, made_ms, revoked_ms FROM links"
    " WHERE tg_id = :tg_id ORDER BY made_ms")

SQL(MINE_QUESTIONS,
    "SELECT question, answer, language, asked_ms, ended_ms FROM questions"
    " WHERE tg_id = :tg_id ORDER BY id")

/* An alert tells an operator of others. */
SQL(MINE_MESSAGES,
    "SELECT promise, detail, created_ms, done_ms FROM jobs"
    " WHERE tg_id = :tg_id AND kind <> " WORD_JOB_ALERT " ORDER BY id")
