/* From a click on /pay to the page where the buyer pays. It waits for an answer
 * from outside, so only pay.fcgi uses it. */
#ifndef PAYMENT_CHECKOUT_H
#define PAYMENT_CHECKOUT_H

#include "ledger/ledger.h"
#include "net/http.h"
#include "payment/limit.h"
#include "payment/paylink.h"
#include "shop/app.h"

enum checkout_state {
	CHECKOUT_REDIRECT,   /* url is where to pay */
	CHECKOUT_PAID,       /* the buyer is in already */
	CHECKOUT_PROCESSING, /* paid, the bank is at work */
	CHECKOUT_OWED,       /* a subscription whose invoice can be paid */
	CHECKOUT_SUBSCRIBED, /* out, but they will be charged for it again */
	CHECKOUT_NONE,       /* nobody paid (thanks_find) */
	CHECKOUT_IN_CHAT,    /* sold by the bot alone, on no page */
	CHECKOUT_LIMITED,    /* asked too often: not before wait_s seconds */
	CHECKOUT__COUNT
};

struct checkout {
	enum checkout_state state;
	const char *url;
	const struct product *product; /* NULL: sold no more */
	struct term term;              /* of CHECKOUT_PAID */
	const char *link; /* of thanks_find(): the buyer's invite to the
	                     first channel; NULL: none (yet) */
	int64_t wait_s;
};

/* Finds the buyer's open page or has one opened by whoever sells the product
 * first, or by whom the link names;
 * beside a subscription that is owed or goes on, none. An attempt is written
 * down before the call, so that clicks while it is under way share one key and
 * with it one page; an attempt that failed for all who share it is given up, so
 * that the next click is a fresh one. With the ledger out of order it works all
 * the same: the provider's post brings what is missing.
 * What is sold on no page is CHECKOUT_IN_CHAT, whoever asks. Errors are
 * begun()'s of provider.h. */
enum err checkout_begin(struct app *app, struct http *http, struct arena *a,
    const struct limit_who *who, const struct paylink *link,
    struct checkout *out) MUST_CHECK;

#endif
