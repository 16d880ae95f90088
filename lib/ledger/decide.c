/* Deciding who is in, and promising what follows. */
#include "ledger/decide.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "ledger/members.h"
#include "ledger/notify.h"
#include "outbox/jobs.h"

/* Access before and after a decision. */
struct verdict {
	enum access was, is;
	const char *why;
	int64_t was_decided_ms; /* that it was; 0: never yet */
	bool was_invited;       /* Telegram took an invite, some time */
};

struct deciding {
	struct policy policy;
	int64_t now_ms;
	struct decision decision;
};

/* Any order that lets the buyer in will do. */
static void
decide_with_row(const struct row *row, void *ctx)
{
	struct deciding *d = ctx;
	const struct facts f = { .paid = row_int(row, 0) != 0,
		.paid_minor = row_int(row, 1),
		.refunded_minor = row_int(row, 2),
		.refunds_minor = row_int(row, 3),
		.refunds_failed_minor = row_int(row, 4),
		.n_disputes = row_int(row, 5),
		.revoked = row_int(row, 6) != 0,
		.until_ms = row_int(row, 7),
		.renews = row_int(row, 8) != 0,
		.subscription = { .status =
				      subscription_status(row_text(row, 9)),
		    .period_start_ms = row_int(row, 10),
		    .period_end_ms = row_int(row, 11),
		    .ends_ms = row_int(row, 12),
		    .is_owed = row_int(row, 13) != 0,
		    .paid_until_ms = row_int(row, 14),
		    .collects_not = row_int(row, 15) != 0,
		    .is_processing = row_int(row, 17) != 0 },
		.renewal = (enum renewal)row_int(row, 16),
		.n_warnings = row_int(row, 18) };
	const struct decision one = access_decide(&f, &d->policy, d->now_ms);

	if (!access_is_better(&d->decision, &one))
		d->decision = one;
}

static bool
does(const struct app *app, const struct product *p, enum trouble t,
    enum remedy r)
{
	return product_remedy(&app->conf, p, t) == r;
}

/* Of a product that is sold no more a refund of a part leaves in, and all else
 * is as the settings say. */
static struct policy
policy_of(const struct app *app, const struct product *p)
{
	int64_t grace_days = p == NULL ? app->conf.grace_days : p->grace_days;

	if (does(app, p, TROUBLE_FAILED, REMEDY_PAUSE))
		grace_days = 0;
	return (struct policy){ .partial_refund_ends =
				    p != NULL && p->partial_refund_ends,
		.dispute_keeps = does(app, p, TROUBLE_DISPUTE, REMEDY_TELL),
		.grace_ms = DAY_MS * grace_days,
		.warning_pauses = does(app, p, TROUBLE_WARNING, REMEDY_PAUSE) };
}

/* What FACTS_OF_BUYER is asked with. */
#define FACTS_ASKED(o, policy) \
	KV(kv_int("tg_id", (o)->tg_id), kv_text("product", (o)->product), \
	    kv_int("warnings", (policy).warning_pauses))

void
decide_foresee_access(struct app *app, int64_t tg_id, const char *product)
{
	db_foresee(app->db, SQL_ACCESS_GET,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)));
}

void
decide_foresee_facts(struct app *app, const struct order *o)
{
	const struct policy policy =
	    policy_of(app, catalog_find(&app->catalog, o->product));

	db_foresee(app->db, SQL_FACTS_OF_BUYER, FACTS_ASKED(o, policy));
}

static enum err
decide(struct app *app, struct arena *a, const struct order *o,
    struct decision *out)
{
	const struct product *p = catalog_find(&app->catalog, o->product);
	const struct facts nothing = { 0 };
	struct deciding d = { .policy = policy_of(app, p),
		.now_ms = clock_now_ms() };
	enum err e;

	d.decision = access_decide(&nothing, &d.policy, d.now_ms);
	e = db_each(app->db, a, SQL_FACTS_OF_BUYER, FACTS_ASKED(o, d.policy),
	    decide_with_row, &d);
	*out = d.decision;
	return e;
}

/* When to say that it is going to end; 0: not at all. */
static int64_t
remind_ms(const struct app *app, const struct decision *d)
{
	int64_t when_ms = d->until_ms - app->conf.remind_days * DAY_MS;

	if (d->until_ms == 0 || d->renews || d->is_owed ||
	    app->conf.remind_days == 0 || when_ms <= clock_now_ms())
		return 0;
	return when_ms;
}

/* Written even where in or out is as it was: until when may have changed. */
static enum err
write_access(struct app *app, const struct order *o, const struct decision *d)
{
	enum err e = db_exec(app->db, SQL_ACCESS_SET,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product),
		kv_int("is_in", d->access == ACCESS_IN), kv_text("why", d->why),
		kv_int_or_null("until_ms", d->until_ms),
		kv_int("renews", d->renews),
		kv_int_or_null("paid_until_ms", d->paid_until_ms),
		kv_int_or_null("remind_ms", remind_ms(app, d)),
		kv_int("now_ms", clock_now_ms())),
	    NULL);

	if (e != ERR_OK)
		return e;
	return db_exec(
	    app->db, SQL_USER_ACCESS, KV(kv_int("tg_id", o->tg_id)), NULL);
}

static void
verdict_from_row(const struct row *row, void *ctx)
{
	struct verdict *v = ctx;

	v->was = row_int(row, 0) != 0 ? ACCESS_IN : ACCESS_OUT;
	v->was_decided_ms = row_int(row, 5);
	v->was_invited = row_int(row, 1) != 0;
}

/* Settles what access should be, after a fact about order o was recorded. */
static enum err
refresh_access(
    struct app *app, struct arena *a, const struct order *o, struct verdict *v)
{
	struct decision d;
	enum err e;

	*v = (struct verdict){ .was = ACCESS_OUT };
	e = db_one(app->db, a, SQL_ACCESS_GET,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product)),
	    verdict_from_row, v);
	if (e == ERR_NOT_FOUND)
		e = ERR_OK;
	if (e == ERR_OK)
		e = decide(app, a, o, &d);
	if (e != ERR_OK)
		return e;
	v->is = d.access;
	v->why = d.why;
	if (v->was != v->is)
		log_event(LOG_INFO,
		    v->is == ACCESS_IN ? "access_in" : "access_out",
		    KV(kv_int("tg_id", o->tg_id), kv_text("why", d.why),
			kv_text("session", o->session_id)));
	e = write_access(app, o, &d);
	if (e != ERR_OK || v->was == v->is)
		return e;
	return members_promise(app, a, o->tg_id, o->product, d.access);
}

static void
waits_from_row(const struct row *row, void *ctx)
{
	*(bool *)ctx = row_int(row, 0) != 0;
}

/* Whether there is a reason to invite them: a payment that was not known before
 * (is_new), access that was not, or an invite that never arrived. That a
 * promise was kept is no reason either way: it is forgotten after a while. */
static bool
is_to_be_invited(const struct verdict *v, bool is_new)
{
	return v->is == ACCESS_IN &&
	    (is_new || v->was == ACCESS_OUT || !v->was_invited);
}

/* Who was out for a while and is in again is invited again: an invite that was
 * sent meanwhile has a dead link, one that was due meanwhile was not sent. */
static enum err
promise_invite(struct app *app, struct arena *a, const struct order *o,
    const struct verdict *v)
{
	bool waits = false; /* nobody has begun with the first one */
	enum err e = ERR_NOT_FOUND;

	if (v->was == ACCESS_OUT && v->was_decided_ms != 0)
		e = db_one(app->db, a, SQL_JOB_PROMISED,
		    KV(kv_text("promise",
			arena_printf(a, "invite/%s", o->session_id))),
		    waits_from_row, &waits);
	if (e == ERR_NOT_FOUND)
		return jobs_promise(app->db, JOB_INVITE,
		    arena_printf(a, "invite/%s", o->session_id), o->tg_id,
		    o->id, NULL);
	if (e != ERR_OK || waits)
		return e;
	return jobs_promise(app->db, JOB_INVITE,
	    arena_printf(a, "invite/%lld/%s", (long long)v->was_decided_ms,
		o->session_id),
	    o->tg_id, o->id, NULL);
}

/* Who paid and is not let in for it would wait for an invite. Only what was
 * heard of before the purchase itself can do that. Whose money has gone back by
 * then waits for nothing. */
static enum err
tell_held(struct app *app, struct arena *a, const struct order *o,
    const struct verdict *v)
{
	bool is_held = str_eq(str_from(v->why), "warned") ||
	    str_eq(str_from(v->why), "disputed");

	return o->tg_id != 0 && v->is == ACCESS_OUT && is_held ?
	    jobs_promise(app->db, JOB_NOTICE,
		arena_printf(a, "%s/%s", v->why, o->session_id), o->tg_id,
		o->id, v->why) :
	    ERR_OK;
}

enum err
decide_purchase(struct app *app, struct arena *a, const struct order *o,
    bool is_new, bool renews)
{
	struct verdict v;
	enum err e = refresh_access(app, a, o, &v);

	if (e == ERR_OK && is_new && o->paid_ms != 0)
		e = tell_held(app, a, o, &v);
	if (e != ERR_OK || o->paid_ms == 0 || !is_to_be_invited(&v, is_new) ||
	    (renews && v.was == ACCESS_IN))
		return e;
	return promise_invite(app, a, o, &v);
}

/* That they were invited is noted, or the next word about the purchase would
 * find that they never were. */
enum err
decide_past(struct app *app, struct arena *a, const struct order *o)
{
	struct verdict v;
	enum err e = refresh_access(app, a, o, &v);

	if (e != ERR_OK || v.is == ACCESS_OUT || v.was == ACCESS_IN)
		return e;
	e = db_exec(app->db, SQL_ACCESS_INVITED,
	    KV(kv_int("tg_id", o->tg_id), kv_text("product", o->product),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
	return e == ERR_OK ? members_look(app, a, o->tg_id, o->product) : e;
}

/* The reason is part of the promise's name, and so is the time: who is let in
 * again may be out again, and is told again. */
enum err
decide_order(struct app *app, struct arena *a, const struct order *o)
{
	struct verdict v;
	enum err e = refresh_access(app, a, o, &v);

	if (e != ERR_OK || v.was == v.is)
		return e;
	if (v.is == ACCESS_IN)
		return promise_invite(app, a, o, &v);
	/* Each time it ends it is told, with the reason. */
	e = alert_ended(app, a, o, v.why);
	if (e != ERR_OK)
		return e;
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "%s/%s/%lld", v.why, o->session_id,
		(long long)clock_now_ms()),
	    o->tg_id, o->id, v.why);
}

enum err
decide_orders(struct app *app, struct arena *a, const struct orders *l)
{
	enum err e = ERR_OK;

	for (int i = 0; e == ERR_OK && i < l->n; i++)
		e = decide_order(app, a, &l->o[i]);
	return e;
}

/* Any paid order will do to begin with: all of the buyer's are looked at. */
enum err
decide_buyer(
    struct app *app, struct arena *a, int64_t tg_id, const char *product)
{
	struct order o;
	enum err e = db_one(app->db, a, SQL_ORDER_PAID_LAST,
	    KV(kv_int("tg_id", tg_id), kv_text("product", product)),
	    order_from_row, &o);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK ? decide_order(app, a, &o) : e;
}
