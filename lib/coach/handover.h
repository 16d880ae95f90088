/* The people behind the coach: a question goes on to the support chat, a reply
 * there goes back to who asked. All of this is called inside a transaction; the
 * worker does the rest (outbox/kind.h). */
#ifndef COACH_HANDOVER_H
#define COACH_HANDOVER_H

#include "coach/conversation.h"
#include "shop/app.h"
#include "telegram/api.h"
#include "telegram/update.h"

/* A person was asked for by the button under an answer. id is the question's
 * number; one that somebody else asked is left alone, and *taken false. */
enum err handover_pass_on(struct app *app, struct arena *a,
    const struct tg_update *u, struct str id, bool *taken) MUST_CHECK;

/* The same button in a group, where everybody can press it; *word is what its
 * presser is told. A person's reply goes to the asker alone, so the asker must
 * have opened the bot; url leads there and asks at once. */
struct handover_word {
	const char *text, *url; /* NULL: none */
};
enum err handover_pressed_in_group(struct app *app, struct arena *a,
    const struct tg_update *u, enum language in, struct str id,
    struct handover_word *word) MUST_CHECK;

/* Reads the word behind /start with which such a link opens the bot: "ask_" and
 * the question's number. *taken false: the word is of another kind. */
enum err handover_started(struct app *app, struct arena *a,
    const struct tg_update *u, struct str word, bool *taken) MUST_CHECK;

/* Promises that people see what somebody said in the private chat, as it is,
 * and opens a conversation or goes on with it. */
enum err handover_pass(
    struct app *app, struct arena *a, const struct tg_update *u) MUST_CHECK;

/* Promises the person a reply that was written in the support chat, to a
 * message of theirs or to the card below it. Who wrote it is not told. *taken
 * false: the message is no such reply. */
enum err handover_pass_back(struct app *app, struct arena *a,
    const struct tg_update *u, bool *taken) MUST_CHECK;

/* Promises that a person sees the question, as its asker wants it or because
 * nobody else can answer: once, however often this is called. What they say
 * next is for people as well, unless it was of crisis: then they asked for
 * nobody. Only where there is a support chat. */
enum err handover_show(
    struct app *app, struct arena *a, const struct question *q) MUST_CHECK;

/* Promises that the card in the support chat says how it stands by now, after
 * what an update changed. */
enum err handover_state(struct db *db, struct arena *a, int64_t tg_id,
    int64_t update_id) MUST_CHECK;

/* As handover_show() after words of crisis, and tells the operators. */
enum err handover_call(
    struct app *app, struct arena *a, const struct question *q) MUST_CHECK;

#endif
