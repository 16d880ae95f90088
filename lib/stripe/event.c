/* Reading an event. */
#include "stripe/event.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/json_pick.h"
#include "base/log.h"
#include "stripe/event_wanted.h"

#define MAX_TYPE_BYTES 255
#define MAX_ID_BYTES 255 /* no id of Stripe's is longer, by its word */
#define MAX_WORD_BYTES 40
#define THIN_PREFIX "v1." /* of a thin event's type */

/* This list is also what is subscribed to when the webhook is set up, and what
 * reconciliation asks for; beyond twenty types that would have to ask for all
 * there are (list.c). */
static const struct {
	const char *type;
	enum stripe_event_kind kind;
} kinds[] = {
	{ "checkout.session.completed", STRIPE_CHECKOUT_COMPLETED },
	{ "checkout.session.async_payment_succeeded", STRIPE_ASYNC_SUCCEEDED },
	{ "checkout.session.async_payment_failed", STRIPE_ASYNC_FAILED },
	{ "checkout.session.expired", STRIPE_CHECKOUT_EXPIRED },
	{ "charge.refunded", STRIPE_CHARGE_REFUNDED },
	{ "refund.created", STRIPE_REFUND },
	{ "refund.updated", STRIPE_REFUND },
	{ "refund.failed", STRIPE_REFUND },
	{ "charge.dispute.created", STRIPE_DISPUTE },
	{ "charge.dispute.updated", STRIPE_DISPUTE },
	{ "charge.dispute.closed", STRIPE_DISPUTE },
	{ "charge.dispute.funds_reinstated", STRIPE_DISPUTE },
	{ "radar.early_fraud_warning.created", STRIPE_FRAUD_WARNING },
	{ "customer.subscription.created", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.updated", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.deleted", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.paused", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.resumed", STRIPE_SUBSCRIPTION },
	{ "customer.subscription.trial_will_end", STRIPE_SUBSCRIPTION },
	{ "invoice.paid", STRIPE_INVOICE },
	{ "invoice.payment_failed", STRIPE_INVOICE },
};
#define N_KINDS LENGTH(kinds)

const char *
stripe_event_type(size_t i)
{
	return i < N_KINDS ? kinds[i].type : NULL;
}

/* A thin event's type is that of the event with the object, behind a prefix
 * that names the version of the API that the object is of. */
static const char *
without_prefix(const char *type)
{
	return str_starts(str_from(type), THIN_PREFIX) ?
	    type + sizeof(THIN_PREFIX) - 1 :
	    type;
}

/* A type that is not in the list is a STRIPE_OTHER and no error: Stripe adds
 * types, and an operator may subscribe the address to more of them. */
static enum stripe_event_kind
kind_of(const char *type)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (str_eq(str_from(type), kinds[i].type))
			return kinds[i].kind;
	return STRIPE_OTHER;
}

/* To drop what is ours would lose a payment; to take what is not is harmless,
 * since no order of this ledger is found by it. */
bool
stripe_event_is_of(const struct stripe_event *ev, bool livemode)
{
	return !ev->is_mode_told || ev->livemode == livemode;
}

/* ---- what is not understood ---- */

/* What stands in a field, of printable signs and not too long: it goes into a
 * message to people, and whoever signs it may one day write anything. */
static const char *
shown(struct arena *a, struct json *value)
{
	const char *text = json_text(value, "");
	struct str s = text != NULL ? str_from(text) :
	    value != NULL           ? json_render(a, value) :
				      str_from("absent");
	char *copy;

	if (s.len > MAX_WORD_BYTES)
		s.len = MAX_WORD_BYTES;
	copy = arena_dup(a, s);
	for (char *p = copy; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return copy;
}

/* The fields on which money hangs, as they stand in the object. */
static const char *
doubt_about(struct arena *a, struct json *obj, enum stripe_event_kind kind)
{
	static const char *const fields[STRIPE_EVENT__COUNT][4] = {
		[STRIPE_CHECKOUT_COMPLETED] = { "payment_status", "status",
		    "mode", "amount_total" },
		[STRIPE_CHARGE_REFUNDED] = { "amount", "amount_refunded" },
		[STRIPE_REFUND] = { "status", "amount" },
		[STRIPE_DISPUTE] = { "status" },
	};
	const char *const *names = fields[kind];
	const char *all = "";

	/* All the kinds of a session's events have the same object. */
	if (names[0] == NULL)
		names = fields[STRIPE_CHECKOUT_COMPLETED];
	for (size_t i = 0; i < 4 && names[i] != NULL; i++)
		all = arena_printf(a, "%s%s%s %s", all, i == 0 ? "" : ", ",
		    names[i], shown(a, json_at(obj, names[i])));
	return all;
}

/* ---- the object ---- */

static enum err
read_session(struct arena *a, struct json *obj, struct stripe_event *out)
{
	struct stripe_session *s = &out->session;
	enum err e = stripe_session_read(a, obj, s);

	if (e != ERR_OK || !s->is_unsure)
		return e;
	/* The event's own name says that the money came. */
	if (out->kind == STRIPE_ASYNC_SUCCEEDED)
		s->paid = STRIPE_PAID;
	out->doubt = doubt_about(a, obj, out->kind);
	return ERR_OK;
}

static enum err
read_object(struct arena *a, struct json *obj, struct stripe_event *out)
{
	switch (out->kind) {
	case STRIPE_OTHER:
		return ERR_OK;
	case STRIPE_CHARGE_REFUNDED:
		return stripe_charge_read(a, obj, &out->charge);
	case STRIPE_REFUND:
		return stripe_refund_read(a, obj, &out->refund);
	case STRIPE_DISPUTE:
		return stripe_dispute_read(a, obj, &out->dispute);
	/* A warning without a payment intent is about a charge that was not
	 * made through Checkout, so not one of ours. */
	case STRIPE_FRAUD_WARNING:
		return ERR_OK;
	case STRIPE_SUBSCRIPTION:
		out->subscription = out->object_id;
		return out->subscription == NULL ? ERR_INPUT : ERR_OK;
	case STRIPE_INVOICE:
		stripe_invoice_read(a, obj, &out->invoice);
		out->subscription = out->invoice.subscription;
		return ERR_OK;
	default:
		return read_session(a, obj, out);
	}
}

/* Of the others nothing is lost by a doubt: a session is asked for again by the
 * buyer's page, a subscription is read from Stripe itself. */
static bool
takes_money_back(enum stripe_event_kind kind)
{
	return kind == STRIPE_CHARGE_REFUNDED || kind == STRIPE_REFUND ||
	    kind == STRIPE_DISPUTE;
}

/* An object that cannot be read as its type says changes nothing, but where it
 * takes money back somebody has to look. */
static enum err
read_or_doubt(struct arena *a, struct json *obj, struct stripe_event *out)
{
	enum err e;

	out->object_id = stripe_id_at(a, obj, "id");
	out->payment_intent = stripe_id_at(a, obj, "payment_intent");
	e = read_object(a, obj, out);
	if (takes_money_back(out->kind) &&
	    (e != ERR_OK || out->refund.is_unsure))
		out->doubt = doubt_about(a, obj, out->kind);
	if (e != ERR_OK || out->doubt != NULL)
		log_event(LOG_WARN,
		    e != ERR_OK ? "event_unreadable" : "event_unsure",
		    KV(kv_text("id", out->id), kv_text("type", out->type),
			kv_text("object", out->object_id),
			kv_text("what", out->doubt)));
	if (e != ERR_OK)
		out->kind = STRIPE_OTHER;
	return e;
}

/* Ids and types go into the log and the inbox's key, so they are bounded and
 * without blanks. */
static const char *
short_text(struct arena *a, struct json *doc, const char *path, size_t max)
{
	const char *s = json_text(doc, path);

	if (s == NULL || *s == '\0' || str_from(s).len > max ||
	    str_has_blank(str_from(s)))
		return NULL;
	return arena_dup_text(a, s);
}

static void
read_mode(struct json *obj, struct stripe_event *out)
{
	out->is_mode_told = json_flag(obj, "livemode", &out->livemode);
}

/* ---- thin events ---- */

/* A path of the API, and nothing that would lead out of it. */
static const char *
path_at(struct arena *a, struct json *doc, const char *where)
{
	const char *s = short_text(a, doc, where, MAX_ID_BYTES + 100);

	return s != NULL && str_starts(str_from(s), "/v1/") &&
		str_only(str_from(s), STR_LETTERS STR_DIGITS "/_-") ?
	    s :
	    NULL;
}

static void
read_thin(struct arena *a, struct json *doc, struct stripe_event *out)
{
	out->is_thin = true;
	out->kind = kind_of(without_prefix(out->type));
	out->object_id = stripe_id_at(a, doc, "related_object.id");
	out->object_type =
	    short_text(a, doc, "related_object.type", MAX_TYPE_BYTES);
	out->object_path = path_at(a, doc, "related_object.url");
	out->twin = short_text(a, doc, "snapshot_event", MAX_ID_BYTES);
	/* Of these there are many more types than with objects in them. */
	if (str_eq(str_from(out->object_type), "subscription"))
		out->kind = STRIPE_SUBSCRIPTION;
	if (out->kind == STRIPE_SUBSCRIPTION)
		out->subscription = out->object_id;
	if (out->kind == STRIPE_OTHER ||
	    (out->object_id != NULL && out->object_path != NULL))
		return;
	out->doubt = "it names nothing that can be read";
	log_event(LOG_WARN, "event_unreadable",
	    KV(kv_text("id", out->id), kv_text("type", out->type)));
	out->kind = STRIPE_OTHER;
}

/* ---- all of it ---- */

enum err
stripe_event_parse(struct arena *a, struct str body, struct stripe_event *out)
{
	/* The tree of an event is many times larger than what is kept of it,
	 * and a batch holds many events: each tree goes before the next is
	 * made. */
	static struct arena
	    tree; /* gone before the next: what is kept is copied */
	struct json *doc;
	enum err e;

	*out = (struct stripe_event){ 0 };
	arena_reset(&tree);
	/* Three quarters of its values nobody asks for. */
	e = json_parse(&tree, json_pick(&tree, body, stripe_event_wants), &doc);
	if (e == ERR_OK)
		e = stripe_event_read(a, doc, out);
	arena_reset(&tree);
	return e;
}

enum err
stripe_event_read(struct arena *a, struct json *doc, struct stripe_event *out)
{
	*out = (struct stripe_event){ 0 };
	out->id = short_text(a, doc, "id", MAX_ID_BYTES);
	if (out->id == NULL)
		return ERR_INPUT;
	out->type = short_text(a, doc, "type", MAX_TYPE_BYTES);
	/* Refused, it would come again for three days, and be no better. */
	if (out->type == NULL)
		out->type = "unknown";
	read_mode(doc, out);
	if (!json_int(doc, "created", &out->created_s))
		(void)clock_parse_iso(
		    json_text(doc, "created"), &out->created_s);
	if (str_eq(str_from(json_text(doc, "object")), "v2.core.event")) {
		read_thin(a, doc, out);
		return ERR_OK;
	}
	out->kind = kind_of(out->type);
	(void)read_or_doubt(a, json_at(doc, "data.object"), out);
	return ERR_OK;
}

enum err
stripe_event_from_object(struct arena *a, const char *type, struct json *obj,
    struct stripe_event *out)
{
	*out = (struct stripe_event){ .type = arena_dup_text(a, type),
		.kind = kind_of(without_prefix(type)) };
	read_mode(obj, out);
	if (out->kind == STRIPE_OTHER || !json_is_object(obj, ""))
		return ERR_INPUT;
	return read_or_doubt(a, obj, out) == ERR_OK || out->doubt != NULL ?
	    ERR_OK :
	    ERR_INPUT;
}
