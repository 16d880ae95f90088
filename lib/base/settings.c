/* Settings: finding and reading values, all faults at once. */
#include "base/settings.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_BYTES (64 * 1024)

/* Adds a sentence to a list; one too many is dropped. Whoever mends the first
 * ones sees the others at the next start. */
static void __attribute__((format(printf, 4, 0))) add_sentence(
    struct arena *a, const char **all, size_t *n, const char *fmt, va_list args)
{
	char sentence[512];

	(void)vsnprintf(sentence, sizeof(sentence), fmt, args);
	if (*n < SETTINGS_MAX_FAULTS)
		all[(*n)++] = arena_dup_text(a, sentence);
}

void
settings_fault(struct settings *s, struct arena *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_sentence(a, s->faults, &s->n_faults, fmt, args);
	va_end(args);
}

bool
settings_fault_more(
    struct settings *s, struct arena *a, const char *name, const char *more)
{
	size_t n = strlen(name);
	bool is_there = false;

	for (size_t i = 0; i < s->n_faults; i++)
		if (strncmp(s->faults[i], name, n) == 0 &&
		    s->faults[i][n] == ' ') {
			s->faults[i] =
			    arena_printf(a, "%s%s", s->faults[i], more);
			is_there = true;
		}
	return is_there;
}

void
settings_note(struct settings *s, struct arena *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_sentence(a, s->notes, &s->n_notes, fmt, args);
	va_end(args);
}

/* The account's home by its entry in the system's list, not by $HOME: under
 * suexec and some CGI hosts that is unset, or the web server's. */
static const char *
home_of_account(void)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwuid(geteuid());
	/* To go on without the owner's settings would be worse. */
	if (pw == NULL && errno == ENOMEM)
		(void)or_out_of_memory(NULL);
	return pw != NULL && pw->pw_dir != NULL && pw->pw_dir[0] == '/' ?
	    pw->pw_dir :
	    NULL;
}

/* The lines of a settings file, by name. */
struct file {
	struct kv_line {
		struct str name, value;
		int number;
		const char *odd; /* about the value, which is taken all the
		                    same; NULL: nothing */
	} * lines;
	size_t n, max;
};

static struct str
unquote(struct str v)
{
	if (v.len >= 2 && (v.p[0] == '"' || v.p[0] == '\'') &&
	    v.p[v.len - 1] == v.p[0])
		return (struct str){ v.p + 1, v.len - 2 };
	return v;
}

/* A value in quotes of which nothing but a comment follows. */
static bool
in_quotes(struct str v, struct str *inside, bool *has_comment)
{
	if (v.len < 2 || (v.p[0] != '"' && v.p[0] != '\''))
		return false;
	for (size_t i = 1; i < v.len; i++) {
		struct str rest = { v.p + i + 1, v.len - i - 1 };
		struct str after = str_trim(rest);

		if (v.p[i] != v.p[0] ||
		    (after.len > 0 && (after.p[0] != '#' || after.p == rest.p)))
			continue;
		*inside = (struct str){ v.p + 1, i - 1 };
		*has_comment = after.len > 0;
		return true;
	}
	return false;
}

static bool
is_blank(struct str v, size_t at)
{
	return at >= v.len || v.p[at] == ' ' || v.p[at] == '\t';
}

/* Quotes that came from a text editor or a web page are none to us. */
static bool
has_pretty_quotes(struct str v)
{
	static const char *const all[] = { "\xe2\x80\x9c", "\xe2\x80\x9d",
		"\xe2\x80\x9e", "\xe2\x80\x98", "\xe2\x80\x99", "\xc2\xab" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (str_starts(v, all[i]))
			return true;
	return false;
}

/* One at an end of the value, and none that goes with it. */
static bool
has_lone_quote(struct str v)
{
	static const char quotes[] = "\"'";

	for (size_t q = 0; q < 2; q++) {
		size_t n = 0;

		for (size_t i = 0; i < v.len; i++)
			n += v.p[i] == quotes[q];
		if (n % 2 == 1 &&
		    (v.p[0] == quotes[q] || v.p[v.len - 1] == quotes[q]))
			return true;
	}
	return false;
}

static const char *
odd_quotes(struct str v)
{
	if (has_pretty_quotes(v))
		return "the quotes are part of the value: write plain ones";
	if (has_lone_quote(v))
		return "a quote has no other, and is part of the value";
	return NULL;
}

static const char is_comment[] =
    "what follows \"#\" is a comment; put the value in quotes";
static const char is_no_comment[] =
    "what follows \"#\" is a part of the value: a comment has a blank behind "
    "it; put the value in quotes";

/* v: what follows the sign of equality, with blanks. */
static struct str
plain_value(struct str v, const char **odd)
{
	struct str inside;
	bool has_comment = false;

	if (in_quotes(str_trim(v), &inside, &has_comment)) {
		*odd = has_comment ? is_comment : NULL;
		return inside;
	}
	for (size_t i = 1; i < v.len; i++) {
		if (v.p[i] != '#' || !is_blank(v, i - 1))
			continue;
		has_comment = is_blank(v, i + 1);
		*odd = has_comment ? is_comment : is_no_comment;
		return unquote(
		    str_trim((struct str){ v.p, has_comment ? i : v.len }));
	}
	v = unquote(str_trim(v));
	*odd = odd_quotes(v);
	return v;
}

/* What may stand in the file beside the settings' own names. */
static bool
is_known_beside(const struct settings_table *t, struct str name)
{
	for (size_t i = 0; t->beside[i] != NULL; i++)
		if (str_eq(name, t->beside[i]))
			return true;
	for (const struct setting_old *o = t->old; o->name != NULL; o++)
		if (str_eq(name, o->old))
			return true;
	return str_eq(name, t->file_variable);
}

static void
know_name(struct settings *s, struct arena *a, struct str name, int number)
{
	const struct settings_table *t = s->table;
	/* Up to three slips, and less than half of the name: beyond that a
	 * guess would mislead more than it helps. */
	size_t best = 4;
	const char *nearest = NULL;
	const struct str shown = { name.p, name.len < 64 ? name.len : 64 };

	if (is_known_beside(t, name))
		return;
	for (size_t i = 0; i < t->n; i++) {
		size_t far = str_distance(name, str_from(t->rows[i].name));

		if (str_eq(name, t->rows[i].name))
			return;
		if (far < best && far < name.len / 2) {
			best = far;
			nearest = t->rows[i].name;
		}
	}
	settings_note(s, a,
	    "the settings file: line %d: there is no setting %.*s%s%s%s",
	    number, (int)shown.len, shown.p, nearest == NULL ? "" : "; is it ",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

static void
file_line(struct settings *s, struct arena *a, struct file *f, struct str line,
    int number)
{
	struct str value = str_trim(line), name;

	if (value.len == 0 || value.p[0] == '#')
		return;
	/* People write the file so that a shell can read it as well. */
	if (str_starts(value, "export "))
		value = (struct str){ value.p + 7, value.len - 7 };
	/* The line is named by its number and not quoted: it may be a secret
	 * whose name was lost. */
	if (memchr(value.p, '=', value.len) == NULL) {
		settings_fault(s, a,
		    "the settings file: line %d is not NAME=value", number);
		return;
	}
	name = str_trim(str_cut(&value, '='));
	know_name(s, a, name, number);
	f->lines = arena_grow(a, f->lines, f->n, &f->max, sizeof(*f->lines));
	f->lines[f->n] = (struct kv_line){ .name = name, .number = number };
	f->lines[f->n].value = plain_value(value, &f->lines[f->n].odd);
	f->n++;
}

/* Editors on Windows put a mark in front of the text: that of UTF-8, or that of
 * UTF-16, which is not read here. */
static struct str
past_mark(struct settings *s, struct arena *a, struct str text)
{
	if (str_starts(text, "\xef\xbb\xbf"))
		return (struct str){ text.p + 3, text.len - 3 };
	if (!str_starts(text, "\xff\xfe") && !str_starts(text, "\xfe\xff"))
		return text;
	s->is_unread = true;
	settings_fault(s, a,
	    "the settings file is UTF-16, which is not read: save it as UTF-8");
	return (struct str){ NULL, 0 };
}

static void
file_open(struct settings *s, struct arena *a, struct file *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf text = buf_new(a, MAX_FILE_BYTES);
	struct stat st;
	struct str rest;
	int number = 0;

	/* The file is read and judged even where its mode is wrong, so that the
	 * operator hears of all faults in one go. */
	s->path = path;
	s->is_unread = fd < 0 || fstat(fd, &st) != 0 || !file_slurp(fd, &text);
	if (s->is_unread)
		settings_fault(s, a, "the settings file %s: cannot be read: %s",
		    path, strerror(errno));
	else if ((st.st_mode & S_IRWXO) != 0)
		settings_fault(s, a,
		    "the settings file %s: everybody on this host can read "
		    "it; run chmod 600 on it",
		    path);
	rest = past_mark(s, a, buf_str(&text));
	while (rest.len > 0)
		file_line(s, a, f, str_cut(&rest, '\n'), ++number);
	if (fd >= 0)
		(void)close(fd);
}

static void
file_find(struct settings *s, struct arena *a, struct file *f)
{
	const char *named = getenv(s->table->file_variable);
	const char *system = s->table->system_file, *home, *path;

	/* A file that was named must be there. Those that are only looked for
	 * need not. */
	if (named != NULL && named[0] != '\0') {
		file_open(s, a, f, named);
		return;
	}
	home = home_of_account();
	path = arena_printf(
	    a, "%s/%s", home != NULL ? home : "", s->table->home_file);
	if (home != NULL && access(path, F_OK) == 0)
		file_open(s, a, f, path);
	/* R_OK, not F_OK: the system's file is for the account of the system's
	 * service, and on a shared host not for others. */
	else if (access(system, R_OK) == 0)
		file_open(s, a, f, system);
}

static const char *
file_get(const struct file *f, struct arena *a, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->lines[i].name, name) && f->lines[i].value.len > 0)
			return arena_dup(a, f->lines[i].value);
	return NULL;
}

/* The first line of a name counts, unless it is empty. */
static const struct kv_line *
first_of(const struct file *f, const struct kv_line *of)
{
	for (const struct kv_line *l = f->lines; l < of; l++)
		if (l->value.len > 0 && l->name.len == of->name.len &&
		    memcmp(l->name.p, of->name.p, l->name.len) == 0)
			return l;
	return NULL;
}

/* What is odd about a value that is wrong is most likely why, and one cause is
 * told once. */
static void
tell_odd(struct settings *s, struct arena *a, const struct file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct kv_line *l = &f->lines[i], *first;
		const char *name = arena_dup(a, l->name);

		first = l->value.len > 0 ? first_of(f, l) : NULL;
		if (first != NULL)
			settings_note(s, a,
			    "the settings file: line %d: %s stands in line %d "
			    "already, which counts: take one of them out",
			    l->number, name, first->number);
		else if (l->odd != NULL &&
		    !settings_fault_more(s, a, name,
			arena_printf(a, " (line %d: %s)", l->number, l->odd)))
			settings_note(s, a, "the settings file: line %d: %s",
			    l->number, l->odd);
	}
}

/* Looks nearby first: what somebody set for this very process beats a file. An
 * empty value counts as none, since a server that copies its environment passes
 * on empty variables for unset ones. */
static const char *
look_up(struct arena *a, const struct file *f,
    const struct settings_params *params, const char *name)
{
	const char *v = getenv(name);

	if (v != NULL && v[0] != '\0')
		return arena_dup_text(a, v);
	v = file_get(f, a, name);
	if (v == NULL && params != NULL)
		v = arena_dup_text(a, params->get(params->ctx, name));
	return v != NULL && v[0] != '\0' ? v : NULL;
}

static const char *
store_int(struct arena *a, const struct setting *row, const char *v, void *into)
{
	int64_t n;

	if (!str_to_i64(str_from(v), &n) || n < row->low || n > row->high)
		return arena_printf(a,
		    "must be a whole number from %lld to %lld",
		    (long long)row->low, (long long)row->high);
	memcpy((char *)into + row->at, &n, sizeof(n));
	return NULL;
}

static void
store(struct settings *s, struct arena *a, const struct setting *row,
    const char *v, void *into)
{
	const char *wrong;

	if (row->check == NULL) {
		wrong = store_int(a, row, v, into);
	} else {
		/* Stored even if it is wrong: the checks that look at several
		 * settings at once still run and find what else is amiss. */
		wrong = row->check(v);
		memcpy((char *)into + row->at, &v, sizeof(v));
	}
	if (wrong != NULL)
		settings_fault(s, a, "%s %s", row->name, wrong);
}

/* "~/" in a default becomes the account's home. Where the account has none, it
 * stays for the setting's check to refuse. */
static const char *
default_of(struct arena *a, const struct setting *row)
{
	const char *tilde = strstr(row->dflt, "~/");
	const char *home = tilde == NULL ? NULL : home_of_account();

	if (row->dflt[0] == '\0')
		return NULL;
	if (home == NULL)
		return row->dflt;
	return arena_printf(a, "%.*s%s%s", (int)(tilde - row->dflt), row->dflt,
	    home, tilde + 1);
}

void
settings_load(struct settings *s, struct arena *a,
    const struct settings_table *table, void *into, unsigned used_by,
    const struct settings_params *params)
{
	const struct setting_old *old = table->old;
	struct file *f = arena_alloc(a, sizeof(*f));

	s->table = table;
	file_find(s, a, f);
	for (size_t i = 0; i < table->n; i++) {
		const struct setting *row = &table->rows[i];
		const char *v = look_up(a, f, params, row->name);

		for (size_t k = 0; v == NULL && old[k].name != NULL; k++)
			if (strcmp(old[k].name, row->name) == 0)
				v = look_up(a, f, params, old[k].old);
		/* Kept even where this program does not use the setting:
		 * settings_environ() hands it to the worker, which may have no
		 * other way to it. */
		s->raw[i] = v;
		if ((row->used_by & used_by) == 0)
			continue;
		if (v == NULL)
			v = default_of(a, row);
		if (v != NULL)
			store(s, a, row, v, into);
		else if (row->required && !s->is_unread)
			settings_fault(s, a, "%s is %s: %s", row->name,
			    getenv(row->name) != NULL ? "empty" : "missing",
			    row->meaning);
	}
	tell_odd(s, a, f);
}

const char *
settings_place(const struct settings *s, struct arena *a)
{
	const char *home = home_of_account();

	if (s->path != NULL || home == NULL)
		return s->path;
	return arena_printf(a, "%s/%s", home, s->table->home_file);
}

const char *
settings_given(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->table->n; i++)
		if (strcmp(s->table->rows[i].name, name) == 0)
			return s->raw[i];
	return NULL;
}

/* Some of what this process knows came as parameters of a request, which a
 * program started by it will not get. And nothing but settings goes along: a
 * web server's environment is none of the worker's business. */
char **
settings_environ(const struct settings *s, struct arena *a)
{
	const struct settings_table *t = s->table;
	char **env = arena_alloc(a, (t->n + 3) * sizeof(*env));
	const char *named = getenv(t->file_variable), *path = getenv("PATH");
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (s->raw[i] != NULL)
			env[n++] = arena_printf(
			    a, "%s=%s", t->rows[i].name, s->raw[i]);
	if (named != NULL)
		env[n++] = arena_printf(a, "%s=%s", t->file_variable, named);
	env[n++] = arena_printf(
	    a, "PATH=%s", path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
	return env;
}
