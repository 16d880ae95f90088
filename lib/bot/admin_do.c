/* What each act does: the same calls that the command line makes. */
#include "bot/admin_do.h"

#include "base/array.h"
#include "bot/broadcast.h"
#include "ledger/audit_told.h"
#include "ledger/byhand.h"
#include "outbox/waiting.h"
#include "payment/refund.h"

/* What the worker then does of these two needs no word: the buyer is told. */
static enum err
grant(struct reply *r, const struct act *act, const char **result)
{
	struct order o;

	return byhand_grant(r->app, r->arena, act, &o, result);
}

static enum err
revoke(struct reply *r, const struct act *act, const char **result)
{
	struct order o;

	return byhand_revoke(r->app, r->arena, act, &o, result);
}

/* Looked at anew: it may have gone back since the question. */
static enum err
refund(struct reply *r, const struct act *act, const char **result)
{
	struct order o;
	struct refundable paid;
	enum err e = ledger_order_by_id(r->db, r->arena, act->number, &o);

	*result = RESULT_NOTHING;
	if (e == ERR_OK)
		e = refund_read(r->db, r->arena, &o, act->words, &paid);
	if (e != ERR_OK || paid.refund.payment == NULL ||
	    refund_choose(&paid, act->amount) != REFUND_POSSIBLE)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*result = RESULT_PROMISED;
	return refund_promise(
	    r->db, r->arena, &paid.refund, audit_promise(r->arena, act->id));
}

/* Who is not in gets none. */
static enum err
send_link(struct reply *r, const struct act *act, const char **result)
{
	enum access access = ACCESS_OUT;
	enum err e =
	    ledger_access(r->db, r->arena, act->tg_id, act->product, &access);

	*result = RESULT_NOTHING;
	if (e != ERR_OK || access != ACCESS_IN)
		return e;
	*result = RESULT_PROMISED;
	return jobs_promise(r->db, JOB_INVITE, audit_promise(r->arena, act->id),
	    act->tg_id, 0, act->product);
}

/* The words are read from the trail when they are sent. */
static enum err
write_to(struct reply *r, const struct act *act, const char **result)
{
	*result = RESULT_PROMISED;
	return jobs_promise(r->db, JOB_NOTICE, audit_promise(r->arena, act->id),
	    act->tg_id, 0,
	    arena_printf(r->arena, "letter/%lld", (long long)act->id));
}

/* *is false: it is done by now, or a worker is at it, or the number is another
 * job's, as after one that was taken back. */
static enum err
find_job(struct reply *r, const struct act *act, struct waiting *w, bool *is)
{
	enum err e = waiting_read(r->db, r->arena, act->number, w);

	*is = e == ERR_OK && !waiting_is_leased(w) && w->tg_id == act->tg_id &&
	    act->words != NULL &&
	    str_eq(str_from(waiting_kind(w->kind)), act->words);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* As if it had not been tried yet. */
static enum err
retry(struct reply *r, const struct act *act, const char **result)
{
	struct waiting w;
	bool is;
	int64_t n = 0;
	enum err e = find_job(r, act, &w, &is);

	if (e == ERR_OK && is)
		e = waiting_retry(r->db, w.id, &n);
	*result = n > 0 ? RESULT_DONE : RESULT_NOTHING;
	return e;
}

static enum err
drop(struct reply *r, const struct act *act, const char **result)
{
	struct waiting w;
	bool is;
	enum err e = find_job(r, act, &w, &is);

	*result = RESULT_NOTHING;
	if (e != ERR_OK || !is)
		return e;
	e = waiting_drop(r->db, &w);
	if (e != ERR_OK)
		return e == ERR_CONFLICT ? ERR_OK : e;
	*result = RESULT_DONE;
	return audit_told(r->app, r->arena, w.promise, RESULT_DROPPED);
}

enum err
admin_do(struct reply *r, const struct act *act)
{
	static const struct {
		const char *act;
		enum err (*does)(struct reply *r, const struct act *act,
		    const char **result);
	} all[] = { { ACT_GRANT, grant }, { ACT_REVOKE, revoke },
		{ ACT_REFUND, refund }, { ACT_LINK, send_link },
		{ ACT_WRITE, write_to }, { ACT_RETRY, retry },
		{ ACT_DROP, drop }, { ACT_BROADCAST, broadcast_start } };
	const char *result = RESULT_NOTHING;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < LENGTH(all); i++)
		if (str_eq(str_from(act->act), all[i].act))
			e = all[i].does(r, act, &result);
	return e == ERR_OK ? audit_result(r->db, act->id, result) : e;
}
