/* An update as Telegram posts it, reduced to what we act on
 * (core.telegram.org/bots/api#update). */
#ifndef TELEGRAM_UPDATE_H
#define TELEGRAM_UPDATE_H

#include "base/json.h"

enum tg_kind {
	TG_OTHER,    /* noted, nothing else */
	TG_MESSAGE,  /* a new message; edits are TG_OTHER */
	TG_BUTTON,   /* a pressed inline button (callback_query) */
	TG_CHECKOUT, /* Stars are about to be paid (pre_checkout_query) */
	TG_PAID,     /* they were (successful_payment) */
	TG_REFUNDED, /* they went back (refunded_payment) */
	TG_MEMBER,   /* somebody blocked or unblocked the bot */
	TG_ASKS,     /* somebody asks to join a channel (chat_join_request) */
	TG_CHANGED,  /* somebody came or went there (chat_member) */
	TG_RIGHTS,   /* the bot's own place there (my_chat_member) */
	TG_MOVED,    /* a group became a supergroup */
	TG_PLAN      /* a subscription in Stars changed (subscription) */
};

/* What somebody is in a chat; the numbers are members.h's. */
enum tg_status {
	TG_NO_STATUS, /* nothing that we know */
	TG_LEFT,
	TG_IN,
	TG_KICKED,
	TG_ADMIN /* or the owner */
};

/* What became of a subscription in Stars: whether Telegram takes the next
 * payment. */
enum tg_plan {
	TG_PLAN_ACTIVE,   /* it is going to */
	TG_PLAN_CANCELED, /* the buyer does not want it to */
	TG_PLAN_FAILED    /* it tried to, and got none */
};

/* A payment in Telegram Stars; which of the three kinds (TG_CHECKOUT, TG_PAID,
 * TG_REFUNDED) it is of, the update tells. */
struct tg_payment {
	const char *query_id;  /* of TG_CHECKOUT: to be answered in 10 s */
	const char *charge_id; /* of the others: Telegram's name for it */
	const char *currency;  /* "XTR" are Stars */
	const char *payload;   /* what our invoice said */
	int64_t amount;
	int64_t at_s;    /* when it was made; 0: not said */
	int64_t until_s; /* of a subscription: paid until then; else 0 */
	bool recurs;     /* and Telegram goes on taking payments */
	bool is_first;   /* the one that began it */
};

/* A voice message. */
struct tg_voice {
	const char *file_id; /* NULL: none */
	int64_t duration_s, size_bytes;
};

/* What an administrator may do; all false of anybody else. */
struct tg_rights {
	bool is_admin, may_invite, may_remove;
};

/* Texts live in the arena. */
struct tg_update {
	int64_t update_id;
	enum tg_kind kind;
	int64_t from_id;      /* the person; 0 where there is none */
	bool is_private;      /* a chat of this person and the bot alone */
	const char *language; /* two letters or more, or NULL */
	const char *text;     /* TG_MESSAGE: NULL for pictures and the like */
	const char *caption;  /* TG_MESSAGE: the words under one, or NULL */
	const char *album; /* TG_MESSAGE: of which several are one; or NULL */
	bool is_forwarded; /* TG_MESSAGE: another person's, whose number
	                      is next; 0: they hide it */
	int64_t forwarded_from;
	bool is_service; /* TG_MESSAGE: nobody said anything */
	bool has_file;   /* TG_MESSAGE: a picture, a document or the like */
	struct tg_voice voice; /* TG_MESSAGE */
	int64_t message_id;    /* TG_MESSAGE, in chat_id; TG_BUTTON: the one
	                          that it stands under, or 0 */
	bool has_photo;        /* TG_BUTTON: that one is a picture */
	int64_t reply_to;      /* of which message of that chat; 0: of none */
	int64_t reply_writer;  /* who wrote what was forwarded there; or 0 */
	bool replies_to_bot;   /* bot_id wrote that one */
	bool replies_to_post;  /* it came from the group's channel */
	int64_t bot_id;        /* a bot that it is about; 0: none */
	const char *bot_name;  /* its name without the @, or NULL */
	const char *button_id; /* TG_BUTTON: to be answered */
	const char *data;      /* TG_BUTTON: what the button says, or NULL */
	struct tg_payment payment; /* TG_PLAN: its payload alone */
	enum tg_plan plan;         /* TG_PLAN */
	bool blocked;              /* TG_MEMBER: blocked now, or unblocked */
	int64_t chat_id;         /* TG_MESSAGE, TG_ASKS, TG_CHANGED, TG_RIGHTS;
	                    TG_BUTTON: the one it stands in, or 0 */
	enum tg_status status;   /* TG_CHANGED: of from_id, then */
	int64_t changed_s;       /* TG_CHANGED: when; 0: not said */
	const char *link;        /* TG_CHANGED: by which they came, or NULL */
	bool has_rights;         /* TG_RIGHTS: to invite and to remove */
	struct tg_rights rights; /* TG_RIGHTS: each of them */
	int64_t by_id;           /* TG_RIGHTS: the person who changed them */
	const char *chat_title;  /* TG_RIGHTS: or NULL */
	int64_t moved_to; /* TG_MOVED: the supergroup of what was chat_id */
};

/* Reads the body of a post. ERR_INPUT: it is no update at all (no JSON, no
 * update_id). Anything else that is not understood is TG_OTHER, since Telegram
 * adds kinds and would send a refused one again for a day. */
enum err tg_update_parse(
    struct arena *a, struct str body, struct tg_update *out) MUST_CHECK;

/* Whether a ChatMember is an administrator who may invite and remove; and which
 * of it they may. */
bool tg_may_admit(struct json *member);
struct tg_rights tg_rights(struct json *member);

/* What a ChatMember says somebody is in its chat. */
enum tg_status tg_status(struct json *member);

/* A chat's number as settings have it, with a minus for groups; 0: none. */
int64_t tg_chat_id(const char *text);

/* What was said in letters: a text, or the words under a picture; NULL:
 * nothing, or it was spoken. */
const char *tg_words(const struct tg_update *u);

/* The update that TG_PLAN comes by. A Bot API before 10.2 has none. */
#define TG_PLAN_UPDATE "subscription"

/* What must be asked for in setWebhook; NULL past the last. */
const char *tg_allowed_update(size_t i);

#endif
