/* admit grant, revoke: access by the operator's word. */
#include "who.h"

#include "base/clock.h"
#include "ledger/byhand.h"

#include <inttypes.h>
#include <stdio.h>

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

/* 0: for good. */
static bool
read_days(const struct args *args, int64_t *days)
{
	const char *given = args->option[OPTION_DAYS];

	return given == NULL ||
	    (str_to_i64(str_from(given), days) && *days >= 1 &&
		*days <= BYHAND_MAX_DAYS);
}

/* Each grant is an order, which `admit orders` shows and a later revoke takes
 * away. */
static int
grant(struct telling *t, const struct who *who)
{
	char until[CLOCK_DATE_BYTES];
	enum err e = tell(t, ACT_GRANT, who);

	clock_local_date(clock_now_ms() + t->act.amount * DAY_MS, until);
	if (e == ERR_OK)
		printf("Granted%s%s as order %" PRId64
		       "; the worker sends the invite.\n",
		    t->act.amount == 0 ? "" : " until ",
		    t->act.amount == 0 ? "" : until, t->order.id);
	return cmd_recorded(t->app, e);
}

/* What charges them is ended whether or not there was something to revoke. */
static int
revoke(struct telling *t, const struct who *who)
{
	enum err e = tell(t, ACT_REVOKE, who);

	if (e == ERR_OK && t->order.id == 0) {
		puts("There is nothing to revoke. What still charged them is "
		     "being ended, if there is any.");
		(void)cmd_recorded(t->app, e);
		return 1;
	}
	if (e == ERR_OK)
		puts("Revoked; the worker does what follows. No money goes "
		     "back: for that there is `admit refund`.");
	return cmd_recorded(t->app, e);
}

/* The product is said again: it may be one that was not typed. */
static int
decide(struct app *app, const struct args *args, const char *does,
    int (*act)(struct telling *t, const struct who *who))
{
	struct telling t = { .app = app };
	struct who who;
	int status;

	if (!read_days(args, &t.act.amount))
		return args_wrong(
		    args, "--days is from 1 to %d", BYHAND_MAX_DAYS);
	status = who_read(app, PROGRAM_LEDGER, args, &who);
	if (status != 0)
		return status;
	printf("%s %" PRId64 ": %s\n", does, who.tg_id, who.product->id);
	status = cmd_is_meant(args, "Is that meant?", "Nothing was changed") ?
	    act(&t, &who) :
	    STATUS_NOT_MEANT;
	arena_free(&t.arena);
	return status;
}

int
cmd_grant(struct app *app, const struct args *args)
{
	return decide(app, args, "Let in", grant);
}

int
cmd_revoke(struct app *app, const struct args *args)
{
	return decide(app, args, "Take away from", revoke);
}
