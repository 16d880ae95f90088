/* What becomes of a step that was answered: settled as the worker does it, in a
 * transaction of its own. For files with an app of theirs, whom this follows. */
#ifndef ENDING_H
#define ENDING_H

#include "shop.h"

#include "worker/work.h"

struct ending {
	struct step s;
	struct http_response res;
	struct outcome o;
};

static inline enum err
settle(struct db *db, void *ctx)
{
	struct ending *t = ctx;

	(void)db;
	return work_settle(&app, &mem, &t->s, ERR_OK, &t->res, &t->o);
}

#endif
