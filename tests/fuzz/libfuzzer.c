/* One target under libFuzzer: the one that FUZZ_TARGET names. */
#include "targets.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct fuzz_target *t;
	const char *name = getenv("FUZZ_TARGET");

	for (size_t i = 0; t == NULL && fuzz_targets[i].name != NULL; i++)
		if (name != NULL && strcmp(fuzz_targets[i].name, name) == 0)
			t = &fuzz_targets[i];
	if (t == NULL) {
		fputs("FUZZ_TARGET names none of the targets\n", stderr);
		exit(2);
	}
	fuzz_one(t, bytes, n);
	return 0;
}
