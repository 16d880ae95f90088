/* Posts in batches: judge each, commit once, answer all. */
#include "front/posts.h"

#include "base/json.h"
#include "base/log.h"
#include "front/serve.h"
#include "outbox/alert.h"
#include "outbox/wake.h"
#include "store/db.h"

#include <unistd.h>

#define MAX_BODY_BYTES ((size_t)1024 * 1024)

struct item {
	const struct posts *in;
	struct app *app;
	struct exchange *x;
	void *what;
};

struct batch {
	struct item items[WEB_MAX_BATCH];
	size_t n;
	bool is_light;                 /* all of them are */
	int64_t people[WEB_MAX_BATCH]; /* that they are about */
	size_t n_about;                /* say about whom */
};

/* This program, while it runs. */
struct process {
	const struct posts *in;
	struct app app;
};

/* The reason goes into the log as well, because Stripe's and Telegram's own
 * logs show an operator only the status. */
void
posts_refuse(struct exchange *x, enum err e, const char *message)
{
	x->res = response_error(x->req.arena, e, message);
	log_event(LOG_WARN, "refused",
	    KV(kv_int("status", x->res.status), kv_text("why", message)));
}

void
posts_tell_who(struct app *app, struct exchange *x)
{
	struct json *doc = json_new(x->req.arena);

	json_put_bool(doc, "received", true);
	json_put_int(doc, "account", (int64_t)geteuid());
	json_put_text(
	    doc, "ledger", conf_ledger_name(&app->conf, x->req.arena));
	x->res = response_json(200, json_render(x->req.arena, doc));
}

/* "webhook" of /webhook, or "webhook.fcgi" where nothing is rewritten. */
static bool
is_named(const char *part_of_path, const char *name)
{
	struct str part = str_from(part_of_path);

	if (str_ends(part, ".fcgi"))
		part.len -= 5;
	return str_eq(part, name);
}

struct str
posts_part(const struct request *req, const char *name)
{
	return str_from(is_named(req->page, name) ? "" : req->page);
}

static bool
is_page(const struct posts *in, const struct request *req)
{
	return is_named(req->page, in->name) ||
	    (in->has_part != NULL && is_named(req->folder, in->name) &&
		in->has_part(str_from(req->page)));
}

/* The cheap questions come first, and all of them before the signature: what a
 * stranger can make us do costs next to nothing. */
static bool
admissible(const struct posts *in, struct app *app, struct exchange *x)
{
	enum admission verdict = serve_admits(app, &x->req);

	if (verdict == ADMIT_NOT_SET_UP)
		posts_refuse(x, ERR_CONFIG, "the server is not set up");
	else if (verdict == ADMIT_PLAIN_HTTP)
		posts_refuse(x, ERR_AUTH, "this is for https alone");
	else if (!is_page(in, &x->req))
		posts_refuse(x, ERR_NOT_FOUND, "there is nothing here");
	else if (x->req.method != WEB_POST)
		x->res = response_not_allowed(x->req.arena, "POST");
	else if (x->req.body_error == ERR_TOO_BIG)
		posts_refuse(x, ERR_TOO_BIG, "the body is over 1 MiB");
	else if (x->req.body_error != ERR_OK)
		posts_refuse(x, ERR_INPUT, "the body was cut off");
	else
		return true;
	return false;
}

static enum err
record_one(struct db *db, void *ctx)
{
	struct item *item = ctx;

	(void)db; /* the app's */
	return item->in->record(item->app, item->x, item->what);
}

/* As if none could fail, and none had anything to be kept where all are light:
 * so it nearly always is, and what can be undone one by one costs a fifth more.
 */
static enum err
record_together(struct db *db, void *ctx)
{
	struct batch *b = ctx;
	struct app *app = b->items[0].app;
	struct alert_list alerts = { .arena = b->items[0].x->req.arena };
	enum err e = ERR_OK;

	for (size_t i = 0; b->n > 1 && i < b->n; i++)
		if (b->items[i].in->foresee != NULL)
			b->items[i].in->foresee(app, b->items[i].what);
	app->alerts = &alerts;
	for (size_t i = 0; e == ERR_OK && i < b->n; i++)
		e = record_one(db, &b->items[i]);
	app->alerts = NULL;
	if (e == ERR_OK)
		e = alerts_promise(app, &alerts);
	return e == ERR_OK && b->is_light && db_keeps(db) ? ERR_CONFLICT : e;
}

/* One post that cannot be recorded harms no other; a database in trouble
 * fails them all. */
static enum err
record_each(struct db *db, void *ctx)
{
	struct batch *b = ctx;

	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];
		enum err e = db_savepoint(db, record_one, item);

		/* The database is the trouble of all: each further try would
		 * wait for it. */
		if (e == ERR_UNAVAILABLE)
			return e;
		if (e != ERR_OK)
			posts_refuse(item->x, ERR_UNAVAILABLE, "not recorded");
	}
	return ERR_OK;
}

/* One commit for all that were waiting: the sync to the disk is what takes
 * time, and in a rush many posts share one. */
static enum err
record_batch(struct db *db, struct batch *b)
{
	const struct db_people people = { b->people,
		b->n_about == b->n ? b->n : 0 };
	enum err e = b->is_light ?
	    db_transaction_light(db, record_together, b) :
	    db_transaction_about(db, people, record_together, b);

	return e == ERR_OK || e == ERR_UNAVAILABLE ?
	    e :
	    db_transaction(db, record_each, b);
}

static void
add_item(struct batch *b, struct process *p, struct exchange *x, void *what)
{
	b->is_light = (b->n == 0 || b->is_light) && p->in->is_light != NULL &&
	    p->in->is_light(what);
	b->people[b->n] = p->in->about == NULL ? 0 : p->in->about(what);
	b->n_about += b->people[b->n] != 0;
	b->items[b->n++] = (struct item){ p->in, &p->app, x, what };
}

static void
serve(void *ctx, struct exchange *const *x, size_t n)
{
	struct process *p = ctx;
	struct batch *b = arena_alloc(x[0]->req.arena, sizeof(*b));
	enum err e = ERR_OK;

	for (size_t i = 0; i < n; i++) {
		void *what = NULL;

		if (admissible(p->in, &p->app, x[i]))
			what = p->in->judge(&p->app, x[i]);
		if (what != NULL)
			add_item(b, p, x[i], what);
	}
	if (b->n > WEB_NO_RUSH)
		db_grow(p->app.db);
	if (b->n > 0)
		e = record_batch(p->app.db, b);
	/* A 200 may stand in the answer by now. It becomes a 503, since nothing
	 * was committed, and no answer has left yet. */
	for (size_t i = 0; e != ERR_OK && i < b->n; i++)
		posts_refuse(b->items[i].x, ERR_UNAVAILABLE, "not recorded");
}

static void
after(void *ctx)
{
	struct process *p = ctx;

	wake_if_promised(&p->app);
}

static void
shrink(void *ctx)
{
	struct process *p = ctx;

	db_shrink(p->app.db);
}

int
posts_main(const struct posts *in)
{
	static struct process p;
	const struct web_service service = { serve, after, &p, WEB_MAX_BATCH,
		MAX_BODY_BYTES, NULL, shrink };

	p.in = in;
	app_start(&p.app, in->program, in->name);
	return serve_run(&p.app, &service);
}
