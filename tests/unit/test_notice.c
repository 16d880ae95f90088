/* Notices, by the word in the job. */
#include "step.h"

static const struct row rows[] = {
	{ "the way to pay for another product", USER, JOB_NOTICE, "pay:club",
	    "A club", "A course" },
	{ "a notice", USER, JOB_NOTICE, "refunded", "A course", "A club" },
	{ "a notice nobody knows", USER, JOB_NOTICE, "of_yesterday", NULL, "" },
};

static const struct unknown unknowns[] = {
	{ "the way to pay", USER, JOB_NOTICE, 0, "pay:gone", true },
	{ "a notice about an order", USER ORDER, JOB_NOTICE, 7, "refunded",
	    true },
};

int
main(void)
{
	ROWS("says", said, rows);
	ROWS("unknown product", unknown, unknowns);
	return testing_run("notice", ledger_make, ledger_remove);
}
