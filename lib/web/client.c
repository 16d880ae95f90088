/* Believing proxies, the right ones. */
#include "web/client.h"

#include "base/cidr.h"

static const char *
peer_of(const struct request *r)
{
	const char *peer = request_variable(r, "REMOTE_ADDR");

	return peer == NULL ? "" : peer;
}

/* Reads the chain from right to left, because each proxy adds at its end whom
 * it heard from. Where something in it is no address, nobody further on is
 * known: the proxy that let it through is the nearest. */
const char *
client_address(const struct request *r, const char *trusted)
{
	struct str chain =
	    str_from(request_variable(r, "HTTP_X_FORWARDED_FOR"));
	const char *peer = peer_of(r);
	char plain[CIDR_ADDRESS_BYTES];

	if (!cidr_address(str_from(peer), plain))
		return peer;
	/* Only what a trusted neighbour wrote is read. Everything to the left
	 * of the first stranger may be that stranger's invention. */
	while (chain.len > 0 && cidr_list_has(trusted, plain)) {
		struct str last = str_after_last(chain, ',');

		chain.len -= last.len + (last.len < chain.len);
		if (str_trim(last).len > 0 && !cidr_address(last, plain))
			break;
	}
	return arena_dup_text(r->arena, plain);
}

enum client_scheme
client_scheme(const struct request *r, const char *trusted)
{
	struct str said =
	    str_from(request_variable(r, "HTTP_X_FORWARDED_PROTO"));
	struct str https = str_from(request_variable(r, "HTTPS"));

	if (said.len > 0 && cidr_list_has(trusted, peer_of(r)))
		return str_eq_nocase(str_trim(str_cut(&said, ',')), "https") ?
		    CLIENT_HTTPS :
		    CLIENT_HTTP;
	if (str_eq_nocase(https, "on") || str_eq(https, "1"))
		return CLIENT_HTTPS;
	return CLIENT_UNKNOWN;
}
