/* Following FastCGI records without waiting for them. */
#include "web/connection.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define GULP_BYTES ((size_t)64 * 1024)

/* Record types of the specification, section 8. */
#define FCGI_VERSION 1
#define FCGI_BEGIN_REQUEST 1
#define FCGI_PARAMS 4
#define FCGI_STDIN 5

/* Whether a record may come where it comes: libfcgi passes over what it does
 * not expect, a request that is given up as well, and waits for more, which
 * need not come. */
static bool
is_due(struct records *r, unsigned type, size_t content)
{
	if (r->id == 0)
		return type == FCGI_BEGIN_REQUEST;
	if (r->has_params)
		return type == FCGI_STDIN;
	r->has_params = content == 0;
	return type == FCGI_PARAMS;
}

static void
begin_record(struct records *r)
{
	size_t content = (size_t)r->head[4] << 8 | r->head[5];
	unsigned id = (unsigned)r->head[2] << 8 | r->head[3];

	r->n_head = 0;
	r->left = content + r->head[6];
	/* Records of no request (id 0) are questions about libfcgi, which no
	 * server asks and over which libfcgi 2.4 leaks. */
	r->is_broken = r->head[0] != FCGI_VERSION || id == 0 ||
	    !is_due(r, r->head[1], content) || (r->id != 0 && id != r->id);
	r->id = id;
	r->is_last = r->head[1] == FCGI_STDIN && content == 0;
	r->is_whole = r->is_last && r->left == 0 && !r->is_broken;
}

void
records_follow(struct records *r, const unsigned char *p, size_t n)
{
	while (n > 0 && !r->is_whole && !r->is_broken) {
		size_t step =
		    r->left > 0 ? r->left : sizeof(r->head) - r->n_head;

		if (step > n)
			step = n;
		if (r->left > 0) {
			r->left -= step;
			r->is_whole = r->is_last && r->left == 0;
		} else {
			memcpy(r->head + r->n_head, p, step);
			r->n_head += step;
			if (r->n_head == sizeof(r->head))
				begin_record(r);
		}
		p += step;
		n -= step;
	}
}

void
connection_open(struct connection *c, int fd)
{
	*c = (struct connection){ .fd = fd, .heard_ms = clock_mono_ms() };
}

void
connection_close(struct connection *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	if (c->spool > 0)
		(void)close(c->spool - 1);
	*c = (struct connection){ .fd = -1 };
}

/* Memory where the kernel gives it as a file, else a file without a name. */
static bool
spool_open(struct connection *c)
{
	int fd = memfd_create("request", MFD_CLOEXEC);

	if (fd < 0) {
		FILE *f = tmpfile();

		fd = f == NULL ? -1 : dup(fileno(f));
		if (f != NULL)
			(void)fclose(f);
	}
	c->spool = fd + 1;
	return fd >= 0;
}

static bool
spool_add(struct connection *c, const unsigned char *p, size_t n, size_t max)
{
	if (c->spool == 0 && !spool_open(c))
		return false;
	if (c->n_spooled >= max)
		return true;
	c->n_spooled += n;
	return write(c->spool - 1, p, n) == (ssize_t)n;
}

static enum connection_state
state_of(const struct records *r)
{
	if (r->is_broken)
		return CONNECTION_GONE;
	return r->is_whole ? CONNECTION_WHOLE : CONNECTION_WAITS;
}

enum connection_state
connection_read(struct connection *c, size_t max_bytes)
{
	static unsigned char gulp[GULP_BYTES];
	struct records ahead = c->records;
	ssize_t n = recv(c->fd, gulp, sizeof(gulp), MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CONNECTION_WAITS;
	if (n <= 0)
		return CONNECTION_GONE;
	records_follow(&ahead, gulp, (size_t)n);
	/* The usual case: all of it came at once, and libfcgi reads it where
	 * it lies. */
	if (ahead.is_whole && c->spool == 0)
		return CONNECTION_WHOLE;
	n = recv(c->fd, gulp, (size_t)n, MSG_DONTWAIT);
	if (n <= 0 || !spool_add(c, gulp, (size_t)n, max_bytes))
		return CONNECTION_GONE;
	records_follow(&c->records, gulp, (size_t)n);
	c->heard_ms = clock_mono_ms();
	return state_of(&c->records);
}

int
connection_take(struct connection *c)
{
	int taken = c->fd;

	if (c->spool > 0) {
		taken = c->spool - 1;
		(void)lseek(taken, 0, SEEK_SET);
		*c = (struct connection){ .fd = c->fd };
		return taken;
	}
	*c = (struct connection){ .fd = -1 };
	return taken;
}

void
connection_turn(struct connection *c, int taken)
{
	if (c->fd >= 0)
		(void)dup3(c->fd, taken, O_CLOEXEC);
	connection_close(c);
}
