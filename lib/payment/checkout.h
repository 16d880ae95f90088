/* From a click on /pay to the page where the buyer pays. */
#ifndef PAYMENT_CHECKOUT_H
#define PAYMENT_CHECKOUT_H

#include "payment/limit.h"
#include "payment/paylink.h"
#include "payment/visit.h"
#include "shop/agreement.h"

/* Finds the buyer's open page or has one opened by whoever sells the product
 * first, or by whom the link names;
 * beside a subscription that is owed or goes on, none. An attempt is written
 * down before the call, so that clicks while it is under way share one key and
 * with it one page; an attempt that failed for all who share it is given up, so
 * that the next click is a fresh one. One whose turn did not come in time is
 * not: the next click joins it. With the ledger out of order it works all the
 * same: the provider's post brings what is missing.
 *
 * Nothing of it is promised to anybody, so nothing waits for the disk. What a
 * power cut takes are the last attempts and pages: a click then opens another
 * page, and what is paid on the lost one comes by its post as any purchase that
 * the ledger does not know.
 *
 * What is sold on no page is CHECKOUT_IN_CHAT, whoever asks. Errors are
 * begun()'s of provider.h. What is in *who and *link must live as long. */
struct visit checkout_visit(struct app *app, struct arena *a,
    const struct limit_who *who, const struct paylink *link);

/* Whether the agreement is asked for on the seller's page, and not before. */
bool checkout_asks_consent(const struct app *app, const struct paylink *link,
    const struct agreement *g);

#endif
