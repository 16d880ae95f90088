/* Lists of Stripe's API: what is asked for, and how a page is read. */
#include "testing.h"

#include "stripe/list.h"

static const struct stripe_api api = { "https://h", "sk_test_1" };

static const struct row {
	const char *why;
	enum stripe_list which;
	const char *begin; /* of the address */
	bool of_types;
} rows[] = {
	{ "undelivered events", STRIPE_LIST_UNDELIVERED,
	    "https://h/v1/events?delivery_success=false&", true },
	{ "events", STRIPE_LIST_EVENTS, "https://h/v1/events?", true },
	{ "sessions", STRIPE_LIST_SESSIONS,
	    "https://h/v1/checkout/sessions?status=complete&", false },
	{ "refunds", STRIPE_LIST_REFUNDS, "https://h/v1/refunds?", false },
	{ "disputes", STRIPE_LIST_DISPUTES, "https://h/v1/disputes?", false },
};

static void
asked(void **state)
{
	const struct row *r = *state;
	const char *url =
	    stripe_list_request(&mem, &api, r->which, 100, NULL).url;

	check_int(strncmp(url, r->begin, strlen(r->begin)), 0);
	check_has(url, "created[gte]=100");
	check_has(url, "limit=20");
	check_lacks(url, "starting_after");
	if (!r->of_types)
		check_lacks(url, "types");
	check_has(stripe_list_request(&mem, &api, r->which, 100, "x_1").url,
	    "&starting_after=x_1");
}

#define LIST(items, more) \
	"{\"object\":\"list\",\"data\":[" items "],\"has_more\":" more "}"
#define EVENT \
	"{\"id\":\"evt_1\",\"type\":\"refund.created\",\"livemode\":true," \
	"\"data\":{\"object\":" REFUND "}}"
#define REFUND "{\"id\":\"re_1\",\"amount\":5,\"payment_intent\":\"pi_1\"}"
#define DISPUTE \
	"{\"id\":\"du_1\",\"status\":\"lost\",\"payment_intent\":\"pi_1\"}"
#define SESSION \
	"{\"id\":\"cs_1\",\"payment_status\":\"paid\",\"livemode\":true}"

static enum err
page_of(const char *body, struct stripe_page *page)
{
	const struct http_response res = { .status = 200,
		.body = str_from(body) };

	return stripe_page_answer(&mem, &res, page);
}

static const struct item {
	const char *why;
	enum stripe_list which;
	const char *body;
	enum stripe_event_kind kind;
	const char *id; /* of the event; NULL: what is read is none */
} items[] = {
	{ "an event", STRIPE_LIST_EVENTS, LIST(EVENT, "false"), STRIPE_REFUND,
	    "evt_1" },
	{ "an undelivered event", STRIPE_LIST_UNDELIVERED, LIST(EVENT, "false"),
	    STRIPE_REFUND, "evt_1" },
	{ "a session", STRIPE_LIST_SESSIONS, LIST(SESSION, "false"),
	    STRIPE_CHECKOUT_COMPLETED, NULL },
	{ "a refund", STRIPE_LIST_REFUNDS, LIST(REFUND, "false"), STRIPE_REFUND,
	    NULL },
	{ "a dispute", STRIPE_LIST_DISPUTES, LIST(DISPUTE, "false"),
	    STRIPE_DISPUTE, NULL },
};

static void
read_back(void **state)
{
	const struct item *it = *state;
	struct stripe_page page;
	struct stripe_event ev;

	check_err(page_of(it->body, &page), ERR_OK);
	check_int(page.n, 1);
	check_text(page.next, NULL);
	check_err(stripe_page_read(&mem, &page, it->which, 0, &ev), ERR_OK);
	check_int(ev.kind, it->kind);
	check_text(ev.id, it->id);
	check_err(stripe_page_read(&mem, &page, it->which, 1, &ev), ERR_INPUT);
}

static void
next_page(void **state)
{
	struct stripe_page page;

	(void)state;
	check_err(page_of(LIST(REFUND "," DISPUTE, "true"), &page), ERR_OK);
	check_int(page.n, 2);
	check_text(page.next, "du_1");
	check_err(page_of(LIST("", "true"), &page), ERR_OK);
	check_text(page.next, NULL);
	check_err(
	    page_of(LIST("{\"id\":\"a&b\"}", "true"), &page), ERR_REFUSED);
	check_err(page_of(LIST("{}", "true"), &page), ERR_REFUSED);
}

static void
object_asked(void **state)
{
	const struct http_request req =
	    stripe_object_request(&mem, &api, "/v1/charges/ch_1");

	(void)state;
	check_text(req.url, "https://h/v1/charges/ch_1");
	check_text(req.method, "GET");
	check_text(req.headers[1], "Stripe-Version: " STRIPE_API_VERSION);
	check_text(req.body.p, NULL);
}

/* In a list as well, what takes money back and is not understood is told. */
static void
doubtful(void **state)
{
	struct stripe_page page;
	struct stripe_event ev;

	(void)state;
	check_err(page_of(LIST("{\"id\":\"du_1\",\"payment_intent\":\"pi_1\","
			       "\"status\":\"arbitrated\"}",
			      "false"),
		      &page),
	    ERR_OK);
	check_err(stripe_page_read(&mem, &page, STRIPE_LIST_DISPUTES, 0, &ev),
	    ERR_OK);
	check_int(ev.kind, STRIPE_OTHER);
	check_text(ev.doubt, "status arbitrated");
	check_text(ev.payment_intent, "pi_1");
}

int
main(void)
{
	ONE("object", "by its path", object_asked);
	ONE("read", "a doubt is kept", doubtful);
	ROWS("asked for", asked, rows);
	ROWS("read", read_back, items);
	ONE("page", "the next begins after the last", next_page);
	return testing_run("list", NULL, NULL);
}
