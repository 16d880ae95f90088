/* The webhook's own work without a web server: parse, record, commit, one
 * event in each transaction. Prints the transactions per second.
 *
 * usage: bare LEDGER N */
#include "base/arena.h"
#include "base/log.h"
#include "payment/stripe_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct app app = { .catalog = { .products = { { .id = "course",
					   .titles = { { NULL, "A course" } },
					   .n_titles = 1 } },
			      .n = 1 } };

struct one {
	struct arena *arena;
	struct stripe_event ev;
};

static enum err
record(struct db *db, void *ctx)
{
	struct one *one = ctx;
	bool is_new = false;
	enum err e =
	    ledger_inbox(db, "stripe", one->ev.id, one->ev.type, &is_new);

	return e == ERR_OK ? stripe_events_record(&app, one->arena, &one->ev) :
			     e;
}

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
	struct arena a = { 0 };
	double began;

	if (argc < 2)
		return 2;
	log_init("bare", LOG_ERROR);
	app.db = db_new(argv[1]);
	if (db_ready(app.db) != ERR_OK)
		return 1;
	began = now();
	for (long i = 0; i < n; i++) {
		struct one one = { &a, { 0 } };
		const char *body = arena_printf(&a,
		    "{\"id\":\"evt_bare_%ld\",\"object\":\"event\","
		    "\"type\":\"checkout.session.completed\","
		    "\"livemode\":false,\"data\":{\"object\":{"
		    "\"id\":\"cs_test_bare%ld\",\"mode\":\"payment\",\"payment_status\":\"paid\","
		    "\"status\":\"complete\",\"amount_total\":999,"
		    "\"currency\":\"eur\",\"payment_intent\":\"pi_bare%ld\","
		    "\"metadata\":{\"tg_id\":\"%ld\"}}}}",
		    i, i, i, 10000000 + i);

		if (stripe_event_parse(&a, str_from(body), &one.ev) != ERR_OK ||
		    db_transaction(app.db, record, &one) != ERR_OK)
			return 1;
		arena_reset(&a);
	}
	printf("%.0f\n", (double)n / (now() - began));
	arena_free(&a);
	db_free(app.db);
	return 0;
}
