/* Posts in batches: who is judged, what a failure costs, who wakes the worker. */
#include "front/posts.c" /* the batch, statics and all */

#include "shop.h"
#include "store/driver.h"

static int n_recorded;

/* What the post with this body does when it is recorded. */
static enum err
fake_record(struct app *of, struct exchange *x, void *what)
{
	const char *body = what;
	enum err e;

	(void)x;
	n_recorded++;
	if (strchr(body, 'w') != NULL)
		db_notify(of->db);
	if (strchr(body, 'k') != NULL)
		db_keep(of->db);
	e = db_exec(of->db, SQL_MARK_ADD,
	    KV(kv_text("key", body), kv_int("n", 1)), NULL);
	if (strchr(body, 'i') != NULL)
		return ERR_INPUT;
	return strchr(body, 'u') != NULL ? ERR_UNAVAILABLE : e;
}

static void *
fake_judge(struct app *of, struct exchange *x)
{
	(void)of;
	if (str_eq(x->req.body, "stranger")) {
		posts_refuse(x, ERR_AUTH, "nobody knows you");
		return NULL;
	}
	x->res = response_json(200, str_from("{}"));
	return arena_dup(&mem, x->req.body);
}

static bool
fake_is_light(const void *what)
{
	return strchr(what, 'l') != NULL;
}

/* "5…" is about person 5. */
static int64_t
fake_about(const void *what)
{
	const char *body = what;

	return body[0] >= '1' && body[0] <= '9' ? body[0] - '0' : 0;
}

static struct process p;

static void
open_posts(void)
{
	static const struct posts in = { PROGRAM_WEBHOOK, "webhook", NULL,
		fake_judge, fake_record, fake_is_light, fake_about, NULL };

	shop_open("DELETE FROM marks;");
	p = (struct process){ &in, app };
	p.app.is_ready = p.app.is_confined = true;
	p.app.conf.base_url = "https://h";
}

static struct exchange
post(const char *body)
{
	static char *const no_variables[] = { NULL };

	return (struct exchange){ .req = { .arena = &mem,
				      .method = WEB_POST,
				      .page = "webhook",
				      .variables = no_variables,
				      .body = str_from(body) } };
}

static void
serve_all(struct exchange *x, size_t n)
{
	struct exchange *list[3];

	for (size_t i = 0; i < n; i++)
		list[i] = &x[i];
	serve(&p, list, n);
}

/* ---- one post ---- */

static const struct single {
	const char *why, *page, *body;
	enum web_method method;
	enum err body_error;
	int status;
	bool is_kept;
} singles[] = {
	{ "it is recorded, then answered", "webhook", "a", WEB_POST, ERR_OK,
	    200, true },
	{ "by the program's own name as well", "webhook.fcgi", "a", WEB_POST,
	    ERR_OK, 200, true },
	{ "another page is not here", "pay", "a", WEB_POST, ERR_OK, 404,
	    false },
	{ "nor one whose name goes on", "webhooks", "a", WEB_POST, ERR_OK, 404,
	    false },
	{ "nobody reads here", "webhook", "a", WEB_GET, ERR_OK, 405, false },
	{ "too much is not looked at", "webhook", "a", WEB_POST, ERR_TOO_BIG,
	    413, false },
	{ "nor what broke off", "webhook", "a", WEB_POST, ERR_INPUT, 400,
	    false },
	{ "whom the judge does not know, it refuses", "webhook", "stranger",
	    WEB_POST, ERR_OK, 401, false },
	{ "what cannot be recorded is asked for again", "webhook", "i",
	    WEB_POST, ERR_OK, 503, false },
};

static void
single(void **state)
{
	const struct single *s = *state;
	struct exchange x = post(s->body);

	open_posts();
	x.req.page = s->page;
	x.req.method = s->method;
	x.req.body_error = s->body_error;
	serve_all(&x, 1);
	check_int(x.res.status, s->status);
	check_int(look_int("SELECT COUNT(*) FROM marks"), s->is_kept);
}

static void
not_set_up(void **state)
{
	struct exchange x = post("a");

	(void)state;
	open_posts();
	/* Whatever this machine has set up. */
	check_int(setenv("ADMIT_CONF", "/nowhere/admit.env", 1), 0);
	p.app.is_ready = false;
	p.app.programs = PROGRAM_WEBHOOK;
	serve_all(&x, 1);
	log_init("test", LOG__COUNT); /* the settings came with a level */
	arena_free(&p.app.arena);
	check_int(x.res.status, 500);
	check_int(look_int("SELECT COUNT(*) FROM marks"), 0);
}

/* ---- many ---- */

static const struct many {
	const char *why, *bodies[3];
	int statuses[3];
	bool notified; /* before */
	const char *kept;
	bool wakes;
} manies[] = {
	{ "all of them", { "a", "b", "c" }, { 200, 200, 200 }, false, "a b c",
	    false },
	{ "what was promised wakes the worker", { "a", "bw", "c" },
	    { 200, 200, 200 }, false, "a bw c", true },
	{ "one that fails harms no other", { "a", "i", "c" }, { 200, 503, 200 },
	    false, "a c", false },
	{ "and what it would have promised wakes nobody", { "a", "iw", "c" },
	    { 200, 503, 200 }, false, "a c", false },
	{ "but what another one promised does", { "aw", "iw", "c" },
	    { 200, 503, 200 }, false, "aw c", true },
	{ "a ledger in trouble fails them all", { "a", "b", "u" },
	    { 503, 503, 503 }, false, NULL, false },
	{ "and what none of them could promise wakes nobody",
	    { "aw", "bw", "u" }, { 503, 503, 503 }, false, NULL, false },
	{ "what was promised before does still", { "a", "b", "u" },
	    { 503, 503, 503 }, true, NULL, true },
	{ "the judge's refusal stays", { "stranger", "b", "u" },
	    { 401, 503, 503 }, false, NULL, false },
};

static enum err
notify(struct db *db, void *ctx)
{
	(void)ctx;
	db_notify(db);
	return ERR_OK;
}

static void
many(void **state)
{
	const struct many *m = *state;
	struct exchange x[3];

	open_posts();
	if (m->notified)
		shop_does(notify, NULL);
	for (size_t i = 0; i < 3; i++)
		x[i] = post(m->bodies[i]);
	serve_all(x, 3);
	for (size_t i = 0; i < 3; i++)
		check_int(x[i].res.status, m->statuses[i]);
	check_text(
	    look_text(
		"SELECT group_concat(key, ' ')"
		" FROM (SELECT key FROM marks ORDER BY key) AS all_of_them"),
	    m->kept);
	check_int(db_notified(p.app.db), m->wakes);
}

/* One commit for all: that is what a batch is for. */
static void
one_commit(void **state)
{
	struct exchange x[3] = { post("a"), post("b"), post("c") };
	int64_t before;

	(void)state;
	only_sqlite();
	open_posts();
	before = look_int("PRAGMA data_version");
	serve_all(x, 3);
	check_int(look_int("PRAGMA data_version") - before, 1);
}

/* How many times something is recorded, and whether its commit waited for the
 * disk, as the connection tells. */
static const struct waiting {
	const char *why, *bodies[3];
	int n_recorded;
	bool waits;
	const char *kept;
} waitings[] = {
	{ "what is kept is waited for", { "a", "b", "c" }, 3, true, "a b c" },
	{ "what is light is not", { "al", "bl", "cl" }, 3, false, "al bl cl" },
	{ "nor is that, where others are refused", { "stranger", "bl", "cl" },
	    2, false, "bl cl" },
	{ "one that is not light is enough", { "al", "b", "cl" }, 3, true,
	    "al b cl" },
	{ "the first", { "a", "bl", "cl" }, 3, true, "a bl cl" },
	{ "a promise is kept, whoever made it", { "al", "blw", "cl" }, 6, true,
	    "al blw cl" },
	{ "and what somebody says is", { "al", "bl", "clk" }, 6, true,
	    "al bl clk" },
	{ "one that fails takes all with it at first", { "a", "i", "c" }, 2 + 3,
	    true, "a c" },
	{ "a light one as well", { "al", "il", "cl" }, 2 + 3, true, "al cl" },
	{ "but not where the ledger is in trouble", { "a", "u", "c" }, 2, true,
	    NULL },
};

static void
waiting(void **state)
{
	const struct waiting *w = *state;
	struct db_ask ask = {
		.sql = "PRAGMA synchronous", .arena = &mem, .map = row_to_int
	};
	const struct db_driver *driver;
	struct exchange x[3];
	int64_t synchronous = -1;
	void *conn;

	only_sqlite();
	open_posts();
	for (size_t i = 0; i < 3; i++)
		x[i] = post(w->bodies[i]);
	n_recorded = 0;
	serve_all(x, 3);
	check_int(n_recorded, w->n_recorded);
	check_err(db_raw(p.app.db, &driver, &conn), ERR_OK);
	ask.ctx = &synchronous;
	check_err(driver->ask(conn, &ask), ERR_OK);
	check_int(synchronous, w->waits ? 2 : 1);
	check_text(
	    look_text(
		"SELECT group_concat(key, ' ')"
		" FROM (SELECT key FROM marks ORDER BY key) AS all_of_them"),
	    w->kept);
}

/* What these posts write is nobody's, which a server's ledger finds out where
 * all said whom they are about: then they are recorded again. */
static const struct about_whom {
	const char *why, *bodies[3];
	bool is_about;
} about_whoms[] = {
	{ "somebody, each", { "5", "6", "5b" }, true },
	{ "anybody, where one does not say", { "5", "a", "6" }, false },
	{ "anybody, where they are light", { "5l", "6l", "7l" }, false },
};

static void
about_whom(void **state)
{
	const struct about_whom *w = *state;
	struct exchange x[3];

	open_posts();
	for (size_t i = 0; i < 3; i++)
		x[i] = post(w->bodies[i]);
	n_recorded = 0;
	serve_all(x, 3);
	check_int(n_recorded, on_postgres() && w->is_about ? 1 + 3 : 3);
	for (size_t i = 0; i < 3; i++)
		check_int(x[i].res.status, 200);
	check_int(look_int("SELECT COUNT(*) FROM marks"), 3);
}

int
main(void)
{
	ROWS("a post", single, singles);
	ONE("a post", "without settings nothing is taken", not_set_up);
	ROWS("a batch", many, manies);
	ONE("a batch", "is committed once", one_commit);
	ROWS("a batch is about", about_whom, about_whoms);
	ROWS("the disk", waiting, waitings);
	return testing_run("posts", ledger_make, ledger_remove);
}
