/* Having a voice message written down. */
#include "coach/voice.h"

#include "base/log.h"
#include "coach/care.h"
#include "coach/guard.h"
#include "coach/speech.h"
#include "telegram/api.h"

#define FIND_MS 8000
#define GET_MS 20000

struct voice
voice_find(const struct app *app, struct arena *a, const struct question *q)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);
	struct voice v = { .step = VOICE_FIND };

	json_put_text(params, "file_id", q->voice);
	v.call = tg_request(a, &api, "getFile", params);
	v.call.total_ms = FIND_MS;
	return v;
}

/* The path is Telegram's word and becomes a part of a URL that holds the bot's
 * token, so tg_file_request() may refuse it. */
static bool
get(const struct app *app, struct arena *a, struct voice *v,
    const struct http_response *res)
{
	const struct tg_api api = app_telegram(app);
	struct tg_answer answer;

	tg_answer_read(a, res, &answer);
	if (answer.outcome != TG_DONE ||
	    tg_file_request(a, &api, json_text(answer.result, "file_path"),
		&v->call) != ERR_OK)
		return false;
	v->call.total_ms = GET_MS;
	v->step = VOICE_GET;
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
hear(const struct app *app, struct arena *a, const struct question *q,
    struct voice *v, const struct http_response *res)
{
	const struct model m = { .base = app->conf.coach_speech_base,
		.key = app->conf.coach_speech_key,
		.name = app->conf.coach_speech_model };

	if (res->status != 200 || res->body.len == 0)
		return false;
	v->call =
	    speech_request(a, &m, res->body, short_language(a, q->language));
	v->step = VOICE_HEAR;
	return true;
}

bool
voice_follow(const struct app *app, struct arena *a, const struct question *q,
    struct voice *v, const struct http_response *res)
{
	switch (v->step) {
	case VOICE_FIND:
		return get(app, a, v, res);
	case VOICE_GET:
		return hear(app, a, q, v, res);
	default:
		return false;
	}
}

/* Failing before the last step is worth another try: Telegram was away. Of a
 * silent voice, and of one that the speech server refuses, another try would
 * make no words. */
enum err
voice_settle(struct app *app, struct arena *a, const struct question *q,
    const struct voice *v, enum err call_err, const struct http_response *res)
{
	const char *words = NULL;
	enum err e = call_err;

	if (e == ERR_OK)
		e = v->step == VOICE_HEAR ? speech_read(a, res, &words) :
					    ERR_UNAVAILABLE;
	if (e == ERR_OK)
		return question_heard(app->db, q, care_hide(a, str_from(words)),
		    guard_is_crisis(a, str_from(words)) ? QUESTION_CRISIS :
							  QUESTION_OPEN);
	log_event(LOG_WARN, "voice_not_heard",
	    KV(kv_int("question", q->id), kv_int("step", (int64_t)v->step),
		kv_text("why", err_name(e))));
	return question_tried(
	    app->db, q, e == ERR_UNAVAILABLE ? 1 : QUESTION_MAX_TRIES);
}
