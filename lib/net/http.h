/* HTTP to the outside; the door to libcurl. TLS is verified, only https (and
 * plain http to this machine) is spoken, no redirect is followed, no proxy is
 * taken from the environment, replies and times are limited. URLs may hold a
 * secret (Telegram's token), so none is ever logged. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/arena.h"
#include "base/err.h"

#include <poll.h>

#define HTTP_MAX_HEADERS 6

struct http_request {
	const char *method; /* "GET", "POST" or "DELETE" */
	const char *url;
	const char *headers[HTTP_MAX_HEADERS]; /* "Name: value", then NULLs */
	struct str body;                       /* of a POST */
	int connect_ms, total_ms;              /* limits; 0 is not allowed */
	bool asks_cert;                        /* see cert_end_s */
	bool ends_soon; /* the program: a name that takes long to resolve is
	                   not waited for beyond the limits */
};

/* Why nobody answered, as far as it can be told. */
enum http_fault {
	HTTP_UNKNOWN,
	HTTP_NO_NAME,     /* the host's name has no address */
	HTTP_NO_SERVER,   /* nobody listens there */
	HTTP_SLOW,        /* the limits were over */
	HTTP_CERT_ENDED,  /* the certificate's time is */
	HTTP_CERT_NAME,   /* it is for other names */
	HTTP_CERT_SIGNER, /* nobody known signed it, or the chain lacks */
	HTTP_NO_TLS,      /* anything else about TLS */
	HTTP_FAULT__COUNT
};

struct http_response {
	int status;
	struct str body;        /* in the arena; at most 256 KiB */
	const char *request_id; /* Request-Id, or NULL */
	int64_t retry_after_s;  /* Retry-After, an hour at most; -1: none */
	int64_t date_s;         /* Date since 1970; -1: none */
	int should_retry;       /* Stripe-Should-Retry: 1, -1 (no); 0: none */
	bool broke;             /* the connection, before a byte of an answer */
	const char *why;        /* of ERR_UNAVAILABLE: the library's words */
	enum http_fault fault;  /* the same for programs; of certificates it
	                           is told where asks_cert was set */
	const char *location;   /* where a redirect leads, or NULL */
	int64_t cert_end_s;     /* when the first of the other side's
	                           certificates ends, if that was asked for;
	                           -1: not known */
};

struct http;

/* One for the life of a program: it keeps connections open. NULL where the
 * library cannot start (logged). http_free() breaks off what is under way. */
struct http *http_new(void);
void http_free(struct http *h);

/* Sends a request and waits. ERR_OK whenever an HTTP answer came, whatever its
 * status. ERR_UNAVAILABLE where none came (no connection, time-out, cut off);
 * res->broke then says that a repeatable request may go again at once.
 * ERR_TOO_BIG for a reply over the limit. */
enum err http_send(struct http *h, struct arena *a,
    const struct http_request *req, struct http_response *res) MUST_CHECK;

/* Starts one of many transfers that go on at once. The arena and the request
 * must live until http_next_done() has handed the transfer back; tag comes back
 * with it. ERR_INTERNAL where it cannot start. */
enum err http_start(struct http *h, struct arena *a,
    const struct http_request *req, void *tag) MUST_CHECK;

#define HTTP_MAX_EXTRA 144

/* Waits until a transfer needs care, one of the extra descriptors (at most
 * HTTP_MAX_EXTRA) can be read, or timeout_ms has passed, and moves all
 * transfers on. revents of the extra ones is set to POLLIN or 0. */
void http_wait(
    struct http *h, struct pollfd *extra, size_t n_extra, int timeout_ms);

/* Hands back the next finished transfer: its tag, its answer and the error that
 * http_send() would have returned. False where none has finished. */
bool http_next_done(
    struct http *h, void **tag, struct http_response *res, enum err *e);

#endif
