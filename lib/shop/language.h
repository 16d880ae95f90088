/* The languages that the product speaks, and which of them a person reads. A
 * new one is a file in texts/, a name here and a row in language.c. */
#ifndef SHOP_LANGUAGE_H
#define SHOP_LANGUAGE_H

#include "base/str.h"

enum language {
	LANGUAGE_UK,
	LANGUAGE_EN, /* what is not translated is read in this one */
	LANGUAGE_DE,
	LANGUAGE_PL,
	LANGUAGE__COUNT
};

/* "uk", as in texts/uk.po, in Telegram's language_code and in a page's lang. */
const char *language_code(enum language l);

/* The language of a tag, "de", "de-AT" or "de_AT" in any case (BCP 47:
 * language, then what narrows it down). Otherwise, of one that we do not speak
 * as of NULL and of rubbish: the other. */
enum language language_find(const char *tag, enum language other);

/* What a browser's Accept-Language wants most of what we speak (RFC 9110
 * 12.5.4): the greatest q, of equals the first; "*" is the other, unless that
 * was refused by q=0, then the first that was not. Nothing that we speak, no
 * header and rubbish: the other. Of a header that is very long, the beginning
 * counts. */
enum language language_accepted(const char *header, enum language other);

#endif
