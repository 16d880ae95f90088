/* What somebody has with the people behind the bot, in the support chat: open
 * or closed, and which message there is which one here. One to a person, kept
 * by numbers alone: no words. Writing functions are called inside a
 * transaction. */
#ifndef COACH_CONVERSATION_H
#define COACH_CONVERSATION_H

#include "base/units.h"
#include "coach/question.h"

/* For so long after the last word what somebody writes belongs to the open
 * conversation; later it is for the coach again, where there is one. */
#define CONVERSATION_HOLDS_MS DAY_MS

struct conversation {
	int64_t tg_id;          /* 0: there is none */
	struct message_at card; /* message_id 0: none yet */
	int64_t opened_ms;
	int64_t said_ms;   /* 0: what comes next is not meant for people */
	int64_t closed_ms; /* 0: it is open */
};

enum err conversation_get(struct db *db, struct arena *a, int64_t tg_id,
    struct conversation *out) MUST_CHECK;

/* Whether what its person says now belongs to it. */
bool conversation_holds(const struct conversation *c);

/* The person has said something: a new one, or one that was closed, opens.
 * goes_on false: they did not ask for people, so nothing more is shown them. */
enum err conversation_open(
    struct db *db, int64_t tg_id, bool goes_on) MUST_CHECK;

/* Those in the support chat have answered, or opened it again. */
enum err conversation_said(struct db *db, int64_t tg_id) MUST_CHECK;

/* They have closed it; *was false: it was not open. */
enum err conversation_close(struct db *db, int64_t tg_id, bool *was) MUST_CHECK;

enum err conversation_note_card(
    struct db *db, int64_t tg_id, struct message_at card) MUST_CHECK;

/* A message in the support chat. */
struct conversation_message {
	int64_t tg_id;
	int64_t their_id; /* what it is in the person's own chat; 0: nothing */
	bool is_ours;     /* an answer; else theirs, or a card about them */
};

/* Once noted it stays so. */
enum err conversation_note(struct db *db, struct message_at at,
    const struct conversation_message *m) MUST_CHECK;

/* ERR_NOT_FOUND: it is none of these. */
enum err conversation_whose(struct db *db, struct arena *a,
    struct message_at at, struct conversation_message *out) MUST_CHECK;

/* Whether a message in the person's own chat is an answer from there. */
enum err conversation_is_answer(struct db *db, struct arena *a, int64_t tg_id,
    int64_t message_id, bool *is) MUST_CHECK;

#endif
