/* /admin: the shop in the hand of those who run it. Everybody else is answered
 * as if there were no such word, and who may what is asked at each press. What
 * changes something is asked for, stands in the trail (ledger/audit.h), and is
 * done by the press that confirms it. */
#ifndef BOT_ADMIN_H
#define BOT_ADMIN_H

#include "bot/reply.h"

/* A message in the private chat: "/admin ..." or one that was forwarded there,
 * by an operator. *taken false: it is none of this. */
enum err admin_heard(struct reply *r, bool *taken) MUST_CHECK;

/* Whether the data are of one of the buttons, and an operator pressed it. */
enum err admin_is_pressed(
    struct reply *r, struct str data, bool *is) MUST_CHECK;

/* A press of one of the buttons, whose data is without "op:". What it leads to
 * is promised to the worker. */
enum err admin_pressed(struct reply *r, struct str data) MUST_CHECK;

/* What was promised so, "op/card/5", into the reply. *said false: the word is
 * another. */
enum err admin_say(struct reply *r, struct str word, bool *said) MUST_CHECK;

/* The words that an operator sends a buyer, by their number in the trail; NULL:
 * there are none for this person. */
enum err admin_letter_text(enum language in, struct app *app, struct arena *a,
    struct str id, int64_t tg_id, const char **text) MUST_CHECK;

#endif
