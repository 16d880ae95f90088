/* The table of what is fuzzed. */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include "base/str.h"

struct fuzz_target {
	const char *name;
	void (*run)(struct str in);
};

/* Ends with a NULL name. */
extern const struct fuzz_target fuzz_targets[];

/* Runs one input; ends the process by abort() where a promise is broken. */
void fuzz_one(const struct fuzz_target *t, const void *bytes, size_t n);

#endif
