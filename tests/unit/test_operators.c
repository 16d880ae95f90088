/* Who may act for the shop, and as what. */
#include "shop.h"

#include "ledger/operators.h"

#define ROLE(tg_id, n) \
	"INSERT INTO operators (tg_id, role, added_ms)" \
	" VALUES (" tg_id ", " n ", 1);"

static const struct row {
	const char *why, *settings, *before;
	int64_t tg_id;
	enum role want;
} rows[] = {
	{ "nobody", NULL, NOTHING, 5, ROLE_NONE },
	{ "nobody in particular", "5", NOTHING, 0, ROLE_NONE },
	{ "by the settings", "5", NOTHING, 5, ROLE_OWNER },
	{ "among others, with blanks", "4, 5 ,6", NOTHING, 5, ROLE_OWNER },
	{ "a part of another number", "55", NOTHING, 5, ROLE_NONE },
	{ "the settings go before the ledger", "5", ROLE("5", "1"), 5,
	    ROLE_OWNER },
	{ "by the ledger", "4", ROLE("5", "2"), 5, ROLE_SUPPORT },
	{ "another one is", NULL, ROLE("6", "3"), 5, ROLE_NONE },
	{ "as what only a newer program knows", NULL, ROLE("5", "4"), 5,
	    ROLE_NONE },
	{ "as what never was", NULL, ROLE("5", "-1"), 5, ROLE_NONE },
};

static void
is(void **state)
{
	const struct row *r = *state;
	enum role role = ROLE__COUNT;

	shop_open(r->before);
	app.conf.admin_tg_ids = r->settings;
	check_err(operator_role(&app, &mem, r->tg_id, &role), ERR_OK);
	check_int(role, r->want);
}

static enum err
change_all(struct db *db, void *ctx)
{
	bool *was = ctx;
	enum err e = operator_set(db, 5, ROLE_VIEWER);

	if (e == ERR_OK)
		e = operator_set(db, 5, ROLE_SUPPORT);
	if (e == ERR_OK)
		e = operator_set(db, 6, ROLE_OWNER);
	if (e == ERR_OK)
		e = operator_remove(db, 6, &was[0]);
	return e == ERR_OK ? operator_remove(db, 6, &was[1]) : e;
}

static void
changed(void **state)
{
	bool was[2] = { false, true };

	(void)state;
	shop_open(NOTHING);
	shop_does(change_all, was);
	check_int(was[0], true);
	check_int(was[1], false);
	check_int(look_int("SELECT role FROM operators"), ROLE_SUPPORT);
	check_int(look_int("SELECT COUNT(*) FROM operators"), 1);
}

static void
words(void **state)
{
	(void)state;
	for (int i = ROLE_VIEWER; i < ROLE__COUNT; i++)
		check_int(role_named(role_name((enum role)i)), i);
	check_int(role_named("none"), ROLE_NONE);
	check_int(role_named("Owner"), ROLE_NONE);
	check_int(role_named(""), ROLE_NONE);
}

int
main(void)
{
	ROWS("an operator is", is, rows);
	ONE("an operator", "added, changed, removed", changed);
	ONE("an operator", "the words for it", words);
	return testing_run("operators", ledger_make, ledger_remove);
}
