/* A request's body from its pieces: the limit, and the length announced. */
#include "testing.h"

#include "web/body.h"

#define MAX_BYTES 8

static const struct row {
	const char *why;
	const char *length;    /* CONTENT_LENGTH, or NULL */
	const char *pieces[3]; /* as they come */
	bool is_broken;
	enum err want;
	const char *body;
} rows[] = {
	{ "nothing at all", NULL, { NULL }, false, ERR_OK, "" },
	{ "as announced", "5", { "abcde" }, false, ERR_OK, "abcde" },
	{ "in pieces", "5", { "ab", "", "cde" }, false, ERR_OK, "abcde" },
	{ "exactly the limit", "8", { "abcd", "efgh" }, false, ERR_OK,
	    "abcdefgh" },
	{ "exactly the limit, no length", NULL, { "abcdefgh" }, false, ERR_OK,
	    "abcdefgh" },
	{ "a byte over", "9", { "abcdefgh", "i" }, false, ERR_TOO_BIG, "" },
	{ "a byte over, no length", NULL, { "abcdefghi" }, false, ERR_TOO_BIG,
	    "" },
	{ "over at first, then less", "11", { "abcdefghi", "jk" }, false,
	    ERR_TOO_BIG, "" },
	{ "over and cut off: the size is what the sender can mend", "20",
	    { "abcdefghi" }, true, ERR_TOO_BIG, "" },
	{ "less than announced", "6", { "abcde" }, false, ERR_INPUT, "abcde" },
	{ "announced, and nothing came", "1", { NULL }, false, ERR_INPUT, "" },
	{ "reading failed", "5", { "abcde" }, true, ERR_INPUT, "abcde" },
	{ "reading failed, no length", NULL, { "ab" }, true, ERR_INPUT, "ab" },
	{ "more than announced", "2", { "abcde" }, false, ERR_OK, "abcde" },
	{ "no length", NULL, { "abcde" }, false, ERR_OK, "abcde" },
	{ "an empty length", "", { "abcde" }, false, ERR_OK, "abcde" },
	{ "a length that is no number", "many", { "abcde" }, false, ERR_OK,
	    "abcde" },
	{ "a negative length", "-1", { "abcde" }, false, ERR_OK, "abcde" },
};

static void
whole(void **state)
{
	const struct row *row = *state;
	char *variables[] = { row->length == NULL ?
		    NULL :
		    arena_printf(&mem, "CONTENT_LENGTH=%s", row->length),
		NULL };
	struct body b = body_start(&mem, MAX_BYTES);
	struct request r;

	request_read(&r, &mem, variables);
	for (size_t i = 0; i < LENGTH(row->pieces) && row->pieces[i] != NULL;
	     i++)
		body_add(&b, row->pieces[i], strlen(row->pieces[i]));
	body_end(&b, &r, row->is_broken);
	check_err(r.body_error, row->want);
	check_str(r.body, row->body);
}

static void
no_text(void **state)
{
	static const char bytes[] = { 'a', '\0', '\xff' };
	char *variables[] = { NULL };
	struct body b = body_start(&mem, MAX_BYTES);
	struct request r;

	(void)state;
	request_read(&r, &mem, variables);
	body_add(&b, bytes, sizeof(bytes));
	body_end(&b, &r, false);
	check_err(r.body_error, ERR_OK);
	check_int(r.body.len, sizeof(bytes));
	assert_memory_equal(r.body.p, bytes, sizeof(bytes));
}

int
main(void)
{
	ROWS("a body", whole, rows);
	ONE("a body", "any bytes, a NUL among them", no_text);
	return testing_run("body", NULL, NULL);
}
