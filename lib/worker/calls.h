/* The calls of the slots: begun when their limit allows it, many at once, and
 * what is answered. Nothing is written to the ledger here. */
#ifndef WORKER_CALLS_H
#define WORKER_CALLS_H

#include "worker/slots.h"

/* Begins the calls that may go now, the most urgent lines first, and says when
 * the next one may: by clock_mono_ms(), INT64_MAX where none waits. A job whose
 * call would have to wait long is given back, and so are all of them when the
 * worker is stopping; a lease that might end during the call is renewed first.
 */
int64_t calls_begin(struct worker *w);

/* Takes the answers that http_wait() has brought. */
void calls_take_answers(struct worker *w);

#endif
