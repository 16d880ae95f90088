/* What the kinds of jobs that write to somebody share: the message as a step,
 * and what Telegram's answer makes of it. */
#ifndef OUTBOX_MESSAGE_H
#define OUTBOX_MESSAGE_H

#include "outbox/kind.h"

/* The step's call becomes this message, or one of the job's person. */
void message_send(struct app *app, struct arena *a, struct step *s,
    const struct tg_message *m);
void
message_say(struct app *app, struct arena *a, struct step *s, const char *text);

/* The same with another method of Telegram's that writes to chat_id (0: to
 * nobody). */
void message_call(struct app *app, struct arena *a, struct step *s,
    int64_t chat_id, const char *method, struct json *params);

/* The call failed, for error: it is tried again, ever more seldom. */
void message_retry(const struct step *s, const char *error, struct outcome *o);

/* Telegram's answer in words for the operator. */
const char *message_words(struct arena *a, const struct tg_answer *answer,
    const struct http_response *res);

/* Reads Telegram's answer to any call. *o: done, a wait where it asks for one
 * (a failure of nobody's), else tried again; what a refusal means beyond that
 * is the kind's to say, by the outcome of what is returned. */
struct tg_answer message_answer(struct arena *a, const struct step *s,
    enum err call_err, const struct http_response *res, struct outcome *o);

/* A message that was refused is parked: at once where its reader is gone, else
 * when it was refused so often that a person must look. */
void message_refused(
    const struct step *s, const struct tg_answer *answer, struct outcome *o);

/* Both, for a message that leads to nothing else. */
enum err message_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
