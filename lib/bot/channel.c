/* Let in, let out. */
#include "bot/channel.h"

#include "outbox/message.h"

#define MAX_STEPS 20   /* at once, of a job that gets nowhere */
#define MAX_REFUSALS 3 /* of a call, before a person must look */

enum err
channel_step(struct app *app, struct arena *a, struct step *s,
    const char *chat_id, enum invitation inviting,
    const struct channel_call **c)
{
	struct channel_call *next = arena_alloc(a, sizeof(*next));
	enum err e = channel_prepare(
	    app, a, s->job.tg_id, chat_id, s->job.created_ms, inviting, next);

	*c = next;
	s->call = next->call;
	s->has_call = s->is_to_telegram = next->step != STEP_NONE;
	s->chat_id = next->step == STEP_HINT ? s->job.tg_id : 0;
	s->state = s->has_call ? next : NULL;
	s->notes_first = channel_is_noted_first(next);
	return e;
}

enum err
channel_step_begin(struct app *app, struct arena *a, struct step *s)
{
	(void)a;
	return channel_begin(app, s->state);
}

enum err
channel_step_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	const struct channel_call *c = s->state;
	struct channel_outcome what = { .end = CHANNEL_LATER };
	const struct tg_answer answer = message_answer(a, s, call_err, res, o);
	enum err e;

	if (call_err != ERR_OK || answer.outcome == TG_WAIT)
		return ERR_OK;
	e = channel_settle(app, a, c, &answer, s->job.created_ms, &what);
	message_retry(s, message_words(a, &answer, res), o);
	/* What was confirmed is recorded, so the failure noted above is undone.
	 * A job that has come to so many steps goes round in circles, and waits
	 * like one that failed. */
	if (what.end == CHANNEL_NEXT && s->n_steps < MAX_STEPS)
		*o = (struct outcome){ .after = AFTER_NEXT_CALL };
	else if (what.end == CHANNEL_WAIT)
		o->wait_ms = what.wait_ms;
	else if (what.end == CHANNEL_NEXT || what.end == CHANNEL_NO_RIGHT)
		o->wait_ms = JOBS_LAST_PAUSE_MS;
	else if (e == ERR_OK && answer.outcome == TG_REFUSED &&
	    s->job.attempts >= MAX_REFUSALS)
		e = members_refused(app, a, c->member.chat_id, o->error);
	return e;
}

/* ---- the job that lets in and out ---- */

/* Strangers who ask to join wait among those whom nobody waits for. */
static void
wait_behind(struct step *s, const struct channel_call *c)
{
	if (s->job.line == LINE_CHANNEL &&
	    (c->step == STEP_HINT || c->step == STEP_DECLINE))
		s->job.line = LINE_NOTICE;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct channel_call *c;
	enum err e = channel_step(app, a, s, s->job.detail, INVITE_NOBODY, &c);

	if (e == ERR_OK)
		wait_behind(s, c);
	return e;
}

const struct job_kind member_kind = { .prepare = prepare,
	.begin = channel_step_begin,
	.settle = channel_step_settle };
