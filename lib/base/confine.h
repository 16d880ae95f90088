/* Giving up what a program does not need, so that an attacker who takes it over
 * can do little with it. It needs no rights, but Landlock, which Linux has
 * since 5.13 (for connections since 6.7). What a host does not offer is left
 * out without an error: on shared hosting the program must run all the same. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stdbool.h>

enum confine_calls {
	CONFINE_MAY_CALL, /* outbound connections stay allowed */
	CONFINE_NO_CALLS  /* no TCP connection, no TCP port */
};

/* What holds from now on, for this process and all that it starts. */
struct confinement {
	bool no_new_rights;   /* a set-user-ID program gives none */
	bool writes_confined; /* files are made, changed, removed below the
	                          folder alone (and /dev/null written) */
	bool calls_confined;  /* CONFINE_NO_CALLS holds */
	bool memory_confined; /* data over 1 GiB is refused */
};

/* Confines this process and what it starts, for good: nothing takes it back.
 * The folder must exist, or writes are not confined. Files that are open
 * already stay usable. */
struct confinement confine(const char *folder, enum confine_calls calls);

#endif
