/* Letters as a reader sees them: however they are written in Unicode, a word
 * is compared as one and the same. Of Latin, Cyrillic and Greek; others stay as
 * they are. */
#ifndef COACH_LETTERS_H
#define COACH_LETTERS_H

#include "base/buf.h"

/* The next character of UTF-8 and its length; a broken byte is a character of
 * its own (0), and no letter. s is not empty. */
uint32_t letter_next(struct str s, size_t *len);

/* Adds one below 0x10000. */
void letter_put(struct buf *b, uint32_t c);

/* In small, and as a plain one: wide and mathematical letters look the same. */
uint32_t letter_lower(uint32_t c);

/* Digits too. */
bool letter_is(uint32_t c);

/* A mark that stands over or under the letter before it. */
bool letter_is_mark(uint32_t c);

/* Soft hyphens, joiners, direction marks, fillers: seen by nobody. */
bool letter_is_unseen(uint32_t c);

/* The one letter that a small letter and a mark are (NFC: й of и and a breve);
 * the letter alone where that is no letter of our languages, as with a stress
 * over Cyrillic. */
uint32_t letter_compose(uint32_t c, uint32_t mark);

/* The letter that looks alike in the other alphabet; the same where there is
 * none. */
uint32_t letter_as_latin(uint32_t c);
uint32_t letter_as_cyrillic(uint32_t c);

bool letter_is_latin(uint32_t c);
bool letter_is_cyrillic(uint32_t c);

#endif
