/* What is done of its own accord when a payment is in trouble, as the operator
 * set it for the shop or for one product. */
#ifndef SHOP_REMEDY_H
#define SHOP_REMEDY_H

enum trouble {
	TROUBLE_WARNING, /* it may be fraud, the card's network says */
	TROUBLE_DISPUTE, /* the buyer's bank asks for it back */
	TROUBLE_FAILED,  /* a plan was to be paid anew, and was not */
	TROUBLE__COUNT
};

enum remedy {
	REMEDY_USUAL, /* nothing was set: as remedy_usual() says */
	REMEDY_TELL,  /* the operators are told, and nothing else is done */
	REMEDY_PAUSE, /* access stops until it is settled */
	REMEDY_REFUND /* the whole payment goes back */
};

/* What is done about it where nobody says otherwise. */
enum remedy remedy_usual(enum trouble t);

/* The remedy of that name; REMEDY_USUAL: there is none for such a trouble. The
 * name may be NULL. */
enum remedy remedy_named(enum trouble t, const char *name);

/* What is wrong with that name, for a sentence that begins with where it
 * stands; NULL: nothing is. */
const char *remedy_fault(enum trouble t, const char *name);

#endif
