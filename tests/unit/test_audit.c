/* The trail: asked for, taken once, told. */
#include "shop.h"

#include "ledger/audit_told.h"
#include "ledger/forget.h"
#include "ledger/prune.h"
#include "outbox/jobs.h"

#define ASKED(act, ago_ms) \
	"INSERT INTO audit (id, actor, act, tg_id, product, number, amount," \
	" words, asked_ms) VALUES (7, 9, '" act \
	"', 5, 'course', 3, 0, 'hello'," \
	" CAST(strftime('%s', 'now') AS INTEGER) * 1000 - " ago_ms ");"

struct taking {
	int64_t id, actor;
	bool is_ours;
};

static enum err
take(struct db *db, void *ctx)
{
	struct taking *t = ctx;

	return audit_take(db, t->id, t->actor, RESULT_DONE, &t->is_ours);
}

static const struct row {
	const char *why, *before;
	int64_t id, actor;
	bool want;
} rows[] = {
	{ "whoever asked", USER ASKED("grant", "1000"), 7, 9, true },
	{ "another", USER ASKED("grant", "1000"), 7, 8, false },
	{ "of another number", USER ASKED("grant", "1000"), 8, 9, false },
	{ "at the last moment", USER ASKED("grant", "590000"), 7, 9, true },
	{ "too late", USER ASKED("grant", "602000"), 7, 9, false },
	{ "asked by a clock that was ahead", USER ASKED("grant", "-5000"), 7, 9,
	    false },
	{ "done before",
	    USER ASKED("grant", "1000") "UPDATE audit SET done_ms = 1;", 7, 9,
	    false },
};

static void
taken(void **state)
{
	const struct row *r = *state;
	struct taking t = { r->id, r->actor, !r->want };

	if (on_postgres())
		skip(); /* strftime() */
	shop_open(r->before);
	shop_does(take, &t);
	check_int(t.is_ours, r->want);
	check_text(look_text("SELECT result FROM audit"),
	    r->want ? RESULT_DONE : NULL);
	t.is_ours = true;
	shop_does(take, &t);
	check_int(t.is_ours, false); /* and not twice */
}

static enum err
write_down(struct db *db, void *ctx)
{
	const struct act act = { .actor = 9,
		.act = ACT_GRANT,
		.tg_id = BUYER,
		.product = "course",
		.number = 3,
		.amount = 30,
		.words = "w" };
	int64_t *id = ctx;
	enum err e = audit_ask(db, &mem, &act, id);

	return e == ERR_OK ? audit_note(db, &mem, &act, RESULT_NOTHING) : e;
}

static void
read_back(void **state)
{
	int64_t id = 0;
	struct act act;

	(void)state;
	shop_open(USER);
	shop_does(write_down, &id);
	check_err(audit_read(ledger.db, &mem, id, &act), ERR_OK);
	check_int(act.id, id);
	check_int(act.actor, 9);
	check_text(act.act, "grant");
	check_int(act.tg_id, BUYER);
	check_text(act.product, "course");
	check_int(act.number, 3);
	check_int(act.amount, 30);
	check_text(act.words, "w");
	check_int(act.done_ms, 0);
	check_text(act.result, NULL);
	check_err(audit_read(ledger.db, &mem, id + 1, &act), ERR_OK);
	check_text(act.result, RESULT_NOTHING);
	assert_true(act.done_ms > 0);
	check_err(audit_read(ledger.db, &mem, id + 2, &act), ERR_NOT_FOUND);
}

static const struct telling {
	const char *why, *act, *promise, *result;
	bool is_told, is_written;
} tellings[] = {
	{ "money", ACT_REFUND, "byhand/7", RESULT_SENT_BACK, true, true },
	{ "money that waits", ACT_REFUND, "byhand/7", RESULT_WAITS, true,
	    true },
	{ "money that was refused", ACT_REFUND, "byhand/7", RESULT_REFUSED,
	    true, true },
	{ "a letter that is gone", ACT_WRITE, "byhand/7", RESULT_REFUSED, true,
	    true },
	{ "money that had gone back before", ACT_REFUND, "byhand/7",
	    RESULT_NOTHING, true, true },
	{ "what another gave up", ACT_REFUND, "byhand/7", RESULT_DROPPED, true,
	    true },
	{ "a link that is gone", ACT_LINK, "byhand/7", RESULT_REFUSED, true,
	    true },
	{ "a link that arrived", ACT_LINK, "byhand/7", RESULT_DONE, false,
	    true },
	{ "one that arrived", ACT_WRITE, "byhand/7", RESULT_DONE, false, true },
	{ "what no operator asked for", ACT_REFUND, "refund/cs_7",
	    RESULT_SENT_BACK, false, false },
	{ "what is in the trail no more", ACT_REFUND, "byhand/8",
	    RESULT_SENT_BACK, false, false },
	{ "no number", ACT_REFUND, "byhand/x", RESULT_SENT_BACK, false, false },
};

static enum err
tell(struct db *db, void *ctx)
{
	const struct telling *t = ctx;

	(void)db;
	return audit_told(&app, &mem, t->promise, t->result);
}

static void
told(void **state)
{
	const struct telling *t = *state;

	shop_open(USER);
	change(arena_printf(&mem,
	    "INSERT INTO audit (id, actor, act, tg_id, number, amount,"
	    " asked_ms, done_ms, result) VALUES (7, 9, '%s', 5, 3, 0, 1, 1,"
	    " 'on its way');",
	    t->act));
	shop_does(tell, *state);
	shop_does(tell, *state); /* an answer may be judged twice */
	check_int(n_promised(JOB_ALERT, 9), t->is_told);
	check_text(look_text("SELECT result FROM audit"),
	    t->is_written ? t->result : RESULT_PROMISED);
}

/* It was told to have failed, which says more. */
static void
given_up_late(void **state)
{
	struct telling t = { .promise = "byhand/7", .result = RESULT_DROPPED };

	(void)state;
	shop_open(USER
	    "INSERT INTO audit (id, actor, act, tg_id, number, amount,"
	    " asked_ms, done_ms, result) VALUES (7, 9, 'refund', 5, 3, 0, 1, 1,"
	    " 'refused');");
	shop_does(tell, &t);
	check_int(n_promised(JOB_ALERT, 9), 0);
	check_text(look_text("SELECT result FROM audit"), RESULT_REFUSED);
}

static enum err
forget(struct db *db, void *ctx)
{
	return forget_person(db, &mem, BUYER, ctx);
}

/* What was done stays, about nobody and without the words. */
static void
forgotten(void **state)
{
	struct forget_held h;

	(void)state;
	shop_open(USER
	    "INSERT INTO audit (actor, act, tg_id, number, amount, words,"
	    " asked_ms, done_ms) VALUES (9, 'write', 5, 0, 0, 'hello', 1, 1),"
	    " (9, 'write', 6, 0, 0, 'you', 1, 1);");
	shop_does(forget, &h);
	check_int(look_int("SELECT COUNT(*) FROM audit WHERE tg_id = 0"
			   " AND words IS NULL"),
	    1);
	check_text(look_text("SELECT words FROM audit WHERE tg_id = 6"), "you");
}

/* Of an operator stays that one did it: neither who, nor what they may. */
static void
operator_forgotten(void **state)
{
	struct forget_held h;

	(void)state;
	shop_open(USER
	    "INSERT INTO audit (actor, act, tg_id, number, amount, asked_ms,"
	    " done_ms, result) VALUES (5, 'grant', 6, 0, 0, 1, 1, 'done'),"
	    " (9, 'grant', 6, 0, 0, 1, 1, 'done');"
	    "INSERT INTO operators (tg_id, role, added_ms) VALUES (5, 2, 1),"
	    " (9, 2, 1);"
	    "INSERT INTO marks (key, value) VALUES ('operator', 5);");
	shop_does(forget, &h);
	check_int(look_int("SELECT COUNT(*) FROM audit WHERE tg_id = 6"), 2);
	check_int(look_int("SELECT MIN(actor) FROM audit"), AUDIT_FORGOTTEN);
	check_int(look_int("SELECT MAX(actor) FROM audit"), 9);
	check_int(look_int("SELECT tg_id FROM operators"), 9);
	check_int(look_int("SELECT value FROM marks"), 0);
}

static void
pruned(void **state)
{
	(void)state;
	shop_open("INSERT INTO audit (actor, act, tg_id, number, amount,"
		  " asked_ms, done_ms) VALUES (9, 'write', 5, 0, 0, 1, NULL),"
		  " (9, 'grant', 5, 0, 0, 1, 1)");
	prune(ledger.db);
	check_text(look_text("SELECT act FROM audit"), "grant");
	check_int(look_int("SELECT COUNT(*) FROM audit"), 1);
}

int
main(void)
{
	ROWS("it is taken by", taken, rows);
	ONE("a row", "has what was wanted, and what came of it", read_back);
	ROWS("it is told of", told, tellings);
	ONE("it is told of", "given up after it had failed", given_up_late);
	ONE("a row", "of who is forgotten", forgotten);
	ONE("a row", "by an operator who is forgotten", operator_forgotten);
	ONE("a row", "what nobody confirmed goes, what was done stays", pruned);
	return testing_run("audit", ledger_make, ledger_remove);
}
