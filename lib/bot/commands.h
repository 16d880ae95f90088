/* The commands that the bot knows, and what it says to each. */
#ifndef BOT_COMMANDS_H
#define BOT_COMMANDS_H

#include "bot/reply.h"

/* Answers the command that the update's text, in the private chat, begins with.
 * *is_command false: it is none of the table, or another bot's, and nothing was
 * said. */
enum err commands_answer(struct reply *r, bool *is_command) MUST_CHECK;

/* Whether the text begins with a command that only says something. */
bool commands_only_answer(const char *text);

/* The message behind a button of the menu's (MENU_STATUS and the like); *said
 * false: the word is another. Reads the ledger alone, so that the worker can
 * say it. */
enum err commands_say(struct reply *r, struct str word, bool *said) MUST_CHECK;

/* The i-th command of the menu that Telegram shows, without its slash, and
 * what it is for, in a language; false past the last. */
bool commands_menu(
    enum language in, size_t i, const char **command, const char **description);

#endif
