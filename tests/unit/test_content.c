/* The operator's long texts: which file is read, and what is wrong with one. */
#include "testing.h"

#include "base/file.h"
#include "shop/content.h"
#include "shop/text.h"

#include <fcntl.h>
#include <sys/stat.h>

static char folder[] = "/tmp/content.XXXXXX";
static struct conf conf;

static const char *
path_of(const char *file)
{
	return arena_printf(&mem, "%s/%s", folder, file);
}

static void
put(const char *file, struct str bytes)
{
	int fd = open(path_of(file), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	check_int(write(fd, bytes.p, bytes.len), (int64_t)bytes.len);
	(void)close(fd);
}

static int
end(void **state)
{
	(void)state;
	return system(arena_printf(&mem, "rm -rf %s", folder));
}

static int
begin(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

/* An empty folder for each test. */
static void
fresh(void)
{
	check_int(end(NULL), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(mkdir(path_of("legal"), 0700), 0);
	conf = (struct conf){ .content_dir = folder };
}

/* ---- which file ---- */

static const struct chosen {
	const char *why, *files[4];
	enum language in;
	const char *want; /* its language; NULL: none */
} choices[] = {
	{ "the person's", { "intro.uk.md", "intro.de.md" }, LANGUAGE_DE, "de" },
	{ "else the shop's", { "intro.uk.md", "intro.pl.md", "intro.md" },
	    LANGUAGE_DE, "uk" },
	{ "else that of none", { "intro.pl.md", "intro.md" }, LANGUAGE_DE, "" },
	{ "else any", { "intro.pl.md" }, LANGUAGE_DE, "pl" },
	{ "else none", { "about.uk.md" }, LANGUAGE_UK, NULL },
};

static void
chooses(void **state)
{
	const struct chosen *c = *state;
	struct content got = { 0 };

	fresh();
	for (size_t i = 0; i < 4 && c->files[i] != NULL; i++)
		put(c->files[i], str_from("# Title\n\nText."));
	check_err(content_read(&conf, &mem, "intro", c->in, &got),
	    c->want == NULL ? ERR_NOT_FOUND : ERR_OK);
	check_text(got.in, c->want);
	check_text(got.title, c->want == NULL ? NULL : "Title");
}

static void
changes(void **state)
{
	struct content got;

	(void)state;
	fresh();
	put("legal/terms.uk.md", str_from("# A"));
	check_err(content_read(&conf, &mem, CONTENT_TERMS, LANGUAGE_UK, &got),
	    ERR_OK);
	check_text(got.title, "A");
	put("legal/terms.uk.md", str_from("no heading"));
	check_err(content_read(&conf, &mem, CONTENT_TERMS, LANGUAGE_UK, &got),
	    ERR_OK);
	check_text(got.title, "Terms");
}

/* ---- names that a stranger sends ---- */

static const struct name {
	const char *why, *name;
} names[] = {
	{ "up and out", "legal/../../etc/passwd" },
	{ "a full path", "/etc/passwd" },
	{ "a folder", "legal/" },
	{ "nothing", "" },
	{ "another folder", "other/terms" },
	{ "a dot", "legal/.." },
	{ "capitals", "legal/TERMS" },
	{ "too long", "legal/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
};

static void
refuses(void **state)
{
	const struct name *n = *state;
	struct content got;

	fresh();
	check_err(content_read(&conf, &mem, n->name, LANGUAGE_UK, &got),
	    ERR_NOT_FOUND);
}

/* ---- what is wrong ---- */

static void
make_link(const char *to)
{
	assert_int_equal(symlink(to, path_of("legal/terms.uk.md")), 0);
}

static void
link_out(void)
{
	make_link("/etc/passwd");
}

static void
link_nowhere(void)
{
	make_link("/nowhere/at/all");
}

static void
pipe_there(void)
{
	assert_int_equal(mkfifo(path_of("legal/terms.uk.md"), 0600), 0);
}

static void
large(void)
{
	put("legal/terms.uk.md",
	    (struct str){ arena_alloc(&mem, CONTENT_MAX_BYTES + 1),
		CONTENT_MAX_BYTES + 1 });
}

static void
latin(void)
{
	put("legal/terms.uk.md", str_from("caf\xe9"));
}

static void
blank(void)
{
	put("legal/terms.uk.md", str_from(" \n"));
}

static const struct wrong {
	const char *why;
	void (*make)(void);
	const char *fault;
} wrongs[] = {
	{ "a link out of the folder", link_out,
	    "CONTENT_DIR: legal/terms.uk.md is a link to a place outside" },
	{ "a link to nothing", link_nowhere, "No such file" },
	{ "a pipe", pipe_there, "is no plain file" },
	{ "too large", large, "is larger than 256 kB" },
	{ "not UTF-8", latin, "is not UTF-8" },
	{ "empty", blank, "is empty" },
};

/* It is told, and read in another language. */
static void
tells(void **state)
{
	const struct wrong *w = *state;
	struct content got;

	fresh();
	w->make();
	put("legal/terms.de.md", str_from("Deutsch"));
	assert_false(content_check(&mem, &conf));
	check_int((int64_t)conf.settings.n_faults, 1);
	check_has(conf.settings.faults[0], w->fault);
	check_err(content_read(&conf, &mem, CONTENT_TERMS, LANGUAGE_UK, &got),
	    ERR_OK);
	check_text(got.in, "de");
}

static void
names_told(void **state)
{
	(void)state;
	fresh();
	put("legal/Terms.uk.md", str_from("a"));
	put("legal/terms.fr.md", str_from("a"));
	put("notes.txt", str_from("\xff"));
	put("intro.uk.md", str_from("a"));
	assert_false(content_check(&mem, &conf));
	check_int((int64_t)conf.settings.n_faults, 2);
	conf.settings.n_faults = 0;
	conf.content_dir = "/nowhere";
	assert_false(content_check(&mem, &conf));
	check_has(conf.settings.faults[0], "CONTENT_DIR: /nowhere/");
	conf.content_dir = NULL;
	assert_true(content_check(&mem, &conf));
}

/* A link that stays in the folder is how some hosts bring files there. */
static void
link_within(void **state)
{
	struct content got;

	(void)state;
	fresh();
	put("real.uk.md", str_from("# R"));
	make_link("../real.uk.md");
	assert_true(content_check(&mem, &conf));
	check_err(content_read(&conf, &mem, CONTENT_TERMS, LANGUAGE_UK, &got),
	    ERR_OK);
	check_text(got.title, "R");
}

static void
lists(void **state)
{
	size_t n = 0;
	const char **list;

	(void)state;
	fresh();
	put("legal/zoo.uk.md", str_from("a"));
	put("legal/privacy.uk.md", str_from("a"));
	put("legal/privacy.de.md", str_from("a"));
	put("legal/terms.md", str_from("a"));
	list = content_legal(&conf, &mem, &n);
	check_int((int64_t)n, 3);
	check_text(list[0], "terms");
	check_text(list[1], "privacy");
	check_text(list[2], "zoo");
}

static void
media(void **state)
{
	struct content c = { .name = "intro", .in = "uk" };
	const char *file;
	struct str bytes;

	(void)state;
	fresh();
	check_err(
	    content_medium(&conf, &mem, &c, CONTENT_PICTURE, &file, &bytes),
	    ERR_NOT_FOUND);
	put("intro.jpg", str_from("any"));
	check_err(
	    content_medium(&conf, &mem, &c, CONTENT_PICTURE, &file, &bytes),
	    ERR_OK);
	check_str(bytes, "any");
	put("intro.uk.jpg", str_from("uk"));
	check_err(
	    content_medium(&conf, &mem, &c, CONTENT_PICTURE, &file, &bytes),
	    ERR_OK);
	check_text(file, "intro.uk.jpg");
	check_str(bytes, "uk");
}

int
main(void)
{
	ROWS("language", chooses, choices);
	ROWS("name", refuses, names);
	ROWS("fault", tells, wrongs);
	ONE("fault", "names that no text has, and no folder", names_told);
	ONE("content", "a change is seen at once", changes);
	ONE("content", "a link within the folder", link_within);
	ONE("content", "the texts of the law, in order", lists);
	ONE("content", "a picture of its language, or of none", media);
	return testing_run("content", begin, end);
}
