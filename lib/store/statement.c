/* The table of statements, as sql.h has it. */
#include "store/statement.h"

#include "store/sql_words.h"

/* The same list makes the enum in statement.h, so neither a name without a text
 * nor a text without a name can come about. */
static const struct {
	const char *name, *text;
} statements[SQL__COUNT] = {
#define SQL(name, text) [SQL_##name] = { #name, text },
#include "store/sql.h"
#undef SQL
};

static const enum sql_about abouts[SQL__COUNT] = {
#define ABOUT(name, whose) [SQL_##name] = ABOUT_##whose,
#include "store/sql_about.h"
#undef ABOUT
};

const char *
sql_text(enum sql what)
{
	return statements[what].text;
}

const char *
sql_name(enum sql what)
{
	return statements[what].name;
}

enum sql_about
sql_about(enum sql what)
{
	return abouts[what];
}
