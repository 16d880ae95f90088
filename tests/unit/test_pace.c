/* Telegram's limits, with a clock of our own. */
#include "testing.h"

#include "worker/pace.h"

#define T0 1000000

/* Sends as soon as it may, to a chat of its own each, and tells when the
 * last went. */
static int64_t
send_many(struct pace *p, int n, bool can_wait, int64_t now_ms)
{
	int64_t chat = 1;

	for (int i = 0; i < n; i++) {
		/* two chats of one slot would wait for each other */
		while (pace_chat_when(p, chat, now_ms) > now_ms)
			chat++;
		now_ms = pace_when(p, chat, can_wait, now_ms);
		pace_sent(p, chat++, now_ms);
	}
	return now_ms;
}

static const struct flow {
	const char *why;
	int n;
	bool can_wait;
	int64_t from_ms, to_ms; /* the last goes in this span */
} flows[] = {
	{ "one goes at once", 1, false, 0, 0 },
	{ "a second's worth goes at once", 30, false, 0, 0 },
	{ "the next waits for the second to be over", 31, false, 1000, 1050 },
	{ "then 30 a second", 90, false, 2000, 2100 },
	{ "300 buyers", 300, false, 9000, 9400 },
	{ "what nobody waits for leaves some of it", 25, true, 0, 0 },
	{ "to what somebody does", 26, true, 1000, 1050 },
};

static void
flow(void **state)
{
	const struct flow *f = *state;
	struct pace p;
	int64_t took_ms;

	pace_init(&p, T0);
	took_ms = send_many(&p, f->n, f->can_wait, T0) - T0;
	if (took_ms < f->from_ms || took_ms > f->to_ms)
		fail_msg("the last went after %d ms", (int)took_ms);
}

/* However many notices wait, there is room for a buyer at once. */
static void
spared(void **state)
{
	struct pace p;
	int64_t now_ms;

	(void)state;
	pace_init(&p, T0);
	check_int(pace_room(&p, true, T0), 25);
	check_int(pace_room(&p, false, T0), 30);
	now_ms = send_many(&p, 1000, true, T0);
	check_int(pace_when(&p, 0, false, now_ms), now_ms);
	assert_true(pace_room(&p, false, now_ms) >= 5);
}

static void
room(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, T0);
	(void)send_many(&p, 12, false, T0);
	check_int(pace_room(&p, false, T0), 18);
	check_int(pace_room(&p, true, T0), 13);
	(void)send_many(&p, 18, false, T0);
	check_int(pace_room(&p, false, T0), 0);
	check_int(pace_room(&p, false, T0 + 1100), 30);
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
	check_int(
	    pace_when(&p, c->to, false, T0 + c->after_ms), T0 + c->want_ms);
}

/* A group takes 20 messages a minute, a second apart. */
static void
group(void **state)
{
	struct pace p;
	int64_t now_ms = T0;

	(void)state;
	pace_init(&p, T0);
	for (int i = 0; i < 45; i++) {
		now_ms = pace_when(&p, -100123, true, now_ms);
		pace_sent(&p, -100123, now_ms);
		if (i == 19)
			check_int(now_ms, T0 + 19000);
		if (i == 20)
			assert_true(now_ms >= T0 + 60000);
	}
	assert_true(now_ms >= T0 + 124000 && now_ms < T0 + 126000);
	check_int(pace_when(&p, -100124, true, now_ms), now_ms);
	/* more groups than are kept: the one of long ago is forgotten */
	for (int i = 0; i < 40; i++)
		pace_sent(&p, -200 - i, now_ms + 2000);
	check_int(pace_chat_when(&p, -100123, now_ms + 5000), now_ms + 5000);
}

static const struct silence {
	const char *why;
	int n_chats; /* that answer 429, one after the other */
	int64_t apart_ms, wait_ms, others_ms; /* how long others wait then */
} silences[] = {
	{ "of one chat is its own", 1, 0, 60000, 0 },
	{ "of two", 2, 100, 60000, 0 },
	{ "of three at once is the bot's", 3, 100, 60000, 60000 },
	{ "three in an hour are three chats", 3, 600000, 60000, 0 },
	{ "of many, each a while after the other", 40, 6000, 3600000, 0 },
};

static void
silence(void **state)
{
	const struct silence *s = *state;
	struct pace p;
	int64_t now_ms = T0;

	pace_init(&p, T0);
	for (int i = 0; i < s->n_chats; i++) {
		now_ms += i == 0 ? 0 : s->apart_ms;
		pace_refused(&p, 7000 + i, s->wait_ms, now_ms);
	}
	check_int(pace_when(&p, 6000, false, now_ms), now_ms + s->others_ms);
	check_int(pace_when(&p, 7000 + s->n_chats - 1, false, now_ms),
	    now_ms + s->wait_ms);
	check_int(pace_when(&p, 7000, false, T0 + s->wait_ms + s->others_ms) <=
		T0 + s->wait_ms + s->others_ms + s->apart_ms * s->n_chats,
	    1);
}

/* A shorter word does not end a longer one. */
static void
longest(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, T0);
	pace_refused(&p, 7, 9000, T0);
	pace_refused(&p, 7, 5000, T0);
	check_int(pace_chat_when(&p, 7, T0), T0 + 9000);
	pace_refused(&p, 7, 12000, T0);
	check_int(pace_chat_when(&p, 7, T0), T0 + 12000);
}

static void
reserves_nothing(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, T0);
	for (int i = 0; i < 1000; i++)
		check_int(pace_when(&p, i, false, T0), T0);
}

/* A day of sending as fast as allowed: never more than 30 in any second. */
static void
keeps_to_it(void **state)
{
	static int64_t at_ms[100000];
	struct pace p;
	int64_t now_ms = T0, chat = 1;

	(void)state;
	pace_init(&p, T0);
	for (int64_t i = 0; i < 100000; i++) {
		while (pace_chat_when(&p, chat, now_ms) > now_ms)
			chat += 1000003;
		now_ms = pace_when(&p, chat, i % 7 == 0, now_ms);
		pace_sent(&p, chat++, now_ms);
		at_ms[i] = now_ms;
		if (i >= 30)
			assert_true(now_ms - at_ms[i - 30] >= 1000);
	}
	assert_true((now_ms - T0) * 30 / 1000 < 115000);
}

/* ---- other calls ---- */

static int64_t
call_many(struct pace_flow *f, int n, int64_t now_ms)
{
	for (int i = 0; i < n; i++) {
		now_ms = pace_flow_when(f, now_ms);
		pace_flow_sent(f, now_ms);
	}
	return now_ms;
}

/* Links must not be what a rush waits for. */
static void
calls_are_quicker(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, T0);
	assert_true(call_many(&p.calls, 300, T0) - T0 < 7000);
}

static void
stripe_keeps_room(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, T0);
	assert_true(call_many(&p.stripe, 1160, T0) - T0 > 1160 * 1000 / 10);
}

static void
halves_and_grows(void **state)
{
	struct pace p;
	int64_t now_ms = T0;

	(void)state;
	pace_init(&p, T0);
	pace_flow_refused(&p.calls, 5000, now_ms);
	check_int(p.calls.per_s, 30);
	check_int(pace_flow_room(&p.calls, now_ms + 4000), 0);
	check_int(pace_flow_when(&p.calls, now_ms + 4000), now_ms + 5000);
	pace_flow_refused(&p.calls, 1000, now_ms + 10); /* the same one */
	check_int(p.calls.per_s, 30);
	for (int i = 0; i < 20; i++) {
		now_ms += 10000;
		pace_flow_refused(&p.calls, 1000, now_ms);
	}
	assert_true(p.calls.per_s >= 1 && p.calls.per_s < 6);
	now_ms = pace_flow_when(&p.calls, now_ms + 600 * 1000);
	check_int(p.calls.per_s, 60);
	check_int(pace_flow_when(&p.calls, now_ms), now_ms);
}

int
main(void)
{
	ROWS("flow", flow, flows);
	ONE("flow", "a buyer among notices", spared);
	ONE("flow", "how many may go", room);
	ROWS("chat", chat, chats);
	ONE("chat", "a group", group);
	ROWS("silence", silence, silences);
	ONE("silence", "the longest counts", longest);
	ONE("when", "asking reserves nothing", reserves_nothing);
	ONE("flow", "100,000 messages", keeps_to_it);
	ONE("calls", "keep up with messages", calls_are_quicker);
	ONE("calls", "to Stripe leave room", stripe_keeps_room);
	ONE("calls", "halve at a 429 and grow", halves_and_grows);
	return testing_run("pace", NULL, NULL);
}
