/* POST /tgupdate: Telegram's updates, recorded, then answered, with a reply in
 * the answer's body where losing it does no harm. What only asks for such a
 * reply does not wait for the disk. What is not understood is 200 as well:
 * Telegram would send it again for a day. */
#include "base/crypto.h"
#include "base/log.h"
#include "bot/chat.h"
#include "front/posts.h"

static bool
is_from_telegram(const struct app *app, const struct request *req)
{
	const char *token =
	    request_variable(req, "HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN");

	return secret_equal(
	    str_from(token), str_from(app->conf.telegram_webhook_secret));
}

static void *
judge(struct app *app, struct exchange *x)
{
	struct tg_update *u = arena_alloc(x->req.arena, sizeof(*u));

	if (!is_from_telegram(app, &x->req)) {
		posts_refuse(x, ERR_AUTH, "the secret token does not fit");
		return NULL;
	}
	x->res = response_json(200, str_from("{}"));
	if (tg_update_parse(x->req.arena, x->req.body, u) == ERR_OK)
		return u;
	log_event(LOG_WARN, "update_unreadable", KV_NONE);
	return NULL;
}

static enum err
record(struct app *app, struct exchange *x, void *what)
{
	struct tg_reply reply = { 0 };
	enum err e = chat_answer(app, app->db, x->req.arena, what, &reply);

	x->res = response_json(200,
	    e == ERR_OK && reply.method != NULL ?
		tg_reply_body(x->req.arena, reply.method, reply.params) :
		str_from("{}"));
	return e;
}

/* A reply that is lost with the power is asked for again. */
static bool
is_light(const void *what)
{
	return chat_only_answers(what);
}

int
main(void)
{
	static const struct posts tgupdate = { PROGRAM_TGUPDATE, "tgupdate",
		NULL, judge, record, is_light, NULL, NULL };

	return posts_main(&tgupdate);
}
