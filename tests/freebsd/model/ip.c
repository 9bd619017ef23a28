/* Addresses and prefixes, as the kernel has them within. */
#include <arpa/inet.h>

#include <stdlib.h>

#include "private.h"

struct ip
ip_of4(struct in_addr a)
{
	struct ip ip = {.family = FB_AF_INET};

	memcpy(ip.o, &a, sizeof(a));
	return ip;
}

/* Unicast and multicast; both carry their zone in octets 2 and 3. */
bool
ip_linklocal(const struct ip *a)
{
	if (a->family != FB_AF_INET6)
		return false;
	return (a->o[0] == 0xfe && (a->o[1] & 0xc0) == 0x80) ||
	    (a->o[0] == 0xff &&
		((a->o[1] & 0x0f) == 1 || (a->o[1] & 0x0f) == 2));
}

struct ip
ip_of6(const struct in6_addr *a, uint32_t zone)
{
	struct ip ip = {.family = FB_AF_INET6};

	memcpy(ip.o, a, sizeof(*a));
	if (ip_linklocal(&ip) && ip.o[2] == 0 && ip.o[3] == 0) {
		ip.o[2] = (uint8_t)(zone >> 8);
		ip.o[3] = (uint8_t)zone;
	}
	return ip;
}

struct ip
ip_text(const char *text, uint32_t zone)
{
	struct in6_addr a6;
	struct in_addr a4;

	if (inet_pton(AF_INET6, text, &a6) == 1)
		return ip_of6(&a6, zone);
	if (inet_pton(AF_INET, text, &a4) == 1)
		return ip_of4(a4);
	abort();
}

int
ip_bits(int family)
{
	return family == FB_AF_INET ? 32 : 128;
}

bool
ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->o, b->o, sizeof(a->o)) == 0;
}

bool
ip_zero(const struct ip *a)
{
	static const uint8_t zero[16];

	return memcmp(a->o, zero, sizeof(zero)) == 0;
}

void
ip_mask(struct ip *a, int plen)
{
	struct ip mask = ip_netmask(a->family, plen);
	unsigned i;

	for (i = 0; i < sizeof(a->o); i++)
		a->o[i] &= mask.o[i];
}

bool
ip_within(const struct ip *a, const struct ip *net, int plen)
{
	struct ip masked = *a;

	ip_mask(&masked, plen);
	return ip_equal(&masked, net);
}

struct ip
ip_netmask(int family, int plen)
{
	struct ip mask = {.family = family};
	int i;

	for (i = 0; i < plen; i++)
		mask.o[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	return mask;
}

int
ip_masklen(const uint8_t *mask, size_t size)
{
	size_t i;
	int len = 0;
	bool ended = false;

	for (i = 0; i < size * 8; i++) {
		bool one = (mask[i / 8] & (0x80 >> (i % 8))) != 0;

		if (one && ended)
			return -1;
		ended = ended || !one;
		len += one;
	}
	return len;
}

struct in6_addr
ip_plain6(const struct ip *a, uint32_t *zone)
{
	struct in6_addr plain;

	memcpy(&plain, a->o, sizeof(plain));
	*zone = 0;
	if (ip_linklocal(a)) {
		*zone = (uint32_t)a->o[2] << 8 | a->o[3];
		plain.s6_addr[2] = plain.s6_addr[3] = 0;
	}
	return plain;
}

struct in_addr
ip_plain4(const struct ip *a)
{
	struct in_addr plain;

	memcpy(&plain, a->o, sizeof(plain));
	return plain;
}
