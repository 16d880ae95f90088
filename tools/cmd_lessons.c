/* admit lessons: what the coach knows. */
#include "list.h"

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

int
cmd_lessons_import(struct app *app, const struct args *args)
{
	struct import im = { .app = app,
		.is_public = args_has(args, OPTION_PUBLIC) };
	const char *product = args->option[OPTION_PRODUCT];
	const struct product *p;
	int status;

	app->programs = PROGRAM_LEDGER;
	if (!cmd_ledger_ok(app))
		return 1;
	/* Without --product it is the first one, as everywhere. A lesson of an
	 * unknown product would be one that nobody may ask about. */
	p = catalog_find(&app->catalog, product);
	if (p == NULL) {
		printf("There is no product %s.\n", product);
		return 1;
	}
	im.product = p->id;
	status = import_folder(&im, args_word(args, 0));
	arena_free(&im.arena);
	return status;
}

/* ---- list ---- */

static const struct table_column columns[] = {
	{ "id", LOOK_ID },
	{ "product", LOOK_TEXT },
	{ "for", LOOK_TEXT },
	{ "lesson", LOOK_ID },
	{ "pieces", LOOK_RIGHT },
	{ "title", LOOK_TEXT },
	{ "file", LOOK_TEXT },
	{ NULL, LOOK_END },
};

static void
add_entry(const struct library_entry *entry, void *ctx)
{
	struct table *t = ctx;

	table_number(t, entry->id);
	table_text(t, arena_dup_text(t->arena, entry->product));
	table_text(t, entry->is_public ? "public" : "buyers");
	table_number(t, entry->number);
	table_number(t, entry->n_chunks);
	table_text(t, arena_dup_text(t->arena, entry->title));
	table_text(t, arena_dup_text(t->arena, entry->name));
}

static enum err
fill(struct app *app, struct table *t, const void *what)
{
	(void)what;
	return library_list(app->db, t->arena, add_entry, t);
}

static const struct list listed = { "lessons", columns, NULL,
	"There are no lessons: see admit lessons import.", fill, false };

int
cmd_lessons_list(struct app *app, const struct args *args)
{
	return list_print(app, args, &listed, NULL);
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
remove_them(struct app *app, struct removal *r)
{
	enum err e = db_transaction(app->db, remove_noted, r);

	if (e == ERR_OK)
		printf("%zu removed\n", r->n);
	else
		puts(e == ERR_NOT_FOUND ?
			"There is no such lesson: see admit lessons list." :
			"The ledger cannot be written; the log says why.");
	return e == ERR_OK ? 0 : 1;
}

int
cmd_lessons_remove(struct app *app, const struct args *args)
{
	const char *word = args_word(args, 0);
	struct removal r = { .all = strcmp(word, "all") == 0 };
	int64_t one = 0;
	int status = 1;

	if (!r.all && !str_to_i64(str_from(word), &one))
		return args_wrong(args,
		    "\"%s\" is no number of a lesson, as `admit lessons list` "
		    "shows them",
		    word);
	if (!r.all) {
		r.ids = &one;
		r.n = 1;
	}
	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = cmd_is_meant(args,
			     r.all ? "Take out all of them?" : "Take it out?",
			     "Nothing was removed") ?
		    remove_them(app, &r) :
		    STATUS_NOT_MEANT;
	arena_free(&r.arena);
	return status;
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
search(struct app *app, struct arena *a, const struct args *args)
{
	struct passage found[PASSAGES_MAX];
	bool as_json = args_has(args, OPTION_JSON);
	const char *words = "";
	size_t n = 0;

	for (size_t i = 0; i < args->n_words; i++)
		words = arena_printf(a, "%s %s", words, args_word(args, i));
	if (search_all(app->db, a, str_from(words), found, &n) != ERR_OK)
		return cmd_unread();
	for (size_t i = 0; !as_json && i < n; i++)
		print_passage(&found[i]);
	if (as_json)
		print_as_json(a, found, n);
	else if (n == 0)
		puts("The lessons say nothing of it.");
	return 0;
}

int
cmd_lessons_search(struct app *app, const struct args *args)
{
	struct arena a = { 0 };
	int status = 1;

	app->programs = PROGRAM_LEDGER;
	if (cmd_ledger_ok(app))
		status = search(app, &a, args);
	arena_free(&a);
	return status;
}
