/* The built sentences as a PO file, for whoever wants others. */
#include "shop/texts_write.h"

#include "base/buf.h"

#include <string.h>

#define MAX_OUT_BYTES ((size_t)1024 * 1024)

/* In quotes, a line of the file for each of the text's where it has several. */
static void
put(struct buf *b, const char *keyword, const char *text)
{
	bool has_lines = strchr(text, '\n') != NULL;

	buf_text(b, keyword);
	buf_text(b, has_lines ? " \"\"\n\"" : " \"");
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n') {
			buf_text(b, p[1] == '\0' ? "\\n" : "\\n\"\n\"");
			continue;
		}
		if (*p == '"' || *p == '\\')
			buf_char(b, '\\');
		if (*p == '\t')
			buf_text(b, "\\t");
		else
			buf_char(b, *p);
	}
	buf_text(b, "\"\n");
}

/* The flag makes a translator's own tools (msgfmt, Poedit, Weblate) watch over
 * the holes, which look like Python's; but for what is sold, which stands in
 * another case, and so in another hole, from language to language. */
static const char *
flag_of(const char *english)
{
	if (strchr(english, '{') == NULL)
		return "\n";
	return strstr(english, "{kind") == NULL ?
	    "\n#, python-brace-format\n" :
	    "\n#, no-python-brace-format\n";
}

static void
put_form(struct buf *b, const char *keyword, const char *form)
{
	put(b, keyword, form == NULL ? "" : form);
}

static void
put_sentence(struct buf *b, struct arena *a, enum language in, enum text which)
{
	const char *english = text_built(LANGUAGE_EN, which, 0);

	buf_text(b, flag_of(english));
	put(b, "msgctxt", texts_names[which]);
	put(b, "msgid", english);
	if (!text_is_counted(which)) {
		put_form(b, "msgstr", text_built(in, which, 0));
		return;
	}
	put(b, "msgid_plural", text_built(LANGUAGE_EN, which, 1));
	for (int i = 0; i < texts_built[in].n_forms; i++)
		put_form(b, arena_printf(a, "msgstr[%d]", i),
		    text_built(in, which, i));
}

/* The built sentences, not the shop's: who writes a file wants to see what
 * stands there without it. */
struct str
texts_write(struct arena *a, enum language in)
{
	struct buf b = buf_new(a, MAX_OUT_BYTES);

	buf_text(&b,
	    "# What people read. Keep what is to differ, for "
	    "TEXTS_FILE, and leave out the rest.\n");
	put(&b, "msgid", "");
	put(&b, "msgstr",
	    arena_printf(a,
		"Language: %s\nMIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: 8bit\nPlural-Forms: %s\n",
		language_code(in),
		texts_built[in].plural_forms == NULL ?
		    "" :
		    texts_built[in].plural_forms));
	for (int i = 0; i < TEXT__COUNT; i++)
		put_sentence(&b, a, in, (enum text)i);
	return buf_str(&b);
}
