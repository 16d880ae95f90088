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

/* is_paid follows the access rows, session_id the newest paid order. */
SQL(USER_ACCESS,
    "UPDATE users SET is_paid = CASE WHEN EXISTS ("
    "SELECT 1 FROM access WHERE access.tg_id = users.tg_id AND is_in = 1)"
    " THEN 1 ELSE 0 END,"
    " session_id = (SELECT orders.session_id FROM orders"
    " WHERE orders.tg_id = users.tg_id AND paid_ms IS NOT NULL"
    " ORDER BY id DESC LIMIT 1)"
    " WHERE tg_id = :tg_id")

/* People of whom nothing is known but that they asked once. */
SQL(USERS_PRUNE,
    "DELETE FROM users WHERE created_ms < :before_ms"
    " AND session_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.tg_id = users.tg_id)"
    " AND NOT EXISTS (SELECT 1 FROM access WHERE access.tg_id = users.tg_id)"
    " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.tg_id = users.tg_id"
    " AND done_ms IS NULL)")

SQL(FORGET_USER, "DELETE FROM users WHERE tg_id = :tg_id")
