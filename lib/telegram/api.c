/* Writing calls to the Bot API and reading the answers. */
#include "telegram/api.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/url.h"

#include <string.h>

#define MAX_WAIT_S 3600
#define FORM_BYTES 4096 /* around what a form's fields hold */

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

/* Short labels, "<" and ">", fit beside each other. */
static void
put_pager(struct json *keyboard, const struct tg_message *m)
{
	struct json *row = m->n_row == 0 ? NULL : json_push_array(keyboard);

	for (size_t i = 0; i < m->n_row; i++) {
		struct json *button = json_push_object(row);

		json_put_text(button, "text", m->row[i].label);
		json_put_text(button, "callback_data", m->row[i].data);
	}
}

static void
put_buttons(struct json *params, const struct tg_message *m)
{
	bool has_button = m->button != NULL &&
	    (m->button_url == NULL || tg_button_url_ok(m->button_url));
	struct json *keyboard, *button;

	if (!has_button && m->n_choices == 0 && m->n_row == 0)
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
	put_pager(keyboard, m);
}

void
tg_put_reply(struct json *params, int64_t message_id)
{
	struct json *reply = json_put_object(params, "reply_parameters");

	json_put_int(reply, "message_id", message_id);
	/* The person may have deleted the message while the answer was made. */
	json_put_bool(reply, "allow_sending_without_reply", true);
}

const char *
tg_fit(struct arena *a, const char *text, size_t max)
{
	size_t n = 0, end = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		/* In UTF-8 a character of four bytes is the one that takes two
		 * units in UTF-16; continuing bytes are none. */
		unsigned char c = (unsigned char)text[i];

		if ((c & 0xc0) == 0x80)
			continue;
		if (n <= max - 1)
			end = i;
		n += c >= 0xf0 ? 2 : 1;
	}
	return n <= max ? text :
			  arena_printf(a, "%.*s\xe2\x80\xa6", (int)end, text);
}

struct json *
tg_send_message(struct arena *a, const struct tg_message *m)
{
	struct json *params = json_new(a);

	json_put_int(params, "chat_id", m->chat_id);
	json_put_text(params, "text",
	    m->is_html ? m->text : tg_fit(a, m->text, TG_MAX_TEXT));
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
tg_send_photo(struct arena *a, const struct tg_message *m, const char *photo)
{
	struct json *params = json_new(a);

	json_put_int(params, "chat_id", m->chat_id);
	if (photo != NULL)
		json_put_text(params, "photo", photo);
	json_put_text(params, "caption", tg_fit(a, m->text, TG_MAX_CAPTION));
	put_buttons(params, m);
	return params;
}

struct json *
tg_copy_message(struct arena *a, const struct tg_message *m,
    int64_t from_chat_id, int64_t message_id)
{
	struct json *params = json_new(a);

	json_put_int(params, "chat_id", m->chat_id);
	json_put_int(params, "from_chat_id", from_chat_id);
	json_put_int(params, "message_id", message_id);
	put_buttons(params, m);
	return params;
}

struct json *
tg_edit_text(struct arena *a, const struct tg_message *m, int64_t message_id)
{
	struct json *params = tg_send_message(a, m);

	json_put_int(params, "message_id", message_id);
	return params;
}

struct json *
tg_edit_photo(struct arena *a, const struct tg_message *m, const char *photo,
    int64_t message_id)
{
	struct json *params = json_new(a), *media;

	json_put_int(params, "chat_id", m->chat_id);
	json_put_int(params, "message_id", message_id);
	media = json_put_object(params, "media");
	json_put_text(media, "type", "photo");
	json_put_text(
	    media, "media", photo == NULL ? "attach://" TG_PHOTO : photo);
	json_put_text(media, "caption", tg_fit(a, m->text, TG_MAX_CAPTION));
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
tg_trial(struct arena *a, const char *base_url, const char *secret_token)
{
	return (struct http_request){
		.method = "POST",
		.url = arena_printf(a, "%s/tgupdate", base_url),
		.headers = { "Content-Type: application/json",
		    arena_printf(a, "X-Telegram-Bot-Api-Secret-Token: %s",
			secret_token) },
		.body = str_from("{}"),
		.connect_ms = TG_CONNECT_MS,
		.total_ms = TG_TOTAL_MS,
		.asks_cert = true,
	};
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

/* A line that stands nowhere in it ends each part of the form. */
static const char *
boundary(struct arena *a, struct str params, struct str bytes)
{
	const char *line = NULL;

	for (int i = 0; line == NULL || str_has_nocase(bytes, line) ||
	     str_has_nocase(params, line);
	     i++)
		line = arena_printf(a, "admit-part-%d", i);
	return line;
}

static void
put_part(struct buf *b, const char *line, const char *name)
{
	buf_text(b, "--");
	buf_text(b, line);
	buf_text(b, "\r\nContent-Disposition: form-data; name=\"");
	buf_text(b, name);
	buf_char(b, '"');
}

/* A name that would break the form is left out. */
static const char *
name_of(const struct tg_file *file)
{
	return str_only(str_from(file->name), STR_LETTERS STR_DIGITS ".-") ?
	    file->name :
	    file->field;
}

/* A form as RFC 7578 has it. Each parameter is a field of its own: a text as it
 * is, the rest as JSON. */
static struct str
form_with(struct arena *a, struct json *params, size_t room,
    const struct tg_file *file, const char *line)
{
	struct buf b = buf_new(a, file->bytes.len + room + FORM_BYTES);
	const char *name;

	for (size_t i = 0; (name = json_name(params, i)) != NULL; i++) {
		struct json *value = json_at(params, name);
		const char *text = json_text(value, "");

		put_part(&b, line, name);
		buf_text(&b, "\r\n\r\n");
		buf_add(
		    &b, text != NULL ? str_from(text) : json_render(a, value));
		buf_text(&b, "\r\n");
	}
	put_part(&b, line, file->field);
	buf_text(&b,
	    arena_printf(a,
		"; filename=\"%s\"\r\n"
		"Content-Type: application/octet-stream\r\n\r\n",
		name_of(file)));
	buf_add(&b, file->bytes);
	buf_text(&b, "\r\n--");
	buf_text(&b, line);
	buf_text(&b, "--\r\n");
	return buf_str(&b);
}

struct http_request
tg_upload(struct arena *a, const struct tg_api *api, const char *method,
    struct json *params, const struct tg_file *file)
{
	struct http_request req = tg_request(a, api, method, NULL);
	struct str text = json_render(a, params);
	const char *line = boundary(a, text, file->bytes);

	req.headers[0] = arena_printf(
	    a, "Content-Type: multipart/form-data; boundary=%s", line);
	req.body = form_with(a, params, text.len, file, line);
	return req;
}

const char *
tg_photo_of(struct arena *a, struct json *message)
{
	size_t n = json_count(message, "photo");

	return n == 0 ?
	    NULL :
	    json_text(message, arena_printf(a, "photo.%zu.file_id", n - 1));
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

bool
tg_is_not_modified(const char *description)
{
	return str_has_nocase(str_from(description), "message is not modified");
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
