/* The commands, one function each, and the table of them at the end. */
#include "bot/commands.h"

#include "base/array.h"
#include "bot/menu.h"
#include "coach/handover.h"
#include "coach/listen.h"
#include "ledger/ledger.h"
#include "ledger/self.h"
#include "outbox/jobs.h"
#include "payment/consent.h"
#include "payment/offer.h"
#include "shop/content.h"
#include "shop/text.h"
#include "telegram/command.h"

#define HELPS_AN_HOUR 10 /* that make us ask Stripe */

static bool
sells_many(const struct reply *r)
{
	return r->app->catalog.n > 1;
}

/* Several products do not fit into one sentence: a button for each. */
static enum err
offer(struct reply *r)
{
	struct tg_message m = { .chat_id = r->u->from_id,
		.text = text_plain_in(r->in, TEXT_WELCOME_MANY) };
	enum err e = menu_choices(r, &m);

	if (e != ERR_OK)
		return e;
	if (m.n_choices == 0)
		return reply_fill(r, TEXT_ALREADY_PAID, KV(reply_product(r)));
	return reply_message(r, &m);
}

/* A link may lead here with a word behind the command; one that passes a
 * question on to a person is taken first. Where the operator has an
 * introduction of their own, the offer comes at its end. */
static enum err
on_start(struct reply *r)
{
	const struct tg_message m = { .chat_id = r->u->from_id,
		.text = text_fill_in(
		    r->in, r->arena, TEXT_WELCOME, KV(reply_product(r))),
		.button = text_plain_in(r->in, TEXT_BUY_BUTTON),
		.button_data = MENU_BUY };

	bool taken = false;
	enum err e = handover_started(
	    r->app, r->arena, r->u, tg_command(r->u->text).rest, &taken);

	if (e == ERR_OK && !taken)
		e = menu_text(r, CONTENT_INTRO, &taken);
	if (e != ERR_OK || taken)
		return e;
	return sells_many(r) ? offer(r) : reply_message(r, &m);
}

/* A subscription whose payment failed has an invoice that is open: to pay that
 * is what mends it, a second purchase would not. */
static enum err
owed_by(struct reply *r, const struct product *p, struct tg_message *m)
{
	return offer_owed(r->in, r->db, r->arena, r->u->from_id, p->id,
	    product_title(p, language_code(r->in)), m);
}

/* What whoever alone sells it offers: in the reply, if it fits into one. */
static enum err
offer_of(struct reply *r, const struct provider *by, const struct product *p)
{
	struct json *invoice = by->invoice == NULL ?
	    NULL :
	    by->invoice(r->in, r->arena, r->u->from_id, p);

	if (invoice == NULL)
		return reply_promise(r, JOB_NOTICE, 0,
		    arena_printf(r->arena, "%s:%s", by->name, p->id));
	r->out->method = "sendInvoice";
	r->out->params = invoice;
	return ERR_OK;
}

static enum err
on_pay(struct reply *r)
{
	const struct product *p = catalog_find(&r->app->catalog, NULL);
	const struct tg_message m =
	    offer_message(r->in, r->app, r->arena, r->u->from_id, p);
	const struct provider *alone;
	struct tg_message owed;
	enum access access;
	enum err e;

	if (sells_many(r))
		return offer(r);
	e = reply_access(r, p, &access);
	if (e == ERR_OK)
		e = owed_by(r, p, &owed);
	if (e != ERR_OK)
		return e;
	if (owed.text != NULL)
		return reply_message(r, &owed);
	if (access == ACCESS_IN)
		return reply_fill(r, TEXT_ALREADY_PAID, KV(reply_product(r)));
	e = consent_message(r->in, r->app, r->arena, r->u->from_id, p, &owed);
	if (e != ERR_OK || owed.text != NULL)
		return e != ERR_OK ? e : reply_message(r, &owed);
	alone = offer_alone(r->app, p);
	return alone == NULL ? reply_message(r, &m) : offer_of(r, alone, p);
}

/* One line about each product. What is owed for it is more urgent than how long
 * it still lasts. */
static enum err
status_of(struct reply *r, const struct product *p, bool processing,
    const char **line)
{
	enum text which = TEXT_STATUS_UNPAID;
	struct tg_message owed;
	struct term term = { 0 };
	enum err e = owed_by(r, p, &owed);

	*line = owed.text;
	if (e != ERR_OK || owed.text != NULL)
		return e;
	e = ledger_term(r->db, r->arena, r->u->from_id, p->id, &term);
	if (term.access == ACCESS_IN)
		which = term.until_ms == 0 ? TEXT_STATUS_PAID :
		    term.renews            ? TEXT_STATUS_RENEWS :
					     TEXT_STATUS_UNTIL;
	else if (processing)
		which = TEXT_STATUS_WAITING;
	*line = text_fill_in(r->in, r->arena, which,
	    KV(reply_title(r, p),
		kv_text("until",
		    text_date_in(r->in, r->arena,
			term.renews ? term.paid_until_ms : term.until_ms))));
	return e;
}

/* What is in the catalog no more: all that is left of it is its id. */
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
all_about(struct reply *r, const struct product ***list, size_t *n)
{
	const struct catalog *c = &r->app->catalog;
	struct ledger_products in;
	enum err e = ledger_products(r->db, r->arena, r->u->from_id, &in);

	*list = arena_alloc(
	    r->arena, (c->n + in.n) * sizeof(const struct product *));
	for (*n = 0; *n < c->n; (*n)++)
		(*list)[*n] = &c->products[*n];
	for (size_t i = 0; e == ERR_OK && i < in.n; i++)
		if (catalog_find(c, in.ids[i]) == NULL)
			(*list)[(*n)++] = product_of_old(r->arena, in.ids[i]);
	return e;
}

/* Telegram shows no table, so a paragraph for each product. */
static enum err
on_status(struct reply *r)
{
	struct tg_message m = { .chat_id = r->u->from_id, .text = "" };
	const struct product **all = NULL;
	struct tg_choice *list;
	const char *line;
	size_t n = 0;
	bool processing = false;
	enum err e =
	    ledger_processing(r->db, r->arena, r->u->from_id, &processing);

	if (e == ERR_OK)
		e = all_about(r, &all, &n);
	m.choices = list = arena_alloc(r->arena, n * sizeof(*list));
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		e = status_of(r, all[i], processing, &line);
		m.text = arena_printf(
		    r->arena, "%s%s%s", m.text, i == 0 ? "" : "\n\n", line);
		if (e == ERR_OK)
			e = menu_add_portal(r, all[i], list, &m.n_choices);
	}
	return e == ERR_OK ? reply_message(r, &m) : e;
}

/* The invite to one product, unless one is on its way. The key has the product
 * in it: one update may promise several. */
static enum err
promise_invite(struct reply *r, const char *product)
{
	bool pending = false;
	enum err e = ledger_invite_pending(
	    r->db, r->arena, r->u->from_id, product, &pending);

	if (e != ERR_OK || pending)
		return e;
	return jobs_promise(r->db, JOB_INVITE,
	    arena_printf(r->arena, "update/%lld/%s", (long long)r->u->update_id,
		product),
	    r->u->from_id, 0, product);
}

/* The invites to all that this person has bought, again; to what is sold no
 * more as well, which then waits for an operator. */
static enum err
promise_invites(struct reply *r, bool *is_in)
{
	struct ledger_products in;
	enum err e = ledger_products(r->db, r->arena, r->u->from_id, &in);

	for (size_t i = 0; e == ERR_OK && i < in.n; i++)
		e = promise_invite(r, in.ids[i]);
	*is_in = in.n > 0;
	return e;
}

static enum err
say_about(struct reply *r, enum text text)
{
	return reply_fill(r, text,
	    KV(reply_product(r),
		kv_text("support", app_support_in(r->in, r->app, r->arena))));
}

/* Not paid, by all that is known; or paid, and a bank is at work. */
static enum err
help_unpaid(struct reply *r)
{
	bool at_bank = false;
	enum err e =
	    ledger_processing(r->db, r->arena, r->u->from_id, &at_bank);

	return e != ERR_OK ?
	    e :
	    say_about(r, at_bank ? TEXT_PROCESSING : TEXT_HELP_UNPAID);
}

/* The promised fallback. Who is in gets the invite again; of who is not, the
 * worker asks Stripe about their open session; who never began to pay is told
 * how. A message that is owed already is not promised twice: it was made due
 * when this message came, see chat.c. */
static enum err
on_help(struct reply *r)
{
	const char *whose =
	    arena_printf(r->arena, "%lld", (long long)r->u->update_id);
	struct order o = { 0 };
	bool is_in = false, pending = false, may_ask = false;
	enum err e = promise_invites(r, &is_in);

	if (e != ERR_OK || is_in)
		return e;
	e = ledger_order_unpaid(r->db, r->arena, r->u->from_id, INT64_MAX, &o);
	if (e == ERR_OK)
		e = jobs_pending(
		    r->db, r->arena, r->u->from_id, JOB_CHECK, &pending);
	if (e == ERR_OK && pending)
		return ERR_OK; /* that one will be answered */
	if (e == ERR_OK)
		e = reply_may(r, "help", HELPS_AN_HOUR, &may_ask);
	if (e == ERR_OK && may_ask)
		return reply_promise(r, JOB_CHECK, o.id, whose);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return help_unpaid(r);
}

/* /ask without a question is answered with how to ask one. */
static enum err
on_ask(struct reply *r)
{
	const char *question = arena_dup(r->arena, tg_command(r->u->text).rest);
	bool heard = false;
	enum err e = ERR_OK;

	if (question[0] != '\0')
		e = listen_to(
		    r->app, r->arena, r->u, r->in, question, r->out, &heard);
	return e != ERR_OK || heard ? e :
				      reply_fill(r, TEXT_COACH_HOW, KV_NONE);
}

/* What Telegram's terms for sellers ask to be answered: this, the terms, and
 * what is kept of a person. */
static enum err
on_paysupport(struct reply *r)
{
	return say_about(r, TEXT_PAYSUPPORT);
}

/* The operator's own text, else what the product says of itself. */
static enum err
say_text(struct reply *r, const char *name, enum text instead)
{
	bool is_there;
	enum err e = menu_text(r, name, &is_there);

	return e != ERR_OK || is_there ? e : say_about(r, instead);
}

static enum err
on_terms(struct reply *r)
{
	return say_text(r, CONTENT_TERMS, TEXT_TERMS);
}

static enum err
on_privacy(struct reply *r)
{
	return say_text(r, CONTENT_PRIVACY, TEXT_PRIVACY);
}

/* A button for each text of the law, above them the way to withdraw, which
 * knows already who follows it. */
static enum err
on_legal(struct reply *r)
{
	struct tg_message m = { .chat_id = r->u->from_id,
		.text = text_plain_in(r->in, TEXT_LEGAL),
		.button = text_plain_in(r->in, TEXT_PAGE_WITHDRAW),
		.button_url = arena_printf(r->arena,
		    "%s/withdraw?contract=%lld&language=%s",
		    r->app->conf.base_url, (long long)r->u->from_id,
		    language_code(r->in)) };
	enum err e = menu_legal(r, &m);

	return e == ERR_OK ? reply_message(r, &m) : e;
}

/* Commands that there are as soon as the operator has written the text, and
 * which are nothing that the bot knows until then. */
static const struct {
	const char *command, *name;
} texts[] = {
	{ "/about", CONTENT_ABOUT },
	{ "/impressum", CONTENT_LEGAL "impressum" },
	{ "/agb", CONTENT_LEGAL "agb" },
	{ "/datenschutz", CONTENT_LEGAL "datenschutz" },
	{ "/disclaimer", CONTENT_LEGAL "disclaimer" },
	{ "/refund", CONTENT_LEGAL "refund" },
};

static enum err
answer_text(struct reply *r, struct str command, bool *is_command)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && !*is_command && i < LENGTH(texts);
	     i++)
		if (str_eq_nocase(command, texts[i].command))
			e = menu_text(r, texts[i].name, is_command);
	return e;
}

/* A button for each language. What it leads to is said in the language that was
 * chosen, see menu.c. */
static enum err
on_language(struct reply *r)
{
	struct tg_message m = { .chat_id = r->u->from_id,
		.text = text_plain_in(r->in, TEXT_LANGUAGE) };

	menu_languages(r, &m);
	return reply_message(r, &m);
}

/* Those with a description stand in the menu, before the others. */
static const struct {
	const char *command;
	enum err (*answer)(struct reply *r);
	enum text description;
} commands[] = {
	{ "/start", on_start, TEXT_MENU_START },
	{ "/pay", on_pay, TEXT_MENU_PAY },
	{ "/status", on_status, TEXT_MENU_STATUS },
	{ "/help", on_help, TEXT_MENU_HELP },
	{ "/language", on_language, TEXT_MENU_LANGUAGE },
	{ "/ask", on_ask, TEXT__COUNT },
	{ "/paysupport", on_paysupport, TEXT__COUNT },
	{ "/terms", on_terms, TEXT__COUNT },
	{ "/privacy", on_privacy, TEXT__COUNT },
	{ "/legal", on_legal, TEXT__COUNT },
};
#define N_COMMANDS LENGTH(commands)

bool
commands_menu(
    enum language in, size_t i, const char **command, const char **description)
{
	if (i >= N_COMMANDS || commands[i].description == TEXT__COUNT)
		return false;
	*command = commands[i].command + 1; /* without the slash */
	*description = text_plain_in(in, commands[i].description);
	return true;
}

enum err
commands_answer(struct reply *r, bool *is_command)
{
	struct tg_command c = tg_command(r->u->text);
	struct self self = { 0 };
	enum err e = ERR_OK;

	*is_command = false;
	if (c.bot.len > 0)
		e = self_get(r->app, r->arena, &self);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (str_eq_nocase(c.name, commands[i].command) &&
		    self_is_meant(&self, c.bot, true)) {
			*is_command = true;
			return commands[i].answer(r);
		}
	return self_is_meant(&self, c.bot, true) ?
	    answer_text(r, c.name, is_command) :
	    ERR_OK;
}
