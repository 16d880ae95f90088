/* Who said or pressed what of /admin, and whether they may. */
#include "bot/admin.h"

#include "base/array.h"
#include "bot/admin_ask.h"
#include "bot/admin_card.h"
#include "bot/admin_channel.h"
#include "bot/admin_do.h"
#include "bot/admin_home.h"
#include "bot/admin_picture.h"
#include "bot/broadcast.h"
#include "ledger/self.h"
#include "payment/provider.h"
#include "telegram/command.h"

#include <inttypes.h>

#define COMMAND "/admin"

static enum err
may_not(struct admin_page *p, struct str arg)
{
	(void)arg;
	admin_text(
	    p, TEXT_ADMIN_MAY_NOT, KV(kv_text("role", role_name(p->role))));
	return ERR_OK;
}

static enum err
too_late(struct admin_page *p, struct str arg)
{
	(void)arg;
	admin_text(p, TEXT_ADMIN_TOO_LATE, KV_NONE);
	return ERR_OK;
}

/* What a provider said that was asked about words (admin_lookup.c). */
static enum err
say_of(struct admin_page *p, enum text which, struct str provider)
{
	const struct provider *whom = provider_find(provider);

	if (whom != NULL)
		admin_text(p, which, KV(kv_text("provider", whom->title)));
	return ERR_OK;
}

static enum err
unseen(struct admin_page *p, struct str provider)
{
	return say_of(p, TEXT_ADMIN_UNSEEN, provider);
}

static enum err
unasked(struct admin_page *p, struct str provider)
{
	return say_of(p, TEXT_ADMIN_UNASKED, provider);
}

/* What can be looked at, and by whom. The words stand in jobs: append, never
 * rename. */
static const struct view {
	const char *word;
	enum role role;
	enum err (*write)(struct admin_page *p, struct str arg);
} views[] = {
	{ "home", ROLE_VIEWER, admin_home },
	{ "jobs", ROLE_VIEWER, admin_jobs },
	{ ADMIN_PICTURE, ROLE_VIEWER, admin_picture },
	{ "card", ROLE_VIEWER, admin_card },
	{ "which", ROLE_SUPPORT, admin_which },
	{ "days", ROLE_SUPPORT, admin_days },
	{ "letter", ROLE_SUPPORT, admin_letter },
	{ "part", ROLE_OWNER, admin_part },
	{ "sell", ROLE_VIEWER, admin_sell },
	{ "waits", ROLE_VIEWER, admin_waits },
	{ "found", ROLE_VIEWER, admin_found },
	{ "unseen", ROLE_VIEWER, unseen },
	{ "unasked", ROLE_VIEWER, unasked },
	{ "asked", ROLE_VIEWER, admin_asked },
	{ "told", ROLE_VIEWER, admin_told },
	{ "late", ROLE_VIEWER, too_late },
	{ "many", ROLE_OWNER, broadcast_page },
	{ "may_not", ROLE_VIEWER, may_not },
};

static const struct view *
view_of(struct str word)
{
	for (size_t i = 0; i < LENGTH(views); i++)
		if (str_eq(word, views[i].word))
			return &views[i];
	return NULL;
}

/* ---- in a message ---- */

/* "grant 5 course 30", as the buttons say it. */
static enum err
ask_typed(
    struct reply *r, struct admin_page *p, struct str word, struct str args)
{
	struct act act;
	int64_t id = 0;
	enum err e;

	if (p->role < admin_act_role(word))
		return may_not(p, word);
	e = admin_act_read(r, arena_dup(r->arena, word), args, ' ', &act);
	if (e == ERR_OK && act.asked_ms == 0) {
		admin_text(p, TEXT_ADMIN_NOT_FOUND, KV_NONE);
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = audit_ask(r->db, r->arena, &act, &id);
	return e == ERR_OK ?
	    admin_asked(p, str_from(arena_printf(r->arena, "%" PRId64, id))) :
	    e;
}

/* Nothing more: the overview. What is no act is what somebody is found by. */
static enum err
answer(struct reply *r, struct admin_page *p, struct str rest)
{
	struct str args = rest, word = str_cut(&args, ' ');

	if (rest.len == 0)
		return admin_home(p, rest);
	if (admin_act_role(word) != ROLE_NONE)
		return ask_typed(r, p, word, str_trim(args));
	return admin_find(p, rest);
}

/* A forwarded message shows whose it is, unless they hide that. */
static enum err
answer_forwarded(struct reply *r, struct admin_page *p)
{
	if (r->u->forwarded_from != 0)
		return admin_card(p,
		    str_from(arena_printf(
			r->arena, "%" PRId64, r->u->forwarded_from)));
	admin_text(p, TEXT_ADMIN_HIDDEN, KV_NONE);
	return ERR_OK;
}

/* Whether it is a command for this bot: a name behind it may be another's. */
static enum err
is_command(struct reply *r, struct tg_command c, bool *is)
{
	struct self self = { 0 };
	enum err e = ERR_OK;

	*is = str_eq_nocase(c.name, COMMAND);
	if (*is && c.bot.len > 0) {
		e = self_get(r->app, r->arena, &self);
		*is = self_is_meant(&self, c.bot, true);
	}
	return e;
}

enum err
admin_heard(struct reply *r, bool *taken)
{
	struct tg_command c = tg_command(r->u->text);
	enum role role = ROLE_NONE;
	struct admin_page p;
	bool is = false;
	enum err e = is_command(r, c, &is);

	*taken = false;
	if (e != ERR_OK || (!is && !r->u->is_forwarded))
		return e;
	e = operator_role(r->app, r->arena, r->u->from_id, &role);
	if (e != ERR_OK || role == ROLE_NONE)
		return e;
	*taken = true;
	p = admin_page_new(r, role);
	e = r->u->is_forwarded ? answer_forwarded(r, &p) :
				 answer(r, &p, c.rest);
	return e == ERR_OK ? admin_page_send(&p) : e;
}

/* ---- by a button ---- */

static enum err
show(struct reply *r, const char *word)
{
	return reply_promise(
	    r, JOB_NOTICE, 0, arena_printf(r->arena, ADMIN_NOTICE "%s", word));
}

/* The trail's number alone goes into the job: what it is about is read when it
 * is shown. */
static enum err
show_act(struct reply *r, const char *view, int64_t id)
{
	return show(r, arena_printf(r->arena, "%s/%" PRId64, view, id));
}

/* What cannot be read is a button of another time, as of a job
 * that is done. */
static enum err
ask(struct reply *r, struct str word, struct str args)
{
	struct act act;
	int64_t id = 0;
	enum err e =
	    admin_act_read(r, arena_dup(r->arena, word), args, ':', &act);

	if (e != ERR_OK)
		return e;
	if (act.asked_ms == 0)
		return show(r, "late");
	e = audit_ask(r->db, r->arena, &act, &id);
	return e == ERR_OK ? show_act(r, "asked", id) : e;
}

/* The role is asked for anew: it may have been taken away since the
 * question. */
static enum err
confirm(struct reply *r, enum role role, struct str arg, bool is_yes)
{
	struct act act = { 0 };
	bool is_ours = false;
	int64_t id = 0;
	enum err e = ERR_NOT_FOUND;

	if (str_to_i64(arg, &id))
		e = audit_read(r->db, r->arena, id, &act);
	if (e == ERR_OK && role < admin_act_role(str_from(act.act)))
		return show(r, "may_not");
	if (e == ERR_OK)
		e = audit_take(r->db, id, r->u->from_id,
		    is_yes ? RESULT_DONE : RESULT_CANCELED, &is_ours);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (!is_ours)
		return show(r, "late");
	if (is_yes)
		e = admin_do(r, &act);
	return e == ERR_OK ? show_act(r, "told", id) : e;
}

/* A view's arguments go into a job, where ':' has a meaning of its own. What
 * is pressed of a message to many may change it first. */
static enum err
show_view(struct reply *r, const struct view *v, struct str args)
{
	enum err e =
	    v->write == broadcast_page ? broadcast_pressed(r, &args) : ERR_OK;
	char *arg = arena_dup(r->arena, args);

	for (char *p = arg; *p != '\0'; p++)
		if (*p == ':')
			*p = '/';
	return e != ERR_OK ?
	    e :
	    show(r, arena_printf(r->arena, "%s/%s", v->word, arg));
}

enum err
admin_is_pressed(struct reply *r, struct str data, bool *is)
{
	enum role role = ROLE_NONE;
	enum err e = ERR_OK;

	if (str_starts(data, ADMIN_BUTTON ":"))
		e = operator_role(r->app, r->arena, r->u->from_id, &role);
	*is = role != ROLE_NONE;
	return e;
}

enum err
admin_pressed(struct reply *r, struct str data)
{
	struct str args = data, word = str_cut(&args, ':');
	const struct view *v = view_of(word);
	enum role role = ROLE_NONE, wants = admin_act_role(word);
	enum err e = operator_role(r->app, r->arena, r->u->from_id, &role);

	if (e != ERR_OK || role == ROLE_NONE)
		return e;
	if (str_eq(word, "yes") || str_eq(word, "no"))
		return confirm(r, role, args, str_eq(word, "yes"));
	if (v != NULL)
		wants = v->role;
	if (wants == ROLE_NONE)
		return ERR_OK;
	if (role < wants)
		return show(r, "may_not");
	return v != NULL ? show_view(r, v, args) : ask(r, word, args);
}

/* ---- by the worker ---- */

/* Asked once more who may see it: a job may wait while a role is taken away. */
enum err
admin_say(struct reply *r, struct str word, bool *said)
{
	struct str arg = word;
	const struct view *v;
	enum role role = ROLE_NONE;
	struct admin_page p;
	enum err e = ERR_OK;

	*said = str_starts(word, ADMIN_NOTICE);
	if (!*said)
		return ERR_OK;
	(void)str_cut(&arg, '/');
	v = view_of(str_cut(&arg, '/'));
	if (v != NULL)
		e = operator_role(r->app, r->arena, r->u->from_id, &role);
	if (e != ERR_OK || v == NULL || role < v->role)
		return e;
	p = admin_page_new(r, role);
	e = v->write(&p, arg);
	return e == ERR_OK ? admin_page_send(&p) : e;
}

enum err
admin_letter_text(enum language in, struct app *app, struct arena *a,
    struct str id, int64_t tg_id, const char **text)
{
	struct act act = { 0 };
	int64_t n = 0;
	enum err e = ERR_NOT_FOUND;

	*text = NULL;
	if (str_to_i64(id, &n))
		e = audit_read(app->db, a, n, &act);
	if (e == ERR_OK && act.tg_id == tg_id && act.done_ms != 0 &&
	    act.words != NULL && str_eq(str_from(act.act), ACT_WRITE))
		*text = text_fill_in(
		    in, a, TEXT_ADMIN_LETTER, KV(kv_text("words", act.words)));
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
