/* What the benchmark sends is as large as what the vendors send, is drawn as
 * theirs is, and is taken: a bench of bodies that are refused, or that all
 * land in one place, would measure something else. */
#include "shop.h"

#include "../bench/bodies.h"
#include "base/json.h"
#include "payment/stripe_events.h"
#include "telegram/update.h"

#define NOW_S 1790000000
#define N_DRAWN 200

static struct app app = { SELLS({ COURSE }), .conf = { .bot_id = 1 } };

static struct str
filled(const char *path, int64_t n, int64_t at_s)
{
	char *text = template_read(path);
	char *out = arena_alloc(&mem, BODIES_MAX);
	struct sale s;
	size_t len;

	sale_draw(&s, n, at_s);
	assert_non_null(text);
	len = template_fill(out, text, &s);
	free(text);
	return (struct str){ out, len };
}

static const struct {
	const char *why, *path;
	size_t least, most;
} sizes[] = {
	{ "an event", BODIES_EVENT, 3000, 4500 },
	{ "an update", BODIES_UPDATE, 400, 600 },
	{ "an answer of Stripe's", BODIES_SESSION, 2500, 4000 },
};

static void
is_json(void **state)
{
	const struct {
		const char *why, *path;
		size_t least, most;
	} *row = *state;
	struct str body = filled(row->path, 1, NOW_S);
	struct json *doc;

	check_err(json_parse(&mem, body, &doc), ERR_OK);
	assert_in_range(body.len, row->least, row->most);
	assert_null(memchr(body.p, '~', body.len));
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct sale *)a)->session,
	    ((const struct sale *)b)->session);
}

/* Of neighbours in the order of the key, how many were drawn one after the
 * other: nearly none, where they lie anywhere. */
static void
ids(void **state)
{
	static struct sale drawn[N_DRAWN];
	int n_beside = 0, n_large = 0;

	(void)state;
	for (int i = 0; i < N_DRAWN; i++) {
		struct sale *s = &drawn[i];

		sale_draw(s, i, NOW_S + i);
		check_int(strlen(s->event), strlen("evt_") + 24);
		check_int(strlen(s->intent), strlen("pi_") + 24);
		check_int(strlen(s->session), strlen("cs_test_") + 58);
		assert_in_range(s->tg_id, 100000000, 8000000000);
		n_large += s->tg_id > 4000000000;
		if (i > 0) {
			assert_true(strcmp(s[-1].event, s->event) < 0);
			assert_true(strcmp(s[-1].intent, s->intent) < 0);
		}
	}
	assert_in_range(n_large, N_DRAWN / 4, N_DRAWN * 3 / 4);
	qsort(drawn, N_DRAWN, sizeof(drawn[0]), by_text);
	for (int i = 1; i < N_DRAWN; i++)
		n_beside += drawn[i].n == drawn[i - 1].n + 1;
	assert_in_range(n_beside, 0, N_DRAWN / 10);
}

static enum err
record(struct db *db, void *ctx)
{
	app.db = db;
	return stripe_events_record(&app, &mem, ctx);
}

static void
event_is_a_sale(void **state)
{
	struct stripe_event ev;
	struct sale s;

	(void)state;
	shop_open(NOTHING);
	sale_draw(&s, 7, NOW_S);
	check_err(stripe_event_parse(&mem, filled(BODIES_EVENT, 7, NOW_S), &ev),
	    ERR_OK);
	check_text(ev.id, s.event);
	check_int(ev.created_s, NOW_S);
	shop_does(record, &ev);
	check_int(
	    look_int_of("SELECT is_paid FROM users WHERE tg_id = ?1", s.tg_id),
	    1);
	check_text(look_text("SELECT session_id FROM orders"), s.session);
	check_text(look_text("SELECT payment_intent FROM orders"), s.intent);
}

static void
update_is_a_command(void **state)
{
	struct tg_update u;
	struct sale s;

	(void)state;
	sale_draw(&s, 7, NOW_S);
	check_err(
	    tg_update_parse(&mem, filled(BODIES_UPDATE, 7, NOW_S), &u), ERR_OK);
	check_int(u.from_id, s.tg_id);
	check_text(u.text, "/pay");
}

int
main(void)
{
	ROWS("a filled template", is_json, sizes);
	ONE("ids", "events in order, sessions and people anywhere", ids);
	ONE("a filled event", "an order appears", event_is_a_sale);
	ONE("a filled update", "is /pay", update_is_a_command);
	return testing_run("bodies", ledger_make, ledger_remove);
}
