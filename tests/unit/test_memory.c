/* What the webhook's path asks of malloc() once it is warm, for events as
 * Stripe sends them: nothing for itself, and of json-c and SQLite no more than
 * is known. libfcgi's streams are its own. */
#include "shop.h"

#include "../bench/bodies.h"
#include "payment/stripe_events.h"
#include "stripe/api.h"
#include "stripe/signature.h"

#include <dlfcn.h>

#define N_COLD 100
#define N_WARM 50
#define MOST_TO_READ 95
/* Of them three for the payment's own row, and one each for the two indexes of
 * the buyer's. */
#define MOST_TO_RECORD 100
#define MOST_TO_OPEN 80

static struct {
	bool watching;
	long n, n_ours;
} heap;

/* The linker's bounds of this program's own code: who calls from elsewhere is
 * a library. */
extern const char __executable_start, etext;

/* In front of the C library's; OpenSSL, SQLite and json-c come by here too. A
 * sanitizer calls it before it is ready to watch it. */
__attribute__((no_sanitize("address", "undefined"))) void *
malloc(size_t size)
{
	static void *(*real)(size_t size);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "malloc");
	if (heap.watching) {
		const char *caller = __builtin_return_address(0);

		heap.n++;
		heap.n_ours += caller >= &__executable_start && caller < &etext;
	}
	return real(size);
}

static struct app app = { SELLS({ COURSE }), .conf = { .bot_id = 1 } };
static struct arena request;

static void
watch_heap(void (*act)(void *ctx), void *ctx)
{
	heap.n = heap.n_ours = 0;
	heap.watching = true;
	act(ctx);
	heap.watching = false;
}

static void
check_signature(void *ctx)
{
	const char *header = ctx;

	check_err(stripe_signature_check(
		      str_from(header), str_from("{}"), "whsec_1", 1700000000),
	    ERR_AUTH);
}

static struct stripe_event event;

static enum err
record(struct db *db, void *ctx)
{
	bool is_new = false;
	enum err e = ledger_inbox(db, "stripe", event.id, event.type, &is_new);

	(void)ctx;
	return e == ERR_OK ? stripe_events_record(&app, &request, &event) : e;
}

static void
record_one(void *ctx)
{
	(void)ctx;
	shop_does(record, NULL);
	arena_reset(&request);
}

static void
read_one(void *ctx)
{
	const struct str *body = ctx;

	check_err(stripe_event_parse(&request, *body, &event), ERR_OK);
}

/* The n-th sale, in a text of that form. */
static struct str
sale_in(const char *form, int n)
{
	char *text = template_read(form);
	char *out = arena_alloc(&mem, BODIES_MAX);
	struct sale s;
	size_t len;

	assert_non_null(text);
	sale_draw(&s, n, 1790000000 + n);
	len = template_fill(out, text, &s);
	free(text);
	return (struct str){ out, len };
}

static void
signature(void **state)
{
	char header[100];

	(void)state;
	(void)snprintf(header, sizeof(header), "t=1700000000,v1=%064d", 0);
	check_signature(header); /* warm */
	watch_heap(check_signature, header);
	check_int(heap.n_ours, 0);
}

/* Both libraries ask for what they need each time: json-c for each value,
 * SQLite in each statement. */
static void
payments(void **state)
{
	long n_reading = 0, n_recording = 0, n_ours = 0;

	(void)state;
	shop_open(NOTHING);
	for (int i = 0; i < N_COLD + N_WARM; i++) {
		struct str body = sale_in(BODIES_EVENT, i);
		bool warm = i >= N_COLD;

		watch_heap(read_one, &body);
		n_reading += warm ? heap.n : 0;
		n_ours += warm ? heap.n_ours : 0;
		watch_heap(record_one, NULL);
		n_recording += warm ? heap.n : 0;
		n_ours += warm ? heap.n_ours : 0;
	}
	print_message("measure: a warm payment asks for memory %ld times to be "
		      "read and %ld times to be recorded, never for itself\n",
	    n_reading / N_WARM, n_recording / N_WARM);
	check_int(n_ours, 0);
	assert_in_range(n_reading / N_WARM, 1, MOST_TO_READ);
	assert_in_range(n_recording / N_WARM, 1, MOST_TO_RECORD);
}

static void
read_session(void *ctx)
{
	const struct http_response *res = ctx;
	struct stripe_session session;

	check_err(stripe_session_answer(&request, res, &session), ERR_OK);
	assert_non_null(session.url);
	arena_reset(&request);
}

/* Of what Stripe answers to /pay only what is asked for becomes a tree. */
static void
page_opened(void **state)
{
	struct http_response res = { .status = 200,
		.body = sale_in(BODIES_SESSION, 1) };

	(void)state;
	read_session(&res); /* warm */
	watch_heap(read_session, &res);
	print_message("measure: a page that was opened asks for memory %ld "
		      "times to be read\n",
	    heap.n);
	check_int(heap.n_ours, 0);
	assert_in_range(heap.n, 1, MOST_TO_OPEN);
}

int
main(void)
{
	ONE("warm", "a page that was opened", page_opened);
	ONE("warm", "a signature", signature);
	ONE("warm", "a payment read and recorded", payments);
	return testing_run("memory", ledger_make, ledger_remove);
}
