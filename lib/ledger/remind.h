/* Reminders of what somebody did not buy: one of a payment that they began, one
 * of what they were shown for nothing, and none after that. None to who has
 * said so, who is in, or who ever paid; none at night. */
#ifndef LEDGER_REMIND_H
#define LEDGER_REMIND_H

#include "shop/app.h"

/* Notes, in a transaction, that somebody was shown a lesson for nothing: the
 * reminder of it comes INTRO_REMINDER_DAYS after the first one. */
enum err remind_intro_seen(struct db *db, int64_t tg_id) MUST_CHECK;

/* They want no more of these, in a transaction. */
enum err remind_no_more(struct db *db, int64_t tg_id) MUST_CHECK;

/* Whether that still holds at the moment of sending: nothing lets them in,
 * nothing is being paid, and they have not said no. */
enum err remind_is_wanted(
    struct db *db, struct arena *a, int64_t tg_id, bool *is) MUST_CHECK;

/* A chore: promises those that are due (JOB_NOTICE, "cart:PRODUCT" and
 * "intro"). */
enum err remind_settle(
    struct app *app, int64_t *next_ms, bool *promised) MUST_CHECK;

#endif
