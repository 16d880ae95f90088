/* Looking for jobs that are due, and leasing those that may go. */
#include "worker/lease.h"

#include "base/clock.h"
#include "outbox/jobs.h"
#include "worker/work.h"

/* Jobs that are looked at beyond those that may go: some of them are for a chat
 * that has just been written to, no more than a second has messages. */
#define N_BEYOND 40
#define N_LOOK (80 + N_BEYOND)

/* Messages that slots will send: the invites, and what waits for its turn. */
static size_t
messages_ahead(const struct worker *w)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SLOTS; i++) {
		const struct slot *s = &w->slots[i];
		bool is_message = slot_limit(s) == BY_MESSAGES;

		n += (s->state == SLOT_WAITING && is_message) ||
		    (s->state != SLOT_FREE && s->line == LINE_INVITE &&
			!is_message && !s->give_back);
	}
	return n;
}

static size_t
waiting_for(const struct worker *w, enum limit limit)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SLOTS; i++)
		n += w->slots[i].state == SLOT_WAITING &&
		    slot_limit(&w->slots[i]) == limit;
	return n;
}

static size_t
less(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

/* How many jobs of a line could make their calls soon. *opens_ms: when there
 * will be room, where the limit has none. */
static size_t
room_of(struct worker *w, enum job_line line, int64_t now_ms, int64_t *opens_ms)
{
	bool can_wait = worker_lines[line].can_wait;

	switch (worker_lines[line].limit) {
	case BY_MESSAGES:
		*opens_ms = pace_when(&w->pace, 0, can_wait, now_ms);
		if (*opens_ms > now_ms + SOON_MS) /* the bot as a whole */
			return 0;
		return less(pace_room(&w->pace, can_wait, now_ms) +
			worker_lines[line].ahead,
		    messages_ahead(w));
	case BY_CALLS:
		*opens_ms = pace_flow_when(&w->pace.calls, now_ms);
		return less(pace_flow_room(&w->pace.calls, now_ms),
		    waiting_for(w, BY_CALLS));
	case BY_STRIPE:
		*opens_ms = pace_flow_when(&w->pace.stripe, now_ms);
		return less(pace_flow_room(&w->pace.stripe, now_ms),
		    waiting_for(w, BY_STRIPE));
	default:
		*opens_ms = now_ms;
		return N_SLOTS;
	}
}

/* One look at all lines: what is taken, what is put off, and when there will be
 * something again. */
struct look {
	struct worker *w;
	struct arena arena;
	int64_t now_ms;
	int64_t wall_ms; /* the same moment, since 1970 */
	int64_t next_ms;
	struct job due[N_LOOK];
	struct {
		struct job job;
		int64_t wait_ms; /* to be put off by; 0: to be leased */
		bool is_ours;
	} picks[N_SLOTS];
	size_t n_picks, n_room, n_taken;
};

/* Which chat a job is going to write to, as far as its kind tells. */
static int64_t
chat_of(const struct worker *w, const struct job *job)
{
	if (worker_lines[job->line].limit != BY_MESSAGES)
		return 0;
	return work_chat(w->app, job);
}

/* One that is here is ours, even when a clock that was set says that its lease
 * is over; and of two messages to a chat, one has to wait. */
static bool
is_here(const struct look *l, const struct job *job, int64_t chat_id)
{
	for (size_t i = 0; i < N_SLOTS; i++) {
		const struct slot *s = &l->w->slots[i];

		if (s->state == SLOT_FREE)
			continue;
		if (s->step.job.id == job->id ||
		    (s->state == SLOT_WAITING && chat_id != 0 &&
			s->step.chat_id == chat_id))
			return true;
	}
	for (size_t i = 0; i < l->n_picks; i++)
		if (l->picks[i].wait_ms == 0 && chat_id != 0 &&
		    chat_of(l->w, &l->picks[i].job) == chat_id)
			return true;
	return false;
}

/* Picks the job, or puts it off by as long as its chat is to hear nothing: a
 * job that stayed due would be read again at each look. */
static void
consider(struct look *l, const struct job *job)
{
	int64_t chat_id = chat_of(l->w, job), wait_ms = 0;

	if (l->n_picks == N_SLOTS || is_here(l, job, chat_id))
		return;
	if (chat_id != 0)
		wait_ms =
		    pace_chat_when(&l->w->pace, chat_id, l->now_ms) - l->now_ms;
	if (wait_ms > 0 && wait_ms <= SOON_MS) {
		l->next_ms = sooner(l->next_ms, l->now_ms + wait_ms);
		l->w->holds_back = true;
		return;
	}
	l->picks[l->n_picks].job = *job;
	l->picks[l->n_picks++].wait_ms = wait_ms;
	l->n_taken += wait_ms == 0;
}

static enum err
look_at_line(struct look *l, enum job_line line)
{
	struct worker *w = l->w;
	int64_t opens_ms = 0;
	size_t room = room_of(w, line, l->now_ms, &opens_ms), n = 0;
	size_t n_free = worker_lines[line].n_slots - w->n_busy_in[line];
	enum err e;

	if (n_free == 0)
		return ERR_OK; /* a slot that gets free looks */
	if (room == 0 && opens_ms > l->now_ms) {
		l->next_ms = sooner(l->next_ms, opens_ms);
		w->holds_back |= opens_ms <= l->now_ms + SOON_MS;
	}
	if (room == 0)
		return ERR_OK; /* so does a call that is begun */
	l->n_room = room < n_free ? room : n_free;
	l->n_taken = 0;
	e = jobs_due(
	    w->app->db, &l->arena, line, l->due, l->n_room + N_BEYOND, &n);
	for (size_t i = 0; e == ERR_OK && i < n && l->n_taken < l->n_room; i++)
		consider(l, &l->due[i]);
	if (l->n_taken == l->n_room)
		l->next_ms = sooner(l->next_ms, l->now_ms + 1); /* more? */
	return e;
}

/* Whether they were leased is seen by their lease, which is no other one's.
 * They would wait for its end. */
static enum err
settle_doubts(struct db *db, void *ctx)
{
	struct worker *w = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < w->n_doubts; i++) {
		e = jobs_give_back(
		    db, &w->doubts[i], w->doubts[i].due_ms, NULL);
		if (e == ERR_CONFLICT) /* it was not */
			e = ERR_OK;
	}
	return e;
}

/* The commit of a lease is not known to have happened, nor not to have. */
static void
note_doubts(struct look *l)
{
	struct worker *w = l->w;

	for (size_t i = 0; i < l->n_picks && w->n_doubts < N_SLOTS; i++) {
		struct job *job = &w->doubts[w->n_doubts];

		if (!l->picks[i].is_ours)
			continue;
		*job = l->picks[i].job;
		job->promise = job->detail = NULL;
		w->n_doubts++;
	}
}

/* All in one transaction, which costs one sync of the disk. A job that another
 * worker leased in between is not ours: no error, nothing to do. */
static enum err
lease_picks(struct db *db, void *ctx)
{
	struct look *l = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < l->n_picks; i++) {
		struct job *job = &l->picks[i].job;

		l->picks[i].is_ours = false;
		e = l->picks[i].wait_ms > 0 ?
		    jobs_put_off(
			db, job, clock_now_ms() + l->picks[i].wait_ms) :
		    jobs_lease(db, job, LEASE_MS, &l->picks[i].is_ours);
	}
	return e;
}

/* There is one: no line takes more than its share, and N_SLOTS is their sum. */
static struct slot *
free_slot(struct worker *w)
{
	size_t i = 0;

	while (w->slots[i].state != SLOT_FREE)
		i++;
	return &w->slots[i];
}

/* The look's memory ends with the look, so the job's texts come along. */
static void
take_job(struct worker *w, const struct job *job)
{
	struct slot *s = free_slot(w);

	s->line = job->line;
	s->give_back = s->renew = false;
	s->after = AFTER_DONE;
	s->lease_end_ms = clock_mono_ms() + LEASE_MS;
	s->step = (struct step){ .job = *job };
	s->step.job.promise = arena_dup_text(&s->arena, job->promise);
	s->step.job.detail = arena_dup_text(&s->arena, job->detail);
	w->n_busy++;
	w->n_busy_in[s->line]++;
	slot_prepare(w, s);
}

/* What was due and was left where it is waits for a limit or for another job of
 * its person: whatever ends that looks again. What has become due since the
 * look began may have been passed over, so it is looked at once more. */
static enum err
next_look(struct look *l)
{
	int64_t due_ms = 0, now_ms = clock_now_ms();
	enum err e =
	    jobs_next_due(l->w->app->db, &l->arena, l->wall_ms, &due_ms);

	if (e == ERR_OK && due_ms != 0)
		l->next_ms =
		    sooner(l->next_ms, clock_mono_ms() + due_ms - now_ms);
	return e;
}

static enum err
mend_doubts(struct worker *w)
{
	enum err e = ERR_OK;

	if (w->n_doubts > 0)
		e = db_transaction(w->app->db, settle_doubts, w);
	if (e == ERR_OK)
		w->n_doubts = 0;
	return e;
}

/* Whom the picks are about: nobody else waits for their lease, and of two
 * workers that want a job, or one of the same person in a lane, the second sees
 * what the first did. None where a pick is about nobody, or is an alert, whose
 * words change with what others count. */
static struct db_people
people_of(struct look *l)
{
	struct db_people people = { arena_alloc(&l->arena,
					l->n_picks * sizeof(*people.tg_ids)),
		l->n_picks };

	for (size_t i = 0; i < l->n_picks; i++) {
		const struct job *job = &l->picks[i].job;

		people.tg_ids[i] = job->tg_id;
		if (job->tg_id == 0 || job->line == LINE_ALERT)
			people.n = 0;
	}
	return people;
}

static enum err
take_picks(struct look *l)
{
	enum err e =
	    db_transaction_about(l->w->app->db, people_of(l), lease_picks, l);

	if (e != ERR_OK)
		note_doubts(l);
	else /* by the products as they were when it was promised, or later */
		app_refresh(l->w->app);
	for (size_t i = 0; e == ERR_OK && i < l->n_picks; i++)
		if (l->picks[i].is_ours)
			take_job(l->w, &l->picks[i].job);
	return e;
}

void
lease_due(struct worker *w)
{
	static struct look l;
	enum err e;

	l = (struct look){ .w = w,
		.now_ms = clock_mono_ms(),
		.wall_ms = clock_now_ms(),
		.next_ms = INT64_MAX };
	w->holds_back = false;
	e = mend_doubts(w);
	for (int line = 0; e == ERR_OK && line < LINE__COUNT; line++)
		e = look_at_line(&l, (enum job_line)line);
	if (e == ERR_OK && l.n_picks > 0)
		e = take_picks(&l);
	if (e == ERR_OK)
		e = next_look(&l);
	if (l.n_picks > 0)
		w->active_ms = clock_mono_ms();
	w->ledger_fails = e != ERR_OK;
	w->look_ms = e == ERR_OK ? l.next_ms : l.now_ms + LEDGER_PAUSE_MS;
	if (e == ERR_OK)
		w->owes = l.next_ms != INT64_MAX;
	arena_free(&l.arena);
}
