/* What waits, and what an operator does about it. */
#include "shop.h"

#include "outbox/jobs.h"
#include "outbox/waiting.h"

#define JOB(id, more, values) \
	"INSERT INTO jobs (id, kind, promise, tg_id, due_ms, attempts," \
	" created_ms" more ") VALUES (" id ", 2, 'p" id "', 5, 1, 4, 1" values \
	");"
#define PARKED JOB("1", ", parked_ms, error", ", 3, 'no'")
#define WAITS JOB("2", "", "")
#define LEASED JOB("3", ", parked_ms, lease_ms", ", 3, 9e15")
#define DONE JOB("4", ", done_ms", ", 5")

struct doing {
	int64_t id, n;
	struct waiting w;
	enum err err;
};

static enum err
retry(struct db *db, void *ctx)
{
	struct doing *d = ctx;

	return waiting_retry(db, d->id, &d->n);
}

static const struct row {
	const char *why, *before;
	int64_t id, want;
} rows[] = {
	{ "one that was put aside", PARKED, 1, 1 },
	{ "one that waits anyway", WAITS, 2, 1 },
	{ "all that were put aside", PARKED WAITS LEASED, 0, 1 },
	{ "one that a worker is at", LEASED, 3, 0 },
	{ "one that is done", DONE, 4, 0 },
	{ "none", NOTHING, 1, 0 },
};

static void
retried(void **state)
{
	const struct row *r = *state;
	struct doing d = { .id = r->id };

	shop_open(r->before);
	shop_does(retry, &d);
	check_int(d.n, r->want);
	check_int(db_notified(ledger.db), r->want > 0);
	check_int(
	    look_int("SELECT COUNT(*) FROM jobs WHERE attempts = 0"), r->want);
}

static enum err
drop(struct db *db, void *ctx)
{
	struct doing *d = ctx;

	d->err = waiting_drop(db, &d->w);
	return ERR_OK;
}

static void
dropped(void **state)
{
	struct doing d = { .w = { .id = 1, .promise = "p1" } };

	(void)state;
	shop_open(PARKED LEASED);
	check_err(waiting_read(ledger.db, &mem, 1, &d.w), ERR_OK);
	check_text(d.w.error, "no");
	check_int(d.w.tg_id, BUYER);
	check_text(waiting_kind(d.w.kind), "notice");
	check_int(waiting_is_leased(&d.w), false);
	shop_does(drop, &d);
	check_err(d.err, ERR_OK);
	shop_does(drop, &d);
	check_err(d.err, ERR_CONFLICT); /* somebody was quicker */
	check_err(waiting_read(ledger.db, &mem, 1, &d.w), ERR_NOT_FOUND);
	check_err(waiting_read(ledger.db, &mem, 3, &d.w), ERR_OK);
	check_int(waiting_is_leased(&d.w), true);
	shop_does(drop, &d);
	check_err(d.err, ERR_CONFLICT);
	/* 0 is the statement's word for all of them. */
	check_err(waiting_read(ledger.db, &mem, 0, &d.w), ERR_NOT_FOUND);
	check_err(waiting_read(ledger.db, &mem, -1, &d.w), ERR_NOT_FOUND);
	check_text(waiting_kind(777), "unknown");
}

int
main(void)
{
	ROWS("tried again", retried, rows);
	ONE("a job", "looked at, and given up once", dropped);
	return testing_run("waiting", ledger_make, ledger_remove);
}
