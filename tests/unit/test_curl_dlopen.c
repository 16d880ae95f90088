/* The host's libcurl, found when it is needed: what is said where it is not
 * there or too old, and that each option comes to it as what it is. */
#include <dlfcn.h>
#include <stddef.h>

/* The linker's view of a host. */
static void *fake_dlopen(const char *name, int how);
static void *fake_dlsym(void *library, const char *name);
static int fake_dlclose(void *library);
static char *fake_dlerror(void);
#define dlopen fake_dlopen
#define dlsym fake_dlsym
#define dlclose fake_dlclose
#define dlerror fake_dlerror
#include "net/curl_dlopen.c" /* and what it found, statics and all */
#undef dlopen
#undef dlsym
#undef dlclose
#undef dlerror

#include "testing.h"

static struct {
	const char *has;   /* the library that is there; NULL: none */
	const char *lacks; /* a function that it has not; NULL: none */
	char tried[128];
	int n_open;
	long number;
	void *object;
	void (*function)(void);
	curl_off_t size;
	long flags;
} host;

static CURLcode
of_host_init(long flags)
{
	host.flags = flags;
	return CURLE_OK;
}

static const char *
of_host_strerror(CURLcode code)
{
	return code == CURLE_OK ? "well" : "the library's words";
}

static CURLcode
of_host_setopt(CURL *easy, CURLoption option, ...)
{
	va_list args;

	(void)easy;
	va_start(args, option);
	if (option < CURLOPTTYPE_OBJECTPOINT)
		host.number = va_arg(args, long);
	else if (option < CURLOPTTYPE_FUNCTIONPOINT)
		host.object = va_arg(args, void *);
	else if (option < CURLOPTTYPE_OFF_T)
		host.function = va_arg(args, void (*)(void));
	else
		host.size = va_arg(args, curl_off_t);
	va_end(args);
	return CURLE_OK;
}

static CURLcode
of_host_getinfo(CURL *easy, CURLINFO info, ...)
{
	va_list args;

	(void)easy;
	(void)info;
	va_start(args, info);
	*va_arg(args, long *) = 200;
	va_end(args);
	return CURLE_OK;
}

static void
of_host_other(void)
{
}

static void *
fake_dlopen(const char *name, int how)
{
	(void)how;
	(void)strncat(host.tried, name, sizeof(host.tried) / 2 - 1);
	(void)strncat(host.tried, " ", 2);
	if (host.has == NULL || strcmp(host.has, name) != 0)
		return NULL;
	host.n_open++;
	return &host;
}

static int
fake_dlclose(void *library)
{
	assert_ptr_equal(library, &host);
	host.n_open--;
	return 0;
}

static char *
fake_dlerror(void)
{
	static char why[] = "no such file";

	return why;
}

static void *
fake_dlsym(void *library, const char *name)
{
	static const struct {
		const char *name;
		void (*f)(void);
	} known[] = {
		{ "curl_global_init", (void (*)(void))of_host_init },
		{ "curl_easy_strerror", (void (*)(void))of_host_strerror },
		{ "curl_easy_setopt", (void (*)(void))of_host_setopt },
		{ "curl_easy_getinfo", (void (*)(void))of_host_getinfo },
	};
	void (*f)(void) = of_host_other;
	void *found;

	assert_ptr_equal(library, &host);
	for (size_t i = 0; i < LENGTH(known); i++)
		if (strcmp(known[i].name, name) == 0)
			f = known[i].f;
	memcpy(&found, &f, sizeof(found));
	return host.lacks != NULL && strcmp(host.lacks, name) == 0 ? NULL :
								     found;
}

static void
on_a_host(const char *has, const char *lacks)
{
	memset(&host, 0, sizeof(host));
	host.has = has;
	host.lacks = lacks;
	late = (struct late){ 0 };
	why_not[0] = '\0';
}

/* ---- finding it ---- */

static const struct find {
	const char *why, *has, *lacks;
	CURLcode want;
	const char *says; /* of an error, from then on */
	const char *tried;
} finds[] = {
	{ "it is there", "libcurl.so.4", NULL, CURLE_OK, "the library's words",
	    "libcurl.so.4 " },
	{ "Debian's other one", "libcurl-gnutls.so.4", NULL, CURLE_OK,
	    "the library's words", "libcurl.so.4 libcurl-gnutls.so.4 " },
	{ "none is told, with its package", NULL, NULL, CURLE_FAILED_INIT,
	    "this host has no libcurl to call Stripe and Telegram with (no "
	    "such file); install it, the package is libcurl4 or libcurl",
	    "libcurl.so.4 libcurl-gnutls.so.4 " },
	{ "one that is too old", "libcurl.so.4", "curl_multi_poll",
	    CURLE_FAILED_INIT,
	    "this host's libcurl is too old, it has no curl_multi_poll; 7.66 "
	    "or newer is needed",
	    "libcurl.so.4 " },
};

static void
found(void **state)
{
	const struct find *f = *state;

	on_a_host(f->has, f->lacks);
	check_int(curl_global_init(3), f->want);
	check_text(curl_easy_strerror(CURLE_FAILED_INIT), f->says);
	check_text(host.tried, f->tried);
	check_int(host.n_open, f->want == CURLE_OK);
	check_int(host.flags, f->want == CURLE_OK ? 3 : 0);
}

/* Either all of it or none: what http.c does after a failure calls nothing. */
static void
ends_nothing(void **state)
{
	(void)state;
	on_a_host("libcurl.so.4", "curl_slist_free_all");
	check_int(curl_global_init(0), CURLE_FAILED_INIT);
	for (size_t i = 0; i < N_FUNCTIONS; i++) {
		void *at;

		memcpy(&at, functions[i].at, sizeof(at));
		assert_null(at);
	}
	curl_easy_cleanup(NULL);
	check_int(curl_multi_cleanup(NULL), CURLM_BAD_HANDLE);
}

static void
again(void **state)
{
	(void)state;
	on_a_host(NULL, NULL);
	check_int(curl_global_init(0), CURLE_FAILED_INIT);
	host.has = "libcurl.so.4"; /* it was installed meanwhile */
	check_int(curl_global_init(0), CURLE_OK);
	check_int(curl_global_init(0), CURLE_OK);
	check_int(host.n_open, 1); /* opened once */
}

/* ---- calling it ---- */

static void
options(void **state)
{
	int x = 0;

	(void)state;
	on_a_host("libcurl.so.4", NULL);
	check_int(curl_global_init(0), CURLE_OK);
	check_int(curl_easy_setopt(NULL, CURLOPT_TIMEOUT_MS, 8000L), CURLE_OK);
	check_int(host.number, 8000);
	check_int(curl_easy_setopt(NULL, CURLOPT_URL, (void *)&x), CURLE_OK);
	assert_ptr_equal(host.object, &x);
	check_int(curl_easy_setopt(NULL, CURLOPT_WRITEFUNCTION, of_host_other),
	    CURLE_OK);
	assert_true(host.function == of_host_other);
	check_int(curl_easy_setopt(
		      NULL, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)1 << 40),
	    CURLE_OK);
	assert_true(host.size == (curl_off_t)1 << 40);
}

static void
answers(void **state)
{
	long status = 0;

	(void)state;
	on_a_host("libcurl.so.4", NULL);
	check_int(curl_global_init(0), CURLE_OK);
	check_int(
	    curl_easy_getinfo(NULL, CURLINFO_RESPONSE_CODE, &status), CURLE_OK);
	check_int(status, 200);
	check_text(curl_easy_strerror(CURLE_OK), "well");
}

/* The real one of this machine has all that http.c calls. */
static void
this_host(void **state)
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	(void)state;
	if (library == NULL)
		library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
	assert_non_null(library);
	for (size_t i = 0; i < N_FUNCTIONS; i++)
		if (dlsym(library, functions[i].name) == NULL)
			fail_msg("it has no %s", functions[i].name);
	(void)dlclose(library);
}

int
main(void)
{
	ROWS("libcurl", found, finds);
	ONE("libcurl", "half of it is none", ends_nothing);
	ONE("libcurl", "is looked for again", again);
	ONE("libcurl", "of this host has all that is needed", this_host);
	ONE("a call", "each option as what it is", options);
	ONE("a call", "what it answers", answers);
	return testing_run("curl_dlopen", NULL, NULL);
}
