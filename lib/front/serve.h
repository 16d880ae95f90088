/* From the start of a front program to its end. */
#ifndef FRONT_SERVE_H
#define FRONT_SERVE_H

#include "shop/app.h"
#include "web/gateway.h"

/* Serves until told to stop (see gateway_run()), as one process or, with
 * WORKERS, as the parent of several. The app has been through app_start().
 * Settings that are wrong do not end the program: it says so in the log and
 * answers 500, and under some servers they come with the request anyway.
 * Returns the exit status. */
int serve_run(struct app *app, const struct web_service *service);

enum admission {
	ADMIT_YES,
	ADMIT_NOT_SET_UP, /* settings are wrong, or where everybody can fetch
	                     them: below the folder that the server serves */
	ADMIT_PLAIN_HTTP  /* a trusted proxy heard it without https */
};

/* Whether a request may be answered at all: the first question to each. */
enum admission serve_admits(struct app *app, const struct request *req);

/* The visitor's address, as a trusted proxy tells it; "": not known. */
const char *serve_address(const struct app *app, const struct request *req);

/* A redirect to the same page over https, at BASE_URL. */
struct response serve_over_https(
    const struct app *app, const struct request *req);

/* The answer, which tells a browser to come over https alone from now on, where
 * BASE_URL says https and nobody says that this request came without. */
struct response serve_secured(
    const struct app *app, const struct request *req, struct response res);

#endif
