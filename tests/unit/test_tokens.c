/* The month's tokens: what is left, for whom, and that it is told once. */
#include "shop.h"

#include "coach/tokens.h"

static struct app app = { .conf = { .admin_tg_ids = "7" } };

static const struct row {
	const char *why;
	int64_t all, strangers; /* the limits; 0: any number, and none */
	int64_t bought, others; /* taken before by each sort of people */
	bool is_buyer;
	int64_t n; /* asked for */
	enum tokens want;
} rows[] = {
	{ "nothing taken yet", 100, 0, 0, 0, true, 100, TOKENS_LEFT },
	{ "one too many", 100, 0, 0, 0, true, 101, TOKENS_SPENT },
	{ "to the last", 100, 0, 60, 0, true, 40, TOKENS_LEFT },
	{ "over it", 100, 0, 60, 0, true, 41, TOKENS_SPENT },
	{ "strangers' count as well", 100, 50, 60, 30, true, 11, TOKENS_SPENT },
	{ "no limit", 0, 0, 1000000, 0, true, 1000000, TOKENS_LEFT },
	{ "a stranger's share", 100, 50, 0, 0, false, 50, TOKENS_LEFT },
	{ "over that share", 100, 50, 0, 0, false, 51,
	    TOKENS_NOT_FOR_STRANGERS },
	{ "buyers' take nothing of it", 100, 50, 50, 0, false, 50,
	    TOKENS_LEFT },
	{ "taken by others before", 100, 50, 0, 30, false, 21,
	    TOKENS_NOT_FOR_STRANGERS },
	{ "none for strangers", 100, 0, 0, 0, false, 1,
	    TOKENS_NOT_FOR_STRANGERS },
	{ "both: the operators should hear", 100, 50, 99, 0, false, 51,
	    TOKENS_SPENT },
};

static enum err
spend(struct db *db, void *ctx)
{
	const struct row *r = ctx;
	enum err e = tokens_spend(&app, &mem, true, r->bought);

	(void)db;
	return e != ERR_OK ? e : tokens_spend(&app, &mem, false, r->others);
}

static void
left(void **state)
{
	const struct row *r = *state;
	enum tokens got = TOKENS_LEFT;

	shop_open(NOTHING);
	app.conf.coach_tokens_a_month = r->all;
	app.conf.coach_stranger_tokens = r->strangers;
	shop_does(spend, (void *)r);
	check_err(tokens_look(&app, &mem, r->is_buyer, r->n, &got), ERR_OK);
	check_int(got, r->want);
}

static enum err
alert(struct db *db, void *ctx)
{
	(void)db;
	(void)ctx;
	return tokens_alert(&app, &mem);
}

static void
told_once(void **state)
{
	(void)state;
	shop_open(NOTHING);
	shop_does(alert, NULL);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 1);
	shop_does(alert, NULL);
	check_int(look_int("SELECT COUNT(*) FROM jobs"), 1);
}

int
main(void)
{
	ROWS("tokens", left, rows);
	ONE("operators", "are told once in a month", told_once);
	return testing_run("tokens", ledger_make, ledger_remove);
}
