/* The mark of the shop and what goes without it. */
#include "payment/stripe_ours.h"

#include "base/log.h"
#include "ledger/marks.h"
#include "ledger/products.h"

#include <inttypes.h>

/* The bot's number is public and stays when the token is replaced, so the mark
 * of sales made before goes on to fit. */
const char *
ours_mark(const struct app *app, struct arena *a)
{
	return app->conf.bot_id == 0 ?
	    NULL :
	    arena_printf(a, "%" PRId64, app->conf.bot_id);
}

/* Where Stripe keeps the price, only Stripe knows it. */
static bool
price_fits(const struct product *p, const struct stripe_session *s)
{
	if (p->price_id != NULL)
		return true;
	/* The subtotal, since discounts and taxes come after it. */
	return p->amount_minor > 0 && p->amount_minor == s->subtotal_minor &&
	    str_eq_nocase(str_from(s->currency), p->currency);
}

/* Where several things are sold, one must be named, by any name it had. */
static enum err
could_be_sold_here(struct app *app, struct arena *a,
    const struct stripe_session *s, bool *could)
{
	const struct product *p;
	enum err e = products_find(app, a, s->product, &p);

	*could = p != NULL && (s->product != NULL || app->catalog.n == 1) &&
	    price_fits(p, s);
	return e;
}

/* What the settings say counts. Where they are silent, a mark that the ledger
 * got when it was brought up to date says whether it was selling before there
 * were marks. */
static enum err
takes_unmarked(struct app *app, struct arena *a, bool *takes)
{
	const char *said = app->conf.accept_unmarked;
	int64_t mark = 0;
	enum err e;

	*takes = str_eq(str_from(said), "1");
	if (said != NULL)
		return ERR_OK;
	e = mark_get(app->db, a, "accept_unmarked", &mark);
	*takes = mark != 0;
	return e;
}

/* Without a mark of our own nobody can tell. */
static enum err
judge(struct app *app, struct arena *a, const struct stripe_session *s,
    const char *mark, bool *is_ours)
{
	enum err e = ERR_OK;

	*is_ours = true;
	if (mark != NULL && s->shop != NULL) {
		*is_ours = str_eq(str_from(s->shop), mark);
	} else if (mark != NULL) {
		e = takes_unmarked(app, a, is_ours);
		if (e == ERR_OK && *is_ours)
			e = could_be_sold_here(app, a, s, is_ours);
	}
	return e;
}

enum err
ours_is(struct app *app, struct arena *a, const struct stripe_session *s,
    bool *is_ours)
{
	enum err e = ERR_OK;

	/* Without a buyer's number nobody could be let in: another
	 * application's session, or a payment link made by hand. */
	*is_ours = s->is_sale && s->tg_id != 0;
	if (*is_ours)
		e = judge(app, a, s, ours_mark(app, a), is_ours);
	if (e == ERR_OK && !*is_ours)
		log_event(LOG_DEBUG, "session_foreign",
		    KV(kv_text("session", s->id), kv_text("shop", s->shop)));
	return e;
}
