/* The message with the links of what was bought, made where there are none
 * yet. */
#include "base/clock.h"
#include "bot/channel.h"
#include "coach/library.h"
#include "ledger/ledger.h"
#include "ledger/products.h"
#include "outbox/message.h"
#include "payment/card.h"
#include "payment/consent.h"
#include "shop/text.h"

/* Whoever is in the channel already needs no invitation: their link opens the
 * channel itself. Telegram's apps find a supergroup or channel -100N under
 * t.me/c/N. */
static const char *
link_of_member(struct arena *a, const struct member *m)
{
	struct str number = str_from(m->chat_now);

	if (m->link != NULL || !str_starts(number, "-100"))
		return m->link;
	return arena_printf(a, "https://t.me/c/%s/1", m->chat_now + 4);
}

/* Collects the links of all channels of the product, a line each. *list is NULL
 * while one of them needs a call first, which then is the step's: links are
 * made one call after another, and the message goes last. */
static enum err
links_of(struct app *app, struct arena *a, struct step *s,
    const struct product *p, const char **list)
{
	/* Without an order it was promised because somebody asked for help:
	 * then the link they have may be what does not work. */
	enum invitation inviting =
	    s->job.order_id == 0 ? INVITE_ANEW : INVITE_SAME;

	*list = "";
	for (size_t i = 0; i < p->n_channels; i++) {
		const char *link = p->channels[i].link;
		const struct channel_call *c;
		enum err e = ERR_OK;

		if (p->channels[i].chat_id != NULL) {
			e = channel_step(
			    app, a, s, p->channels[i].chat_id, inviting, &c);
			link = link_of_member(a, &c->member);
		}
		if (e != ERR_OK || s->has_call) {
			*list = NULL;
			return e;
		}
		if (link != NULL)
			*list = arena_printf(a, "%s%s%s", *list,
			    (*list)[0] == '\0' ? "" : "\n", link);
	}
	return ERR_OK;
}

/* Who has just paid hears that the payment is confirmed; nobody else does. The
 * promise tells why it was made: "invite/SESSION" for an order, with a moment
 * before the session's name for who was out meanwhile (ledger/decide.c); a
 * grant's session is "grant/...". */
static enum text
words_of(const struct job *job)
{
	struct str rest = str_from(job->promise), first;

	if (job->order_id == 0 || !str_eq(str_cut(&rest, '/'), "invite"))
		return TEXT_INVITE_AGAIN;
	first = str_cut(&rest, '/');
	if (rest.len > 0 && str_only(first, STR_DIGITS))
		return TEXT_INVITE_BACK;
	return str_eq(first, "grant") ? TEXT_INVITE_GRANTED : TEXT_INVITE;
}

/* A coach is spoken of only where it has lessons to answer from, and to those
 * for whom it is new. */
static enum err
add_coach(struct app *app, struct arena *a, enum language in,
    const struct product *p, const char **text)
{
	bool has_coach = false;
	enum err e = library_has(app->db, a, p->id, &has_coach);

	if (e == ERR_OK && has_coach)
		*text = card_paragraph(
		    a, *text, text_plain_in(in, TEXT_INVITE_COACH));
	return e;
}

/* What the buyer agreed to goes with the links, which the law wants told to
 * them for keeps. */
static enum err
say_invite(struct app *app, struct arena *a, struct step *s,
    const struct product *p, const char *links)
{
	enum language in = text_language();
	enum text which = words_of(&s->job);
	const char *receipt = NULL, *text;
	enum err e = ledger_language(app->db, a, s->job.tg_id, &in);

	if (e != ERR_OK)
		return e;
	text = text_fill_in(in, a, which,
	    KV(KV_PRODUCT(p, language_code(in)), kv_text("link", links)));
	if (which != TEXT_INVITE_AGAIN)
		e = add_coach(app, a, in, p, &text);
	if (e == ERR_OK)
		e = consent_receipt(in, app, a, s->job.tg_id, p, &receipt);
	if (e == ERR_OK)
		message_say(app, a, s, card_paragraph(a, text, receipt));
	return e;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct product *p;
	const char *id, *links = NULL;
	enum access access = ACCESS_OUT;
	enum err e = products_of(app, a, &s->job, s->job.detail, &id, &p);

	if (e == ERR_OK)
		e = ledger_access(app->db, a, s->job.tg_id, id, &access);
	if (e != ERR_OK || access == ACCESS_OUT)
		return e; /* refunded meanwhile: nothing to invite to */
	if (p == NULL) {
		s->cannot = products_unknown(a, id);
		return ERR_OK;
	}
	e = links_of(app, a, s, p, &links);
	return e == ERR_OK && links != NULL ? say_invite(app, a, s, p, links) :
					      e;
}

static enum err
note_invited(struct app *app, struct arena *a, const struct step *s)
{
	const struct product *p;
	const char *id;
	enum err e = products_of(app, a, &s->job, s->job.detail, &id, &p);

	if (e != ERR_OK)
		return e;
	return db_exec(app->db, SQL_ACCESS_INVITED,
	    KV(kv_int("tg_id", s->job.tg_id), kv_text("product", id),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

static enum err
settle(struct app *app, struct arena *a, struct step *s, enum err call_err,
    const struct http_response *res, struct outcome *o)
{
	enum err e;

	if (s->state != NULL) /* on the way to a link */
		return channel_step_settle(app, a, s, call_err, res, o);
	e = message_settle(app, a, s, call_err, res, o);
	return e == ERR_OK && o->after == AFTER_DONE ? note_invited(app, a, s) :
						       e;
}

const struct job_kind invite_kind = { .prepare = prepare,
	.begin = channel_step_begin,
	.settle = settle,
	.is_paid_for = true };
