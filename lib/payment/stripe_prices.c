/* Trying the prices. One that is kept at Stripe can be archived there, and no
 * program here would notice before a buyer does. It must also be of the kind
 * that is named here, since a session for a recurring price is opened in
 * another way. */
#include "payment/stripe_prices.h"

#include "base/currency.h"

struct pricing {
	struct checkup *c;
	const struct product *product;
	struct json *price; /* as Stripe has it */
	bool is_of_file;    /* the product stands in a products file */
};

/* What is wrong with a price, and what to do about it. */
struct fault {
	const char *what; /* the end of a sentence; NULL: nothing */
	const char *mend;
};

static void
say(const struct pricing *g, enum check_result result, const char *detail,
    const char *mend)
{
	struct checkup *c = g->c;

	if (c->app->catalog.n > 1)
		detail =
		    arena_printf(c->arena, "%s: %s", g->product->id, detail);
	c->say(c, result, "price", detail, mend);
}

static struct fault
fault_of_kind(const struct pricing *g)
{
	bool renews = json_is_object(g->price, "recurring");

	if (renews == (g->product->every != NULL))
		return (struct fault){ NULL, NULL };
	return (struct fault){ renews ? "is recurring" : "is a one-time one",
		g->is_of_file ?
		    "give the product \"every\" for a recurring price at "
		    "Stripe, and leave it out for a one-time one" :
		    "set PRICE_EVERY for a recurring price at Stripe, and "
		    "leave it out for a one-time one" };
}

static bool
is_of_its_period(const struct pricing *g)
{
	const struct product *p = g->product;
	int64_t n = 1;

	(void)json_int(g->price, "recurring.interval_count", &n);
	return p->every == NULL ||
	    (str_eq(str_from(json_text(g->price, "recurring.interval")),
		 p->every) &&
		n == p->every_n);
}

/* The settings have a currency in any case: it counts where somebody set it; a
 * products file where it says so beside the price. */
static bool
is_in_its_currency(const struct pricing *g)
{
	const struct settings *s = &g->c->app->conf.settings;
	const char *named = g->product->currency;

	if (!g->is_of_file &&
	    (s->table == NULL || settings_given(s, "PRICE_CURRENCY") == NULL))
		return true;
	return named == NULL ||
	    str_eq_nocase(str_from(json_text(g->price, "currency")), named);
}

static struct fault
fault_of(const struct pricing *g)
{
	struct fault f = fault_of_kind(g);

	if (!json_is_true(g->price, "active"))
		return (struct fault){ "is archived",
			"make another at Stripe and name it instead" };
	if (f.what != NULL)
		return f;
	if (!is_of_its_period(g))
		return (struct fault){ "is for another period",
			"let both say the same: how often it is paid" };
	if (!is_in_its_currency(g))
		return (struct fault){ g->is_of_file ?
			    "has another currency than the products file" :
			    "has another currency than PRICE_CURRENCY",
			"leave out the currency beside it: Stripe has it" };
	return (struct fault){ NULL, NULL };
}

static const char *
named(const struct pricing *g, const char *what)
{
	return arena_printf(g->c->arena, "%s %s", g->product->price_id, what);
}

static void
say_good(const struct pricing *g)
{
	const char *currency = json_text(g->price, "currency"), *doubt;
	int64_t minor;

	/* Prices in steps, or that the buyer names, have no such number. */
	if (!json_int(g->price, "unit_amount", &minor)) {
		say(g, CHECK_GOOD, "kept at Stripe", NULL);
		return;
	}
	say(g, CHECK_GOOD,
	    arena_printf(g->c->arena, "%s, kept at Stripe",
		currency_text(g->c->arena, minor, currency)),
	    NULL);
	doubt = currency_doubt(g->c->arena, minor, currency);
	if (doubt != NULL)
		say(g, CHECK_NOTE, named(g, doubt), NULL);
}

/* Stripe says so of one that there is under the other kind of key. */
static bool
is_of_other_mode(const struct pricing *g)
{
	struct str message = str_from(json_text(g->price, "error.message"));

	return str_has_nocase(message, "exists in live mode") ||
	    str_has_nocase(message, "exists in test mode");
}

static void
say_unread(const struct pricing *g, enum err e)
{
	if (e == ERR_NOT_FOUND && is_of_other_mode(g))
		say(g, CHECK_BAD,
		    named(g,
			g->c->app->conf.livemode ?
			    "is of test mode, and the key of live mode" :
			    "is of live mode, and the key of test mode"),
		    "make the price in the key's mode as well, and name that "
		    "one");
	else if (e == ERR_NOT_FOUND)
		say(g, CHECK_BAD, named(g, "is not to be found"),
		    "copy the price's id (price_...) from the product at "
		    "Stripe, of the same mode as the key");
	else
		say(g, CHECK_BAD, named(g, "could not be read"),
		    e == ERR_CONFIG ?
			"a restricted key needs the right to read Prices" :
			"no answer from Stripe: run this again");
}

static void
check_at_stripe(struct pricing *g)
{
	struct checkup *c = g->c;
	const struct stripe_api api = app_stripe(c->app);
	struct http_request req =
	    stripe_price_request(c->arena, &api, g->product->price_id);
	struct http_response res;
	struct fault f;
	enum err e = c->send(c, &req, &res);

	/* What comes with a refusal, too: its words. */
	if (e == ERR_OK)
		e = stripe_answer(c->arena, &res, &g->price);
	if (e != ERR_OK) {
		say_unread(g, e);
		return;
	}
	f = fault_of(g);
	if (f.what != NULL)
		say(g, CHECK_BAD, named(g, f.what), f.mend);
	else
		say_good(g);
}

/* An amount of our own was judged when it was read. */
void
stripe_prices_check(struct checkup *c, bool is_known)
{
	const struct catalog *all = &c->app->catalog;

	for (size_t i = 0; i < all->n; i++) {
		const struct product *p = &all->products[i];
		struct pricing g = { .c = c,
			.product = p,
			.is_of_file = c->app->conf.products_file != NULL };

		if (p->price_id != NULL && is_known)
			check_at_stripe(&g);
		else if (p->price_id == NULL && p->amount_minor > 0)
			say(&g, CHECK_GOOD,
			    currency_text(
				c->arena, p->amount_minor, p->currency),
			    NULL);
	}
}
