/* How often somebody may ask. */

/* :like is "%:" and the number. */
SQL(FORGET_LIMITS, "DELETE FROM limits WHERE key LIKE :like")

SQL(MINE_LIMITS,
    "SELECT key, n, since_ms FROM limits WHERE key LIKE '%:' || :tg_id"
    " ORDER BY key")

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

SQL(LIMITS_PRUNE, DELETE_A_PIECE("limits", "key", "since_ms < :before_ms"))

/* What a worker takes of the messages that may go in a second (worker/loan.h):
 * n of them, and until when they count. Not more than there are. */
SQL(LOAN_TAKE,
    "INSERT INTO limits (key, n, since_ms)"
    " SELECT :key, CASE WHEN room < :n THEN room ELSE :n END, :until_ms"
    " FROM (SELECT :most - COALESCE(SUM(n), 0) AS room FROM limits"
    " WHERE since_ms > :now_ms AND key LIKE 'loan/%') AS lent_half"
    " WHERE room > 0"
    " ON CONFLICT (key) DO UPDATE SET n = excluded.n,"
    " since_ms = excluded.since_ms RETURNING n")

/* When the next ones come back. */
SQL(LOAN_BACK,
    "SELECT COALESCE(MIN(since_ms), 0) FROM limits"
    " WHERE since_ms > :now_ms AND key LIKE 'loan/%'")

SQL(LOAN_SILENCE,
    "INSERT INTO limits (key, n, since_ms)"
    " VALUES ('loan/silence', :n, :until_ms)"
    " ON CONFLICT (key) DO UPDATE SET n = excluded.n,"
    " since_ms = CASE WHEN excluded.since_ms > limits.since_ms"
    " THEN excluded.since_ms ELSE limits.since_ms END")
