/* Lists of network addresses, "10.0.0.0/8, 127.0.0.1, ::1": addresses and
 * networks in CIDR notation (RFC 4632, RFC 4291), with commas or blanks. */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/str.h"

#define CIDR_ADDRESS_BYTES 46 /* INET6_ADDRSTRLEN */

/* The one spelling of an address, of all in which servers and proxies write
 * it: quotes and blanks around it, brackets, a port or a zone behind it,
 * capitals, and IPv4 in IPv6 clothes (::ffff:10.0.0.1), which is the IPv4
 * address. False where it is none; out is then not written. */
bool cidr_address(struct str written, char out[CIDR_ADDRESS_BYTES]);

/* Whether each part of the list is an address or a network. */
bool cidr_list_ok(const char *list);

/* Whether the address lies in one of them. NULL or no address: it does not.
 * An IPv4 address in IPv6 clothes (::ffff:10.0.0.1) is the IPv4 address. */
bool cidr_list_has(const char *list, const char *address);

#endif
