/* Following FastCGI records without waiting for them. */
#include "web/connection.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

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
#define FCGI_END_REQUEST 3
#define FCGI_PARAMS 4
#define FCGI_STDIN 5
#define FCGI_STDOUT 6
#define FCGI_GET_VALUES 9
#define FCGI_GET_VALUES_RESULT 10
#define FCGI_UNKNOWN_TYPE 11

#define FCGI_CANT_MPX_CONN 1
#define HEAD_BYTES 8
#define END_BYTES 8
/* Of one record, the most that needs no padding. */
#define MAX_CONTENT_BYTES ((size_t)65528)

/* Whether a record may come where it comes: libfcgi passes over what it does
 * not expect, a request that is given up as well, and waits for more, which
 * need not come. */
static bool
is_due(struct records *r, unsigned type, size_t content)
{
	if (r->id == 0)
		return type == FCGI_BEGIN_REQUEST;
	/* Once the parameters are complete only the body may follow, up to and
	 * including the empty record that ends it. */
	if (r->has_params)
		return type == FCGI_STDIN;
	r->has_params = content == 0;
	return type == FCGI_PARAMS;
}

/* A record's head and content, without padding; where the next one begins. */
static unsigned char *
put(unsigned char *at, unsigned type, unsigned id, const void *content,
    size_t n)
{
	const unsigned char head[HEAD_BYTES] = { FCGI_VERSION,
		(unsigned char)type, (unsigned char)(id >> 8),
		(unsigned char)id, (unsigned char)(n >> 8), (unsigned char)n };

	memcpy(at, head, sizeof(head));
	if (n > 0)
		memcpy(at + sizeof(head), content, n);
	return at + sizeof(head) + n;
}

static void
reply(struct records *r, unsigned type, unsigned id, const void *content,
    size_t n)
{
	r->n_reply = (size_t)(put(r->reply, type, id, content, n) - r->reply);
}

/* The output's end is a record without content. */
struct str
records_answer(struct arena *a, unsigned id, struct str text)
{
	static const unsigned char complete[END_BYTES];
	size_t n_records = text.len / MAX_CONTENT_BYTES + 3;
	unsigned char *all = arena_alloc(
	    a, text.len + n_records * HEAD_BYTES + sizeof(complete));
	unsigned char *at = all;

	while (text.len > 0) {
		size_t n =
		    text.len < MAX_CONTENT_BYTES ? text.len : MAX_CONTENT_BYTES;

		at = put(at, FCGI_STDOUT, id, text.p, n);
		text = (struct str){ text.p + n, text.len - n };
	}
	at = put(at, FCGI_STDOUT, id, NULL, 0);
	at = put(at, FCGI_END_REQUEST, id, complete, sizeof(complete));
	return (struct str){ (const char *)all, (size_t)(at - all) };
}

/* A length of the specification's section 3.4: one byte or four. False where
 * it is not there whole. */
static bool
take_length(struct str *s, size_t *length)
{
	const unsigned char *p = (const unsigned char *)s->p;
	size_t n = s->len > 0 && p[0] >> 7 == 0 ? 1 : 4;

	if (s->len < n)
		return false;
	*length = n == 1 ? p[0] :
			   (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 |
		(size_t)p[2] << 8 | p[3];
	*s = (struct str){ s->p + n, s->len - n };
	return true;
}

/* Names and values come as pairs, though a question's values are empty. */
static bool
asks_for(struct str rest, const char *name)
{
	size_t n_name, n_value;

	while (take_length(&rest, &n_name) && take_length(&rest, &n_value) &&
	    n_name <= rest.len && n_value <= rest.len - n_name) {
		if (str_eq((struct str){ rest.p, n_name }, name))
			return true;
		n_name += n_value;
		rest = (struct str){ rest.p + n_name, rest.len - n_name };
	}
	return false;
}

#define TEXT_OF(number) #number
#define DECIMAL(number) TEXT_OF(number)

/* A server may open as many connections as have a place; each carries one
 * request. */
static void
tell_values(struct records *r)
{
	static const struct {
		const char *name, *value;
	} values[] = { { "FCGI_MAX_CONNS", DECIMAL(CONNECTIONS_MAX) },
		{ "FCGI_MAX_REQS", DECIMAL(CONNECTIONS_MAX) },
		{ "FCGI_MPXS_CONNS", "0" } };
	const struct str asked = { (const char *)r->asked, r->n_asked };
	unsigned char content[sizeof(r->reply) - HEAD_BYTES];
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(values); i++) {
		size_t n_name = strlen(values[i].name);
		size_t n_value = strlen(values[i].value);

		if (!asks_for(asked, values[i].name))
			continue;
		content[n++] = (unsigned char)n_name;
		content[n++] = (unsigned char)n_value;
		memcpy(content + n, values[i].name, n_name);
		memcpy(content + n + n_name, values[i].value, n_value);
		n += n_name + n_value;
	}
	reply(r, FCGI_GET_VALUES_RESULT, 0, content, n);
}

/* A record beside the request has come to its end. */
static void
end_beside(struct records *r)
{
	unsigned type = r->head[1], id = (unsigned)r->head[2] << 8 | r->head[3];
	const unsigned char unknown[8] = { (unsigned char)type };
	const unsigned char refused[8] = { 0, 0, 0, 0, FCGI_CANT_MPX_CONN };

	r->is_beside = false;
	if (id == 0 && type == FCGI_GET_VALUES)
		tell_values(r);
	else if (id == 0)
		reply(r, FCGI_UNKNOWN_TYPE, 0, unknown, sizeof(unknown));
	else if (type == FCGI_BEGIN_REQUEST)
		reply(r, FCGI_END_REQUEST, id, refused, sizeof(refused));
	r->n_asked = 0;
}

/* Whether it is of the request. */
static bool
begin_record(struct records *r)
{
	size_t content = (size_t)r->head[4] << 8 | r->head[5];
	unsigned id = (unsigned)r->head[2] << 8 | r->head[3];

	r->n_head = 0;
	r->padding = r->head[6];
	r->left = content + r->padding;
	/* Record id 0 is about the program; another id is another request. */
	r->is_beside = id == 0 || (r->id != 0 && id != r->id);
	r->is_broken = r->head[0] != FCGI_VERSION ||
	    (!r->is_beside && !is_due(r, r->head[1], content));
	if (r->is_broken)
		return false;
	if (r->is_beside) {
		r->has_beside = true;
		if (r->left == 0)
			end_beside(r);
		return false;
	}
	r->id = id;
	r->is_last = r->head[1] == FCGI_STDIN && content == 0;
	r->is_whole = r->is_last && r->left == 0;
	return true;
}

/* The questions that exist fit; of a longer one the rest goes unread. */
static void
keep_asked(struct records *r, const unsigned char *p, size_t n)
{
	size_t content = r->left > r->padding ? r->left - r->padding : 0;
	size_t room = sizeof(r->asked) - r->n_asked;

	n = n < content ? n : content;
	n = n < room ? n : room;
	memcpy(r->asked + r->n_asked, p, n);
	r->n_asked += n;
}

/* Follows a piece of a head, or of what comes behind it, and says how long that
 * was. *ours is what of the request has become known by it: a head when it is
 * complete, since only then it is clear whose it is. */
static size_t
follow_piece(
    struct records *r, const unsigned char *p, size_t n, struct str *ours)
{
	size_t whole = r->left > 0 ? r->left : sizeof(r->head) - r->n_head;
	size_t step = n < whole ? n : whole;

	*ours = (struct str){ NULL, 0 };
	if (r->left > 0 && r->is_beside) {
		keep_asked(r, p, step);
		r->left -= step;
		if (r->left == 0)
			end_beside(r);
	} else if (r->left > 0) {
		*ours = (struct str){ (const char *)p, step };
		r->left -= step;
		r->is_whole = r->is_last && r->left == 0;
	} else {
		memcpy(r->head + r->n_head, p, step);
		r->n_head += step;
		if (r->n_head < sizeof(r->head))
			return step;
		if (begin_record(r))
			*ours = (struct str){ (const char *)r->head,
				sizeof(r->head) };
	}
	return step;
}

void
records_follow(struct records *r, const unsigned char *p, size_t n)
{
	struct str ours;

	while (n > 0 && !r->is_whole && !r->is_broken) {
		size_t step = follow_piece(r, p, n, &ours);

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
spool_add(struct connection *c, const void *p, size_t n, size_t max)
{
	if (c->spool == 0 && !spool_open(c))
		return false;
	/* What exceeds the maximum is read and thrown away: a server that
	 * cannot get rid of its request would never read the answer. */
	if (c->n_spooled >= max)
		return true;
	c->n_spooled += n;
	return n == 0 || write(c->spool - 1, p, n) == (ssize_t)n;
}

/* Whoever asks and does not read the answers has to go. */
static bool
say(struct connection *c)
{
	size_t n = c->records.n_reply;

	c->records.n_reply = 0;
	return n == 0 ||
	    send(c->fd, c->records.reply, n, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)n;
}

/* Keeps what is the request's and answers what is not. A head that came in two
 * reads stands before what came with its end, hence the room for one more. */
static bool
keep(struct connection *c, const unsigned char *p, size_t n, size_t max)
{
	static char kept[GULP_BYTES + HEAD_BYTES];
	struct records *r = &c->records;
	size_t n_kept = 0;

	while (n > 0 && !r->is_whole && !r->is_broken) {
		struct str ours;
		size_t step = follow_piece(r, p, n, &ours);

		if (ours.len > 0)
			memcpy(kept + n_kept, ours.p, ours.len);
		n_kept += ours.len;
		if (!say(c))
			return false;
		p += step;
		n -= step;
	}
	return spool_add(c, kept, n_kept, max);
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
	/* The bytes are looked at before they are taken (MSG_PEEK), and
	 * followed on a copy, because libfcgi must find in the socket what it
	 * is to read. */
	struct records ahead = c->records;
	ssize_t n = recv(c->fd, gulp, sizeof(gulp), MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CONNECTION_WAITS;
	if (n <= 0)
		return CONNECTION_GONE;
	records_follow(&ahead, gulp, (size_t)n);
	/* The usual case: all of it came at once, and libfcgi reads it where
	 * it lies. */
	if (ahead.is_whole && !ahead.has_beside && c->spool == 0)
		return CONNECTION_WHOLE;
	/* No more is taken than was seen, so no byte goes by unfollowed. */
	n = recv(c->fd, gulp, (size_t)n, MSG_DONTWAIT);
	if (n <= 0)
		return CONNECTION_GONE;
	if (!keep(c, gulp, (size_t)n, max_bytes)) {
		log_event(LOG_ERROR, "request_not_kept",
		    KV(kv_text("why", strerror(errno))));
		return CONNECTION_GONE;
	}
	c->heard_ms = clock_mono_ms();
	return state_of(&c->records);
}

/* libfcgi reads from a descriptor, whatever it is: where the request was kept
 * in a file, it reads the file and later writes to the socket that
 * connection_turn() puts in the file's place. */
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
