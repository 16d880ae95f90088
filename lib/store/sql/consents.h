/* What people agreed to before they bought, and what they withdrew from. */

/* A second press of the same button is no second consent. */
SQL(CONSENT_ADD,
    "INSERT INTO consents (tg_id, product, hash, language, is_proven, at_ms)"
    " SELECT :tg_id, :product, :hash, :language, :is_proven, :at_ms"
    " WHERE NOT EXISTS (SELECT 1 FROM consents WHERE tg_id = :tg_id"
    " AND product = :product AND hash = :hash AND is_proven = :is_proven"
    " AND at_ms > :since_ms)")

/* :is_proven 0: however it was given. */
SQL(CONSENT_LATEST,
    "SELECT hash, language, at_ms FROM consents WHERE tg_id = :tg_id"
    " AND product = :product AND is_proven >= :is_proven"
    " AND at_ms <= :until_ms"
    " ORDER BY id DESC LIMIT 1")

/* The books keep that somebody agreed, as they keep that somebody paid. */
SQL(FORGET_CONSENTS, "UPDATE consents SET tg_id = 0 WHERE tg_id = :tg_id")

/* The order of that number, else the latest that the person of that number
 * paid. */
SQL(WITHDRAWAL_ORDER,
    "SELECT " ORDER_COLUMNS " FROM orders"
    " WHERE (id = :number OR tg_id = :number) AND paid_ms IS NOT NULL"
    " ORDER BY CASE WHEN id = :number THEN 0 ELSE 1 END, id DESC LIMIT 1")

SQL(WITHDRAWAL_LATEST,
    "SELECT id, at_ms FROM withdrawals WHERE contract = :contract"
    " AND at_ms > :since_ms ORDER BY id DESC LIMIT 1")

SQL(WITHDRAWAL_OF_ORDER,
    "SELECT id, at_ms FROM withdrawals WHERE order_id = :order_id"
    " ORDER BY id DESC LIMIT 1")

SQL(WITHDRAWAL_ADD,
    "INSERT INTO withdrawals (contract, tg_id, order_id, at_ms)"
    " VALUES (:contract, :tg_id, :order_id, :now_ms) RETURNING id, at_ms")

SQL(FORGET_WITHDRAWALS,
    "UPDATE withdrawals SET tg_id = 0, contract = ''"
    " WHERE tg_id = :tg_id OR contract = '' || :tg_id")

SQL(RENAME_CONSENTS,
    "UPDATE consents SET product = :is_now WHERE product = :product")

/* For /mydata. */
SQL(MINE_CONSENTS,
    "SELECT product, hash, language, at_ms FROM consents"
    " WHERE tg_id = :tg_id ORDER BY id")

SQL(MINE_WITHDRAWALS,
    "SELECT id, contract, order_id, at_ms FROM withdrawals"
    " WHERE tg_id = :tg_id ORDER BY id")
