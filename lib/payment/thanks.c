/* Finding what a buyer has paid, and the way in that it opened. */
#include "payment/thanks.h"

#include "payment/call.h"
#include "payment/provider.h"

struct thanks {
	struct app *app;
	struct arena *arena;
	const struct limit_who *who;
	int64_t wait_s;
	const struct provider *provider;
	struct finding found;
	struct order order;
	struct term term;
};

static enum err
record(struct db *db, void *ctx)
{
	struct thanks *t = ctx;
	enum err e =
	    t->found.record(t->app, t->arena, t->found.what, &t->order);

	if (e == ERR_OK && t->order.id == 0)
		return ERR_NOT_FOUND; /* another shop's */
	return e == ERR_OK ? ledger_term(db, t->arena, t->order.tg_id,
				 t->order.product, &t->term) :
			     e;
}

static enum err
read_answer(void *ctx, const struct http_response *res)
{
	struct thanks *t = ctx;

	return t->provider->told(t->app, t->arena, res, &t->found);
}

/* Each asking is a call to Stripe. Without a limit, whoever makes up ids could
 * use up what Stripe allows the shop in a second. */
static enum err
count_asking(struct db *db, void *ctx)
{
	struct thanks *t = ctx;
	enum err e;

	(void)db; /* the app's */
	/* What is over the limit is counted as well, so no failure. */
	e = limit_address(t->app, t->arena, t->who, &t->wait_s);
	return e == ERR_THROTTLED ? ERR_OK : e;
}

/* Two transactions with the call between them: the ledger must not be locked
 * while Stripe is waited for. */
static enum err
ask(struct thanks *t, struct http *http, const char *id)
{
	const struct http_request req = t->provider->ask(t->app, t->arena, id);
	const struct call call = { http, t->arena, &req, read_answer, t };
	enum err e = db_transaction(t->app->db, count_asking, t);

	/* A limit that cannot be counted holds nobody up. */
	if (t->wait_s > 0)
		return e;
	e = call_once(&call);
	if (e == ERR_OK)
		e = db_transaction(t->app->db, record, t);
	return e;
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
find_in_ledger(struct thanks *t, const char *id)
{
	struct app *app = t->app;
	enum err e = ledger_order_by_session(app->db, t->arena, id, &t->order);

	return e == ERR_OK ? ledger_term(app->db, t->arena, t->order.tg_id,
				 t->order.product, &t->term) :
			     e;
}

/* The bank is at work, or has said no; or nobody can pay there any more. */
static bool
has_word(const struct order *o)
{
	return o->processing_ms != 0 || o->failed_ms != 0 || o->expired_ms != 0;
}

/* The provider is asked where the ledger does not know of the payment: the
 * buyer is often back before the post that tells of it. Where that tells
 * nothing, or must not be asked now, what the ledger knows is said. */
static enum err
look(struct thanks *t, struct http *http, const char *id)
{
	enum err e = find_in_ledger(t, id);
	struct order order = t->order;
	struct term term = t->term;

	if (e == ERR_OK && order.paid_ms != 0)
		return ERR_OK;
	e = ask(t, http, id);
	if (e == ERR_OK && t->wait_s == 0)
		return ERR_OK;
	t->order = order;
	t->term = term;
	if (!has_word(&order))
		return e;
	t->wait_s = 0;
	return ERR_OK;
}

enum err
thanks_find(struct app *app, struct http *http, struct arena *a,
    const struct limit_who *who, const char *id, struct checkout *out)
{
	struct thanks t = { .app = app, .arena = a, .who = who };
	enum err e;

	*out = (struct checkout){ .state = CHECKOUT_NONE };
	/* The id stands in an address that anybody can write, so its look is
	 * judged before the ledger or a provider is asked. */
	t.provider = provider_by_look(str_from(id));
	if (t.provider == NULL)
		return ERR_INPUT;
	e = look(&t, http, id);
	*out = (struct checkout){ .state = state_of(&t.order, t.term.access),
		.term = t.term,
		.product = catalog_find(&app->catalog, t.order.product),
		.wait_s = t.wait_s };
	/* Over the limit nobody was asked, and the ledger has no word. */
	if (t.wait_s > 0)
		out->state = CHECKOUT_LIMITED;
	if (e == ERR_OK && out->state == CHECKOUT_PAID)
		out->link = link_for(app, a, &t.order, out->product);
	return e;
}
