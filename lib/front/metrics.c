/* Counts in Prometheus' text form (exposition format 0.0.4). */
#include "front/metrics.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "front/pages.h"
#include "outbox/kinds.h"
#include "store/db.h"

#include <string.h>

#define MAX_BYTES (256 * 1024)

/* How a count of the statement's becomes a sample. */
enum form {
	FORM_COUNT,
	FORM_MOMENT, /* seconds since 1970; 0: never */
	FORM_AGE     /* seconds */
};

static const char *const lines[LINE__COUNT] = {
	[LINE_CHANNEL] = "channel",
	[LINE_INVITE] = "invite",
	[LINE_ASK] = "ask",
	[LINE_NOTICE] = "notice",
	[LINE_ANSWER] = "answer",
	[LINE_FORWARD] = "forward",
	[LINE_ALERT] = "alert",
	[LINE_RECONCILE] = "reconcile",
	[LINE_BROADCAST] = "broadcast",
};

static const char *const reversals[] = { "refund", "dispute", "warning" };

/* What there is, in the order in which it is told. A name is never given to
 * something else: people's alerts hang on it. */
static const struct metric {
	const char *word; /* SQL_METRICS's */
	const char *name, *type;
	const char *label; /* NULL: it is one number */
	enum form form;
	const char *help;
} metrics[] = {
	{ "payments", "admit_payments_total", "counter", NULL, FORM_COUNT,
	    "Payments that were taken, first ones and renewals." },
	{ "reversals", "admit_reversals_total", "counter", "kind", FORM_COUNT,
	    "Refunds, disputes and warnings of fraud, whatever became of "
	    "them." },
	{ "payment", "admit_last_payment_timestamp_seconds", "gauge", NULL,
	    FORM_MOMENT, "When the latest payment was taken; 0: never." },
	{ "in", "admit_access", "gauge", "product", FORM_COUNT,
	    "People whom a product lets in." },
	{ "users", "admit_users", "gauge", NULL, FORM_COUNT,
	    "People who wrote to the bot or paid; who never paid is forgotten "
	    "after 40 days." },
	{ "waiting", "admit_jobs_waiting", "gauge", "line", FORM_COUNT,
	    "What is owed to Telegram and Stripe, by line." },
	{ "oldest", "admit_oldest_job_age_seconds", "gauge", "line", FORM_AGE,
	    "How long the oldest of it has been owed." },
	{ "parked", "admit_jobs_parked", "gauge", NULL, FORM_COUNT,
	    "What was put aside until somebody looks (admit status)." },
	{ "event", "admit_last_event_timestamp_seconds", "gauge", NULL,
	    FORM_MOMENT,
	    "When Stripe or Telegram last told something; 0: never." },
	{ "asked", "admit_last_reconcile_timestamp_seconds", "gauge", NULL,
	    FORM_MOMENT,
	    "When the worker last asked what never arrived; 0: never." },
};

struct sample {
	const char *word, *sort;
	int64_t n;
};

struct samples {
	struct arena *arena;
	struct sample *list;
	size_t n, max;
};

static void
sample_from_row(const struct row *row, void *ctx)
{
	struct samples *s = ctx;

	s->list =
	    arena_grow(s->arena, s->list, s->n, &s->max, sizeof(*s->list));
	s->list[s->n++] = (struct sample){ .word = row_text(row, 0),
		.sort = row_text(row, 1),
		.n = row_int(row, 2) };
}

/* In a label's value these three are written with a backslash. */
static void
label(struct buf *b, const char *name, const char *value)
{
	buf_char(b, '{');
	buf_text(b, name);
	buf_text(b, "=\"");
	for (; *value != '\0'; value++)
		if (*value == '\n') {
			buf_text(b, "\\n");
		} else {
			if (*value == '"' || *value == '\\')
				buf_char(b, '\\');
			buf_char(b, *value);
		}
	buf_text(b, "\"}");
}

static int64_t
shown(enum form form, int64_t n, int64_t now_ms)
{
	if (form == FORM_COUNT)
		return n;
	if (form == FORM_MOMENT)
		return n / 1000;
	/* Promised by a clock that was ahead: no age is below nothing. */
	return n == 0 || n > now_ms ? 0 : (now_ms - n) / 1000;
}

static void
put_sample(struct buf *b, const struct metric *m, const char *sort, int64_t n)
{
	buf_text(b, m->name);
	if (m->label != NULL)
		label(b, m->label, sort);
	buf_char(b, ' ');
	buf_int(b, shown(m->form, n, clock_now_ms()));
	buf_char(b, '\n');
}

/* 0 where there is no row: a line that is empty has none. */
static int64_t
find(const struct samples *s, const char *word, const char *sort)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->list[i].word, word) == 0 &&
		    strcmp(s->list[i].sort, sort) == 0)
			return s->list[i].n;
	return 0;
}

/* These have their samples at any time: an alert about one that is not there
 * stays silent, and of a first dispute nobody would know that it is one more.
 * Lines are rows by their number. False: the label is none of those two. */
static bool
put_known(struct buf *b, const struct metric *m, const struct samples *s)
{
	bool is_line = strcmp(m->label, "line") == 0;
	const char *const *names = is_line ? lines : reversals;
	size_t n = is_line ? LENGTH(lines) : LENGTH(reversals);

	if (!is_line && strcmp(m->label, "kind") != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		put_sample(b, m, names[i],
		    find(s, m->word,
			is_line ? arena_printf(s->arena, "%zu", i) : names[i]));
	return true;
}

/* Products come as they are. */
static void
put_metric(struct buf *b, const struct metric *m, const struct samples *s)
{
	buf_text(b, "# HELP ");
	buf_text(b, m->name);
	buf_char(b, ' ');
	buf_text(b, m->help);
	buf_text(b, "\n# TYPE ");
	buf_text(b, m->name);
	buf_char(b, ' ');
	buf_text(b, m->type);
	buf_char(b, '\n');
	if (m->label != NULL && put_known(b, m, s))
		return;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->list[i].word, m->word) == 0)
			put_sample(b, m, s->list[i].sort, s->list[i].n);
}

static struct response
counts(struct app *app, struct arena *a)
{
	struct samples s = { .arena = a };
	struct buf b = buf_new(a, MAX_BYTES);
	enum err e =
	    db_each(app->db, a, SQL_METRICS, KV_NONE, sample_from_row, &s);

	if (e != ERR_OK)
		return response_error(
		    a, ERR_UNAVAILABLE, "the ledger cannot be read just now");
	for (size_t i = 0; i < LENGTH(metrics); i++)
		put_metric(&b, &metrics[i], &s);
	if (buf_full(&b))
		return response_error(a, ERR_INTERNAL, "that is too much");
	return (struct response){ .status = 200,
		.content_type = "text/plain; version=0.0.4; charset=utf-8",
		.body = buf_str(&b) };
}

/* The scheme's name is of either case (RFC 9110 11.1). */
static bool
is_known(const struct app *app, const struct request *req)
{
	struct str said = str_from(request_variable(req, "HTTP_AUTHORIZATION"));
	struct str scheme = str_cut(&said, ' ');

	return str_eq_nocase(scheme, "Bearer") &&
	    secret_equal(str_trim(said), str_from(app->conf.metrics_token));
}

struct response
metrics_page(struct app *app, const struct request *req)
{
	struct response res;

	if (app->conf.metrics_token == NULL)
		return pages_show(app, req, PAGES_UNKNOWN);
	if (is_known(app, req))
		return counts(app, req->arena);
	res = response_error(
	    req->arena, ERR_AUTH, "METRICS_TOKEN is what opens this");
	res.authenticate = "Bearer";
	return res;
}
