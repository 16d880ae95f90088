/* One enum for every failure, named by what the caller should do about it.
 * A failure is logged once, where it is first seen; above that only the enum
 * travels. Two tables turn it into behaviour: response.c into an HTTP status,
 * worker.c into "try again" or "put aside". */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
	ERR_OK,
	ERR_INPUT,       /* the sender's fault: tell the sender, never retry */
	ERR_AUTH,        /* not who they claim to be */
	ERR_NOT_FOUND,   /* no such row, page or object */
	ERR_CONFLICT,    /* somebody else was there first */
	ERR_TOO_BIG,     /* over a stated limit */
	ERR_THROTTLED,   /* asked to wait: later, no sooner than told */
	ERR_UNAVAILABLE, /* out of order just now: trying again may help */
	ERR_REFUSED,     /* the other side understood and said no */
	ERR_CONFIG,      /* the operator must act first */
	ERR_INTERNAL,    /* a fault of ours */
	ERR__COUNT
};

/* A short lower-case word for the log, such as "unavailable". */
const char *err_name(enum err e);

#endif
