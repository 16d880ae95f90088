/* What the buyer sees in the browser: reading the addresses' parameters and
 * writing the pages. */
#ifndef FRONT_PAGES_H
#define FRONT_PAGES_H

#include "payment/checkout.h"
#include "payment/paylink.h"

enum front_page {
	FRONT_BAD_ID,     /* 400 */
	FRONT_OLD_LINK,   /* 403 */
	FRONT_NO_PRODUCT, /* 400; says what there is */
	FRONT_PREVIEW,    /* for machines that show what a link leads to */
	FRONT_AHEAD,      /* 503: a browser asks again when its reader does */
	FRONT_IN_CHAT,    /* the buyer is told in the chat, nobody else */
	FRONT_PAID_BEFORE,
	FRONT_PROCESSING,
	FRONT_OWED,       /* the bot has the invoice */
	FRONT_SUBSCRIBED, /* to be canceled before another is bought */
	FRONT_PAID,       /* with the way into the channel */
	FRONT_PAID_SOON,  /* the invite is on its way */
	FRONT_NOT_PAID,
	FRONT_NOT_PAID_INPUT,   /* the same words, 400 */
	FRONT_NOT_PAID_UNKNOWN, /* the same words, 404 */
	FRONT_CHECKING,
	FRONT_CANCEL,
	FRONT_STRIPE_DOWN,    /* 503 */
	FRONT_STRIPE_REFUSED, /* 502, the same words */
	FRONT_UNKNOWN,        /* 404 */
	FRONT_LIMITED,        /* 429 */
	FRONT_BROKEN,         /* 500 */
	FRONT__COUNT
};

struct response front_page(
    const struct app *app, const struct request *req, enum front_page which);

/* The honest page for a failure of Stripe's: 503 where trying again may help,
 * 502 otherwise. */
struct response
front_stripe_down(const struct app *app, const struct request *req, enum err e);

/* Why paylink_read() failed. */
struct response
front_bad_link(const struct app *app, const struct request *req, enum err e);

/* What a link leads to, with a button onward. */
struct response front_preview(const struct app *app, const struct request *req,
    const struct paylink *link);

/* What checkout_begin() found: by a link that anybody can write, only whether
 * there is something to pay. And what thanks_find() found. */
struct response front_begun(const struct app *app, const struct request *req,
    const struct paylink *link, const struct checkout *c);
struct response front_looked(
    const struct app *app, const struct request *req, const struct checkout *c);

/* Why thanks_find() failed: a purchase that nobody knows is not paid, and what
 * cannot be asked about just now is being checked. */
struct response
front_not_found(const struct app *app, const struct request *req, enum err e);

/* GET /cancel. */
struct response front_cancel(struct app *app, const struct request *req);

/* GET /health: {"ok":true,"oldest_job_age_ms":N}; 503 while the ledger is out
 * of order. Nothing secret. */
struct response front_health(struct app *app, const struct request *req);

#endif
