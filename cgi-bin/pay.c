/* GET /pay, /paid, /cancel, /health: the buyer's way to Stripe and back. The
 * only front program that calls out. */
#include "base/array.h"
#include "front/buyers.h"
#include "front/pages.h"
#include "payment/checkout.h"
#include "payment/thanks.h"
#include "web/client.h"

/* What a visit refers to as long as it lasts. */
struct caller {
	struct buyer buyer;
	struct limit_who who;
	struct paylink link; /* of /pay */
	const char *id;      /* of /paid; NULL: this is /pay */
};

static struct response
show(struct app *app, const struct request *req, const void *ctx, enum err e,
    const struct checkout *c)
{
	const struct caller *who = ctx;

	if (who->id != NULL)
		return e == ERR_OK ? pages_thanks(app, req, who->id, c) :
				     pages_not_found(app, req, who->id, e);
	return e == ERR_OK ? pages_begun(app, req, &who->link, c) :
			     pages_provider_down(app, req, e);
}

static struct caller *
caller_new(const struct app *app, const struct request *req)
{
	struct caller *c = arena_alloc(req->arena, sizeof(*c));

	c->who.address = client_address(req, app->conf.trusted_proxies);
	c->buyer.show = show;
	c->buyer.ctx = c;
	return c;
}

static struct buyer *
pay(struct app *app, struct exchange *x)
{
	const struct request *req = &x->req;
	struct caller *c = caller_new(app, req);
	enum err e = paylink_read(app, req, &c->link);

	if (e != ERR_OK) {
		x->res = pages_bad_link(app, req, e);
	} else if (paylink_is_previewed(req)) {
		x->res = pages_preview(app, req, &c->link);
	} else {
		c->who.tg_id = c->link.tg_id;
		c->buyer.visit =
		    checkout_visit(app, req->arena, &c->who, &c->link);
		return &c->buyer;
	}
	return NULL;
}

static struct buyer *
paid(struct app *app, struct exchange *x)
{
	const struct request *req = &x->req;
	struct caller *c = caller_new(app, req);
	enum err e = request_param(req, "session_id", &c->id);

	if (e == ERR_OK)
		e = thanks_visit(
		    app, req->arena, &c->who, c->id, &c->buyer.visit);
	if (e == ERR_OK)
		return &c->buyer;
	/* Nothing is known without an id, so "not paid" would be a guess. */
	x->res = e == ERR_NOT_FOUND ? pages_show(app, req, PAGES_CHECKING) :
				      pages_not_found(app, req, c->id, e);
	return NULL;
}

/* pay.fcgi: a web server without rewriting rules shows the file's own name. */
static const struct {
	const char *page;
	struct buyer *(*meet)(struct app *app, struct exchange *x);
	struct response (*answer)(struct app *app, const struct request *req);
} routes[] = { { "pay", pay, NULL }, { "pay.fcgi", pay, NULL },
	{ "paid", paid, NULL }, { "cancel", NULL, pages_cancel },
	{ "health", NULL, pages_health } };

static struct buyer *
route(struct app *app, struct exchange *x)
{
	for (size_t i = 0; i < LENGTH(routes); i++) {
		if (!str_eq(str_from(x->req.page), routes[i].page))
			continue;
		if (x->req.method != WEB_GET && x->req.method != WEB_HEAD)
			x->res = pages_not_allowed(app, &x->req);
		/* Nobody wants it yet: nothing is opened, nobody asked. */
		else if (request_looks_ahead(&x->req))
			x->res = pages_show(app, &x->req, PAGES_AHEAD);
		else if (routes[i].meet != NULL)
			return routes[i].meet(app, x);
		else
			x->res = routes[i].answer(app, &x->req);
		return NULL;
	}
	x->res = pages_elsewhere(app, &x->req);
	return NULL;
}

int
main(void)
{
	static const struct buyers buyers = { PROGRAM_PAY, "pay", route };

	return buyers_main(&buyers);
}
