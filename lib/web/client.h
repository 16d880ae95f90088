/* Who asks, and whether over https, where proxies may stand in between: their
 * X-Forwarded-For and X-Forwarded-Proto are believed of those alone that the
 * settings name, since anybody can send them. */
#ifndef WEB_CLIENT_H
#define WEB_CLIENT_H

#include "web/request.h"

enum client_scheme { CLIENT_UNKNOWN, CLIENT_HTTP, CLIENT_HTTPS };

/* trusted is a list for cidr_list_has(). The address is the nearest one that
 * is no trusted proxy, in its one spelling (see cidr_address()), so that a
 * client is one client whatever server and proxy stand in front; "" where the
 * server tells none. */
const char *client_address(const struct request *r, const char *trusted);

/* UNKNOWN: nobody who can be believed has said. A server says https alone by
 * itself; plain http may have been https at a proxy that it does not know. */
enum client_scheme client_scheme(const struct request *r, const char *trusted);

#endif
