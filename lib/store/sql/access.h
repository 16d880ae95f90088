/* What was decided: who is in, by which product, until when. */

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

/* People whose access has ended by now, each as the last order that they
 * paid. */
SQL(ACCESS_ENDED,
    "SELECT " ORDER_COLUMNS
    " FROM access JOIN orders ON orders.id = (SELECT MAX(id) FROM orders AS o"
    " WHERE o.tg_id = access.tg_id AND o.product = access.product"
    " AND o.paid_ms IS NOT NULL)"
    " WHERE access.is_in = 1 AND access.until_ms IS NOT NULL"
    " AND access.until_ms <= :now_ms ORDER BY access.until_ms LIMIT :n")

/* People who are to be told that their access is going to end, each as the last
 * order that they paid. */
SQL(ACCESS_TO_REMIND,
    "SELECT " ORDER_COLUMNS
    " FROM access JOIN orders ON orders.id = (SELECT MAX(id) FROM orders AS o"
    " WHERE o.tg_id = access.tg_id AND o.product = access.product"
    " AND o.paid_ms IS NOT NULL)"
    " WHERE access.remind_ms IS NOT NULL"
    " AND access.remind_ms <= :now_ms ORDER BY access.remind_ms LIMIT :n")

SQL(ACCESS_REMINDED,
    "UPDATE access SET remind_ms = NULL"
    " WHERE tg_id = :tg_id AND product = :product")

/* When time alone changes something next; 0: nothing is in sight. */
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

/* How many people each product lets in. */
SQL(ACCESS_BY_PRODUCT,
    "SELECT product, COUNT(*) FROM access WHERE is_in = 1"
    " GROUP BY product ORDER BY product")

/* Reasons not to forget somebody yet. */
SQL(FORGET_HELD,
    "SELECT (SELECT COUNT(*) FROM access WHERE tg_id = :tg_id AND is_in = 1)"
    " + (SELECT COUNT(*) FROM jobs WHERE tg_id = :tg_id AND done_ms IS NULL"
    " AND parked_ms IS NULL)")

/* What was promised for their money and put aside: without the promise nobody
 * would know of it. What has a subscription's name is told to end when they are
 * forgotten. */
SQL(FORGET_PUT_ASIDE,
    "SELECT COUNT(*) FROM jobs LEFT JOIN orders ON orders.id = jobs.order_id"
    " WHERE jobs.tg_id = :tg_id AND done_ms IS NULL AND parked_ms IS NOT NULL"
    " AND (kind = " WORD_JOB_REFUND " OR (kind = " WORD_JOB_CANCEL
    " AND orders.subscription IS NULL))")

SQL(FORGET_ACCESS, "DELETE FROM access WHERE tg_id = :tg_id")
