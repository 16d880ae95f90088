/* What a setting of the shop may be, judged by its value alone: Stripe's keys,
 * Telegram's numbers, prices, the ledger's address. A check gives NULL where
 * the value will do, otherwise what is wrong with it: the end of a sentence
 * that begins with the setting's name, a constant, without the value in it, so
 * that no secret gets into a log. base/settings_check.h has what any program
 * may be set. */
#ifndef SHOP_CONF_CHECK_H
#define SHOP_CONF_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* Stripe's. */
const char *conf_check_stripe_key(const char *v);  /* sk_ or rk_, one mode */
const char *conf_check_secret_list(const char *v); /* with commas between */
const char *conf_check_price_id(const char *v);
const char *conf_check_currency(const char *v); /* either case */
const char *conf_check_locale(const char *v);
const char *conf_check_consent_at(const char *v);
const char *conf_check_language(const char *v);
const char *conf_check_hours(const char *v);  /* see conf_hours() */
const char *conf_check_period(const char *v); /* see conf_period() */

/* Telegram's. */
const char *conf_check_bot_token(const char *v);
const char *conf_check_header_token(const char *v);
const char *conf_check_channel_link(const char *v); /* a URL, or tg:// */
const char *conf_check_channel_id(const char *v);
const char *conf_check_chat_number(const char *v); /* a group's or a person's */
const char *conf_check_id_list(const char *v);     /* people, commas between */

/* The shop's own. */
const char *conf_check_base_url(const char *v);
const char *conf_check_product_kind(const char *v);
const char *conf_check_sell_with(const char *v);
const char *conf_check_notify(const char *v); /* words, commas between */
const char *conf_check_on_fraud_warning(const char *v);
const char *conf_check_on_dispute(const char *v);
const char *conf_check_on_payment_failed(const char *v);
const char *conf_check_database(const char *v);
const char *conf_check_schema(const char *v); /* a name without quotes */
const char *conf_check_folder(const char *v); /* a full path, or "~/..." */

/* The file that sqlite:/path, sqlite:///path (the form other tools write) or
 * /path names, a part of v; NULL where none is named by its full path. */
const char *conf_ledger_file(const char *v);

/* Hours of the day, "22-8": from the first to the second; false for anything
 * else. */
bool conf_hours(const char *text, int64_t *from, int64_t *to);

/* "month" or "3 months" as 1 or 3 of day, week, month or year; false for
 * anything else, and for more than three years. *unit is static. */
bool conf_period(const char *text, const char **unit, int64_t *n);

#endif
