/* Who else may act in the chat for the shop, and what was done. */

SQL(OPERATOR_ROLE, "SELECT role FROM operators WHERE tg_id = :tg_id")

SQL(OPERATOR_SET,
    "INSERT INTO operators (tg_id, role, added_ms)"
    " VALUES (:tg_id, :role, :now_ms)"
    " ON CONFLICT (tg_id) DO UPDATE SET role = excluded.role")

SQL(OPERATOR_REMOVE, "DELETE FROM operators WHERE tg_id = :tg_id")

/* Who hears of what is about a buyer, or else about the shop. */
SQL(OPERATORS_TOLD,
    "SELECT tg_id FROM operators WHERE role = " WORD_ROLE_OWNER
    " OR (:is_of_buyer = 1 AND role = " WORD_ROLE_SUPPORT ") ORDER BY tg_id")

SQL(OPERATORS_LIST,
    "SELECT tg_id, role, added_ms FROM operators ORDER BY added_ms, tg_id")

SQL(AUDIT_ADD,
    "INSERT INTO audit (actor, act, tg_id, product, number, amount, words,"
    " asked_ms, done_ms, result) VALUES (:actor, :act, :tg_id, :product,"
    " :number, :amount, :words, :now_ms, :done_ms, :result) RETURNING id")

SQL(AUDIT_GET,
    "SELECT id, actor, act, tg_id, product, number, amount, words, asked_ms,"
    " done_ms, result FROM audit WHERE id = :id")

/* One press alone takes it, and only while the question is young. */
SQL(AUDIT_TAKE,
    "UPDATE audit SET done_ms = :now_ms, result = :result WHERE id = :id"
    " AND actor = :actor AND done_ms IS NULL AND asked_ms > :since_ms"
    " AND asked_ms <= :now_ms")

SQL(AUDIT_RESULT, "UPDATE audit SET result = :result WHERE id = :id")

/* :tg_id 0: about anybody. The newest first. */
SQL(AUDIT_LIST,
    "SELECT id, actor, act, tg_id, product, number, amount, words, asked_ms,"
    " done_ms, result FROM audit WHERE (:tg_id = 0 OR tg_id = :tg_id)"
    " AND asked_ms >= :since_ms ORDER BY id DESC LIMIT :n")

/* What nobody confirmed has changed nothing. */
SQL(AUDIT_PRUNE,
    DELETE_A_PIECE("audit", "id", "done_ms IS NULL AND asked_ms < :before_ms"))

/* That something was done stays, about nobody; and that an operator did it,
 * but not which. */
SQL(FORGET_AUDIT,
    "UPDATE audit SET tg_id = 0, words = NULL WHERE tg_id = :tg_id")

SQL(FORGET_ACTOR,
    "UPDATE audit SET actor = " WORD_AUDIT_FORGOTTEN " WHERE actor = :tg_id")

/* Who sent the code that `admit setup` showed. */
SQL(FORGET_MARKED,
    "UPDATE marks SET value = 0 WHERE key = 'operator' AND value = :tg_id")

/* What somebody did as an operator, and as what; about others it tells
 * nothing. */
SQL(MINE_ROLE, "SELECT role, added_ms FROM operators WHERE tg_id = :tg_id")

SQL(MINE_ACTS,
    "SELECT act, product, number, amount, done_ms, result FROM audit"
    " WHERE actor = :tg_id AND done_ms IS NOT NULL ORDER BY id")

SQL(MINE_AUDIT,
    "SELECT act, product, number, amount, words, done_ms, result FROM audit"
    " WHERE tg_id = :tg_id AND done_ms IS NOT NULL ORDER BY id")

/* ---- finding a buyer ---- */

/* Whose order, session, payment, invoice, subscription, refund or dispute has
 * that name (:find), or that number (:number; 0: none). */
SQL(FIND_BUYER,
    "SELECT DISTINCT orders.tg_id FROM orders"
    " LEFT JOIN payments ON payments.order_id = orders.id"
    " WHERE orders.tg_id > 0 AND (orders.id = :number"
    " OR orders.session_id = :find OR orders.payment_intent = :find"
    " OR orders.subscription = :find OR payments.payment = :find"
    " OR payments.intent = :find OR EXISTS (SELECT 1 FROM reversals"
    " WHERE reversals.id = :find AND reversals.payment_intent"
    " IN (orders.payment_intent, payments.intent)))"
    " ORDER BY 1 LIMIT 5")

/* What the card of a buyer begins with. */
SQL(BUYER_SEEN,
    "SELECT created_ms, COALESCE(bot_blocked_ms, 0) FROM users"
    " WHERE tg_id = :tg_id")

SQL(BUYER_ACCESS,
    "SELECT product, is_in, why, COALESCE(until_ms, 0) FROM access"
    " WHERE tg_id = :tg_id ORDER BY is_in DESC, product")
