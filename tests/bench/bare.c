/* The webhook's own work without a web server: parse, record, commit, one
 * event in each transaction. Prints the transactions per second.
 *
 * usage: bare LEDGER N */
#include "book.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	long n = argc > 2 ? strtol(argv[2], NULL, 10) : 1000;
	char *text = template_read(BODIES_EVENT);
	struct one one = { 0 };
	double began;

	if (argc < 2 || text == NULL)
		return 2;
	log_init("bare", LOG_ERROR);
	app.db = db_new(argv[1]);
	if (db_ready(app.db) != ERR_OK)
		return 1;
	began = now();
	for (long i = 0; i < n; i++)
		if (one_read(&one, text, i, time(NULL)) != ERR_OK ||
		    db_transaction(app.db, one_record, &one) != ERR_OK)
			return 1;
	printf("%.0f\n", (double)n / (now() - began));
	arena_free(&one.arena);
	db_free(app.db);
	free(text);
	return 0;
}
