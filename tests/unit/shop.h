/* A shop over a ledger of its own, for the tests of what shops do: a file says
 * what it sells, opens the shop with what the ledger holds before, and looks
 * into the ledger afterwards. */
#ifndef SHOP_H
#define SHOP_H

#include "ledger.h"

#include "shop/app.h"

/* The shop of this program; a file that needs more than a ledger says so:
 * static struct app app = { SELLS({ COURSE }), .conf = { ... } }; */
static struct app app;

#define SELLS(...) \
	.catalog = { .products = { __VA_ARGS__ }, \
		.n = sizeof((struct product[]){ __VA_ARGS__ }) / \
		    sizeof(struct product) }
#define NAMED(name, title) \
	.id = name, .titles = { { NULL, title } }, .n_titles = 1
#define COURSE NAMED(PRODUCT_DEFAULT, "A course")
#define CLUB NAMED("club", "A club")
/* A channel that the bot lets people into; a link that all get. */
#define TO_CHANNEL(chat) .channels = { { chat, NULL } }, .n_channels = 1
#define TO_LINK(url) .channels = { { NULL, url } }, .n_channels = 1

/* What the ledger may hold before, one after the other in a text. It is all of
 * one buyer. */
#define BUYER 5
#define NOTHING "SELECT 1;"
#define USER "INSERT INTO users (tg_id, created_ms) VALUES (5, 1);"
#define HAS(product) \
	"INSERT INTO access (tg_id, product, is_in, why, decided_ms)" \
	" VALUES (5, '" product "', 1, 'paid', 1);"
#define HAS_COURSE USER HAS("course")
/* The columns that matter and their values. */
#define BOUGHT(columns, values) \
	"INSERT INTO orders (tg_id, product, provider, livemode, created_ms," \
	" " columns ") VALUES (5, 'course', 'stripe', 0, 1, " values ");"

/* Opens the shop over a new ledger. */
static inline void
shop_open(const char *before)
{
	ledger_fresh();
	app.db = ledger.db;
	check_err(db_ready(ledger.db), ERR_OK);
	change(before);
}

/* Does something in a transaction of its own, and expects it to succeed. */
#define shop_does(what, ctx) \
	check_err(db_transaction(ledger.db, what, ctx), ERR_OK)

/* How many jobs of a kind were promised to somebody, whatever became of them. */
static inline int64_t
n_promised(int kind, int64_t tg_id)
{
	return look_int_of(
	    arena_printf(&mem,
		"SELECT COUNT(*) FROM jobs WHERE kind = %d AND tg_id = ?1",
		kind),
	    tg_id);
}

#endif
