/* Text that grows up to a maximum, and the two ways to escape. */
#include "testing.h"

#include "base/buf.h"

static const struct maximum {
	const char *why;
	size_t max_bytes;
	const char *parts[4];
	const char *want;
	bool full;
} maxima[] = {
	{ "room left", 10, { "abc", "def" }, "abcdef", false },
	{ "just fits", 6, { "abc", "def" }, "abcdef", false },
	{ "one byte too many", 5, { "abc", "def" }, "abc", true },
	{ "after that nothing fits, small as it is", 5, { "abc", "def", "g" },
	    "abc", true },
	{ "no room at all", 0, { "a" }, "", true },
	{ "nothing fits into nothing", 0, { "" }, "", false },
	{ "nothing written", 5, { NULL }, "", false },
};

static void
maximum(void **state)
{
	const struct maximum *m = *state;
	struct buf b = buf_new(&mem, m->max_bytes);

	for (size_t i = 0; i < 4; i++)
		buf_text(&b, m->parts[i]);
	check_str(buf_str(&b), m->want);
	check_text(buf_str(&b).p, m->want); /* a NUL at its end */
	check_int(buf_full(&b), m->full);
}

static const struct escape {
	const char *why;
	void (*add)(struct buf *b, const char *s);
	const char *s, *want;
} escapes[] = {
	{ "plain text", buf_html, "10 кроків", "10 кроків" },
	{ "a script", buf_html, "<script>alert(1)</script>",
	    "&lt;script&gt;alert(1)&lt;/script&gt;" },
	{ "out of an attribute", buf_html, "\" onload='x'",
	    "&quot; onload=&#39;x&#39;" },
	{ "the ampersand itself", buf_html, "&lt;", "&amp;lt;" },
	{ "null", buf_html, NULL, "" },
	{ "empty", buf_html, "", "" },

	{ "unreserved characters stay", buf_url, "AZaz09-._~", "AZaz09-._~" },
	{ "what separates fields", buf_url, "a&b=c", "a%26b%3Dc" },
	{ "a blank is %20, not plus", buf_url, "a b", "a%20b" },
	{ "a plus", buf_url, "+", "%2B" },
	{ "percent", buf_url, "%41", "%2541" },
	{ "brackets and braces", buf_url, "{X}[0]", "%7BX%7D%5B0%5D" },
	{ "a URL", buf_url, "https://h/p?q=1#f",
	    "https%3A%2F%2Fh%2Fp%3Fq%3D1%23f" },
	{ "beyond ASCII, byte by byte", buf_url, "к", "%D0%BA" },
	{ "control characters", buf_url, "\r\n\t\x7f\x01", "%0D%0A%09%7F%01" },
	{ "the last byte", buf_url, "\xff", "%FF" },
	{ "null", buf_url, NULL, "" },
};

static void
escape(void **state)
{
	const struct escape *e = *state;
	struct buf b = buf_new(&mem, 1000);

	e->add(&b, e->s);
	check_str(buf_str(&b), e->want);
}

static const struct integer {
	const char *why;
	int64_t n;
	const char *want;
} integers[] = {
	{ "zero", 0, "0" },
	{ "negative", -7, "-7" },
	{ "the largest", INT64_MAX, "9223372036854775807" },
	{ "the smallest", INT64_MIN, "-9223372036854775808" },
};

static void
integer(void **state)
{
	const struct integer *i = *state;
	struct buf b = buf_new(&mem, 100);

	buf_int(&b, i->n);
	check_str(buf_str(&b), i->want);
}

/* An entity is cut as a whole or not at all: a full buffer is never used, but
 * what stands in it must not have been torn. */
static void
nothing_is_torn(void **state)
{
	struct buf b = buf_new(&mem, 7);

	(void)state;
	buf_html(&b, "a<b<c");
	check_str(buf_str(&b), "a&lt;b");
	assert_true(buf_full(&b));
}

static void
grows(void **state)
{
	struct buf b = buf_new(&mem, 100000);

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_char(&b, (char)('a' + i % 26));
	assert_false(buf_full(&b));
	check_int(buf_str(&b).len, 100000);
	for (int i = 0; i < 100000; i++)
		check_int(buf_str(&b).p[i], 'a' + i % 26);
	buf_char(&b, 'x');
	assert_true(buf_full(&b));
}

int
main(void)
{
	ROWS("maximum", maximum, maxima);
	ROWS("escape", escape, escapes);
	ROWS("int", integer, integers);
	ONE("maximum", "nothing is torn", nothing_is_torn);
	ONE("maximum", "100,000 bytes, one at a time", grows);
	return testing_run("buf", NULL, NULL);
}
