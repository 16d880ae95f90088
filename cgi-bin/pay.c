/* /pay, /paid, /cancel, /legal, /withdraw: the buyer's way to Stripe and back;
 * /health, /metrics. The only front program that calls out. */
#include "base/array.h"
#include "front/agree.h"
#include "front/buyers.h"
#include "front/legal.h"
#include "front/metrics.h"
#include "front/pages.h"
#include "front/withdraw.h"
#include "payment/checkout.h"
#include "payment/thanks.h"

#define READS "GET, HEAD"
/* A form is sent to where its page is. */
#define FORMS READS ", POST"

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

	c->who.address = serve_address(app, req);
	c->buyer = (struct buyer){ .show = show, .ctx = c };
	return c;
}

static struct buyer *
pay(struct app *app, struct exchange *x)
{
	const struct request *req = &x->req;
	struct caller *c = caller_new(app, req);
	enum err e = paylink_read(app, req, &c->link);

	if (pages_instead(app, req, e, &c->link, &x->res) ||
	    agree_first(app, req, &c->link, &x->res))
		return NULL;
	c->who.tg_id = c->link.tg_id;
	c->buyer.visit = checkout_visit(app, req->arena, &c->who, &c->link);
	return &c->buyer;
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
	const char *methods;
} routes[] = { { "pay", pay, NULL, FORMS }, { "pay.fcgi", pay, NULL, FORMS },
	{ "paid", paid, NULL, READS }, { "cancel", NULL, pages_cancel, READS },
	{ "legal", NULL, legal_page, READS },
	{ "withdraw", NULL, withdraw_page, FORMS },
	{ "health", NULL, pages_health, READS },
	{ "metrics", NULL, metrics_page, READS } };

static struct buyer *
route(struct app *app, struct exchange *x)
{
	const char *page = legal_is_asked(&x->req) ? "legal" : x->req.page;

	for (size_t i = 0; i < LENGTH(routes); i++) {
		if (!str_eq(str_from(page), routes[i].page))
			continue;
		if (pages_refused(app, &x->req, routes[i].methods, &x->res))
			return NULL;
		if (routes[i].meet != NULL)
			return routes[i].meet(app, x);
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
