/* The coach answers: from a question to the calls that it takes, one at a
 * time. A spoken one is heard first; the lessons are searched; a model words
 * the answer where there is one, else they are quoted. Whatever fails ends in
 * the quotes, never in silence. */
#include "base/clock.h"
#include "base/log.h"
#include "coach/guard.h"
#include "coach/handover.h"
#include "coach/parts.h"
#include "coach/prompt.h"
#include "coach/question.h"
#include "coach/search.h"
#include "coach/speech.h"
#include "ledger/ledger.h"
#include "ledger/marks.h"
#include "ledger/self.h"
#include "outbox/alert.h"
#include "outbox/message.h"
#include "shop/text.h"

#include <string.h>

#define MAX_TRIES 2
#define MAX_CALLS 3               /* about one person, in an hour */
#define PART_BYTES ((size_t)3900) /* Telegram takes 4096 characters */
#define MAX_ANSWER_BYTES (3 * PART_BYTES)
#define MAX_QUOTES 3
#define QUOTE_BYTES ((size_t)1000)
#define BYTES_A_TOKEN 3 /* of Cyrillic, at worst */
#define PAUSE_MS 1000
#define MAX_PAUSE_S 10
#define FIND_MS 8000
#define GET_MS 20000
#define MARK_NEW "coach/new-form"

enum answer_step {
	ANSWER_NOTHING,
	ANSWER_FIND_VOICE, /* where Telegram keeps it */
	ANSWER_GET_VOICE,
	ANSWER_HEAR,
	ANSWER_ASK, /* the model */
	ANSWER_SAY  /* a part of the answer, or all of it */
};

struct answer_call {
	enum answer_step step;
	bool is_to_telegram;
	struct http_request call;
	struct question q;
	enum question_outcome outcome; /* of ANSWER_SAY */
	bool is_last;                  /* part of it */
	bool is_over_budget;
	bool is_buyer; /* of anything */
	struct passage passages[PASSAGES_MAX];
	size_t n_passages;
	int64_t n_tokens; /* of ANSWER_ASK, roughly: where nobody counts */
};

/* ---- what is said ---- */

static const char *
source_of(struct arena *a, const struct passage *p)
{
	return text_fill(a,
	    p->lesson_no > 0 ? TEXT_COACH_SOURCE : TEXT_COACH_SOURCE_PLAIN,
	    KV(kv_int("number", p->lesson_no), kv_text("lesson", p->lesson)));
}

static bool
is_same_lesson(const struct passage *p, const struct passage *q)
{
	return p->lesson_no == q->lesson_no &&
	    strcmp(p->lesson, q->lesson) == 0 &&
	    strcmp(p->product, q->product) == 0;
}

/* The lessons behind an answer, each once. */
static const char *
sources(struct arena *a, const struct answer_call *c,
    const struct prompt_answer *from)
{
	const char *list = "";

	for (size_t i = 0; i < c->n_passages; i++) {
		bool is_known = from->names_any ? !from->uses[i] : i > 0;

		for (size_t k = 0; k < i && !is_known; k++)
			is_known = (!from->names_any || from->uses[k]) &&
			    is_same_lesson(&c->passages[k], &c->passages[i]);
		if (!is_known)
			list = arena_printf(
			    a, "%s\n%s", list, source_of(a, &c->passages[i]));
	}
	return list;
}

static const char *
quotes(struct arena *a, const struct answer_call *c)
{
	const char *text = text_plain(TEXT_COACH_QUOTES);

	for (size_t i = 0; i < c->n_passages && i < MAX_QUOTES; i++) {
		const struct passage *p = &c->passages[i];
		struct str rest = str_from(p->text);
		struct str quote = parts_next(&rest, QUOTE_BYTES);

		text = arena_printf(a, "%s\n\n%s%s%s\n%.*s%s", text,
		    source_of(a, p), p->heading[0] == '\0' ? "" : " · ",
		    p->heading, (int)quote.len, quote.p,
		    rest.len > 0 ? " …" : "");
	}
	return text;
}

/* "7333|pl:800 70 2222": in the asker's language, or the first. */
static const char *
helpline(const struct app *app, struct arena *a, const char *language)
{
	struct str rest = str_from(app->conf.coach_helpline), first = { 0 };

	while (rest.len > 0) {
		struct str one = str_cut(&rest, '|');
		bool has_language = one.len > 3 && one.p[2] == ':' &&
		    str_only((struct str){ one.p, 2 }, STR_LETTERS);
		struct str number =
		    has_language ? (struct str){ one.p + 3, one.len - 3 } : one;

		if (first.p == NULL)
			first = number;
		if (has_language && language != NULL &&
		    strncasecmp(language, one.p, 2) == 0)
			return arena_dup(a, str_trim(number));
	}
	return arena_dup(a, str_trim(first));
}

static bool
is_in_group(const struct question *q)
{
	return q->chat_id != q->tg_id;
}

static struct tg_message
message_to(struct app *app, struct arena *a, const struct answer_call *c,
    const char *text)
{
	const struct question *q = &c->q;
	struct tg_message m = { .chat_id = q->chat_id,
		.text = text,
		.reply_to = is_in_group(q) ? q->message_id : 0 };

	if (c->is_last && c->outcome <= QUESTION_NOT_FOUND &&
	    app->conf.support_chat_id != NULL) {
		m.button = text_plain(TEXT_COACH_PERSON_BUTTON);
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
holes(struct app *app, struct arena *a)
{
	const struct product *p = catalog_find(&app->catalog, NULL);
	struct kv *list = arena_alloc(a, 2 * sizeof(*list));

	list[0] = kv_text("product", product_title(p, "uk"));
	list[1] = kv_text("support", app_support(app, a));
	return (struct kvs){ list, 2 };
}

/* The marks that tokens are counted under, by the calendar's month. */
static const char *
month_mark(struct arena *a)
{
	char today[CLOCK_DATE_BYTES];

	clock_date(clock_now_ms(), today);
	return arena_printf(a, "coach/%.7s", today);
}

/* Of these, what went to people who have bought nothing. */
static const char *
stranger_mark(struct arena *a)
{
	return arena_printf(a, "%s/strangers", month_mark(a));
}

static enum err
write_request(struct app *app, struct arena *a, struct answer_call *c)
{
	struct turn turns[QUESTION_MAX_TURNS + 1];
	struct model m = { app->conf.coach_api_base, app->conf.coach_api_key,
		app->conf.coach_model, false };
	const char *system = prompt_system(a, c->passages, c->n_passages);
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
	return app->conf.coach_api_base != NULL && c->q.n_tried < MAX_TRIES &&
	    c->q.n_sent == 0 &&
	    (c->is_buyer || app->conf.coach_stranger_tokens > 0);
}

/* A model's words, if one may be asked; else the step stays ANSWER_NOTHING. */
static enum err
ask_model(struct app *app, struct arena *a, struct answer_call *c)
{
	int64_t limit = app->conf.coach_tokens_a_month, spent = 0, theirs = 0;
	enum err e;

	if (!may_ask(app, c))
		return ERR_OK;
	e = mark_get(app->db, a, month_mark(a), &spent);
	if (e == ERR_OK && !c->is_buyer)
		e = mark_get(app->db, a, stranger_mark(a), &theirs);
	if (e == ERR_OK)
		e = write_request(app, a, c);
	if (e != ERR_OK)
		return e;
	c->is_over_budget = limit > 0 && spent + c->n_tokens > limit;
	if (c->is_over_budget ||
	    (!c->is_buyer &&
		theirs + c->n_tokens > app->conf.coach_stranger_tokens))
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

/* Who has bought nothing hears how to, below what is for everybody; not before
 * others. */
static const char *
with_offer(struct app *app, struct arena *a, const struct answer_call *c,
    const char *text)
{
	return c->is_buyer || is_in_group(&c->q) ?
	    text :
	    arena_printf(a, "%s\n\n%s", text,
		text_fill(a, TEXT_COACH_NO_ACCESS, holes(app, a)));
}

static enum err
answer_from_lessons(struct app *app, struct arena *a, struct answer_call *c)
{
	enum question_outcome outcome;
	enum text nothing;
	enum err e = search(app, a, c);

	if (e == ERR_OK)
		e = ledger_is_buyer(app->db, a, c->q.tg_id, &c->is_buyer);
	if (e != ERR_OK)
		return e;
	if (c->n_passages == 0) {
		nothing = nothing_found(app, c, &outcome);
		say_all(
		    app, a, c, outcome, text_fill(a, nothing, holes(app, a)));
		return ERR_OK;
	}
	e = ask_model(app, a, c);
	if (e == ERR_OK && c->step == ANSWER_NOTHING)
		say_all(app, a, c, QUESTION_QUOTED,
		    with_offer(app, a, c, quotes(a, c)));
	return e;
}

/* The words of a question that was spoken. */
static void
find_voice(struct app *app, struct arena *a, struct answer_call *c)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);

	json_put_text(params, "file_id", c->q.voice);
	c->step = ANSWER_FIND_VOICE;
	c->call = tg_request(a, &api, "getFile", params);
	c->call.total_ms = FIND_MS;
}

static void
say_helpline(struct app *app, struct arena *a, struct answer_call *c)
{
	say_all(app, a, c, QUESTION_CRISIS,
	    text_fill(a, TEXT_COACH_CRISIS,
		KV(kv_text("helpline", helpline(app, a, c->q.language)))));
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
		return answer_from_lessons(app, a, c);
	else if (q->voice == NULL)
		say_all(app, a, c, QUESTION_TOO_LATE,
		    text_plain(TEXT_COACH_TOO_LATE));
	else if (app->conf.coach_speech_base == NULL || q->n_tried >= MAX_TRIES)
		say_all(app, a, c, QUESTION_UNHEARD,
		    text_plain(TEXT_COACH_UNHEARD));
	else
		find_voice(app, a, c);
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
	if (e == ERR_OK)
		e = prepare_answer(app, a, c);
	else if (e == ERR_NOT_FOUND) /* forgotten meanwhile */
		e = ERR_OK;
	s->call = c->call;
	s->has_call = c->step != ANSWER_NOTHING;
	s->is_to_telegram = c->is_to_telegram;
	s->chat_id = c->is_to_telegram ? c->q.chat_id : 0;
	return e;
}

/* ---- hearing ---- */

static bool
get_voice(struct app *app, struct arena *a, struct answer_call *c,
    const struct http_response *res)
{
	const struct tg_api api = app_telegram(app);
	struct tg_answer answer;

	tg_answer_read(a, res, &answer);
	if (answer.outcome != TG_DONE ||
	    tg_file_request(a, &api, json_text(answer.result, "file_path"),
		&c->call) != ERR_OK)
		return false;
	c->call.total_ms = GET_MS;
	c->step = ANSWER_GET_VOICE;
	return true;
}

/* Two small letters, for a language's name is a stranger's text too. */
static const char *
short_language(struct arena *a, const char *language)
{
	struct str s = str_from(language);

	s.len = s.len > 2 ? 2 : s.len;
	return s.len == 2 && str_only(s, STR_LETTERS) ? arena_dup(a, s) : NULL;
}

static bool
hear(struct app *app, struct arena *a, struct answer_call *c,
    const struct http_response *res)
{
	const struct model m = { .base = app->conf.coach_speech_base,
		.key = app->conf.coach_speech_key,
		.name = app->conf.coach_speech_model };

	if (res->status != 200 || res->body.len == 0)
		return false;
	c->call =
	    speech_request(a, &m, res->body, short_language(a, c->q.language));
	c->step = ANSWER_HEAR;
	return true;
}

static bool
follow(struct app *app, struct arena *a, struct step *s,
    const struct http_response *res)
{
	struct answer_call *c = s->state;
	bool is_next = c->step == ANSWER_FIND_VOICE ?
	    get_voice(app, a, c, res) :
	    c->step == ANSWER_GET_VOICE && hear(app, a, c, res);

	if (is_next)
		s->call = c->call;
	return is_next;
}

static enum err
settle_voice(struct app *app, struct arena *a, const struct answer_call *c,
    enum err e, const struct http_response *res)
{
	const char *words = NULL;

	if (e == ERR_OK)
		e = c->step == ANSWER_HEAR ? speech_read(a, res, &words) :
					     ERR_UNAVAILABLE;
	if (e == ERR_OK)
		return question_heard(app->db, &c->q, words,
		    guard_is_crisis(a, str_from(words)) ? QUESTION_CRISIS :
							  QUESTION_OPEN);
	log_event(LOG_WARN, "voice_not_heard",
	    KV(kv_int("question", c->q.id), kv_int("step", (int64_t)c->step),
		kv_text("why", err_name(e))));
	return question_tried(
	    app->db, &c->q, e == ERR_UNAVAILABLE ? 1 : MAX_TRIES);
}

/* ---- what a model answered ---- */

static enum err
spend(struct app *app, struct arena *a, const struct answer_call *c, int64_t n)
{
	enum err e = mark_add(app->db, month_mark(a), n);

	return e != ERR_OK || c->is_buyer ?
	    e :
	    mark_add(app->db, stranger_mark(a), n);
}

/* A wrong key, an unknown model. */
static enum err
alert_refused(struct app *app, struct arena *a, const char *why)
{
	return alert_daily(app, a, "coach-refused",
	    text_fill(a, TEXT_ALERT_COACH, KV(kv_text("why", why))));
}

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
		e = question_tried(
		    app->db, &c->q, why == ERR_REFUSED ? MAX_TRIES : 1);
	return e;
}

static enum err
note_answer(struct app *app, struct arena *a, const struct answer_call *c,
    const char *text)
{
	struct prompt_answer said = prompt_read(str_from(text), c->n_passages);
	struct str rest = said.text;

	if (said.is_none)
		return question_answer(app->db, &c->q,
		    text_fill(a,
			is_in_group(&c->q) ? TEXT_COACH_NOT_HERE :
					     TEXT_COACH_NOT_FOUND,
			holes(app, a)),
		    QUESTION_NOT_FOUND);
	text = guard_unlink(a, parts_next(&rest, MAX_ANSWER_BYTES - 1000),
	    app->conf.coach_links, text_plain(TEXT_COACH_NO_LINK));
	text = arena_printf(a, "%s%s\n%s", text, rest.len > 0 ? " …" : "",
	    sources(a, c, &said));
	return question_answer(
	    app->db, &c->q, with_offer(app, a, c, text), QUESTION_ANSWERED);
}

static enum err
settle_model(struct app *app, struct arena *a, const struct answer_call *c,
    enum err call_err, const struct http_response *res, int64_t *wait_ms)
{
	struct completion answer = { .reason = "no answer" };
	enum err e = call_err, noted = ERR_OK;

	if (call_err == ERR_OK)
		e = completion_read(a, res, &answer);
	if (call_err == ERR_OK && res->status == 200)
		noted = spend(app, a, c,
		    answer.n_tokens > 0 ? answer.n_tokens : c->n_tokens);
	if (noted != ERR_OK)
		return noted;
	if (e == ERR_OK)
		return note_answer(app, a, c, answer.text);
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
		e = settle_voice(app, a, c, call_err, res);
	}
	o->after = o->wait_ms > 0 ? AFTER_WAIT : AFTER_NEXT_CALL;
	return e;
}

/* ---- what Telegram took ---- */

static enum err
alert_budget(struct app *app, struct arena *a)
{
	return alert_promise(app, a,
	    arena_printf(a, "budget/%s", month_mark(a)),
	    text_count(a, TEXT_ALERT_COACH_BUDGET,
		app->conf.coach_tokens_a_month,
		KV(kv_int("amount", app->conf.coach_tokens_a_month))));
}

/* Nobody's words alone can keep calling everybody. */
static enum err
call_people(struct app *app, struct arena *a, const struct question *q)
{
	int64_t n = 0;
	enum err e = question_crises(app->db, a, q->tg_id, q->id, &n);

	return e != ERR_OK || n > MAX_CALLS ? e : support_call(app, a, q);
}

static enum err
end_answer(struct app *app, struct arena *a, const struct answer_call *c)
{
	enum err e = question_end(app->db, &c->q, c->outcome);

	if (e == ERR_OK && c->is_over_budget)
		e = alert_budget(app, a);
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
	enum err e = question_sent(app->db, &c->q);

	if (e == ERR_OK)
		e = note_self(app, a, result);
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
		o->after = c->is_last ? AFTER_DONE : AFTER_NEXT_CALL;
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
