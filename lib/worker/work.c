/* The tables of what the worker does. */
#include "worker/work.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "ledger/audit_told.h"
#include "ledger/broadcasts.h"
#include "ledger/expiry.h"
#include "ledger/forget.h"
#include "ledger/ledger.h"
#include "ledger/products.h"
#include "ledger/prune.h"
#include "ledger/remind.h"
#include "outbox/alert.h"
#include "outbox/waiting.h"
#include "payment/reconcile.h"
#include "shop/text.h"

/* What was prepared in vain is looked at again after that. */
#define LOOK_AGAIN_MS 1000

static const struct job_kind *const kinds[JOB__COUNT] = {
#define ROW(number, name, own, word, line, lane) [number] = &own##_kind,
	JOB_KINDS(ROW)
#undef ROW
};

/* NULL: another version promised it. */
static const struct job_kind *
kind_of(const struct job *job)
{
	return job_is_known(job) ? kinds[job->kind] : NULL;
}

enum err
work_prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct job_kind *kind = kind_of(&s->job);

	if (kind != NULL)
		return kind->prepare(app, a, s);
	log_event(LOG_ERROR, "job_unknown",
	    KV(kv_int("id", s->job.id), kv_int("kind", s->job.kind)));
	s->cannot = JOB_UNKNOWN;
	return ERR_OK;
}

enum err
work_begin(struct app *app, struct arena *a, struct step *s)
{
	const struct job_kind *kind = kind_of(&s->job);

	return kind != NULL && kind->begin != NULL ? kind->begin(app, a, s) :
						     ERR_OK;
}

bool
work_follow(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res)
{
	const struct job_kind *kind = kind_of(&s->job);

	return call_err == ERR_OK && kind != NULL && kind->follow != NULL &&
	    kind->follow(app, a, s, res);
}

/* What an operator asked for in the chat stands in the trail as being on its
 * way until its job has come to an end, whichever that is. */
static enum err
tell_trail(struct app *app, struct arena *a, const struct step *s,
    const struct job_kind *kind, const struct outcome *o)
{
	if (o->after == AFTER_PARK)
		return audit_told(app, a, s->job.promise, RESULT_REFUSED);
	if (o->after != AFTER_DONE)
		return ERR_OK;
	if (!s->has_call)
		return audit_told(app, a, s->job.promise, RESULT_NOTHING);
	return kind == NULL || kind->tells_trail ?
	    ERR_OK :
	    audit_told(app, a, s->job.promise, RESULT_DONE);
}

/* A product may be back since the step was prepared, or have another name. What
 * brings such jobs back finds those that are put aside already, so it is asked
 * again within the transaction that would do so. */
static enum err
put_aside(
    struct app *app, struct arena *a, const struct step *s, struct outcome *o)
{
	struct step again = { .job = s->job, .n_steps = s->n_steps };
	enum err e = work_prepare(app, a, &again);

	*o = again.cannot != NULL ?
	    (struct outcome){ .after = AFTER_PARK, .error = again.cannot } :
	    (struct outcome){ .after = AFTER_WAIT, .wait_ms = LOOK_AGAIN_MS };
	return e;
}

enum err
work_settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct job_kind *kind = kind_of(&s->job);
	enum err e = ERR_OK;

	*o = (struct outcome){ .after = AFTER_DONE };
	if (s->cannot != NULL)
		e = put_aside(app, a, s, o);
	else if (s->has_call && kind != NULL)
		e = kind->settle(app, a, s, call_err, res, o);
	if (e == ERR_OK)
		e = tell_trail(app, a, s, kind, o);
	return e == ERR_OK && o->is_gone ?
	    ledger_user_reachable(app->db, s->job.tg_id, false) :
	    e;
}

/* Of those who left the bot only a buyer is worth an alert, once: admit status
 * shows what waits for them. */
enum err
work_parked(struct app *app, struct arena *a, const struct job *job,
    const struct outcome *o)
{
	const struct job_kind *kind = kind_of(job);
	const char *key = o->is_gone ?
	    arena_printf(a, "parked/gone/%lld", (long long)job->tg_id) :
	    arena_printf(a, "parked/%lld", (long long)job->id);
	const struct alert_about about = { .tg_id = job->tg_id,
		.job = job->id };

	if (kind != NULL &&
	    (kind->is_silent || (o->is_gone && !kind->is_paid_for)))
		return ERR_OK;
	return alert_promise_about(app, a, key,
	    &(struct alert_words){ .text = TEXT_ALERT_PARKED,
		.values = KV(kv_text("what", waiting_kind(job->kind)),
		    kv_text("buyer",
			arena_printf(a, "%lld", (long long)job->tg_id)),
		    kv_text("why", o->error)) },
	    &about);
}

int64_t
work_chat(const struct app *app, const struct job *job)
{
	const struct job_kind *kind = kind_of(job);

	return kind != NULL && kind->chat != NULL ? kind->chat(app, job) :
						    job->tg_id;
}

/* ---- chores ---- */

/* Before anybody is let in or out by it. */
static enum err
keep_catalog(struct app *app, int64_t *next_ms, bool *any)
{
	(void)next_ms;
	/* Settings that are wrong are in the log by now. */
	if (app_ready(app, NULL) == ERR_OK)
		products_note(app, any);
	return ERR_OK;
}

static enum err
forget(struct app *app, int64_t *next_ms, bool *any)
{
	(void)any;
	if (prune(app->db))
		*next_ms = clock_now_ms();
	return ERR_OK;
}

/* What a clock promised that was ahead until it was set. */
static enum err
mend_future(struct app *app, int64_t *next_ms, bool *any)
{
	(void)next_ms;
	return jobs_from_future(app->db, any);
}

/* Not due by this clock: by the ledger's, whoever worked before. */
static enum err
reconcile(struct app *app, int64_t *next_ms, bool *any)
{
	(void)next_ms;
	return reconcile_when_due(app, any);
}

const struct chore work_chores[] = {
	{ "catalog", 0, false, keep_catalog },
	{ "prune", 5 * MINUTE_MS, false, forget }, /* words: an hour */
	{ "future", (int64_t)10 * 1000, false, mend_future },
	{ "reconcile", (int64_t)30 * 1000, false, reconcile },
	{ "forget", (int64_t)30 * 1000, false, forget_settle },
	{ "remind", MINUTE_MS, false, remind_settle },
	{ "broadcast", (int64_t)30 * 1000, true, broadcast_settle },
	{ "expiry", (int64_t)30 * 1000, true,
	    expiry_settle }, /* or a new clock */
};
const size_t work_n_chores = LENGTH(work_chores);
_Static_assert(LENGTH(work_chores) <= WORK_CHORES, "the worker has room");
