/* The books: what was taken, what went back, what is under dispute, summed as
 * a seller asks for it. All of it is read from payments, refunds and disputes;
 * nothing is kept twice. Amounts are minor units of the currency beside them,
 * as the account gets them; different currencies are never added up. */
#ifndef LEDGER_BOOKS_H
#define LEDGER_BOOKS_H

#include "store/db.h"

/* The first three are enum payment_kind's; in SQL texts by number. */
enum movement_kind {
	MOVED_FIRST = 1,
	MOVED_RENEWAL,
	MOVED_OTHER,
	MOVED_BACK = 11,
	MOVED_DISPUTED /* open or lost; what is won has never moved */
};

enum books_by { BOOKS_BY_ALL, BOOKS_BY_DAY, BOOKS_BY_MONTH };

/* One line of the books: of one span of time, product, provider, currency. */
struct books_line {
	const char *when; /* "2026-11-27", "2026-11", "" by the machine's time
	                     zone */
	const char *product, *provider, *currency;
	int64_t n_new, n_renewed, n_other, n_back, n_disputed;
	int64_t taken_minor, tax_minor, back_minor, disputed_minor;
	int64_t new_minor, renewed_minor; /* of what was taken */
	int64_t net_minor; /* taken less what went back or is disputed */
};

struct books {
	struct books_line *lines; /* in the arena, by time, then as they came */
	size_t n;
};

/* From since_ms up to, but not at, until_ms. */
enum err books_read(struct db *db, struct arena *a, int64_t since_ms,
    int64_t until_ms, enum books_by by, struct books *out) MUST_CHECK;

/* Who pays again and again now: how many, and what that is by the month (MRR):
 * by the price of each subscription as it was read last, and where that is not
 * known, or less is paid by a coupon, by the last payment of a whole period.
 * What was paid for a change within one is neither. A year counts for a
 * twelfth, a week for as much as a month has of it. A trial counts for nothing,
 * though it had a price: that does not come again, and what will be paid after
 * it is not sure; who tries is counted from the first regular payment on. Nor
 * does count who owes and who has canceled. */
struct books_subscribers {
	const char *product, *provider, *currency;
	int64_t n;
	int64_t mrr_minor;
};
enum err books_subscribers(struct db *db, struct arena *a,
    struct books_subscribers **out, size_t *n) MUST_CHECK;

/* What is paid so for such a time, by the month: 0 for less than a second. */
int64_t books_by_the_month(int64_t minor, int64_t period_ms);

#endif
