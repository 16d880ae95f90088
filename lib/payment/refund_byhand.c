/* From a row in the trail to the job, and back. */
#include "payment/refund_byhand.h"

#include "base/array.h"
#include "ledger/ledger.h"
#include "outbox/jobs.h"
#include "shop/text.h"

#include <inttypes.h>
#include <stdio.h>

#define PREFIX "byhand/" /* and the number in the trail */

/* The promise has the trail's number in it, so that each press that confirms
 * sends back once. */
enum err
refund_byhand_promise(
    struct db *db, const struct act *act, const struct refund *r)
{
	char promise[64], part[32] = "", detail[256];

	if (r->part_minor != 0)
		(void)snprintf(
		    part, sizeof(part), " %" PRId64, r->part_minor);
	(void)snprintf(promise, sizeof(promise), PREFIX "%" PRId64, act->id);
	if ((size_t)snprintf(
		detail, sizeof(detail), "%s%s", r->payment, part) >=
	    sizeof(detail))
		return ERR_INTERNAL;
	return jobs_promise(db, JOB_REFUND, promise, r->order->tg_id,
	    r->order->id, detail);
}

static enum text
text_of(const char *result)
{
	static const struct {
		const char *result;
		enum text text;
	} all[] = { { RESULT_SENT_BACK, TEXT_ADMIN_SENT_BACK },
		{ RESULT_WAITS, TEXT_ADMIN_BACK_WAITS } };

	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(str_from(result), all[i].result))
			return all[i].text;
	return TEXT_ADMIN_REFUSED;
}

static enum err
tell(struct app *app, struct arena *a, const struct act *act,
    const char *result)
{
	enum language in = text_language();
	enum err e = ledger_language(app->db, a, act->actor, &in);

	if (e != ERR_OK)
		return e;
	return jobs_promise(app->db, JOB_ALERT,
	    arena_printf(
		a, PREFIX "%lld/%s", (long long)act->id, result),
	    act->actor, 0,
	    text_fill_in(in, a, text_of(result),
		KV(kv_int("order", act->number))));
}

enum err
refund_byhand_told(struct app *app, struct arena *a, const struct step *s,
    const char *result)
{
	struct str rest = str_from(s->job.promise);
	struct act act;
	int64_t id = 0;
	enum err e;

	if (!str_starts(rest, PREFIX))
		return ERR_OK;
	(void)str_cut(&rest, '/');
	if (!str_to_i64(rest, &id))
		return ERR_OK;
	e = audit_result(app->db, id, result);
	if (e == ERR_OK)
		e = audit_read(app->db, a, id, &act);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return tell(app, a, &act, result);
}
