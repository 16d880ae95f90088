/* admit grant, revoke, refund, forget: the operator's hand on one buyer. */
#include "cmd.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/tg_id.h"
#include "ledger/record.h"
#include "net/http.h"
#include "outbox/alert.h"
#include "outbox/wake.h"
#include "payment/stars.h"
#include "payment/stripe_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define MAX_DAYS 36500
#define MAX_OPEN 50

struct hand {
	struct app *app;
	struct arena arena;
	int64_t tg_id;
	const struct product *product;
	struct order order;
	int64_t until_ms;       /* of a grant; 0: for good */
	struct stripe_event ev; /* a refund, as an event would tell it */
	const struct stripe_session *session;
	const char *open[MAX_OPEN]; /* sessions that could still be paid */
	size_t n_open;
};

/* "TG_ID [PRODUCT]", and the settings that these programs need. 0, or the
 * status to end with. */
static int
read_who(struct hand *h, unsigned programs, int argc, char **argv, int max,
    const char *usage)
{
	if (argc < 1 || argc > max ||
	    !tg_id_parse(str_from(argv[0]), &h->tg_id)) {
		fprintf(stderr, "usage: admit %s\n", usage);
		return 2;
	}
	h->app->programs = programs;
	if (!cmd_ledger_ok(h->app))
		return 1;
	h->product = catalog_find(&h->app->catalog, argc > 1 ? argv[1] : NULL);
	if (h->product != NULL)
		return 0;
	printf("There is no product \"%s\".\n", argv[1]);
	return 1;
}

static int
finish(struct hand *h, enum err e)
{
	if (e == ERR_OK)
		knock(h->app);
	else
		puts("It was not recorded; the log above says why.");
	arena_free(&h->arena);
	return e == ERR_OK ? 0 : 1;
}

static enum err
grant(struct db *db, void *ctx)
{
	struct hand *h = ctx;
	const struct fact f = { .kind = FACT_GRANTED,
		.provider = "grant",
		.tg_id = h->tg_id,
		.product = h->product->id,
		.until_ms = h->until_ms,
		.livemode = h->app->conf.livemode };

	(void)db;
	return ledger_record(h->app, &h->arena, &f, &h->order);
}

/* Takes "--days N" off the end of the arguments. */
static bool
read_days(struct hand *h, int *argc, char **argv)
{
	int64_t days;

	if (*argc < 2 || strcmp(argv[*argc - 2], "--days") != 0)
		return true;
	if (!str_to_i64(str_from(argv[*argc - 1]), &days) || days < 1 ||
	    days > MAX_DAYS)
		return false;
	h->until_ms = clock_now_ms() + days * DAY_MS;
	*argc -= 2;
	return true;
}

int
cmd_grant(struct app *app, int argc, char **argv)
{
	static const char usage[] = "grant TG_ID [PRODUCT] [--days N]";
	struct hand h = { .app = app };
	char until[CLOCK_DATE_BYTES];
	int status;
	enum err e;

	if (!read_days(&h, &argc, argv))
		argc = 0;
	status = read_who(&h, PROGRAM_LEDGER, argc, argv, 2, usage);
	if (status != 0)
		return status;
	e = db_transaction(app->db, grant, &h);
	clock_date(h.until_ms, until);
	if (e == ERR_OK)
		printf("Granted%s%s as order %" PRId64
		       "; the worker sends the invite.\n",
		    h.until_ms == 0 ? "" : " until ",
		    h.until_ms == 0 ? "" : until, h.order.id);
	return finish(&h, e);
}

static enum err
revoke(struct db *db, void *ctx)
{
	struct hand *h = ctx;
	const struct fact f = { .kind = FACT_REVOKED,
		.tg_id = h->tg_id,
		.product = h->product->id };

	(void)db;
	return ledger_record(h->app, &h->arena, &f, &h->order);
}

int
cmd_revoke(struct app *app, int argc, char **argv)
{
	struct hand h = { .app = app };
	int status = read_who(
	    &h, PROGRAM_LEDGER, argc, argv, 2, "revoke TG_ID [PRODUCT]");
	enum err e;

	if (status != 0)
		return status;
	e = db_transaction(app->db, revoke, &h);
	if (e == ERR_OK && h.order.id == 0) {
		puts("There is nothing to revoke.");
		arena_free(&h.arena);
		return 1;
	}
	if (e == ERR_OK)
		puts("Revoked; the worker does what follows. No money goes "
		     "back: for that there is `admit refund`.");
	return finish(&h, e);
}

/* ---- refund ---- */

struct payment {
	const char *provider, *id;
};

static void
payment_from_row(const struct row *row, void *ctx)
{
	struct payment *p = ctx;

	*p = (struct payment){ row_text(row, 0), row_text(row, 1) };
}

static enum err
record_refund(struct db *db, void *ctx)
{
	struct hand *h = ctx;
	const struct fact stars = stars_refunded(h->app, &h->order);

	(void)db;
	return h->ev.kind == STRIPE_REFUND ?
	    stripe_events_record(h->app, &h->arena, &h->ev) :
	    ledger_record(h->app, &h->arena, &stars, NULL);
}

static enum err
refund_by_stripe(struct hand *h, struct http *http, const char *payment)
{
	const struct stripe_api api = app_stripe(h->app);
	struct http_request req = stripe_refund_request(&h->arena, &api,
	    payment, arena_printf(&h->arena, "admit-refund-%s", payment));
	struct http_response res;
	struct json *doc;
	enum err e = http_send(http, &h->arena, &req, &res);

	if (e == ERR_OK)
		e = stripe_answer(&h->arena, &res, &doc);
	h->ev.kind = STRIPE_REFUND;
	return e == ERR_OK ? stripe_refund_read(&h->arena, doc, &h->ev.refund) :
			     e;
}

static enum err
refund_by_telegram(struct hand *h, struct http *http, const char *charge)
{
	struct http_request req =
	    stars_refund_request(h->app, &h->arena, h->order.tg_id, charge);
	struct tg_answer answer = { .outcome = TG_LATER };
	struct http_response res;

	if (http_send(http, &h->arena, &req, &res) == ERR_OK)
		tg_answer_read(&h->arena, &res, &answer);
	if (answer.outcome == TG_DONE)
		return ERR_OK;
	printf("Telegram: %s\n",
	    answer.description != NULL ? answer.description : "no answer");
	return ERR_REFUSED;
}

static int
refund(struct hand *h, const struct payment *p)
{
	struct http *http = http_new();
	enum err e = ERR_INTERNAL;

	if (http != NULL)
		e = strcmp(p->provider, "stars") == 0 ?
		    refund_by_telegram(h, http, p->id) :
		    refund_by_stripe(h, http, p->id);
	http_free(http);
	if (e != ERR_OK) {
		puts("The money did not go back. Has it gone before? Else run "
		     "this again: it goes back once.");
		arena_free(&h->arena);
		return 1;
	}
	e = db_transaction(h->app->db, record_refund, h);
	puts(h->ev.kind == STRIPE_REFUND &&
		    h->ev.refund.stage != STRIPE_REFUND_BACK ?
		"Asked for, but the money has not gone: the payment's page at "
		"Stripe says what it waits for. Access stays until then." :
		"The money goes back.");
	return finish(h, e);
}

int
cmd_refund(struct app *app, int argc, char **argv)
{
	struct hand h = { .app = app };
	struct payment p = { 0 };
	int64_t id = 0;
	enum err e;

	if (argc != 1 || !str_to_i64(str_from(argv[0]), &id)) {
		fputs("usage: admit refund ORDER\n", stderr);
		return 2;
	}
	app->programs = PROGRAM_WORKER;
	if (!cmd_ledger_ok(app))
		return 1;
	e = ledger_order_by_id(app->db, &h.arena, id, &h.order);
	if (e == ERR_OK)
		e = db_one(app->db, &h.arena, SQL_ORDER_PAYMENT,
		    KV(kv_int("id", id)), payment_from_row, &p);
	if (e == ERR_OK && p.id != NULL && h.order.paid_ms != 0)
		return refund(&h, &p);
	puts("There is no such order, or no money in it: see `admit orders`.");
	arena_free(&h.arena);
	return 1;
}

/* ---- forget ---- */

/* Where a person's number stands in what is not theirs. */
static enum err
forget_mentions(struct db *db, struct arena *a, int64_t tg_id)
{
	enum err e = alert_forget(db, a, tg_id);

	return e != ERR_OK ?
	    e :
	    db_exec(db, SQL_FORGET_LIMITS,
		KV(kv_text(
		    "like", arena_printf(a, "%%:%lld", (long long)tg_id))),
		NULL);
}

static enum err
forget(struct db *db, void *ctx)
{
	static const enum sql steps[] = { SQL_FORGET_JOBS, SQL_FORGET_ACCESS,
		SQL_FORGET_MEMBER, SQL_FORGET_LINKS, SQL_FORGET_QUESTIONS,
		SQL_FORGET_USER };
	struct hand *h = ctx;
	enum err e = ledger_user_seen(db, 0, NULL);

	if (e == ERR_OK)
		e = forget_mentions(db, &h->arena, h->tg_id);
	if (e == ERR_OK)
		e = db_exec(db, SQL_FORGET_SUBSCRIPTIONS,
		    KV(kv_int("tg_id", h->tg_id)), NULL);
	if (e == ERR_OK)
		e = db_exec(db, SQL_FORGET_ORDERS,
		    KV(kv_int("tg_id", h->tg_id),
			kv_int("now_ms", clock_now_ms())),
		    NULL);
	for (size_t i = 0; e == ERR_OK && i < LENGTH(steps); i++)
		e = db_exec(db, steps[i], KV(kv_int("tg_id", h->tg_id)), NULL);
	return e;
}

static void
open_from_row(const struct row *row, void *ctx)
{
	struct hand *h = ctx;

	if (h->n_open < MAX_OPEN)
		h->open[h->n_open++] = row_text(row, 0);
}

static enum err
record_session(struct db *db, void *ctx)
{
	struct hand *h = ctx;

	(void)db;
	return stripe_events_record_session(
	    h->app, &h->arena, h->session, NULL);
}

/* Closes a session at Stripe; where it is open no more, what it has become is
 * recorded. One that is not of this account cannot be paid here. */
static enum err
close_session(struct hand *h, struct http *http, const char *id)
{
	const struct stripe_api api = app_stripe(h->app);
	struct http_request req = stripe_expire_request(&h->arena, &api, id);
	struct http_response res;
	struct stripe_session s;
	enum err e = http_send(http, &h->arena, &req, &res);

	if (e == ERR_OK)
		e = stripe_session_answer(&h->arena, &res, &s);
	if (e == ERR_REFUSED) {
		req = stripe_session_request(&h->arena, &api, id);
		e = http_send(http, &h->arena, &req, &res);
		if (e == ERR_OK)
			e = stripe_session_answer(&h->arena, &res, &s);
	}
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	h->session = &s;
	h->app->has_work = true; /* it may have been paid */
	return db_transaction(h->app->db, record_session, h);
}

static enum err
close_sessions(struct hand *h)
{
	struct http *http;
	enum err e = db_each(h->app->db, &h->arena, SQL_FORGET_OPEN,
	    KV(kv_int("tg_id", h->tg_id), kv_int("now_ms", clock_now_ms()),
		kv_int("n", MAX_OPEN)),
	    open_from_row, h);

	if (e != ERR_OK || h->n_open == 0)
		return e;
	http = http_new();
	if (http == NULL)
		return ERR_INTERNAL;
	for (size_t i = 0; e == ERR_OK && i < h->n_open; i++)
		e = close_session(h, http, h->open[i]);
	http_free(http);
	return e;
}

/* Whether anything stands against it, which is then said. */
static enum err
is_held(struct hand *h, bool *held)
{
	const struct kv who = kv_int("tg_id", h->tg_id);
	int64_t since_ms = 0, n_charged = 0, n_held = 0;
	char since[CLOCK_DATE_BYTES];
	enum err e = db_one(h->app->db, &h->arena, SQL_FORGET_PROCESSING,
	    KV(who), row_to_int, &since_ms);

	if (e == ERR_OK)
		e = db_one(h->app->db, &h->arena, SQL_FORGET_SUBSCRIBED,
		    KV(who), row_to_int, &n_charged);
	if (e == ERR_OK)
		e = db_one(h->app->db, &h->arena, SQL_FORGET_HELD, KV(who),
		    row_to_int, &n_held);
	clock_date(since_ms, since);
	*held = since_ms != 0 || n_charged > 0 || n_held > 0;
	if (since_ms != 0)
		printf("A payment of theirs is under way since %s: wait for "
		       "the bank's word, or cancel it at Stripe, and run this "
		       "again.\n",
		    since);
	if (n_charged > 0)
		puts("Their subscription goes on: cancel it at Stripe first, "
		     "or they would be charged again.");
	if (n_held > 0)
		puts("Still in, or something is still owed: run `admit "
		     "revoke` first, and let the worker do its work.");
	return e;
}

int
cmd_forget(struct app *app, int argc, char **argv)
{
	struct hand h = { .app = app };
	bool held = false;
	int status;
	enum err e;

	/* The worker's settings: sessions are closed at Stripe. */
	status = read_who(&h, PROGRAM_WORKER, argc, argv, 1, "forget TG_ID");
	if (status != 0)
		return status;
	e = is_held(&h, &held);
	if (e == ERR_OK && !held) {
		e = close_sessions(&h);
		if (e != ERR_OK)
			puts("Their open payment page could not be closed at "
			     "Stripe; run this again.");
	}
	if (e == ERR_OK && !held && h.n_open > 0)
		e = is_held(&h, &held); /* paid at this very moment? */
	if (held) {
		knock_if_promised(app);
		arena_free(&h.arena);
		return 1;
	}
	if (e == ERR_OK)
		e = db_transaction(app->db, forget, &h);
	if (e == ERR_OK)
		puts("Forgotten. The orders stay, as nobody's. What Stripe "
		     "and Telegram hold is theirs to erase.");
	return finish(&h, e);
}
