/* Many buyers at once: their calls go together, their commits too, and what a
 * line, a 429 or an end does to them. The network and the clock are the
 * test's. */
#include "shop.h"

#include "base/clock.h"
#include "net/http.h"
#include "payment/checkout.h"
#include "store/db.h"

/* ---- the network and the clock ---- */

#define MOST 256

static struct {
	int64_t now_ms;
	struct {
		void *tag;
		bool is_answered;
		struct http_response res;
		enum err e;
	} calls[MOST]; /* under way */
	size_t n, n_started, n_freed;
	size_t n_light, n_commits;
} play;

static struct http *
play_new(void)
{
	return (struct http *)&play;
}

static void
play_free(struct http *h)
{
	play.n_freed += h != NULL;
	play.n = 0;
}

static enum err
play_start(
    struct http *h, struct arena *a, const struct http_request *req, void *tag)
{
	(void)h;
	(void)a;
	assert_true(play.n < MOST);
	assert_true(req->total_ms > 0);
	play.calls[play.n].tag = tag;
	play.calls[play.n++].is_answered = false;
	play.n_started++;
	return ERR_OK;
}

static void
play_wait(struct http *h, struct pollfd *fds, size_t n, int timeout_ms)
{
	(void)h;
	(void)fds;
	(void)n;
	play.now_ms += timeout_ms;
}

static bool
play_done(struct http *h, void **tag, struct http_response *res, enum err *e)
{
	(void)h;
	for (size_t i = 0; i < play.n; i++)
		if (play.calls[i].is_answered) {
			*tag = play.calls[i].tag;
			*res = play.calls[i].res;
			*e = play.calls[i].e;
			play.calls[i] = play.calls[--play.n];
			return true;
		}
	return false;
}

static enum err
play_light(struct db *db, enum err (*body)(struct db *, void *), void *ctx)
{
	play.n_light++;
	return db_transaction_light(db, body, ctx);
}

static enum err
play_commit(struct db *db, enum err (*body)(struct db *, void *), void *ctx)
{
	play.n_commits++;
	return db_transaction(db, body, ctx);
}

#define clock_mono_ms() (play.now_ms)
#define http_new() play_new()
#define http_free(h) play_free(h)
#define http_start(h, a, req, tag) play_start(h, a, req, tag)
#define http_wait(h, fds, n, ms) play_wait(h, fds, n, ms)
#define http_next_done(h, tag, res, e) play_done(h, tag, res, e)
#define db_transaction_light(db, body, ctx) play_light(db, body, ctx)
#define db_transaction(db, body, ctx) play_commit(db, body, ctx)
#include "front/buyers.c" /* the code under test, statics and all */
#undef clock_mono_ms
#undef http_new
#undef http_free
#undef http_start
#undef http_wait
#undef http_next_done
#undef db_transaction_light
#undef db_transaction

#include "front/pages.h"

/* ---- the program ---- */

static struct app app = { .is_ready = true,
	.is_confined = true,
	.conf = { .base_url = "https://h",
	    .product_name = "A course",
	    .support_contact = "@help",
	    .checkout_locale = "auto",
	    .stripe_api_base = "https://api.stripe.com",
	    .stripe_secret_key = "sk_test_1",
	    .bot_id = 1 },
	SELLS({ COURSE, .amount_minor = 999, .currency = "eur",
	    TO_LINK("https://t.me/+a") }) };

struct caller {
	struct buyer buyer;
	struct limit_who who;
	struct paylink link;
};

static struct response
show_begun(struct app *of, const struct request *req, const void *ctx,
    enum err e, const struct checkout *c)
{
	const struct caller *caller = ctx;

	return e == ERR_OK ? pages_begun(of, req, &caller->link, c) :
			     pages_provider_down(of, req, e);
}

/* Whoever comes is the buyer whose number is the query. */
static struct buyer *
meet_one(struct app *of, struct exchange *who)
{
	struct caller *c = arena_alloc(&mem, sizeof(*c));

	c->who = (struct limit_who){ strtoll(who->req.query, NULL, 10), "" };
	c->link = (struct paylink){ .tg_id = c->who.tg_id,
		.product = &of->catalog.products[0] };
	c->buyer.visit = checkout_visit(of, &mem, &c->who, &c->link);
	c->buyer.show = show_begun;
	c->buyer.ctx = c;
	return &c->buyer;
}

static const struct buyers program = { PROGRAM_PAY, "pay", meet_one };
static struct process p;
static struct exchange x[MOST];

static void
open_program(const char *before)
{
	shop_open(before);
	memset(&play, 0, sizeof(play));
	play.now_ms = 1000000;
	p = (struct process){ .in = &program, .app = app };
	p.end = &p.first;
}

/* So many buyers click at the same moment, numbered from there. */
static void
come(size_t from, size_t n)
{
	static char *const no_variables[] = { NULL };
	struct exchange *list[WEB_MAX_BATCH];

	for (size_t i = 0; i < n; i++) {
		x[from + i] = (struct exchange){
			.req = { .arena = &mem,
			    .method = WEB_GET,
			    .page = "pay",
			    .folder = "",
			    .query = arena_printf(&mem, "%zu", from + i + 1),
			    .variables = no_variables }
		};
		list[i] = &x[from + i];
	}
	serve(&p, list, n);
}

static void
turn(bool is_last)
{
	const struct web_wait w = { NULL, 0, 100, is_last };

	wait_for_all(&p, &w);
}

/* Stripe answers the i-th call that is under way. */
static void
answer(size_t i, int status, int64_t retry_after_s)
{
	static int n;

	assert_true(i < play.n);
	play.calls[i].is_answered = true;
	play.calls[i].e = ERR_OK;
	play.calls[i].res = (struct http_response){ .status = status,
		.retry_after_s = retry_after_s,
		.body = str_from(status != 200 ?
			"{\"error\":{}}" :
			arena_printf(&mem,
			    "{\"id\":\"cs_test_%d\",\"livemode\":false,"
			    "\"object\":\"checkout.session\","
			    "\"status\":\"open\",\"mode\":\"payment\","
			    "\"payment_status\":\"unpaid\","
			    "\"expires_at\":9000000000,"
			    "\"url\":\"https://checkout.stripe.com/c/%d\"}",
			    n, n)) };
	n++;
}

/* ---- what they get ---- */

static void
at_once(void **state)
{
	(void)state;
	open_program(NOTHING);
	come(0, 64);
	turn(false);
	check_int(play.n, 64);
	for (size_t i = 0; i < 64; i++) {
		assert_true(x[i].is_open);
		answer(i, 200, -1);
	}
	turn(false);
	for (size_t i = 0; i < 64; i++) {
		assert_false(x[i].is_open);
		check_int(x[i].res.status, 303);
	}
	/* One that knows them and one that has their pages; none waits for the
	 * disk. */
	check_int(play.n_light, 2);
	check_int(play.n_commits, 0);
	check_int(look_int("SELECT COUNT(*) FROM orders"
			   " WHERE session_id IS NOT NULL"),
	    64);
	check_int(p.n, 0);
}

/* Whoever is answered first goes first, and the next click needs no call. */
static void
each_in_time(void **state)
{
	(void)state;
	open_program(NOTHING);
	come(0, 3);
	turn(false);
	answer(1, 200, -1);
	turn(false);
	assert_true(x[0].is_open && !x[1].is_open && x[2].is_open);
	come(1, 1);
	assert_false(x[1].is_open);
	check_int(x[1].res.status, 303);
	check_int(play.n_started, 3);
	come(10, 1);
	turn(false);
	answer(0, 200, -1);
	answer(1, 200, -1);
	answer(2, 200, -1);
	turn(false);
	assert_false(x[0].is_open || x[2].is_open || x[10].is_open);
}

/* Two clicks of one buyer are one attempt with one key. */
static void
twins(void **state)
{
	struct exchange first;

	(void)state;
	open_program(NOTHING);
	come(0, 1);
	first = x[0];
	p.first->x = &first; /* its place is the other one's now */
	come(0, 1);
	turn(false);
	check_int(play.n, 2);
	answer(0, 200, -1);
	answer(1, 200, -1);
	turn(false);
	check_int(first.res.status, 303);
	check_int(x[0].res.status, 303);
	check_int(look_int("SELECT COUNT(*) FROM orders"), 1);
	check_int(look_int("SELECT attempt FROM orders"), 1);
}

/* A 429 is waited out in line, and the line moves at Stripe's pace. */
static void
too_fast(void **state)
{
	size_t n_before;

	(void)state;
	open_program(NOTHING);
	come(0, 4);
	turn(false);
	for (size_t i = 0; i < 4; i++)
		answer(i, i < 2 ? 429 : 200, 1);
	turn(false);
	assert_true(!x[2].is_open && !x[3].is_open);
	n_before = play.n_started;
	come(10, 60);
	turn(false);
	check_int(play.n_started, n_before); /* silence */
	for (int i = 0; i < 30; i++)
		turn(false);
	/* Half of 25 a second for two seconds, and all who were told to wait
	 * before those who came later. */
	assert_true(play.n_started - n_before >= 10);
	assert_true(play.n_started - n_before <= 40);
	for (size_t i = 0; i < play.n; i++)
		answer(i, 200, -1);
	turn(false);
	check_int(x[0].res.status | x[1].res.status, 303);
}

/* Whose turn does not come gets a page that asks again by itself; the next
 * click takes up the same attempt. */
static void
in_line(void **state)
{
	(void)state;
	open_program(NOTHING);
	come(0, 1);
	turn(false);
	for (int i = 0; i < 200 && x[0].is_open; i++) {
		if (play.n > 0)
			answer(0, 429, -1);
		turn(false);
	}
	assert_false(x[0].is_open);
	check_int(x[0].res.status, 503);
	assert_true(x[0].res.refresh_s > 0);
	assert_true(play.now_ms - 1000000 < CALL_LINE_MS + 1000);
	come(0, 1);
	check_int(look_int("SELECT attempt FROM orders"), 1);
}

static void
crowd(void **state)
{
	(void)state;
	open_program(NOTHING);
	for (size_t i = 0; i < BUYERS_MAX; i += 64)
		come(i, 64);
	turn(false);
	check_int(play.n, BUYERS_MAX);
	come(BUYERS_MAX, 1);
	assert_false(x[BUYERS_MAX].is_open);
	check_int(x[BUYERS_MAX].res.status, 503);
	assert_true(x[BUYERS_MAX].res.refresh_s > 0);
	check_int(look_int("SELECT COUNT(*) FROM orders"), BUYERS_MAX);
}

/* Told to stop: an honest page for each, and the attempts are over. */
static void
last(void **state)
{
	(void)state;
	open_program(NOTHING);
	come(0, 2);
	turn(false);
	turn(true);
	for (size_t i = 0; i < 2; i++) {
		assert_false(x[i].is_open);
		check_int(x[i].res.status, 503);
		check_int(x[i].res.refresh_s, 0);
	}
	check_int(play.n_freed, 1);
	check_int(look_int("SELECT COUNT(*) FROM orders"
			   " WHERE attempted_ms IS NOT NULL"),
	    0);
}

/* What was asked for and failed costs its own buyer the page. */
static void
failures(void **state)
{
	(void)state;
	open_program(NOTHING);
	come(0, 3);
	turn(false);
	answer(0, 400, -1);
	answer(1, 500, -1);
	answer(2, 200, -1);
	turn(false);
	check_int(x[0].res.status, 502);
	check_int(x[1].res.status, 503);
	check_int(x[2].res.status, 303);
}

static void
no_ledger(void **state)
{
	struct db *good;

	(void)state;
	open_program(NOTHING);
	good = p.app.db;
	p.app.db = db_new("/nowhere/at/all.db");
	come(0, 2);
	turn(false);
	check_int(play.n, 2);
	answer(0, 200, -1);
	answer(1, 500, -1);
	turn(false);
	check_int(x[0].res.status, 303);
	check_int(x[1].res.status, 503);
	db_free(p.app.db);
	p.app.db = good;
	check_int(look_int("SELECT COUNT(*) FROM orders"), 0);
}

int
main(void)
{
	ONE("64 buyers", "are called for at once, in two commits", at_once);
	ONE("each", "is answered when it is time", each_in_time);
	ONE("two clicks", "are one attempt", twins);
	ONE("a 429", "slows all of them down", too_fast);
	ONE("a line", "that is long shows a page that asks again", in_line);
	ONE("a line", "that is full, too", crowd);
	ONE("the end", "leaves nobody without a page", last);
	ONE("a failure", "is its own buyer's", failures);
	ONE("no ledger", "costs no sale", no_ledger);
	return testing_run("buyers", ledger_make, ledger_remove);
}
