/* Who asks, by what can be believed. */
#include "testing.h"

#include "web/client.h"

#define FROM(a) "REMOTE_ADDR=" a
#define FOR(a) "HTTP_X_FORWARDED_FOR=" a
#define PROTO(p) "HTTP_X_FORWARDED_PROTO=" p

static const struct asked {
	const char *why, *variables[4];
	const char *address;
	enum client_scheme scheme;
} askeds[] = {
	{ "directly", { FROM("1.2.3.4") }, "1.2.3.4", CLIENT_UNKNOWN },
	{ "no address", { "A=b" }, "", CLIENT_UNKNOWN },
	{ "by a proxy", { FROM("10.0.0.1"), FOR("1.2.3.4"), PROTO("http") },
	    "1.2.3.4", CLIENT_HTTP },
	{ "by two", { FROM("10.0.0.1"), FOR("1.2.3.4, 10.0.0.2") }, "1.2.3.4",
	    CLIENT_UNKNOWN },
	{ "what the client wrote before them does not count",
	    { FROM("10.0.0.1"), FOR("9.9.9.9, 1.2.3.4") }, "1.2.3.4",
	    CLIENT_UNKNOWN },
	{ "all of them trusted", { FROM("10.0.0.1"), FOR("10.0.0.2") },
	    "10.0.0.2", CLIENT_UNKNOWN },
	{ "rubbish in the chain: the proxy that let it through",
	    { FROM("10.0.0.1"), FOR("1.2.3.4, x") }, "10.0.0.1",
	    CLIENT_UNKNOWN },
	{ "a server on [::] hears IPv4 in IPv6 clothes",
	    { FROM("::ffff:1.2.3.4") }, "1.2.3.4", CLIENT_UNKNOWN },
	{ "in hexadecimal ones", { FROM("::ffff:102:304") }, "1.2.3.4",
	    CLIENT_UNKNOWN },
	{ "so is its proxy", { FROM("::ffff:10.0.0.1"), FOR("1.2.3.4") },
	    "1.2.3.4", CLIENT_UNKNOWN },
	{ "a proxy adds the port", { FROM("10.0.0.1"), FOR("1.2.3.4:5678") },
	    "1.2.3.4", CLIENT_UNKNOWN },
	{ "brackets and a port",
	    { FROM("10.0.0.1"), FOR("[2001:DB8:0::1]:443") }, "2001:db8::1",
	    CLIENT_UNKNOWN },
	{ "brackets alone", { FROM("10.0.0.1"), FOR("[2001:db8::1]") },
	    "2001:db8::1", CLIENT_UNKNOWN },
	{ "quotes and blanks",
	    { FROM("10.0.0.1"), FOR("9.9.9.9,\t\" [2001:db8::1]:443 \" ") },
	    "2001:db8::1", CLIENT_UNKNOWN },
	{ "a zone", { FROM("fe80::1%eth0") }, "fe80::1", CLIENT_UNKNOWN },
	{ "a trusted one with its port in the chain",
	    { FROM("10.0.0.1"), FOR("1.2.3.4:1, 10.0.0.2:99") }, "1.2.3.4",
	    CLIENT_UNKNOWN },
	{ "empty places in the chain",
	    { FROM("10.0.0.1"), FOR("1.2.3.4,, \t,") }, "1.2.3.4",
	    CLIENT_UNKNOWN },
	{ "a port that is none", { FROM("10.0.0.1"), FOR("1.2.3.4:x") },
	    "10.0.0.1", CLIENT_UNKNOWN },
	{ "brackets that do not close",
	    { FROM("10.0.0.1"), FOR("[2001:db8::1") }, "10.0.0.1",
	    CLIENT_UNKNOWN },
	{ "a peer that is no address", { FROM("unix:") },
	    "unix:", CLIENT_UNKNOWN },
	{ "a stranger's headers",
	    { FROM("11.0.0.1"), FOR("1.2.3.4"), PROTO("https") }, "11.0.0.1",
	    CLIENT_UNKNOWN },
	{ "https, told by the proxy", { FROM("10.0.0.1"), PROTO("https") },
	    "10.0.0.1", CLIENT_HTTPS },
	{ "capitals", { FROM("10.0.0.1"), PROTO("HTTPS") }, "10.0.0.1",
	    CLIENT_HTTPS },
	{ "https at the first, plain behind",
	    { FROM("10.0.0.1"), PROTO("https, http") }, "10.0.0.1",
	    CLIENT_HTTPS },
	{ "the server itself", { FROM("1.2.3.4"), "HTTPS=on" }, "1.2.3.4",
	    CLIENT_HTTPS },
	{ "the server itself, off", { FROM("1.2.3.4"), "HTTPS=off" }, "1.2.3.4",
	    CLIENT_UNKNOWN },
	{ "plain http at the proxy, https behind it",
	    { FROM("10.0.0.1"), PROTO("http"), "HTTPS=on" }, "10.0.0.1",
	    CLIENT_HTTP },
};

static void
asked(void **state)
{
	const struct asked *row = *state;
	char *list[5] = { NULL };
	struct request r;

	for (size_t i = 0; i < 4 && row->variables[i] != NULL; i++)
		list[i] = arena_dup_text(&mem, row->variables[i]);
	request_read(&r, &mem, list);
	check_text(client_address(&r, "10.0.0.0/8"), row->address);
	check_int(client_scheme(&r, "10.0.0.0/8"), row->scheme);
	check_int(client_scheme(&r, NULL) == CLIENT_HTTP, 0);
}

int
main(void)
{
	ROWS("asked", asked, askeds);
	return testing_run("client", NULL, NULL);
}
