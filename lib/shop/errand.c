/* Invites, notices and questions to Stripe. */
#include "shop/errand.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "shop/chat.h"
#include "shop/payment.h"
#include "shop/portal.h"
#include "shop/products.h"
#include "shop/reconcile.h"
#include "shop/stars.h"
#include "shop/subscription.h"
#include "shop/support.h"
#include "shop/text.h"

#define MAX_STEPS 20        /* at once, of a job that gets nowhere */
#define MAX_REFUSALS 3      /* of a call, before a person must look */
#define PATIENCE_ATTEMPTS 4 /* of a check, before the buyer is told */

/* ---- what is said ---- */

/* The job cannot be kept as long as nobody knows its product. */
static enum err
wait_for_product(struct errand *e, const char *id)
{
	e->unknown = id;
	return ERR_OK;
}

static struct kv
title(const struct product *p)
{
	return kv_text("product", product_title(p, "uk"));
}

static void
send_message(struct app *app, struct arena *a, struct errand *e,
    const struct tg_message *m)
{
	const struct tg_api api = app_telegram(app);

	e->call = tg_request(a, &api, "sendMessage", tg_send_message(a, m));
	e->has_call = e->is_to_telegram = true;
	e->chat_id = m->chat_id;
}

static void
send_text(struct app *app, struct arena *a, struct errand *e, const char *text)
{
	const struct tg_message m = { .chat_id = e->job.tg_id, .text = text };

	send_message(app, a, e, &m);
}

static void
send_invoice(
    struct app *app, struct arena *a, struct errand *e, const struct product *p)
{
	const struct tg_api api = app_telegram(app);

	e->call = tg_request(
	    a, &api, "sendInvoice", stars_invoice(app, a, e->job.tg_id, p));
	e->has_call = e->is_to_telegram = true;
	e->chat_id = e->job.tg_id;
}

/* A subscription in Stars can be sold by a link only. */
static void
make_plan_link(
    struct app *app, struct arena *a, struct errand *e, const struct product *p)
{
	e->call = stars_plan_request(app, a, p);
	e->has_call = e->is_to_telegram = e->makes_link = true;
}

static enum err
send_way_to_pay(struct app *app, struct arena *a, struct errand *e,
    const struct product *p, bool by_stars)
{
	const struct tg_message m = chat_pay_message(app, a, e->job.tg_id, p);
	struct tg_message owed;
	enum err err = chat_owed_message(app, app->db, a, e->job.tg_id, p->id,
	    product_title(p, "uk"), &owed);

	if (err != ERR_OK)
		return err;
	if (owed.text != NULL)
		send_message(app, a, e, &owed);
	else if ((by_stars || stars_only(app, p)) && stars_is_plan(p))
		make_plan_link(app, a, e, p);
	else if (by_stars || stars_only(app, p))
		send_invoice(app, a, e, p);
	else
		send_message(app, a, e, &m);
	return ERR_OK;
}

/* The next call about a channel, where one is needed. */
static enum err
prepare_channel(
    struct app *app, struct arena *a, struct errand *e, const char *chat_id)
{
	enum invitation inviting = INVITE_NOBODY;
	enum err err;

	if (e->job.kind == JOB_INVITE) /* of no order: they asked for help */
		inviting = e->job.order_id == 0 ? INVITE_ANEW : INVITE_SAME;
	err = channel_prepare(app, a, e->job.tg_id, chat_id, e->job.created_ms,
	    inviting, &e->channel);

	e->call = e->channel.call;
	e->has_call = e->is_to_telegram = e->channel.step != STEP_NONE;
	e->chat_id = e->channel.step == STEP_HINT ? e->job.tg_id : 0;
	e->notes_first = channel_is_noted_first(&e->channel);
	return err;
}

/* The channel itself opens for who is in already. */
static const char *
link_of_member(struct arena *a, const struct member *m)
{
	struct str number = str_from(m->chat_now);

	if (m->link != NULL || !str_starts(number, "-100"))
		return m->link;
	return arena_printf(a, "https://t.me/c/%s/1", m->chat_now + 4);
}

/* The links of all its channels, a line each; NULL while one needs a call
 * first, which then is the errand's. */
static enum err
links_of(struct app *app, struct arena *a, struct errand *e,
    const struct product *p, const char **list)
{
	*list = "";
	for (size_t i = 0; i < p->n_channels; i++) {
		const char *link = p->channels[i].link;
		enum err err = ERR_OK;

		if (p->channels[i].chat_id != NULL) {
			err =
			    prepare_channel(app, a, e, p->channels[i].chat_id);
			link = link_of_member(a, &e->channel.member);
		}
		if (err != ERR_OK || e->has_call) {
			*list = NULL;
			return err;
		}
		if (link != NULL)
			*list = arena_printf(a, "%s%s%s", *list,
			    (*list)[0] == '\0' ? "" : "\n", link);
	}
	return ERR_OK;
}

static enum err
prepare_invite(struct app *app, struct arena *a, struct errand *e)
{
	const struct product *p;
	const char *id, *links = NULL;
	enum access access = ACCESS_OUT;
	enum err err = products_of(app, a, &e->job, e->job.detail, &id, &p);

	if (err == ERR_OK)
		err = ledger_access(app->db, a, e->job.tg_id, id, &access);
	if (err != ERR_OK || access == ACCESS_OUT)
		return err; /* refunded meanwhile: nothing to invite to */
	if (p == NULL)
		return wait_for_product(e, id);
	err = links_of(app, a, e, p, &links);
	if (err == ERR_OK && links != NULL)
		send_text(app, a, e,
		    text_fill(
			a, TEXT_INVITE, KV(title(p), kv_text("link", links))));
	return err;
}

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
	{ "revoked", TEXT_REVOKED, false },
	{ "ended", TEXT_ENDED, false },
	{ "unpaid", TEXT_ENDED_UNPAID, false },
	{ "portal_failed", TEXT_PORTAL_FAILED, false },
	{ "help_unpaid", TEXT_HELP_UNPAID, true },
	{ "help_later", TEXT_HELP_LATER, true },
	{ "passed_on", TEXT_COACH_PASSED_ON, false },
	{ "not_passed_on", TEXT_COACH_NOT_PASSED_ON, false },
	{ "too_many", TEXT_TOO_MANY, false },
};

/* That access is going to end, if it still is. */
static enum err
prepare_reminder(struct app *app, struct arena *a, struct errand *e,
    const struct order *o, const struct product *p)
{
	struct term t;
	enum err err = ledger_term(app->db, a, o->tg_id, o->product, &t);

	if (err == ERR_OK && t.access == ACCESS_IN && t.until_ms != 0 &&
	    !t.renews)
		send_text(app, a, e,
		    text_fill(a, TEXT_REMINDER,
			KV(title(p),
			    kv_text("until", text_date(a, t.until_ms)))));
	return err;
}

/* That a payment failed and how to make up for it, if that is still to do. */
static enum err
prepare_dunning(struct app *app, struct arena *a, struct errand *e,
    const struct order *o, const struct product *p)
{
	struct tg_message m;
	enum err err = chat_owed_message(
	    app, app->db, a, o->tg_id, o->product, product_title(p, "uk"), &m);

	if (err == ERR_OK && m.text != NULL)
		send_message(app, a, e, &m);
	return err;
}

static void
send_notice(struct app *app, struct arena *a, struct errand *e, struct str name,
    const struct order *o, const struct product *p)
{
	for (size_t i = 0; i < LENGTH(notices); i++)
		if (str_eq(name, notices[i].name) &&
		    !(notices[i].only_unpaid && o->paid_ms != 0))
			send_text(app, a, e,
			    text_fill(a, notices[i].text,
				KV(title(p),
				    kv_text("support", app_support(app, a)))));
}

static enum err
prepare_notice_of(struct app *app, struct arena *a, struct errand *e,
    struct str word, const struct product *p)
{
	struct order o = { 0 };
	enum err err = ERR_OK;

	if (e->job.order_id != 0)
		err = ledger_order_by_id(app->db, a, e->job.order_id, &o);
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (str_eq(word, "pay") || str_eq(word, "stars"))
		return send_way_to_pay(app, a, e, p, str_eq(word, "stars"));
	if (o.id != 0 && str_eq(word, "reminder"))
		return prepare_reminder(app, a, e, &o, p);
	if (o.id != 0 && str_eq(word, "dunning"))
		return prepare_dunning(app, a, e, &o, p);
	send_notice(app, a, e, word, &o, p);
	return ERR_OK;
}

static enum err
prepare_notice(struct app *app, struct arena *a, struct errand *e)
{
	const struct product *p;
	const char *id;
	struct str named = str_from(e->job.detail);
	struct str word = str_cut(&named, ':'); /* "pay:PRODUCT" */
	enum err err =
	    products_of(app, a, &e->job, arena_dup(a, named), &id, &p);

	if (err != ERR_OK)
		return err;
	return p == NULL ? wait_for_product(e, id) :
			   prepare_notice_of(app, a, e, word, p);
}

static enum err
prepare_check(struct app *app, struct arena *a, struct errand *e)
{
	const struct stripe_api api = app_stripe(app);
	struct order o;
	enum err err = ledger_order_by_id(app->db, a, e->job.order_id, &o);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	e->call = stripe_session_request(a, &api, o.session_id);
	e->has_call = true;
	return ERR_OK;
}

static enum err
prepare_coach(struct app *app, struct arena *a, struct errand *e)
{
	enum err err = answer_prepare(app, a, &e->job, &e->answer);

	e->call = e->answer.call;
	e->has_call = e->answer.step != ANSWER_NOTHING;
	e->is_to_telegram = e->answer.is_to_telegram;
	if (e->is_to_telegram)
		e->chat_id = e->answer.step == ANSWER_PASS_ON ?
		    tg_chat_id(app->conf.support_chat_id) :
		    e->answer.q.chat_id;
	return err;
}

static enum err
prepare_cancel(struct app *app, struct arena *a, struct errand *e)
{
	e->call = stars_cancel_request(app, a, e->job.tg_id, e->job.detail);
	e->has_call = e->is_to_telegram = true;
	return ERR_OK;
}

static enum err
prepare_member(struct app *app, struct arena *a, struct errand *e)
{
	return prepare_channel(app, a, e, e->job.detail);
}

static enum err
prepare_alert(struct app *app, struct arena *a, struct errand *e)
{
	send_text(app, a, e, e->job.detail);
	return ERR_OK;
}

enum err
errand_prepare(struct app *app, struct arena *a, struct errand *e)
{
	static enum err (*const by_kind[JOB__COUNT])(
	    struct app * app, struct arena * a, struct errand * e) = {
		[JOB_INVITE] = prepare_invite,
		[JOB_NOTICE] = prepare_notice,
		[JOB_CHECK] = prepare_check,
		[JOB_ALERT] = prepare_alert,
		[JOB_RECONCILE] = reconcile_prepare,
		[JOB_MEMBER] = prepare_member,
		[JOB_SUBSCRIPTION] = subscription_prepare,
		[JOB_PORTAL] = portal_prepare,
		[JOB_ANSWER] = prepare_coach,
		[JOB_FORWARD] = prepare_coach,
		[JOB_RELAY] = prepare_coach,
		[JOB_CANCEL_STARS] = prepare_cancel,
	};

	if (job_is_known(&e->job))
		return by_kind[e->job.kind](app, a, e);
	log_event(LOG_ERROR, "job_unknown",
	    KV(kv_int("id", e->job.id), kv_int("kind", e->job.kind)));
	return ERR_OK; /* errand_settle() parks it */
}

enum err
errand_begin(struct app *app, struct errand *e)
{
	return channel_begin(app, &e->channel);
}

/* ---- what the answer means ---- */

static void
again(const struct errand *e, const char *error, struct verdict_of_errand *v)
{
	*v = (struct verdict_of_errand){ .end = ERRAND_AGAIN,
		.wait_ms = jobs_backoff_ms(e->job.attempts),
		.error = error };
}

static void
park_unknown(struct arena *a, const char *id, struct verdict_of_errand *v)
{
	*v = (struct verdict_of_errand){ .end = ERRAND_PARK,
		.error = products_unknown(a, id) };
}

static void
wait_as_told(const struct tg_answer *answer, const struct errand *e,
    struct verdict_of_errand *v)
{
	again(e, "Telegram asks to wait", v);
	v->end = ERRAND_LATER;
	v->silence_ms = v->wait_ms;
	if (answer->wait_s > 0) {
		v->silence_ms = answer->wait_s * 1000;
		v->wait_ms += v->silence_ms - JOBS_FIRST_PAUSE_MS / 2;
	}
}

static const char *
words_of(struct arena *a, const struct tg_answer *answer,
    const struct http_response *res)
{
	return arena_printf(a, "Telegram: %d %.200s", res->status,
	    answer->description == NULL ? "without a word" :
					  answer->description);
}

static enum err
note_invited(struct app *app, struct arena *a, const struct errand *e)
{
	const struct product *p;
	const char *id;
	enum err err = products_of(app, a, &e->job, e->job.detail, &id, &p);

	if (err != ERR_OK)
		return err;
	return db_exec(app->db, SQL_ACCESS_INVITED,
	    KV(kv_int("tg_id", e->job.tg_id), kv_text("product", id),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

/* What follows from a message that Telegram took. */
static enum err
on_taken(struct app *app, struct arena *a, const struct errand *e,
    const struct tg_answer *answer, struct verdict_of_errand *v)
{
	bool is_over = true;
	enum err err = ERR_OK;

	if (e->job.kind == JOB_INVITE)
		err = note_invited(app, a, e);
	else if (e->answer.step != ANSWER_NOTHING)
		err = answer_said(app, a, &e->answer, answer->result, &is_over);
	*v = (struct verdict_of_errand){ .end = is_over ? ERRAND_DONE :
							  ERRAND_NEXT };
	return err;
}

/* Not to be had: a person who is gone, or the support chat, or a group. */
static enum err
on_gone(struct app *app, struct arena *a, const struct errand *e,
    const struct tg_answer *answer, struct verdict_of_errand *v)
{
	const struct question *q = &e->answer.q;
	bool is_over = false;
	enum err err;

	if (e->answer.step == ANSWER_PASS_ON) {
		err = support_not_passed(
		    app, a, &e->answer, answer->description, &is_over);
		if (is_over)
			v->end = ERRAND_DONE;
		return err;
	}
	v->end = ERRAND_PARK;
	if (e->job.kind == JOB_CANCEL_STARS) { /* not its first payment */
		v->end = ERRAND_DONE;
		log_event(LOG_INFO, "stars_not_canceled",
		    KV(kv_text("why", answer->description)));
		return ERR_OK;
	}
	if (answer->outcome == TG_REFUSED || q->chat_id != q->tg_id)
		return ERR_OK;
	v->is_gone = true;
	return ledger_user_reachable(app->db, e->job.tg_id, false);
}

static enum err
settle_message(struct app *app, struct arena *a, const struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v)
{
	struct tg_answer answer = { .outcome = TG_LATER };

	if (call_err != ERR_OK) {
		again(e, "Telegram: no answer", v);
		return ERR_OK;
	}
	tg_answer_read(a, res, &answer);
	again(e, words_of(a, &answer, res), v);
	switch (answer.outcome) {
	case TG_DONE:
		return on_taken(app, a, e, &answer, v);
	case TG_WAIT:
		wait_as_told(&answer, e, v);
		return ERR_OK;
	case TG_USER_GONE:
		return on_gone(app, a, e, &answer, v);
	case TG_REFUSED:
		return e->answer.step == ANSWER_PASS_ON ||
			e->job.attempts >= MAX_REFUSALS ?
		    on_gone(app, a, e, &answer, v) :
		    ERR_OK;
	default:
		return ERR_OK;
	}
}

/* Whether this is the answer with the link. It is judged anew when what it led
 * to could not be written down; a message's answer has no link in it. */
static bool
is_link_made(const struct errand *e, struct arena *a, enum err call_err,
    const struct http_response *res)
{
	return e->makes_link &&
	    (!e->sends_link ||
		(call_err == ERR_OK && stars_plan_link(a, res) != NULL));
}

/* The invoice's link, on to the buyer. */
static enum err
settle_link(struct app *app, struct arena *a, struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v)
{
	const char *url = call_err == ERR_OK ? stars_plan_link(a, res) : NULL;
	struct tg_message m = { .chat_id = e->job.tg_id, .button_url = url };
	struct str product = str_from(e->job.detail);
	const struct product *p;
	const char *id;
	enum err err;

	(void)str_cut(&product, ':');
	err = products_of(app, a, &e->job, arena_dup(a, product), &id, &p);
	if (err != ERR_OK)
		return err;
	if (p == NULL) { /* taken out since the link was asked for */
		park_unknown(a, id, v);
		return ERR_OK;
	}
	if (url == NULL) {
		err = settle_message(app, a, e, call_err, res, v);
		if (v->end == ERRAND_DONE)
			again(e, "Telegram: an answer without a link", v);
		return err;
	}
	m.button =
	    text_fill(a, TEXT_STARS_BUTTON, KV(kv_int("amount", p->stars)));
	m.text = text_fill(a, TEXT_STARS_PLAN,
	    KV(title(p), kv_int("amount", p->stars), kv_text("url", url)));
	send_message(app, a, e, &m);
	e->sends_link = true;
	v->end = ERRAND_GO_ON;
	return ERR_OK;
}

/* One step of several: the next one at once, while that gets somewhere. */
static enum err
settle_channel(struct app *app, struct arena *a, const struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v)
{
	struct tg_answer answer = { .outcome = TG_LATER };
	struct channel_outcome what = { .end = CHANNEL_LATER };
	enum err err = ERR_OK;

	if (call_err != ERR_OK) {
		again(e, "Telegram: no answer", v);
		return ERR_OK;
	}
	tg_answer_read(a, res, &answer);
	if (answer.outcome == TG_WAIT) {
		wait_as_told(&answer, e, v);
		return ERR_OK;
	}
	err = channel_settle(
	    app, a, &e->channel, &answer, e->job.created_ms, &what);
	again(e, words_of(a, &answer, res), v);
	if (what.end == CHANNEL_NEXT && e->n_steps < MAX_STEPS)
		*v = (struct verdict_of_errand){ .end = ERRAND_NEXT };
	else if (what.end == CHANNEL_WAIT)
		v->wait_ms = what.wait_ms;
	else if (what.end == CHANNEL_NEXT || what.end == CHANNEL_NO_RIGHT)
		v->wait_ms = JOBS_LAST_PAUSE_MS;
	else if (err == ERR_OK && answer.outcome == TG_REFUSED &&
	    e->job.attempts >= MAX_REFUSALS)
		err = membership_refused(
		    app, a, e->channel.member.chat_id, v->error);
	return err;
}

static enum err
promise_notice(
    struct app *app, struct arena *a, const struct errand *e, const char *name)
{
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "%s/%s", name, e->job.detail), e->job.tg_id,
	    e->job.order_id, name);
}

/* Not this one: the next older unpaid order, or the word that none is paid. */
static enum err
check_next(struct app *app, struct arena *a, const struct errand *e)
{
	struct order o;
	enum err err =
	    ledger_order_unpaid(app->db, a, e->job.tg_id, e->job.order_id, &o);

	if (err == ERR_NOT_FOUND)
		return promise_notice(app, a, e, "help_unpaid");
	if (err != ERR_OK)
		return err;
	return jobs_promise(app->db, JOB_CHECK,
	    arena_printf(a, "check/%s/%lld", e->job.detail, (long long)o.id),
	    e->job.tg_id, o.id, e->job.detail);
}

/* The buyer asked for help and what was asked about lets them in: the invite
 * is owed, unless recording the payment has promised it this very moment. */
static enum err
answer_help(struct app *app, struct arena *a, const struct errand *e)
{
	const struct product *p;
	const char *id;
	enum access access = ACCESS_OUT;
	bool pending = false;
	enum err err = products_of(app, a, &e->job, NULL, &id, &p);

	if (err == ERR_OK)
		err = ledger_access(app->db, a, e->job.tg_id, id, &access);
	if (err != ERR_OK)
		return err;
	if (access == ACCESS_OUT)
		return check_next(app, a, e);
	err = ledger_invite_pending(app->db, a, e->job.tg_id, id, &pending);
	if (err != ERR_OK || pending)
		return err;
	return jobs_promise(app->db, JOB_INVITE,
	    arena_printf(a, "help/%s", e->job.detail), e->job.tg_id, 0, id);
}

static enum err
settle_check(struct app *app, struct arena *a, const struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v)
{
	struct stripe_session s;
	enum err err = call_err;

	*v = (struct verdict_of_errand){ .end = ERRAND_DONE };
	if (err == ERR_OK)
		err = stripe_session_answer(a, res, &s);
	if (err == ERR_OK && s.livemode == app->conf.livemode) {
		err = payment_record_session(app, a, &s, NULL);
		return err == ERR_OK ? answer_help(app, a, e) : err;
	}
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		return answer_help(app, a, e); /* no such session here */
	again(e, arena_printf(a, "Stripe: %s", err_name(err)), v);
	if (e->job.attempts == PATIENCE_ATTEMPTS)
		return promise_notice(app, a, e, "help_later");
	return ERR_OK;
}

/* The model and the ear: whatever came of it, the next step is due. */
static enum err
settle_thought(struct app *app, struct arena *a, const struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v)
{
	enum err err =
	    answer_settle(app, a, &e->answer, call_err, res, &v->wait_ms);

	/* How often it failed is counted with the question. */
	v->end = v->wait_ms > 0 ? ERRAND_LATER : ERRAND_NEXT;
	return err;
}

bool
errand_goes_on(struct app *app, struct arena *a, struct errand *e,
    enum err call_err, const struct http_response *res)
{
	if (call_err != ERR_OK || !answer_goes_on(app, a, &e->answer, res))
		return false;
	e->call = e->answer.call;
	return true;
}

/* Nothing was to be said, or nobody here knows what. */
static void
settle_silence(
    struct arena *a, const struct errand *e, struct verdict_of_errand *v)
{
	*v = (struct verdict_of_errand){ .end = ERRAND_DONE };
	if (!job_is_known(&e->job))
		*v = (struct verdict_of_errand){ .end = ERRAND_PARK,
			.error = JOB_UNKNOWN };
	else if (e->unknown != NULL)
		park_unknown(a, e->unknown, v);
	else if (e->answer.lost != NULL)
		*v = (struct verdict_of_errand){ .end = ERRAND_PARK,
			.error = e->answer.lost };
}

enum err
errand_settle(struct app *app, struct arena *a, struct errand *e,
    enum err call_err, const struct http_response *res,
    struct verdict_of_errand *v)
{
	if (!e->has_call) {
		settle_silence(a, e, v);
		return ERR_OK;
	}
	*v = (struct verdict_of_errand){ .end = ERRAND_DONE };
	if (e->channel.step != STEP_NONE)
		return settle_channel(app, a, e, call_err, res, v);
	if (is_link_made(e, a, call_err, res))
		return settle_link(app, a, e, call_err, res, v);
	if (e->job.kind == JOB_CHECK)
		return settle_check(app, a, e, call_err, res, v);
	if (e->job.kind == JOB_RECONCILE)
		return reconcile_settle(app, a, e, call_err, res, v);
	if (e->job.kind == JOB_SUBSCRIPTION)
		return subscription_settle(app, a, e, call_err, res, v);
	if (e->job.kind == JOB_PORTAL && !e->is_to_telegram)
		return portal_settle(app, a, e, call_err, res, v);
	if (e->answer.step != ANSWER_NOTHING && !e->is_to_telegram)
		return settle_thought(app, a, e, call_err, res, v);
	return settle_message(app, a, e, call_err, res, v);
}
