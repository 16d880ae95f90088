/* libcurl of the host, opened at first use: what the linker's -lcurl is else.
 * For programs that travel (make bundle): they start on a host without it, and
 * say so when it is needed. Here is what http.c calls, and nothing more. */
#define CURL_DISABLE_TYPECHECK /* the functions stand below, not macros */
#include "base/array.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FUNCTIONS(X) \
	X(curl_easy_cleanup) \
	X(curl_easy_getinfo) \
	X(curl_easy_init) \
	X(curl_easy_reset) \
	X(curl_easy_setopt) \
	X(curl_easy_strerror) \
	X(curl_getdate) \
	X(curl_global_init) \
	X(curl_multi_add_handle) \
	X(curl_multi_cleanup) \
	X(curl_multi_info_read) \
	X(curl_multi_init) \
	X(curl_multi_perform) \
	X(curl_multi_poll) \
	X(curl_multi_remove_handle) \
	X(curl_slist_append) \
	X(curl_slist_free_all)

/* Either all point into the library, or curl_global_init() has failed. */
#define X(name) __typeof__(&(name)) name;
static struct late {
	FUNCTIONS(X)
} late;
#undef X

#define X(name) { #name, &late.name },
static const struct {
	const char *name;
	void *at;
} functions[] = { FUNCTIONS(X) };
#undef X
#define N_FUNCTIONS LENGTH(functions)

static char why_not[256];

/* Debian also has a libcurl of the same functions on GnuTLS. */
static void *
open_library(void)
{
	/* RTLD_LOCAL: the names that the library brings with it (those of
	 * OpenSSL, say) must not mix with what is linked into this program. */
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	if (library != NULL)
		return library;
	(void)snprintf(why_not, sizeof(why_not),
	    "this host has no libcurl to call Stripe and Telegram with (%s); "
	    "install it, the package is libcurl4 or libcurl",
	    dlerror());
	return dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
}

static CURLcode
find_functions(void *library)
{
	for (size_t i = 0; i < N_FUNCTIONS; i++) {
		void *f = dlsym(library, functions[i].name);

		if (f == NULL) {
			(void)snprintf(why_not, sizeof(why_not),
			    "this host's libcurl is too old, it has no %s; "
			    "7.66 or newer is needed",
			    functions[i].name);
			/* Half a library is none: what was found before must
			 * not be called. */
			late = (struct late){ 0 };
			(void)dlclose(library);
			return CURLE_FAILED_INIT;
		}
		/* ISO C has no cast from a data pointer to a function's. */
		memcpy(functions[i].at, &f, sizeof(f));
	}
	return CURLE_OK;
}

/* http.c calls this before anything else and stops where it fails, so the
 * functions below may rely on the library being there. */
CURLcode
curl_global_init(long flags)
{
	void *library;

	if (late.curl_global_init == NULL) {
		library = open_library();
		if (library == NULL || find_functions(library) != CURLE_OK)
			return CURLE_FAILED_INIT;
	}
	return late.curl_global_init(flags);
}

/* This one may be called after a failed start, so it has words of its own for
 * that. */
const char *
curl_easy_strerror(CURLcode code)
{
	return late.curl_easy_strerror == NULL ? why_not :
						 late.curl_easy_strerror(code);
}

/* An option's number says what kind of value follows. */
CURLcode(curl_easy_setopt)(CURL *easy, CURLoption option, ...)
{
	long number;
	void *object;
	void (*function)(void);
	curl_off_t size;
	CURLcode code;
	va_list args;

	/* What is handed on must be read by its own type first: a function of
	 * variable arguments cannot pass them on as they are. */
	va_start(args, option);
	if (option < CURLOPTTYPE_OBJECTPOINT) {
		number = va_arg(args, long);
		code = late.curl_easy_setopt(easy, option, number);
	} else if (option < CURLOPTTYPE_FUNCTIONPOINT) {
		object = va_arg(args, void *);
		code = late.curl_easy_setopt(easy, option, object);
	} else if (option < CURLOPTTYPE_OFF_T) {
		function = va_arg(args, void (*)(void));
		code = late.curl_easy_setopt(easy, option, function);
	} else {
		size = va_arg(args, curl_off_t);
		code = late.curl_easy_setopt(easy, option, size);
	}
	va_end(args);
	return code;
}

CURLcode(curl_easy_getinfo)(CURL *easy, CURLINFO info, ...)
{
	CURLcode code;
	va_list args;

	va_start(args, info);
	code = late.curl_easy_getinfo(easy, info, va_arg(args, void *));
	va_end(args);
	return code;
}

/* From here on a call is handed on as it is. */
CURL *
curl_easy_init(void)
{
	return late.curl_easy_init();
}

/* These two also end what could not be begun. */
void
curl_easy_cleanup(CURL *easy)
{
	if (easy != NULL)
		late.curl_easy_cleanup(easy);
}

CURLMcode
curl_multi_cleanup(CURLM *multi)
{
	return multi == NULL ? CURLM_BAD_HANDLE :
			       late.curl_multi_cleanup(multi);
}

void
curl_easy_reset(CURL *easy)
{
	late.curl_easy_reset(easy);
}

time_t
curl_getdate(const char *date, const time_t *unused)
{
	return late.curl_getdate(date, unused);
}

CURLM *
curl_multi_init(void)
{
	return late.curl_multi_init();
}

CURLMcode
curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return late.curl_multi_add_handle(multi, easy);
}

CURLMcode
curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return late.curl_multi_remove_handle(multi, easy);
}

CURLMcode
curl_multi_perform(CURLM *multi, int *running)
{
	return late.curl_multi_perform(multi, running);
}

CURLMcode
curl_multi_poll(CURLM *multi, struct curl_waitfd extra[], unsigned n_extra,
    int timeout_ms, int *n_ready)
{
	return late.curl_multi_poll(multi, extra, n_extra, timeout_ms, n_ready);
}

CURLMsg *
curl_multi_info_read(CURLM *multi, int *left)
{
	return late.curl_multi_info_read(multi, left);
}

struct curl_slist *
curl_slist_append(struct curl_slist *list, const char *text)
{
	return late.curl_slist_append(list, text);
}

void
curl_slist_free_all(struct curl_slist *list)
{
	late.curl_slist_free_all(list);
}
