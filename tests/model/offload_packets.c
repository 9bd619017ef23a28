/* Built octet by octet; nothing here is shared with what is tested. */
#include <string.h>

#include "offload_packets.h"

uint16_t
offload_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
offload_get32(const uint8_t *p)
{
	return (uint32_t)offload_get16(p) << 16 | offload_get16(p + 2);
}

void
offload_put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void
offload_put32(uint8_t *p, uint32_t v)
{
	offload_put16(p, v >> 16);
	offload_put16(p + 2, v & 0xffff);
}

uint16_t
offload_sum(const uint8_t *p, size_t n, uint32_t from)
{
	uint64_t sum = from;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += offload_get16(p + i);
	if (n % 2 != 0)
		sum += (uint64_t)p[n - 1] << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint16_t
offload_pseudo(const uint8_t *packet, size_t n, uint8_t proto)
{
	return offload_sum(packet + 8, 32,
	    ((uint32_t)n >> 16) + ((uint32_t)n & 0xffff) + proto);
}

bool
offload_is_right(const uint8_t *packet, size_t n, size_t l4, uint8_t proto)
{
	return offload_sum(packet + l4, n - l4,
		   offload_pseudo(packet, n - l4, proto)) == 0xffff;
}

void
offload_ip6(uint8_t *out, const struct offload_tcp *t, uint8_t next, size_t len)
{
	memset(out, 0, IP6LEN);
	offload_put32(
	    out, 6U << 28 | (uint32_t)t->tclass << 20 | (t->label & 0xfffff));
	offload_put16(out + 4, (unsigned)len);
	out[6] = next;
	out[7] = t->hops;
	/* 2001:db8:2::f, to 2001:db8:1::6; two flows between each two. */
	offload_put32(out + 8, 0x20010db8);
	out[13] = 2;
	out[23] = t->flow / 2;
	offload_put32(out + 24, 0x20010db8);
	out[29] = 1;
	out[39] = 6;
}

size_t
offload_tcp_behind(uint8_t *out, const struct offload_tcp *t, uint8_t next,
    const uint8_t *headers, size_t n)
{
	const size_t thlen = TCPLEN + 4 * (size_t)t->optwords;
	const size_t tcplen = thlen + t->len;
	uint8_t *tcp = out + IP6LEN + n;

	offload_ip6(out, t, next, n + tcplen);
	if (n > 0)
		memcpy(out + IP6LEN, headers, n);
	offload_put16(tcp, 443);
	offload_put16(tcp + 2, 0x8000U + t->flow);
	offload_put32(tcp + 4, t->seq);
	offload_put32(tcp + 8, t->ack);
	tcp[12] = (uint8_t)(thlen / 4 << 4 | (t->reserved & 0x0f));
	tcp[13] = t->flags;
	offload_put16(tcp + 14, t->window);
	offload_put16(tcp + 16, 0);
	offload_put16(tcp + 18, t->urgent);
	memset(tcp + TCPLEN, t->option, thlen - TCPLEN);
	for (size_t i = 0; i < t->len; i++)
		tcp[thlen + i] = (uint8_t)((t->seq + i) * 2654435761U >> 24);
	offload_put16(tcp + 16,
	    0xffffU &
		~offload_sum(tcp, tcplen, offload_pseudo(out, tcplen, 6)));
	return IP6LEN + n + tcplen;
}

size_t
offload_tcp_packet(uint8_t *out, const struct offload_tcp *t)
{
	return offload_tcp_behind(out, t, 6, NULL, 0);
}
