/* /metrics: who may read it, what stands there, and that it is Prometheus' text
 * form. */
#include "shop.h"

#include "base/clock.h"
#include "front/metrics.h"

#include <ctype.h>

#define TOKEN "a-token-of-the-tests"

static struct app app = { SELLS({ COURSE, TO_LINK("https://t.me/+a") }),
	.conf = { .product_name = "A course",
	    .base_url = "https://h",
	    .metrics_token = TOKEN } };

static struct response
asked(const char *authorization)
{
	char **list = arena_alloc(&mem, 2 * sizeof(*list));
	struct request r;

	list[0] = authorization == NULL ?
	    NULL :
	    arena_printf(&mem, "HTTP_AUTHORIZATION=%s", authorization);
	request_read(&r, &mem, list);
	return metrics_page(&app, &r);
}

/* ---- who may ---- */

static const struct caller {
	const char *why, *says;
	int status;
} callers[] = {
	{ "who knows the token", "Bearer " TOKEN, 200 },
	{ "in other capitals", "bearer " TOKEN, 200 },
	{ "with blanks around it", "Bearer  " TOKEN " ", 200 },
	{ "nobody", NULL, 401 },
	{ "who says nothing", "", 401 },
	{ "the scheme alone", "Bearer", 401 },
	{ "an empty token", "Bearer ", 401 },
	{ "another token", "Bearer a-token-of-the-testz", 401 },
	{ "its beginning", "Bearer a-token", 401 },
	{ "more than it", "Bearer " TOKEN "x", 401 },
	{ "the token alone", TOKEN, 401 },
	{ "another scheme", "Basic " TOKEN, 401 },
};

static void
may(void **state)
{
	const struct caller *c = *state;
	struct response res;

	shop_open(NOTHING);
	res = asked(c->says);
	check_int(res.status, c->status);
	if (c->status == 200) {
		check_text(res.content_type,
		    "text/plain; version=0.0.4; charset=utf-8");
	} else {
		check_text(res.authenticate, "Bearer");
		check_lacks(arena_dup(&mem, res.body), "admit_");
	}
}

/* Without a token nobody is let in, by no token either. */
static void
no_token(void **state)
{
	(void)state;
	shop_open(NOTHING);
	app.conf.metrics_token = NULL;
	check_int(asked("Bearer ").status, 404);
	check_int(asked(NULL).status, 404);
	app.conf.metrics_token = TOKEN;
}

static void
no_ledger(void **state)
{
	struct response res;

	(void)state;
	app.db = db_new("/nowhere/at/all.db");
	res = asked("Bearer " TOKEN);
	db_free(app.db);
	check_int(res.status, 503);
	check_lacks(arena_dup(&mem, res.body), "nowhere");
}

/* ---- what stands there ---- */

static const char *
told(const char *before)
{
	struct response res;

	shop_open(before);
	res = asked("Bearer " TOKEN);
	check_int(res.status, 200);
	return arena_dup(&mem, res.body);
}

static const struct count {
	const char *why, *before, *want;
} counts_of[] = {
	{ "people", USER, "\nadmit_users 1\n" },
	{ "payments",
	    USER BOUGHT("id, session_id",
		"1, 'cs_1'") "INSERT INTO payments (provider, payment, order_id, kind,"
			     " amount_minor, currency, paid_ms) VALUES"
			     " ('stripe', 'pi_1', 1, 1, 999, 'eur', 7000),"
			     " ('stripe', 'pi_2', 1, 2, 999, 'eur', 9000);",
	    "admit_payments_total 2\n" },
	{ "the latest of them",
	    USER BOUGHT("id, session_id",
		"1, 'cs_1'") "INSERT INTO payments (provider, payment, order_id, kind,"
			     " amount_minor, currency, paid_ms) VALUES"
			     " ('stripe', 'pi_2', 1, 1, 999, 'eur', 9000);",
	    "\nadmit_last_payment_timestamp_seconds 9\n" },
	{ "no payment", NOTHING, "\nadmit_last_payment_timestamp_seconds 0\n" },
	{ "a dispute that is the first",
	    "INSERT INTO reversals (id, payment_intent, kind, amount_minor,"
	    " stage, at_ms, updated_ms) VALUES"
	    " ('du_1', 'pi_1', 'dispute', 5, 1, 1, 1);",
	    "\nadmit_reversals_total{kind=\"refund\"} 0\n"
	    "admit_reversals_total{kind=\"dispute\"} 1\n"
	    "admit_reversals_total{kind=\"warning\"} 0\n" },
	{ "who is in", HAS_COURSE, "\nadmit_access{product=\"course\"} 1\n" },
	{ "of a product with an odd name", USER HAS("a\"b\\c"),
	    "\nadmit_access{product=\"a\\\"b\\\\c\"} 1\n" },
	{ "an invite that waits",
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms,"
	    " late) VALUES (1, 'invite/1', 5, 1, 1, 1);",
	    "\nadmit_jobs_waiting{line=\"channel\"} 0\n"
	    "admit_jobs_waiting{line=\"invite\"} 1\n"
	    "admit_jobs_waiting{line=\"ask\"} 0\n" },
	{ "and no other line has an age",
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms,"
	    " late) VALUES (1, 'invite/1', 5, 1, 1, 1);",
	    "\nadmit_oldest_job_age_seconds{line=\"channel\"} 0\n" },
	{ "promised by a clock that was ahead",
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms,"
	    " late) VALUES (1, 'invite/1', 5, 1, 9999999999999, 1);",
	    "\nadmit_oldest_job_age_seconds{line=\"invite\"} 0\n" },
	{ "what is put aside waits no more",
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms,"
	    " late, parked_ms) VALUES (1, 'invite/1', 5, 1, 1, 1, 1);",
	    "\nadmit_jobs_waiting{line=\"invite\"} 0\n" },
	{ "but counts",
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms,"
	    " late, parked_ms) VALUES (1, 'invite/1', 5, 1, 1, 1, 1);",
	    "\nadmit_jobs_parked 1\n" },
	{ "when something was told",
	    "INSERT INTO inbox (source, id, type, at_ms) VALUES"
	    " ('stripe', 'evt_1', 'x', 3000), ('telegram', '1', 'x', 5000);",
	    "\nadmit_last_event_timestamp_seconds 5\n" },
	{ "when it was asked",
	    "INSERT INTO marks (key, value) VALUES ('reconcile_ms', 4000);",
	    "\nadmit_last_reconcile_timestamp_seconds 4\n" },
};

static void
count(void **state)
{
	const struct count *c = *state;

	check_has(told(c->before), c->want);
}

static void
age(void **state)
{
	/* time() may be a moment behind this clock, which the text goes by. */
	int64_t before_ms = clock_now_ms();
	const char *text = told(
	    "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms, late)"
	    " VALUES (1, 'a', 5, 1, 1000000, 1), (1, 'b', 5, 1, 1, 1);");
	const char *at =
	    strstr(text, "admit_oldest_job_age_seconds{line=\"invite\"} ");

	(void)state;
	assert_non_null(at);
	assert_in_range(strtoll(strchr(at, ' '), NULL, 10),
	    (before_ms - 1) / 1000, clock_now_ms() / 1000);
}

/* ---- the form ---- */

/* NAME or NAME{label="value"}, a blank, a number. */
static bool
is_sample(const char *line)
{
	while (islower((unsigned char)*line) || *line == '_')
		line++;
	if (*line == '{') {
		line = strchr(line, '"');
		for (line++; *line != '"'; line++)
			line += *line == '\\';
		if (*++line != '}')
			return false;
		line++;
	}
	return *line == ' ' && line[1] != '\0' &&
	    strspn(line + 1, "0123456789") == strlen(line + 1);
}

/* Each metric has its HELP and its TYPE, once, before its samples, which stand
 * together; the last line ends as all do. */
static void
form(void **state)
{
	char *text = arena_dup_text(&mem,
	    told(HAS_COURSE "INSERT INTO access (tg_id, product, is_in, why,"
			    " decided_ms) VALUES (5, 'a\"b', 1, 'paid', 1);"));
	char *line, *rest = text;
	char name[80] = "";
	int n_names = 0;

	(void)state;
	check_text(text + strlen(text) - 1, "\n");
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		if (strncmp(line, "# HELP ", 7) == 0) {
			(void)snprintf(name, sizeof(name), "%.*s",
			    (int)strcspn(line + 7, " "), line + 7);
			n_names++;
		} else if (strncmp(line, "# TYPE ", 7) == 0) {
			check_has(line, arena_printf(&mem, " %s ", name));
		} else {
			assert_true(is_sample(line));
			assert_true(strncmp(line, name, strlen(name)) == 0);
		}
	}
	check_int(n_names, 10);
}

int
main(void)
{
	ROWS("read by", may, callers);
	ONE("read by", "nobody, without a token", no_token);
	ONE("read by", "whoever while the ledger is away", no_ledger);
	ROWS("counts", count, counts_of);
	ONE("counts", "how long the oldest waits", age);
	ONE("form", "as Prometheus reads it", form);
	return testing_run("metrics", ledger_make, ledger_remove);
}
