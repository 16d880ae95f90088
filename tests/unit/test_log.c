/* Lines on stderr: one write each, nothing smuggled in. */
#include "testing.h"

#include <fcntl.h>
#include <unistd.h>

/* What the log says of an event; "" where it keeps silent. */
static const char *
logged(enum log_level lowest, enum log_level level, const char *event,
    struct kvs fields)
{
	char *line = arena_alloc(&mem, 8192);
	int saved = dup(STDERR_FILENO), ends[2];
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	(void)dup2(ends[1], STDERR_FILENO);
	log_init("test", lowest);
	log_event(level, event, fields);
	(void)dup2(saved, STDERR_FILENO);
	n = read(ends[0], line, 8191);
	(void)close(saved);
	(void)close(ends[0]);
	(void)close(ends[1]);
	line[n > 0 ? n : 0] = '\0';
	return line;
}

static const struct value {
	const char *why, *text, *want;
} values[] = {
	{ "a word", "paid", " v=paid\n" },
	{ "empty", "", " v=\"\"\n" },
	{ "a blank", "two words", " v=\"two words\"\n" },
	{ "an equal sign would begin a field", "a=b", " v=\"a=b\"\n" },
	{ "a quote", "a\"b", " v=\"a\\\"b\"\n" },
	{ "a backslash", "a\\b", " v=\"a\\\\b\"\n" },
	{ "a line end would begin a line", "a\nlevel=error", " v=\"a?level=" },
	{ "a line end alone", "a\nb", " v=a?b\n" },
	{ "colours of a terminal", "\x1b[31m", " v=?[31m\n" },
	{ "DEL", "\x7f", " v=?\n" },
	{ "a tab", "a\tb", " v=a?b\n" },
	{ "letters beyond ASCII", "курс", " v=курс\n" },
};

static void
value(void **state)
{
	const struct value *v = *state;

	check_has(logged(LOG_INFO, LOG_INFO, "x", KV(kv_text("v", v->text))),
	    v->want);
}

static const struct level {
	const char *why;
	enum log_level lowest, level;
	const char *want;
} levels[] = {
	{ "as low as the lowest", LOG_INFO, LOG_INFO, "level=info " },
	{ "higher", LOG_INFO, LOG_ERROR, "level=error " },
	{ "lower: nothing", LOG_INFO, LOG_DEBUG, NULL },
	{ "everything", LOG_DEBUG, LOG_DEBUG, "level=debug " },
	{ "errors alone", LOG_ERROR, LOG_WARN, NULL },
	{ "errors alone: an error", LOG_ERROR, LOG_ERROR, "level=error " },
};

static void
level(void **state)
{
	const struct level *l = *state;
	const char *line = logged(l->lowest, l->level, "x", KV_NONE);

	if (l->want == NULL)
		check_text(line, "");
	else
		check_has(line, l->want);
}

static void
head(void **state)
{
	const char *line = logged(LOG_INFO, LOG_WARN, "paid",
	    KV(kv_int("tg_id", -5), kv_text("none", NULL),
		kv_int("max", INT64_MAX)));
	int year, month, day, hour, minute, second, ms, n = 0;

	(void)state;
	check_int(sscanf(line, "ts=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year,
		      &month, &day, &hour, &minute, &second, &ms, &n),
	    7);
	assert_true(year >= 2024 && month >= 1 && month <= 12);
	check_text(line + n,
	    " level=warn prog=test ev=paid tg_id=-5 max=9223372036854775807\n");
}

static const char *
repeated(char c, size_t n)
{
	return memset(arena_alloc(&mem, n + 1), c, n);
}

static void
long_value(void **state)
{
	const char *line = logged(LOG_INFO, LOG_INFO, "x",
	    KV(kv_text("v", repeated('a', 401)), kv_int("after", 1)));

	(void)state;
	check_has(
	    line, arena_printf(&mem, " v=%s after=1\n", repeated('a', 400)));
}

static const struct flood {
	const char *why;
	char c;
	size_t n;
} floods[] = {
	{ "plain", 'a', 400 },
	{ "each character escaped", '"', 400 },
	{ "far more than is kept", 'a', 5000 },
};

/* Ten values of the longest: the line is cut, and still one line. */
static void
flood(void **state)
{
	const struct flood *f = *state;
	struct kv v = kv_text("v", repeated(f->c, f->n));
	const char *line =
	    logged(LOG_INFO, LOG_INFO, "x", KV(v, v, v, v, v, v, v, v, v, v));
	size_t len = strlen(line);

	assert_in_range(len, 1000, 2048);
	check_int(line[len - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);
}

static void
names(void **state)
{
	(void)state;
	check_int(log_level_from("debug"), LOG_DEBUG);
	check_int(log_level_from("error"), LOG_ERROR);
	check_int(log_level_from("ERROR"), -1);
	check_int(log_level_from("verbose"), -1);
	check_int(log_level_from(""), -1);
	check_int(log_level_from(NULL), -1);
}

/* A log that cannot be written must not stop a payment. */
static void
closed(void **state)
{
	int saved = dup(STDERR_FILENO);

	(void)state;
	log_init("test", LOG_INFO);
	(void)close(STDERR_FILENO);
	log_event(LOG_ERROR, "x", KV_NONE);
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
}

int
main(void)
{
	ROWS("value", value, values);
	ROWS("level", level, levels);
	ROWS("over-long line", flood, floods);
	ONE("line", "time, level, program, event, fields", head);
	ONE("value", "a long one is cut", long_value);
	ONE("level", "names", names);
	ONE("line", "stderr closed", closed);
	return testing_run("log", NULL, NULL);
}
