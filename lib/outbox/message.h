/* What the kinds of jobs that write to somebody share: the message as a step,
 * and what Telegram's answer makes of it. */
#ifndef OUTBOX_MESSAGE_H
#define OUTBOX_MESSAGE_H

#include "outbox/kind.h"

/* Makes the step's call this message, or one with this text to the job's
 * person. */
void message_send(struct app *app, struct arena *a, struct step *s,
    const struct tg_message *m);
void message_say(
    struct app *app, struct arena *a, struct step *s, const char *text);

/* Makes the step's call another method of Telegram's that writes to chat_id,
 * whose pace then counts it (0: it writes to nobody). */
void message_call(struct app *app, struct arena *a, struct step *s,
    int64_t chat_id, const char *method, struct json *params);

/* The same with a file, see tg_upload(). */
void message_upload(struct app *app, struct arena *a, struct step *s,
    int64_t chat_id, const char *method, struct json *params,
    const struct tg_file *file);

/* Says that the call failed, and why: it is tried again after the job's pause,
 * which grows from attempt to attempt (jobs_backoff_ms()). */
void message_retry(const struct step *s, const char *error, struct outcome *o);

/* The same of a call to somebody else ("Stripe"), no sooner than the answer
 * asks for; res is http_send()'s, even where no answer came. */
void message_retry_call(struct arena *a, const struct step *s, const char *whom,
    enum err why, const struct http_response *res, struct outcome *o);

/* Telegram's answer in words for the operator. */
const char *message_words(struct arena *a, const struct tg_answer *answer,
    const struct http_response *res);

/* Reads Telegram's answer to any call into *o: done; or to wait, where Telegram
 * asks for that (nobody's failure); or else to be tried again. What a refusal
 * means beyond that is the kind's to say, by the outcome that is returned. */
struct tg_answer message_answer(struct arena *a, const struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o);

/* Parks a message that was refused: at once where its reader is gone, else
 * after so many refusals that a person must look. */
void message_refused(
    const struct step *s, const struct tg_answer *answer, struct outcome *o);

/* message_answer() and message_refused() in one, for a message that leads to
 * nothing else. */
enum err message_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
