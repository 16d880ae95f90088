/* Who is in which channel, the links there, and chats that moved. */

SQL(FORGET_MEMBER, "DELETE FROM members WHERE tg_id = :tg_id")

SQL(FORGET_LINKS, "DELETE FROM links WHERE tg_id = :tg_id")

SQL(MEMBER_GET,
    "SELECT ours, state, seen_ms, COALESCE(asked_ms, 0),"
    " COALESCE(hinted_ms, 0), COALESCE(doubt_ms, 0), COALESCE(out_ms, 0),"
    " COALESCE(full_ms, 0) FROM members"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

/* Whether a product that lets this person in leads there or ever did. Where
 * nobody has seen a product lead anywhere, those whom it was sold to decide. */
SQL(MEMBER_PAID,
    "SELECT COUNT(*) FROM access WHERE access.tg_id = :tg_id AND is_in = 1"
    " AND (EXISTS (SELECT 1 FROM leads"
    " WHERE leads.product = access.product AND leads.chat_id = :chat_id)"
    " OR (NOT EXISTS (SELECT 1 FROM leads"
    " WHERE leads.product = access.product)"
    " AND EXISTS (SELECT 1 FROM members WHERE members.tg_id = access.tg_id"
    " AND members.chat_id = :chat_id AND ours = 1)))")

SQL(MEMBER_OURS,
    "INSERT INTO members (tg_id, chat_id, ours) VALUES (:tg_id, :chat_id, 1)"
    " ON CONFLICT (tg_id, chat_id) DO UPDATE SET ours = 1")

SQL(MEMBER_ASKED,
    "INSERT INTO members (tg_id, chat_id, asked_ms)"
    " VALUES (:tg_id, :chat_id, :now_ms)"
    " ON CONFLICT (tg_id, chat_id) DO UPDATE SET"
    " asked_ms = excluded.asked_ms")

/* Only the request that was answered is taken off: a newer one still waits. */
SQL(MEMBER_ANSWERED,
    "UPDATE members SET asked_ms = NULL, full_ms = NULL, full_why = NULL"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id AND asked_ms = :asked_ms")

SQL(MEMBER_FULL,
    "UPDATE members SET full_ms = :now_ms, full_why = :why"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

SQL(MEMBER_DOUBT,
    "UPDATE members SET doubt_ms = :doubt_ms, out_ms = :out_ms"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

/* Those whom Telegram refuses to let in, and those whom it refuses to
 * remove. */
SQL(MEMBERS_STUCK,
    "SELECT tg_id, chat_id, full_ms, full_why FROM members"
    " WHERE asked_ms IS NOT NULL AND full_ms IS NOT NULL"
    " UNION ALL SELECT tg_id, chat_id, seen_ms, NULL FROM members"
    " WHERE state = " WORD_MEMBER_STAYS " ORDER BY 3 DESC LIMIT :n")

SQL(MEMBER_HINTED,
    "UPDATE members SET hinted_ms = :asked_ms"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id")

/* What Telegram said of the moment :at_ms: 1 and 3 are out, 2 is in (enum
 * member_state). A later word stands, but that a ban holds is no other word
 * than that it was taken. None is later than now: what is of a time to come was
 * noted by a clock that has been put back since. */
SQL(MEMBER_STATE,
    "INSERT INTO members (tg_id, chat_id, state, seen_ms, joined_ms,"
    " removed_ms) VALUES (:tg_id, :chat_id, :state, :now_ms,"
    " CASE WHEN :state = " WORD_MEMBER_IN " THEN :now_ms END, NULL)"
    " ON CONFLICT (tg_id, chat_id) DO UPDATE SET"
    " state = excluded.state, seen_ms = excluded.seen_ms,"
    " joined_ms = COALESCE(excluded.joined_ms, members.joined_ms),"
    " removed_ms = CASE WHEN excluded.state IN (" WORD_MEMBER_OUT
    ", " WORD_MEMBER_BANNED ")"
    " AND members.joined_ms IS NOT NULL THEN excluded.seen_ms"
    " ELSE members.removed_ms END"
    " WHERE :at_ms >= members.seen_ms OR members.seen_ms > :now_ms"
    " OR excluded.state = members.state"
    " OR (members.state = " WORD_MEMBER_SENT_OFF
    " AND excluded.state = " WORD_MEMBER_BANNED ")")

/* A word of a moment so near to that of what is known (:from_ms to :to_ms) that
 * nobody can tell which came later: what is known stands, but as old, so that a
 * look comes first. Of whom nothing sure is known, any word is news; and that a
 * ban holds is no other word than that it was taken. */
SQL(MEMBER_DOUBTED,
    "UPDATE members SET seen_ms = 1"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id"
    " AND seen_ms BETWEEN :from_ms AND :to_ms AND state <> :state"
    " AND state IN (" WORD_MEMBER_OUT ", " WORD_MEMBER_IN
    ", " WORD_MEMBER_BANNED ", " WORD_MEMBER_SENT_OFF ")"
    " AND NOT (state = " WORD_MEMBER_SENT_OFF
    " AND :state = " WORD_MEMBER_BANNED ")")

SQL(MEMBER_LINK,
    "SELECT link, made_ms, COALESCE(revoking_ms, 0) FROM links"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id"
    " AND revoked_ms IS NULL ORDER BY made_ms LIMIT 1")

/* A link that still opens, so none that Telegram was asked to revoke. */
SQL(MEMBER_LINK_ALIVE,
    "SELECT link FROM links WHERE tg_id = :tg_id AND chat_id = :chat_id"
    " AND revoked_ms IS NULL AND revoking_ms IS NULL"
    " ORDER BY made_ms LIMIT 1")

SQL(LINK_ADD,
    "INSERT INTO links (link, tg_id, chat_id, made_ms)"
    " VALUES (:link, :tg_id, :chat_id, :now_ms)"
    " ON CONFLICT (link) DO NOTHING")

SQL(LINK_REVOKING, "UPDATE links SET revoking_ms = :now_ms WHERE link = :link")

SQL(LINK_REVOKED, "UPDATE links SET revoked_ms = :now_ms WHERE link = :link")

SQL(LINKS_DEAD,
    "UPDATE links SET revoked_ms = :now_ms"
    " WHERE chat_id = :chat_id AND revoked_ms IS NULL")

SQL(LINK_IS_OURS, "SELECT COUNT(*) FROM links WHERE link = :link")

SQL(CHAT_MOVED,
    "INSERT INTO moved_chats (chat_id, moved_to) VALUES (:chat_id, :moved_to)"
    " ON CONFLICT (chat_id) DO UPDATE SET moved_to = excluded.moved_to"
    " WHERE moved_chats.moved_to <> excluded.moved_to")

SQL(CHAT_MOVED_TO, "SELECT moved_to FROM moved_chats WHERE chat_id = :chat_id")

SQL(CHAT_MOVED_FROM,
    "SELECT chat_id FROM moved_chats WHERE moved_to = :moved_to")
