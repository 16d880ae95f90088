/* Telegram's limits, with a clock of our own. */
#include "testing.h"

#include "shop/pace.h"

#define T0 1000000

/* Sends as soon as it may, to a chat of its own each, and tells when the
 * last went. */
static int64_t
send_many(struct pace *p, int n, int64_t now_ms)
{
	int64_t chat = 1;

	for (int i = 0; i < n; i++) {
		/* two chats of one slot would wait for each other */
		while (pace_when(p, chat, now_ms) > now_ms + 50)
			chat++;
		now_ms = pace_when(p, chat, now_ms);
		pace_sent(p, chat++, now_ms);
	}
	return now_ms;
}

static const struct flow {
	const char *why;
	int n;
	int64_t from_ms, to_ms; /* the last goes in this span */
} flows[] = {
	{ "one goes at once", 1, 0, 0 },
	{ "a burst goes at once", 50, 0, 0 },
	{ "the next waits for its turn", 51, 30, 40 },
	{ "then 30 a second", 80, 1000, 1050 },
	{ "110 take two seconds", 110, 2000, 2100 },
};

static void
flow(void **state)
{
	const struct flow *f = *state;
	struct pace p;
	int64_t took_ms;

	pace_init(&p, T0);
	took_ms = send_many(&p, f->n, T0) - T0;
	if (took_ms < f->from_ms || took_ms > f->to_ms)
		fail_msg("the last went after %d ms", (int)took_ms);
}

static const struct chat {
	const char *why;
	int64_t to, after_ms, want_ms; /* after one to chat 7 at 0 */
} chats[] = {
	{ "the same chat at once", 7, 0, 1000 },
	{ "the same chat soon", 7, 400, 1000 },
	{ "the same chat a second later", 7, 1000, 1000 },
	{ "the same chat much later", 7, 5000, 5000 },
	{ "another chat at once", 8, 0, 0 },
	{ "a chat of the largest id", 4503599627370495, 0, 0 },
	{ "a group's negative id", -1001234567890, 0, 0 },
};

static void
chat(void **state)
{
	const struct chat *c = *state;
	struct pace p;

	pace_init(&p, T0);
	pace_sent(&p, 7, T0);
	check_int(pace_when(&p, c->to, T0 + c->after_ms), T0 + c->want_ms);
}

static const struct silence {
	const char *why;
	int64_t first_ms, second_ms, want_ms;
} silences[] = {
	{ "for all chats", 5000, 0, 5000 },
	{ "a longer one replaces it", 5000, 9000, 9000 },
	{ "a shorter one does not", 9000, 5000, 9000 },
	{ "of no time", 0, 0, 0 },
};

static void
silence(void **state)
{
	const struct silence *s = *state;
	struct pace p;

	pace_init(&p, T0);
	pace_silence(&p, s->first_ms, T0);
	pace_silence(&p, s->second_ms, T0);
	check_int(pace_when(&p, 1, T0), T0 + s->want_ms);
	check_int(pace_when(&p, 2, T0), T0 + s->want_ms);
	check_int(pace_when(&p, 2, T0 + s->want_ms), T0 + s->want_ms);
}

static void
reserves_nothing(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, T0);
	for (int i = 0; i < 1000; i++)
		check_int(pace_when(&p, i, T0), T0);
}

/* The bucket never holds more than the burst, however long it was quiet. */
static void
fills_to_the_burst(void **state)
{
	struct pace p;
	int64_t later = T0 + 24 * 3600 * 1000;

	(void)state;
	pace_init(&p, T0);
	check_int(send_many(&p, 50, later), later);
	assert_true(send_many(&p, 1, later) > later);
}

/* A day of sending as fast as allowed keeps to 30 a second. */
static void
keeps_to_it(void **state)
{
	struct pace p;
	int64_t now_ms = T0;

	(void)state;
	pace_init(&p, T0);
	for (int64_t i = 0; i < 100000; i++) {
		int64_t chat_id = i, when_ms;

		while (
		    (when_ms = pace_when(&p, chat_id, now_ms)) > now_ms + 100)
			chat_id += 1000003;
		now_ms = when_ms;
		pace_sent(&p, chat_id, now_ms);
	}
	assert_true((now_ms - T0) * 30 / 1000 >= 100000 - 51);
}

int
main(void)
{
	ROWS("flow", flow, flows);
	ROWS("chat", chat, chats);
	ROWS("silence", silence, silences);
	ONE("when", "asking reserves nothing", reserves_nothing);
	ONE("flow", "fills to the burst and no further", fills_to_the_burst);
	ONE("flow", "100,000 messages", keeps_to_it);
	return testing_run("pace", NULL, NULL);
}
