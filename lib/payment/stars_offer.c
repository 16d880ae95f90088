/* Selling for Telegram Stars. */
#include "payment/stars_offer.h"

#include "base/json.h"
#include "ledger/products.h"
#include "outbox/message.h"
#include "shop/text.h"

/* Telegram has subscriptions of 30 days and no others: what is paid by the
 * month is sold so, what is paid by another period not at all. */
static bool
is_plan(const struct product *p)
{
	return p->every != NULL && str_eq(str_from(p->every), "month") &&
	    p->every_n == 1;
}

bool
stars_sell(const struct app *app, const struct product *p)
{
	return p->stars > 0 && (p->every == NULL || is_plan(p)) &&
	    !str_eq(str_from(app->conf.sell_with), "stripe");
}

bool
stars_only(const struct app *app, const struct product *p)
{
	return stars_sell(app, p) &&
	    (p->stars_alone || str_eq(str_from(app->conf.sell_with), "stars"));
}

/* The payload comes back with the payment, and is all that says then what it
 * was for. */
static struct tg_invoice
invoice_for(
    enum language in, struct arena *a, int64_t tg_id, const struct product *p)
{
	const char *title = product_title(p, language_code(in));

	return (struct tg_invoice){ tg_id, title,
		text_fill_in(in, a, TEXT_STARS_DESCRIPTION,
		    KV(kv_text("product", title))),
		arena_printf(a, STARS_PAYLOAD "%s", p->id), p->stars };
}

static struct http_request
plan_request(enum language in, const struct app *app, struct arena *a,
    const struct product *p)
{
	const struct tg_api api = app_telegram(app);
	const struct tg_invoice inv = invoice_for(in, a, 0, p);

	return tg_request(a, &api, "createInvoiceLink", tg_plan_link(a, &inv));
}

/* The link in Telegram's answer; NULL: there is none that a button could lead
 * to. */
static const char *
plan_link(struct arena *a, const struct http_response *res)
{
	struct json *doc;
	const char *link;

	if (res->status != 200 || json_parse(a, res->body, &doc) != ERR_OK ||
	    !json_is_true(doc, "ok"))
		return NULL;
	link = arena_dup_text(a, json_text(doc, "result"));
	return link != NULL && tg_button_url_ok(link) &&
		str_starts(str_from(link), "https://") ?
	    link :
	    NULL;
}

const char *
stars_button(enum language in, const struct app *app, struct arena *a,
    const struct product *p)
{
	(void)app;
	return text_fill_in(
	    in, a, TEXT_STARS_BUTTON, KV(kv_int("amount", p->stars)));
}

/* A link to a plan that is being made, or was and is sent on. */
struct plan {
	bool is_sent;
	enum language in;
};

/* A subscription in Stars can be sold by a link only. */
static void
make_plan_link(enum language in, struct app *app, struct arena *a,
    struct step *s, const struct product *p, void **own)
{
	struct plan *plan = arena_alloc(a, sizeof(*plan));

	*plan = (struct plan){ .is_sent = false, .in = in };
	*own = plan;
	s->call = plan_request(in, app, a, p);
	s->has_call = s->is_to_telegram = true;
}

/* A single payment has an invoice that can be sent at once. */
struct json *
stars_invoice(
    enum language in, struct arena *a, int64_t tg_id, const struct product *p)
{
	const struct tg_invoice inv = invoice_for(in, a, tg_id, p);

	return is_plan(p) ? NULL : tg_send_invoice(a, &inv);
}

void
stars_offer(enum language in, struct app *app, struct arena *a, struct step *s,
    const struct product *p, void **own)
{
	struct json *invoice = stars_invoice(in, a, s->job.tg_id, p);

	if (invoice == NULL)
		make_plan_link(in, app, a, s, p, own);
	else
		message_call(app, a, s, s->job.tg_id, "sendInvoice", invoice);
}

/* The message with the link, on to the buyer. */
static void
send_plan(struct app *app, struct arena *a, struct step *s,
    const struct product *p, struct plan *plan, const char *url)
{
	struct tg_message m = { .chat_id = s->job.tg_id, .button_url = url };

	m.button = stars_button(plan->in, app, a, p);
	m.text = text_fill_in(plan->in, a, TEXT_STARS_PLAN,
	    KV(kv_text("product", product_title(p, language_code(plan->in))),
		kv_int("amount", p->stars), kv_text("url", url)));
	message_send(app, a, s, &m);
	plan->is_sent = true;
}

static enum err
settle_link(struct app *app, struct arena *a, struct step *s, struct plan *plan,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	const char *url = call_err == ERR_OK ? plan_link(a, res) : NULL;
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
	send_plan(app, a, s, p, plan, url);
	o->after = AFTER_HELD_CALL;
	return ERR_OK;
}

/* Whether this is the answer with the link. It is judged anew when what it led
 * to could not be written down; a message's answer has no link in it. */
static bool
is_link_made(const struct plan *plan, struct arena *a, enum err call_err,
    const struct http_response *res)
{
	return plan != NULL &&
	    (!plan->is_sent ||
		(call_err == ERR_OK && plan_link(a, res) != NULL));
}

enum err
stars_offered(struct app *app, struct arena *a, struct step *s, void *own,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	return is_link_made(own, a, call_err, res) ?
	    settle_link(app, a, s, own, call_err, res, o) :
	    message_settle(app, a, s, call_err, res, o);
}
