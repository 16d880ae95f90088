/* /pay, /paid, /cancel, /legal, /withdraw, /health: the buyer's way to Stripe
 * and back. The only front program that calls out. */
#include "base/array.h"
#include "front/agree.h"
#include "front/legal.h"
#include "front/pages.h"
#include "front/serve.h"
#include "front/withdraw.h"
#include "outbox/wake.h"
#include "payment/thanks.h"

#define MAX_BODY_BYTES ((size_t)64 * 1024)
#define READS "GET, HEAD"
/* A form is sent to where its page is. */
#define FORMS READS ", POST"
static struct http *http;

/* Told to stop, a program does not wait for Stripe to the end. */
static bool
reach_out(void)
{
	if (http == NULL && (http = http_new()) != NULL)
		http_give_up_when(http, gateway_is_stopping);
	return http != NULL;
}

static struct response
pay(struct app *app, const struct request *req)
{
	struct limit_who who = { .address = serve_address(app, req) };
	struct paylink link;
	struct checkout c;
	struct response other;
	enum err e = paylink_read(app, req, &link);

	if (pages_instead(app, req, e, &link, &other) ||
	    agree_first(app, req, &link, &other))
		return other;
	who.tg_id = link.tg_id;
	if (!reach_out())
		return pages_show(app, req, PAGES_BROKEN);
	e = checkout_begin(app, http, req->arena, &who, &link, &c);
	return e == ERR_OK ? pages_begun(app, req, &link, &c) :
			     pages_provider_down(app, req, e);
}

static struct response
paid(struct app *app, const struct request *req)
{
	const struct limit_who who = { .address = serve_address(app, req) };
	struct checkout c = { .state = CHECKOUT_NONE };
	const char *id;
	enum err e = request_param(req, "session_id", &id);

	/* Nothing is known without an id, so "not paid" would be a guess. */
	if (e == ERR_NOT_FOUND)
		return pages_show(app, req, PAGES_CHECKING);
	if (!reach_out())
		return pages_show(app, req, PAGES_BROKEN);
	if (e == ERR_OK)
		e = thanks_find(app, http, req->arena, &who, id, &c);
	if (e != ERR_OK)
		return pages_not_found(app, req, e);
	return pages_thanks(app, req, &c);
}

static struct app app;

/* pay.fcgi: a web server without rewriting rules shows the file's own name. */
static const struct {
	const char *page;
	struct response (*answer)(struct app *app, const struct request *req);
	const char *methods;
} routes[] = { { "pay", pay, FORMS }, { "pay.fcgi", pay, FORMS },
	{ "paid", paid, READS }, { "cancel", pages_cancel, READS },
	{ "legal", legal_page, READS }, { "withdraw", withdraw_page, FORMS },
	{ "health", pages_health, READS } };

static struct response
route(const struct request *req)
{
	const char *page = legal_is_asked(req) ? "legal" : req->page;
	enum admission verdict = serve_admits(&app, req);

	if (verdict == ADMIT_NOT_SET_UP)
		return pages_show(&app, req, PAGES_BROKEN);
	if (verdict == ADMIT_PLAIN_HTTP)
		return serve_over_https(&app, req);
	for (size_t i = 0; i < LENGTH(routes); i++) {
		if (!str_eq(str_from(page), routes[i].page))
			continue;
		if (!request_is_of(req, routes[i].methods))
			return response_not_allowed(
			    req->arena, routes[i].methods);
		return routes[i].answer(&app, req);
	}
	return pages_show(&app, req, PAGES_UNKNOWN);
}

static void
serve(void *ctx, struct exchange *x, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		x[i].res = route(&x[i].req);
}

int
main(void)
{
	const struct web_service service = { serve, wake_if_promised, &app, 1,
		MAX_BODY_BYTES };
	int status;

	app_start(&app, PROGRAM_PAY, "pay");
	status = serve_run(&app, &service);
	http_free(http);
	return status;
}
