/* Stripe as one who takes money. */
#include "payment/stripe_cancel.h"
#include "payment/stripe_check.h"
#include "payment/stripe_checkout.h"
#include "payment/stripe_endpoint.h"
#include "payment/stripe_find.h"
#include "payment/stripe_lists.h"
#include "payment/stripe_post.h"
#include "payment/stripe_refund.h"

const struct provider stripe_provider = {
	.name = "stripe",
	.title = "Stripe",
	.asks_consent = true,
	.sells = stripe_sells,
	.begin = stripe_checkout_begin,
	.begun = stripe_checkout_begun,
	.names = stripe_session_id_ok,
	.ask = stripe_checkout_ask,
	.stop = stripe_checkout_stop,
	.told = stripe_checkout_told,
	.refund = stripe_refund_send,
	.refunded = stripe_refund_sent,
	.refunds_parts = true,
	.may_know = stripe_find_may,
	.look_for = stripe_find_request,
	.seen = stripe_find_read,
	.stop_charging = stripe_cancel_send,
	.charging_stopped = stripe_cancel_sent,
	.stops_at_once = true,
	.read_post = stripe_post_read,
	.lists = stripe_lists,
	.n_lists = STRIPE_LISTS,
	.check = stripe_check,
	.enroll = stripe_enroll,
	.setup = stripe_setup,
};
