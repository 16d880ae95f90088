/* Lists of network addresses, "10.0.0.0/8, 127.0.0.1, ::1": addresses and
 * networks in CIDR notation (RFC 4632, RFC 4291), with commas or blanks. */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/str.h"

#define CIDR_ADDRESS_BYTES 46 /* INET6_ADDRSTRLEN */

/* Brings an address to one spelling, so that the same client is the same text
 * whichever server or proxy wrote it. Taken off are quotes and blanks around
 * it, brackets, and a port or a zone behind it; capitals become small, and IPv4
 * written as IPv6 (::ffff:10.0.0.1) becomes plain IPv4. False where it is no
 * address; out is then not written. */
bool cidr_address(struct str written, char out[CIDR_ADDRESS_BYTES]);

/* True where each part of the list is an address or a network; an empty list
 * will do. */
bool cidr_list_ok(const char *list);

/* True where the address lies in one of them. A NULL list holds nothing, and
 * what is no address lies nowhere. An IPv4 address written as IPv6
 * (::ffff:10.0.0.1) counts as the IPv4 address. */
bool cidr_list_has(const char *list, const char *address);

#endif
