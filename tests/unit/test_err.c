/* Names of errors. */
#include "testing.h"

static void
errors_have_names(void **state)
{
	(void)state;
	for (int e = 0; e < ERR__COUNT; e++)
		assert_string_not_equal(err_name((enum err)e), "unknown");
	check_text(err_name(ERR_OK), "ok");
	check_text(err_name(ERR_UNAVAILABLE), "unavailable");
	check_text(err_name(ERR__COUNT), "unknown");
	check_text(err_name((enum err) - 1), "unknown");
}

int
main(void)
{
	ONE("err", "each has a name", errors_have_names);
	return testing_run("err", NULL, NULL);
}
