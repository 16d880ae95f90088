/* The commands, one function each, and the table of them at the end. */
#include "bot/commands.h"

#include "base/array.h"
#include "bot/menu.h"
#include "bot/start.h"
#include "coach/library.h"
#include "coach/listen.h"
#include "ledger/broadcasts.h"
#include "ledger/ledger.h"
#include "ledger/self.h"
#include "outbox/jobs.h"
#include "payment/card.h"
#include "payment/offer.h"
#include "shop/content.h"
#include "shop/text.h"
#include "telegram/command.h"

#define HELPS_AN_HOUR 10 /* that make us ask Stripe */
#define FILES_AN_HOUR 3  /* with all that is kept of somebody */

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
		return reply_fill(r, TEXT_ALREADY_PAID, KV(REPLY_PRODUCT(r)));
	return reply_message(r, &m);
}

static enum err
on_start(struct reply *r)
{
	bool taken = false;
	enum err e = handover_started(
	    r->app, r->arena, r->u, tg_command(tg_words(r->u)).rest, &taken);

	return e != ERR_OK || taken ?
	    e :
	    start_answer(r, tg_command(tg_words(r->u)).rest);
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
	const struct provider *alone = offer_alone(r->app, p);
	struct tg_message m;
	enum err e;

	if (sells_many(r))
		return offer(r);
	e = offer_instead(r->in, r->app, r->arena, r->u->from_id, p, &m);
	if (e != ERR_OK || m.text != NULL)
		return e == ERR_OK ? reply_message(r, &m) : e;
	if (alone != NULL)
		return offer_of(r, alone, p);
	/* A picture may have to be sent along, which no reply can. */
	if (p->photo != NULL)
		return reply_promise(r, JOB_NOTICE, 0, "pay");
	m = offer_message(r->in, r->app, r->arena, r->u->from_id, p);
	return reply_message(r, &m);
}

/* One line about each product. What is owed for it is more urgent than how long
 * it still lasts. */
static enum err
status_of(struct reply *r, const struct product *p, const char **line)
{
	bool at_bank = false;
	enum text which = TEXT_STATUS_UNPAID;
	struct tg_message owed;
	struct term term = { 0 };
	enum err e = owed_by(r, p, &owed);

	*line = owed.text;
	if (e != ERR_OK || owed.text != NULL)
		return e;
	e = ledger_term(r->db, r->arena, r->u->from_id, p->id, &term);
	if (e == ERR_OK)
		e = ledger_processing(
		    r->db, r->arena, r->u->from_id, p->id, &at_bank);
	if (term.access == ACCESS_IN)
		which = term.until_ms == 0 ? TEXT_STATUS_PAID :
		    term.renews            ? TEXT_STATUS_RENEWS :
					     TEXT_STATUS_UNTIL;
	else if (at_bank)
		which = TEXT_STATUS_WAITING;
	*line = text_fill_in(r->in, r->arena, which,
	    KV(KV_PRODUCT(p, language_code(r->in)),
		kv_text("until",
		    text_date_in(r->in, r->arena,
			term.renews ? term.paid_until_ms : term.until_ms))));
	return e;
}

/* What is in the catalog no more: all that is left of it is its id. */
static const struct product *
product_of_old(struct arena *a, const struct conf *conf, const char *id)
{
	struct product *p = arena_alloc(a, sizeof(*p));

	*p = (struct product){ .id = id,
		.titles = { { NULL, id } },
		.n_titles = 1,
		.kind = product_kind_named(conf->product_kind) };
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
			(*list)[(*n)++] =
			    product_of_old(r->arena, &r->app->conf, in.ids[i]);
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
	enum err e = all_about(r, &all, &n);

	m.choices = list = arena_alloc(r->arena, n * sizeof(*list));
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		e = status_of(r, all[i], &line);
		m.text = arena_printf(
		    r->arena, "%s%s%s", m.text, i == 0 ? "" : "\n\n", line);
		if (e == ERR_OK)
			e = menu_add_portal(r, all[i], list, &m.n_choices);
	}
	return e == ERR_OK ? reply_message(r, &m) : e;
}

/* The invites to all that this person has bought, again; to what is sold no
 * more as well, which then waits for an operator. */
static enum err
promise_invites(struct reply *r, bool *is_in)
{
	struct ledger_products in;
	enum err e = ledger_products(r->db, r->arena, r->u->from_id, &in);

	for (size_t i = 0; e == ERR_OK && i < in.n; i++)
		e = reply_invite(r, in.ids[i]);
	*is_in = in.n > 0;
	return e;
}

static enum err
say_about(struct reply *r, enum text text)
{
	return reply_fill(r, text,
	    KV(REPLY_PRODUCT(r),
		kv_text("support", app_support_in(r->in, r->app, r->arena))));
}

/* Not paid, by all that is known; or paid, and a bank is at work. */
static enum err
help_unpaid(struct reply *r)
{
	bool at_bank = false;
	enum err e =
	    ledger_processing(r->db, r->arena, r->u->from_id, NULL, &at_bank);

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

/* How to ask the coach, where there is one; else whom to write to. */
static enum err
on_how_to_ask(struct reply *r)
{
	bool has_coach = false;
	const char *support = app_support_in(r->in, r->app, r->arena);
	enum err e = library_has(r->db, r->arena, NULL, &has_coach);

	if (e != ERR_OK)
		return e;
	if (has_coach || support[0] == '\0')
		return reply_fill(
		    r, has_coach ? TEXT_COACH_HOW : TEXT_HINT, KV_NONE);
	return reply_text(r, support);
}

/* /ask without a question is answered with how to ask one. */
static enum err
on_ask(struct reply *r)
{
	const char *question =
	    arena_dup(r->arena, tg_command(tg_words(r->u)).rest);
	bool heard = false;
	enum err e = ERR_OK;

	if (question[0] != '\0')
		e = listen_to(
		    r->app, r->arena, r->u, r->in, question, r->out, &heard);
	return e != ERR_OK || heard ? e : on_how_to_ask(r);
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

/* What the product says of the two that the operator has not written, and a
 * button for each text of the law that there is. */
static const char *
legal_words(struct reply *r, size_t n_texts)
{
	const struct kvs values = KV(REPLY_PRODUCT(r),
	    kv_text("support", app_support_in(r->in, r->app, r->arena)));
	const char *text = NULL;

	if (!menu_has_content(r, CONTENT_TERMS))
		text = text_fill_in(r->in, r->arena, TEXT_TERMS, values);
	if (!menu_has_content(r, CONTENT_PRIVACY))
		text = card_paragraph(r->arena, text,
		    text_fill_in(r->in, r->arena, TEXT_PRIVACY, values));
	return n_texts == 0 ?
	    text :
	    card_paragraph(r->arena, text, text_plain_in(r->in, TEXT_LEGAL));
}

/* Above the texts stands the way to withdraw, which knows already who follows
 * it. */
static enum err
on_legal(struct reply *r)
{
	struct tg_message m = { .chat_id = r->u->from_id,
		.button = text_plain_in(r->in, TEXT_PAGE_WITHDRAW),
		.button_url = arena_printf(r->arena,
		    "%s/withdraw?contract=%lld&language=%s",
		    r->app->conf.base_url, (long long)r->u->from_id,
		    language_code(r->in)) };
	enum err e = menu_legal(r, &m);

	m.text = legal_words(r, m.n_choices);
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

/* A message at once, and all of it as a file by the worker. */
static enum err
on_mydata(struct reply *r)
{
	bool allowed = false;
	enum err e = reply_may(r, "mydata", FILES_AN_HOUR, &allowed);

	if (e != ERR_OK || !allowed)
		return e;
	e = reply_promise(r, JOB_MYDATA, 0, NULL);
	return e != ERR_OK ?
	    e :
	    reply_fill(r, TEXT_MYDATA, KV(kv_int("buyer", r->u->from_id)));
}

/* What goes and what stays is told before anything is done, and a button
 * confirms it. */
static enum err
on_forgetme(struct reply *r)
{
	const struct tg_message m = { .chat_id = r->u->from_id,
		.text = text_fill_in(r->in, r->arena, TEXT_FORGET,
		    KV(kv_text(
			"support", app_support_in(r->in, r->app, r->arena)))),
		.button = text_plain_in(r->in, TEXT_FORGET_BUTTON),
		.button_data = menu_forget_data(r->arena) };

	return reply_message(r, &m);
}

/* Who has stopped the messages to many gets them again; of who gets them a
 * button stops them. */
static enum err
on_letters(struct reply *r)
{
	struct tg_message m = { .chat_id = r->u->from_id,
		.text = text_plain_in(r->in, TEXT_LETTERS) };
	bool wanted = false;
	enum err e = letters_wanted(r->db, r->arena, r->u->from_id, &wanted);

	if (e == ERR_OK && !wanted)
		e = letters_set(r->db, r->u->from_id, true);
	if (wanted) {
		m.button = text_plain_in(r->in, TEXT_NO_LETTERS_BUTTON);
		m.button_data = MENU_NO_LETTERS;
	}
	return e == ERR_OK ? reply_message(r, &m) : e;
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

/* Of who is in: what /help of theirs has sent, and what else there is. */
static enum err
on_help_button(struct reply *r)
{
	return say_about(r, TEXT_HELP_MEMBER);
}

/* What a button says, by its word in the job. Nothing of it writes. */
enum err
commands_say(struct reply *r, struct str word, bool *said)
{
	static const struct {
		const char *word;
		enum err (*say)(struct reply *r);
	} all[] = { { MENU_STATUS, on_status }, { MENU_ASK, on_how_to_ask },
		{ MENU_LEGAL, on_legal }, { MENU_HELP, on_help_button } };

	*said = false;
	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(word, all[i].word)) {
			*said = true;
			return all[i].say(r);
		}
	return ERR_OK;
}

/* Those with a description stand in the menu, before the others. */
static const struct {
	const char *command;
	enum err (*answer)(struct reply *r);
	enum text description;
	bool only_answers; /* what it promises goes by db_notify() */
} commands[] = {
	{ "/start", on_start, TEXT_MENU_START, false },
	{ "/pay", on_pay, TEXT_MENU_PAY, true },
	{ "/status", on_status, TEXT_MENU_STATUS, true },
	{ "/help", on_help, TEXT_MENU_HELP, true },
	{ "/language", on_language, TEXT_MENU_LANGUAGE, true },
	{ "/ask", on_ask, TEXT__COUNT, false },
	{ "/paysupport", on_paysupport, TEXT__COUNT, true },
	{ "/terms", on_terms, TEXT__COUNT, true },
	{ "/privacy", on_privacy, TEXT__COUNT, true },
	{ "/legal", on_legal, TEXT__COUNT, true },
	{ "/mydata", on_mydata, TEXT__COUNT, false },
	{ "/forgetme", on_forgetme, TEXT__COUNT, false },
	{ "/letters", on_letters, TEXT__COUNT, false },
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

bool
commands_only_answer(const char *text)
{
	struct str name = tg_command(text).name;

	for (size_t i = 0; i < N_COMMANDS; i++)
		if (str_eq_nocase(name, commands[i].command))
			return commands[i].only_answers;
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (str_eq_nocase(name, texts[i].command))
			return true;
	return false;
}

enum err
commands_answer(struct reply *r, bool *is_command)
{
	struct tg_command c = tg_command(tg_words(r->u));
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
