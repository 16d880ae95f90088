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
	TG_MEMBER    /* somebody blocked or unblocked the bot */
};

/* A payment in Telegram Stars: of the last three kinds. */
struct tg_payment {
	const char *query_id;  /* of TG_CHECKOUT: to be answered in 10 s */
	const char *charge_id; /* of the others: Telegram's name for it */
	const char *currency;  /* "XTR" are Stars */
	const char *payload;   /* what our invoice said */
	int64_t amount;
};

/* Texts live in the arena. */
struct tg_update {
	int64_t update_id;
	enum tg_kind kind;
	int64_t from_id;       /* the person; 0 where there is none */
	bool is_private;       /* a chat of this person and the bot alone */
	const char *language;  /* two letters or more, or NULL */
	const char *text;      /* TG_MESSAGE: NULL for pictures and the like */
	const char *button_id; /* TG_BUTTON: to be answered */
	const char *data;      /* TG_BUTTON: what the button says, or NULL */
	struct tg_payment payment;
	bool blocked; /* TG_MEMBER: blocked now, or unblocked */
};

/* ERR_INPUT: no update at all (no JSON, no update_id). Anything else that is
 * not understood is TG_OTHER. */
enum err tg_update_parse(
    struct arena *a, struct str body, struct tg_update *out) MUST_CHECK;

/* Whether text is the command, "/pay", "/pay@our_bot" or "/pay something". */
bool tg_is_command(const char *text, const char *command);

/* What must be asked for in setWebhook; NULL past the last. */
const char *tg_allowed_update(size_t i);

#endif
