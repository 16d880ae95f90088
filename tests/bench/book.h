/* What webhook.fcgi does between a body and its commit, for programs that
 * measure that alone or want a ledger full of sales: read, note in the inbox,
 * record. */
#ifndef BENCH_BOOK_H
#define BENCH_BOOK_H

#include "base/arena.h"
#include "base/log.h"
#include "bodies.h"
#include "payment/stripe_events.h"

static struct app app = { .catalog = { .products = { { .id = "course",
					   .titles = { { NULL, "A course" } },
					   .n_titles = 1 } },
			      .n = 1 },
	.conf = { .bot_id = 1 } };

/* One event in its arena. */
struct one {
	struct arena arena;
	struct stripe_event ev;
};

/* The n-th sale's event as it comes in. */
static inline enum err
one_read(struct one *one, const char *text, int64_t n, int64_t at_s)
{
	char body[BODIES_MAX];
	struct sale s;
	size_t len;

	arena_reset(&one->arena);
	sale_draw(&s, n, at_s);
	len = template_fill(body, text, &s);
	return stripe_event_parse(
	    &one->arena, (struct str){ body, len }, &one->ev);
}

/* In a transaction. */
static inline enum err
one_record(struct db *db, void *ctx)
{
	struct one *one = ctx;
	bool is_new = false;
	enum err e =
	    ledger_inbox(db, "stripe", one->ev.id, one->ev.type, &is_new);

	if (e != ERR_OK || !is_new)
		return e == ERR_OK ? ERR_CONFLICT : e;
	return stripe_events_record(&app, &one->arena, &one->ev);
}

#endif
