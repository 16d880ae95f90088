/* Messages to the operators. */
#include "shop/alert.h"

#include "shop/jobs.h"
#include "stripe/session.h"

enum err
alert_promise(
    struct app *app, struct arena *a, const char *key, const char *text)
{
	struct str rest = str_from(app->conf.admin_tg_ids);
	enum err e = ERR_OK;

	while (e == ERR_OK && rest.len > 0) {
		struct str part = str_trim(str_cut(&rest, ','));
		int64_t tg_id;

		if (tg_id_parse(part, &tg_id))
			e = jobs_promise(app->db, JOB_ALERT,
			    arena_printf(
				a, "alert/%s/%lld", key, (long long)tg_id),
			    tg_id, 0, text);
	}
	return e;
}
