/* What is sold: finding it, naming it, and seeing that its file has changed. */
#include "testing.h"

#include "shop/catalog.h"

#include <fcntl.h>
#include <sys/stat.h>

/* ---- ids ---- */

#define LETTERS_32 "abcdefghijklmnopqrstuvwxyz012345"

static const struct id {
	const char *why, *text;
	bool want;
} ids[] = {
	{ "letters, digits and signs", "club-2_a", true },
	{ "one letter", "a", true },
	{ "32 of them", LETTERS_32, true },
	{ "33 are too many", LETTERS_32 "6", false },
	{ "none", "", false },
	{ "nothing", NULL, false },
	{ "a capital", "Club", false },
	{ "a blank", "my club", false },
	{ "what addresses part by", "a/b", false },
	{ "another alphabet", "клуб", false },
};

static void
id(void **state)
{
	const struct id *i = *state;

	check_int(catalog_is_id(i->text), i->want);
}

/* ---- finding ---- */

static const struct catalog two = {
	.products = { { .id = "course" }, { .id = "club" }, { .id = "old" } },
	.n = 2,
};

static const struct find {
	const char *why, *id;
	int want; /* its place; -1: none */
} finds[] = {
	{ "by its id", "club", 1 },
	{ "the first one too", "course", 0 },
	{ "nothing means the first", NULL, 0 },
	{ "and so does an empty one", "", 0 },
	{ "what is not sold", "book", -1 },
	{ "the beginning of one", "clu", -1 },
	{ "one that goes on", "clubs", -1 },
	{ "what stands behind the last", "old", -1 },
};

static void
find(void **state)
{
	const struct find *f = *state;
	const struct product *p = catalog_find(&two, f->id);

	if (f->want < 0)
		assert_null(p);
	else
		assert_ptr_equal(p, &two.products[f->want]);
}

/* ---- titles ---- */

static const struct name {
	const char *why;
	struct product p;
	const char *language, *want;
} names[] = {
	{ "in the buyer's language",
	    { .titles = { { "en", "Club" }, { "uk", "Клуб" } }, .n_titles = 2 },
	    "uk", "Клуб" },
	{ "of whichever country",
	    { .titles = { { "en", "Club" }, { "uk", "Клуб" } }, .n_titles = 2 },
	    "uk-UA", "Клуб" },
	{ "by capitals in the file",
	    { .titles = { { "EN", "Club" }, { "UK", "Клуб" } }, .n_titles = 2 },
	    "uk", "Клуб" },
	{ "else the first",
	    { .titles = { { "en", "Club" }, { "uk", "Клуб" } }, .n_titles = 2 },
	    "de", "Club" },
	{ "no language is known",
	    { .titles = { { "en", "Club" }, { "uk", "Клуб" } }, .n_titles = 2 },
	    NULL, "Club" },
	{ "one for all", { .titles = { { NULL, "Club" } }, .n_titles = 1 },
	    "uk", "Club" },
	{ "what stands behind the last",
	    { .titles = { { "en", "Club" }, { "uk", "Клуб" } }, .n_titles = 1 },
	    "uk", "Club" },
};

static void
name(void **state)
{
	const struct name *n = *state;

	check_text(product_title(&n->p, n->language), n->want);
}

/* ---- another file ---- */

static char path[64], other[80];

static void
write_file(const char *at, const char *text)
{
	const struct timespec times[] = { { 1, 500 }, { 1, 500 } };
	FILE *f = fopen(at, "w");

	assert_non_null(f);
	(void)fputs(text, f);
	check_int(fclose(f), 0);
	check_int(utimensat(AT_FDCWD, at, times, 0), 0);
}

static void
nothing_done(void)
{
}

static void
longer(void)
{
	write_file(path, "three");
}

static void
later(void)
{
	const struct timespec times[] = { { 1, 501 }, { 1, 501 } };

	check_int(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
put_in_place(void)
{
	write_file(other, "two");
	check_int(rename(other, path), 0);
}

static void
gone(void)
{
	check_int(unlink(path), 0);
}

static const struct touch {
	const char *why;
	void (*what)(void);
	bool same;
} touches[] = {
	{ "nothing happened", nothing_done, true },
	{ "another size, the same time", longer, false },
	{ "another time, a billionth of a second on", later, false },
	{ "another file of the same size and time", put_in_place, false },
	{ "it is gone", gone, false },
};

static void
touched(void **state)
{
	const struct touch *t = *state;
	const struct conf conf = { .products_file = path };
	struct catalog_mark before, after;

	write_file(path, "two");
	before = catalog_mark(&conf);
	t->what();
	after = catalog_mark(&conf);
	check_int(catalog_mark_same(&before, &after), t->same);
	(void)unlink(path);
}

static void
no_file(void **state)
{
	const struct catalog_mark none = { 0 };
	struct catalog_mark m = catalog_mark(&(struct conf){ 0 });

	(void)state;
	assert_true(catalog_mark_same(&m, &none));
	m = catalog_mark(&(struct conf){ .products_file = "/nowhere/p.json" });
	assert_true(catalog_mark_same(&m, &none));
}

static int
make_folder(void **state)
{
	static char folder[] = "/tmp/admit-unit.XXXXXX";

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/products.json", folder);
	(void)snprintf(other, sizeof(other), "%s.new", path);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	*strrchr(path, '/') = '\0';
	return rmdir(path);
}

int
main(void)
{
	ROWS("an id", id, ids);
	ROWS("a product", find, finds);
	ROWS("a title", name, names);
	ROWS("the file", touched, touches);
	ONE("the file", "there is none", no_file);
	return testing_run("catalog", make_folder, remove_folder);
}
