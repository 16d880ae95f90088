/* The words for what is done about a payment in trouble. */
#include "shop/remedy.h"

#include "base/array.h"
#include "base/str.h"

/* An open dispute ends access, and always has: the bank has taken the money. */
enum remedy
remedy_usual(enum trouble t)
{
	return t == TROUBLE_DISPUTE ? REMEDY_PAUSE : REMEDY_TELL;
}

enum remedy
remedy_named(enum trouble t, const char *name)
{
	static const char *const names[] = { [REMEDY_TELL] = "tell",
		[REMEDY_PAUSE] = "pause",
		[REMEDY_REFUND] = "refund" };

	for (size_t i = REMEDY_TELL; i < LENGTH(names); i++)
		if (str_eq(str_from(name), names[i]))
			return i == REMEDY_REFUND && t == TROUBLE_FAILED ?
			    REMEDY_USUAL :
			    (enum remedy)i;
	return REMEDY_USUAL;
}

const char *
remedy_fault(enum trouble t, const char *name)
{
	if (remedy_named(t, name) != REMEDY_USUAL)
		return NULL;
	if (t != TROUBLE_FAILED)
		return "must be tell, pause or refund";
	return str_eq(str_from(name), "refund") ?
	    "cannot be refund: a payment that failed took no money that could "
	    "go back; it must be tell or pause" :
	    "must be tell or pause";
}
