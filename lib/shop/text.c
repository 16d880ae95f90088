/* Finding a sentence, in the language and the form that are wanted, and filling
 * its holes. */
#include "shop/text.h"

#include "base/buf.h"
#include "base/currency.h"
#include "shop/writing.h"

#include <string.h>

static enum language shop_language = LANGUAGE_UK;
static const struct texts *own_texts; /* LANGUAGE__COUNT of them, or NULL */

void
text_set(enum language shop, const struct texts own[LANGUAGE__COUNT])
{
	shop_language = shop;
	own_texts = own;
}

enum language
text_language(void)
{
	return shop_language;
}

const char *
text_language_code(void)
{
	return language_code(shop_language);
}

enum text
text_named(struct str name)
{
	for (int i = 0; i < TEXT__COUNT; i++)
		if (str_eq(name, texts_names[i]))
			return (enum text)i;
	return TEXT__COUNT;
}

bool
text_is_counted(enum text which)
{
	return text_built(LANGUAGE_EN, which, 1) != NULL;
}

size_t
text_max_chars(enum text which)
{
	if (which >= TEXT_COACH_PASSING_ON && which <= TEXT_COACH_NOT_PASSED_ON)
		return 200; /* answerCallbackQuery */
	return 3000;        /* of 4096, for a message */
}

const char *
text_built(enum language in, enum text which, int form)
{
	uint32_t place = texts_built[in].places[which];
	const char *s = texts_built[in].words + (place >> 3);

	if (form >= (int)(place & 7))
		return NULL;
	while (form-- > 0)
		s += strlen(s) + 1;
	return s;
}

/* Which of the forms stands beside n. */
static int
form_beside(enum language in, int64_t n)
{
	const struct texts_built *t = &texts_built[in];

	return t->n_forms == 0 ?
	    0 :
	    t->form_of(n < 0 ? 0 - (unsigned long)n : (unsigned long)n);
}

/* Of the shop's own words or (NULL) of those that were built. */
static const char *
form_in(const struct texts *own, enum language in, enum text which, int form)
{
	return own != NULL ? own[in].forms[which][form] :
			     text_built(in, which, form);
}

/* The last of its forms, which is for "many". */
static const char *
last_form(const struct texts *own, enum language in, enum text which)
{
	const char *last = NULL, *form;

	for (int i = 0;
	     i < TEXT_MAX_FORMS && (form = form_in(own, in, which, i)) != NULL;
	     i++)
		last = form;
	return last;
}

/* Beside the number, or in its last form where n is NULL; NULL where these
 * texts do not have it. */
static const char *
one_of(const struct texts *own, enum language in, enum text which,
    const int64_t *n)
{
	const char *form = NULL;

	if (n != NULL && form_in(own, in, which, 1) != NULL)
		form = form_in(own, in, which, form_beside(in, *n));
	return form == NULL ? last_form(own, in, which) : form;
}

static const char *
sentence(enum language in, enum text which, const int64_t *n)
{
	const char *s = NULL;

	if (own_texts != NULL)
		s = one_of(own_texts, in, which, n);
	if (s == NULL)
		s = one_of(NULL, in, which, n);
	return s != NULL ? s : one_of(NULL, LANGUAGE_EN, which, n);
}

const char *
text_plain_in(enum language in, enum text which)
{
	return sentence(in, which, NULL);
}

const char *
text_plain(enum text which)
{
	return text_plain_in(shop_language, which);
}

static const char *
kind_in_case(enum language in, int64_t kind, int c)
{
	return text_plain_in(
	    in, (enum text)(TEXT_KIND_COURSE + kind * TEXT_N_CASES + c));
}

/* Of the longest case: a shop may have long words of its own for it. */
static size_t
kind_bytes(enum language in, int64_t kind)
{
	size_t longest = 0;

	for (int c = 0; c < TEXT_N_CASES; c++) {
		size_t n = strlen(kind_in_case(in, kind, c));

		if (n > longest)
			longest = n;
	}
	return longest;
}

/* "{kind_of}": what is sold, as the language has it in that case. False: the
 * hole is another, or nobody says what is sold. */
static bool
fill_kind(struct buf *b, enum language in, struct str hole, struct kvs values)
{
	static const char *const cases[TEXT_N_CASES] = { "kind", "kind_of",
		"kind_in" };

	for (int c = 0; c < TEXT_N_CASES; c++)
		for (size_t i = 0; str_eq(hole, cases[c]) && i < values.n; i++)
			if (strcmp(values.v[i].name, "kind") == 0) {
				buf_text(b, kind_in_case(in, values.v[i].i, c));
				return true;
			}
	return false;
}

/* What is filled in is not looked through again, so a value with a "{" in it
 * stays as it is. */
static void
fill_hole(struct buf *b, enum language in, struct str name, struct kvs values)
{
	if (fill_kind(b, in, name, values))
		return;
	for (size_t i = 0; i < values.n; i++) {
		const struct kv *v = &values.v[i];

		if (!str_eq(name, v->name))
			continue;
		if (v->kind == KV_INT)
			buf_int(b, v->i);
		else if (v->kind == KV_TEXT)
			buf_text(b, v->s);
		return;
	}
}

/* Room for the text with the longest value in each of its holes, so that
 * nothing is ever cut off: half a sentence may say the opposite. */
static size_t
room_for(enum language in, const char *text, struct kvs values)
{
	size_t longest = 20, n_holes = 0; /* digits of a number */

	for (size_t i = 0; i < values.n; i++) {
		const struct kv *v = &values.v[i];
		size_t n = v->kind == KV_TEXT    ? strlen(v->s) :
		    strcmp(v->name, "kind") == 0 ? kind_bytes(in, v->i) :
						   0;

		if (n > longest)
			longest = n;
	}
	for (const char *p = text; p != NULL && *p != '\0'; p++)
		n_holes += *p == '{';
	return str_from(text).len + n_holes * longest + 1;
}

static const char *
fill(enum language in, struct arena *a, const char *text, struct kvs values)
{
	struct buf b = buf_new(a, room_for(in, text, values));
	struct str rest = str_from(text);

	while (rest.len > 0) {
		/* Asked first, because str_cut() returns the same for a text
		 * that ends here and for one whose hole comes next. */
		bool has_hole = memchr(rest.p, '{', rest.len) != NULL;

		buf_add(&b, str_cut(&rest, '{'));
		if (has_hole)
			fill_hole(&b, in, str_cut(&rest, '}'), values);
	}
	/* A last line whose only hole was empty leaves no blank behind. */
	return arena_dup(a, str_trim(buf_str(&b)));
}

const char *
text_fill_in(
    enum language in, struct arena *a, enum text which, struct kvs values)
{
	return fill(in, a, sentence(in, which, NULL), values);
}

const char *
text_fill(struct arena *a, enum text which, struct kvs values)
{
	return text_fill_in(shop_language, a, which, values);
}

const char *
text_count_in(enum language in, struct arena *a, enum text which, int64_t n,
    struct kvs values)
{
	return fill(in, a, sentence(in, which, &n), values);
}

const char *
text_count(struct arena *a, enum text which, int64_t n, struct kvs values)
{
	return text_count_in(shop_language, a, which, n, values);
}

const char *
text_date(struct arena *a, int64_t since_1970_ms)
{
	return writing_date(shop_language, a, since_1970_ms);
}

const char *
text_money(struct arena *a, int64_t amount_minor, const char *currency)
{
	return currency_text(a, amount_minor, currency);
}

const char *
text_money_in(enum language in, struct arena *a, int64_t amount_minor,
    const char *currency)
{
	return writing_money(in, a, amount_minor, currency);
}

const char *
text_date_in(enum language in, struct arena *a, int64_t since_1970_ms)
{
	return writing_date(in, a, since_1970_ms);
}
