/* What an owner sees and presses of a message to many. */
#include "bot/broadcast.h"

#include "base/array.h"
#include "ledger/broadcasts.h"
#include "ledger/operators.h"

#define A_MINUTE 1500 /* messages: what Telegram takes, less what is spared */

/* ---- the message ---- */

/* A command is what the operator thought of instead. */
static bool
may_be_it(const struct tg_update *u)
{
	return !u->is_service && (u->text == NULL || u->text[0] != '/');
}

static enum err
say_album(struct reply *r)
{
	bool is_told = false;
	enum err e = reply_album(r, &is_told);

	return e != ERR_OK || is_told ? e :
					reply_fill(r, TEXT_MANY_ALBUM, KV_NONE);
}

/* Copied as it is, so it stays in the operator's chat and is not stored. */
static enum err
take(struct reply *r, const struct broadcast *b)
{
	const struct tg_update *u = r->u;
	enum err e;

	if (u->album != NULL)
		return say_album(r);
	e = broadcast_show(r->db, b->id, u->chat_id, u->message_id);
	return e != ERR_OK ?
	    e :
	    jobs_promise(r->db, JOB_BROADCAST,
		arena_printf(r->arena, "preview/%lld", (long long)u->update_id),
		u->from_id, 0,
		arena_printf(r->arena, "preview/%lld", (long long)b->id));
}

enum err
broadcast_heard(struct reply *r, bool *taken)
{
	enum role role = ROLE_NONE;
	struct broadcast b;
	enum err e;

	*taken = false;
	if (!may_be_it(r->u))
		return ERR_OK;
	e = broadcast_waiting(r->db, r->arena, r->u->from_id, &b);
	if (e == ERR_OK && b.id != 0)
		e = operator_role(r->app, r->arena, r->u->from_id, &role);
	*taken = e == ERR_OK && role >= ROLE_OWNER;
	return *taken ? take(r, &b) : e;
}

/* ---- the pages ---- */

static const struct {
	const char *segment;
	enum text label;
} segments[] = { { SEGMENT_ALL, TEXT_MANY_ALL },
	{ SEGMENT_ENDED, TEXT_MANY_ENDED },
	{ SEGMENT_NEVER, TEXT_MANY_NEVER } };

static const char *
members_of(const struct admin_page *p, const char *product)
{
	return text_fill_in(p->r->in, p->r->arena, TEXT_MANY_IN,
	    KV(kv_text("product", admin_product(p, product))));
}

/* "Members: A course, Deutsch" */
static const char *
whom(const struct admin_page *p, const struct broadcast *b)
{
	const char *label =
	    b->product == NULL ? b->segment : members_of(p, b->product);

	for (size_t i = 0; i < LENGTH(segments); i++)
		if (str_eq(str_from(b->segment), segments[i].segment))
			label = text_plain_in(p->r->in, segments[i].label);
	if (b->language == NULL)
		return label;
	return arena_printf(p->r->arena, "%s, %s", label,
	    text_plain_in(language_find(b->language, text_language()),
		TEXT_LANGUAGE_NAME));
}

/* 64 bytes are enough for the longest name of a product. */
static void
add_segment(struct admin_page *p, const char *label, const char *segment,
    const char *product)
{
	admin_button(p, label,
	    arena_printf(p->r->arena, "many:whom:%s:%s", segment, product));
}

static enum err
page_segments(struct admin_page *p, struct str arg)
{
	const struct catalog *c = &p->r->app->catalog;

	(void)arg;
	admin_text(p, TEXT_MANY_WHOM, KV_NONE);
	for (size_t i = 0; i < LENGTH(segments); i++)
		add_segment(p, text_plain_in(p->r->in, segments[i].label),
		    segments[i].segment, "");
	for (size_t i = 0; i < c->n; i++)
		add_segment(p, members_of(p, c->products[i].id), SEGMENT_IN,
		    c->products[i].id);
	return ERR_OK;
}

/* Each language is called as those call it who read it. */
static enum err
page_languages(struct admin_page *p, struct str arg)
{
	struct arena *a = p->r->arena;
	const char *segment = arena_dup(a, str_cut(&arg, '/'));
	const char *draft =
	    arena_printf(a, "many:draft:%s:%s:", segment, arena_dup(a, arg));

	admin_text(p, TEXT_MANY_LANGUAGE, KV_NONE);
	admin_button(p, text_plain_in(p->r->in, TEXT_MANY_ANY_LANGUAGE), draft);
	for (int i = 0; i < LANGUAGE__COUNT; i++)
		admin_button(p,
		    text_plain_in((enum language)i, TEXT_LANGUAGE_NAME),
		    arena_printf(
			a, "%s%s", draft, language_code((enum language)i)));
	return ERR_OK;
}

/* id 0: there is none of that number any more. */
static enum err
read_broadcast(struct admin_page *p, struct str id, struct broadcast *b)
{
	int64_t n = 0;
	enum err e = ERR_NOT_FOUND;

	*b = (struct broadcast){ 0 };
	if (str_to_i64(id, &n))
		e = broadcast_get(p->r->db, p->r->arena, n, b);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
page_send(struct admin_page *p, struct str arg)
{
	struct broadcast b;
	enum err e = read_broadcast(p, arg, &b);

	if (e == ERR_OK && b.id != 0)
		admin_text(
		    p, TEXT_MANY_SEND, KV(kv_text("words", whom(p, &b))));
	return e;
}

static enum err
page_refused(struct admin_page *p, struct str arg)
{
	(void)arg;
	admin_text(p, TEXT_MANY_REFUSED, KV_NONE);
	return ERR_OK;
}

/* What can be done from each state. */
static void
add_buttons(struct admin_page *p, const struct broadcast *b)
{
	static const struct {
		enum broadcast_state state;
		enum text label;
		const char *word;
	} all[] = { { BROADCAST_RUNNING, TEXT_MANY_HOW_BUTTON, "how" },
		{ BROADCAST_RUNNING, TEXT_MANY_PAUSE_BUTTON, "pause" },
		{ BROADCAST_RUNNING, TEXT_MANY_STOP_BUTTON, "stop" },
		{ BROADCAST_PAUSED, TEXT_MANY_GO_BUTTON, "go" },
		{ BROADCAST_PAUSED, TEXT_MANY_STOP_BUTTON, "stop" } };

	for (size_t i = 0; i < LENGTH(all); i++)
		if (all[i].state == b->state)
			admin_button(p, text_plain_in(p->r->in, all[i].label),
			    arena_printf(p->r->arena, "many:%s:%lld",
				all[i].word, (long long)b->id));
}

/* So many of so many, as they were when it was confirmed: who has come or gone
 * since makes the sum another one. */
static enum err
page_how(struct admin_page *p, struct str arg)
{
	static const struct {
		enum broadcast_state state;
		enum text text;
	} all[] = { { BROADCAST_RUNNING, TEXT_MANY_RUNNING },
		{ BROADCAST_PAUSED, TEXT_MANY_PAUSED },
		{ BROADCAST_STOPPED, TEXT_MANY_STOPPED },
		{ BROADCAST_DONE, TEXT_MANY_DONE },
		{ BROADCAST_LOST, TEXT_MANY_LOST } };
	struct broadcast b;
	enum err e = read_broadcast(p, arg, &b);

	if (e != ERR_OK || b.id == 0)
		return e;
	admin_text(p, TEXT_MANY_PROGRESS,
	    KV(kv_int("number", b.id), kv_text("words", whom(p, &b)),
		kv_int("sent", b.n_sent), kv_int("amount", b.n_people),
		kv_int("gone", b.n_gone), kv_int("failed", b.n_failed)));
	for (size_t i = 0; i < LENGTH(all); i++)
		if (all[i].state == b.state)
			admin_text(p, all[i].text, KV_NONE);
	add_buttons(p, &b);
	return ERR_OK;
}

enum err
broadcast_page(struct admin_page *p, struct str arg)
{
	static const struct {
		const char *word;
		enum err (*write)(struct admin_page *p, struct str arg);
	} all[] = { { "", page_segments }, { "whom", page_languages },
		{ "send", page_send }, { "refused", page_refused },
		{ "how", page_how } };
	struct str word = str_cut(&arg, '/');

	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(word, all[i].word))
			return all[i].write(p, arg);
	return ERR_OK;
}

/* ---- the presses ---- */

/* "SEGMENT:PRODUCT:LANGUAGE", the last two may be empty. What is none of ours
 * was made up by the presser's client: then the choice begins anew. */
static enum err
draft(struct reply *r, struct str choice, struct str *args)
{
	struct arena *a = r->arena;
	struct broadcast b = { .actor = r->u->from_id };
	const char *product;
	int64_t id = 0;
	enum err e;

	b.segment = arena_dup(a, str_cut(&choice, ':'));
	product = arena_dup(a, str_cut(&choice, ':'));
	b.product = catalog_is_id(product) ? product : NULL;
	if (choice.len > 0)
		b.language = language_code(
		    language_find(arena_dup(a, choice), text_language()));
	*args = str_from("");
	e = broadcast_add(r->db, a, &b, &id);
	if (e == ERR_OK)
		*args = str_from(arena_printf(a, "send:%lld", (long long)id));
	return e == ERR_INPUT ? ERR_OK : e;
}

/* A second press changes nothing, and is shown the same page: how it goes. */
enum err
broadcast_pressed(struct reply *r, struct str *args)
{
	static const char *const words[] = { BROADCAST_PAUSE, BROADCAST_GO,
		BROADCAST_STOP };
	struct str rest = *args, word = str_cut(&rest, ':');
	int64_t id = 0;
	bool is;
	enum err e = ERR_OK;

	if (str_eq(word, "draft"))
		return draft(r, rest, args);
	if (!str_to_i64(rest, &id))
		return ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < LENGTH(words); i++)
		if (str_eq(word, words[i])) {
			*args = str_from(
			    arena_printf(r->arena, "how:%lld", (long long)id));
			e = broadcast_change(
			    r->db, r->arena, r->u->from_id, id, words[i], &is);
		}
	return e;
}

/* ---- the last question ---- */

enum err
broadcast_ask(
    struct admin_page *p, const struct act *act, enum text text, bool *may)
{
	struct broadcast b;
	enum err e = broadcast_get(p->r->db, p->r->arena, act->number, &b);

	*may = e == ERR_OK && act->amount > 0;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	admin_text(p, *may ? text : TEXT_MANY_NOBODY,
	    KV(kv_int("number", act->amount), kv_text("words", whom(p, &b)),
		kv_int("minutes", act->amount / A_MINUTE + 1)));
	return ERR_OK;
}

enum err
broadcast_start(struct reply *r, const struct act *act, const char **result)
{
	bool is = false;
	enum err e = broadcast_set(r->db, r->arena, act->number,
	    BROADCAST_SHOWN, BROADCAST_RUNNING, &is);

	*result = is ? RESULT_DONE : RESULT_NOTHING;
	return e;
}

enum err
broadcast_told(struct admin_page *p, const struct act *act)
{
	return page_how(p,
	    str_from(
		arena_printf(p->r->arena, "%lld", (long long)act->number)));
}
