/* Messages to the operators. */
#include "outbox/alert.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/tg_id.h"
#include "base/units.h"
#include "outbox/jobs.h"
#include "outbox/reader.h"
#include "shop/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define AN_HOUR 30 /* of one cause; the rest is counted */

/* "sale/cs_1": a sale. */
static const char *
cause_of(struct arena *a, const char *key)
{
	struct str rest = str_from(key);

	return arena_dup(a, str_cut(&rest, '/'));
}

struct hour {
	int64_t n, since_ms;
};

static void
hour_from_row(const struct row *row, void *ctx)
{
	*(struct hour *)ctx = (struct hour){ row_int(row, 0), row_int(row, 1) };
}

/* Counts one more alert of this cause in its hour, in the table that the
 * buyers' limits use: a key, a number, the beginning of its hour. */
static enum err
count(struct app *app, struct arena *a, const char *cause, struct hour *out)
{
	int64_t now_ms = clock_now_ms();

	return db_one(app->db, a, SQL_LIMIT_COUNT,
	    KV(kv_text("key", arena_printf(a, "alert:%s", cause)),
		kv_int("now_ms", now_ms), kv_int("old_ms", now_ms - HOUR_MS)),
	    hour_from_row, out);
}

/* When the cause has had its number for this hour, only how many more there
 * were is told, at the hour's end. */
static enum err
promise_count(struct app *app, struct arena *a, int64_t tg_id, enum language in,
    const char *cause, const struct hour *h)
{
	return jobs_promise_count(app->db,
	    arena_printf(a, "alert/more/%s/%lld/%lld", cause,
		(long long)h->since_ms, (long long)tg_id),
	    tg_id, h->since_ms + HOUR_MS,
	    text_fill_in(in, a, TEXT_ALERT_MORE,
		KV(kv_int("amount", h->n - AN_HOUR), kv_text("what", cause))));
}

/* Whether this operator has been told, or is about to be. */
static enum err
is_told(struct app *app, struct arena *a, const char *key, int64_t tg_id,
    bool *told)
{
	return jobs_known(app->db, a,
	    arena_printf(a, "alert/%s/%lld", key, (long long)tg_id), told);
}

/* ---- what it is about ---- */

/* Behind the words, which have no such sign in them. */
#define ABOUT '\x1f'

static const char *
detail_of(struct arena *a, const char *text, const struct alert_about *about)
{
	char *words = arena_dup_text(a, text);

	for (char *p = words; *p != '\0'; p++)
		if (*p == ABOUT)
			*p = ' ';
	if (about == NULL)
		return words;
	return arena_printf(a, "%s%c%lld/%lld/%lld/%lld/%d", words, ABOUT,
	    (long long)about->tg_id, (long long)about->refund_order,
	    (long long)about->job, (long long)-about->chat_id, about->lets_in);
}

/* What is no number any more, of who was forgotten, is nothing. */
static int64_t
read_number(struct str *rest)
{
	int64_t n = 0;

	return str_to_i64(str_cut(rest, '/'), &n) ? n : 0;
}

const char *
alert_read(struct arena *a, const char *detail, struct alert_about *about)
{
	struct str rest = str_from(detail);
	const char *words = arena_dup(a, str_cut(&rest, ABOUT));

	about->tg_id = read_number(&rest);
	about->refund_order = read_number(&rest);
	about->job = read_number(&rest);
	about->chat_id = -read_number(&rest);
	about->lets_in = read_number(&rest) != 0;
	return words;
}

/* ---- to whom ---- */

struct people {
	struct arena *arena;
	int64_t *tg_ids;
	size_t n, max;
};

static void
add_person(struct people *all, int64_t tg_id)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->tg_ids[i] == tg_id)
			return;
	all->tg_ids = arena_grow(
	    all->arena, all->tg_ids, all->n, &all->max, sizeof(*all->tg_ids));
	all->tg_ids[all->n++] = tg_id;
}

static void
person_from_row(const struct row *row, void *ctx)
{
	add_person(ctx, row_int(row, 0));
}

/* Of what is about a buyer, and of anything else; asked once for all that is
 * told in one transaction. The settings were judged at the start; an empty part
 * ("1,,2") is passed over. */
static enum err
people_for(
    struct app *app, struct arena *a, bool is_of_buyer, struct people *all)
{
	struct str rest = str_from(app->conf.admin_tg_ids);

	if (all->arena != NULL)
		return ERR_OK;
	all->arena = a;
	while (rest.len > 0) {
		int64_t tg_id;

		if (tg_id_parse(str_trim(str_cut(&rest, ',')), &tg_id))
			add_person(all, tg_id);
	}
	return db_each(app->db, a, SQL_OPERATORS_TOLD,
	    KV(kv_int("is_of_buyer", is_of_buyer)), person_from_row, all);
}

/* ---- in which language ---- */

static const char *
title_of(const struct app *app, const char *id, enum language in)
{
	const struct product *p =
	    id == NULL ? NULL : catalog_find(&app->catalog, id);

	return p == NULL ? id : product_title(p, language_code(in));
}

static const char *
words_in(enum language in, const struct app *app, struct arena *a,
    const struct alert_words *w)
{
	struct kv *all = arena_alloc(a, (w->values.n + 3) * sizeof(*all));
	size_t n = 0;

	while (n < w->values.n) {
		all[n] = w->values.v[n];
		n++;
	}
	all[n++] = kv_text("product", title_of(app, w->product, in));
	if (w->money != NULL)
		all[n++] = kv_text(w->money,
		    text_money_in(in, a, w->amount_minor, w->currency));
	if (w->date != NULL)
		all[n++] = kv_text(w->date,
		    w->date_ms > 0 ? text_date_in(in, a, w->date_ms) : "-");
	return w->n == 0 ?
	    text_fill_in(in, a, w->text, (struct kvs){ all, n }) :
	    text_count_in(in, a, w->text, w->n, (struct kvs){ all, n });
}

/* ---- the promise ---- */

struct alert_kept {
	struct arena *arena; /* of whoever told of it */
	const char *key;
	struct alert_words words;
	struct alert_about about;
	bool is_about;
	size_t number; /* that it came as */
};

/* h.n is 0 until this event has been counted. */
static enum err
promise_to(struct app *app, const struct alert_kept *one, int64_t tg_id,
    struct hour *h)
{
	struct arena *a = one->arena;
	const char *cause = cause_of(a, one->key);
	enum language in = text_language();
	bool told = false;
	enum err e = is_told(app, a, one->key, tg_id, &told);

	if (e != ERR_OK || told)
		return e;
	if (h->n == 0)
		e = count(app, a, cause, h);
	if (e == ERR_OK)
		e = reader_language(app->db, a, tg_id, NULL, &in);
	if (e != ERR_OK)
		return e;
	if (h->n > AN_HOUR)
		return promise_count(app, a, tg_id, in, cause, h);
	return jobs_promise(app->db, JOB_ALERT,
	    arena_printf(a, "alert/%s/%lld", one->key, (long long)tg_id), tg_id,
	    0,
	    detail_of(a, words_in(in, app, a, &one->words),
		one->is_about ? &one->about : NULL));
}

/* One event counts once, though it is told to several. */
static enum err
promise_to_all(
    struct app *app, const struct alert_kept *one, struct people told[2])
{
	bool is_of_buyer = one->is_about && one->about.tg_id != 0;
	struct people *all = &told[is_of_buyer];
	struct hour h = { 0 };
	enum err e = people_for(app, one->arena, is_of_buyer, all);

	for (size_t i = 0; e == ERR_OK && i < all->n; i++)
		e = promise_to(app, one, all->tg_ids[i], &h);
	return e;
}

/* ---- now, or at the end ---- */

/* The list of values goes with the block of whoever told of it; what they point
 * to stays as long as that one's arena. */
static void
keep(struct alert_list *all, const struct alert_kept *one)
{
	struct kv *copy =
	    arena_alloc(one->arena, (one->words.values.n + 1) * sizeof(*copy));

	for (size_t i = 0; i < one->words.values.n; i++)
		copy[i] = one->words.values.v[i];
	all->kept = arena_grow(
	    all->arena, all->kept, all->n, &all->max, sizeof(*all->kept));
	all->kept[all->n] = *one;
	all->kept[all->n].number = all->n;
	all->kept[all->n].words.values.v = copy;
	all->n++;
}

enum err
alert_promise_about(struct app *app, struct arena *a, const char *key,
    const struct alert_words *words, const struct alert_about *about)
{
	struct people told[2] = { 0 };
	struct alert_kept one = { .arena = a,
		.key = key,
		.words = *words,
		.is_about = about != NULL };

	if (about != NULL)
		one.about = *about;
	if (app->alerts == NULL)
		return promise_to_all(app, &one, told);
	keep(app->alerts, &one);
	return ERR_OK;
}

static int
by_cause(const void *a, const void *b)
{
	const struct alert_kept *x = a, *y = b;
	int order =
	    strcmp(cause_of(x->arena, x->key), cause_of(y->arena, y->key));

	return order != 0 ? order :
			    (x->number > y->number) - (x->number < y->number);
}

enum err
alerts_promise(struct app *app, struct alert_list *all)
{
	struct people told[2] = { 0 };
	enum err e = ERR_OK;

	if (all->n > 1)
		qsort(all->kept, all->n, sizeof(*all->kept), by_cause);
	for (size_t i = 0; e == ERR_OK && i < all->n; i++)
		e = promise_to_all(app, &all->kept[i], told);
	return e;
}

enum err
alert_promise(struct app *app, struct arena *a, const char *key,
    const struct alert_words *words)
{
	return alert_promise_about(app, a, key, words, NULL);
}

enum err
alert_daily(struct app *app, struct arena *a, const char *what,
    const struct alert_words *words, const struct alert_about *about)
{
	return alert_promise_about(app, a,
	    arena_printf(
		a, "%s/%lld", what, (long long)(clock_now_ms() / DAY_MS)),
	    words, about);
}

/* ---- forgetting ---- */

struct alert {
	int64_t id;
	const char *promise, *text;
	struct alert *next;
};

struct alerts {
	struct arena *arena;
	struct alert *first;
};

/* The alerts are collected before any is rewritten: rows must not change below
 * a statement that still reads them. */
static void
alert_from_row(const struct row *row, void *ctx)
{
	struct alerts *all = ctx;
	struct alert *one = arena_alloc(all->arena, sizeof(*one));

	*one = (struct alert){ row_int(row, 0), row_text(row, 1),
		row_text(row, 2), all->first };
	all->first = one;
}

/* A number of which this one is a part stays. */
static const char *
without(struct arena *a, const char *text, const char *number)
{
	size_t n = strlen(number);
	struct buf out = buf_new(a, 2 * strlen(text) + 1);

	for (const char *p = text; *p != '\0'; p++) {
		bool is_it = strncmp(p, number, n) == 0 &&
		    !isdigit((unsigned char)p[n]) &&
		    (p == text || !isdigit((unsigned char)p[-1]));

		if (is_it)
			buf_text(&out, "\xe2\x80\x94");
		else
			buf_char(&out, *p);
		p += is_it ? n - 1 : 0;
	}
	return arena_dup(a, buf_str(&out));
}

/* What was promised about whom is not promised again: its name may go. */
static enum err
rewrite(
    struct db *db, struct arena *a, const struct alert *one, const char *number)
{
	const char *promise = one->promise;

	if (strcmp(without(a, promise, number), promise) != 0)
		promise = arena_printf(a, "forgotten/%lld", (long long)one->id);
	return db_exec(db, SQL_ALERT_REWRITE,
	    KV(kv_int("id", one->id), kv_text("promise", promise),
		kv_text("detail", without(a, one->text, number))),
	    NULL);
}

/* The statement finds every text with these digits, also as a part of a longer
 * number; without() looks closer. */
enum err
alert_forget(struct db *db, struct arena *a, int64_t tg_id)
{
	const char *number = arena_printf(a, "%lld", (long long)tg_id);
	struct alerts all = { a, NULL };
	enum err e = db_each(db, a, SQL_ALERTS_WITH,
	    KV(kv_text("like", arena_printf(a, "%%%s%%", number))),
	    alert_from_row, &all);

	for (; e == ERR_OK && all.first != NULL; all.first = all.first->next)
		e = rewrite(db, a, all.first, number);
	return e;
}
