/* What is owed to the outside world. */

/* That what a buyer's orders of a product began is to take no more. Where it
 * has a name of its own, an order names it (:order_id, 0: whichever). Where it
 * has none, it is known by its first payment, and which of several that is
 * nobody noted: all of them are named, each in one job, which is done anew
 * where it was done or put aside before: a buyer may have taken a cancellation
 * back since. What a failed payment is still tried for ends at once. (kind:
 * JOB_CANCEL) */
SQL(CANCEL_NAMED,
    "INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms,"
    " created_ms, late) SELECT " WORD_JOB_CANCEL
    ", 'cancel/' || orders.subscription || '/' || :time, orders.tg_id,"
    " MAX(orders.id), CASE WHEN MAX(COALESCE(subscriptions.is_owed, 0)) = 1"
    " THEN 'now' ELSE :at END, :now_ms, :now_ms, " WORD_LINE_ASK
    " FROM orders LEFT JOIN subscriptions"
    " ON subscriptions.id = orders.subscription WHERE orders.tg_id = :tg_id"
    " AND orders.product = :product AND orders.subscription IS NOT NULL"
    " AND (:order_id = 0 OR orders.id = :order_id)"
    " AND COALESCE(subscriptions.status, '') <> 'canceled'"
    " GROUP BY orders.subscription, orders.tg_id"
    " ON CONFLICT (promise) DO NOTHING")

SQL(CANCEL_NAMELESS,
    "INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms,"
    " created_ms) SELECT " WORD_JOB_CANCEL
    ", 'cancel/' || session_id, tg_id, id, 'end',"
    " :now_ms, :now_ms FROM orders WHERE tg_id = :tg_id"
    " AND product = :product AND subscription IS NULL AND renews = 1"
    " AND (:provider IS NULL OR provider = :provider)"
    " ON CONFLICT (promise) DO UPDATE SET done_ms = NULL, parked_ms = NULL,"
    " due_ms = excluded.due_ms, attempts = 0, error = NULL"
    " WHERE jobs.done_ms IS NOT NULL OR jobs.parked_ms IS NOT NULL")

/* A promise of this that was put aside: what is promised anew takes its place,
 * and nobody need look at it any more. */
SQL(CANCEL_SUPERSEDED,
    "DELETE FROM jobs WHERE kind = " WORD_JOB_CANCEL
    " AND tg_id = :tg_id AND done_ms IS NULL AND parked_ms IS NOT NULL"
    " AND order_id IN (SELECT id FROM orders WHERE tg_id = :tg_id"
    " AND product = :product AND subscription IS NOT NULL"
    " AND (:order_id = 0 OR subscription = (SELECT o.subscription"
    " FROM orders AS o WHERE o.id = :order_id)))")

/* Jobs that waited for the product are due now: they were parked with this
 * error. */
SQL(JOBS_REVIVE_PRODUCT,
    "UPDATE jobs SET parked_ms = NULL, due_ms = :now_ms, error = NULL"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL AND error = :error")

SQL(FORGET_JOBS, "DELETE FROM jobs WHERE tg_id = :tg_id")

/* Alerts with a text in them or in their promise. */
SQL(ALERTS_WITH,
    "SELECT id, promise, detail FROM jobs WHERE kind = " WORD_JOB_ALERT
    " AND (detail LIKE :like OR promise LIKE :like)")

SQL(ALERT_REWRITE,
    "UPDATE jobs SET promise = :promise, detail = :detail WHERE id = :id")

/* Who has been promised a link and has none yet, by person. */
SQL(INVITES_WAITING,
    "SELECT tg_id, COALESCE(order_id, 0), detail FROM jobs"
    " WHERE kind = " WORD_JOB_INVITE " AND done_ms IS NULL"
    " ORDER BY tg_id, id")

/* What waits for the bot's rights (kinds: enum job_kind): now. */
SQL(JOBS_REVIVE_MEMBERS,
    "UPDATE jobs SET due_ms = :now_ms WHERE kind IN (" WORD_JOB_INVITE
    ", " WORD_JOB_MEMBER ") AND " LINE_OF_WAITING " IN (" WORD_LINE_CHANNEL
    ", " WORD_LINE_INVITE ")"
    " AND due_ms > :now_ms AND lease_ms <= :now_ms")

SQL(JOB_PROMISE,
    "INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms,"
    " created_ms, late, lane)"
    " VALUES (:kind, :promise, :tg_id, :order_id, :detail, :now_ms, :now_ms,"
    " :late, :lane)"
    " ON CONFLICT (promise) DO NOTHING")

/* Makes no second promise of this kind and detail while the first one still
 * waits for its turn: it would say nothing new. (On the sign see sql.h.) */
SQL(JOB_PROMISE_ONE,
    "INSERT INTO jobs (kind, promise, tg_id, order_id, detail, due_ms,"
    " created_ms, late, lane)"
    " SELECT :kind, :promise, :tg_id, :order_id, :detail, :now_ms, :now_ms,"
    " :late, :lane WHERE NOT EXISTS (SELECT 1 FROM jobs AS other"
    " WHERE other.tg_id = :tg_id AND other.kind = :kind"
    " AND COALESCE(other.detail, '') = COALESCE(:detail, '')"
    " AND other.done_ms IS NULL AND +other.parked_ms IS NULL"
    " AND other.due_ms <= :now_ms AND other.lease_ms <= :now_ms)"
    " ON CONFLICT (promise) DO NOTHING")

/* An alert that counts others: until it goes out, the latest words stand. */
SQL(JOB_PROMISE_COUNT,
    "INSERT INTO jobs (kind, promise, tg_id, detail, due_ms, created_ms, late,"
    " lane) VALUES (:kind, :promise, :tg_id, :detail, :due_ms, :now_ms, :late,"
    " :lane) ON CONFLICT (promise) DO UPDATE SET detail = excluded.detail"
    " WHERE jobs.done_ms IS NULL AND jobs.lease_ms = 0")

/* 1: the promise is there and nobody has begun to keep it; 0: somebody has, or
 * it was put aside, where it may stay. */
SQL(JOB_PROMISED,
    "SELECT CASE WHEN done_ms IS NULL AND lease_ms = 0"
    " AND parked_ms IS NULL THEN 1 ELSE 0 END"
    " FROM jobs WHERE promise = :promise")

/* Follows the index as far as :n rows; in a lane only a person's first, and
 * none while another of theirs there is leased. */
SQL(JOBS_DUE,
    "SELECT id, kind, promise, tg_id, order_id, detail, attempts, created_ms,"
    " due_ms, late FROM jobs"
    " WHERE " LINE_OF_WAITING " = :late"
    " AND due_ms <= :now_ms AND lease_ms <= :now_ms"
    " AND (lane = 0 OR NOT EXISTS (SELECT 1 FROM jobs AS other"
    " WHERE other.tg_id = jobs.tg_id AND other.lane = jobs.lane"
    " AND other.done_ms IS NULL AND +other.parked_ms IS NULL"
    " AND other.id <> jobs.id AND (other.lease_ms > :now_ms"
    " OR (other.late = jobs.late AND other.due_ms <= :now_ms"
    " AND (other.due_ms < jobs.due_ms"
    " OR (other.due_ms = jobs.due_ms AND other.id < jobs.id))))))"
    " ORDER BY due_ms, id LIMIT :n")

/* due_ms then says when the lease ends. Of a job that was taken back since it
 * was read the number may be another one's: a promise is nobody else's. */
SQL(JOB_LEASE,
    "UPDATE jobs SET due_ms = :until_ms, lease_ms = :until_ms"
    " WHERE id = :id AND promise = :promise AND +done_ms IS NULL"
    " AND parked_ms IS NULL"
    " AND due_ms <= :now_ms AND lease_ms <= :now_ms"
    " AND (lane = 0 OR NOT EXISTS (SELECT 1 FROM jobs AS other"
    " WHERE other.tg_id = jobs.tg_id AND other.lane = jobs.lane"
    " AND other.done_ms IS NULL AND other.id <> jobs.id"
    " AND other.lease_ms > :now_ms))")

/* A call of the job is done; attempts of the next one are counted anew. */
SQL(JOB_RENEW,
    "UPDATE jobs SET due_ms = :until_ms, lease_ms = :until_ms, attempts = 0,"
    " error = NULL"
    " WHERE id = :id AND lease_ms = :lease_ms AND +done_ms IS NULL")

/* For the one worker there is, when it starts: leases of one that was killed
 * end now. */
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

/* Jobs that an older program parked because it did not know their kind. */
SQL(JOBS_REVIVE_KNOWN,
    "UPDATE jobs SET parked_ms = NULL, due_ms = :now_ms, error = NULL"
    " WHERE done_ms IS NULL AND parked_ms IS NOT NULL AND error = :error"
    " AND kind > 0 AND kind < :kinds")

SQL(JOB_DONE,
    "UPDATE jobs SET done_ms = :now_ms, lease_ms = 0, error = NULL"
    " WHERE id = :id AND lease_ms = :lease_ms AND +done_ms IS NULL")

SQL(JOB_AGAIN,
    "UPDATE jobs SET due_ms = :due_ms, lease_ms = 0, attempts = :attempts,"
    " error = :error"
    " WHERE id = :id AND lease_ms = :lease_ms AND +done_ms IS NULL")

SQL(JOB_GIVE_BACK,
    "UPDATE jobs SET due_ms = :due_ms, lease_ms = 0, late = :late,"
    " attempts = :attempts, error = COALESCE(:error, error)"
    " WHERE id = :id AND lease_ms = :lease_ms AND +done_ms IS NULL")

SQL(JOB_PUT_OFF,
    "UPDATE jobs SET due_ms = :due_ms WHERE id = :id AND promise = :promise"
    " AND +done_ms IS NULL AND lease_ms <= :now_ms")

SQL(JOB_PARK,
    "UPDATE jobs SET parked_ms = :now_ms, lease_ms = 0, attempts = :attempts,"
    " error = :error"
    " WHERE id = :id AND lease_ms = :lease_ms AND +done_ms IS NULL")

/* What is parked or waits long becomes due now. What is due already keeps its
 * place, and an alert its hour. */
SQL(JOBS_REVIVE,
    "UPDATE jobs SET parked_ms = NULL,"
    " due_ms = CASE WHEN parked_ms IS NULL AND (due_ms < :now_ms"
    " OR kind = " WORD_JOB_ALERT ") THEN due_ms ELSE :now_ms END"
    " WHERE tg_id = :tg_id AND done_ms IS NULL AND lease_ms <= :now_ms")

SQL(JOBS_PENDING,
    "SELECT COUNT(*) FROM jobs WHERE tg_id = :tg_id AND kind = :kind"
    " AND done_ms IS NULL")

/* How many invites to this product are still owed; other kinds of jobs do not
 * count. */
SQL(INVITE_PENDING,
    "SELECT COUNT(*) FROM jobs LEFT JOIN orders ON orders.id = jobs.order_id"
    " WHERE jobs.tg_id = :tg_id AND kind = " WORD_JOB_INVITE
    " AND done_ms IS NULL"
    " AND COALESCE(orders.product, jobs.detail, :product) = :product")

/* Line by line, since the index begins with the line: of each it reads the
 * first entry of a range, however many jobs wait. (+n: beside a column of
 * numbers SQLite would make numbers of what the index has, and read it all.) */
SQL(JOBS_NEXT_DUE,
    "WITH RECURSIVE lines_half (n) AS (SELECT CAST(0 AS BIGINT)"
    " UNION ALL SELECT n + 1 FROM lines_half WHERE n + 1 < :lines)"
    " SELECT COALESCE(MIN((SELECT due_ms FROM jobs"
    " WHERE " LINE_OF_WAITING " = +lines_half.n AND due_ms > :after_ms"
    " ORDER BY due_ms LIMIT 1)), 0) FROM lines_half")

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
    " ORDER BY parked_ms DESC LIMIT :n")

/* What waits, what waits for a person first. */
SQL(JOBS_WAITING,
    "SELECT id, kind, tg_id, due_ms, attempts, error, parked_ms, lease_ms,"
    " promise FROM jobs WHERE done_ms IS NULL"
    " AND (:id = 0 OR id = :id) AND (:parked = 0 OR parked_ms IS NOT NULL)"
    " ORDER BY CASE WHEN parked_ms IS NULL THEN 1 ELSE 0 END, due_ms, id")

/* The same of what has failed, or was put aside. */
SQL(JOBS_TROUBLED,
    "SELECT id, kind, tg_id, due_ms, attempts, error, parked_ms, lease_ms,"
    " promise FROM jobs WHERE done_ms IS NULL"
    " AND (error IS NOT NULL OR parked_ms IS NOT NULL)"
    " ORDER BY CASE WHEN parked_ms IS NULL THEN 1 ELSE 0 END, due_ms, id")

/* An operator has put right what was in the way: one job, or all that are
 * parked (:id 0), as if they had not been tried yet. */
SQL(JOBS_RETRY,
    "UPDATE jobs SET parked_ms = NULL, due_ms = :now_ms, attempts = 0"
    " WHERE done_ms IS NULL AND lease_ms <= :now_ms"
    " AND (id = :id OR (:id = 0 AND parked_ms IS NOT NULL))")

/* Nothing is done of it, and the same is not promised again. */
SQL(JOB_DROP,
    "UPDATE jobs SET done_ms = :now_ms, error = 'dropped by the operator'"
    " WHERE id = :id AND +done_ms IS NULL AND lease_ms <= :now_ms")

SQL(JOBS_PRUNE, DELETE_A_PIECE("jobs", "id", "done_ms < :before_ms"))

/* Parked jobs go, but for what somebody's money waits for: an invite until its
 * product is known, a payment that is to go back, a charging that is to end. */
SQL(JOBS_PRUNE_PARKED,
    DELETE_A_PIECE("jobs", "id",
	"done_ms IS NULL AND parked_ms < :before_ms"
	" AND kind NOT IN (" WORD_JOB_CANCEL ", " WORD_JOB_REFUND ")"
	" AND NOT (kind = " WORD_JOB_INVITE
	" AND error LIKE 'unknown product:%')"))
