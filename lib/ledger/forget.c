/* Taking a person's number out of the ledger. */
#include "ledger/forget.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "ledger/ledger.h"
#include "ledger/record.h"
#include "outbox/alert.h"

#define AT_ONCE 20 /* people that are forgotten in one go of the chore */

bool
forget_is_held(const struct forget_held *h)
{
	return h->since_ms != 0 || h->n_held > 0 || h->n_aside > 0;
}

enum err
forget_look(
    struct db *db, struct arena *a, int64_t tg_id, struct forget_held *h)
{
	static const enum sql what[] = { SQL_FORGET_PROCESSING, SQL_FORGET_HELD,
		SQL_FORGET_PUT_ASIDE };
	int64_t n[LENGTH(what)] = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < LENGTH(what); i++)
		e = db_one(db, a, what[i], KV(kv_int("tg_id", tg_id)),
		    row_to_int, &n[i]);
	*h = (struct forget_held){ n[0], n[1], n[2] };
	return e;
}

/* Where a person's number stands in what is not theirs. */
static enum err
forget_mentions(struct db *db, struct arena *a, int64_t tg_id)
{
	enum err e = alert_forget(db, a, tg_id);

	return e != ERR_OK ?
	    e :
	    db_exec(db, SQL_FORGET_LIMITS,
		KV(kv_text(
		    "like", arena_printf(a, "%%:%lld", (long long)tg_id))),
		NULL);
}

enum err
forget_person(
    struct db *db, struct arena *a, int64_t tg_id, struct forget_held *h)
{
	static const enum sql steps[] = { SQL_FORGET_JOBS, SQL_FORGET_ACCESS,
		SQL_FORGET_MEMBER, SQL_FORGET_LINKS, SQL_FORGET_QUESTIONS,
		SQL_FORGET_CONSENTS, SQL_FORGET_WITHDRAWALS, SQL_FORGET_AUDIT,
		SQL_FORGET_ACTOR, SQL_OPERATOR_REMOVE, SQL_FORGET_MARKED,
		SQL_FORGET_CONVERSATION, SQL_FORGET_CONVERSATION_MESSAGES,
		SQL_FORGET_BROADCASTS, SQL_FORGET_READER, SQL_FORGET_USER };
	enum err e = forget_look(db, a, tg_id, h);

	/* What was promised since it was looked at last holds as well. */
	if (e != ERR_OK || forget_is_held(h))
		return e;
	e = ledger_user_seen(db, 0, NULL);
	if (e == ERR_OK)
		e = forget_mentions(db, a, tg_id);
	if (e == ERR_OK)
		e = db_exec(db, SQL_FORGET_SUBSCRIPTIONS,
		    KV(kv_int("tg_id", tg_id)), NULL);
	if (e == ERR_OK)
		e = db_exec(db, SQL_FORGET_ORDERS,
		    KV(kv_int("tg_id", tg_id),
			kv_int("now_ms", clock_now_ms())),
		    NULL);
	for (size_t i = 0; e == ERR_OK && i < LENGTH(steps); i++)
		e = db_exec(db, steps[i], KV(kv_int("tg_id", tg_id)), NULL);
	return e;
}

/* ---- by their own wish ---- */

struct list {
	struct arena *arena;
	const char **products;
	size_t n, max;
};

static void
product_from_row(const struct row *row, void *ctx)
{
	struct list *l = ctx;

	l->products = arena_grow(
	    l->arena, l->products, l->n, &l->max, sizeof(*l->products));
	l->products[l->n++] = row_text(row, 0);
}

/* The end of access ends what charges them: it is one fact (record.h). */
enum err
forget_ask(struct app *app, struct arena *a, int64_t tg_id)
{
	struct list l = { .arena = a };
	struct fact f = { .kind = FACT_REVOKED,
		.provider = "grant",
		.tg_id = tg_id,
		.livemode = app->conf.livemode };
	enum err e = db_each(app->db, a, SQL_FORGET_BOUGHT,
	    KV(kv_int("tg_id", tg_id)), product_from_row, &l);

	for (size_t i = 0; e == ERR_OK && i < l.n; i++) {
		f.product = l.products[i];
		e = ledger_record(app, a, &f, NULL);
	}
	if (e == ERR_OK)
		e = db_exec(app->db, SQL_FORGET_UNSAID,
		    KV(kv_int("tg_id", tg_id)), NULL);
	return e != ERR_OK ?
	    e :
	    db_exec(app->db, SQL_FORGET_ASKED,
		KV(kv_int("tg_id", tg_id), kv_int("now_ms", clock_now_ms())),
		NULL);
}

struct people {
	int64_t tg_id[AT_ONCE];
	size_t n;
};

static void
person_from_row(const struct row *row, void *ctx)
{
	struct people *p = ctx;

	if (p->n < AT_ONCE)
		p->tg_id[p->n++] = row_int(row, 0);
}

struct forgetting {
	struct arena *arena;
	int64_t tg_id;
};

/* One transaction each: who cannot be forgotten keeps nobody else. */
static enum err
forget_one(struct db *db, void *ctx)
{
	const struct forgetting *f = ctx;
	struct forget_held h;
	enum err e = forget_person(db, f->arena, f->tg_id, &h);

	if (e == ERR_OK && !forget_is_held(&h))
		log_event(LOG_INFO, "forgotten", KV_NONE);
	return e;
}

/* Before anybody is forgotten, so that no payment just begun is nobody's. */
static enum err
change_minds(struct db *db, void *ctx)
{
	(void)ctx;
	return db_exec(db, SQL_FORGET_NOT, KV_NONE, NULL);
}

/* The statement leaves out whom something charges still, and who has a page
 * open: a page is closed by its provider within a day. */
enum err
forget_settle(struct app *app, int64_t *next_ms, bool *promised)
{
	struct arena a = { 0 };
	struct people p = { .n = 0 };
	int64_t n_asked = 0;
	/* On most days nobody asks, and then nothing is written. */
	enum err e = db_one(
	    app->db, &a, SQL_FORGET_COUNT, KV_NONE, row_to_int, &n_asked);

	(void)next_ms;
	*promised = false;
	if (e == ERR_OK && n_asked > 0)
		e = db_transaction(app->db, change_minds, NULL);
	if (e == ERR_OK && n_asked > 0)
		e = db_each(app->db, &a, SQL_FORGET_DUE,
		    KV(kv_int("now_ms", clock_now_ms()), kv_int("n", AT_ONCE)),
		    person_from_row, &p);
	for (size_t i = 0; e == ERR_OK && i < p.n; i++) {
		struct forgetting f = { &a, p.tg_id[i] };

		e = db_transaction(app->db, forget_one, &f);
	}
	arena_free(&a);
	return e;
}
