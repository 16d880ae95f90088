/* A product in words. */
#include "payment/card.h"

#include "base/array.h"
#include "payment/trial.h"
#include "shop/text.h"

#define STARS_PERIOD_DAYS 30 /* the one that Telegram has */

/* Of each period the sentence for one and that for several. */
static const struct {
	const char *unit;
	enum text one, many;
} periods[] = {
	{ "day", TEXT_PRICE_DAY, TEXT_PRICE_DAYS },
	{ "week", TEXT_PRICE_WEEK, TEXT_PRICE_WEEKS },
	{ "month", TEXT_PRICE_MONTH, TEXT_PRICE_MONTHS },
	{ "year", TEXT_PRICE_YEAR, TEXT_PRICE_YEARS },
};

/* A word that is no period of ours means a price paid once, as NULL does: no
 * price is left unsaid. */
static const char *
by_period(enum language in, struct arena *a, const char *amount,
    const char *unit, int64_t n)
{
	const struct kvs values =
	    KV(kv_text("amount", amount), kv_int("number", n));

	for (size_t i = 0; i < LENGTH(periods); i++)
		if (str_eq(str_from(unit), periods[i].unit))
			return n == 1 ?
			    text_fill_in(in, a, periods[i].one, values) :
			    text_count_in(in, a, periods[i].many, n, values);
	return text_fill_in(in, a, TEXT_PRICE_ONCE, values);
}

const char *
card_price(enum language in, const struct app *app, struct arena *a,
    const struct product *p)
{
	bool in_stars = p->stars != 0 &&
	    (p->stars_alone || str_eq(str_from(app->conf.sell_with), "stars"));

	if (in_stars)
		return by_period(in, a,
		    text_fill_in(in, a, TEXT_STARS_BUTTON,
			KV(kv_int("amount", p->stars))),
		    p->every == NULL ? NULL : "day", STARS_PERIOD_DAYS);
	if (p->price_id != NULL || p->amount_minor == 0)
		return NULL;
	return by_period(in, a,
	    text_money_in(in, a, p->amount_minor, p->currency), p->every,
	    p->every_n);
}

const char *
card_paragraph(struct arena *a, const char *text, const char *more)
{
	if (text == NULL || more == NULL)
		return text == NULL ? more : text;
	return arena_printf(a, "%s\n\n%s", text, more);
}

/* The note belongs to the price, but a shop may have noted something of a price
 * that Stripe alone knows. */
static const char *
price_and_note(enum language in, const struct app *app, struct arena *a,
    const struct product *p)
{
	const char *price = card_price(in, app, a, p);
	const char *note = product_note(p, language_code(in));

	if (price == NULL)
		return note;
	price = text_fill_in(in, a, TEXT_PRICE, KV(kv_text("price", price)));
	return note == NULL ? price : arena_printf(a, "%s\n%s", price, note);
}

const char *
card_add_details(enum language in, const struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p, const char *text)
{
	text =
	    card_paragraph(a, text, product_description(p, language_code(in)));
	text = card_paragraph(a, text, price_and_note(in, app, a, p));
	return card_paragraph(a, text, trial_said(in, app, a, tg_id, p));
}

const char *
card_add_line(enum language in, const struct app *app, struct arena *a,
    const struct product *p, const char *text)
{
	const char *price = card_price(in, app, a, p);

	return arena_printf(a, "%s\n• %s%s%s", text,
	    product_title(p, language_code(in)), price == NULL ? "" : " — ",
	    price == NULL ? "" : price);
}

const char *
card_text(enum language in, const struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p)
{
	return card_add_details(
	    in, app, a, tg_id, p, product_title(p, language_code(in)));
}
