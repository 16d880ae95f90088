/* Looking up what somebody may do. */
#include "ledger/operators.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/tg_id.h"

/* As they are typed and shown, in every language. */
static const char *const names[ROLE__COUNT] = { [ROLE_NONE] = "none",
	[ROLE_VIEWER] = "viewer",
	[ROLE_SUPPORT] = "support",
	[ROLE_OWNER] = "owner" };

const char *
role_name(enum role role)
{
	return names[role];
}

enum role
role_named(const char *word)
{
	for (int i = ROLE_VIEWER; i < ROLE__COUNT; i++)
		if (str_eq(str_from(word), names[i]))
			return (enum role)i;
	return ROLE_NONE;
}

/* The settings were judged at the start; an empty part is passed over. */
bool
operator_is_set(const struct app *app, int64_t tg_id)
{
	struct str rest = str_from(app->conf.admin_tg_ids);

	while (rest.len > 0) {
		int64_t one = 0;

		if (tg_id_parse(str_trim(str_cut(&rest, ',')), &one) &&
		    one == tg_id)
			return true;
	}
	return false;
}

/* A role of a newer program's is none here: rather nothing is allowed than too
 * much. */
enum err
operator_role(struct app *app, struct arena *a, int64_t tg_id, enum role *role)
{
	int64_t n = 0;
	enum err e = ERR_OK;

	*role = ROLE_NONE;
	if (tg_id != 0 && operator_is_set(app, tg_id)) {
		*role = ROLE_OWNER;
		return ERR_OK;
	}
	if (tg_id != 0)
		e = db_one(app->db, a, SQL_OPERATOR_ROLE,
		    KV(kv_int("tg_id", tg_id)), row_to_int, &n);
	if (e == ERR_OK && n > ROLE_NONE && n < ROLE__COUNT)
		*role = (enum role)n;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
operator_set(struct db *db, int64_t tg_id, enum role role)
{
	return db_exec(db, SQL_OPERATOR_SET,
	    KV(kv_int("tg_id", tg_id), kv_int("role", role),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

enum err
operator_remove(struct db *db, int64_t tg_id, bool *was)
{
	int64_t n = 0;
	enum err e =
	    db_exec(db, SQL_OPERATOR_REMOVE, KV(kv_int("tg_id", tg_id)), &n);

	*was = n > 0;
	return e;
}
