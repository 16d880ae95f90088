/* What Telegram's answers mean for who is in and who is out. */
#include "bot/channel_answer.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"
#include "outbox/jobs.h"
#include "telegram/update.h"

#define FIRST_WAIT_MS (5 * MINUTE_MS) /* of a removal that fails */
#define LAST_WAIT_MS JOBS_LONGEST_MS
#define LOOKS_APART_MS HOUR_MS /* for two of them to prove something */
#define LOOK_PATIENCE_MS MINUTE_MS

/* ---- what was confirmed ---- */

/* A clock put back meanwhile must not make the word look old. */
static int64_t
now_since(int64_t since_ms)
{
	int64_t now_ms = clock_now_ms();

	return now_ms > since_ms ? now_ms : since_ms;
}

/* The answer to our own call is of now, whatever the clock says. */
static enum err
note_state(struct app *app, const struct channel_call *c, int64_t since_ms,
    enum member_state state)
{
	return db_exec(app->db, SQL_MEMBER_STATE,
	    KV(kv_int("tg_id", c->tg_id), kv_text("chat_id", c->member.chat_id),
		kv_int("state", (int64_t)state), kv_int("at_ms", INT64_MAX),
		kv_int("now_ms", now_since(since_ms))),
	    NULL);
}

/* asked_ms goes along: while the answer was on its way the person may have
 * asked anew, and that request must not count as answered. */
static enum err
note_answered(struct app *app, const struct channel_call *c, enum sql what)
{
	return db_exec(app->db, what,
	    KV(kv_int("tg_id", c->tg_id), kv_text("chat_id", c->member.chat_id),
		kv_int("asked_ms", c->member.asked_ms)),
	    NULL);
}

static enum err
note_approved(struct app *app, const struct channel_call *c, int64_t since_ms,
    enum member_state state)
{
	enum err e = note_answered(app, c, SQL_MEMBER_ANSWERED);

	return e == ERR_OK ? note_state(app, c, since_ms, state) : e;
}

static enum err
note_revoked(struct app *app, const struct channel_call *c)
{
	return db_exec(app->db, SQL_LINK_REVOKED,
	    KV(kv_text("link", c->member.link),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

static enum err
note_link(struct app *app, const struct channel_call *c, struct json *result,
    int64_t since_ms)
{
	const char *link = json_text(result, "invite_link");

	if (link == NULL)
		return ERR_OK; /* asked for again */
	return db_exec(app->db, SQL_LINK_ADD,
	    KV(kv_text("link", link), kv_int("tg_id", c->tg_id),
		kv_text("chat_id", c->member.chat_id),
		kv_int("now_ms", now_since(since_ms))),
	    NULL);
}

/* ---- what was not ---- */

/* What Telegram said about a person and a channel. */
struct word {
	struct app *app;
	struct arena *arena;
	const struct channel_call *c;
	const struct tg_answer *answer;
	int64_t since_ms;
	struct channel_outcome *out;
};

static enum err
note(const struct word *w, enum member_state state)
{
	return note_state(w->app, w->c, w->since_ms, state);
}

static enum err
note_doubt(const struct word *w, int64_t doubt_ms, int64_t out_ms)
{
	return db_exec(w->app->db, SQL_MEMBER_DOUBT,
	    KV(kv_int("tg_id", w->c->tg_id),
		kv_text("chat_id", w->c->member.chat_id),
		kv_int_or_null("doubt_ms", doubt_ms),
		kv_int_or_null("out_ms", out_ms)),
	    NULL);
}

/* As long again as it has been tried, within bounds. */
static void
wait_longer(const struct word *w, int64_t doubt_ms)
{
	int64_t wait_ms = now_since(w->since_ms) - doubt_ms;

	if (wait_ms < FIRST_WAIT_MS)
		wait_ms = FIRST_WAIT_MS;
	w->out->end = CHANNEL_WAIT;
	w->out->wait_ms = wait_ms < LAST_WAIT_MS ? wait_ms : LAST_WAIT_MS;
}

static enum err
tell_stays(const struct word *w)
{
	return members_stays(
	    w->app, w->arena, w->c->tg_id, w->c->member.chat_id, w->since_ms);
}

/* The ban found nobody, or the look after one that failed. Out is who is not
 * there by all looks of an hour or more; is_sure: Telegram said so itself, else
 * it only knows nobody of that number. */
static enum err
note_out_again(const struct word *w, enum member_state next, bool is_sure)
{
	const struct member *m = &w->c->member;
	int64_t now_ms = now_since(w->since_ms);
	int64_t doubt_ms = m->doubt_ms != 0 ? m->doubt_ms : now_ms;
	int64_t out_ms = m->out_ms != 0 ? m->out_ms : now_ms;
	/* One look may be wrong, so two that lie an hour apart have to
	 * agree. */
	bool is_out = now_ms - out_ms >= LOOKS_APART_MS;
	enum err e = note(w, is_out ? MEMBER_OUT : next);

	if (e == ERR_OK)
		e = note_doubt(w, doubt_ms, out_ms);
	if (e == ERR_OK && is_out && !is_sure)
		e = tell_stays(w);
	if (next == MEMBER_UNMOVED && !is_out)
		wait_longer(w, doubt_ms);
	return e;
}

/* Whoever is to be removed, of whom a ban found nothing: not for ever. */
static enum err
note_unmoved(const struct word *w)
{
	const struct member *m = &w->c->member;
	int64_t now_ms = now_since(w->since_ms);
	int64_t doubt_ms = m->doubt_ms != 0 ? m->doubt_ms : now_ms;
	bool is_over = now_ms - doubt_ms >= DAY_MS;
	enum err e = note(w, is_over ? MEMBER_STAYS : MEMBER_UNMOVED);

	if (e == ERR_OK)
		e = note_doubt(w, doubt_ms, m->out_ms);
	if (is_over)
		return e == ERR_OK ? tell_stays(w) : e;
	wait_longer(w, doubt_ms);
	return e;
}

/* Telegram's word on what they are. Left, of somebody of whom it could not
 * tell before, is one look of two. */
static enum err
note_seen(const struct word *w)
{
	const struct member *m = &w->c->member;
	enum member_state state =
	    (enum member_state)tg_status(w->answer->result);
	enum err e;

	if (!m->facts.wanted && state == MEMBER_OUT && m->doubt_ms != 0)
		return note_out_again(w, MEMBER_UNMOVED, true);
	e = note(w, state);
	return e == ERR_OK && m->out_ms != 0 ? note_doubt(w, m->doubt_ms, 0) :
					       e;
}

/* A look that failed. For who is wanted what was known of a ban stands; of who
 * is to go, a ban that Telegram took is word enough, else one is tried. */
static enum err
note_unseen(const struct word *w)
{
	const struct member *m = &w->c->member;

	if (m->facts.wanted)
		return note(w, m->was_banned ? MEMBER_BANNED : MEMBER_UNSEEN);
	return m->facts.state == MEMBER_SENT_OFF ?
	    note(w, MEMBER_BANNED) :
	    note_out_again(w, MEMBER_UNSEEN, false);
}

/* ---- what it means ---- */

static enum err
note_done(const struct word *w)
{
	struct app *app = w->app;
	const struct channel_call *c = w->c;

	switch (c->step) {
	case STEP_LOOK:
		return note_seen(w);
	case STEP_APPROVE:
		return note_approved(app, c, w->since_ms, MEMBER_IN);
	case STEP_HINT:
		return note_answered(app, c, SQL_MEMBER_HINTED);
	case STEP_DECLINE:
		return note_answered(app, c, SQL_MEMBER_ANSWERED);
	case STEP_REVOKE:
		return note_revoked(app, c);
	case STEP_UNBAN:
		return note(w, MEMBER_OUT);
	case STEP_LINK:
		return note_link(app, c, w->answer->result, w->since_ms);
	default: /* banned: Telegram is asked whether they are out */
		return note(w, MEMBER_SENT_OFF);
	}
}

static bool
says(const struct tg_answer *answer, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_has_nocase(str_from(answer->description), words[i]))
			return true;
	return false;
}
#define SAYS(answer, words) says(answer, words, LENGTH(words))

/* Telegram tells reasons in words alone, some in English sentences, others as
 * names of its inner interface; the words are from what it has been seen to
 * answer. */
static const char *const admin_words[] = { "administrator of the chat",
	"chat owner", "USER_ADMIN_INVALID" };
static const char *const nobody_words[] = { "user not found",
	"PARTICIPANT_ID_INVALID", "USER_ID_INVALID", "USER_NOT_PARTICIPANT",
	"member not found", "PEER_ID_INVALID", "user is deactivated",
	"USER_DEACTIVATED" };
static const char *const gone_words[] = { "USER_ALREADY_PARTICIPANT",
	"HIDE_REQUESTER_MISSING", "user not found", "PARTICIPANT_ID_INVALID",
	"USER_ID_INVALID" };
static const char *const full_words[] = { "CHANNELS_TOO_MUCH" };

/* What a refusal says of who is in and who is out. */
static enum err
note_nobody(const struct word *w, bool *is_known)
{
	enum member_step step = w->c->step;

	*is_known = true;
	if (step == STEP_BAN && SAYS(w->answer, admin_words))
		return note(w, MEMBER_ADMIN);
	if (step == STEP_LOOK && w->c->member.facts.wanted)
		return note_unseen(w); /* in whatever words */
	*is_known = SAYS(w->answer, nobody_words);
	if (*is_known && step == STEP_LOOK)
		return note_unseen(w);
	if (*is_known && step == STEP_BAN)
		return note_unmoved(w);
	if (*is_known && step == STEP_UNBAN)
		return note(w, MEMBER_UNSEEN);
	*is_known = false;
	return ERR_OK;
}

/* A refusal that leaves nothing to do: the request is gone, the link dead, the
 * person nobody we could remove. *is_known false: it is none of these. */
static enum err
note_refused(const struct word *w, bool *is_known)
{
	const struct channel_call *c = w->c;
	enum member_step step = c->step;

	*is_known = true;
	if (step == STEP_HINT)
		return note_answered(w->app, c, SQL_MEMBER_HINTED);
	if (step == STEP_REVOKE)
		return note_revoked(w->app, c);
	if (step == STEP_APPROVE && SAYS(w->answer, full_words))
		return members_full(w->app, w->arena, c->tg_id, &c->member,
		    w->since_ms, w->answer->description);
	if ((step == STEP_APPROVE || step == STEP_DECLINE) &&
	    SAYS(w->answer, gone_words))
		return note_approved(w->app, c, w->since_ms, MEMBER_UNKNOWN);
	return note_nobody(w, is_known);
}

/* A chat that the bot may do nothing in, or not even see. The job stays and is
 * tried again: once the rights are back, everybody who waits is let in without
 * anybody's doing. */
static enum err
note_no_right(const struct word *w)
{
	const char *chat_id = w->c->member.chat_id;

	w->out->end = CHANNEL_NO_RIGHT;
	return tg_chat_is_unknown(w->answer->description) ?
	    members_unknown(w->app, w->arena, chat_id) :
	    members_rights(w->app, w->arena, chat_id, false);
}

/* An error that passes, but the buyer has waited for their link long enough. */
static bool
is_waited_for(const struct word *w)
{
	return w->c->step == STEP_LOOK && w->c->member.facts.wanted &&
	    clock_now_ms() - w->since_ms > LOOK_PATIENCE_MS;
}

enum err
channel_settle(struct app *app, struct arena *a, const struct channel_call *c,
    const struct tg_answer *answer, int64_t since_ms,
    struct channel_outcome *out)
{
	const struct word w = { app, a, c, answer, since_ms, out };
	bool is_refused =
	    answer->outcome == TG_USER_GONE || answer->outcome == TG_REFUSED;
	bool is_known = false;
	enum err e = ERR_OK;

	*out = (struct channel_outcome){ .end = CHANNEL_NEXT };
	if (answer->outcome == TG_DONE)
		return note_done(&w);
	/* A group became a supergroup: the same call goes to the new number. */
	if (answer->moved_to != 0)
		return members_moved(
		    app, a, c->member.chat_id, answer->moved_to);
	/* A hint goes to a person; that it was refused says nothing about the
	 * channel. */
	if (is_refused && c->step != STEP_HINT &&
	    tg_has_no_right(answer->description))
		return note_no_right(&w);
	if (is_refused)
		e = note_refused(&w, &is_known);
	else if (is_waited_for(&w)) {
		is_known = true;
		e = note_unseen(&w);
	}
	if (!is_known)
		out->end = CHANNEL_LATER;
	return e;
}
