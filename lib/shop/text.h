/* What buyers and operators read, in the chat and on the pages. Every sentence
 * of the product stands in texts/, one gettext file a language, and nowhere
 * else; the build makes tables of them. */
#ifndef SHOP_TEXT_H
#define SHOP_TEXT_H

#include "base/arena.h"
#include "base/kv.h"
#include "shop/language.h"

enum text {
	/* the chat */
	TEXT_INVITE,         /* {product} {link} */
	TEXT_INVITE_GRANTED, /* {product} {link} */
	TEXT_INVITE_BACK,    /* {product} {link} */
	TEXT_INVITE_AGAIN,   /* {product} {link} */
	TEXT_INVITE_COACH,
	TEXT_WELCOME, /* {product} */
	TEXT_WELCOME_HOW,
	TEXT_WELCOME_MANY,
	TEXT_WELCOME_BACK,
	TEXT_WELCOME_MORE,
	TEXT_BUY_CHOICE, /* {product} */
	TEXT_BUY_BUTTON,
	TEXT_ABOUT_BUTTON,
	TEXT_LESSON_BUTTON,
	TEXT_ACCESS_BUTTON,
	TEXT_QUESTIONS_BUTTON,
	TEXT_LEGAL_BUTTON,
	TEXT_OPEN_BUTTON, /* {product} */
	TEXT_ASK_BUTTON,
	TEXT_HELP_BUTTON,
	TEXT_PAY, /* {product} {url} */
	TEXT_PAY_BUTTON,
	TEXT_NOT_SOLD,     /* {product} */
	TEXT_TRIAL,        /* {days} */
	TEXT_TRIAL_PRICED, /* {days} {amount} */
	TEXT_PRICE,        /* {price} */
	TEXT_PRICE_ONCE,   /* {amount}, as all of them */
	TEXT_PRICE_DAY,
	TEXT_PRICE_DAYS, /* {number}, as the others of several */
	TEXT_PRICE_WEEK,
	TEXT_PRICE_WEEKS,
	TEXT_PRICE_MONTH,
	TEXT_PRICE_MONTHS,
	TEXT_PRICE_YEAR,
	TEXT_PRICE_YEARS,
	TEXT_ALREADY_PAID,   /* {product} */
	TEXT_STATUS_PAID,    /* {product} */
	TEXT_STATUS_UNTIL,   /* {product} {until} */
	TEXT_STATUS_RENEWS,  /* {product} {until} */
	TEXT_STATUS_UNPAID,  /* {product} */
	TEXT_STATUS_WAITING, /* {product} */
	TEXT_HINT,
	TEXT_HELP_UNPAID,  /* {product} {support} */
	TEXT_HELP_LATER,   /* {support} */
	TEXT_HELP_MEMBER,  /* {support} */
	TEXT_PROCESSING,   /* {product} */
	TEXT_FAILED,       /* {product} */
	TEXT_REFUNDED,     /* {product} {support} */
	TEXT_UNINVITED,    /* {product} {support} */
	TEXT_TOO_MANY,     /* {product} {support} */
	TEXT_SUPPORT,      /* {contact} */
	TEXT_DISPUTED,     /* {product} {support} */
	TEXT_WARNED,       /* {product} {support} */
	TEXT_SENT_BACK,    /* {product} {support} */
	TEXT_REVOKED,      /* {product} {support} */
	TEXT_ENDED,        /* {product} {support} */
	TEXT_ENDED_UNPAID, /* {product} {support} */
	TEXT_REMINDER,     /* {product} {until} */
	TEXT_TRIAL_ENDS,   /* {product} {until} */
	TEXT_DUNNING,      /* {product} {until} {url} */
	TEXT_DUNNING_OUT,  /* {product} {url} */
	TEXT_DUNNING_BUTTON,
	TEXT_PORTAL, /* {url} */
	TEXT_PORTAL_BUTTON,
	TEXT_PORTAL_CHOICE,     /* {product} */
	TEXT_PORTAL_FAILED,     /* {support} */
	TEXT_STARS_BUTTON,      /* {amount} */
	TEXT_STARS_PLAN,        /* {product} {amount} {url} */
	TEXT_STARS_DESCRIPTION, /* {product} */
	TEXT_STARS_WRONG_PRICE,
	TEXT_STARS_NOT_SOLD,
	TEXT_STARS_PAID_BEFORE,
	TEXT_STARS_NO_CONSENT,
	TEXT_PAYSUPPORT, /* {support} */
	TEXT_TERMS,      /* {product} {support} */
	TEXT_PRIVACY,    /* {support} */
	TEXT_MYDATA,     /* {buyer} */
	TEXT_MYDATA_FILE,
	TEXT_FORGET, /* {support} */
	TEXT_FORGET_BUTTON,
	TEXT_FORGETTING,
	TEXT_CART_REMINDER,  /* {product} {support} */
	TEXT_INTRO_REMINDER, /* {product} {support} */
	TEXT_NO_REMINDERS_BUTTON,
	TEXT_NO_REMINDERS,
	TEXT_NO_LETTERS_BUTTON,
	TEXT_NO_LETTERS,
	TEXT_LETTERS,
	TEXT_LEGAL,
	TEXT_CONSENT,     /* the sentence that is agreed to */
	TEXT_CONSENT_ASK, /* {product} {terms} {sentence} */
	TEXT_CONSENT_TERMS,
	TEXT_CONSENT_YES,
	TEXT_CONSENT_NO,
	TEXT_CONSENT_REFUSED,
	TEXT_CONSENT_RECEIPT, /* {when} {sentence} {hash} {url} */
	TEXT_WITHDRAWN,       /* {product} {number} {when} {support} */
	TEXT_LANGUAGE,
	TEXT_LANGUAGE_NAME, /* as those call it who read it */
	TEXT_LANGUAGE_TELEGRAM,
	TEXT_LANGUAGE_SET,
	/* what a product is, see TEXT_N_CASES */
	TEXT_KIND_COURSE,
	TEXT_KIND_COURSE_OF,
	TEXT_KIND_COURSE_IN,
	TEXT_KIND_CLUB,
	TEXT_KIND_CLUB_OF,
	TEXT_KIND_CLUB_IN,
	TEXT_KIND_CHANNEL,
	TEXT_KIND_CHANNEL_OF,
	TEXT_KIND_CHANNEL_IN,
	TEXT_BOT_DESCRIPTION, /* {product} */
	TEXT_OPERATOR_KNOWN,  /* {number} */
	/* the coach */
	TEXT_COACH_QUOTES,
	TEXT_COACH_SOURCE,       /* {number} {lesson} */
	TEXT_COACH_SOURCE_PLAIN, /* {lesson} */
	TEXT_COACH_NOT_FOUND,
	TEXT_COACH_NO_ACCESS, /* {product} {support} */
	TEXT_COACH_NOT_HERE,
	TEXT_COACH_TOO_LATE,
	TEXT_COACH_CRISIS, /* {helpline} */
	TEXT_COACH_LONG,   /* {limit} */
	TEXT_COACH_NO_VOICE,
	TEXT_COACH_NO_EAR,
	TEXT_COACH_LONG_VOICE, /* {seconds} */
	TEXT_COACH_UNHEARD,
	TEXT_COACH_BUSY,
	TEXT_COACH_ENOUGH, /* {amount} */
	TEXT_COACH_HOW,
	TEXT_COACH_HELLO, /* {product} */
	TEXT_COACH_THANKS,
	TEXT_COACH_WHO,    /* {product} {support} */
	TEXT_COACH_PRICE,  /* {product} {support} */
	TEXT_COACH_REFUND, /* {support} */
	TEXT_COACH_CANCEL, /* {support} */
	TEXT_COACH_INVITE, /* {support} */
	TEXT_COACH_BROKEN, /* {support} */
	TEXT_COACH_READS,
	TEXT_COACH_CARE,
	TEXT_COACH_SECRET,
	TEXT_COACH_CUT,
	TEXT_COACH_NO_LINK,
	TEXT_COACH_PERSON_BUTTON,
	TEXT_COACH_PASSED_ON,
	TEXT_COACH_PASSING_ON, /* at most 200 characters, as the next ones */
	TEXT_COACH_NOT_YOURS,
	TEXT_COACH_START_FIRST,
	TEXT_COACH_NOT_PASSED_ON,
	TEXT_SUPPORT_ENOUGH,
	/* to the operators */
	TEXT_ALERT_COACH,        /* {why} */
	TEXT_ALERT_COACH_BUDGET, /* {amount} */
	TEXT_ALERT_CRISIS,       /* {buyer} */
	TEXT_ALERT_SUPPORT_CHAT, /* {why} */
	TEXT_ALERT_SALE,         /* {product} {buyer} {order} {amount} */
	TEXT_ALERT_RENEWAL,      /* the same */
	TEXT_ALERT_FAILURE,      /* {product} {buyer} {order} */
	TEXT_ALERT_FORGOTTEN,    /* as of a sale */
	TEXT_ALERT_UNKNOWN,      /* {product} {buyer} {order} */
	TEXT_ALERT_REFUND,       /* as of a sale */
	TEXT_ALERT_REFUND_FAILED,
	TEXT_ALERT_INQUIRY, /* {product} {buyer} {order} {due} */
	TEXT_ALERT_INQUIRY_REFUNDED,
	TEXT_ALERT_DISPUTE,
	TEXT_ALERT_DISPUTE_PAUSED,
	TEXT_ALERT_DISPUTE_LOST,
	TEXT_ALERT_APPEAL, /* as of an inquiry */
	TEXT_ALERT_DISPUTE_WON,
	TEXT_ALERT_FRAUD, /* {product} {buyer} {order} {payment} */
	TEXT_ALERT_FRAUD_PAUSED,
	TEXT_ALERT_FRAUD_REFUNDED,
	TEXT_ALERT_UNSURE,             /* {what} {why} */
	TEXT_ALERT_RIGHTS,             /* {chat} */
	TEXT_ALERT_ADDED,              /* {title} {chat} */
	TEXT_ALERT_LACKS,              /* {title} {chat} {invite} {remove} */
	TEXT_ALERT_CHANNEL,            /* {chat} */
	TEXT_ALERT_REFUSED,            /* {chat} {why} */
	TEXT_ALERT_PARKED,             /* {what} {buyer} {why} */
	TEXT_ALERT_MORE,               /* {amount} {what} */
	TEXT_ALERT_PRODUCTS,           /* {why} */
	TEXT_ALERT_STAYS,              /* {chat} {buyer} */
	TEXT_ALERT_ENDED,              /* {product} {buyer} {order} */
	TEXT_ALERT_UNPAID,             /* the same */
	TEXT_ALERT_WITHDRAWAL,         /* {contract} {buyer} {when} {command} */
	TEXT_ALERT_WITHDRAWAL_CONSENT, /* the same, {day} */
	TEXT_ALERT_KEY,
	TEXT_ALERT_KEY_RIGHT, /* {provider} {what} */
	TEXT_ALERT_PORTAL,
	TEXT_ALERT_SILENCE, /* {provider} {amount} {url} */
	/* to operators, /admin */
	TEXT_ADMIN_TODAY, /* {now} {before} */
	TEXT_ADMIN_WEEK,  /* {now} {before} */
	TEXT_ADMIN_MONTH, /* {now} {before} */
	TEXT_ADMIN_SUM,   /* {number} {amount} */
	TEXT_ADMIN_NO_SUM,
	TEXT_ADMIN_INSIDE,  /* {number} */
	TEXT_ADMIN_WAITING, /* {waiting} {parked} */
	TEXT_ADMIN_HOW,
	TEXT_ADMIN_JOBS_BUTTON,
	TEXT_ADMIN_PICTURE_BUTTON,
	TEXT_ADMIN_JOB, /* {job} {what} {buyer} {why} */
	TEXT_ADMIN_NOT_TRIED,
	TEXT_ADMIN_NO_JOBS,
	TEXT_ADMIN_MORE,         /* {number} */
	TEXT_ADMIN_RETRY_BUTTON, /* {job} */
	TEXT_ADMIN_DROP_BUTTON,  /* {job} */
	TEXT_ADMIN_SELL_BUTTON,
	TEXT_ADMIN_SELL,      /* {chat} */
	TEXT_ADMIN_SELL_FILE, /* {chat} */
	TEXT_ADMIN_SOLD,      /* {chat} */
	TEXT_ADMIN_WAITS_BUTTON,
	TEXT_ADMIN_WAITS, /* {chat} {number} */
	TEXT_ADMIN_BUYER, /* {buyer} */
	TEXT_ADMIN_SINCE, /* {day} */
	TEXT_ADMIN_STRANGER,
	TEXT_ADMIN_BLOCKED,
	TEXT_ADMIN_IN,       /* {product} */
	TEXT_ADMIN_IN_UNTIL, /* {product} {until} */
	TEXT_ADMIN_OUT,      /* {product} {why} */
	TEXT_ADMIN_PAID,
	TEXT_ADMIN_GRANTED,
	TEXT_ADMIN_PART_BACK,
	TEXT_ADMIN_BACK,
	TEXT_ADMIN_TAKEN,
	TEXT_ADMIN_OPEN,
	TEXT_ADMIN_GRANT_BUTTON,
	TEXT_ADMIN_REVOKE_BUTTON, /* {product} */
	TEXT_ADMIN_LINK_BUTTON,   /* {product} */
	TEXT_ADMIN_REFUND_BUTTON, /* {amount} {order} */
	TEXT_ADMIN_PART_BUTTON,   /* {order} */
	TEXT_ADMIN_WRITE_BUTTON,
	TEXT_ADMIN_WHICH,
	TEXT_ADMIN_HOW_LONG, /* {product} */
	TEXT_ADMIN_DAYS,     /* {days} */
	TEXT_ADMIN_FOR_GOOD,
	TEXT_ADMIN_HOW_PART,   /* {order} {amount} */
	TEXT_ADMIN_HOW_WRITE,  /* {buyer} */
	TEXT_ADMIN_ASK_GRANT,  /* {buyer} {product} {term} */
	TEXT_ADMIN_ASK_REVOKE, /* {buyer} {product} */
	TEXT_ADMIN_ASK_REFUND, /* {amount} {order} {buyer} */
	TEXT_ADMIN_ASK_ENDS,
	TEXT_ADMIN_ASK_LINK,  /* {buyer} {product} */
	TEXT_ADMIN_ASK_WRITE, /* {buyer} {words} */
	TEXT_ADMIN_ASK_RETRY, /* {job} {what} {buyer} */
	TEXT_ADMIN_ASK_DROP,  /* {job} {what} {buyer} */
	TEXT_ADMIN_YES,
	TEXT_ADMIN_NO,
	TEXT_ADMIN_DONE,
	TEXT_ADMIN_PROMISED,
	TEXT_ADMIN_NOTHING,
	TEXT_ADMIN_SENT_BACK,   /* {order} */
	TEXT_ADMIN_BACK_WAITS,  /* {order} */
	TEXT_ADMIN_REFUSED,     /* {order} */
	TEXT_ADMIN_BACK_BEFORE, /* {order} */
	TEXT_ADMIN_UNDELIVERED, /* {buyer} */
	TEXT_ADMIN_NO_LINK,     /* {buyer} */
	TEXT_ADMIN_DROPPED,     /* {buyer} */
	TEXT_ADMIN_CANCELED,
	TEXT_ADMIN_TOO_LATE,
	TEXT_ADMIN_MAY_NOT, /* {role} */
	TEXT_ADMIN_NOT_FOUND,
	TEXT_ADMIN_LOOKING,  /* {provider} */
	TEXT_ADMIN_UNSEEN,   /* {provider} */
	TEXT_ADMIN_UNASKED,  /* {provider} */
	TEXT_ADMIN_NOT_OURS, /* {payment} */
	TEXT_ADMIN_SEVERAL,
	TEXT_ADMIN_HIDDEN,
	TEXT_ADMIN_NO_REFUND, /* {amount} */
	TEXT_ADMIN_WHOLE,     /* {provider} */
	TEXT_ADMIN_LETTER,    /* {words} */
	/* to the people in the support chat */
	TEXT_SUPPORT_PERSON, /* {buyer} */
	TEXT_SUPPORT_READS,  /* {words} */
	TEXT_SUPPORT_NOTHING,
	TEXT_SUPPORT_OPEN,
	TEXT_SUPPORT_CLOSED,
	TEXT_SUPPORT_CLOSE_BUTTON,
	TEXT_SUPPORT_OPEN_BUTTON,
	TEXT_SUPPORT_GONE,
	TEXT_SUPPORT_REFUSED,
	/* to an operator who writes to many */
	TEXT_MANY_BUTTON,
	TEXT_MANY_WHOM,
	TEXT_MANY_ALL,
	TEXT_MANY_IN, /* {product} */
	TEXT_MANY_ENDED,
	TEXT_MANY_NEVER,
	TEXT_MANY_LANGUAGE,
	TEXT_MANY_ANY_LANGUAGE,
	TEXT_MANY_SEND, /* {words} */
	TEXT_MANY_ALBUM,
	TEXT_MANY_REFUSED,
	TEXT_MANY_ASK,      /* {number} {words} {minutes} */
	TEXT_MANY_NOBODY,   /* {words} */
	TEXT_MANY_PROGRESS, /* {number} {words} {sent} {amount} {gone}
	                       {failed} */
	TEXT_MANY_RUNNING,
	TEXT_MANY_PAUSED,
	TEXT_MANY_STOPPED,
	TEXT_MANY_DONE,
	TEXT_MANY_LOST,
	TEXT_MANY_HOW_BUTTON,
	TEXT_MANY_PAUSE_BUTTON,
	TEXT_MANY_GO_BUTTON,
	TEXT_MANY_STOP_BUTTON,
	/* the bot's menu */
	TEXT_MENU_START,
	TEXT_MENU_PAY,
	TEXT_MENU_STATUS,
	TEXT_MENU_HELP,
	TEXT_MENU_LANGUAGE,
	/* the pages */
	TEXT_PAGE_BAD_ID,
	TEXT_PAGE_BAD_ID_LEAD,
	TEXT_PAGE_NO_PRODUCT,
	TEXT_PAGE_NO_PRODUCT_LEAD, /* {products} */
	TEXT_PAGE_OLD_LINK,
	TEXT_PAGE_OLD_LINK_LEAD,
	TEXT_PAGE_PREVIEW, /* {product} */
	TEXT_PAGE_PREVIEW_LEAD,
	TEXT_PAGE_PREVIEW_BUTTON,
	TEXT_PAGE_IN_CHAT,
	TEXT_PAGE_IN_CHAT_LEAD,
	TEXT_PAGE_PAY_IN_CHAT,
	TEXT_PAGE_PAY_IN_CHAT_LEAD, /* {product} */
	TEXT_PAGE_PAID_BEFORE,
	TEXT_PAGE_PAID_BEFORE_LEAD, /* {product} */
	TEXT_PAGE_PROCESSING,
	TEXT_PAGE_PROCESSING_LEAD,
	TEXT_PAGE_OWED,
	TEXT_PAGE_OWED_LEAD, /* {product} */
	TEXT_PAGE_SUBSCRIBED,
	TEXT_PAGE_SUBSCRIBED_LEAD, /* {product} */
	TEXT_PAGE_LIMITED,
	TEXT_PAGE_LIMITED_LEAD,
	TEXT_PAGE_LIMITED_MINUTES, /* {minutes} */
	TEXT_PAGE_STRIPE_DOWN,
	TEXT_PAGE_STRIPE_DOWN_LEAD,
	TEXT_PAGE_IN_LINE,
	TEXT_PAGE_IN_LINE_LEAD,
	TEXT_PAGE_PAID,
	TEXT_PAGE_PAID_LEAD,      /* {product} */
	TEXT_PAGE_PAID_SOON_LEAD, /* {product} */
	TEXT_PAGE_PAID_UNTIL,     /* {until} */
	TEXT_PAGE_PAID_RENEWS,    /* {until} */
	TEXT_PAGE_PAID_BUTTON,
	TEXT_PAGE_NOT_PAID,
	TEXT_PAGE_NOT_PAID_LEAD,
	TEXT_PAGE_CHECKING,
	TEXT_PAGE_CHECKING_LEAD,
	TEXT_PAGE_CANCEL,
	TEXT_PAGE_CANCEL_LEAD,
	TEXT_PAGE_LEGAL,
	TEXT_PAGE_CONSENT,
	TEXT_PAGE_CONSENT_LEAD, /* {product} */
	TEXT_PAGE_WITHDRAW,
	TEXT_PAGE_WITHDRAW_LEAD,
	TEXT_PAGE_WITHDRAW_FIELD,
	TEXT_PAGE_WITHDRAW_NEXT,
	TEXT_PAGE_WITHDRAW_SURE, /* {contract} */
	TEXT_PAGE_WITHDRAW_CONFIRM,
	TEXT_PAGE_WITHDRAW_WRONG,
	TEXT_PAGE_WITHDRAWN,
	TEXT_PAGE_WITHDRAWN_LEAD, /* {contract} {when} {number} */
	TEXT_PAGE_WITHDRAWN_NEXT,
	TEXT_PAGE_UNKNOWN,
	TEXT_PAGE_UNKNOWN_LEAD,
	TEXT_PAGE_BROKEN,
	TEXT_PAGE_BROKEN_LEAD,
	TEXT_PAGE_BACK_BUTTON,
	TEXT_PAGE_AGAIN_BUTTON,
	TEXT_PAGE_LOOK_BUTTON,
	/* the report */
	TEXT_REPORT_TITLE,
	TEXT_REPORT_NOTHING,
	TEXT_REPORT_TAKEN,
	TEXT_REPORT_RETURNED,
	TEXT_REPORT_DISPUTED,
	TEXT_REPORT_NET,
	TEXT_REPORT_MRR,
	TEXT_REPORT_SUBSCRIBERS, /* {amount} */
	TEXT_REPORT_BY_DAY,
	TEXT_REPORT_BY_MONTH,
	TEXT_REPORT_NEW,
	TEXT_REPORT_RENEWED,
	TEXT_REPORT_OTHER,
	TEXT_REPORT_NUMBERS,
	TEXT_REPORT_DAY,
	TEXT_REPORT_MONTH,
	TEXT_REPORT_MRR_NOTE,
	TEXT_REPORT_FUNNEL,
	TEXT_REPORT_CAME,
	TEXT_REPORT_BEGAN,
	TEXT_REPORT_PAID,
	TEXT_REPORT_INVITED,
	TEXT_REPORT_JOINED,
	TEXT_REPORT_FUNNEL_NOTE,
	TEXT_REPORT_DELAY,
	TEXT_REPORT_MEDIAN,
	TEXT_REPORT_MOST,
	TEXT_REPORT_DELAY_NOTE, /* {amount} */
	TEXT_REPORT_SECONDS,    /* {amount} */
	TEXT_REPORT_MINUTES,    /* {amount} */
	TEXT_REPORT_HOURS,      /* {amount} */
	TEXT_REPORT_DAYS,       /* {amount} */
	TEXT_REPORT_INSIDE,
	TEXT_REPORT_NOBODY,
	TEXT_REPORT_RENEWS,
	TEXT_REPORT_UNTIL,
	TEXT_REPORT_FOR_GOOD,
	TEXT_REPORT_SOURCES,
	TEXT_REPORT_NO_SOURCE,
	TEXT_REPORT_ORDERS, /* {amount} */
	TEXT_REPORT_FEES,
	TEXT_REPORT_FEES_LEAD, /* {low} {high} */
	TEXT__COUNT
};

/* "{kind}", "{kind_of}" and "{kind_in}": what is sold, in the case that the
 * sentence wants. All three are filled from the value kv_int("kind", n), an
 * enum product_kind: of the texts from TEXT_KIND_COURSE on the n-th three. */
#define TEXT_N_CASES 3

/* Which form a sentence has beside a number is the language's own rule: "1
 * question" and "2 questions", and Ukrainian has three. */
#define TEXT_MAX_FORMS 6

/* A shop's own sentences in one language. What is missing (no first form) is as
 * it was built. */
struct texts {
	const char *forms[TEXT__COUNT][TEXT_MAX_FORMS];
};

/* One language, as it was built, of texts/. A sentence without a number has one
 * form, others have n_forms. The sentences are found by numbers, since each
 * pointer to one would be filled in anew when a program starts, in memory of
 * its own. */
struct texts_built {
	int n_forms;                     /* 0: no sentence has several */
	int (*form_of)(unsigned long n); /* the form beside n */
	const char *plural_forms;        /* the rule, as a PO file has it */
	const char *words;      /* one form behind another, with their NULs */
	const uint32_t *places; /* of TEXT__COUNT: TEXT_PLACE(); 0: missing */
};
extern const struct texts_built texts_built[LANGUAGE__COUNT];

/* Where the first of n forms begins. */
#define TEXT_PLACE(at, n) ((uint32_t)((at) << 3 | (n)))

/* A form of it in that language alone; NULL: there is none. */
const char *text_built(enum language in, enum text which, int form);

extern const char *const texts_names[TEXT__COUNT]; /* "INVITE" */

/* TEXT_INVITE for "INVITE"; TEXT__COUNT for what is no name. */
enum text text_named(struct str name);

/* Whether it stands beside a number: English has a second form of just those,
 * other languages have more forms of the same. */
bool text_is_counted(enum text which);

/* How many characters Telegram takes of it, with room for what fills it. */
size_t text_max_chars(enum text which);

/* The shop's own words, which go before those that were built: what they lack
 * is as it was built. They stay the caller's; NULL: none. Of the program, set
 * once, as the language that callers without one get. */
void text_set(enum language shop, const struct texts own[LANGUAGE__COUNT]);

/* The shop's language; Ukrainian until another is set. */
enum language text_language(void);
const char *text_language_code(void); /* for product_title(), "uk" */

/* The text as it is, for those without holes; in the language or, where it is
 * not translated, in English. Without a language: in the shop's. */
const char *text_plain(enum text which);
const char *text_plain_in(enum language in, enum text which);

/* The text with its {holes} filled from the values of the same name; a hole
 * without a value stays empty. In the arena, plain text: what escapes it is
 * what puts it into a page. */
const char *text_fill(struct arena *a, enum text which, struct kvs values);
const char *text_fill_in(
    enum language in, struct arena *a, enum text which, struct kvs values);

/* The same in the form that stands beside the number n, which is one of the
 * values too. text_fill() of such a text takes the last form, "many". */
const char *text_count(
    struct arena *a, enum text which, int64_t n, struct kvs values);
const char *text_count_in(enum language in, struct arena *a, enum text which,
    int64_t n, struct kvs values);

/* currency_text(): how money is shown on the command line, whatever the
 * language; in one, writing_money(). */
const char *text_money(
    struct arena *a, int64_t amount_minor, const char *currency);
const char *text_money_in(enum language in, struct arena *a,
    int64_t amount_minor, const char *currency);

/* writing_date(), in the shop's language or in another. */
const char *text_date(struct arena *a, int64_t since_1970_ms);
const char *text_date_in(
    enum language in, struct arena *a, int64_t since_1970_ms);

#endif
