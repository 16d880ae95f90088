/* What a buyer is offered. */
#include "payment/offer.h"

#include "ledger/products.h"
#include "ledger/subscription.h"
#include "outbox/message.h"
#include "payment/paylink.h"
#include "payment/stars.h"
#include "shop/text.h"

struct tg_message
offer_message(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p)
{
	const char *url = paylink_make(app, a, tg_id, p);
	struct tg_choice *stars = arena_alloc(a, sizeof(*stars));

	*stars = (struct tg_choice){ text_fill(a, TEXT_STARS_BUTTON,
					 KV(kv_int("amount", p->stars))),
		arena_printf(a, OFFER_STARS ":%s", p->id) };
	return (struct tg_message){ .chat_id = tg_id,
		.choices = stars,
		.n_choices = stars_sell(app, p) ? 1 : 0,
		.text = text_fill(a, TEXT_PAY,
		    KV(kv_text(
			   "product", product_title(p, text_language_code())),
			kv_text("url", url))),
		.button = text_plain(TEXT_PAY_BUTTON),
		.button_url = url };
}

enum err
offer_owed(struct db *db, struct arena *a, int64_t tg_id, const char *product,
    const char *title, struct tg_message *m)
{
	struct subscription s = { 0 };
	struct term t = { 0 };
	enum err e = subscription_of(db, a, tg_id, product, &s);

	*m = (struct tg_message){ .chat_id = tg_id };
	if (e == ERR_NOT_FOUND || (e == ERR_OK && !s.is_owed))
		return ERR_OK;
	if (e == ERR_OK)
		e = ledger_term(db, a, tg_id, product, &t);
	if (e != ERR_OK || !subscription_can_be_paid(&s))
		return e;
	m->button = text_plain(TEXT_DUNNING_BUTTON);
	m->button_url = s.invoice_url;
	m->text = text_fill(a,
	    t.access == ACCESS_IN ? TEXT_DUNNING : TEXT_DUNNING_OUT,
	    KV(kv_text("product", title),
		kv_text("until", text_date(a, t.until_ms)),
		kv_text("url", s.invoice_url)));
	return ERR_OK;
}

/* ---- as a step of a job ---- */

/* A link to a plan that is being made, or was and is sent on. */
struct plan {
	bool is_sent;
};

/* A subscription in Stars can be sold by a link only. */
static void
make_plan_link(
    struct app *app, struct arena *a, struct step *s, const struct product *p)
{
	struct plan *plan = arena_alloc(a, sizeof(*plan));

	*plan = (struct plan){ .is_sent = false };
	s->state = plan;
	s->call = stars_plan_request(app, a, p);
	s->has_call = s->is_to_telegram = true;
}

enum err
offer_prepare(struct app *app, struct arena *a, struct step *s,
    const struct product *p, bool by_stars)
{
	const struct tg_message m = offer_message(app, a, s->job.tg_id, p);
	bool in_stars = by_stars || stars_only(app, p);
	struct tg_message owed;
	enum err e = offer_owed(app->db, a, s->job.tg_id, p->id,
	    product_title(p, text_language_code()), &owed);

	if (e != ERR_OK)
		return e;
	if (owed.text != NULL)
		message_send(app, a, s, &owed);
	else if (in_stars && stars_is_plan(p))
		make_plan_link(app, a, s, p);
	else if (in_stars)
		message_call(app, a, s, s->job.tg_id, "sendInvoice",
		    stars_invoice(app, a, s->job.tg_id, p));
	else
		message_send(app, a, s, &m);
	return ERR_OK;
}

enum err
offer_prepare_dunning(struct app *app, struct arena *a, struct step *s,
    const struct order *o, const struct product *p)
{
	struct tg_message m;
	enum err e = offer_owed(app->db, a, o->tg_id, o->product,
	    product_title(p, text_language_code()), &m);

	if (e == ERR_OK && m.text != NULL)
		message_send(app, a, s, &m);
	return e;
}

/* The message with the link, on to the buyer. */
static void
send_plan(struct app *app, struct arena *a, struct step *s,
    const struct product *p, const char *url)
{
	struct plan *plan = s->state;
	struct tg_message m = { .chat_id = s->job.tg_id, .button_url = url };

	m.button =
	    text_fill(a, TEXT_STARS_BUTTON, KV(kv_int("amount", p->stars)));
	m.text = text_fill(a, TEXT_STARS_PLAN,
	    KV(kv_text("product", product_title(p, text_language_code())),
		kv_int("amount", p->stars), kv_text("url", url)));
	message_send(app, a, s, &m);
	plan->is_sent = true;
}

static enum err
settle_link(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const char *url = call_err == ERR_OK ? stars_plan_link(a, res) : NULL;
	struct str product = str_from(s->job.detail);
	const struct product *p;
	const char *id;
	enum err e;

	(void)str_cut(&product, ':');
	e = products_of(app, a, &s->job, arena_dup(a, product), &id, &p);
	if (e != ERR_OK)
		return e;
	if (p == NULL) { /* taken out since the link was asked for */
		*o = (struct outcome){ .after = AFTER_PARK,
			.error = products_unknown(a, id) };
		return ERR_OK;
	}
	if (url == NULL) {
		e = message_settle(app, a, s, call_err, res, o);
		if (o->after == AFTER_DONE)
			message_retry(
			    s, "Telegram: an answer without a link", o);
		return e;
	}
	send_plan(app, a, s, p, url);
	o->after = AFTER_HELD_CALL;
	return ERR_OK;
}

/* Whether this is the answer with the link. It is judged anew when what it led
 * to could not be written down; a message's answer has no link in it. */
static bool
is_link_made(const struct step *s, struct arena *a, enum err call_err,
    const struct http_response *res)
{
	const struct plan *plan = s->state;

	return plan != NULL &&
	    (!plan->is_sent ||
		(call_err == ERR_OK && stars_plan_link(a, res) != NULL));
}

enum err
offer_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	return is_link_made(s, a, call_err, res) ?
	    settle_link(app, a, s, call_err, res, o) :
	    message_settle(app, a, s, call_err, res, o);
}
