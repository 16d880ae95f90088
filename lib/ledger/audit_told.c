/* From a job's promise back to the row in the trail. */
#include "ledger/audit_told.h"

#include "base/array.h"
#include "ledger/ledger.h"
#include "outbox/jobs.h"
#include "shop/text.h"

#define PREFIX "byhand/" /* and the number in the trail */

const char *
audit_promise(struct arena *a, int64_t id)
{
	return arena_printf(a, PREFIX "%lld", (long long)id);
}

bool
audit_is_promise(const char *promise)
{
	return str_starts(str_from(promise), PREFIX);
}

/* What needs no further word has none: that a letter arrived was to be
 * expected, that money went may have taken days. */
static enum text
text_of(const struct act *act, const char *result)
{
	static const struct {
		const char *act, *result;
		enum text text;
	} all[] = {
		{ ACT_REFUND, RESULT_SENT_BACK, TEXT_ADMIN_SENT_BACK },
		{ ACT_REFUND, RESULT_WAITS, TEXT_ADMIN_BACK_WAITS },
		{ ACT_REFUND, RESULT_REFUSED, TEXT_ADMIN_REFUSED },
		{ ACT_REFUND, RESULT_NOTHING, TEXT_ADMIN_BACK_BEFORE },
		{ ACT_REFUND, RESULT_DROPPED, TEXT_ADMIN_DROPPED },
		{ ACT_WRITE, RESULT_DROPPED, TEXT_ADMIN_DROPPED },
		{ ACT_LINK, RESULT_DROPPED, TEXT_ADMIN_DROPPED },
		{ ACT_LINK, RESULT_REFUSED, TEXT_ADMIN_NO_LINK },
		{ ACT_WRITE, RESULT_REFUSED, TEXT_ADMIN_UNDELIVERED },
	};

	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(str_from(act->act), all[i].act) &&
		    str_eq(str_from(result), all[i].result))
			return all[i].text;
	return TEXT__COUNT;
}

/* Behind what buyers wait for, as all alerts; in the language of whoever asked,
 * which the shop's need not be. */
static enum err
tell(
    struct app *app, struct arena *a, const struct act *act, const char *result)
{
	enum text text = text_of(act, result);
	enum language in = text_language();
	enum err e = ledger_language(app->db, a, act->actor, &in);

	if (e != ERR_OK || text == TEXT__COUNT)
		return e;
	return jobs_promise(app->db, JOB_ALERT,
	    arena_printf(a, "%s/%s", audit_promise(a, act->id), result),
	    act->actor, 0,
	    text_fill_in(in, a, text,
		KV(kv_int("order", act->number), kv_int("buyer", act->tg_id))));
}

/* What is given up after it was told to have failed stays what it was. */
static bool
has_ended(const struct act *act, const char *result)
{
	return str_eq(str_from(result), RESULT_DROPPED) &&
	    !str_eq(str_from(act->result), RESULT_PROMISED);
}

enum err
audit_told(
    struct app *app, struct arena *a, const char *promise, const char *result)
{
	struct str rest = str_from(promise);
	struct act act;
	int64_t id = 0;
	enum err e;

	if (!audit_is_promise(promise))
		return ERR_OK;
	(void)str_cut(&rest, '/');
	if (!str_to_i64(rest, &id))
		return ERR_OK;
	e = audit_read(app->db, a, id, &act);
	if (e == ERR_OK && has_ended(&act, result))
		return ERR_OK;
	if (e == ERR_OK)
		e = audit_result(app->db, id, result);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return tell(app, a, &act, result);
}
