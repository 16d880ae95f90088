/* Listening for questions. */
#include "coach/listen.h"

#include "coach/care.h"
#include "coach/guard.h"
#include "coach/handover.h"
#include "coach/manners.h"
#include "coach/question.h"
#include "coach/speech.h"
#include "ledger/ledger.h"
#include "ledger/self.h"
#include "outbox/jobs.h"
#include "shop/text.h"
#include "telegram/command.h"

#define MAX_OPEN 3    /* kind words and the like, not answered yet */
#define MAX_CRISES 10 /* of one person, answered in an hour */

/* Without lessons there is nothing to answer from, without a support chat
 * nobody to pass a question to. One of the two is enough. */
static enum err
is_here(struct app *app, struct arena *a, bool *is)
{
	int64_t n = 0;
	enum err e =
	    db_one(app->db, a, SQL_HAS_LESSONS, KV_NONE, row_to_int, &n);

	*is = n > 0 || app->conf.support_chat_id != NULL;
	return e;
}

/* People talk to each other in the group, and a coach that answered everything
 * there would be a nuisance. So it wants to be spoken to. */
enum err
listen_is_asked(struct app *app, struct arena *a, const struct tg_update *u,
    const char **text, bool *is_asked)
{
	struct tg_command command = tg_command(tg_words(u));
	struct self self;
	enum err e;

	*is_asked = false;
	if (u->chat_id == 0 ||
	    u->chat_id != tg_chat_id(app->conf.coach_group_id))
		return ERR_OK;
	e = self_get(app, a, &self);
	if (e != ERR_OK)
		return e;
	*text = tg_words(u);
	if (command.name.len > 0) {
		/* Other bots may be in the group, and know /ask as well: one
		 * that names another bot is not for us. */
		*is_asked = str_eq_nocase(command.name, "/ask") &&
		    self_is_meant(&self, command.bot, false);
		*text = arena_dup(a, command.rest);
	} else {
		*is_asked = (u->replies_to_bot && u->bot_id == self.id) ||
		    (app->conf.coach_group_comments != 0 &&
			u->replies_to_post &&
			str_ends(str_trim(str_from(*text)), "?"));
	}
	return ERR_OK;
}

/* ---- who may ask ---- */

/* What is wrong with the words, TEXT__COUNT: nothing. */
static enum text
fault_of(const struct app *app, const struct tg_update *u, const char *text,
    bool is_buyer)
{
	if (text != NULL)
		return str_chars(str_from(text)) > COACH_MAX_CHARS ?
		    TEXT_COACH_LONG :
		    TEXT__COUNT;
	if (app->conf.coach_speech_base == NULL)
		return TEXT_COACH_NO_VOICE;
	/* Turning a voice into words is paid for by the minute, so only those
	 * who have bought may spend it. */
	if (!is_buyer)
		return TEXT_COACH_NO_EAR;
	return u->voice.duration_s > SPEECH_MAX_S ||
		u->voice.size_bytes > SPEECH_MAX_BYTES ?
	    TEXT_COACH_LONG_VOICE :
	    TEXT__COUNT;
}

/* For a question that is refused no row is written, so it counts against
 * nobody's day. */
static enum err
refusal(struct app *app, struct arena *a, const struct tg_update *u,
    const char *text, bool is_polite, enum text *which)
{
	int64_t a_day = app->conf.coach_questions_a_day;
	struct question_count n = { 0 };
	bool is_buyer = false;
	enum err e = ERR_OK;

	if (text == NULL)
		e = ledger_is_buyer(app->db, a, u->from_id, &is_buyer);
	*which = fault_of(app, u, text, is_buyer);
	if (e != ERR_OK || *which != TEXT__COUNT)
		return e;
	e = question_count(app->db, a, u->from_id, &n);
	/* Thanks for one answer may come while the next is being written. */
	if (is_polite && n.n_open < MAX_OPEN)
		return e;
	/* One at a time: who sends a question in five short messages would get
	 * five answers, each to a part of it. */
	if (n.n_open > 0)
		*which = TEXT_COACH_BUSY;
	else if (a_day > 0 && n.n_today >= a_day)
		*which = TEXT_COACH_ENOUGH;
	return e;
}

/* ---- taking it ---- */

/* A refusal goes out in the answer to Telegram's own call, and whether it
 * arrived is not known. Nothing is lost with it: the question can be asked
 * again. */
static void
say(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, enum text which, struct tg_reply *reply)
{
	int64_t a_day = app->conf.coach_questions_a_day;
	int64_t n = which == TEXT_COACH_LONG ? COACH_MAX_CHARS :
	    which == TEXT_COACH_LONG_VOICE   ? SPEECH_MAX_S :
					       a_day;
	const struct tg_message m = { .chat_id = u->chat_id,
		.reply_to = u->is_private ? 0 : u->message_id,
		.text = text_count_in(in, a, which, n,
		    KV(kv_int("amount", a_day), kv_int("limit", n),
			kv_int("seconds", n))) };

	reply->method = "sendMessage";
	reply->params = tg_send_message(a, &m);
}

/* An answer takes seconds. Until then the asker sees that somebody is at it,
 * and does not ask again. */
static void
show_typing(struct arena *a, const struct tg_update *u, struct tg_reply *reply)
{
	reply->method = "sendChatAction";
	reply->params = json_new(a);
	json_put_int(reply->params, "chat_id", u->chat_id);
	json_put_text(reply->params, "action", "typing");
}

/* Telegram's word for it says more than ours, unless they chose another: one
 * that we do not speak has a helpline, and is heard in a voice. */
static const char *
language_of(const struct tg_update *u, enum language in)
{
	return language_find(u->language, text_language()) == in ?
	    u->language :
	    language_code(in);
}

/* A model is slow, and Telegram repeats an update that is not answered soon, so
 * the worker asks it. The question and the promise are written in one
 * transaction: neither is there without the other. */
static enum err
take(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, const char *text, enum question_outcome outcome,
    struct tg_reply *reply)
{
	const struct question q = { .tg_id = u->from_id,
		.outcome = outcome,
		.chat_id = u->chat_id,
		.message_id = u->message_id,
		.text = text == NULL ? NULL : care_hide(a, str_from(text)),
		.voice = text == NULL ? u->voice.file_id : NULL,
		.language = language_of(u, in) };
	int64_t id = 0;
	enum err e = question_add(app->db, a, &q, &id);

	if (e != ERR_OK)
		return e;
	show_typing(a, u, reply);
	return jobs_promise(app->db, JOB_ANSWER,
	    arena_printf(a, "question/%lld", (long long)id), u->from_id, 0,
	    arena_printf(a, "%lld", (long long)id));
}

enum err
listen_to_crisis(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, struct tg_reply *reply, bool *heard)
{
	const char *text = u->text != NULL ? u->text : u->caption;
	int64_t n = 0;
	enum err e;

	*heard = text != NULL && guard_is_crisis(a, str_from(text));
	if (!*heard)
		return ERR_OK;
	e = question_crises(app->db, a, u->from_id, INT64_MAX, &n);
	if (e != ERR_OK || n >= MAX_CRISES)
		return e; /* they have the number to call, many times */
	return take(app, a, u, in, text, QUESTION_CRISIS, reply);
}

/* Nobody but a person can tell what is on a picture. Where there are none, who
 * has bought is told that the coach reads; others get the bot's hint. */
static enum err
take_file(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, struct tg_reply *reply, bool *heard)
{
	struct question q = { .tg_id = u->from_id,
		.outcome = QUESTION_SHOWN,
		.chat_id = u->chat_id,
		.message_id = u->message_id,
		.language = language_of(u, in) };
	int64_t a_day = app->conf.coach_questions_a_day;
	struct question_count n = { 0 };
	enum err e = ledger_is_buyer(app->db, a, u->from_id, heard);

	if (e == ERR_OK && app->conf.support_chat_id != NULL)
		e = question_count(app->db, a, u->from_id, &n);
	if (e != ERR_OK)
		return e;
	if (app->conf.support_chat_id == NULL) {
		if (*heard)
			say(app, a, u, in, TEXT_COACH_READS, reply);
		return ERR_OK;
	}
	*heard = true;
	if (a_day > 0 && n.n_today >= a_day) {
		say(app, a, u, in, TEXT_COACH_ENOUGH, reply);
		return ERR_OK;
	}
	e = question_add(app->db, a, &q, &q.id);
	if (e == ERR_OK)
		e = question_end(app->db, &q, QUESTION_SHOWN);
	return e == ERR_OK ? handover_show(app, a, &q) : e;
}

static enum err
take_or_refuse(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, const char *text, bool is_polite, struct tg_reply *reply)
{
	enum text which;
	enum err e = refusal(app, a, u, text, is_polite, &which);

	if (e != ERR_OK)
		return e;
	if (which == TEXT__COUNT)
		return take(app, a, u, in, text, QUESTION_OPEN, reply);
	say(app, a, u, in, which, reply);
	return ERR_OK;
}

/* Something to look at, and no word with it; in a group that is for the
 * others. */
static bool
is_bare_file(const struct tg_update *u, const char *text)
{
	return text == NULL && u->voice.file_id == NULL && u->has_file &&
	    u->is_private;
}

/* Words that are no command's: *is_polite where no lesson is needed for them.
 * Thanks and matters of the purchase are answered also where there is no coach;
 * who says hello there gets the bot's hint. */
static enum err
hear(struct app *app, struct arena *a, const char *text, bool has_voice,
    bool *is_polite, bool *heard)
{
	bool has_words = text != NULL && text[0] != '\0' && text[0] != '/';
	enum manners m =
	    has_words ? manners_of(a, str_from(text)) : MANNERS_NONE;
	bool is = false;
	enum err e = is_here(app, a, &is);

	*is_polite = m != MANNERS_NONE;
	*heard = (has_words || has_voice) &&
	    (is || m == MANNERS_THANKS || manners_is_business(m));
	return e;
}

/* A number that nobody should have sent is answered at once and goes nowhere:
 * no row has it, and nobody is shown the message. */
enum err
listen_to(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, const char *text, struct tg_reply *reply, bool *heard)
{
	bool has_voice = text == NULL && u->voice.file_id != NULL;
	bool is_polite = false;
	enum err e;

	if (text != NULL && care_has_secret(a, str_from(text))) {
		*heard = true;
		say(app, a, u, in, TEXT_COACH_SECRET, reply);
		return ERR_OK;
	}
	if (is_bare_file(u, text)) {
		e = is_here(app, a, heard);
		return e != ERR_OK || !*heard ?
		    e :
		    take_file(app, a, u, in, reply, heard);
	}
	e = hear(app, a, text, has_voice, &is_polite, heard);
	if (e != ERR_OK || !*heard)
		return e;
	return take_or_refuse(app, a, u, in, text, is_polite, reply);
}
