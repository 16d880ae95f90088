/* The page between a link to pay and the checkout, where a buyer agrees to the
 * terms. */
#ifndef FRONT_AGREE_H
#define FRONT_AGREE_H

#include "payment/paylink.h"
#include "shop/app.h"

/* True: *res is to be shown, and nothing else happens. It is the page that
 * asks; or what hinders, where the form's consent cannot be noted. False: they
 * agreed, with this request or before, or need not. Behind a bare link, which
 * anybody can write, everybody is asked each time. */
bool agree_first(struct app *app, const struct request *req,
    const struct paylink *link, struct response *res);

#endif
