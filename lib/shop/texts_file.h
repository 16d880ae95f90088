/* The shop's own words: gettext files (PO) that its operator writes, with the
 * sentences that are to differ, by name:
 *
 *   msgctxt "MENU_PAY"
 *   msgid "Pay for access"
 *   msgstr "Join us"
 *
 * The language is that of the header (Language:), or else the file's name,
 * uk.po. A sentence that is empty or fuzzy is left as it was built. One that
 * is wrong is told with its line, and left as well: words are no reason to
 * stop selling. */
#ifndef SHOP_TEXTS_FILE_H
#define SHOP_TEXTS_FILE_H

#include "shop/conf.h"
#include "shop/text.h"

#define TEXTS_MAX_FILE_BYTES ((size_t)256 * 1024)

/* Adds a file's sentences to own[], the good ones; false with a fault for each
 * other in s. path is for the messages and for the language. The sentences
 * live in the arena. */
bool texts_read(struct texts own[LANGUAGE__COUNT], struct arena *a,
    struct settings *s, const char *path, struct str text);

/* What TEXTS_DIR and TEXTS_FILE have; of a sentence in both the latter's. */
bool texts_load(
    struct texts own[LANGUAGE__COUNT], struct arena *a, struct conf *conf);

#endif
