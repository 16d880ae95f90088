/* A connection from the web server, read as bytes come, without ever waiting: a
 * peer that connects and says nothing, or sends a body drop by drop, costs
 * nobody else a moment. libfcgi waits while it reads, so it is given a request
 * only when all of it is there.
 *
 * The framing is that of the FastCGI specification 1.0, section 3.3: a record
 * is a head of 8 bytes, its content and its padding; a request has been sent
 * when an empty STDIN record has come, or was given up by ABORT_REQUEST.
 * Whatever else comes between is answered here and kept from libfcgi, which
 * would pass over it, wait, or leak: questions about the program (record id 0:
 * GET_VALUES and kinds that nobody knows) and further requests on the same
 * connection, whose sender is told that it carries one at a time. */
#ifndef WEB_CONNECTION_H
#define WEB_CONNECTION_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many connections may wait for the rest of their request. When one more
 * comes, the one that has been silent longest gives way. GET_VALUES tells
 * servers this number. */
#define CONNECTIONS_MAX 128

/* How far a stream of records has been followed. */
struct records {
	unsigned char head[8];
	size_t n_head;            /* of the next record's head, read so far */
	size_t left;              /* of this record, still to come */
	size_t padding;           /* the end of that */
	bool is_beside;           /* this record is not of the request */
	bool has_beside;          /* there was one */
	unsigned char asked[128]; /* what a GET_VALUES holds, its beginning */
	size_t n_asked;
	unsigned char reply[80]; /* to be sent before going on */
	size_t n_reply;
	unsigned id;     /* of the request; 0: nothing has begun */
	bool has_params; /* all of them */
	bool is_last;    /* this record ends the request */
	bool is_whole;
	bool is_broken; /* this is no FastCGI, or was given up */
};

/* An empty one is all zero but for fd, which is -1. */
struct connection {
	int fd;           /* to the web server; -1: none */
	int spool;        /* 1 + the file that holds what came; 0: it all
	                     still lies in the socket */
	size_t n_spooled; /* bytes in that file */
	int64_t heard_ms; /* when the last of it came, by clock_mono_ms() */
	struct records records;
};

enum connection_state { CONNECTION_WAITS, CONNECTION_WHOLE, CONNECTION_GONE };

/* Follows n more bytes of the stream. */
void records_follow(struct records *r, const unsigned char *p, size_t n);

/* The answer to a request as the server is to get it: its output in records,
 * and the end of the request. */
struct str records_answer(struct arena *a, unsigned id, struct str text);

/* Takes an accepted descriptor, which is the connection's from now on. */
void connection_open(struct connection *c, int fd);

/* Reads what has come, without waiting. Beyond max_bytes the rest is read and
 * dropped, so that the request is cut short but can still be answered. GONE:
 * the other side left or talks nonsense, and the connection is to be closed. */
enum connection_state connection_read(struct connection *c, size_t max_bytes);

/* Takes the request out of a connection that is WHOLE and returns the
 * descriptor to read it from, which is the caller's now. Where that is not the
 * connection's own fd but a file, fd stays in c for the answer: see
 * connection_turn(). */
int connection_take(struct connection *c);

/* To be called when the request has been read from `taken` to its end: what is
 * written to `taken` from now on goes to the web server. */
void connection_turn(struct connection *c, int taken);

/* Closes what is open; an empty connection is fine. */
void connection_close(struct connection *c);

#endif
