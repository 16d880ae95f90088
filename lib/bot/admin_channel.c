/* What is said of a channel. */
#include "bot/admin_channel.h"

#include "ledger/members.h"
#include "ledger/products.h"

#include <inttypes.h>
#include <string.h>

#define MAX_SHOWN 10

/* Data of a button may be anybody's: what is no chat's number is none. */
static bool
is_chat(struct admin_page *p, struct str chat)
{
	return tg_chat_id(arena_dup(p->r->arena, chat)) != 0;
}

/* Its number as the catalog has it; NULL: entry to it is not sold. */
static enum err
sold_as(struct admin_page *p, int64_t chat_id, const char **sold)
{
	return members_chat(p->r->app, p->r->arena, chat_id, sold);
}

enum err
admin_sell(struct admin_page *p, struct str chat)
{
	const char *number = arena_dup(p->r->arena, chat), *sold = NULL;
	enum err e;

	if (!is_chat(p, chat))
		return ERR_OK;
	e = sold_as(p, tg_chat_id(number), &sold);
	if (e != ERR_OK)
		return e;
	admin_text(p,
	    sold != NULL                              ? TEXT_ADMIN_SOLD :
		p->r->app->conf.products_file != NULL ? TEXT_ADMIN_SELL_FILE :
							TEXT_ADMIN_SELL,
	    KV(kv_text("chat", number)));
	return ERR_OK;
}

/* ---- who waits ---- */

struct queue {
	struct arena *arena;
	struct job *jobs;
	size_t n, max;
};

/* Collected before their products are looked up: one statement at a time. */
static void
add_invite(const struct row *row, void *ctx)
{
	struct queue *q = ctx;

	q->jobs =
	    arena_grow(q->arena, q->jobs, q->n, &q->max, sizeof(*q->jobs));
	q->jobs[q->n++] = (struct job){ .kind = JOB_INVITE,
		.tg_id = row_int(row, 0),
		.order_id = row_int(row, 1),
		.detail = row_text(row, 2) };
}

static bool
leads_to(const struct product *product, const char *chat)
{
	for (size_t i = 0; product != NULL && i < product->n_channels; i++)
		if (product->channels[i].chat_id != NULL &&
		    strcmp(product->channels[i].chat_id, chat) == 0)
			return true;
	return false;
}

/* Each person once, though several invites may be owed to them: the rows come
 * by person. */
static enum err
say_waiting(struct admin_page *p, const char *chat)
{
	struct queue q = { .arena = p->r->arena };
	int64_t n = 0, before = 0, people[MAX_SHOWN];
	enum err e = db_each(p->r->db, p->r->arena, SQL_INVITES_WAITING,
	    KV_NONE, add_invite, &q);

	for (size_t i = 0; e == ERR_OK && i < q.n; i++) {
		const struct product *product = NULL;
		const char *id;

		e = products_of(p->r->app, p->r->arena, &q.jobs[i],
		    q.jobs[i].detail, &id, &product);
		if (e != ERR_OK || q.jobs[i].tg_id == before ||
		    !leads_to(product, chat))
			continue;
		before = q.jobs[i].tg_id;
		if (n < MAX_SHOWN)
			people[n] = before;
		n++;
	}
	admin_text(p, TEXT_ADMIN_WAITS,
	    KV(kv_text("chat", chat), kv_int("number", n)));
	for (int64_t i = 0; i < n && i < MAX_SHOWN; i++) {
		admin_mention(p, people[i]);
		admin_text(p, TEXT_ADMIN_BUYER, KV(kv_int("buyer", people[i])));
	}
	if (n > MAX_SHOWN)
		admin_text(
		    p, TEXT_ADMIN_MORE, KV(kv_int("number", n - MAX_SHOWN)));
	return e;
}

enum err
admin_waits(struct admin_page *p, struct str chat)
{
	const char *sold = NULL;
	enum err e;

	if (!is_chat(p, chat))
		return ERR_OK;
	e = sold_as(p, tg_chat_id(arena_dup(p->r->arena, chat)), &sold);
	return e == ERR_OK && sold != NULL ? say_waiting(p, sold) : e;
}

/* Where it is sold the alert is of rights that were lost: those who wait are
 * told of at once. */
enum err
admin_channel(struct admin_page *p, int64_t chat_id)
{
	const char *sold = NULL;
	enum err e = sold_as(p, chat_id, &sold);

	if (e != ERR_OK)
		return e;
	admin_button(p,
	    text_plain_in(p->r->in,
		sold == NULL ? TEXT_ADMIN_SELL_BUTTON :
			       TEXT_ADMIN_WAITS_BUTTON),
	    arena_printf(p->r->arena, "%s:%" PRId64,
		sold == NULL ? "sell" : "waits", chat_id));
	if (sold == NULL)
		return ERR_OK;
	admin_line(p, "");
	return say_waiting(p, sold);
}
