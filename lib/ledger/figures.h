/* The figures of a report: what was sold day by day, how far people came from
 * the bot to the channel, how long they waited for the invite, who is in. Read
 * from the ledger as it is; nothing is kept for it. Amounts are minor units of
 * their currency, and different currencies are never added up. */
#ifndef LEDGER_FIGURES_H
#define LEDGER_FIGURES_H

#include "ledger/books.h"

/* What was sold for one currency. Lists have a value for each span. */
struct figures_money {
	const char *currency;  /* "eur" */
	struct books_line sum; /* of all of it */
	int64_t *fresh_minor, *renewed_minor, *other_minor;
	int64_t *back_minor, *disputed_minor; /* below zero */
	/* What was paid for the end of each span, by the month: of who has
	 * canceled too, since for that day they had paid. */
	int64_t *mrr_minor;
	/* Now, of those who go on paying (books_subscribers()). */
	int64_t n_subscribers, mrr_now_minor;
};

/* People, and how far they came; each number is part of the one before it. */
struct figures_funnel {
	int64_t n_came, n_began, n_paid, n_invited, n_joined;
	bool sees_joined; /* the bot is in a channel, so the last one counts */
};

struct figures_delay {
	size_t n; /* invites that were measured; 0: the rest means nothing */
	int64_t median_ms, p95_ms;
};

struct figures_product {
	const char *id;
	int64_t n;                   /* people who are in */
	int64_t n_renewing, n_until; /* of them */
};

/* Orders that were paid, by the word of the link that brought the buyer. */
struct figures_source {
	const char *word; /* "": no such link */
	int64_t n_orders;
	const char *currency;
	int64_t taken_minor;
};

struct figures {
	int64_t since_ms, until_ms;
	const char **spans; /* "2026-11-27" or "2026-11", by the time zone */
	int64_t *ends_ms;   /* when each has ended; the last one: until_ms */
	size_t n_spans;
	struct figures_money *money; /* in the order of their first sale */
	size_t n_money;
	struct figures_funnel funnel;
	struct figures_delay delay;
	struct figures_product *products;
	size_t n_products;
	struct figures_source *sources; /* most orders first */
	size_t n_sources;               /* 0 too where no word is known */
};

/* From the beginning of the day (or the month) that since_ms is in until
 * until_ms; by is one of those two. */
enum err figures_read(struct db *db, struct arena *a, int64_t since_ms,
    int64_t until_ms, enum books_by by, struct figures *out) MUST_CHECK;

#endif
