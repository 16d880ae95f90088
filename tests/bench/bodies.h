/* Bodies of the size and shape that Stripe and Telegram send: templates with
 * holes like ~TG_ID~ (no '@', which e-mail addresses have), filled with ids
 * drawn as theirs are. Where a key lands in its tree is what a ledger's speed
 * hangs on: events and payment intents begin with their time, Checkout
 * Sessions and people lie anywhere. The n-th sale is the same in each run but
 * for its time. */
#ifndef BENCH_BODIES_H
#define BENCH_BODIES_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODIES_MAX 8192 /* of one, filled */
#define BODIES_EVENT "tests/bench/event.json"
#define BODIES_UPDATE "tests/bench/update.json"
#define BODIES_SESSION "tests/bench/session.json"

struct sale {
	char event[32];   /* evt_1Tabcd, the account, 8 anyhow */
	char session[72]; /* cs_test_ and 58 anyhow */
	char intent[32];  /* pi_3Tabcd, as the event */
	int64_t n, tg_id, at_s;
};

static inline uint64_t
bodies_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static const char bodies_signs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz";

/* n letters and digits that follow from the seed; returns their end. */
static inline char *
bodies_chance(char *out, size_t n, uint64_t seed)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++, x /= 62) {
		if (i % 8 == 0)
			x = bodies_mix(seed + i);
		out[i] = bodies_signs[x % 62];
	}
	out[n] = '\0';
	return out + n;
}

/* "1Tabcd": seconds to the base of 62, which keep their order as text. */
static inline char *
bodies_time(char *out, int64_t at_s)
{
	for (int i = 5; i >= 0; i--, at_s /= 62)
		out[i] = bodies_signs[at_s % 62];
	return out + 6;
}

static inline void
bodies_ordered_id(
    char *out, const char *kind, char first, int64_t at_s, uint64_t seed)
{
	size_t n = strlen(kind);
	char *at = out + n;

	memcpy(out, kind, n);
	at = bodies_time(at, at_s);
	out[n] = first;
	memcpy(at, "B7bench62X", 10); /* of the account */
	(void)bodies_chance(at + 10, 8, seed);
}

/* The n-th sale, at a time. */
static inline void
sale_draw(struct sale *s, int64_t n, int64_t at_s)
{
	uint64_t seed = bodies_mix((uint64_t)n);

	s->n = n;
	s->at_s = at_s;
	s->tg_id = 100000000 + (int64_t)(seed % 7900000000u);
	bodies_ordered_id(s->event, "evt_", '1', at_s, seed + 100);
	bodies_ordered_id(s->intent, "pi_", '3', at_s, seed + 200);
	memcpy(s->session, "cs_test_", 8);
	(void)bodies_chance(s->session + 8, 58, seed + 300);
}

static inline int
bodies_is(const char *hole, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(hole, name, len) == 0;
}

/* What belongs into a hole; NULL: nobody knows. */
static inline const char *
sale_value(const struct sale *s, const char *hole, size_t len, char out[24])
{
	int64_t number = s->tg_id;

	if (bodies_is(hole, len, "EVENT"))
		return s->event;
	if (bodies_is(hole, len, "SESSION"))
		return s->session;
	if (bodies_is(hole, len, "INTENT"))
		return s->intent;
	if (bodies_is(hole, len, "CREATED"))
		number = s->at_s;
	else if (bodies_is(hole, len, "EXPIRES"))
		number = s->at_s + 86400;
	else if (bodies_is(hole, len, "UPDATE"))
		number = 700000000 + s->n;
	else if (bodies_is(hole, len, "MESSAGE"))
		number = 1 + s->n % 5000;
	else if (!bodies_is(hole, len, "TG_ID"))
		return NULL;
	(void)snprintf(out, 24, "%" PRId64, number);
	return out;
}

/* A template, NULL where it cannot be read: to be freed. */
static inline char *
template_read(const char *path)
{
	char *text = calloc(1, BODIES_MAX);
	FILE *f = fopen(path, "r");

	if (text == NULL || f == NULL) {
		perror(path);
		free(text);
		if (f != NULL)
			(void)fclose(f);
		return NULL;
	}
	text[fread(text, 1, BODIES_MAX - 1, f)] = '\0';
	(void)fclose(f);
	return text;
}

/* Writes the filled template, fewer than BODIES_MAX bytes; returns how many,
 * 0: it has a hole that nobody knows, or is too long. */
static inline size_t
template_fill(char *out, const char *text, const struct sale *s)
{
	size_t n = 0;

	for (const char *end; (end = strchr(text, '~')) != NULL;) {
		size_t plain = (size_t)(end - text),
		       len = strcspn(end + 1, "~");
		char number[24];
		const char *value = sale_value(s, end + 1, len, number);

		if (value == NULL || n + plain + 80 > BODIES_MAX)
			return 0;
		memcpy(out + n, text, plain);
		n += plain;
		memcpy(out + n, value, strlen(value));
		n += strlen(value);
		text = end + 1 + len + 1;
	}
	if (n + strlen(text) + 1 > BODIES_MAX)
		return 0;
	memcpy(out + n, text, strlen(text) + 1);
	return n + strlen(text);
}

#endif
