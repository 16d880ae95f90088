/* logfmt lines on stderr. */
#include "base/log.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 2048
#define VALUE_BYTES 400 /* of one value; the rest is cut */

static const char *const level_names[LOG__COUNT] = { "debug", "info", "warn",
	"error" };
static const char *program_name = "admit";
static enum log_level lowest_level = LOG_INFO;

/* A line under construction; what does not fit is left out. */
struct line {
	char text[LINE_BYTES];
	size_t len;
};

void
log_init(const char *program, enum log_level lowest)
{
	program_name = program;
	lowest_level = lowest;
}

enum log_level
log_from(enum log_level lowest)
{
	enum log_level was = lowest_level;

	lowest_level = lowest;
	return was;
}

int
log_level_from(const char *name)
{
	for (int i = 0; name != NULL && i < LOG__COUNT; i++)
		if (strcmp(name, level_names[i]) == 0)
			return i;
	return -1;
}

/* A long line loses its end rather than its form: it still ends with a newline
 * and the next one begins at its start. */
static void
put(struct line *l, const char *s, size_t n)
{
	if (n > sizeof(l->text) - 1 - l->len) /* 1 for the line's end */
		n = sizeof(l->text) - 1 - l->len;
	memcpy(l->text + l->len, s, n);
	l->len += n;
}

static void
put_text(struct line *l, const char *s)
{
	put(l, s, strlen(s));
}

/* As logfmt has it: a reader splits at blanks and at the first "=". */
static bool
needs_quotes(const char *s)
{
	return *s == '\0' || strpbrk(s, " \"=\\") != NULL;
}

static void
put_value(struct line *l, const char *s)
{
	bool quoted = needs_quotes(s);

	if (quoted)
		put_text(l, "\"");
	for (size_t i = 0; i < VALUE_BYTES && s[i] != '\0'; i++) {
		/* A newline in what a stranger sent could forge a whole line of
		 * this log, an escape character play tricks on a terminal.
		 * UTF-8 passes. */
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			put_text(l, "\\");
		put(l, c < ' ' || c == 0x7f ? "?" : &s[i], 1);
	}
	if (quoted)
		put_text(l, "\"");
}

static void
put_head(struct line *l, enum log_level level, const char *event)
{
	int64_t now_ms = clock_now_ms();
	time_t now_s = (time_t)(now_ms / 1000);
	struct tm tm = { 0 };
	char day[32], head[160];

	(void)gmtime_r(&now_s, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(head, sizeof(head), "ts=%s.%03dZ level=%s prog=%s ev=%s",
	    day, (int)(now_ms % 1000), level_names[level], program_name, event);
	put_text(l, head);
}

void
log_event(enum log_level level, const char *event, struct kvs fields)
{
	struct line l = { .len = 0 };

	if (level < lowest_level)
		return;
	put_head(&l, level, event);
	for (size_t i = 0; i < fields.n; i++) {
		const struct kv *f = &fields.v[i];
		char number[24];

		/* A field without a value is left out, so that a caller can
		 * list all it might know. */
		if (kv_is_null(f))
			continue;
		put_text(&l, " ");
		put_text(&l, f->name);
		put_text(&l, "=");
		(void)snprintf(number, sizeof(number), "%" PRId64, f->i);
		put_value(&l, f->kind == KV_INT ? number : f->s);
	}
	/* One write for the whole line: processes share the log, and lines of
	 * less than PIPE_BUF (4096) bytes do not mix in a pipe. */
	l.text[l.len++] = '\n';
	/* A log that cannot be written must not stop a payment. */
	if (write(STDERR_FILENO, l.text, l.len) < 0)
		return;
}
