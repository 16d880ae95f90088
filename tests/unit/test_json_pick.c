/* What is left of a JSON text when what nobody asks for is left out. */
#include "testing.h"

#include "base/json.h"
#include "base/json_pick.h"

/* Names of one letter are wanted. */
static bool
is_short(struct str name)
{
	return name.len == 1;
}

#define SAME NULL
#define DEEP \
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"

static const struct row {
	const char *why;
	struct str text;
	const char *want; /* SAME: as it was */
} rows[] = {
	{ "all of it", LIT("{\"a\":1,\"b\":\"x\"}"), "{\"a\":1,\"b\":\"x\"}" },
	{ "nothing", LIT("{}"), "{}" },
	{ "without blanks",
	    LIT(" {\n\"a\" : [ 1 , true ] ,\t\"b\" : { } }\r\n "),
	    "{\"a\" : [1,true],\"b\" : {}}" },
	{ "the first is left out", LIT("{\"aa\":1,\"b\":2}"), "{\"b\":2}" },
	{ "one between", LIT("{\"a\":1,\"bb\":2,\"c\":3}"),
	    "{\"a\":1,\"c\":3}" },
	{ "the last", LIT("{\"a\":1,\"bb\":2}"), "{\"a\":1}" },
	{ "all", LIT("{\"aa\":1,\"bb\":2}"), "{}" },
	{ "whatever its value is",
	    LIT("{\"ab\":null,\"bc\":\"}\",\"cd\":[{\"a\":[]}],\"de\":{\"a\":{"
		"\"b\":1}},\"ef\":-1.5e3,\"z\":1}"),
	    "{\"z\":1}" },
	{ "within what is kept", LIT("{\"a\":{\"bb\":1,\"c\":{\"dd\":2}}}"),
	    "{\"a\":{\"c\":{}}}" },
	{ "and in its lists",
	    LIT("{\"a\":[{\"bb\":1},{\"c\":2},[3,{\"dd\":4}]]}"),
	    "{\"a\":[{},{\"c\":2},[3,{}]]}" },
	{ "but what stands within what is not", LIT("{\"aa\":{\"b\":1}}"),
	    "{}" },
	{ "signs within a text end nothing",
	    LIT("{\"aa\":\"\\\"}],{[\\\\\",\"b\":\"\\\\\\\"}\"}"),
	    "{\"b\":\"\\\\\\\"}\"}" },
	{ "an escape in a name may be any letter", LIT("{\"\\u0061a\":1}"),
	    "{\"\\u0061a\":1}" },
	{ "an empty name is none", LIT("{\"\":1}"), "{}" },
	{ "a name twice", LIT("{\"a\":1,\"a\":2}"), "{\"a\":1,\"a\":2}" },
	{ "bytes of UTF-8", LIT("{\"aa\":\"\xd0\xba\",\"b\":\"\xd0\xba\"}"),
	    "{\"b\":\"\xd0\xba\"}" },

	/* What is no JSON is for the reader to refuse. */
	{ "an array", LIT("[1]"), SAME },
	{ "no text", LIT(""), SAME },
	{ "cut off", LIT("{\"aa\":1"), SAME },
	{ "cut off in what is left out", LIT("{\"aa\":{\"b\":1}"), SAME },
	{ "cut off in a text", LIT("{\"aa\":\"x"), SAME },
	{ "cut off behind a backslash", LIT("{\"aa\":\"x\\"), SAME },
	{ "something behind it", LIT("{\"aa\":1}x"), SAME },
	{ "a NUL behind it", LIT("{\"aa\":1}\0"), SAME },
	{ "a NUL within", LIT("{\"aa\":\0}"), SAME },
	{ "a comma too many", LIT("{\"aa\":1,}"), SAME },
	{ "a comma too many in a list", LIT("{\"a\":[1,]}"), SAME },
	{ "two commas", LIT("{\"a\":1,,\"b\":1}"), SAME },
	{ "a comma first", LIT("{,\"a\":1}"), SAME },
	{ "no comma", LIT("{\"aa\":1 \"b\":1}"), SAME },
	{ "no colon", LIT("{\"aa\" 1}"), SAME },
	{ "no value", LIT("{\"aa\":,\"b\":1}"), SAME },
	{ "no name", LIT("{1}"), SAME },
	{ "another bracket", LIT("{\"a\":[1}}"), SAME },
	{ "too deep", LIT("{\"a\":" DEEP "}"), SAME },
	{ "too deep in what is left out", LIT("{\"aa\":" DEEP "}"), SAME },
	{ "no UTF-8 in what is left out", LIT("{\"aa\":\"0123456\x80\"}"),
	    SAME },
	{ "nor at the very end", LIT("{\"aa\":\"\xd0\"}"), SAME },
};

static void
row(void **state)
{
	const struct row *r = *state;
	struct str got = json_pick(&mem, r->text, is_short);

	if (r->want == SAME)
		assert_ptr_equal(got.p, r->text.p);
	else
		check_str(got, r->want);
	if (r->want == SAME)
		check_int(got.len, r->text.len);
}

int
main(void)
{
	ROWS("picked", row, rows);
	return testing_run("json_pick", NULL, NULL);
}
