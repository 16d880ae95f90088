/* The names on the paths by which events and the objects in them are read: of a
 * Checkout Session's 110 values two dozen. A test holds this against the
 * readers' source. */
#include "stripe/event_wanted.h"

#include "base/array.h"

#include <string.h>

/* The shorter first, then by their letters, since most that are not wanted
 * differ in their length already. */
static const struct str names[] = {
#define NAME(text) { text, sizeof(text) - 1 },
	/* clang-format off */
	NAME("id") NAME("end") NAME("tax") NAME("url") NAME("data")
	NAME("mode") NAME("shop") NAME("type") NAME("lines") NAME("start")
	NAME("tg_id") NAME("amount") NAME("due_by") NAME("object")
	NAME("parent") NAME("period") NAME("reason") NAME("status")
	NAME("consent") NAME("created") NAME("invoice")
	NAME("paid_at") NAME("payment")
	NAME("product") NAME("currency") NAME("livemode") NAME("metadata")
	NAME("payments") NAME("proration") NAME("amount_tax")
	NAME("expires_at") NAME("amount_paid") NAME("total_taxes")
	NAME("amount_total") NAME("subscription") NAME("total_details")
	NAME("billing_reason") NAME("payment_intent") NAME("payment_status")
	NAME("related_object") NAME("snapshot_event")
	NAME("amount_refunded") NAME("amount_subtotal")
	NAME("evidence_details") NAME("terms_of_service")
	NAME("status_transitions")
	NAME("subscription_details") NAME("subscription_item_details")
/* clang-format on */
#undef NAME
};

static int
order(struct str a, struct str b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.p, b.p, a.len);
}

bool
stripe_event_wants(struct str name)
{
	size_t low = 0, high = LENGTH(names);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int is = order(name, names[middle]);

		if (is == 0)
			return true;
		if (is < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
