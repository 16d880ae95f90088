/* The coach answers: from a question to the calls that it takes, one at a
 * time. A spoken one is heard first; the lessons are searched; a model words
 * the answer where there is one, else they are quoted. Whatever fails ends in
 * the quotes, never in silence. */
#ifndef SHOP_ANSWER_H
#define SHOP_ANSWER_H

#include "coach/search.h"
#include "shop/app.h"
#include "shop/jobs.h"
#include "shop/question.h"

enum answer_step {
	ANSWER_NOTHING,
	ANSWER_FIND_VOICE, /* where Telegram keeps it */
	ANSWER_GET_VOICE,
	ANSWER_HEAR,
	ANSWER_ASK, /* the model */
	ANSWER_SAY, /* a part of the answer, or all of it */
	ANSWER_PASS_ON,
	ANSWER_PASS_BACK
};

struct answer_call {
	enum answer_step step;
	bool is_to_telegram;
	struct http_request call;
	struct question q;
	const char *lost; /* why it can never be made, for the operators */
	enum question_outcome outcome; /* of ANSWER_SAY */
	bool is_last;                  /* part of it */
	bool is_over_budget;
	bool is_buyer; /* of anything */
	struct passage passages[PASSAGES_MAX];
	size_t n_passages;
	int64_t n_tokens; /* of ANSWER_ASK, roughly: where nobody counts */
};

enum err answer_prepare(struct app *app, struct arena *a, const struct job *job,
    struct answer_call *out) MUST_CHECK;

/* Whether the call just answered leads to another one at once, which c then
 * is. Nothing is written. */
bool answer_goes_on(struct app *app, struct arena *a, struct answer_call *c,
    const struct http_response *res);

/* What came of a call that said nothing to anybody: recorded, in a
 * transaction. The next step may follow in *wait_ms. */
enum err answer_settle(struct app *app, struct arena *a,
    const struct answer_call *c, enum err call_err,
    const struct http_response *res, int64_t *wait_ms) MUST_CHECK;

/* Telegram took the message: *is_over false where there are more parts. */
enum err answer_said(struct app *app, struct arena *a,
    const struct answer_call *c, struct json *result, bool *is_over) MUST_CHECK;

#endif
