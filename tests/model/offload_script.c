/* Octets read as a traffic of several flows, four for each packet. */
#include <stdlib.h>
#include <string.h>

#include "dtcp/relay.h"
#include "offload_model.h"

#define FLOWS	   12 /* more than are looked at at once */
#define PACKET_MAX 4100

struct flow {
	struct offload_tcp next;
	size_t mss;
};

struct script {
	struct offload_bed bed;
	struct flow flows[FLOWS];
};

static void
begin(struct script *s)
{
	static const size_t mss[] = {1220, 100, 250, 4000};

	offload_bed_init(&s->bed);
	for (unsigned i = 0; i < FLOWS; i++) {
		s->flows[i].mss = mss[i % 4];
		s->flows[i].next = (struct offload_tcp) {
		    .flow = (uint8_t)i,
		    .hops = 60,
		    .label = 0x12345 + i,
		    .seq = 0xffff0000U + i, /* it will wrap */
		    .ack = 1000,
		    .flags = ACK,
		    .window = 500,
		    .optwords = i % 3 == 0 ? 3 : 0, /* timestamps */
		    .option = 1,
		};
	}
}

/* What makes a segment other than its flow's last one. */
static void
vary(struct offload_tcp *t, uint8_t how)
{
	static const uint8_t flags[] = {
	    ACK | PSH, ACK | FIN, SYN, RST, ACK | URG, ACK | CWR, 0};

	switch (how % 24) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
	case 5:
	case 6:
		t->flags = flags[how % 24];
		break;
	case 7:
		t->flags ^= ECE;
		break;
	case 8:
		t->ack++;
		break;
	case 9:
		t->window++;
		break;
	case 10:
		t->tclass ^= 2;
		break;
	case 11:
		t->label++;
		break;
	case 12:
		t->hops--;
		break;
	case 13:
		t->optwords = (t->optwords + 1) % (OPTWORDS_MAX + 1);
		break;
	case 14:
		t->option++;
		break;
	case 15:
		t->seq += 1220; /* one was lost */
		break;
	case 16:
		t->seq -= 1220; /* sent again */
		break;
	case 17:
		t->urgent++;
		break;
	case 18:
		t->reserved ^= 1;
		break;
	default:
		t->flags |= PSH;
		break;
	}
}

/* A change that lasts stays with the flow; the flags are this packet's. */
static void
segment(struct script *s, const uint8_t op[4])
{
	static uint8_t p[PACKET_MAX];
	struct flow *f = &s->flows[op[1] % FLOWS];
	struct offload_tcp *t = &f->next;
	size_t n;

	t->len = op[3] < 224 ? f->mss : op[3] % 8 * f->mss / 8;
	if (op[2] >= 192)
		vary(t, op[2]);
	n = offload_tcp_packet(p, t);
	if (op[0] == 255)
		p[n - 1] ^= 0x40; /* damaged on the way */
	offload_bed_feed(&s->bed, p, n);
	t->seq += (uint32_t)t->len;
	t->flags = ACK;
}

/* TCP in a fragment, or behind options. */
static void
hidden(struct script *s, const uint8_t op[4])
{
	static const uint8_t next[] = {0, 43, 44, 51, 60};
	const uint8_t headers[8] = {6};
	uint8_t p[200];
	struct offload_tcp t = s->flows[op[1] % FLOWS].next;

	t.len = op[3] % 64;
	t.optwords = 0;
	offload_bed_feed(&s->bed, p,
	    offload_tcp_behind(
		p, &t, next[op[2] % sizeof(next)], headers, sizeof(headers)));
}

/* Other protocols, and TCP headers that are none. */
static void
other(struct script *s, const uint8_t op[4])
{
	static const uint8_t next[] = {17, 58, 59, 6, 50};
	const size_t len = op[3] % 64;
	uint8_t p[IP6LEN + 64];

	offload_ip6(
	    p, &s->flows[op[1] % FLOWS].next, next[op[2] % sizeof(next)], len);
	memset(p + IP6LEN, op[0] + op[2], len);
	offload_bed_feed(&s->bed, p, IP6LEN + len);
}

/* The octets themselves, with a length that fits.  Returns those used. */
static size_t
raw(struct script *s, const uint8_t *data, size_t size)
{
	uint8_t p[IP6LEN + 255];
	size_t n = IP6LEN + data[0];

	if (n > size - 1)
		return 1;
	memcpy(p, data + 1, n);
	p[0] = (uint8_t)(0x60 | (p[0] & 0x0f));
	offload_put16(p + 4, (unsigned)(n - IP6LEN));
	if (relay_check_form(p, n) == RELAY_PASS)
		offload_bed_feed(&s->bed, p, n);
	return 1 + n;
}

const char *
offload_script(const uint8_t *data, size_t size, unsigned long *joined)
{
	static struct script s;
	size_t at = 0;

	begin(&s);
	while (size - at >= 4) {
		const uint8_t *op = data + at;

		at += 4;
		if (op[0] < 4)
			offload_bed_flush(&s.bed);
		else if (op[0] < 12)
			hidden(&s, op);
		else if (op[0] < 24)
			other(&s, op);
		else if (op[0] == 24 && at < size)
			at += raw(&s, data + at, size - at);
		else
			segment(&s, op);
		if (s.bed.nfed == OFFLOAD_FED_MAX)
			offload_bed_flush(&s.bed);
	}
	offload_bed_flush(&s.bed);
	if (joined != NULL)
		*joined += s.bed.joined;
	return s.bed.wrong;
}
