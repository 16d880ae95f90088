/* Who the bot is. Updates name bots, and commands may be addressed to one: both
 * are compared with this. */
#ifndef LEDGER_SELF_H
#define LEDGER_SELF_H

#include "shop/app.h"

struct self {
	int64_t id;       /* 0: not known yet */
	const char *name; /* without the @; NULL: not known yet */
};

enum err self_get(
    const struct app *app, struct arena *a, struct self *out) MUST_CHECK;

/* Notes the name, in a transaction. A name that is noted is not written again,
 * another bot's not at all. */
enum err self_note(
    struct app *app, struct arena *a, int64_t id, const char *name) MUST_CHECK;

/* Notes the name of a bot that an update tells of. is_sure: it can be no other
 * than this one; otherwise the number in the token must say so. */
enum err self_learn(struct app *app, struct arena *a, int64_t id,
    const char *name, bool is_sure) MUST_CHECK;

/* Whether a command is for this bot: nobody's name stands behind it (to is
 * empty), or ours. While ours is not known, any name will do where nobody else
 * is. */
bool self_is_meant(const struct self *s, struct str to, bool is_private);

#endif
