/* Messages, and how they end. */
#include "outbox/message.h"

#define MAX_REFUSALS 3 /* of a call, before a person must look */

/* Says that the call goes to Telegram, and to which chat: the worker keeps
 * Telegram's pace by that. */
void
message_call(struct app *app, struct arena *a, struct step *s, int64_t chat_id,
    const char *method, struct json *params)
{
	const struct tg_api api = app_telegram(app);

	s->call = tg_request(a, &api, method, params);
	s->has_call = s->is_to_telegram = true;
	s->chat_id = chat_id;
}

void
message_upload(struct app *app, struct arena *a, struct step *s,
    int64_t chat_id, const char *method, struct json *params,
    const struct tg_file *file)
{
	const struct tg_api api = app_telegram(app);

	message_call(app, a, s, chat_id, method, NULL);
	s->call = tg_upload(a, &api, method, params, file);
}

void
message_send(struct app *app, struct arena *a, struct step *s,
    const struct tg_message *m)
{
	message_call(
	    app, a, s, m->chat_id, "sendMessage", tg_send_message(a, m));
}

void
message_say(struct app *app, struct arena *a, struct step *s, const char *text)
{
	const struct tg_message m = { .chat_id = s->job.tg_id, .text = text };

	message_send(app, a, s, &m);
}

void
message_retry(const struct step *s, const char *error, struct outcome *o)
{
	*o = (struct outcome){ .after = AFTER_RETRY,
		.wait_ms = jobs_backoff_ms(s->job.attempts),
		.error = error };
}

void
message_retry_call(struct arena *a, const struct step *s, const char *whom,
    enum err why, const struct http_response *res, struct outcome *o)
{
	message_retry(s, arena_printf(a, "%s: %s", whom, err_name(why)), o);
	if (res->retry_after_s > 0)
		o->wait_ms += res->retry_after_s * 1000;
}

/* The pause of a failure is taken as a base because it is scattered: jobs that
 * were told to wait must not all come back in the same moment. Half of its
 * first step is taken off, which keeps the wait at no less than Telegram asked
 * for. */
static void
wait_as_told(
    const struct tg_answer *answer, const struct step *s, struct outcome *o)
{
	message_retry(s, "Telegram asks to wait", o);
	o->after = AFTER_WAIT;
	o->silence_ms = o->wait_ms;
	if (answer->wait_s > 0) {
		o->silence_ms = answer->wait_s * 1000;
		o->wait_ms += o->silence_ms - JOBS_FIRST_PAUSE_MS / 2;
	}
}

const char *
message_words(struct arena *a, const struct tg_answer *answer,
    const struct http_response *res)
{
	return arena_printf(a, "Telegram: %d %.200s", res->status,
	    /* The words are cut to 200 characters, for they come from outside
	     * and are stored with the job. */
	    answer->description == NULL ? "without a word" :
					  answer->description);
}

struct tg_answer
message_answer(struct arena *a, const struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	struct tg_answer answer = { .outcome = TG_LATER };

	/* No answer may also mean that the message was sent. It is sent again
	 * all the same: twice is better than never. */
	if (call_err != ERR_OK) {
		message_retry(s, "Telegram: no answer", o);
		return answer;
	}
	tg_answer_read(a, res, &answer);
	if (answer.outcome == TG_DONE)
		*o = (struct outcome){ .after = AFTER_DONE };
	else if (answer.outcome == TG_WAIT)
		wait_as_told(&answer, s, o);
	else
		message_retry(s, message_words(a, &answer, res), o);
	return answer;
}

void
message_refused(
    const struct step *s, const struct tg_answer *answer, struct outcome *o)
{
	o->is_gone = answer->outcome == TG_USER_GONE;
	/* A refusal may be Telegram's mistake of a moment, so it is tried a few
	 * times; after that the same call will be refused for ever. */
	if (o->is_gone ||
	    (answer->outcome == TG_REFUSED && s->job.attempts >= MAX_REFUSALS))
		o->after = AFTER_PARK;
}

enum err
message_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o)
{
	const struct tg_answer answer = message_answer(a, s, call_err, res, o);

	(void)app;
	message_refused(s, &answer, o);
	return ERR_OK;
}
