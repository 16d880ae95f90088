/* What is watched for in what people write, and in what a model answers. */
#ifndef COACH_GUARD_H
#define COACH_GUARD_H

#include "base/arena.h"

/* Whether somebody writes of ending their life or of hurting themselves, in
 * Ukrainian, Russian, English, German or Polish. In doubt it says yes: the
 * answer is then a
 * number to call, which harms nobody, whereas a missed one may. */
bool guard_is_crisis(struct arena *a, struct str text);

/* The text with every link, bare host name and @name put out by instead; those
 * of the hosts in allowed (with commas between, and below them; NULL: none)
 * stay. Telegram makes links of all of these by itself. */
const char *guard_unlink(
    struct arena *a, struct str text, const char *allowed, const char *instead);

/* Lower case, letters and digits only, with one blank before each word: for
 * comparing words. Letters are known as a reader sees them (letters.h): in one
 * piece or with their mark apart, with unseen signs between, and in a word of
 * one alphabet a letter of another that looks the same. Apostrophes inside
 * words vanish, and stress marks. */
struct str guard_fold(struct arena *a, struct str text);

#endif
