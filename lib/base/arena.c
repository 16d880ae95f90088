/* Memory by the request: blocks of 8 KiB, larger ones as asked for. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Most requests and jobs fit into one; in a rush there is one for each. */
#define BLOCK_BYTES ((size_t)8 * 1024)
#define EXIT_OUT_OF_MEMORY 71 /* EX_OSERR of sysexits.h */

struct arena_block {
	struct arena_block *older;
	size_t size, used;
	alignas(max_align_t) char bytes[];
};

struct arena_defer {
	struct arena_defer *older;
	void (*release)(void *);
	void *object;
};

void
out_of_memory(void)
{
	static const char line[] = "level=error ev=out_of_memory\n";

	/* Nothing to be done about a failing write: the end is near. */
	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
		_exit(EXIT_OUT_OF_MEMORY);
	_exit(EXIT_OUT_OF_MEMORY);
}

void
memory_give_back(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

void *
or_out_of_memory(void *p)
{
	if (p == NULL)
		out_of_memory();
	return p;
}

/* A block of more than the usual size holds one large thing, a body or a reply,
 * and goes back to malloc at the next reset. */
static struct arena_block *
block_new(struct arena *a, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *b;

	if (room > SIZE_MAX - sizeof(*b))
		out_of_memory();
	b = or_out_of_memory(malloc(sizeof(*b) + room));
	*b = (struct arena_block){ .older = a->blocks, .size = room };
	a->blocks = b;
	return b;
}

/* All pieces begin at an address that fits any object, and so all blocks are of
 * such a size. */
static size_t
rounded(size_t size)
{
	const size_t step = alignof(max_align_t);

	if (size > SIZE_MAX - step)
		out_of_memory();
	return (size + step - 1) / step * step;
}

static void *
take(struct arena *a, struct arena_block *b, size_t size)
{
	void *p = b->bytes + b->used;

	b->used += size;
	a->used_bytes += size;
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;

	size = rounded(size);
	/* Where a piece does not fit, the rest of the newest block is given up:
	 * looking for room in older ones costs more than the few bytes are
	 * worth. */
	if (b == NULL || b->size - b->used < size)
		b = block_new(a, size);
	/* Blocks are used again, so this also clears what the last request left
	 * there: no secret and no pointer of it reaches the next one. */
	return memset(take(a, b, size), 0, size);
}

char *
arena_dup(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.p, s.len);
	return copy;
}

char *
arena_dup_text(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_dup(a, str_from(s));
}

/* Into the rest of the newest block, where nearly all of it fits; what does not
 * is formatted again at its length. Cut to a size that is the same for all, a
 * long URL would lose its end, and nobody would notice. */
char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	struct arena_block *b = a->blocks;
	size_t room = b == NULL ? 0 : b->size - b->used;
	char *text = b == NULL ? NULL : b->bytes + b->used;
	va_list args, again;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(text, room, fmt, args);
	va_end(args);
	if (b != NULL && len >= 0 && (size_t)len < room) {
		(void)take(a, b, rounded((size_t)len + 1));
	} else {
		text = arena_alloc(a, (len < 0 ? 0 : (size_t)len) + 1);
		if (len >= 0)
			(void)vsnprintf(text, (size_t)len + 1, fmt, again);
	}
	va_end(again);
	return text;
}

void *
arena_grow(
    struct arena *a, void *list, size_t n, size_t *max, size_t item_bytes)
{
	void *more;

	if (n < *max)
		return list;
	*max = *max == 0 ? 16 : *max * 2;
	more = arena_alloc(a, *max * item_bytes);
	if (n > 0)
		memcpy(more, list, n * item_bytes);
	return more;
}

/* An entry of the list is arena memory, which cannot fail to come: so no object
 * is ever made and then left untied. */
void
arena_defer(struct arena *a, void (*release)(void *), void *object)
{
	struct arena_defer *d = arena_alloc(a, sizeof(*d));

	*d = (struct arena_defer){ a->defers, release, object };
	a->defers = d;
}

static void
run_defers(struct arena *a)
{
	/* A release may defer again, hence one at a time. */
	while (a->defers != NULL) {
		struct arena_defer *d = a->defers;

		a->defers = d->older;
		d->release(d->object);
	}
}

void
arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL;

	/* The defers run first, because their list lies in the blocks that are
	 * freed below. */
	run_defers(a);
	while (a->blocks != NULL) {
		struct arena_block *b = a->blocks;

		a->blocks = b->older;
		/* A large block is not the one to keep: one big request would
		 * hold its memory for as long as the program runs. */
		if (keep == NULL && b->size == BLOCK_BYTES)
			keep = b;
		else
			free(b);
	}
	if (keep != NULL) {
		keep->older = NULL;
		keep->used = 0;
	}
	*a = (struct arena){ .blocks = keep };
}

void
arena_free(struct arena *a)
{
	arena_reset(a);
	free(a->blocks);
	*a = (struct arena){ 0 };
}
