/* Tables at the desk: what a person sees on a wide terminal, on a narrow one
 * and in a file, what a program gets, and which rows are kept. */
#include "testing.h"

#include "../../tools/screen.c"
#include "../../tools/table.c"

#include "base/json.h"

#include <sys/mman.h>

static const struct table_column columns[] = {
	{ "id", LOOK_ID },
	{ "at_ms", LOOK_TIME },
	{ "product", LOOK_TEXT },
	{ "state", LOOK_TEXT },
	{ "amount", LOOK_MONEY },
	{ "words", LOOK_TEXT },
	{ "session", LOOK_MORE },
	{ NULL, LOOK_END },
};

#define HOUR 3600000LL

static void
add_row(struct table *t, int64_t id, int64_t at_ms, const char *product,
    const char *state, const char *words, const char *session)
{
	table_number(t, id);
	table_time(t, at_ms);
	table_text(t, product);
	table_text(t, state);
	table_money(t, 999, id == 12 ? NULL : "eur");
	table_text(t, words);
	table_text(t, session);
}

static struct table
filled(const struct table_filter *f)
{
	struct table t = table_new(&mem, columns);

	(void)setenv("TZ", "Asia/Tokyo", 1);
	if (f != NULL)
		t.filter = *f;
	add_row(&t, 7, 15 * HOUR, "course", "paid", "a word and another one",
	    "cs_Seven");
	add_row(&t, 12, 16 * HOUR, "club", "open",
	    "\xd1\x89\xd0\xbe\xd1\x81\xd1\x8c\n\xf0\x9f\x8e\x81", "cs_twelve");
	add_row(&t, 120, 0, "course", "part back", NULL, NULL);
	return t;
}

/* What a function prints on standard output. */
static const char *
printed(const struct table *t, size_t width)
{
	int out = dup(STDOUT_FILENO), file = memfd_create("out", 0);
	char *text = arena_alloc(&mem, 65536);
	ssize_t n;

	(void)fflush(stdout);
	assert_true(file >= 0 && dup2(file, STDOUT_FILENO) >= 0);
	table_print(t, "none", width);
	(void)fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	n = pread(file, text, 65535, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	(void)close(out);
	(void)close(file);
	return text;
}

/* ---- as it looks ---- */

static const struct golden {
	const char *why;
	size_t width;
	const char *want;
} goldens[] = {
	{ "in a file each row is a line, however long", 0,
	    " id  at                product  state        amount  words\n"
	    "  7  1970-01-02 00:00  course   paid       9.99 EUR  a word and "
	    "another one\n"
	    " 12  1970-01-02 01:00  club     open                 "
	    "\xd1\x89\xd0\xbe\xd1\x81\xd1\x8c \xf0\x9f\x8e\x81\n"
	    "120                    course   part back  9.99 EUR\n" },
	{ "a terminal that is wide enough changes nothing", 77,
	    " id  at                product  state        amount  words\n"
	    "  7  1970-01-02 00:00  course   paid       9.99 EUR  a word and "
	    "another one\n"
	    " 12  1970-01-02 01:00  club     open                 "
	    "\xd1\x89\xd0\xbe\xd1\x81\xd1\x8c \xf0\x9f\x8e\x81\n"
	    "120                    course   part back  9.99 EUR\n" },
	{ "on a narrower one texts are broken between words", 66,
	    " id  at                product  state        amount  words\n"
	    "  7  1970-01-02 00:00  course   paid       9.99 EUR  a word and\n"
	    "                                                     another "
	    "one\n"
	    " 12  1970-01-02 01:00  club     open                 "
	    "\xd1\x89\xd0\xbe\xd1\x81\xd1\x8c \xf0\x9f\x8e\x81\n"
	    "120                    course   part back  9.99 EUR\n" },
	{ "on a still narrower one a row is some lines", 30,
	    "id       7\nat       1970-01-02 00:00\nproduct  course\n"
	    "state    paid\namount   9.99 EUR\nwords    a word and another\n"
	    "         one\n\n"
	    "id       12\nat       1970-01-02 01:00\nproduct  club\n"
	    "state    open\nwords    "
	    "\xd1\x89\xd0\xbe\xd1\x81\xd1\x8c \xf0\x9f\x8e\x81\n\n"
	    "id       120\nproduct  course\nstate    part back\n"
	    "amount   9.99 EUR\n\n" },
};

static void
golden(void **state)
{
	const struct golden *g = *state;
	struct table t = filled(NULL);

	check_text(printed(&t, g->width), g->want);
}

/* Whatever the width, no line is wider. */
static void
never_wider(void **state)
{
	(void)state;
	for (size_t width = 12; width < 90; width++) {
		struct table t = filled(NULL);
		struct str rest = str_from(printed(&t, width));

		while (rest.len > 0) {
			struct str line = str_cut(&rest, '\n');

			if (screen_width_of(line) > width)
				fail_msg(
				    "%zu: %.*s", width, (int)line.len, line.p);
		}
	}
}

/* ---- which rows ---- */

static const struct kept {
	const char *why;
	struct table_filter filter;
	const char *want; /* the ids */
} kepts[] = {
	{ "all", { 0 }, "7 12 120" },
	{ "since, to the millisecond", { .since_ms = 16 * HOUR }, "12" },
	{ "a product", { .product = "course" }, "7 120" },
	{ "not a part of its name", { .product = "cours" }, "" },
	{ "a status", { .status = "part back", .status_column = "state" },
	    "120" },
	{ "a number is found whole", { .find = "12" }, "12" },
	{ "a text by a part of it, whatever the capitals",
	    { .find = "ANOTHER" }, "7" },
	{ "also where it is not shown", { .find = "cs_seven" }, "7" },
	{ "one that is not there", { .find = "13" }, "" },
	{ "one that is no number of 64 bits",
	    { .find = "99999999999999999999999" }, "" },
	{ "several at once", { .product = "course", .find = "7" }, "7" },
	{ "not more than", { .limit = 2 }, "7 12" },
};

static void
kept(void **state)
{
	const struct kept *k = *state;
	struct table t = filled(&k->filter);
	struct json *doc = json_new(&mem);
	const char *ids = "";

	table_put(&t, doc, "rows");
	for (size_t i = 0; i < t.n_rows; i++) {
		int64_t id = 0;

		assert_true(
		    json_int(doc, arena_printf(&mem, "rows.%zu.id", i), &id));
		ids = arena_printf(
		    &mem, "%s%s%d", ids, i == 0 ? "" : " ", (int)id);
	}
	check_text(ids, k->want);
	if (k->filter.limit > 0)
		check_int(t.n_left_out, 1);
	if (k->want[0] == '\0')
		check_text(printed(&t, 0), "none\n");
}

/* ---- for a program ---- */

static void
document(void **state)
{
	struct table t = filled(&(struct table_filter){ .limit = 1 });
	struct json *doc = json_new(&mem);

	(void)state;
	table_put(&t, doc, "rows");
	check_str(json_render(&mem, doc),
	    "{\"rows\":[{\"id\":7,\"at_ms\":54000000,\"product\":\"course\","
	    "\"state\":\"paid\",\"amount_minor\":999,\"currency\":\"eur\","
	    "\"words\":\"a word and another one\","
	    "\"session\":\"cs_Seven\"}]}");
}

int
main(void)
{
	ROWS("table", golden, goldens);
	ONE("table", "no line is wider than the terminal", never_wider);
	ROWS("rows", kept, kepts);
	ONE("table", "for a program as the ledger has it", document);
	return testing_run("table", NULL, NULL);
}
