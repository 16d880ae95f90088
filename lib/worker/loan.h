/* Telegram's limit for the bot as a whole, where workers of several machines
 * share it: each takes the right to send a few messages from the ledger, just
 * before it sends them. What it has taken and not sent in a moment lapses. A
 * ledger in a file has one worker, whose pace (pace.h) is enough. */
#ifndef WORKER_LOAN_H
#define WORKER_LOAN_H

#include "store/db.h"

/* By clock_mono_ms(). */
struct loan {
	size_t n_left;
	int64_t until_ms; /* when those lapse */
	int64_t ask_ms;   /* nothing was to be had: when to ask again */
	char owner[17];   /* this worker's; "": has not asked yet */
	unsigned n_taken; /* loans */
};

/* One message is to go now, and so many in all. When it may: now_ms, and then
 * it is taken for sent; or later, by when it has to ask again. Makes a
 * transaction of its own where nothing is left. What nobody waits for
 * (can_wait) leaves some to what somebody does. */
int64_t loan_use(struct loan *l, struct db *db, size_t wanted, bool can_wait,
    int64_t now_ms);

/* In a transaction: Telegram has told the bot as a whole to be silent for
 * wait_ms, and no worker gets anything before that. */
enum err loan_silence(struct db *db, int64_t wait_ms) MUST_CHECK;

#endif
