/* When the worker looks into the ledger again. */
#include "ledger.h"

#include "shop/worker.c" /* the code under test, statics and all */

#define JOB(due) \
	"INSERT INTO jobs (kind, promise, tg_id, due_ms, created_ms)" \
	" VALUES (1, 'x', 5, " due ", 1)"

static struct app app;
static struct worker worker = { .app = &app };

static int64_t
wait_ms(const char *before)
{
	int64_t look_ms;

	ledger_fresh();
	app.db = ledger.db;
	check_err(db_ready(ledger.db), ERR_OK);
	change(before);
	look_ms = next_look(&worker, &mem);
	return look_ms == INT64_MAX ? -1 : look_ms - clock_mono_ms();
}

static void
look(void **state)
{
	(void)state;
	check_int(wait_ms("SELECT 1"), -1); /* until somebody knocks */
	assert_true(wait_ms(JOB("0")) <= 0);
	assert_true(wait_ms(JOB("1")) <= 0);
	assert_true(wait_ms(JOB("4000000000000")) > 1000);
}

int
main(void)
{
	ONE("look", "when the next job is due", look);
	return testing_run("worker", ledger_make, ledger_remove);
}
