/* How the shop does, in a message. */
#include "bot/admin_home.h"

#include "base/clock.h"
#include "base/units.h"
#include "ledger/books.h"
#include "outbox/waiting.h"

#include <string.h>

#define MAX_JOBS 5
#define MAX_WHY 300 /* bytes of an error */

/* ---- the figures ---- */

/* Lines of the books are by product and provider, too: here a currency alone
 * tells one sum from another, and the number is that of all payments. */
struct sum {
	int64_t n;
	const char *amount; /* "9,99 € + 500 ⭐" */
};

static int64_t
net_of(const struct books *b, size_t from)
{
	int64_t minor = 0;

	for (size_t i = from; i < b->n; i++)
		if (strcmp(b->lines[i].currency, b->lines[from].currency) == 0)
			minor += b->lines[i].net_minor;
	return minor;
}

static bool
is_first_of_currency(const struct books *b, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(b->lines[i].currency, b->lines[at].currency) == 0)
			return false;
	return true;
}

/* Different currencies are never added up. */
static struct sum
sum_of(const struct admin_page *p, const struct books *b)
{
	struct sum s = { 0, "" };

	for (size_t i = 0; i < b->n; i++) {
		const struct books_line *l = &b->lines[i];

		s.n += l->n_new + l->n_renewed + l->n_other;
		if (is_first_of_currency(b, i))
			s.amount = arena_printf(p->r->arena, "%s%s%s", s.amount,
			    s.amount[0] == '\0' ? "" : " + ",
			    admin_money(p, net_of(b, i), l->currency));
	}
	return s;
}

static enum err
say_span(const struct admin_page *p, int64_t since_ms, int64_t until_ms,
    const char **said)
{
	struct books b;
	struct sum s;
	enum err e = books_read(
	    p->r->db, p->r->arena, since_ms, until_ms, BOOKS_BY_ALL, &b);

	if (e != ERR_OK)
		return e;
	s = sum_of(p, &b);
	*said = b.n == 0 ?
	    text_plain_in(p->r->in, TEXT_ADMIN_NO_SUM) :
	    text_count_in(p->r->in, p->r->arena, TEXT_ADMIN_SUM, s.n,
		KV(kv_int("number", s.n), kv_text("amount", s.amount)));
	return ERR_OK;
}

/* Since a moment, and as long before it. Today is not over: it stands against
 * the whole of yesterday, as its line says. */
static enum err
say_against(
    struct admin_page *p, enum text which, int64_t since_ms, int64_t span_ms)
{
	const char *now = "", *before = "";
	enum err e = say_span(p, since_ms, INT64_MAX, &now);

	if (e == ERR_OK)
		e = say_span(p, since_ms - span_ms, since_ms, &before);
	if (e == ERR_OK)
		admin_text(p, which,
		    KV(kv_text("now", now), kv_text("before", before)));
	return e;
}

/* Where this day began on the wall's calendar. */
static int64_t
today_ms(void)
{
	char day[CLOCK_DATE_BYTES];
	int64_t at_ms = clock_now_ms();

	clock_local_date(at_ms, day);
	(void)clock_parse_local_date(day, &at_ms);
	return at_ms;
}

struct counts {
	int64_t n[4];
};

static void
counts_from_row(const struct row *row, void *ctx)
{
	struct counts *c = ctx;

	for (int i = 0; i < 3; i++)
		c->n[i] = row_int(row, i);
}

static void
inside_from_row(const struct row *row, void *ctx)
{
	*(int64_t *)ctx = row_int(row, 3);
}

static enum err
say_counts(struct admin_page *p)
{
	struct db *db = p->r->db;
	struct counts owed = { { 0 } };
	int64_t n_inside = 0;
	enum err e = db_one(db, p->r->arena, SQL_LEDGER_COUNT, KV_NONE,
	    inside_from_row, &n_inside);

	if (e == ERR_OK)
		e = db_one(db, p->r->arena, SQL_JOBS_COUNT, KV_NONE,
		    counts_from_row, &owed);
	if (e != ERR_OK)
		return e;
	admin_text(p, TEXT_ADMIN_INSIDE, KV(kv_int("number", n_inside)));
	admin_text(p, TEXT_ADMIN_WAITING,
	    KV(kv_int("waiting", owed.n[0]), kv_int("parked", owed.n[1])));
	return ERR_OK;
}

enum err
admin_home(struct admin_page *p, struct str arg)
{
	int64_t day_ms = today_ms(), now_ms = clock_now_ms();
	enum err e = say_against(p, TEXT_ADMIN_TODAY, day_ms, DAY_MS);

	(void)arg;
	if (e == ERR_OK)
		e = say_against(
		    p, TEXT_ADMIN_WEEK, now_ms - 7 * DAY_MS, 7 * DAY_MS);
	if (e == ERR_OK)
		e = say_against(
		    p, TEXT_ADMIN_MONTH, now_ms - 30 * DAY_MS, 30 * DAY_MS);
	if (e == ERR_OK)
		e = say_counts(p);
	admin_line(p, "");
	admin_text(p, TEXT_ADMIN_HOW, KV_NONE);
	admin_button(
	    p, text_plain_in(p->r->in, TEXT_ADMIN_JOBS_BUTTON), "jobs");
	admin_button(p, text_plain_in(p->r->in, TEXT_ADMIN_PICTURE_BUTTON),
	    ADMIN_PICTURE ":30");
	if (p->role >= ROLE_OWNER)
		admin_button(
		    p, text_plain_in(p->r->in, TEXT_MANY_BUTTON), "many");
	return e;
}

/* ---- what waits ---- */

struct listing {
	struct admin_page *page;
	int64_t n;
};

/* An error may be as long as whoever was called liked. */
static const char *
why_of(const struct admin_page *p, const struct waiting *w)
{
	struct str why = str_from(w->error);

	if (why.len == 0)
		return text_plain_in(p->r->in, TEXT_ADMIN_NOT_TRIED);
	if (why.len <= MAX_WHY)
		return w->error;
	why.len = MAX_WHY;
	while (!str_is_utf8(why))
		why.len--;
	return arena_printf(
	    p->r->arena, "%.*s\xe2\x80\xa6", (int)why.len, why.p);
}

/* For giving up an owner is asked, since nobody else would know of it then. */
static void
add_job_buttons(struct admin_page *p, const struct waiting *w)
{
	const struct {
		enum text label;
		const char *word;
		enum role role;
	} all[] = { { TEXT_ADMIN_RETRY_BUTTON, "retry", ROLE_SUPPORT },
		{ TEXT_ADMIN_DROP_BUTTON, "drop", ROLE_OWNER } };

	for (size_t i = 0; i < 2; i++)
		if (p->role >= all[i].role)
			admin_button(p,
			    text_fill_in(p->r->in, p->r->arena, all[i].label,
				KV(kv_int("job", w->id))),
			    arena_printf(p->r->arena, "%s:%lld", all[i].word,
				(long long)w->id));
}

/* What is under way by itself needs no button: it has not failed. */
static void
add_job(const struct row *row, void *ctx)
{
	struct listing *l = ctx;
	struct admin_page *p = l->page;
	struct waiting w;

	if (l->n++ >= MAX_JOBS)
		return;
	waiting_from_row(row, &w);
	admin_mention(p, w.tg_id);
	admin_text(p, TEXT_ADMIN_JOB,
	    KV(kv_int("job", w.id), kv_text("what", waiting_kind(w.kind)),
		kv_int("buyer", w.tg_id), kv_text("why", why_of(p, &w))));
	if (w.error != NULL && !waiting_is_leased(&w))
		add_job_buttons(p, &w);
}

/* The notice that asks for this list is among what is on its way. */
enum err
admin_jobs(struct admin_page *p, struct str arg)
{
	struct listing l = { p, 0 };
	enum err e = db_each(
	    p->r->db, p->r->arena, SQL_JOBS_TROUBLED, KV_NONE, add_job, &l);

	(void)arg;
	if (l.n == 0)
		admin_text(p, TEXT_ADMIN_NO_JOBS, KV_NONE);
	else if (l.n > MAX_JOBS)
		admin_text(
		    p, TEXT_ADMIN_MORE, KV(kv_int("number", l.n - MAX_JOBS)));
	return e;
}

/* It may have been done since, or be under way: then there is nothing to
 * press. */
enum err
admin_job_buttons(struct admin_page *p, int64_t job)
{
	struct waiting w;
	enum err e = waiting_read(p->r->db, p->r->arena, job, &w);

	if (e == ERR_OK && !waiting_is_leased(&w))
		add_job_buttons(p, &w);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
