/* admit broadcast: messages to many, as /admin has them in the chat. */
#include "list.h"

#include "base/file.h"
#include "ledger/audit.h"
#include "ledger/broadcasts.h"
#include "shop/text.h"
#include "telegram/api.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_FILE_BYTES (4 * TG_MAX_TEXT) /* of UTF-8 */

/* ---- list ---- */

static const struct table_column columns[] = {
	{ "id", LOOK_ID },
	{ "asked_ms", LOOK_TIME },
	{ "state", LOOK_TEXT },
	{ "segment", LOOK_TEXT },
	{ "product", LOOK_TEXT },
	{ "language", LOOK_TEXT },
	{ "people", LOOK_RIGHT },
	{ "sent", LOOK_RIGHT },
	{ "blocked", LOOK_RIGHT },
	{ "failed", LOOK_RIGHT },
	{ "left", LOOK_RIGHT },
	{ NULL, LOOK_END },
};

/* Of those that it was confirmed for: who has come since makes it less than
 * none. */
static int64_t
left_of(const struct broadcast *b)
{
	int64_t n = b->n_people - b->n_sent - b->n_gone - b->n_failed;

	return n > 0 ? n : 0;
}

static void
add(const struct row *row, void *ctx)
{
	struct table *t = ctx;
	struct broadcast b;

	broadcast_from_row(row, &b);
	table_number(t, b.id);
	table_time(t, b.asked_ms);
	table_text(t, broadcast_state_name(b.state));
	table_text(t, b.segment);
	table_text(t, b.product);
	table_text(t, b.language);
	table_number(t, b.n_people);
	table_number(t, b.n_sent);
	table_number(t, b.n_gone);
	table_number(t, b.n_failed);
	table_number(t, left_of(&b));
}

static enum err
fill(struct app *app, struct table *t, const void *what)
{
	(void)what;
	return db_each(app->db, t->arena, SQL_BROADCASTS_LIST, KV_NONE, add, t);
}

static const struct list list = { "broadcasts", columns, "state",
	"Nothing was sent to many.", fill, false };

int
cmd_broadcast(struct app *app, const struct args *args)
{
	return list_print(app, args, &list, NULL);
}

/* ---- pause, resume, stop ---- */

struct wish {
	struct app *app;
	const struct args *args;
	struct arena arena;
	struct broadcast b;
	const char *word; /* the trail's */
	bool is;
};

static enum err
change(struct db *db, void *ctx)
{
	struct wish *w = ctx;

	return broadcast_change(db, &w->arena, 0, w->b.id, w->word, &w->is);
}

/* "all, de" */
static const char *
whom(struct wish *w)
{
	return arena_printf(&w->arena, "%s%s%s%s%s", w->b.segment,
	    w->b.product == NULL ? "" : " ",
	    w->b.product == NULL ? "" : w->b.product,
	    w->b.language == NULL ? "" : ", ",
	    w->b.language == NULL ? "" : w->b.language);
}

/* What it is about is shown before anybody answers: a number alone is soon
 * mistyped. */
static int
do_change(struct wish *w, const char *question, const char *done)
{
	struct broadcast *b = &w->b;
	enum err e = broadcast_get(w->app->db, &w->arena, b->id, b);

	if (e == ERR_NOT_FOUND) {
		puts("There is none of that number: see `admit broadcast`.");
		return 1;
	}
	if (e != ERR_OK)
		return cmd_unread();
	printf("No. %" PRId64 " (%s): %s, %" PRId64 " of %" PRId64 " sent.\n",
	    b->id, whom(w), broadcast_state_name(b->state), b->n_sent,
	    b->n_people);
	if (!cmd_is_meant(w->args, question, "Nothing was changed"))
		return STATUS_NOT_MEANT;
	e = db_transaction(w->app->db, change, w);
	if (e == ERR_OK)
		puts(w->is ? done : "There was nothing to do.");
	return e == ERR_OK && !w->is ? 1 : cmd_recorded(w->app, e);
}

static int
act(struct app *app, const struct args *args, const char *word,
    const char *question, const char *done)
{
	struct wish w = { .app = app, .args = args, .word = word };
	int status = 1;

	if (!str_to_i64(str_from(args_word(args, 0)), &w.b.id) || w.b.id <= 0)
		return args_wrong(args,
		    "\"%s\" is no number of a message to many, as `admit "
		    "broadcast` shows them",
		    args_word(args, 0));
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = do_change(&w, question, done);
	arena_free(&w.arena);
	return status;
}

int
cmd_broadcast_pause(struct app *app, const struct args *args)
{
	return act(app, args, BROADCAST_PAUSE, "Hold it?",
	    "Held; what is on its way still arrives.");
}

int
cmd_broadcast_resume(struct app *app, const struct args *args)
{
	return act(app, args, BROADCAST_GO, "Go on with it?", "It goes on.");
}

int
cmd_broadcast_stop(struct app *app, const struct args *args)
{
	return act(app, args, BROADCAST_STOP, "Stop it for good?",
	    "Stopped for good.");
}

/* ---- start ---- */

/* What Telegram would refuse is told before anybody is asked. NULL: it was
 * said why. */
static const char *
read_text(struct arena *a, const char *file)
{
	struct str text;
	const char *words;

	if (!file_read(a, file, MAX_FILE_BYTES, &text)) {
		printf("%s: %s\n", file, strerror(errno));
		return NULL;
	}
	words = arena_dup(a, str_trim(text));
	if (words[0] == '\0' || !str_is_utf8(str_from(words)) ||
	    strlen(words) < str_trim(text).len) {
		printf("%s: is no text in UTF-8.\n", file);
		return NULL;
	}
	if (strcmp(tg_fit(a, words, TG_MAX_TEXT), words) != 0) {
		printf("%s: is longer than the %d characters of one message.\n",
		    file, TG_MAX_TEXT);
		return NULL;
	}
	return words;
}

/* It stands there unconfirmed, as one that was looked at in the chat. */
static enum err
show(struct db *db, void *ctx)
{
	struct wish *w = ctx;
	int64_t n = 0;
	enum err e = broadcast_add(db, &w->arena, &w->b, &w->b.id);

	if (e == ERR_OK)
		e = broadcast_write(db, w->b.id, w->b.words);
	if (e == ERR_OK)
		e = broadcast_count(db, &w->arena, &w->b, &n);
	w->b.n_people = n;
	return e;
}

/* From here on it is the chore's, as one that was confirmed in the chat is; the
 * trail has the command line as its actor. */
static enum err
begin(struct db *db, void *ctx)
{
	struct wish *w = ctx;
	const struct act act = { .act = ACT_BROADCAST,
		.product = w->b.product,
		.number = w->b.id,
		.amount = w->b.n_people,
		.words = whom(w) };
	enum err e = broadcast_set(
	    db, &w->arena, w->b.id, BROADCAST_SHOWN, BROADCAST_RUNNING, &w->is);

	return e == ERR_OK && w->is ?
	    audit_note(db, &w->arena, &act, RESULT_DONE) :
	    e;
}

/* Shown and counted even where nobody can be asked, so that a script's first
 * run tells what the second would do. */
static int
start(struct wish *w)
{
	enum err e = db_transaction(w->app->db, show, w);

	if (e != ERR_OK)
		return cmd_recorded(w->app, e);
	printf("%s\n\nTo %s: %" PRId64 " people.\n", w->b.words, whom(w),
	    w->b.n_people);
	if (w->b.n_people == 0)
		return 1;
	if (!cmd_is_meant(w->args, "Send it?", "Nothing was sent"))
		return STATUS_NOT_MEANT;
	e = db_transaction(w->app->db, begin, w);
	if (e == ERR_OK)
		printf("No. %" PRId64 " is on its way: `admit broadcast` tells "
		       "how far.\n",
		    w->b.id);
	return cmd_recorded(w->app, e);
}

/* Whom it is for, as far as the catalog matters. False: it was said. */
static bool
has_product(const struct wish *w)
{
	const char *id = w->b.product;

	if (id == NULL || catalog_find(&w->app->catalog, id) != NULL)
		return true;
	printf("There is no product \"%s\".\n", id);
	return false;
}

int
cmd_broadcast_start(struct app *app, const struct args *args)
{
	const char *segment = args->option[OPTION_SEGMENT];
	const char *file = args->option[OPTION_TEXT_FILE];
	const char *language = args->option[OPTION_LANG];
	struct wish w = { .app = app,
		.args = args,
		.b = { .segment = segment,
		    .product = args->option[OPTION_PRODUCT] } };
	enum language in;
	int status = 1;

	if (segment == NULL || file == NULL)
		return args_wrong(args, "--segment and --text-file are needed");
	if (!broadcast_is_segment(&w.b))
		return args_wrong(args,
		    "--segment is all, in, ended or never, and --product goes "
		    "with in");
	if (language != NULL) {
		if (!cmd_language(args, language, &in))
			return STATUS_WRONG;
		w.b.language = language_code(in);
	}
	app->programs = PROGRAM_LEDGER;
	w.b.words = read_text(&w.arena, file);
	if (w.b.words != NULL && cmd_ledger_ok(app) && has_product(&w))
		status = start(&w);
	arena_free(&w.arena);
	return status;
}
