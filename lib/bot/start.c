/* The window of the shop. */
#include "bot/start.h"

#include "base/array.h"
#include "bot/menu.h"
#include "coach/handover.h"
#include "coach/library.h"
#include "ledger/products.h"
#include "payment/card.h"
#include "shop/content.h"

#define MAX_WORD 64 /* Telegram's, of these letters */
#define WORD_LETTERS STR_LETTERS STR_DIGITS "_-"
#define BUY "buy_"

/* ---- by which link ---- */

/* Words that say what is wanted, and not where somebody comes from. Gifts are
 * not sold: their links are as none. */
static bool
is_source(struct str word)
{
	static const char *const others[] = { BUY, "ask_", "gift_" };

	for (size_t i = 0; i < LENGTH(others); i++)
		if (str_starts(word, others[i]))
			return false;
	return true;
}

static struct str
word_of_link(struct str word)
{
	return word.len <= MAX_WORD && str_only(word, WORD_LETTERS) ?
	    word :
	    (struct str){ "", 0 };
}

/* "buy_PRODUCT": its card; what is sold no more is as no word. */
static enum err
to_product(struct reply *r, struct str word, bool *taken)
{
	const size_t n = sizeof(BUY) - 1;
	const struct product *p = NULL;
	enum err e;

	*taken = false;
	if (!str_starts(word, BUY) || word.len == n)
		return ERR_OK;
	e = products_find(r->app, r->arena,
	    arena_dup(r->arena, (struct str){ word.p + n, word.len - n }), &p);
	if (e != ERR_OK || p == NULL)
		return e;
	*taken = true;
	return reply_promise(
	    r, JOB_NOTICE, 0, arena_printf(r->arena, "pay:%s", p->id));
}

/* ---- what is said ---- */

/* What of the shop is theirs, and what is not. */
struct window {
	bool is_in[CATALOG_MAX_PRODUCTS];
	size_t n_in, n_out;
	bool has_coach; /* for what is theirs, or for all */
};

static enum err
look(struct reply *r, struct window *w)
{
	const struct catalog *c = &r->app->catalog;
	enum err e = ERR_OK;

	*w = (struct window){ 0 };
	for (size_t i = 0; e == ERR_OK && i < c->n; i++) {
		enum access access = ACCESS_OUT;

		e = reply_access(r, &c->products[i], &access);
		w->is_in[i] = access == ACCESS_IN;
		w->n_in += w->is_in[i];
		w->n_out += !w->is_in[i];
		if (e == ERR_OK && w->is_in[i] && !w->has_coach)
			e = library_has(
			    r->db, r->arena, c->products[i].id, &w->has_coach);
	}
	if (e == ERR_OK && w->n_in == 0) /* lessons that are open to all */
		e = library_has(r->db, r->arena, "", &w->has_coach);
	return e;
}

/* The titles of what is theirs, or with prices what is not. */
static const char *
lines(struct reply *r, const struct window *w, bool of_in, const char *text)
{
	const struct catalog *c = &r->app->catalog;

	for (size_t i = 0; i < c->n; i++)
		if (w->is_in[i] == of_in)
			text = of_in ? arena_printf(r->arena, "%s\n• %s", text,
					   product_title(&c->products[i],
					       language_code(r->in))) :
				       card_add_line(r->in, r->app, r->arena,
					   &c->products[i], text);
	return text;
}

static const char *
to_stranger(struct reply *r, const struct window *w)
{
	const struct product *p = &r->app->catalog.products[0];
	const char *text;

	if (r->app->catalog.n > 1)
		return lines(
		    r, w, false, text_plain_in(r->in, TEXT_WELCOME_MANY));
	text =
	    text_fill_in(r->in, r->arena, TEXT_WELCOME, KV(REPLY_PRODUCT(r)));
	text =
	    card_add_details(r->in, r->app, r->arena, r->u->from_id, p, text);
	return card_paragraph(
	    r->arena, text, text_plain_in(r->in, TEXT_WELCOME_HOW));
}

static const char *
to_member(struct reply *r, const struct window *w)
{
	const char *text =
	    lines(r, w, true, text_plain_in(r->in, TEXT_WELCOME_BACK));

	if (w->n_out == 0)
		return text;
	return card_paragraph(r->arena, text,
	    lines(r, w, false, text_plain_in(r->in, TEXT_WELCOME_MORE)));
}

/* ---- the buttons ---- */

struct buttons {
	struct tg_choice *list; /* with room for all */
	size_t n;
};

static void
put(const struct reply *r, struct buttons *b, enum text label, const char *data)
{
	b->list[b->n++] =
	    (struct tg_choice){ text_plain_in(r->in, label), data };
}

/* The one thing that is sold is bought by a plain word; of several each by its
 * name. */
static void
put_products(
    struct reply *r, const struct window *w, bool of_in, struct buttons *b)
{
	const struct catalog *c = &r->app->catalog;

	for (size_t i = 0; i < c->n; i++) {
		const struct product *p = &c->products[i];

		if (w->is_in[i] != of_in)
			continue;
		if (!of_in && c->n == 1) {
			put(r, b, TEXT_BUY_BUTTON, MENU_BUY);
			continue;
		}
		b->list[b->n++] = (struct tg_choice){
			text_fill_in(r->in, r->arena,
			    of_in ? TEXT_OPEN_BUTTON : TEXT_BUY_CHOICE,
			    KV(reply_title(r, p))),
			arena_printf(r->arena, "%s:%s",
			    of_in ? MENU_OPEN : MENU_BUY, p->id)
		};
	}
}

/* What costs nothing stands above what is for sale. */
static void
put_for_stranger(struct reply *r, const struct window *w, struct buttons *b)
{
	if (menu_has_content(r, CONTENT_INTRO))
		put(r, b, TEXT_LESSON_BUTTON, MENU_TEXT ":" CONTENT_INTRO);
	if (menu_has_content(r, CONTENT_ABOUT))
		put(r, b, TEXT_ABOUT_BUTTON, MENU_TEXT ":" CONTENT_ABOUT);
	put_products(r, w, false, b);
	put(r, b, TEXT_ACCESS_BUTTON, MENU_STATUS);
	if (w->has_coach || r->app->conf.support_contact != NULL)
		put(r, b, TEXT_QUESTIONS_BUTTON, MENU_ASK);
	put(r, b, TEXT_LEGAL_BUTTON, MENU_LEGAL);
}

static void
put_for_member(struct reply *r, const struct window *w, struct buttons *b)
{
	put_products(r, w, true, b);
	put_products(r, w, false, b);
	put(r, b, TEXT_ACCESS_BUTTON, MENU_STATUS);
	if (w->has_coach)
		put(r, b, TEXT_ASK_BUTTON, MENU_ASK);
	put(r, b, TEXT_HELP_BUTTON, MENU_HELP);
}

static enum err
greet(struct reply *r)
{
	struct tg_message m = { .chat_id = r->u->from_id };
	struct buttons b = { .n = 0 };
	struct window w;
	enum err e = look(r, &w);

	if (e != ERR_OK)
		return e;
	b.list = arena_alloc(
	    r->arena, (r->app->catalog.n + MENU_MAX) * sizeof(*b.list));
	if (w.n_in == 0) {
		m.text = to_stranger(r, &w);
		put_for_stranger(r, &w, &b);
	} else {
		m.text = to_member(r, &w);
		put_for_member(r, &w, &b);
	}
	m.choices = b.list;
	m.n_choices = b.n;
	return reply_message(r, &m);
}

/* A link that passes a question on to a person is taken first. */
enum err
start_answer(struct reply *r, struct str word)
{
	bool taken = false;
	enum err e;

	word = word_of_link(word);
	e = ledger_user_started(r->db, r->u->from_id,
	    is_source(word) ? arena_dup(r->arena, word) : "");
	if (e == ERR_OK)
		e = handover_started(r->app, r->arena, r->u, word, &taken);
	if (e == ERR_OK && !taken)
		e = to_product(r, word, &taken);
	return e != ERR_OK || taken ? e : greet(r);
}
