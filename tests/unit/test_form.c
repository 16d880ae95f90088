/* Form bodies as Stripe reads them. */
#include "testing.h"

#include "net/form.h"

static const struct row {
	const char *why;
	struct kv fields[3];
	const char *want;
} rows[] = {
	{ "in their order",
	    { { "b", KV_TEXT, 0, "2" }, { "a", KV_TEXT, 0, "1" },
		{ "c", KV_INT, 3, NULL } },
	    "b=2&a=1&c=3" },
	{ "a null is left out, wherever it stands",
	    { { "a", KV_NULL, 0, NULL }, { "b", KV_INT, 0, NULL },
		{ "c", KV_NULL, 0, NULL } },
	    "b=0" },
	{ "an empty text is not",
	    { { "a", KV_TEXT, 0, "" }, { "b", KV_TEXT, 0, "" },
		{ "c", KV_INT, -1, NULL } },
	    "a=&b=&c=-1" },
	{ "brackets stay in names, not in values",
	    { { "items[0][price]", KV_TEXT, 0, "[0]" },
		{ "b", KV_NULL, 0, NULL }, { "c", KV_NULL, 0, NULL } },
	    "items[0][price]=%5B0%5D" },
	{ "what would end a value",
	    { { "a", KV_TEXT, 0, "&b=1" }, { "b", KV_TEXT, 0, "+ %\r\n" },
		{ "c", KV_TEXT, 0, "кA-._~9" } },
	    "a=%26b%3D1&b=%2B%20%25%0D%0A&c=%D0%BAA-._~9" },
};

static void
encoded(void **state)
{
	const struct row *r = *state;

	check_str(form_encode(&mem, (struct kvs){ r->fields, 3 }), r->want);
}

static void
none(void **state)
{
	(void)state;
	check_int(form_encode(&mem, KV_NONE).len, 0);
}

/* All of it or nothing: half a form would be another order. */
static void
too_long(void **state)
{
	char *text = arena_alloc(&mem, 64 * 1024 + 1);

	(void)state;
	memset(text, 'x', 64 * 1024);
	text[64 * 1024] = '\0';
	check_int(form_encode(&mem, KV(kv_text("a", text))).len, 0);
	text[64 * 1024 - 2] = '\0';
	check_int(form_encode(&mem, KV(kv_text("a", text))).len, 64 * 1024);
}

int
main(void)
{
	ROWS("a form", encoded, rows);
	ONE("a form", "of nothing", none);
	ONE("a form", "over its limit", too_long);
	return testing_run("form", NULL, NULL);
}
