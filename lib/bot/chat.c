/* The bot's side of the conversation. */
#include "bot/chat.h"

#include "base/array.h"
#include "base/log.h"
#include "coach/handover.h"
#include "coach/listen.h"
#include "ledger/ledger.h"
#include "ledger/members.h"
#include "ledger/self.h"
#include "ledger/subscription.h"
#include "outbox/jobs.h"
#include "payment/limit.h"
#include "payment/offer.h"
#include "payment/stars.h"
#include "shop/text.h"

#define BUTTON_BUY "buy"
#define BUTTON_PORTAL "portal"
#define BUTTON_ASK "ask"

#define HELPS_AN_HOUR 10 /* that make us ask Stripe */
#define PRESSES_AN_HOUR 60

/* One update being answered. */
struct talk {
	struct app *app;
	struct db *db;
	struct arena *arena;
	const struct tg_update *u;
	struct tg_reply *reply;
};

/* For sentences about the one thing that is sold, or all of it. */
static struct kv
product(const struct talk *t)
{
	return kv_text("product",
	    product_title(catalog_find(&t->app->catalog, NULL), "uk"));
}

static bool
sells_many(const struct talk *t)
{
	return t->app->catalog.n > 1;
}

static enum err
say_message(struct talk *t, const struct tg_message *m)
{
	t->reply->method = "sendMessage";
	t->reply->params = tg_send_message(t->arena, m);
	return ERR_OK;
}

static enum err
say(struct talk *t, const char *text)
{
	const struct tg_message m = { .chat_id = t->u->from_id, .text = text };

	return say_message(t, &m);
}

/* The same that waits for its turn already is not promised twice. */
static enum err
promise(struct talk *t, enum kind_id kind, int64_t order_id, const char *detail)
{
	const char *key =
	    arena_printf(t->arena, "update/%lld", (long long)t->u->update_id);

	t->reply->promised = true;
	return jobs_promise_one(
	    t->db, kind, key, t->u->from_id, order_id, detail);
}

/* What a person may have us do in an hour. */
static enum err
may(struct talk *t, const char *what, int64_t n, bool *allowed)
{
	enum err e = limit_person(t->app, t->arena, what, t->u->from_id, n);

	*allowed = e == ERR_OK;
	return e == ERR_THROTTLED ? ERR_OK : e;
}

static enum err
access_of(struct talk *t, const struct product *p, enum access *access)
{
	return ledger_access(t->db, t->arena, t->u->from_id, p->id, access);
}

/* Buttons for all that this person has not bought. */
static enum err
choices_for(struct talk *t, struct tg_message *m)
{
	const struct catalog *c = &t->app->catalog;
	struct tg_choice *list = arena_alloc(t->arena, c->n * sizeof(*list));

	m->choices = list;
	for (size_t i = 0; i < c->n; i++) {
		const struct product *p = &c->products[i];
		struct kv name = kv_text("product", product_title(p, "uk"));
		enum access access;
		enum err e = access_of(t, p, &access);

		if (e != ERR_OK)
			return e;
		if (access == ACCESS_OUT)
			list[m->n_choices++] = (struct tg_choice){
				text_fill(t->arena, TEXT_BUY_CHOICE, KV(name)),
				arena_printf(t->arena, BUTTON_BUY ":%s", p->id)
			};
	}
	return ERR_OK;
}

static enum err
offer(struct talk *t)
{
	struct tg_message m = { .chat_id = t->u->from_id,
		.text = text_plain(TEXT_WELCOME_MANY) };
	enum err e = choices_for(t, &m);

	if (e != ERR_OK)
		return e;
	if (m.n_choices == 0)
		return say(
		    t, text_fill(t->arena, TEXT_ALREADY_PAID, KV(product(t))));
	return say_message(t, &m);
}

static enum err
on_start(struct talk *t)
{
	const struct tg_message m = { .chat_id = t->u->from_id,
		.text = text_fill(t->arena, TEXT_WELCOME, KV(product(t))),
		.button = text_plain(TEXT_BUY_BUTTON),
		.button_data = BUTTON_BUY };

	bool taken = false;
	enum err e = support_started(t->app, t->arena, t->u,
	    tg_command(t->u->text).rest, t->reply, &taken);

	if (e != ERR_OK || taken)
		return e;
	return sells_many(t) ? offer(t) : say_message(t, &m);
}

static enum err
owed_by(struct talk *t, const struct product *p, struct tg_message *m)
{
	return offer_owed(
	    t->db, t->arena, t->u->from_id, p->id, product_title(p, "uk"), m);
}

static enum err
on_pay(struct talk *t)
{
	const struct product *p = catalog_find(&t->app->catalog, NULL);
	const struct tg_message m =
	    offer_message(t->app, t->arena, t->u->from_id, p);
	struct tg_message owed;
	enum access access;
	enum err e;

	if (sells_many(t))
		return offer(t);
	e = access_of(t, p, &access);
	if (e == ERR_OK)
		e = owed_by(t, p, &owed);
	if (e != ERR_OK)
		return e;
	if (owed.text != NULL)
		return say_message(t, &owed);
	if (access == ACCESS_IN)
		return say(
		    t, text_fill(t->arena, TEXT_ALREADY_PAID, KV(product(t))));
	if (!stars_only(t->app, p))
		return say_message(t, &m);
	if (stars_is_plan(p))
		return promise(t, JOB_NOTICE, 0,
		    arena_printf(t->arena, OFFER_STARS ":%s", p->id));
	t->reply->method = "sendInvoice";
	t->reply->params = stars_invoice(t->app, t->arena, t->u->from_id, p);
	return ERR_OK;
}

/* One line about each product. */
static enum err
status_of(
    struct talk *t, const struct product *p, bool processing, const char **line)
{
	enum text which = TEXT_STATUS_UNPAID;
	struct tg_message owed;
	struct term term;
	enum err e = owed_by(t, p, &owed);

	*line = owed.text;
	if (e != ERR_OK || owed.text != NULL)
		return e;
	e = ledger_term(t->db, t->arena, t->u->from_id, p->id, &term);

	if (term.access == ACCESS_IN)
		which = term.until_ms == 0 ? TEXT_STATUS_PAID :
		    term.renews            ? TEXT_STATUS_RENEWS :
					     TEXT_STATUS_UNTIL;
	else if (processing)
		which = TEXT_STATUS_WAITING;
	*line = text_fill(t->arena, which,
	    KV(kv_text("product", product_title(p, "uk")),
		kv_text("until",
		    text_date(t->arena,
			term.renews ? term.paid_until_ms : term.until_ms))));
	return e;
}

/* A button for the page at Stripe where a subscription is managed. */
static enum err
add_portal(
    struct talk *t, const struct product *p, struct tg_choice *list, size_t *n)
{
	struct subscription s = { 0 };
	enum err e = subscription_of(t->db, t->arena, t->u->from_id, p->id, &s);

	if (e == ERR_OK && s.customer != NULL)
		list[(*n)++] = (struct tg_choice){
			text_fill(t->arena, TEXT_PORTAL_CHOICE,
			    KV(kv_text("product", product_title(p, "uk")))),
			arena_printf(t->arena, BUTTON_PORTAL ":%s", p->id)
		};
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static const struct product *
product_of_old(struct arena *a, const char *id)
{
	struct product *p = arena_alloc(a, sizeof(*p));

	*p = (struct product){
		.id = id, .titles = { { NULL, id } }, .n_titles = 1
	};
	return p;
}

/* What is sold, and what is sold no more but lets them in, by its bare name. */
static enum err
all_about(struct talk *t, const struct product ***list, size_t *n)
{
	const struct catalog *c = &t->app->catalog;
	struct ledger_products in;
	enum err e = ledger_products(t->db, t->arena, t->u->from_id, &in);

	*list = arena_alloc(t->arena, (c->n + in.n) * sizeof(**list));
	for (*n = 0; *n < c->n; (*n)++)
		(*list)[*n] = &c->products[*n];
	for (size_t i = 0; e == ERR_OK && i < in.n; i++)
		if (catalog_find(c, in.ids[i]) == NULL)
			(*list)[(*n)++] = product_of_old(t->arena, in.ids[i]);
	return e;
}

static enum err
on_status(struct talk *t)
{
	struct tg_message m = { .chat_id = t->u->from_id, .text = "" };
	const struct product **all = NULL;
	struct tg_choice *list;
	const char *line;
	size_t n = 0;
	bool processing = false;
	enum err e =
	    ledger_processing(t->db, t->arena, t->u->from_id, &processing);

	if (e == ERR_OK)
		e = all_about(t, &all, &n);
	m.choices = list = arena_alloc(t->arena, n * sizeof(*list));
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		e = status_of(t, all[i], processing, &line);
		m.text = arena_printf(
		    t->arena, "%s%s%s", m.text, i == 0 ? "" : "\n\n", line);
		if (e == ERR_OK)
			e = add_portal(t, all[i], list, &m.n_choices);
	}
	return e == ERR_OK ? say_message(t, &m) : e;
}

static enum err
promise_invite(struct talk *t, const char *product)
{
	bool pending = false;
	enum err e = ledger_invite_pending(
	    t->db, t->arena, t->u->from_id, product, &pending);

	if (e != ERR_OK || pending)
		return e;
	t->reply->promised = true;
	return jobs_promise(t->db, JOB_INVITE,
	    arena_printf(t->arena, "update/%lld/%s", (long long)t->u->update_id,
		product),
	    t->u->from_id, 0, product);
}

/* The invites to all that this person has bought, again; to what is sold no
 * more as well, which then waits for an operator. */
static enum err
promise_invites(struct talk *t, bool *is_in)
{
	struct ledger_products in;
	enum err e = ledger_products(t->db, t->arena, t->u->from_id, &in);

	for (size_t i = 0; e == ERR_OK && i < in.n; i++)
		e = promise_invite(t, in.ids[i]);
	*is_in = in.n > 0;
	return e;
}

/* The promised fallback. Who is in gets the invite again; of who is not, the
 * worker asks Stripe about their open session; who never began to pay is told
 * how. A message that is owed already is not promised twice: it was made due
 * now by reach(). */
static enum err
on_help(struct talk *t)
{
	const char *whose =
	    arena_printf(t->arena, "%lld", (long long)t->u->update_id);
	struct order o = { 0 };
	bool is_in = false, pending = false, may_ask = false;
	enum err e = promise_invites(t, &is_in);

	if (e != ERR_OK || is_in)
		return e;
	e = ledger_order_unpaid(t->db, t->arena, t->u->from_id, INT64_MAX, &o);
	if (e == ERR_OK)
		e = jobs_pending(
		    t->db, t->arena, t->u->from_id, JOB_CHECK, &pending);
	if (e == ERR_OK && pending)
		return ERR_OK; /* that one will be answered */
	if (e == ERR_OK)
		e = may(t, "help", HELPS_AN_HOUR, &may_ask);
	if (e == ERR_OK && may_ask)
		return promise(t, JOB_CHECK, o.id, whose);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return say(t,
	    text_fill(t->arena, TEXT_HELP_UNPAID,
		KV(product(t),
		    kv_text("support", app_support(t->app, t->arena)))));
}

/* Whether another picture of the same album was answered. */
static enum err
is_of_album(struct talk *t, bool *is_told)
{
	bool is_new = true;
	enum err e = ERR_OK;

	if (t->u->album != NULL)
		e = ledger_inbox(t->db, "album",
		    arena_printf(t->arena, "%lld/%s", (long long)t->u->chat_id,
			t->u->album),
		    "message", &is_new);
	*is_told = !is_new;
	return e;
}

/* A question to the coach, or something we do not understand. */
static enum err
on_anything(struct talk *t)
{
	bool heard = false, is_told = false;
	enum err e = is_of_album(t, &is_told);

	if (e != ERR_OK || is_told)
		return e;
	e = coach_hear(
	    t->app, t->arena, t->u, tg_words(t->u), t->reply, &heard);
	return e != ERR_OK || heard ? e : say(t, text_plain(TEXT_HINT));
}

static enum err
on_ask(struct talk *t)
{
	const char *question = arena_dup(t->arena, tg_command(t->u->text).rest);
	bool heard = false;
	enum err e = ERR_OK;

	if (question[0] != '\0')
		e = coach_hear(
		    t->app, t->arena, t->u, question, t->reply, &heard);
	return e != ERR_OK || heard ? e : say(t, text_plain(TEXT_COACH_HOW));
}

/* What Telegram's terms for sellers ask to be answered. */
static enum err
say_about(struct talk *t, enum text text)
{
	return say(t,
	    text_fill(t->arena, text,
		KV(product(t),
		    kv_text("support", app_support(t->app, t->arena)))));
}

static enum err
on_paysupport(struct talk *t)
{
	return say_about(t, TEXT_PAYSUPPORT);
}

static enum err
on_terms(struct talk *t)
{
	return say_about(t, TEXT_TERMS);
}

static enum err
on_privacy(struct talk *t)
{
	return say_about(t, TEXT_PRIVACY);
}

/* Those with a description stand in the menu, before the others. */
static const struct {
	const char *command;
	enum err (*answer)(struct talk *t);
	enum text description;
} commands[] = {
	{ "/start", on_start, TEXT_MENU_START },
	{ "/pay", on_pay, TEXT_MENU_PAY },
	{ "/status", on_status, TEXT_MENU_STATUS },
	{ "/help", on_help, TEXT_MENU_HELP },
	{ "/ask", on_ask, TEXT__COUNT },
	{ "/paysupport", on_paysupport, TEXT__COUNT },
	{ "/terms", on_terms, TEXT__COUNT },
	{ "/privacy", on_privacy, TEXT__COUNT },
};
#define N_COMMANDS LENGTH(commands)

bool
chat_menu(size_t i, const char **command, const char **description)
{
	if (i >= N_COMMANDS || commands[i].description == TEXT__COUNT)
		return false;
	*command = commands[i].command + 1; /* without the slash */
	*description = text_plain(commands[i].description);
	return true;
}

/* Who writes to us can be written to: what waited for that goes out now. */
static enum err
reach(struct talk *t)
{
	enum err e = ledger_user_seen(t->db, t->u->from_id, t->u->language);

	if (e == ERR_OK)
		e = ledger_user_reachable(t->db, t->u->from_id, true);
	if (e == ERR_OK)
		e = jobs_revive(t->db, t->u->from_id, &t->reply->promised);
	return e;
}

static enum err
on_command(struct talk *t)
{
	struct tg_command c = tg_command(t->u->text);
	struct self self = { 0 };
	enum err e = ERR_OK;

	if (c.bot.len > 0)
		e = self_get(t->app, t->arena, &self);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (str_eq_nocase(c.name, commands[i].command) &&
		    self_is_meant(&self, c.bot, true))
			return commands[i].answer(t);
	return on_anything(t);
}

static enum err
on_message(struct talk *t)
{
	bool is_crisis = false;
	enum err e = reach(t);

	if (e != ERR_OK || t->u->is_service)
		return e;
	e = coach_hear_crisis(t->app, t->arena, t->u, t->reply, &is_crisis);
	return e != ERR_OK || is_crisis ? e : on_command(t);
}

/* "buy", or "buy:PRODUCT" where there are several, and its like. */
static enum err
on_choice(struct talk *t, struct str data)
{
	struct str word = str_cut(&data, ':');
	const char *id = arena_dup(t->arena, data);
	const struct product *p = catalog_find(&t->app->catalog, id);

	if (str_eq(word, BUTTON_ASK))
		return support_pass_on(t->app, t->arena, t->u, data, t->reply);
	if (p != NULL && str_eq(word, OFFER_STARS) && stars_sell(t->app, p))
		return promise(t, JOB_NOTICE, 0,
		    arena_printf(t->arena, OFFER_STARS ":%s", p->id));
	if (p != NULL && str_eq(word, BUTTON_PORTAL))
		return promise(t, JOB_PORTAL, 0, p->id);
	if (!str_eq(word, BUTTON_BUY) || p == NULL)
		return ERR_OK;
	return promise(t, JOB_NOTICE, 0,
	    id[0] == '\0' ? "pay" : arena_printf(t->arena, "pay:%s", p->id));
}

/* In the group of the coach, and in that of the people behind it. */
static enum err
on_group(struct talk *t)
{
	const char *text = NULL;
	bool is_asked = false, heard = false;
	enum err e = ERR_OK;

	if (t->u->from_id != 0 && !t->u->is_service)
		e = coach_is_asked(t->app, t->arena, t->u, &text, &is_asked);
	if (e != ERR_OK || !is_asked)
		return e;
	e = coach_hear_crisis(t->app, t->arena, t->u, t->reply, &heard);
	if (e == ERR_OK && !heard)
		e = is_of_album(t, &heard);
	return e != ERR_OK || heard ?
	    e :
	    coach_hear(t->app, t->arena, t->u, text, t->reply, &heard);
}

static enum err
on_words(struct talk *t)
{
	bool taken = false;
	enum err e =
	    support_pass_back(t->app, t->arena, t->u, t->reply, &taken);

	if (e != ERR_OK || taken)
		return e;
	if (t->u->is_private && t->u->from_id != 0)
		return on_message(t);
	return on_group(t);
}

/* The answer's body has room for one call: it stops the button's spinner at
 * once, the message is the worker's to deliver. */
static enum err
on_button(struct talk *t)
{
	struct support_word word = { NULL, NULL };
	struct str data = str_from(t->u->data);
	enum err e = ERR_OK;
	bool allowed = false;

	if (t->u->is_private && t->u->from_id != 0)
		e = may(t, "press", PRESSES_AN_HOUR, &allowed);
	if (allowed && e == ERR_OK)
		e = reach(t);
	if (allowed && e == ERR_OK && t->u->data != NULL)
		e = on_choice(t, data);
	if (e == ERR_OK && !t->u->is_private && t->u->from_id != 0 &&
	    str_eq(str_cut(&data, ':'), BUTTON_ASK))
		e = support_pressed_in_group(
		    t->app, t->arena, t->u, data, t->reply, &word);
	t->reply->method = "answerCallbackQuery";
	t->reply->params =
	    tg_answer_button(t->arena, t->u->button_id, word.text, word.url);
	return e;
}

static enum err
on_member(struct talk *t)
{
	enum err e;

	if (!t->u->blocked)
		return reach(t);
	e = ledger_user_seen(t->db, t->u->from_id, t->u->language);
	if (e == ERR_OK)
		e = ledger_user_reachable(t->db, t->u->from_id, false);
	return e;
}

/* In a channel that is sold; decided by the worker, when it gets to it. */
static enum err
on_channel(struct talk *t)
{
	const struct tg_update *u = t->u;
	const char *chat_id;
	enum err e = membership_chat(t->app, t->arena, u->chat_id, &chat_id);

	if (e != ERR_OK || chat_id == NULL)
		return e;
	t->reply->promised = true;
	if (u->kind == TG_RIGHTS)
		return membership_rights(
		    t->app, t->arena, chat_id, u->has_rights);
	if (u->kind == TG_MOVED)
		return membership_moved(t->app, t->arena, chat_id, u->moved_to);
	if (u->from_id == 0)
		return ERR_OK;
	if (u->kind == TG_ASKS)
		return membership_asked(t->app, t->arena, u->from_id, chat_id);
	return membership_changed(t->app, t->arena, u->from_id, chat_id,
	    (enum member_state)u->status, u->link);
}

static enum err
on_checkout(struct talk *t)
{
	t->reply->method = "answerPreCheckoutQuery";
	return stars_checkout(t->app, t->arena, t->u, &t->reply->params);
}

static enum err
on_payment(struct talk *t)
{
	t->reply->promised = true;
	return stars_record(t->app, t->arena, t->u);
}

static enum err
on_news(struct talk *t)
{
	bool is_person = t->u->is_private && t->u->from_id != 0;

	switch (t->u->kind) {
	case TG_PAID:
	case TG_REFUNDED:
		return on_payment(t);
	case TG_BUTTON:
		return on_button(t);
	case TG_MESSAGE:
		return on_words(t);
	case TG_MEMBER:
		return is_person ? on_member(t) : ERR_OK;
	case TG_ASKS:
	case TG_CHANGED:
	case TG_RIGHTS:
	case TG_MOVED:
		return on_channel(t);
	default:
		return ERR_OK;
	}
}

enum err
chat_answer(struct app *app, struct db *db, struct arena *a,
    const struct tg_update *u, struct tg_reply *out)
{
	static const char *const types[] = { [TG_OTHER] = "other",
		[TG_MESSAGE] = "message",
		[TG_BUTTON] = "button",
		[TG_CHECKOUT] = "checkout",
		[TG_PAID] = "paid",
		[TG_REFUNDED] = "refunded",
		[TG_MEMBER] = "member",
		[TG_ASKS] = "asks",
		[TG_CHANGED] = "changed",
		[TG_RIGHTS] = "rights",
		[TG_MOVED] = "moved" };
	struct talk t = { app, db, a, u, out };
	bool is_new = false;
	enum err e = ledger_inbox(db, "telegram",
	    arena_printf(a, "%lld", (long long)u->update_id), types[u->kind],
	    &is_new);

	*out = (struct tg_reply){ 0 };
	/* Asked again, the answer was lost: the buyer waits for it. */
	if (e == ERR_OK && u->kind == TG_CHECKOUT)
		return on_checkout(&t);
	/* Anybody may answer to anybody's bot, so a message proves nothing. */
	if (e == ERR_OK && is_new && u->bot_id != 0)
		e = self_learn(
		    app, a, u->bot_id, u->bot_name, u->kind != TG_MESSAGE);
	return e == ERR_OK && is_new ? on_news(&t) : e;
}
