/* The coach listens: which messages are questions, and whose are taken. What
 * is answered, and how, is the
 * worker's affair (answer.c). All inside a transaction. */
#ifndef COACH_LISTEN_H
#define COACH_LISTEN_H

#include "shop/app.h"
#include "telegram/api.h"
#include "telegram/update.h"

#define COACH_MAX_CHARS 1000 /* of a question */

/* What somebody wrote or said to the bot, or to the coach's group; text is
 * without the command that it may have followed. *heard false: there is no
 * coach here (no lessons and nobody to ask), or it was no question. The answer
 * is in the language that its asker reads. */
enum err listen_to(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, const char *text, struct tg_reply *reply,
    bool *heard) MUST_CHECK;

/* Words of crisis come before all else, limits and commands too: *heard where
 * there are any. */
enum err listen_to_crisis(struct app *app, struct arena *a,
    const struct tg_update *u, enum language in, struct tg_reply *reply,
    bool *heard) MUST_CHECK;

/* In the coach's group: /ask, a reply to the bot, or one to a post that asks.
 * *text is what is asked, or NULL; *is_asked false: it is for others. */
enum err listen_is_asked(struct app *app, struct arena *a,
    const struct tg_update *u, const char **text, bool *is_asked) MUST_CHECK;

#endif
