/* Users and orders as the ledger holds them. Writing functions are called
 * inside a transaction. */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "ledger/access.h"
#include "shop/catalog.h"
#include "shop/language.h"
#include "store/db.h"

/* How a refund stands. Only what goes back, or is on its way, takes anything
 * away. Stored: what is further down is the later word. */
enum refund_stage {
	REFUND_WAITS = -1, /* for the buyer, or for who knows what */
	REFUND_BACK,
	REFUND_FAILED /* or was canceled: the money stayed */
};

/* How a dispute stands: it goes from top to bottom and never back, so of two
 * words about one the lower is the later. Stored. */
enum dispute_stage {
	DISPUTE_WARNING, /* an inquiry: no money has moved */
	DISPUTE_OPEN,
	DISPUTE_LOST,   /* appealed or not */
	DISPUTE_SETTLED /* won, prevented, a warning that was closed */
};

struct order {
	int64_t id; /* 0: none */
	int64_t tg_id;
	const char *product;
	const char *session_id;
	int64_t paid_ms, processing_ms, failed_ms, expired_ms; /* 0: not */
	int64_t amount_minor;
	const char *currency; /* or NULL */
};

/* That ledger_inbox() is surely going to be called, see db_foresee(). */
void ledger_inbox_foresee(
    struct db *db, const char *source, const char *id, const char *type);

/* Notes an event or update; *is_new false where it was seen before. */
enum err ledger_inbox(struct db *db, const char *source, const char *id,
    const char *type, bool *is_new) MUST_CHECK;

/* Whether it was seen; nothing is noted. */
enum err ledger_inbox_has(struct db *db, struct arena *a, const char *source,
    const char *id, bool *has) MUST_CHECK;

/* Makes the user known, and notes the language if one is given; NULL leaves the
 * one that was noted. */
enum err ledger_user_seen(
    struct db *db, int64_t tg_id, const char *language) MUST_CHECK;

/* Notes by which link somebody started the bot; "": by none. Only the first
 * time counts. */
enum err ledger_user_started(
    struct db *db, int64_t tg_id, const char *source) MUST_CHECK;

/* What a person reads: the language that they chose here, else the one of
 * Telegram's that was noted, as far as we speak it; else, and of a stranger,
 * the shop's. */
enum err ledger_language(struct db *db, struct arena *a, int64_t tg_id,
    enum language *in) MUST_CHECK;

/* The same, with Telegram's word in an update of theirs (NULL: it has none),
 * which is noted of whoever is known. */
enum err ledger_language_now(struct db *db, struct arena *a, int64_t tg_id,
    const char *language, enum language *in) MUST_CHECK;

/* Notes what a known person chose; LANGUAGE__COUNT: Telegram's word, whatever
 * that is from now on. */
enum err ledger_choose_language(
    struct db *db, int64_t tg_id, enum language chosen) MUST_CHECK;

/* Whether messages reach the user: false after a block. */
enum err ledger_user_reachable(
    struct db *db, int64_t tg_id, bool reachable) MUST_CHECK;

/* Find an order. ERR_NOT_FOUND where there is none. The texts live in the
 * arena. */
enum err ledger_order_by_id(
    struct db *db, struct arena *a, int64_t id, struct order *out) MUST_CHECK;
enum err ledger_order_by_session(struct db *db, struct arena *a,
    const char *session_id, struct order *out) MUST_CHECK;

/* The newest order of the last 30 days that may have been paid without our
 * knowing, with an id below before_id (INT64_MAX: any). */
enum err ledger_order_unpaid(struct db *db, struct arena *a, int64_t tg_id,
    int64_t before_id, struct order *out) MUST_CHECK;

/* Whether the bank is still at work on a payment of the user's, for a product
 * (NULL: for any). */
enum err ledger_processing(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, bool *processing) MUST_CHECK;

/* Whether the user is in, as decided last. */
enum err ledger_access(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, enum access *out) MUST_CHECK;

/* As ledger_access(), and until when. */
struct term {
	enum access access;
	int64_t until_ms;      /* in until then; 0: for good */
	int64_t paid_until_ms; /* without grace */
	bool renews;           /* and is to be paid anew by then */
};
enum err ledger_term(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, struct term *out) MUST_CHECK;

/* The products that let the user in, whether or not they are sold still. */
struct ledger_products {
	struct arena *arena;
	const char **ids;
	size_t n, max;
};
enum err ledger_products(struct db *db, struct arena *a, int64_t tg_id,
    struct ledger_products *out) MUST_CHECK;

/* Whether anything lets the user in. */
enum err ledger_is_buyer(
    struct db *db, struct arena *a, int64_t tg_id, bool *is) MUST_CHECK;

/* Whether an invite to the product is still owed to the user. */
enum err ledger_invite_pending(struct db *db, struct arena *a, int64_t tg_id,
    const char *product, bool *pending) MUST_CHECK;

/* Those that one payment, or one subscription, paid for: of more than there is
 * room for, the first. */
#define LEDGER_ORDERS 8
struct orders {
	struct order o[LEDGER_ORDERS];
	int n;
};
enum err ledger_orders_of_payment(struct db *db, struct arena *a,
    const char *payment, struct orders *out) MUST_CHECK;
enum err ledger_orders_of_subscription(struct db *db, struct arena *a,
    const char *subscription, struct orders *out) MUST_CHECK;

/* Row mappers for the columns of struct order; ctx is one, or a struct orders
 * whose n is 0 before. */
void order_from_row(const struct row *row, void *ctx);
void orders_from_row(const struct row *row, void *ctx);

#endif
