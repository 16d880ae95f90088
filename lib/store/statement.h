/* The statements by name: sql.h as an enum, with each one's text and the name
 * by which the log tells of it. */
#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

enum sql {
#define SQL(name, text) SQL_##name,
#include "store/sql.h"
#undef SQL
	SQL__COUNT
};

/* What the engine is given, with :name where a value goes. */
const char *sql_text(enum sql what);

/* "ORDER_BY_ID": what the log calls it. */
const char *sql_name(enum sql what);

/* Whose it is in a transaction about some people, see sql_about.h. */
enum sql_about { ABOUT_ANYBODY, ABOUT_PERSON, ABOUT_NAMES };
enum sql_about sql_about(enum sql what);

#endif
