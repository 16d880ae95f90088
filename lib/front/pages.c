/* The pages of pay.fcgi. */
#include "front/pages.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "front/ways.h"
#include "payment/consent.h"
#include "payment/trial.h"
#include "shop/text.h"

#include <string.h>

#define REFRESH_S 5 /* until a browser asks again by itself */

/* A row for each page, so that status, headline and the word for programs
 * cannot drift apart. What watches a site from outside counts statuses and
 * reads no sentences: where something went wrong, the status says so too. */
static const struct {
	int status;
	const char *mark;
	enum text title, lead;
	const char *error; /* for JSON clients */
} pages[PAGES__COUNT] = {
	[PAGES_BAD_ID] = { 400, "🔗", TEXT_PAGE_BAD_ID, TEXT_PAGE_BAD_ID_LEAD,
	    "bad_tg_id" },
	[PAGES_OLD_LINK] = { 403, "🔗", TEXT_PAGE_OLD_LINK,
	    TEXT_PAGE_OLD_LINK_LEAD, "link_ended" },
	[PAGES_NO_PRODUCT] = { 400, "🔗", TEXT_PAGE_NO_PRODUCT,
	    TEXT_PAGE_NO_PRODUCT_LEAD, "unknown_product" },
	[PAGES_PREVIEW] = { 200, "💳", TEXT_PAGE_PREVIEW, TEXT_PAGE_PREVIEW_LEAD,
	    NULL },
	/* A browser that fetches pages before anybody wants them keeps none
	 * that came with an error. After a 200 a click would show this one. */
	[PAGES_AHEAD] = { 503, "💳", TEXT_PAGE_PREVIEW, TEXT_PAGE_PREVIEW_LEAD,
	    "looks_ahead" },
	[PAGES_IN_CHAT] = { 200, "💬", TEXT_PAGE_IN_CHAT, TEXT_PAGE_IN_CHAT_LEAD,
	    NULL },
	[PAGES_PAY_IN_CHAT] = { 200, "💬", TEXT_PAGE_PAY_IN_CHAT,
	    TEXT_PAGE_PAY_IN_CHAT_LEAD, NULL },
	[PAGES_PAID_BEFORE] = { 200, "✅", TEXT_PAGE_PAID_BEFORE,
	    TEXT_PAGE_PAID_BEFORE_LEAD, NULL },
	[PAGES_PROCESSING] = { 200, "⏳", TEXT_PAGE_PROCESSING,
	    TEXT_PAGE_PROCESSING_LEAD, NULL },
	[PAGES_OWED] = { 200, "🧾", TEXT_PAGE_OWED, TEXT_PAGE_OWED_LEAD,
	    NULL },
	[PAGES_SUBSCRIBED] = { 200, "🔁", TEXT_PAGE_SUBSCRIBED,
	    TEXT_PAGE_SUBSCRIBED_LEAD, NULL },
	[PAGES_PAID] = { 200, "✅", TEXT_PAGE_PAID, TEXT_PAGE_PAID_LEAD, NULL },
	[PAGES_PAID_SOON] = { 200, "✅", TEXT_PAGE_PAID,
	    TEXT_PAGE_PAID_SOON_LEAD, NULL },
	[PAGES_NOT_PAID] = { 200, "💳", TEXT_PAGE_NOT_PAID,
	    TEXT_PAGE_NOT_PAID_LEAD, NULL },
	[PAGES_NOT_PAID_INPUT] = { 400, "💳", TEXT_PAGE_NOT_PAID,
	    TEXT_PAGE_NOT_PAID_LEAD, "bad_session_id" },
	[PAGES_NOT_PAID_UNKNOWN] = { 404, "💳", TEXT_PAGE_NOT_PAID,
	    TEXT_PAGE_NOT_PAID_LEAD, "unknown_session" },
	[PAGES_CHECKING] = { 200, "⏳", TEXT_PAGE_CHECKING,
	    TEXT_PAGE_CHECKING_LEAD, NULL },
	[PAGES_CANCEL] = { 200, "↩️", TEXT_PAGE_CANCEL,
	    TEXT_PAGE_CANCEL_LEAD, NULL },
	/* Who counts statuses learns that buyers have to wait. */
	[PAGES_IN_LINE] = { 503, "⏳", TEXT_PAGE_IN_LINE, TEXT_PAGE_IN_LINE_LEAD,
	    "in_line" },
	[PAGES_PROVIDER_DOWN] = { 503, "⏳", TEXT_PAGE_STRIPE_DOWN,
	    TEXT_PAGE_STRIPE_DOWN_LEAD, "stripe_unavailable" },
	[PAGES_PROVIDER_REFUSED] = { 502, "⏳", TEXT_PAGE_STRIPE_DOWN,
	    TEXT_PAGE_STRIPE_DOWN_LEAD, "stripe_refused" },
	[PAGES_UNKNOWN] = { 404, "🔗", TEXT_PAGE_UNKNOWN, TEXT_PAGE_UNKNOWN_LEAD,
	    "not_found" },
	[PAGES_NOT_ALLOWED] = { 405, "🔗", TEXT_PAGE_UNKNOWN,
	    TEXT_PAGE_UNKNOWN_LEAD, "method_not_allowed" },
	[PAGES_LIMITED] = { 429, "⏳", TEXT_PAGE_LIMITED, TEXT_PAGE_LIMITED_LEAD,
	    "too_many_requests" },
	[PAGES_BROKEN] = { 500, "🛠", TEXT_PAGE_BROKEN, TEXT_PAGE_BROKEN_LEAD,
	    "not_set_up" },
};

enum language
pages_language(const struct request *req)
{
	enum language in = paylink_language(req);

	return in != LANGUAGE__COUNT ?
	    in :
	    language_accepted(
		request_variable(req, "HTTP_ACCEPT_LANGUAGE"), text_language());
}

/* The titles of all that is sold, with commas. */
static const char *
assortment(enum language in, const struct app *app, struct arena *a)
{
	const char *list = "";

	for (size_t i = 0; i < app->catalog.n; i++)
		list = arena_printf(a, "%s%s«%s»", list, i == 0 ? "" : ", ",
		    product_title(
			&app->catalog.products[i], language_code(in)));
	return list;
}

/* Until when access is paid for. */
static const char *
note_of(enum language in, struct arena *a, const struct checkout *c)
{
	if (c == NULL || c->state != CHECKOUT_PAID || c->term.until_ms == 0)
		return NULL;
	return text_fill_in(in, a,
	    c->term.renews ? TEXT_PAGE_PAID_RENEWS : TEXT_PAGE_PAID_UNTIL,
	    KV(kv_text("until",
		text_date_in(in, a,
		    c->term.renews ? c->term.paid_until_ms :
				     c->term.until_ms))));
}

/* Each page has a way on but these: the first has one of its own, and what is
 * not set up has no ledger to look the bot up in. Where something failed,
 * trying again comes first; whoever has to wait a while goes back first. */
static void
add_ways(struct page *p, const struct app *app, const struct request *req,
    enum pages which)
{
	enum language in = pages_language(req);

	if (which == PAGES_PREVIEW || which == PAGES_BROKEN)
		ways_add_help(p, app, req->arena, in);
	else
		ways_add(p, app, req->arena, in);
	if (p->status >= 500) {
		p->button = text_plain_in(in, TEXT_PAGE_AGAIN_BUTTON);
		p->button_url = arena_printf(req->arena, "?%s", req->query);
	} else if (p->status == 429) {
		p->again = text_plain_in(in, TEXT_PAGE_AGAIN_BUTTON);
		p->again_url = arena_printf(req->arena, "?%s", req->query);
	}
}

/* c: what was found of a payment; may be NULL, as may about: before the
 * settings are read there is no product to name, and a page must be shown all
 * the same. All texts get the same values: each takes the holes that it has. */
static struct page
page_about(const struct app *app, const struct request *req, enum pages which,
    const struct product *about, const struct checkout *c)
{
	enum language in = pages_language(req);
	struct kvs values =
	    KV(kv_text("product",
		   about == NULL ? app->conf.product_name :
				   product_title(about, language_code(in))),
		kv_int("kind", about == NULL ? 0 : (int64_t)about->kind),
		kv_text("products", assortment(in, app, req->arena)));
	struct page p = { .status = pages[which].status,
		.language = language_code(in),
		.mark = pages[which].mark,
		.title =
		    text_fill_in(in, req->arena, pages[which].title, values),
		.lead = text_fill_in(in, req->arena, pages[which].lead, values),
		.note = note_of(in, req->arena, c),
		.error = pages[which].error };

	add_ways(&p, app, req, which);
	/* The only page with the way in. Whoever sees it holds the name of a
	 * paid purchase, which the provider gave to the buyer's browser
	 * alone. */
	if (which == PAGES_PAID) {
		p.button = text_plain_in(in, TEXT_PAGE_PAID_BUTTON);
		p.button_url = c->link;
	}
	return p;
}

/* A browser would ask for a form's answer anew without the form. */
static const char *
in_line_url(const struct request *req)
{
	const char *token;

	if (request_field(req, CONSENT_FIELD, &token) != ERR_OK ||
	    !str_only(str_from(token), STR_LETTERS STR_DIGITS "."))
		return NULL;
	return arena_printf(
	    req->arena, "?%s&" CONSENT_FIELD "=%s", req->query, token);
}

static struct response
respond_about(const struct app *app, const struct request *req,
    enum pages which, const struct product *about, const struct checkout *c)
{
	struct page p = page_about(app, req, which, about, c);
	struct response res = page_response(req, &p);

	if (which == PAGES_IN_LINE) {
		res.refresh_s = REFRESH_S;
		res.refresh_url = in_line_url(req);
	}
	return res;
}

struct response
pages_show(const struct app *app, const struct request *req, enum pages which)
{
	return respond_about(app, req, which,
	    app->catalog.n == 0 ? NULL : catalog_find(&app->catalog, NULL),
	    NULL);
}

/* A link that has ended was ours once, so its holder is told to get a new one
 * from the bot. What was never ours gets no such help. */
struct response
pages_bad_link(const struct app *app, const struct request *req, enum err e)
{
	if (e == ERR_NOT_FOUND)
		return pages_show(app, req, PAGES_NO_PRODUCT);
	return pages_show(
	    app, req, e == ERR_AUTH ? PAGES_OLD_LINK : PAGES_BAD_ID);
}

struct response
pages_provider_down(
    const struct app *app, const struct request *req, enum err e)
{
	/* ERR_CONFLICT: another click of the same buyer is still under way. All
	 * that is left is the operator's to mend. */
	bool may_pass = e == ERR_UNAVAILABLE || e == ERR_CONFLICT;

	if (e == ERR_THROTTLED)
		return pages_show(app, req, PAGES_IN_LINE);
	return pages_show(
	    app, req, may_pass ? PAGES_PROVIDER_DOWN : PAGES_PROVIDER_REFUSED);
}

struct response
pages_preview(const struct app *app, const struct request *req,
    const struct paylink *link)
{
	struct page p =
	    page_about(app, req, PAGES_PREVIEW, link->product, NULL);
	const char *trial;

	/* Who made up a link is told nothing of what the buyer had. */
	trial = link->is_signed ? trial_said(pages_language(req), app,
				      req->arena, link->tg_id, link->product) :
				  NULL;
	p.note = trial;
	p.button = text_plain_in(pages_language(req), TEXT_PAGE_PREVIEW_BUTTON);
	p.button_url = paylink_onward(app, req, link);
	return page_response(req, &p);
}

bool
pages_instead(const struct app *app, const struct request *req, enum err e,
    const struct paylink *link, struct response *res)
{
	if (e != ERR_OK)
		*res = pages_bad_link(app, req, e);
	else if (paylink_is_previewed(req))
		*res = pages_preview(app, req, link);
	else
		return false;
	return true;
}

/* Says in words, too, what Retry-After says. */
static struct response
limited(const struct app *app, const struct request *req, int64_t wait_s)
{
	struct page p = page_about(app, req, PAGES_LIMITED, NULL, NULL);
	int64_t minutes = (wait_s + 59) / 60;
	struct response res;

	if (wait_s > 0)
		p.lead = text_count_in(pages_language(req), req->arena,
		    TEXT_PAGE_LIMITED_MINUTES, minutes,
		    KV(kv_int("minutes", minutes)));
	res = page_response(req, &p);
	res.retry_after_s = wait_s;
	return res;
}

struct response
pages_not_allowed(
    const struct app *app, const struct request *req, const char *methods)
{
	struct response res = pages_show(app, req, PAGES_NOT_ALLOWED);

	res.allow = methods;
	return res;
}

bool
pages_refused(const struct app *app, const struct request *req,
    const char *methods, struct response *res)
{
	if (!request_is_of(req, methods))
		*res = pages_not_allowed(app, req, methods);
	/* Nobody wants it yet: nothing is opened, nobody asked. */
	else if (request_looks_ahead(req))
		*res = pages_show(app, req, PAGES_AHEAD);
	else
		return false;
	return true;
}

struct response
pages_elsewhere(const struct app *app, const struct request *req)
{
	const char *on = ways_from_root(app, req);

	return on == NULL ? pages_show(app, req, PAGES_UNKNOWN) :
			    response_see_other(on);
}

/* How long the browser waits before each of the times that it asks anew: most
 * buyers are back a moment before their payment is known. Who waits longer is
 * told in the chat. */
static const int64_t looks_s[] = { 2, 3, 5, 5, 10, 15, 20, 30, 60, 60 };

/* How often it has asked by itself. */
static size_t
n_looks(const struct request *req)
{
	const char *text = NULL;
	int64_t n = 0;

	if (request_param(req, "look", &text) == ERR_OK)
		(void)str_to_i64(str_from(text), &n);
	return n < (int64_t)LENGTH(looks_s) ? (size_t)n : LENGTH(looks_s);
}

/* The same page in the same language, of which only signs that need no encoding
 * go into the address. The reader may ask as well, which begins it anew. */
static void
look_again(struct page *p, const struct request *req, const char *id)
{
	enum language in = pages_language(req);
	size_t n = n_looks(req);
	const char *url;

	if (!str_only(str_from(id), STR_LETTERS STR_DIGITS "_-"))
		return;
	url = arena_printf(
	    req->arena, "?session_id=%s&language=%s", id, language_code(in));
	p->again = text_plain_in(in, TEXT_PAGE_LOOK_BUTTON);
	p->again_url = url;
	if (n == LENGTH(looks_s))
		return;
	p->refresh_s = looks_s[n];
	p->refresh_url = arena_printf(req->arena, "%s&look=%zu", url, n + 1);
}

static bool
is_to_come(enum pages which)
{
	return which == PAGES_PAID_SOON || which == PAGES_PROCESSING ||
	    which == PAGES_CHECKING;
}

static struct response
respond_thanks(const struct app *app, const struct request *req,
    enum pages which, const char *id, const struct checkout *c)
{
	struct page p =
	    page_about(app, req, which, c == NULL ? NULL : c->product, c);

	if (is_to_come(which))
		look_again(&p, req, id);
	return page_response(req, &p);
}

/* Each state has its page before paying and behind it, also where nothing leads
 * to that one today: a state without one would show the first page there is,
 * which says that the link is wrong. */
static const struct {
	enum pages begun, back;
} by_state[CHECKOUT__COUNT] = {
	[CHECKOUT_REDIRECT] = { PAGES_NOT_PAID, PAGES_NOT_PAID },
	[CHECKOUT_PAID] = { PAGES_PAID_BEFORE, PAGES_PAID },
	[CHECKOUT_PROCESSING] = { PAGES_PROCESSING, PAGES_PROCESSING },
	[CHECKOUT_OWED] = { PAGES_OWED, PAGES_OWED },
	[CHECKOUT_SUBSCRIBED] = { PAGES_SUBSCRIBED, PAGES_SUBSCRIBED },
	[CHECKOUT_IN_CHAT] = { PAGES_PAY_IN_CHAT, PAGES_PAY_IN_CHAT },
	[CHECKOUT_NONE] = { PAGES_NOT_PAID, PAGES_NOT_PAID },
	[CHECKOUT_LIMITED] = { PAGES_LIMITED, PAGES_LIMITED },
};

struct response
pages_begun(const struct app *app, const struct request *req,
    const struct paylink *link, const struct checkout *c)
{
	if (c->state == CHECKOUT_REDIRECT)
		return response_see_other(c->url);
	if (c->state == CHECKOUT_LIMITED)
		return limited(app, req, c->wait_s);
	/* Anybody can write a link with somebody else's number in it, so what
	 * it leads to must not show what that person has bought. The bot tells
	 * them. How a product is sold tells of nobody. */
	if (!link->is_signed && c->state != CHECKOUT_IN_CHAT)
		return respond_about(app, req, PAGES_IN_CHAT, c->product, NULL);
	return respond_about(app, req, by_state[c->state].begun, c->product, c);
}

struct response
pages_thanks(const struct app *app, const struct request *req, const char *id,
    const struct checkout *c)
{
	if (c->state == CHECKOUT_LIMITED)
		return limited(app, req, c->wait_s);
	/* The worker has the invite made, and may not have come to it yet. */
	if (c->state == CHECKOUT_PAID && c->link == NULL)
		return respond_thanks(app, req, PAGES_PAID_SOON, id, c);
	return respond_thanks(app, req, by_state[c->state].back, id, c);
}

struct response
pages_not_found(const struct app *app, const struct request *req,
    const char *id, enum err e)
{
	struct response res;

	if (e == ERR_INPUT)
		return pages_show(app, req, PAGES_NOT_PAID_INPUT);
	res = respond_thanks(app, req,
	    e == ERR_NOT_FOUND ? PAGES_NOT_PAID_UNKNOWN : PAGES_CHECKING, id,
	    NULL);
	if (e == ERR_THROTTLED && res.refresh_s < REFRESH_S)
		res.refresh_s = REFRESH_S;
	return res;
}

struct response
pages_cancel(struct app *app, const struct request *req)
{
	return pages_show(app, req, PAGES_CANCEL);
}

struct response
pages_health(struct app *app, const struct request *req)
{
	struct json *doc = json_new(req->arena);
	int64_t oldest_ms = 0;
	enum err e = db_one(app->db, req->arena, SQL_JOBS_OLDEST, KV_NONE,
	    row_to_int, &oldest_ms);

	json_put_bool(doc, "ok", e == ERR_OK);
	json_put_int(doc, "oldest_job_age_ms",
	    oldest_ms == 0 ? 0 : clock_now_ms() - oldest_ms);
	return response_json(
	    e == ERR_OK ? 200 : 503, json_render(req->arena, doc));
}
