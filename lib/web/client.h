/* Who asks, and whether over https, where proxies may stand in between. Anybody
 * can send X-Forwarded-For and X-Forwarded-Proto, so they are believed only of
 * those whom the settings name. */
#ifndef WEB_CLIENT_H
#define WEB_CLIENT_H

#include "web/request.h"

enum client_scheme { CLIENT_UNKNOWN, CLIENT_HTTP, CLIENT_HTTPS };

/* The address of whoever asks: the nearest one on the way here that is no
 * trusted proxy. It comes in its one spelling (see cidr_address()), so that a
 * client counts as one client whatever server and proxies stand in front; ""
 * where the server tells none. trusted is a list for cidr_list_has(). */
const char *client_address(const struct request *r, const char *trusted);

/* Over what the request came. A web server by itself can only vouch for https:
 * what reached it as plain http may have been https at a proxy that it knows
 * nothing of. Hence UNKNOWN where nobody who can be believed has said. */
enum client_scheme client_scheme(const struct request *r, const char *trusted);

#endif
