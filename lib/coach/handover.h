/* The people behind the coach: a question goes on to the support chat, a reply
 * there goes back to who asked. All of this is called inside a transaction; the
 * worker does the rest (outbox/kind.h). */
#ifndef COACH_HANDOVER_H
#define COACH_HANDOVER_H

#include "coach/question.h"
#include "shop/app.h"
#include "telegram/api.h"
#include "telegram/update.h"

/* The button under an answer. id is the question's; somebody else's is left
 * alone. */
enum err
support_pass_on(struct app *app, struct arena *a, const struct tg_update *u,
    struct str id, struct tg_reply *reply) MUST_CHECK;

/* The same button in a group, where everybody sees it: what its presser is
 * told. The person's reply comes to the asker alone, so they must have opened
 * the bot; url leads there, to do both at once. */
struct support_word {
	const char *text, *url; /* NULL: none */
};
enum err support_pressed_in_group(struct app *app, struct arena *a,
    const struct tg_update *u, struct str id, struct tg_reply *reply,
    struct support_word *word) MUST_CHECK;

/* The word behind /start by which such a link asks: "ask_" and the number.
 * *taken false: it is another. */
enum err
support_started(struct app *app, struct arena *a, const struct tg_update *u,
    struct str word, struct tg_reply *reply, bool *taken) MUST_CHECK;

/* A reply in the support chat. *taken false: it is none. */
enum err support_pass_back(struct app *app, struct arena *a,
    const struct tg_update *u, struct tg_reply *reply, bool *taken) MUST_CHECK;

/* Promises that a person sees the question, and tells the operators. */
enum err support_call(
    struct app *app, struct arena *a, const struct question *q) MUST_CHECK;

#endif
