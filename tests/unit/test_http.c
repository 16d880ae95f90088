/* The HTTP client: what it decides before it calls anybody. */
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/http.c" /* the code under test, statics and all */

static void
certificates_by_their_hashed_names(void **state)
{
	static const struct {
		const char *name;
		bool want;
	} cases[] = {
		{ "", false }, /* an empty folder */
		{ "ca-bundle.crt", false },
		{ "a1b2c3d4.pem", false },
		{ "a1b2c3d4e.0", false },
		{ "A1B2C3D4.0", false },
		{ "a1b2c3d4.0", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char folder[] = "/tmp/admit-http.XXXXXX", path[64];
		FILE *f;

		assert_non_null(mkdtemp(folder));
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, cases[i].name);
		if (cases[i].name[0] != '\0') {
			f = fopen(path, "w");
			assert_non_null(f);
			(void)fclose(f);
		}
		assert_int_equal(is_hashed(folder), cases[i].want);
		if (cases[i].name[0] != '\0')
			(void)unlink(path);
		assert_int_equal(rmdir(folder), 0);
	}
	assert_false(is_hashed("/tmp/admit-http.not-there"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_by_their_hashed_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
