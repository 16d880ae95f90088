/* What watches the shop counts. */

/* All of it in one statement, so that it is of one moment: what is counted, of
 * which sort, how many. Of tables that grow rows are counted by an index, and
 * what waits is few; the rest are the two ends of an index. Sorts of jobs are
 * lines (enum job_line). */
SQL(METRICS,
    "SELECT 'users', '', COUNT(*) FROM users"
    " UNION ALL SELECT 'payments', '', COUNT(*) FROM payments"
    " UNION ALL SELECT 'reversals', kind, COUNT(*) FROM reversals GROUP BY kind"
    " UNION ALL SELECT 'in', product, COUNT(*) FROM access"
    " WHERE is_in = 1 GROUP BY product"
    " UNION ALL SELECT 'waiting', CAST(late AS TEXT), COUNT(*) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NULL GROUP BY late"
    " UNION ALL SELECT 'oldest', CAST(late AS TEXT), MIN(created_ms) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NULL GROUP BY late"
    " UNION ALL SELECT 'parked', '', COUNT(*) FROM jobs"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL"
    " UNION ALL SELECT 'event', '', COALESCE(MAX(at_ms), 0) FROM inbox"
    " UNION ALL SELECT 'payment', '', COALESCE((SELECT paid_ms FROM payments"
    " ORDER BY id DESC LIMIT 1), 0)"
    " UNION ALL SELECT 'asked', '', COALESCE((SELECT value FROM marks"
    " WHERE key = 'reconcile_ms'), 0)")
