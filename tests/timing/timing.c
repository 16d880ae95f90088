/* Whether the time a comparison takes tells where the first wrong byte is, by
 * the method of "dude, is my code constant time?" (Reparaz, Balasch,
 * Verbauwhede, 2017): many pairs of measurements in random order, the slowest
 * left out, Welch's t-test between the two kinds. |t| over 4.5 is a leak.
 *
 * A comparison that stops at the first difference is measured as well and must
 * be found leaking, or the test would prove nothing. Not part of `make check`:
 * it needs a quiet machine. Closes with "N passed, N failed".
 *
 * usage: timing [PAIRS] */
#include "base/crypto.h"
#include "stripe/signature.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT 4.5
#define TRIES 3   /* noise comes and goes, a leak stays */
#define KEPT 0.95 /* of the measurements; the rest are interrupts */
#define SECRET "whsec_timing"
#define NOW 1700000000
#define BODY "{\"id\":\"evt_1\",\"object\":\"event\"}"

static volatile int sink;
/* Each begins a line of the cache and ends before the page does. */
static _Alignas(128) char right[128], early[128], late[128];

static uint64_t
ticks(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int
stops_early(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((const volatile char *)a)[i] != b[i])
			return 0;
	return 1;
}

/* Each measures a handful of calls, since one is close to the clock's step. */
static void
control(const char *theirs)
{
	for (int i = 0; i < 8; i++)
		sink += stops_early(theirs, right, 64);
}

static void
bytes(const char *theirs)
{
	for (int i = 0; i < 8; i++)
		sink += bytes_equal_ct(theirs, right, 64);
}

static void
token(const char *theirs)
{
	sink += secret_equal(str_from(theirs), str_from(right));
}

static void
signature(const char *theirs)
{
	char header[128];
	int n = snprintf(header, sizeof(header), "t=%d,v1=%s", NOW, theirs);

	sink += stripe_signature_check((struct str){ header, (size_t)n },
		    str_from(BODY), SECRET, NOW) == ERR_OK;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct kind {
	double n, mean, m2;
};

static void
add(struct kind *k, double x)
{
	double d = x - k->mean;

	k->n += 1;
	k->mean += d / k->n;
	k->m2 += d * (x - k->mean);
}

static double
t_of(void (*subject)(const char *theirs), size_t n_pairs)
{
	size_t n = 2 * n_pairs;
	double *took = calloc(n, sizeof(*took));
	double *sorted = calloc(n, sizeof(*sorted)), limit;
	unsigned char *which = calloc(n, 1);
	struct kind kinds[2] = { { 0 } };

	if (took == NULL || sorted == NULL || which == NULL ||
	    random_bytes(which, n) != ERR_OK)
		abort();
	for (size_t i = 0; i < n; i++) {
		const char *theirs = (which[i] & 1) != 0 ? late : early;
		uint64_t began = ticks();

		subject(theirs);
		took[i] = sorted[i] = (double)(ticks() - began);
	}
	qsort(sorted, n, sizeof(*sorted), by_size);
	limit = sorted[(size_t)((double)n * KEPT)];
	for (size_t i = n / 100; i < n; i++) /* warmed up by then */
		if (took[i] <= limit)
			add(&kinds[which[i] & 1], took[i]);
	free(took);
	free(sorted);
	free(which);
	return (kinds[0].mean - kinds[1].mean) /
	    sqrt(kinds[0].m2 / (kinds[0].n - 1) / kinds[0].n +
		kinds[1].m2 / (kinds[1].n - 1) / kinds[1].n);
}

static const struct {
	const char *name;
	void (*subject)(const char *theirs);
	int leaks;
} subjects[] = { { "a comparison that stops early (control)", control, 1 },
	{ "bytes_equal_ct", bytes, 0 }, { "secret_equal", token, 0 },
	{ "stripe_signature_check", signature, 0 } };

/* What a forger has who knows all but one digit: the first or the last. */
static void
prepare(void)
{
	const struct str parts[] = { str_from("1700000000."), str_from(BODY) };
	unsigned char mac[HMAC_SHA256_BYTES];

	if (hmac_sha256(str_from(SECRET), parts, 2, mac) != ERR_OK)
		abort();
	hex_encode(mac, sizeof(mac), right);
	memcpy(early, right, sizeof(early));
	memcpy(late, right, sizeof(late));
	early[0] = right[0] == '1' ? '2' : '1';
	late[63] = right[63] == '1' ? '2' : '1';
}

int
main(int argc, char **argv)
{
	size_t n_pairs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	int passed = 0, failed = 0;

	prepare();
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		double t = 0;
		int good = 0;

		for (int k = 0; k < TRIES && !good; k++) {
			t = t_of(subjects[i].subject, n_pairs);
			good = (fabs(t) > LIMIT) == subjects[i].leaks;
		}
		printf("%s %-40s t = %.1f over %zu pairs\n",
		    good ? "ok    " : "FAILED", subjects[i].name, t, n_pairs);
		passed += good;
		failed += !good;
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed == 0 && passed > 0 ? 0 : 1;
}
