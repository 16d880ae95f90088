/* Asking for lists and reading them. */
#include "stripe/list.h"

#include "base/log.h"

#include <stdio.h>

#define MAX_TYPES 20 /* in one question, by Stripe's rule */

static const struct {
	const char *path;
	const char *type; /* of the event that would tell of one; NULL: they
	                     are events, of the types we subscribe to */
} lists[STRIPE_LIST__COUNT] = {
	[STRIPE_LIST_UNDELIVERED] = { "events?delivery_success=false&", NULL },
	[STRIPE_LIST_EVENTS] = { "events?", NULL },
	[STRIPE_LIST_SESSIONS] = { "checkout/sessions?status=complete&",
	    "checkout.session.completed" },
	[STRIPE_LIST_REFUNDS] = { "refunds?", "refund.updated" },
	[STRIPE_LIST_DISPUTES] = { "disputes?", "charge.dispute.updated" },
	[STRIPE_LIST_INVOICES] = { "invoices?status=paid&"
				   "expand[]=data.payments&",
	    "invoice.paid" },
};

/* Where there are more types than may be named, all are asked for. */
static const char *
types(struct arena *a)
{
	const char *list = "";
	size_t n = 0;

	while (stripe_event_type(n) != NULL)
		n++;
	for (size_t i = 0; n <= MAX_TYPES && i < n; i++)
		list = arena_printf(
		    a, "%stypes[%zu]=%s&", list, i, stripe_event_type(i));
	return list;
}

struct http_request
stripe_list_request(struct arena *a, const struct stripe_api *api,
    enum stripe_list which, int64_t since_s, const char *after)
{
	return stripe_get_request(a, api,
	    arena_printf(a, "%s%screated[gte]=%lld&limit=%d%s%s",
		lists[which].path, lists[which].type == NULL ? types(a) : "",
		(long long)since_s, STRIPE_PAGE,
		after == NULL ? "" : "&starting_after=",
		after == NULL ? "" : after));
}

static struct json *
item(const struct stripe_page *page, size_t i)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "data.%zu", i);
	return json_at(page->doc, path);
}

enum err
stripe_page_answer(
    struct arena *a, const struct http_response *res, struct stripe_page *out)
{
	enum err e;

	*out = (struct stripe_page){ 0 };
	e = stripe_answer(a, res, &out->doc);
	if (e != ERR_OK)
		return e;
	out->n = json_count(out->doc, "data");
	/* An empty page ends the list even if it claims more: there is no id to
	 * go on from. */
	if (out->n == 0 || !json_is_true(out->doc, "has_more"))
		return ERR_OK;
	/* The cursor is the last object's id, not a page's number: new objects
	 * arrive at the front while one reads, and pages would shift. */
	out->next = stripe_id_at(a, item(out, out->n - 1), "id");
	/* It goes into a URL, and an endless list must not begin anew. */
	if (out->next != NULL &&
	    str_only(str_from(out->next), STR_LETTERS STR_DIGITS "_-"))
		return ERR_OK;
	log_event(LOG_WARN, "stripe_list_unreadable",
	    KV(kv_text("request_id", res->request_id)));
	return ERR_REFUSED;
}

/* A session found complete is handed on as the event that should have come:
 * reconciliation and webhook then run through the same code. */
enum err
stripe_page_read(struct arena *a, const struct stripe_page *page,
    enum stripe_list which, size_t i, struct stripe_event *out)
{
	struct json *obj = item(page, i);

	/* What is no event says how it stands now, as the latest would. */
	return lists[which].type == NULL ?
	    stripe_event_read(a, obj, out) :
	    stripe_event_from_object(a, lists[which].type, obj, out);
}
