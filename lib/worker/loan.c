/* Loans of messages, in the ledger's table of limits. */
#include "worker/loan.h"

#include "base/clock.h"
#include "base/crypto.h"

/* As many in any second as pace.c holds, whoever sends them. A loan counts
 * until a second after its last message may have gone, even where that went
 * sooner: the ways of two machines to Telegram differ by more than one's do. */
#define ALL_N 30
#define SPARED 5
#define SECOND_MS 1020
#define LAPSE_MS 250
#define LEDGER_AGAIN_MS 500
#define ASK_AGAIN_MS 20 /* where others were quicker */

struct taking {
	struct loan *loan;
	struct arena arena;
	size_t wanted, most;
	int64_t n, now_ms;
	int64_t back_ms; /* when the next one comes back, since 1970 */
};

/* As many names as there can be loans under way: of a name that comes again the
 * old loan has ended, or nothing is to be had. */
static const char *
name_of(struct taking *t)
{
	return arena_printf(
	    &t->arena, "loan/%s/%u", t->loan->owner, t->loan->n_taken % ALL_N);
}

static enum err
take(struct db *db, void *ctx)
{
	struct taking *t = ctx;
	enum err e;

	t->now_ms = clock_now_ms(); /* by the ledger's clock */
	e = db_one(db, &t->arena, SQL_LOAN_TAKE,
	    KV(kv_text("key", name_of(t)), kv_int("n", (int64_t)t->wanted),
		kv_int("most", (int64_t)t->most), kv_int("now_ms", t->now_ms),
		kv_int("until_ms", t->now_ms + LAPSE_MS + SECOND_MS)),
	    row_to_int, &t->n);
	if (e != ERR_NOT_FOUND)
		return e;
	return db_one(db, &t->arena, SQL_LOAN_BACK,
	    KV(kv_int("now_ms", t->now_ms)), row_to_int, &t->back_ms);
}

/* A name for this worker, which no other has. */
static bool
has_name(struct loan *l)
{
	unsigned char bytes[sizeof(l->owner) / 2];

	if (l->owner[0] != '\0')
		return true;
	if (random_bytes(bytes, sizeof(bytes)) != ERR_OK)
		return false;
	hex_encode(bytes, sizeof(bytes), l->owner);
	return true;
}

/* When there may be something: now, or later. The commit may take its time, and
 * then some of the loan has lapsed. It need not be on the disk. */
static int64_t
ask(struct loan *l, struct db *db, size_t wanted, bool can_wait, int64_t now_ms)
{
	struct taking t = { .loan = l,
		.wanted = wanted < ALL_N ? wanted : ALL_N,
		.most = can_wait ? ALL_N - SPARED : ALL_N };
	int64_t offset_ms;

	if (!has_name(l) || db_transaction_light(db, take, &t) != ERR_OK) {
		arena_free(&t.arena);
		return now_ms + LEDGER_AGAIN_MS;
	}
	arena_free(&t.arena);
	offset_ms = clock_mono_ms() - clock_now_ms();
	l->n_left = (size_t)t.n;
	l->n_taken += t.n > 0;
	l->until_ms = t.now_ms + LAPSE_MS + offset_ms;
	if (t.n > 0)
		return now_ms;
	return t.back_ms + offset_ms > now_ms ? t.back_ms + offset_ms :
						now_ms + ASK_AGAIN_MS;
}

int64_t
loan_use(
    struct loan *l, struct db *db, size_t wanted, bool can_wait, int64_t now_ms)
{
	if (!db_is_shared(db))
		return now_ms;
	if (now_ms >= l->until_ms)
		l->n_left = 0;
	if (l->n_left == 0 && now_ms >= l->ask_ms)
		l->ask_ms = ask(l, db, wanted, can_wait, now_ms);
	if (l->n_left == 0 || clock_mono_ms() >= l->until_ms)
		return l->ask_ms > now_ms ? l->ask_ms : now_ms + ASK_AGAIN_MS;
	l->n_left--;
	return now_ms;
}

enum err
loan_silence(struct db *db, int64_t wait_ms)
{
	return db_is_shared(db) ?
	    db_exec(db, SQL_LOAN_SILENCE,
		KV(kv_int("n", ALL_N),
		    kv_int("until_ms", clock_now_ms() + wait_ms)),
		NULL) :
	    ERR_OK;
}
