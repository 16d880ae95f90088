/* One update and the reply to it: what every command and button needs. All of
 * it inside the transaction in which the update is answered. */
#ifndef BOT_REPLY_H
#define BOT_REPLY_H

#include "ledger/ledger.h"
#include "outbox/jobs.h"
#include "shop/app.h"
#include "shop/text.h"
#include "telegram/api.h"
#include "telegram/update.h"

/* Lives as long as the update is being answered; owns nothing. */
struct reply {
	struct app *app;
	struct db *db;
	struct arena *arena;
	const struct tg_update *u;
	struct tg_reply *out; /* a later call replaces it */
	enum language in;     /* what this person reads */
};

/* Says something to whoever sent the update. Telegram does not tell whether
 * the call in a reply came to something, so only what may be lost is said. */
enum err reply_picture(
    struct reply *r, const struct tg_message *m, struct str png) MUST_CHECK;
enum err reply_message(struct reply *r, const struct tg_message *m) MUST_CHECK;
enum err reply_text(struct reply *r, const char *text) MUST_CHECK;

/* The same in their language, filled with the values. */
enum err reply_fill(
    struct reply *r, enum text which, struct kvs values) MUST_CHECK;

/* Leaves it to the worker, which goes on until it is delivered. Of what this
 * person waits for already nothing is promised anew. order_id 0: no order. */
enum err reply_promise(struct reply *r, enum kind_id kind, int64_t order_id,
    const char *detail) MUST_CHECK;

/* The invite to one product, unless one is on its way. */
enum err reply_invite(struct reply *r, const char *product) MUST_CHECK;

/* Counts one more of what this person has us do; *allowed false: that is more
 * than n in an hour. */
enum err reply_may(
    struct reply *r, const char *what, int64_t n, bool *allowed) MUST_CHECK;

/* Telegram sends an album as a message for each of its pictures; one answer to
 * all of them will do. *is_told: another of them was answered. */
enum err reply_album(struct reply *r, bool *is_told) MUST_CHECK;

/* Whether this person is in. */
enum err reply_access(
    struct reply *r, const struct product *p, enum access *access) MUST_CHECK;

/* What a product is called there. */
struct kv reply_title(const struct reply *r, const struct product *p);

/* {product} and {kind}, for KV() of sentences about the one thing that is sold,
 * or all of it. */
#define REPLY_PRODUCT(r) \
	KV_PRODUCT( \
	    catalog_find(&(r)->app->catalog, NULL), language_code((r)->in))

#endif
