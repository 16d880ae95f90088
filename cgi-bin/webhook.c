/* POST /webhook/NAME: what those who take money tell, verified, recorded, then
 * answered; without a name it is the first of them who tells anything. Calls
 * nobody: what follows is the worker's to do. */
#include "front/posts.h"
#include "payment/provider.h"

#define NAME "webhook"

/* What was read of a post, and who told it. */
struct told {
	const struct provider *by;
	struct post post;
};

/* Somebody who takes money tells by posts to that address. */
static bool
has_part(struct str name)
{
	return provider_telling(name) != NULL;
}

static void *
judge(struct app *app, struct exchange *x)
{
	struct told *t = arena_alloc(x->req.arena, sizeof(*t));
	enum err e;

	*t = (struct told){ .by = provider_telling(posts_part(&x->req, NAME)) };
	e = t->by->read_post(app, &x->req, &t->post);
	if (e != ERR_OK) {
		posts_refuse(x, e,
		    e == ERR_INPUT ? t->post.refusal :
				     "the server is not set up");
		return NULL;
	}
	x->res = response_json(200, str_from("{\"received\":true}"));
	return t->post.found.record == NULL && !t->post.is_trial ? NULL : t;
}

/* What has been told before changes nothing. A trial comes as far as this, so
 * that it fails where nothing could be recorded. */
static enum err
record(struct app *app, struct exchange *x, void *what)
{
	const struct told *t = what;
	const struct post *p = &t->post;
	bool is_new = false;
	enum err e;

	if (p->is_trial) {
		posts_tell_who(app, x);
		return ERR_OK;
	}
	e = ledger_inbox(app->db, t->by->name, p->id, p->type, &is_new);
	if (e != ERR_OK || !is_new)
		return e;
	return p->found.record(app, x->req.arena, p->found.what, NULL);
}

static int64_t
about(const void *what)
{
	const struct told *t = what;

	return t->post.tg_id;
}

/* Whether each has been told before is one question for all of them. */
static void
foresee(struct app *app, const void *what)
{
	const struct told *t = what;

	if (!t->post.is_trial)
		ledger_inbox_foresee(
		    app->db, t->by->name, t->post.id, t->post.type);
}

int
main(void)
{
	static const struct posts webhook = { PROGRAM_WEBHOOK, NAME, has_part,
		judge, record, NULL, about, foresee };

	return posts_main(&webhook);
}
