/* How often somebody may ask. */

/* :like is "%:" and the number. */
SQL(FORGET_LIMITS, "DELETE FROM limits WHERE key LIKE :like")

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
