/* Messages to many: what is sent to whom, and how far it has come. */

SQL(BROADCAST_ADD,
    "INSERT INTO broadcasts (actor, segment, product, language, state,"
    " asked_ms) VALUES (:actor, :segment, :product, :language, :state,"
    " :now_ms) RETURNING id")

#define BROADCAST_COLUMNS \
	"id, actor, segment, product, language, state, COALESCE(chat_id, 0)," \
	" COALESCE(message_id, 0), n_people, after_id, n_sent, n_gone," \
	" n_failed, asked_ms, words"

SQL(BROADCAST_GET,
    "SELECT " BROADCAST_COLUMNS " FROM broadcasts WHERE id = :id")

/* The one that this person is asked to send the message for. */
SQL(BROADCAST_WAITING,
    "SELECT " BROADCAST_COLUMNS " FROM broadcasts WHERE actor = :actor"
    " AND state = :state AND asked_ms > :since_ms ORDER BY id DESC LIMIT 1")

/* One after another. */
SQL(BROADCAST_NEXT,
    "SELECT " BROADCAST_COLUMNS " FROM broadcasts WHERE state = :state"
    " ORDER BY id LIMIT 1")

SQL(BROADCAST_MESSAGE,
    "UPDATE broadcasts SET chat_id = :chat_id, message_id = :message_id,"
    " state = :state WHERE id = :id")

SQL(BROADCAST_WORDS,
    "UPDATE broadcasts SET words = :words, state = :state WHERE id = :id")

/* For operators, the newest first. */
SQL(BROADCASTS_LIST,
    "SELECT " BROADCAST_COLUMNS " FROM broadcasts ORDER BY id DESC")

SQL(BROADCAST_COUNTED, "UPDATE broadcasts SET n_people = :n WHERE id = :id")

/* From one state to another, by whoever is first. */
SQL(BROADCAST_STATE,
    "UPDATE broadcasts SET state = :state WHERE id = :id AND state = :from")

/* By whoever is first: another one that read the same people promises none. */
SQL(BROADCAST_ADVANCE,
    "UPDATE broadcasts SET after_id = :after_id WHERE id = :id"
    " AND after_id = :from_id AND state = :state")

SQL(BROADCAST_GO_BACK,
    "UPDATE broadcasts SET after_id = :after_id WHERE id = :id")

SQL(BROADCAST_COUNT,
    "UPDATE broadcasts SET n_sent = n_sent + :sent, n_gone = n_gone + :gone,"
    " n_failed = n_failed + :failed WHERE id = :id")

/* Whom it is for: whoever spoke to the bot, has not blocked it, and wants such
 * messages. */
#define BROADCAST_WANTS \
	" users.tg_id > 0 AND users.bot_blocked_ms IS NULL" \
	" AND users.forget_ms IS NULL AND users.no_letters_ms IS NULL"
#define BROADCAST_SEGMENT \
	" AND (:segment = 'all'" \
	" OR (:segment = 'in' AND EXISTS (SELECT 1 FROM access" \
	" WHERE access.tg_id = users.tg_id AND access.product = :product" \
	" AND access.is_in = 1))" \
	" OR (:segment = 'ended' AND EXISTS (SELECT 1 FROM access" \
	" WHERE access.tg_id = users.tg_id) AND NOT EXISTS (SELECT 1" \
	" FROM access WHERE access.tg_id = users.tg_id" \
	" AND access.is_in = 1))" \
	" OR (:segment = 'never' AND NOT EXISTS (SELECT 1 FROM access" \
	" WHERE access.tg_id = users.tg_id) AND NOT EXISTS (SELECT 1" \
	" FROM orders WHERE orders.tg_id = users.tg_id" \
	" AND orders.paid_ms IS NOT NULL)))"

SQL(BROADCAST_PEOPLE,
    "SELECT users.tg_id, COALESCE(users.chosen_language, users.language)"
    " FROM users WHERE users.tg_id > :after_id"
    " AND" BROADCAST_WANTS BROADCAST_SEGMENT " ORDER BY users.tg_id LIMIT :n")

SQL(BROADCAST_LANGUAGES,
    "SELECT COALESCE(users.chosen_language, users.language), COUNT(*)"
    " FROM users WHERE" BROADCAST_WANTS BROADCAST_SEGMENT " GROUP BY 1")

/* Whether that still holds of one of them. */
SQL(BROADCAST_IS_WANTED,
    "SELECT COUNT(*) FROM users WHERE users.tg_id = :tg_id"
    " AND" BROADCAST_WANTS)

/* What is promised of it and not done. */
SQL(BROADCAST_OWED,
    "SELECT COUNT(*) FROM jobs WHERE kind = " WORD_JOB_BROADCAST
    " AND detail = :detail AND done_ms IS NULL")

/* The first of those that no worker is at; 0: none. */
SQL(BROADCAST_FIRST_LEFT,
    "SELECT COALESCE(MIN(tg_id), 0) FROM jobs WHERE kind"
    " = " WORD_JOB_BROADCAST
    " AND detail = :detail AND done_ms IS NULL AND lease_ms <= :now_ms")

SQL(BROADCAST_TAKE_BACK,
    "DELETE FROM jobs WHERE kind = " WORD_JOB_BROADCAST
    " AND detail = :detail AND done_ms IS NULL AND lease_ms <= :now_ms")

/* Promises that were kept are remembered by their number alone: that of the
 * last one before whom nothing is left to do. */
SQL(BROADCAST_TIDY,
    "DELETE FROM jobs WHERE kind = " WORD_JOB_BROADCAST
    " AND detail = :detail AND done_ms IS NOT NULL AND tg_id < COALESCE("
    "(SELECT MIN(owed.tg_id) FROM jobs AS owed"
    " WHERE owed.kind = " WORD_JOB_BROADCAST " AND owed.detail = :detail"
    " AND owed.done_ms IS NULL), :after_id + 1)")

SQL(BROADCASTS_PRUNE,
    DELETE_A_PIECE("broadcasts", "id",
	"asked_ms < :before_ms"
	" AND state NOT IN (" WORD_BROADCAST_RUNNING ", " WORD_BROADCAST_PAUSED
	")"))

/* Theirs ends: the message is in their chat. */
SQL(FORGET_BROADCASTS,
    "UPDATE broadcasts SET actor = -1, chat_id = NULL, message_id = NULL,"
    " state = CASE WHEN state < " WORD_BROADCAST_STOPPED
    " THEN " WORD_BROADCAST_STOPPED " ELSE state END WHERE actor = :tg_id")

/* And no other one ends with their number. */
SQL(FORGET_READER,
    "UPDATE broadcasts SET after_id = after_id - 1 WHERE after_id = :tg_id")

SQL(MINE_BROADCASTS,
    "SELECT id, segment, product, language, state, n_people, n_sent, asked_ms"
    " FROM broadcasts WHERE actor = :tg_id ORDER BY id")

SQL(RENAME_BROADCASTS,
    "UPDATE broadcasts SET product = :is_now WHERE product = :product")

SQL(LETTERS_SET,
    "UPDATE users SET no_letters_ms = :no_letters_ms WHERE tg_id = :tg_id")

SQL(LETTERS_GET,
    "SELECT COUNT(*) FROM users WHERE tg_id = :tg_id"
    " AND no_letters_ms IS NULL")
