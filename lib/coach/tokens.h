/* The tokens that a model may take in a calendar month: all of them, and those
 * for people who have bought nothing. */
#ifndef COACH_TOKENS_H
#define COACH_TOKENS_H

#include "shop/app.h"

enum tokens {
	TOKENS_LEFT,
	TOKENS_SPENT, /* all of them: the operators should hear of it */
	TOKENS_NOT_FOR_STRANGERS /* who has bought nothing gets no more */
};

/* Whether a call of about n_tokens still fits. Reserves nothing: calls under
 * way at once may exceed the limit by what they take. */
enum err tokens_look(struct app *app, struct arena *a, bool is_buyer,
    int64_t n_tokens, enum tokens *out) MUST_CHECK;

/* What was taken; in a transaction. */
enum err tokens_spend(struct app *app, struct arena *a, bool is_buyer,
    int64_t n_tokens) MUST_CHECK;

/* Tells the operators that the month's are spent, once in that month; in a
 * transaction. */
enum err tokens_alert(struct app *app, struct arena *a) MUST_CHECK;

#endif
