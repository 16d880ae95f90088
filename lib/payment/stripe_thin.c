/* Hearing of thin events. */
#include "payment/stripe_thin.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "ledger/ledger.h"
#include "ledger/marks.h"
#include "outbox/alert.h"
#include "outbox/jobs.h"
#include "shop/text.h"

static const char stripe[] = "stripe"; /* inbox.source */

enum err
stripe_thin_is_known(
    struct app *app, struct arena *a, const char *twin, bool *is_known)
{
	*is_known = false;
	return twin == NULL ?
	    ERR_OK :
	    ledger_inbox_has(app->db, a, stripe, twin, is_known);
}

enum err
stripe_thin_note(
    struct app *app, const char *twin, const char *type, bool *is_new)
{
	*is_new = true;
	return twin == NULL ? ERR_OK :
			      ledger_inbox(app->db, stripe, twin, type, is_new);
}

enum err
stripe_thin_tell(
    struct app *app, struct arena *a, const char *what, const char *why)
{
	return alert_promise(app, a, arena_printf(a, "unsure/%s", what),
	    &(struct alert_words){ .text = TEXT_ALERT_UNSURE,
		.values = KV(kv_text("what", what), kv_text("why", why)) });
}

/* ---- the promise ---- */

/* By the twin's id, since each of several endpoints may tell of the same change
 * under an id of its own. None of the texts has a blank in it (event.c). */
static enum err
promise(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	const char *twin = ev->twin == NULL ? "" : ev->twin;

	return jobs_promise(app->db, JOB_READ,
	    arena_printf(a, "read/%s", ev->twin == NULL ? ev->id : twin), 0, 0,
	    arena_printf(a, "%s %s %lld %s", ev->type, ev->object_path,
		(long long)ev->created_s, twin));
}

enum err
stripe_thin_from_detail(
    struct arena *a, const char *detail, struct stripe_thin *out)
{
	struct str rest = str_from(detail);
	struct str type = str_cut(&rest, ' '), path = str_cut(&rest, ' ');
	struct str created = str_cut(&rest, ' ');

	*out = (struct stripe_thin){ .type = arena_dup(a, type),
		.path = arena_dup(a, path),
		.twin = rest.len == 0 ? NULL : arena_dup(a, rest) };
	return type.len > 0 && str_starts(path, "/v1/") &&
		str_to_i64(created, &out->created_s) ?
	    ERR_OK :
	    ERR_INPUT;
}

/* ---- what is heard ---- */

/* What lists hold of it is found by a full run before its time; once a day,
 * since a flood of such events is no reason to read all of them at each. */
static enum err
read_lists(struct app *app, struct arena *a)
{
	int64_t now_ms = clock_now_ms(), last_ms;
	enum err e = mark_get(app->db, a, "unreadable_ms", &last_ms);

	if (e != ERR_OK || (last_ms <= now_ms && now_ms - last_ms < DAY_MS))
		return e;
	e = mark_set(app->db, "unreadable_ms", now_ms);
	return e == ERR_OK ? mark_set(app->db, "reconcile_full_ms", 0) : e;
}

/* Somebody has to look, too. */
static enum err
names_nothing(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	enum err e = read_lists(app, a);

	return e == ERR_OK ?
	    stripe_thin_tell(app, a, ev->id,
		arena_printf(a, "%s: %s", ev->type, ev->doubt)) :
	    e;
}

static enum err
is_to_read(struct app *app, struct arena *a, const struct stripe_event *ev)
{
	bool is_known;
	enum err e = stripe_thin_is_known(app, a, ev->twin, &is_known);

	if (e != ERR_OK)
		return e;
	log_event(LOG_INFO, is_known ? "event_thin_known" : "event_thin",
	    KV(kv_text("id", ev->id), kv_text("type", ev->type),
		kv_text("object", ev->object_id), kv_text("twin", ev->twin)));
	return is_known ? ERR_OK : promise(app, a, ev);
}

enum err
stripe_thin_heard(struct app *app, struct arena *a,
    const struct stripe_event *ev, bool *says_all)
{
	*says_all = false;
	if (ev->doubt != NULL)
		return names_nothing(app, a, ev);
	if (ev->kind == STRIPE_SUBSCRIPTION)
		return stripe_thin_note(app, ev->twin, ev->type, says_all);
	*says_all = ev->kind == STRIPE_OTHER;
	return *says_all ? ERR_OK : is_to_read(app, a, ev);
}
