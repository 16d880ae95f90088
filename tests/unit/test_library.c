/* The lessons that the ledger holds: listed, replaced, removed. */
#include "ledger.h"

#include "coach/library.h"

struct putting {
	struct source source;
	const char *text;
	bool is_new;
};

static enum err
put_in(struct db *db, void *ctx)
{
	struct putting *p = ctx;
	struct lessons l;
	const char *why;
	enum err e =
	    lesson_read(&mem, p->source.name, str_from(p->text), &l, &why);

	return e == ERR_OK ?
	    library_put(db, &mem, &p->source, &l.list[0], &p->is_new) :
	    e;
}

static bool
put(const char *name, const char *product, bool is_public, const char *text)
{
	struct putting p = { { name, product, is_public }, text, false };

	check_err(db_transaction(ledger.db, put_in, &p), ERR_OK);
	return p.is_new;
}

static enum err
remove_in(struct db *db, void *ctx)
{
	return library_remove(db, &mem, *(const int64_t *)ctx);
}

static void
show(const struct library_entry *e, void *ctx)
{
	const char **list = ctx;

	*list = arena_printf(&mem, "%s%lld %s %s %s %d %lld;", *list,
	    (long long)e->number, e->title, e->name, e->product, e->is_public,
	    (long long)e->n_chunks);
}

static const char *
listed(void)
{
	const char *list = "";

	check_err(library_list(ledger.db, &mem, show, &list), ERR_OK);
	return list;
}

static void
list(void **state)
{
	(void)state;
	ledger_fresh();
	check_text(listed(), "");
	(void)put("7.md", "course", false, "# Seven\na\n\n## More\nb");
	check_text(listed(), "7 Seven 7.md course 0 2;");
	(void)put("7.md", "course", true, "# Seven\na");
	check_text(listed(), "7 Seven 7.md course 1 1;");
}

/* What makes a source's lesson another one. */
static const struct again {
	const char *why, *name, *product, *text;
	bool is_public, is_new;
	int64_t n; /* lessons afterwards */
} agains[] = {
	{ "just so", "1.md", "course", "# T\na", false, false, 1 },
	{ "another text", "1.md", "course", "# T\nb", false, true, 1 },
	{ "another title", "1.md", "course", "# U\na", false, true, 1 },
	{ "public now", "1.md", "course", "# T\na", true, true, 1 },
	{ "another product", "1.md", "club", "# T\na", false, true, 2 },
	{ "another file", "2.md", "course", "# T\na", false, true, 2 },
	{ "words that have moved to the heading", "1.md", "course",
	    "# T\n## a\nb", false, true, 1 },
};

static void
put_again(void **state)
{
	const struct again *a = *state;

	ledger_fresh();
	assert_true(put("1.md", "course", false, "# T\na"));
	check_int(put(a->name, a->product, a->is_public, a->text), a->is_new);
	check_int(look_int("SELECT COUNT(*) FROM lessons"), a->n);
	check_int(look_int("SELECT COUNT(*) FROM chunks"), a->n);
	if (!on_postgres())
		check_int(look_int("SELECT COUNT(*) FROM chunk_words"), a->n);
}

static void
removed(void **state)
{
	int64_t id;

	(void)state;
	ledger_fresh();
	(void)put("1.md", "course", false, "# T\na");
	(void)put("2.md", "course", false, "# U\nb");
	id = look_int("SELECT id FROM lessons WHERE title = 'T'");
	check_err(db_transaction(ledger.db, remove_in, &id), ERR_OK);
	check_text(listed(), "2 U 2.md course 0 1;");
	check_int(look_int("SELECT COUNT(*) FROM chunks"), 1);
	if (!on_postgres())
		check_int(look_int("SELECT COUNT(*) FROM chunk_grams"), 1);
	check_err(db_transaction(ledger.db, remove_in, &id), ERR_NOT_FOUND);
	check_text(listed(), "2 U 2.md course 0 1;");
}

static enum err
rename_in(struct db *db, void *ctx)
{
	return library_rename(db, &mem, "old", "course", ctx);
}

/* Of two from one source the other's own stays. */
static void
renamed(void **state)
{
	int64_t n = 0;

	(void)state;
	ledger_fresh();
	(void)put("1.md", "old", false, "# T\na");
	(void)put("2.md", "old", false, "# U\nb");
	(void)put("2.md", "course", false, "# V\nc");
	check_err(db_transaction(ledger.db, rename_in, &n), ERR_OK);
	check_int(n, 1);
	check_text(listed(), "1 T 1.md course 0 1;2 V 2.md course 0 1;");
	check_int(look_int("SELECT COUNT(*) FROM chunks"), 2);
}

int
main(void)
{
	ONE("list", "of what there is", list);
	ROWS("again", put_again, agains);
	ONE("removed", "with all its pieces", removed);
	ONE("renamed", "with its product", renamed);
	return testing_run("library", ledger_make, ledger_remove);
}
