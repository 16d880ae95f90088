/* What people and those behind the bot say to each other, by the numbers of the
 * messages. */

/* Opened by the person: one that was closed begins anew, with a new card.
 * (:said_ms 0: what they say next is not meant for people.) */
SQL(CONVERSATION_OPEN,
    "INSERT INTO conversations (tg_id, opened_ms, said_ms)"
    " VALUES (:tg_id, :now_ms, :said_ms)"
    " ON CONFLICT (tg_id) DO UPDATE SET"
    " said_ms = CASE WHEN excluded.said_ms > conversations.said_ms"
    " THEN excluded.said_ms ELSE conversations.said_ms END,"
    " opened_ms = CASE WHEN conversations.closed_ms IS NULL"
    " THEN conversations.opened_ms ELSE excluded.opened_ms END,"
    " card_id = CASE WHEN conversations.closed_ms IS NULL"
    " THEN conversations.card_id END,"
    " closed_ms = NULL")

/* By those behind the bot: the card stays. */
SQL(CONVERSATION_SAID,
    "UPDATE conversations SET said_ms = :now_ms, closed_ms = NULL"
    " WHERE tg_id = :tg_id")

SQL(CONVERSATION_CLOSE,
    "UPDATE conversations SET closed_ms = :now_ms"
    " WHERE tg_id = :tg_id AND closed_ms IS NULL")

SQL(CONVERSATION_CARD,
    "UPDATE conversations SET chat_id = :chat_id, card_id = :message_id"
    " WHERE tg_id = :tg_id")

SQL(CONVERSATION_GET,
    "SELECT tg_id, COALESCE(chat_id, 0), COALESCE(card_id, 0), opened_ms,"
    " said_ms, COALESCE(closed_ms, 0) FROM conversations"
    " WHERE tg_id = :tg_id")

/* Sent twice, when an answer was lost, it has another number. */
SQL(CONVERSATION_NOTE,
    "INSERT INTO conversation_messages (chat_id, message_id, tg_id, their_id,"
    " is_ours, at_ms) VALUES (:chat_id, :message_id, :tg_id, :their_id,"
    " :is_ours, :now_ms) ON CONFLICT (chat_id, message_id) DO NOTHING")

SQL(CONVERSATION_WHOSE,
    "SELECT tg_id, their_id, is_ours FROM conversation_messages"
    " WHERE chat_id = :chat_id AND message_id = :message_id")

SQL(CONVERSATION_IS_ANSWER,
    "SELECT COUNT(*) FROM conversation_messages WHERE tg_id = :tg_id"
    " AND their_id = :their_id AND is_ours = 1")

SQL(CONVERSATIONS_PRUNE,
    DELETE_A_PIECE("conversations", "tg_id",
	"said_ms < :before_ms"
	" AND opened_ms < :before_ms"))

SQL(CONVERSATION_MESSAGES_PRUNE,
    DELETE_A_PIECE(
	"conversation_messages", "chat_id, message_id", "at_ms < :before_ms"))

SQL(FORGET_CONVERSATION, "DELETE FROM conversations WHERE tg_id = :tg_id")

SQL(FORGET_CONVERSATION_MESSAGES,
    "DELETE FROM conversation_messages WHERE tg_id = :tg_id")

SQL(MINE_CONVERSATION,
    "SELECT opened_ms, said_ms, closed_ms FROM conversations"
    " WHERE tg_id = :tg_id")

SQL(MINE_CONVERSATION_MESSAGES,
    "SELECT message_id, their_id, is_ours, at_ms FROM conversation_messages"
    " WHERE tg_id = :tg_id ORDER BY at_ms, message_id")
