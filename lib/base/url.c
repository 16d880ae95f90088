/* The parts of a URL that are judged here. */
#include "base/url.h"

#include <string.h>

struct str
url_host(const char *url)
{
	struct str s = str_from(url), host;

	if (str_starts(s, "https://"))
		s = (struct str){ s.p + 8, s.len - 8 };
	else if (str_starts(s, "http://"))
		s = (struct str){ s.p + 7, s.len - 7 };
	else
		return (struct str){ NULL, 0 };
	/* What stands before an '@' is a user, however much it looks like a
	 * host: https://stripe.com@example.org goes to example.org. */
	s.len = s.len == 0 ? 0 : strcspn(s.p, "/?#");
	s = str_after_last(s, '@');
	if (s.len > 0 && s.p[0] == '[') { /* an IPv6 address */
		host = str_cut(&s, ']');
		return (struct str){ host.p + 1, host.len - 1 };
	}
	return str_cut(&s, ':');
}

/* Four parts in their full form. libcurl would also read "127.1" or
 * "2130706433"; not to know them errs on the safe side, for only what is known
 * here may do without TLS. */
static bool
is_dotted_127(struct str host)
{
	struct str rest = host;
	int n = 0;

	while (rest.len > 0) {
		struct str part = str_cut(&rest, '.');
		int64_t byte;

		if (!str_to_i64(part, &byte) || byte > 255 ||
		    (n == 0 && byte != 127))
			return false;
		n++;
	}
	return n == 4;
}

bool
url_is_loopback(const char *url)
{
	struct str host = url_host(url);

	return str_eq_nocase(host, "localhost") || str_eq(host, "::1") ||
	    is_dotted_127(host);
}
