/* Questions to the coach. */

SQL(QUESTION_ADD,
    "INSERT INTO questions (tg_id, chat_id, message_id, question, voice,"
    " language, outcome, asked_ms) VALUES (:tg_id, :chat_id, :message_id,"
    " :question, :voice, :language, :outcome, :now_ms) RETURNING id")

SQL(QUESTION_GET,
    "SELECT id, tg_id, chat_id, message_id, question, voice, language, answer,"
    " n_tried, n_sent, outcome, ended_ms, is_private FROM questions"
    " WHERE id = :id")

SQL(QUESTION_FORWARDED,
    "SELECT id, tg_id, chat_id, message_id, question, voice, language, answer,"
    " n_tried, n_sent, outcome, ended_ms, is_private FROM questions"
    " WHERE forwarded_id = :message_id AND (forwarded_chat_id = :chat_id"
    " OR (forwarded_chat_id IS NULL AND tg_id = :writer_id))"
    " ORDER BY forwarded_chat_id IS NULL, id DESC LIMIT 1")

SQL(QUESTIONS_COUNT,
    "SELECT COUNT(CASE WHEN outcome <> " WORD_QUESTION_HELPED
    " THEN 1 END), COUNT(CASE WHEN ended_ms IS NULL"
    " AND asked_ms > :open_since_ms THEN 1 END) FROM questions"
    " WHERE tg_id = :tg_id AND asked_ms > :since_ms")

SQL(QUESTIONS_CRISES,
    "SELECT COUNT(*) FROM questions WHERE tg_id = :tg_id"
    " AND outcome = :outcome AND asked_ms > :since_ms AND id <= :id")

SQL(QUESTIONS_BEFORE,
    "SELECT question, answer FROM questions"
    " WHERE tg_id = :tg_id AND chat_id = :chat_id AND id < :id"
    " AND is_private = :is_private AND asked_ms > :since_ms"
    " AND question IS NOT NULL"
    " AND answer IS NOT NULL AND outcome = " WORD_QUESTION_ANSWERED
    " ORDER BY id DESC LIMIT :n")

SQL(QUESTION_HEARD,
    "UPDATE questions SET question = :question, outcome = :outcome,"
    " voice = NULL, n_tried = 0 WHERE id = :id")

SQL(QUESTION_TRIED,
    "UPDATE questions SET n_tried = n_tried + :n WHERE id = :id")

SQL(QUESTION_ANSWER,
    "UPDATE questions SET answer = :answer, outcome = :outcome"
    " WHERE id = :id")

SQL(QUESTION_SENT, "UPDATE questions SET n_sent = n_sent + 1 WHERE id = :id")

SQL(QUESTION_GO_PRIVATE, "UPDATE questions SET is_private = 1 WHERE id = :id")

SQL(QUESTION_NOTE_FORWARD,
    "UPDATE questions SET forwarded_id = :message_id,"
    " forwarded_chat_id = :chat_id WHERE id = :id")

SQL(QUESTION_END,
    "UPDATE questions SET ended_ms = :now_ms, outcome = :outcome"
    " WHERE id = :id")

SQL(UNANSWERED_ADD,
    "INSERT INTO unanswered (question, asked_ms)"
    " VALUES (:question, :now_ms)")

SQL(UNANSWERED_LIST,
    "SELECT question, asked_ms FROM unanswered WHERE asked_ms >= :since_ms"
    " ORDER BY asked_ms DESC LIMIT :n")

/* Forgets the words of questions, answered or not; an index holds just those
 * that still have some. */
SQL(QUESTIONS_FORGET,
    A_PIECE("UPDATE questions SET question = NULL, answer = NULL, voice = NULL",
	"questions", "id",
	"asked_ms < :before_ms AND (question IS NOT NULL"
	" OR answer IS NOT NULL OR voice IS NOT NULL)"))

SQL(QUESTIONS_PRUNE, DELETE_A_PIECE("questions", "id", "asked_ms < :before_ms"))

SQL(UNANSWERED_PRUNE,
    DELETE_A_PIECE("unanswered", "id", "asked_ms < :before_ms"))

SQL(FORGET_QUESTIONS, "DELETE FROM questions WHERE tg_id = :tg_id")
