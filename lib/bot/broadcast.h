/* "Write to many" of /admin: an owner chooses whom it is for, sends the bot the
 * message, sees it as they will and how many they are, and confirms; then it
 * can be held, gone on with and stopped. Sending it is broadcast_send.c's. */
#ifndef BOT_BROADCAST_H
#define BOT_BROADCAST_H

#include "bot/admin_page.h"
#include "ledger/audit.h"

/* The message that an operator was asked for, whatever it is but a command.
 * *taken false: nobody was asked for one. */
enum err broadcast_heard(struct reply *r, bool *taken) MUST_CHECK;

/* The pages, by what follows "many/": "" whom it may be for, "whom/SEGMENT/ID"
 * in which language they read, "send/N" asks for the message, "refused" says
 * that Telegram will not have it, "how/N" how it goes. */
enum err broadcast_page(struct admin_page *p, struct str arg) MUST_CHECK;

/* A press on a button of theirs. What changes something is done, and *args is
 * then the page that is to follow; of the others it stays as it is. */
enum err broadcast_pressed(struct reply *r, struct str *args) MUST_CHECK;

/* The last question, what its yes does, and what is told then, which is how it
 * goes: see admin_ask.c and admin_do.c. */
enum err broadcast_ask(struct admin_page *p, const struct act *act,
    enum text text, bool *may) MUST_CHECK;
enum err broadcast_start(
    struct reply *r, const struct act *act, const char **result) MUST_CHECK;
enum err broadcast_told(struct admin_page *p, const struct act *act) MUST_CHECK;

#endif
