/* People's words to people, and what those see beside them. */
#include "bot/support.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/tg_id.h"
#include "bot/admin_page.h"
#include "coach/care.h"
#include "coach/handover.h"
#include "coach/library.h"
#include "coach/manners.h"
#include "outbox/message.h"

#define MESSAGES_AN_HOUR 30 /* of one person; an album has up to ten */
#define MAX_BYTES 12000
#define MAX_TRIES 3

/* ---- what is for people ---- */

/* Where the bot writes to the support chat, no person of it asks. */
static bool
may_be_for_people(const struct reply *r, const char *words)
{
	return r->app->conf.support_chat_id != NULL &&
	    r->u->chat_id != tg_chat_id(r->app->conf.support_chat_id) &&
	    (words == NULL ||
		(words[0] != '/' &&
		    !care_has_secret(r->arena, str_from(words))));
}

static enum err
belongs_there(struct reply *r, bool *is)
{
	struct conversation c;
	enum err e = conversation_get(r->db, r->arena, r->u->from_id, &c);

	*is = e == ERR_OK && conversation_holds(&c);
	if (e != ERR_OK || *is || r->u->reply_to == 0)
		return e;
	return conversation_is_answer(
	    r->db, r->arena, r->u->from_id, r->u->reply_to, is);
}

/* A picture alone is shown to them as well (coach/listen.c), whoever else is
 * here. */
static enum err
nobody_else_can(struct reply *r, const char *words, bool *is)
{
	bool has_coach = false;
	enum err e = ERR_OK;

	*is = words == NULL && r->u->voice.file_id != NULL &&
	    r->app->conf.coach_speech_base == NULL;
	if (words == NULL || words[0] == '\0')
		return ERR_OK;
	e = library_has(r->db, r->arena, NULL, &has_coach);
	*is = e == ERR_OK && !has_coach &&
	    manners_of(r->arena, str_from(words)) == MANNERS_NONE;
	return e;
}

enum err
support_heard(struct reply *r, bool *taken)
{
	const char *words = tg_words(r->u);
	bool allowed = false;
	enum err e;

	*taken = false;
	if (!may_be_for_people(r, words))
		return ERR_OK;
	e = belongs_there(r, taken);
	if (e == ERR_OK && !*taken)
		e = nobody_else_can(r, words, taken);
	if (e != ERR_OK || !*taken)
		return e;
	e = reply_may(r, "support", MESSAGES_AN_HOUR, &allowed);
	if (e != ERR_OK)
		return e;
	return allowed ? handover_pass(r->app, r->arena, r->u) :
			 reply_fill(r, TEXT_SUPPORT_ENOUGH, KV_NONE);
}

/* ---- the button ---- */

/* Whoever is in the chat may. The number came with the button and so from the
 * presser's client: of whom there is no conversation nothing is done. */
enum err
support_pressed(struct reply *r, struct str data)
{
	struct str who = data, word = str_cut(&who, ':');
	struct conversation c = { 0 };
	int64_t tg_id = 0;
	bool was;
	enum err e = ERR_OK;

	if (r->u->chat_id != 0 &&
	    r->u->chat_id == tg_chat_id(r->app->conf.support_chat_id) &&
	    tg_id_parse(who, &tg_id))
		e = conversation_get(r->db, r->arena, tg_id, &c);
	if (e != ERR_OK || c.tg_id == 0)
		return e;
	if (str_eq(word, "close"))
		e = conversation_close(r->db, tg_id, &was);
	else
		e = conversation_said(r->db, tg_id);
	return e == ERR_OK ?
	    handover_state(r->db, r->arena, tg_id, r->u->update_id) :
	    e;
}

/* ---- the card ---- */

struct card {
	struct admin_page page;
	size_t n;
};

/* The days are those of /admin. */
static void
add_access(const struct row *row, void *ctx)
{
	struct card *c = ctx;
	int64_t until_ms = row_int(row, 3);
	char day[CLOCK_DATE_BYTES];

	c->n++;
	clock_local_date(until_ms, day);
	admin_text(&c->page,
	    row_int(row, 1) == 0 ? TEXT_ADMIN_OUT :
		until_ms != 0    ? TEXT_ADMIN_IN_UNTIL :
				   TEXT_ADMIN_IN,
	    KV(kv_text("product", admin_product(&c->page, row_text(row, 0))),
		kv_text("until", day), kv_text("why", row_text(row, 2))));
}

/* The first line leads to the person: a name is not stored. */
static const char *
as_html(struct arena *a, int64_t tg_id, const char *first, struct str rest)
{
	struct buf b = buf_new(a, 8 * MAX_BYTES);

	buf_text(&b,
	    arena_printf(
		a, "<a href=\"tg://user?id=%lld\">", (long long)tg_id));
	buf_html(&b, first);
	buf_text(&b, "</a>\n");
	buf_html(&b, arena_dup(a, rest));
	return buf_str(&b).p;
}

static enum err
add_lines(struct card *c, const struct conversation *about)
{
	struct reply *r = c->page.r;
	enum language theirs;
	enum err e = ledger_language(r->db, r->arena, about->tg_id, &theirs);

	if (e != ERR_OK)
		return e;
	admin_text(&c->page, TEXT_SUPPORT_READS,
	    KV(kv_text("words", text_plain_in(theirs, TEXT_LANGUAGE_NAME))));
	e = db_each(r->db, r->arena, SQL_BUYER_ACCESS,
	    KV(kv_int("tg_id", about->tg_id)), add_access, c);
	if (c->n == 0)
		admin_text(&c->page, TEXT_SUPPORT_NOTHING, KV_NONE);
	admin_line(&c->page, "");
	admin_text(&c->page,
	    about->closed_ms != 0 ? TEXT_SUPPORT_CLOSED : TEXT_SUPPORT_OPEN,
	    KV_NONE);
	return e;
}

/* In the shop's language: it is read by all of them. */
static enum err
write_card(struct app *app, struct arena *a, const struct conversation *about,
    struct tg_message *m)
{
	const enum language in = text_language();
	struct reply r = { app, app->db, a, NULL, NULL, in };
	struct card c = { .page = admin_page_new(&r, ROLE_NONE) };
	bool is_open = about->closed_ms == 0;
	enum err e = add_lines(&c, about);

	*m = (struct tg_message){ .chat_id =
				      tg_chat_id(app->conf.support_chat_id),
		.text = as_html(a, about->tg_id,
		    text_fill_in(in, a, TEXT_SUPPORT_PERSON,
			KV(kv_int("buyer", about->tg_id))),
		    buf_str(&c.page.text)),
		.is_html = true,
		.button = text_plain_in(in,
		    is_open ? TEXT_SUPPORT_CLOSE_BUTTON :
			      TEXT_SUPPORT_OPEN_BUTTON),
		.button_data = arena_printf(a, SUPPORT_BUTTON ":%s:%lld",
		    is_open ? "close" : "open", (long long)about->tg_id) };
	return e;
}

/* ---- in the worker ---- */

static enum err
prepare_card(struct app *app, struct arena *a, struct step *s,
    const struct conversation *c, struct str below)
{
	struct tg_message m;
	enum err e = write_card(app, a, c, &m);

	(void)str_to_i64(below, &m.reply_to);
	if (e == ERR_OK)
		message_send(app, a, s, &m);
	return e;
}

static enum err
prepare_state(struct app *app, struct arena *a, struct step *s,
    const struct conversation *c, struct str rest)
{
	struct tg_message m;
	enum err e = write_card(app, a, c, &m);

	(void)rest;
	m.chat_id = c->card.chat_id;
	if (e == ERR_OK && c->card.message_id != 0)
		message_call(app, a, s, m.chat_id, "editMessageText",
		    tg_edit_text(a, &m, c->card.message_id));
	return e;
}

/* "MESSAGE/CHAT/why": that an answer did not arrive, below it. */
static enum err
prepare_told(struct app *app, struct arena *a, struct step *s,
    const struct conversation *c, struct str rest)
{
	struct tg_message m = { 0 };

	(void)c;
	(void)str_to_i64(str_cut(&rest, '/'), &m.reply_to);
	m.chat_id = tg_chat_id(arena_dup(a, str_cut(&rest, '/')));
	m.text = text_plain_in(text_language(),
	    str_eq(rest, "gone") ? TEXT_SUPPORT_GONE : TEXT_SUPPORT_REFUSED);
	message_send(app, a, s, &m);
	return ERR_OK;
}

#define WORD_CARD "card"

/* By the word that its detail begins with: append, never rename. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	static const struct {
		const char *word;
		enum err (*prepare)(struct app *app, struct arena *a,
		    struct step *s, const struct conversation *c,
		    struct str rest);
	} all[] = { { WORD_CARD, prepare_card }, { "state", prepare_state },
		{ "told", prepare_told } };
	struct str rest = str_from(s->job.detail), word = str_cut(&rest, '/');
	struct conversation c;
	enum err e = conversation_get(app->db, a, s->job.tg_id, &c);

	/* Forgotten since, or the settings have no support chat any more. */
	if (e != ERR_OK || c.tg_id == 0 || app->conf.support_chat_id == NULL)
		return e;
	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(word, all[i].word))
			return all[i].prepare(app, a, s, &c, rest);
	return ERR_OK;
}

/* A reply to the card is a reply to its person. */
static enum err
note_card(struct app *app, const struct step *s, struct json *result)
{
	const struct conversation_message m = { .tg_id = s->job.tg_id };
	struct message_at at = { s->chat_id, 0 };
	enum err e;

	(void)json_int(result, "message_id", &at.message_id);
	e = conversation_note(app->db, at, &m);
	return e == ERR_OK ? conversation_note_card(app->db, m.tg_id, at) : e;
}

/* What Telegram will not have is given up: the person's words are there, and
 * that the chat cannot be written to is told by those (coach/handover.c). It is
 * no person's fault either, so nobody is taken for gone. */
static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct tg_answer answer = message_answer(a, s, call_err, res, o);
	bool is_card = str_starts(str_from(s->job.detail), WORD_CARD "/");

	if (o->after == AFTER_DONE)
		return is_card ? note_card(app, s, answer.result) : ERR_OK;
	if ((answer.outcome == TG_REFUSED || answer.outcome == TG_USER_GONE) &&
	    (!is_card || s->job.attempts >= MAX_TRIES))
		o->after = AFTER_DONE;
	return ERR_OK;
}

static int64_t
support_chat(const struct app *app, const struct job *job)
{
	(void)job;
	return tg_chat_id(app->conf.support_chat_id);
}

const struct job_kind support_kind = {
	.prepare = prepare, .settle = settle, .chat = support_chat
};
