/* Facts in, promises out: the one call in which all that is heard of money
 * ends, wherever it was heard: a provider's post, its API, an operator's
 * command. Whoever hears it turns the provider's words into facts; here nobody
 * knows them. Facts only grow, so one heard of twice changes nothing, and in
 * which order they are heard of does not matter. */
#ifndef LEDGER_RECORD_H
#define LEDGER_RECORD_H

#include "ledger/ledger.h"
#include "ledger/payments.h"
#include "shop/app.h"

enum fact_kind {
	/* How a purchase stands. */
	FACT_SEEN,       /* there is one, and nobody has paid it yet */
	FACT_PROCESSING, /* the buyer did their part, the bank is at work */
	FACT_PAID,
	FACT_FAILED,  /* the bank said no */
	FACT_EXPIRED, /* nobody can pay it any more */
	FACT_GRANTED, /* let in by the operator without a payment */
	FACT_REVOKED, /* all that was bought or granted of a product until now
	                 is taken away by the operator; what is bought later
	                 lets in again */
	/* What became of a payment, which may not have been heard of yet. */
	FACT_REFUNDED, /* so much of it went back up to now, in sum */
	FACT_REFUND,   /* how one refund of it stands */
	FACT_DISPUTE,  /* how one dispute about it stands */
	FACT_WARNING,  /* it may be fraud, by the warning of that id */
	/* Something happened to a subscription: it is to be read anew. */
	FACT_SUBSCRIPTION,
	/* A payment for a subscription was taken, the first or a later one.
	 * Where no order is known to have begun it, nothing is done: the order,
	 * once it is heard of, has the subscription read. */
	FACT_PAYMENT,
	/* Whether the next payment comes of what a buyer has of a product. */
	FACT_RENEWAL
};

/* Texts may be NULL and numbers 0 where they are not known, but for those that
 * the kind is about. */
struct fact {
	enum fact_kind kind;
	const char *provider; /* "stripe", "stars", "grant" */
	const char *order;    /* the provider's name of the purchase; of a
	                             grant NULL: each is one of its own, but for
	                             one that is known from elsewhere */
	int64_t at_ms;        /* when it happened; 0: now */
	enum moment moment;   /* of at_ms, where money was taken */
	const char *payment;  /* the provider's name of the payment, by which
	                             what takes it back names it */
	const char *invoice;  /* the same of the bill that it paid; NULL:
	                             there is none */
	const char *subscription; /* the same: what the purchase began, or of
	                             FACT_SUBSCRIPTION and FACT_PAYMENT */
	const char *product;      /* what it is for, by the name it was sold
	                             under; NULL: not said */
	int64_t tg_id;            /* who bought, and is let in */
	int64_t amount_minor;     /* of the purchase; of the whole payment
	                             (FACT_REFUNDED); of the one refund or
	                             dispute */
	const char *currency;
	bool has_tax; /* the next is known */
	int64_t tax_minor;
	int64_t starts_ms, ends_ms; /* what was paid for; 0, 0: for good, or not
	                               known */
	enum payment_kind paid_as;  /* of FACT_PAYMENT */
	int64_t until_ms; /* lets in until then, since 1970; 0: for good */
	bool renews;      /* and the next payment is taken by then */
	bool livemode;    /* real money */
	bool is_past;     /* of FACT_PAID and FACT_GRANTED: it happened before
	                     this ledger, and who bought was let in then. Nobody
	                     is told of it, and they are sent no invite */

	const char *id;         /* of the one refund, dispute or warning */
	int64_t refunded_minor; /* of FACT_REFUNDED */
	enum refund_stage refund;
	enum dispute_stage dispute;
	int64_t due_ms;  /* evidence in a dispute is due by then; 0: none */
	bool may_appeal; /* of one that is lost: that evidence is for an
	                    appeal */
	enum renewal renewal; /* of FACT_RENEWAL */
};

/* Records a fact and promises what follows from it, in a transaction. *order
 * (may be NULL) is what it was about as that then stands; its id is 0 where the
 * ledger has no such order. ERR_INPUT: a purchase that is not known has neither
 * a name nor a buyer. */
enum err ledger_record(struct app *app, struct arena *a, const struct fact *f,
    struct order *order) MUST_CHECK;

#endif
