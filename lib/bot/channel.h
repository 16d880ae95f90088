/* Letting people into a channel and out of it, as the steps of a job. */
#ifndef BOT_CHANNEL_H
#define BOT_CHANNEL_H

#include "bot/channel_answer.h"
#include "outbox/kind.h"

/* The next call and its answer as the step of a job. *c is the call even where
 * nothing is left to do; the step then has no call and no state. */
enum err channel_step(struct app *app, struct arena *a, struct step *s,
    const char *chat_id, enum invitation inviting,
    const struct channel_call **c) MUST_CHECK;

enum err channel_step_begin(
    struct app *app, struct arena *a, struct step *s) MUST_CHECK;

/* Settles one call of several; the next one follows at once, as long as the
 * calls get somewhere. */
enum err channel_step_settle(struct app *app, struct arena *a, struct step *s,
    enum err call_err, const struct http_response *res,
    struct outcome *o) MUST_CHECK;

#endif
