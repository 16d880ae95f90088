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
	{ "single quotes: json-c takes it", LIT("{'a':1}"), ERR_OK },
	{ "a name without quotes", LIT("{a:1}"), ERR_INPUT },
	{ "capitals", LIT("{\"a\":TRUE}"), ERR_INPUT },
	{ "not a number: json-c takes it", LIT("{\"a\":NaN}"), ERR_OK },
	{ "infinity: json-c takes it", LIT("{\"a\":Infinity}"), ERR_OK },
	{ "hexadecimal", LIT("{\"a\":0x10}"), ERR_INPUT },
	{ "a byte order mark", LIT("\xef\xbb\xbf{}"), ERR_INPUT },
	{ "a byte that is no UTF-8", LIT("{\"a\":\"\xff\"}"), ERR_INPUT },
	{ "a UTF-8 character cut short", LIT("{\"a\":\"\xd0\"}"), ERR_INPUT },
	{ "a continuation alone", LIT("{\"a\":\"\x80\"}"), ERR_INPUT },
	{ "bad UTF-8 in a name", LIT("{\"\xff\":1}"), ERR_INPUT },
	{ "a line end inside a text: json-c takes it", LIT("{\"a\":\"x\ny\"}"),
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
    "\"zero\":0,\"neg\":-5,\"int\":42,"
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
	{ "the limit itself: might be a cut one", "max", false, 0 },
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
	{ "longer names are none of ours", LONG_NAME "a", false, 0 },
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
	list = json_put_array(doc, "list");
	json_put_int(json_push_object(list), "n", 1);
	json_push_text(json_push_array(list), "in");
	check_str(json_render(&mem, doc),
	    "{\"text\":\"a\\\"b\\\\c/\\n\xd0\xba\",\"none\":null,"
	    "\"max\":9223372036854775807,\"neg\":-1,\"yes\":true,"
	    "\"obj\":{\"a\":\"b\"},\"list\":[{\"n\":1},[\"in\"]]}");
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
	ONE("read", "out of no document", no_document);
	ONE("write", "every kind of value", writes);
	ONE("write", "what is written can be read", round_trip);
	return testing_run("json", NULL, NULL);
}
