/* admit grant, revoke: access by the operator's word. */
#include "who.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_DAYS 36500

struct telling {
	struct app *app;
	struct arena arena;
	struct fact fact;
	struct order order; /* that it was about; its id is 0: there is none */
};

static enum err
record(struct db *db, void *ctx)
{
	struct telling *t = ctx;

	(void)db;
	return ledger_record(t->app, &t->arena, &t->fact, &t->order);
}

/* What the operator says of a buyer and a product is a fact like any other:
 * the same call records it, and the same follows from it. */
static enum err
tell(struct telling *t, enum fact_kind kind, const struct who *who)
{
	t->fact.kind = kind;
	t->fact.provider = "grant";
	t->fact.tg_id = who->tg_id;
	t->fact.product = who->product->id;
	t->fact.livemode = t->app->conf.livemode;
	return db_transaction(t->app->db, record, t);
}

/* Takes "--days N" off the end of the arguments: *until_ms. */
static bool
read_days(int *argc, char **argv, int64_t *until_ms)
{
	int64_t days;

	if (*argc < 2 || strcmp(argv[*argc - 2], "--days") != 0)
		return true;
	if (!str_to_i64(str_from(argv[*argc - 1]), &days) || days < 1 ||
	    days > MAX_DAYS)
		return false;
	*until_ms = clock_now_ms() + days * DAY_MS;
	*argc -= 2;
	return true;
}

/* Without "--days" for good. Each grant is an order, which `admit orders` shows
 * and a later revoke takes away. */
int
cmd_grant(struct app *app, int argc, char **argv)
{
	static const char usage[] = "grant TG_ID [PRODUCT] [--days N]";
	struct telling t = { .app = app };
	struct who who;
	char until[CLOCK_DATE_BYTES];
	int status;
	enum err e;

	if (!read_days(&argc, argv, &t.fact.until_ms))
		argc = 0;
	status = who_read(app, PROGRAM_LEDGER, argc, argv, 2, usage, &who);
	if (status != 0)
		return status;
	e = tell(&t, FACT_GRANTED, &who);
	clock_date(t.fact.until_ms, until);
	if (e == ERR_OK)
		printf("Granted%s%s as order %" PRId64
		       "; the worker sends the invite.\n",
		    t.fact.until_ms == 0 ? "" : " until ",
		    t.fact.until_ms == 0 ? "" : until, t.order.id);
	arena_free(&t.arena);
	return cmd_recorded(app, e);
}

int
cmd_revoke(struct app *app, int argc, char **argv)
{
	struct telling t = { .app = app };
	struct who who;
	int status = who_read(
	    app, PROGRAM_LEDGER, argc, argv, 2, "revoke TG_ID [PRODUCT]", &who);
	enum err e;

	if (status != 0)
		return status;
	e = tell(&t, FACT_REVOKED, &who);
	arena_free(&t.arena);
	if (e == ERR_OK && t.order.id == 0) {
		puts("There is nothing to revoke. What still charged them is "
		     "being ended, if there is any.");
		(void)cmd_recorded(app, e);
		return 1;
	}
	if (e == ERR_OK)
		puts("Revoked; the worker does what follows. No money goes "
		     "back: for that there is `admit refund`.");
	return cmd_recorded(app, e);
}
