/* admit refund: a payment goes back whole, by whoever took it. */
#include "cmd.h"

#include "payment/provider.h"

#include <stdio.h>

struct refunding {
	struct app *app;
	struct arena arena;
	struct order order;
	struct refund refund;
	const char *provider_name;
	const struct provider *provider;
	struct fact fact; /* what has become of it */
};

static void
payment_from_row(const struct row *row, void *ctx)
{
	struct refunding *r = ctx;

	r->provider_name = row_text(row, 0);
	r->refund.payment = row_text(row, 1);
}

/* The order and its payment, where there is money in it. */
static bool
find(struct refunding *r, int64_t id)
{
	struct db *db = r->app->db;
	enum err e = ledger_order_by_id(db, &r->arena, id, &r->order);

	if (e == ERR_OK)
		e = db_one(db, &r->arena, SQL_ORDER_PAYMENT,
		    KV(kv_int("id", id)), payment_from_row, r);
	r->refund.order = &r->order;
	if (e == ERR_OK && r->refund.payment != NULL && r->order.paid_ms != 0)
		return true;
	puts("There is no such order, or no money in it: see `admit orders`.");
	return false;
}

/* A grant has no provider, and a ledger may hold orders of one that only a
 * newer program knows. */
static bool
find_provider(struct refunding *r)
{
	r->provider = provider_find(str_from(r->provider_name));
	if (r->provider != NULL && r->provider->refund != NULL)
		return true;
	printf("This program cannot send back what was paid by \"%s\".\n",
	    r->provider_name);
	return false;
}

/* The money first and the ledger after it: if this program ends in between, the
 * provider tells of the refund like of any other. */
static enum err
send_back(struct refunding *r)
{
	struct http *http = http_new();
	struct http_response res;
	struct http_request req;
	enum err e;

	if (http == NULL)
		return ERR_INTERNAL;
	req = r->provider->refund(r->app, &r->arena, &r->refund);
	e = http_send(http, &r->arena, &req, &res);
	if (e == ERR_OK)
		e = r->provider->refunded(
		    r->app, &r->arena, &r->refund, &res, &r->fact);
	http_free(http);
	return e;
}

static enum err
record(struct db *db, void *ctx)
{
	struct refunding *r = ctx;

	(void)db;
	return ledger_record(r->app, &r->arena, &r->fact, NULL);
}

/* A refund of a method that pays back slowly, or that the provider holds. */
static bool
is_waiting(const struct fact *f)
{
	return f->kind == FACT_REFUND && f->refund != REFUND_BACK;
}

static int
refund(struct refunding *r)
{
	if (send_back(r) != ERR_OK) {
		printf("The money did not go back: %s did not do it, and the "
		       "log above may say why. Has it gone before? Else run "
		       "this again: it goes back once.\n",
		    r->provider->title);
		return 1;
	}
	if (is_waiting(&r->fact))
		printf("Asked for, but the money has not gone: the payment's "
		       "page at %s says what it waits for. Access stays until "
		       "then.\n",
		    r->provider->title);
	else
		puts("The money goes back.");
	return cmd_recorded(r->app, db_transaction(r->app->db, record, r));
}

int
cmd_refund(struct app *app, int argc, char **argv)
{
	struct refunding r = { .app = app };
	int64_t id = 0;
	int status = 1;

	if (argc != 1 || !str_to_i64(str_from(argv[0]), &id)) {
		fputs("usage: admit refund ORDER\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_WORKER;
	if (!cmd_ledger_ok(app))
		return 1;
	if (find(&r, id) && find_provider(&r))
		status = refund(&r);
	arena_free(&r.arena);
	return status;
}
