/* A question that was spoken: from Telegram's file to its words, by three calls
 * one after another. The sound is never kept: it goes from one answer into the
 * next call. */
#ifndef COACH_VOICE_H
#define COACH_VOICE_H

#include "coach/question.h"
#include "shop/app.h"

enum voice_step {
	VOICE_FIND = 1, /* where Telegram keeps it */
	VOICE_GET,
	VOICE_HEAR /* a speech server writes its words down */
};

struct voice {
	enum voice_step step;
	struct http_request call; /* of that step; lives in the arena */
};

/* The first call for a question whose voice is there. */
struct voice voice_find(
    const struct app *app, struct arena *a, const struct question *q);

/* The call that the answer leads to; false: none, it is to be settled. */
bool voice_follow(const struct app *app, struct arena *a,
    const struct question *q, struct voice *v, const struct http_response *res);

/* The end of the calls, in a transaction: the words are noted with the
 * question, and whether they are of crisis; or that it failed, for good where
 * another try would end in the same way. call_err: there was no answer. */
enum err voice_settle(struct app *app, struct arena *a,
    const struct question *q, const struct voice *v, enum err call_err,
    const struct http_response *res) MUST_CHECK;

#endif
