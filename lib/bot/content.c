/* A long text of the operator's, sent part by part: what is beside it, then its
 * messages. Each part is a job that promises the next, so that a failure in the
 * middle repeats that part alone. */
#include "shop/content.h"
#include "base/array.h"
#include "bot/menu.h"
#include "ledger/ledger.h"
#include "ledger/remind.h"
#include "outbox/message.h"
#include "shop/markdown.h"
#include "shop/text.h"

#include <string.h>

/* In the order in which they are sent. */
static const struct {
	enum content_medium medium;
	const char *method, *field;
} media[] = {
	{ CONTENT_PICTURE, "sendPhoto", TG_PHOTO },
	{ CONTENT_VIDEO, "sendVideoNote", "video_note" },
	{ CONTENT_VOICE, "sendVoice", "voice" },
};
#define N_MEDIA ((int64_t)LENGTH(media))

struct part {
	const char *name;
	int64_t number; /* of media at first, then of messages */
	bool is_last;
	enum language in;
};

/* The part, or the next one where a text has no picture. */
static enum err
send_medium(struct app *app, struct arena *a, struct step *s,
    const struct content *c, struct part *p)
{
	struct json *params = json_new(a);

	json_put_int(params, "chat_id", s->job.tg_id);
	for (; p->number < N_MEDIA && !s->has_call; p->number++) {
		struct tg_file file = { .field = media[p->number].field };
		enum err e = content_medium(&app->conf, a, c,
		    media[p->number].medium, &file.name, &file.bytes);

		if (e == ERR_NOT_FOUND)
			continue;
		if (e != ERR_OK)
			return e;
		message_upload(app, a, s, s->job.tg_id, media[p->number].method,
		    params, &file);
		return ERR_OK;
	}
	return ERR_OK;
}

static bool
is_intro(const struct part *p)
{
	return strcmp(p->name, CONTENT_INTRO) == 0;
}

/* Behind the free lesson stands the way to buy, for whom there is one. */
static enum err
add_offer(struct app *app, struct arena *a, struct step *s,
    const struct part *p, struct tg_message *m)
{
	const struct tg_update u = { .from_id = s->job.tg_id };
	struct reply r = { app, app->db, a, &u, NULL, p->in };
	enum err e = is_intro(p) ? menu_choices(&r, m) : ERR_OK;

	/* The one thing that is sold has no name on its button. */
	if (app->catalog.n > 1 || m->n_choices == 0)
		return e;
	m->n_choices = 0;
	m->button = text_plain_in(p->in, TEXT_BUY_BUTTON);
	m->button_data = MENU_BUY;
	return e;
}

/* A text that became shorter meanwhile has no such message any more. */
static enum err
send_message(struct app *app, struct arena *a, struct step *s,
    const struct content *c, struct part *p)
{
	struct markdown_reader reader = { .rest = c->whole }, after;
	struct tg_message m = { .chat_id = s->job.tg_id, .is_html = true };
	enum err e = ERR_OK;

	for (int64_t i = N_MEDIA; i <= p->number; i++)
		m.text = markdown_message(a, &reader);
	if (m.text == NULL)
		return ERR_OK;
	after = reader;
	p->is_last = markdown_message(a, &after) == NULL;
	if (p->is_last)
		e = add_offer(app, a, s, p, &m);
	if (e == ERR_OK)
		message_send(app, a, s, &m);
	return e;
}

/* "NAME:PART"; a job of a form that nobody wrote does nothing. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct str rest = str_from(s->job.detail);
	struct part *p = arena_alloc(a, sizeof(*p));
	struct content c;
	enum err e;

	p->name = arena_dup(a, str_cut(&rest, ':'));
	p->is_last = true;
	s->state = p;
	if (!str_to_i64(rest, &p->number))
		return ERR_OK;
	e = ledger_language(app->db, a, s->job.tg_id, &p->in);
	if (e == ERR_OK)
		e = content_read(&app->conf, a, p->name, p->in, &c);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	p->is_last = false;
	e = send_medium(app, a, s, &c, p);
	return e != ERR_OK || s->has_call ? e : send_message(app, a, s, &c, p);
}

/* A picture that Telegram refuses for good keeps nobody from the text. */
static bool
next_follows(const struct part *p, const struct outcome *o)
{
	if (o->after == AFTER_DONE)
		return !p->is_last;
	return o->after == AFTER_PARK && !o->is_gone && p->number < N_MEDIA;
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	const struct part *p = s->state;
	enum err e = message_settle(app, a, s, call_err, res, o);
	const char *detail =
	    arena_printf(a, "%s:%lld", p->name, (long long)p->number + 1);

	/* The first part of a free lesson that arrives is what is reminded of
	 * later. */
	if (e == ERR_OK && s->has_call && is_intro(p) && o->after == AFTER_DONE)
		e = remind_intro_seen(app->db, s->job.tg_id);
	if (e != ERR_OK || !s->has_call || !next_follows(p, o))
		return e;
	return jobs_promise(app->db, JOB_CONTENT,
	    arena_printf(a, "text/%lld/%s", (long long)s->job.id, detail),
	    s->job.tg_id, 0, detail);
}

const struct job_kind content_kind = { .prepare = prepare, .settle = settle };
