/* An answer, written as a whole before any of it is sent. */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include "web/request.h"

/* Where a form on the page may lead, which the browser holds it to. */
enum response_forms {
	FORMS_NOWHERE,
	FORMS_HERE, /* to this site */
	FORMS_ON    /* and from there on to another, to pay */
};

struct response {
	int status;
	const char *content_type;
	const char *location;     /* or NULL */
	const char *allow;        /* or NULL */
	const char *authenticate; /* of a 401, what is asked for; or NULL */
	const char *style_hash;   /* of the one style in the body, as a policy
	                           names it; NULL: there is none */
	int64_t refresh_s;        /* when a browser asks anew; 0: it does not */
	const char *refresh_url;  /* for what; NULL: for the same once more */
	int64_t retry_after_s;    /* 0: none */
	bool https_only; /* browsers come over https alone from now on */
	enum response_forms forms; /* where one in the body may lead */
	struct str body;
};

/* The HTTP status that tells a client of this failure: 400, 401, 404, 409,
 * 413, 429, 503, 502, 500. */
int response_status(enum err e);

struct response response_json(int status, struct str body);

/* {"error":"...","message":"..."} with the status of e. Says nothing that the
 * caller does not: no reason of the server's own reaches a client. */
struct response response_error(
    struct arena *a, enum err e, const char *message);

/* 405, with the methods that are allowed in Allow ("POST"). */
struct response response_not_allowed(struct arena *a, const char *allow);

/* 303 to an absolute URL that was checked before. */
struct response response_see_other(const char *url);

/* Writes status line, headers and body as CGI has it (head_only: without the
 * body). A header value with a control character in it turns the answer into a
 * 500, so nothing can be smuggled in; so does an answer of more than 512
 * KiB. */
struct str response_render(
    struct arena *a, const struct response *res, bool head_only);

/* Writes all of it; false where the other side takes no more. */
bool response_write(int fd, struct str text);

#endif
