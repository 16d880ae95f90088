/* Which of CGI and FastCGI a program was started as, and its stop signals. */
#include "web/gateway.h"

#include "web/cgi.h"
#include "web/fastcgi.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

bool
gateway_is_fastcgi(void)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	/* A listening socket has no peer; a pipe or a file is no socket. */
	return getpeername(STDIN_FILENO, (struct sockaddr *)&peer, &len) != 0 &&
	    errno == ENOTCONN;
}

enum gateway_end
gateway_run(const struct web_service *service)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	/* A visitor who left is an error of write(), not the end of us. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	return gateway_is_fastcgi() ? fastcgi_run(service) : cgi_run(service);
}
