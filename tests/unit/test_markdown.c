/* The operator's Markdown as the chat and as a page show it. */
#include "testing.h"

#include "shop/markdown.h"

static const char *
page_of(const char *text)
{
	return arena_dup(&mem, markdown_page(&mem, str_from(text)));
}

static const char *
chat_of(const char *text)
{
	struct markdown_reader r = { .rest = str_from(text) };

	return markdown_message(&mem, &r);
}

static const struct row {
	const char *why, *text, *chat, *page;
} rows[] = {
	{ "plain words", "Hello", "Hello", "<p>Hello</p>\n" },
	{ "a line's end is kept", "a\nb", "a\nb", "<p>a<br>\nb</p>\n" },
	{ "lines that end as under Windows", "a\r\nb\r\n\r\nc", "a\nb\n\nc",
	    "<p>a<br>\nb</p>\n<p>c</p>\n" },
	{ "paragraphs", "a\n\n\n b \n", "a\n\nb", "<p>a</p>\n<p>b</p>\n" },
	{ "bold and italic", "**a** *b* __c__ _d_",
	    "<b>a</b> <i>b</i> <b>c</b> <i>d</i>",
	    "<p><b>a</b> <i>b</i> <b>c</b> <i>d</i></p>\n" },
	{ "one within the other", "**a *b***", "<b>a <i>b</i></b>",
	    "<p><b>a <i>b</i></b></p>\n" },
	{ "both at once", "***a***", "<b><i>a</i></b>",
	    "<p><b><i>a</i></b></p>\n" },
	{ "what is not closed stays", "**a *b", "**a *b", "<p>**a *b</p>\n" },
	{ "a mark before a blank is a sign", "2 * 3 * 4", "2 * 3 * 4",
	    "<p>2 * 3 * 4</p>\n" },
	{ "bars within a word", "snake_case_word", "snake_case_word",
	    "<p>snake_case_word</p>\n" },
	{ "a sign that is meant itself", "\\*a\\* \\\\ \\a", "*a* \\ \\a",
	    "<p>*a* \\ \\a</p>\n" },
	{ "code hides marks", "`*a*` *`*`*",
	    "<code>*a*</code> <i><code>*</code></i>",
	    "<p><code>*a*</code> <i><code>*</code></i></p>\n" },
	{ "signs of HTML", "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;",
	    "<p>&lt;b&gt;&amp;&quot;&#39;</p>\n" },
	{ "a link", "[a *b*](https://h/?x=1&y=2)",
	    "<a href=\"https://h/?x=1&amp;y=2\">a <i>b</i></a>",
	    "<p><a rel=\"noreferrer\" href=\"https://h/?x=1&amp;y=2\">a "
	    "<i>b</i></a></p>\n" },
	{ "an address", "<tg://resolve?domain=a>",
	    "<a href=\"tg://resolve?domain=a\">tg://resolve?domain=a</a>",
	    "<p><a rel=\"noreferrer\" href=\"tg://resolve?domain=a\">"
	    "tg://resolve?domain=a</a></p>\n" },
	{ "another scheme is no link", "[a](javascript:b)", "[a](javascript:b)",
	    "<p>[a](javascript:b)</p>\n" },
	{ "nor is what breaks out", "[a](https://h/\" x)",
	    "[a](https://h/&quot; x)", "<p>[a](https://h/&quot; x)</p>\n" },
	{ "a quotation mark in a link", "[a](https://h/\")",
	    "<a href=\"https://h/&quot;\">a</a>",
	    "<p><a rel=\"noreferrer\" href=\"https://h/&quot;\">a</a></p>\n" },
	{ "headings", "# A *b*\ntext\n### C",
	    "<b>A <i>b</i></b>\n\ntext\n\n<b>C</b>",
	    "<h2>A <i>b</i></h2>\n<p>text</p>\n<h3>C</h3>\n" },
	{ "headings below the page's own", "## A\n### B\n## C",
	    "<b>A</b>\n\n<b>B</b>\n\n<b>C</b>",
	    "<h2>A</h2>\n<h3>B</h3>\n<h2>C</h2>\n" },
	{ "seven are none", "####### a", "####### a", "<p>####### a</p>\n" },
	{ "a list", "- a\n* **b**\n  c", "• a\n• <b>b</b>\nc",
	    "<ul>\n<li>a</li>\n<li><b>b</b><br>\nc</li>\n</ul>\n" },
	{ "a list that counts", "3. a\n4. b", "3. a\n4. b",
	    "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n" },
	{ "a quote", "> a\n> b\nc", "<blockquote>a\nb\nc</blockquote>",
	    "<blockquote>a<br>\nb<br>\nc</blockquote>\n" },
	{ "code of several lines", "```\n a *b*\n\nc\n```\nd",
	    "<pre> a *b*\n\nc</pre>\n\nd",
	    "<pre> a *b*\n\nc</pre>\n<p>d</p>\n" },
	{ "a line", "a\n\n---\n\nb", "a\n\nb", "<p>a</p>\n<hr>\n<p>b</p>\n" },
	{ "nothing", " \n\n", NULL, "" },
};

static void
shows(void **state)
{
	const struct row *r = *state;

	check_text(chat_of(r->text), r->chat);
	check_text(page_of(r->text), r->page);
}

static void
title(void **state)
{
	struct str text = str_from("\n# The **terms** & more\n\nFirst."),
		   none = str_from("First.\n# Later");

	(void)state;
	check_text(markdown_title(&mem, &text), "The terms & more");
	check_str(str_trim(text), "First.");
	check_text(markdown_title(&mem, &none), NULL);
	check_str(none, "First.\n# Later");
}

/* ---- messages ---- */

static const char *
repeated(const char *what, size_t n)
{
	char *all = arena_alloc(&mem, n * strlen(what) + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(all + i * strlen(what), what, strlen(what));
	return all;
}

static size_t
units(const char *html)
{
	size_t n = 0;

	for (bool in_tag = false; *html != '\0'; html++) {
		unsigned char c = (unsigned char)*html;

		in_tag = in_tag || c == '<';
		if (!in_tag && (c & 0xc0) != 0x80)
			n += c >= 0xf0 ? 2 : 1;
		in_tag = in_tag && c != '>';
	}
	return n;
}

static const struct cut {
	const char *why, *what;
	size_t times;
	int messages;
	const char *tail; /* of the first */
} cuts[] = {
	{ "as many paragraphs as fit", "1234567890\n\n", 400, 2, "1234567890" },
	{ "between words", "word ", 1000, 2, "word" },
	{ "between lines", "a line of text\n", 400, 2, "a line of text" },
	{ "letters of two bytes are one unit", "ї", 4096, 1, "ї" },
	{ "faces are two", "\xf0\x9f\x98\x80", 2048, 1, "\xf0\x9f\x98\x80" },
	{ "and are not cut in two", "\xf0\x9f\x98\x80", 2049, 2,
	    "\xf0\x9f\x98\x80" },
	{ "a list between its items", "- an item\n", 500, 2, "• an item" },
	{ "a quote stays one", "> words of a quote\n", 300, 2,
	    "words of a quote</blockquote>" },
};

static void
fits(void **state)
{
	const struct cut *c = *state;
	struct markdown_reader r = { .rest = str_from(
					 repeated(c->what, c->times)) };
	const char *html, *first = NULL;
	int n = 0;

	for (; (html = markdown_message(&mem, &r)) != NULL; n++) {
		assert_true(units(html) <= MARKDOWN_MAX_UNITS);
		first = n == 0 ? html : first;
	}
	check_int(n, c->messages);
	if (!str_ends(str_from(first), c->tail))
		fail_msg("ends in %s", first + strlen(first) - 40);
}

/* Code that is cut goes on as code, and what follows it is none. */
static void
long_code(void **state)
{
	const char *text = arena_printf(
	    &mem, "```\n%s```\n\n*after*", repeated("code *x*\n", 500));
	struct markdown_reader r = { .rest = str_from(text) };
	const char *second;

	(void)state;
	check_lacks(markdown_message(&mem, &r), "<i>");
	second = markdown_message(&mem, &r);
	check_has(second, "<pre>");
	check_has(second, "code *x*</pre>\n\n<i>after</i>");
	check_text(markdown_message(&mem, &r), NULL);
}

/* Read in a moment, whatever its marks; a reader that looks for the end of each
 * mark anew takes minutes. */
static void
many_marks(void **state)
{
	static const char *const marks[] = { "*a ", "_a ", "`", "[", "<",
		"[a](", "**a ", "*a`", "> ", "\\" };

	(void)state;
	for (size_t i = 0; i < LENGTH(marks); i++)
		(void)page_of(
		    repeated(marks[i], 256 * 1024 / strlen(marks[i])));
}

int
main(void)
{
	ROWS("markdown", shows, rows);
	ROWS("messages", fits, cuts);
	ONE("markdown", "a title is taken off, without marks", title);
	ONE("messages", "code that is cut goes on as code", long_code);
	ONE("markdown", "very many marks", many_marks);
	return testing_run("markdown", NULL, NULL);
}
