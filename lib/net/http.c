/* The only file that includes libcurl. */
#include "net/http.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/url.h"

#include <curl/curl.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_REPLY_BYTES (256 * 1024)
#define BUFFER_BYTES 4096L
#define MAX_WAIT_S 3600
#define POLL_STEP_MS 1000
#define CA_FOLDER "/etc/ssl/certs"
#define MAX_LOCATION 300

struct http {
	/* There are two multi handles, because a transfer that http_send()
	 * waits for must not take along what belongs to http_next_done(). */
	CURLM *multi;
	CURLM *alone;   /* of http_send(), with its one transfer ... */
	CURL *blocking; /* ... kept, so that its connection stays open */
	bool ca_folder_is_hashed;
	struct transfer *under_way; /* of http_start() */
	int n_under_way;
};

/* One transfer; lives in the request's arena. */
struct transfer {
	struct transfer *next;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	struct http_response res;
	char *said; /* the library's own words about it; NULL: not asked for */
	void *tag;
};

/* Whether the certificates lie there under the names that OpenSSL looks for,
 * such as a1b2c3d4.0. Other systems keep nothing but a bundle there. */
static bool
is_hashed(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool found = false;

	while (dir != NULL && !found && (entry = readdir(dir)) != NULL)
		found = strspn(entry->d_name, "0123456789abcdef") == 8 &&
		    strcmp(entry->d_name + 8, ".0") == 0;
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

struct http *
http_new(void)
{
	struct http *h = or_out_of_memory(calloc(1, sizeof(*h)));
	CURLcode code;

	code = curl_global_init(CURL_GLOBAL_DEFAULT);
	if (code == CURLE_OK) {
		h->multi = curl_multi_init();
		h->alone = curl_multi_init();
		h->blocking = curl_easy_init();
	}
	if (h->multi == NULL || h->alone == NULL || h->blocking == NULL) {
		log_event(LOG_ERROR, "libcurl_not_started",
		    KV(kv_text("why", curl_easy_strerror(code))));
		http_free(h);
		return NULL;
	}
	h->ca_folder_is_hashed = is_hashed(CA_FOLDER);
	return h;
}

/* Takes a transfer out of libcurl's hands, and out of our list. */
static void
drop(struct http *h, struct transfer *t)
{
	struct transfer **at = &h->under_way;

	while (*at != NULL && *at != t)
		at = &(*at)->next;
	if (*at == t) {
		*at = t->next;
		h->n_under_way--;
	}
	(void)curl_multi_remove_handle(h->multi, t->easy);
	curl_easy_cleanup(t->easy);
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	while (h->under_way != NULL)
		drop(h, h->under_way);
	curl_easy_cleanup(h->blocking);
	(void)curl_multi_cleanup(h->alone);
	(void)curl_multi_cleanup(h->multi);
	free(h);
}

/* The limit is kept while reading: a reply's announced length may be missing or
 * a lie. */
static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	buf_add(&t->body, (struct str){ p, size * n });
	return buf_full(&t->body) ? 0 : size * n; /* 0 ends the transfer */
}

static bool
header_is(struct str line, const char *name, struct str *value)
{
	struct str head = str_cut(&line, ':');

	*value = str_trim(line);
	return str_eq_nocase(head, name);
}

/* Retry-After is bounded, so that a mistaken figure cannot put a job off for
 * days. Date is for `admit check`, which compares it with this host's clock. */
static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct str line = { p, size * n }, v;
	int64_t number;

	/* Stripe's support finds a request by this id, so it goes into the log;
	 * hence its length is bounded. */
	if (header_is(line, "Request-Id", &v) && v.len < 100)
		t->res.request_id = arena_dup(t->body.arena, v);
	else if (header_is(line, "Retry-After", &v) && str_to_i64(v, &number))
		t->res.retry_after_s =
		    number > MAX_WAIT_S ? MAX_WAIT_S : number;
	else if (header_is(line, "Stripe-Should-Retry", &v))
		t->res.should_retry = str_eq_nocase(v, "true") ? 1 : -1;
	else if (header_is(line, "Date", &v))
		t->res.date_s =
		    (int64_t)curl_getdate(arena_dup(t->body.arena, v), NULL);
	else if (header_is(line, "Location", &v) && v.len < MAX_LOCATION)
		t->res.location = arena_dup(t->body.arena, v);
	return size * n;
}

static void
free_headers(void *list)
{
	curl_slist_free_all(list);
}

static void
set_headers(struct transfer *t, const struct http_request *req, struct arena *a)
{
	/* No "Expect: 100-continue": it costs a round trip or a second. Without
	 * memory the list would be lost, and the request go out without it. */
	t->headers = or_out_of_memory(curl_slist_append(NULL, "Expect:"));
	for (size_t i = 0; i < HTTP_MAX_HEADERS && req->headers[i] != NULL; i++)
		t->headers = or_out_of_memory(
		    curl_slist_append(t->headers, req->headers[i]));
	arena_defer(a, free_headers, t->headers);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void
set_limits(const struct http *h, CURL *easy, const struct http_request *req)
{
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)req->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)req->total_ms);
	/* Without this, libcurl times name look-ups by SIGALRM. */
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A redirect would take the secret key to another host. */
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* Behind some gateways the Proxy header of a client becomes the
	 * variable HTTP_PROXY, and a stranger would choose our proxy. */
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
	    url_is_loopback(req->url) ? "https,http" : "https");
	/* Most replies fit, and in a rush there is one for each transfer: a
	 * quarter of what the library would take. */
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	/* Loading the one-file bundle costs 25 ms of CPU a connection, the
	 * folder of hashed names 1 ms. */
	if (h->ca_folder_is_hashed) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, CA_FOLDER);
	}
}

static struct transfer *
prepare(const struct http *h, CURL *easy, struct arena *a,
    const struct http_request *req)
{
	struct transfer *t = arena_alloc(a, sizeof(*t));

	*t = (struct transfer){ .easy = easy,
		.body = buf_new(a, MAX_REPLY_BYTES),
		.res = {
		    .retry_after_s = -1, .date_s = -1, .cert_end_s = -1 } };
	curl_easy_reset(easy); /* connections and TLS sessions stay */
	curl_easy_setopt(easy, CURLOPT_URL, req->url);
	set_limits(h, easy, req);
	set_headers(t, req, a);
	if (strcmp(req->method, "POST") == 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)req->body.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
		    req->body.p == NULL ? "" : req->body.p);
	} else if (strcmp(req->method, "DELETE") == 0) {
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, req->method);
	}
#if LIBCURL_VERSION_NUM >= 0x075700
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, req->ends_soon ? 1L : 0L);
#endif
	curl_easy_setopt(easy, CURLOPT_CERTINFO, req->asks_cert ? 1L : 0L);
	if (req->asks_cert) {
		t->said = arena_alloc(a, CURL_ERROR_SIZE);
		curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->said);
	}
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
	return t;
}

/* An intermediate certificate that ends breaks the chain as well as ours. */
static int64_t
cert_end(CURL *easy)
{
	static const char name[] = "Expire date:";
	struct curl_certinfo *info = NULL;
	int64_t first = -1;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    info == NULL)
		return -1;
	for (int i = 0; i < info->num_of_certs; i++)
		for (struct curl_slist *s = info->certinfo[i]; s != NULL;
		     s = s->next) {
			int64_t end;

			if (strncmp(s->data, name, sizeof(name) - 1) != 0)
				continue;
			end = (int64_t)curl_getdate(
			    s->data + sizeof(name) - 1, NULL);
			if (end > 0 && (first < 0 || end < first))
				first = end;
		}
	return first;
}

/* A certificate is refused under one code, whatever is wrong with it. The
 * words are OpenSSL's and libcurl's own, or those of GnuTLS. */
static enum http_fault
fault_of_cert(const char *said)
{
	static const struct {
		const char *word;
		enum http_fault fault;
	} words[] = { { "expired", HTTP_CERT_ENDED },
		{ "subject name", HTTP_CERT_NAME },
		{ "hostname", HTTP_CERT_NAME },
		{ "does not match", HTTP_CERT_NAME },
		{ "issuer", HTTP_CERT_SIGNER }, { "self", HTTP_CERT_SIGNER },
		{ "signer", HTTP_CERT_SIGNER } };

	for (size_t i = 0; said != NULL && i < LENGTH(words); i++)
		if (strstr(said, words[i].word) != NULL)
			return words[i].fault;
	return HTTP_NO_TLS;
}

static enum http_fault
fault_of(CURLcode code, const char *said)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_NO_NAME;
	case CURLE_COULDNT_CONNECT:
		return HTTP_NO_SERVER;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_SLOW;
	case CURLE_PEER_FAILED_VERIFICATION:
		return fault_of_cert(said);
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_NO_TLS;
	default:
		return HTTP_UNKNOWN;
	}
}

/* A failure with the connection before any byte of an answer is told apart
 * (broke): servers close idle connections at any time, and then the request was
 * most likely never read. */
static enum err
outcome(struct transfer *t, CURLcode code, struct http_response *res)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->res.status = (int)status;
	t->res.body = buf_str(&t->body);
	t->res.broke = status == 0 &&
	    (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
		code == CURLE_SEND_ERROR);
	t->res.cert_end_s = cert_end(t->easy);
	t->res.why = code == CURLE_OK ? NULL : curl_easy_strerror(code);
	t->res.fault = fault_of(code, t->said);
	*res = t->res;
	if (code == CURLE_OK)
		return ERR_OK;
	/* Our own limit is not libcurl's error, though it arrives as one. */
	if (buf_full(&t->body))
		return ERR_TOO_BIG;
	log_event(LOG_WARN, "http_failed",
	    KV(kv_text("why", curl_easy_strerror(code)),
		kv_int("curl_code", code)));
	return ERR_UNAVAILABLE;
}

/* What curl_easy_perform() does, by the functions that http_start() needs. */
static CURLcode
perform(struct http *h)
{
	CURLcode code = CURLE_FAILED_INIT;
	int running = 1, left;
	CURLMsg *m = NULL;

	if (curl_multi_add_handle(h->alone, h->blocking) != CURLM_OK)
		return CURLE_FAILED_INIT;
	while (running > 0) {
		if (curl_multi_perform(h->alone, &running) != CURLM_OK)
			break;
		if (running > 0)
			(void)curl_multi_poll(
			    h->alone, NULL, 0, POLL_STEP_MS, NULL);
	}
	/* Where libcurl itself failed there is no message, and the code
	 * stays. */
	while ((m = curl_multi_info_read(h->alone, &left)) != NULL)
		if (m->msg == CURLMSG_DONE)
			code = m->data.result;
	(void)curl_multi_remove_handle(h->alone, h->blocking);
	return code;
}

enum err
http_send(struct http *h, struct arena *a, const struct http_request *req,
    struct http_response *res)
{
	struct transfer *t = prepare(h, h->blocking, a, req);
	enum err e = outcome(t, perform(h), res);

	curl_easy_reset(h->blocking); /* forgets what lies in the arena */
	return e;
}

enum err
http_start(
    struct http *h, struct arena *a, const struct http_request *req, void *tag)
{
	CURL *easy = curl_easy_init();
	struct transfer *t;

	if (easy == NULL)
		return ERR_INTERNAL;
	t = prepare(h, easy, a, req);
	t->tag = tag;
	t->next = h->under_way;
	if (curl_multi_add_handle(h->multi, easy) != CURLM_OK) {
		curl_easy_cleanup(easy);
		return ERR_INTERNAL;
	}
	h->under_way = t;
	h->n_under_way++;
	return ERR_OK;
}

void
http_wait(struct http *h, struct pollfd *extra, size_t n_extra, int timeout_ms)
{
	struct curl_waitfd fds[HTTP_MAX_EXTRA];
	int running = 0;

	if (n_extra > HTTP_MAX_EXTRA)
		n_extra = HTTP_MAX_EXTRA;
	for (size_t i = 0; i < n_extra; i++)
		fds[i] = (struct curl_waitfd){ .fd = extra[i].fd,
			.events = CURL_WAIT_POLLIN };
	/* Moving them first lets new transfers set up what to wait for. One may
	 * even end by that; then there is nothing to wait for. */
	(void)curl_multi_perform(h->multi, &running);
	(void)curl_multi_poll(h->multi, fds, (unsigned)n_extra,
	    running < h->n_under_way ? 0 : timeout_ms, NULL);
	(void)curl_multi_perform(h->multi, &running);
	for (size_t i = 0; i < n_extra; i++)
		extra[i].revents = fds[i].revents != 0 ? POLLIN : 0;
}

/* libcurl reports a failure to connect and a finished answer alike, so each
 * transfer that was started comes back here exactly once. */
bool
http_next_done(
    struct http *h, void **tag, struct http_response *res, enum err *e)
{
	struct transfer *t;
	CURLMsg *m;
	int left;

	do
		m = curl_multi_info_read(h->multi, &left);
	while (m != NULL && m->msg != CURLMSG_DONE);
	if (m == NULL)
		return false;
	curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
	*tag = t->tag;
	*e = outcome(t, m->data.result, res);
	drop(h, t);
	return true;
}
