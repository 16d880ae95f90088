/* Letters as a reader sees them: however they are written in Unicode, a word is
 * compared as one and the same. For Latin, Cyrillic and Greek; letters of other
 * scripts stay as they are. */
#ifndef COACH_LETTERS_H
#define COACH_LETTERS_H

#include "base/buf.h"

/* Reads the next character of UTF-8 and its length in bytes. A broken byte
 * counts as a character of its own (0), which is no letter. s must not be
 * empty. */
uint32_t letter_next(struct str s, size_t *len);

/* Adds a character below 0x10000 in UTF-8. */
void letter_put(struct buf *b, uint32_t c);

/* The character as a small letter of the plain kind: wide and mathematical ones
 * look the same to a reader and count as the same. */
uint32_t letter_lower(uint32_t c);

/* Whether it is a letter or a digit. */
bool letter_is(uint32_t c);

/* A mark that stands over or under the letter before it. */
bool letter_is_mark(uint32_t c);

/* Soft hyphens, joiners, direction marks, fillers: seen by nobody. */
bool letter_is_unseen(uint32_t c);

/* The one letter that a small letter and a mark are (NFC: й of и and a breve);
 * the letter alone where that is no letter of our languages, as with a stress
 * over Cyrillic. */
uint32_t letter_compose(uint32_t c, uint32_t mark);

/* The letter of the other alphabet that looks the same, or c where there is
 * none. */
uint32_t letter_as_latin(uint32_t c);
uint32_t letter_as_cyrillic(uint32_t c);

bool letter_is_latin(uint32_t c);
bool letter_is_cyrillic(uint32_t c);

#endif
