/* The coach answers: from a question to the calls that it takes, one at a
 * time. A spoken one is heard first (voice.h); the lessons are searched; a
 * model words the answer where there is one, else they are quoted (words.h).
 * Whatever fails ends in the quotes, never in silence. */
#include "base/file.h"
#include "base/log.h"
#include "coach/care.h"
#include "coach/guard.h"
#include "coach/handover.h"
#include "coach/manners.h"
#include "coach/parts.h"
#include "coach/plain.h"
#include "coach/prompt.h"
#include "coach/question.h"
#include "coach/search.h"
#include "coach/tokens.h"
#include "coach/voice.h"
#include "coach/words.h"
#include "ledger/ledger.h"
#include "ledger/marks.h"
#include "ledger/self.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "shop/text.h"

#define MAX_CALLS 3               /* about one person, in an hour */
#define PART_BYTES ((size_t)3900) /* Telegram takes 4096 characters */
#define MAX_ANSWER_BYTES (3 * PART_BYTES)
#define BELOW_BYTES ((size_t)2000) /* sources, and who else to ask */
#define BYTES_A_TOKEN 3            /* of Cyrillic, at worst */
#define PAUSE_MS 1000
#define MAX_PAUSE_S 10
#define MARK_NEW "coach/new-form"

enum answer_step {
	ANSWER_NOTHING,
	ANSWER_HEAR, /* the voice of the question, see voice.h */
	ANSWER_ASK,  /* the model */
	ANSWER_SAY   /* a part of the answer, or all of it */
};

struct answer_call {
	enum answer_step step;
	bool is_to_telegram;
	struct http_request call;
	struct voice voice; /* of ANSWER_HEAR */
	struct question q;
	enum language in;              /* what its asker reads */
	enum question_outcome outcome; /* of ANSWER_SAY */
	bool is_last;                  /* part of it */
	bool is_over_budget;
	bool is_buyer;     /* of anything */
	bool wants_person; /* ANSWER_SAY: one is offered */
	bool goes_private; /* said in the group, it goes on to the asker */
	struct passage passages[PASSAGES_MAX];
	size_t n_passages;
	int64_t n_tokens; /* of ANSWER_ASK, roughly: where nobody counts */
};

/* ---- what is said ---- */

/* Whether others read the answer. */
static bool
is_in_group(const struct question *q)
{
	return q->chat_id != q->tg_id && !q->is_private;
}

static int64_t
chat_of(const struct question *q)
{
	return is_in_group(q) ? q->chat_id : q->tg_id;
}

/* A person is offered below the last part, where the answer may not have been
 * enough; in a group the message answers the one that asked. */
static struct tg_message
message_to(struct app *app, struct arena *a, const struct answer_call *c,
    const char *text)
{
	const struct question *q = &c->q;
	struct tg_message m = { .chat_id = chat_of(q),
		.text = text,
		.reply_to = is_in_group(q) ? q->message_id : 0 };

	if (c->is_last && !c->goes_private &&
	    (c->wants_person || c->outcome <= QUESTION_NO_ACCESS) &&
	    app->conf.support_chat_id != NULL) {
		m.button = text_plain_in(c->in, TEXT_COACH_PERSON_BUTTON);
		m.button_data = arena_printf(a, "ask:%lld", (long long)q->id);
	}
	return m;
}

static void
say(struct app *app, struct arena *a, struct answer_call *c, const char *text)
{
	const struct tg_api api = app_telegram(app);
	struct tg_message m;

	c->step = ANSWER_SAY;
	c->is_to_telegram = true;
	m = message_to(app, a, c, text);
	c->call = tg_request(a, &api, "sendMessage", tg_send_message(a, &m));
}

/* The part of a text that is due now: Telegram takes no more at once. A text
 * that is put together anew for each part is the same each time, or ends a
 * little otherwise where a lesson was changed meanwhile. */
static void
say_all(struct app *app, struct arena *a, struct answer_call *c,
    enum question_outcome outcome, const char *text)
{
	struct str rest = str_from(text), part = { 0 };

	for (int64_t i = 0; i <= c->q.n_sent; i++)
		part = parts_next(&rest, PART_BYTES);
	if (part.len == 0)
		return;
	c->outcome = outcome;
	c->is_last = str_trim(rest).len == 0;
	say(app, a, c, arena_dup(a, part));
}

/* ---- what it takes ---- */

static struct kvs
holes(enum language in, struct app *app, struct arena *a)
{
	const struct product *p = catalog_find(&app->catalog, NULL);
	struct kv *list = arena_alloc(a, 3 * sizeof(*list));

	list[0] = kv_text("product", product_title(p, language_code(in)));
	list[1] = kv_int("kind", (int64_t)p->kind);
	list[2] = kv_text("support", app_support_in(in, app, a));
	return (struct kvs){ list, 3 };
}

/* Without its file the coach has no name and a tone of its own, and answers all
 * the same. */
static const char *
persona_of(const struct app *app, struct arena *a)
{
	struct str text;

	if (app->conf.coach_persona == NULL)
		return NULL;
	if (file_read(a, app->conf.coach_persona, PROMPT_MAX_PERSONA, &text))
		return arena_dup(a, str_trim(text));
	log_event(LOG_WARN, "persona_not_read", KV_NONE);
	return NULL;
}

/* What the model is told. */
static enum err
write_request(struct app *app, struct arena *a, struct answer_call *c)
{
	struct turn turns[QUESTION_MAX_TURNS + 1];
	struct model m = { app->conf.coach_api_base, app->conf.coach_api_key,
		app->conf.coach_model, false };
	const char *system =
	    prompt_system(a, persona_of(app, a), c->passages, c->n_passages);
	int64_t is_new = 0;
	size_t n = 0;
	enum err e = question_history(app->db, a, &c->q, turns, &n);

	if (e == ERR_OK)
		e = mark_get(app->db, a, MARK_NEW, &is_new);
	if (e != ERR_OK)
		return e;
	m.is_new = is_new != 0;
	turns[n++] = (struct turn){ c->q.text, NULL };
	c->step = ANSWER_ASK;
	c->call = completion_request(a, &m, system, turns, n);
	c->n_tokens =
	    (int64_t)c->call.body.len / BYTES_A_TOKEN + COMPLETION_MAX_TOKENS;
	return ERR_OK;
}

static bool
may_ask(const struct app *app, const struct answer_call *c)
{
	return app->conf.coach_api_base != NULL &&
	    c->q.n_tried < QUESTION_MAX_TRIES && c->q.n_sent == 0 &&
	    (c->is_buyer || app->conf.coach_stranger_tokens > 0);
}

/* A model's words, if one may be asked; else the step stays ANSWER_NOTHING. */
static enum err
ask_model(struct app *app, struct arena *a, struct answer_call *c)
{
	enum tokens left = TOKENS_LEFT;
	enum err e;

	if (!may_ask(app, c))
		return ERR_OK;
	e = write_request(app, a, c);
	if (e == ERR_OK)
		e = tokens_look(app, a, c->is_buyer, c->n_tokens, &left);
	if (e != ERR_OK)
		return e;
	c->is_over_budget = left == TOKENS_SPENT;
	if (left != TOKENS_LEFT)
		c->step = ANSWER_NOTHING;
	return ERR_OK;
}

/* The product whose buyers alone are in the group of a question; NULL: there is
 * none, anybody may read along. */
static const char *
product_of_group(const struct app *app, const struct question *q)
{
	return q->chat_id == tg_chat_id(app->conf.coach_group_id) ?
	    app->conf.coach_group_product :
	    NULL;
}

/* An answer in a group is read by everybody there: what its asker may read says
 * nothing about the others. */
static enum err
search_for(
    struct app *app, struct arena *a, struct answer_call *c, const char *words)
{
	return is_in_group(&c->q) ?
	    search_shared(app->db, a, product_of_group(app, &c->q),
		str_from(words), c->passages, &c->n_passages) :
	    search_passages(app->db, a, c->q.tg_id, str_from(words),
		c->passages, &c->n_passages);
}

/* "And why?" is about what was said just before. */
static enum err
search(struct app *app, struct arena *a, struct answer_call *c)
{
	struct turn turns[QUESTION_MAX_TURNS];
	size_t n = 0;
	enum err e = search_for(app, a, c, c->q.text);

	if (e != ERR_OK || c->n_passages > 0)
		return e;
	e = question_history(app->db, a, &c->q, turns, &n);
	if (e != ERR_OK || n == 0)
		return e;
	return search_for(app, a, c,
	    arena_printf(a, "%s\n%s", turns[n - 1].question, c->q.text));
}

/* Nothing was found that may be said. In a group, the same for everybody: who
 * has bought is nobody's business. */
static enum text
nothing_found(const struct app *app, const struct answer_call *c,
    enum question_outcome *outcome)
{
	bool may_read = is_in_group(&c->q) ?
	    product_of_group(app, &c->q) != NULL :
	    c->is_buyer;

	*outcome = may_read ? QUESTION_NOT_FOUND : QUESTION_NO_ACCESS;
	if (is_in_group(&c->q))
		return TEXT_COACH_NOT_HERE;
	return may_read ? TEXT_COACH_NOT_FOUND : TEXT_COACH_NO_ACCESS;
}

/* What only a specialist can answer is said to be so, whatever the lessons
 * say. */
static const char *
with_care(struct arena *a, const struct answer_call *c, const char *text)
{
	return c->q.text != NULL && care_needs_expert(a, str_from(c->q.text)) ?
	    arena_printf(
		a, "%s\n\n%s", text, text_plain_in(c->in, TEXT_COACH_CARE)) :
	    text;
}

/* Who has bought nothing hears how to, below what is for everybody; not before
 * others. */
static const char *
with_offer(struct app *app, struct arena *a, const struct answer_call *c,
    const char *text)
{
	return c->is_buyer || is_in_group(&c->q) ?
	    text :
	    arena_printf(a, "%s\n\n%s", text,
		text_fill_in(
		    c->in, a, TEXT_COACH_NO_ACCESS, holes(c->in, app, a)));
}

/* Whether the asker, who asked before others, may read what answers it and can
 * be written to: then it goes on in private. */
static enum err
look_private(struct app *app, struct arena *a, struct answer_call *c)
{
	struct passage own[PASSAGES_MAX];
	int64_t n_reachable = 0;
	size_t n = 0;
	enum err e = search_passages(
	    app->db, a, c->q.tg_id, str_from(c->q.text), own, &n);

	if (e == ERR_OK && n > 0)
		e = db_one(app->db, a, SQL_USER_IS_REACHABLE,
		    KV(kv_int("tg_id", c->q.tg_id)), row_to_int, &n_reachable);
	c->goes_private = n_reachable > 0;
	return e;
}

static enum err
say_nothing_found(struct app *app, struct arena *a, struct answer_call *c)
{
	enum question_outcome outcome;
	enum text nothing = nothing_found(app, c, &outcome);
	enum err e = is_in_group(&c->q) ? look_private(app, a, c) : ERR_OK;

	if (e == ERR_OK)
		say_all(app, a, c, outcome,
		    with_care(a, c,
			text_fill_in(c->in, a, nothing, holes(c->in, app, a))));
	return e;
}

/* What is no question for the lessons. */
static bool
say_kindly(struct app *app, struct arena *a, struct answer_call *c)
{
	enum manners m = manners_of(a, str_from(c->q.text));

	if (m == MANNERS_NONE)
		return false;
	c->wants_person = manners_is_business(m);
	say_all(app, a, c, QUESTION_HELPED,
	    text_fill_in(c->in, a, words_of_manners(m), holes(c->in, app, a)));
	return true;
}

static enum err
answer_from_lessons(struct app *app, struct arena *a, struct answer_call *c)
{
	enum err e = search(app, a, c);

	if (e == ERR_OK)
		e = ledger_is_buyer(app->db, a, c->q.tg_id, &c->is_buyer);
	if (e != ERR_OK)
		return e;
	if (c->n_passages == 0)
		return say_nothing_found(app, a, c);
	e = ask_model(app, a, c);
	if (e == ERR_OK && c->step == ANSWER_NOTHING)
		say_all(app, a, c, QUESTION_QUOTED,
		    with_offer(app, a, c,
			with_care(a, c,
			    words_quotes(
				c->in, a, c->passages, c->n_passages))));
	return e;
}

static void
begin_hearing(struct app *app, struct arena *a, struct answer_call *c)
{
	c->voice = voice_find(app, a, &c->q);
	c->call = c->voice.call;
	c->step = ANSWER_HEAR;
}

static void
say_helpline(struct app *app, struct arena *a, struct answer_call *c)
{
	say_all(app, a, c, QUESTION_CRISIS,
	    text_fill_in(c->in, a, TEXT_COACH_CRISIS,
		KV(kv_text("helpline",
		    words_helpline(
			c->in, a, app->conf.coach_helpline, c->q.language)))));
}

/* Heard as such, or by a program that told it only now. */
static bool
is_of_crisis(struct arena *a, const struct question *q)
{
	return q->outcome == QUESTION_CRISIS ||
	    (q->outcome == QUESTION_OPEN && q->text != NULL &&
		guard_is_crisis(a, str_from(q->text)));
}

static enum err
prepare_answer(struct app *app, struct arena *a, struct answer_call *c)
{
	const struct question *q = &c->q;

	if (q->has_ended)
		return ERR_OK;
	if (is_of_crisis(a, q))
		say_helpline(app, a, c);
	else if (q->answer != NULL)
		say_all(app, a, c, q->outcome, q->answer);
	else if (q->text != NULL)
		return say_kindly(app, a, c) ? ERR_OK :
					       answer_from_lessons(app, a, c);
	else if (q->voice == NULL)
		say_all(app, a, c, QUESTION_TOO_LATE,
		    text_plain_in(c->in, TEXT_COACH_TOO_LATE));
	else if (app->conf.coach_speech_base == NULL ||
	    q->n_tried >= QUESTION_MAX_TRIES)
		say_all(app, a, c, QUESTION_UNHEARD,
		    text_plain_in(c->in, TEXT_COACH_UNHEARD));
	else
		begin_hearing(app, a, c);
	return ERR_OK;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct answer_call *c = arena_alloc(a, sizeof(*c));
	int64_t n = 0;
	enum err e;

	*c = (struct answer_call){ .step = ANSWER_NOTHING };
	s->state = c;
	(void)str_to_i64(str_from(s->job.detail), &n);
	e = question_get(app->db, a, n, &c->q);
	c->in = language_find(c->q.language, text_language());
	if (e == ERR_OK)
		e = prepare_answer(app, a, c);
	else if (e == ERR_NOT_FOUND) /* forgotten meanwhile */
		e = ERR_OK;
	s->call = c->call;
	s->has_call = c->step != ANSWER_NOTHING;
	s->is_to_telegram = c->is_to_telegram;
	s->chat_id = c->is_to_telegram ? chat_of(&c->q) : 0;
	return e;
}

static bool
follow(struct app *app, struct arena *a, struct step *s,
    const struct http_response *res)
{
	struct answer_call *c = s->state;

	if (c->step != ANSWER_HEAR ||
	    !voice_follow(app, a, &c->q, &c->voice, res))
		return false;
	s->call = c->voice.call;
	return true;
}

/* ---- what a model answered ---- */

/* A wrong key, an unknown model. */
static enum err
alert_refused(struct app *app, struct arena *a, const char *why)
{
	return alert_daily(app, a, "coach-refused",
	    &(struct alert_words){
		.text = TEXT_ALERT_COACH, .values = KV(kv_text("why", why)) },
	    NULL);
}

/* A call that the model's server refused would be refused again, so the lessons
 * are quoted at once; any other failure is tried once more. */
static enum err
note_failure(struct app *app, struct arena *a, const struct answer_call *c,
    enum err why, const struct completion *answer)
{
	enum err e = ERR_OK;

	log_event(LOG_WARN, "model_failed",
	    KV(kv_int("question", c->q.id), kv_text("why", answer->reason)));
	if (answer->wants_new)
		e = mark_set(app->db, MARK_NEW, 1);
	if (e == ERR_OK && why == ERR_REFUSED)
		e = alert_refused(app, a, answer->reason);
	if (e == ERR_OK)
		e = question_tried(app->db, &c->q,
		    why == ERR_REFUSED ? QUESTION_MAX_TRIES : 1);
	return e;
}

/* A model's words without what must not be in them: signs of Markdown, links to
 * elsewhere, numbers of cards. One that breaks off says so. */
static const char *
fit_to_say(struct app *app, struct arena *a, const struct answer_call *c,
    struct str said, bool is_cut)
{
	struct str rest = str_from(plain_text(a, said));
	const char *text = guard_unlink(a,
	    parts_next(&rest, MAX_ANSWER_BYTES - BELOW_BYTES),
	    app->conf.coach_links, text_plain_in(c->in, TEXT_COACH_NO_LINK));

	text = care_hide(a, str_from(text));
	if (!is_cut && rest.len == 0)
		return text;
	return arena_printf(
	    a, "%s …\n\n%s", text, text_plain_in(c->in, TEXT_COACH_CUT));
}

/* The whole answer is kept before any of it is sent: a part that has to be sent
 * again is the same then, and the model is asked once. */
static enum err
note_answer(struct app *app, struct arena *a, const struct answer_call *c,
    const struct completion *answer)
{
	struct prompt_answer said =
	    prompt_read(str_from(answer->text), c->n_passages);
	const char *text;

	if (said.is_none)
		return question_answer(app->db, &c->q,
		    with_care(a, c,
			text_fill_in(c->in, a,
			    is_in_group(&c->q) ? TEXT_COACH_NOT_HERE :
						 TEXT_COACH_NOT_FOUND,
			    holes(c->in, app, a))),
		    QUESTION_NOT_FOUND);
	text = fit_to_say(app, a, c, said.text, answer->is_cut);
	text = arena_printf(a, "%s\n%s", text,
	    words_sources(c->in, a, c->passages, c->n_passages, &said));
	return question_answer(app->db, &c->q,
	    with_offer(app, a, c, with_care(a, c, text)), QUESTION_ANSWERED);
}

/* Tokens are counted whenever the server answered 200, also for an answer that
 * is of no use: they are paid for. */
static enum err
settle_model(struct app *app, struct arena *a, const struct answer_call *c,
    enum err call_err, const struct http_response *res, int64_t *wait_ms)
{
	struct completion answer = { .reason = "no answer" };
	enum err e = call_err, noted = ERR_OK;

	if (call_err == ERR_OK)
		e = completion_read(a, res, &answer);
	if (call_err == ERR_OK && res->status == 200)
		noted = tokens_spend(app, a, c->is_buyer,
		    answer.n_tokens > 0 ? answer.n_tokens : c->n_tokens);
	if (noted != ERR_OK)
		return noted;
	if (e == ERR_OK)
		return note_answer(app, a, c, &answer);
	*wait_ms = PAUSE_MS;
	if (call_err == ERR_OK && res->retry_after_s > 0 &&
	    res->retry_after_s <= MAX_PAUSE_S)
		*wait_ms = res->retry_after_s * 1000;
	return note_failure(app, a, c, e, &answer);
}

/* The model and the ear: whatever came of it, the next step is due. How often
 * it failed is counted with the question. */
static enum err
settle_thought(struct app *app, struct arena *a, const struct answer_call *c,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	enum err e;

	if (c->step == ANSWER_ASK) {
		e = settle_model(app, a, c, call_err, res, &o->wait_ms);
	} else {
		o->wait_ms = PAUSE_MS;
		e = voice_settle(app, a, &c->q, &c->voice, call_err, res);
	}
	o->after = o->wait_ms > 0 ? AFTER_WAIT : AFTER_NEXT_CALL;
	return e;
}

/* ---- what Telegram took ---- */

/* Nobody's words alone can keep calling everybody. */
static enum err
call_people(struct app *app, struct arena *a, const struct question *q)
{
	int64_t n = 0;
	enum err e = question_crises(app->db, a, q->tg_id, q->id, &n);

	return e != ERR_OK || n > MAX_CALLS ? e : handover_call(app, a, q);
}

static enum err
end_answer(struct app *app, struct arena *a, const struct answer_call *c)
{
	enum err e = question_end(app->db, &c->q, c->outcome);

	if (e == ERR_OK && c->is_over_budget)
		e = tokens_alert(app, a);
	return e == ERR_OK && c->outcome == QUESTION_CRISIS ?
	    call_people(app, a, &c->q) :
	    e;
}

/* A message that was taken names its sender. */
static enum err
note_self(struct app *app, struct arena *a, struct json *message)
{
	int64_t id = 0;

	(void)json_int(message, "from.id", &id);
	return self_note(app, a, id, json_text(message, "from.username"));
}

static enum err
note_said(struct app *app, struct arena *a, const struct answer_call *c,
    struct json *result)
{
	/* Of what goes on in private nothing has been said there yet. */
	enum err e = c->goes_private ? ERR_OK : question_sent(app->db, &c->q);

	if (e == ERR_OK)
		e = note_self(app, a, result);
	if (e == ERR_OK && c->is_last && c->goes_private)
		return question_go_private(app->db, &c->q);
	return e == ERR_OK && c->is_last ? end_answer(app, a, c) : e;
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct answer_call *c = s->state;
	struct tg_answer answer;

	if (!s->is_to_telegram)
		return settle_thought(app, a, c, call_err, res, o);
	answer = message_answer(a, s, call_err, res, o);
	if (o->after == AFTER_DONE) {
		o->after = c->is_last && !c->goes_private ? AFTER_DONE :
							    AFTER_NEXT_CALL;
		return note_said(app, a, c, answer.result);
	}
	message_refused(s, &answer, o);
	/* A group that is gone says nothing of who asked there. */
	o->is_gone = o->is_gone && !is_in_group(&c->q);
	return ERR_OK;
}

const struct job_kind answer_kind = {
	.prepare = prepare, .follow = follow, .settle = settle
};
