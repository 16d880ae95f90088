/* Who takes money: the contract of a row in providers.c. A provider is the one
 * place that knows a foreign language of payments; everybody else asks the
 * table and names nobody. Its calls come in pairs, one that writes the request
 * and one that reads the answer, because it never sends anything itself: a
 * front program waits for the answer, the worker does not, and webhook.fcgi
 * calls nobody at all. */
#ifndef PAYMENT_PROVIDER_H
#define PAYMENT_PROVIDER_H

#include "ledger/record.h"
#include "net/http.h"
#include "outbox/kind.h"
#include "payment/provider_rows.h"
#include "shop/agreement.h"

/* No call takes longer. */
#define PROVIDER_TOTAL_MS 10000

/* What a buyer is about to pay for. The key is the attempt's own: a provider
 * that is asked twice with the same one opens one page. */
struct sale {
	int64_t tg_id;
	const struct product *product;
	const char *key;
	bool may_try;         /* the buyer gets the product's trial */
	const char *language; /* what the buyer reads, "de"; NULL: not known */
	/* What its page asks the buyer to agree to; NULL: nothing. By the
	 * person themselves, whose link is signed, or by whoever follows it. */
	const struct agreement *agreement;
	bool agrees_themselves;
};

/* The page that was opened for it. */
struct opened {
	const char *id;  /* the provider's name for the purchase */
	const char *url; /* where to pay; safe to send a buyer to */
	int64_t ends_ms; /* nobody can pay there any more */
	int64_t amount_minor;
	const char *currency;
	bool livemode;
};

/* What a provider said, read and waiting for the caller's transaction: reading
 * fails where the answer is bad, recording where the ledger is, and the two
 * must not be taken for one another. *order (may be NULL) is what the ledger
 * has then; its id is 0 where it was about no purchase of this shop. */
struct finding {
	enum err (*record)(struct app *app, struct arena *a, const void *what,
	    struct order *order);
	const void *what;
};

/* What somebody posted to /webhook/NAME. */
struct post {
	const char *id, *type; /* told once: a second one of the id is dropped;
	                          the type is for the log */
	const char *refusal;   /* of ERR_INPUT, for the log and the sender */
	int64_t tg_id;         /* the buyer, where it says who; else 0 */
	struct finding found;  /* no record(): there is nothing in it */
	bool is_trial; /* the shop's own, by which `admit check` tries whether
	                  posts arrive: nothing is recorded */
};

/* Where reconciliation is in a list. */
struct list_step {
	int64_t since_s;   /* how far back to go, if the list can be asked so */
	const char *after; /* the page before ended with it, NULL: there was
	                      none; recording sets where this one ends, NULL:
	                      there is no more */
	int64_t n_seen, n_healed; /* recording counts: entries, and of them what
	                             the ledger did not know */
	int64_t n_missed;         /* posts that should have come and did not */
};

/* A list of what a provider knows, asked for page by page to find what never
 * came. Reading says whether the answer is good: ERR_THROTTLED and
 * ERR_UNAVAILABLE: the same again later. ERR_CONFIG: the key may not read this.
 * Others: it cannot be had. */
struct provider_list {
	int number; /* below PROVIDER_LISTS, of all providers together. Stored
	               in jobs: append, never renumber */
	int own;    /* the provider's own */
	const char *name;  /* for operators: "refunds" */
	const char *right; /* what a restricted key must have the right to read,
	                      in the provider's words; NULL: there are none */
	bool in_full;      /* asked for once a day and by admit reconcile */
	bool in_small;     /* every few minutes */
	bool is_to_telegram;

	bool (*may_ask)(const struct app *app); /* the settings are there */
	enum err (*request)(struct app *app, struct arena *a,
	    const struct provider_list *list, const struct list_step *s,
	    struct http_request *out);
	enum err (*read)(
	    struct arena *a, const struct http_response *res, void **page);
	/* In a transaction. */
	enum err (*record)(struct app *app, struct arena *a,
	    const struct provider_list *list, void *page, struct list_step *s);
};
#define PROVIDER_LISTS 32

/* What `admit check` lends to a provider that it asks how all is. */
enum check_result { CHECK_GOOD, CHECK_NOTE, CHECK_BAD };
struct checkup {
	struct app *app;
	struct arena *arena;
	/* Sends and waits, as http_send(). */
	enum err (*send)(struct checkup *c, const struct http_request *req,
	    struct http_response *res);
	/* A line for the operator: what was tried, what came of it, and of
	 * CHECK_BAD what to do about it. */
	void (*say)(struct checkup *c, enum check_result result,
	    const char *what, const char *detail, const char *mend);
	void *ctx; /* the caller's own */
};

/* What is to go back of an order's payment. */
struct refund {
	const struct order *order;
	const char *payment; /* by the provider's name for it */
	int64_t paid_minor;
	int64_t part_minor; /* 0: all that is left */
	int64_t n_refused;  /* so often was just this refused for good, or
	                       failed in the end: then it is asked for anew,
	                       or the same is answered */
	const char *wish;   /* a name of this wish alone: a part that is wished
	                       for twice goes back twice. NULL: the same part
	                       of it is the same wish */
};

/* What became of looking for a payment. */
struct sighting {
	const char *name;  /* by which the ledger may have it; NULL: not seen */
	const char *after; /* not seen so far: ask on behind this; NULL: none
	                      is left */
};

/* What takes money again and again: an order began it. */
struct charging {
	int64_t tg_id;
	const char *order;        /* the provider's name of the purchase */
	const char *subscription; /* and of what it began; NULL: it has none */
	bool at_once;             /* or with the end of what is paid */
};

struct provider {
	const char *name;  /* orders.provider, and /webhook/NAME */
	const char *title; /* for operators: "Stripe" */
	bool asks_consent; /* its page can ask for an agreement, and what is
	                      told of the purchase says whether it was given */

	/* Whether it sells this product, by the settings; and whether by them
	 * nobody else is offered (NULL: it never keeps others out). */
	bool (*sells)(const struct app *app, const struct product *p);
	bool (*sells_alone)(const struct app *app, const struct product *p);

	/* ---- selling in the chat, in the buyer's language ---- */

	/* The label of its button below the message with the link to pay by;
	 * who presses it gets its offer. NULL: it has no button, and is paid
	 * by that link or not at all. */
	const char *(*button)(enum language in, const struct app *app,
	    struct arena *a, const struct product *p);

	/* The offer as the parameters of Telegram's sendInvoice, which fits
	 * into the answer to an update; NULL, the function or what it returns:
	 * it takes a call, or several, as below. */
	struct json *(*invoice)(enum language in, struct arena *a,
	    int64_t tg_id, const struct product *p);

	/* Writes the offer into the step of a job, an invoice say, and judges
	 * the answer to it. What it keeps between the two is *own, in the
	 * arena. NULL, both: the offer is a link to its page. */
	void (*offer)(enum language in, struct app *app, struct arena *a,
	    struct step *s, const struct product *p, void **own);
	enum err (*offered)(struct app *app, struct arena *a, struct step *s,
	    void *own, enum err call_err, const struct http_response *res,
	    struct outcome *o);

	/* ---- selling on a page ----
	 * NULL, all of them, where it has none: then its orders are paid from
	 * the moment they are known. */

	/* Opens the page, and reads where it is. ERR_CONFLICT: the same
	 * attempt is being worked on, ask again in a moment. ERR_REFUSED also
	 * for an address that no buyer may be sent to. */
	enum err (*begin)(const struct app *app, struct arena *a,
	    const struct sale *sale, struct http_request *out);
	enum err (*begun)(const struct app *app, struct arena *a,
	    const struct http_response *res, struct opened *out);

	/* Whether this could be its name for a purchase. No two providers give
	 * names that look alike, and what stands in a link that anybody can
	 * write is judged by the look before anybody is asked about it. */
	bool (*names)(struct str id);

	/* Asks how a purchase stands, or closes it so that nobody can pay any
	 * more (ERR_REFUSED where it is open no longer), and reads either
	 * answer. ERR_NOT_FOUND: there is none. */
	struct http_request (*ask)(
	    const struct app *app, struct arena *a, const char *id);
	struct http_request (*stop)(
	    const struct app *app, struct arena *a, const char *id);
	enum err (*told)(const struct app *app, struct arena *a,
	    const struct http_response *res, struct finding *out);

	/* ---- giving back ----
	 * Sends a payment back to its buyer, or a part of it, each part of an
	 * order once however often it is asked to, and reads what has become of
	 * that, a fact to be recorded. ERR_CONFLICT: all had gone back before,
	 * and *out says that. ERR_REFUSED: it did not go back, for good.
	 * ERR_CONFIG: nor did it, for want of a right. Any other error: nobody
	 * knows. The log says why. NULL, both, where it cannot be done from
	 * here. */
	struct http_request (*refund)(
	    const struct app *app, struct arena *a, const struct refund *r);
	enum err (*refunded)(const struct app *app, struct arena *a,
	    const struct refund *r, const struct http_response *res,
	    struct fact *out);
	bool refunds_parts; /* or all of a payment alone */

	/* ---- looking for a payment ----
	 * Whether words that an operator has from a buyer may be a name of one
	 * that the ledger does not keep, the number of a receipt, say; how to
	 * ask about it (behind after, NULL at first), and what the answer says.
	 * ERR_NOT_FOUND: there is none. NULL, all, where it cannot be asked. */
	bool (*may_know)(struct str words);
	struct http_request (*look_for)(const struct app *app, struct arena *a,
	    const char *words, const char *after);
	enum err (*seen)(struct arena *a, const char *words,
	    const struct http_response *res, struct sighting *out);

	/* ---- taking no more ----
	 * Ends what takes money again, and reads whether that is done, as often
	 * as it is asked to. ERR_NOT_FOUND: nothing by that name takes any.
	 * ERR_THROTTLED, ERR_UNAVAILABLE: the same again later. Any other
	 * error: it goes on, and the log says why. NULL, both, where nothing
	 * is ever taken again. */
	struct http_request (*stop_charging)(
	    const struct app *app, struct arena *a, const struct charging *c);
	enum err (*charging_stopped)(
	    struct arena *a, const struct http_response *res);
	bool stops_by_telegram; /* that call goes to Telegram */
	bool stops_at_once;     /* if told; or never before what is paid ends */

	/* ---- telling of its own accord ---- */

	/* Judges a post whose sender is not known yet, and reads it; NULL: it
	 * posts nothing. *out is zero before. ERR_INPUT: not its post.
	 * ERR_CONFIG: the settings lack what it would be judged by. */
	enum err (*read_post)(
	    const struct app *app, const struct request *req, struct post *out);

	/* ---- being asked for what never came ---- */

	const struct provider_list *lists;
	size_t n_lists;

	/* ---- for the operator ---- */

	/* Tries everything that must work before money is taken, and says what
	 * came of it; NULL: there is nothing to try. */
	void (*check)(struct checkup *c);

	/* Registers at the provider's where it is to post to, once however
	 * often it is asked, and says what came of it. Where that made a new
	 * secret, by which the posts will be known, *secret is it and *setting
	 * where it belongs; else they are left alone. False: it is not
	 * registered. NULL: it posts nothing. */
	bool (*enroll)(
	    struct checkup *c, const char **setting, const char **secret);

	/* What is to be entered at the provider's, in lines for a person; NULL:
	 * nothing is. */
	const char *(*setup)(const struct app *app, struct arena *a);
};

/* All of them, each in the file that owns it. */
#define OWN(name) extern const struct provider name##_provider;
PROVIDERS(OWN)
#undef OWN

/* By its name; NULL: this program knows none such. */
const struct provider *provider_find(struct str name);

/* The i-th of all; NULL past the last. */
const struct provider *provider_at(size_t i);

/* Where /pay leads for a product: the first that sells it on a page; NULL:
 * nobody does. */
const struct provider *provider_for(
    const struct app *app, const struct product *p);

/* Whose post to /webhook/NAME is; of "" the first who posts anything. */
const struct provider *provider_telling(struct str name);

/* Whom to ask about words that may be a payment's; NULL: nobody would know. */
const struct provider *provider_who_knows(struct str words);

/* Whose name for a purchase this could be; NULL: nobody's. */
const struct provider *provider_by_look(struct str id);

#endif
