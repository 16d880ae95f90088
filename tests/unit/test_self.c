/* Who the bot is: noted from what is surely about it, and asked of commands. */
#include "shop.h"

#include "ledger/self.h"
#include "telegram/update.h"

#define NOTED \
	"INSERT INTO marks (key, value, word) VALUES ('bot', 77, 'our_bot')"

static const struct known {
	const char *why, *before;
	int64_t token_id, id;
	const char *name;
} knowns[] = {
	{ "nothing yet", NOTHING, 0, 0, NULL },
	{ "by the token alone", NOTHING, 77, 77, NULL },
	{ "as noted", NOTED, 77, 77, "our_bot" },
	{ "as noted, without a token", NOTED, 0, 77, "our_bot" },
	{ "another token: the noted name is another bot's", NOTED, 78, 78,
	    NULL },
};

static void
known(void **state)
{
	const struct known *k = *state;
	struct self s = { 1, "x" };

	shop_open(k->before);
	app.conf.bot_id = k->token_id;
	check_err(self_get(&app, &mem, &s), ERR_OK);
	check_int(s.id, k->id);
	check_text(s.name, k->name);
}

static const struct heard {
	const char *why, *before;
	int64_t token_id;
	struct tg_update u;
	const char *noted;
} heards[] = {
	{ "the bot's own place in a channel", NOTHING, 77,
	    { .kind = TG_RIGHTS, .bot_id = 77, .bot_name = "our_bot" },
	    "our_bot" },
	{ "the same without a token", NOTHING, 0,
	    { .kind = TG_RIGHTS, .bot_id = 77, .bot_name = "our_bot" },
	    "our_bot" },
	{ "another bot's place", NOTHING, 77,
	    { .kind = TG_RIGHTS, .bot_id = 78, .bot_name = "their_bot" },
	    NULL },
	{ "an answer to our message", NOTHING, 77,
	    { .kind = TG_MESSAGE, .bot_id = 77, .bot_name = "our_bot" },
	    "our_bot" },
	{ "an answer to another bot's", NOTHING, 77,
	    { .kind = TG_MESSAGE, .bot_id = 78, .bot_name = "their_bot" },
	    NULL },
	{ "an answer to some bot's, without a token", NOTHING, 0,
	    { .kind = TG_MESSAGE, .bot_id = 78, .bot_name = "their_bot" },
	    NULL },
	{ "a number without a name", NOTHING, 77,
	    { .kind = TG_RIGHTS, .bot_id = 77 }, NULL },
	{ "a new name", NOTED, 77,
	    { .kind = TG_RIGHTS, .bot_id = 77, .bot_name = "new_bot" },
	    "new_bot" },
	{ "no bot at all", NOTED, 77, { .kind = TG_MESSAGE }, "our_bot" },
};

static enum err
learn(struct db *db, void *ctx)
{
	const struct tg_update *u = ctx;

	(void)db;
	return self_learn(
	    &app, &mem, u->bot_id, u->bot_name, u->kind != TG_MESSAGE);
}

static void
learned(void **state)
{
	const struct heard *h = *state;
	struct tg_update u = h->u;

	shop_open(h->before);
	app.conf.bot_id = h->token_id;
	shop_does(learn, &u);
	check_text(
	    look_text("SELECT word FROM marks WHERE key = 'bot'"), h->noted);
}

static const struct command {
	const char *why, *behind, *name; /* behind the @; of ours */
	bool is_private, is_meant;
} commands[] = {
	{ "nobody's name", "", "our_bot", false, true },
	{ "ours", "our_bot", "our_bot", false, true },
	{ "ours in capitals", "Our_Bot", "our_bot", false, true },
	{ "another's", "their_bot", "our_bot", false, false },
	{ "another's, in private", "their_bot", "our_bot", true, false },
	{ "any, in private, while ours is not known", "x_bot", NULL, true,
	    true },
	{ "any, among others, while ours is not known", "x_bot", NULL, false,
	    false },
};

static void
meant(void **state)
{
	const struct command *c = *state;
	const struct self s = { 77, c->name };

	check_int(
	    self_is_meant(&s, str_from(c->behind), c->is_private), c->is_meant);
}

int
main(void)
{
	ROWS("known", known, knowns);
	ROWS("learned", learned, heards);
	ROWS("a command with", meant, commands);
	return testing_run("self", ledger_make, ledger_remove);
}
