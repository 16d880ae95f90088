/* Reading lessons. */
#include "coach/lesson.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/json.h"
#include "coach/parts.h"

#include <string.h>

#define HEADING_BYTES ((size_t)160)
#define OVERLAP_BYTES ((size_t)240) /* of two pieces of a section */
#define MAX_DEPTH 6 /* of lists and objects inside a lesson's field */

/* A lesson that grows. */
struct draft {
	struct arena *arena;
	struct lesson *lesson;
	const char *heading;
	struct buf text; /* under it, so far */
	bool is_full;
};

static struct draft
begin(struct arena *a, struct lesson *l)
{
	l->chunks = arena_alloc(a, LESSON_MAX_CHUNKS * sizeof(*l->chunks));
	l->n = 0;
	return (struct draft){ a, l, "", buf_new(a, LESSON_MAX_BYTES), false };
}

/* Where a paragraph is cut, its next piece begins with the last sentences of
 * the one before, as far as OVERLAP_BYTES go: what is read alone needs a
 * beginning, and what is asked about may stand across the cut. */
static struct str
with_last_sentences(struct str part, struct str rest)
{
	const char *end = part.p + part.len;
	size_t most =
	    part.len / 2 < OVERLAP_BYTES ? part.len / 2 : OVERLAP_BYTES;

	/* A cut between two lines is a cut that the author made. */
	if (memchr(end, '\n', (size_t)(rest.p - end)) != NULL)
		return rest;
	for (const char *p = end - most; p + 1 < end; p++)
		if (p[1] == ' ' && strchr(".!?", p[0]) != NULL)
			return (struct str){ p + 1,
				rest.len + (size_t)(rest.p - (p + 1)) };
	return rest;
}

/* What stands under the heading becomes chunks. */
static void
end_section(struct draft *d)
{
	struct str rest = buf_str(&d->text);

	for (;;) {
		struct str part = parts_next(&rest, CHUNK_BYTES);

		if (part.len == 0)
			break;
		/* Only noted here: the caller refuses the whole file, since
		 * half a lesson would answer half of the questions. */
		if (d->lesson->n == LESSON_MAX_CHUNKS) {
			d->is_full = true;
			break;
		}
		d->lesson->chunks[d->lesson->n++] =
		    (struct chunk){ d->heading, arena_dup(d->arena, part) };
		if (str_trim(rest).len > 0)
			rest = with_last_sentences(part, rest);
	}
	d->text = buf_new(d->arena, LESSON_MAX_BYTES);
}

static const char *
shortened(struct arena *a, struct str s)
{
	struct str rest = str_trim(s);

	return arena_dup(a, parts_next(&rest, HEADING_BYTES));
}

static void
begin_section(struct draft *d, struct str heading)
{
	end_section(d);
	d->heading = shortened(d->arena, heading);
}

/* ---- Markdown and plain text ---- */

/* The text of a line without the marks of emphasis and code. */
static void
add_line(struct draft *d, struct str line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.p[i] != '`' &&
		    !(line.p[i] == '*' && i + 1 < line.len &&
			line.p[i + 1] == '*') &&
		    !(line.p[i] == '*' && i > 0 && line.p[i - 1] == '*'))
			buf_char(&d->text, line.p[i]);
	buf_char(&d->text, '\n');
}

/* The level of a Markdown heading, whose words *line then is; 0: none. */
static size_t
heading_level(struct str *line)
{
	size_t n = 0;

	while (n < line->len && line->p[n] == '#')
		n++;
	if (n == 0 || n > 6 || n == line->len || line->p[n] != ' ')
		return 0;
	*line = str_trim((struct str){ line->p + n, line->len - n });
	while (line->len > 0 && line->p[line->len - 1] == '#')
		line->len--;
	return n;
}

static void
read_markdown(struct draft *d, struct str text)
{
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n'), words = str_trim(line);
		size_t level = heading_level(&words);

		/* The first heading of the first level is the title; later
		 * ones, of authors who use no second level, are sections. */
		if (level == 1 && d->lesson->title == NULL)
			d->lesson->title = shortened(d->arena, words);
		else if (level > 0)
			begin_section(d, words);
		else
			add_line(d, line);
	}
	end_section(d);
}

/* By whole signs and not by bytes: the last byte of "…" is that of letters,
 * too. */
static bool
ends_sentence(struct str line)
{
	static const char *const ends[] = { ".", ",", ";", "!", "?", "…" };

	for (size_t i = 0; i < LENGTH(ends); i++)
		if (str_ends(line, ends[i]))
			return true;
	return false;
}

/* In plain text a heading is a short line alone, with no end of a sentence. */
static bool
is_heading(struct str line, struct str before, struct str after)
{
	return line.len > 0 && line.len <= HEADING_BYTES / 2 &&
	    before.len == 0 && after.len == 0 && !ends_sentence(line) &&
	    line.p[0] != '-';
}

static void
read_plain(struct draft *d, struct str text)
{
	struct str before = { 0 };

	while (text.len > 0) {
		struct str line = str_trim(str_cut(&text, '\n')), rest = text;
		struct str after = str_trim(str_cut(&rest, '\n'));

		if (d->lesson->title == NULL && line.len > 0)
			d->lesson->title = shortened(d->arena, line);
		else if (text.len > 0 && is_heading(line, before, after))
			begin_section(d, line);
		else
			add_line(d, line);
		before = line;
	}
	end_section(d);
}

/* ---- JSON ---- */

/* Fields of a lesson in JSON, in the order in which they are read, and the
 * heading that each one becomes. */
static const struct {
	const char *name, *heading;
} fields[] = { { "hook", "Вступ" }, { "summary", "Коротко" }, { "text", "" },
	{ "core", "Головне" }, { "evidence", "Докази" },
	{ "practices", "Практики" }, { "quiz", "Перевірте себе" },
	{ "reflection", "Роздуми" }, { "affirmations", "Афірмації" } };

static void
add_paragraph(struct draft *d, const char *text)
{
	if (text == NULL)
		return;
	buf_text(&d->text, text);
	buf_text(&d->text, "\n\n");
}

/* All texts in a value, in their order. */
static void
add_value(struct draft *d, struct json *in, const char *name, int depth)
{
	struct json *value = json_at(in, name);
	const char *text = json_text(in, name), *member;

	if (text != NULL || value == NULL || depth > MAX_DEPTH) {
		add_paragraph(d, text);
		return;
	}
	for (size_t i = 0; i < json_count(in, name); i++)
		add_value(
		    d, value, arena_printf(d->arena, "%zu", i), depth + 1);
	if (!json_is_object(in, name))
		return;
	/* A name with a dot in it cannot be reached by a path of json_at(). */
	for (size_t i = 0; (member = json_name(value, i)) != NULL; i++)
		if (strchr(member, '.') == NULL)
			add_value(d, value, member, depth + 1);
}

/* That a text begins with. */
static int64_t
number_in(struct arena *a, const char *name)
{
	/* Zeros in front ("07-breath.md") are there for sorting; str_to_i64()
	 * takes no such number. */
	size_t from = strspn(name, "0"), n = strspn(name + from, STR_DIGITS);
	int64_t number = 0;

	(void)str_to_i64(
	    str_from(arena_dup(a, (struct str){ name + from, n })), &number);
	return number;
}

/* The first number in a text, "lesson-03" or "3"; 0: it has none. */
static int64_t
number_within(struct arena *a, const char *text)
{
	return text == NULL ? 0 :
			      number_in(a, text + strcspn(text, STR_DIGITS));
}

/* Authors, and the tools that wrote the first version's files, call it by
 * several names. */
static int64_t
number_of(struct arena *a, struct json *o)
{
	static const char *const names[] = { "number", "order", "lesson",
		"lesson_id", "lesson_no" };
	int64_t n = 0;

	for (size_t i = 0; i < LENGTH(names); i++)
		if (json_int(o, names[i], &n))
			return n > 0 ? n : 0;
	return number_within(a, json_text(o, "lesson_id"));
}

static void
read_object(struct arena *a, struct json *o, struct lesson *l, bool *is_full)
{
	struct draft d = begin(a, l);

	l->number = number_of(a, o);
	if (json_text(o, "title") != NULL)
		l->title = shortened(a, str_from(json_text(o, "title")));
	for (size_t i = 0; i < LENGTH(fields); i++) {
		begin_section(&d, str_from(fields[i].heading));
		add_value(&d, o, fields[i].name, 0);
	}
	end_section(&d);
	*is_full |= d.is_full;
}

static enum err
read_json(struct arena *a, struct str text, struct lessons *out, bool *is_full,
    const char **why)
{
	struct json *doc;
	size_t stopped_at = 0, n;

	if (json_parse_at(a, text, &doc, &stopped_at) != ERR_OK) {
		*why =
		    arena_printf(a, "is no JSON object (byte %zu)", stopped_at);
		return ERR_INPUT;
	}
	n = json_count(doc, "lessons");
	if (n > LESSON_MAX_IN_FILE)
		return ERR_TOO_BIG;
	out->n = n == 0 ? 1 : n;
	out->list = arena_alloc(a, out->n * sizeof(*out->list));
	if (n == 0)
		read_object(a, doc, &out->list[0], is_full);
	for (size_t i = 0; i < n; i++)
		read_object(a, json_at(doc, arena_printf(a, "lessons.%zu", i)),
		    &out->list[i], is_full);
	return ERR_OK;
}

/* ---- any of them ---- */

/* What the name says where the text did not. */
static void
complete(struct arena *a, const char *name, struct lessons *l)
{
	struct str stem = str_from(name);
	struct str end = str_after_last(stem, '.');

	stem.len -= end.len + 1;
	for (size_t i = 0; i < l->n; i++) {
		if (l->list[i].title == NULL || l->list[i].title[0] == '\0')
			l->list[i].title = shortened(a, stem);
		/* A file of several lessons cannot lend them all its one
		 * number. */
		if (l->list[i].number == 0 && l->n == 1)
			l->list[i].number = number_in(a, name);
	}
}

static enum err
read_text(struct arena *a, struct str text, bool is_markdown,
    struct lessons *out, bool *is_full)
{
	struct draft d;

	out->n = 1;
	out->list = arena_alloc(a, sizeof(*out->list));
	d = begin(a, out->list);
	if (is_markdown)
		read_markdown(&d, text);
	else
		read_plain(&d, text);
	*is_full = d.is_full;
	return ERR_OK;
}

static enum err
read_by_name(struct arena *a, const char *name, struct str text,
    struct lessons *out, bool *is_full, const char **why)
{
	struct str end = str_after_last(str_from(name), '.');

	if (end.len == strlen(name))
		end.len = 0; /* no dot, no ending */
	if (str_eq_nocase(end, "json"))
		return read_json(a, text, out, is_full, why);
	if (str_eq_nocase(end, "txt"))
		return read_text(a, text, false, out, is_full);
	if (str_eq_nocase(end, "md") || str_eq_nocase(end, "markdown"))
		return read_text(a, text, true, out, is_full);
	*why = "is none of .md, .txt, .json";
	return ERR_INPUT;
}

enum err
lesson_read(struct arena *a, const char *name, struct str text,
    struct lessons *out, const char **why)
{
	bool is_full = false;
	size_t n = 0;
	enum err e;

	*out = (struct lessons){ NULL, 0 };
	*why = "is too long";
	if (text.len > LESSON_MAX_BYTES)
		return ERR_TOO_BIG;
	*why = "is not UTF-8 text";
	if (!str_is_utf8(text))
		return ERR_INPUT;
	/* Editors on Windows begin a file with this mark of UTF-8. */
	if (str_starts(text, "\xef\xbb\xbf"))
		text = (struct str){ text.p + 3, text.len - 3 };
	e = read_by_name(a, name, text, out, &is_full, why);
	if (e == ERR_TOO_BIG || is_full) {
		*why = "has too many parts";
		return ERR_TOO_BIG;
	}
	if (e != ERR_OK)
		return e;
	complete(a, name, out);
	for (size_t i = 0; i < out->n; i++)
		n += out->list[i].n;
	*why = "has nothing to read in it";
	return n == 0 ? ERR_INPUT : ERR_OK;
}
