/* URLs: whose host they name, and whether that is this machine. */
#include "testing.h"

#include "base/url.h"

static const struct url {
	const char *why, *url, *host;
	bool is_loopback;
} urls[] = {
	{ "a name", "https://example.com", "example.com", false },
	{ "a port", "https://example.com:8443/x", "example.com", false },
	{ "a path", "http://example.com/x", "example.com", false },
	{ "a query at once", "https://example.com?x", "example.com", false },
	{ "a fragment at once", "https://example.com#x", "example.com", false },
	{ "a user", "https://me:word@example.com/", "example.com", false },
	{ "two at signs: the last counts", "http://a@b@localhost/", "localhost",
	    true },
	{ "an at sign in the path", "http://example.com/@localhost",
	    "example.com", false },
	{ "localhost", "http://localhost:8080", "localhost", true },
	{ "in capitals", "http://LocalHost/", "LocalHost", true },
	{ "a longer name", "http://localhost.example.com", NULL, false },
	{ "127.0.0.1", "http://127.0.0.1/", "127.0.0.1", true },
	{ "any of 127", "http://127.255.0.9/", "127.255.0.9", true },
	{ "not 127", "http://128.0.0.1/", "128.0.0.1", false },
	{ "three numbers", "http://127.0.1/", "127.0.1", false },
	{ "five numbers", "http://127.0.0.0.1/", NULL, false },
	{ "a byte of 256", "http://127.0.0.256/", NULL, false },
	{ "a name that begins with it", "http://127.0.0.1.nip.io/", NULL,
	    false },
	{ "IPv6", "http://[::1]:8080/", "::1", true },
	{ "another IPv6", "http://[2001:db8::1]/", "2001:db8::1", false },
	{ "IPv6 without an end", "http://[::1", "::1", true },
	{ "no host", "https:///x", "", false },
	{ "a port alone", "https://:80/", "", false },
	{ "another scheme", "ftp://localhost/", "", false },
	{ "capitals in the scheme are not ours", "HTTPS://example.com", "",
	    false },
	{ "no URL", "localhost", "", false },
	{ "empty", "", "", false },
	{ "null", NULL, "", false },
	{ "the scheme alone", "http://", "", false },
};

static void
url(void **state)
{
	const struct url *u = *state;

	if (u->host != NULL)
		check_str(url_host(u->url), u->host);
	check_int(url_is_loopback(u->url), u->is_loopback);
}

int
main(void)
{
	ROWS("url", url, urls);
	return testing_run("url", NULL, NULL);
}
