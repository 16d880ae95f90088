/* The buttons under the bot's messages: which there are for a person, and what
 * a press does. A press may come from a message of long ago: a button that
 * means nothing any more does nothing. */
#ifndef BOT_MENU_H
#define BOT_MENU_H

#include "bot/reply.h"
#include "coach/handover.h"

#define MENU_BUY "buy"   /* the one thing that is sold, or with ":PRODUCT" */
#define MENU_OPEN "open" /* the way in, with ":PRODUCT" */
#define MENU_TEXT "text" /* a long text: "text:NAME" */

/* What commands_say() says. */
#define MENU_STATUS "status"
#define MENU_ASK "ask_how"
#define MENU_LEGAL "legal"
#define MENU_HELP "help"

#define MENU_MAX 8 /* buttons beside those for products */

/* Whether the operator has a long text of that name (shop/content.h). */
bool menu_has_content(const struct reply *r, const char *name);

/* Puts into m a button for each product that this person has not bought. */
enum err menu_choices(struct reply *r, struct tg_message *m) MUST_CHECK;

/* Adds to the *n in the list, which has room, a button for the page at Stripe
 * where the subscription to p is managed, if this person has one. */
enum err menu_add_portal(struct reply *r, const struct product *p,
    struct tg_choice *list, size_t *n) MUST_CHECK;

/* Puts into m a button for each language, and one for Telegram's own. */
void menu_languages(struct reply *r, struct tg_message *m);

/* Puts into m a button for each text of the law that the operator has. */
enum err menu_legal(struct reply *r, struct tg_message *m) MUST_CHECK;

/* Has a long text sent by the worker; *is_there false: the operator has none of
 * that name, and nothing was promised. */
enum err menu_text(
    struct reply *r, const char *name, bool *is_there) MUST_CHECK;

/* The data of the button that confirms /forgetme; it works for an hour. */
const char *menu_forget_data(struct arena *a);

/* That of "do not remind me", for messages that the worker sends. */
#define MENU_NO_REMINDERS "unremind"

/* That of "no more of these" under a message to many. */
#define MENU_NO_LETTERS "no_letters"

/* What the button of the update does, by its data, in the private chat. The
 * worker does it: the reply only stops the button's spinner. */
enum err menu_pressed(struct reply *r) MUST_CHECK;

/* The same in a group, where two buttons have a meaning: *word is what its
 * presser is told, left alone for any other. */
enum err menu_pressed_in_group(
    struct reply *r, struct handover_word *word) MUST_CHECK;

#endif
