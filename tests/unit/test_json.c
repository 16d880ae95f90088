/* JSON: strict reading, typed leaves, writing. */
#include "testing.h"

#include "base/buf.h"
#include "base/json.h"

static const struct strict {
	const char *why;
	struct str text;
	enum err want;
} stricts[] = {
	{ "an empty object", LIT("{}"), ERR_OK },
	{ "blanks around it", LIT(" \r\n\t{} \n"), ERR_OK },
	{ "every kind of value",
	    LIT("{\"a\":[1,-2.5,\"x\",true,false,null,{}]}"), ERR_OK },
	{ "an escaped surrogate pair", LIT("{\"a\":\"\\ud83d\\ude00\"}"),
	    ERR_OK },
	{ "UTF-8 of two, three and four bytes",
	    LIT("{\"a\":\"\xd0\xba\xe2\x82\xac\xf0\x9f\x98\x80\"}"), ERR_OK },

	{ "nothing", LIT(""), ERR_INPUT },
	{ "blanks alone", LIT(" \n"), ERR_INPUT },
	{ "an array", LIT("[]"), ERR_INPUT },
	{ "a number", LIT("1"), ERR_INPUT },
	{ "a text", LIT("\"{}\""), ERR_INPUT },
	{ "null", LIT("null"), ERR_INPUT },
	{ "a form body", LIT("a=1&b=2"), ERR_INPUT },
	{ "HTML", LIT("<html></html>"), ERR_INPUT },
	{ "cut off in the middle", LIT("{\"a\":"), ERR_INPUT },
	{ "cut off before the end", LIT("{\"a\":1"), ERR_INPUT },
	{ "cut off inside a text", LIT("{\"a\":\"x"), ERR_INPUT },
	{ "a word behind it", LIT("{} x"), ERR_INPUT },
	{ "a second object", LIT("{}{}"), ERR_INPUT },
	{ "a brace too many", LIT("{}}"), ERR_INPUT },
	{ "a NUL behind it", LIT("{}\0"), ERR_INPUT },
	{ "rubbish behind a NUL", LIT("{}\0x"), ERR_INPUT },
	{ "a NUL instead of the end", LIT("{\"a\":1\0}"), ERR_INPUT },
	{ "a NUL first", LIT("\0{}"), ERR_INPUT },
	{ "a comma too many", LIT("{\"a\":1,}"), ERR_INPUT },
	{ "a comma too many in an array", LIT("{\"a\":[1,]}"), ERR_INPUT },
	{ "a comment", LIT("{/* */}"), ERR_INPUT },
	{ "single quotes", LIT("{'a':1}"), ERR_INPUT },
	{ "single quotes around a value", LIT("{\"a\":'b'}"), ERR_INPUT },
	{ "a name without quotes", LIT("{a:1}"), ERR_INPUT },
	{ "capitals", LIT("{\"a\":TRUE}"), ERR_INPUT },
	{ "not a number", LIT("{\"a\":NaN}"), ERR_INPUT },
	{ "infinity", LIT("{\"a\":Infinity}"), ERR_INPUT },
	{ "infinity below nothing", LIT("{\"a\":-Infinity}"), ERR_INPUT },
	{ "numbers of every form",
	    LIT("{\"a\":[0,-0,10,-12.50,0.1,1e9,1E+9,2.5e-10]}"), ERR_OK },
	{ "a zero in front", LIT("{\"a\":01}"), ERR_INPUT },
	{ "a plus in front", LIT("{\"a\":+1}"), ERR_INPUT },
	{ "a minus alone", LIT("{\"a\":-}"), ERR_INPUT },
	{ "no digit before the point", LIT("{\"a\":.5}"), ERR_INPUT },
	{ "no digit behind the point", LIT("{\"a\":1.}"), ERR_INPUT },
	{ "no digit in the exponent", LIT("{\"a\":1e+}"), ERR_INPUT },
	{ "two numbers in one", LIT("{\"a\":1 2}"), ERR_INPUT },
	{ "a word that goes on", LIT("{\"a\":nulls}"), ERR_INPUT },
	{ "a word cut short", LIT("{\"a\":tru}"), ERR_INPUT },
	{ "a name without a value", LIT("{\"a\"}"), ERR_INPUT },
	{ "a name and nothing", LIT("{\"a\":}"), ERR_INPUT },
	{ "a value without a name", LIT("{1}"), ERR_INPUT },
	{ "two values without a comma", LIT("{\"a\":1 \"b\":2}"), ERR_INPUT },
	{ "a comma first", LIT("{,\"a\":1}"), ERR_INPUT },
	{ "a comma alone in an array", LIT("{\"a\":[,]}"), ERR_INPUT },
	{ "another bracket", LIT("{\"a\":[1}}"), ERR_INPUT },
	{ "another brace", LIT("{\"a\":{]}"), ERR_INPUT },
	{ "hexadecimal", LIT("{\"a\":0x10}"), ERR_INPUT },
	{ "a byte order mark", LIT("\xef\xbb\xbf{}"), ERR_INPUT },
	{ "a byte that is no UTF-8", LIT("{\"a\":\"\xff\"}"), ERR_INPUT },
	{ "a UTF-8 character cut short", LIT("{\"a\":\"\xd0\"}"), ERR_INPUT },
	{ "a continuation alone", LIT("{\"a\":\"\x80\"}"), ERR_INPUT },
	{ "bad UTF-8 in a name", LIT("{\"\xff\":1}"), ERR_INPUT },
	{ "a character in more bytes than it takes",
	    LIT("{\"a\":\"\xc0\xaf\"}"), ERR_INPUT },
	{ "half of a pair in UTF-8", LIT("{\"a\":\"\xed\xa0\x80\"}"),
	    ERR_INPUT },
	{ "beyond the last character", LIT("{\"a\":\"\xf4\x90\x80\x80\"}"),
	    ERR_INPUT },
	{ "a NUL inside a text", LIT("{\"a\":\"x\0y\"}"), ERR_INPUT },
	{ "cut off behind a backslash", LIT("{\"a\":\"x\\"), ERR_INPUT },
	{ "cut off within a code", LIT("{\"a\":\"\\u00"), ERR_INPUT },
	{ "a line end inside a text, as people write", LIT("{\"a\":\"x\ny\"}"),
	    ERR_OK },
	{ "half an escape", LIT("{\"a\":\"\\u12\"}"), ERR_INPUT },
	{ "an unknown escape", LIT("{\"a\":\"\\x41\"}"), ERR_INPUT },
};

static void
strict(void **state)
{
	const struct strict *s = *state;
	struct json *doc = NULL;

	check_err(json_parse(&mem, s->text, &doc), s->want);
	check_int(doc != NULL, s->want == ERR_OK);
}

static const struct depth {
	const char *why;
	int depth;
	const char *open, *leaf, *close;
	enum err want;
} depths[] = {
	{ "32 arrays and objects are the most", 32, "[", "", "]", ERR_OK },
	{ "33 are too many", 33, "[", "", "]", ERR_INPUT },
	{ "32 objects", 32, "{\"a\":", "{}", "}", ERR_INPUT },
	{ "100,000", 100000, "[", "", "]", ERR_INPUT },
	{ "500,000 wide is not deep", 2, "[", "", "]", ERR_OK },
};

static void
deep(void **state)
{
	const struct depth *d = *state;
	struct buf b = buf_new(&mem, 4 << 20);
	struct json *doc;

	buf_text(&b, "{\"a\":"); /* the first level */
	for (int i = 1; i < d->depth; i++)
		buf_text(&b, d->open);
	buf_text(&b, d->leaf);
	if (d->depth == 2)
		for (int i = 0; i < 500000; i++)
			buf_text(&b, i == 0 ? "1" : ",1");
	for (int i = 1; i < d->depth; i++)
		buf_text(&b, d->close);
	buf_text(&b, "}");
	assert_false(buf_full(&b));
	check_err(json_parse(&mem, buf_str(&b), &doc), d->want);
}

static struct json *
doc_of(const char *text)
{
	struct json *doc = NULL;

	check_err(json_parse(&mem, str_from(text), &doc), ERR_OK);
	return doc;
}

#define LONG_NAME \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char document[] =
    "{"
    "\"text\":\"x\",\"empty\":\"\",\"nul\":\"a\\u0000b\",\"uk\":\"\\u043a\","
    "\"zero\":0,\"below\":-0,\"neg\":-5,\"int\":42,"
    "\"max\":9223372036854775807,\"under\":9223372036854775806,"
    "\"over\":9223372036854775808,\"min\":-9223372036854775808,"
    "\"huge\":10000000000000000000000000000000000000000,"
    "\"real\":1.5,\"whole\":1.0,\"exp\":1e3,"
    "\"yes\":true,\"no\":false,\"nil\":null,"
    "\"obj\":{\"a\":{\"b\":\"deep\"}},"
    "\"list\":[{\"id\":\"first\"},[\"in\"],7],"
    "\"twice\":1,\"twice\":2,"
    "\"" LONG_NAME "\":63,\"" LONG_NAME "a\":64"
    "}";

static const struct text {
	const char *why, *path, *want;
} texts[] = {
	{ "a text", "text", "x" },
	{ "an empty text", "empty", "" },
	{ "an escape", "uk", "к" },
	{ "by dotted path", "obj.a.b", "deep" },
	{ "out of an array", "list.0.id", "first" },
	{ "out of an array in an array", "list.1.0", "in" },
	{ "past the end of an array", "list.3.id", NULL },
	{ "far past the end", "list.9223372036854775807", NULL },
	{ "a word as index", "list.id", NULL },
	{ "a negative index", "list.-1", NULL },
	{ "an index with a leading zero", "list.00.id", NULL },
	{ "absent", "none", NULL },
	{ "absent further down", "obj.none.b", NULL },
	{ "through a text", "text.a", NULL },
	{ "through a null", "nil.a", NULL },
	{ "a text with a NUL inside is none", "nul", NULL },
	{ "a null", "nil", NULL },
	{ "a number", "int", NULL },
	{ "a boolean", "yes", NULL },
	{ "an object", "obj", NULL },
	{ "an array", "list", NULL },
};

static void
text(void **state)
{
	const struct text *t = *state;

	check_text(json_text(doc_of(document), t->path), t->want);
}

static const struct number {
	const char *why, *path;
	bool ok;
	int64_t want;
} numbers[] = {
	{ "a number", "int", true, 42 },
	{ "zero", "zero", true, 0 },
	{ "negative", "neg", true, -5 },
	{ "one under the limit", "under", true, INT64_MAX - 1 },
	{ "the limit itself: none counts so far", "max", false, 0 },
	{ "over the limit", "over", false, 0 },
	{ "the lower limit", "min", false, 0 },
	{ "10^40", "huge", false, 0 },
	{ "a fraction", "real", false, 0 },
	{ "a fraction of nothing", "whole", false, 0 },
	{ "an exponent", "exp", false, 0 },
	{ "a text", "text", false, 0 },
	{ "a boolean", "yes", false, 0 },
	{ "null", "nil", false, 0 },
	{ "absent", "none", false, 0 },
	{ "out of an array", "list.2", true, 7 },
	{ "given twice: the later one, as most readers have it", "twice", true,
	    2 },
	{ "a name of 63 characters", LONG_NAME, true, 63 },
	{ "a longer one", LONG_NAME "a", true, 64 },
	{ "a minus before nothing", "below", true, 0 },
};

static void
number(void **state)
{
	const struct number *n = *state;
	int64_t got = -77;

	check_int(json_int(doc_of(document), n->path, &got), n->ok);
	check_int(got, n->ok ? n->want : -77);
}

static const struct kind {
	const char *why, *path;
	bool is_true, is_object;
	size_t count;
} kinds[] = {
	{ "true", "yes", true, false, 0 },
	{ "false", "no", false, false, 0 },
	{ "null", "nil", false, false, 0 },
	{ "one is not true", "twice", false, false, 0 },
	{ "a text is not true", "text", false, false, 0 },
	{ "an object", "obj", false, true, 0 },
	{ "an array", "list", false, false, 3 },
	{ "absent", "none", false, false, 0 },
};

static void
kind(void **state)
{
	const struct kind *k = *state;
	struct json *doc = doc_of(document);

	check_int(json_is_true(doc, k->path), k->is_true);
	check_int(json_is_object(doc, k->path), k->is_object);
	check_int(json_count(doc, k->path), k->count);
}

static void
no_document(void **state)
{
	int64_t n;

	(void)state;
	assert_null(json_at(NULL, "a"));
	check_text(json_text(NULL, "a"), NULL);
	assert_false(json_int(NULL, "a", &n));
	assert_false(json_is_true(NULL, "a"));
	check_int(json_count(NULL, "a"), 0);
}

static void
writes(void **state)
{
	struct json *doc = json_new(&mem), *list;

	(void)state;
	json_put_text(doc, "text", "a\"b\\c/\n\xd0\xba");
	json_put_text(doc, "none", NULL);
	json_put_int(doc, "max", INT64_MAX);
	json_put_int(doc, "neg", -1);
	json_put_bool(doc, "yes", true);
	json_put_text(json_put_object(doc, "obj"), "a", "b");
	json_put_text(doc, "gone", "x");
	json_put_int(doc, "gone", 1);
	list = json_put_array(doc, "list");
	json_put_int(json_push_object(list), "n", 1);
	json_push_text(json_push_array(list), "in");
	check_str(json_render(&mem, NULL), "null");
	check_str(json_render(&mem, doc),
	    "{\"text\":\"a\\\"b\\\\c/\\n\xd0\xba\",\"none\":null,"
	    "\"max\":9223372036854775807,\"neg\":-1,\"yes\":true,"
	    "\"obj\":{\"a\":\"b\"},\"gone\":1,\"list\":[{\"n\":1},[\"in\"]]}");
}

static const struct decoded {
	const char *why, *text, *want;
} decodeds[] = {
	{ "each short escape", "\\\"\\\\\\/\\b\\f\\n\\r\\t",
	    "\"\\/\b\f\n\r\t" },
	{ "between what stands for itself", "a\\nb\\tc", "a\nb\tc" },
	{ "one byte", "\\u0041\\u007f", "A\x7f" },
	{ "two bytes", "\\u0080\\u07FF", "\xc2\x80\xdf\xbf" },
	{ "three bytes", "\\u0800\\uffff", "\xe0\xa0\x80\xef\xbf\xbf" },
	{ "around the halves of pairs", "\\ud7ff\\ue000",
	    "\xed\x9f\xbf\xee\x80\x80" },
	{ "the first pair and the last", "\\ud800\\udc00\\uDBFF\\uDFFF",
	    "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	{ "half a pair", "\\ud83d", "\xef\xbf\xbd" },
	{ "the other half", "\\ude00", "\xef\xbf\xbd" },
	{ "the halves the wrong way round", "\\ude00\\ud83d",
	    "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "half a pair before another character", "\\ud83d\\u0041",
	    "\xef\xbf\xbd\x41" },
	{ "half a pair before another escape", "\\ud83d\\n", "\xef\xbf\xbd\n" },
	{ "UTF-8 behind an escape", "\\n\xd0\xba\xf0\x9f\x98\x80",
	    "\n\xd0\xba\xf0\x9f\x98\x80" },
};

static void
decoded(void **state)
{
	const struct decoded *d = *state;
	const char *text =
	    arena_printf(&mem, "{\"%s\":\"%s\",\"z\":1}", d->text, d->text);
	struct json *doc = doc_of(text);
	int64_t n = 0;

	check_text(json_name(doc, 0), d->want);
	check_text(json_text(json_at(doc, ""), d->want), d->want);
	assert_true(json_int(doc, "z", &n));
}

static const struct stop {
	const char *why, *text;
	size_t at;
} stops[] = {
	{ "at what is no value", "{\"a\": x}", 6 },
	{ "blanks in front count", " \n{x", 3 },
	{ "at the end of what was cut off", "{\"a\":1", 6 },
	{ "at what stands behind it", "{} x", 3 },
	{ "where a text is wrong", "{\"a\":\"bc\xff\"}", 8 },
};

static void
stop(void **state)
{
	const struct stop *s = *state;
	struct json *doc;
	size_t at = 77;

	check_err(json_parse_at(&mem, str_from(s->text), &doc, &at), ERR_INPUT);
	check_int(at, s->at);
}

static const struct str hostile[] = { LIT("</script>"), LIT("\x01\x1f\x7f"),
	LIT("\xf0\x9f\x98\x80 \xe2\x80\xa8"), LIT("\\u0000"), LIT("") };

static void
round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(hostile); i++) {
		struct json *doc = json_new(&mem);

		json_put_text(doc, "a", hostile[i].p);
		check_text(json_text(doc_of(json_render(&mem, doc).p), "a"),
		    hostile[i].p);
	}
}

int
main(void)
{
	ROWS("strict", strict, stricts);
	ROWS("depth", deep, depths);
	ROWS("text", text, texts);
	ROWS("int", number, numbers);
	ROWS("kind", kind, kinds);
	ROWS("decoded", decoded, decodeds);
	ROWS("stops", stop, stops);
	ONE("read", "out of no document", no_document);
	ONE("write", "every kind of value", writes);
	ONE("write", "what is written can be read", round_trip);
	return testing_run("json", NULL, NULL);
}
