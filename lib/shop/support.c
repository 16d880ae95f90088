/* Questions on to people, replies back. */
#include "shop/support.h"

#include "base/clock.h"
#include "base/log.h"
#include "shop/alert.h"
#include "shop/self.h"
#include "shop/text.h"

#define STARTED_BY "ask_"

/* Once for each question, however often it is asked for. */
static enum err
promise(struct app *app, struct arena *a, const struct question *q)
{
	return jobs_promise(app->db, JOB_FORWARD,
	    arena_printf(a, "person/%lld", (long long)q->id), q->tg_id, 0,
	    arena_printf(a, "%lld", (long long)q->id));
}

/* ---- in the front ---- */

enum err
support_pass_on(struct app *app, struct arena *a, const struct tg_update *u,
    struct str id, struct tg_reply *reply)
{
	struct question q = { 0 };
	int64_t n;
	enum err e;

	if (app->conf.support_chat_id == NULL || !str_to_i64(id, &n))
		return ERR_OK;
	e = question_get(app->db, a, n, &q);
	if (e != ERR_OK || q.tg_id != u->from_id)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	reply->promised = true;
	return promise(app, a, &q);
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

/* How somebody comes to the bot who has not been there. */
static enum err
way_to_us(struct app *app, struct arena *a, const struct question *q,
    struct support_word *word)
{
	struct self self;
	enum err e = self_get(app, a, &self);

	if (e == ERR_OK && self.name != NULL)
		word->url =
		    arena_printf(a, "https://t.me/%s?start=" STARTED_BY "%lld",
			self.name, (long long)q->id);
	else
		word->text = text_plain(TEXT_COACH_START_FIRST);
	return e;
}

enum err
support_pressed_in_group(struct app *app, struct arena *a,
    const struct tg_update *u, struct str id, struct tg_reply *reply,
    struct support_word *word)
{
	struct question q = { 0 };
	bool is = false;
	int64_t n;
	enum err e;

	*word = (struct support_word){ NULL, NULL };
	if (app->conf.support_chat_id == NULL || !str_to_i64(id, &n))
		return ERR_OK;
	e = question_get(app->db, a, n, &q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (q.tg_id != u->from_id) {
		word->text = text_plain(TEXT_COACH_NOT_YOURS);
		return ERR_OK;
	}
	e = is_reachable(app, a, q.tg_id, &is);
	if (e != ERR_OK || !is)
		return e == ERR_OK ? way_to_us(app, a, &q, word) : e;
	word->text = text_plain(TEXT_COACH_PASSING_ON);
	reply->promised = true;
	return promise(app, a, &q);
}

enum err
support_started(struct app *app, struct arena *a, const struct tg_update *u,
    struct str word, struct tg_reply *reply, bool *taken)
{
	bool promised = reply->promised;
	size_t n = sizeof(STARTED_BY) - 1;
	enum err e;

	*taken = false;
	if (!str_starts(word, STARTED_BY))
		return ERR_OK;
	reply->promised = false;
	e = support_pass_on(
	    app, a, u, (struct str){ word.p + n, word.len - n }, reply);
	*taken = reply->promised;
	reply->promised |= promised;
	return e;
}

enum err
support_pass_back(struct app *app, struct arena *a, const struct tg_update *u,
    struct tg_reply *reply, bool *taken)
{
	struct question q = { 0 };
	enum err e;

	*taken = false;
	if (u->reply_to == 0 || u->is_service ||
	    u->chat_id != tg_chat_id(app->conf.support_chat_id))
		return ERR_OK;
	e = question_forwarded(app->db, a,
	    (struct message_at){ u->chat_id, u->reply_to }, u->reply_writer,
	    &q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*taken = reply->promised = true;
	return jobs_promise(app->db, JOB_RELAY,
	    arena_printf(a, "relay/%lld", (long long)u->update_id), q.tg_id, 0,
	    arena_printf(a, "%lld/%lld/%lld", (long long)q.id,
		(long long)u->message_id, (long long)u->chat_id));
}

/* ---- in the worker ---- */

static void
prepare_pass_on(struct app *app, struct arena *a, struct answer_call *c)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);

	if (app->conf.support_chat_id == NULL)
		return;
	json_put_int(params, "chat_id", tg_chat_id(app->conf.support_chat_id));
	json_put_int(params, "from_chat_id", c->q.chat_id);
	json_put_int(params, "message_id", c->q.message_id);
	c->step = ANSWER_PASS_ON;
	c->is_to_telegram = true;
	c->call = tg_request(a, &api, "forwardMessage", params);
}

/* at: "message/chat". A reply that an older program noted without its chat is
 * sent to nobody: in the chat of today's settings that number may be any
 * message. Its writer has to know. */
static void
prepare_pass_back(
    struct app *app, struct arena *a, struct answer_call *c, struct str at)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);
	struct str message_id = str_cut(&at, '/');
	int64_t n, chat_id = tg_chat_id(arena_dup(a, at));

	if (chat_id == 0 || !str_to_i64(message_id, &n)) {
		log_event(LOG_WARN, "reply_without_chat",
		    KV(kv_int("question", c->q.id)));
		c->lost = "a reply whose chat is not known: write it again";
		return;
	}
	/* To the asker alone: a person may write what a group must not read. */
	json_put_int(params, "chat_id", c->q.tg_id);
	json_put_int(params, "from_chat_id", chat_id);
	json_put_int(params, "message_id", n);
	if (c->q.chat_id == c->q.tg_id)
		tg_put_reply(params, c->q.message_id);
	c->step = ANSWER_PASS_BACK;
	c->is_to_telegram = true;
	c->call = tg_request(a, &api, "copyMessage", params);
}

void
support_prepare(struct app *app, struct arena *a, const struct job *job,
    struct str detail, struct answer_call *c)
{
	if (job->kind == JOB_FORWARD)
		prepare_pass_on(app, a, c);
	else
		prepare_pass_back(app, a, c, detail);
}

enum err
support_call(struct app *app, struct arena *a, const struct question *q)
{
	enum err e = alert_promise(app, a,
	    arena_printf(a, "crisis/%lld", (long long)q->id),
	    text_fill(a, TEXT_ALERT_CRISIS,
		KV(kv_text(
		    "buyer", arena_printf(a, "%lld", (long long)q->tg_id)))));

	if (e != ERR_OK || app->conf.support_chat_id == NULL)
		return e;
	return promise(app, a, q);
}

/* Of a question whose asker did not ask for a person: nothing is said. */
static enum err
tell_asker(struct app *app, struct arena *a, const struct answer_call *c,
    const char *notice)
{
	if (c->q.outcome == QUESTION_CRISIS)
		return ERR_OK;
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "%s/%lld", notice, (long long)c->q.id), c->q.tg_id,
	    0, notice);
}

enum err
support_passed(struct app *app, struct arena *a, const struct answer_call *c,
    struct json *result)
{
	struct message_at copy = { tg_chat_id(app->conf.support_chat_id), 0 };
	enum err e;

	if (c->step == ANSWER_PASS_BACK)
		return ERR_OK;
	(void)json_int(result, "message_id", &copy.message_id);
	(void)json_int(result, "chat.id", &copy.chat_id);
	e = question_note_forward(app->db, &c->q, copy);
	return e == ERR_OK ? tell_asker(app, a, c, "passed_on") : e;
}

enum err
support_not_passed(struct app *app, struct arena *a,
    const struct answer_call *c, const char *why, bool *is_over)
{
	char today[CLOCK_DATE_BYTES];

	/* The message itself is gone, or may not be passed on. */
	*is_over =
	    str_has_nocase(str_from(why), "message") && !tg_has_no_right(why);
	if (*is_over)
		return tell_asker(app, a, c, "not_passed_on");
	clock_date(clock_now_ms(), today);
	return alert_promise(app, a, arena_printf(a, "support-chat/%s", today),
	    text_fill(a, TEXT_ALERT_SUPPORT_CHAT, KV(kv_text("why", why))));
}
