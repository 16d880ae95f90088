/* Where products lead, and names that they had before. */

SQL(LEADS_ADD,
    "INSERT INTO leads (product, chat_id) VALUES (:product, :chat_id)"
    " ON CONFLICT (product, chat_id) DO NOTHING")

SQL(LEADS_OF,
    "SELECT chat_id FROM leads WHERE product = :product AND chat_id <> ''"
    " ORDER BY chat_id")

SQL(RENAMED_TO, "SELECT is_now FROM renamed WHERE product = :product")

/* Each of the following takes both names, :product and :is_now. */
SQL(RENAME_PEOPLE, "SELECT tg_id FROM access WHERE product = :product")

SQL(RENAME_ORDERS,
    "UPDATE orders SET product = :is_now WHERE product = :product")

/* For a person who has both products, the row that lets them in stays; where
 * neither or both do, the new product's. */
SQL(RENAME_WORSE,
    "DELETE FROM access WHERE product = :is_now AND is_in = 0"
    " AND EXISTS (SELECT 1 FROM access AS old WHERE old.tg_id = access.tg_id"
    " AND old.product = :product AND old.is_in = 1)")

SQL(RENAME_SECOND,
    "DELETE FROM access WHERE product = :product"
    " AND EXISTS (SELECT 1 FROM access AS kept"
    " WHERE kept.tg_id = access.tg_id AND kept.product = :is_now)")

SQL(RENAME_ACCESS,
    "UPDATE access SET product = :is_now WHERE product = :product")

SQL(RENAME_TWINS,
    "SELECT lessons.id FROM lessons JOIN lessons AS kept"
    " ON kept.product = :is_now AND kept.source = lessons.source"
    " WHERE lessons.product = :product")

SQL(RENAME_LESSONS,
    "UPDATE lessons SET product = :is_now WHERE product = :product")

/* Jobs whose detail is a product, and those that name one after a word. */
SQL(RENAME_JOBS,
    "UPDATE jobs SET detail = :is_now WHERE done_ms IS NULL"
    " AND kind IN (" WORD_JOB_INVITE ", " WORD_JOB_PORTAL
    ") AND detail = :product")

SQL(RENAME_NOTICES,
    "UPDATE jobs SET detail ="
    " SUBSTR(detail, 1, LENGTH(detail) - LENGTH(:product)) || :is_now"
    " WHERE done_ms IS NULL AND kind = " WORD_JOB_NOTICE
    " AND detail IN ('pay:' || :product,"
    " 'stars:' || :product, 'too_many:' || :product)")

SQL(RENAME_LEADS,
    "INSERT INTO leads (product, chat_id)"
    " SELECT :is_now, chat_id FROM leads WHERE product = :product"
    " ON CONFLICT (product, chat_id) DO NOTHING")

SQL(RENAME_AUDIT, "UPDATE audit SET product = :is_now WHERE product = :product")

SQL(RENAME_EARLIER,
    "UPDATE renamed SET is_now = :is_now WHERE is_now = :product")

SQL(RENAMED_ADD,
    "INSERT INTO renamed (product, is_now) VALUES (:product, :is_now)"
    " ON CONFLICT (product) DO UPDATE SET is_now = excluded.is_now")

SQL(LEADS_DROP, "DELETE FROM leads WHERE product = :product")

SQL(RENAMED_DROP, "DELETE FROM renamed WHERE product = :product")
