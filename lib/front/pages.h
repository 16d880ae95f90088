/* What the buyer sees in the browser: reading the addresses' parameters and
 * writing the pages. */
#ifndef FRONT_PAGES_H
#define FRONT_PAGES_H

#include "payment/checkout.h"
#include "payment/paylink.h"

enum pages {
	PAGES_BAD_ID,      /* 400 */
	PAGES_OLD_LINK,    /* 403 */
	PAGES_NO_PRODUCT,  /* 400; says what there is */
	PAGES_PREVIEW,     /* for machines that show what a link leads to */
	PAGES_AHEAD,       /* 503: a browser asks again when its reader does */
	PAGES_IN_CHAT,     /* the buyer is told in the chat, nobody else */
	PAGES_PAY_IN_CHAT, /* the bot sells it, no page does */
	PAGES_PAID_BEFORE,
	PAGES_PROCESSING,
	PAGES_OWED,       /* the bot has the invoice */
	PAGES_SUBSCRIBED, /* to be canceled before another is bought */
	PAGES_PAID,       /* with the way into the channel */
	PAGES_PAID_SOON,  /* the invite is on its way */
	PAGES_NOT_PAID,
	PAGES_NOT_PAID_INPUT,   /* the same words, 400 */
	PAGES_NOT_PAID_UNKNOWN, /* the same words, 404 */
	PAGES_CHECKING,
	PAGES_CANCEL,
	PAGES_IN_LINE,          /* 503: a browser asks again by itself */
	PAGES_PROVIDER_DOWN,    /* 503 */
	PAGES_PROVIDER_REFUSED, /* 502, the same words */
	PAGES_UNKNOWN,          /* 404 */
	PAGES_NOT_ALLOWED,      /* 405 */
	PAGES_LIMITED,          /* 429 */
	PAGES_BROKEN,           /* 500 */
	PAGES__COUNT
};

/* What the reader of a page reads: what the bot wrote into the link, or else
 * what the browser asks for. */
enum language pages_language(const struct request *req);

struct response pages_show(
    const struct app *app, const struct request *req, enum pages which);

/* The honest page for a failure of Stripe's: 503 where trying again may help,
 * 502 otherwise. ERR_THROTTLED: its reader is in line. */
struct response pages_provider_down(
    const struct app *app, const struct request *req, enum err e);

/* Why paylink_read() failed. */
struct response pages_bad_link(
    const struct app *app, const struct request *req, enum err e);

/* True: *res is what a request to pay is answered with instead of going on:
 * its link, which paylink_read() read with e, leads nowhere, or only a preview
 * of it is wanted. */
bool pages_instead(const struct app *app, const struct request *req, enum err e,
    const struct paylink *link, struct response *res);

/* What a link leads to, with a button onward. */
struct response pages_preview(const struct app *app, const struct request *req,
    const struct paylink *link);

/* A method that a page has not, with those that it has: "GET, HEAD". */
struct response pages_not_allowed(
    const struct app *app, const struct request *req, const char *methods);

/* True: *res is the answer to a method that the page has not, or to a browser
 * that only looks ahead. */
bool pages_refused(const struct app *app, const struct request *req,
    const char *methods, struct response *res);

/* An address that is no page's: 404, but the root leads on, see ways.h. */
struct response pages_elsewhere(
    const struct app *app, const struct request *req);

/* What a checkout_visit() found: by a link that anybody can write, only whether
 * there is something to pay. And what a thanks_visit() found of the purchase
 * named id: while there is more to come, the browser asks anew by itself, for a
 * few minutes. */
struct response pages_begun(const struct app *app, const struct request *req,
    const struct paylink *link, const struct checkout *c);
struct response pages_thanks(const struct app *app, const struct request *req,
    const char *id, const struct checkout *c);

/* Why a thanks_visit() failed: a purchase that nobody knows is not paid, and
 * what cannot be asked about just now is being checked. ERR_THROTTLED: the page
 * asks again by itself, for as long as it takes. */
struct response pages_not_found(const struct app *app,
    const struct request *req, const char *id, enum err e);

/* GET /cancel. */
struct response pages_cancel(struct app *app, const struct request *req);

/* GET /health: {"ok":true,"oldest_job_age_ms":N}; 503 while the ledger is out
 * of order. Nothing secret. */
struct response pages_health(struct app *app, const struct request *req);

#endif
