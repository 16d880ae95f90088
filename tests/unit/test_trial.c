/* Who may try a subscription before it is paid, and what is said of it. */
#include "shop.h"

#include "payment/provider.h"
#include "payment/trial.h"

static struct app app = { .conf = { .base_url = "https://h",
			      .stripe_api_base = "https://s.invalid",
			      .stripe_secret_key = "sk_test_1" },
	SELLS({ COURSE, .every = "month", .every_n = 1, .trial_days = 7 }) };

static const struct row {
	const char *why, *before;
	int64_t days;
	const char *every;
	bool may_try;
} rows[] = {
	{ "who never bought", NOTHING, 7, "month", true },
	{ "who began to pay and did not", USER BOUGHT("session_id", "'cs_1'"),
	    7, "month", true },
	{ "who paid", USER BOUGHT("session_id, paid_ms", "'cs_1', 1"), 7,
	    "month", false },
	{ "a product without a trial", NOTHING, 0, "month", false },
	{ "what is paid once", NOTHING, 7, NULL, false },
};

static void
may_try(void **state)
{
	const struct row *r = *state;
	struct product *p = &app.catalog.products[0];
	bool may = !r->may_try;

	shop_open(r->before);
	p->trial_days = r->days;
	p->every = r->every;
	check_err(trial_find(app.db, &mem, BUYER, p, &may), ERR_OK);
	check_int(may, r->may_try);
	check_int(trial_said(LANGUAGE_EN, &app, &mem, BUYER, p) != NULL, may);
}

static const struct price {
	const char *why;
	int64_t amount_minor;
	const char *says, *lacks;
} prices[] = {
	{ "free", 0, "7 days", "1.00" },
	{ "at a small price", 100, "1.00", "free" },
};

static void
said(void **state)
{
	const struct price *r = *state;
	struct product *p = &app.catalog.products[0];
	const char *text;

	shop_open(NOTHING);
	p->trial_days = 7;
	p->every = "month";
	p->trial_amount_minor = r->amount_minor;
	p->currency = "eur";
	text = trial_said(LANGUAGE_EN, &app, &mem, BUYER, p);
	check_has(text, r->says);
	check_lacks(text, r->lacks);
}

/* Who had it before gets the page without it. */
static void
sold(void **state)
{
	struct sale sale = {
		.tg_id = BUYER, .product = &app.catalog.products[0], .key = "k"
	};

	(void)state;
	for (int may = 0; may < 2; may++) {
		struct http_request req;

		sale.may_try = may;
		check_err(provider_find(str_from("stripe"))
			      ->begin(&app, &mem, &sale, &req),
		    ERR_OK);
		check_int(strstr(arena_dup(&mem, req.body),
			      "trial_period_days") != NULL,
		    may);
	}
}

int
main(void)
{
	ROWS("may try", may_try, rows);
	ROWS("said", said, prices);
	ONE("sold", "with the trial and without", sold);
	return testing_run("trial", ledger_make, ledger_remove);
}
