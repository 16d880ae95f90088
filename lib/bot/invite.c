/* The message with the links of what was bought, made where there are none
 * yet. */
#include "base/clock.h"
#include "base/units.h"
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

/* Whether they had paid long before this was promised: Stripe was asked for
 * what never came, or for what came after a copy of the ledger that was gone
 * back to. Then they may be in by an invite that is not known here. */
#define LONG_AGO_MS (10 * MINUTE_MS)
static enum err
is_of_the_past(
    struct app *app, struct arena *a, const struct job *job, bool *is_it)
{
	int64_t paid_ms = 0;
	enum err e = ERR_OK;

	if (words_of(job) == TEXT_INVITE)
		e = db_one(app->db, a, SQL_PAYMENT_FIRST_MS,
		    KV(kv_int("order_id", job->order_id)), row_to_int,
		    &paid_ms);
	*is_it = paid_ms != 0 && job->created_ms - paid_ms > LONG_AGO_MS;
	return e;
}

/* The links of all channels of the product, a line each. */
struct ways {
	const char *list; /* NULL: one of them needs a call first */
	bool is_in;       /* they are in all of them already */
};

static bool
is_inside(const struct member *m)
{
	return m->facts.state == MEMBER_IN || m->facts.state == MEMBER_ADMIN;
}

/* Where a call is needed it is the step's: links are made one call after
 * another, and the message goes last. */
static enum err
links_of(struct app *app, struct arena *a, struct step *s,
    const struct product *p, enum invitation inviting, struct ways *out)
{
	const char **list = &out->list;

	*list = "";
	out->is_in = true;
	for (size_t i = 0; i < p->n_channels; i++) {
		const char *link = p->channels[i].link;
		const struct channel_call *c = NULL;
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
		out->is_in = out->is_in && c != NULL && is_inside(&c->member);
		if (link != NULL)
			*list = arena_printf(a, "%s%s%s", *list,
			    (*list)[0] == '\0' ? "" : "\n", link);
	}
	return ERR_OK;
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

/* Without an order it was promised because somebody asked for help: then the
 * link they have may be what does not work. Who is in by what they paid long
 * ago need not hear it twice, but for what they agreed to, where that is
 * known. */
static enum err
invite(
    struct app *app, struct arena *a, struct step *s, const struct product *p)
{
	struct ways ways = { NULL, false };
	const char *receipt = NULL;
	bool is_past = false;
	enum err e = is_of_the_past(app, a, &s->job, &is_past);

	if (e == ERR_OK)
		e = links_of(app, a, s, p,
		    s->job.order_id == 0 ? INVITE_ANEW :
			is_past          ? INVITE_LATE :
					   INVITE_SAME,
		    &ways);
	if (e == ERR_OK && is_past && ways.is_in)
		e = consent_receipt(
		    text_language(), app, a, s->job.tg_id, p, &receipt);
	if (e != ERR_OK || ways.list == NULL ||
	    (is_past && ways.is_in && receipt == NULL))
		return e;
	return say_invite(app, a, s, p, ways.list);
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct product *p;
	const char *id;
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
	return invite(app, a, s, p);
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
