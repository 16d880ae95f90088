/* Writing a message of /admin. */
#include "bot/admin_page.h"

#include <string.h>

#define MAX_BYTES 12000 /* what does not fit is left out, and was too much */

struct admin_page
admin_page_new(struct reply *r, enum role role)
{
	return (struct admin_page){
		.r = r, .role = role, .text = buf_new(r->arena, MAX_BYTES)
	};
}

void
admin_line(struct admin_page *p, const char *line)
{
	if (line == NULL)
		return;
	if (p->text.len > 0)
		buf_char(&p->text, '\n');
	buf_text(&p->text, line);
}

void
admin_text(struct admin_page *p, enum text which, struct kvs values)
{
	admin_line(p, text_fill_in(p->r->in, p->r->arena, which, values));
}

/* A row each: their labels have names of products in them. What is beyond
 * Telegram's number would cost the whole message; it can be typed. */
void
admin_button(struct admin_page *p, const char *label, const char *data)
{
	struct arena *a = p->r->arena;

	if (p->n == TG_MAX_BUTTONS)
		return;
	p->choices =
	    arena_grow(a, p->choices, p->n, &p->max, sizeof(*p->choices));
	p->choices[p->n++] = (struct tg_choice){ label,
		arena_printf(a, ADMIN_BUTTON ":%s", data) };
}

/* As a chat's number has a minus, no channel is ever taken for a person. */
void
admin_mention(struct admin_page *p, int64_t tg_id)
{
	if (tg_id <= 0)
		return;
	p->mentions = arena_grow(p->r->arena, p->mentions, p->n_mentions,
	    &p->max_mentions, sizeof(*p->mentions));
	p->mentions[p->n_mentions++] = tg_id;
}

static bool
is_mentioned(const struct admin_page *p, struct str number)
{
	int64_t tg_id = 0;

	if (!str_to_i64(number, &tg_id))
		return false;
	for (size_t i = 0; i < p->n_mentions; i++)
		if (p->mentions[i] == tg_id)
			return true;
	return false;
}

/* Numbers as links; what else there is may hold any signs. Telegram counts what
 * is read, not what it is written with. */
static const char *
as_html(struct admin_page *p)
{
	struct arena *a = p->r->arena;
	const char *text = tg_fit(a, buf_str(&p->text).p, TG_MAX_TEXT);
	struct buf b = buf_new(a, 64 * MAX_BYTES);

	while (*text != '\0') {
		size_t digits = strspn(text, STR_DIGITS);
		const struct str part = { text,
			digits > 0 ? digits : strcspn(text, STR_DIGITS) };
		const char *words = arena_dup(a, part);
		bool is_link = is_mentioned(p, part);

		if (is_link)
			buf_text(&b,
			    arena_printf(
				a, "<a href=\"tg://user?id=%s\">", words));
		buf_html(&b, words);
		buf_text(&b, is_link ? "</a>" : NULL);
		text += part.len;
	}
	return buf_str(&b).p;
}

enum err
admin_page_send(struct admin_page *p)
{
	const struct tg_message m = { .chat_id = p->r->u->from_id,
		.text = p->n_mentions > 0 ? as_html(p) : buf_str(&p->text).p,
		.is_html = p->n_mentions > 0,
		.choices = p->choices,
		.n_choices = p->n };

	if (p->picture.len > 0)
		return reply_picture(p->r, &m, p->picture);
	return p->text.len == 0 ? ERR_OK : reply_message(p->r, &m);
}

/* Not catalog_find(), to which an empty id is the first product's. */
const char *
admin_product(const struct admin_page *p, const char *id)
{
	const struct catalog *c = &p->r->app->catalog;

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->products[i].id, id) == 0)
			return product_title(
			    &c->products[i], language_code(p->r->in));
	return id;
}

const char *
admin_money(const struct admin_page *p, int64_t minor, const char *currency)
{
	return currency == NULL ?
	    "" :
	    text_money_in(p->r->in, p->r->arena, minor, currency);
}
