/* What must be known of a URL before it is called: which host it names, and
 * whether that is this machine. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/str.h"

#include <stdbool.h>

/* Whether the host of an http(s) URL is this machine: localhost, 127.x.x.x,
 * [::1]. Only there is plain http allowed. */
bool url_is_loopback(const char *url);

/* The host of an http(s) URL without port and user; empty for others. */
struct str url_host(const char *url);

#endif
