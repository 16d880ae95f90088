/* What is told to a person, by the word in the job. */
#include "base/array.h"
#include "base/clock.h"
#include "ledger/consents.h"
#include "ledger/ledger.h"
#include "ledger/products.h"
#include "outbox/message.h"
#include "payment/offer.h"
#include "shop/text.h"

/* The notices, by the name that stands in the job: append, never rename. */
static const struct {
	const char *name;
	enum text text;
	bool only_unpaid; /* pointless once the order is paid */
} notices[] = {
	{ "processing", TEXT_PROCESSING, true },
	{ "failed", TEXT_FAILED, true },
	{ "refunded", TEXT_REFUNDED, false },
	{ "disputed", TEXT_DISPUTED, false },
	{ "warned", TEXT_WARNED, false },
	{ "sent_back", TEXT_SENT_BACK, false },
	{ "revoked", TEXT_REVOKED, false },
	{ "ended", TEXT_ENDED, false },
	{ "unpaid", TEXT_ENDED_UNPAID, false },
	{ "portal_failed", TEXT_PORTAL_FAILED, false },
	{ "help_unpaid", TEXT_HELP_UNPAID, true },
	{ "help_later", TEXT_HELP_LATER, true },
	{ "passed_on", TEXT_COACH_PASSED_ON, false },
	{ "not_passed_on", TEXT_COACH_NOT_PASSED_ON, false },
	{ "too_many", TEXT_TOO_MANY, false },
	{ "language", TEXT_LANGUAGE_SET, false },
	{ "no_consent", TEXT_CONSENT_REFUSED, false },
};

/* What a notice is about, and the language of who reads it. */
struct about {
	const struct product *product;
	struct order order; /* id 0: none */
	enum language in;
};

static struct kv
title(const struct about *n)
{
	return kv_text(
	    "product", product_title(n->product, language_code(n->in)));
}

/* That access is going to end, if it still is. Asked at the last moment:
 * between the promise and its day somebody may have paid again, or been
 * refunded. */
static enum err
prepare_reminder(
    struct app *app, struct arena *a, struct step *s, const struct about *n)
{
	const struct order *o = &n->order;
	struct term t;
	enum err e = ledger_term(app->db, a, o->tg_id, o->product, &t);

	if (e == ERR_OK && t.access == ACCESS_IN && t.until_ms != 0 &&
	    !t.renews)
		message_say(app, a, s,
		    text_fill_in(n->in, a, TEXT_REMINDER,
			KV(title(n),
			    kv_text(
				"until", text_date_in(n->in, a, t.until_ms)))));
	return e;
}

/* That a trial is going to end and the subscription to be charged, if it still
 * is: they may have canceled since. */
static enum err
prepare_trial_end(
    struct app *app, struct arena *a, struct step *s, const struct about *n)
{
	const struct order *o = &n->order;
	struct term t;
	enum err e = ledger_term(app->db, a, o->tg_id, o->product, &t);

	if (e == ERR_OK && t.access == ACCESS_IN && t.renews)
		message_say(app, a, s,
		    text_fill_in(n->in, a, TEXT_TRIAL_ENDS,
			KV(title(n),
			    kv_text("until",
				text_date_in(n->in, a, t.paid_until_ms)))));
	return e;
}

/* The acknowledgement that stays with them: the page may be closed unread. */
static enum err
prepare_withdrawn(
    struct app *app, struct arena *a, struct step *s, const struct about *n)
{
	struct withdrawal w;
	char minute[CLOCK_DATE_BYTES];
	enum err e = withdrawal_of_order(app->db, a, n->order.id, &w);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	clock_local_minute(w.at_ms, minute);
	message_say(app, a, s,
	    text_fill_in(n->in, a, TEXT_WITHDRAWN,
		KV(title(n), kv_int("number", w.id), kv_text("when", minute),
		    kv_text("support", app_support_in(n->in, app, a)))));
	return ERR_OK;
}

/* A word that is not in the list comes from a newer version's job. Nothing is
 * said then, rather than something wrong. */
static void
say_notice(struct app *app, struct arena *a, struct step *s, struct str name,
    const struct about *n)
{
	for (size_t i = 0; i < LENGTH(notices); i++)
		if (str_eq(name, notices[i].name) &&
		    !(notices[i].only_unpaid && n->order.paid_ms != 0))
			message_say(app, a, s,
			    text_fill_in(n->in, a, notices[i].text,
				KV(title(n),
				    kv_text("support",
					app_support_in(n->in, app, a)))));
}

static enum err
read_about(
    struct app *app, struct arena *a, const struct job *job, struct about *n)
{
	enum err e = ERR_OK;

	if (job->order_id != 0)
		e = ledger_order_by_id(app->db, a, job->order_id, &n->order);
	/* The order may have been pruned since; most notices can do without
	 * it. */
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return ledger_language(app->db, a, job->tg_id, &n->in);
}

static enum err
prepare_word(struct app *app, struct arena *a, struct step *s, struct str word,
    const struct product *p)
{
	struct about n = { .product = p };
	enum err e = read_about(app, a, &s->job, &n);

	if (e != ERR_OK)
		return e;
	if (str_eq(word, "pay") || provider_find(word) != NULL)
		return offer_prepare(n.in, app, a, s, p, provider_find(word));
	/* A reminder and a dunning notice speak of an order; without one there
	 * is nothing they could say. */
	if (n.order.id != 0 && str_eq(word, "reminder"))
		return prepare_reminder(app, a, s, &n);
	if (n.order.id != 0 && str_eq(word, "trial_ends"))
		return prepare_trial_end(app, a, s, &n);
	if (n.order.id != 0 && str_eq(word, "withdrawn"))
		return prepare_withdrawn(app, a, s, &n);
	if (n.order.id != 0 && str_eq(word, "dunning"))
		return offer_prepare_dunning(n.in, app, a, s, &n.order, p);
	say_notice(app, a, s, word, &n);
	return ERR_OK;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct product *p;
	const char *id;
	struct str named = str_from(s->job.detail);
	struct str word = str_cut(&named, ':'); /* "pay:PRODUCT" */
	enum err e = products_of(app, a, &s->job, arena_dup(a, named), &id, &p);

	if (e != ERR_OK)
		return e;
	if (p != NULL)
		return prepare_word(app, a, s, word, p);
	s->cannot = products_unknown(a, id);
	return ERR_OK;
}

const struct job_kind notice_kind = { .prepare = prepare,
	.settle = offer_settle };
