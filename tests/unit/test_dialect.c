/* Statements as PostgreSQL takes them. */
#include "testing.h"

#include "store/dialect.h"
#include "store/statement.h"

static const struct text {
	const char *why, *text, *want;
	size_t n;
} texts[] = {
	{ "no value", "SELECT 1", "SELECT 1", 0 },
	{ "one", "SELECT :a", "SELECT $1", 1 },
	{ "by the order in which they come", ":b, :a", "$1, $2", 2 },
	{ "one that comes twice", ":a + :b + :a", "$1 + $2 + $1", 2 },
	{ "one that goes on like another", ":a, :a_ms, :a", "$1, $2, $1", 2 },
	{ "in quotes it is a text", "'a:b' || :b", "'a:b' || $1", 1 },
	{ "and after them", "':a' :a '' :b", "':a' $1 '' $2", 2 },
	{ "a cast is none", ":a::text", "$1::text", 1 },
	{ "nor a colon", "a : b", "a : b", 0 },
	{ "at the end", "a:", "a:", 0 },
	{ "nothing", "", "", 0 },
};

static void
text(void **state)
{
	const struct text *t = *state;
	struct dialect d = dialect_numbered(&mem, t->text);

	check_text(d.text, t->want);
	check_int(d.n, t->n);
}

static const char *
values(size_t n)
{
	char *text = arena_dup_text(&mem, "SELECT 1");

	for (size_t i = 0; i < n; i++)
		text = arena_printf(&mem, "%s, :v%zu", text, i);
	return text;
}

static void
room(void **state)
{
	(void)state;
	check_int(dialect_numbered(&mem, values(DIALECT_MAX_VALUES)).n,
	    DIALECT_MAX_VALUES);
	assert_null(
	    dialect_numbered(&mem, values(DIALECT_MAX_VALUES + 1)).text);
}

static void
every_one(void **state)
{
	(void)state;
	for (int i = 0; i < SQL__COUNT; i++) {
		struct dialect d =
		    dialect_numbered(&mem, sql_text((enum sql)i));

		if (d.text == NULL)
			fail_msg("%s does not fit", sql_name((enum sql)i));
		check_lacks(d.text, " :");
		check_lacks(d.text, "(:");
	}
}

int
main(void)
{
	ROWS("values", text, texts);
	ONE("values", "as many as there is room for", room);
	ONE("values", "every statement fits", every_one);
	return testing_run("dialect", NULL, NULL);
}
