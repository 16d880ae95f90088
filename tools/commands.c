/* The table of commands. */
#include "commands.h"

#include "cmd.h"

#include <string.h>

/* No option has a letter: who reads a script that somebody else wrote sees what
 * it says, and none is ever taken by two. */
#define OPTION(name, key, value, what) \
	{ \
		name, ARGS_KEY(key), value, 0, what, 0 \
	}
#define OPTIONS(...) \
	(const struct argp_option[]) \
	{ \
		__VA_ARGS__, \
		{ \
			0 \
		} \
	}

/* Those that several commands have. They mean the same everywhere, so they are
 * learnt once (COMMON OPTIONS in the man page). */
#define JSON \
	OPTION("json", OPTION_JSON, NULL, \
	    "one JSON document instead, for a program: money in minor units, " \
	    "times in ms since 1970")
#define YES OPTION("yes", OPTION_YES, NULL, "do not ask")
#define SINCE \
	OPTION("since", OPTION_SINCE, "30d|12h|DAY", \
	    "from then on: days or hours back, or a day such as 2026-01-31, " \
	    "by this machine's time zone")
#define PRODUCT(what) OPTION("product", OPTION_PRODUCT, "ID", what)
#define STATUS(what) OPTION("status", OPTION_STATUS, "WORD", what)
#define FIND \
	OPTION("find", OPTION_FIND, "TEXT", \
	    "rows in which a name has this in it; a number is compared whole")
#define LIMIT \
	OPTION("limit", OPTION_LIMIT, "N", \
	    "so many rows at most, 0 for all; on a terminal 50 unless told")

/* The order is that of the help: first what every shop needs, last what
 * erases. What a command may not be told stands in no row, so argp refuses it;
 * what a value must be like, beyond a choice of some words, each checks
 * itself. */
const struct command command_table[] = {
	{ "init", cmd_init, NULL,
	    "set up a shop: ask, register, wait for you, check",
	    OPTIONS(OPTION("address", OPTION_ADDRESS, "URL",
			"the public address, https://..."),
		OPTION("stripe-key-file", OPTION_STRIPE_KEY_FILE, "FILE",
		    "a file with Stripe's secret key; - is a line of standard "
		    "input"),
		OPTION("bot-token-file", OPTION_BOT_TOKEN_FILE, "FILE",
		    "the same for the bot's token")),
	    NULL },
	{ "work", cmd_work, NULL,
	    "keep what was promised: send invites, ask Stripe",
	    OPTIONS(OPTION("once", OPTION_ONCE, NULL,
			"do what is due and end, for cron"),
		OPTION("stay", OPTION_STAY, NULL,
		    "never go home, for a service manager"),
		OPTION("stop", OPTION_STOP, NULL,
		    "have the one that is at work end, and wait for that")),
	    NULL },
	{ "poll", cmd_poll, NULL,
	    "take Telegram's updates where nobody can post them",
	    OPTIONS(OPTION("remove-webhook", OPTION_REMOVE_WEBHOOK, NULL,
		"end the posting of updates that is set up")),
	    NULL },
	{ "setup", cmd_setup, "[stripe|telegram|operator|channel]",
	    "register the bot, or do one step of init alone", NULL, NULL },
	{ "check", cmd_check, NULL,
	    "try settings, ledger, clock, Stripe and Telegram",
	    OPTIONS(OPTION("settings", OPTION_SETTINGS, NULL,
			"the settings alone, and call nobody"),
		JSON),
	    NULL },
	{ "status", cmd_status, NULL,
	    "count buyers and orders, show what is owed and what is stuck",
	    OPTIONS(JSON), NULL },
	{ "reconcile", cmd_reconcile, NULL,
	    "ask Stripe and Telegram what never arrived, and record it",
	    OPTIONS(OPTION("since", OPTION_SINCE, "3d|12h",
		"how far back; three days unless told")),
	    NULL },
	{ "jobs", cmd_jobs, NULL, "list what waits to be done, and why",
	    OPTIONS(OPTION("parked", OPTION_PARKED, NULL,
			"only what waits for a person"),
		OPTION("kind", OPTION_KIND, "KIND", "only what is called so"),
		STATUS("only what is parked, due, waits, or is at work"), SINCE,
		FIND, LIMIT, JSON),
	    NULL },
	{ "jobs retry", cmd_jobs_retry, "ID|all",
	    "do one now, or all that are parked", OPTIONS(YES), NULL },
	{ "jobs drop", cmd_jobs_drop, "ID", "give one up for ever",
	    OPTIONS(YES), NULL },
	{ "orders", cmd_orders, "[TG_ID]",
	    "list the newest orders, of all or of one buyer",
	    OPTIONS(SINCE, PRODUCT("of this product alone"),
		STATUS("only what is paid, open, revoked, refunded or part "
		       "back"),
		FIND, LIMIT, JSON),
	    NULL },
	{ "grant", cmd_grant, "TG_ID [PRODUCT]",
	    "let somebody in without a payment",
	    OPTIONS(OPTION("days", OPTION_DAYS, "N",
			"for so many days, from now; for good unless told"),
		YES),
	    NULL },
	{ "revoke", cmd_revoke, "TG_ID [PRODUCT]",
	    "end what was bought or granted until now", OPTIONS(YES), NULL },
	{ "refund", cmd_refund, "ORDER",
	    "send the money back, by Stripe or in Stars",
	    OPTIONS(
		OPTION("amount", OPTION_AMOUNT, "5.00", "only so much of it"),
		OPTION("now", OPTION_NOW, NULL,
		    "end a subscription at once, whatever is paid"),
		OPTION("keep-access", OPTION_KEEP_ACCESS, NULL,
		    "let the buyer stay until the end of what was paid"),
		YES),
	    NULL },
	{ "payments", cmd_payments, NULL,
	    "list the payments that were taken, the newest first",
	    OPTIONS(SINCE, PRODUCT("for this product alone"),
		STATUS("of this kind: first, renewal or other"), FIND, LIMIT,
		JSON),
	    NULL },
	/* Two forms of one thing: the page is no other report. */
	{ "report", cmd_report, NULL,
	    "sum up what was sold, who is in, what was asked",
	    OPTIONS(OPTION("since", OPTION_SINCE, "30d|12h",
			"how far back; 30 days unless told"),
		OPTION("by", OPTION_BY, "day|month",
		    "a line for each of what was paid"),
		JSON,
		OPTION("html", OPTION_HTML, "FILE",
		    "a page with pictures; - is standard output"),
		OPTION("lang", OPTION_LANG, "LANGUAGE",
		    "the page's language: uk, en, de or pl")),
	    NULL },
	/* It asks for no --yes, since it reads alone, and has no filters: the
	 * books want all of it. */
	{ "export", cmd_export, "[TG_ID]",
	    "print all payments, or all that is kept of somebody",
	    OPTIONS(OPTION("csv", OPTION_CSV, NULL,
			"separated by commas, which is how it comes unless "
			"told"),
		OPTION("json", OPTION_JSON, NULL, "one JSON object a line")),
	    NULL },
	{ "backup", cmd_backup, "FILE",
	    "copy the ledger while the programs run",
	    OPTIONS(OPTION("force", OPTION_FORCE, NULL,
		"a copy of that name may be replaced")),
	    NULL },
	{ "restore", cmd_restore, "FILE", "go back to such a copy",
	    OPTIONS(OPTION("reconcile", OPTION_RECONCILE, NULL,
			"then ask Stripe and Telegram for what came after it"),
		YES),
	    NULL },
	{ "move", cmd_move, "FROM [TO]",
	    "bring the ledger to another database while the programs run",
	    OPTIONS(OPTION("cancel", OPTION_CANCEL, NULL,
			"take back a move from FROM"),
		YES),
	    "Each is sqlite:/full/path, postgresql://..., or the word "
	    "DATABASE_URL for the one of the settings." },
	{ "import", cmd_import, "FILE",
	    "take over buyers of the first version, or of a list",
	    OPTIONS(PRODUCT("who has none in the list gets this one"),
		OPTION("schema", OPTION_SCHEMA, "NAME",
		    "of a first version in PostgreSQL: its DB_SCHEMA"),
		YES),
	    "FILE is the first version's database (app.db, or "
	    "postgresql://...), or a list with a line for each: "
	    "tg_id,product,until." },
	{ "operator", cmd_operator, NULL,
	    "list who may use /admin in the chat, and as what", OPTIONS(JSON),
	    NULL },
	/* Who adds and removes expects to list as well. */
	{ "operator list", cmd_operator, NULL, "the same", OPTIONS(JSON),
	    NULL },
	{ "operator add", cmd_operator_add, "TG_ID",
	    "make somebody an operator",
	    OPTIONS(OPTION("role", OPTION_ROLE, "owner|support|viewer",
			"support unless told"),
		YES),
	    "A viewer looks; support lets in, sends new links, writes and "
	    "tries again; an owner also takes away, sends money back and gives "
	    "up what waits." },
	{ "operator remove", cmd_operator_remove, "TG_ID", "take the role away",
	    OPTIONS(YES), NULL },
	{ "audit", cmd_audit, "[TG_ID]",
	    "list what operators changed, when, and what came of it",
	    OPTIONS(SINCE, PRODUCT("about this product alone"),
		STATUS("with this result, such as done or \"not confirmed\""),
		FIND, LIMIT, JSON),
	    NULL },
	{ "broadcast", cmd_broadcast, NULL,
	    "list messages to many, and how far each is",
	    OPTIONS(SINCE, PRODUCT("to members of this product"),
		STATUS("only what is running, paused, stopped, done, lost, "
		       "begun or \"not confirmed\""),
		FIND, LIMIT, JSON),
	    NULL },
	{ "broadcast start", cmd_broadcast_start, NULL,
	    "write to many: shown, counted, and sent when you say so",
	    OPTIONS(OPTION("segment", OPTION_SEGMENT, "all|in|ended|never",
			"who wrote to the bot, is in, was in, never bought"),
		PRODUCT("of which they are members, with --segment in"),
		OPTION("lang", OPTION_LANG, "LANGUAGE",
		    "only who reads uk, en, de or pl"),
		OPTION("text-file", OPTION_TEXT_FILE, "FILE",
		    "the message, as plain text"),
		YES),
	    NULL },
	{ "broadcast pause", cmd_broadcast_pause, "ID", "hold one",
	    OPTIONS(YES), NULL },
	{ "broadcast resume", cmd_broadcast_resume, "ID", "go on with one",
	    OPTIONS(YES), NULL },
	{ "broadcast stop", cmd_broadcast_stop, "ID", "end one for good",
	    OPTIONS(YES), NULL },
	{ "lessons list", cmd_lessons_list, NULL,
	    "list what the coach answers from",
	    OPTIONS(PRODUCT("of this product alone"), FIND, LIMIT, JSON),
	    NULL },
	{ "lessons import", cmd_lessons_import, "FOLDER",
	    "read lessons from a folder",
	    OPTIONS(PRODUCT("for its buyers; the first one's unless told"),
		OPTION("public", OPTION_PUBLIC, NULL, "for everybody")),
	    NULL },
	{ "lessons remove", cmd_lessons_remove, "ID|all", "take lessons out",
	    OPTIONS(YES), NULL },
	{ "lessons search", cmd_lessons_search, "WORDS...",
	    "show what the coach would find", OPTIONS(JSON), NULL },
	{ "texts", cmd_texts, "[LANGUAGE]",
	    "print all sentences, to write your own from", NULL,
	    "LANGUAGE is uk, en, de or pl; the shop's unless told." },
	{ "product rename", cmd_product_rename, "OLD NEW",
	    "bring all that was sold under one id under another", OPTIONS(YES),
	    NULL },
	{ "forget", cmd_forget, "TG_ID", "erase a person from the ledger",
	    OPTIONS(YES), NULL },
	{ "help", NULL, "[COMMAND] [WORD]",
	    "list commands and settings, or explain a command",
	    OPTIONS(
		OPTION("env", OPTION_ENV, NULL, "a settings file to fill in"),
		OPTION("completion", OPTION_COMPLETION, "bash|zsh|fish",
		    "what makes that shell complete these commands"),
		OPTION("markdown", OPTION_MARKDOWN, NULL,
		    "the settings as rows of a table"),
		OPTION("table", OPTION_TABLE, NULL,
		    "a line for each command and each of its options")),
	    NULL },
	/* As all programs have it. */
	{ "version", NULL, NULL, "print the version", NULL, NULL },
	{ 0 },
};

/* Whether the name's first word is that: "job" is none of "jobs". */
static bool
begins(const struct command *c, const char *first)
{
	size_t n = strlen(first);

	return strncmp(c->name, first, n) == 0 &&
	    (c->name[n] == ' ' || c->name[n] == '\0');
}

const struct command *
command_of(const struct command *at, const char *first)
{
	for (at = at == NULL ? command_table : at + 1; at->name != NULL; at++)
		if (begins(at, first))
			return at;
	return NULL;
}

/* Two words go before one, and a first word alone may be no command at all, as
 * "lessons" is none. */
const struct command *
command_find(int argc, char **argv, int *n_used)
{
	const struct command *c = NULL, *found = NULL;

	*n_used = 0;
	while (argc > 0 && (c = command_of(c, argv[0])) != NULL) {
		const char *second = strchr(c->name, ' ');

		if (second == NULL && *n_used == 0) {
			found = c;
			*n_used = 1;
		} else if (second != NULL && argc > 1 &&
		    strcmp(second + 1, argv[1]) == 0) {
			found = c;
			*n_used = 2;
		}
	}
	return found;
}
