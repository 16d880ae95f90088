/* Every target over its corpus, without libFuzzer: each seed as it is, then so
 * many changed copies of it, the same ones every time.
 *
 * usage: replay CORPUS-FOLDER CHANGES-PER-SEED */
#include "targets.h"

#include "base/array.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)64 * 1024)

static unsigned char seed[MAX_BYTES], changed[MAX_BYTES];

/* Xorshift: the same numbers every time. */
static uint32_t
chance(size_t below)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return below == 0 ? 0 : x % (uint32_t)below;
}

/* Pieces that parsers stumble over. */
static const char *const words[] = { "\\u0000", "\"", "{", "[", "}", "]", ",",
	"=", "%00", "%", "&", "\n", "\\", "-1", "9223372036854775808", "1e999",
	"null", "true", "v1=", "t=", "\xff", "\xed\xa0\x80", "../", "cs_" };

static size_t
put_in(size_t n, size_t at, const void *piece, size_t more)
{
	unsigned char copy[64];

	if (n + more > MAX_BYTES || more > sizeof(copy))
		return n;
	memcpy(copy, piece, more);
	memmove(changed + at + more, changed + at, n - at);
	memcpy(changed + at, copy, more);
	return n + more;
}

static size_t
change(size_t n)
{
	size_t at = chance(n), more = chance(n - at) % 64;
	const char *word = words[chance(LENGTH(words))];

	switch (n == 0 ? 5 : chance(6)) {
	case 0: /* a bit */
		changed[at] ^= (unsigned char)(1u << chance(8));
		return n;
	case 1: /* a byte */
		changed[at] = (unsigned char)chance(256);
		return n;
	case 2: /* cut off */
		return at;
	case 3: /* a piece taken out */
		memmove(changed + at, changed + at + more, n - at - more);
		return n - more;
	case 4: /* a piece twice */
		return put_in(n, at, changed + at, more);
	default:
		return put_in(n, at, word, strlen(word));
	}
}

static long
run_seed(const struct fuzz_target *t, size_t n, long n_changes)
{
	fuzz_one(t, seed, n);
	for (long i = 0; i < n_changes; i++) {
		size_t len = n;

		memcpy(changed, seed, n);
		for (uint32_t k = chance(4) + 1; k > 0; k--)
			len = change(len);
		fuzz_one(t, changed, len);
	}
	return n_changes + 1;
}

static int
visible(const struct dirent *file)
{
	return file->d_name[0] != '.';
}

/* The number of inputs; 0 where there is no seed. */
static long
run_target(const struct fuzz_target *t, const char *corpus, long n_changes)
{
	char folder[4096], path[8192];
	struct dirent **files = NULL;
	long n_inputs = 0;
	int n;

	(void)snprintf(folder, sizeof(folder), "%s/%s", corpus, t->name);
	n = scandir(folder, &files, visible, alphasort);
	for (int i = 0; i < n; i++) {
		FILE *f;

		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, files[i]->d_name);
		f = fopen(path, "re");
		if (f != NULL) {
			n_inputs += run_seed(
			    t, fread(seed, 1, MAX_BYTES, f), n_changes);
			(void)fclose(f);
		}
		free(files[i]);
	}
	free(files);
	return n_inputs;
}

int
main(int argc, char **argv)
{
	int n_passed = 0, n_failed = 0;

	if (argc != 3)
		return 2;
	for (size_t i = 0; fuzz_targets[i].name != NULL; i++) {
		long n;

		/* A crash is of the one that was named last. */
		printf("%s: ", fuzz_targets[i].name);
		(void)fflush(stdout);
		n = run_target(
		    &fuzz_targets[i], argv[1], strtol(argv[2], NULL, 10));
		printf("%ld inputs\n", n);
		n_passed += n > 0;
		n_failed += n == 0;
	}
	printf("%d passed, %d failed\n", n_passed, n_failed);
	return n_failed == 0 ? 0 : 1;
}
