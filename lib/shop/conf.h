/* Admit's settings. One table in conf.c names each one, what may stand in it
 * and who needs it; conf_check.h says what a value may be, base/settings.h
 * where values are looked for, with ADMIT_CONF, ~/.config/admit/admit.env and
 * /etc/admit/admit.env as the places of the file. */
#ifndef SHOP_CONF_H
#define SHOP_CONF_H

#include "base/arena.h"
#include "base/err.h"
#include "base/settings.h"

#include <stdbool.h>
#include <stdint.h>

/* Who asks: a setting is demanded and checked only of those who use it. */
enum program {
	PROGRAM_PAY = 1,
	PROGRAM_WEBHOOK = 2,
	PROGRAM_TGUPDATE = 4,
	PROGRAM_WORKER = 8,
	PROGRAM_LEDGER = 16, /* needs the ledger alone */
	PROGRAM_ALL = 31,
	PROGRAM_SETUP = 32 /* sets the shop up at Stripe and Telegram */
};

struct conf {
	const char *stripe_secret_key;
	const char *stripe_webhook_secret; /* several with commas between */
	const char *telegram_bot_token;
	int64_t bot_id; /* the number before the token's colon, which is no
	                   secret; 0: no token was given. Of every program */
	const char *telegram_webhook_secret;
	const char *paid_channel_link;
	const char *paid_channel_id; /* NULL: none */
	const char *base_url;        /* no slash at its end */
	const char *database_url;    /* may have a password in it */
	const char *db_schema; /* NULL: the one that the server opens with */
	int64_t db_prepare;    /* 0 or 1 */
	const char *worker_folder; /* "~/..." where there is no home */
	const char *product_name;
	const char *product_kind; /* for product_kind_named() */
	const char *price_note;   /* under the price; NULL: nothing */
	int64_t price_amount_minor;
	const char *price_currency;  /* lower case */
	const char *stripe_price_id; /* NULL: amount and currency count */
	const char *price_every;     /* see conf_period(); NULL: paid once */
	int64_t trial_days;          /* 0: none */
	const char *sell_with;       /* "stripe", "stars" or "both" */
	int64_t stars_amount;        /* 0: not for Stars */
	int64_t grace_days, remind_days;
	int64_t cart_reminder_hours, intro_reminder_days; /* 0: none */
	const char *quiet_hours;                          /* see conf_hours() */
	const char *products_file; /* NULL: the product above */
	int64_t allow_promotion_codes, automatic_tax; /* 0 or 1 */
	const char *accept_unmarked; /* "0" or "1"; NULL: as the ledger says */
	const char *checkout_locale; /* Stripe's word; NULL: none */
	const char *admin_tg_ids;    /* with commas; NULL: none */
	const char *notify;          /* what they are told of, with commas;
	                                 NULL: as conf_notifies() says */
	const char *on_fraud_warning, *on_dispute; /* see remedy_named(); */
	const char *on_payment_failed;             /* NULL: as usual */
	int64_t reconcile_minutes;                 /* 0: never */
	const char *whitelist_tg_ids;              /* the same */
	const char *support_contact;               /* NULL: none given */
	const char *site_url;                      /* NULL: none given */
	const char *shop_language; /* "uk": for language_find() */
	const char *texts_file;    /* NULL: no words of their own */
	const char *texts_dir;     /* NULL: none */
	const char *content_dir;   /* NULL: no long texts, see content.h */
	const char *consent_at;    /* "page" or "stripe" */
	int64_t consent; /* 0 or 1: of products that say nothing of it */
	const char *stripe_api_base;
	const char *telegram_api_base;
	int64_t n_workers;
	int64_t end_with_server;                    /* 0 or 1 */
	const char *pay_link_secret;                /* NULL: links are bare */
	int64_t pay_link_bare;                      /* 0 or 1 */
	int64_t pay_limit_buyer, pay_limit_address; /* an hour; 0: none */
	const char *metrics_token;                  /* NULL: no /metrics */
	const char *trusted_proxies; /* for cidr_list_has(); NULL: none */
	const char *coach_api_base;  /* NULL: no model is asked */
	const char *coach_api_key;   /* NULL: the server wants none */
	const char *coach_model;
	int64_t coach_questions_a_day, coach_tokens_a_month; /* 0: any number */
	int64_t coach_stranger_tokens;                       /* 0: none */
	const char *coach_persona; /* a file; NULL: none */
	const char *coach_helpline;
	const char *coach_links;         /* hosts, with commas; NULL: none */
	const char *coach_group_id;      /* Telegram's number; NULL: none */
	int64_t coach_group_comments;    /* 0 or 1 */
	const char *coach_group_product; /* NULL: public lessons alone */
	const char *coach_speech_base;   /* NULL: voices are not heard */
	const char *coach_speech_key;    /* NULL: the server wants none */
	const char *coach_speech_model;
	const char *support_chat_id; /* Telegram's number; NULL: none */
	const char *log_level_name;

	int log_level;             /* enum log_level */
	bool livemode;             /* follows from the Stripe key */
	const char *database;      /* for db_new(): that file, or an address */
	const char *database_path; /* the file of an sqlite: address; of a
	                              server's database a name of its own, which
	                              has what lies beside a ledger */
	bool database_is_server;   /* other machines may be at it, too */
	bool database_is_default;  /* database_path is named by no setting */

	struct settings settings; /* what was found, and what is wrong */
};

/* Fills *c for the programs named (a sum of enum program). ERR_CONFIG with the
 * sentences in c->settings.faults where anything they need is missing or
 * wrong; *c is then not to be used otherwise. The texts live in the arena. */
enum err conf_load(struct conf *c, struct arena *a, unsigned programs,
    const struct settings_params *params) MUST_CHECK;

/* Whether operators want to hear of that kind: a word that conf_check_notify()
 * takes. */
bool conf_notifies(const struct conf *c, const char *kind);

/* The ledger as people are told of it, without a password. */
const char *conf_ledger_name(const struct conf *c, struct arena *a);

/* The same of any address that conf_check_database() takes. */
const char *conf_database_name(const char *url, struct arena *a);

/* Makes the folder of a ledger whose place no setting names, for whoever is
 * about to make the ledger. A failure shows when that is opened. */
void conf_make_folder(const struct conf *c);

/* The i-th setting's name, default (or "") and one-line meaning, for the help
 * and for holding deploy/README.md to it; false past the last one. */
bool conf_describe(size_t i, const char **name, const char **dflt,
    const char **meaning, bool *required);

#endif
