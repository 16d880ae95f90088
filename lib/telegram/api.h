/* Calls to the Bot API (core.telegram.org/bots/api): writing them, for the
 * worker to send or for the body of a webhook answer, and reading what
 * Telegram says. */
#ifndef TELEGRAM_API_H
#define TELEGRAM_API_H

#include "base/json.h"
#include "net/http.h"

#define TG_CONNECT_MS 5000
/* Long, because a message whose answer was not waited for is sent again and may
 * arrive twice. */
#define TG_TOTAL_MS 30000

struct tg_api {
	const char *base; /* https://api.telegram.org */
	const char *token;
};

struct tg_choice {
	const char *label, *data; /* data: 1 to 64 bytes */
};

/* A message in plain text, or one in Telegram's HTML, with one button, or with
 * a list of choices. */
struct tg_message {
	int64_t chat_id;
	const char *text;                /* not empty; see TG_MAX_TEXT */
	const char *button;              /* its label, or NULL */
	const char *button_url;          /* one of the two */
	const char *button_data;         /* 1 to 64 bytes */
	const struct tg_choice *choices; /* a row each */
	size_t n_choices;
	const struct tg_choice *row; /* under them, beside each other */
	size_t n_row;
	int64_t reply_to; /* a message of that chat, may be gone; 0: none */
	bool is_html;     /* of markdown_message(), which is never too long */
};

/* What Telegram takes in one message, in the units of UTF-16 (most letters are
 * one, faces two). */
#define TG_MAX_TEXT 4096

/* The text, or as much of it as fits into so many of those units, with an
 * ellipsis. */
const char *tg_fit(struct arena *a, const char *text, size_t max);

/* What Telegram takes under one message; with one more it refuses the whole. */
#define TG_MAX_BUTTONS 100

/* The parameters of sendMessage; link previews are off. A text that is too long
 * for Telegram ends in an ellipsis. A URL that Telegram would refuse (a host
 * without a dot, as localhost) makes no button. */
struct json *tg_send_message(struct arena *a, const struct tg_message *m);

/* What Telegram takes under a picture, in the same units. */
#define TG_MAX_CAPTION 1024

/* The parameters of sendPhoto: the message under a picture, which is a file_id,
 * an address or NULL where its bytes go along (tg_upload()). Of a text that is
 * too long for that the beginning. */
struct json *tg_send_photo(
    struct arena *a, const struct tg_message *m, const char *photo);

/* The parameters of editMessageText and editMessageMedia: the message takes the
 * place of another one of its chat; with bytes the photo is NULL. */
struct json *tg_edit_text(
    struct arena *a, const struct tg_message *m, int64_t message_id);
struct json *tg_edit_photo(struct arena *a, const struct tg_message *m,
    const char *photo, int64_t message_id);

/* The parameters of copyMessage: another chat's message with the buttons of m,
 * whose text is not looked at, to its chat. */
struct json *tg_copy_message(struct arena *a, const struct tg_message *m,
    int64_t from_chat_id, int64_t message_id);

/* Makes the message an answer to another one of its chat, which may be gone by
 * the time it is sent. */
void tg_put_reply(struct json *params, int64_t message_id);

/* The request for a file's bytes, by the path that getFile tells; ERR_INPUT
 * for a path that would lead elsewhere. Its URL holds the token. */
enum err tg_file_request(struct arena *a, const struct tg_api *api,
    const char *path, struct http_request *out) MUST_CHECK;

/* The parameters of answerCallbackQuery: what to show, and a link of the bot's
 * own to open; both may be NULL. */
struct json *tg_answer_button(
    struct arena *a, const char *button_id, const char *text, const char *url);

/* An invoice in Telegram Stars, and the period of a subscription in them. */
#define TG_PLAN_S ((int64_t)30 * 24 * 3600)
struct tg_invoice {
	int64_t chat_id;
	const char *title;       /* cut to Telegram's 32 characters */
	const char *description; /* to 255 */
	const char *payload;     /* 1 to 128 bytes; comes back when paid */
	int64_t stars;
};

/* The parameters of sendInvoice and of answerPreCheckoutQuery: no reason to
 * refuse (NULL) lets the payment go on. */
struct json *tg_send_invoice(struct arena *a, const struct tg_invoice *inv);

/* The parameters of createInvoiceLink: a link by which whoever follows it pays
 * every 30 days, the one period that Telegram offers. inv->chat_id is not
 * looked at. */
struct json *tg_plan_link(struct arena *a, const struct tg_invoice *inv);

struct json *tg_answer_checkout(
    struct arena *a, const char *query_id, const char *refusal);

/* A post to our own address as Telegram's are, but of nothing that could be an
 * update, so that it leaves nothing behind: whether those would arrive. */
struct http_request tg_trial(
    struct arena *a, const char *base_url, const char *secret_token);

/* The request that calls a method; params may be NULL. Its URL holds the
 * token. */
struct http_request tg_request(struct arena *a, const struct tg_api *api,
    const char *method, struct json *params);

/* A file that goes with a call, as the parameter that the others leave out
 * ("photo" of sendPhoto). */
#define TG_PHOTO "photo"
struct tg_file {
	const char *field;
	const char *name; /* as it is shown, of letters, digits, ".", "-" */
	struct str bytes;
};

/* The request that calls a method with a file of ours (multipart/form-data);
 * in editMessageMedia "attach://FIELD" stands for it. */
struct http_request tg_upload(struct arena *a, const struct tg_api *api,
    const char *method, struct json *params, const struct tg_file *file);

/* Whether a refusal means that the message stands there just so already. */
bool tg_is_not_modified(const char *description);

/* The file_id of the picture in a message that was sent, the largest of its
 * sizes; NULL: there is none. */
const char *tg_photo_of(struct arena *a, struct json *message);

/* A call of the Bot API as the JSON body of the answer to an update. Telegram
 * carries it out and does not tell the result, so it is for what may be lost
 * without harm. */
struct str tg_reply_body(
    struct arena *a, const char *method, struct json *params);

/* What became of a call. */
enum tg_outcome {
	TG_DONE,
	TG_LATER,     /* an error that passes: 5xx, rubbish, a wrong token */
	TG_WAIT,      /* 429: nothing for wait_s seconds */
	TG_USER_GONE, /* blocked us, deactivated, or never started the bot */
	TG_REFUSED    /* understood and refused: the same again will fail */
};

struct tg_answer {
	enum tg_outcome outcome;
	int64_t wait_s;          /* of TG_WAIT; 0: Telegram did not say */
	const char *description; /* Telegram's words, or NULL */
	struct json *result;     /* of TG_DONE */
	int64_t moved_to;        /* the supergroup a group became; or 0 */
};

void tg_answer_read(
    struct arena *a, const struct http_response *res, struct tg_answer *out);

/* Whether a refusal means that the bot is no administrator of the chat, or one
 * without the right it takes. */
bool tg_has_no_right(const char *description);

/* Whether it is of the refusals above and means that for the bot there is no
 * such chat: the number is wrong, or the bot was removed from it. */
bool tg_chat_is_unknown(const char *description);

/* Whether Telegram takes this URL for a button. */
bool tg_button_url_ok(const char *url);

/* A call of the Bot API that goes out as the body of the answer to an update
 * (tg_reply_body()). Telegram tells nobody whether it worked, so it is only for
 * what may be lost. */
struct tg_reply {
	const char *method; /* NULL: nothing to say now */
	struct json *params;
	const struct tg_file *file; /* goes along where the worker makes the
	                               call: such a body has no room for it */
};

#endif
