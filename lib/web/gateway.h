/* Between the web server and a program: finds out whether it was started as
 * plain CGI or FastCGI, and has it served that way. */
#ifndef WEB_GATEWAY_H
#define WEB_GATEWAY_H

#include "web/service.h"

/* Whether fd 0 is a socket to accept from (FastCGI) rather than a CGI body. */
bool gateway_is_fastcgi(void);

/* Serves until SIGTERM, SIGINT, SIGUSR1 or SIGHUP (FastCGI) or for one request
 * (CGI). Requests under way are answered first; one whose body is still coming
 * has half a second for it. A visitor who leaves before the answer does no
 * harm: SIGPIPE is ignored from here on. */
enum gateway_end gateway_run(const struct web_service *service);

#endif
