/* What a JSON text weighs. */
#include "testing.h"

#include "base/json_weight.h"

#define OBJECT JSON_WEIGHT
#define NAME JSON_WEIGHT
#define VALUE JSON_WEIGHT
#define NOTHING JSON_WEIGHT_NULL

static const struct weighing {
	const char *why;
	struct str text;
	size_t want;
} weighings[] = {
	{ "an empty object", LIT("{}"), OBJECT },
	{ "blanks weigh nothing", LIT(" {\n\t\r } "), OBJECT },
	{ "a name weighs as long as it is", LIT("{\"abc\":0}"),
	    OBJECT + NAME + 3 + VALUE },
	{ "a text as well", LIT("{\"\":\"abcd\"}"), OBJECT + NAME + VALUE + 4 },
	{ "null is lighter than any value", LIT("{\"\":null}"),
	    OBJECT + NAME + NOTHING },
	{ "true", LIT("{\"\":true}"), OBJECT + NAME + VALUE },
	{ "false", LIT("{\"\":false}"), OBJECT + NAME + VALUE },
	{ "a number is one, however it is written",
	    LIT("{\"\":[0,-12,1.5,2e3,-1.0E-10,12e+1]}"),
	    OBJECT + NAME + VALUE + 6 * VALUE },
	{ "arrays and objects in each other", LIT("{\"\":[[],{},[{}]]}"),
	    OBJECT + NAME + VALUE + 4 * VALUE },
	{ "signs within a text are no more than bytes",
	    LIT("{\"\":\"{[,:]}1 null\"}"), OBJECT + NAME + VALUE + 12 },
	{ "a name twice is there twice", LIT("{\"a\":1,\"a\":2}"),
	    OBJECT + 2 * (NAME + 1 + VALUE) },

	{ "an escape is the byte that is meant",
	    LIT("{\"\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}"),
	    OBJECT + NAME + VALUE + 8 },
	{ "an escaped quote in a name", LIT("{\"a\\\"\":1}"),
	    OBJECT + NAME + 2 + VALUE },
	{ "bytes of UTF-8", LIT("{\"\":\"\xd0\xba\xf0\x9f\x98\x80\"}"),
	    OBJECT + NAME + VALUE + 6 },
	{ "the same escaped", LIT("{\"\":\"\\u043A\\ud83d\\uDE00\"}"),
	    OBJECT + NAME + VALUE + 6 },
	{ "the last of one byte", LIT("{\"\":\"\\u007f\"}"),
	    OBJECT + NAME + VALUE + 1 },
	{ "the first of two", LIT("{\"\":\"\\u0080\"}"),
	    OBJECT + NAME + VALUE + 2 },
	{ "the last of two", LIT("{\"\":\"\\u07ff\"}"),
	    OBJECT + NAME + VALUE + 2 },
	{ "the first of three", LIT("{\"\":\"\\u0800\"}"),
	    OBJECT + NAME + VALUE + 3 },
	{ "the last before the surrogates", LIT("{\"\":\"\\ud7ff\"}"),
	    OBJECT + NAME + VALUE + 3 },
	{ "the first behind them", LIT("{\"\":\"\\ue000\"}"),
	    OBJECT + NAME + VALUE + 3 },
	{ "the last of three", LIT("{\"\":\"\\uffff\"}"),
	    OBJECT + NAME + VALUE + 3 },
	{ "the first pair", LIT("{\"\":\"\\ud800\\udc00\"}"),
	    OBJECT + NAME + VALUE + 4 },
	{ "the last pair", LIT("{\"\":\"\\udbff\\udfff\"}"),
	    OBJECT + NAME + VALUE + 4 },
	{ "a NUL is a byte", LIT("{\"\":\"\\u0000\"}"),
	    OBJECT + NAME + VALUE + 1 },

	{ "the first half of a pair", LIT("{\"\":\"\\ud83d\"}"), 0 },
	{ "before another character", LIT("{\"\":\"\\ud83d\\u0041\"}"), 0 },
	{ "before another first half", LIT("{\"\":\"\\ud83d\\ud83d\"}"), 0 },
	{ "before another escape", LIT("{\"\":\"\\ud83d\\n12345\"}"), 0 },
	{ "before what only looks like a second",
	    LIT("{\"\":\"\\ud83dudc00\"}"), 0 },
	{ "the second half alone", LIT("{\"\":\"\\ude00\"}"), 0 },
	{ "single quotes", LIT("{'a':1}"), 0 },
	{ "not a number", LIT("{\"a\":NaN}"), 0 },
	{ "infinity", LIT("{\"a\":Infinity}"), 0 },
	{ "its opposite", LIT("{\"a\":-Infinity}"), 0 },
	{ "a blank that is none of JSON's", LIT("{\v}"), 0 },
	{ "a NUL outside of a text", LIT("{\0}"), 0 },

	{ "cut off in a text", LIT("{\"a"), 0 },
	{ "cut off in an escape", LIT("{\"\\"), 0 },
	{ "cut off in a character", LIT("{\"\\u12"), 0 },
	{ "cut off behind it", LIT("{\"\\u1234"), 0 },
	{ "cut off in a pair", LIT("{\"\\ud83d\\"), 0 },
	{ "cut off in its second half", LIT("{\"\\ud83d\\ude0"), 0 },
	{ "cut off in a word", LIT("{\"a\":nul"), 0 },
	{ "no hexadecimal digit", LIT("{\"\\u12g4\":1}"), 0 },
};

/* Of exactly its size, so that a look beyond its end is noticed. */
static void
weigh(void **state)
{
	const struct weighing *w = *state;
	char *exact = malloc(w->text.len);

	assert_non_null(exact);
	memcpy(exact, w->text.p, w->text.len);
	check_int(json_weight((struct str){ exact, w->text.len }), w->want);
	free(exact);
}

int
main(void)
{
	ROWS("weight", weigh, weighings);
	return testing_run("json_weight", NULL, NULL);
}
