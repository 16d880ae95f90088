/* What several statements share: the columns of an order, as its reader takes
 * them, and the numbers that are stored for words. Those belong to enums that
 * stand above the store; tests/unit/test_sql_words.c holds both equal. */
#ifndef STORE_SQL_WORDS_H
#define STORE_SQL_WORDS_H

#define ORDER_COLUMNS \
	"orders.id, orders.tg_id, orders.product, orders.session_id," \
	" orders.paid_ms, orders.processing_ms, orders.failed_ms," \
	" orders.expired_ms, orders.amount_minor, orders.currency"

/* The first :n of such rows, whichever those are. What is old goes in pieces:
 * whoever wants to write meanwhile waits for one of them and not for all. */
#define A_PIECE(verb, table, key, which) \
	verb " WHERE (" key ") IN (SELECT " key " FROM " table " WHERE " which \
	     " LIMIT :n)"
#define DELETE_A_PIECE(table, key, which) \
	A_PIECE("DELETE FROM " table, table, key, which)

/* The line in which a job waits; null: it does not. Its index, jobs_due, has
 * the same words. */
#define LINE_OF_WAITING \
	"(CASE WHEN done_ms IS NULL AND parked_ms IS NULL THEN late END)"

#define WORD_LINE_CHANNEL "0"
#define WORD_LINE_INVITE "1"
#define WORD_LINE_ASK "2"
#define WORD_JOB_INVITE "1"
#define WORD_JOB_NOTICE "2"
#define WORD_JOB_ALERT "4"
#define WORD_JOB_MEMBER "6"
#define WORD_JOB_PORTAL "8"
#define WORD_JOB_CANCEL "12"
#define WORD_JOB_REFUND "14"
#define WORD_JOB_BROADCAST "18"
#define WORD_BROADCAST_RUNNING "3"
#define WORD_BROADCAST_PAUSED "4"
#define WORD_BROADCAST_STOPPED "5"
#define WORD_QUESTION_ANSWERED "1"
#define WORD_QUESTION_QUOTED "2"
#define WORD_QUESTION_NOT_FOUND "3"
#define WORD_QUESTION_NO_ACCESS "4"
#define WORD_QUESTION_CRISIS "5"
#define WORD_QUESTION_UNHEARD "6"
#define WORD_QUESTION_TOO_LATE "7"
#define WORD_QUESTION_HELPED "8"
#define WORD_QUESTION_SHOWN "9"
#define WORD_MEMBER_OUT "1"
#define WORD_MEMBER_IN "2"
#define WORD_MEMBER_BANNED "3"
#define WORD_MEMBER_SENT_OFF "5"
#define WORD_MEMBER_STAYS "8"
#define WORD_REFUND_BACK "0"
#define WORD_DISPUTE_OPEN "1"
#define WORD_DISPUTE_LOST "2"
#define WORD_DISPUTE_WARNING "0"
#define WORD_DISPUTE_SETTLED "3"
#define WORD_PAYMENT_FIRST "1"
#define WORD_PAYMENT_RENEWAL "2"
#define WORD_PAYMENT_OTHER "3"
#define WORD_MOMENT_SAID "0"
#define WORD_MOMENT_SURE "2"
#define WORD_MOVED_BACK "11"
#define WORD_MOVED_DISPUTED "12"
#define WORD_AUDIT_FORGOTTEN "-1"
#define WORD_ROLE_SUPPORT "2"
#define WORD_ROLE_OWNER "3"

#endif
