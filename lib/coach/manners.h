/* What needs no lesson: greetings, thanks, and questions about the purchase
 * itself. In Ukrainian (and Russian), English, German and Polish. */
#ifndef COACH_MANNERS_H
#define COACH_MANNERS_H

#include "base/arena.h"

enum manners {
	MANNERS_NONE, /* it is for the lessons */
	MANNERS_HELLO,
	MANNERS_THANKS,
	MANNERS_WHO, /* who or what the coach is */
	MANNERS_PRICE,
	MANNERS_REFUND, /* or charged twice */
	MANNERS_CANCEL,
	MANNERS_INVITE, /* none came, or it does not open */
	MANNERS_BROKEN, /* something does not work */
	MANNERS__COUNT
};

/* What a message is. A greeting is one only where nothing else is said; a
 * question about the purchase may have a greeting before it. */
enum manners manners_of(struct arena *a, struct str text);

/* Whether it is about the purchase, so that a person may be needed. */
bool manners_is_business(enum manners m);

#endif
