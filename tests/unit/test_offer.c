/* The link to a plan in Stars. */
#include "step.h"

#include "payment/offer.h"
#include "payment/provider.h"

/* The link that was made leads to its message, also when that could not be
 * written down and the answer is judged once more. */
static void
link_leads_on(void **state)
{
	const struct http_response link = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":\"https://t.me/$x\"}") };
	const struct http_response sent = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":{\"message_id\":1}}") };
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_NOTICE,
					    .tg_id = 5,
					    .detail = "stars:monthly" } },
		.res = &link };

	(void)state;
	shop_open(USER);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	assert_true(s.step.state != NULL);
	for (int i = 0; i < 2; i++) {
		shop_does(settle, &s);
		check_int(s.o.after, AFTER_HELD_CALL);
		check_has(arena_dup(&mem, s.step.call.body), "https://t.me/$x");
	}
	s.res = &sent;
	shop_does(settle, &s);
	check_int(s.o.after, AFTER_DONE);
}

/* A shop that sells for Stars alone has them do it, whichever stands first in
 * the table of providers. */
static void
alone(void **state)
{
	const struct product *plan = catalog_find(&app.catalog, "monthly");

	(void)state;
	assert_null(offer_alone(&app, plan));
	app.conf.sell_with = "stars";
	assert_ptr_equal(
	    offer_alone(&app, plan), provider_find(str_from("stars")));
	assert_null(offer_alone(&app, catalog_find(&app.catalog, "club")));
	app.conf.sell_with = NULL;
}

/* What has a price in Stars alone is offered for them, beside whatever else the
 * shop sells; and where it takes none, by no link that leads nowhere. */
static void
of_stars_alone(void **state)
{
	const struct product star = { NAMED("star", "A star"), .stars = 1,
		.stars_alone = true };
	struct tg_message m;

	(void)state;
	shop_open(USER);
	app.conf.sell_with = "both";
	assert_ptr_equal(
	    offer_alone(&app, &star), provider_find(str_from("stars")));
	app.conf.sell_with = "stripe";
	assert_null(offer_alone(&app, &star));
	m = offer_message(LANGUAGE_EN, &app, &mem, BUYER, &star);
	check_has(m.text, "A star");
	check_lacks(m.text, "/pay?");
	check_text(m.button_url, NULL);
	app.conf.sell_with = NULL;
}

int
main(void)
{
	ONE("link", "leads to its message, judged once or twice",
	    link_leads_on);
	ONE("alone", "who sells it and nobody else", alone);
	ONE("alone", "what has a price in Stars alone", of_stars_alone);
	return testing_run("offer", ledger_make, ledger_remove);
}
