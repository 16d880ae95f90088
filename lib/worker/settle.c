/* Writing down what the answers mean, and what becomes of their jobs. */
#include "worker/settle.h"

#include "base/clock.h"
#include "base/log.h"
#include "outbox/jobs.h"
#include "worker/work.h"

/* One slot's part of the transaction. */
struct settling {
	struct worker *w;
	struct slot *slot;
};

/* A line for each end, and each try that is to be made again: by its event and
 * number an operator follows a job. */
static void
log_outcome(const struct job *job, const struct outcome *o)
{
	static const char *const events[] = { [AFTER_DONE] = "job_done",
		[AFTER_RETRY] = "job_again",
		[AFTER_WAIT] = "job_again",
		[AFTER_PARK] = "job_parked" };

	log_event(
	    o->after == AFTER_DONE || o->error == NULL ? LOG_INFO : LOG_WARN,
	    events[o->after],
	    KV(kv_int("id", job->id), kv_text("promise", job->promise),
		kv_int("tg_id", job->tg_id), kv_int("attempt", job->attempts),
		kv_int("age_ms", clock_now_ms() - job->created_ms),
		kv_int_or_null("wait_ms", o->wait_ms),
		kv_text("why", o->error)));
}

/* The outcome tells for how long; whom it means follows from the call. What is
 * meant for the bot as a whole the workers of other machines must hear, too. */
static enum err
note_429(struct worker *w, const struct slot *s, int64_t wait_ms)
{
	int64_t now_ms = clock_mono_ms();

	if (slot_limit(s) != BY_MESSAGES)
		pace_flow_refused(&w->pace.calls, wait_ms, now_ms);
	else if (pace_refused(&w->pace, s->step.chat_id, wait_ms, now_ms))
		return loan_silence(w->app->db, wait_ms);
	return ERR_OK;
}

/* Waiting is no failed attempt: it does not bring the job nearer to being
 * parked. */
static enum err
write_end(struct settling *t, struct db *db, const struct outcome *o)
{
	struct slot *s = t->slot;
	const struct job *job = &s->step.job;
	int64_t due_ms = clock_now_ms() + o->wait_ms;
	enum err e;

	switch (o->after) {
	case AFTER_DONE:
		return jobs_done(db, job);
	case AFTER_PARK:
		e = jobs_park(db, job, o->error);
		return e == ERR_OK ? work_parked(t->w->app, &s->arena, job, o) :
				     e;
	case AFTER_WAIT:
		return jobs_give_back(db, job, due_ms, o->error);
	default:
		return jobs_again(db, job, due_ms, o->error);
	}
}

/* A job whose lease was lost has not ended here, and the log does not say
 * so. */
static enum err
end_job(struct settling *t, struct db *db, const struct outcome *o)
{
	enum err e = write_end(t, db, o);

	if (e == ERR_OK)
		log_outcome(&t->slot->step.job, o);
	return e;
}

/* In a savepoint: what this job comes to, or nothing of it. */
static enum err
settle_one(struct db *db, void *ctx)
{
	struct settling *t = ctx;
	struct slot *s = t->slot;
	struct job *job = &s->step.job;
	struct outcome o = { .after = s->after };
	enum err e = ERR_OK;

	if (s->give_back)
		return jobs_give_back(db, job, s->due_ms, NULL);
	if (s->renew && s->step.notes_first)
		e = work_begin(t->w->app, &s->arena, &s->step);
	/* The step holds the next call already: its answer was judged, but
	 * that could not be committed. */
	if (!s->renew && s->after != AFTER_HELD_CALL)
		e = work_settle(
		    t->w->app, &s->arena, &s->step, s->call_err, &s->res, &o);
	if (e != ERR_OK)
		return e;
	s->after = o.after;
	if (o.silence_ms > 0)
		e = note_429(t->w, s, o.silence_ms);
	if (e != ERR_OK)
		return e;
	return s->renew || o.after == AFTER_NEXT_CALL ||
		o.after == AFTER_HELD_CALL ?
	    jobs_renew(db, job, LEASE_MS, &s->renewed_ms) :
	    end_job(t, db, &o);
}

/* A job whose lease was lost is somebody else's by now, and one whose outcome
 * cannot be written would hold up the others: neither fails the batch. */
static enum err
settle_all(struct db *db, void *ctx)
{
	struct worker *w = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < N_SLOTS; i++) {
		struct settling t = { w, &w->slots[i] };

		if (t.slot->state != SLOT_ANSWERED)
			continue;
		t.slot->renewed_ms = 0;
		e = db_savepoint(db, settle_one, &t);
		if (e == ERR_CONFLICT || e == ERR_INTERNAL) {
			log_event(LOG_ERROR, "job_not_settled",
			    KV(kv_int("id", t.slot->step.job.id),
				kv_text("why", err_name(e))));
			t.slot->renewed_ms = 0;
			e = ERR_OK;
		}
	}
	return e;
}

/* The next call in the same slot, by the same lease. */
static void
continue_slot(struct worker *w, struct slot *s)
{
	struct step *t = &s->step;

	t->job.lease_ms = s->renewed_ms;
	s->lease_end_ms = clock_mono_ms() + LEASE_MS;
	if (!s->renew)
		t->job.attempts = 1;
	if (s->after == AFTER_NEXT_CALL && !s->renew) {
		*t = (struct step){ .job = t->job, .n_steps = t->n_steps + 1 };
		slot_prepare(w, s);
	} else {
		s->state = SLOT_WAITING;
		t->notes_first &= !s->renew;
	}
	s->renew = false;
	s->after = AFTER_DONE;
}

/* After the commit. A lease that was renewed has more calls to make. */
static void
end_slot(struct worker *w, struct slot *s)
{
	if (s->renewed_ms != 0) {
		continue_slot(w, s);
		return;
	}
	arena_reset(&s->arena);
	s->state = SLOT_FREE;
	w->n_busy--;
	w->n_busy_in[s->line]--;
}

bool
settle_answered(struct worker *w)
{
	size_t n_answered = 0;
	bool ended[N_SLOTS];

	for (size_t i = 0; i < N_SLOTS; i++) {
		ended[i] = w->slots[i].state == SLOT_ANSWERED;
		n_answered += ended[i];
	}
	if (n_answered == 0 || clock_mono_ms() < w->settle_ms)
		return false;
	if (db_transaction(w->app->db, settle_all, w) != ERR_OK) {
		w->settle_ms = clock_mono_ms() + LEDGER_PAUSE_MS;
		return false;
	}
	for (size_t i = 0; i < N_SLOTS; i++)
		if (ended[i])
			end_slot(w, &w->slots[i]);
	w->active_ms = clock_mono_ms();
	/* What was settled may promise more. */
	w->look_ms = w->active_ms;
	return true;
}
