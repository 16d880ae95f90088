/* One visit from its beginning to its end, its call waited for: what a program
 * does that serves one buyer at a time. */
#ifndef VISITS_H
#define VISITS_H

#include "testing.h"

#include "base/clock.h"
#include "payment/call.h"
#include "payment/visit.h"
#include "store/db.h"

#include <poll.h>

static inline enum err
visit_asks(const struct visit *v, struct http *http, struct call *c)
{
	struct http_response res = { 0 };
	int64_t now_ms = clock_mono_ms();
	struct http_request req;
	enum err e;

	if (c->again_ms > now_ms)
		(void)poll(NULL, 0, (int)(c->again_ms - now_ms));
	req = call_send(c, clock_mono_ms());
	e = http_send(http, &mem, &req, &res);
	if (e == ERR_OK)
		e = v->read(v->ctx, &res);
	return call_goes_again(c, e, &res, clock_mono_ms()) ?
	    visit_asks(v, http, c) :
	    e;
}

static inline enum err
visit_notes(const struct visit *v, struct db *db, enum visit_note how)
{
	switch (how) {
	case VISIT_NOTES_LIGHTLY:
		return db_transaction_light(db, v->note, v->ctx);
	case VISIT_NOTES_FOR_GOOD:
		return db_transaction(db, v->note, v->ctx);
	default:
		return ERR_OK;
	}
}

static inline enum err
visit_alone(struct db *db, const struct visit *v, struct http *http,
    struct checkout *out)
{
	struct http_request req = { 0 };
	enum err asked, noted = ERR_OK;
	struct call c;

	if (db_transaction_light(db, v->look, v->ctx) != ERR_OK)
		v->blind(v->ctx);
	asked = v->ask(v->ctx, &req);
	if (asked != ERR_OK || req.method != NULL) {
		c = call_new(&req, v->is_patient, clock_mono_ms());
		if (asked == ERR_OK)
			asked = visit_asks(v, http, &c);
		noted = visit_notes(v, db, v->heard(v->ctx, asked));
	}
	return v->end(v->ctx, asked, noted, out);
}

#endif
