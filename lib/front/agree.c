/* Consent on a page. */
#include "front/agree.h"

#include "base/buf.h"
#include "front/pages.h"
#include "front/serve.h"
#include "front/ways.h"
#include "ledger/consents.h"
#include "payment/checkout.h"
#include "payment/consent.h"
#include "payment/limit.h"
#include "shop/markdown.h"
#include "shop/text.h"

#include <string.h>

struct agreeing {
	struct app *app;
	const struct request *req;
	const struct paylink *link;
	struct agreement agreement;
	enum err limited; /* ERR_THROTTLED: asked too often */
	int64_t wait_s;
};

/* The terms, the sentence, and a form that leads back to the same link. */
static enum err
form_of(const struct agreeing *g, struct str *html)
{
	const struct request *req = g->req;
	struct str terms = markdown_page(req->arena, g->agreement.terms);
	struct buf b = buf_new(req->arena, terms.len + 16 * 1024);
	const char *token, *url = paylink_onward(g->app, req, g->link);
	enum err e = consent_token(g->app, req->arena, g->link->tg_id,
	    g->link->product, &g->agreement, &token);

	if (e != ERR_OK)
		return e;
	/* The answer is judged by the text in the language that was read. */
	if (paylink_language(req) == LANGUAGE__COUNT)
		url = paylink_in(req->arena, url, g->agreement.in);
	buf_add(&b, terms);
	buf_text(&b, "<form method=\"post\" action=\"");
	buf_html(&b, url);
	buf_text(&b, "\">\n<p><b>");
	buf_html(&b, g->agreement.sentence);
	buf_text(&b, "</b></p>\n<button name=\"" CONSENT_FIELD "\" value=\"");
	buf_html(&b, token);
	buf_text(&b, "\">");
	buf_html(&b, text_plain_in(g->agreement.in, TEXT_CONSENT_YES));
	buf_text(&b, "</button>\n</form>\n");
	*html = buf_str(&b);
	return ERR_OK;
}

/* "Cancel" leads to the page of a payment that was cancelled, for that is what
 * it is. */
static struct response
ask(const struct agreeing *g)
{
	const struct request *req = g->req;
	enum language in = g->agreement.in;
	struct page p = { .status = 200,
		.language = language_code(in),
		.mark = "📄",
		.title = text_plain_in(in, TEXT_PAGE_CONSENT),
		.lead = text_fill_in(in, req->arena, TEXT_PAGE_CONSENT_LEAD,
		    KV(kv_text("product",
			product_title(g->link->product, language_code(in))))),
		.button = text_plain_in(in, TEXT_CONSENT_NO),
		.button_url = arena_printf(req->arena, "%s/cancel?language=%s",
		    g->app->conf.base_url, language_code(in)),
		.forms = FORMS_ON };

	if (form_of(g, &p.html) != ERR_OK)
		return pages_show(g->app, req, PAGES_BROKEN);
	ways_add(&p, g->app, req->arena, in);
	return page_response(req, &p);
}

/* Counted like a click on a link: who follows many learns and writes much. */
static enum err
note(struct db *db, void *ctx)
{
	struct agreeing *g = ctx;
	const struct limit_who who = { .address =
					   serve_address(g->app, g->req) };

	g->limited = limit_address(g->app, g->req->arena, &who, &g->wait_s);
	if (g->limited == ERR_THROTTLED)
		return ERR_OK;
	return consent_add(db,
	    &(struct consent){ .tg_id = g->link->tg_id,
		.product = g->link->product->id,
		.hash = g->agreement.hash,
		.language = language_code(g->agreement.in),
		.is_proven = g->link->is_signed });
}

/* A consent that is not on the disk is none: the buyer does not go on. */
static bool
is_hindered(struct agreeing *g, struct response *res)
{
	if (db_transaction(g->app->db, note, g) != ERR_OK) {
		*res = pages_show(g->app, g->req, PAGES_PROVIDER_DOWN);
		return true;
	}
	if (g->limited != ERR_THROTTLED)
		return false;
	*res = pages_show(g->app, g->req, PAGES_LIMITED);
	res->retry_after_s = g->wait_s;
	return true;
}

/* Who sent the form and was put in line asks again by a plain address, which
 * has the form's word in it: there is nothing more to note. */
static bool
was_sent(const struct agreeing *g)
{
	const struct paylink *link = g->link;
	struct arena *a = g->req->arena;
	struct consent c = { .hash = NULL };
	const char *token;

	return request_param(g->req, CONSENT_FIELD, &token) == ERR_OK &&
	    consent_token_holds(
		g->app, a, link->tg_id, link->product, &g->agreement, token) &&
	    consent_latest(g->app->db, a, link->tg_id, link->product->id, false,
		&c) == ERR_OK &&
	    strcmp(c.hash, g->agreement.hash) == 0;
}

bool
agree_first(struct app *app, const struct request *req,
    const struct paylink *link, struct response *res)
{
	struct agreeing g = { app, req, link, { .in = LANGUAGE_UK }, ERR_OK,
		0 };
	const char *token;
	bool missing = true;

	if (!agreement_is_wanted(&app->conf, link->product))
		return false;
	if (agreement_read(pages_language(req), app, req->arena, link->product,
		&g.agreement) != ERR_OK) {
		*res = pages_show(app, req, PAGES_BROKEN);
		return true;
	}
	if (checkout_asks_consent(app, link, &g.agreement) || was_sent(&g))
		return false;
	if (request_field(req, CONSENT_FIELD, &token) == ERR_OK &&
	    consent_token_holds(app, req->arena, link->tg_id, link->product,
		&g.agreement, token))
		return is_hindered(&g, res);
	/* Where the ledger cannot say, they are asked: once too often harms
	 * nobody. */
	if (link->is_signed &&
	    consent_is_missing(app, req->arena, link->tg_id, link->product,
		true, &missing) == ERR_OK &&
	    !missing)
		return false;
	*res = ask(&g);
	return true;
}
