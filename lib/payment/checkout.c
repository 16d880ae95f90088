/* Finding or opening the page where a buyer pays. */
#include "payment/checkout.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/units.h"
#include "ledger/subscription.h"
#include "payment/call.h"
#include "payment/consent.h"
#include "payment/provider.h"
#include "payment/trial.h"
#include "shop/text.h"

#include <string.h>

/* A page must live this much longer to be worth sending a buyer to. */
#define URL_MARGIN_MS MINUTE_MS
/* Longer than an attempt can be under way: the line, the call, and the ledger's
 * lock that is waited for before it and after it. */
#define ATTEMPT_MS MINUTE_MS
_Static_assert(
    ATTEMPT_MS > 3 * (CALL_LINE_MS + PROVIDER_TOTAL_MS + CALL_PATIENCE_MS),
    "a click must find the attempt that is under way");

/* An attempt to open a session, as the ledger knows it. */
struct attempt {
	int64_t order_id; /* 0: the ledger is out of order */
	int64_t number, attempted_ms, created_ms;
	const char *language; /* of who began it; NULL: not known */
	const char *key;
};

struct search {
	struct app *app;
	struct arena *arena;
	int64_t tg_id;
	const struct limit_who *who;
	const struct product *product; /* until the call is written */
	const char *product_id;
	const struct provider *provider;
	const char *language; /* of the buyer; NULL: not known */
	struct checkout found;
	bool is_found;
	bool may_try; /* false where the ledger cannot be asked */
	const struct agreement *agreement; /* for the seller's page to ask;
	                                      NULL: nothing is */
	bool is_signed;                    /* the link */
	struct attempt attempt;
	struct opened page;
	bool is_opened; /* else the attempt failed */
};

static void
open_order_from_row(const struct row *row, void *ctx)
{
	struct checkout *c = ctx;

	c->url = row_text(row, 0);
	/* Money that the bank is moving already must not be paid twice, so such
	 * an order comes first, whatever page is still open beside it. */
	c->state =
	    row_int(row, 1) != 0 ? CHECKOUT_PROCESSING : CHECKOUT_REDIRECT;
}

static void
attempt_from_row(const struct row *row, void *ctx)
{
	*(struct attempt *)ctx = (struct attempt){ .order_id = row_int(row, 0),
		.number = row_int(row, 1),
		.attempted_ms = row_int(row, 2),
		.created_ms = row_int(row, 3),
		.language = row_text(row, 4) };
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
	else if (subscription_renews(&sub))
		s->found = (struct checkout){ .state = CHECKOUT_SUBSCRIBED };
	else
		return ERR_OK;
	s->is_found = true;
	return ERR_OK;
}

/* Paid, on its way, or open: no call is needed. */
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
		kv_text("provider", s->provider->name),
		kv_int("livemode", s->app->conf.livemode),
		kv_int("until_ms", clock_now_ms() + URL_MARGIN_MS)),
	    open_order_from_row, &s->found);
	s->is_found = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The order is written before the provider is asked. If the program dies in
 * between, a click soon after finds the attempt with its key, and with it the
 * page that was opened. */
static enum err
draft_add(struct db *db, struct search *s)
{
	enum err e = ledger_user_seen(db, s->tg_id, NULL);

	if (e != ERR_OK)
		return e;
	return db_one(db, s->arena, SQL_ORDER_DRAFT_ADD,
	    KV(kv_int("tg_id", s->tg_id), kv_text("product", s->product->id),
		kv_text("provider", s->provider->name),
		kv_text("language", s->language),
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

/* One of a time to come was begun before the clock was put back. */
static bool
is_under_way(const struct attempt *t, int64_t now_ms)
{
	return t->attempted_ms > now_ms - ATTEMPT_MS &&
	    t->attempted_ms < now_ms + ATTEMPT_MS;
}

/* Each who takes part says when, and no two say the same: the last one's word
 * stands. */
static enum err
note_attempt(struct db *db, struct attempt *t, int64_t now_ms)
{
	bool is_taken = is_under_way(t, now_ms) && t->attempted_ms >= now_ms;

	t->attempted_ms = is_taken ? t->attempted_ms + 1 : now_ms;
	return db_exec(db, SQL_ORDER_ATTEMPT,
	    KV(kv_int("id", t->order_id), kv_int("attempt", t->number),
		kv_int("attempted_ms", t->attempted_ms),
		kv_text("language", t->language)),
	    NULL);
}

/* A page has one language. Whoever joins an attempt asks in the one that it was
 * begun in: the same key with another question is refused. */
static enum err
join(struct db *db, struct search *s, int64_t now_ms)
{
	s->language = s->attempt.language;
	return note_attempt(db, &s->attempt, now_ms);
}

/* Joins an attempt under way or begins a new one. */
static enum err
draft_take(struct db *db, struct search *s)
{
	struct attempt *t = &s->attempt;
	int64_t now_ms = clock_now_ms();
	enum err e = db_one(db, s->arena, SQL_ORDER_DRAFT,
	    KV(kv_int("tg_id", s->tg_id), kv_text("product", s->product->id),
		kv_text("provider", s->provider->name)),
	    attempt_from_row, t);

	/* An attempt that is older is taken for dead. A younger one is joined:
	 * two clicks with one key get one page. */
	if (e == ERR_OK && is_under_way(t, now_ms))
		return join(db, s, now_ms);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (buyer_is_limited(s))
		return ERR_OK;
	if (e == ERR_NOT_FOUND)
		return draft_add(db, s);
	/* The number is part of the key. With the old key the provider would
	 * repeat its old answer, even where that was an error. */
	t->number++;
	t->language = s->language;
	return note_attempt(db, t, now_ms);
}

/* Who agreed in the chat is not asked a second time. */
static enum err
agreed_already(struct search *s)
{
	bool missing = true;
	enum err e = s->agreement == NULL || !s->is_signed ?
	    ERR_OK :
	    consent_is_missing(
		s->app, s->arena, s->tg_id, s->product, true, &missing);

	if (!missing)
		s->agreement = NULL;
	return e;
}

/* All of it in one transaction: two clicks at the same moment come one after
 * the other here, and the second finds the first one's attempt. */
static enum err
find_or_draft(struct db *db, void *ctx)
{
	struct search *s = ctx;
	int64_t wait_s = 0;
	bool is_limited;
	enum err e;

	if (s->provider == NULL)
		return ERR_OK;
	is_limited =
	    limit_address(s->app, s->arena, s->who, &wait_s) == ERR_THROTTLED;
	e = find(db, s);
	if (e != ERR_OK)
		return e;
	/* Over the limit all hear the same, but for whoever is on the way to
	 * pay: that costs nothing and tells of no purchase. */
	if (is_limited && !(s->is_found && s->found.state == CHECKOUT_REDIRECT))
		limit_found(s, wait_s);
	if (s->is_found)
		return ERR_OK;
	e = trial_find(db, s->arena, s->tg_id, s->product, &s->may_try);
	if (e == ERR_OK)
		e = agreed_already(s);
	return e == ERR_OK ? draft_take(db, s) : e;
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

/* A post about the purchase can be recorded before its opening is. It has made
 * an order of its own then, and two orders of one name cannot be. */
static enum err
drop_draft(struct db *db, const struct search *s)
{
	return db_exec(db, SQL_ORDER_DRAFT_DROP,
	    KV(kv_int("id", s->attempt.order_id)), NULL);
}

static enum err
write_opened(struct db *db, void *ctx)
{
	const struct search *s = ctx;
	const struct opened *p = &s->page;

	return db_exec(db, SQL_ORDER_OPENED,
	    KV(kv_int("id", s->attempt.order_id), kv_text("session_id", p->id),
		kv_text("url", p->url), kv_int("url_ends_ms", p->ends_ms),
		kv_int_or_null("amount_minor", p->amount_minor),
		kv_text("currency", p->currency),
		kv_int("livemode", p->livemode)),
	    NULL);
}

/* Only an attempt that has no page yet and that nobody has joined since: a twin
 * of this click may have got one meanwhile, or may be about to. */
static enum err
give_up_attempt(struct db *db, void *ctx)
{
	const struct search *s = ctx;

	return db_exec(db, SQL_ORDER_ATTEMPT_FAILED,
	    KV(kv_int("id", s->attempt.order_id),
		kv_int("attempted_ms", s->attempt.attempted_ms)),
	    NULL);
}

/* ---- the steps of the visit ---- */

/* A ledger out of order must not cost a sale: the provider repeats its post
 * about the payment until it could be recorded. */
static void
blind(void *ctx)
{
	struct search *s = ctx;

	log_event(
	    LOG_WARN, "pay_without_ledger", KV(kv_int("tg_id", s->tg_id)));
	s->may_try = false;
	s->is_found = s->provider == NULL;
	s->attempt = (struct attempt){ 0 };
}

static enum err
ask(void *ctx, struct http_request *out)
{
	struct search *s = ctx;
	struct sale sale = { s->tg_id, s->product, NULL, s->may_try,
		s->language, s->agreement, s->is_signed };
	enum err e = ERR_OK;

	if (!s->is_found)
		e = make_key(s);
	sale.key = s->attempt.key;
	if (e == ERR_OK && !s->is_found)
		e = s->provider->begin(s->app, s->arena, &sale, out);
	s->product = NULL;
	return e;
}

static enum err
read_opened(void *ctx, const struct http_response *res)
{
	struct search *s = ctx;

	return s->provider->begun(s->app, s->arena, res, &s->page);
}

/* To be asked to wait is no failure: Stripe keeps no such answer, and the next
 * click takes the attempt up with the same key. */
static enum visit_note
heard(void *ctx, enum err e)
{
	struct search *s = ctx;

	s->is_opened = e == ERR_OK;
	if (s->is_opened)
		s->found = (struct checkout){ .state = CHECKOUT_REDIRECT,
			.url = s->page.url };
	return s->attempt.order_id == 0 || e == ERR_THROTTLED ?
	    VISIT_NOTES_NOTHING :
	    VISIT_NOTES_LIGHTLY;
}

static enum err
note(struct db *db, void *ctx)
{
	struct search *s = ctx;
	enum err e;

	if (!s->is_opened)
		return give_up_attempt(db, s);
	e = db_savepoint(db, write_opened, s);
	return e == ERR_CONFLICT ? drop_draft(db, s) : e;
}

/* The buyer goes on to pay even where their page could not be written down: the
 * provider's post brings the purchase. */
static enum err
end(void *ctx, enum err asked, enum err noted, struct checkout *out)
{
	const struct search *s = ctx;

	if (noted != ERR_OK && s->is_opened)
		log_event(LOG_WARN, "session_not_noted",
		    KV(kv_text("session", s->page.id)));
	else if (noted != ERR_OK)
		log_event(LOG_WARN, "attempt_not_given_up",
		    KV(kv_int("tg_id", s->tg_id)));
	*out = s->found;
	out->product = catalog_find(&s->app->catalog, s->product_id);
	return asked;
}

/* Whom the link names, if they have a page and sell this. */
static const struct provider *
seller(const struct app *app, const struct paylink *link)
{
	const struct provider *named = link->with;

	return named != NULL && named->begin != NULL &&
		named->sells(app, link->product) ?
	    named :
	    provider_for(app, link->product);
}

/* Stripe takes so much of a text of ours; a longer one is asked for here. */
#define MOST_TO_ASK 1200

/* By the settings alone, which cost nothing to look at: to read what is to be
 * agreed to takes a file and a hash. */
static bool
seller_asks(const struct app *app, const struct paylink *link)
{
	const struct provider *by = seller(app, link);

	return by != NULL && by->asks_consent &&
	    str_eq(str_from(app->conf.consent_at), by->name);
}

bool
checkout_asks_consent(const struct app *app, const struct paylink *link,
    const struct agreement *g)
{
	size_t length = strlen(g->sentence) + strlen(g->title) +
	    (g->url == NULL ? 0 : strlen(g->url));

	return seller_asks(app, link) && length + 8 < MOST_TO_ASK;
}

/* What the seller's page has to ask. Where the text cannot be made there is
 * none to agree to, and agree_first() has said so. */
static const struct agreement *
to_agree(const struct app *app, struct arena *a, const struct paylink *link)
{
	struct agreement *g = arena_alloc(a, sizeof(*g));

	return agreement_is_wanted(&app->conf, link->product) &&
		seller_asks(app, link) &&
		agreement_read(language_find(link->language, text_language()),
		    app, a, link->product, g) == ERR_OK &&
		checkout_asks_consent(app, link, g) ?
	    g :
	    NULL;
}

struct visit
checkout_visit(struct app *app, struct arena *a, const struct limit_who *who,
    const struct paylink *link)
{
	struct search *s = arena_alloc(a, sizeof(*s));

	*s = (struct search){ .app = app,
		.arena = a,
		.tg_id = who->tg_id,
		.who = who,
		.product = link->product,
		.product_id = arena_dup_text(a, link->product->id),
		.provider = seller(app, link),
		.language = link->language,
		.agreement = to_agree(app, a, link),
		.is_signed = link->is_signed };
	if (s->provider == NULL) {
		s->found = (struct checkout){ .state = CHECKOUT_IN_CHAT };
		s->is_found = true;
	}
	return (struct visit){ find_or_draft, blind, ask, read_opened, heard,
		note, end, true, s };
}
