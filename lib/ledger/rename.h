/* A product under another name. */
#ifndef LEDGER_RENAME_H
#define LEDGER_RENAME_H

#include "shop/app.h"

struct renamed {
	int64_t n_orders, n_people, n_jobs;
};

/* Brings all that stands under one product's name under another's, which the
 * catalog must know; in a transaction. Access is then decided anew for
 * everybody concerned: somebody may have both products, and the other may have
 * another policy. Who is out or in by that is told, and removed or invited.
 * Payments that name the old product come under the new one from now on. Its
 * lessons are the library's (library_rename()). */
enum err rename_product(struct app *app, struct arena *a, const char *from,
    const char *to, struct renamed *out) MUST_CHECK;

#endif
