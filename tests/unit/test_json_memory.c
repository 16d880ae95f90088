/* JSON that is read while memory runs out: each allocation fails, once alone and
 * once with all that follow. What is read then is all that was sent, or the
 * process ends; never less, and never a refusal, which would be final. */
#include "testing.h"

#include "base/json.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define MOST 2000 /* allocations of one reading */

/* Those of the child that reads. */
static struct {
	bool counts, goes_on;
	long at, n, n_failed;
} heap;

#ifndef __SANITIZE_ADDRESS__ /* which has its own */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static bool
fails(void)
{
	bool now;

	if (!heap.counts)
		return false;
	heap.n++;
	now = heap.n == heap.at || (heap.goes_on && heap.n > heap.at);
	heap.n_failed += now;
	return now;
}

/* In front of the C library's; json-c comes by here too. */
void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}
#endif

enum { READ, NOT_REACHED, LESS, REFUSED, ENDED = 71 };

#define LONG "0123456789012345678901234567890123456789"

/* What stands in it is what json_render() writes. */
static const struct reading {
	const char *why, *text, *want;
} readings[] = {
	{ "members of every kind",
	    "{\"text\":\"x\",\"none\":null,\"yes\":true,\"no\":false,"
	    "\"n\":-5,\"real\":1.5,\"obj\":{\"a\":{}},\"list\":[1,[],{}]}",
	    NULL },
	{ "texts that outgrow the reader's room",
	    "{\"a\":\"" LONG "\",\"b\":\"" LONG LONG "\",\"c\":\"" LONG LONG
	    "\\\"" LONG LONG "\"}",
	    NULL },
	{ "names that do", "{\"" LONG "\":1,\"" LONG LONG "\":{\"a\":2}}",
	    NULL },
	{ "more members than a table begins with",
	    "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,"
	    "\"i\":9,\"j\":10,\"k\":11,\"l\":12,\"m\":13,\"n\":14,\"o\":15,"
	    "\"p\":16,\"q\":17,\"r\":18,\"s\":19,\"t\":20,\"u\":21,\"v\":22}",
	    NULL },
	{ "more elements than an array begins with",
	    "{\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,"
	    "23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,\"x\"]}",
	    NULL },
	{ "nulls that nobody would miss", "{\"a\":[null,null],\"b\":null}",
	    NULL },
	{ "a name twice", "{\"a\":1,\"a\":\"x\"}", "{\"a\":\"x\"}" },
	{ "what is no JSON", "{'a':NaN}", "{\"a\":NaN}" },
};

static void
read_and_exit(const struct reading *r)
{
	const struct rlimit none = { 0, 0 };
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct arena a = { 0 };
	struct json *doc;
	enum err e;

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(SIGABRT, SIG_DFL); /* cmocka would go on with its tests */
	(void)signal(SIGSEGV, SIG_DFL);
	(void)dup2(quiet, STDERR_FILENO); /* what an assert() would say */
	heap.counts = true;
	e = json_parse(&a, str_from(r->text), &doc);
	heap.counts = false;
	if (e != ERR_OK)
		_exit(REFUSED);
	if (!str_eq(json_render(&a, doc), r->want == NULL ? r->text : r->want))
		_exit(LESS);
	_exit(heap.n_failed > 0 ? READ : NOT_REACHED);
}

/* json-c ends the process itself where it has no object to go on with, or no
 * memory for a name. */
static int
read_without(const struct reading *r, long at, bool goes_on)
{
	int status = -1;
	pid_t child;

	heap.at = at;
	heap.goes_on = goes_on;
	child = fork();
	if (child == 0)
		read_and_exit(r);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : ENDED;
}

static void
starved(void **state)
{
	const struct reading *r = *state;

#ifdef __SANITIZE_ADDRESS__
	skip();
#endif
	for (int goes_on = 0; goes_on < 2; goes_on++) {
		long at = 1;
		int got;

		while (
		    (got = read_without(r, at, goes_on != 0)) != NOT_REACHED) {
			if (got != READ && got != ENDED)
				fail_msg("allocation %ld%s: %s", at,
				    goes_on != 0 ? " and all after it" : "",
				    got == LESS ? "something is lost" :
						  "it is refused");
			assert_true(++at < MOST);
		}
		assert_true(at > 10);
	}
}

int
main(void)
{
	ROWS("starved", starved, readings);
	return testing_run("json_memory", NULL, NULL);
}
