/* Numbers under names of their own. */

SQL(MARK_GET, "SELECT value FROM marks WHERE key = :key")

SQL(MARK_SET,
    "INSERT INTO marks (key, value) VALUES (:key, :value)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value")

SQL(MARK_WORD_GET, "SELECT value, word FROM marks WHERE key = :key")

SQL(MARK_WORD_SET,
    "INSERT INTO marks (key, value, word) VALUES (:key, :value, :word)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value,"
    " word = excluded.word")

/* Who the bot is, as Telegram said last. */
SQL(SELF_GET, "SELECT value, word FROM marks WHERE key = 'bot'")

SQL(SELF_SET,
    "INSERT INTO marks (key, value, word) VALUES ('bot', :id, :word)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value,"
    " word = excluded.word")

SQL(MARK_ADD,
    "INSERT INTO marks (key, value) VALUES (:key, :n)"
    " ON CONFLICT (key) DO UPDATE SET value = marks.value + excluded.value")
