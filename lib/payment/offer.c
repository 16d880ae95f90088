/* What a buyer is offered. */
#include "payment/offer.h"

#include "ledger/ledger.h"
#include "ledger/subscription.h"
#include "outbox/message.h"
#include "payment/card.h"
#include "payment/consent.h"
#include "payment/paylink.h"
#include "shop/text.h"

const struct provider *
offer_alone(const struct app *app, const struct product *p)
{
	const struct provider *by;

	for (size_t i = 0; (by = provider_at(i)) != NULL; i++)
		if (by->sells_alone != NULL && by->sells_alone(app, p))
			return by;
	return NULL;
}

/* The word may come from a button of long ago, so it is asked anew whether that
 * provider sells the product still. */
const struct provider *
offer_by(const struct app *app, const struct product *p, struct str word)
{
	const struct provider *by = provider_find(word);

	return by != NULL && by->button != NULL && by->sells(app, p) ? by :
								       NULL;
}

/* A button for each that sells it beside the one that the link leads to. */
static void
add_buttons(enum language in, const struct app *app, struct arena *a,
    const struct product *p, struct tg_message *m)
{
	const struct provider *by, *linked = provider_for(app, p);
	struct tg_choice *list;
	size_t n = 0;

	while (provider_at(n) != NULL)
		n++;
	list = arena_alloc(a, n * sizeof(*list));
	for (size_t i = 0; (by = provider_at(i)) != NULL; i++)
		if (by != linked &&
		    offer_by(app, p, str_from(by->name)) != NULL)
			list[m->n_choices++] =
			    (struct tg_choice){ by->button(in, app, a, p),
				    arena_printf(a, "%s:%s", by->name, p->id) };
	m->choices = list;
}

/* by: whose page the link leads to; NULL: to whoever sells it first. The link
 * is in the button; the address stands in the text where it can make none. */
static struct tg_message
link_to(enum language in, const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, const struct provider *by)
{
	const char *url = paylink_in(a, paylink_make(app, a, tg_id, p), in);
	const char *text = card_text(in, app, a, tg_id, p);

	if (by != NULL)
		url = paylink_with(a, url, by);
	if (!tg_button_url_ok(url))
		text = card_paragraph(a, text,
		    text_fill_in(in, a, TEXT_PAY,
			KV(KV_PRODUCT(p, language_code(in)),
			    kv_text("url", url))));
	return (struct tg_message){ .chat_id = tg_id,
		.text = text,
		.button = text_plain_in(in, TEXT_PAY_BUTTON),
		.button_url = url };
}

/* A link that leads to nobody is worse than a word: the shop's settings keep
 * away whoever could sell it, which admit check tells. */
static struct tg_message
not_sold(
    enum language in, struct arena *a, int64_t tg_id, const struct product *p)
{
	return (struct tg_message){
		.chat_id = tg_id,
		.text = text_fill_in(in, a, TEXT_NOT_SOLD,
		    KV(kv_text("product", product_title(p, language_code(in)))))
	};
}

struct tg_message
offer_message(enum language in, const struct app *app, struct arena *a,
    int64_t tg_id, const struct product *p)
{
	struct tg_message m;

	if (provider_for(app, p) == NULL)
		return not_sold(in, a, tg_id, p);
	m = link_to(in, app, a, tg_id, p, NULL);
	add_buttons(in, app, a, p, &m);
	return m;
}

enum err
offer_owed(enum language in, struct db *db, struct arena *a, int64_t tg_id,
    const char *product, const char *title, struct tg_message *m)
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
	/* The provider asks for this money again by itself. A new purchase
	 * beside it would be charged twice, so the buyer is led to the invoice
	 * and not to the checkout. */
	m->button = text_plain_in(in, TEXT_DUNNING_BUTTON);
	m->button_url = s.invoice_url;
	m->text = text_fill_in(in, a,
	    t.access == ACCESS_IN ? TEXT_DUNNING : TEXT_DUNNING_OUT,
	    KV(kv_text("product", title),
		kv_text("until", text_date_in(in, a, t.until_ms)),
		kv_text("url", s.invoice_url)));
	return ERR_OK;
}

/* ---- as a step of a job ---- */

/* An offer that a provider makes in its own way, and what it keeps of it; else
 * the card. */
struct offer {
	const struct provider *by; /* NULL: the card */
	void *own;
	struct card_step *card;
};

/* What this person could buy, in the catalog's order. */
struct shelf {
	const struct product *list[CATALOG_MAX_PRODUCTS];
	size_t n, at; /* where the product stands; n: it does not */
};

static enum err
fill_shelf(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, struct shelf *shelf)
{
	enum err e = ERR_OK;

	*shelf = (struct shelf){ .at = CATALOG_MAX_PRODUCTS };
	for (size_t i = 0; e == ERR_OK && i < app->catalog.n; i++) {
		const struct product *one = &app->catalog.products[i];
		enum access access = ACCESS_OUT;

		e = ledger_access(app->db, a, tg_id, one->id, &access);
		if (access == ACCESS_IN)
			continue;
		if (one == p)
			shelf->at = shelf->n;
		shelf->list[shelf->n++] = one;
	}
	return e;
}

static struct tg_choice
leaf(struct arena *a, const char *label, const struct shelf *shelf, size_t to)
{
	return (struct tg_choice){ label,
		arena_printf(
		    a, OFFER_CARD ":%s", shelf->list[to % shelf->n]->id) };
}

/* "< 1/3 >" under the card of one of several. */
static enum err
add_pager(const struct app *app, struct arena *a, const struct product *p,
    struct tg_message *m)
{
	struct tg_choice *row = arena_alloc(a, 3 * sizeof(*row));
	struct shelf shelf = { .n = 0 };
	enum err e = app->catalog.n < 2 ?
	    ERR_OK :
	    fill_shelf(app, a, m->chat_id, p, &shelf);

	if (e != ERR_OK || shelf.n < 2 || shelf.at >= shelf.n)
		return e;
	row[0] = leaf(a, "‹", &shelf, shelf.at + shelf.n - 1);
	row[1] = (struct tg_choice){
		arena_printf(a, "%zu/%zu", shelf.at + 1, shelf.n),
		"-" /* which means nothing */
	};
	row[2] = leaf(a, "›", &shelf, shelf.at + 1);
	m->row = row;
	m->n_row = 3;
	return ERR_OK;
}

/* What a provider offers in its own way is an invoice, and no card can be
 * leafed on to one: its button leads there. */
static struct tg_message
card_of(enum language in, const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, const struct provider *by)
{
	struct tg_message m = { .chat_id = tg_id };

	if (by == NULL)
		return offer_message(in, app, a, tg_id, p);
	if (by->offer == NULL || by->button == NULL)
		return link_to(in, app, a, tg_id, p, by);
	m.text = card_text(in, app, a, tg_id, p);
	m.button = by->button(in, app, a, p);
	m.button_data = arena_printf(a, "%s:%s", by->name, p->id);
	return m;
}

static enum err
make_offer(enum language in, struct app *app, struct arena *a, struct step *s,
    const struct product *p, const struct provider *by, struct card_at at)
{
	struct offer *offer = arena_alloc(a, sizeof(*offer));
	struct tg_message m;
	enum err e;

	*offer = (struct offer){ .by = NULL };
	s->state = offer;
	if (by != NULL && by->offer != NULL && at.message_id == 0) {
		offer->by = by;
		by->offer(in, app, a, s, p, &offer->own);
		return ERR_OK;
	}
	m = card_of(in, app, a, s->job.tg_id, p, by);
	e = add_pager(app, a, p, &m);
	return e != ERR_OK ?
	    e :
	    card_step_prepare(app, a, s, p, &m, at, &offer->card);
}

/* Paid by all that the buyer knows: a second payment would be too much, and
 * would have to be given back. */
static enum err
paid_already(enum language in, struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, struct tg_message *m)
{
	const struct kvs values = KV(KV_PRODUCT(p, language_code(in)));
	enum access access = ACCESS_OUT;
	bool at_bank = false;
	enum err e = ledger_access(app->db, a, tg_id, p->id, &access);

	if (e == ERR_OK)
		e = ledger_processing(app->db, a, tg_id, p->id, &at_bank);
	if (e != ERR_OK)
		return e;
	*m = (struct tg_message){ .chat_id = tg_id };
	if (access == ACCESS_IN)
		m->text = text_fill_in(in, a, TEXT_ALREADY_PAID, values);
	else if (at_bank)
		m->text = text_fill_in(in, a, TEXT_PROCESSING, values);
	return ERR_OK;
}

/* What is owed was agreed to when it began; anything else waits for the buyer's
 * consent, but for whoever only leafs on to another card: its buttons lead to
 * where consent is asked for as well. */
static enum err
instead(enum language in, struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, bool leafs, struct tg_message *m)
{
	enum err e = offer_owed(in, app->db, a, tg_id, p->id,
	    product_title(p, language_code(in)), m);

	if (e == ERR_OK && m->text == NULL)
		e = paid_already(in, app, a, tg_id, p, m);
	if (e == ERR_OK && m->text == NULL && !leafs)
		e = consent_message(in, app, a, tg_id, p, m);
	return e;
}

enum err
offer_instead(enum language in, struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, struct tg_message *m)
{
	return instead(in, app, a, tg_id, p, false, m);
}

/* Looked up when the job runs, not when it was promised: all of it may have
 * changed meanwhile. */
enum err
offer_prepare(enum language in, struct app *app, struct arena *a,
    struct step *s, const struct product *p, const struct provider *by,
    struct card_at at)
{
	struct tg_message m;
	enum err e =
	    instead(in, app, a, s->job.tg_id, p, at.message_id != 0, &m);

	if (e != ERR_OK)
		return e;
	if (m.text == NULL)
		return make_offer(in, app, a, s, p,
		    by != NULL ? by : offer_alone(app, p), at);
	message_send(app, a, s, &m);
	return ERR_OK;
}

/* Where the invoice was paid meanwhile the step stays empty and nothing is
 * sent: who pays must not be dunned. */
enum err
offer_prepare_dunning(enum language in, struct app *app, struct arena *a,
    struct step *s, const struct order *o, const struct product *p)
{
	struct tg_message m;
	enum err e = offer_owed(in, app->db, a, o->tg_id, o->product,
	    product_title(p, language_code(in)), &m);

	if (e == ERR_OK && m.text != NULL)
		message_send(app, a, s, &m);
	return e;
}

/* Only make_offer() sets the step's state; without it the step was a plain
 * message. */
enum err
offer_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	struct offer *offer = s->state;

	if (offer == NULL)
		return message_settle(app, a, s, call_err, res, o);
	return offer->by == NULL ?
	    card_step_settle(app, a, s, offer->card, call_err, res, o) :
	    offer->by->offered(app, a, s, offer->own, call_err, res, o);
}
