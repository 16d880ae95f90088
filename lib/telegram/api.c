/* Writing calls to the Bot API and reading the answers. */
#include "telegram/api.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/url.h"

#include <string.h>

#define MAX_WAIT_S 3600

/* Telegram refuses the whole message for the sake of such a button
 * (BUTTON_URL_INVALID). While one tries the shop on localhost the message must
 * arrive all the same. */
bool
tg_button_url_ok(const char *url)
{
	struct str host = url_host(url);

	return host.len > 0 && memchr(host.p, '.', host.len) != NULL;
}

/* Each button has a row of its own: on a telephone two beside each other cut
 * their labels short. */
static struct json *
put_row(struct json *keyboard, const char *label)
{
	struct json *button = json_push_object(json_push_array(keyboard));

	json_put_text(button, "text", label);
	return button;
}

static void
put_buttons(struct json *params, const struct tg_message *m)
{
	bool has_button = m->button != NULL &&
	    (m->button_url == NULL || tg_button_url_ok(m->button_url));
	struct json *keyboard, *button;

	if (!has_button && m->n_choices == 0)
		return;
	keyboard = json_put_array(
	    json_put_object(params, "reply_markup"), "inline_keyboard");
	if (has_button) {
		button = put_row(keyboard, m->button);
		json_put_text(button,
		    m->button_url != NULL ? "url" : "callback_data",
		    m->button_url != NULL ? m->button_url : m->button_data);
	}
	for (size_t i = 0; i < m->n_choices; i++)
		json_put_text(put_row(keyboard, m->choices[i].label),
		    "callback_data", m->choices[i].data);
}

void
tg_put_reply(struct json *params, int64_t message_id)
{
	struct json *reply = json_put_object(params, "reply_parameters");

	json_put_int(reply, "message_id", message_id);
	/* The person may have deleted the message while the answer was made. */
	json_put_bool(reply, "allow_sending_without_reply", true);
}

/* The text, or as much of it as Telegram takes. */
static const char *
fitting(struct arena *a, const char *text)
{
	size_t n = 0, end = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		/* In UTF-8 a character of four bytes is the one that takes two
		 * units in UTF-16; continuing bytes are none. */
		unsigned char c = (unsigned char)text[i];

		if ((c & 0xc0) == 0x80)
			continue;
		if (n <= TG_MAX_TEXT - 1)
			end = i;
		n += c >= 0xf0 ? 2 : 1;
	}
	return n <= TG_MAX_TEXT ?
	    text :
	    arena_printf(a, "%.*s\xe2\x80\xa6", (int)end, text);
}

struct json *
tg_send_message(struct arena *a, const struct tg_message *m)
{
	struct json *params = json_new(a);

	json_put_int(params, "chat_id", m->chat_id);
	json_put_text(
	    params, "text", m->is_html ? m->text : fitting(a, m->text));
	if (m->is_html)
		json_put_text(params, "parse_mode", "HTML");
	/* A preview would make Telegram fetch the pay link, and take more room
	 * than the message. */
	json_put_bool(json_put_object(params, "link_preview_options"),
	    "is_disabled", true);
	/* All other text is plain, without parse_mode: names of products and
	 * words of lessons cannot break a message then, and nothing has to be
	 * escaped. */
	if (m->reply_to != 0)
		tg_put_reply(params, m->reply_to);
	put_buttons(params, m);
	return params;
}

struct json *
tg_answer_button(
    struct arena *a, const char *button_id, const char *text, const char *url)
{
	struct json *params = json_new(a);

	json_put_text(params, "callback_query_id", button_id);
	if (text != NULL)
		json_put_text(params, "text", text);
	if (url != NULL)
		json_put_text(params, "url", url);
	return params;
}

/* At most n characters of UTF-8. */
static const char *
cut_text(struct arena *a, const char *text, size_t n)
{
	size_t i = 0;

	while (text[i] != '\0' &&
	    (n > 0 || ((unsigned char)text[i] & 0xc0) == 0x80)) {
		i++;
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			n--;
	}
	return arena_dup(a, (struct str){ text, i });
}

static struct json *
invoice(struct arena *a, const struct tg_invoice *inv)
{
	struct json *params = json_new(a), *price;
	const char *title = cut_text(a, inv->title, 32);

	json_put_text(params, "title", title);
	json_put_text(
	    params, "description", cut_text(a, inv->description, 255));
	json_put_text(params, "payload", inv->payload);
	/* Stars need no payment provider; an empty token and XTR say so. */
	json_put_text(params, "provider_token", "");
	json_put_text(params, "currency", "XTR");
	/* An invoice in Stars has exactly one price. */
	price = json_push_object(json_put_array(params, "prices"));
	json_put_text(price, "label", title);
	json_put_int(price, "amount", inv->stars);
	return params;
}

struct json *
tg_send_invoice(struct arena *a, const struct tg_invoice *inv)
{
	struct json *params = invoice(a, inv);

	json_put_int(params, "chat_id", inv->chat_id);
	return params;
}

struct json *
tg_plan_link(struct arena *a, const struct tg_invoice *inv)
{
	struct json *params = invoice(a, inv);

	json_put_int(params, "subscription_period", TG_PLAN_S);
	return params;
}

struct json *
tg_answer_checkout(struct arena *a, const char *query_id, const char *refusal)
{
	struct json *params = json_new(a);

	json_put_text(params, "pre_checkout_query_id", query_id);
	json_put_bool(params, "ok", refusal == NULL);
	if (refusal != NULL)
		json_put_text(params, "error_message", refusal);
	return params;
}

struct http_request
tg_request(struct arena *a, const struct tg_api *api, const char *method,
    struct json *params)
{
	return (struct http_request){
		.method = "POST",
		.url = arena_printf(
		    a, "%s/bot%s/%s", api->base, api->token, method),
		.headers = { "Content-Type: application/json" },
		.body =
		    params == NULL ? str_from("{}") : json_render(a, params),
		.connect_ms = TG_CONNECT_MS,
		.total_ms = TG_TOTAL_MS,
	};
}

/* The path comes from Telegram's answer and stands behind the token in the URL:
 * it must not lead to another method. */
enum err
tg_file_request(struct arena *a, const struct tg_api *api, const char *path,
    struct http_request *out)
{
	if (path == NULL || path[0] == '/' || strstr(path, "..") != NULL ||
	    !str_only(str_from(path), STR_LETTERS STR_DIGITS "/_.-"))
		return ERR_INPUT;
	*out = (struct http_request){
		.method = "GET",
		.url = arena_printf(
		    a, "%s/file/bot%s/%s", api->base, api->token, path),
		.connect_ms = TG_CONNECT_MS,
		.total_ms = TG_TOTAL_MS,
	};
	return ERR_OK;
}

/* A form as RFC 7578 has it. The boundary is drawn anew each time, so that no
 * file can have it in it. */
static struct str
form_of(struct arena *a, const char *boundary, int64_t chat_id,
    const struct tg_file *file)
{
	struct buf b = buf_new(a, file->bytes.len + 1024);

	buf_text(&b,
	    arena_printf(a,
		"--%s\r\nContent-Disposition: form-data; name=\"chat_id\""
		"\r\n\r\n%lld\r\n--%s\r\nContent-Disposition: form-data; "
		"name=\"%s\"; filename=\"%s\"\r\nContent-Type: "
		"application/octet-stream\r\n\r\n",
		boundary, (long long)chat_id, boundary, file->field,
		file->name));
	buf_add(&b, file->bytes);
	buf_text(&b, arena_printf(a, "\r\n--%s--\r\n", boundary));
	return buf_str(&b);
}

enum err
tg_upload(struct arena *a, const struct tg_api *api, int64_t chat_id,
    const struct tg_file *file, struct http_request *out)
{
	unsigned char chance[16];
	char boundary[2 * sizeof(chance) + 1];
	enum err e = random_bytes(chance, sizeof(chance));

	if (!str_only(str_from(file->name), STR_LETTERS STR_DIGITS ".-"))
		return ERR_INPUT;
	if (e != ERR_OK)
		return e;
	hex_encode(chance, sizeof(chance), boundary);
	*out = (struct http_request){
		.method = "POST",
		.url = arena_printf(
		    a, "%s/bot%s/%s", api->base, api->token, file->method),
		.headers = { arena_printf(a,
		    "Content-Type: multipart/form-data; boundary=%s",
		    boundary) },
		.body = form_of(a, boundary, chat_id, file),
		.connect_ms = TG_CONNECT_MS,
		.total_ms = TG_TOTAL_MS,
	};
	return ERR_OK;
}

struct str
tg_reply_body(struct arena *a, const char *method, struct json *params)
{
	json_put_text(params, "method", method);
	return json_render(a, params);
}

static bool
has_any(struct str description, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_has_nocase(description, words[i]))
			return true;
	return false;
}

bool
tg_chat_is_unknown(const char *description)
{
	static const char *const words[] = { "chat not found", "bot was kicked",
		"bot is not a member", "bot is not a participant",
		"CHANNEL_PRIVATE", "CHANNEL_INVALID", "chat was deactivated",
		"chat was deleted" };

	return has_any(str_from(description), words, LENGTH(words));
}

bool
tg_has_no_right(const char *description)
{
	static const char *const words[] = { "not enough rights",
		"have no rights", "need administrator rights",
		"CHAT_ADMIN_REQUIRED", "member list is inaccessible" };

	return tg_chat_is_unknown(description) ||
	    has_any(str_from(description), words, LENGTH(words));
}

/* Words by which Telegram tells that a person cannot be reached. */
static bool
user_is_gone(struct str description)
{
	static const char *const words[] = { "bot was blocked by the user",
		"user is deactivated", "chat not found",
		"bot can't initiate conversation", "PEER_ID_INVALID" };

	return has_any(description, words, LENGTH(words));
}

/* The body's word first, then the header's; some answers have only one of them.
 * Bounded, so that a mistaken answer cannot silence the shop for a day. */
static int64_t
wait_from(struct json *doc, const struct http_response *res)
{
	int64_t s = res->retry_after_s;

	if (!json_int(doc, "parameters.retry_after", &s) && s < 0)
		return 0;
	if (s < 0)
		return 0;
	return s > MAX_WAIT_S ? MAX_WAIT_S : s;
}

/* 401 and 404 mean a wrong token: the operator will mend it, and what is owed
 * must still go out then. */
static enum tg_outcome
judge(int status, struct str description)
{
	if (status == 429)
		return TG_WAIT;
	if (status >= 500 || status == 401 || status == 404)
		return TG_LATER;
	/* Only the text tells these apart; Telegram has no codes for them. */
	if (status == 400 || status == 403)
		return user_is_gone(description) ? TG_USER_GONE : TG_REFUSED;
	return TG_LATER;
}

void
tg_answer_read(
    struct arena *a, const struct http_response *res, struct tg_answer *out)
{
	struct json *doc = NULL;

	*out = (struct tg_answer){ .outcome = TG_LATER };
	if (json_parse(a, res->body, &doc) == ERR_OK)
		out->description =
		    arena_dup_text(a, json_text(doc, "description"));
	/* The status and the body must agree: a 200 that something in between
	 * made up must not count as sent. */
	if (res->status == 200 && json_is_true(doc, "ok")) {
		out->outcome = TG_DONE;
		out->result = json_at(doc, "result");
		return;
	}
	(void)json_int(doc, "parameters.migrate_to_chat_id", &out->moved_to);
	out->outcome = judge(res->status, str_from(out->description));
	if (out->outcome == TG_WAIT)
		out->wait_s = wait_from(doc, res);
}
