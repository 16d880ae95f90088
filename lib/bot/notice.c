/* What is told to a person, by the word in the job. */
#include "base/array.h"
#include "base/clock.h"
#include "bot/admin.h"
#include "bot/commands.h"
#include "bot/menu.h"
#include "ledger/consents.h"
#include "ledger/ledger.h"
#include "ledger/products.h"
#include "ledger/remind.h"
#include "outbox/message.h"
#include "payment/offer.h"
#include "shop/text.h"

/* The notices, by the name that stands in the job: append, never rename. */
static const struct {
	const char *name;
	enum text text;
	bool only_unpaid; /* pointless once the order is paid */
} notices[] = {
	{ "processing", TEXT_PROCESSING, true },
	{ "failed", TEXT_FAILED, true },
	{ "refunded", TEXT_REFUNDED, false },
	{ "disputed", TEXT_DISPUTED, false },
	{ "warned", TEXT_WARNED, false },
	{ "sent_back", TEXT_SENT_BACK, false },
	{ "revoked", TEXT_REVOKED, false },
	{ "ended", TEXT_ENDED, false },
	{ "unpaid", TEXT_ENDED_UNPAID, false },
	{ "portal_failed", TEXT_PORTAL_FAILED, false },
	{ "help_unpaid", TEXT_HELP_UNPAID, true },
	{ "help_later", TEXT_HELP_LATER, true },
	{ "passed_on", TEXT_COACH_PASSED_ON, false },
	{ "not_passed_on", TEXT_COACH_NOT_PASSED_ON, false },
	{ "too_many", TEXT_TOO_MANY, false },
	{ "language", TEXT_LANGUAGE_SET, false },
	{ "forgetting", TEXT_FORGETTING, false },
	{ "no_reminders", TEXT_NO_REMINDERS, false },
	{ "no_letters", TEXT_NO_LETTERS, false },
	{ "no_consent", TEXT_CONSENT_REFUSED, false },
};

/* What a notice is about, and the language of who reads it. */
struct about {
	const struct product *product;
	struct order order; /* id 0: none */
	enum language in;
};

/* {product} and {kind}, for KV(). */
#define ABOUT(n) KV_PRODUCT((n)->product, language_code((n)->in))

/* That access is going to end, if it still is. Asked at the last moment:
 * between the promise and its day somebody may have paid again, or been
 * refunded. */
static enum err
prepare_reminder(
    struct app *app, struct arena *a, struct step *s, const struct about *n)
{
	const struct order *o = &n->order;
	struct term t;
	enum err e = ledger_term(app->db, a, o->tg_id, o->product, &t);

	if (e == ERR_OK && t.access == ACCESS_IN && t.until_ms != 0 &&
	    !t.renews)
		message_say(app, a, s,
		    text_fill_in(n->in, a, TEXT_REMINDER,
			KV(ABOUT(n),
			    kv_text(
				"until", text_date_in(n->in, a, t.until_ms)))));
	return e;
}

/* That a trial is going to end and the subscription to be charged, if it still
 * is: they may have canceled since. */
static enum err
prepare_trial_end(
    struct app *app, struct arena *a, struct step *s, const struct about *n)
{
	const struct order *o = &n->order;
	struct term t;
	enum err e = ledger_term(app->db, a, o->tg_id, o->product, &t);

	if (e == ERR_OK && t.access == ACCESS_IN && t.renews)
		message_say(app, a, s,
		    text_fill_in(n->in, a, TEXT_TRIAL_ENDS,
			KV(ABOUT(n),
			    kv_text("until",
				text_date_in(n->in, a, t.paid_until_ms)))));
	return e;
}

/* The acknowledgement that stays with them: the page may be closed unread. */
static enum err
prepare_withdrawn(
    struct app *app, struct arena *a, struct step *s, const struct about *n)
{
	struct withdrawal w;
	char minute[CLOCK_DATE_BYTES];
	enum err e = withdrawal_of_order(app->db, a, n->order.id, &w);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	clock_local_minute(w.at_ms, minute);
	message_say(app, a, s,
	    text_fill_in(n->in, a, TEXT_WITHDRAWN,
		KV(ABOUT(n), kv_int("number", w.id), kv_text("when", minute),
		    kv_text("support", app_support_in(n->in, app, a)))));
	return ERR_OK;
}

/* Two buttons: to what was left, and to hear no more of it. */
static enum err
prepare_unbought(struct app *app, struct arena *a, struct step *s,
    const struct about *n, enum text which)
{
	const struct tg_choice choices[] = {
		{ text_plain_in(n->in, TEXT_BUY_BUTTON),
		    arena_printf(a, MENU_BUY ":%s", n->product->id) },
		{ text_plain_in(n->in, TEXT_NO_REMINDERS_BUTTON),
		    MENU_NO_REMINDERS },
	};
	const struct tg_message m = { .chat_id = s->job.tg_id,
		.text = text_fill_in(n->in, a, which,
		    KV(ABOUT(n),
			kv_text("support", app_support_in(n->in, app, a)))),
		.choices = choices,
		.n_choices = LENGTH(choices) };
	bool is_wanted = false;
	enum err e = remind_is_wanted(app->db, a, s->job.tg_id, &is_wanted);

	if (e == ERR_OK && is_wanted)
		message_send(app, a, s, &m);
	return e;
}

/* A word that is not in the list comes from a newer version's job. Nothing is
 * said then, rather than something wrong. */
static void
say_notice(struct app *app, struct arena *a, struct step *s, struct str name,
    const struct about *n)
{
	for (size_t i = 0; i < LENGTH(notices); i++)
		if (str_eq(name, notices[i].name) &&
		    !(notices[i].only_unpaid && n->order.paid_ms != 0))
			message_say(app, a, s,
			    text_fill_in(n->in, a, notices[i].text,
				KV(ABOUT(n),
				    kv_text("support",
					app_support_in(n->in, app, a)))));
}

static enum err
read_about(
    struct app *app, struct arena *a, const struct job *job, struct about *n)
{
	enum err e = ERR_OK;

	if (job->order_id != 0)
		e = ledger_order_by_id(app->db, a, job->order_id, &n->order);
	/* The order may have been pruned since; most notices can do without
	 * it. */
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return ledger_language(app->db, a, job->tg_id, &n->in);
}

/* "card/MESSAGE/photo": the card in whose place another one is to be shown. */
static struct card_at
card_at(struct str word)
{
	struct card_at at = { 0 };

	(void)str_cut(&word, '/');
	(void)str_to_i64(str_cut(&word, '/'), &at.message_id);
	at.is_photo = str_eq(word, "photo");
	return at;
}

/* What the bot's menu says, in the words of its commands, and /admin's. */
static enum err
prepare_menu(struct app *app, struct arena *a, struct step *s, struct str word,
    enum language in, bool *said)
{
	const struct tg_update u = { .from_id = s->job.tg_id,
		.chat_id = s->job.tg_id,
		.is_private = true };
	struct tg_reply out = { 0 };
	struct reply r = { app, app->db, a, &u, &out, in };
	enum err e = admin_say(&r, word, said);

	if (e == ERR_OK && !*said)
		e = commands_say(&r, word, said);
	if (e == ERR_OK && out.file != NULL)
		message_upload(
		    app, a, s, s->job.tg_id, out.method, out.params, out.file);
	else if (e == ERR_OK && out.method != NULL)
		message_call(app, a, s, s->job.tg_id, out.method, out.params);
	return e;
}

/* An operator's own words, by their number in the trail. */
static enum err
prepare_letter(struct app *app, struct arena *a, struct step *s, struct str id,
    enum language in)
{
	const char *text = NULL;
	enum err e = admin_letter_text(in, app, a, id, s->job.tg_id, &text);

	if (e == ERR_OK && text != NULL)
		message_say(app, a, s, text);
	return e;
}

/* What speaks of an order; without one there is nothing that it could say.
 * *said false: the word is another. */
static enum err
prepare_of_order(struct app *app, struct arena *a, struct step *s,
    struct str word, const struct about *n, bool *said)
{
	*said = n->order.id != 0;
	if (*said && str_eq(word, "reminder"))
		return prepare_reminder(app, a, s, n);
	if (*said && str_eq(word, "trial_ends"))
		return prepare_trial_end(app, a, s, n);
	if (*said && str_eq(word, "withdrawn"))
		return prepare_withdrawn(app, a, s, n);
	if (*said && str_eq(word, "dunning"))
		return offer_prepare_dunning(
		    n->in, app, a, s, &n->order, n->product);
	*said = false;
	return ERR_OK;
}

static enum err
prepare_word(struct app *app, struct arena *a, struct step *s, struct str word,
    const struct product *p)
{
	struct about n = { .product = p };
	bool said = false;
	enum err e = read_about(app, a, &s->job, &n);

	if (e != ERR_OK)
		return e;
	if (str_eq(word, "cart"))
		return prepare_unbought(app, a, s, &n, TEXT_CART_REMINDER);
	if (str_eq(word, "intro"))
		return prepare_unbought(app, a, s, &n, TEXT_INTRO_REMINDER);
	if (str_eq(word, "pay") || provider_find(word) != NULL)
		return offer_prepare(n.in, app, a, s, p, provider_find(word),
		    (struct card_at){ 0 });
	if (str_starts(word, OFFER_CARD "/"))
		return offer_prepare(n.in, app, a, s, p, NULL, card_at(word));
	if (str_starts(word, "letter/")) {
		(void)str_cut(&word, '/');
		return prepare_letter(app, a, s, word, n.in);
	}
	e = prepare_of_order(app, a, s, word, &n, &said);
	if (e == ERR_OK && !said)
		e = prepare_menu(app, a, s, word, n.in, &said);
	if (e == ERR_OK && !said)
		say_notice(app, a, s, word, &n);
	return e;
}

static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const struct product *p;
	const char *id;
	struct str named = str_from(s->job.detail);
	struct str word = str_cut(&named, ':'); /* "pay:PRODUCT" */
	enum err e = products_of(app, a, &s->job, arena_dup(a, named), &id, &p);

	if (e != ERR_OK)
		return e;
	if (p != NULL)
		return prepare_word(app, a, s, word, p);
	s->cannot = products_unknown(a, id);
	return ERR_OK;
}

const struct job_kind notice_kind = { .prepare = prepare,
	.settle = offer_settle };
