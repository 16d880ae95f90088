/* The catalog over time: remembered in the ledger, so that a product that was
 * sold once is known for what it was when it is sold no more or has another
 * name. */
#ifndef LEDGER_PRODUCTS_H
#define LEDGER_PRODUCTS_H

#include "outbox/jobs.h"
#include "shop/app.h"

/* For the worker, before it works: after the start, and whenever the catalog
 * has changed. The ledger learns where each product leads, what waited for a
 * product becomes due, the log names products that people are in by and that
 * the catalog does not know, and the operators hear of a products file with a
 * fault. *revived: something may be due. Outside a transaction; what could not
 * be written is tried again at the next call. */
void products_note(struct app *app, bool *revived);

/* The sentence by which a job waits whose product is none of the catalog's; for
 * the operator, and for products_note() to find it by. */
const char *products_unknown(struct arena *a, const char *id);

/* What the product is called now: another name where it was renamed and is
 * known by its old one no more. */
enum err products_now(struct app *app, struct arena *a, const char *id,
    const char **now) MUST_CHECK;

/* As catalog_find(), by any name that the product had: links, buttons and what
 * providers hold of a sale may be older than the name of today. *p is NULL
 * where there is none. Only a name that the catalog has not costs a look into
 * the ledger; without a ledger there are no older names. */
enum err products_find(struct app *app, struct arena *a, const char *id,
    const struct product **p) MUST_CHECK;

/* What a job is about: the order's product, or the one that it names under any
 * name it had (named; NULL or "": the first, where it has no order); never
 * another in its place. *p is NULL where it is none of the catalog's. */
enum err products_of(struct app *app, struct arena *a, const struct job *job,
    const char *named, const char **id, const struct product **p) MUST_CHECK;

/* Calls show for each product that people are in by and the catalog does not
 * know; n: how many. */
enum err products_lost(struct app *app, struct arena *a,
    void (*show)(const char *id, int64_t n, void *ctx), void *ctx) MUST_CHECK;

#endif
