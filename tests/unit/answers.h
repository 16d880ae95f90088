/* Somebody who answers: a process on a port of this machine that takes one call
 * after the other and says to each what it was told to say. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "testing.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct answer {
	int status; /* 0: hangs up without a word */
	const char *body;
};

struct answers {
	pid_t pid;
	const char *base; /* http://127.0.0.1:PORT */
};

/* The head is enough: whoever calls here sends all at once. */
static inline void
answer_one(int fd, const struct answer *one)
{
	int peer = accept(fd, NULL, NULL);
	char some[8192];

	if (peer < 0 || read(peer, some, sizeof(some)) <= 0)
		_exit(1);
	if (one->status != 0)
		dprintf(peer,
		    "HTTP/1.1 %d x\r\nContent-Length: %zu\r\n"
		    "Connection: close\r\n\r\n%s",
		    one->status, strlen(one->body), one->body);
	(void)shutdown(peer, SHUT_WR);
	while (read(peer, some, sizeof(some)) > 0)
		;
	(void)close(peer);
}

static inline struct answers
answers_start(const struct answer *all, size_t n)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct answers who;

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	assert_int_equal(listen(fd, 8), 0);
	who.base =
	    arena_printf(&mem, "http://127.0.0.1:%d", ntohs(addr.sin_port));
	who.pid = fork();
	assert_true(who.pid >= 0);
	if (who.pid == 0) {
		(void)alarm(30); /* whoever is never called */
		for (size_t i = 0; i < n; i++)
			answer_one(fd, &all[i]);
		_exit(0);
	}
	(void)close(fd);
	return who;
}

/* Whether all was asked for, and answered. */
static inline bool
answers_given(const struct answers *who)
{
	int status = 1;

	return waitpid(who->pid, &status, 0) == who->pid && status == 0;
}

#endif
