/* What is wrong with a sentence that an operator wrote. */
#ifndef SHOP_TEXT_FAULT_H
#define SHOP_TEXT_FAULT_H

#include "shop/text.h"

/* The first fault of a text that is to stand for a built one, as the end of a
 * sentence; NULL: none. It must have the same {holes}, say something, and fit
 * into what Telegram takes. */
const char *text_fault(struct arena *a, enum text which, const char *text);

#endif
