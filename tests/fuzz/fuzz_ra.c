/*
 * Whatever is heard on a LAN, and whatever else happens to an interface there:
 * what the reader takes is what RFC 4861 allows, what the schedule sends can be
 * read and keeps its distance, and it never asks for a timer that is due.
 *
 * The input is a row of events: what, how many 40 ms later, an argument, and
 * for something heard its length in two octets and itself.
 */
#include <stdlib.h>
#include <string.h>

#include "dtcp/ra.h"

#define MIN_GAP	   3000
#define STEP	   40
#define HEAD	   3
#define HEAD_HEARD 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum event {
	HEARD,
	HEARD_FROM_US,
	SET,
	OLD,
	TUNNEL,
	OPEN,
	CLOSE,
	TIMER,
	CEASE,
	EVENTS
};

struct input {
	const uint8_t *p;
	size_t n;
};

static const struct in6_addr own = {.s6_addr = {0xfe, 0x80, [15] = 0x11}};
static struct ra_conf conf;
static struct ra_iface iface;
static struct ra_out out;
static int64_t now, last;

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* No randomness but the input's. */
static int64_t
draw(void *arg, int64_t lo, int64_t hi)
{
	require(lo <= hi);
	return lo + *(uint8_t *)arg * (hi - lo) / UINT8_MAX;
}

static void
check_heard(const struct ra_heard *h, const uint8_t *p, size_t n, int hoplimit)
{
	require(hoplimit == 255 && n >= 8 && n % 8 == 0 && p[1] == 0);
	switch (h->kind) {
	case RA_NONE:
		abort();
	case RA_SOLICITATION:
		require(p[0] == 133 && h->nprefixes == 0);
		break;
	case RA_ADVERTISEMENT:
		require(p[0] == 134 && n >= 16);
		require(addr6_is_linklocal(&h->from));
		break;
	}
	require(h->nprefixes <= RA_PREFIXES_MAX);
	for (unsigned k = 0; k < h->nprefixes; k++) {
		require(h->prefixes[k].len <= 128);
		require(!prefix6_has_host_bits(&h->prefixes[k]));
	}
}

static void
check_sent(bool ceased)
{
	struct ra_heard h;
	unsigned current = 0;

	require(iface.nprefixes <= RA_PREFIXES_MAX);
	require(out.rslen <= RS_PACKET_MAX && out.ralen <= RA_PACKET_MAX);
	if (out.rslen > 0)
		require(ra_parse(out.rs, out.rslen, &own, 255, &h) == 0);
	if (out.ralen == 0)
		return;
	require(conf.advertise);
	require(ceased || last == -1 || now - last >= MIN_GAP);
	last = now;
	require(ra_parse(out.ra, out.ralen, &own, 255, &h) == 0);
	require(h.router_lifetime == 0 || h.router_lifetime == RA_PREFERRED);
	for (unsigned k = 0; k < iface.nprefixes; k++)
		current += !iface.prefixes[k].withdrawn;
	/* What ends ours for another router's sake leaves them out. */
	require(h.nprefixes == current ||
	    (h.nprefixes == 0 && h.router_lifetime == 0 &&
		(ceased || iface.state != RA_ADVERTISING)));
	require(h.router_lifetime == 0 || current > 0);
}

/* The next n octets; NULL: there are fewer. */
static const uint8_t *
take(struct input *in, size_t n)
{
	const uint8_t *p = in->p;

	if (n > in->n)
		return NULL;
	in->p += n;
	in->n -= n;
	return p;
}

static void
hear(struct input *in, bool from_us, uint8_t arg)
{
	static const int hoplimits[] = {255, 255, 255, 255, 255, 255, 64, -1};
	const uint8_t *size = take(in, HEAD_HEARD - HEAD), *p;
	struct in6_addr from = own;
	struct ra_heard h;
	int hoplimit = hoplimits[arg & 7];
	size_t n;

	if (!from_us) {
		from.s6_addr[15] = arg;
		if ((arg & 8) != 0)
			memset(&from, arg & 16, sizeof(from));
	}
	if (size == NULL)
		return;
	n = (size_t)(size[0] << 8 | size[1]);
	p = take(in, n);
	if (p == NULL || ra_parse(p, n, &from, hoplimit, &h) != 0)
		return;
	check_heard(&h, p, n, hoplimit);
	ra_iface_heard(&iface, &h, p, n, now, &out);
}

/* Up to three prefixes by their numbers, two bits each. */
static unsigned
some_prefixes(uint8_t arg, struct prefix6 *p)
{
	unsigned n = 0;

	for (; (arg & 3) != 0 && n < 3; arg = arg >> 2) {
		p[n].len = 64;
		p[n].addr = (struct in6_addr) {
		    .s6_addr = {0x20, 0x01, 0x0d, 0xb8, 0, arg & 3}};
		n++;
	}
	return n;
}

/* True: it has ceased. */
static bool
happen(enum event what, struct input *in, uint8_t arg)
{
	struct lan lan = {.hwlen = arg, .linklocal = own};
	struct prefix6 p[3] = {{.len = 0}};
	unsigned n = some_prefixes(arg, p);
	struct ra_prefix old = {
	    .prefix = p[0],
	    .withdrawn = (arg & 0x80) != 0,
	    .until = now + arg * 1000,
	};

	memset(&out, 0, sizeof(out));
	switch (what) {
	case HEARD:
	case HEARD_FROM_US:
		hear(in, what == HEARD_FROM_US, arg);
		return false;
	case SET:
		ra_iface_set(&iface, p, n, now, &out);
		return false;
	case OLD:
		ra_iface_old(&iface, &old, n > 0, now, &out);
		return false;
	case TUNNEL:
		ra_iface_tunnel(&iface, (arg & 1) != 0, now, &out);
		return false;
	case OPEN:
		ra_iface_open(&iface, &lan, now, &out);
		return false;
	case CLOSE:
		ra_iface_close(&iface);
		return false;
	case TIMER:
	case EVENTS:
		ra_iface_timer(&iface, now, &out);
		return false;
	case CEASE:
		ra_iface_cease(&iface, now, &out);
		return true;
	}
	return false;
}

/* Every timer that is due until then, each at its time. */
static void
pass_time(int64_t then)
{
	int64_t due;

	while ((due = ra_iface_deadline(&iface)) != -1 && due <= then) {
		require(due > now);
		now = due;
		ra_iface_timer(&iface, now, &out);
		check_sent(false);
	}
	now = then;
}

static void
begin(uint8_t options, uint8_t *random)
{
	now = 1000000;
	last = -1;
	memset(&conf, 0, sizeof(conf));
	conf.advertise = (options & 1) == 0;
	conf.nrdnss = (options >> 1) & 3;
	conf.dnssllen = (options >> 3) & 15;
	ra_iface_init(&iface, &conf, 1280, draw, random);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {.p = data, .n = size};
	const uint8_t *head = take(&in, 2);
	static uint8_t random;
	bool ceased;

	if (head == NULL)
		return 0;
	random = head[1];
	begin(head[0], &random);
	while ((head = take(&in, HEAD)) != NULL) {
		pass_time(now + head[1] * STEP);
		ceased = happen((enum event)(head[0] % EVENTS), &in, head[2]);
		check_sent(ceased);
		random = (uint8_t)(random * 5 + 1);
	}
	return 0;
}
