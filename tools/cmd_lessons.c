/* admit lessons: what the coach knows. */
#include "cmd.h"

#include "base/array.h"
#include "base/file.h"
#include "coach/library.h"
#include "coach/search.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct import {
	struct app *app;
	struct arena arena;
	const char *product;
	bool is_public;
	const char *name; /* of the file */
	struct lessons lessons;
	int64_t n_new, n_known, n_refused;
};

/* ---- import ---- */

/* A file may hold several lessons. The number behind its name makes each a
 * source of its own, so a later import finds the one that it replaces. */
static enum err
put_all(struct db *db, void *ctx)
{
	struct import *im = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < im->lessons.n; i++) {
		const struct source s = { im->lessons.n == 1 ?
			    im->name :
			    arena_printf(&im->arena, "%s#%zu", im->name, i + 1),
			im->product, im->is_public };
		bool is_new = false;

		e = library_put(
		    db, &im->arena, &s, &im->lessons.list[i], &is_new);
		im->n_new += e == ERR_OK && is_new;
		im->n_known += e == ERR_OK && !is_new;
	}
	return e;
}

/* A refused file is said and passed over: of thirty lessons, twenty-nine are
 * better than none. */
static void
refuse(struct import *im, const char *why)
{
	printf("  %s: %s\n", im->name, why);
	im->n_refused++;
}

/* Each file in a transaction of its own: what is wrong with one harms no
 * other. */
static enum err
import_file(struct import *im, const char *folder)
{
	const char *why = "cannot be read";
	int64_t n_new = im->n_new;
	struct str text;
	enum err e;

	if (!file_read(&im->arena,
		arena_printf(&im->arena, "%s/%s", folder, im->name),
		LESSON_MAX_BYTES, &text)) {
		refuse(im, errno == EFBIG ? "is too long" : strerror(errno));
		return ERR_OK;
	}
	e = lesson_read(&im->arena, im->name, text, &im->lessons, &why);
	if (e != ERR_OK) {
		refuse(im, why);
		return ERR_OK;
	}
	e = db_transaction(im->app->db, put_all, im);
	if (e == ERR_OK)
		printf("  %s: %s\n", im->name,
		    im->n_new > n_new ? "read" : "as before");
	return e;
}

/* What is not text for people is left alone: pictures, drafts that an editor
 * keeps under a dot. A folder below is not gone into, since it has no such
 * ending. */
static int
is_lesson(const struct dirent *entry)
{
	struct str end = str_after_last(str_from(entry->d_name), '.');

	return entry->d_name[0] != '.' &&
	    (str_eq_nocase(end, "md") || str_eq_nocase(end, "markdown") ||
		str_eq_nocase(end, "txt") || str_eq_nocase(end, "json"));
}

static int
import_folder(struct import *im, const char *folder)
{
	struct dirent **entries = NULL;
	/* In the order of names, so that two runs print the same and can be
	 * compared. */
	int n = scandir(folder, &entries, is_lesson, alphasort);
	enum err e = ERR_OK;

	if (n < 0) {
		printf("%s: %s\n", folder, strerror(errno));
		return 1;
	}
	for (int i = 0; i < n; i++) {
		im->name = arena_dup_text(&im->arena, entries[i]->d_name);
		if (e == ERR_OK)
			e = import_file(im, folder);
		free(entries[i]);
	}
	free(entries);
	if (e != ERR_OK) {
		puts("The ledger cannot be written; the log above says why.");
		return 1;
	}
	if (n == 0)
		puts("There is no .md, .txt or .json file in that folder.");
	printf("\n%" PRId64 " read, %" PRId64 " as before, %" PRId64
	       " refused\n",
	    im->n_new, im->n_known, im->n_refused);
	return n == 0 || im->n_refused > 0 ? 1 : 0;
}

static int
import(struct app *app, int argc, char **argv)
{
	struct import im = { .app = app };
	const char *folder = NULL, *product = NULL;
	const struct product *p;
	int status;

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--public") == 0)
			im.is_public = true;
		else if (strcmp(argv[i], "--product") == 0 && i + 1 < argc)
			product = argv[++i];
		else if (folder == NULL && argv[i][0] != '-')
			folder = argv[i];
		else
			return 2;
	if (folder == NULL)
		return 2;
	/* Without --product it is the first one, as everywhere. A lesson of an
	 * unknown product would be one that nobody may ask about. */
	p = catalog_find(&app->catalog, product);
	if (p == NULL) {
		printf("There is no product %s.\n", product);
		return 1;
	}
	im.product = p->id;
	status = import_folder(&im, folder);
	arena_free(&im.arena);
	return status;
}

/* ---- list ---- */

static void
show_entry(const struct library_entry *entry, void *ctx)
{
	int64_t *n = ctx;

	printf("%5" PRId64 "  %-10s %-6s %3" PRId64 "  %s  (%s, %" PRId64
	       " pieces)\n",
	    entry->id, entry->product, entry->is_public ? "public" : "",
	    entry->number, entry->title, entry->name, entry->n_chunks);
	(*n)++;
}

static int
list(struct app *app, int argc, char **argv)
{
	struct arena a = { 0 };
	int64_t n = 0;
	enum err e;

	(void)argv;
	if (argc != 0)
		return 2;
	e = library_list(app->db, &a, show_entry, &n);
	arena_free(&a);
	if (e != ERR_OK)
		puts("The ledger cannot be read; the log above says why.");
	else if (n == 0)
		puts("There are no lessons: see admit lessons import.");
	return e == ERR_OK ? 0 : 1;
}

/* ---- remove ---- */

struct removal {
	struct arena arena;
	bool all;
	int64_t *ids; /* as many as there are */
	size_t n, max;
};

/* Noted first and removed afterwards: a statement must not read a table while
 * another one takes rows out of it. */
static void
note_entry(const struct library_entry *entry, void *ctx)
{
	struct removal *r = ctx;

	r->ids = arena_grow(&r->arena, r->ids, r->n, &r->max, sizeof(*r->ids));
	r->ids[r->n++] = entry->id;
}

/* All in one transaction: a run that is broken off leaves the coach with all
 * lessons or without those that were named. */
static enum err
remove_noted(struct db *db, void *ctx)
{
	struct removal *r = ctx;
	enum err e =
	    r->all ? library_list(db, &r->arena, note_entry, r) : ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < r->n; i++)
		e = library_remove(db, &r->arena, r->ids[i]);
	return e;
}

static int
remove_lessons(struct app *app, int argc, char **argv)
{
	struct removal r = { .n = 0 };
	int64_t one = 0;
	enum err e;

	r.all = argc == 1 && strcmp(argv[0], "all") == 0;
	if (argc != 1 || (!r.all && !str_to_i64(str_from(argv[0]), &one)))
		return 2;
	if (!r.all) {
		r.ids = &one;
		r.n = 1;
	}
	e = db_transaction(app->db, remove_noted, &r);
	arena_free(&r.arena);
	if (e == ERR_OK)
		printf("%zu removed\n", r.n);
	else
		puts(e == ERR_NOT_FOUND ?
			"There is no such lesson: see admit lessons list." :
			"The ledger cannot be written; the log says why.");
	return e == ERR_OK ? 0 : 1;
}

/* ---- search ---- */

/* The score in front is what the order comes from: with it an operator sees by
 * how little one passage came before another. */
static void
print_passage(const struct passage *p)
{
	printf("%3d  ", p->score);
	if (p->lesson_no > 0)
		printf("%" PRId64 ". ", p->lesson_no);
	printf("%s%s%s\n%s\n\n", p->lesson, p->heading[0] == '\0' ? "" : " · ",
	    p->heading, p->text);
}

static void
print_as_json(struct arena *a, const struct passage *found, size_t n)
{
	struct json *doc = json_new(a), *list = json_put_array(doc, "passages");
	struct str text;

	for (size_t i = 0; i < n; i++) {
		struct json *one = json_push_object(list);

		json_put_int(one, "lesson_no", found[i].lesson_no);
		json_put_text(one, "lesson", found[i].lesson);
		json_put_text(one, "heading", found[i].heading);
		json_put_text(one, "text", found[i].text);
		json_put_int(one, "score", found[i].score);
	}
	text = json_render(a, doc);
	printf("%.*s\n", (int)text.len, text.p);
}

/* In all lessons, not in those of one buyer: the operator may read what they
 * import. */
static int
search(struct app *app, int argc, char **argv)
{
	bool as_json = argc > 0 && strcmp(argv[0], "--json") == 0;
	struct passage found[PASSAGES_MAX];
	struct arena a = { 0 };
	const char *words = "";
	size_t n = 0;
	enum err e;

	if (argc == as_json)
		return 2;
	for (int i = as_json; i < argc; i++)
		words = arena_printf(&a, "%s %s", words, argv[i]);
	e = search_all(app->db, &a, str_from(words), found, &n);
	for (size_t i = 0; e == ERR_OK && !as_json && i < n; i++)
		print_passage(&found[i]);
	if (e != ERR_OK)
		puts("The ledger cannot be read; the log above says why.");
	else if (as_json)
		print_as_json(&a, found, n);
	else if (n == 0)
		puts("The lessons say nothing of it.");
	arena_free(&a);
	return e == ERR_OK ? 0 : 1;
}

int
cmd_lessons(struct app *app, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct app *app, int argc, char **argv);
		bool (*opens)(struct app *app);
	} all[] = { { "import", import, cmd_ledger_made },
		/* Only an import has something to put into a ledger that is not
		 * there yet; the others would answer from an empty one. */
		{ "list", list, cmd_ledger_ok },
		{ "remove", remove_lessons, cmd_ledger_ok },
		{ "search", search, cmd_ledger_ok } };
	int status = 2;

	app->programs = PROGRAM_LEDGER;
	for (size_t i = 0; i < LENGTH(all); i++) {
		if (argc < 1 || strcmp(argv[0], all[i].name) != 0)
			continue;
		if (!all[i].opens(app))
			return 1;
		status = all[i].run(app, argc - 1, argv + 1);
	}
	if (status == 2)
		fputs("usage: admit lessons import [--product P] [--public] "
		      "FOLDER\n"
		      "       admit lessons list\n"
		      "       admit lessons remove ID|all\n"
		      "       admit lessons search [--json] WORDS...\n",
		    stderr);
	return status;
}
