/* Going through the lists of all who take money, one page after the other. */
#include "payment/reconcile.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "ledger/marks.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "shop/text.h"

#define REACH_MS (3 * DAY_MS) /* Stripe posts again for so long */
#define LONG_SILENCE_MS (2 * 60 * MINUTE_MS)
#define PATIENCE_ATTEMPTS 6 /* then the next run will do */

/* The i-th list of all, and whose it is (may be NULL); NULL past the last. */
static const struct provider_list *
list_at(size_t i, const struct provider **whose)
{
	const struct provider *p;

	for (size_t k = 0; (p = provider_at(k)) != NULL; k++) {
		if (whose != NULL)
			*whose = p;
		if (i < p->n_lists)
			return &p->lists[i];
		i -= p->n_lists;
	}
	return NULL;
}

/* Where the list of that number stands among all; past the last where this
 * program has none such. */
static size_t
place_of(int number)
{
	const struct provider_list *list;
	size_t i = 0;

	while ((list = list_at(i, NULL)) != NULL && list->number != number)
		i++;
	return i;
}

static const struct provider_list *
list_of(const struct reconcile *r)
{
	return list_at(place_of(r->part), NULL);
}

static bool
is_in(const struct app *app, const struct reconcile *r,
    const struct provider_list *list)
{
	return (r->is_full ? list->in_full : list->in_small) &&
	    list->may_ask(app);
}

/* To the first list of this run from place i on. */
static void
go_to(const struct app *app, struct reconcile *r, size_t i)
{
	const struct provider_list *list;

	while ((list = list_at(i, NULL)) != NULL && !is_in(app, r, list))
		i++;
	r->part = list == NULL ? RECONCILE_END : list->number;
}

struct reconcile
reconcile_begin(const struct app *app, bool is_full, int64_t since_ms)
{
	struct reconcile r = { .is_full = is_full,
		.since_s = since_ms > 0 ? since_ms / 1000 : 0 };

	go_to(app, &r, 0);
	return r;
}

void
reconcile_pass(const struct app *app, struct reconcile *r)
{
	r->after = NULL;
	go_to(app, r, place_of(r->part) + 1);
}

const struct provider_list *
reconcile_list(int number, const struct provider **whose)
{
	return list_at(place_of(number), whose);
}

const struct provider_list *
reconcile_list_at(size_t i)
{
	return list_at(i, NULL);
}

enum err
reconcile_request(struct app *app, struct arena *a, const struct reconcile *r,
    struct http_request *out)
{
	const struct provider_list *list = list_of(r);
	const struct list_step s = { .since_s = r->since_s, .after = r->after };

	return list == NULL ? ERR_NOT_FOUND :
			      list->request(app, a, list, &s, out);
}

enum err
reconcile_read(struct arena *a, const struct reconcile *r,
    const struct http_response *res, void **page)
{
	const struct provider_list *list = list_of(r);

	return list == NULL ? ERR_NOT_FOUND : list->read(a, res, page);
}

enum err
reconcile_record(
    struct app *app, struct arena *a, struct reconcile *r, void *page)
{
	const struct provider_list *list = list_of(r);
	struct list_step s = { .since_s = r->since_s, .after = r->after };
	enum err e = list->record(app, a, list, page, &s);

	if (e != ERR_OK)
		return e;
	r->n_seen[r->part] += s.n_seen;
	r->n_healed[r->part] += s.n_healed;
	r->n_missed += s.n_missed;
	r->after = s.after;
	if (s.after == NULL)
		reconcile_pass(app, r);
	return ERR_OK;
}

/* Where it posts to. */
static const char *
address_for(const struct app *app, struct arena *a, const struct provider *p)
{
	return provider_telling(str_from("")) == p ?
	    arena_printf(a, "%s/webhook", app->conf.base_url) :
	    arena_printf(a, "%s/webhook/%s", app->conf.base_url, p->name);
}

enum err
reconcile_alarm(struct app *app, struct arena *a, const struct provider *whose,
    int64_t n_missed)
{
	if (n_missed == 0)
		return ERR_OK;
	log_event(LOG_ERROR, "events_never_came",
	    KV(kv_text("of", whose->name), kv_int("n", n_missed)));
	return alert_daily(app, a, arena_printf(a, "silence/%s", whose->name),
	    &(struct alert_words){ .text = TEXT_ALERT_SILENCE,
		.values = KV(kv_text("provider", whose->title),
		    kv_int("amount", n_missed),
		    kv_text("url", address_for(app, a, whose))),
		.n = n_missed },
	    NULL);
}

/* ---- the worker's own run ---- */

/* A step as a job says it: "full since part after n_missed", the promise being
 * of the run's beginning. */
static enum err
promise_step(struct app *app, struct arena *a, const struct reconcile *r,
    const char *run)
{
	const char *step = arena_printf(a, "%d %lld %d %s %lld", r->is_full,
	    (long long)r->since_s, r->part, r->after == NULL ? "-" : r->after,
	    (long long)r->n_missed);
	const char *promise = arena_printf(a, "reconcile/%s/%d/%s", run,
	    r->part, r->after == NULL ? "-" : r->after);

	return jobs_promise(app->db, JOB_RECONCILE, promise, 0, 0, step);
}

static int64_t
number(struct str *rest)
{
	int64_t n = 0;

	(void)str_to_i64(str_cut(rest, ' '), &n);
	return n;
}

/* A list that is asked for no more, since the settings for it are gone, is
 * passed over. */
static struct reconcile
step_of(const struct app *app, struct arena *a, const struct job *job)
{
	const struct provider_list *list;
	struct str rest = str_from(job->detail);
	struct reconcile r = { .is_full = number(&rest) != 0 };
	struct str after;
	int64_t part;

	r.since_s = number(&rest);
	part = number(&rest);
	r.part = part >= 0 && part < PROVIDER_LISTS ? (int)part : RECONCILE_END;
	after = str_cut(&rest, ' ');
	r.after = str_eq(after, "-") ? NULL : arena_dup(a, after);
	r.n_missed = number(&rest);
	list = list_of(&r);
	if (list != NULL && !is_in(app, &r, list))
		reconcile_pass(app, &r);
	return r;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *e)
{
	const struct reconcile r = step_of(app, a, &e->job);
	const struct provider_list *list = list_of(&r);
	enum err err = reconcile_request(app, a, &r, &e->call);

	e->has_call = err == ERR_OK;
	e->is_to_telegram = list != NULL && list->is_to_telegram;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* "reconcile/RUN/...": the run. */
static const char *
run_of(struct arena *a, const struct job *job)
{
	struct str rest = str_from(job->promise);

	(void)str_cut(&rest, '/');
	return arena_dup(a, str_cut(&rest, '/'));
}

/* What may not be read is not made up for by anything else: the operators are
 * told, once a day. */
static enum err
pass_over(struct app *app, struct arena *a, struct reconcile *r, enum err why)
{
	const struct provider *whose = NULL;
	const char *right = reconcile_list(r->part, &whose)->right;

	reconcile_pass(app, r);
	if (right == NULL || why != ERR_CONFIG)
		return ERR_OK;
	return alert_daily(app, a, arena_printf(a, "key/%s", right),
	    &(struct alert_words){ .text = TEXT_ALERT_KEY_RIGHT,
		.values = KV(kv_text("provider", whose->title),
		    kv_text("what", right)) },
	    NULL);
}

/* Whose list a run is at; NULL: it has come to its end. */
static const struct provider *
whose_list(const struct reconcile *r)
{
	const struct provider *whose = NULL;

	return reconcile_list(r->part, &whose) == NULL ? NULL : whose;
}

/* With the last list of somebody's it is known what never came of theirs. */
static enum err
sum_up(struct app *app, struct arena *a, struct reconcile *r,
    const struct provider *was_at)
{
	int64_t n_missed = r->n_missed;

	if (was_at == NULL || whose_list(r) == was_at)
		return ERR_OK;
	r->n_missed = 0;
	return reconcile_alarm(app, a, was_at, n_missed);
}

/* Each step promises the next in the transaction that records it, so a run
 * that is cut off goes on where it was. */
static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	struct reconcile r = step_of(app, a, &s->job);
	const struct provider *whose = whose_list(&r);
	void *page = NULL;
	enum err e =
	    call_err == ERR_OK ? reconcile_read(a, &r, res, &page) : call_err;

	if (e != ERR_OK && e != ERR_CONFIG && e != ERR_REFUSED &&
	    s->job.attempts < PATIENCE_ATTEMPTS) {
		message_retry_call(
		    a, s, whose == NULL ? "" : whose->title, e, res, o);
		return ERR_OK;
	}
	e = e == ERR_OK ? reconcile_record(app, a, &r, page) :
			  pass_over(app, a, &r, e);
	if (e == ERR_OK)
		e = sum_up(app, a, &r, whose);
	return e == ERR_OK && r.part != RECONCILE_END ?
	    promise_step(app, a, &r, run_of(a, &s->job)) :
	    e;
}

const struct job_kind reconcile_kind = { .prepare = prepare, .settle = settle };

struct due {
	struct app *app;
	bool promised;
};

static enum err
begin_run(struct arena *a, struct due *d, bool is_full, int64_t now_ms)
{
	const struct reconcile r =
	    reconcile_begin(d->app, is_full, now_ms - REACH_MS);

	if (r.part == RECONCILE_END)
		return ERR_OK; /* there is nobody to ask */
	d->promised = true;
	return promise_step(
	    d->app, a, &r, arena_printf(a, "%lld", (long long)now_ms));
}

/* A full run after a long silence (this may be a restored copy of the ledger)
 * and once a day, else a small one. A new ledger has missed nothing yet. */
static enum err
run_when_due(struct arena *a, struct due *d)
{
	struct db *db = d->app->db;
	int64_t now_ms = clock_now_ms(), last_ms, full_ms;
	int64_t every_ms = d->app->conf.reconcile_minutes * MINUTE_MS;
	bool is_full;
	enum err e = mark_get(db, a, "reconcile_ms", &last_ms);

	if (e == ERR_OK)
		e = mark_get(db, a, "reconcile_full_ms", &full_ms);
	if (e != ERR_OK)
		return e;
	if (last_ms > 0 && last_ms <= now_ms && now_ms - last_ms < every_ms)
		return ERR_OK;
	is_full = last_ms == 0 || now_ms - last_ms > LONG_SILENCE_MS ||
	    now_ms - full_ms > DAY_MS;
	e = mark_set(db, "reconcile_ms", now_ms);
	if (e == ERR_OK && is_full)
		e = mark_set(db, "reconcile_full_ms", now_ms);
	return e != ERR_OK || last_ms == 0 ? e :
					     begin_run(a, d, is_full, now_ms);
}

static enum err
in_transaction(struct db *db, void *ctx)
{
	struct arena a = { 0 };
	enum err e = run_when_due(&a, ctx);

	(void)db;
	arena_free(&a);
	return e;
}

enum err
reconcile_when_due(struct app *app, bool *promised)
{
	struct due d = { .app = app };
	enum err e = ERR_OK;

	if (app->conf.reconcile_minutes > 0)
		e = db_transaction(app->db, in_transaction, &d);
	*promised = e == ERR_OK && d.promised;
	return e;
}
