/* What the operators hear of in Telegram: a sale, money that goes back,
 * whatever needs a person. Those of ADMIN_TG_IDS and the owners of the ledger
 * hear of all of it, support of what is about a buyer; who only looks is not
 * called. Written in the transaction that makes it true, delivered by the
 * worker behind the buyers' messages. */
#ifndef OUTBOX_ALERT_H
#define OUTBOX_ALERT_H

#include "shop/app.h"
#include "shop/text.h"

/* What an alert says, to each in the language that they read. */
struct alert_words {
	enum text text;
	struct kvs values;
	int64_t n; /* beside which it stands, where it has plural forms; 0: it
	              has none */
	/* What each language writes in its own way; NULL: not told. */
	const char *product; /* for {product}: by its id */
	const char *money;   /* the name of a hole for an amount: */
	const char *currency;
	int64_t amount_minor;
	const char *date; /* the name of a hole for a day; 0: "-" */
	int64_t date_ms;
};

/* What an alert is about, by which it has buttons (bot/alert.c). All zero: the
 * shop as a whole. */
struct alert_about {
	int64_t tg_id;        /* a buyer; 0: nobody */
	int64_t refund_order; /* whose money may go back; 0: none */
	int64_t job;          /* that waits for a person; 0: none */
	int64_t chat_id;      /* a channel that the bot came into, or lost its
	                         rights in; 0: none */
	bool lets_in;         /* access may be given to the buyer */
};

/* Promises a message to each of the operators, once for each key, however often
 * this is called. In a transaction. The words hold no secret; whose language is
 * not known reads the shop's. The key begins with the cause ("sale/..."): of
 * each there are at most 30 an hour, then one that says how many more there
 * were, so that nobody can drown what the operators have to read. */
enum err alert_promise(struct app *app, struct arena *a, const char *key,
    const struct alert_words *words) MUST_CHECK;

/* The same about somebody or something. */
enum err alert_promise_about(struct app *app, struct arena *a, const char *key,
    const struct alert_words *words,
    const struct alert_about *about) MUST_CHECK;

/* While app->alerts points to one, alert_promise() and its like only keep in
 * mind what they are to promise; it has to stay as long as this is used. */
struct alert_list {
	struct arena *arena;
	struct alert_kept *kept;
	size_t n, max;
};

/* At the end of a transaction of many things: promises those, cause by cause.
 * All programs count those of one cause in one row: so it is held for a moment
 * alone, and no two programs that have rows of theirs wait for each other. */
enum err alerts_promise(struct app *app, struct alert_list *all) MUST_CHECK;

/* As alert_promise(), but once a day for each cause and what it is about
 * ("rights/-100…"): for a trouble that is met again and again until somebody
 * mends it. about NULL: the shop. */
enum err alert_daily(struct app *app, struct arena *a, const char *what,
    const struct alert_words *words,
    const struct alert_about *about) MUST_CHECK;

/* From a job's detail back: its words, and what they are about. One that was
 * promised by an older program is about the shop. */
const char *alert_read(
    struct arena *a, const char *detail, struct alert_about *about);

/* Takes a person's number out of all alerts, sent or not; in a transaction. */
enum err alert_forget(struct db *db, struct arena *a, int64_t tg_id) MUST_CHECK;

#endif
