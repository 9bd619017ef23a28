/*
 * The Internet checksum (RFC 1071).  Pure.
 *
 * A sum is not folded, and is of 16-bit words as they lie in memory, whatever
 * the machine's byte order: numbers are added as htons() and htonl() give
 * them.  It holds 4 GiB of data at least.
 */
#ifndef RELAY_CHECKSUM_H
#define RELAY_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * sum and the n octets at p, of any alignment.  Where n is odd, a zero octet
 * is thought behind the last, so only the last piece of a sum may be odd.
 */
uint64_t inet_sum(const uint8_t *p, size_t n, uint64_t sum);

/* The same, while the octets are copied; the two do not overlap. */
uint64_t inet_sum_copy(
    uint8_t *dst, const uint8_t *src, size_t n, uint64_t sum);

/*
 * The pseudo-header (RFC 8200 8.1) of an IPv6 packet: its two addresses, the
 * octets of TCP or UDP and the protocol.
 */
uint64_t inet_sum_pseudo6(const uint8_t *packet, uint32_t len, uint8_t proto);

/* Down to 16 bits, to be stored as it is; the checksum is its complement. */
uint16_t inet_fold(uint64_t sum);

#endif
