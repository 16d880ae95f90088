/* The operator's texts of the law as pages: /legal lists them, /legal/NAME is
 * one of them. */
#ifndef FRONT_LEGAL_H
#define FRONT_LEGAL_H

#include "shop/app.h"

/* Whether an address is that of a text: its folder is legal. */
bool legal_is_asked(const struct request *req);

/* The list, with the way to withdraw from a purchase; or the text, 404 where
 * there is none that can be read. */
struct response legal_page(struct app *app, const struct request *req);

#endif
