/* Withdrawing from a purchase, in the browser. */
#include "front/withdraw.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/tg_id.h"
#include "base/units.h"
#include "front/pages.h"
#include "front/serve.h"
#include "front/ways.h"
#include "ledger/consents.h"
#include "ledger/ledger.h"
#include "outbox/alert.h"
#include "outbox/jobs.h"
#include "payment/limit.h"
#include "shop/text.h"

#include <string.h>

#define FIELD "contract"
#define SURE "sure"
#define MAX_CONTRACT_BYTES 80
#define MAX_FORM_BYTES ((size_t)16 * 1024)

struct withdrawing {
	struct app *app;
	const struct request *req;
	enum language in;
	const char *contract; /* as they named it; NULL: not yet */
	/* what is known of it; id 0: nothing */
	struct order order;
	int64_t tg_id, id, at_ms;
	bool is_new;
	enum err limited;
	int64_t wait_s;
};

/* ---- the pages ---- */

static struct response
show(const struct withdrawing *w, enum text title, const char *lead,
    struct str html)
{
	struct page p = { .status = 200,
		.language = language_code(w->in),
		.mark = "↩️",
		.title = text_plain_in(w->in, title),
		.lead = lead,
		.html = html,
		.forms = FORMS_HERE };

	ways_add(&p, w->app, w->req->arena, w->in);
	return page_response(w->req, &p);
}

static struct buf
form_begin(const struct withdrawing *w)
{
	struct buf b = buf_new(w->req->arena, MAX_FORM_BYTES);

	/* To the address that the reader sees, whatever it is called there. */
	buf_text(&b, "<form method=\"post\" action=\"?language=");
	buf_html(&b, language_code(w->in));
	buf_text(&b, "\">\n");
	return b;
}

static struct str
form_end(struct buf *b, const struct withdrawing *w, enum text label)
{
	buf_text(b, "<button>");
	buf_html(b, text_plain_in(w->in, label));
	buf_text(b, "</button>\n</form>\n");
	return buf_str(b);
}

/* The first page; the bot's link brings the number of who follows it. */
static struct response
ask(const struct withdrawing *w, enum text lead)
{
	struct buf b = form_begin(w);

	buf_text(&b, "<label>");
	buf_html(&b, text_plain_in(w->in, TEXT_PAGE_WITHDRAW_FIELD));
	buf_text(&b,
	    "<input name=\"" FIELD "\" required maxlength=\"80\" "
	    "pattern=\"[A-Za-z0-9_]+\" value=\"");
	buf_html(&b, w->contract);
	buf_text(&b, "\"></label>\n");
	return show(w, TEXT_PAGE_WITHDRAW, text_plain_in(w->in, lead),
	    form_end(&b, w, TEXT_PAGE_WITHDRAW_NEXT));
}

static struct response
ask_again(const struct withdrawing *w)
{
	struct buf b = form_begin(w);

	buf_text(&b, "<input type=\"hidden\" name=\"" FIELD "\" value=\"");
	buf_html(&b, w->contract);
	buf_text(
	    &b, "\">\n<input type=\"hidden\" name=\"" SURE "\" value=\"1\">\n");
	return show(w, TEXT_PAGE_WITHDRAW,
	    text_fill_in(w->in, w->req->arena, TEXT_PAGE_WITHDRAW_SURE,
		KV(kv_text("contract", w->contract))),
	    form_end(&b, w, TEXT_PAGE_WITHDRAW_CONFIRM));
}

static const char *
minute_of(const struct withdrawing *w)
{
	char minute[CLOCK_DATE_BYTES];

	clock_local_minute(w->at_ms, minute);
	return arena_dup_text(w->req->arena, minute);
}

/* The same, whether the contract is known or not: the page tells nobody who has
 * bought. */
static struct response
acknowledge(const struct withdrawing *w)
{
	return show(w, TEXT_PAGE_WITHDRAWN,
	    text_fill_in(w->in, w->req->arena, TEXT_PAGE_WITHDRAWN_LEAD,
		KV(kv_text("contract", w->contract),
		    kv_text("when", minute_of(w)), kv_int("number", w->id))),
	    str_from(arena_printf(w->req->arena, "<p>%s</p>\n",
		text_plain_in(w->in, TEXT_PAGE_WITHDRAWN_NEXT))));
}

/* ---- what is noted ---- */

static enum err
none_is_fine(enum err e)
{
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* An order's number, its name at whoever took the money, or the number of an
 * account at Telegram, of which the latest purchase is meant. */
static enum err
find(struct db *db, struct withdrawing *w)
{
	struct arena *a = w->req->arena;
	int64_t number = 0;
	enum err e;

	if (!str_to_i64(str_from(w->contract), &number) || number == 0)
		return none_is_fine(
		    ledger_order_by_session(db, a, w->contract, &w->order));
	e = db_one(db, a, SQL_WITHDRAWAL_ORDER, KV(kv_int("number", number)),
	    order_from_row, &w->order);
	return none_is_fine(e);
}

static void
withdrawal_from_row(const struct row *row, void *ctx)
{
	struct withdrawing *w = ctx;

	w->id = row_int(row, 0);
	w->at_ms = row_int(row, 1);
}

/* Who reloads the page has withdrawn once. */
static enum err
add(struct db *db, struct withdrawing *w)
{
	int64_t now_ms = clock_now_ms();
	enum err e = db_one(db, w->req->arena, SQL_WITHDRAWAL_LATEST,
	    KV(kv_text("contract", w->contract),
		kv_int("since_ms", now_ms - HOUR_MS)),
	    withdrawal_from_row, w);

	w->is_new = e == ERR_NOT_FOUND;
	if (!w->is_new)
		return e;
	return db_one(db, w->req->arena, SQL_WITHDRAWAL_ADD,
	    KV(kv_text("contract", w->contract),
		kv_int("tg_id", w->order.tg_id),
		kv_int_or_null("order_id", w->order.id),
		kv_int("now_ms", now_ms)),
	    withdrawal_from_row, w);
}

/* What the law makes of it hangs on the consent, so the operators read whether
 * there is one, and by which command money goes back. */
static enum err
tell_operators(struct db *db, struct withdrawing *w)
{
	struct arena *a = w->req->arena;
	struct consent c = { 0 };
	const struct alert_about about = { .tg_id = w->order.tg_id,
		.refund_order = w->order.id };
	const char *command = "admit orders";
	enum text which = TEXT_ALERT_WITHDRAWAL;
	enum err e = w->order.id == 0 ?
	    ERR_NOT_FOUND :
	    consent_of_purchase(
		db, a, w->order.tg_id, w->order.product, w->order.paid_ms, &c);

	if (e == ERR_OK)
		which = TEXT_ALERT_WITHDRAWAL_CONSENT;
	else if (e != ERR_NOT_FOUND)
		return e;
	if (w->order.id != 0)
		command = arena_printf(
		    a, "admit refund %lld", (long long)w->order.id);
	return alert_promise_about(w->app, a,
	    arena_printf(a, "withdrawal/%lld", (long long)w->id),
	    &(struct alert_words){ .text = which,
		.values = KV(kv_text("contract", w->contract),
		    kv_int("buyer", w->order.tg_id),
		    kv_text("when", minute_of(w)), kv_text("command", command)),
		.date = "day",
		.date_ms = c.at_ms },
	    &about);
}

static enum err
tell_buyer(struct db *db, struct withdrawing *w)
{
	if (w->order.id == 0 || w->order.tg_id == 0)
		return ERR_OK;
	return jobs_promise(db, JOB_NOTICE,
	    arena_printf(w->req->arena, "withdrawn/%lld", (long long)w->id),
	    w->order.tg_id, w->order.id, "withdrawn");
}

static enum err
note(struct db *db, void *ctx)
{
	struct withdrawing *w = ctx;
	const struct limit_who who = { .address =
					   serve_address(w->app, w->req) };
	enum err e;

	w->limited = limit_address(w->app, w->req->arena, &who, &w->wait_s);
	if (w->limited == ERR_THROTTLED)
		return ERR_OK;
	e = find(db, w);
	if (e == ERR_OK)
		e = add(db, w);
	if (e == ERR_OK && w->is_new)
		e = tell_operators(db, w);
	return e == ERR_OK && w->is_new ? tell_buyer(db, w) : e;
}

/* It is acknowledged once it is on the disk. */
static struct response
confirmed(struct withdrawing *w)
{
	struct response res;

	if (db_transaction(w->app->db, note, w) != ERR_OK)
		return pages_show(w->app, w->req, PAGES_PROVIDER_DOWN);
	if (w->limited != ERR_THROTTLED)
		return acknowledge(w);
	res = pages_show(w->app, w->req, PAGES_LIMITED);
	res.retry_after_s = w->wait_s;
	return res;
}

/* Letters, digits and "_" alone: no name and no address comes in. */
static bool
is_contract(const char *text)
{
	struct str s = str_trim(str_from(text));

	return s.len > 0 && s.len <= MAX_CONTRACT_BYTES &&
	    str_only(s, STR_LETTERS STR_DIGITS "_");
}

struct response
withdraw_page(struct app *app, const struct request *req)
{
	struct withdrawing w = {
		.app = app, .req = req, .in = pages_language(req)
	};
	const char *sure, *named = NULL;
	enum err e = req->method == WEB_POST ?
	    request_field(req, FIELD, &named) :
	    request_param(req, FIELD, &named);

	if (e == ERR_OK && is_contract(named))
		w.contract = arena_dup(req->arena, str_trim(str_from(named)));
	if (req->method != WEB_POST)
		return ask(&w, TEXT_PAGE_WITHDRAW_LEAD);
	if (w.contract == NULL)
		return ask(&w, TEXT_PAGE_WITHDRAW_WRONG);
	return request_field(req, SURE, &sure) == ERR_OK ? confirmed(&w) :
							   ask_again(&w);
}
