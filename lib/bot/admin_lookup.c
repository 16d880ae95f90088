/* Asking whoever takes the money which payment an operator's words mean, where
 * the ledger does not know them: page after page, in one job. */
#include "bot/admin_page.h"
#include "outbox/message.h"
#include "payment/provider.h"

#define MAX_PAGES 10
#define PATIENCE_ATTEMPTS 3 /* an operator waits for the answer */

struct looking {
	const struct provider *whom;
	const char *words;
	struct sighting seen;
	int n_pages;
};

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct looking *l = arena_alloc(a, sizeof(*l));

	l->words = s->job.detail;
	l->whom = provider_who_knows(str_from(l->words));
	s->state = l;
	if (l->whom == NULL)
		return ERR_OK;
	s->call = l->whom->look_for(app, a, l->words, NULL);
	s->has_call = true;
	return ERR_OK;
}

/* As long as there are more pages, and not all day. */
static bool
follow(struct app *app, struct arena *a, struct step *s,
    const struct http_response *res)
{
	struct looking *l = s->state;

	if (l->whom->seen(a, l->words, res, &l->seen) != ERR_OK ||
	    l->seen.after == NULL || ++l->n_pages >= MAX_PAGES)
		return false;
	s->call = l->whom->look_for(app, a, l->words, l->seen.after);
	return true;
}

/* It comes as a notice, so that the role is asked for once more when it is
 * shown. */
static enum err
answer(struct app *app, struct arena *a, const struct step *s, const char *word)
{
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "looked_for/%s", s->job.promise), s->job.tg_id, 0,
	    arena_printf(a, ADMIN_NOTICE "%s", word));
}

/* A key without the right is not tried again: the operator hears of it, and can
 * look there meanwhile. */
static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	struct looking *l = s->state;
	enum err e = call_err;

	if (e == ERR_OK)
		e = l->whom->seen(a, l->words, res, &l->seen);
	if (e == ERR_OK && l->seen.name != NULL)
		return answer(
		    app, a, s, arena_printf(a, "found/%s", l->seen.name));
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		return answer(
		    app, a, s, arena_printf(a, "unseen/%s", l->whom->name));
	if (e == ERR_CONFIG || s->job.attempts >= PATIENCE_ATTEMPTS)
		return answer(
		    app, a, s, arena_printf(a, "unasked/%s", l->whom->name));
	message_retry_call(a, s, l->whom->title, e, res, o);
	return ERR_OK;
}

const struct job_kind lookup_kind = { .prepare = prepare,
	.follow = follow,
	.settle = settle,
	.is_silent = true };
