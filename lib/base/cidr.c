/* Addresses and networks. */
#include "base/cidr.h"

#include <arpa/inet.h>
#include <string.h>

#define V4_IN_V6_BITS 96

_Static_assert(CIDR_ADDRESS_BYTES == INET6_ADDRSTRLEN, "one and the same");

static const unsigned char v4_in_v6[12] = { [10] = 0xff, [11] = 0xff };

/* All as IPv6; IPv4 as ::ffff:a.b.c.d. */
struct network {
	unsigned char bytes[16];
	int64_t bits;
};

static bool
read_address(struct str s, struct network *out, bool *is_v4)
{
	char text[INET6_ADDRSTRLEN];

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	/* The last four bytes of its IPv6 form hold an IPv4 address; an IPv6
	 * address overwrites all sixteen. */
	out->bits = 128;
	memcpy(out->bytes, v4_in_v6, sizeof(v4_in_v6));
	*is_v4 = inet_pton(AF_INET, text, out->bytes + 12) == 1;
	return *is_v4 || inet_pton(AF_INET6, text, out->bytes) == 1;
}

/* Without quotes and blanks. */
static struct str
unwrap(struct str s)
{
	s = str_trim(s);
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		s = str_trim((struct str){ s.p + 1, s.len - 2 });
	return s;
}

/* Cuts brackets and the port off. One colon stands before a port, several are
 * an IPv6 address. False where what is cut off is no port. */
static bool
cut_port(struct str *s)
{
	struct str rest = *s;
	const char *colon;

	if (s->len > 0 && s->p[0] == '[') {
		rest = (struct str){ s->p + 1, s->len - 1 };
		if (memchr(rest.p, ']', rest.len) == NULL)
			return false;
		*s = str_cut(&rest, ']');
		return rest.len == 0 ||
		    (rest.p[0] == ':' &&
			str_only((struct str){ rest.p + 1, rest.len - 1 },
			    STR_DIGITS));
	}
	colon = s->len == 0 ? NULL : memchr(s->p, ':', s->len);
	if (colon == NULL || str_after_last(*s, ':').p != colon + 1)
		return true;
	*s = str_cut(&rest, ':');
	return str_only(rest, STR_DIGITS);
}

/* A zone, as in "fe80::1%eth0", says which network card of this host saw the
 * address. It is no part of it, so it is cut off. */
bool
cidr_address(struct str written, char out[CIDR_ADDRESS_BYTES])
{
	struct str s = unwrap(written);
	struct network net;
	bool is_v4;

	if (!cut_port(&s) || !read_address(str_cut(&s, '%'), &net, &is_v4))
		return false;
	/* The bytes decide and not how it was read: ::ffff:10.0.0.1 was read as
	 * IPv6 and yet is to be written as IPv4. */
	is_v4 = memcmp(net.bytes, v4_in_v6, sizeof(v4_in_v6)) == 0;
	return inet_ntop(is_v4 ? AF_INET : AF_INET6,
		   is_v4 ? net.bytes + sizeof(v4_in_v6) : net.bytes, out,
		   CIDR_ADDRESS_BYTES) != NULL;
}

static bool
read_network(struct str s, struct network *out)
{
	struct str address = str_cut(&s, '/');
	bool is_v4, is_whole = s.p == NULL || s.len == 0;
	int64_t bits;

	if (!read_address(address, out, &is_v4))
		return false;
	/* An address alone is a network of one. "10.0.0.1/" is a slip: taking
	 * it for an address would hide that a number is missing. */
	if (is_whole)
		return address.p[address.len] != '/';
	if (!str_to_i64(s, &bits) || bits > (is_v4 ? 32 : 128))
		return false;
	out->bits = is_v4 ? V4_IN_V6_BITS + bits : bits;
	return true;
}

/* The bytes that the network fixes as a whole are compared at once; in the next
 * one only its leading bits count. */
static bool
lies_in(const struct network *net, const struct network *address)
{
	size_t whole = (size_t)net->bits / 8;
	int rest = (int)(net->bits % 8);

	if (memcmp(net->bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	    (net->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

/* The next part of a list, which commas or blanks end. */
static bool
next_part(struct str *rest, struct str *part)
{
	while (rest->len > 0) {
		size_t n = 0;

		while (n < rest->len && strchr(", \t", rest->p[n]) == NULL)
			n++;
		*part = (struct str){ rest->p, n };
		n += n < rest->len;
		*rest = (struct str){ rest->p + n, rest->len - n };
		if (part->len > 0)
			return true;
	}
	return false;
}

bool
cidr_list_ok(const char *list)
{
	struct str rest = str_from(list), part;
	struct network net;

	while (next_part(&rest, &part))
		if (!read_network(part, &net))
			return false;
	return true;
}

/* The settings were judged with cidr_list_ok(). Should a part be unreadable all
 * the same, it trusts nobody and the others still count. */
bool
cidr_list_has(const char *list, const char *address)
{
	struct str rest = str_from(list), part;
	struct network net, one;
	bool is_v4;

	if (!read_address(str_from(address), &one, &is_v4))
		return false;
	while (next_part(&rest, &part))
		if (read_network(part, &net) && lies_in(&net, &one))
			return true;
	return false;
}
