/* A buyer's card, and finding whose it is to be. */
#include "bot/admin_card.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/tg_id.h"
#include "ledger/audit.h"
#include "payment/refund.h"

#include <inttypes.h>

#define MAX_PRODUCTS 12
#define MAX_ORDERS 8
#define MOST_ORDERS 1000 /* are counted */
#define MAX_ACTS 5
#define MAX_FOUND 5
#define TG_DIGITS 6 /* fewer are an order's number */

/* What a row mapper writes into. */
struct card {
	struct admin_page *page;
	int64_t tg_id;
	bool is_known;
	int64_t refundable[MAX_ORDERS]; /* orders with money in them */
	size_t n_refundable, n_orders, n_products;
};

static const char *
number(struct card *c, const char *word)
{
	return arena_printf(c->page->r->arena, "%s:%" PRId64, word, c->tg_id);
}

/* By the wall's calendar, as the command line has it: all operators of a shop
 * speak of the same day. */
static const char *
day_of(struct card *c, int64_t at_ms)
{
	char day[CLOCK_DATE_BYTES];

	clock_local_date(at_ms, day);
	return arena_dup_text(c->page->r->arena, day);
}

/* ---- the lines ---- */

static void
add_seen(const struct row *row, void *ctx)
{
	struct card *c = ctx;

	c->is_known = true;
	admin_text(c->page, TEXT_ADMIN_SINCE,
	    KV(kv_text("day", day_of(c, row_int(row, 0)))));
	if (row_int(row, 1) != 0)
		admin_text(c->page, TEXT_ADMIN_BLOCKED, KV_NONE);
}

/* Only what the role allows: the press is judged all the same. */
static void
add_product_button(struct card *c, enum role role, enum text label,
    const char *word, const char *product)
{
	struct admin_page *p = c->page;

	if (p->role >= role)
		admin_button(p,
		    text_fill_in(p->r->in, p->r->arena, label,
			KV(kv_text("product", admin_product(p, product)))),
		    arena_printf(
			p->r->arena, "%s:%s", number(c, word), product));
}

static void
add_access(const struct row *row, void *ctx)
{
	struct card *c = ctx;
	const char *product = row_text(row, 0);
	bool is_in = row_int(row, 1) != 0;
	int64_t until_ms = row_int(row, 3);

	c->is_known = true;
	if (c->n_products++ >= MAX_PRODUCTS)
		return;
	admin_text(c->page,
	    !is_in            ? TEXT_ADMIN_OUT :
		until_ms != 0 ? TEXT_ADMIN_IN_UNTIL :
				TEXT_ADMIN_IN,
	    KV(kv_text("product", admin_product(c->page, product)),
		kv_text("until", day_of(c, until_ms)),
		kv_text("why", row_text(row, 2))));
	if (!is_in)
		return;
	add_product_button(
	    c, ROLE_SUPPORT, TEXT_ADMIN_LINK_BUTTON, "link", product);
	add_product_button(
	    c, ROLE_OWNER, TEXT_ADMIN_REVOKE_BUTTON, "revoke", product);
}

static bool
is_grant(const struct row *row)
{
	return str_eq(str_from(row_text(row, 3)), "grant");
}

/* In the order in which one takes the other's place. */
static enum text
state_of(const struct row *row)
{
	int64_t back_minor = row_int(row, 11);

	if (row_int(row, 12) != 0)
		return TEXT_ADMIN_TAKEN;
	if (back_minor != 0)
		return back_minor < row_int(row, 6) ? TEXT_ADMIN_PART_BACK :
						      TEXT_ADMIN_BACK;
	if (is_grant(row))
		return TEXT_ADMIN_GRANTED;
	return row_int(row, 10) != 0 ? TEXT_ADMIN_PAID : TEXT_ADMIN_OPEN;
}

/* A grant has no money in it, so none is shown. */
static void
add_order(const struct row *row, void *ctx)
{
	struct card *c = ctx;
	struct admin_page *p = c->page;
	const char *amount = admin_money(p, row_int(row, 6), row_text(row, 7));

	c->is_known = true;
	if (c->n_orders++ >= MAX_ORDERS)
		return;
	if (c->n_orders == 1)
		admin_line(p, "");
	admin_line(p,
	    arena_printf(p->r->arena, "#%" PRId64 ", %s, %s: %s%s%s",
		row_int(row, 0), day_of(c, row_int(row, 9)),
		admin_product(p, row_text(row, 2)), amount,
		amount[0] == '\0' ? "" : ", ",
		text_plain_in(p->r->in, state_of(row))));
	if (row_int(row, 10) != 0 && !is_grant(row) &&
	    c->n_refundable < LENGTH(c->refundable))
		c->refundable[c->n_refundable++] = row_int(row, 0);
}

static const char *
who_did(const struct admin_page *p, int64_t actor)
{
	if (actor == AUDIT_FORGOTTEN)
		return "\xe2\x80\x94";
	return actor == 0 ? "admit" :
			    arena_printf(p->r->arena, "%" PRId64, actor);
}

/* Who did what, in the words of the trail; of what was not confirmed
 * nothing. */
static void
add_act(const struct row *row, void *ctx)
{
	struct card *c = ctx;
	struct admin_page *p = c->page;
	struct act act;

	act_from_row(row, &act);
	if (act.done_ms == 0)
		return;
	admin_line(p,
	    arena_printf(p->r->arena, "\xc2\xb7 %s, %s: %s, %s",
		day_of(c, act.done_ms), who_did(p, act.actor), act.act,
		act.result));
}

/* ---- the buttons ---- */

/* Of an order that still has something to send back; of a subscription it is
 * the latest payment. */
enum err
admin_refund_buttons(struct admin_page *p, int64_t order_id)
{
	struct arena *a = p->r->arena;
	struct order o;
	struct refundable paid;
	enum err e = ledger_order_by_id(p->r->db, a, order_id, &o);

	if (e == ERR_OK)
		e = refund_read(p->r->db, a, &o, NULL, &paid);
	if (e != ERR_OK || paid.refund.payment == NULL ||
	    refund_choose(&paid, 0) != REFUND_POSSIBLE)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	admin_button(p,
	    text_fill_in(p->r->in, a, TEXT_ADMIN_REFUND_BUTTON,
		KV(kv_text("amount",
		       admin_money(p, refund_left(&paid), o.currency)),
		    kv_int("order", o.id))),
	    arena_printf(a, "refund:%" PRId64, o.id));
	if (paid.provider->refunds_parts)
		admin_button(p,
		    text_fill_in(p->r->in, a, TEXT_ADMIN_PART_BUTTON,
			KV(kv_int("order", o.id))),
		    arena_printf(a, "part:%" PRId64, o.id));
	return ERR_OK;
}

static enum err
add_buttons(struct card *c)
{
	struct admin_page *p = c->page;
	enum err e = ERR_OK;

	if (p->role >= ROLE_SUPPORT) {
		admin_button(p,
		    text_plain_in(p->r->in, TEXT_ADMIN_GRANT_BUTTON),
		    number(c, "which"));
		admin_button(p,
		    text_plain_in(p->r->in, TEXT_ADMIN_WRITE_BUTTON),
		    number(c, "letter"));
	}
	for (size_t i = 0;
	     e == ERR_OK && p->role >= ROLE_OWNER && i < c->n_refundable; i++)
		e = admin_refund_buttons(p, c->refundable[i]);
	return e;
}

/* ---- all of it ---- */

static void
add_rest(struct card *c, size_t n, size_t shown)
{
	if (n > shown)
		admin_text(c->page, TEXT_ADMIN_MORE,
		    KV(kv_int("number", (int64_t)(n - shown))));
}

/* Each part writes its lines and its buttons as its rows come. */
static enum err
read_card(struct card *c)
{
	struct db *db = c->page->r->db;
	struct arena *a = c->page->r->arena;
	const struct kv who = kv_int("tg_id", c->tg_id);
	enum err e = db_each(db, a, SQL_BUYER_SEEN, KV(who), add_seen, c);

	if (e == ERR_OK)
		e = db_each(db, a, SQL_BUYER_ACCESS, KV(who), add_access, c);
	add_rest(c, c->n_products, MAX_PRODUCTS);
	if (e == ERR_OK)
		e = db_each(db, a, SQL_ORDERS_LIST,
		    KV(who, kv_int("n", MOST_ORDERS)), add_order, c);
	add_rest(c, c->n_orders, MAX_ORDERS);
	if (e == ERR_OK)
		e = db_each(db, a, SQL_AUDIT_LIST,
		    KV(who, kv_int("since_ms", 0), kv_int("n", MAX_ACTS)),
		    add_act, c);
	return e;
}

enum err
admin_card(struct admin_page *p, struct str tg_id)
{
	struct card c = { .page = p };
	enum err e;

	if (!tg_id_parse(tg_id, &c.tg_id))
		return ERR_OK;
	admin_mention(p, c.tg_id);
	admin_text(p, TEXT_ADMIN_BUYER, KV(kv_int("buyer", c.tg_id)));
	e = read_card(&c);
	if (!c.is_known)
		admin_text(p, TEXT_ADMIN_STRANGER, KV_NONE);
	return e == ERR_OK ? add_buttons(&c) : e;
}

/* ---- finding ---- */

struct found {
	int64_t tg_ids[MAX_FOUND];
	size_t n;
};

static void
add_found(const struct row *row, void *ctx)
{
	struct found *f = ctx;

	if (f->n < MAX_FOUND)
		f->tg_ids[f->n++] = row_int(row, 0);
}

/* A payment may have been for several people's orders, a number be nobody's:
 * both are said. */
static enum err
show(struct admin_page *p, const struct found *f)
{
	struct arena *a = p->r->arena;

	if (f->n == 1)
		return admin_card(
		    p, str_from(arena_printf(a, "%" PRId64, f->tg_ids[0])));
	admin_text(
	    p, f->n == 0 ? TEXT_ADMIN_NOT_FOUND : TEXT_ADMIN_SEVERAL, KV_NONE);
	for (size_t i = 0; i < f->n; i++)
		admin_button(p,
		    text_fill_in(p->r->in, a, TEXT_ADMIN_BUYER,
			KV(kv_int("buyer", f->tg_ids[i]))),
		    arena_printf(a, "card:%" PRId64, f->tg_ids[i]));
	return ERR_OK;
}

static void
note_there(const struct row *row, void *ctx)
{
	(void)row;
	*(bool *)ctx = true;
}

/* Whether the number is that of a person: one who is known here, or one that is
 * too long for an order's. */
static enum err
is_person(struct admin_page *p, struct str query, bool *is)
{
	int64_t tg_id;
	enum err e;

	*is = false;
	if (!tg_id_parse(query, &tg_id))
		return ERR_OK;
	e = db_each(p->r->db, p->r->arena, SQL_BUYER_SEEN,
	    KV(kv_int("tg_id", tg_id)), note_there, is);
	*is |= query.len >= TG_DIGITS;
	return e;
}

/* What the ledger has not may be known to whoever took the money. The answer
 * comes by itself. */
static enum err
ask_for(struct admin_page *p, struct str query, bool *is_asked)
{
	const struct provider *whom = provider_who_knows(query);

	*is_asked = whom != NULL;
	if (whom == NULL)
		return ERR_OK;
	admin_text(p, TEXT_ADMIN_LOOKING, KV(kv_text("provider", whom->title)));
	return reply_promise(
	    p->r, JOB_LOOKUP, 0, arena_dup(p->r->arena, query));
}

static enum err
look_up(struct admin_page *p, struct str query, struct found *f)
{
	int64_t order_id = 0;

	*f = (struct found){ .n = 0 };
	(void)str_to_i64(query, &order_id);
	return db_each(p->r->db, p->r->arena, SQL_FIND_BUYER,
	    KV(kv_int("number", order_id),
		kv_text("find", arena_dup(p->r->arena, query))),
	    add_found, f);
}

enum err
admin_find(struct admin_page *p, struct str query)
{
	struct found f;
	bool is = false;
	enum err e;

	if (str_starts(query, "#"))
		query = (struct str){ query.p + 1, query.len - 1 };
	else if ((e = is_person(p, query, &is)) != ERR_OK || is)
		return e == ERR_OK ? admin_card(p, query) : e;
	e = look_up(p, query, &f);
	if (e == ERR_OK && f.n == 0)
		e = ask_for(p, query, &is);
	return e == ERR_OK && !is ? show(p, &f) : e;
}

/* It may be of another shop in the same account. */
enum err
admin_found(struct admin_page *p, struct str name)
{
	struct found f;
	enum err e = look_up(p, name, &f);

	if (e != ERR_OK || f.n > 0)
		return e == ERR_OK ? show(p, &f) : e;
	admin_text(p, TEXT_ADMIN_NOT_OURS,
	    KV(kv_text("payment", arena_dup(p->r->arena, name))));
	return ERR_OK;
}
