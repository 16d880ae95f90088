/* From a press or a line to a question. */
#include "bot/admin_ask.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/currency.h"
#include "base/tg_id.h"
#include "bot/broadcast.h"
#include "ledger/byhand.h"
#include "outbox/waiting.h"
#include "payment/refund.h"

#include <inttypes.h>
#include <string.h>

#define MAX_WORDS 3000 /* bytes that an operator writes to a buyer at once */

/* ---- reading ---- */

/* Of one product alone nobody types the name. */
static bool
read_product(struct reply *r, struct str *args, char sep, struct act *out)
{
	struct str id = str_cut(args, sep);

	if (id.len == 0 && r->app->catalog.n == 1)
		out->product = r->app->catalog.products[0].id;
	else
		out->product = arena_dup(r->arena, id);
	return catalog_is_id(out->product);
}

/* A product that is sold no more can still be taken away. */
static enum err
read_person(struct reply *r, struct str args, char sep, struct act *out)
{
	if (tg_id_parse(str_cut(&args, sep), &out->tg_id) &&
	    read_product(r, &args, sep, out))
		out->asked_ms = clock_now_ms();
	return ERR_OK;
}

/* Without a number of days for good. */
static enum err
read_grant(struct reply *r, struct str args, char sep, struct act *out)
{
	bool is_read = tg_id_parse(str_cut(&args, sep), &out->tg_id) &&
	    read_product(r, &args, sep, out);

	if (is_read && args.len > 0)
		is_read = str_to_i64(args, &out->amount) &&
		    out->amount <= BYHAND_MAX_DAYS;
	if (is_read && catalog_find(&r->app->catalog, out->product) != NULL)
		out->asked_ms = clock_now_ms();
	return ERR_OK;
}

/* An amount that cannot be read asks for nothing: all of it would be another
 * wish. Of a subscription it is the latest payment, which is noted: what is
 * confirmed is that one, though another may be paid meanwhile. */
static enum err
read_refund(struct reply *r, struct str args, char sep, struct act *out)
{
	struct order o;
	struct refundable paid;
	enum err e = ERR_NOT_FOUND;
	struct str id = str_cut(&args, sep);

	if (str_starts(id, "#"))
		id = (struct str){ id.p + 1, id.len - 1 };
	if (str_to_i64(id, &out->number))
		e = ledger_order_by_id(r->db, r->arena, out->number, &o);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	out->tg_id = o.tg_id;
	out->product = o.product;
	e = refund_read(r->db, r->arena, &o, NULL, &paid);
	if (e != ERR_OK)
		return e;
	out->words = paid.refund.payment;
	if (args.len == 0 ||
	    currency_read(r->arena, arena_dup(r->arena, str_trim(args)),
		o.currency, &out->amount) == NULL)
		out->asked_ms = clock_now_ms();
	return ERR_OK;
}

/* Cut where a letter ends; the question shows what is left. */
static enum err
read_words(struct reply *r, struct str args, char sep, struct act *out)
{
	struct str words;

	if (!tg_id_parse(str_cut(&args, sep), &out->tg_id))
		return ERR_OK;
	words = str_trim(args);
	if (words.len > MAX_WORDS)
		words.len = MAX_WORDS;
	while (words.len > 0 && !str_is_utf8(words))
		words.len--;
	out->words = arena_dup(r->arena, words);
	if (words.len > 0)
		out->asked_ms = clock_now_ms();
	return ERR_OK;
}

/* A job that is done by now makes no sense any more. */
static enum err
read_job(struct reply *r, struct str args, char sep, struct act *out)
{
	struct waiting w;
	enum err e = ERR_NOT_FOUND;

	if (str_to_i64(str_cut(&args, sep), &out->number))
		e = waiting_read(r->db, r->arena, out->number, &w);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	out->tg_id = w.tg_id;
	out->words = waiting_kind(w.kind);
	out->asked_ms = clock_now_ms();
	return ERR_OK;
}

/* It is asked after its message was looked at, and never typed. */
static enum err
read_nothing(struct reply *r, struct str args, char sep, struct act *out)
{
	(void)r;
	(void)args;
	(void)sep;
	(void)out;
	return ERR_OK;
}

/* ---- the questions ---- */

static struct kv
product_of(const struct admin_page *p, const struct act *act)
{
	return kv_text("product", admin_product(p, act->product));
}

static const char *
days_of(const struct admin_page *p, int64_t days)
{
	return days == 0 ? text_plain_in(p->r->in, TEXT_ADMIN_FOR_GOOD) :
			   text_count_in(p->r->in, p->r->arena, TEXT_ADMIN_DAYS,
			       days, KV(kv_int("days", days)));
}

/* One sentence, with all that any of them names. */
static enum err
ask_plainly(
    struct admin_page *p, const struct act *act, enum text text, bool *may)
{
	*may = true;
	admin_text(p, text,
	    KV(kv_int("buyer", act->tg_id),
		act->product == NULL ? kv_text("product", "") :
				       product_of(p, act),
		kv_text("term", days_of(p, act->amount)),
		kv_text("words", act->words), kv_text("what", act->words),
		kv_int("job", act->number)));
	return ERR_OK;
}

/* Where this program does not know who took it, nothing is left for it to
 * send. */
static void
say_fault(struct admin_page *p, enum refund_fault fault,
    const struct refundable *paid, const char *currency)
{
	if (fault == REFUND_WHOLE_ALONE)
		admin_text(p, TEXT_ADMIN_WHOLE,
		    KV(kv_text("provider", paid->provider->title)));
	else
		admin_text(p, TEXT_ADMIN_NO_REFUND,
		    KV(kv_text("amount",
			admin_money(p,
			    fault == REFUND_NO_PROVIDER ? 0 : refund_left(paid),
			    currency))));
}

/* Looked at now and once more when it is confirmed: money may have gone back in
 * between. */
static enum err
ask_refund(
    struct admin_page *p, const struct act *act, enum text text, bool *may)
{
	struct order o;
	struct refundable paid;
	enum refund_fault fault;
	enum err e = ledger_order_by_id(p->r->db, p->r->arena, act->number, &o);

	if (e == ERR_OK)
		e = refund_read(p->r->db, p->r->arena, &o, act->words, &paid);
	if (e != ERR_OK)
		return e;
	fault = paid.refund.payment == NULL ? REFUND_NO_PROVIDER :
					      refund_choose(&paid, act->amount);
	*may = fault == REFUND_POSSIBLE;
	if (!*may) {
		say_fault(p, fault, &paid, o.currency);
		return ERR_OK;
	}
	admin_text(p, text,
	    KV(kv_text("amount",
		   admin_money(p,
		       paid.refund.part_minor != 0 ? paid.refund.part_minor :
						     refund_left(&paid),
		       o.currency)),
		kv_int("order", o.id), kv_int("buyer", o.tg_id)));
	if (paid.refund.part_minor == 0)
		admin_text(p, TEXT_ADMIN_ASK_ENDS, KV_NONE);
	return ERR_OK;
}

/* By the words of the trail. What gives can be taken back by an owner; what
 * takes, or sends money, is an owner's alone. */
static const struct kind {
	const char *word;
	enum err (*read)(
	    struct reply *r, struct str args, char sep, struct act *out);
	enum err (*ask)(struct admin_page *p, const struct act *act,
	    enum text text, bool *may);
	enum role role;
	enum text text;
} kinds[] = {
	{ ACT_GRANT, read_grant, ask_plainly, ROLE_SUPPORT,
	    TEXT_ADMIN_ASK_GRANT },
	{ ACT_LINK, read_person, ask_plainly, ROLE_SUPPORT,
	    TEXT_ADMIN_ASK_LINK },
	{ ACT_WRITE, read_words, ask_plainly, ROLE_SUPPORT,
	    TEXT_ADMIN_ASK_WRITE },
	{ ACT_RETRY, read_job, ask_plainly, ROLE_SUPPORT,
	    TEXT_ADMIN_ASK_RETRY },
	{ ACT_REVOKE, read_person, ask_plainly, ROLE_OWNER,
	    TEXT_ADMIN_ASK_REVOKE },
	{ ACT_REFUND, read_refund, ask_refund, ROLE_OWNER,
	    TEXT_ADMIN_ASK_REFUND },
	{ ACT_DROP, read_job, ask_plainly, ROLE_OWNER, TEXT_ADMIN_ASK_DROP },
	{ ACT_BROADCAST, read_nothing, broadcast_ask, ROLE_OWNER,
	    TEXT_MANY_ASK },
};

static const struct kind *
kind_of(struct str word)
{
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (str_eq(word, kinds[i].word))
			return &kinds[i];
	return NULL;
}

enum role
admin_act_role(struct str word)
{
	const struct kind *k = kind_of(word);

	return k == NULL ? ROLE_NONE : k->role;
}

enum err
admin_act_read(struct reply *r, const char *word, struct str args, char sep,
    struct act *out)
{
	const struct kind *k = kind_of(str_from(word));

	*out = (struct act){ .actor = r->u->from_id, .act = word };
	return k == NULL ? ERR_OK : k->read(r, args, sep, out);
}

/* Whose question it is not, they are told nothing of it. */
static enum err
read_own(struct admin_page *p, struct str id, struct act *act)
{
	int64_t n = 0;
	enum err e;

	*act = (struct act){ 0 };
	if (!str_to_i64(id, &n))
		return ERR_OK;
	e = audit_read(p->r->db, p->r->arena, n, act);
	if (e == ERR_OK && act->actor != p->r->u->from_id)
		act->id = 0;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
admin_asked(struct admin_page *p, struct str id)
{
	struct arena *a = p->r->arena;
	const struct kind *k;
	struct act act;
	bool may = false;
	enum err e = read_own(p, id, &act);

	if (e != ERR_OK || act.id == 0)
		return e;
	k = kind_of(str_from(act.act));
	if (k == NULL)
		return ERR_OK;
	e = k->ask(p, &act, k->text, &may);
	if (e != ERR_OK || !may)
		return e;
	admin_button(p, text_plain_in(p->r->in, TEXT_ADMIN_YES),
	    arena_printf(a, "yes:%" PRId64, act.id));
	admin_button(p, text_plain_in(p->r->in, TEXT_ADMIN_NO),
	    arena_printf(a, "no:%" PRId64, act.id));
	return ERR_OK;
}

/* ---- what came of it ---- */

/* What the worker does it tells of by itself, before this or after it: here it
 * is on its way, whichever was quicker. */
static struct str
result_of(const struct act *act)
{
	struct str result = str_from(act->result);
	bool is_workers = str_eq(str_from(act->act), ACT_REFUND) ||
	    str_eq(str_from(act->act), ACT_WRITE) ||
	    str_eq(str_from(act->act), ACT_LINK);

	if (is_workers && !str_eq(result, RESULT_NOTHING) &&
	    !str_eq(result, RESULT_CANCELED))
		return str_from(RESULT_PROMISED);
	return result;
}

enum err
admin_told(struct admin_page *p, struct str id)
{
	static const struct {
		const char *result;
		enum text text;
	} all[] = { { RESULT_DONE, TEXT_ADMIN_DONE },
		{ RESULT_PROMISED, TEXT_ADMIN_PROMISED },
		{ RESULT_NOTHING, TEXT_ADMIN_NOTHING },
		{ RESULT_CANCELED, TEXT_ADMIN_CANCELED } };
	struct act act;
	enum err e = read_own(p, id, &act);

	if (e != ERR_OK || act.id == 0)
		return e;
	if (str_eq(str_from(act.act), ACT_BROADCAST) &&
	    str_eq(str_from(act.result), RESULT_DONE))
		return broadcast_told(p, &act);
	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(result_of(&act), all[i].result))
			admin_text(p, all[i].text, KV_NONE);
	if (act.tg_id != 0)
		admin_button(p,
		    text_fill_in(p->r->in, p->r->arena, TEXT_ADMIN_BUYER,
			KV(kv_int("buyer", act.tg_id))),
		    arena_printf(p->r->arena, "card:%" PRId64, act.tg_id));
	return ERR_OK;
}

/* ---- choosing ---- */

enum err
admin_days(struct admin_page *p, struct str arg)
{
	static const int64_t days[] = { 7, 30, 90, 365, 0 };
	const char *who = arena_dup(p->r->arena, str_cut(&arg, '/'));
	const char *product = arena_dup(p->r->arena, arg);

	admin_text(p, TEXT_ADMIN_HOW_LONG,
	    KV(kv_text("product", admin_product(p, product))));
	for (size_t i = 0; i < LENGTH(days); i++)
		admin_button(p, days_of(p, days[i]),
		    arena_printf(p->r->arena, ACT_GRANT ":%s:%s:%" PRId64, who,
			product, days[i]));
	return ERR_OK;
}

/* Of one product alone nobody is asked which. */
enum err
admin_which(struct admin_page *p, struct str arg)
{
	const struct catalog *c = &p->r->app->catalog;
	const char *who = arena_dup(p->r->arena, arg);

	if (c->n == 1)
		return admin_days(p,
		    str_from(arena_printf(
			p->r->arena, "%s/%s", who, c->products[0].id)));
	admin_text(p, TEXT_ADMIN_WHICH, KV_NONE);
	for (size_t i = 0; i < c->n; i++)
		admin_button(p,
		    product_title(&c->products[i], language_code(p->r->in)),
		    arena_printf(
			p->r->arena, "days:%s:%s", who, c->products[i].id));
	return ERR_OK;
}

/* A part has an amount, which no button can know: it is typed. */
enum err
admin_part(struct admin_page *p, struct str arg)
{
	struct order o;
	struct refundable paid;
	int64_t id = 0;
	enum err e = ERR_NOT_FOUND;

	if (str_to_i64(arg, &id))
		e = ledger_order_by_id(p->r->db, p->r->arena, id, &o);
	if (e == ERR_OK)
		e = refund_read(p->r->db, p->r->arena, &o, NULL, &paid);
	if (e == ERR_OK)
		admin_text(p, TEXT_ADMIN_HOW_PART,
		    KV(kv_int("order", id),
			kv_text("amount",
			    admin_money(p, refund_left(&paid), o.currency))));
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
admin_letter(struct admin_page *p, struct str arg)
{
	admin_text(p, TEXT_ADMIN_HOW_WRITE,
	    KV(kv_text("buyer", arena_dup(p->r->arena, arg))));
	return ERR_OK;
}
