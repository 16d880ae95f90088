/* Addresses and networks. */
#include "base/cidr.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <string.h>

#define V4_IN_V6_BITS 96

/* All as IPv6; IPv4 as ::ffff:a.b.c.d. */
struct network {
	unsigned char bytes[16];
	int64_t bits;
};

static bool
read_address(struct str s, struct network *out, bool *is_v4)
{
	static const unsigned char v4_in_v6[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	out->bits = 128;
	memcpy(out->bytes, v4_in_v6, sizeof(v4_in_v6));
	*is_v4 = inet_pton(AF_INET, text, out->bytes + 12) == 1;
	return *is_v4 || inet_pton(AF_INET6, text, out->bytes) == 1;
}

static bool
read_network(struct str s, struct network *out)
{
	struct str address = str_cut(&s, '/');
	bool is_v4, is_whole = s.p == NULL || s.len == 0;
	int64_t bits;

	if (!read_address(address, out, &is_v4))
		return false;
	if (is_whole)
		return address.p[address.len] != '/';
	if (!str_to_i64(s, &bits) || bits > (is_v4 ? 32 : 128))
		return false;
	out->bits = is_v4 ? V4_IN_V6_BITS + bits : bits;
	return true;
}

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
