/* Memory by the request. */
#include "testing.h"

#include <stdalign.h>
#include <stdlib.h>

static const struct size {
	const char *why;
	size_t bytes, used_bytes;
} sizes[] = {
	{ "nothing is a valid place", 0, 0 },
	{ "one byte takes one step", 1, 16 },
	{ "one step", 16, 16 },
	{ "one more than a step", 17, 32 },
	{ "a block full", 8 * 1024, 8 * 1024 },
	{ "more than a block holds", 8 * 1024 + 1, 8 * 1024 + 16 },
	{ "a megabyte", 1024 * 1024, 1024 * 1024 },
};

static void
alloc(void **state)
{
	const struct size *s = *state;
	char *first = arena_alloc(&mem, 1), *p;
	size_t before = mem.used_bytes;

	*first = 'x';
	p = arena_alloc(&mem, s->bytes);
	assert_non_null(p);
	check_int((uintptr_t)p % alignof(max_align_t), 0);
	check_int(mem.used_bytes - before, s->used_bytes);
	for (size_t i = 0; i < s->bytes; i++)
		check_int(p[i], 0);
	memset(p, 0xff, s->bytes); /* the sanitizers look on */
	check_int(*first, 'x');
}

/* What was used before comes back zeroed. */
static void
zeroed_again(void **state)
{
	char *p = arena_alloc(&mem, 4096), *again;

	(void)state;
	memset(p, 0xff, 4096);
	arena_reset(&mem);
	again = arena_alloc(&mem, 4096);
	assert_ptr_equal(again, p);
	for (size_t i = 0; i < 4096; i++)
		check_int(again[i], 0);
}

static void
no_two_overlap(void **state)
{
	unsigned char *p[2000];

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		p[i] = arena_alloc(&mem, i % 97 + 1);
		memset(p[i], (int)(i % 251), i % 97 + 1);
	}
	for (size_t i = 0; i < 2000; i++)
		for (size_t k = 0; k < i % 97 + 1; k++)
			check_int(p[i][k], i % 251);
}

static const struct kept {
	const char *why;
	size_t sizes[4];
	bool keeps;
} kepts[] = {
	{ "one block stays", { 100 }, true },
	{ "one of three stays", { 8000, 8000, 8000 }, true },
	{ "a big block is given back", { 100000 }, false },
	{ "the small one beside a big one stays", { 100, 100000 }, true },
	{ "the small one after a big one stays", { 100000, 100 }, true },
};

static size_t
n_blocks(void)
{
	/* A block begins with the pointer to the older one. */
	size_t n = 0;

	for (void *at = mem.blocks; at != NULL; at = *(void **)at)
		n++;
	return n;
}

static void
reset(void **state)
{
	const struct kept *k = *state;

	for (size_t i = 0; i < 4 && k->sizes[i] != 0; i++)
		(void)arena_alloc(&mem, k->sizes[i]);
	arena_reset(&mem);
	check_int(mem.used_bytes, 0);
	check_int(n_blocks(), k->keeps);
	arena_free(&mem);
	check_int(n_blocks(), 0);
}

static void
small_requests_ask_for_none(void **state)
{
	void *block;

	(void)state;
	(void)arena_alloc(&mem, 10);
	block = mem.blocks;
	for (int i = 0; i < 1000; i++) {
		arena_reset(&mem);
		for (int k = 0; k < 70; k++)
			(void)arena_alloc(&mem, 100);
		assert_ptr_equal(mem.blocks, block);
	}
}

static char order[8], a[] = "a", b[] = "b", c[] = "c", d[] = "d";

static void
note(void *object)
{
	strncat(order, object, 1);
}

static void
note_and_defer(void *object)
{
	note(object);
	arena_defer(&mem, note, d);
}

static void
defers(void **state)
{
	(void)state;
	order[0] = '\0';
	arena_defer(&mem, note, a);
	arena_defer(&mem, note, b);
	arena_defer(&mem, note, c);
	arena_reset(&mem);
	check_text(order, "cba");
	arena_reset(&mem); /* each only once */
	check_text(order, "cba");
}

static void
defer_that_defers(void **state)
{
	(void)state;
	order[0] = '\0';
	arena_defer(&mem, note, a);
	arena_defer(&mem, note_and_defer, b);
	arena_free(&mem);
	check_text(order, "bda");
}

static void
defer_frees(void **state)
{
	(void)state;
	arena_defer(&mem, free, malloc(100)); /* a leak would show */
	arena_free(&mem);
}

static void
texts(void **state)
{
	char *copy;

	(void)state;
	check_text(arena_dup(&mem, (struct str){ "abcd", 2 }), "ab");
	check_text(arena_dup(&mem, (struct str){ NULL, 0 }), "");
	copy = arena_dup(&mem, (struct str){ "a\0b", 3 });
	assert_memory_equal(copy, "a\0b", 4);
	check_text(arena_dup_text(&mem, "abc"), "abc");
	check_text(arena_dup_text(&mem, NULL), NULL);
}

static void
print(void **state)
{
	char *text;

	(void)state;
	check_text(arena_printf(&mem, "%s-%d", "pay", 7), "pay-7");
	check_text(arena_printf(&mem, "%s", ""), "");
	text = arena_printf(&mem, "%050000d", 1);
	check_int(strlen(text), 50000);
	check_int(text[49999], '1');
}

/* What stands in it comes along, and what is new is nought. */
static void
grows(void **state)
{
	int64_t *list = NULL;
	size_t max = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		list = arena_grow(&mem, list, n, &max, sizeof(*list));
		assert_true(n < max);
		check_int(list[n], 0);
		list[n] = (int64_t)n + 1;
	}
	check_int(max, 1024);
	for (size_t n = 0; n < 1000; n++)
		check_int(list[n], (int64_t)n + 1);
	assert_ptr_equal(
	    arena_grow(&mem, list, 1000, &max, sizeof(*list)), list);
}

int
main(void)
{
	ROWS("alloc", alloc, sizes);
	ROWS("reset", reset, kepts);
	ONE("alloc", "used memory comes back zeroed", zeroed_again);
	ONE("alloc", "no two overlap", no_two_overlap);
	ONE("reset", "small requests ask malloc for nothing",
	    small_requests_ask_for_none);
	ONE("grow", "a list, as far as it is filled", grows);
	ONE("defer", "the latest first, each once", defers);
	ONE("defer", "one that defers again", defer_that_defers);
	ONE("defer", "what it ties goes with the arena", defer_frees);
	ONE("text", "copies end in a NUL", texts);
	ONE("text", "printing of any length", print);
	return testing_run("arena", NULL, NULL);
}
