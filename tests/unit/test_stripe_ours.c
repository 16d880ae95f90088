/* Whose sale a Checkout Session is, where several sell on one account. */
#include "shop.h"

#include "payment/stripe_ours.h"

static struct app app = { SELLS(
    { COURSE, .amount_minor = 999, .currency = "eur" }) };

#define BEFORE_MARKS "UPDATE marks SET value = 1 WHERE key = 'accept_unmarked'"

static const struct row {
	const char *why, *before;
	int64_t bot_id;              /* 0: the program has no token */
	const char *accept_unmarked; /* the setting */
	struct stripe_session s;
	bool is_ours;
} rows[] = {
	{ "our mark", NOTHING, 77, NULL,
	    { .is_sale = true, .tg_id = 5, .shop = "77" }, true },
	{ "our mark, at another price", NOTHING, 77, NULL,
	    { .is_sale = true,
		.tg_id = 5,
		.shop = "77",
		.product = "gone",
		.subtotal_minor = 1 },
	    true },
	{ "another's mark", NOTHING, 77, NULL,
	    { .is_sale = true, .tg_id = 5, .shop = "78" }, false },
	{ "a mark that begins as ours", NOTHING, 77, NULL,
	    { .is_sale = true, .tg_id = 5, .shop = "777" }, false },
	{ "another's mark in a ledger older than marks", BEFORE_MARKS, 77, "1",
	    { .is_sale = true,
		.tg_id = 5,
		.shop = "78",
		.subtotal_minor = 999,
		.currency = "eur" },
	    false },
	{ "our mark, but a card is kept", NOTHING, 77, NULL,
	    { .tg_id = 5, .shop = "77" }, false },
	{ "our mark, but nobody bought", NOTHING, 77, NULL,
	    { .is_sale = true, .shop = "77" }, false },
	{ "none: this shop always writes one", NOTHING, 77, NULL,
	    { .is_sale = true,
		.tg_id = 5,
		.subtotal_minor = 999,
		.currency = "eur" },
	    false },
	{ "none, in a ledger older than marks", BEFORE_MARKS, 77, NULL,
	    { .is_sale = true,
		.tg_id = 5,
		.subtotal_minor = 999,
		.currency = "EUR" },
	    true },
	{ "none, and the settings take it", NOTHING, 77, "1",
	    { .is_sale = true,
		.tg_id = 5,
		.subtotal_minor = 999,
		.currency = "eur" },
	    true },
	{ "none, and the settings refuse it", BEFORE_MARKS, 77, "0",
	    { .is_sale = true,
		.tg_id = 5,
		.subtotal_minor = 999,
		.currency = "eur" },
	    false },
	{ "none, at another price", BEFORE_MARKS, 77, NULL,
	    { .is_sale = true,
		.tg_id = 5,
		.subtotal_minor = 998,
		.currency = "eur" },
	    false },
	{ "none, in another currency", BEFORE_MARKS, 77, NULL,
	    { .is_sale = true,
		.tg_id = 5,
		.subtotal_minor = 999,
		.currency = "usd" },
	    false },
	{ "none, of a product that is not sold here", BEFORE_MARKS, 77, NULL,
	    { .is_sale = true,
		.tg_id = 5,
		.product = "theirs",
		.subtotal_minor = 999,
		.currency = "eur" },
	    false },
	{ "none, of a product by the name it had",
	    BEFORE_MARKS ";INSERT INTO renamed VALUES ('old', 'course')", 77,
	    NULL,
	    { .is_sale = true,
		.tg_id = 5,
		.product = "old",
		.subtotal_minor = 999,
		.currency = "eur" },
	    true },
	{ "without a token nobody can tell", NOTHING, 0, NULL,
	    { .is_sale = true, .tg_id = 5, .shop = "78" }, true },
};

static void
whose(void **state)
{
	const struct row *r = *state;
	bool is_ours = !r->is_ours;

	shop_open(r->before);
	app.conf.bot_id = r->bot_id;
	app.conf.accept_unmarked = r->accept_unmarked;
	check_err(ours_is(&app, &mem, &r->s, &is_ours), ERR_OK);
	check_int(is_ours, r->is_ours);
}

static void
mark(void **state)
{
	(void)state;
	app.conf.bot_id = 1234567890;
	check_text(ours_mark(&app, &mem), "1234567890");
	app.conf.bot_id = 0;
	check_text(ours_mark(&app, &mem), NULL);
}

int
main(void)
{
	ROWS("a session", whose, rows);
	ONE("our mark", "is the bot's number", mark);
	return testing_run("ours", ledger_make, ledger_remove);
}
