/* Finding and reading the operator's own texts. */
#include "shop/content.h"

#include "base/array.h"
#include "base/file.h"
#include "base/log.h"
#include "shop/markdown.h"
#include "shop/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz" STR_DIGITS "-"
#define MAX_PAGE_BYTES ((size_t)400 * 1024) /* of a text as a page */

/* ---- one file ---- */

/* Whether a path, both without links and dots, is below a folder. */
static bool
lies_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	    (folder[n - 1] == '/' || path[n] == '/');
}

/* Neither a pipe nor a device: reading one could wait for ever. */
static const char *
slurp_plain(struct arena *a, const char *path, size_t max, struct str *text)
{
	struct stat st;
	struct buf all = buf_new(a, max);
	const char *fault = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		fault = "is no plain file";
	else if ((size_t)st.st_size > max)
		fault = arena_printf(a, "is larger than %zu kB", max / 1024);
	else if (!file_slurp(fd, &all))
		fault = strerror(errno);
	(void)close(fd);
	*text = buf_str(&all);
	return fault;
}

/* A file of the folder by its path there: NULL, or what is wrong with it.
 * *is_there false: nothing, there is no such file. */
static const char *
read_inside(const struct conf *conf, struct arena *a, const char *file,
    size_t max, bool *is_there, struct str *text)
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *path = arena_printf(a, "%s/%s", conf->content_dir, file);
	struct stat st;

	*text = (struct str){ NULL, 0 };
	*is_there = lstat(path, &st) == 0;
	if (!*is_there)
		return NULL;
	if (realpath(conf->content_dir, folder) == NULL ||
	    realpath(path, real) == NULL)
		return strerror(errno);
	if (!lies_below(real, folder))
		return "is a link to a place outside of the folder";
	return slurp_plain(a, real, max, text);
}

/* Telegram and browsers both take UTF-8 alone; an editor of Windows may put a
 * mark in front of it. */
static const char *
read_text(const struct conf *conf, struct arena *a, const char *file,
    bool *is_there, struct str *text)
{
	const char *fault =
	    read_inside(conf, a, file, CONTENT_MAX_BYTES, is_there, text);

	if (fault != NULL || !*is_there)
		return fault;
	if (!str_is_utf8(*text))
		return "is not UTF-8";
	if (str_starts(*text, "\xef\xbb\xbf"))
		*text = (struct str){ text->p + 3, text->len - 3 };
	return str_trim(*text).len == 0 ? "is empty" : NULL;
}

/* ---- one text ---- */

/* Whether a name, which may come from an address, can be one at all. */
static bool
is_name(struct str name)
{
	if (str_starts(name, CONTENT_LEGAL))
		name = (struct str){ name.p + strlen(CONTENT_LEGAL),
			name.len - strlen(CONTENT_LEGAL) };
	return name.len > 0 && name.len <= CONTENT_MAX_NAME &&
	    str_only(name, NAME_LETTERS);
}

/* What stands in for a heading. */
static const char *
title_of_name(struct arena *a, const char *name)
{
	char *title = arena_dup(a, str_after_last(str_from(name), '/'));

	title[0] = (char)toupper((unsigned char)title[0]);
	return title;
}

static enum err
try_file(const struct conf *conf, struct arena *a, const char *name,
    const char *in, struct content *out)
{
	const char *file =
	    arena_printf(a, "%s%s%s.md", name, in[0] == '\0' ? "" : ".", in);
	struct content c = { .name = name, .in = in };
	bool is_there;
	const char *fault = read_text(conf, a, file, &is_there, &c.whole);

	if (fault != NULL)
		log_event(LOG_ERROR, "content_not_read",
		    KV(kv_text("file", file), kv_text("what", fault)));
	if (fault != NULL || !is_there)
		return ERR_NOT_FOUND;
	c.text = c.whole;
	c.title = markdown_title(a, &c.text);
	if (c.title == NULL || c.title[0] == '\0')
		c.title = title_of_name(a, name);
	*out = c;
	return ERR_OK;
}

enum err
content_read(const struct conf *conf, struct arena *a, const char *name,
    enum language in, struct content *out)
{
	enum err e;

	if (conf->content_dir == NULL || !is_name(str_from(name)))
		return ERR_NOT_FOUND;
	name = arena_dup_text(a, name);
	e = try_file(conf, a, name, language_code(in), out);
	if (e != ERR_OK && text_language() != in)
		e = try_file(conf, a, name, text_language_code(), out);
	if (e != ERR_OK)
		e = try_file(conf, a, name, "", out);
	for (int i = 0; e != ERR_OK && i < LANGUAGE__COUNT; i++)
		if (i != (int)in && i != (int)text_language())
			e = try_file(conf, a, name,
			    language_code((enum language)i), out);
	return e;
}

enum err
content_medium(const struct conf *conf, struct arena *a,
    const struct content *c, enum content_medium which, const char **file,
    struct str *bytes)
{
	static const char *const endings[] = { [CONTENT_PICTURE] = "jpg",
		[CONTENT_VIDEO] = "mp4",
		[CONTENT_VOICE] = "ogg" };
	const char *path =
	    arena_printf(a, "%s.%s.%s", c->name, c->in, endings[which]);
	bool is_there = false;
	const char *fault = NULL;

	if (c->in[0] != '\0')
		fault = read_inside(
		    conf, a, path, CONTENT_MAX_MEDIUM_BYTES, &is_there, bytes);
	if (!is_there) {
		path = arena_printf(a, "%s.%s", c->name, endings[which]);
		fault = read_inside(
		    conf, a, path, CONTENT_MAX_MEDIUM_BYTES, &is_there, bytes);
	}
	if (fault != NULL)
		log_event(LOG_ERROR, "medium_not_read",
		    KV(kv_text("file", path), kv_text("what", fault)));
	*file = arena_dup(a, str_after_last(str_from(path), '/'));
	return fault == NULL && is_there ? ERR_OK : ERR_NOT_FOUND;
}

/* ---- the folder ---- */

/* The name of a text by its file: NAME.md or NAME.LANGUAGE.md; empty for
 * another file. *in: LANGUAGE__COUNT where it is in none of ours. */
static struct str
name_of_file(struct str file, enum language *in)
{
	struct str name = file, language;

	*in = LANGUAGE__COUNT;
	if (!str_ends(file, ".md"))
		return (struct str){ NULL, 0 };
	name.len -= strlen(".md");
	language = str_after_last(name, '.');
	if (language.len == name.len)
		return name;
	name.len -= language.len + 1;
	for (int i = 0; i < LANGUAGE__COUNT; i++)
		if (str_eq(language, language_code((enum language)i)))
			*in = (enum language)i;
	return name;
}

/* A text in several languages is one; of very many the last are left out, since
 * a message has no room for their buttons. */
static void
add_name(const char **names, size_t *n, const char *name)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(names[i], name) == 0)
			return;
	if (*n < CONTENT_MAX_LEGAL)
		names[(*n)++] = name;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The texts of the law in the order in which people look for them. */
static const char *const known[] = { "terms", "agb", "privacy", "datenschutz",
	"impressum", "refund", "disclaimer" };

const char **
content_legal(const struct conf *conf, struct arena *a, size_t *n)
{
	const char **found = arena_alloc(a, CONTENT_MAX_LEGAL * sizeof(*found));
	const char **list = arena_alloc(a, CONTENT_MAX_LEGAL * sizeof(*list));
	size_t n_found = 0;
	struct dirent *entry;
	enum language in;
	DIR *d = conf->content_dir == NULL ?
	    NULL :
	    opendir(arena_printf(a, "%s/" CONTENT_LEGAL, conf->content_dir));

	*n = 0;
	while (d != NULL && (entry = readdir(d)) != NULL) {
		struct str name = name_of_file(str_from(entry->d_name), &in);

		if (is_name(name))
			add_name(found, &n_found, arena_dup(a, name));
	}
	if (d != NULL)
		(void)closedir(d);
	qsort(found, n_found, sizeof(*found), by_name);
	for (size_t i = 0; i < LENGTH(known); i++)
		for (size_t j = 0; j < n_found; j++)
			if (strcmp(found[j], known[i]) == 0)
				add_name(list, n, found[j]);
	for (size_t j = 0; j < n_found; j++)
		add_name(list, n, found[j]);
	return list;
}

/* What is wrong with a file of texts; NULL: nothing, or it is another file. */
static const char *
fault_of(const struct conf *conf, struct arena *a, const char *folder,
    const char *file)
{
	enum language in;
	struct str name = name_of_file(str_from(file), &in), text;
	bool is_there, has_tag = str_after_last(name, '.').len != name.len;
	const char *fault;

	if (name.p == NULL)
		return NULL;
	if (!is_name(name) || has_tag)
		return "has a name that no text has: NAME.LANGUAGE.md, of a-z, "
		       "0-9 and -";
	if (in == LANGUAGE__COUNT && name.len + strlen(".md") != strlen(file))
		return "is in a language that is not spoken here: uk, en, de "
		       "or pl";
	fault = read_text(
	    conf, a, arena_printf(a, "%s%s", folder, file), &is_there, &text);
	if (fault != NULL || !is_there)
		return fault;
	return markdown_page(a, text).len > MAX_PAGE_BYTES ?
	    "has too many marks for one page" :
	    NULL;
}

/* Each file in memory of its own: a folder may hold many. */
static bool
check_folder(struct arena *a, struct conf *conf, const char *folder)
{
	const char *path = arena_printf(a, "%s/%s", conf->content_dir, folder);
	DIR *d = opendir(path);
	struct dirent *entry;
	bool is_good = true;

	/* Without texts of the law there is no folder of them. */
	if (d == NULL && folder[0] != '\0' && errno == ENOENT)
		return true;
	if (d == NULL) {
		settings_fault(&conf->settings, a, "CONTENT_DIR: %s: %s", path,
		    strerror(errno));
		return false;
	}
	while ((entry = readdir(d)) != NULL) {
		struct arena scratch = { 0 };
		const char *fault =
		    fault_of(conf, &scratch, folder, entry->d_name);

		if (fault != NULL)
			settings_fault(&conf->settings, a,
			    "CONTENT_DIR: %s%s %s", folder, entry->d_name,
			    fault);
		is_good = is_good && fault == NULL;
		arena_free(&scratch);
	}
	(void)closedir(d);
	return is_good;
}

bool
content_check(struct arena *a, struct conf *conf)
{
	bool is_good;

	if (conf->content_dir == NULL)
		return true;
	is_good = check_folder(a, conf, "");
	return check_folder(a, conf, CONTENT_LEGAL) && is_good;
}
