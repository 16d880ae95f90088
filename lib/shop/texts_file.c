/* Reading the shop's own words from PO files, and saying where one is wrong. */
#include "shop/texts_file.h"

#include "base/array.h"
#include "base/file.h"
#include "shop/text_fault.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS_BYTES ((size_t)16 * 1024) /* of one sentence */

/* Where the words of a line belong. Those before FIELD_ONE come first in an
 * entry, the translation's last: the order of the names tells when a new entry
 * has begun (read_keyword()). */
enum field {
	FIELD_CONTEXT,
	FIELD_ID,
	FIELD_ID_PLURAL,
	FIELD_ONE,   /* msgstr */
	FIELD_FORMS, /* msgstr[0] and on */
	FIELD__COUNT = FIELD_FORMS + TEXT_MAX_FORMS,
	FIELD_NONE = -1
};

struct reading {
	struct texts *own;
	struct arena *arena;
	struct settings *settings;
	const char *path;
	enum language in; /* LANGUAGE__COUNT: not known */
	/* So that a sentence that stands there twice is told: the second one
	 * would win, and its author would wonder why the first does nothing. */
	bool has_read[TEXT__COUNT];
	bool has_sentences, failed;

	size_t line;
	/* the entry that is being read */
	size_t began; /* its line */
	/* A spoilt entry has had its fault told. It is read on to its end, so
	 * that its other lines are not taken for another entry's, but nothing
	 * comes of it. */
	bool is_fuzzy, is_spoilt;
	enum field field; /* the latest one */
	bool has[FIELD__COUNT];
	struct buf words[FIELD__COUNT];
};

/* Every fault of the file is told, not the first alone: whoever mends one
 * should not have to start the program again to hear of the next. */
static void
wrong(struct reading *r, size_t line, const char *name, const char *reason)
{
	r->failed = true;
	settings_fault(r->settings, r->arena, "%s, line %zu: %s%s%s", r->path,
	    line, name, str_from(name).len == 0 ? "" : " ", reason);
}

/* What is wrong with the line; the entry that it is part of is left out. */
static void
wrong_line(struct reading *r, const char *reason)
{
	r->is_spoilt = true;
	wrong(r, r->line, "", reason);
}

/* ---- one sentence ---- */

static const char *
words(const struct reading *r, int field)
{
	return r->has[field] ? buf_str(&r->words[field]).p : NULL;
}

/* Takes one form, unless it is wrong. */
static bool
is_good(struct reading *r, enum text which, const char *text)
{
	const char *fault = text == NULL || text[0] == '\0' ?
	    "is only translated in part" :
	    text_fault(r->arena, which, text);

	if (fault != NULL)
		wrong(r, r->began, texts_names[which], fault);
	return fault == NULL;
}

/* Without gaps: msgstr[0] and msgstr[2] are one form. */
static int
n_forms_given(const struct reading *r)
{
	int n = 0;

	while (n < TEXT_MAX_FORMS && r->has[FIELD_FORMS + n])
		n++;
	return n;
}

static bool
is_empty(const struct reading *r)
{
	for (int i = FIELD_ONE; i < FIELD__COUNT; i++)
		if (r->has[i] && r->words[i].len > 0)
			return false;
	return true;
}

/* All forms or none: a sentence of which only the singular is the shop's own
 * would change its voice with the number. */
static void
take(struct reading *r, enum text which)
{
	int first = text_is_counted(which) ? FIELD_FORMS : FIELD_ONE;
	int n = text_is_counted(which) ? texts_built[r->in].n_forms : 1;
	const char **forms = r->own[r->in].forms[which];

	if (n_forms_given(r) != (text_is_counted(which) ? n : 0)) {
		wrong(r, r->began, texts_names[which],
		    text_is_counted(which) ?
			arena_printf(r->arena,
			    "stands beside a number: it must "
			    "have msgstr[0] to msgstr[%d]",
			    n - 1) :
			"has one form: msgstr");
		return;
	}
	for (int i = 0; i < n; i++)
		if (!is_good(r, which, words(r, first + i)))
			return;
	for (int i = 0; i < n; i++)
		forms[i] = arena_dup_text(r->arena, words(r, first + i));
}

/* ---- an entry ---- */

/* "Language: de" in the header's lines; NULL: it does not say. */
static const char *
language_line(struct arena *a, const char *header)
{
	struct str rest = str_from(header);

	while (rest.len > 0) {
		struct str line = str_cut(&rest, '\n');

		if (str_starts(line, "Language:")) {
			(void)str_cut(&line, ':');
			return arena_dup(a, str_trim(line));
		}
	}
	return NULL;
}

/* gettext keeps a file's header as the translation of the empty sentence. */
static void
take_header(struct reading *r)
{
	const char *code = language_line(r->arena, words(r, FIELD_ONE));
	enum language in = language_find(code, LANGUAGE__COUNT);

	/* The sentences before it were taken for the language of the file's
	 * name, which would be the wrong one. */
	if (r->has_sentences) {
		wrong(r, r->began, "", "the header must come first");
		return;
	}
	if (code == NULL || code[0] == '\0')
		return;
	if (in == LANGUAGE__COUNT)
		wrong(r, r->began, "",
		    arena_printf(r->arena,
			"no texts are spoken in the language %s here", code));
	r->in = in;
}

/* An empty msgstr means "not translated yet", as with every tool of gettext, so
 * it is no fault: that is what `admit texts` prints for a language that is not
 * complete. */
static void
take_sentence(struct reading *r)
{
	const char *name = words(r, FIELD_CONTEXT);
	enum text which = text_named(str_from(name));

	r->has_sentences = true;
	if (which == TEXT__COUNT)
		wrong(r, r->began, "",
		    name == NULL ? "the entry has no name (msgctxt)" :
				   arena_printf(r->arena,
				       "there is no text %s; `admit texts` "
				       "prints those that there are",
				       name));
	else if (r->has_read[which])
		wrong(r, r->began, name, "stands there twice");
	else if (!is_empty(r) && !r->is_fuzzy)
		take(r, which);
	if (which != TEXT__COUNT)
		r->has_read[which] = true;
}

static void
begin_entry(struct reading *r)
{
	r->field = FIELD_NONE;
	r->is_fuzzy = r->is_spoilt = false;
	for (int i = 0; i < FIELD__COUNT; i++) {
		r->has[i] = false;
		r->words[i] = buf_new(r->arena, MAX_WORDS_BYTES);
	}
}

static void
end_entry(struct reading *r)
{
	bool has_words = r->has[FIELD_ONE] || r->has[FIELD_FORMS];

	for (int i = 0; i < FIELD__COUNT; i++)
		if (buf_full(&r->words[i]))
			wrong_line(r, "more than 16 kB in one sentence");
	if (r->field != FIELD_NONE && !r->is_spoilt) {
		if (!r->has[FIELD_ID] || !has_words)
			wrong(r, r->began, "", "the entry is not complete");
		else if (!r->has[FIELD_CONTEXT] && r->words[FIELD_ID].len == 0)
			take_header(r);
		else if (r->in != LANGUAGE__COUNT)
			take_sentence(r);
	}
	begin_entry(r);
}

/* ---- a line ---- */

/* Adds what stands in quotes to the field's words. */
static void
add_words(struct reading *r, struct str s)
{
	/* The escapes that our own sentences need. C has more of them, but a
	 * text with a bell or a zero byte in it is a mistake. */
	static const char names[] = "nt\"\\", meant[] = "\n\t\"\\";
	struct buf *b = &r->words[r->field];

	r->has[r->field] = true;
	s = str_trim(s);
	if (s.len < 2 || s.p[0] != '"' || s.p[s.len - 1] != '"') {
		wrong_line(r, "a quote is missing");
		return;
	}
	for (size_t i = 1; i < s.len - 1; i++) {
		const char *at = NULL;

		if (s.p[i] == '\\' && i + 1 < s.len - 1)
			at = strchr(names, s.p[++i]);
		else if (s.p[i] != '\\' && s.p[i] != '"') {
			buf_char(b, s.p[i]);
			continue;
		}
		if (at == NULL || *at == '\0') {
			wrong_line(r,
			    "an escape other than \\n, \\t, \\\" and \\\\, or "
			    "a bare quote");
			return;
		}
		buf_char(b, meant[at - names]);
	}
}

static enum field
field_named(struct str keyword)
{
	static const char *const keywords[] = {
		[FIELD_CONTEXT] = "msgctxt",
		[FIELD_ID] = "msgid",
		[FIELD_ID_PLURAL] = "msgid_plural",
		[FIELD_ONE] = "msgstr",
	};

	for (int i = 0; i < (int)LENGTH(keywords); i++)
		if (str_eq(keyword, keywords[i]))
			return (enum field)i;
	if (keyword.len == strlen("msgstr[0]") &&
	    str_starts(keyword, "msgstr[") && str_ends(keyword, "]") &&
	    keyword.p[7] >= '0' && keyword.p[7] < '0' + TEXT_MAX_FORMS)
		return (enum field)(FIELD_FORMS + keyword.p[7] - '0');
	return FIELD_NONE;
}

static void
read_keyword(struct reading *r, struct str line)
{
	size_t n = 0;
	enum field field;

	while (n < line.len && line.p[n] != ' ' && line.p[n] != '\t' &&
	    line.p[n] != '"')
		n++;
	field = field_named((struct str){ line.p, n });
	if (field == FIELD_NONE) {
		wrong_line(r, "neither a comment nor part of an entry");
		return;
	}
	/* PO files separate entries by blank lines only by custom: after a
	 * translation the next name or original begins a new entry. */
	if (r->field >= FIELD_ONE && field < FIELD_ONE)
		end_entry(r);
	if (r->field == FIELD_NONE)
		r->began = r->line;
	if (r->has[field])
		wrong_line(r, "the same for the second time in one entry");
	r->field = field;
	add_words(r, (struct str){ line.p + n, line.len - n });
}

static void
read_line(struct reading *r, struct str line)
{
	line = str_trim(line);
	/* "#~" marks a sentence that its author's tool has put aside as used no
	 * more. */
	if (line.len == 0 || str_starts(line, "#~")) {
		end_entry(r);
	} else if (line.p[0] == '#') {
		/* A comment stands above its entry, so behind a translation it
		 * belongs to the next one already. */
		if (r->field >= FIELD_ONE)
			end_entry(r);
		if (str_starts(line, "#,") && str_has_nocase(line, "fuzzy"))
			r->is_fuzzy = true;
	} else if (line.p[0] == '"' && r->field != FIELD_NONE) {
		add_words(r, line);
	} else {
		read_keyword(r, line);
	}
}

/* ---- a file ---- */

/* "de" of "/etc/admit/de.po". */
static enum language
language_of_name(struct arena *a, const char *path)
{
	struct str name = str_after_last(str_from(path), '/');

	return language_find(
	    arena_dup(a, str_cut(&name, '.')), LANGUAGE__COUNT);
}

bool
texts_read(struct texts own[LANGUAGE__COUNT], struct arena *a,
    struct settings *s, const char *path, struct str text)
{
	struct reading *r = arena_alloc(a, sizeof(*r));

	*r = (struct reading){ .own = own,
		.arena = a,
		.settings = s,
		.path = path,
		.in = language_of_name(a, path) };
	/* Editors of Windows put a mark of UTF-8 in front. */
	if (str_starts(text, "\xef\xbb\xbf"))
		text = (struct str){ text.p + 3, text.len - 3 };
	/* Telegram refuses a message with other bytes in it, so a file in an
	 * older encoding would silence the bot. */
	if (!str_is_utf8(text)) {
		wrong(r, 1, "", "the file is not in UTF-8");
		return false;
	}
	begin_entry(r);
	while (text.len > 0) {
		r->line++;
		read_line(r, str_cut(&text, '\n'));
	}
	end_entry(r);
	if (r->in == LANGUAGE__COUNT && !r->failed)
		wrong(r, 1, "",
		    "of which language is it? Neither a Language in the header "
		    "nor the file's name says it");
	return !r->failed;
}

static bool
load_file(struct texts own[LANGUAGE__COUNT], struct arena *a,
    struct settings *s, const char *path)
{
	struct str text;

	if (file_read(a, path, TEXTS_MAX_FILE_BYTES, &text))
		return texts_read(own, a, s, path, text);
	settings_fault(s, a, "the texts file %s: cannot be read: %s", path,
	    strerror(errno));
	return false;
}

/* Names with a dot in front are what editors leave behind while they write. */
static int
is_texts_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	    str_ends(str_from(entry->d_name), ".po");
}

/* All of them, however many, in the order of their names: of a sentence that
 * two have, the later one's stands, on every host. */
static bool
load_folder(struct texts own[LANGUAGE__COUNT], struct arena *a,
    struct settings *s, const char *path)
{
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, is_texts_file, alphasort);
	bool is_fine = true;

	if (n < 0) {
		settings_fault(s, a, "the texts folder %s: cannot be read: %s",
		    path, strerror(errno));
		return false;
	}
	for (int i = 0; i < n; i++) {
		is_fine &= load_file(own, a, s,
		    arena_printf(a, "%s/%s", path, entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	if (n == 0)
		settings_fault(
		    s, a, "the texts folder %s: has no file .po", path);
	return is_fine && n > 0;
}

/* The folder first: a sentence of the single file then takes its place. */
bool
texts_load(
    struct texts own[LANGUAGE__COUNT], struct arena *a, struct conf *conf)
{
	bool is_fine = true;

	if (conf->texts_dir != NULL)
		is_fine &=
		    load_folder(own, a, &conf->settings, conf->texts_dir);
	if (conf->texts_file != NULL)
		is_fine &= load_file(own, a, &conf->settings, conf->texts_file);
	return is_fine;
}
