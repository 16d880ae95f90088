/* Finding or making the buyer's Checkout Session. */
#include "payment/checkout.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "ledger/subscription.h"
#include "payment/stripe_events.h"
#include "payment/stripe_ours.h"

#include <poll.h>

/* A session must live this much longer to be worth sending a buyer to. */
#define URL_MARGIN_MS (60 * 1000)
/* How long an attempt may be under way. */
#define ATTEMPT_MS (STRIPE_TOTAL_MS + TWIN_PATIENCE_MS)
#define TWIN_PATIENCE_MS 3000
#define TWIN_PAUSE_MS 300

/* An attempt to open a session, as the ledger knows it. */
struct attempt {
	int64_t order_id; /* 0: the ledger is out of order */
	int64_t number, attempted_ms, created_ms;
	const char *key;
};

struct search {
	struct app *app;
	struct arena *arena;
	int64_t tg_id;
	const struct limit_who *who;
	const struct product *product;
	struct checkout found;
	bool is_found;
	struct attempt attempt;
};

static void
open_order_from_row(const struct row *row, void *ctx)
{
	struct checkout *c = ctx;

	c->url = row_text(row, 0);
	c->state =
	    row_int(row, 1) != 0 ? CHECKOUT_PROCESSING : CHECKOUT_REDIRECT;
}

static void
attempt_from_row(const struct row *row, void *ctx)
{
	*(struct attempt *)ctx = (struct attempt){ .order_id = row_int(row, 0),
		.number = row_int(row, 1),
		.attempted_ms = row_int(row, 2),
		.created_ms = row_int(row, 3) };
}

/* Where Stripe still waits for the money of a subscription, its invoice is
 * what to pay, which the bot tells to the buyer alone; and none is sold beside
 * one that goes on (access may be out all the same: refunded, disputed, taken
 * away). */
static enum err
find_owed(struct search *s)
{
	struct subscription sub;
	enum err e = subscription_of(
	    s->app->db, s->arena, s->tg_id, s->product->id, &sub);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (subscription_can_be_paid(&sub))
		s->found = (struct checkout){ .state = CHECKOUT_OWED };
	else if (subscription_goes_on(&sub))
		s->found = (struct checkout){ .state = CHECKOUT_SUBSCRIBED };
	else
		return ERR_OK;
	s->is_found = true;
	return ERR_OK;
}

/* Paid, on its way, or open: no call to Stripe is needed. */
static enum err
find(struct db *db, struct search *s)
{
	enum err e =
	    ledger_term(db, s->arena, s->tg_id, s->product->id, &s->found.term);

	if (e != ERR_OK)
		return e;
	if (s->found.term.access == ACCESS_IN) {
		s->found.state = CHECKOUT_PAID;
		s->is_found = true;
		return ERR_OK;
	}
	e = find_owed(s);
	if (e != ERR_OK || s->is_found)
		return e;
	e = db_one(db, s->arena, SQL_ORDER_OPEN,
	    KV(kv_int("tg_id", s->tg_id), kv_text("product", s->product->id),
		kv_int("livemode", s->app->conf.livemode),
		kv_int("until_ms", clock_now_ms() + URL_MARGIN_MS)),
	    open_order_from_row, &s->found);
	s->is_found = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
draft_add(struct db *db, struct search *s)
{
	enum err e = ledger_user_seen(db, s->tg_id, NULL);

	if (e != ERR_OK)
		return e;
	return db_one(db, s->arena, SQL_ORDER_DRAFT_ADD,
	    KV(kv_int("tg_id", s->tg_id), kv_text("product", s->product->id),
		kv_int("livemode", s->app->conf.livemode),
		kv_int("now_ms", clock_now_ms())),
	    attempt_from_row, &s->attempt);
}

static void
limit_found(struct search *s, int64_t wait_s)
{
	s->found =
	    (struct checkout){ .state = CHECKOUT_LIMITED, .wait_s = wait_s };
	s->is_found = true;
}

/* A limit that cannot be counted holds nobody up. */
static bool
buyer_is_limited(struct search *s)
{
	int64_t wait_s = 0;

	if (limit_buyer(s->app, s->arena, s->who, &wait_s) != ERR_THROTTLED)
		return false;
	limit_found(s, wait_s);
	return true;
}

/* Joins an attempt under way or begins a new one. */
static enum err
draft_take(struct db *db, struct search *s)
{
	struct attempt *t = &s->attempt;
	int64_t now_ms = clock_now_ms();
	enum err e = db_one(db, s->arena, SQL_ORDER_DRAFT,
	    KV(kv_int("tg_id", s->tg_id), kv_text("product", s->product->id)),
	    attempt_from_row, t);

	if (e == ERR_OK && now_ms - t->attempted_ms < ATTEMPT_MS)
		return ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (buyer_is_limited(s))
		return ERR_OK;
	if (e == ERR_NOT_FOUND)
		return draft_add(db, s);
	t->number++;
	return db_exec(db, SQL_ORDER_ATTEMPT,
	    KV(kv_int("id", t->order_id), kv_int("attempt", t->number),
		kv_int("attempted_ms", now_ms)),
	    NULL);
}

static enum err
find_or_draft(struct db *db, void *ctx)
{
	struct search *s = ctx;
	int64_t wait_s = 0;
	bool is_limited =
	    limit_address(s->app, s->arena, s->who, &wait_s) == ERR_THROTTLED;
	enum err e = find(db, s);

	if (e != ERR_OK)
		return e;
	/* Over the limit all hear the same, but for whoever is on the way to
	 * pay: that costs nothing and tells of no purchase. */
	if (is_limited && !(s->is_found && s->found.state == CHECKOUT_REDIRECT))
		limit_found(s, wait_s);
	return s->is_found ? ERR_OK : draft_take(db, s);
}

/* Unlike any other key of the account, even after the ledger was lost. */
static enum err
make_key(struct search *s)
{
	unsigned char chance[16];
	char hex[33];

	if (s->attempt.order_id != 0) {
		s->attempt.key = arena_printf(s->arena, "admit-%lld-%lld-%lld",
		    (long long)s->tg_id, (long long)s->attempt.created_ms,
		    (long long)s->attempt.number);
		return ERR_OK;
	}
	if (random_bytes(chance, sizeof(chance)) != ERR_OK)
		return ERR_INTERNAL;
	hex_encode(chance, sizeof(chance), hex);
	s->attempt.key = arena_printf(s->arena, "admit-%s", hex);
	return ERR_OK;
}

static struct http_request
create_request(struct search *s, const struct stripe_api *api)
{
	const struct conf *c = &s->app->conf;
	const struct stripe_order o = {
		.tg_id = s->tg_id,
		.product = s->product->id,
		.shop = ours_mark(s->app, s->arena),
		.price_id = s->product->price_id,
		.product_name = product_title(s->product, NULL),
		.amount_minor = s->product->amount_minor,
		.currency = s->product->currency,
		.every = s->product->every,
		.every_n = s->product->every_n,
		.success_url = arena_printf(s->arena,
		    "%s/paid?session_id={CHECKOUT_SESSION_ID}", c->base_url),
		.cancel_url = arena_printf(s->arena, "%s/cancel", c->base_url),
		.locale = c->checkout_locale,
		.promotion_codes = c->allow_promotion_codes != 0,
		.automatic_tax = c->automatic_tax != 0,
		.idempotency_key = s->attempt.key,
	};

	return stripe_create_request(s->arena, api, &o);
}

/* Sends what is safe to repeat, a GET or a POST with an idempotency key, once
 * more where the connection broke before an answer. */
static enum err
ask(struct http *http, struct arena *a, const struct http_request *req,
    struct stripe_session *session)
{
	struct http_response res = { 0 };
	enum err e = http_send(http, a, req, &res);

	if (e == ERR_UNAVAILABLE && res.broke)
		e = http_send(http, a, req, &res);
	return e == ERR_OK ? stripe_session_answer(a, &res, session) : e;
}

/* ask(), and again for a little while as long as Stripe says that a twin of
 * this request is being worked on. */
static enum err
ask_patiently(struct http *http, struct arena *a,
    const struct http_request *req, struct stripe_session *session)
{
	int64_t end_ms = clock_mono_ms() + TWIN_PATIENCE_MS;
	enum err e = ask(http, a, req, session);

	while (e == ERR_CONFLICT && clock_mono_ms() < end_ms) {
		(void)poll(NULL, 0, TWIN_PAUSE_MS);
		e = ask(http, a, req, session);
	}
	return e;
}

struct opened {
	struct search *search;
	const struct stripe_session *session;
};

static enum err
write_opened(struct db *db, void *ctx)
{
	const struct opened *o = ctx;
	const struct stripe_session *s = o->session;

	return db_exec(db, SQL_ORDER_OPENED,
	    KV(kv_int("id", o->search->attempt.order_id),
		kv_text("session_id", s->id), kv_text("url", s->url),
		kv_int("url_ends_ms", s->expires_s * 1000),
		kv_int_or_null("amount_minor", s->amount_minor),
		kv_text("currency", s->currency),
		kv_int("livemode", s->livemode)),
	    NULL);
}

static enum err
drop_draft(struct db *db, void *ctx)
{
	const struct search *s = ctx;

	return db_exec(db, SQL_ORDER_DRAFT_DROP,
	    KV(kv_int("id", s->attempt.order_id)), NULL);
}

static enum err
give_up_attempt(struct db *db, void *ctx)
{
	const struct search *s = ctx;

	return db_exec(db, SQL_ORDER_ATTEMPT,
	    KV(kv_int("id", s->attempt.order_id),
		kv_int("attempt", s->attempt.number), kv_null("attempted_ms")),
	    NULL);
}

/* The buyer goes on to pay even where this cannot be written: the webhook
 * brings the session. Where that came first, the draft is in its way. */
static void
note_opened(struct search *s, const struct stripe_session *session)
{
	struct opened o = { s, session };
	enum err e = ERR_OK;

	if (s->attempt.order_id != 0)
		e = db_transaction(s->app->db, write_opened, &o);
	if (e == ERR_CONFLICT)
		e = db_transaction(s->app->db, drop_draft, s);
	if (e != ERR_OK)
		log_event(LOG_WARN, "session_not_noted",
		    KV(kv_text("session", session->id)));
}

static enum err
create(struct search *s, struct http *http)
{
	const struct stripe_api api = app_stripe(s->app);
	struct stripe_session session;
	struct http_request req;
	enum err e = make_key(s);

	if (e != ERR_OK)
		return e;
	req = create_request(s, &api);
	e = ask_patiently(http, s->arena, &req, &session);
	if (e == ERR_OK && !stripe_redirect_ok(&api, session.url)) {
		log_event(LOG_ERROR, "session_url_unsafe",
		    KV(kv_text("session", session.id)));
		e = ERR_REFUSED;
	}
	if (e == ERR_OK) {
		note_opened(s, &session);
		s->found = (struct checkout){ .state = CHECKOUT_REDIRECT,
			.url = session.url };
		return ERR_OK;
	}
	if (s->attempt.order_id != 0 &&
	    db_transaction(s->app->db, give_up_attempt, s) != ERR_OK)
		log_event(LOG_WARN, "attempt_not_given_up",
		    KV(kv_int("tg_id", s->tg_id)));
	return e;
}

enum err
checkout_begin(struct app *app, struct http *http, struct arena *a,
    const struct limit_who *who, const struct product *p, struct checkout *out)
{
	struct search s = { .app = app,
		.arena = a,
		.tg_id = who->tg_id,
		.who = who,
		.product = p };
	enum err e = db_transaction(app->db, find_or_draft, &s);

	if (e != ERR_OK) {
		log_event(LOG_WARN, "pay_without_ledger",
		    KV(kv_int("tg_id", s.tg_id)));
		s.is_found = false;
		s.attempt = (struct attempt){ 0 };
	}
	e = s.is_found ? ERR_OK : create(&s, http);
	*out = s.found;
	out->product = p;
	return e;
}

struct looking {
	struct app *app;
	struct arena *arena;
	const struct limit_who *who;
	int64_t wait_s;
	const struct stripe_session *session;
	struct order order;
	struct term term;
};

static enum err
record_found(struct db *db, void *ctx)
{
	struct looking *l = ctx;
	enum err e = stripe_events_record_session(
	    l->app, l->arena, l->session, &l->order);

	if (e != ERR_OK || l->order.id == 0)
		return e;
	return ledger_term(
	    db, l->arena, l->order.tg_id, l->order.product, &l->term);
}

static enum checkout_state
state_of(const struct order *o, enum access access)
{
	if (o->paid_ms != 0)
		return access == ACCESS_IN ? CHECKOUT_PAID : CHECKOUT_NONE;
	return o->processing_ms != 0 && o->failed_ms == 0 ?
	    CHECKOUT_PROCESSING :
	    CHECKOUT_NONE;
}

static enum err
take_look(struct db *db, void *ctx)
{
	struct looking *l = ctx;
	enum err e;

	(void)db; /* the app's */
	/* What is over the limit is counted as well, so no failure. */
	e = limit_address(l->app, l->arena, l->who, &l->wait_s);
	return e == ERR_THROTTLED ? ERR_OK : e;
}

static enum err
ask_stripe(struct looking *l, struct http *http, const char *session_id)
{
	const struct stripe_api api = app_stripe(l->app);
	struct http_request req =
	    stripe_session_request(l->arena, &api, session_id);
	struct stripe_session session;
	enum err e = db_transaction(l->app->db, take_look, l);

	if (e != ERR_OK || l->wait_s > 0)
		return e;
	e = ask(http, l->arena, &req, &session);
	if (e != ERR_OK)
		return e;
	if (session.livemode != l->app->conf.livemode || session.tg_id == 0)
		return ERR_NOT_FOUND;
	l->session = &session;
	e = db_transaction(l->app->db, record_found, l);
	l->session = NULL;
	if (e == ERR_OK && l->order.id == 0)
		return ERR_NOT_FOUND; /* another shop's */
	l->app->has_work |= e == ERR_OK;
	return e;
}

static void
link_from_row(const struct row *row, void *ctx)
{
	*(const char **)ctx = row_text(row, 0);
}

/* The one for all, or the one that the worker has had made for this buyer: it
 * lets nobody else in. */
static const char *
link_for(struct app *app, struct arena *a, const struct order *o,
    const struct product *p)
{
	const char *link = NULL;
	enum err e;

	if (p == NULL)
		return NULL;
	if (p->channels[0].chat_id == NULL)
		return p->channels[0].link;
	e = db_one(app->db, a, SQL_MEMBER_LINK_ALIVE,
	    KV(kv_int("tg_id", o->tg_id),
		kv_text("chat_id", p->channels[0].chat_id)),
	    link_from_row, &link);
	return e == ERR_OK ? link : NULL;
}

enum err
checkout_look(struct app *app, struct http *http, struct arena *a,
    const struct limit_who *who, const char *session_id, struct checkout *out)
{
	struct looking l = { .app = app, .arena = a, .who = who };
	enum err e = ledger_order_by_session(app->db, a, session_id, &l.order);

	if (e == ERR_OK)
		e = ledger_term(
		    app->db, a, l.order.tg_id, l.order.product, &l.term);
	if (e != ERR_OK || l.order.paid_ms == 0)
		e = ask_stripe(&l, http, session_id);
	*out = (struct checkout){ .state = state_of(&l.order, l.term.access),
		.term = l.term,
		.product = catalog_find(&app->catalog, l.order.product),
		.wait_s = l.wait_s };
	if (l.wait_s > 0)
		out->state = CHECKOUT_LIMITED;
	if (e == ERR_OK && out->state == CHECKOUT_PAID)
		out->link = link_for(app, a, &l.order, out->product);
	return e;
}
