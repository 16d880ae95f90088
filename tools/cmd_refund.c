/* admit refund: a payment goes back, whole or a part of it, by whoever took it,
 * and what would charge the buyer again is ended. */
#include "cmd.h"

#include "base/clock.h"
#include "base/currency.h"
#include "ledger/audit.h"
#include "payment/refund.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the command line asks for. */
struct wish {
	int64_t order_id;
	const char *amount; /* NULL: all that is left */
	bool keeps_access, at_once;
};

struct refunding {
	struct app *app;
	const struct args *args;
	struct arena arena;
	struct wish wish;
	struct order order;
	struct term term; /* the buyer's access before */
	struct refundable paid;
	struct fact fact;    /* what has become of it */
	struct order grant;  /* by which access is kept */
	int64_t n_known;     /* 1: the ledger had it before */
	bool is_back_before; /* all of it, by the provider's word */
};

/* ---- what there is ---- */

/* The order and its payment, where there is money in it. */
static bool
find(struct refunding *r)
{
	struct db *db = r->app->db;
	enum err e =
	    ledger_order_by_id(db, &r->arena, r->wish.order_id, &r->order);

	if (e == ERR_OK)
		e = refund_read(db, &r->arena, &r->order, NULL, &r->paid);
	if (e == ERR_OK)
		e = ledger_term(
		    db, &r->arena, r->order.tg_id, r->order.product, &r->term);
	if (e == ERR_OK && r->paid.refund.payment != NULL &&
	    r->order.paid_ms != 0)
		return true;
	puts("There is no such order, or no money in it: see `admit orders`.");
	return false;
}

static const char *
money(struct refunding *r, int64_t amount_minor)
{
	return currency_text(&r->arena, amount_minor, r->order.currency);
}

static void
say_nothing_left(struct refunding *r)
{
	printf("There is nothing left to refund: of %s all has gone back, or "
	       "is on its way.\n",
	    money(r, r->paid.refund.paid_minor));
	if (r->paid.charges_again)
		puts("What it began may charge them again: `admit revoke` ends "
		     "that.");
}

/* Whether it can be asked for; why not is said. */
static bool
may_choose(struct refunding *r, int64_t part_minor)
{
	switch (refund_choose(&r->paid, part_minor)) {
	case REFUND_POSSIBLE:
		return true;
	case REFUND_NO_PROVIDER:
		printf("This program cannot send back what was paid by "
		       "\"%s\".\n",
		    r->paid.provider_name);
		return false;
	case REFUND_NOTHING_LEFT:
		say_nothing_left(r);
		return false;
	case REFUND_TOO_MUCH:
		printf("Only %s is left of that payment.\n",
		    money(r, refund_left(&r->paid)));
		return false;
	case REFUND_WHOLE_ALONE:
		break;
	}
	printf("%s sends a payment back whole.\n", r->paid.provider->title);
	return false;
}

/* All that is left, or the part that is told. */
static bool
choose(struct refunding *r)
{
	const char *fault;
	int64_t part = 0;

	if (!may_choose(r, 0))
		return false;
	if (r->wish.amount == NULL)
		return true;
	fault =
	    currency_read(&r->arena, r->wish.amount, r->order.currency, &part);
	if (fault != NULL)
		printf("--amount %s.\n", fault);
	return fault == NULL && may_choose(r, part);
}

/* ---- what is going to be ---- */

static bool
is_whole(const struct refunding *r)
{
	return r->paid.refund.part_minor == 0;
}

static bool
is_to_stop(const struct refunding *r)
{
	return refund_stops(&r->paid, r->wish.at_once) != REFUND_STOPS_NOTHING;
}

static bool
ends_access(const struct refunding *r)
{
	const struct product *p =
	    catalog_find(&r->app->catalog, r->order.product);

	return r->term.access == ACCESS_IN &&
	    (is_whole(r) || (p != NULL && p->partial_refund_ends));
}

/* A person who was forgotten is let in by nothing any more. */
static bool
is_to_grant(const struct refunding *r)
{
	return r->wish.keeps_access && ends_access(r) && r->order.tg_id != 0;
}

/* As subscription_stop() has it: what is owed would be tried for again. */
static bool
stops_at_once(const struct refunding *r)
{
	return r->paid.is_owed ||
	    (r->wish.at_once && r->paid.provider->stops_at_once);
}

/* Whom it is about, how much goes back, and what follows from that. */
static void
show(struct refunding *r)
{
	char until[CLOCK_DATE_BYTES];

	clock_local_date(r->term.paid_until_ms, until);
	printf("Order %" PRId64 ", %s, of the buyer with the Telegram number "
	       "%" PRId64 ": %s of %s goes back, by %s.\n",
	    r->order.id, r->order.product, r->order.tg_id,
	    money(r,
		is_whole(r) ? refund_left(&r->paid) :
			      r->paid.refund.part_minor),
	    money(r, r->paid.refund.paid_minor), r->paid.provider->title);
	if (is_to_stop(r))
		printf("They are charged no more: the subscription ends %s.\n",
		    r->paid.is_owed      ? "at once, since they owe for it" :
			stops_at_once(r) ? "at once" :
					   "with what is paid");
	else if (r->paid.charges_again)
		puts("The subscription goes on; --now would end it.");
	if (is_to_grant(r))
		printf("Access stays%s%s: it is granted.\n",
		    r->term.paid_until_ms != 0 ? " until " : "",
		    r->term.paid_until_ms != 0 ? until : "");
	else if (ends_access(r))
		puts("What they have by it ends; --keep-access would leave "
		     "them in until the end of what is paid.");
}

/* Money that went back does not come again. */
static bool
is_meant(const struct refunding *r)
{
	return cmd_is_meant(r->args, "Send it back?", "Nothing was sent back");
}

/* ---- doing it ---- */

/* The money first and the ledger after it: if this program ends in between, the
 * provider tells of the refund like of any other. */
static enum err
send_back(struct refunding *r)
{
	struct http *http = http_new();
	struct http_response res;
	struct http_request req;
	enum err e;

	if (http == NULL)
		return ERR_INTERNAL;
	req = r->paid.provider->refund(r->app, &r->arena, &r->paid.refund);
	e = http_send(http, &r->arena, &req, &res);
	if (e == ERR_OK)
		e = r->paid.provider->refunded(
		    r->app, &r->arena, &r->paid.refund, &res, &r->fact);
	http_free(http);
	return e;
}

/* For as long as they have paid, which is no longer what lets them in. */
static enum err
grant(struct refunding *r)
{
	const struct fact f = { .kind = FACT_GRANTED,
		.provider = "grant",
		.tg_id = r->order.tg_id,
		.product = r->order.product,
		.until_ms = r->term.paid_until_ms,
		.livemode = r->app->conf.livemode };

	return ledger_record(r->app, &r->arena, &f, &r->grant);
}

static enum err
note(struct refunding *r, const char *result)
{
	const struct act act = { .act = ACT_REFUND,
		.tg_id = r->order.tg_id,
		.product = r->order.product,
		.number = r->order.id,
		.amount = r->paid.refund.part_minor };

	return audit_note(r->app->db, &r->arena, &act, result);
}

/* The grant comes first, so that nobody is removed in between. While the money
 * has not gone, nothing ends and nothing is given for it. */
static enum err
record(struct db *db, void *ctx)
{
	struct refunding *r = ctx;
	bool has_gone = !refund_waits(&r->fact);
	enum err e = db_one(db, &r->arena, SQL_REVERSAL_KNOWN,
	    KV(kv_text("id", r->fact.id)), row_to_int, &r->n_known);

	if (e == ERR_OK && has_gone && is_to_grant(r))
		e = grant(r);
	if (e == ERR_OK)
		e = refund_record(r->app, &r->arena, &r->paid, &r->fact,
		    refund_stops(&r->paid, r->wish.at_once));
	return e == ERR_OK ?
	    note(r, has_gone ? RESULT_SENT_BACK : RESULT_WAITS) :
	    e;
}

/* The same part asked for again was answered as before: with a refund that the
 * ledger has by its name, or, where refunds have none, with no more gone back
 * than before. */
static bool
is_nothing_new(struct refunding *r)
{
	struct refundable is;

	if (r->fact.kind == FACT_REFUND)
		return r->n_known > 0;
	return refund_read(r->app->db, &r->arena, &r->order, NULL, &is) ==
	    ERR_OK &&
	    is.gone_minor == r->paid.gone_minor;
}

static int
conclude(struct refunding *r)
{
	if (r->is_back_before) {
		puts("All of it had gone back before; now that is recorded.");
		return 1;
	}
	if (is_nothing_new(r)) {
		puts("Nothing more goes back: the same amount of this order "
		     "was sent back within the last day. Another part needs "
		     "another amount.");
		return 1;
	}
	if (refund_waits(&r->fact))
		printf("Asked for, but the money has not gone: the payment's "
		       "page at %s says what it waits for. Access stays until "
		       "then.\n",
		    r->paid.provider->title);
	else
		puts("The money goes back.");
	if (r->grant.id != 0)
		printf("Access is kept by order %" PRId64 ".\n", r->grant.id);
	return 0;
}

static enum err
record_refusal(struct db *db, void *ctx)
{
	struct refunding *r = ctx;
	enum err e;

	(void)db;
	e = refund_record_refusal(r->app, &r->arena, &r->paid, &r->fact);
	return e == ERR_OK ? note(r, RESULT_REFUSED) : e;
}

static int
refused(struct refunding *r)
{
	printf("The money did not go back: %s refused it, and the log above or "
	       "the payment's page there says why. With that mended, run this "
	       "again: it is asked for anew.\n",
	    r->paid.provider->title);
	(void)cmd_recorded(
	    r->app, db_transaction(r->app->db, record_refusal, r));
	return 1;
}

/* What nobody knows is asked for once more by the same name. */
static int
unclear(const struct refunding *r, enum err e)
{
	if (e == ERR_CONFIG)
		printf(
		    "The money did not go back: %s says that the key may not "
		    "do it. Give it the right to write refunds and run this "
		    "again.\n",
		    r->paid.provider->title);
	else
		printf("Nobody knows whether the money goes back: %s gave no "
		       "clear answer. Run this again: it goes back once. Where "
		       "the same comes again, the payment's page there says "
		       "what became of it.\n",
		    r->paid.provider->title);
	return 1;
}

static int
refund(struct refunding *r)
{
	enum err e = refund_count_refusals(r->app->db, &r->arena, &r->paid);
	int status;

	if (e != ERR_OK) {
		puts("The ledger cannot be read; the log above says why.");
		return 1;
	}
	e = send_back(r);
	r->is_back_before = e == ERR_CONFLICT;
	if (e == ERR_REFUSED || refund_failed(&r->fact))
		return refused(r);
	if (e != ERR_OK && e != ERR_CONFLICT)
		return unclear(r, e);
	status = cmd_recorded(r->app, db_transaction(r->app->db, record, r));
	return status != 0 ? status : conclude(r);
}

int
cmd_refund(struct app *app, const struct args *args)
{
	struct refunding r = { .app = app,
		.args = args,
		.wish = { .amount = args->option[OPTION_AMOUNT],
		    .keeps_access = args_has(args, OPTION_KEEP_ACCESS),
		    .at_once = args_has(args, OPTION_NOW) } };
	int status = 1;

	if (!str_to_i64(str_from(args_word(args, 0)), &r.wish.order_id) ||
	    r.wish.order_id <= 0)
		return args_wrong(
		    args, "\"%s\" is no order's number", args_word(args, 0));
	app->programs = PROGRAM_WORKER;
	if (!cmd_ledger_ok(app))
		return 1;
	if (find(&r) && choose(&r)) {
		show(&r);
		status = is_meant(&r) ? refund(&r) : STATUS_NOT_MEANT;
	}
	arena_free(&r.arena);
	return status;
}
