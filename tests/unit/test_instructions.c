/* How many instructions an event takes from its text to its commit, as
 * cachegrind counts them: the same on each machine, however busy it is. Run
 * with a number this program records so many events and ends; the test runs
 * itself so under cachegrind, twice. Where there is none, or where the build
 * is not the one that is shipped, nothing is counted. */
#include "shop.h"

#include "../bench/bodies.h"
#include "payment/stripe_events.h"

#include <sys/wait.h>

#define FEW 20
#define MANY 120
#define MOST 510000

/* The Makefile says of what is shipped that it is. */
#ifndef IS_SHIPPED
#define IS_SHIPPED 0
#endif

static struct app app = { SELLS({ COURSE }), .conf = { .bot_id = 1 } };

static enum err
record(struct db *db, void *ctx)
{
	const struct stripe_event *ev = ctx;
	bool is_new = false;
	enum err e = ledger_inbox(db, "stripe", ev->id, ev->type, &is_new);

	return e == ERR_OK ? stripe_events_record(&app, &mem, ev) : e;
}

/* In the child: no test, only the work. */
static int
record_events(int n)
{
	char *text = template_read(BODIES_EVENT), body[BODIES_MAX];
	void *none = NULL;

	log_init("test", LOG__COUNT);
	if (text == NULL || ledger_make(&none) != 0 ||
	    db_ready(ledger.db) != ERR_OK)
		return 1;
	app.db = ledger.db;
	for (int i = 0; i < n; i++) {
		struct stripe_event ev;
		struct sale s;
		size_t len;

		sale_draw(&s, i, 1790000000 + i);
		len = template_fill(body, text, &s);
		if (stripe_event_parse(&mem, (struct str){ body, len }, &ev) !=
			ERR_OK ||
		    db_transaction(ledger.db, record, &ev) != ERR_OK)
			return 1;
		arena_reset(&mem);
	}
	free(text);
	return ledger_remove(&none);
}

/* Runs this program under cachegrind; its exit status, 127 where there is
 * none. */
static int
count_into(const char *log, int n)
{
	const char *to = arena_printf(&mem, "--log-file=%s", log);
	const char *number = arena_printf(&mem, "%d", n);
	char self[256] = "";
	int status = -1;
	pid_t child;

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	child = fork();
	if (child == 0) {
		(void)execlp("valgrind", "valgrind", "--tool=cachegrind",
		    "--cache-sim=no", "--cachegrind-out-file=/dev/null", to,
		    self, number, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* "==7== I refs:  1,234,567" */
static int64_t
counted(const char *log)
{
	char line[256];
	FILE *f = fopen(log, "r");
	int64_t n = 0;

	assert_non_null(f);
	while (n == 0 && fgets(line, sizeof(line), f) != NULL) {
		const char *at = strstr(line, "refs:");

		for (; at != NULL && *at != '\0'; at++)
			if (*at >= '0' && *at <= '9')
				n = n * 10 + (*at - '0');
	}
	(void)fclose(f);
	(void)unlink(log);
	return n;
}

static void
one_event(void **state)
{
	const char *log = arena_printf(&mem, "%s/count", ledger.folder);
	int64_t few, each;
	int status;

	(void)state;
	if (!IS_SHIPPED)
		skip();
	status = count_into(log, FEW);
	if (status == 127)
		skip();
	check_int(status, 0);
	few = counted(log);
	check_int(count_into(log, MANY), 0);
	each = (counted(log) - few) / (MANY - FEW);
	print_message("measure: an event takes %d instructions\n", (int)each);
	assert_in_range(each, 1, MOST);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return record_events((int)strtol(argv[1], NULL, 10));
	ONE("an event", "instructions, text to commit", one_event);
	return testing_run("instructions", ledger_make, ledger_remove);
}
