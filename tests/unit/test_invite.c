/* The invite: which links it has, and when there is none. */
#include "step.h"

static const struct row rows[] = {
	{ "an invite to the product that is named",
	    USER HAS("course") HAS("club"), JOB_INVITE, "club",
	    "https://t.me/+b", "https://t.me/+a" },
	{ "an invite to the first", USER HAS("course"), JOB_INVITE, NULL,
	    "https://t.me/+a", "https://t.me/+b" },
	{ "an invite by the name of before",
	    USER HAS("club") "INSERT INTO renamed VALUES ('old', 'club');",
	    JOB_INVITE, "old", "https://t.me/+b", "https://t.me/+a" },
	{ "access is over meanwhile", USER, JOB_INVITE, "course", NULL, "" },
};

static const struct unknown unknowns[] = {
	{ "an invite", USER HAS("course") HAS("gone"), JOB_INVITE, 0, "gone",
	    true },
	{ "an invite by an order", USER HAS("course") HAS("gone") ORDER,
	    JOB_INVITE, 7, NULL, true },
	{ "an invite of who is out by it", USER HAS("course"), JOB_INVITE, 0,
	    "gone", false },
	{ "an order that is not there", USER HAS("course") HAS("?"), JOB_INVITE,
	    8, NULL, true },
};

int
main(void)
{
	ROWS("says", said, rows);
	ROWS("unknown product", unknown, unknowns);
	return testing_run("invite", ledger_make, ledger_remove);
}
