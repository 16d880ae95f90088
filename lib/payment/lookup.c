/* Asking whoever takes the money about an order whose buyer asks for help, and
 * about the older ones, until something is found to let them in. */
#include "ledger/ledger.h"
#include "ledger/products.h"
#include "outbox/message.h"
#include "payment/provider.h"

#define PATIENCE_ATTEMPTS 4 /* of a check, before the buyer is told */

static void
provider_from_row(const struct row *row, void *ctx)
{
	*(const char **)ctx = row_text(row, 0);
}

/* Whom to ask about an order. *out is NULL where this program knows nobody of
 * the name that stands in it, which is *name. */
static enum err
provider_of(struct app *app, struct arena *a, int64_t order_id,
    const struct provider **out, const char **name)
{
	enum err err = db_one(app->db, a, SQL_ORDER_PAYMENT,
	    KV(kv_int("id", order_id)), provider_from_row, name);

	if (err == ERR_OK)
		*out = provider_find(str_from(*name));
	return err;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct provider *provider;
	const char *name;
	struct order o;
	enum err err = ledger_order_by_id(app->db, a, s->job.order_id, &o);

	if (err == ERR_OK)
		err = provider_of(app, a, o.id, &provider, &name);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	if (provider == NULL || provider->ask == NULL) {
		s->cannot = arena_printf(
		    a, "this program cannot ask \"%s\" about an order", name);
		return ERR_OK;
	}
	s->state = (void *)provider;
	s->call = provider->ask(app, a, o.session_id);
	s->has_call = true;
	return ERR_OK;
}

static enum err
promise_notice(
    struct app *app, struct arena *a, const struct step *s, const char *name)
{
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "%s/%s", name, s->job.detail), s->job.tg_id,
	    s->job.order_id, name);
}

/* The word that ends the asking; but that a bank is at work is what a buyer
 * wants to know, if it is, and what they may just have been told. */
static enum err
promise_word(
    struct app *app, struct arena *a, const struct step *s, const char *name)
{
	bool at_bank = false, is_told = false;
	enum err err =
	    ledger_processing(app->db, a, s->job.tg_id, NULL, &at_bank);

	if (err == ERR_OK && at_bank)
		err = jobs_pending(
		    app->db, a, s->job.tg_id, JOB_NOTICE, &is_told);
	if (err != ERR_OK || is_told)
		return err;
	return promise_notice(app, a, s, at_bank ? "processing" : name);
}

/* Not this one: the next older unpaid order, or the word that none is paid. */
static enum err
check_next(struct app *app, struct arena *a, const struct step *s)
{
	struct order o;
	enum err err =
	    ledger_order_unpaid(app->db, a, s->job.tg_id, s->job.order_id, &o);

	if (err == ERR_NOT_FOUND)
		return promise_word(app, a, s, "help_unpaid");
	if (err != ERR_OK)
		return err;
	return jobs_promise(app->db, JOB_CHECK,
	    arena_printf(a, "check/%s/%lld", s->job.detail, (long long)o.id),
	    s->job.tg_id, o.id, s->job.detail);
}

/* The buyer asked for help and what was asked about lets them in: the invite
 * is owed, unless recording the payment has promised it this very moment. */
static enum err
answer_help(struct app *app, struct arena *a, const struct step *s)
{
	const struct product *p;
	const char *id;
	enum access access = ACCESS_OUT;
	bool pending = false;
	enum err err = products_of(app, a, &s->job, NULL, &id, &p);

	if (err == ERR_OK)
		err = ledger_access(app->db, a, s->job.tg_id, id, &access);
	if (err != ERR_OK)
		return err;
	if (access == ACCESS_OUT)
		return check_next(app, a, s);
	err = ledger_invite_pending(app->db, a, s->job.tg_id, id, &pending);
	if (err != ERR_OK || pending)
		return err;
	return jobs_promise(app->db, JOB_INVITE,
	    arena_printf(a, "help/%s", s->job.detail), s->job.tg_id, 0, id);
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *out)
{
	const struct provider *provider = s->state;
	struct finding found;
	enum err err = call_err;

	if (err == ERR_OK)
		err = provider->told(app, a, res, &found);
	if (err == ERR_OK) {
		err = found.record(app, a, found.what, NULL);
		return err == ERR_OK ? answer_help(app, a, s) : err;
	}
	if (err == ERR_NOT_FOUND)
		return answer_help(app, a, s); /* no such purchase here */
	message_retry_call(a, s, provider->title, err, res, out);
	if (s->job.attempts == PATIENCE_ATTEMPTS)
		return promise_word(app, a, s, "help_later");
	return ERR_OK;
}

const struct job_kind check_kind = { .prepare = prepare, .settle = settle };
