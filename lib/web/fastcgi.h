/* FastCGI: takes connections from the web server, reads the requests that have
 * come whole and hands them on in batches. The door to libfcgi. */
#ifndef WEB_FASTCGI_H
#define WEB_FASTCGI_H

#include "web/service.h"

/* Serves from the listening socket at fd 0 until a stop signal comes, see
 * gateway_run(); the caller has SIGPIPE ignored. The stop signals are blocked
 * from here on but while it waits for something to do. May be called again
 * after it has ended. FAILED: libfcgi could not be started. */
enum gateway_end fastcgi_run(const struct web_service *service);

#endif
