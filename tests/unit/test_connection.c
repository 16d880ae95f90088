/* Following the records of a FastCGI request, however they are cut. */
#include "testing.h"

#include "web/connection.h"

#include <sys/socket.h>

/* A request: begin, two records of parameters, their end, a body with padding
 * and the end of it. */
static const unsigned char request[] = { 1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0,
	0, 0, 0,                                              /* */
	1, 4, 0, 1, 0, 3, 5, 0, 'a', 'b', 'c', 1, 5, 0, 0, 0, /* padding that
	                                    looks like the end of a body */
	1, 4, 0, 1, 0, 0, 0, 0,                               /* */
	1, 5, 0, 1, 0, 9, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0, 1,    /* so does this */
	1, 5, 0, 1, 0, 0, 2, 0, 'x', 'x' };

static void
whole_at_the_last_byte(void **state)
{
	(void)state;
	for (size_t step = 1; step <= sizeof(request); step++) {
		struct records r = { 0 };
		size_t at = 0;

		while (at < sizeof(request)) {
			size_t n = sizeof(request) - at;

			assert_false(r.is_whole);
			n = n < step ? n : step;
			records_follow(&r, request + at, n);
			at += n;
		}
		assert_true(r.is_whole);
		assert_false(r.is_broken);
	}
}

static void
nonsense(void **state)
{
	struct records r = { 0 };

	(void)state;
	records_follow(&r, (const unsigned char *)"GET / HT", 7);
	assert_false(r.is_broken);
	records_follow(&r, (const unsigned char *)"TP/1.1", 1);
	assert_true(r.is_broken);
	assert_false(r.is_whole);
}

static struct connection
pair(int *peer)
{
	struct connection c;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	*peer = fds[0];
	connection_open(&c, fds[1]);
	return c;
}

static void
send_to(int peer, size_t from, size_t n)
{
	assert_int_equal(write(peer, request + from, n), n);
}

/* Records of no request, and of another, harm this one in no place. */
static const struct beside {
	const char *why;
	unsigned char record[24];
	size_t n;
	unsigned char reply[32];
	size_t n_reply;
} besides[] = {
	{ "a question about one value",
	    { 1, 9, 0, 0, 0, 15, 1, 0, 13, 0, 'F', 'C', 'G', 'I', '_', 'M', 'A',
		'X', '_', 'R', 'E', 'Q', 'S' },
	    24,
	    { 1, 10, 0, 0, 0, 18, 0, 0, 13, 3, 'F', 'C', 'G', 'I', '_', 'M',
		'A', 'X', '_', 'R', 'E', 'Q', 'S', '1', '2', '8' },
	    26 },
	{ "a question about nothing", { 1, 9, 0, 0, 0, 0, 0, 0 }, 8,
	    { 1, 10, 0, 0, 0, 0, 0, 0 }, 8 },
	{ "a question of a kind that is none", { 1, 200, 0, 0, 0, 2, 0, 0 }, 10,
	    { 1, 11, 0, 0, 0, 8, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0 }, 16 },
	{ "lengths that lead out of it",
	    { 1, 9, 0, 0, 0, 4, 0, 0, 0x80, 0xff, 0xff, 0xff }, 12,
	    { 1, 10, 0, 0, 0, 0, 0, 0 }, 8 },
	{ "another request", { 1, 1, 1, 2, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 },
	    16, { 1, 3, 1, 2, 0, 8, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0 }, 16 },
	{ "the body of another request", { 1, 5, 1, 0, 0, 3, 0, 0 }, 11, { 0 },
	    0 },
};

static void
beside(void **state)
{
	static const size_t at[] = { 0, 16, 32, 40, 57 };
	const struct beside *b = *state;

	for (size_t i = 0; i < LENGTH(at); i++) {
		unsigned char got[sizeof(request) + 100];
		int peer, taken;
		struct connection c;

		if (at[i] == 0 && b->record[3] + b->record[2] != 0)
			continue; /* the first to begin is the request */
		c = pair(&peer);
		send_to(peer, 0, at[i]);
		check_int(write(peer, b->record, b->n), b->n);
		check_int(connection_read(&c, 1000), CONNECTION_WAITS);
		check_int(recv(peer, got, sizeof(got), MSG_DONTWAIT),
		    b->n_reply > 0 ? (int)b->n_reply : -1);
		assert_memory_equal(got, b->reply, b->n_reply);
		send_to(peer, at[i], sizeof(request) - at[i]);
		check_int(connection_read(&c, 1000), CONNECTION_WHOLE);
		taken = connection_take(&c);
		check_int(read(taken, got, sizeof(got)), sizeof(request));
		assert_memory_equal(got, request, sizeof(request));
		connection_turn(&c, taken);
		(void)close(taken);
		(void)close(peer);
	}
}

/* libfcgi would pass over the last record and wait for another. */
static const struct strange {
	const char *why;
	size_t n; /* of the request above, before it */
	unsigned char record[8];
} stranges[] = {
	{ "parameters before the request", 0, { 1, 4, 0, 1, 0, 0, 0, 0 } },
	{ "a body before the parameters end", 16, { 1, 5, 0, 1, 0, 0, 0, 0 } },
	{ "parameters after their end", 40, { 1, 4, 0, 1, 0, 0, 0, 0 } },
	{ "given up", 16, { 1, 2, 0, 1, 0, 0, 0, 0 } },
	{ "given up in the body", 40, { 1, 2, 0, 1, 0, 0, 0, 0 } },
	{ "it begins again", 16, { 1, 1, 0, 1, 0, 8, 0, 0 } },
};

static void
strange(void **state)
{
	const struct strange *s = *state;
	struct records r = { 0 };

	records_follow(&r, request, s->n);
	assert_false(r.is_broken);
	records_follow(&r, s->record, sizeof(s->record));
	assert_true(r.is_broken);
	assert_false(r.is_whole);
}

/* What lies in one piece stays in the socket; what came in pieces is put
 * together, and the answer still goes to the peer. */
static void
taken_and_turned(void **state)
{
	static const size_t cuts[] = { 0, 1, 20, sizeof(request) - 1 };

	(void)state;
	for (size_t i = 0; i < LENGTH(cuts); i++) {
		unsigned char got[sizeof(request) + 1];
		int peer, taken;
		struct connection c = pair(&peer);

		check_int(connection_read(&c, 1000), CONNECTION_WAITS);
		if (cuts[i] > 0) {
			send_to(peer, 0, cuts[i]);
			check_int(connection_read(&c, 1000), CONNECTION_WAITS);
		}
		send_to(peer, cuts[i], sizeof(request) - cuts[i]);
		check_int(connection_read(&c, 1000), CONNECTION_WHOLE);
		taken = connection_take(&c);
		check_int(read(taken, got, sizeof(got)), sizeof(request));
		assert_memory_equal(got, request, sizeof(request));
		connection_turn(&c, taken);
		check_int(c.fd, -1);
		check_int(write(taken, "yes", 3), 3);
		check_int(read(peer, got, sizeof(got)), 3);
		(void)close(taken);
		check_int(read(peer, got, sizeof(got)), 0);
		(void)close(peer);
	}
}

static void
kept_to_the_limit(void **state)
{
	unsigned char got[sizeof(request) + 1];
	int peer, taken;
	struct connection c = pair(&peer);

	(void)state;
	send_to(peer, 0, 30);
	check_int(connection_read(&c, 30), CONNECTION_WAITS);
	send_to(peer, 30, sizeof(request) - 30);
	check_int(connection_read(&c, 30), CONNECTION_WHOLE);
	taken = connection_take(&c);
	check_int(read(taken, got, sizeof(got)), 30);
	connection_turn(&c, taken);
	(void)close(taken);
	(void)close(peer);
}

static void
left(void **state)
{
	int peer;
	struct connection c = pair(&peer);

	(void)state;
	send_to(peer, 0, 10);
	check_int(connection_read(&c, 1000), CONNECTION_WAITS);
	(void)close(peer);
	check_int(connection_read(&c, 1000), CONNECTION_GONE);
	connection_close(&c);
	connection_close(&c);
	check_int(c.fd, -1);
}

static const struct sent {
	const char *why;
	size_t n, first, rest; /* of the answer, of its records */
} sents[] = {
	{ "nothing", 0, 0, 0 },
	{ "some", 5, 5, 0 },
	{ "as much as a record takes", 65528, 65528, 0 },
	{ "more", 65529, 65528, 1 },
	{ "records of the fullest", 131056, 65528, 65528 },
};

/* The head of a record of request 258, and how long its content is; the next
 * one begins behind that. */
static size_t
next_record(const unsigned char **at, unsigned type)
{
	const unsigned char *p = *at;
	size_t n = (size_t)p[4] << 8 | p[5];

	check_int(p[0], 1);
	check_int(p[1], type);
	check_int(p[2] << 8 | p[3], 258);
	check_int(p[6], 0);
	*at = p + 8 + n;
	return n;
}

static void
answered(void **state)
{
	const struct sent *s = *state;
	char *text = arena_alloc(&mem, s->n + 1);
	const unsigned char *at;
	struct str all;

	memset(text, 'x', s->n);
	all = records_answer(&mem, 258, (struct str){ text, s->n });
	at = (const unsigned char *)all.p;
	if (s->first > 0)
		check_int(next_record(&at, 6), s->first);
	if (s->rest > 0)
		check_int(next_record(&at, 6), s->rest);
	check_int(next_record(&at, 6), 0);
	check_int(next_record(&at, 3), 8);
	check_int((const char *)at - all.p, all.len);
	check_int(at[-4], 0); /* complete */
}

int
main(void)
{
	ROWS("answer", answered, sents);
	ONE("records", "whole at the last byte, however cut",
	    whole_at_the_last_byte);
	ONE("records", "nonsense", nonsense);
	ROWS("out of place", strange, stranges);
	ROWS("beside the request", beside, besides);
	ONE("connection", "taken in pieces, answered", taken_and_turned);
	ONE("connection", "no more than the limit is kept", kept_to_the_limit);
	ONE("connection", "the peer left", left);
	return testing_run("connection", NULL, NULL);
}
