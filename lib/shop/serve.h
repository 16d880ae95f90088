/* From the start of a front program to its end. */
#ifndef SHOP_SERVE_H
#define SHOP_SERVE_H

#include "shop/app.h"
#include "web/gateway.h"

/* Serves until told to stop (see gateway_run()), as one process or, with
 * WORKERS, as the parent of several. The app has been through app_start().
 * Settings that are wrong do not end the program: it says so in the log and
 * answers 500, and under some servers they come with the request anyway.
 * Returns the exit status. */
int serve_run(struct app *app, const struct web_service *service);

#endif
