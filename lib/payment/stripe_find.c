/* Which of three questions fits, and what each answer has in it. */
#include "payment/stripe_find.h"

#include "stripe/api.h"

#include <string.h>

#define MAX_NAME 64
#define AT_ONCE "100" /* charges on a page, the most that Stripe gives */
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum look { LOOK_NONE, LOOK_CHARGE, LOOK_RECEIPT, LOOK_INVOICE };

static bool
is_charge(struct str words)
{
	return words.len <= MAX_NAME &&
	    (str_starts(words, "ch_") || str_starts(words, "py_")) &&
	    str_only(words, STR_DIGITS CAPITALS "abcdefghijklmnopqrstuvwxyz_");
}

/* A receipt has four digits on both sides, an invoice letters as well, and more
 * of them, on the left one. */
static enum look
look_of(struct str words)
{
	struct str right = words, left = str_cut(&right, '-');

	if (is_charge(words))
		return LOOK_CHARGE;
	if (right.len != 4 || !str_only(right, STR_DIGITS))
		return LOOK_NONE;
	if (left.len == 4 && str_only(left, STR_DIGITS))
		return LOOK_RECEIPT;
	return left.len >= 4 && left.len <= MAX_NAME / 2 &&
		str_only(left, STR_DIGITS CAPITALS) ?
	    LOOK_INVOICE :
	    LOOK_NONE;
}

/* By the look, so that nobody is asked about an operator's slip. */
bool
stripe_find_may(struct str words)
{
	return look_of(words) != LOOK_NONE;
}

/* Nothing of the words but letters, digits and a hyphen comes here. */
struct http_request
stripe_find_request(const struct app *app, struct arena *a, const char *words,
    const char *after)
{
	const struct stripe_api api = app_stripe(app);
	const char *path = arena_printf(a, "charges/%s", words);

	switch (look_of(str_from(words))) {
	case LOOK_RECEIPT:
		path = arena_printf(a, "charges?limit=" AT_ONCE "%s%s",
		    after == NULL ? "" : "&starting_after=",
		    after == NULL ? "" : after);
		break;
	case LOOK_INVOICE:
		path = arena_printf(a,
		    "invoices/search?limit=1&query=number%%3A%%22%s%%22",
		    words);
		break;
	default:
		break;
	}
	return stripe_get_request(a, &api, path);
}

/* Newest first; the last one is where the next page begins. */
static void
read_charges(
    struct arena *a, struct json *doc, const char *words, struct sighting *out)
{
	size_t n = json_count(doc, "data");

	for (size_t i = 0; i < n; i++) {
		struct json *one = json_at(doc, arena_printf(a, "data.%zu", i));

		out->after = json_text(one, "id");
		if (!str_eq(str_from(json_text(one, "receipt_number")), words))
			continue;
		out->name = json_text(one, "payment_intent");
		out->after = NULL;
		return;
	}
	if (!json_is_true(doc, "has_more"))
		out->after = NULL;
}

enum err
stripe_find_read(struct arena *a, const char *words,
    const struct http_response *res, struct sighting *out)
{
	struct json *doc;
	enum err e = stripe_answer(a, res, &doc);

	*out = (struct sighting){ NULL, NULL };
	if (e != ERR_OK)
		return e;
	switch (look_of(str_from(words))) {
	case LOOK_RECEIPT:
		read_charges(a, doc, words, out);
		break;
	case LOOK_INVOICE:
		out->name = json_text(doc, "data.0.id");
		break;
	default:
		out->name = json_text(doc, "payment_intent");
	}
	out->name = arena_dup_text(a, out->name);
	out->after = arena_dup_text(a, out->after);
	return ERR_OK;
}
