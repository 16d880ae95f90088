/* Questions on to people, replies back. */
#include "coach/handover.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/self.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "shop/text.h"

#define STARTED_BY "ask_"

/* Once for each, however often the button is pressed, because the job's key is
 * the question's number. */
enum err
handover_show(struct app *app, struct arena *a, const struct question *q)
{
	const char *promise = arena_printf(a, "person/%lld", (long long)q->id);
	bool known = false;
	enum err e = jobs_known(app->db, a, promise, &known);

	/* A press on an old button opens nothing that was closed since. */
	if (e != ERR_OK || known)
		return e;
	e = conversation_open(app->db, q->tg_id, q->outcome != QUESTION_CRISIS);
	return e != ERR_OK ?
	    e :
	    jobs_promise(app->db, JOB_FORWARD, promise, q->tg_id, 0,
		arena_printf(a, "%lld", (long long)q->id));
}

/* ---- in the front ---- */

enum err
handover_pass_on(struct app *app, struct arena *a, const struct tg_update *u,
    struct str id, bool *taken)
{
	struct question q = { 0 };
	int64_t n;
	enum err e;

	*taken = false;
	if (app->conf.support_chat_id == NULL || !str_to_i64(id, &n))
		return ERR_OK;
	e = question_get(app->db, a, n, &q);
	/* The number comes from the button and so from the presser's client,
	 * which may send any: another person's question must not be shown
	 * around. */
	if (e != ERR_OK || q.tg_id != u->from_id)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*taken = true;
	return handover_show(app, a, &q);
}

static enum err
is_reachable(struct app *app, struct arena *a, int64_t tg_id, bool *is)
{
	int64_t n = 0;
	enum err e = db_one(app->db, a, SQL_USER_IS_REACHABLE,
	    KV(kv_int("tg_id", tg_id)), row_to_int, &n);

	*is = n > 0;
	return e;
}

/* A bot cannot write first to somebody who never opened it. The link opens it
 * and brings the question's number along, so one tap does both. */
static enum err
way_to_us(struct app *app, struct arena *a, enum language in,
    const struct question *q, struct handover_word *word)
{
	struct self self;
	enum err e = self_get(app, a, &self);

	if (e == ERR_OK && self.name != NULL)
		word->url =
		    arena_printf(a, "https://t.me/%s?start=" STARTED_BY "%lld",
			self.name, (long long)q->id);
	else
		word->text = text_plain_in(in, TEXT_COACH_START_FIRST);
	return e;
}

enum err
handover_pressed_in_group(struct app *app, struct arena *a,
    const struct tg_update *u, enum language in, struct str id,
    struct handover_word *word)
{
	struct question q = { 0 };
	bool is = false;
	int64_t n;
	enum err e;

	*word = (struct handover_word){ NULL, NULL };
	if (app->conf.support_chat_id == NULL || !str_to_i64(id, &n))
		return ERR_OK;
	e = question_get(app->db, a, n, &q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (q.tg_id != u->from_id) {
		word->text = text_plain_in(in, TEXT_COACH_NOT_YOURS);
		return ERR_OK;
	}
	e = is_reachable(app, a, q.tg_id, &is);
	if (e != ERR_OK || !is)
		return e == ERR_OK ? way_to_us(app, a, in, &q, word) : e;
	word->text = text_plain_in(in, TEXT_COACH_PASSING_ON);
	return handover_show(app, a, &q);
}

enum err
handover_started(struct app *app, struct arena *a, const struct tg_update *u,
    struct str word, bool *taken)
{
	size_t n = sizeof(STARTED_BY) - 1;

	*taken = false;
	if (!str_starts(word, STARTED_BY))
		return ERR_OK;
	/* A link with a number that is nobody's, or another's, is an ordinary
	 * /start. */
	return handover_pass_on(
	    app, a, u, (struct str){ word.p + n, word.len - n }, taken);
}

/* No question has the number 0: what follows it is the message. */
enum err
handover_pass(struct app *app, struct arena *a, const struct tg_update *u)
{
	enum err e = conversation_open(app->db, u->from_id, true);

	return e != ERR_OK ?
	    e :
	    jobs_promise(app->db, JOB_FORWARD,
		arena_printf(a, "said/%lld", (long long)u->update_id),
		u->from_id, 0,
		arena_printf(a, "0/%lld", (long long)u->message_id));
}

enum err
handover_state(struct db *db, struct arena *a, int64_t tg_id, int64_t update_id)
{
	return jobs_promise(db, JOB_SUPPORT,
	    arena_printf(a, "state/%lld", (long long)update_id), tg_id, 0,
	    "state");
}

/* An answer opens again what was closed, and the card says so. */
static enum err
note_answered(
    struct app *app, struct arena *a, const struct tg_update *u, int64_t tg_id)
{
	struct conversation c;
	enum err e = conversation_get(app->db, a, tg_id, &c);

	if (e == ERR_OK)
		e = conversation_said(app->db, tg_id);
	return e == ERR_OK && c.closed_ms != 0 ?
	    handover_state(app->db, a, tg_id, u->update_id) :
	    e;
}

/* Whose message it is that is replied to, and which of theirs. What older
 * programs passed on is found by its question. People there also reply to each
 * other: an answer is no message to be answered. *tg_id 0: it is nobody's. */
static enum err
read_replied(struct app *app, struct arena *a, const struct tg_update *u,
    int64_t *tg_id, const char **detail)
{
	const struct message_at at = { u->chat_id, u->reply_to };
	struct conversation_message m = { 0 };
	struct question q = { 0 };
	enum err e = conversation_whose(app->db, a, at, &m);

	*tg_id = 0;
	if (e == ERR_NOT_FOUND)
		e = question_forwarded(app->db, a, at, u->reply_writer, &q);
	if (e != ERR_OK || m.is_ours)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*tg_id = q.id != 0 ? q.tg_id : m.tg_id;
	*detail = arena_printf(a, "%lld/%lld/%lld/%lld", (long long)q.id,
	    (long long)u->message_id, (long long)u->chat_id,
	    (long long)m.their_id);
	return ERR_OK;
}

enum err
handover_pass_back(
    struct app *app, struct arena *a, const struct tg_update *u, bool *taken)
{
	int64_t tg_id = 0;
	const char *detail = NULL;
	enum err e;

	*taken = false;
	if (u->reply_to == 0 || u->is_service ||
	    u->chat_id != tg_chat_id(app->conf.support_chat_id))
		return ERR_OK;
	e = read_replied(app, a, u, &tg_id, &detail);
	if (e != ERR_OK || tg_id == 0)
		return e;
	*taken = true;
	e = note_answered(app, a, u, tg_id);
	return e != ERR_OK ?
	    e :
	    jobs_promise(app->db, JOB_RELAY,
		/* The key is the update's number: several replies to one
		 * question are several messages, while the same update, sent
		 * twice, is one. */
		arena_printf(a, "relay/%lld", (long long)u->update_id), tg_id,
		0, detail);
}

enum err
handover_call(struct app *app, struct arena *a, const struct question *q)
{
	const struct alert_about about = { .tg_id = q->tg_id };
	enum err e = alert_promise_about(app, a,
	    arena_printf(a, "crisis/%lld", (long long)q->id),
	    &(struct alert_words){ .text = TEXT_ALERT_CRISIS,
		.values = KV(kv_text(
		    "buyer", arena_printf(a, "%lld", (long long)q->tg_id))) },
	    &about);

	/* The operators are told first and in any case: a support chat is a
	 * choice of theirs, a person in danger is not. */
	if (e != ERR_OK || app->conf.support_chat_id == NULL)
		return e;
	return handover_show(app, a, q);
}

/* ---- in the worker ---- */

/* Reads the question that a job is about, whose number its detail begins with;
 * what follows stays in *detail. A 0 is none: then it is about what its person
 * said in their own chat. It becomes the step's state, for settle.
 * ERR_NOT_FOUND: its words are forgotten. */
static enum err
read_question(struct app *app, struct arena *a, struct step *s,
    struct str *detail, struct question **q)
{
	int64_t n = 0;

	*detail = str_from(s->job.detail);
	s->state = *q = arena_alloc(a, sizeof(**q));
	**q =
	    (struct question){ .tg_id = s->job.tg_id, .chat_id = s->job.tg_id };
	(void)str_to_i64(str_cut(detail, '/'), &n);
	return n == 0 ? ERR_OK : question_get(app->db, a, n, *q);
}

static int64_t
support_chat(const struct app *app, const struct job *job)
{
	(void)job;
	return tg_chat_id(app->conf.support_chat_id);
}

/* The message is forwarded and not copied, so that the people there see who
 * asks and can tell replies apart. Where the settings have no support chat any
 * more, there is no call. */
static enum err
prepare_forward(struct app *app, struct arena *a, struct step *s)
{
	struct json *params = json_new(a);
	struct str detail;
	struct question *q;
	enum err e = read_question(app, a, s, &detail, &q);

	if (e == ERR_OK && q->id == 0)
		(void)str_to_i64(detail, &q->message_id);
	if (e != ERR_OK || app->conf.support_chat_id == NULL ||
	    q->message_id == 0)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	json_put_int(params, "chat_id", tg_chat_id(app->conf.support_chat_id));
	json_put_int(params, "from_chat_id", q->chat_id);
	json_put_int(params, "message_id", q->message_id);
	message_call(app, a, s, tg_chat_id(app->conf.support_chat_id),
	    "forwardMessage", params);
	return ERR_OK;
}

/* at: "message/chat/of which". A reply that an older program noted without its
 * chat is sent to nobody: in the chat of today's settings that number may be
 * any message. Its writer has to know. */
static void
send_back(struct app *app, struct arena *a, struct step *s, struct question *q,
    struct str at)
{
	struct json *params = json_new(a);
	struct str message_id = str_cut(&at, '/');
	int64_t n, chat_id = tg_chat_id(arena_dup(a, str_cut(&at, '/')));

	if (chat_id == 0 || !str_to_i64(message_id, &n)) {
		log_event(LOG_WARN, "reply_without_chat",
		    KV(kv_int("question", q->id)));
		s->cannot = "a reply whose chat is not known: write it again";
		return;
	}
	if (q->id == 0)
		(void)str_to_i64(at, &q->message_id);
	/* To the asker alone: a person may write what a group must not read. */
	json_put_int(params, "chat_id", q->tg_id);
	json_put_int(params, "from_chat_id", chat_id);
	json_put_int(params, "message_id", n);
	if (q->chat_id == q->tg_id && q->message_id != 0)
		tg_put_reply(params, q->message_id);
	message_call(app, a, s, q->tg_id, "copyMessage", params);
}

static enum err
prepare_relay(struct app *app, struct arena *a, struct step *s)
{
	struct str detail;
	struct question *q;
	enum err e = read_question(app, a, s, &detail, &q);

	if (e == ERR_OK)
		send_back(app, a, s, q, detail);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Tells the asker what became of what they asked or said. After words of crisis
 * it was passed on without their asking, so nothing is said. */
static enum err
tell_asker(struct app *app, struct arena *a, const struct question *q,
    const char *notice)
{
	if (q->outcome == QUESTION_CRISIS)
		return ERR_OK;
	return jobs_promise(app->db, JOB_NOTICE,
	    q->id != 0 ? arena_printf(a, "%s/%lld", notice, (long long)q->id) :
			 arena_printf(a, "%s/%lld/%lld", notice,
			     (long long)q->tg_id, (long long)q->message_id),
	    q->tg_id, 0, notice);
}

/* The card stands below the first message, once each time that a conversation
 * is opened. Where it goes on, the person knows that it is passed on. */
static enum err
note_conversation(struct app *app, struct arena *a, const struct question *q,
    struct message_at copy)
{
	struct conversation c;
	bool is_new;
	enum err e = conversation_get(app->db, a, q->tg_id, &c);

	is_new = c.tg_id != 0 &&
	    (c.card.message_id == 0 || c.card.chat_id != copy.chat_id);
	if (e == ERR_OK && is_new)
		e = jobs_promise(app->db, JOB_SUPPORT,
		    arena_printf(a, "card/%lld/%lld/%lld", (long long)q->tg_id,
			(long long)c.opened_ms, (long long)copy.chat_id),
		    q->tg_id, 0,
		    arena_printf(a, "card/%lld", (long long)copy.message_id));
	return e == ERR_OK && (is_new || q->id != 0) ?
	    tell_asker(app, a, q, "passed_on") :
	    e;
}

static enum err
note_forwarded(struct app *app, struct arena *a, const struct question *q,
    struct json *result)
{
	struct message_at copy = { tg_chat_id(app->conf.support_chat_id), 0 };
	const struct conversation_message m = { .tg_id = q->tg_id,
		.their_id = q->chat_id == q->tg_id ? q->message_id : 0 };
	enum err e = ERR_OK;

	(void)json_int(result, "message_id", &copy.message_id);
	(void)json_int(result, "chat.id", &copy.chat_id);
	if (q->id != 0)
		e = question_note_forward(app->db, q, copy);
	if (e == ERR_OK)
		e = conversation_note(app->db, copy, &m);
	return e == ERR_OK ? note_conversation(app, a, q, copy) : e;
}

/* Telegram will not pass the message on. Where it is the message's own fault,
 * that is for good, and its asker is told; else it is the chat's, and the
 * operators can mend it. */
static enum err
note_not_forwarded(struct app *app, struct arena *a, const struct question *q,
    const char *why, struct outcome *o)
{
	char today[CLOCK_DATE_BYTES];

	/* The message itself is gone, or may not be passed on. */
	if (str_has_nocase(str_from(why), "message") && !tg_has_no_right(why)) {
		o->after = AFTER_DONE;
		return tell_asker(app, a, q, "not_passed_on");
	}
	clock_date(clock_now_ms(), today);
	return alert_promise(app, a, arena_printf(a, "support-chat/%s", today),
	    &(struct alert_words){ .text = TEXT_ALERT_SUPPORT_CHAT,
		.values = KV(kv_text("why", why)) });
}

static enum err
settle_forward(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	const struct tg_answer answer = message_answer(a, s, call_err, res, o);

	if (o->after == AFTER_DONE)
		return note_forwarded(app, a, s->state, answer.result);
	if (answer.outcome == TG_USER_GONE || answer.outcome == TG_REFUSED)
		return note_not_forwarded(
		    app, a, s->state, answer.description, o);
	return ERR_OK;
}

/* Which message in which chat a reply was written as. */
static struct message_at
written_at(struct arena *a, const struct job *job)
{
	struct str rest = str_from(job->detail);
	struct message_at at = { 0 };

	(void)str_cut(&rest, '/');
	(void)str_to_i64(str_cut(&rest, '/'), &at.message_id);
	at.chat_id = tg_chat_id(arena_dup(a, str_cut(&rest, '/')));
	return at;
}

/* What it is in the person's own chat, so that their reply to it is known. */
static enum err
note_relayed(
    struct app *app, struct arena *a, const struct step *s, struct json *result)
{
	struct conversation_message m = { .tg_id = s->job.tg_id,
		.is_ours = true };

	(void)json_int(result, "message_id", &m.their_id);
	return conversation_note(app->db, written_at(a, &s->job), &m);
}

/* Whoever wrote it hears that it did not arrive, below it. */
static enum err
tell_writer(
    struct app *app, struct arena *a, const struct step *s, bool is_gone)
{
	const struct message_at at = written_at(a, &s->job);

	return jobs_promise(app->db, JOB_SUPPORT,
	    arena_printf(a, "told/%lld", (long long)s->job.id), s->job.tg_id, 0,
	    arena_printf(a, "told/%lld/%lld/%s", (long long)at.message_id,
		(long long)at.chat_id, is_gone ? "gone" : "refused"));
}

static enum err
settle_relay(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	const struct tg_answer answer = message_answer(a, s, call_err, res, o);

	message_refused(s, &answer, o);
	if (o->after == AFTER_DONE)
		return note_relayed(app, a, s, answer.result);
	return o->after == AFTER_PARK ? tell_writer(app, a, s, o->is_gone) :
					ERR_OK;
}

const struct job_kind forward_kind = { .prepare = prepare_forward,
	.settle = settle_forward,
	.chat = support_chat };
const struct job_kind relay_kind = { .prepare = prepare_relay,
	.settle = settle_relay };
