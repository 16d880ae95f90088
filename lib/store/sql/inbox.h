/* What Stripe and Telegram sent, by its id: each counts once. */

SQL(INBOX_ADD,
    "INSERT INTO inbox (source, id, type, at_ms)"
    " VALUES (:source, :id, :type, :now_ms)"
    " ON CONFLICT (source, id) DO NOTHING")

SQL(INBOX_HAS, "SELECT COUNT(*) FROM inbox WHERE source = :source AND id = :id")

SQL(INBOX_PRUNE, DELETE_A_PIECE("inbox", "source, id", "at_ms < :before_ms"))
