/* GET /metrics: what Prometheus, or whatever reads its text form, gathers from
 * the shop. For who knows METRICS_TOKEN ("Authorization: Bearer ..."): how a
 * shop does is nobody else's business. Without that setting there is no such
 * page. */
#ifndef FRONT_METRICS_H
#define FRONT_METRICS_H

#include "shop/app.h"

/* 404 where no token is set, 401 for another one or none, 503 while the ledger
 * is out of order. Reads the ledger once, and nobody's name or number. */
struct response metrics_page(struct app *app, const struct request *req);

#endif
