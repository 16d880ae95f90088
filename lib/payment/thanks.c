/* Finding what a buyer has paid, and the way in that it opened. */
#include "payment/thanks.h"

#include "payment/provider.h"

struct thanks {
	struct app *app;
	struct arena *arena;
	const char *id;
	const struct limit_who *who;
	int64_t wait_s;
	const struct provider *provider;
	struct finding found;
	struct order order; /* what is known of it, */
	struct term term;   /* and of its buyer */
	struct order told;  /* the same, as the provider told it */
	struct term told_term;
};

static enum err
record(struct db *db, void *ctx)
{
	struct thanks *t = ctx;
	enum err e = t->found.record(t->app, t->arena, t->found.what, &t->told);

	if (e == ERR_OK && t->told.id == 0)
		return ERR_NOT_FOUND; /* another shop's */
	return e == ERR_OK ? ledger_term(db, t->arena, t->told.tg_id,
				 t->told.product, &t->told_term) :
			     e;
}

static enum err
read_answer(void *ctx, const struct http_response *res)
{
	struct thanks *t = ctx;

	return t->provider->told(t->app, t->arena, res, &t->found);
}

/* Paid and yet out: it was given back, or taken away. A payment that failed
 * after it was on its way is none. */
static enum checkout_state
state_of(const struct order *o, enum access access)
{
	if (o->paid_ms != 0)
		return access == ACCESS_IN ? CHECKOUT_PAID : CHECKOUT_NONE;
	return o->processing_ms != 0 && o->failed_ms == 0 ?
	    CHECKOUT_PROCESSING :
	    CHECKOUT_NONE;
}

static void
link_from_row(const struct row *row, void *ctx)
{
	*(const char **)ctx = row_text(row, 0);
}

/* The one for all, or the one that the worker has had made for this buyer: it
 * lets nobody else in. */
static const char *
link_for(struct app *app, struct arena *a, const struct order *o,
    const struct product *p)
{
	const char *link = NULL;
	enum err e;

	if (p == NULL)
		return NULL;
	if (p->channels[0].chat_id == NULL)
		return p->channels[0].link;
	e = db_one(app->db, a, SQL_MEMBER_LINK_ALIVE,
	    KV(kv_int("tg_id", o->tg_id),
		kv_text("chat_id", p->channels[0].chat_id)),
	    link_from_row, &link);
	return e == ERR_OK ? link : NULL;
}

static enum err
find_in_ledger(struct thanks *t, struct db *db)
{
	enum err e = ledger_order_by_session(db, t->arena, t->id, &t->order);

	if (e == ERR_OK)
		e = ledger_term(
		    db, t->arena, t->order.tg_id, t->order.product, &t->term);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- the steps of the visit ---- */

/* Each asking is a call to Stripe. Without a limit, whoever makes up ids could
 * use up what Stripe allows the shop in a second. */
static enum err
look(struct db *db, void *ctx)
{
	struct thanks *t = ctx;
	enum err e = find_in_ledger(t, db);

	if (e != ERR_OK || t->order.paid_ms != 0)
		return e;
	/* What is over the limit is counted as well, so no failure. */
	e = limit_address(t->app, t->arena, t->who, &t->wait_s);
	return e == ERR_THROTTLED ? ERR_OK : e;
}

/* A limit that cannot be counted holds nobody up, and a ledger that cannot be
 * written can perhaps be read. */
static void
blind(void *ctx)
{
	struct thanks *t = ctx;

	t->wait_s = 0;
	t->order = (struct order){ 0 };
	if (find_in_ledger(t, t->app->db) == ERR_OK)
		return;
	t->order = (struct order){ 0 };
	t->term = (struct term){ 0 };
}

/* The provider is asked where the ledger does not know of the payment: the
 * buyer is often back before the post that tells of it. */
static enum err
ask(void *ctx, struct http_request *out)
{
	struct thanks *t = ctx;

	if (t->order.paid_ms == 0 && t->wait_s == 0)
		*out = t->provider->ask(t->app, t->arena, t->id);
	return ERR_OK;
}

static enum visit_note
heard(void *ctx, enum err e)
{
	(void)ctx;
	return e == ERR_OK ? VISIT_NOTES_FOR_GOOD : VISIT_NOTES_NOTHING;
}

/* The bank is at work, or has said no; or nobody can pay there any more. */
static bool
has_word(const struct order *o)
{
	return o->processing_ms != 0 || o->failed_ms != 0 || o->expired_ms != 0;
}

/* Where the provider tells nothing, or must not be asked now, what the ledger
 * knows is said. */
static enum err
choose(struct thanks *t, enum err e)
{
	if (e == ERR_OK && t->told.id != 0) {
		t->order = t->told;
		t->term = t->told_term;
	} else if (has_word(&t->order)) {
		t->wait_s = 0;
		e = ERR_OK;
	}
	return e;
}

static enum err
end(void *ctx, enum err asked, enum err noted, struct checkout *out)
{
	struct thanks *t = ctx;
	enum err e = choose(t, asked == ERR_OK ? noted : asked);

	*out = (struct checkout){ .state = state_of(&t->order, t->term.access),
		.term = t->term,
		.product = catalog_find(&t->app->catalog, t->order.product),
		.wait_s = t->wait_s };
	/* Over the limit nobody was asked, and the ledger has no word. */
	if (t->wait_s > 0)
		out->state = CHECKOUT_LIMITED;
	if (e == ERR_OK && out->state == CHECKOUT_PAID)
		out->link = link_for(t->app, t->arena, &t->order, out->product);
	return e;
}

enum err
thanks_visit(struct app *app, struct arena *a, const struct limit_who *who,
    const char *id, struct visit *out)
{
	struct thanks *t = arena_alloc(a, sizeof(*t));

	/* The id stands in an address that anybody can write, so its look is
	 * judged before the ledger or a provider is asked. */
	*t = (struct thanks){ .app = app,
		.arena = a,
		.id = id,
		.who = who,
		.provider = provider_by_look(str_from(id)) };
	*out = (struct visit){ look, blind, ask, read_answer, heard, record,
		end, false, t };
	return t->provider == NULL ? ERR_INPUT : ERR_OK;
}
