/* What the unit tests share. Each row of a table is a test of its own, named
 * by the rule and the row's reason: a failure tells which one and why, and
 * hides no other. */
#ifndef TESTING_H
#define TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define TESTING_MAX 512
/* Of one test, in time of its own and on the wall: beside other work a test
 * gets a small share of a core. */
#define TESTING_LIMIT_S 60
#define TESTING_WAIT_S 300

/* A text with its length, for a table; may hold a NUL. */
#define LIT(s) \
	{ \
		s, sizeof(s) - 1 \
	}

/* Emptied after each test. */
static struct arena mem;

static struct {
	struct CMUnitTest tests[TESTING_MAX];
	char names[TESTING_MAX][160];
	size_t n;
} testing;

/* cmocka leaves a test by a long jump, from here as well. */
static inline void
testing_hangs(int signal_number)
{
	(void)signal_number;
	fail_msg("takes too long");
}

static inline void
testing_limit(int seconds)
{
	const struct itimerval limit = { .it_value.tv_sec = seconds };

	(void)setitimer(ITIMER_PROF, &limit, NULL);
}

static inline int
testing_before(void **state)
{
	/* Not masked meanwhile: nobody returns from the handler. */
	const struct sigaction act = { .sa_handler = testing_hangs,
		.sa_flags = SA_NODEFER };

	(void)state;
	(void)sigaction(SIGALRM, &act, NULL);
	(void)sigaction(SIGPROF, &act, NULL);
	testing_limit(TESTING_LIMIT_S);
	(void)alarm(TESTING_WAIT_S);
	return 0;
}

static inline int
testing_after(void **state)
{
	(void)state;
	(void)alarm(0);
	testing_limit(0);
	arena_free(&mem);
	return 0;
}

static inline void
testing_add(const char *rule, const char *why, void (*run)(void **state),
    const void *row)
{
	char *name = testing.names[testing.n];

	if (testing.n == TESTING_MAX)
		fail_msg("more than %d tests in a file", TESTING_MAX);
	(void)snprintf(name, sizeof(testing.names[0]), "%s: %s", rule, why);
	testing.tests[testing.n++] = (struct CMUnitTest){ .name = name,
		.test_func = run,
		.setup_func = testing_before,
		.teardown_func = testing_after,
		.initial_state = (void *)row };
}

/* The first member of a row is its reason, a const char *. */
static inline void
testing_add_rows(const char *rule, void (*run)(void **state), const void *rows,
    size_t n, size_t row_bytes)
{
	for (size_t i = 0; i < n; i++) {
		const void *row = (const char *)rows + i * row_bytes;

		testing_add(rule, *(const char *const *)row, run, row);
	}
}

#define ROWS(rule, run, rows) \
	testing_add_rows(rule, run, rows, LENGTH(rows), sizeof((rows)[0]))
#define ONE(rule, why, run) testing_add(rule, why, run, NULL)

/* The exit status of a test program; its log is silent. TESTS_BUT in the
 * environment leaves out the tests of that name, where * is any words. */
static inline int
testing_run(const char *subject, int (*before_all)(void **state),
    int (*after_all)(void **state))
{
	log_init("test", LOG__COUNT);
	cmocka_set_skip_filter(getenv("TESTS_BUT"));
	return _cmocka_run_group_tests(subject, testing.tests, testing.n,
		   before_all, after_all) == 0 ?
	    0 :
	    1;
}

static inline void
testing_fail(const char *what, const char *got, const char *want,
    const char *file, int line)
{
	print_error("%s\n  is     %s\n  wanted %s\n", what,
	    got == NULL ? "(null)" : got, want == NULL ? "(null)" : want);
	_fail(file, line);
}

static inline void
testing_int(
    int64_t got, int64_t want, const char *what, const char *file, int line)
{
	char is[24], wanted[24];

	if (got == want)
		return;
	(void)snprintf(is, sizeof(is), "%lld", (long long)got);
	(void)snprintf(wanted, sizeof(wanted), "%lld", (long long)want);
	testing_fail(what, is, wanted, file, line);
}

static inline void
testing_text(const char *got, const char *want, const char *what,
    const char *file, int line)
{
	if (got == want ||
	    (got != NULL && want != NULL && strcmp(got, want) == 0))
		return;
	testing_fail(what, got, want, file, line);
}

static inline void
testing_str(struct str got, const char *want, const char *what,
    const char *file, int line)
{
	if (!str_eq(got, want))
		testing_fail(what, arena_dup(&mem, got), want, file, line);
}

static inline void
testing_err(
    enum err got, enum err want, const char *what, const char *file, int line)
{
	if (got != want)
		testing_fail(what, err_name(got), err_name(want), file, line);
}

/* Whether a text has another one in it, or has not. */
static inline void
testing_has(const char *text, const char *part, int wanted, const char *what,
    const char *file, int line)
{
	if (text == NULL || (strstr(text, part) != NULL) != (wanted != 0))
		testing_fail(what, text,
		    arena_printf(&mem, "%s \"%s\"",
			wanted ? "something with" : "nothing with", part),
		    file, line);
}

#define check_int(got, want) \
	testing_int((int64_t)(got), (int64_t)(want), #got, __FILE__, __LINE__)
#define check_text(got, want) testing_text(got, want, #got, __FILE__, __LINE__)
#define check_str(got, want) testing_str(got, want, #got, __FILE__, __LINE__)
#define check_err(got, want) testing_err(got, want, #got, __FILE__, __LINE__)
#define check_has(text, part) \
	testing_has(text, part, 1, #text, __FILE__, __LINE__)
#define check_lacks(text, part) \
	testing_has(text, part, 0, #text, __FILE__, __LINE__)

#endif
