/* admit grant, revoke: access by the operator's word. */
#include "who.h"

#include "base/clock.h"
#include "ledger/byhand.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct telling {
	struct app *app;
	struct arena arena;
	struct act act;
	struct order order; /* that it was about; its id is 0: there is none */
};

static enum err
record(struct db *db, void *ctx)
{
	struct telling *t = ctx;
	const char *result;

	(void)db;
	return str_eq(str_from(t->act.act), ACT_GRANT) ?
	    byhand_grant(t->app, &t->arena, &t->act, &t->order, &result) :
	    byhand_revoke(t->app, &t->arena, &t->act, &t->order, &result);
}

/* The same calls as in the chat: what follows from it is promised there. */
static enum err
tell(struct telling *t, const char *what, const struct who *who)
{
	t->act.act = what;
	t->act.tg_id = who->tg_id;
	t->act.product = who->product->id;
	return db_transaction(t->app->db, record, t);
}

/* Takes "--days N" off the end of the arguments. */
static bool
read_days(int *argc, char **argv, int64_t *days)
{
	if (*argc < 2 || strcmp(argv[*argc - 2], "--days") != 0)
		return true;
	if (!str_to_i64(str_from(argv[*argc - 1]), days) || *days < 1 ||
	    *days > BYHAND_MAX_DAYS)
		return false;
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

	if (!read_days(&argc, argv, &t.act.amount))
		argc = 0;
	status = who_read(app, PROGRAM_LEDGER, argc, argv, 2, usage, &who);
	if (status != 0)
		return status;
	e = tell(&t, ACT_GRANT, &who);
	clock_date(clock_now_ms() + t.act.amount * DAY_MS, until);
	if (e == ERR_OK)
		printf("Granted%s%s as order %" PRId64
		       "; the worker sends the invite.\n",
		    t.act.amount == 0 ? "" : " until ",
		    t.act.amount == 0 ? "" : until, t.order.id);
	arena_free(&t.arena);
	return cmd_recorded(app, e);
}

/* What charges them is ended whether or not there was something to revoke. */
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
	e = tell(&t, ACT_REVOKE, &who);
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
