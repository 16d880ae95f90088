/* /withdraw: whoever bought something says that they withdraw from it, without
 * an account and without a login (Directive (EU) 2023/2673, 11 a). */
#ifndef FRONT_WITHDRAW_H
#define FRONT_WITHDRAW_H

#include "shop/app.h"

/* GET asks which contract; a form with it is answered with the statement and a
 * button to confirm it; the confirmed one is noted, and answered with a page to
 * keep. Operators are told with the command that pays back, and the buyer in
 * the chat where they are known. Rate-limited by address, as /pay is. */
struct response withdraw_page(struct app *app, const struct request *req);

#endif
