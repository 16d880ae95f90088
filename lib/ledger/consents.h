/* What buyers agreed to before they paid: the text by its hash, when, and in
 * which language it was read; and what they withdrew from. Rows are only
 * added. */
#ifndef LEDGER_CONSENTS_H
#define LEDGER_CONSENTS_H

#include "store/db.h"

struct consent {
	int64_t tg_id;
	const char *product;
	const char *hash;     /* SHA-256 in hex, see shop/agreement.h */
	const char *language; /* "uk" */
	/* By the person themselves, in the chat or behind a signed link; who
	 * follows a bare one may be anybody. */
	bool is_proven;
	int64_t at_ms; /* when it was given; 0, of consent_add(): now */
};

/* Notes one, in a transaction; the same within an hour before it, or later, is
 * noted once. */
enum err consent_add(struct db *db, const struct consent *c) MUST_CHECK;

/* Their latest for a product; must_be_proven: of those that are.
 * ERR_NOT_FOUND: there is none. */
enum err consent_latest(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, bool must_be_proven, struct consent *out) MUST_CHECK;

/* The one that a purchase was made with: the latest of before it was paid,
 * however it was given. ERR_NOT_FOUND: it was made without. */
enum err consent_of_purchase(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, int64_t paid_ms, struct consent *out) MUST_CHECK;

struct withdrawal {
	int64_t id, at_ms;
};

/* The latest from the purchase of an order. ERR_NOT_FOUND: there is none. */
enum err withdrawal_of_order(struct db *db, struct arena *a, int64_t order_id,
    struct withdrawal *out) MUST_CHECK;

#endif
