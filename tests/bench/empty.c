/* A FastCGI program that answers 200 and does nothing else, with the same way
 * of accepting and finishing as Admit's: what libfcgi and the web server cost
 * by themselves. */
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#define BATCH 64

int
main(void)
{
	static const char answer[] = "Status: 200\r\nContent-Type: "
				     "application/json\r\n"
				     "Content-Length: 17\r\n\r\n"
				     "{\"received\":true}";
	static FCGX_Request requests[BATCH];
	struct pollfd listening = { .fd = 0, .events = POLLIN };

	(void)FCGX_Init();
	(void)fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
	for (int i = 0; i < BATCH; i++)
		(void)FCGX_InitRequest(&requests[i], -1, 0);
	while (poll(&listening, 1, -1) >= 0) {
		int n = 0;

		while (n < BATCH) {
			int fd = accept4(0, NULL, NULL, SOCK_CLOEXEC);
			char chunk[8192];

			if (fd < 0)
				break;
			requests[n].ipcFd = fd;
			requests[n].keepConnection = 1;
			if (FCGX_Accept_r(&requests[n]) != 0)
				continue;
			requests[n].keepConnection = 0;
			while (FCGX_GetStr(
				   chunk, sizeof(chunk), requests[n].in) > 0)
				continue;
			n++;
		}
		for (int i = 0; i < n; i++) {
			(void)FCGX_PutStr(
			    answer, sizeof(answer) - 1, requests[i].out);
			(void)FCGX_Detach(&requests[i]);
			FCGX_Finish_r(&requests[i]);
		}
	}
	return 0;
}
