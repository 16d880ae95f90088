/* Counting tokens by the month. */
#include "coach/tokens.h"

#include "base/clock.h"
#include "ledger/marks.h"
#include "outbox/alert.h"
#include "shop/text.h"

/* The month is in the mark's name, so a new one begins at nothing. */
static const char *
month_mark(struct arena *a)
{
	char today[CLOCK_DATE_BYTES];

	clock_date(clock_now_ms(), today);
	return arena_printf(a, "coach/%.7s", today);
}

/* Of these, what went to people who have bought nothing. */
static const char *
stranger_mark(struct arena *a)
{
	return arena_printf(a, "%s/strangers", month_mark(a));
}

/* The limit of all is looked at first: that it is reached is told. */
enum err
tokens_look(struct app *app, struct arena *a, bool is_buyer, int64_t n_tokens,
    enum tokens *out)
{
	int64_t limit = app->conf.coach_tokens_a_month, spent = 0, theirs = 0;
	enum err e = mark_get(app->db, a, month_mark(a), &spent);

	if (e == ERR_OK && !is_buyer)
		e = mark_get(app->db, a, stranger_mark(a), &theirs);
	*out = TOKENS_LEFT;
	if (limit > 0 && spent + n_tokens > limit)
		*out = TOKENS_SPENT;
	else if (!is_buyer &&
	    theirs + n_tokens > app->conf.coach_stranger_tokens)
		*out = TOKENS_NOT_FOR_STRANGERS;
	return e;
}

enum err
tokens_spend(struct app *app, struct arena *a, bool is_buyer, int64_t n_tokens)
{
	enum err e = mark_add(app->db, month_mark(a), n_tokens);

	return e != ERR_OK || is_buyer ?
	    e :
	    mark_add(app->db, stranger_mark(a), n_tokens);
}

/* The month is in the promise, so it is made once in each. */
enum err
tokens_alert(struct app *app, struct arena *a)
{
	return alert_promise(app, a,
	    arena_printf(a, "budget/%s", month_mark(a)),
	    &(struct alert_words){ .text = TEXT_ALERT_COACH_BUDGET,
		.values = KV(kv_int("amount", app->conf.coach_tokens_a_month)),
		.n = app->conf.coach_tokens_a_month });
}
