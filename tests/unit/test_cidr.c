/* Addresses, their one spelling and lists of them. */
#include "testing.h"

#include "base/cidr.h"

static const struct list {
	const char *list;
	bool ok;
} lists[] = {
	{ "", true },
	{ "127.0.0.1", true },
	{ "127.0.0.1,::1", true },
	{ " 10.0.0.0/8 ,\t192.168.0.0/16 fd00::/8,", true },
	{ "0.0.0.0/0", true },
	{ "::/0", true },
	{ "10.0.0.0/33", false },
	{ "::/129", false },
	{ "10.0.0.0/", false },
	{ "10.0.0.0/08", false },
	{ "10.0.0.0/-1", false },
	{ "10.0.0", false },
	{ "10.0.0.0.0", false },
	{ "proxy.example.com", false },
	{ "127.0.0.1;::1", false },
	{ "*", false },
};

static void
list_ok(void **state)
{
	const struct list *l = *state;

	check_int(cidr_list_ok(l->list), l->ok);
}

static const struct within {
	const char *list, *address;
	bool want;
} withins[] = {
	{ "10.0.0.0/8", "10.255.0.1", true },
	{ "10.0.0.0/8", "11.0.0.0", false },
	{ "10.0.0.5", "10.0.0.5", true },
	{ "10.0.0.5", "10.0.0.4", false },
	{ "192.168.4.0/22", "192.168.7.255", true },
	{ "192.168.4.0/22", "192.168.8.0", false },
	{ "10.1.2.3/32", "10.1.2.3", true },
	{ "0.0.0.0/0", "8.8.8.8", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	{ "10.0.0.0/8", "::ffff:10.0.0.1", true },
	{ "1.1.1.1,,  ::1", "::1", true },
	{ "127.0.0.1", "", false },
	{ "127.0.0.1", NULL, false },
	{ "127.0.0.1", "localhost", false },
	{ NULL, "127.0.0.1", false },
	{ "", "127.0.0.1", false },
};

static void
within(void **state)
{
	const struct within *w = *state;

	check_int(cidr_list_has(w->list, w->address), w->want);
}

int
main(void)
{
	ROWS("a list", list_ok, lists);
	ROWS("within", within, withins);
	return testing_run("cidr", NULL, NULL);
}
