/* A request as the programs see it, whatever server and whichever of CGI and
 * FastCGI it came by. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/arena.h"
#include "base/err.h"

enum web_method { WEB_GET, WEB_HEAD, WEB_POST, WEB_OTHER };

struct request {
	struct arena *arena;
	enum web_method method;
	const char *page;       /* the last part of the path: "pay" of
	                           "/pay", "pay.fcgi" of "/cgi-bin/pay.fcgi" */
	const char *folder;     /* the part before it: "webhook" of
	                           "/webhook/stripe"; "" where there is none */
	const char *query;      /* as sent, without '?'; never NULL */
	struct str body;        /* exactly the bytes sent */
	enum err body_error;    /* ERR_TOO_BIG, or ERR_INPUT: cut short */
	char *const *variables; /* "NAME=value" of CGI, NULL-terminated */
};

/* Fills in all but body and body_error from the CGI variables. The path is
 * REQUEST_URI's: the other variables differ from server to server. */
void request_read(struct request *r, struct arena *a, char *const *variables);

/* A CGI variable, such as "HTTP_STRIPE_SIGNATURE"; NULL where absent. */
const char *request_variable(const struct request *r, const char *name);

/* A parameter of the query, decoded. ERR_NOT_FOUND: absent. ERR_INPUT: given
 * twice, badly encoded, or with a NUL inside. */
enum err request_param(
    const struct request *r, const char *name, const char **value) MUST_CHECK;

/* The same of a form that was sent (application/x-www-form-urlencoded); of
 * another method than POST all are absent. body_error, where the body is not
 * whole. */
enum err request_field(
    const struct request *r, const char *name, const char **value) MUST_CHECK;

/* Whether the method is one of a list as Allow has it, "GET, HEAD". */
bool request_is_of(const struct request *r, const char *methods);

/* Whether the client asks for JSON rather than a page. */
bool request_wants_json(const struct request *r);

/* Whether this is a machine that fetches links to show what is behind them:
 * chats' previews, search engines. Told by User-Agent: a name of theirs as a
 * word of its own, or an address to complain to. The word "bot" inside another
 * is none: Cubot makes telephones. */
bool request_is_preview(const struct request *r);

/* Whether a browser only fetches ahead, in case its reader should click: told
 * by the headers that browsers then send. */
bool request_looks_ahead(const struct request *r);

#endif
