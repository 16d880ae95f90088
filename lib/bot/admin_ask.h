/* What an operator can have done from the chat: reading what is wanted, and the
 * question before it. Nothing is changed here but the trail. */
#ifndef BOT_ADMIN_ASK_H
#define BOT_ADMIN_ASK_H

#include "bot/admin_page.h"
#include "ledger/audit.h"

/* The role that an act (audit.h's word) takes; ROLE_NONE: it is none. */
enum role admin_act_role(struct str word);

/* Reads what is wanted, by a button ("5:course:30", sep ':') or typed ("5
 * course 30", sep ' '). *out is zero but for its act where that made no sense:
 * its asked_ms is 0 then, else not. */
enum err admin_act_read(struct reply *r, const char *word, struct str args,
    char sep, struct act *out) MUST_CHECK;

/* The question, with buttons for yes and no; where it cannot be done, why. The
 * argument is its number in the trail. */
enum err admin_asked(struct admin_page *p, struct str id) MUST_CHECK;

/* What came of it. */
enum err admin_told(struct admin_page *p, struct str id) MUST_CHECK;

/* Choosing what to ask for: which product ("5"), for how long ("5/course"), how
 * to name a part of the money ("ORDER") and how to write to somebody ("5"). */
enum err admin_which(struct admin_page *p, struct str arg) MUST_CHECK;
enum err admin_days(struct admin_page *p, struct str arg) MUST_CHECK;
enum err admin_part(struct admin_page *p, struct str arg) MUST_CHECK;
enum err admin_letter(struct admin_page *p, struct str arg) MUST_CHECK;

#endif
