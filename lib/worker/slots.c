/* The lines of jobs, and what a slot's next call is limited by. */
#include "worker/slots.h"

#include "base/clock.h"
#include "worker/work.h"

#define PREPARE_PAUSE_MS 1000 /* after a job could not be read */

/* What the lines are, and their order, see enum job_line in outbox/kinds.h. */
const struct worker_line worker_lines[LINE__COUNT] = {
	[LINE_CHANNEL] = { BY_CALLS, false, 40, 0 },
	[LINE_INVITE] = { BY_MESSAGES, false, 80, 30 },
	[LINE_ASK] = { BY_STRIPE, true, 8, 0 },
	[LINE_NOTICE] = { BY_MESSAGES, true, 30, 0 },
	[LINE_ANSWER] = { BY_NOTHING, true, 24, 0 },
	[LINE_FORWARD] = { BY_MESSAGES, true, 6, 0 },
	[LINE_ALERT] = { BY_MESSAGES, true, 6, 0 },
	[LINE_RECONCILE] = { BY_STRIPE, true, 1, 0 },
	[LINE_BROADCAST] = { BY_MESSAGES, true, 20, 0 },
};

enum limit
slot_limit(const struct slot *s)
{
	/* A call that names a chat is a message to it; Telegram counts these
	 * apart from all other calls. */
	if (s->step.is_to_telegram)
		return s->step.chat_id != 0 ? BY_MESSAGES : BY_CALLS;
	return worker_lines[s->line].limit == BY_STRIPE ? BY_STRIPE :
							  BY_NOTHING;
}

void
slot_give_back(struct slot *s, int64_t due_ms)
{
	s->give_back = true;
	s->due_ms = due_ms;
	s->state = SLOT_ANSWERED;
}

void
slot_prepare(struct worker *w, struct slot *s)
{
	struct job *job = &s->step.job;

	if (work_prepare(w->app, &s->arena, &s->step) != ERR_OK) {
		slot_give_back(s, clock_now_ms() + PREPARE_PAUSE_MS);
	} else if (job->line != s->line) { /* it waits there, then */
		slot_give_back(s, job->due_ms);
	} else {
		s->state = s->step.has_call ? SLOT_WAITING : SLOT_ANSWERED;
	}
}
