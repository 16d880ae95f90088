/* Copies of a ledger in a file, as it was before it was brought up to date:
 * NAME.before-upgrade-N beside it, N being the version that it had. An older
 * program can go back to that alone (store/upgrade.h makes them). */
#ifndef STORE_KEPT_H
#define STORE_KEPT_H

#include <stdint.h>

#define KEPT_ENDING ".before-upgrade-"

/* Once the ledger has been brought up to date from that version: its copy stays
 * and the one that was made last of all others beside it, or the last two where
 * it has none; older ones go, with what is left of copies that were broken off.
 * Failing is no harm. */
void kept_prune(const char *where, int64_t version);

#endif
