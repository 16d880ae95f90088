/* The calls of `admit check`, all at once: with everything hanging, they take
 * as long as one.
 *
 * The checks are run twice. The first time nobody hears what they say, and what
 * they ask is only noted, each call answered as if nobody were there; then all
 * that was noted is asked; and the second time the checks get the answers. What
 * only an answer made them ask is asked then, while there is time. */
#ifndef TOOLS_CHECK_CALLS_H
#define TOOLS_CHECK_CALLS_H

#include "net/http.h"

struct check_calls;

/* http and the arena must outlive it. */
struct check_calls *check_calls_new(struct http *http, struct arena *a);

/* As http_send(), but for what stands above. Before check_calls_make() it only
 * notes the call, whose texts must live as long as the arena. */
enum err check_calls_send(struct check_calls *c, const struct http_request *req,
    struct http_response *res) MUST_CHECK;

/* Asks all that was noted, and shows on a terminal how far it is. */
void check_calls_make(struct check_calls *c);

/* The host of the last call since check_calls_next(), where nobody answered
 * there; else NULL. */
const char *check_calls_silent(const struct check_calls *c);
void check_calls_next(struct check_calls *c);

/* The hosts that did not answer, where that is all that were asked but for the
 * shop's own address, and several of them; else NULL: the network is there. */
const char *check_calls_no_network(
    const struct check_calls *c, const char *own_url);

#endif
