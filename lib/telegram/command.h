/* A command as Telegram marks it, at the beginning of a text: "/pay",
 * "/pay@our_bot", "/pay something". Keyboards write the first letter as a
 * capital, and copied texts bring signs along that nobody sees: neither makes
 * it another command. */
#ifndef TELEGRAM_COMMAND_H
#define TELEGRAM_COMMAND_H

#include "base/str.h"

/* Parts of the text that it was read from. */
struct tg_command {
	struct str name; /* with its slash; empty: it is none */
	struct str bot;  /* whose it is; empty: not said */
	struct str rest; /* what follows, trimmed; all of it where it is none */
};

/* NULL is a text without anything in it. */
struct tg_command tg_command(const char *text);

/* Whether it is this one, whosever. */
bool tg_is_command(const char *text, const char *command);

#endif
