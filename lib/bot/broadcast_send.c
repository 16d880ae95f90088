/* Sending a message to many, one to each of them, and first to who wrote it. */
#include "bot/admin_page.h"
#include "bot/menu.h"
#include "ledger/audit.h"
#include "ledger/broadcasts.h"
#include "ledger/ledger.h"
#include "outbox/message.h"

#define WORD_PREVIEW "preview"
#define MAX_TRIES 3
#define MANY_REFUSED 20 /* and none sent: it is the message, not its readers */

/* "preview/N", or "N" to one of its readers. */
static bool
is_preview(const struct step *s)
{
	return str_starts(str_from(s->job.detail), WORD_PREVIEW "/");
}

static enum err
read_broadcast(
    struct app *app, struct arena *a, struct step *s, struct broadcast **b)
{
	struct str id = str_from(s->job.detail);
	int64_t n = 0;

	if (is_preview(s))
		(void)str_cut(&id, '/');
	s->state = *b = arena_alloc(a, sizeof(**b));
	**b = (struct broadcast){ 0 };
	(void)str_to_i64(id, &n);
	return broadcast_get(app->db, a, n, *b);
}

/* Asked at the last moment: it may have been stopped, or they may have said
 * that they want no more. What a pause did not reach in time still goes. */
static enum err
may_go(struct app *app, struct arena *a, const struct step *s,
    const struct broadcast *b, bool *may)
{
	*may = is_preview(s);
	if (*may ||
	    (b->state != BROADCAST_RUNNING && b->state != BROADCAST_PAUSED))
		return ERR_OK;
	return broadcast_is_wanted(app->db, a, s->job.tg_id, may);
}

/* Words of the command line, which nobody formatted. */
static void
say_words(struct app *app, struct arena *a, struct step *s,
    struct tg_message *m, const struct broadcast *b)
{
	m->text = b->words;
	message_send(app, a, s, m);
}

/* A copy brings all that the message has: its letters' forms, its picture. The
 * button is in the language of who gets it. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct tg_message m = { .chat_id = s->job.tg_id,
		.button_data = MENU_NO_LETTERS };
	struct broadcast *b;
	enum language in;
	bool may = false;
	enum err e = read_broadcast(app, a, s, &b);

	if (e == ERR_OK)
		e = may_go(app, a, s, b, &may);
	if (e != ERR_OK || !may)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = ledger_language(app->db, a, s->job.tg_id, &in);
	m.button = text_plain_in(in, TEXT_NO_LETTERS_BUTTON);
	if (e == ERR_OK && b->words != NULL)
		say_words(app, a, s, &m, b);
	else if (e == ERR_OK)
		message_call(app, a, s, m.chat_id, "copyMessage",
		    tg_copy_message(a, &m, b->chat_id, b->message_id));
	return e;
}

/* A page of /admin to who sends it. The key has no job's number, which is
 * another one's when it was taken back, and no reader's. */
static enum err
show(struct app *app, struct arena *a, const char *key,
    const struct broadcast *b, const char *page)
{
	return b->actor <= 0 ? ERR_OK :
			       jobs_promise(app->db, JOB_NOTICE, key, b->actor,
				   0, arena_printf(a, ADMIN_NOTICE "%s", page));
}

static const char *
after_preview(struct arena *a, const struct step *s)
{
	return arena_printf(a, "after/%s", s->job.promise);
}

/* They have seen it: now comes the question, with how many it is for. */
static enum err
ask(struct app *app, struct arena *a, const struct step *s,
    const struct broadcast *b)
{
	struct act act = { .actor = b->actor,
		.act = ACT_BROADCAST,
		.product = b->product,
		.number = b->id,
		.words = b->language == NULL ?
		    b->segment :
		    arena_printf(a, "%s, %s", b->segment, b->language) };
	int64_t id = 0;
	enum err e = broadcast_count(app->db, a, b, &act.amount);

	if (e == ERR_OK)
		e = audit_ask(app->db, a, &act, &id);
	return e != ERR_OK ? e :
			     show(app, a, after_preview(a, s), b,
				 arena_printf(a, "asked/%lld", (long long)id));
}

static enum err
settle_preview(struct app *app, struct arena *a, struct step *s,
    const struct tg_answer *answer, struct outcome *o)
{
	if (o->after == AFTER_DONE)
		return ask(app, a, s, s->state);
	if (answer->outcome != TG_REFUSED && answer->outcome != TG_USER_GONE)
		return ERR_OK;
	o->after = AFTER_DONE;
	return show(app, a, after_preview(a, s), s->state, "many/refused");
}

/* The message itself is gone, or may not be copied: nobody else will get it. */
static bool
is_lost(const struct tg_answer *answer)
{
	struct str why = str_from(answer->description);

	return answer->outcome == TG_REFUSED &&
	    (str_has_nocase(why, "message to copy not found") ||
		str_has_nocase(why, "message can't be copied") ||
		str_has_nocase(why, "MESSAGE_ID_INVALID"));
}

static enum err
give_up(struct app *app, struct arena *a, const struct broadcast *b)
{
	bool is = false;
	enum err e = broadcast_set(
	    app->db, a, b->id, BROADCAST_RUNNING, BROADCAST_LOST, &is);

	return e == ERR_OK && is ?
	    show(app, a, arena_printf(a, "many/%lld/lost", (long long)b->id), b,
		arena_printf(a, "many/how/%lld", (long long)b->id)) :
	    e;
}

/* Nothing of it is ever put aside: whoever comes back to the bot one day does
 * not want the news of then. Who blocked the bot is noted as such and is in no
 * later one. */
static enum err
settle_one(struct app *app, struct arena *a, struct step *s,
    const struct tg_answer *answer, struct outcome *o)
{
	const struct broadcast *b = s->state;
	struct broadcast_outcome what = { .sent = o->after == AFTER_DONE,
		.gone = answer->outcome == TG_USER_GONE,
		.failed = answer->outcome == TG_REFUSED &&
		    s->job.attempts >= MAX_TRIES };
	enum err e = ERR_OK;

	if (is_lost(answer)) {
		o->after = AFTER_DONE;
		return give_up(app, a, b);
	}
	o->is_gone = what.gone;
	if (what.gone || what.failed)
		o->after = AFTER_DONE;
	if (o->after == AFTER_DONE)
		e = broadcast_note(app->db, b->id, what);
	if (e == ERR_OK && what.failed && b->n_sent == 0 &&
	    b->n_failed + 1 >= MANY_REFUSED)
		e = give_up(app, a, b);
	return e;
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct tg_answer answer = message_answer(a, s, call_err, res, o);

	return is_preview(s) ? settle_preview(app, a, s, &answer, o) :
			       settle_one(app, a, s, &answer, o);
}

const struct job_kind broadcast_kind = {
	.prepare = prepare, .settle = settle, .is_silent = true
};
