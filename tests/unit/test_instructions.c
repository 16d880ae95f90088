/* How many instructions an event takes from its text to its commit, and how
 * many a program that is started for one, as cachegrind counts them: the same
 * on each machine, however busy it is. Run with a number this program records
 * so many events and ends; the test runs itself so under cachegrind, twice.
 * Where there is none, or where the build is not the one that is shipped,
 * nothing is counted. */
#include "shop.h"

#include "../bench/bodies.h"
#include "base/crypto.h"
#include "payment/stripe_events.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

#define FEW 20
#define MANY 120
#define MOST 510000
/* Libraries and their versions make a difference here. */
#define MOST_TO_START 12000000
#define SECRET "whsec_count"

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

/* Runs a program under cachegrind; its exit status, 127 where there is none. */
static int
count_into(const char *log, const char *program, const char *argument)
{
	const char *to = arena_printf(&mem, "--log-file=%s", log);
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		(void)execlp("valgrind", "valgrind", "--tool=cachegrind",
		    "--cache-sim=no", "--cachegrind-out-file=/dev/null",
		    "--child-silent-after-fork=yes", to, program, argument,
		    (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *
self(void)
{
	char path[256] = "";

	assert_true(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	return arena_dup_text(&mem, path);
}

static int
count_events(const char *log, int n)
{
	return count_into(log, self(), arena_printf(&mem, "%d", n));
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
	status = count_events(log, FEW);
	if (status == 127)
		skip();
	check_int(status, 0);
	few = counted(log);
	check_int(count_events(log, MANY), 0);
	each = (counted(log) - few) / (MANY - FEW);
	print_message("measure: an event takes %d instructions\n", (int)each);
	assert_in_range(each, 1, MOST);
}

/* What a web server hands to a CGI program: the n-th sale's event on standard
 * input, signed, and the answer into the void. */
static void
hand_over(int n)
{
	char *text = template_read(BODIES_EVENT), body[BODIES_MAX];
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[2 * HMAC_SHA256_BYTES + 1];
	const char *stamp = arena_printf(&mem, "%lld", (long long)time(NULL));
	struct sale s;
	struct str parts[3] = { str_from(stamp), { ".", 1 }, { body, 0 } };
	int in[2], void_fd = open("/dev/null", O_WRONLY);

	sale_draw(&s, n, time(NULL));
	parts[2].len = template_fill(body, text, &s);
	free(text);
	check_err(hmac_sha256(str_from(SECRET), parts, 3, mac), ERR_OK);
	hex_encode(mac, sizeof(mac), hex);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(
	    write(in[1], body, parts[2].len), (ssize_t)parts[2].len);
	(void)setenv(
	    "CONTENT_LENGTH", arena_printf(&mem, "%zu", parts[2].len), 1);
	(void)setenv("HTTP_STRIPE_SIGNATURE",
	    arena_printf(&mem, "t=%s,v1=%s", stamp, hex), 1);
	(void)dup2(in[0], STDIN_FILENO);
	(void)dup2(void_fd, STDOUT_FILENO);
	(void)close(in[0]);
	(void)close(in[1]);
	(void)close(void_fd);
}

static void
set_up_shop(void)
{
	static const char *const settings[][2] = { { "REQUEST_METHOD", "POST" },
		{ "REQUEST_URI", "/webhook" },
		{ "STRIPE_SECRET_KEY", "sk_test_count" },
		{ "STRIPE_WEBHOOK_SECRET", SECRET },
		{ "TELEGRAM_BOT_TOKEN", "1:count" },
		{ "TELEGRAM_WEBHOOK_SECRET", "count" },
		{ "BASE_URL", "http://127.0.0.1:9" },
		{ "PAID_CHANNEL_LINK", "https://t.me/+count" },
		{ "LOG_LEVEL", "error" }, { "ADMIT_CONF", "" } };

	for (size_t i = 0; i < LENGTH(settings); i++)
		(void)setenv(settings[i][0], settings[i][1], 1);
	(void)setenv(
	    "DATABASE_URL", arena_printf(&mem, "sqlite:%s", ledger.path), 1);
}

/* In a child, which may change its surroundings: the exit status of
 * count_into(). The ledger is there already, as it nearly always is. */
static int
count_start(const char *log, const char *program)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		set_up_shop();
		hand_over(1);
		_exit(count_into(log, program, NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A copy of webhook.fcgi, beside which lies a worker that does nothing; NULL:
 * it was not built. */
static const char *
copy_of_webhook(void)
{
	struct str folder = str_from(self());
	const char *copy = arena_printf(&mem, "%s/webhook.fcgi", ledger.folder);
	const char *from;

	folder.len -= str_after_last(folder, '/').len;
	from = arena_printf(
	    &mem, "%.*s../cgi-bin/webhook.fcgi", (int)folder.len, folder.p);
	if (access(from, X_OK) != 0)
		return NULL;
	assert_int_equal(
	    system(arena_printf(&mem, "cp '%s' '%s'", from, copy)), 0);
	assert_int_equal(
	    symlink("/bin/true", arena_printf(&mem, "%s/admit", ledger.folder)),
	    0);
	return copy;
}

static void
one_start(void **state)
{
	const char *log = arena_printf(&mem, "%s/count", ledger.folder);
	/* What is counted is a start with a ledger in a file. */
	const char *program =
	    IS_SHIPPED && !on_postgres() ? copy_of_webhook() : NULL;
	int64_t n;
	int status;

	(void)state;
	if (program == NULL)
		skip();
	check_err(db_ready(ledger.db), ERR_OK);
	status = count_start(log, program);
	(void)unlink(program);
	(void)unlink(arena_printf(&mem, "%s/admit", ledger.folder));
	if (status == 127)
		skip();
	check_int(status, 0);
	check_int(look_int("SELECT COUNT(*) FROM inbox"), 1);
	n = counted(log);
	print_message(
	    "measure: a start by plain CGI takes %d instructions\n", (int)n);
	assert_in_range(n, 1, MOST_TO_START);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return record_events((int)strtol(argv[1], NULL, 10));
	ONE("an event", "instructions, text to commit", one_event);
	ONE("a start", "instructions, exec to the end", one_start);
	return testing_run("instructions", ledger_make, ledger_remove);
}
