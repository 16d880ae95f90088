/* An alert as it is sent: the buyer as a link, and the buttons that fit. */
#include "step.h"

#define OPERATOR(role) \
	"INSERT INTO operators (tg_id, role, added_ms) VALUES (9, " role ", 1);"
#define PAID \
	HAS_COURSE BOUGHT("id, session_id, payment_intent, amount_minor," \
			  " currency, paid_ms", \
	    "7, 'cs_7', 'pi_7', 999, 'eur', 1")
#define PARKED \
	"INSERT INTO jobs (id, kind, promise, tg_id, due_ms, created_ms," \
	" parked_ms, error) VALUES (3, 2, 'x', 5, 1, 1, 1, 'why');"
#define ABOUT_BUYER \
	"Buyer 5 of order 55, <b>\x1f" \
	"5/0/0/0/0"

static const struct telling {
	const char *why, *before, *detail, *has, *has_too, *lacks;
} tellings[] = {
	{ "a buyer is a link", PAID OPERATOR("2"), ABOUT_BUYER,
	    "<a href=\\\"tg://user?id=5\\\">5</a> of order 55, &lt;b&gt;",
	    "op:card:5", "op:refund" },
	{ "nobody", PAID OPERATOR("3"), "the words", "the words", "9", "op:" },
	{ "an owner may send money back", PAID OPERATOR("3"),
	    "w\x1f"
	    "5/7/0/0/0",
	    "op:refund:7", "op:part:7", "op:which" },
	{ "support may not", PAID OPERATOR("2"),
	    "w\x1f"
	    "5/7/0/0/0",
	    "op:card:5", "w", "op:refund" },
	{ "what went back cannot",
	    PAID OPERATOR("3") "INSERT INTO refunds (payment_intent,"
			       " amount_minor, refunded_minor, updated_ms)"
			       " VALUES ('pi_7', 999, 999, 1);",
	    "w\x1f"
	    "5/7/0/0/0",
	    "op:card:5", "w", "op:refund" },
	{ "of an order that is gone", PAID OPERATOR("3"),
	    "w\x1f"
	    "5/8/0/0/0",
	    "op:card:5", "w", "op:refund" },
	{ "what waits", PAID PARKED OPERATOR("3"),
	    "w\x1f"
	    "5/0/3/0/0",
	    "op:retry:3", "op:drop:3", "op:refund" },
	{ "support tries again", PAID PARKED OPERATOR("2"),
	    "w\x1f"
	    "5/0/3/0/0",
	    "op:retry:3", "op:card:5", "op:drop" },
	{ "what is done by now", PAID OPERATOR("3"),
	    "w\x1f"
	    "5/0/3/0/0",
	    "op:card:5", "w", "op:retry" },
	{ "to be let in again", PAID OPERATOR("2"),
	    "w\x1f"
	    "5/0/0/0/1",
	    "op:which:5", "w", "op:refund" },
	{ "a channel that is not sold", OPERATOR("3"),
	    "w\x1f"
	    "0/0/0/1002/0",
	    "op:sell:-1002", "w", "op:waits" },
	{ "one that is, and who waits",
	    USER HAS("private") OPERATOR(
		"3") "INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms,"
		     " detail) VALUES (1, 'a', 5, 1, 1, 'private'), (1, 'b', 5, 1, 1,"
		     " 'private'), (1, 'c', 6, 1, 1, 'course');",
	    "w\x1f"
	    "0/0/0/1001/0",
	    "op:waits:-1001", "tg://user?id=5", "id=6" },
};

static void
told(void **state)
{
	const struct telling *t = *state;
	struct step s = { .job = { .id = 1,
			      .kind = JOB_ALERT,
			      .tg_id = 9,
			      .detail = t->detail } };
	const char *body;

	shop_open(t->before);
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	assert_true(s.has_call);
	body = arena_dup(&mem, s.call.body);
	check_has(body, t->has);
	check_has(body, t->has_too);
	check_lacks(body, t->lacks);
}

int
main(void)
{
	ROWS("an alert tells of", told, tellings);
	return testing_run("alert_message", ledger_make, ledger_remove);
}
