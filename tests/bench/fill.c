/* A ledger as it is after N sales, recorded by the code that records them and
 * keyed as they are, quickly: many in a transaction, a large cache, nothing
 * synced. What was promised counts as done. Prints the sales per second.
 *
 * usage: fill LEDGER N */
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

struct filling {
	int64_t began_s, n, done;
	struct one one;
};

static enum err
fill_some(struct db *db, void *ctx)
{
	struct filling *f = ctx;

	for (int i = 0; i < AT_ONCE && f->done < f->n; i++, f->done++) {
		int64_t at_s = f->began_s + PERIOD_S * f->done / f->n;
		enum err e =
		    one_read(&f->one, short_event, FIRST_SALE + f->done, at_s);

		if (e == ERR_OK)
			e = one_record(db, &f->one);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
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
