/* Calls to the Bot API, and what its answers mean. */
#include "testing.h"

#include "telegram/api.h"

#define PREVIEW_OFF "\"link_preview_options\":{\"is_disabled\":true}"
#define HEAD "{\"chat_id\":5,\"text\":\"t\"," PREVIEW_OFF

static const struct message {
	const char *why;
	struct tg_message m;
	const char *want;
} messages[] = {
	{ "a text", { .chat_id = 5, .text = "t" }, HEAD "}" },
	{ "a text that needs escapes",
	    { .chat_id = 5, .text = "\"<b>\"\n\\ к" },
	    "{\"chat_id\":5,\"text\":\"\\\"<b>\\\"\\n\\\\ к\"," PREVIEW_OFF
	    "}" },
	{ "a button with a link",
	    { .chat_id = 5,
		.text = "t",
		.button = "Pay",
		.button_url = "https://h.example/pay?tg_id=5" },
	    HEAD ",\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"Pay\","
		 "\"url\":\"https://h.example/pay?tg_id=5\"}]]}}" },
	{ "a button with data",
	    { .chat_id = 5,
		.text = "t",
		.button = "Buy",
		.button_data = "buy" },
	    HEAD ",\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"Buy\","
		 "\"callback_data\":\"buy\"}]]}}" },
	{ "Telegram refuses a host without a dot",
	    { .chat_id = 5,
		.text = "t",
		.button = "Pay",
		.button_url = "http://localhost:8080/pay" },
	    HEAD "}" },
	{ "no label, no button",
	    { .chat_id = 5, .text = "t", .button_url = "https://h.example/" },
	    HEAD "}" },
};

static void
message(void **state)
{
	const struct message *m = *state;

	check_str(json_render(&mem, tg_send_message(&mem, &m->m)), m->want);
}

static const struct url {
	const char *why, *url;
	bool want;
} urls[] = {
	{ "a host with a dot", "https://h.example/x", true },
	{ "an address of this machine", "http://127.0.0.1:8080/", true },
	{ "localhost", "http://localhost:8080/", false },
	{ "a dot in the path alone", "http://localhost/a.b", false },
	{ "a dot in the query alone", "http://localhost?a.b", false },
	{ "a dot in the user alone", "http://a.b@localhost/", false },
	{ "no URL", "h.example", false },
	{ "null", NULL, false },
};

static void
button_url(void **state)
{
	const struct url *u = *state;

	check_int(tg_button_url_ok(u->url), u->want);
}

static void
requests(void **state)
{
	const struct tg_api api = { "https://api.telegram.org", "1:TOKEN" };
	struct json *params = json_new(&mem);
	struct http_request req;

	(void)state;
	json_put_int(params, "chat_id", 5);
	req = tg_request(&mem, &api, "sendMessage", params);
	check_text(req.method, "POST");
	check_text(req.url, "https://api.telegram.org/bot1:TOKEN/sendMessage");
	check_text(req.headers[0], "Content-Type: application/json");
	check_text(req.headers[1], NULL);
	check_str(req.body, "{\"chat_id\":5}");
	assert_true(req.connect_ms > 0 && req.total_ms > req.connect_ms);
	req = tg_request(&mem, &api, "getMe", NULL);
	check_str(req.body, "{}");
}

/* A picture's bytes go as a part of a form, whatever is in them. */
static void
uploads(void **state)
{
	const struct tg_api api = { "https://api.telegram.org", "1:TOKEN" };
	const struct tg_message m = { .chat_id = 5, .text = "A \"club\"" };
	const struct tg_file file = { TG_PHOTO, "a \"photo\"",
		str_from("--admit-part-0\r\nbytes") };
	struct http_request req = tg_upload(
	    &mem, &api, "sendPhoto", tg_send_photo(&mem, &m, NULL), &file);

	(void)state;
	check_text(req.url, "https://api.telegram.org/bot1:TOKEN/sendPhoto");
	check_text(req.headers[0],
	    "Content-Type: multipart/form-data; boundary=admit-part-1");
	check_str(req.body,
	    "--admit-part-1\r\n"
	    "Content-Disposition: form-data; name=\"chat_id\"\r\n\r\n5\r\n"
	    "--admit-part-1\r\n"
	    "Content-Disposition: form-data; name=\"caption\"\r\n\r\n"
	    "A \"club\"\r\n"
	    "--admit-part-1\r\n"
	    "Content-Disposition: form-data; name=\"photo\"; "
	    "filename=\"photo\"\r\n"
	    "Content-Type: application/octet-stream\r\n\r\n"
	    "--admit-part-0\r\nbytes\r\n"
	    "--admit-part-1--\r\n");
}

/* One card takes the place of another; buttons to leaf stand in one row. */
static void
edits(void **state)
{
	const struct tg_choice row[] = { { "<", "card:a" }, { ">", "card:b" } };
	const struct tg_message m = {
		.chat_id = 5, .text = "A", .row = row, .n_row = 2
	};

	(void)state;
	check_str(json_render(&mem, tg_edit_photo(&mem, &m, "f1", 7)),
	    "{\"chat_id\":5,\"message_id\":7,\"media\":{\"type\":\"photo\","
	    "\"media\":\"f1\",\"caption\":\"A\"},\"reply_markup\":"
	    "{\"inline_keyboard\":[[{\"text\":\"<\",\"callback_data\":"
	    "\"card:a\"},{\"text\":\">\",\"callback_data\":\"card:b\"}]]}}");
	check_has(
	    json_render(&mem, tg_edit_text(&mem, &m, 7)).p, "\"message_id\":7");
}

static void
replies(void **state)
{
	(void)state;
	check_str(tg_reply_body(&mem, "answerCallbackQuery",
		      tg_answer_button(&mem, "q1", NULL, NULL)),
	    "{\"callback_query_id\":\"q1\","
	    "\"method\":\"answerCallbackQuery\"}");
	check_str(tg_reply_body(&mem, "answerCallbackQuery",
		      tg_answer_button(&mem, "q1", "ok", "https://t.me/b")),
	    "{\"callback_query_id\":\"q1\",\"text\":\"ok\","
	    "\"url\":\"https://t.me/b\","
	    "\"method\":\"answerCallbackQuery\"}");
}

/* Letters of one kind, and whether Telegram takes so many. */
static const struct length {
	const char *why, *letter;
	size_t n, units_each;
	bool is_cut;
} lengths[] = {
	{ "Latin, as long as may be", "a", 4096, 1, false },
	{ "Latin, one more", "a", 4097, 1, true },
	{ "Cyrillic, as long as may be", "ї", 4096, 1, false },
	{ "Cyrillic, one more", "ї", 4097, 1, true },
	{ "faces, as long as may be", "😀", 2048, 2, false },
	{ "faces, one more", "😀", 2049, 2, true },
	{ "very long", "a", 100000, 1, true },
};

static void
fits(void **state)
{
	const struct length *l = *state;
	size_t each = strlen(l->letter);
	char *text = arena_alloc(&mem, l->n * each + 1);
	struct tg_message m = { .chat_id = 1, .text = text };
	struct str sent;

	for (size_t i = 0; i < l->n; i++)
		memcpy(text + i * each, l->letter, each);
	sent = str_from(json_text(tg_send_message(&mem, &m), "text"));
	if (!l->is_cut) {
		check_str(sent, text);
		return;
	}
	assert_true(str_ends(sent, "…"));
	assert_true(str_is_utf8(sent));
	sent.len -= strlen("…");
	assert_memory_equal(sent.p, text, sent.len);
	check_int(sent.len / each * l->units_each,
	    4096 - (l->units_each == 2 ? 2 : 1));
}

#define NO(code, words) \
	"{\"ok\":false,\"error_code\":" code ",\"description\":\"" words "\"}"
#define WAIT(seconds) \
	"{\"ok\":false,\"error_code\":429," \
	"\"parameters\":{\"retry_after\":" seconds "}}"

static const struct answer {
	const char *why;
	int status;
	const char *body;
	int64_t header_s; /* Retry-After; -1: none */
	enum tg_outcome want;
	int64_t wait_s;
} answers[] = {
	{ "sent", 200, "{\"ok\":true,\"result\":{\"message_id\":9}}", -1,
	    TG_DONE, 0 },
	{ "200 and rubbish", 200, "ok", -1, TG_LATER, 0 },
	{ "200 and HTML", 200, "<html>", -1, TG_LATER, 0 },
	{ "200 and nothing", 200, "", -1, TG_LATER, 0 },
	{ "200 and a list", 200, "[true]", -1, TG_LATER, 0 },
	{ "200, not ok", 200, NO("400", "x"), -1, TG_LATER, 0 },
	{ "200, ok in a text", 200, "{\"ok\":\"true\"}", -1, TG_LATER, 0 },
	{ "200, ok one", 200, "{\"ok\":1}", -1, TG_LATER, 0 },
	{ "200, cut off", 200, "{\"ok\":true", -1, TG_LATER, 0 },
	{ "ok, but another status", 500, "{\"ok\":true}", -1, TG_LATER, 0 },
	{ "a redirect", 302, "", -1, TG_LATER, 0 },

	{ "wait 5 s", 429, WAIT("5"), -1, TG_WAIT, 5 },
	{ "the body's word before the header's", 429, WAIT("5"), 7, TG_WAIT,
	    5 },
	{ "the header alone", 429, NO("429", "x"), 7, TG_WAIT, 7 },
	{ "the header, and a text in the body", 429, WAIT("\"5\""), 7, TG_WAIT,
	    7 },
	{ "a text alone: not said", 429, WAIT("\"soon\""), -1, TG_WAIT, 0 },
	{ "a fraction: not said", 429, WAIT("1.5"), -1, TG_WAIT, 0 },
	{ "absent: not said", 429, "{\"ok\":false}", -1, TG_WAIT, 0 },
	{ "no JSON: not said", 429, "<html>", -1, TG_WAIT, 0 },
	{ "negative: not said", 429, WAIT("-5"), -1, TG_WAIT, 0 },
	{ "zero", 429, WAIT("0"), -1, TG_WAIT, 0 },
	{ "an hour is the most", 429, WAIT("3600"), -1, TG_WAIT, 3600 },
	{ "more than an hour", 429, WAIT("86400"), -1, TG_WAIT, 3600 },
	{ "past all bounds", 429, WAIT("99999999999999999999"), -1, TG_WAIT,
	    0 },
	{ "a header of years", 429, "", 99999999, TG_WAIT, 3600 },

	{ "blocked", 403, NO("403", "Forbidden: bot was blocked by the user"),
	    -1, TG_USER_GONE, 0 },
	{ "deactivated", 403, NO("403", "Forbidden: user is deactivated"), -1,
	    TG_USER_GONE, 0 },
	{ "never started the bot", 400,
	    NO("400", "Bad Request: chat not found"), -1, TG_USER_GONE, 0 },
	{ "may not begin", 403,
	    NO("403", "Forbidden: bot can't initiate conversation with a user"),
	    -1, TG_USER_GONE, 0 },
	{ "an id of nobody", 400, NO("400", "Bad Request: PEER_ID_INVALID"), -1,
	    TG_USER_GONE, 0 },
	{ "in other capitals", 403, NO("403", "BOT WAS BLOCKED BY THE USER"),
	    -1, TG_USER_GONE, 0 },
	{ "the words of a blockade in a 500 are no blockade", 500,
	    NO("500", "bot was blocked by the user"), -1, TG_LATER, 0 },

	{ "an empty text", 400, NO("400", "Bad Request: text is empty"), -1,
	    TG_REFUSED, 0 },
	{ "a button refused", 400, NO("400", "BUTTON_URL_INVALID"), -1,
	    TG_REFUSED, 0 },
	{ "forbidden for another reason", 403, NO("403", "Forbidden: x"), -1,
	    TG_REFUSED, 0 },
	{ "400 and HTML", 400, "<html>", -1, TG_REFUSED, 0 },

	{ "a wrong token will be mended", 401, NO("401", "Unauthorized"), -1,
	    TG_LATER, 0 },
	{ "no such bot", 404, NO("404", "Not Found"), -1, TG_LATER, 0 },
	{ "two takers of updates", 409, NO("409", "Conflict"), -1, TG_LATER,
	    0 },
	{ "an error of theirs", 500, NO("500", "Internal"), -1, TG_LATER, 0 },
	{ "a gateway", 502, "<html>", -1, TG_LATER, 0 },
};

static void
answer(void **state)
{
	const struct answer *t = *state;
	const struct http_response res = { .status = t->status,
		.body = str_from(t->body),
		.retry_after_s = t->header_s,
		.date_s = -1 };
	struct tg_answer got;

	tg_answer_read(&mem, &res, &got);
	check_int(got.outcome, t->want);
	check_int(got.wait_s, t->wait_s);
	check_int(got.result != NULL, t->want == TG_DONE);
	if (strstr(t->body, "description") != NULL)
		assert_non_null(got.description);
	else
		check_text(got.description, NULL);
}

int
main(void)
{
	ROWS("length", fits, lengths);
	ROWS("message", message, messages);
	ROWS("button", button_url, urls);
	ROWS("answer", answer, answers);
	ONE("request", "address, headers, body, time", requests);
	ONE("picture", "its bytes in a form", uploads);
	ONE("picture", "one card in the place of another", edits);
	ONE("reply", "the call as the body of an answer", replies);
	return testing_run("api", NULL, NULL);
}
