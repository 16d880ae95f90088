/* Users and orders: what each question to the ledger finds. */
#include "shop.h"

#include "ledger/ledger.h"

/* ---- seen before ---- */

struct noting {
	const char *source, *id;
	bool is_new;
};

static enum err
note(struct db *db, void *ctx)
{
	struct noting *n = ctx;

	return ledger_inbox(db, n->source, n->id, "a.type", &n->is_new);
}

static bool
is_new(const char *source, const char *id)
{
	struct noting n = { .source = source, .id = id };

	shop_does(note, &n);
	return n.is_new;
}

static void
inbox(void **state)
{
	(void)state;
	shop_open(NOTHING);
	assert_true(is_new("stripe", "1"));
	assert_false(is_new("stripe", "1"));
	assert_true(is_new("telegram", "1"));
	assert_true(is_new("stripe", "2"));
	assert_false(is_new("telegram", "1"));
}

/* ---- a user ---- */

struct seeing {
	const char *language;
	bool is_seen, reachable;
};

static enum err
see(struct db *db, void *ctx)
{
	const struct seeing *s = ctx;

	return s->is_seen ? ledger_user_seen(db, BUYER, s->language) :
			    ledger_user_reachable(db, BUYER, s->reachable);
}

static void
seen(const char *language)
{
	struct seeing s = { .language = language, .is_seen = true };

	shop_does(see, &s);
}

static void
reaches(bool reachable)
{
	struct seeing s = { .reachable = reachable };

	shop_does(see, &s);
}

static void
a_language(void **state)
{
	(void)state;
	shop_open(NOTHING);
	seen(NULL);
	check_text(look_text("SELECT language FROM users"), NULL);
	seen("uk");
	seen(NULL); /* an update without one takes none away */
	check_text(look_text("SELECT language FROM users"), "uk");
	seen("en");
	check_text(look_text("SELECT language FROM users"), "en");
	check_int(look_int("SELECT COUNT(*) FROM users"), 1);
}

static void
a_block(void **state)
{
	const char *blocked = "SELECT bot_blocked_ms FROM users";

	(void)state;
	shop_open(USER);
	reaches(false);
	assert_true(db_keeps(ledger.db));
	assert_true(look_int(blocked) > 0);
	change("UPDATE users SET bot_blocked_ms = 7");
	reaches(false); /* since the first word of it */
	assert_false(db_keeps(ledger.db));
	check_int(look_int(blocked), 7);
	reaches(true);
	assert_true(db_keeps(ledger.db)); /* or nobody would write to them */
	check_text(look_text(blocked), NULL);
	reaches(true);
	assert_false(db_keeps(ledger.db));
}

/* ---- orders ---- */

#define OPEN_ORDER(id, ago, columns, values) \
	"INSERT INTO orders (id, tg_id, product, provider, livemode," \
	" session_id, created_ms" columns ") VALUES (" id ", 5, 'course'," \
	" 'stripe', 0, 'cs_" id "', strftime('%s', 'now') * 1000 - " ago \
	" * 86400000.0" values ");"
#define PLAIN(id, ago) OPEN_ORDER(id, ago, "", "")

static const struct unpaid {
	const char *why, *before;
	int64_t before_id, id; /* 0: none */
} unpaids[] = {
	{ "none", USER, INT64_MAX, 0 },
	{ "one", USER PLAIN("1", "1"), INT64_MAX, 1 },
	{ "the newest of two", USER PLAIN("1", "2") PLAIN("2", "1"), INT64_MAX,
	    2 },
	{ "the one before", USER PLAIN("1", "2") PLAIN("2", "1"), 2, 1 },
	{ "nothing before", USER PLAIN("1", "2"), 1, 0 },
	{ "of 29 days ago", USER PLAIN("1", "29"), INT64_MAX, 1 },
	{ "of 31 days ago", USER PLAIN("1", "31"), INT64_MAX, 0 },
	{ "paid", USER OPEN_ORDER("1", "1", ", paid_ms", ", 1"), INT64_MAX, 0 },
	{ "refused", USER OPEN_ORDER("1", "1", ", failed_ms", ", 1"), INT64_MAX,
	    0 },
	{ "expired", USER OPEN_ORDER("1", "1", ", expired_ms", ", 1"),
	    INT64_MAX, 0 },
	{ "the bank is at work: it may be paid by now",
	    USER OPEN_ORDER("1", "1", ", processing_ms", ", 1"), INT64_MAX, 1 },
	{ "somebody else's",
	    "INSERT INTO users (tg_id, created_ms) VALUES (6, 1);" USER PLAIN(
		"1", "1") "UPDATE orders SET tg_id = 6",
	    INT64_MAX, 0 },
};

static void
unpaid(void **state)
{
	const struct unpaid *u = *state;
	struct order o = { 0 };

	shop_open(u->before);
	check_err(ledger_order_unpaid(ledger.db, &mem, BUYER, u->before_id, &o),
	    u->id == 0 ? ERR_NOT_FOUND : ERR_OK);
	check_int(o.id, u->id);
}

static const struct processing {
	const char *why, *before;
	bool want;
} processings[] = {
	{ "no order", USER, false },
	{ "at work", USER BOUGHT("processing_ms", "1"), true },
	{ "paid at last", USER BOUGHT("processing_ms, paid_ms", "1, 2"),
	    false },
	{ "refused at last", USER BOUGHT("processing_ms, failed_ms", "1, 2"),
	    false },
	{ "one of two",
	    USER BOUGHT("processing_ms, paid_ms", "1, 2")
		BOUGHT("processing_ms", "1"),
	    true },
};

static void
processing(void **state)
{
	const struct processing *p = *state;
	bool is = !p->want;

	shop_open(p->before);
	check_err(ledger_processing(ledger.db, &mem, BUYER, NULL, &is), ERR_OK);
	check_int(is, p->want);
	check_err(ledger_processing(ledger.db, &mem, 6, NULL, &is), ERR_OK);
	assert_false(is);
}

static void
an_order(void **state)
{
	struct order o = { 0 };

	(void)state;
	shop_open(USER BOUGHT(
	    "session_id, amount_minor, currency, paid_ms, expired_ms",
	    "'cs_1', 999, 'eur', 3, 4"));
	check_err(ledger_order_by_session(ledger.db, &mem, "cs_1", &o), ERR_OK);
	check_int(o.tg_id, BUYER);
	check_text(o.product, "course");
	check_text(o.session_id, "cs_1");
	check_int(o.amount_minor, 999);
	check_text(o.currency, "eur");
	check_int(o.paid_ms, 3);
	check_int(o.expired_ms, 4);
	check_int(o.processing_ms + o.failed_ms, 0);
	check_err(ledger_order_by_id(ledger.db, &mem, o.id, &o), ERR_OK);
	check_text(o.session_id, "cs_1");
	check_err(ledger_order_by_session(ledger.db, &mem, "cs_2", &o),
	    ERR_NOT_FOUND);
	check_err(
	    ledger_order_by_id(ledger.db, &mem, o.id + 1, &o), ERR_NOT_FOUND);
}

/* ---- access ---- */

static void
terms(void **state)
{
	struct term t;
	enum access access;
	bool is_buyer;

	(void)state;
	shop_open(HAS_COURSE "UPDATE access SET until_ms = 30,"
			     " paid_until_ms = 20, renews = 1");
	check_err(ledger_term(ledger.db, &mem, BUYER, "course", &t), ERR_OK);
	check_int(t.access, ACCESS_IN);
	check_int(t.until_ms, 30);
	check_int(t.paid_until_ms, 20);
	assert_true(t.renews);
	check_err(ledger_term(ledger.db, &mem, BUYER, "club", &t), ERR_OK);
	check_int(t.access, ACCESS_OUT);
	check_int(t.until_ms + t.paid_until_ms + t.renews, 0);
	check_err(
	    ledger_access(ledger.db, &mem, BUYER, "course", &access), ERR_OK);
	check_int(access, ACCESS_IN);
	check_err(ledger_is_buyer(ledger.db, &mem, BUYER, &is_buyer), ERR_OK);
	assert_true(is_buyer);
	change("UPDATE access SET is_in = 0");
	check_err(
	    ledger_access(ledger.db, &mem, BUYER, "course", &access), ERR_OK);
	check_int(access, ACCESS_OUT);
	check_err(ledger_is_buyer(ledger.db, &mem, BUYER, &is_buyer), ERR_OK);
	assert_false(is_buyer);
}

static void
many_products(void **state)
{
	struct ledger_products in;

	(void)state;
	shop_open(USER HAS("b") HAS("gone") HAS("a"));
	change("UPDATE access SET is_in = 0 WHERE product = 'b'");
	check_err(ledger_products(ledger.db, &mem, BUYER, &in), ERR_OK);
	check_int(in.n, 2);
	check_text(in.ids[0], "a");
	check_text(in.ids[1], "gone"); /* sold no more */
	for (int i = 0; i < 70; i++)
		change(arena_printf(&mem,
		    "INSERT INTO access (tg_id, product, is_in, why,"
		    " decided_ms) VALUES (5, 'p%d', 1, 'paid', 1)",
		    i));
	check_err(ledger_products(ledger.db, &mem, BUYER, &in), ERR_OK);
	check_int(in.n, 72);
}

#define INVITE(columns, values) \
	"INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms" columns \
	") VALUES (1, 'i', 5, 1, 1" values ");"

static const struct owed {
	const char *why, *before;
	bool want;
} oweds[] = {
	{ "none", USER, false },
	{ "named", USER INVITE(", detail", ", 'course'"), true },
	{ "to another product", USER INVITE(", detail", ", 'club'"), false },
	{ "by its order", USER BOUGHT("id", "7") INVITE(", order_id", ", 7"),
	    true },
	{ "of another product's order",
	    USER BOUGHT("id", "7") "UPDATE orders SET product = 'club';" INVITE(
		", order_id", ", 7"),
	    false },
	{ "to whatever they have", USER INVITE("", ""), true },
	{ "sent", USER INVITE(", done_ms", ", 1"), false },
	{ "put aside", USER INVITE(", parked_ms", ", 1"), true },
};

static void
owed(void **state)
{
	const struct owed *o = *state;
	bool pending = !o->want;

	shop_open(o->before);
	check_err(
	    ledger_invite_pending(ledger.db, &mem, BUYER, "course", &pending),
	    ERR_OK);
	check_int(pending, o->want);
}

/* ---- the language that somebody reads ---- */

#define SPEAKS(language, chosen) \
	"INSERT INTO users (tg_id, language, chosen_language, created_ms)" \
	" VALUES (5, " language ", " chosen ", 1);"

static const struct speaking {
	const char *why, *before;
	const char *now; /* in the update; NULL: nothing */
	enum language want;
	const char *kept; /* afterwards */
} speakings[] = {
	{ "a stranger's word", NOTHING, "de", LANGUAGE_DE, NULL },
	{ "a stranger without one: the shop's", NOTHING, NULL, LANGUAGE_UK,
	    NULL },
	{ "the word that was kept", SPEAKS("'pl'", "NULL"), NULL, LANGUAGE_PL,
	    "pl" },
	{ "another word", SPEAKS("'pl'", "NULL"), "de-AT", LANGUAGE_DE,
	    "de-AT" },
	{ "the first word", SPEAKS("NULL", "NULL"), "en", LANGUAGE_EN, "en" },
	{ "one that we do not speak: the shop's", SPEAKS("'pl'", "NULL"),
	    "pt-br", LANGUAGE_UK, "pt-br" },
	{ "what was chosen goes before", SPEAKS("'pl'", "'de'"), "en",
	    LANGUAGE_DE, "en" },
	{ "what was chosen, without any word", SPEAKS("NULL", "'en'"), NULL,
	    LANGUAGE_EN, NULL },
};

struct speaker {
	const char *now;
	enum language in;
};

static enum err
speak(struct db *db, void *ctx)
{
	struct speaker *s = ctx;

	return ledger_language_now(db, &mem, BUYER, s->now, &s->in);
}

static void
speaks(void **state)
{
	const struct speaking *r = *state;
	struct speaker s = { .now = r->now };
	enum language in;

	shop_open(r->before);
	shop_does(speak, &s);
	check_int(s.in, r->want);
	check_text(
	    look_text("SELECT language FROM users WHERE tg_id = 5"), r->kept);
	/* The worker's view, which has no update. */
	check_err(ledger_language(ledger.db, &mem, BUYER, &in), ERR_OK);
	check_int(in,
	    look_int("SELECT COUNT(*) FROM users") == 0 ? LANGUAGE_UK :
							  r->want);
}

static enum err
choose(struct db *db, void *ctx)
{
	return ledger_choose_language(db, BUYER, *(enum language *)ctx);
}

static void
chooses(void **state)
{
	static const char sql[] = "SELECT chosen_language FROM users";
	enum language of = LANGUAGE_DE;

	(void)state;
	shop_open(SPEAKS("'pl'", "NULL"));
	shop_does(choose, &of);
	check_text(look_text(sql), "de");
	of = LANGUAGE__COUNT;
	shop_does(choose, &of);
	check_text(look_text(sql), NULL);
}

int
main(void)
{
	ONE("inbox", "each is new once, of each sender", inbox);
	ONE("a user", "the last language that was told", a_language);
	ONE("a user", "blocks the bot and comes back", a_block);
	ROWS("unpaid", unpaid, unpaids);
	ROWS("processing", processing, processings);
	ONE("an order", "by its session and its number", an_order);
	ONE("access", "with its end, or none", terms);
	ONE("access", "by what is sold no more, and no more than fit",
	    many_products);
	ROWS("an invite", owed, oweds);
	ROWS("language", speaks, speakings);
	ONE("language", "chosen, and as Telegram says again", chooses);
	return testing_run("ledger", ledger_make, ledger_remove);
}
