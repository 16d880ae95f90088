/* Reading a Checkout Session and a charge. */
#include "stripe/session.h"

#include "base/tg_id.h"

#define MAX_ID_BYTES 255

/* The id goes into a URL of the API, and it may come from the address of the
 * thank-you page, which anybody can type. */
bool
stripe_session_id_ok(struct str id)
{
	return str_starts(id, "cs_") && id.len > 3 && id.len < MAX_ID_BYTES &&
	    str_only(id, STR_LETTERS STR_DIGITS "_");
}

/* Where the API was asked to expand a field, the whole object stands in place
 * of its id. */
const char *
stripe_id_at(struct arena *a, struct json *obj, const char *path)
{
	const char *id = json_text(obj, path);

	if (id == NULL)
		id = json_text(json_at(obj, path), "id");
	if (id == NULL || str_from(id).len > MAX_ID_BYTES ||
	    str_has_blank(str_from(id)))
		return NULL;
	return arena_dup_text(a, id);
}

/* payment_status decides about money and must be there. An unknown word in it
 * counts as unpaid, and an unknown status as open: neither lets anybody in. */
static bool
read_status(struct json *obj, struct stripe_session *out)
{
	struct str status = str_from(json_text(obj, "status"));
	struct str paid = str_from(json_text(obj, "payment_status"));

	out->status = str_eq(status, "complete") ? STRIPE_COMPLETE :
	    str_eq(status, "expired")            ? STRIPE_EXPIRED :
						   STRIPE_OPEN;
	out->paid = str_eq(paid, "paid")        ? STRIPE_PAID :
	    str_eq(paid, "no_payment_required") ? STRIPE_NOTHING_TO_PAY :
						  STRIPE_UNPAID;
	return paid.len > 0;
}

static bool
is_sale(struct json *obj)
{
	struct str mode = str_from(json_text(obj, "mode"));

	return str_eq(mode, "payment") || str_eq(mode, "subscription");
}

enum err
stripe_session_read(
    struct arena *a, struct json *obj, struct stripe_session *out)
{
	*out = (struct stripe_session){ 0 };
	out->id = stripe_id_at(a, obj, "id");
	if (out->id == NULL || !stripe_session_id_ok(str_from(out->id)) ||
	    !read_status(obj, out))
		return ERR_INPUT;
	out->is_sale = is_sale(obj);
	/* Sessions of other applications on the same account have no tg_id; 0
	 * tells the caller that this one is not ours. */
	(void)tg_id_parse(
	    str_from(json_text(obj, "metadata.tg_id")), &out->tg_id);
	out->product = arena_dup_text(a, json_text(obj, "metadata.product"));
	out->shop = arena_dup_text(a, json_text(obj, "metadata.shop"));
	out->payment_intent = stripe_id_at(a, obj, "payment_intent");
	out->subscription = stripe_id_at(a, obj, "subscription");
	out->url = arena_dup_text(a, json_text(obj, "url"));
	(void)json_int(obj, "expires_at", &out->expires_s);
	(void)json_int(obj, "created", &out->created_s);
	(void)json_int(obj, "amount_total", &out->amount_minor);
	if (!json_int(obj, "amount_subtotal", &out->subtotal_minor))
		out->subtotal_minor = out->amount_minor;
	out->currency = arena_dup_text(a, json_text(obj, "currency"));
	out->livemode = json_is_true(obj, "livemode");
	return ERR_OK;
}

/* Both amounts are needed: whether all of a payment went back, or only a part,
 * decides about access. */
enum err
stripe_charge_read(struct arena *a, struct json *obj, struct stripe_charge *out)
{
	*out = (struct stripe_charge){ 0 };
	out->payment_intent = stripe_id_at(a, obj, "payment_intent");
	out->livemode = json_is_true(obj, "livemode");
	if (!json_int(obj, "amount", &out->amount_minor) ||
	    !json_int(obj, "amount_refunded", &out->refunded_minor) ||
	    out->amount_minor < 0 || out->refunded_minor < 0)
		return ERR_INPUT;
	return ERR_OK;
}
