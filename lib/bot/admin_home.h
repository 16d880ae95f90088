/* What /admin begins with: how it goes, and what waits. */
#ifndef BOT_ADMIN_HOME_H
#define BOT_ADMIN_HOME_H

#include "bot/admin_page.h"

/* Today, a week and a month, each against the one before, by the machine's time
 * zone; who is in; what is on the way; how to find a buyer. */
enum err admin_home(struct admin_page *p, struct str arg) MUST_CHECK;

/* What waits and why, with a button for each thing that can be done about it:
 * what needs a person first, so many as fit. */
enum err admin_jobs(struct admin_page *p, struct str arg) MUST_CHECK;

/* Buttons to try a job again and to give it up, while it waits. */
enum err admin_job_buttons(struct admin_page *p, int64_t job) MUST_CHECK;

#endif
