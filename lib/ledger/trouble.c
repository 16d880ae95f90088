/* Following up what troubles a payment. */
#include "ledger/trouble.h"

#include "base/log.h"
#include "ledger/notify.h"
#include "outbox/jobs.h"

#define N_TROUBLES 8 /* of one payment at a time; what is more, the next */

struct trouble_seen {
	const char *id;
	bool is_refund; /* that failed; or else: */
	enum trouble trouble;
	int64_t stage; /* of a dispute */
	int64_t due_ms;
	bool may_appeal; /* it is lost, and it was not told by when */
	int64_t amount_minor;
};

struct troubles {
	struct trouble_seen t[N_TROUBLES];
	size_t n;
};

static void
trouble_from_row(const struct row *row, void *ctx)
{
	struct troubles *l = ctx;
	const struct str kind = str_from(row_text(row, 1));

	l->t[l->n++] = (struct trouble_seen){ .id = row_text(row, 0),
		.is_refund = str_eq(kind, "refund"),
		.trouble =
		    str_eq(kind, "dispute") ? TROUBLE_DISPUTE : TROUBLE_WARNING,
		.stage = row_int(row, 2),
		.due_ms = row_int(row, 3),
		.may_appeal = row_int(row, 4) != 0,
		.amount_minor = row_int(row, 5) };
}

/* What is done about it. Nobody can send back what is disputed, since the bank
 * has it already; then a dispute pauses, and a warning that came before it has
 * nothing to add. */
static enum err
remedy_of(struct app *app, struct arena *a, const struct order *o,
    const char *payment, const struct trouble_seen *t, enum remedy *out)
{
	int64_t n_disputes = 0;
	enum err e;

	*out = product_remedy(
	    &app->conf, catalog_find(&app->catalog, o->product), t->trouble);
	if (*out != REMEDY_REFUND)
		return ERR_OK;
	e = db_one(app->db, a, SQL_DISPUTES_OF_PAYMENT,
	    KV(kv_text("payment_intent", payment)), row_to_int, &n_disputes);
	if (t->trouble == TROUBLE_DISPUTE && t->stage != DISPUTE_WARNING)
		*out = REMEDY_PAUSE;
	else if (n_disputes > 0)
		*out = REMEDY_TELL;
	return e;
}

/* One promise for a payment, however many troubles it has; but one that was
 * kept and came to nothing, since the refund failed, keeps no other away. */
static enum err
promise_refund(struct app *app, struct arena *a, const struct order *o,
    const char *payment)
{
	const char *promise = arena_printf(a, "refund/%s", payment);
	int64_t n_failed = 0;
	enum err e = db_one(app->db, a, SQL_REFUNDS_FAILED_ALL,
	    KV(kv_text("payment_intent", payment)), row_to_int, &n_failed);

	if (e != ERR_OK)
		return e;
	if (n_failed > 0)
		promise =
		    arena_printf(a, "%s/%lld", promise, (long long)n_failed);
	log_event(LOG_INFO, "refund_promised",
	    KV(kv_int("order", o->id), kv_text("payment_intent", payment)));
	return jobs_promise(
	    app->db, JOB_REFUND, promise, o->tg_id, o->id, payment);
}

/* Of what may be appealed, that it is lost is said by the way, where it was not
 * told before. */
static enum err
tell(struct app *app, struct arena *a, const struct order *o,
    const char *payment, const struct trouble_seen *t, enum remedy remedy)
{
	if (t->trouble == TROUBLE_WARNING)
		return alert_fraud(app, a, o, payment, remedy);
	return t->may_appeal ?
	    alert_appeal(app, a, o, t->id, t->due_ms) :
	    alert_dispute(app, a, o, t->id, (enum dispute_stage)t->stage,
		t->due_ms, remedy);
}

/* That it was told is written first: of two programs that hear of it at once,
 * one follows it. */
static enum err
follow(struct app *app, struct arena *a, const struct order *o,
    const char *payment, const struct trouble_seen *t)
{
	enum remedy remedy = REMEDY_TELL;
	int64_t n_new = 0;
	enum err e = db_exec(app->db, SQL_REVERSAL_TOLD,
	    KV(kv_text("id", t->id), kv_int("stage", t->stage)), &n_new);

	if (e != ERR_OK || n_new == 0)
		return e;
	if (t->is_refund)
		return alert_refund_failed(app, a, o, t->amount_minor);
	e = remedy_of(app, a, o, payment, t, &remedy);
	if (e == ERR_OK && remedy == REMEDY_REFUND)
		e = promise_refund(app, a, o, payment);
	return e == ERR_OK ? tell(app, a, o, payment, t, remedy) : e;
}

void
trouble_foresee(struct app *app, const char *payment)
{
	db_foresee(app->db, SQL_REVERSALS_UNTOLD,
	    KV(kv_text("payment_intent", payment), kv_int("n", N_TROUBLES)));
}

enum err
trouble_follow(struct app *app, struct arena *a, const struct order *o,
    const char *payment)
{
	struct troubles *l = arena_alloc(a, sizeof(*l));
	enum err e;

	if (payment == NULL || o->id == 0)
		return ERR_OK;
	e = db_each(app->db, a, SQL_REVERSALS_UNTOLD,
	    KV(kv_text("payment_intent", payment), kv_int("n", N_TROUBLES)),
	    trouble_from_row, l);
	for (size_t i = 0; e == ERR_OK && i < l->n; i++)
		e = follow(app, a, o, payment, &l->t[i]);
	return e;
}
