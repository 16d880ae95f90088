/* Buttons: "WORD", or "WORD:PRODUCT" where several are sold, "language:CODE",
 * "forget:MOMENT", "text:NAME", "ask:N", "op:..." of /admin, "support:..."
 * of the support chat and those of payment/consent.h. */
#include "bot/menu.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"
#include "bot/admin.h"
#include "bot/admin_page.h"
#include "bot/support.h"
#include "ledger/broadcasts.h"
#include "ledger/forget.h"
#include "ledger/products.h"
#include "ledger/remind.h"
#include "ledger/subscription.h"
#include "payment/consent.h"
#include "payment/offer.h"
#include "shop/content.h"
#include "shop/text.h"

#define BUTTON_PORTAL "portal"
#define BUTTON_LANGUAGE "language"
#define BUTTON_FORGET "forget"
#define BUTTON_ASK "ask" /* by coach/answer, under an answer */

bool
menu_has_content(const struct reply *r, const char *name)
{
	struct content c;

	return content_read(&r->app->conf, r->arena, name, r->in, &c) == ERR_OK;
}

/* Who is in is not asked to buy once more: a second payment of the same buyer
 * would have to be given back. */
enum err
menu_choices(struct reply *r, struct tg_message *m)
{
	const struct catalog *c = &r->app->catalog;
	struct tg_choice *list = arena_alloc(r->arena, c->n * sizeof(*list));

	m->choices = list;
	for (size_t i = 0; i < c->n; i++) {
		const struct product *p = &c->products[i];
		enum access access;
		enum err e = reply_access(r, p, &access);

		if (e != ERR_OK)
			return e;
		if (access == ACCESS_OUT)
			list[m->n_choices++] = (struct tg_choice){
				text_fill_in(r->in, r->arena, TEXT_BUY_CHOICE,
				    KV(reply_title(r, p))),
				arena_printf(r->arena, MENU_BUY ":%s", p->id)
			};
	}
	return ERR_OK;
}

/* The page is opened for the customer, which is the provider's name for whoever
 * pays. A subscription that was not read yet has none, and a button that leads
 * nowhere is worse than no button. */
enum err
menu_add_portal(
    struct reply *r, const struct product *p, struct tg_choice *list, size_t *n)
{
	struct subscription s = { 0 }; /* without a customer: no page */
	enum err e = subscription_of(r->db, r->arena, r->u->from_id, p->id, &s);

	if (e == ERR_OK && s.customer != NULL)
		list[(*n)++] = (struct tg_choice){ text_fill_in(r->in, r->arena,
						       TEXT_PORTAL_CHOICE,
						       KV(reply_title(r, p))),
			arena_printf(r->arena, BUTTON_PORTAL ":%s", p->id) };
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Each is called as those who read it call it. */
void
menu_languages(struct reply *r, struct tg_message *m)
{
	struct tg_choice *list =
	    arena_alloc(r->arena, (LANGUAGE__COUNT + 1) * sizeof(*list));
	size_t n = 0;

	for (int i = 0; i < LANGUAGE__COUNT; i++)
		list[n++] = (struct tg_choice){ text_plain_in((enum language)i,
						    TEXT_LANGUAGE_NAME),
			arena_printf(r->arena, BUTTON_LANGUAGE ":%s",
			    language_code((enum language)i)) };
	list[n++] =
	    (struct tg_choice){ text_plain_in(r->in, TEXT_LANGUAGE_TELEGRAM),
		    BUTTON_LANGUAGE };
	m->choices = list;
	m->n_choices = n;
}

/* Called as their authors call them, in the person's language. */
enum err
menu_legal(struct reply *r, struct tg_message *m)
{
	size_t n = 0;
	const char **names = content_legal(&r->app->conf, r->arena, &n);
	struct tg_choice *list = arena_alloc(r->arena, n * sizeof(*list));
	struct content c;

	m->choices = list;
	for (size_t i = 0; i < n; i++) {
		const char *name =
		    arena_printf(r->arena, CONTENT_LEGAL "%s", names[i]);

		if (content_read(&r->app->conf, r->arena, name, r->in, &c) ==
		    ERR_OK)
			list[m->n_choices++] = (struct tg_choice){ c.title,
				arena_printf(r->arena, MENU_TEXT ":%s", name) };
	}
	return ERR_OK;
}

enum err
menu_text(struct reply *r, const char *name, bool *is_there)
{
	struct content c;
	enum err e = content_read(&r->app->conf, r->arena, name, r->in, &c);

	*is_there = e == ERR_OK;
	if (!*is_there)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return reply_promise(
	    r, JOB_CONTENT, 0, arena_printf(r->arena, "%s:0", c.name));
}

/* What it leads to is told by the worker, who reads the language anew. A
 * language of ours that is none any more is as Telegram says. */
static enum err
choose_language(struct reply *r, const char *code)
{
	enum err e = ledger_choose_language(
	    r->db, r->u->from_id, language_find(code, LANGUAGE__COUNT));

	return e == ERR_OK ? reply_promise(r, JOB_NOTICE, 0, "language") : e;
}

/* The way to pay comes next; of a text that has changed meanwhile, the same
 * question again. */
static enum err
agree(struct reply *r, struct str data)
{
	const struct product *p = NULL;
	enum err e =
	    consent_pressed(r->in, r->app, r->arena, r->u->from_id, data, &p);

	if (e != ERR_OK || p == NULL)
		return e;
	return reply_promise(
	    r, JOB_NOTICE, 0, arena_printf(r->arena, "pay:%s", p->id));
}

static enum err
disagree(struct reply *r, struct str data)
{
	(void)data;
	return reply_promise(r, JOB_NOTICE, 0, "no_consent");
}

static enum err
choose(struct reply *r, struct str data)
{
	return choose_language(r, arena_dup(r->arena, data));
}

static enum err
send_text(struct reply *r, struct str data)
{
	bool is_there; /* or not: an old button */

	return menu_text(r, arena_dup(r->arena, data), &is_there);
}

static enum err
pass_on(struct reply *r, struct str data)
{
	bool taken; /* or not: nothing else is meant by it */

	return handover_pass_on(r->app, r->arena, r->u, data, &taken);
}

const char *
menu_forget_data(struct arena *a)
{
	return arena_printf(
	    a, BUTTON_FORGET ":%lld", (long long)clock_now_ms());
}

/* One of long ago, found while scrolling, must not take anything away. */
static enum err
forget(struct reply *r, struct str moment)
{
	int64_t now_ms = clock_now_ms(), at_ms = 0;
	enum err e;

	if (!str_to_i64(moment, &at_ms) || at_ms > now_ms ||
	    at_ms < now_ms - HOUR_MS)
		return ERR_OK;
	e = forget_ask(r->app, r->arena, r->u->from_id);
	return e == ERR_OK ? reply_promise(r, JOB_NOTICE, 0, "forgetting") : e;
}

static enum err
stop_reminders(struct reply *r, struct str data)
{
	enum err e = remind_no_more(r->db, r->u->from_id);

	(void)data;
	return e == ERR_OK ? reply_promise(r, JOB_NOTICE, 0, "no_reminders") :
			     e;
}

static enum err
stop_letters(struct reply *r, struct str data)
{
	enum err e = letters_set(r->db, r->u->from_id, false);

	(void)data;
	return e == ERR_OK ? reply_promise(r, JOB_NOTICE, 0, "no_letters") : e;
}

/* The buttons that are about no product. *is_own false: it is another one. */
static enum err
press_own(struct reply *r, struct str word, struct str data, bool *is_own)
{
	static const struct {
		const char *word;
		enum err (*press)(struct reply *r, struct str data);
	} words[] = { { BUTTON_LANGUAGE, choose }, { BUTTON_FORGET, forget },
		{ MENU_NO_REMINDERS, stop_reminders },
		{ MENU_NO_LETTERS, stop_letters }, { BUTTON_ASK, pass_on },
		{ MENU_TEXT, send_text }, { CONSENT_AGREE, agree },
		{ CONSENT_DISAGREE, disagree }, { ADMIN_BUTTON, admin_pressed },
		{ SUPPORT_BUTTON, support_pressed } };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (str_eq(word, words[i].word)) {
			*is_own = true;
			return words[i].press(r, data);
		}
	return ERR_OK;
}

/* The message is the worker's to word: the reply has room for one call. */
static enum err
say(struct reply *r, struct str word, bool *taken)
{
	static const char *const words[] = { MENU_STATUS, MENU_ASK, MENU_LEGAL,
		MENU_HELP };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (str_eq(word, words[i])) {
			*taken = true;
			return reply_promise(r, JOB_NOTICE, 0, words[i]);
		}
	return ERR_OK;
}

/* The way in of who is in; who is no more is told how it stands. */
static enum err
open_product(struct reply *r, const struct product *p)
{
	enum access access = ACCESS_OUT;
	enum err e = reply_access(r, p, &access);

	if (e != ERR_OK)
		return e;
	return access == ACCESS_IN ?
	    reply_invite(r, p->id) :
	    reply_promise(r, JOB_NOTICE, 0, MENU_STATUS);
}

/* The card of another product, in the place of the one that was pressed under;
 * notice.c reads this. */
static enum err
leaf_on(struct reply *r, const struct product *p)
{
	return reply_promise(r, JOB_NOTICE, 0,
	    arena_printf(r->arena, OFFER_CARD "/%lld/%s:%s",
		(long long)r->u->message_id, r->u->has_photo ? "photo" : "text",
		p->id));
}

/* What a button does for a product. */
static enum err
press_for(
    struct reply *r, struct str word, const struct product *p, const char *id)
{
	if (offer_by(r->app, p, word) != NULL)
		return reply_promise(r, JOB_NOTICE, 0,
		    arena_printf(r->arena, "%s:%s",
			offer_by(r->app, p, word)->name, p->id));
	if (str_eq(word, BUTTON_PORTAL))
		return reply_promise(r, JOB_PORTAL, 0, p->id);
	if (str_eq(word, MENU_OPEN))
		return open_product(r, p);
	if (str_eq(word, OFFER_CARD))
		return leaf_on(r, p);
	if (!str_eq(word, MENU_BUY))
		return ERR_OK;
	return reply_promise(r, JOB_NOTICE, 0,
	    id[0] == '\0' ? "pay" : arena_printf(r->arena, "pay:%s", p->id));
}

/* A product that is sold no more is not found, whatever the old button says;
 * one that was renamed is. */
enum err
menu_pressed(struct reply *r)
{
	struct str data = str_from(r->u->data), word = str_cut(&data, ':');
	const char *id = arena_dup(r->arena, data);
	const struct product *p = NULL;
	bool taken = false;
	enum err e = press_own(r, word, data, &taken);

	if (e == ERR_OK && !taken)
		e = say(r, word, &taken);
	if (e == ERR_OK && !taken)
		e = products_find(r->app, r->arena, id, &p);
	return e != ERR_OK || taken || p == NULL ? e :
						   press_for(r, word, p, id);
}

/* Everybody in a group can press, and what the other buttons lead to, a price
 * or a page at Stripe, is for one person alone. In the support chat the cards
 * have one that is everybody's there. */
enum err
menu_pressed_in_group(struct reply *r, struct handover_word *word)
{
	struct str data = str_from(r->u->data), name = str_cut(&data, ':');

	if (str_eq(name, SUPPORT_BUTTON))
		return support_pressed(r, data);
	if (!str_eq(name, BUTTON_ASK))
		return ERR_OK;
	return handover_pressed_in_group(
	    r->app, r->arena, r->u, r->in, data, word);
}
