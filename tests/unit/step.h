/* A step of a job as the worker takes it: prepared by its kind, then settled
 * with an answer. Whoever tests a kind lists rows of what is said, and when
 * not. */
#ifndef STEP_H
#define STEP_H

#include "shop.h"

#include "ledger/products.h"
#include "worker/work.h"

static struct app app = { .conf = { .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x",
			      .base_url = "https://h" },
	SELLS({ COURSE, TO_LINK("https://t.me/+a") },
	    { CLUB, TO_LINK("https://t.me/+b") },
	    { NAMED("private", "A room"), TO_CHANNEL("-1001") },
	    { NAMED("monthly", "A month"), .every = "month", .every_n = 1,
		.stars = 500, TO_LINK("https://t.me/+m") },
	    { NAMED("both", "Two rooms"),
		.channels = { { NULL, "https://t.me/+c" },
		    { NULL, "https://t.me/+d" } },
		.n_channels = 2 }) };

struct settling {
	struct step step;
	const struct http_response *res;
	struct outcome o;
};

static inline enum err
settle(struct db *db, void *ctx)
{
	struct settling *s = ctx;

	(void)db;
	return work_settle(&app, &mem, &s->step, ERR_OK, s->res, &s->o);
}

#define ORDER \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, paid_ms, created_ms)" \
	" VALUES (7, 5, 'gone', 'stripe', 0, 'cs_7', 1, 1);"

struct row {
	const char *why, *before;
	enum kind_id kind;
	const char *detail;
	const char *says, *lacks; /* says NULL: nothing */
};

static inline void
said(void **state)
{
	const struct row *r = *state;
	struct step s = { .job = { .id = 1,
			      .kind = r->kind,
			      .tg_id = 5,
			      .detail = r->detail } };
	const char *body;

	shop_open(r->before);
	s.job.order_id = look_int("SELECT MAX(id) FROM orders"); /* or 0 */
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	check_int(s.has_call, r->says != NULL);
	if (!s.has_call)
		return;
	assert_true(s.is_to_telegram);
	body = arena_dup(&mem, s.call.body);
	check_has(body, r->says);
	check_lacks(body, r->lacks);
	check_has(body, "\"chat_id\":5");
}

/* Nobody knows the product: the job is kept, whatever else the person has. */
struct unknown {
	const char *why, *before;
	enum kind_id kind;
	int64_t order_id;
	const char *detail;
	bool waits;
};

static inline void
unknown(void **state)
{
	const struct unknown *u = *state;
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = u->kind,
					    .tg_id = 5,
					    .order_id = u->order_id,
					    .detail = u->detail,
					    .attempts = 1 } } };

	shop_open(u->before);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	assert_false(s.step.has_call);
	shop_does(settle, &s);
	check_int(s.o.after, u->waits ? AFTER_PARK : AFTER_DONE);
	if (u->waits && u->order_id != 8)
		check_text(s.o.error, products_unknown(&mem, "gone"));
}

#endif
