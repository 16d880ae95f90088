/* What strangers' bytes reach, one function each, and what must hold for
 * whatever they send. Built with libFuzzer, which looks for bytes that break
 * it (make fuzz), and with replay.c, which needs no libFuzzer (make check). */
#include "targets.h"

#include "web/fastcgi.c" /* with the statics: requests from a socket */

#include "base/array.h"
#include "base/cidr.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/json_pick.h"
#include "base/json_weight.h"
#include "base/log.h"
#include "base/tg_id.h"
#include "base/url.h"
#include "coach/care.h"
#include "coach/guard.h"
#include "coach/lesson.h"
#include "coach/manners.h"
#include "coach/parts.h"
#include "coach/plain.h"
#include "coach/prompt.h"
#include "coach/speech.h"
#include "coach/terms.h"
#include "coach/thought.h"
#include "payment/paylink.h"
#include "shop/catalog_file.h"
#include "shop/markdown.h"
#include "shop/texts_file.h"
#include "stripe/api.h"
#include "stripe/event.h"
#include "stripe/list.h"
#include "stripe/signature.h"
#include "telegram/api.h"
#include "telegram/command.h"
#include "telegram/update.h"
#include "web/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define NOW_S 1700000000
#define MAX_BODY_BYTES 4096

/* Emptied after each run. */
static struct arena mem;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct str
first_line(struct str *rest)
{
	return str_cut(rest, '\n');
}

/* An HTTP status of up to 3 digits; anything else is 200. */
static int
status_from(struct str line)
{
	int64_t n = 0;

	return str_to_i64(line, &n) && n < 1000 ? (int)n : 200;
}

static bool
is_tg_id(int64_t n)
{
	return n >= 0 && n <= TG_ID_MAX;
}

static bool
holds_mac(
    struct str header, const char *secret, struct str stamp, struct str body)
{
	const struct str parts[] = { stamp, { ".", 1 }, body };
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[2 * HMAC_SHA256_BYTES + 1];

	must(hmac_sha256(str_from(secret), parts, 3, mac) == ERR_OK);
	hex_encode(mac, sizeof(mac), hex);
	return str_has_nocase(header, hex);
}

static bool
all_wanted(struct str name)
{
	(void)name;
	return true;
}

/* Nothing is lost on the way where all of it is wanted, and what is no JSON
 * does not become any. */
static void
json_picked(struct str in, const char *written)
{
	struct json *doc;
	enum err e = json_parse(&mem, json_pick(&mem, in, all_wanted), &doc);

	must((e == ERR_OK) == (written != NULL));
	must(e != ERR_OK || str_eq(json_render(&mem, doc), written));
}

/* No text is lighter than its tree, or what a tree lost would not be seen; and
 * written anew, where each name stands once, it is as heavy. */
static void
json(struct str in)
{
	size_t text = json_weight(str_trim(in)), again;
	const char *written;
	struct json *doc;

	if (json_parse(&mem, in, &doc) != ERR_OK) {
		json_picked(in, NULL);
		return;
	}
	json_picked(in, json_render(&mem, doc).p);
	must(text == 0 || text >= json_tree_weight(doc));
	written = json_render(&mem, doc).p;
	again = json_weight(str_from(written));
	must(again == json_tree_weight(doc) ||
	    (again == 0 &&
		(strstr(written, "NaN") != NULL ||
		    strstr(written, "Infinity") != NULL)));
}

/* Accepted only with the signature of this very body in it. */
static void
signature(struct str in)
{
	struct str header = first_line(&in), left = header, stamp = { 0 };

	if (stripe_signature_check(header, in, "whsec_one,whsec_two", NOW_S) !=
	    ERR_OK)
		return;
	while (left.len > 0 && stamp.len == 0) {
		struct str value = str_cut(&left, ',');

		if (str_eq(str_cut(&value, '='), "t"))
			stamp = value;
	}
	must(holds_mac(header, "whsec_one", stamp, in) ||
	    holds_mac(header, "whsec_two", stamp, in));
}

static bool
is_blank_free(const char *id)
{
	return id == NULL || !str_has_blank(str_from(id));
}

/* What holds for whatever an event was read from. */
static void
must_be_event(const struct stripe_event *ev)
{
	must(ev->kind >= STRIPE_OTHER && ev->kind < STRIPE_EVENT__COUNT);
	must(is_tg_id(ev->session.tg_id));
	must(ev->kind != STRIPE_CHARGE_REFUNDED ||
	    ev->charge.refunded_minor >= 0);
	must(is_blank_free(ev->charge.payment_intent));
	must(is_blank_free(ev->payment_intent));
	must(ev->is_thin || ev->kind != STRIPE_REFUND ||
	    (ev->refund.id != NULL && is_blank_free(ev->refund.id) &&
		ev->refund.amount_minor >= 0));
	must(ev->is_thin || ev->kind != STRIPE_DISPUTE ||
	    (ev->dispute.id != NULL && is_blank_free(ev->dispute.id)));
	must(ev->session.amount_minor >= 0);
	must(ev->object_path == NULL ||
	    (ev->is_thin && str_starts(str_from(ev->object_path), "/v1/") &&
		str_only(
		    str_from(ev->object_path), STR_LETTERS STR_DIGITS "/_-")));
	must(!ev->is_thin || ev->kind == STRIPE_OTHER || ev->doubt != NULL ||
	    (ev->object_id != NULL && ev->object_path != NULL));
	for (const char *p = ev->doubt; p != NULL && *p != '\0'; p++)
		must(*p >= ' ' && *p <= '~');
}

static void
event(struct str in)
{
	static const struct stripe_api api = { "https://h", "sk_test_1" };
	struct stripe_event ev;

	if (stripe_event_parse(&mem, in, &ev) != ERR_OK)
		return;
	must(ev.id != NULL && ev.type != NULL);
	must(is_blank_free(ev.id));
	must_be_event(&ev);
	if (ev.object_path != NULL)
		must(str_starts(
		    str_from(
			stripe_object_request(&mem, &api, ev.object_path).url),
		    arena_printf(&mem, "https://h%s", ev.object_path)));
}

static void
update(struct str in)
{
	struct tg_update u;

	if (tg_update_parse(&mem, in, &u) != ERR_OK)
		return;
	must(is_tg_id(u.from_id));
	must(u.kind != TG_CHECKOUT || u.payment.query_id != NULL);
	must((u.kind != TG_PAID && u.kind != TG_REFUNDED) ||
	    (u.payment.charge_id != NULL && u.payment.amount > 0));
	must(
	    u.kind != TG_PLAN || (u.payment.payload != NULL && u.from_id != 0));
	must(u.status >= TG_NO_STATUS && u.status <= TG_ADMIN);
	must(u.kind != TG_BUTTON || u.button_id != NULL);
	must(tg_words(&u) == u.text || tg_words(&u) == u.caption);
	/* The least of all numbers has no positive twin. */
	must(u.chat_id == INT64_MIN ||
	    tg_chat_id(arena_printf(&mem, "%lld", (long long)u.chat_id)) ==
		u.chat_id);
	(void)tg_is_command(u.text, "/pay");
	(void)tg_is_command(u.text, "/start");
	must(tg_command(u.text).rest.len <= str_from(u.text).len);
}

/* Whoever opens this address, be it a preview, is read as the same person who
 * pays for the same; -> whether they would be taken for a preview. */
static bool
must_be_read_as(struct app *app, const char *url, const struct paylink *link)
{
	static char from[] = "HTTP_USER_AGENT=TelegramBot (like TwitterBot)";
	char *query =
	    arena_printf(&mem, "QUERY_STRING=%s", strchr(url, '?') + 1);
	char *variables[] = { query, from, NULL };
	struct request req;
	struct paylink back;

	request_read(&req, &mem, variables);
	must(paylink_read(app, &req, &back) == ERR_OK);
	must(back.tg_id == link->tg_id &&
	    strcmp(back.product->id, link->product->id) == 0);
	must(back.with == link->with);
	must(str_eq(str_from(back.language == NULL ? "" : back.language),
	    link->language == NULL ? "" : link->language));
	return paylink_is_previewed(&req);
}

/* The link that we would make for somebody is theirs, signed or bare, and so is
 * the one behind the button of a preview's page, which only a person presses. */
static void
must_lead_back(
    struct app *app, const struct request *req, const struct paylink *link)
{
	struct app bare = *app;
	struct app *const apps[] = { app, &bare };

	bare.conf.pay_link_secret = NULL;
	for (size_t i = 0; i < 2; i++) {
		const char *url =
		    paylink_make(apps[i], &mem, link->tg_id, link->product);

		if (link->language != NULL)
			url = paylink_in(&mem, url, paylink_language(req));
		if (link->with != NULL)
			url = paylink_with(&mem, url, link->with);
		must(must_be_read_as(apps[i], url, link));
	}
	must(!must_be_read_as(app, paylink_onward(app, req, link), link));
}

/* The variables of a request, a line each, and what is asked of them. */
static void
query(struct str in)
{
	static const char *const trusted = "10.0.0.0/8, ::1";
	char *variables[64] = { NULL };
	struct app app = { .conf = { .base_url = "https://h",
			       .pay_link_secret = "secret",
			       .pay_link_bare = 1 },
		.catalog = {
		    .products = { { .id = "course" }, { .id = "second" } },
		    .n = 2 } };
	struct paylink link;
	struct request req;
	const char *value;

	for (size_t i = 0; in.len > 0 && i < 63; i++)
		variables[i] = arena_dup(&mem, first_line(&in));
	request_read(&req, &mem, variables);
	must(req.query != NULL && req.page != NULL);
	if (request_param(&req, "tg_id", &value) == ERR_OK)
		must(value != NULL);
	if (paylink_read(&app, &req, &link) == ERR_OK) {
		must(is_tg_id(link.tg_id) && link.product != NULL);
		must_lead_back(&app, &req, &link);
	}
	(void)paylink_is_previewed(&req);
	(void)request_looks_ahead(&req);
	(void)request_wants_json(&req);
	(void)request_is_preview(&req);
	must(language_accepted(req.query, LANGUAGE_PL) < LANGUAGE__COUNT);
	must(client_address(&req, trusted) != NULL);
	(void)client_scheme(&req, trusted);
	if (cidr_list_ok(req.query))
		(void)cidr_list_has(req.query, "192.0.2.1");
}

/* The call as a request and as the reply to an update. Text that is no UTF-8
 * does not come back; nothing else may differ. */
static void
must_come_back(struct json *params, const char *path, const char *want)
{
	const struct tg_api api = { "https://api.telegram.org", "1:x" };
	const struct http_request req =
	    tg_request(&mem, &api, "method", params);
	const struct str bodies[] = { req.body,
		tg_reply_body(&mem, "method", params) };

	for (size_t i = 0; i < 2; i++) {
		struct json *doc;
		const char *back;

		if (json_parse(&mem, bodies[i], &doc) != ERR_OK)
			continue;
		back = json_text(doc, path);
		must(back != NULL && strcmp(back, want) == 0);
	}
}

static size_t
n_characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Titles are cut to what Telegram takes, never within a character. */
static void
write_invoice(const char *title, const char *description)
{
	const struct tg_invoice inv = { 1, title, description, "admit:x", 5 };
	struct str json = json_render(&mem, tg_send_invoice(&mem, &inv));
	struct json *doc;

	if (json_parse(&mem, json, &doc) != ERR_OK)
		return;
	must(n_characters(json_text(doc, "title")) <= 32);
	must(n_characters(json_text(doc, "description")) <= 255);
	must(strncmp(json_text(doc, "title"), title,
		 strlen(json_text(doc, "title"))) == 0);
}

/* A path leads into the bot's folder of files or nowhere. */
static void
lead_to_file(const char *path)
{
	const struct tg_api api = { "https://h", "1:x" };
	struct http_request req;

	if (tg_file_request(&mem, &api, path, &req) != ERR_OK)
		return;
	must(str_starts(str_from(req.url), "https://h/file/bot1:x/"));
	must(strstr(req.url, "..") == NULL &&
	    str_only(str_from(req.url), STR_LETTERS STR_DIGITS "/:_.-"));
}

/* Each request to Stripe has its secret in one header and nowhere else. */
static void
must_be_sealed(const struct http_request *req)
{
	must(str_only(req->body, STR_LETTERS STR_DIGITS "-._~%&=[]"));
	must(str_only(str_from(req->url), STR_LETTERS STR_DIGITS "-._:/?=&[]"));
	must(strcmp(req->headers[0], "Authorization: Bearer sk_test_1") == 0);
	must(strstr(req->url, "sk_test_1") == NULL);
}

/* What goes into an address was judged before; what goes into a body was not. */
static void
write_requests(const struct stripe_api *api, const char *text)
{
	bool is_id = stripe_subscription_id_ok(text) &&
	    strstr(text, api->secret) == NULL;
	const char *id = is_id ? text : "sub_1";
	const struct http_request all[] = {
		stripe_refund_request(&mem, api, text, 5, "key"),
		stripe_portal_request(&mem, api, text),
		stripe_session_request(&mem, api, "cs_1"),
		stripe_expire_request(&mem, api, "cs_1"),
		stripe_price_request(&mem, api, "price_1"),
		stripe_probe_request(&mem, api),
		stripe_subscription_request(&mem, api, id),
		stripe_end_request(&mem, api, id),
		stripe_cancel_request(&mem, api, id),
		stripe_object_request(&mem, api, "/v1/invoices/in_1"),
	};

	for (size_t i = 0; i < LENGTH(all); i++)
		must_be_sealed(&all[i]);
}

/* Paid once; each month, by a price kept at Stripe; and each quarter, after
 * days that cost less. */
static void
write_orders(const struct stripe_api *api, const char *name, const char *text)
{
	const struct stripe_order once = { .tg_id = 1,
		.product = "course",
		.product_name = name,
		.amount_minor = 100,
		.currency = "eur",
		.success_url = text,
		.cancel_url = text,
		.idempotency_key = "key" };
	struct stripe_order monthly = once, tried = once;
	struct http_request req = stripe_create_request(&mem, api, &once);

	must_be_sealed(&req);
	monthly.price_id = text;
	monthly.every = "month";
	monthly.every_n = 1;
	req = stripe_create_request(&mem, api, &monthly);
	must_be_sealed(&req);
	tried.shop = text;
	tried.locale = text;
	tried.every = "month";
	tried.every_n = 3;
	tried.trial_days = 7;
	tried.trial_amount_minor = 50;
	req = stripe_create_request(&mem, api, &tried);
	must_be_sealed(&req);
}

/* What a buyer asks stays in the user's role, what lessons say in the data. */
static void
ask_model(const char *name, const char *text)
{
	const struct model m = { "https://h", "key", "a-model",
		text[0] == 'n' };
	const struct turn turns[] = { { name, text }, { text, NULL } };
	const struct passage passage = {
		.lesson = name, .heading = name, .text = text
	};
	const char *system = prompt_system(&mem, name, &passage, 1);
	struct http_request req =
	    completion_request(&mem, &m, system, turns, 2);
	struct json *doc;

	if (json_parse(&mem, req.body, &doc) == ERR_OK) {
		must(json_count(doc, "messages") == 4);
		must(str_eq(
		    str_from(json_text(doc, "messages.3.role")), "user"));
		must(strcmp(json_text(doc, "messages.3.content"), text) == 0);
	}
	req = speech_request(&mem, &m, str_from(text), "uk");
	must(req.body.len > strlen(text));
	must(strcmp(req.headers[1], "Authorization: Bearer key") == 0);
}

/* Whatever stands in a value, the form and the JSON have it encoded. */
static void
form(struct str in)
{
	char *name = arena_dup(&mem, first_line(&in));
	char *text = arena_dup(&mem, in);
	const struct stripe_api api = { "https://api.stripe.com", "sk_test_1" };
	const struct tg_choice choice = { name, text };
	const struct tg_message m = { .chat_id = 1,
		.text = text,
		.button = name,
		.button_url = text,
		.choices = &choice,
		.n_choices = 1 };

	write_orders(&api, name, text);
	write_requests(&api, text);
	lead_to_file(text);
	ask_model(name, text);
	if (strlen(text) <= TG_MAX_TEXT)
		must_come_back(tg_send_message(&mem, &m), "text", text);
	must_come_back(tg_answer_button(&mem, "1", text, NULL), "text", text);
	must_come_back(
	    tg_answer_checkout(&mem, "1", text), "error_message", text);
	write_invoice(name, text);
	(void)stripe_redirect_ok(&api, text);
	(void)url_is_loopback(text);
}

/* Whichever of its items counts. */
static void
must_be_subscription(const struct stripe_subscription *sub)
{
	must(stripe_subscription_id_ok(sub->id) && sub->word != NULL &&
	    sub->status != STRIPE_SUB_UNKNOWN &&
	    sub->n_items <= STRIPE_MAX_ITEMS);
	must(sub->period_start_s > 0 && sub->period_end_s > 0 &&
	    sub->period_start_s < INT64_MAX / 1000 &&
	    sub->period_end_s < INT64_MAX / 1000);
	must(!sub->ends_with_period || sub->ends_s == sub->period_end_s);
}

static void
stripe_reply(struct str in)
{
	struct http_response res = { .retry_after_s = -1, .date_s = -1 };
	struct stripe_subscription sub;
	struct stripe_session s;
	struct json *doc;

	res.status = status_from(first_line(&in));
	res.body = in;
	if (stripe_session_answer(&mem, &res, &s) == ERR_OK)
		must(s.id != NULL && stripe_session_id_ok(str_from(s.id)) &&
		    is_tg_id(s.tg_id) && res.status / 100 == 2);
	if (stripe_answer(&mem, &res, &doc) == ERR_OK &&
	    stripe_subscription_read(&mem, doc, &sub) == ERR_OK) {
		must_be_subscription(&sub);
		stripe_subscription_choose(
		    &sub, "course", "price_1", 999, "eur");
		must_be_subscription(&sub);
	}
}

/* A page of a list: its kind, the status, the body. */
static void
stripe_list(struct str in)
{
	const struct stripe_api api = { "https://api.stripe.com", "sk_test_1" };
	struct http_response res = { .retry_after_s = -1, .date_s = -1 };
	enum stripe_list which = (enum stripe_list)(
	    in.len == 0 ? 0 : (unsigned char)in.p[0] % STRIPE_LIST__COUNT);
	struct http_request next;
	struct stripe_page page;

	(void)first_line(&in);
	res.status = status_from(first_line(&in));
	res.body = in;
	if (stripe_page_answer(&mem, &res, &page) != ERR_OK)
		return;
	must(page.next == NULL || page.n > 0);
	next = stripe_list_request(&mem, &api, which, NOW_S, page.next);
	must(str_only(str_from(next.url), STR_LETTERS STR_DIGITS "-._:/?=&[]"));
	for (size_t i = 0; i < page.n && i < 64; i++) {
		struct stripe_event ev;

		if (stripe_page_read(&mem, &page, which, i, &ev) == ERR_OK)
			must_be_event(&ev);
	}
}

/* What others have written goes into what is sent. */
static void
telegram_sent(const char *text)
{
	const struct tg_api api = { .base = "https://api.example",
		.token = "1:a" };
	const struct tg_choice choices[] = { { text, "a" }, { "b", "b" } };
	const struct tg_message m = { .chat_id = 1,
		.text = text,
		.button = text,
		.button_url = "https://h.example/",
		.choices = choices,
		.n_choices = LENGTH(choices),
		.row = choices,
		.n_row = 1,
		.reply_to = 7 };
	const struct tg_invoice invoice = { 1, text, text, "p", 1 };
	const struct tg_file picture = { TG_PHOTO, "a.png", str_from(text) };
	struct json *const sent[] = { tg_send_message(&mem, &m),
		tg_send_photo(&mem, &m, text), tg_edit_text(&mem, &m, 2),
		tg_edit_photo(&mem, &m, NULL, 2),
		tg_copy_message(&mem, &m, 3, 4),
		tg_answer_button(&mem, text, text, text),
		tg_send_invoice(&mem, &invoice), tg_plan_link(&mem, &invoice),
		tg_answer_checkout(&mem, text, text) };
	struct http_request file;

	for (size_t i = 0; i < LENGTH(sent); i++) {
		must(tg_request(&mem, &api, "m", sent[i]).body.len > 0);
		must(tg_upload(&mem, &api, "m", sent[i], &picture).body.len >
		    picture.bytes.len);
		must(tg_reply_body(&mem, "m", sent[i]).len > 0);
	}
	must(tg_trial(&mem, "https://h.example", "s").body.len > 0);
	(void)tg_button_url_ok(text);
	if (tg_file_request(&mem, &api, text, &file) == ERR_OK)
		must(strstr(file.url, "..") == NULL);
}

static void
telegram_reply(struct str in)
{
	struct http_response res = { .retry_after_s = -1, .date_s = -1 };
	struct tg_answer answer;

	res.status = status_from(first_line(&in));
	res.body = in;
	tg_answer_read(&mem, &res, &answer);
	must(answer.wait_s >= 0);
	must(answer.outcome != TG_DONE || res.status == 200);
	must(!tg_may_admit(answer.result) ||
	    tg_status(answer.result) == TG_ADMIN);
	(void)tg_has_no_right(answer.description);
	(void)tg_chat_is_unknown(answer.description);
	(void)tg_is_not_modified(answer.description);
	(void)tg_photo_of(&mem, answer.result);
	telegram_sent(arena_dup(&mem, in));
}

static void
products(struct str in)
{
	static struct catalog catalog;
	struct conf conf = { .grace_days = 3 };

	if (!catalog_read(&catalog, &mem, &conf, "products.json", in)) {
		must(conf.settings.n_faults > 0);
		return;
	}
	must(catalog.n > 0 && catalog.n <= CATALOG_MAX_PRODUCTS);
	for (size_t i = 0; i < catalog.n; i++)
		must(product_title(&catalog.products[i], "uk") != NULL);
}

/* What is taken of an operator's words can be said: whole, filled, in every
 * form. */
static void
texts(struct str in)
{
	static struct texts own[LANGUAGE__COUNT];
	struct settings s = { .n_faults = 0 };
	bool is_fine;

	memset(own, 0, sizeof(own));
	is_fine = texts_read(own, &mem, &s, "/x/uk.po", in);
	must(is_fine == (s.n_faults == 0));
	text_set(LANGUAGE_UK, own);
	for (int i = 0; i < TEXT__COUNT; i++)
		for (int n = 0; n < 7; n++) {
			const char *said =
			    text_count(&mem, (enum text)i, n, KV_NONE);

			must(strpbrk(said, "{}") == NULL);
			must(str_is_utf8(str_from(said)));
		}
	text_set(LANGUAGE_UK, NULL);
}

/* Without a products file the settings alone say what is sold. Of very many
 * faults the last are dropped. */
static void
sell_by(struct conf *conf)
{
	static struct catalog catalog;
	size_t n_faults = conf->settings.n_faults;

	conf->products_file = NULL;
	if (catalog_load(&catalog, &mem, conf) != ERR_OK)
		must(conf->settings.n_faults > n_faults ||
		    n_faults == SETTINGS_MAX_FAULTS);
	must(catalog.n == 1 && catalog_is_id(catalog.products[0].id));
}

static void
settings(struct str in)
{
	struct conf conf;
	char path[32];
	int fd = memfd_create("settings", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, in.p, in.len) == (ssize_t)in.len &&
	    fchmod(fd, 0600) == 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)setenv("ADMIT_CONF", path, 1);
	if (conf_load(&conf, &mem, PROGRAM_ALL, NULL) != ERR_OK)
		must(conf.settings.n_faults > 0);
	sell_by(&conf);
	(void)close(fd);
}

/* ---- the coach ---- */

/* The first line is the file's name. */
static void
lesson(struct str in)
{
	const char *name = arena_dup(&mem, first_line(&in)), *why = NULL;
	struct lessons l;

	if (lesson_read(&mem, name, in, &l, &why) != ERR_OK) {
		must(why != NULL);
		return;
	}
	for (size_t i = 0; i < l.n; i++) {
		must(l.list[i].title != NULL && l.list[i].number >= 0);
		for (size_t k = 0; k < l.list[i].n; k++) {
			struct str text = str_from(l.list[i].chunks[k].text);

			must(text.len > 0 && text.len <= CHUNK_BYTES);
			must(str_is_utf8(text));
		}
	}
}

/* Nothing of a query's syntax comes out of a question; a question holds its
 * own words. */
static void
question(struct str in)
{
	struct term terms[TERMS_MAX];
	size_t n = terms_of(&mem, in, terms);
	struct str folded = terms_fold(&mem, in), asked = terms_asked(&mem, in);
	struct str once, twice;

	must(thought_cut(&mem, in).len <= in.len);
	must(asked.len <= in.len && (asked.len == 0 || str_ends(asked, "?")));
	must(n <= TERMS_MAX);
	for (size_t i = 0; i < n; i++) {
		must(terms[i].prefix.len > 0 &&
		    terms[i].prefix.len <= terms[i].stem.len);
		for (size_t k = 0; k < terms[i].stem.len; k++)
			must((unsigned char)terms[i].stem.p[k] > '/' &&
			    memchr("\"'*()^:", terms[i].stem.p[k], 8) == NULL);
		must(in.len > 8000 || terms_match(folded, &terms[i]) > 0);
	}
	(void)guard_is_crisis(&mem, in);
	once = guard_fold(&mem, in);
	twice = guard_fold(&mem, once);
	must(once.len == twice.len && memcmp(once.p, twice.p, once.len) == 0);
	must(manners_of(&mem, in) < MANNERS__COUNT);
	(void)care_needs_expert(&mem, in);
	/* What has no number in it stays as it is. */
	must(care_has_secret(&mem, in) || str_eq(in, care_hide(&mem, in)) ||
	    memchr(in.p, '\0', in.len));
}

/* The first line is the status. */
static void
model_reply(struct str in)
{
	struct http_response res = { .retry_after_s = -1, .date_s = -1 };
	struct completion said;
	struct prompt_answer answer;
	const char *words = NULL;

	res.status = status_from(first_line(&in));
	res.body = in;
	if (speech_read(&mem, &res, &words) == ERR_OK)
		must(words != NULL && words[0] != '\0');
	if (completion_read(&mem, &res, &said) != ERR_OK) {
		must(said.text == NULL && said.reason != NULL);
		return;
	}
	must(said.text[0] != '\0' && said.n_tokens >= 0);
	answer = prompt_read(str_from(said.text), PASSAGES_MAX);
	must(answer.is_none || answer.text.len > 0);
	must(answer.text.len <= strlen(said.text));
}

/* A second time there is nothing left to put out; parts lose nothing but
 * blanks. */
static void
links(struct str in)
{
	const char *once = guard_unlink(&mem, in, "good.example", "[-]");
	const char *plain = plain_text(&mem, in);
	struct str rest = str_from(once), part;
	size_t n = 0;

	must(
	    strcmp(guard_unlink(&mem, rest, "good.example", "[-]"), once) == 0);
	while ((part = parts_next(&rest, 50)).len > 0) {
		must(part.len <= 50);
		n += part.len;
	}
	must(strlen(plain) <= 3 * in.len);
	must(n <= strlen(once));
}

/* ---- a request from the socket, through libfcgi ---- */

static void
serve_all(void *ctx, struct exchange *const *x, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		const char *value;

		if (request_param(&x[i]->req, "tg_id", &value) == ERR_OK)
			must(value != NULL);
		must(x[i]->req.body.len <= MAX_BODY_BYTES);
		x[i]->res = response_json(200, x[i]->req.body);
	}
}

/* Wherever the stream is cut, it ends at the same byte. */
static void
follow_in_steps(struct str in)
{
	const unsigned char *p = (const unsigned char *)in.p;
	struct records whole = { 0 }, cut = { 0 };

	records_follow(&whole, p, in.len);
	for (size_t at = 0; at < in.len; at += 3)
		records_follow(&cut, p + at, in.len - at < 3 ? in.len - at : 3);
	must(whole.is_whole == cut.is_whole);
	must(whole.is_broken == cut.is_broken);
}

/* What the PARAMS records of a stream hold, put together. */
static struct str
params_of(struct str in)
{
	struct buf all = buf_new(&mem, in.len);

	while (in.len >= 8) {
		const unsigned char *head = (const unsigned char *)in.p;
		size_t n = (size_t)head[4] << 8 | head[5], all_of_it;

		in = (struct str){ in.p + 8, in.len - 8 };
		all_of_it = n + head[6] < in.len ? n + head[6] : in.len;
		if (head[1] == 4)
			buf_add(&all,
			    (struct str){ in.p, n < in.len ? n : in.len });
		in = (struct str){ in.p + all_of_it, in.len - all_of_it };
	}
	return buf_str(&all);
}

/* A length of libfcgi's pairs: one byte, or four with the highest bit set. */
static size_t
pair_length(struct str *in)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t size = in->len > 0 && p[0] >= 0x80 ? 4 : 1, n = 0;

	for (size_t i = 0; i < size && i < in->len; i++)
		n = n << 8 | (i == 0 && size == 4 ? p[0] & 0x7fu : p[i]);
	size = size < in->len ? size : in->len;
	*in = (struct str){ in->p + size, in->len - size };
	return n;
}

/* libfcgi asks for as much memory as a variable is said to have, and ends the
 * process where there is none: that only the web server can do to us. */
static bool
announces_too_much(struct str in)
{
	struct str rest = params_of(in);

	while (rest.len > 0) {
		size_t n = pair_length(&rest);

		n += pair_length(&rest);
		if (n > in.len)
			return true;
		rest = (struct str){ rest.p + (n < rest.len ? n : rest.len),
			rest.len - (n < rest.len ? n : rest.len) };
	}
	return false;
}

static void
send_all(int fd, const char *p, size_t n)
{
	if (n > 0)
		must(write(fd, p, n) == (ssize_t)n);
}

/* The stream as it comes from a web server, the first bytes before the rest. */
static void
serve_stream(struct fastcgi *g, struct str in, size_t n_first)
{
	struct connection c;
	int ends[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	connection_open(&c, ends[0]);
	send_all(ends[1], in.p, n_first);
	if (n_first > 0)
		look_at(g, &c);
	if (c.fd >= 0 && g->n == 0)
		send_all(ends[1], in.p + n_first, in.len - n_first);
	(void)shutdown(ends[1], SHUT_WR);
	while (c.fd >= 0 && g->n == 0)
		look_at(g, &c);
	serve_batch(g);
	connection_close(&c);
	(void)close(ends[1]);
}

static void
fastcgi(struct str in)
{
	static const struct web_service service = {
		.serve = serve_all, .batch = 1, .max_body_bytes = MAX_BODY_BYTES
	};
	static struct fastcgi g;

	follow_in_steps(in);
	if (announces_too_much(in))
		return;
	if (g.service == NULL) {
		must(FCGX_Init() == 0);
		(void)signal(SIGPIPE, SIG_IGN);
		g.service = &service;
	}
	serve_stream(&g, in, 0);
	serve_stream(&g, in, in.len / 2);
}

/* Tags that were opened are closed in order, and nothing else looks like one. */
static void
must_nest(const char *html)
{
	char open[32][16];
	size_t n = 0;

	while ((html = strchr(html, '<')) != NULL) {
		bool ends = html[1] == '/';
		size_t len = strspn(html + 1 + ends, STR_LETTERS STR_DIGITS);
		char name[16] = { 0 };

		must(len > 0 && len < sizeof(name));
		memcpy(name, html + 1 + ends, len);
		html = strchr(html, '>');
		must(html != NULL);
		if (strcmp(name, "br") == 0 || strcmp(name, "hr") == 0)
			continue;
		if (ends)
			must(n > 0 && strcmp(open[--n], name) == 0);
		else
			memcpy(open[n++], name, sizeof(name));
		must(n < LENGTH(open));
	}
	must(n == 0);
}

/* Every message fits, and in the end there is none. */
static void
markdown(struct str in)
{
	struct markdown_reader r = { .rest = in };
	const char *html;
	size_t n = 0;

	must_nest(arena_dup(&mem, markdown_page(&mem, in)));
	for (; (html = markdown_message(&mem, &r)) != NULL; n++)
		must_nest(html);
	must(n <= in.len);
	(void)markdown_title(&mem, &in);
}

const struct fuzz_target fuzz_targets[] = {
	{ "json", json },
	{ "signature", signature },
	{ "event", event },
	{ "update", update },
	{ "query", query },
	{ "form", form },
	{ "fastcgi", fastcgi },
	{ "stripe_reply", stripe_reply },
	{ "stripe_list", stripe_list },
	{ "telegram_reply", telegram_reply },
	{ "products", products },
	{ "texts", texts },
	{ "settings", settings },
	{ "markdown", markdown },
	{ "lesson", lesson },
	{ "question", question },
	{ "model_reply", model_reply },
	{ "links", links },
	{ NULL, NULL },
};

void
fuzz_one(const struct fuzz_target *t, const void *bytes, size_t n)
{
	/* A copy of exactly this size: a byte too far is noticed. */
	char *copy = malloc(n + 1);
	char *exact = realloc(copy, n == 0 ? 1 : n);

	must(exact != NULL);
	if (n > 0)
		memcpy(exact, bytes, n);
	log_init("fuzz", LOG__COUNT);
	t->run((struct str){ exact, n });
	arena_free(&mem);
	free(exact);
}
