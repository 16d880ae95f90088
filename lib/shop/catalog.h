/* What is sold: the one product of the settings, or those of a products file
 * (PRODUCTS_FILE), which an operator writes with docs/products.md beside it
 * and which docs/products.schema.json describes to editors:
 *
 *   { "$schema": "products.schema.json",     for the editor alone
 *     "products": [ {
 *       "id": "course",                    1 to 32 of a-z 0-9 _ -, for ever
 *       "title": { "uk": "...", "en": "..." },   or one text for all
 *       "kind": "course",                  or "club" or "channel": what
 *                                          sentences call it; absent: as
 *                                          PRODUCT_KIND says
 *       "description": { "uk": "..." },    what is in it, as titles are; its
 *                                          lines may end
 *       "photo": "/srv/shop/course.jpg",   or "https://...": its picture
 *       "price_note": { "uk": "..." },     under the price, as titles are;
 *                                          absent: PRICE_NOTE
 *       "price": { "amount": 999, "currency": "eur" },   minor units; or
 *                { "stripe": "price_..." },
 *       "every": "month",                  day, week, month or year, or so
 *                                          many ("3 months"): this is a
 *                                          subscription, and a price of
 *                                          Stripe's must be a recurring one;
 *                                          absent: paid once
 *       "trial_days": 7,                   a subscription is first paid after
 *                                          so many days, once a buyer
 *       "trial_amount": 100,               what they cost, in the price's
 *                                          currency; absent: nothing
 *       "stars": 500,                      the price in Telegram Stars
 *       "channels": [ { "id": -1001234567890, "link": "https://t.me/+..." } ],
 *       "partial_refund": "keep",          or "end"
 *       "on_fraud_warning": "tell",        or "pause" or "refund"; absent, as
 *                                          the two below: as the settings say
 *       "on_dispute": "pause",             or "tell" or "refund"
 *       "on_payment_failed": "tell",       or "pause"
 *       "dispute": "end",                  or "keep": how on_dispute was called
 *                                          when it knew "pause" and "tell"
 *       "consent": true,                   or false: whether a buyer agrees
 *                                          to the terms first; absent: as
 *                                          CONSENT says
 *       "grace_days": 3                    after a period that was not paid
 *   } ] }
 *
 * The file is judged whole; every fault is told with its line. */
#ifndef SHOP_CATALOG_H
#define SHOP_CATALOG_H

#include "base/kv.h"
#include "shop/conf.h"
#include "shop/remedy.h"

#define CATALOG_MAX_PRODUCTS 32
#define CATALOG_MAX_CHANNELS 8
#define CATALOG_MAX_TITLES 16

/* The product of the settings, as it stands in orders and access. */
#define PRODUCT_DEFAULT "course"

struct channel {
	const char *chat_id; /* as Telegram has it, "-100..."; NULL: the bot
	                        has no say there, the link is sent to all */
	const char *link;    /* for who gets none of their own; may be NULL */
};

/* What sentences call it: stands in {kind}, see TEXT_N_CASES of text.h. */
enum product_kind {
	PRODUCT_COURSE,
	PRODUCT_CLUB,
	PRODUCT_CHANNEL,
	PRODUCT_KIND__COUNT
};

/* What the settings and the products file say: "club". Nothing (NULL) is a
 * course, and another word PRODUCT_KIND__COUNT. */
enum product_kind product_kind_named(const char *word);

struct title {
	const char *language; /* two letters; NULL: any */
	const char *text;
};

/* Whether a buyer must agree to the terms first; see agreement_is_wanted(). */
enum product_consent {
	PRODUCT_CONSENT_USUAL, /* as the settings say */
	PRODUCT_CONSENT_ASKED,
	PRODUCT_CONSENT_NOT_ASKED
};

struct product {
	const char *id;
	struct title titles[CATALOG_MAX_TITLES];
	size_t n_titles; /* at least 1 */
	enum product_kind kind;
	struct title descriptions[CATALOG_MAX_TITLES];
	size_t n_descriptions;                  /* 0: none */
	struct title notes[CATALOG_MAX_TITLES]; /* under the price */
	size_t n_notes;                         /* 0: none */
	const char
	    *photo; /* a file's path or an https:// address; NULL: none */
	const char *price_id;       /* kept at Stripe; NULL: the next two */
	int64_t amount_minor;       /* 0: not for money, or price_id has it */
	const char *currency;       /* lower case */
	const char *every;          /* "day" ... "year"; NULL: paid once */
	int64_t every_n;            /* so many of them */
	int64_t trial_days;         /* before it is first paid; 0: none */
	int64_t trial_amount_minor; /* what those cost; 0: nothing */
	int64_t stars;              /* 0: not for Stars */
	bool stars_alone;           /* it has no price in money: said by a
	                               products file, since the settings always
	                               have one */
	struct channel channels[CATALOG_MAX_CHANNELS];
	size_t n_channels; /* at least 1 */
	bool partial_refund_ends;
	enum remedy remedies[TROUBLE__COUNT];
	int64_t grace_days;
	enum product_consent consent;
};

struct catalog {
	struct product products[CATALOG_MAX_PRODUCTS];
	size_t n; /* at least 1, the first is the default */
};

/* What a products file is recognised by: whoever compares two marks knows
 * whether it has changed. All zero: there is none. */
struct catalog_mark {
	int64_t changed_ns, bytes, place;
};

/* Taken before the file is read, so that no change goes unseen. */
struct catalog_mark catalog_mark(const struct conf *conf);
bool catalog_mark_same(
    const struct catalog_mark *a, const struct catalog_mark *b);

/* Whether a text can be the id of a product at all. */
bool catalog_is_id(const char *text);

/* Finds a product by its id; NULL where there is none. A NULL or empty id is
 * the default's. */
const struct product *catalog_find(const struct catalog *c, const char *id);

/* Whether any of it is paid again and again. */
bool catalog_has_plans(const struct catalog *c);

/* What is done about such a trouble with a payment for the product, which may
 * be NULL, as one that is sold no more is: what the product says, else what the
 * settings say, else the usual. Never REMEDY_USUAL. */
enum remedy product_remedy(
    const struct conf *conf, const struct product *p, enum trouble t);

/* The title in the buyer's language, else the first one given; never NULL. The
 * language may be NULL or longer than two letters ("en-GB"). */
const char *product_title(const struct product *p, const char *language);

/* What is in it, and what is noted under its price, in the same way; NULL:
 * nothing is. */
const char *product_description(const struct product *p, const char *language);
const char *product_note(const struct product *p, const char *language);

/* {product} and {kind} of a sentence about it, for KV(). */
#define KV_PRODUCT(p, language) \
	kv_text("product", product_title(p, language)), \
	    kv_int("kind", (int64_t)(p)->kind)

#endif
