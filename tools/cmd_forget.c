/* admit forget: a person's number goes out of the ledger; what was sold stays
 * in the books as nobody's. */
#include "who.h"

#include "base/clock.h"
#include "ledger/forget.h"
#include "outbox/wake.h"
#include "payment/provider.h"

#include <dirent.h>
#include <stdio.h>

/* A page where they could still pay. */
struct open_page {
	const char *id;
	const char *provider;
};

/* What takes their money again, and who does. */
struct charged {
	const char *provider;
	struct charging charging;
};

struct forgetting {
	struct app *app;
	struct arena arena;
	struct who who;
	/* All of them: one that is left out could be paid at, or would charge
	 * them again, when nobody knows them any more. */
	struct open_page *open;
	size_t n_open, max_open;
	int64_t *charging; /* the orders that began it */
	size_t n_charging, max_charging;
	bool held; /* something stands against it, and was said */
};

/* ---- pages that are still open ---- */

static void
open_from_row(const struct row *row, void *ctx)
{
	struct forgetting *h = ctx;

	h->open = arena_grow(
	    &h->arena, h->open, h->n_open, &h->max_open, sizeof(*h->open));
	h->open[h->n_open++] =
	    (struct open_page){ row_text(row, 0), row_text(row, 1) };
}

struct recording {
	struct forgetting *h;
	const struct finding *found;
};

static enum err
record(struct db *db, void *ctx)
{
	const struct recording *r = ctx;

	(void)db;
	return r->found->record(r->h->app, &r->h->arena, r->found->what, NULL);
}

static enum err
ask(struct forgetting *h, struct http *http, const struct provider *p,
    const struct http_request *req, struct finding *found)
{
	struct http_response res;
	enum err e = http_send(http, &h->arena, req, &res);

	return e == ERR_OK ? p->told(h->app, &h->arena, &res, found) : e;
}

/* Closes a page; where it is open no more, what it has become is recorded. One
 * that is not of this account cannot be paid here. */
static enum err
close_page(struct forgetting *h, struct http *http, const struct open_page *o)
{
	const struct provider *p = provider_find(str_from(o->provider));
	struct finding found;
	struct recording r = { h, &found };
	struct http_request req;
	enum err e;

	if (p == NULL || p->stop == NULL)
		return ERR_CONFIG; /* an older program than who sold it */
	req = p->stop(h->app, &h->arena, o->id);
	e = ask(h, http, p, &req, &found);
	if (e == ERR_REFUSED) {
		req = p->ask(h->app, &h->arena, o->id);
		e = ask(h, http, p, &req, &found);
	}
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return db_transaction(h->app->db, record, &r);
}

static enum err
close_pages(struct forgetting *h)
{
	struct http *http;
	enum err e = db_each(h->app->db, &h->arena, SQL_FORGET_OPEN,
	    KV(kv_int("tg_id", h->who.tg_id), kv_int("now_ms", clock_now_ms())),
	    open_from_row, h);

	if (e != ERR_OK || h->n_open == 0)
		return e;
	http = http_new();
	if (http == NULL)
		return ERR_INTERNAL;
	for (size_t i = 0; e == ERR_OK && i < h->n_open; i++)
		e = close_page(h, http, &h->open[i]);
	http_free(http);
	return e;
}

/* ---- what would charge them again ---- */

static void
charging_from_row(const struct row *row, void *ctx)
{
	struct charged *c = ctx;

	c->provider = row_text(row, 0);
	c->charging = (struct charging){ .tg_id = row_int(row, 1),
		.order = row_text(row, 2),
		.subscription = row_text(row, 3),
		.at_once = true };
}

static void
order_id_from_row(const struct row *row, void *ctx)
{
	struct forgetting *h = ctx;

	h->charging = arena_grow(&h->arena, h->charging, h->n_charging,
	    &h->max_charging, sizeof(*h->charging));
	h->charging[h->n_charging++] = row_int(row, 0);
}

/* One that is not of this account charges nobody here. */
static enum err
stop_one(struct forgetting *h, struct http *http, int64_t order_id)
{
	struct charged c = { 0 };
	const struct provider *p;
	struct http_response res;
	struct http_request req;
	enum err e = db_one(h->app->db, &h->arena, SQL_ORDER_CHARGING,
	    KV(kv_int("id", order_id)), charging_from_row, &c);

	if (e != ERR_OK)
		return e;
	p = provider_find(str_from(c.provider));
	if (p == NULL || p->stop_charging == NULL)
		return ERR_CONFIG;
	req = p->stop_charging(h->app, &h->arena, &c.charging);
	e = http_send(http, &h->arena, &req, &res);
	if (e == ERR_OK)
		e = p->charging_stopped(&h->arena, &res);
	if (e == ERR_OK)
		printf("Their subscription is canceled at %s.\n", p->title);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* At once: what is forgotten lets nobody in. */
static enum err
stop_charging(struct forgetting *h)
{
	struct http *http;
	enum err e = db_each(h->app->db, &h->arena, SQL_FORGET_SUBSCRIBED,
	    KV(kv_int("tg_id", h->who.tg_id)), order_id_from_row, h);

	if (e != ERR_OK || h->n_charging == 0)
		return e;
	http = http_new();
	if (http == NULL)
		return ERR_INTERNAL;
	for (size_t i = 0; e == ERR_OK && i < h->n_charging; i++)
		e = stop_one(h, http, h->charging[i]);
	http_free(http);
	return e;
}

/* ---- what stands against it ---- */

/* Each of it is told with what to do. */
static void
tell_held(int64_t since_ms, int64_t n_held, int64_t n_aside)
{
	char since[CLOCK_DATE_BYTES];

	clock_local_date(since_ms, since);
	if (since_ms != 0)
		printf("A payment of theirs is under way since %s: wait for "
		       "the bank's word, or cancel it at Stripe, and run this "
		       "again.\n",
		    since);
	if (n_held > 0)
		puts("Still in, or something is still owed: run `admit "
		     "revoke` first, and let the worker do its work.");
	if (n_aside > 0)
		puts("A payment that was to go back to them, or what takes "
		     "their money again, was put aside: see `admit jobs "
		     "--parked`, have it done by `admit jobs retry ID` or by "
		     "hand (`admit jobs drop ID` then), and run this again.");
}

/* Whether anything stands against it, which is then said. */
static enum err
is_held(struct forgetting *h, bool *held)
{
	struct forget_held found = { 0 };
	enum err e = forget_look(h->app->db, &h->arena, h->who.tg_id, &found);

	*held = forget_is_held(&found);
	if (e == ERR_OK)
		tell_held(found.since_ms, found.n_held, found.n_aside);
	return e;
}

/* Nothing stands against it, not even a payment that was made while their
 * pages were being closed. */
static enum err
prepare(struct forgetting *h)
{
	enum err e = is_held(h, &h->held);

	if (e != ERR_OK || h->held)
		return e;
	e = close_pages(h);
	if (e != ERR_OK)
		puts("Their open payment page could not be closed; run this "
		     "again.");
	if (e == ERR_OK && h->n_open > 0)
		e = is_held(h, &h->held);
	if (e != ERR_OK || h->held)
		return e;
	e = stop_charging(h);
	if (e != ERR_OK)
		puts("Their subscription could not be canceled: the log above "
		     "says why. Run this again, or cancel it by hand.");
	return e;
}

/* ---- doing it ---- */

static enum err
forget(struct db *db, void *ctx)
{
	struct forgetting *h = ctx;
	struct forget_held found = { 0 };
	enum err e = forget_person(db, &h->arena, h->who.tg_id, &found);

	h->held = forget_is_held(&found);
	if (e == ERR_OK)
		tell_held(found.since_ms, found.n_held, found.n_aside);
	return e;
}

/* Copies that the programs left beside the ledger are not written to: who is to
 * be erased from everywhere is told where else they are. Those that `admit
 * backup` made elsewhere nobody here knows of. */
static void
say_copies(struct app *app)
{
	struct arena a = { 0 };
	const char *path = app->conf.database_path;
	struct str name = str_after_last(str_from(path), '/');
	const char *folder =
	    arena_dup(&a, (struct str){ path, str_from(path).len - name.len });
	const char *begins =
	    arena_printf(&a, "%.*s.before-", (int)name.len, name.p);
	DIR *dir = opendir(folder[0] == '\0' ? "." : folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (str_starts(str_from(entry->d_name), begins))
			printf("They are still in %s%s: delete that copy once "
			       "it is not needed.\n",
			    folder, entry->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	arena_free(&a);
}

int
cmd_forget(struct app *app, const struct args *args)
{
	struct forgetting h = { .app = app };
	/* The worker's settings: pages are closed where they were opened. */
	int status = who_read(app, PROGRAM_WORKER, args, &h.who);
	enum err e;

	if (status != 0)
		return status;
	if (!cmd_is_meant(args,
		"Erase what there is of them? It cannot be brought back.",
		"Nobody was forgotten"))
		return STATUS_NOT_MEANT;
	e = prepare(&h);
	if (e == ERR_OK && !h.held)
		e = db_transaction(app->db, forget, &h);
	if (e == ERR_OK && !h.held) {
		puts("Forgotten. The orders stay, as nobody's. What Stripe "
		     "and Telegram hold is theirs to erase.");
		say_copies(app);
	}
	arena_free(&h.arena);
	if (!h.held)
		return cmd_recorded(app, e);
	wake_if_promised(app);
	return 1;
}
