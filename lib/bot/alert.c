/* A message to an operator as it is sent: the buyer in it is a link, and under
 * it stand the buttons that fit what it is about and what its reader may. */
#include "outbox/alert.h"

#include "bot/admin_card.h"
#include "bot/admin_channel.h"
#include "bot/admin_home.h"
#include "outbox/message.h"

#include <inttypes.h>

/* Looked at now: the money may have gone back since, the job be done. */
static enum err
add_buttons(struct admin_page *p, const struct alert_about *about)
{
	struct arena *a = p->r->arena;
	enum err e = ERR_OK;

	if (about->tg_id > 0)
		admin_button(p,
		    text_fill_in(p->r->in, a, TEXT_ADMIN_BUYER,
			KV(kv_int("buyer", about->tg_id))),
		    arena_printf(a, "card:%" PRId64, about->tg_id));
	if (about->refund_order != 0 && p->role >= ROLE_OWNER)
		e = admin_refund_buttons(p, about->refund_order);
	if (e == ERR_OK && about->job != 0)
		e = admin_job_buttons(p, about->job);
	if (e == ERR_OK && about->chat_id != 0)
		e = admin_channel(p, about->chat_id);
	if (about->lets_in && about->tg_id > 0 && p->role >= ROLE_SUPPORT)
		admin_button(p,
		    text_plain_in(p->r->in, TEXT_ADMIN_GRANT_BUTTON),
		    arena_printf(a, "which:%" PRId64, about->tg_id));
	return e;
}

/* In the reader's language, as the words were promised. Who is no operator any
 * more is told nothing. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct tg_update u = { .from_id = s->job.tg_id };
	struct tg_reply out = { 0 };
	struct reply r = { app, app->db, a, &u, &out, text_language() };
	struct alert_about about = { 0 };
	const char *words = alert_read(a, s->job.detail, &about);
	enum role role = ROLE_NONE;
	struct admin_page p;
	enum err e = operator_role(app, a, s->job.tg_id, &role);

	if (e == ERR_OK && role != ROLE_NONE)
		e = ledger_language(app->db, a, s->job.tg_id, &r.in);
	if (e != ERR_OK || role == ROLE_NONE)
		return e;
	p = admin_page_new(&r, role);
	admin_line(&p, words);
	admin_mention(&p, about.tg_id);
	e = add_buttons(&p, &about);
	if (e == ERR_OK)
		e = admin_page_send(&p);
	if (e == ERR_OK && out.method != NULL)
		message_call(app, a, s, s->job.tg_id, out.method, out.params);
	return e;
}

/* One that cannot be delivered raises no other. */
const struct job_kind alert_kind = {
	.prepare = prepare, .settle = message_settle, .is_silent = true
};
