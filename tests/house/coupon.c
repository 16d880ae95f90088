/* Coupons as a way to pay: somebody sells coupons on a page of theirs, tells us
 * of each that was used, and takes them back. It stands for whatever a shop may
 * take one day, and is added as lib/README.md says under "A provider".
 * (Base and secret would be settings, and a language of more words than this
 * one's would have a folder of its own.) */
#include "base/crypto.h"
#include "base/json.h"
#include "base/log.h"
#include "payment/provider.h"

#define BASE "https://coupons.invalid"
#define SECRET "coupon-secret"
#define NAME "coupon"

/* A coupon as it is told of, wherever that is. */
struct coupon {
	const char *id;
	struct fact fact;
};

static struct http_request
call(struct arena *a, const char *method, const char *path, struct json *body)
{
	return (struct http_request){ .method = method,
		.url = arena_printf(a, BASE "%s", path),
		.headers = { "Authorization: Bearer " SECRET,
		    "Content-Type: application/json" },
		.body = body == NULL ? str_from("") : json_render(a, body),
		.connect_ms = 3000,
		.total_ms = PROVIDER_TOTAL_MS };
}

/* What an answer's status means to the caller. */
static enum err
answer(struct arena *a, const struct http_response *res, struct json **doc)
{
	switch (res->status) {
	case 200:
		return json_parse(a, res->body, doc) == ERR_OK ? ERR_OK :
								 ERR_REFUSED;
	case 401:
		return ERR_CONFIG;
	case 404:
		return ERR_NOT_FOUND;
	case 409:
		return ERR_CONFLICT;
	default:
		return res->status >= 500 ? ERR_UNAVAILABLE : ERR_REFUSED;
	}
}

/* What it looks like is all that a link to the thank-you page is judged by, so
 * it begins with something that nobody else's names begin with. */
static bool
names(struct str id)
{
	return str_starts(id, "cp_") && id.len < 100 &&
	    str_only(id, STR_LETTERS STR_DIGITS "_");
}

/* "new", "used", "void", "returned": facts, as the ledger wants them. What the
 * seller of coupons may add one day is a coupon that nobody used yet. */
static enum fact_kind
kind_of(struct str state)
{
	if (str_eq(state, "used"))
		return FACT_PAID;
	if (str_eq(state, "returned"))
		return FACT_REFUNDED;
	return str_eq(state, "void") ? FACT_EXPIRED : FACT_SEEN;
}

/* A coupon is one purchase and one payment, so the same name serves both: a
 * refund of the payment finds the order. ERR_INPUT: not a coupon. */
static enum err
read_coupon(const struct app *app, struct arena *a, struct json *doc,
    struct coupon *out)
{
	struct fact *f = &out->fact;

	*f = (struct fact){ .kind = kind_of(str_from(json_text(doc, "state"))),
		.provider = NAME,
		.product = arena_dup_text(a, json_text(doc, "product")),
		.currency = "eur",
		.livemode = app->conf.livemode };
	f->order = arena_dup_text(a, json_text(doc, "id"));
	f->payment = f->order;
	out->id = f->order;
	if (f->order == NULL || !names(str_from(f->order)) ||
	    !json_int(doc, "tg_id", &f->tg_id) ||
	    !json_int(doc, "amount", &f->amount_minor))
		return ERR_INPUT;
	if (f->kind == FACT_REFUNDED)
		f->refunded_minor = f->amount_minor;
	return ERR_OK;
}

static enum err
record(struct app *app, struct arena *a, const void *what, struct order *order)
{
	const struct coupon *c = what;

	return ledger_record(app, a, &c->fact, order);
}

/* ---- selling on a page ---- */

/* Only what has a price of the shop's own, and is paid once: nobody here could
 * take the next payment of a subscription. */
static bool
sells(const struct app *app, const struct product *p)
{
	(void)app;
	return p->amount_minor > 0 && p->every == NULL;
}

static const char *
button(enum language in, const struct app *app, struct arena *a,
    const struct product *p)
{
	(void)app;
	return arena_printf(
	    a, "%s for a coupon", product_title(p, language_code(in)));
}

static enum err
begin(const struct app *app, struct arena *a, const struct sale *sale,
    struct http_request *out)
{
	struct json *body = json_new(a);

	json_put_int(body, "tg_id", sale->tg_id);
	json_put_text(body, "product", sale->product->id);
	json_put_int(body, "amount", sale->product->amount_minor);
	json_put_text(body, "key", sale->key);
	json_put_text(body, "back",
	    arena_printf(a, "%s/paid?session_id=", app->conf.base_url));
	*out = call(a, "POST", "/coupons", body);
	return ERR_OK;
}

/* Where a buyer is sent is the answer's word, and it is believed for the
 * seller's own pages alone. */
static enum err
begun(const struct app *app, struct arena *a, const struct http_response *res,
    struct opened *out)
{
	struct coupon c;
	struct json *doc;
	int64_t ends_s = 0;
	enum err e = answer(a, res, &doc);

	if (e != ERR_OK)
		return e;
	if (read_coupon(app, a, doc, &c) != ERR_OK ||
	    !str_starts(str_from(json_text(doc, "page")), BASE "/") ||
	    !json_int(doc, "ends", &ends_s))
		return ERR_REFUSED;
	*out = (struct opened){ c.id, arena_dup_text(a, json_text(doc, "page")),
		ends_s * 1000, c.fact.amount_minor, c.fact.currency,
		c.fact.livemode };
	return ERR_OK;
}

static struct http_request
ask(const struct app *app, struct arena *a, const char *id)
{
	(void)app;
	return call(a, "GET", arena_printf(a, "/coupons/%s", id), NULL);
}

static struct http_request
stop(const struct app *app, struct arena *a, const char *id)
{
	(void)app;
	return call(a, "POST", arena_printf(a, "/coupons/%s/void", id), NULL);
}

static enum err
told(const struct app *app, struct arena *a, const struct http_response *res,
    struct finding *out)
{
	struct coupon *c = arena_alloc(a, sizeof(*c));
	struct json *doc;
	enum err e = answer(a, res, &doc);

	if (e == ERR_OK && read_coupon(app, a, doc, c) != ERR_OK)
		e = ERR_REFUSED;
	*out = (struct finding){ record, c };
	return e;
}

/* ---- telling of its own accord ---- */

/* The same coupon is told of in each of its states, so an event's name is both:
 * by the coupon alone, what comes second would pass for a repetition. */
static enum err
read_post(const struct app *app, const struct request *req, struct post *out)
{
	const char *secret = request_variable(req, "HTTP_X_COUPON_SECRET");
	struct coupon *c = arena_alloc(req->arena, sizeof(*c));
	struct json *doc;

	out->refusal = "the secret does not fit";
	if (!secret_equal(str_from(secret), str_from(SECRET)))
		return ERR_INPUT;
	out->refusal = "this is no coupon";
	if (json_parse(req->arena, req->body, &doc) != ERR_OK ||
	    read_coupon(app, req->arena, doc, c) != ERR_OK)
		return ERR_INPUT;
	out->type = arena_dup_text(req->arena, json_text(doc, "state"));
	out->id = arena_printf(req->arena, "%s/%s", c->id, out->type);
	out->found = (struct finding){ record, c };
	return ERR_OK;
}

/* ---- giving back ---- */

static struct http_request
refund(const struct app *app, struct arena *a, const struct refund *r)
{
	(void)app;
	return call(
	    a, "POST", arena_printf(a, "/coupons/%s/return", r->payment), NULL);
}

/* An answer that does not say "returned" is no refund, whatever its status. */
static enum err
refunded(const struct app *app, struct arena *a, const struct refund *r,
    const struct http_response *res, struct fact *out)
{
	struct coupon c;
	struct json *doc;
	enum err e = answer(a, res, &doc);

	(void)r;
	if (e == ERR_CONFLICT)
		e = ERR_UNAVAILABLE; /* the same is being done just now */
	if (e == ERR_OK)
		e = read_coupon(app, a, doc, &c);
	if (e == ERR_OK && c.fact.kind != FACT_REFUNDED)
		e = ERR_REFUSED;
	if (e == ERR_OK)
		*out = c.fact;
	return e;
}

/* ---- being asked for what never came ---- */

static bool
may_ask(const struct app *app)
{
	(void)app;
	return true;
}

static enum err
request_page(struct app *app, struct arena *a, const struct provider_list *list,
    const struct list_step *s, struct http_request *out)
{
	(void)app;
	(void)list;
	*out = call(a, "GET",
	    s->after == NULL ? "/coupons" :
			       arena_printf(a, "/coupons?after=%s", s->after),
	    NULL);
	return ERR_OK;
}

/* The page is the parsed answer; its entries are read when they are
 * recorded. */
static enum err
read_page(struct arena *a, const struct http_response *res, void **page)
{
	struct json *doc = NULL;
	enum err e = answer(a, res, &doc);

	*page = doc;
	return e;
}

/* Whether the ledger has learned something is seen by the order's times. */
static enum err
record_one(
    struct app *app, struct arena *a, struct json *doc, struct list_step *s)
{
	struct coupon c;
	struct order was = { 0 }, is = { 0 };
	enum err e;

	s->n_seen++;
	if (read_coupon(app, a, doc, &c) != ERR_OK || c.fact.kind == FACT_SEEN)
		return ERR_OK;
	e = ledger_order_by_session(app->db, a, c.id, &was);
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = ledger_record(app, a, &c.fact, &is);
	if (e == ERR_OK && was.paid_ms == 0 && is.paid_ms != 0) {
		s->n_healed++;
		app->has_work = true;
		log_event(
		    LOG_WARN, "coupon_never_told", KV(kv_text("coupon", c.id)));
	}
	return e;
}

static enum err
record_page(struct app *app, struct arena *a, const struct provider_list *list,
    void *page, struct list_step *s)
{
	enum err e = ERR_OK;
	size_t n = json_count(page, "coupons");

	(void)list;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = record_one(app, a,
		    json_at(page, arena_printf(a, "coupons.%zu", i)), s);
	s->after = arena_dup_text(a, json_text(page, "next"));
	return e;
}

static const struct provider_list lists[] = {
	{ .number = 31,
	    .name = "coupons",
	    .in_full = true,
	    .may_ask = may_ask,
	    .request = request_page,
	    .read = read_page,
	    .record = record_page },
};

/* ---- for the operator ---- */

static void
check(struct checkup *c)
{
	const struct http_request req = call(c->arena, "GET", "/coupons", NULL);
	struct http_response res;
	struct json *doc;
	enum err e = c->send(c, &req, &res);

	if (e == ERR_OK)
		e = answer(c->arena, &res, &doc);
	if (e == ERR_OK)
		c->say(c, CHECK_GOOD, "coupons", "they are there", NULL);
	else
		c->say(c, CHECK_BAD, "coupons", "they are not to be had",
		    "ask who sells them");
}

static const char *
setup(const struct app *app, struct arena *a)
{
	return arena_printf(a,
	    "Whoever sells coupons tells %s/webhook/" NAME "\n",
	    app->conf.base_url);
}

const struct provider coupon_provider = {
	.name = NAME,
	.title = "Coupons",
	.sells = sells,
	.button = button,
	.begin = begin,
	.begun = begun,
	.names = names,
	.ask = ask,
	.stop = stop,
	.told = told,
	.refund = refund,
	.refunded = refunded,
	.read_post = read_post,
	.lists = lists,
	.n_lists = sizeof(lists) / sizeof(lists[0]),
	.check = check,
	.setup = setup,
};
