/* The invite: which links it has, and when there is none. */
#include "step.h"

#include "ledger/members.h"
#include "shop/text.h"

static const struct row rows[] = {
	{ "an invite to the product that is named",
	    USER HAS("course") HAS("club"), JOB_INVITE, "club",
	    "https://t.me/+b", "https://t.me/+a" },
	{ "an invite to the first", USER HAS("course"), JOB_INVITE, NULL,
	    "https://t.me/+a", "https://t.me/+b" },
	{ "an invite by the name of before",
	    USER HAS("club") "INSERT INTO renamed VALUES ('old', 'club');",
	    JOB_INVITE, "old", "https://t.me/+b", "https://t.me/+a" },
	{ "by its order, in the order's product",
	    USER HAS("course") HAS("club")
		BOUGHT("id, session_id, paid_ms", "8, 'cs_8', 1"),
	    JOB_INVITE, NULL, "https://t.me/+a", "https://t.me/+b" },
	{ "in its reader's language",
	    "INSERT INTO users (tg_id, language, created_ms)"
	    " VALUES (5, 'pl', 1);" HAS("course"),
	    JOB_INVITE, "course", "Oto link", "Оплату" },
	{ "all its channels, a line each", USER HAS("both"), JOB_INVITE, "both",
	    "https://t.me/+c\\nhttps://t.me/+d", "https://t.me/+b" },
	{ "access to another product opens nothing", USER HAS("club"),
	    JOB_INVITE, "course", NULL, "" },
	{ "access is over meanwhile", USER, JOB_INVITE, "course", NULL, "" },
};

static const struct unknown unknowns[] = {
	{ "an invite", USER HAS("course") HAS("gone"), JOB_INVITE, 0, "gone",
	    true },
	{ "an invite by an order", USER HAS("course") HAS("gone") ORDER,
	    JOB_INVITE, 7, NULL, true },
	{ "an invite of who is out by it", USER HAS("course"), JOB_INVITE, 0,
	    "gone", false },
	{ "an order that is not there", USER HAS("course") HAS("?"), JOB_INVITE,
	    8, NULL, true },
};

/* Only who has just paid hears of a payment. */
static const struct reason {
	const char *why, *promise;
	int64_t order_id;
	enum text text;
} reasons[] = {
	{ "just paid", "invite/cs_7", 7, TEXT_INVITE },
	{ "granted", "invite/grant/5/8", 7, TEXT_INVITE_GRANTED },
	{ "in again after a pause", "invite/1700000000000/cs_7", 7,
	    TEXT_INVITE_BACK },
	{ "granted again", "invite/1700000000000/grant/5/8", 7,
	    TEXT_INVITE_BACK },
	{ "/help", "update/12/course", 0, TEXT_INVITE_AGAIN },
	{ "/help, after Stripe was asked", "help/12", 0, TEXT_INVITE_AGAIN },
};

static void
reason(void **state)
{
	const struct reason *r = *state;
	struct step s = { .job = { .id = 1,
			      .kind = JOB_INVITE,
			      .tg_id = 5,
			      .order_id = r->order_id,
			      .promise = r->promise,
			      .detail = "course" } };
	struct str first = str_from(text_plain_in(LANGUAGE_EN, r->text));

	shop_open("INSERT INTO users (tg_id, language, created_ms)"
		  " VALUES (5, 'en', 1);" HAS("course"));
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	first = str_cut(&first, '\n');
	first = str_cut(&first, '{');
	check_has(arena_dup(&mem, s.call.body), arena_dup(&mem, first));
}

/* Who had paid before this ledger heard of it may be in by an invite that it
 * does not know. */
#define LATER_MS INT64_C(100000000)
static const struct late {
	const char *why;
	int64_t paid_ms, created_ms; /* the payment, the promise */
	const char *promise;
	int state;        /* as Telegram said; MEMBER_UNKNOWN: nothing yet */
	const char *call; /* NULL: none */
} lates[] = {
	{ "paid long ago, and in", 1, LATER_MS, "invite/cs_7", MEMBER_IN,
	    NULL },
	{ "an administrator", 1, LATER_MS, "invite/cs_7", MEMBER_ADMIN, NULL },
	{ "nobody knows whether they are in", 1, LATER_MS, "invite/cs_7",
	    MEMBER_UNKNOWN, "/getChatMember" },
	{ "out", 1, LATER_MS, "invite/cs_7", MEMBER_OUT,
	    "/createChatInviteLink" },
	{ "in, and has just paid", LATER_MS - 1000, LATER_MS, "invite/cs_7",
	    MEMBER_IN, "/sendMessage" },
	{ "has just paid: a look would cost a call", LATER_MS - 1000, LATER_MS,
	    "invite/cs_7", MEMBER_UNKNOWN, "/createChatInviteLink" },
	{ "in again after a pause", 1, LATER_MS, "invite/1700000000000/cs_7",
	    MEMBER_IN, "/sendMessage" },
};

static void
late(void **state)
{
	const struct late *l = *state;
	struct step s = { .job = { .id = 1,
			      .kind = JOB_INVITE,
			      .tg_id = 5,
			      .order_id = 7,
			      .created_ms = l->created_ms,
			      .promise = l->promise,
			      .detail = "private" } };

	shop_open(arena_printf(&mem,
	    USER HAS(
		"private") "INSERT INTO orders (id, tg_id, product, provider, livemode,"
			   " session_id, paid_ms, created_ms) VALUES (7, 5, 'private',"
			   " 'stripe', 0, 'cs_7', 1, 1);"
			   "INSERT INTO payments (provider, payment, order_id, kind,"
			   " amount_minor, currency, paid_ms) VALUES ('stripe', 'pi_7',"
			   " 7, 1, 999, 'eur', %lld);"
			   "INSERT INTO members (tg_id, chat_id, state, seen_ms)"
			   " VALUES (5, '-1001', %d, %lld);",
	    (long long)l->paid_ms, l->state,
	    l->state == MEMBER_UNKNOWN ? 0LL : (long long)l->created_ms));
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	check_int(s.has_call, l->call != NULL);
	if (s.has_call)
		check_has(s.call.url, l->call);
}

/* That the invite was taken is noted of the product it is for, and only once
 * Telegram has taken it. */
static const struct taken {
	const char *why;
	int status;
	const char *body;
	bool course, club;
} takens[] = {
	{ "it was", 200, "{\"ok\":true,\"result\":{}}", false, true },
	{ "Telegram fails", 502, "", false, false },
	{ "they blocked the bot", 403,
	    "{\"ok\":false,\"description\":"
	    "\"Forbidden: bot was blocked by the user\"}",
	    false, false },
};

static void
taken(void **state)
{
	const struct taken *t = *state;
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->body) };
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_INVITE,
					    .tg_id = 5,
					    .detail = "club",
					    .attempts = 1 } },
		.res = &res };

	shop_open(USER HAS("course") HAS("club"));
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	shop_does(settle, &s);
	check_int(s.o.after == AFTER_DONE, t->club);
	check_int(look_int("SELECT invited_ms IS NOT NULL FROM access"
			   " WHERE product = 'course'"),
	    t->course);
	check_int(look_int("SELECT invited_ms IS NOT NULL FROM access"
			   " WHERE product = 'club'"),
	    t->club);
}

/* What an operator asked for is on its way until its job has ended, whichever
 * way that is. */
static const struct ending {
	const char *why, *before, *detail;
	int status;
	const char *answer, *want;
} endings[] = {
	{ "it arrives", HAS_COURSE, "course", 200,
	    "{\"ok\":true,\"result\":{}}", "done" },
	{ "the buyer blocked the bot", HAS_COURSE, "course", 403,
	    "{\"ok\":false,\"error_code\":403,"
	    "\"description\":\"Forbidden: bot was blocked by the user\"}",
	    "refused" },
	{ "it is tried again", HAS_COURSE, "course", 500, "{}", "on its way" },
	{ "they are out meanwhile", USER, "course", 0, "", "nothing to do" },
	{ "nobody knows the product", USER HAS("gone"), "gone", 0, "",
	    "refused" },
};

static void
ends(void **state)
{
	const struct ending *t = *state;
	const struct http_response res = { .status = t->status,
		.retry_after_s = -1,
		.body = str_from(t->answer) };
	struct settling s = { .res = &res,
		.step = { .job = { .id = 1,
			      .kind = JOB_INVITE,
			      .tg_id = 5,
			      .promise = "byhand/7",
			      .detail = t->detail,
			      .attempts = 1 } } };

	shop_open(t->before);
	change("INSERT INTO audit (id, actor, act, tg_id, number, amount,"
	       " asked_ms, done_ms, result) VALUES (7, 9, 'link', 5, 0, 0, 1,"
	       " 1, 'on its way')");
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	check_int(s.step.has_call, t->status != 0);
	shop_does(settle, &s);
	check_text(look_text("SELECT result FROM audit"), t->want);
}

int
main(void)
{
	ROWS("an operator's link", ends, endings);
	ROWS("late", late, lates);
	ROWS("reason", reason, reasons);
	ROWS("taken", taken, takens);
	ROWS("says", said, rows);
	ROWS("unknown product", unknown, unknowns);
	return testing_run("invite", ledger_make, ledger_remove);
}
