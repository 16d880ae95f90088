/* Numbers under names. */
#include "shop.h"

#include "ledger/marks.h"

struct change {
	enum { SET, ADD } how;
	const char *key;
	int64_t n;
};

static const struct row {
	const char *why;
	struct change changes[3];
	int64_t want; /* under "a" */
} rows[] = {
	{ "none yet is 0", { { SET, "b", 7 } }, 0 },
	{ "as it was set", { { SET, "a", 7 } }, 7 },
	{ "the last one counts", { { SET, "a", 7 }, { SET, "a", 3 } }, 3 },
	{ "back to 0", { { SET, "a", 7 }, { SET, "a", 0 } }, 0 },
	{ "a count begins at 0", { { ADD, "a", 7 } }, 7 },
	{ "and goes on", { { ADD, "a", 7 }, { ADD, "a", 5 } }, 12 },
	{ "from what was set",
	    { { SET, "a", 7 }, { ADD, "a", 5 }, { ADD, "a", -2 } }, 10 },
	{ "each name has its own",
	    { { SET, "a", 7 }, { SET, "ab", 1 }, { ADD, "A", 1 } }, 7 },
	{ "as large as there are", { { SET, "a", INT64_MAX } }, INT64_MAX },
};

static enum err
make(struct db *db, void *ctx)
{
	const struct row *r = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < LENGTH(r->changes); i++) {
		const struct change *c = &r->changes[i];

		if (c->key != NULL)
			e = c->how == SET ? mark_set(db, c->key, c->n) :
					    mark_add(db, c->key, c->n);
	}
	return e;
}

static void
mark(void **state)
{
	int64_t got = -1;

	shop_open(NOTHING);
	shop_does(make, *state);
	check_err(mark_get(ledger.db, &mem, "a", &got), ERR_OK);
	check_int(got, ((const struct row *)*state)->want);
}

/* The bot's name stands beside its number: see self.h. */
static void
keeps_its_word(void **state)
{
	struct row r = { .changes = { { ADD, "a", 1 } } };

	(void)state;
	shop_open("INSERT INTO marks (key, value, word) VALUES ('a', 1, 'w')");
	shop_does(make, &r);
	check_int(look_int("SELECT value FROM marks WHERE key = 'a'"), 2);
	check_text(look_text("SELECT word FROM marks WHERE key = 'a'"), "w");
}

static enum err
note_word(struct db *db, void *ctx)
{
	return mark_word_set(db, "a", *(const struct mark_word *)ctx);
}

static void
with_word(void **state)
{
	struct mark_word m = { 7, "w" }, got = { 1, "x" };

	(void)state;
	shop_open(NOTHING);
	check_err(mark_word_get(ledger.db, &mem, "a", &got), ERR_OK);
	check_int(got.value, 0);
	check_text(got.word, NULL);
	shop_does(note_word, &m);
	check_err(mark_word_get(ledger.db, &mem, "a", &got), ERR_OK);
	check_int(got.value, 7);
	check_text(got.word, "w");
	m = (struct mark_word){ 0, NULL };
	shop_does(note_word, &m);
	check_err(mark_word_get(ledger.db, &mem, "a", &got), ERR_OK);
	check_text(got.word, NULL);
}

static void
away(void **state)
{
	struct db *db = db_new("/nowhere/admit.db");
	int64_t got = -1;

	(void)state;
	check_err(mark_get(db, &mem, "a", &got), ERR_UNAVAILABLE);
	check_int(got, -1); /* not 0, which would be a word of the ledger's */
	db_free(db);
}

int
main(void)
{
	ROWS("a mark", mark, rows);
	ONE("a mark", "a word beside it stays", keeps_its_word);
	ONE("a mark", "a number and its word", with_word);
	ONE("a mark", "a ledger that is away says nothing", away);
	return testing_run("marks", ledger_make, ledger_remove);
}
