/* The link to a plan in Stars. */
#include "step.h"

/* The link that was made leads to its message, also when that could not be
 * written down and the answer is judged once more. */
static void
link_leads_on(void **state)
{
	const struct http_response link = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":\"https://t.me/$x\"}") };
	const struct http_response sent = { .status = 200,
		.body =
		    str_from("{\"ok\":true,\"result\":{\"message_id\":1}}") };
	struct settling s = { .step = { .job = { .id = 1,
					    .kind = JOB_NOTICE,
					    .tg_id = 5,
					    .detail = "stars:monthly" } },
		.res = &link };

	(void)state;
	shop_open(USER);
	check_err(work_prepare(&app, &mem, &s.step), ERR_OK);
	assert_true(s.step.state != NULL);
	for (int i = 0; i < 2; i++) {
		shop_does(settle, &s);
		check_int(s.o.after, AFTER_HELD_CALL);
		check_has(arena_dup(&mem, s.step.call.body), "https://t.me/$x");
	}
	s.res = &sent;
	shop_does(settle, &s);
	check_int(s.o.after, AFTER_DONE);
}

int
main(void)
{
	ONE("link", "leads to its message, judged once or twice",
	    link_leads_on);
	return testing_run("offer", ledger_make, ledger_remove);
}
