/* What a model is asked, and what its server answers. */
#include "testing.h"

#include "base/array.h"
#include "base/json.h"
#include "coach/completion.h"

#include <string.h>

static const struct model old = { "https://h.example/v1", "sk-key", "m-1",
	false };

static struct json *
body_of(const struct http_request *req)
{
	struct json *doc = NULL;

	check_err(json_parse(&mem, req->body, &doc), ERR_OK);
	return doc;
}

static void
request(void **state)
{
	const struct turn turns[] = { { "Перше?", "Так." }, { "\"}]", NULL } };
	struct http_request req =
	    completion_request(&mem, &old, "rules", turns, 2);
	struct json *doc = body_of(&req);
	int64_t n = 0;

	(void)state;
	check_text(req.url, "https://h.example/v1/chat/completions");
	check_text(req.headers[1], "Authorization: Bearer sk-key");
	check_int(json_count(doc, "messages"), 4);
	check_text(json_text(doc, "messages.0.role"), "system");
	check_text(json_text(doc, "messages.2.role"), "assistant");
	check_text(json_text(doc, "messages.3.content"), "\"}]");
	assert_true(json_int(doc, "max_tokens", &n));
	assert_true(json_int(doc, "temperature", &n));
}

static void
request_of_new_form(void **state)
{
	struct model m = old;
	const struct turn turn = { "?", NULL };
	struct http_request req;
	int64_t n = 0;

	(void)state;
	m.is_new = true;
	m.key = NULL;
	req = completion_request(&mem, &m, "rules", &turn, 1);
	assert_null(req.headers[1]);
	assert_false(json_int(body_of(&req), "max_tokens", &n));
	assert_false(json_int(body_of(&req), "temperature", &n));
	assert_true(json_int(body_of(&req), "max_completion_tokens", &n));
}

#define SAID(text) \
	"{\"choices\":[{\"message\":{\"content\":" text "}}]," \
	"\"usage\":{\"total_tokens\":12}}"

static const struct reply {
	const char *why;
	int status;
	const char *body;
	enum err want;
	const char *text;
} replies[] = {
	{ "an answer", 200, SAID("\" Так.\\n\""), ERR_OK, "Так." },
	{ "an empty one", 200, SAID("\"  \""), ERR_UNAVAILABLE, NULL },
	{ "none", 200, SAID("null"), ERR_UNAVAILABLE, NULL },
	{ "of another type", 200, SAID("[1]"), ERR_UNAVAILABLE, NULL },
	{ "no choices", 200, "{\"choices\":[]}", ERR_UNAVAILABLE, NULL },
	{ "after a thought", 200, SAID("\"<think>Ні, ні.</think>\\n\\nТак.\""),
	    ERR_OK, "Так." },
	{ "a thought without end", 200, SAID("\"<think>Гм, а якщо\""),
	    ERR_UNAVAILABLE, NULL },
	{ "in parts, thoughts apart", 200,
	    SAID("[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\","
		 "\"text\":\"Гм\"}]},{\"type\":\"text\",\"text\":\"Та\"},"
		 "{\"type\":\"text\",\"text\":\"к.\"},{\"type\":\"new\","
		 "\"text\":\"x\"}]"),
	    ERR_OK, "Так." },
	{ "filtered", 200,
	    "{\"choices\":[{\"finish_reason\":\"content_filter\","
	    "\"message\":{\"content\":\"x\"}}]}",
	    ERR_REFUSED, NULL },
	{ "rubbish", 200, "<html>", ERR_UNAVAILABLE, NULL },
	{ "a list", 200, "[]", ERR_UNAVAILABLE, NULL },
	{ "nothing", 200, "", ERR_UNAVAILABLE, NULL },
	{ "too many", 429, "{\"error\":{\"message\":\"slow\"}}",
	    ERR_UNAVAILABLE, NULL },
	{ "broken", 500, "", ERR_UNAVAILABLE, NULL },
	{ "busy", 503, "busy", ERR_UNAVAILABLE, NULL },
	{ "a wrong key", 401, "{\"error\":{\"message\":\"key\"}}", ERR_REFUSED,
	    NULL },
	{ "an unknown model", 404, "{}", ERR_REFUSED, NULL },
	{ "a bad request", 400, "{\"error\":\"x\"}", ERR_REFUSED, NULL },
	{ "one that wants the new form", 400,
	    "{\"error\":{\"message\":\"Use 'max_completion_tokens'\"}}",
	    ERR_UNAVAILABLE, NULL },
};

static void
reply(void **state)
{
	const struct reply *r = *state;
	const struct http_response res = { .status = r->status,
		.body = str_from(r->body),
		.retry_after_s = -1 };
	struct completion got;

	check_err(completion_read(&mem, &res, &got), r->want);
	check_text(got.text, r->text);
	assert_true((got.reason == NULL) == (r->want == ERR_OK));
	check_int(got.wants_new, strstr(r->body, "max_completion") != NULL);
	if (r->want == ERR_OK)
		check_int(got.n_tokens, 12);
}

/* One that was cut is an answer still, and known to be cut. */
static void
cut(void **state)
{
	static const struct {
		const char *reason;
		bool is_cut;
	} reasons[] = { { "length", true }, { "max_tokens", true },
		{ "stop", false } };

	(void)state;
	for (size_t i = 0; i < LENGTH(reasons); i++) {
		const struct http_response res = { .status = 200,
			.body = str_from(arena_printf(&mem,
			    "{\"choices\":[{\"finish_reason\":\"%s\","
			    "\"message\":{\"content\":\"Так, бо\"}}]}",
			    reasons[i].reason)),
			.retry_after_s = -1 };
		struct completion got;

		check_err(completion_read(&mem, &res, &got), ERR_OK);
		check_text(got.text, "Так, бо");
		check_int(got.is_cut, reasons[i].is_cut);
	}
}

int
main(void)
{
	ONE("request", "the words in their roles", request);
	ONE("request", "for newer models", request_of_new_form);
	ROWS("reply", reply, replies);
	ONE("reply", "cut by its length", cut);
	return testing_run("completion", NULL, NULL);
}
