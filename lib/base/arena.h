/* Memory that lives as long as one request (or one job, or one program run).
 * Everything allocated from an arena goes at once, so error paths free
 * nothing. Running out of memory ends the process: the transaction rolls back
 * and the sender repeats. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

#include <stdarg.h>

struct arena {
	struct arena_block *blocks; /* the newest first */
	struct arena_defer *defers; /* the newest first */
	size_t used_bytes;          /* since the last reset */
};

/* Memory of size bytes, zeroed and aligned for any type; size 0 gives a valid
 * pointer too. Never NULL. An arena starts as `struct arena a = { 0 }`. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of the text with a NUL at its end. */
char *arena_dup(struct arena *a, struct str s);

/* arena_dup() of a C string; NULL stays NULL. */
char *arena_dup_text(struct arena *a, const char *s);

char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A list of n items of item_bytes each that is full (n is *max) as one of twice
 * the room, which *max then says; the new places are zeroed. A list that is not
 * full comes back as it is. */
void *arena_grow(
    struct arena *a, void *list, size_t n, size_t *max, size_t item_bytes);

/* Calls release(object) when the arena is reset, the latest defer first. */
void arena_defer(struct arena *a, void (*release)(void *), void *object);

/* Runs the defers and makes the memory free for the next use. One block is
 * kept, so a program that answers many small requests asks malloc for none. */
void arena_reset(struct arena *a);

/* As arena_reset(), and the last block goes back to malloc too. */
void arena_free(struct arena *a);

/* Gives the system what malloc() holds for later: after much was freed, and
 * only where there is time, since it goes through all that there is. */
void memory_give_back(void);

/* Writes one line to the log and ends the process with status 71: what every
 * arena does where malloc() fails. Also for memory that lives as long as the
 * program, and for what a library could not make. */
_Noreturn void out_of_memory(void);

/* p, unless it is NULL: then out_of_memory(). */
void *or_out_of_memory(void *p);

#endif
