/* A ledger as it is after N sales, recorded by the code that records them and
 * keyed as they are, quickly: many in a transaction, a large cache, nothing
 * synced. Each began on /pay. What was promised counts as done. With EVENTS so
 * many of Stripe's events have come in all, of which those beyond a sale's own
 * are noted and no more. Prints the sales per second.
 *
 * usage: fill LEDGER N [EVENTS] */
#include "book.h"
#include "store/sqlite.h"

#include <sqlite3.h>
#include <time.h>

static struct db_driver fast_driver;
#define sqlite_driver fast_driver
#include "store/db.c" /* the store, over that driver */
#undef sqlite_driver

#define AT_ONCE 5000
#define FIRST_SALE ((int64_t)1 << 40) /* none that a load draws */
#define PERIOD_S ((int64_t)40 * 86400)

/* Of Stripe's event what is read: the rest would only take time. */
static const char short_event[] =
    "{\"id\":\"~EVENT~\",\"object\":\"event\",\"created\":~CREATED~,"
    "\"type\":\"checkout.session.completed\",\"livemode\":false,"
    "\"data\":{\"object\":{\"id\":\"~SESSION~\",\"mode\":\"payment\","
    "\"object\":\"checkout.session\",\"created\":~CREATED~,"
    "\"amount_subtotal\":99900,\"amount_total\":99900,"
    "\"currency\":\"uah\",\"expires_at\":~EXPIRES~,\"livemode\":false,"
    "\"metadata\":{\"product\":\"course\",\"shop\":\"1\","
    "\"tg_id\":\"~TG_ID~\"},\"payment_intent\":\"~INTENT~\","
    "\"payment_status\":\"paid\",\"status\":\"complete\"}}}";

static enum err
open_fast(const char *where, void **conn)
{
	enum err e = sqlite_driver.open(where, conn);

	return e != ERR_OK ?
	    e :
	    sqlite_driver.script(*conn,
		"PRAGMA synchronous=OFF; PRAGMA cache_size=-600000;"
		"PRAGMA wal_autocheckpoint=50000");
}

#define URL_BYTES 420 /* of a page at Stripe, as long as they are */

struct filling {
	int64_t began_s, n, done, n_events;
	struct one one;
};

/* What /pay leaves behind: the buyer, and an order with a page at Stripe. */
static enum err
begin_order(struct db *db, struct filling *f, const struct sale *s)
{
	struct arena *a = &f->one.arena;
	char url[URL_BYTES];
	int64_t id = 0;
	int n = snprintf(url, sizeof(url),
	    "https://checkout.stripe.com/c/pay/%s#", s->session);
	enum err e = ledger_user_seen(db, s->tg_id, "uk");

	(void)bodies_chance(url + n, sizeof(url) - 1 - (size_t)n, 1);
	if (e == ERR_OK)
		e = db_one(db, a, SQL_ORDER_DRAFT_ADD,
		    KV(kv_int("tg_id", s->tg_id), kv_text("product", "course"),
			kv_text("provider", "stripe"),
			kv_text("language", NULL), kv_int("livemode", 0),
			kv_int("now_ms", s->at_s * 1000)),
		    row_to_int, &id);
	return e != ERR_OK ?
	    e :
	    db_exec(db, SQL_ORDER_OPENED,
		KV(kv_int("id", id), kv_text("session_id", s->session),
		    kv_text("url", url),
		    kv_int("url_ends_ms", (s->at_s + 86400) * 1000),
		    kv_int("amount_minor", 99900), kv_text("currency", "uah"),
		    kv_int("livemode", 0)),
		NULL);
}

/* What comes beside a sale and changes nothing: so many until the n-th. */
static enum err
note_others(struct db *db, const struct filling *f, int64_t at_s)
{
	int64_t each = f->n_events / f->n;

	for (int64_t i = 1; i < each; i++) {
		uint64_t seed = bodies_mix((uint64_t)(f->done * each + i));
		bool is_new;
		char id[32];
		enum err e;

		bodies_ordered_id(id, "evt_", '1', at_s, seed);
		e = ledger_inbox(
		    db, "stripe", id, "payment_intent.succeeded", &is_new);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
fill_one(struct db *db, struct filling *f)
{
	int64_t at_s = f->began_s + PERIOD_S * f->done / f->n;
	struct sale s;
	enum err e = one_read(&f->one, short_event, FIRST_SALE + f->done, at_s);

	sale_draw(&s, FIRST_SALE + f->done, at_s);
	if (e == ERR_OK)
		e = begin_order(db, f, &s);
	if (e == ERR_OK)
		e = one_record(db, &f->one);
	return e == ERR_OK ? note_others(db, f, at_s) : e;
}

static enum err
fill_some(struct db *db, void *ctx)
{
	struct filling *f = ctx;

	enum err e = ERR_OK;

	for (int i = 0; e == ERR_OK && i < AT_ONCE && f->done < f->n; i++) {
		e = fill_one(db, f);
		f->done++;
	}
	return e;
}

/* Behind the store's back: nobody has to be told of these any more. */
static int
settle_jobs(const char *path)
{
	sqlite3 *db = NULL;
	int code = sqlite3_open(path, &db);

	if (code == SQLITE_OK)
		code = sqlite3_exec(db,
		    "UPDATE jobs SET done_ms = created_ms, lease_ms = 0"
		    " WHERE done_ms IS NULL",
		    NULL, NULL, NULL);
	if (code != SQLITE_OK)
		(void)fprintf(stderr, "%s\n", sqlite3_errmsg(db));
	(void)sqlite3_close(db);
	return code;
}

int
main(int argc, char **argv)
{
	struct filling f = { .began_s = time(NULL) - PERIOD_S };
	time_t took_s;

	if (argc < 3)
		return 2;
	f.n = strtol(argv[2], NULL, 10);
	f.n_events = argc > 3 ? strtol(argv[3], NULL, 10) : f.n;
	log_init("fill", LOG_ERROR);
	fast_driver = sqlite_driver;
	fast_driver.open = open_fast;
	app.db = db_new(argv[1]);
	if (db_ready(app.db) != ERR_OK)
		return 1;
	while (f.done < f.n)
		if (db_transaction(app.db, fill_some, &f) != ERR_OK)
			return 1;
	db_free(app.db);
	took_s = time(NULL) - (f.began_s + PERIOD_S);
	printf("%" PRId64 "\n", f.n / (took_s > 0 ? took_s : 1));
	return settle_jobs(argv[1]) == SQLITE_OK ? 0 : 1;
}
