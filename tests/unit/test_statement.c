/* The statements by name: each has its own text, and nothing is put into one
 * but by a name. */
#include "testing.h"

#include "store/statement.h"

static const struct named {
	const char *why;
	enum sql what;
	const char *name, *begins;
} nameds[] = {
	{ "the first", (enum sql)0, NULL, "" },
	{ "one that reads", SQL_MARK_GET, "MARK_GET", "SELECT" },
	{ "one that writes", SQL_QUESTION_ADD, "QUESTION_ADD", "INSERT" },
	{ "the last", (enum sql)(SQL__COUNT - 1), NULL, "" },
};

static void
named(void **state)
{
	const struct named *n = *state;

	if (n->name != NULL)
		check_text(sql_name(n->what), n->name);
	assert_true(str_starts(str_from(sql_text(n->what)), n->begins));
}

static bool
is_verb(struct str word)
{
	static const char *const verbs[] = { "SELECT", "INSERT", "UPDATE",
		"DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT",
		"RELEASE" };

	for (size_t i = 0; i < LENGTH(verbs); i++)
		if (str_eq(word, verbs[i]))
			return true;
	return false;
}

/* Words of the enums were put in by the compiler; a value has a name. */
static void
every_one(void **state)
{
	(void)state;
	for (int i = 0; i < SQL__COUNT; i++) {
		const char *text = sql_text((enum sql)i);
		struct str rest = str_from(text);

		assert_non_null(sql_name((enum sql)i));
		assert_non_null(text);
		if (!is_verb(str_cut(&rest, ' ')))
			fail_msg("%s: %s", sql_name((enum sql)i), text);
		check_lacks(text, "WORD_");
		check_lacks(text, "%d");
		check_lacks(text, "%s");
		check_lacks(text, "?");
		check_lacks(text, ";");
		check_lacks(text, "  ");
	}
}

/* But for the searches, which each engine writes for itself. */
static void
no_two(void **state)
{
	(void)state;
	for (int i = 0; i < SQL__COUNT; i++)
		for (int j = 0; j < i; j++)
			if (strncmp(sql_name((enum sql)i), "SEARCH_", 7) != 0 &&
			    strcmp(sql_text((enum sql)i),
				sql_text((enum sql)j)) == 0)
				fail_msg("%s and %s are the same",
				    sql_name((enum sql)i),
				    sql_name((enum sql)j));
}

/* Whose it is has to be a value of it. */
static void
of_people(void **state)
{
	int n_of_people = 0;

	(void)state;
	for (int i = 0; i < SQL__COUNT; i++) {
		if (sql_about((enum sql)i) != ABOUT_PERSON)
			continue;
		n_of_people++;
		check_has(sql_text((enum sql)i), ":tg_id");
	}
	assert_true(n_of_people > 0);
	check_int(sql_about(SQL_INBOX_ADD), ABOUT_NAMES);
	check_int(sql_about(SQL_INBOX_PRUNE), ABOUT_ANYBODY);
}

int
main(void)
{
	ROWS("a statement", named, nameds);
	ONE("every statement", "begins with a verb and takes names", every_one);
	ONE("every statement", "is written once", no_two);
	ONE("a statement", "about a person takes their number", of_people);
	return testing_run("statement", NULL, NULL);
}
