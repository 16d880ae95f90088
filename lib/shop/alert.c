/* Messages to the operators. */
#include "shop/alert.h"

#include "base/buf.h"
#include "shop/jobs.h"
#include "stripe/session.h"

#include <ctype.h>
#include <string.h>

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

struct alert {
	int64_t id;
	const char *text;
	struct alert *next;
};

struct alerts {
	struct arena *arena;
	struct alert *first;
};

static void
alert_from_row(const struct row *row, void *ctx)
{
	struct alerts *all = ctx;
	struct alert *one = arena_alloc(all->arena, sizeof(*one));

	*one = (struct alert){ row_int(row, 0), row_text(row, 1), all->first };
	all->first = one;
}

/* A number of which this one is a part stays. */
static const char *
without(struct arena *a, const char *text, const char *number)
{
	size_t n = strlen(number);
	struct buf out = buf_new(a, 2 * strlen(text) + 1);

	for (const char *p = text; *p != '\0'; p++) {
		bool is_it = strncmp(p, number, n) == 0 &&
		    !isdigit((unsigned char)p[n]) &&
		    (p == text || !isdigit((unsigned char)p[-1]));

		if (is_it)
			buf_text(&out, "\xe2\x80\x94");
		else
			buf_char(&out, *p);
		p += is_it ? n - 1 : 0;
	}
	return arena_dup(a, buf_str(&out));
}

enum err
alert_forget(struct db *db, struct arena *a, int64_t tg_id)
{
	const char *number = arena_printf(a, "%lld", (long long)tg_id);
	struct alerts all = { a, NULL };
	enum err e = db_each(db, a, SQL_ALERTS_WITH,
	    KV(kv_text("like", arena_printf(a, "%%%s%%", number))),
	    alert_from_row, &all);

	for (; e == ERR_OK && all.first != NULL; all.first = all.first->next)
		e = db_exec(db, SQL_ALERT_REWRITE,
		    KV(kv_int("id", all.first->id),
			kv_text("detail", without(a, all.first->text, number))),
		    NULL);
	return e;
}
