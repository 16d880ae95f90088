/* Writing the sentences as a file of the form that texts_file.h reads. */
#ifndef SHOP_TEXTS_WRITE_H
#define SHOP_TEXTS_WRITE_H

#include "shop/text.h"

/* All of a language as they were built; in the arena. */
struct str texts_write(struct arena *a, enum language in);

#endif
