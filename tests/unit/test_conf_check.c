/* What a setting may be, by its value: what test_conf.c does not ask of a row. */
#include "testing.h"

#include "shop/conf_check.h"

/* ---- periods ---- */

static const struct span {
	const char *text, *unit; /* unit NULL: refused */
	int64_t n;
} spans[] = {
	{ "day", "day", 1 },
	{ "week", "week", 1 },
	{ "month", "month", 1 },
	{ "year", "year", 1 },
	{ "1 month", "month", 1 },
	{ "3 months", "month", 3 },
	{ "3 month", "month", 3 },
	{ "36 months", "month", 36 },
	{ "37 months", NULL, 0 },
	{ "3 years", "year", 3 },
	{ "4 years", NULL, 0 },
	{ "1095 days", "day", 1095 },
	{ "1096 days", NULL, 0 },
	{ "0 months", NULL, 0 },
	{ "-1 months", NULL, 0 },
	{ "months", NULL, 0 },
	{ "Month", NULL, 0 },
	{ "monthly", NULL, 0 },
	{ "3months", NULL, 0 },
	{ "3  months", NULL, 0 },
	{ " month", NULL, 0 },
	{ "fortnight", NULL, 0 },
	{ "", NULL, 0 },
};

static void
span(void **state)
{
	const struct span *r = *state;
	const char *unit = NULL;
	int64_t n = 0;
	bool ok = conf_period(r->text, &unit, &n);

	check_int(ok, r->unit != NULL);
	if (!ok)
		return;
	check_text(unit, r->unit);
	check_int(n, r->n);
}

static const struct hours {
	const char *text;
	bool ok;
	int64_t from, to;
} hourss[] = {
	{ "22-8", true, 22, 8 },
	{ "0-0", true, 0, 0 },
	{ "0-24", true, 0, 24 },
	{ "08-09", true, 8, 9 },
	{ "00-07", true, 0, 7 },
	{ "008-9", false, 0, 0 },
	{ " 9 - 17 ", true, 9, 17 },
	{ "24-8", false, 0, 0 },
	{ "22", false, 0, 0 },
	{ "22-", false, 0, 0 },
	{ "22-25", false, 0, 0 },
	{ "22:00-8:00", false, 0, 0 },
	{ "", false, 0, 0 },
};

static void
hours(void **state)
{
	const struct hours *r = *state;
	int64_t from = 0, to = 0;

	check_int(conf_hours(r->text, &from, &to), r->ok);
	check_int(conf_check_hours(r->text) == NULL, r->ok);
	if (!r->ok)
		return;
	check_int(from, r->from);
	check_int(to, r->to);
}

/* ---- lists of words ---- */

static const struct words {
	const char *text;
	bool ok;
} word_lists[] = {
	{ "sale", true },
	{ "sale,renewal,failure,end,refund,dispute", true },
	{ " sale , end ", true },
	{ "sales", false },
	{ "Sale", false },
	{ "sale;end", false },
	{ "sale,,end", false },
	{ ",", false },
};

static void
words(void **state)
{
	const struct words *w = *state;

	check_int(conf_check_notify(w->text) == NULL, w->ok);
}

/* ---- the ledger's file ---- */

static const struct place {
	const char *address, *want; /* want NULL: no file */
} places[] = {
	{ "/srv/a.db", "/srv/a.db" },
	{ "sqlite:/srv/a.db", "/srv/a.db" },
	{ "sqlite:///srv/a.db", "/srv/a.db" },
	{ "sqlite://srv/a.db", NULL },
	{ "sqlite:a.db", NULL },
	{ "a.db", NULL },
	{ "/srv/", NULL },
	{ "", NULL },
};

static void
place(void **state)
{
	const struct place *r = *state;

	check_text(conf_ledger_file(r->address), r->want);
}

int
main(void)
{
	ROWS("kinds", words, word_lists);
	ROWS("period", span, spans);
	ROWS("the ledger's file", place, places);
	ROWS("hours", hours, hourss);
	return testing_run("conf_check", NULL, NULL);
}
