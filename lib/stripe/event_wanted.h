/* What of an event anybody here asks for. */
#ifndef STRIPE_EVENT_WANTED_H
#define STRIPE_EVENT_WANTED_H

#include "base/str.h"

/* For json_pick(): whether a member of that name is read, wherever in an event
 * it stands. */
bool stripe_event_wants(struct str name);

#endif
