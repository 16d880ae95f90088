/* What the webhook's path asks of malloc() once it is warm: nothing for
 * itself. json-c's trees and libfcgi's streams are theirs. */
#include "shop.h"

#include "payment/stripe_events.h"
#include "stripe/signature.h"

#include <dlfcn.h>

static struct {
	bool watching;
	long n, n_ours;
} heap;

/* The linker's bounds of this program's own code: who calls from elsewhere is
 * a library. */
extern const char __executable_start, etext;

/* In front of the C library's; OpenSSL, SQLite and json-c come by here too. */
void *
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

static struct app app = { SELLS({ COURSE }) };
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

/* The n-th buyer's payment; its texts outlive the request's arena. */
static void
next_payment(int n)
{
	const char *body = arena_printf(&mem,
	    "{\"id\":\"evt_%d\",\"type\":\"checkout.session.completed\","
	    "\"data\":{\"object\":{\"id\":\"cs_test_%d\","
	    "\"mode\":\"payment\",\"payment_status\":\"paid\",\"status\":\"complete\","
	    "\"payment_intent\":\"pi_%d\",\"amount_total\":999,"
	    "\"currency\":\"eur\",\"metadata\":{\"tg_id\":\"%d\"}}}}",
	    n, n, n, n + 1);

	check_err(stripe_event_parse(&mem, str_from(body), &event), ERR_OK);
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

/* SQLite asks for what it needs in each statement. */
static void
payments(void **state)
{
	long n = 0, n_ours = 0;

	(void)state;
	shop_open(NOTHING);
	for (int i = 0; i < 150; i++) {
		next_payment(i);
		watch_heap(record_one, NULL);
		if (i >= 100) {
			n += heap.n;
			n_ours += heap.n_ours;
		}
	}
	print_message("measure: a warm payment asks for memory %ld times, "
		      "all of them SQLite\n",
	    n / 50);
	check_int(n_ours, 0);
}

int
main(void)
{
	ONE("warm", "a signature", signature);
	ONE("warm", "a payment recorded", payments);
	return testing_run("memory", ledger_make, ledger_remove);
}
