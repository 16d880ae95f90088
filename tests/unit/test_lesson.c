/* Lessons read from their files, kept, and found. */
#include "ledger.h"

#include "base/buf.h"
#include "coach/lesson.h"
#include "coach/library.h"
#include "coach/search.h"

#include <string.h>

/* What was read, as one text: "number title {heading|text}..." */
static const char *
shown(const struct lessons *l)
{
	const char *text = "";

	for (size_t i = 0; i < l->n; i++) {
		text =
		    arena_printf(&mem, "%s%s%lld %s", text, i == 0 ? "" : "; ",
			(long long)l->list[i].number, l->list[i].title);
		for (size_t k = 0; k < l->list[i].n; k++)
			text = arena_printf(&mem, "%s {%s|%s}", text,
			    l->list[i].chunks[k].heading,
			    l->list[i].chunks[k].text);
	}
	return text;
}

static const struct good {
	const char *why, *name, *text, *want;
} goods[] = {
	{ "Markdown", "03-x.md", "# T\n\nintro\n\n## H\n\n**b** `c`\n",
	    "3 T {|intro} {H|b c}" },
	{ "Markdown without a title", "x.md", "## H\ntext", "0 x {H|text}" },
	{ "deeper headings", "1.md", "# T\n### A ###\na\n###### B\nb\n#c\n",
	    "1 T {A|a} {B|b\n#c}" },
	{ "a second title is a heading", "1.md", "# T\na\n# U\nb",
	    "1 T {|a} {U|b}" },
	{ "lines of Windows", "1.md", "# T\r\n\r\na\r\n", "1 T {|a}" },
	{ "a mark of byte order", "1.md", "\xef\xbb\xbf# T\na", "1 T {|a}" },
	{ "plain text", "10.txt", "T\n\nH\n\nBody one.\n\nBody two.\n",
	    "10 T {H|Body one.\n\nBody two.}" },
	{ "a sentence is no heading", "1.txt", "T\n\nYes.\n\nNo.",
	    "1 T {|Yes.\n\nNo.}" },
	{ "a heading may end in any letter", "1.txt", "T\n\nХарактер\n\nNo.",
	    "1 T {Характер|No.}" },
	{ "an unfinished sentence is no heading", "1.txt", "T\n\nYes…\n\nNo.",
	    "1 T {|Yes…\n\nNo.}" },
	{ "JSON", "x.json",
	    "{\"number\":4,\"title\":\"T\",\"hook\":\"h\",\"practices\":"
	    "[{\"title\":\"a\",\"text\":\"b\"},\"c\"],\"id\":\"no\"}",
	    "4 T {Вступ|h} {Практики|a\n\nb\n\nc}" },
	{ "several in one file", "x.json",
	    "{\"lessons\":[{\"title\":\"A\",\"core\":\"a\"},"
	    "{\"order\":7,\"title\":\"B\",\"core\":[[\"b\"]]}]}",
	    "0 A {Головне|a}; 7 B {Головне|b}" },
	{ "its number by another name", "a.json",
	    "{\"lesson_id\":6,\"title\":\"T\",\"core\":\"a\"}",
	    "6 T {Головне|a}" },
	{ "a number within its name", "a.json",
	    "{\"lesson_id\":\"lesson-07\",\"title\":\"T\",\"core\":\"a\"}",
	    "7 T {Головне|a}" },
	{ "a name without one", "a.json",
	    "{\"lesson_id\":\"intro\",\"title\":\"T\",\"core\":\"a\"}",
	    "0 T {Головне|a}" },
	{ "a number below nought is none", "5.json",
	    "{\"number\":-4,\"title\":\"T\",\"core\":\"a\"}",
	    "5 T {Головне|a}" },
	{ "of several, none takes the name's number", "7.json",
	    "{\"lessons\":[{\"title\":\"A\",\"core\":\"a\"},"
	    "{\"title\":\"B\",\"core\":\"b\"}]}",
	    "0 A {Головне|a}; 0 B {Головне|b}" },
	{ "numbers and truths are no text", "1.json",
	    "{\"title\":\"T\",\"core\":[1,true,null,\"a\"]}",
	    "1 T {Головне|a}" },
	{ "a number in the name, with noughts", "007.md", "a", "7 007 {|a}" },
};

static void
good(void **state)
{
	const struct good *g = *state;
	struct lessons l;
	const char *why;

	check_err(
	    lesson_read(&mem, g->name, str_from(g->text), &l, &why), ERR_OK);
	check_text(shown(&l), g->want);
}

static const struct bad {
	const char *why, *name, *text, *reason;
} bads[] = {
	{ "empty", "a.md", "", "nothing" },
	{ "blanks", "a.txt", " \n\n ", "nothing" },
	{ "a title alone", "a.md", "# T\n", "nothing" },
	{ "no UTF-8", "a.md", "\xcf\xf0\xe8", "UTF-8" },
	{ "an over-long form", "a.md", "\xc0\xaf", "UTF-8" },
	{ "half a pair", "a.md", "\xed\xa0\x80", "UTF-8" },
	{ "past the last character", "a.md", "\xf4\x90\x80\x80", "UTF-8" },
	{ "cut off", "a.md", "\xd0", "UTF-8" },
	{ "broken JSON", "a.json", "{\"title\":", "JSON object (byte 9)" },
	{ "a list", "a.json", "[]", "JSON" },
	{ "an empty lesson", "a.json", "{\"title\":\"T\"}", "nothing" },
	{ "no lesson in the list", "a.json", "{\"lessons\":[1,2]}", "nothing" },
	{ "another kind", "a.pdf", "x", ".md, .txt, .json" },
	{ "no ending", "a", "x", ".md, .txt, .json" },
	{ "nothing but an ending", "md", "x", ".md, .txt, .json" },
};

static void
bad(void **state)
{
	const struct bad *b = *state;
	struct lessons l;
	const char *why = NULL;

	check_err(
	    lesson_read(&mem, b->name, str_from(b->text), &l, &why), ERR_INPUT);
	check_has(why, b->reason);
}

static void
limits(void **state)
{
	size_t n = LESSON_MAX_BYTES + 1;
	char *text = memset(arena_alloc(&mem, n), 'a', n);
	struct lessons l;
	const char *why;

	(void)state;
	check_err(lesson_read(&mem, "a.md", (struct str){ text, n }, &l, &why),
	    ERR_TOO_BIG);
	check_err(
	    lesson_read(&mem, "a.md", (struct str){ text, n - 1 }, &l, &why),
	    ERR_OK);
	check_int(l.list[0].n, (n - 2) / CHUNK_BYTES + 1);
	for (size_t i = 0; i < l.list[0].n; i++)
		assert_true(strlen(l.list[0].chunks[i].text) <= CHUNK_BYTES);
	check_err(
	    lesson_read(&mem, "a.md", (struct str){ "a\0b", 3 }, &l, &why),
	    ERR_INPUT);
}

/* As many of a thing as there may be, and one more. */
static const struct most {
	const char *why, *name, *begin, *each, *end;
	size_t n;
} mosts[] = {
	{ "parts of a lesson", "1.md", "# T\n", "## h\nb\n", "",
	    LESSON_MAX_CHUNKS },
	{ "lessons in a file", "1.json", "{\"lessons\":[{}",
	    ",{\"title\":\"T\",\"core\":\"a\"}", "]}", LESSON_MAX_IN_FILE - 1 },
};

static void
most(void **state)
{
	const struct most *m = *state;

	for (size_t more = 0; more < 2; more++) {
		struct buf text = buf_new(&mem, LESSON_MAX_BYTES);
		struct lessons l;
		const char *why = NULL;

		buf_text(&text, m->begin);
		for (size_t i = 0; i < m->n + more; i++)
			buf_text(&text, m->each);
		buf_text(&text, m->end);
		check_err(lesson_read(&mem, m->name, buf_str(&text), &l, &why),
		    more == 0 ? ERR_OK : ERR_TOO_BIG);
		if (more == 1)
			check_text(why, "has too many parts");
	}
}

/* Numbered sentences of so many bytes each: where a paragraph is cut, the
 * last ones that fit into 240 bytes are told twice, and none is lost. */
static const struct cut {
	const char *why;
	int n, bytes, twice;
	const char *between;
} cuts[] = {
	{ "a section that fits", 10, 100, 0, " " },
	{ "one cut", 20, 100, 2, " " },
	{ "four cuts", 60, 100, 8, " " },
	{ "short sentences", 200, 10, 23, " " },
	{ "between paragraphs: none", 60, 100, 0, "\n\n" },
	{ "between lines: none", 60, 100, 0, "\n" },
	{ "long sentences: none", 6, 500, 0, " " },
};

static void
cut(void **state)
{
	const struct cut *c = *state;
	const char *text = "# T\n";
	struct lessons l;
	const char *why;
	int n_seen = 0;

	for (int i = 0; i < c->n; i++)
		text = arena_printf(&mem, "%s%0*d.%s", text, c->bytes - 2,
		    i + 1000, i % 2 == 0 ? " " : c->between);
	check_err(lesson_read(&mem, "1.md", str_from(text), &l, &why), ERR_OK);
	for (int i = 0; i < c->n; i++) {
		const char *mark = arena_printf(&mem, "%d.", i + 1000);
		int n = 0;

		for (size_t k = 0; k < l.list[0].n; k++)
			n += strstr(l.list[0].chunks[k].text, mark) != NULL;
		assert_true(n > 0);
		n_seen += n;
	}
	check_int(n_seen - c->n, c->twice);
}

/* ---- kept and found ---- */

struct putting {
	struct source source;
	const char *text;
	bool is_new;
};

static enum err
put_in(struct db *db, void *ctx)
{
	struct putting *p = ctx;
	struct lessons l;
	const char *why;
	enum err e =
	    lesson_read(&mem, p->source.name, str_from(p->text), &l, &why);

	return e == ERR_OK ?
	    library_put(db, &mem, &p->source, &l.list[0], &p->is_new) :
	    e;
}

static bool
put(const char *name, const char *product, bool is_public, const char *text)
{
	struct putting p = { { name, product, is_public }, text, false };

	check_err(db_transaction(ledger.db, put_in, &p), ERR_OK);
	return p.is_new;
}

static void
kept_once(void **state)
{
	(void)state;
	ledger_fresh();
	assert_true(put("1.md", "course", false, "# T\na"));
	assert_false(put("1.md", "course", false, "# T\na"));
	assert_true(put("1.md", "other", false, "# T\na"));
	assert_true(put("1.md", "course", true, "# T\na"));
	assert_true(put("1.md", "course", true, "# T\nb"));
	check_int(look_int("SELECT COUNT(*) FROM lessons"), 2);
	check_int(look_int("SELECT COUNT(*) FROM chunks"), 2);
	if (on_postgres())
		return;
	check_int(look_int("SELECT COUNT(*) FROM chunk_words"), 2);
	check_int(look_int("SELECT COUNT(*) FROM chunk_grams"), 2);
}

static const char *
found(int64_t tg_id, const char *question)
{
	struct passage p[PASSAGES_MAX];
	size_t n = 0;
	const char *list = "";

	check_err(
	    search_passages(ledger.db, &mem, tg_id, str_from(question), p, &n),
	    ERR_OK);
	for (size_t i = 0; i < n; i++)
		list = arena_printf(&mem, "%s%s/%lld ", list, p[i].product,
		    (long long)p[i].lesson_no);
	return list;
}

static void
teach(void)
{
	ledger_fresh();
	(void)put("1.md", "course", false, "# Вдячність\nЩоденник вдячності.");
	(void)put(
	    "2.md", "other", false, "# Вдячність\nЛист подяки, вдячність.");
	(void)put("0.md", "course", true, "# Про курс\nТривалість курсу.");
	change("INSERT INTO users (tg_id, created_ms) VALUES (5, 1), (6, 1);"
	       "INSERT INTO access (tg_id, product, is_in, why, decided_ms)"
	       " VALUES (5, 'course', 1, 'paid', 1),"
	       " (5, 'other', 0, 'refunded', 1),"
	       " (6, 'other', 1, 'paid', 1)");
}

static void
only_ones_own(void **state)
{
	(void)state;
	teach();
	check_text(found(5, "вдячність"), "course/1 ");
	check_text(found(6, "вдячність"), "other/2 ");
	check_text(found(7, "вдячність"), "");
	check_text(found(7, "тривалість"), "course/0 ");
	check_text(found(5, "столиця Франції"), "");
}

/* As on an engine that has no full-text search. */
static void
without_an_index(void **state)
{
	(void)state;
	only_sqlite();
	teach();
	db_free(ledger.db);
	change("DROP TABLE chunk_words; DROP TABLE chunk_grams");
	ledger.db = db_new(ledger.path);
	check_text(found(5, "вдячності"), "course/1 ");
	check_text(found(7, "тривалість"), "course/0 ");
	check_text(found(7, "вдячність"), "");
}

static const char *const hostile[] = { "\"", "'", "*", "NEAR(a b)", "a AND",
	"C++ (", "пам'ять", "chunk_words:x", "-x", "^x", "{a b} : c", "😀",
	"\xd0\xd0\xff", "a\"b\"c*", "%_%", "" };

static void
no_syntax(void **state)
{
	(void)state;
	teach();
	for (size_t i = 0; i < LENGTH(hostile); i++)
		(void)found(5, hostile[i]);
}

int
main(void)
{
	ROWS("good", good, goods);
	ROWS("bad", bad, bads);
	ONE("bad", "over the limits", limits);
	ROWS("most", most, mosts);
	ROWS("cut", cut, cuts);
	ONE("library", "each once, the last word counts", kept_once);
	ONE("search", "only one's own", only_ones_own);
	ONE("search", "without an index", without_an_index);
	ONE("search", "no text is a syntax error", no_syntax);
	return testing_run("lesson", ledger_make, ledger_remove);
}
