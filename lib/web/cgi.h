/* Plain CGI: a process of its own for each request, which comes by environment
 * and standard input and is answered on standard output. */
#ifndef WEB_CGI_H
#define WEB_CGI_H

#include "web/service.h"

/* Serves the one request; the caller has SIGPIPE ignored. FAILED: the answer
 * could not be written to its end. */
enum gateway_end cgi_run(const struct web_service *service);

#endif
