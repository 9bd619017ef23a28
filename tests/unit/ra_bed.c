/* An interface that advertises, under a virtual clock.  See ra_bed.h. */
#include <string.h>

#include "ra_bed.h"

#define RA_HEADER   16
#define OPT_PREFIX  3
#define PREFIX_SIZE 32

static struct in6_addr
a6(const char *s)
{
	struct in6_addr a;

	assert_int_equal(addr6_parse(s, strlen(s), &a), 0);
	return a;
}

struct prefix6
bed_prefix(const char *text)
{
	struct prefix6 p;

	assert_int_equal(prefix6_parse(text, strlen(text), &p), 0);
	return p;
}

/* Any generator will do that gives the same each time. */
uint32_t
bed_bits(struct ra_bed *b, uint32_t below)
{
	b->seed = b->seed * 1664525 + 1013904223;
	return (b->seed >> 8) % below;
}

static int64_t
draw(void *arg, int64_t lo, int64_t hi)
{
	struct ra_bed *b = arg;

	assert_true(lo <= hi);
	switch (b->random) {
	case BED_LOW:
		return lo;
	case BED_HIGH:
		return hi;
	case BED_ANY:
		break;
	}
	return lo + bed_bits(b, (uint32_t)(hi - lo + 1));
}

void
bed_init(struct ra_bed *b)
{
	static const uint8_t hwaddr[] = {2, 0, 0, 0, 0, 0x11};

	memset(b, 0, sizeof(*b));
	b->conf.advertise = true;
	b->lan = (struct lan) {.slot = 1,
	    .up = true,
	    .ifindex = 2,
	    .hwlen = 6,
	    .linklocal = a6(BED_LINKLOCAL)};
	memcpy(b->lan.hwaddr, hwaddr, sizeof(hwaddr));
	b->now = BED_START;
	b->sent = -1;
	ra_iface_init(&b->i, &b->conf, 1280, draw, b);
	memset(&b->out, 0xff, sizeof(b->out)); /* whatever was in it */
}

/* After each event: what is true of any. */
static void
note(struct ra_bed *b)
{
	int64_t due = ra_iface_deadline(&b->i);

	assert_true(b->out.ralen <= RA_PACKET_MAX);
	assert_true(b->out.rslen <= RS_PACKET_MAX);
	assert_true(due == -1 || due > b->now);
	if (b->out.ralen > 0) {
		b->nra++;
		b->sent = b->now;
	}
	if (b->out.rslen > 0)
		b->nrs++;
}

void
bed_open(struct ra_bed *b)
{
	ra_iface_open(&b->i, &b->lan, b->now, &b->out);
	note(b);
}

static void
set(struct ra_bed *b, const char *const *texts, unsigned n)
{
	struct prefix6 p[2];

	for (unsigned k = 0; k < n; k++)
		p[k] = bed_prefix(texts[k]);
	ra_iface_set(&b->i, p, n, b->now, &b->out);
	note(b);
}

void
bed_set(struct ra_bed *b, const char *prefix)
{
	set(b, &prefix, prefix != NULL);
}

void
bed_set_two(struct ra_bed *b, const char *one, const char *two)
{
	const char *both[] = {one, two};

	set(b, both, 2);
}

void
bed_old(struct ra_bed *b, const char *prefix, int64_t until)
{
	struct ra_prefix p = {.prefix = bed_prefix(prefix),
	    .withdrawn = until != -1,
	    .until = until};

	ra_iface_old(&b->i, &p, 1, b->now, &b->out);
	note(b);
}

void
bed_tunnel(struct ra_bed *b, bool up)
{
	ra_iface_tunnel(&b->i, up, b->now, &b->out);
	note(b);
}

void
bed_timer(struct ra_bed *b)
{
	ra_iface_timer(&b->i, b->now, &b->out);
	note(b);
}

void
bed_cease(struct ra_bed *b)
{
	ra_iface_cease(&b->i, b->now, &b->out);
	note(b);
}

void
bed_hear(
    struct ra_bed *b, const struct in6_addr *from, const uint8_t *p, size_t n)
{
	struct ra_heard h;

	assert_int_equal(ra_parse(p, n, from, 255, &h), 0);
	ra_iface_heard(&b->i, &h, p, n, b->now, &b->out);
	note(b);
}

void
bed_solicit(struct ra_bed *b)
{
	static const uint8_t rs[] = {133, 0, 0, 0, 0, 0, 0, 0};
	struct in6_addr from = a6("fe80::99");

	bed_hear(b, &from, rs, sizeof(rs));
}

void
bed_advertise(
    struct ra_bed *b, const char *from, const char *prefix, uint8_t valid)
{
	uint8_t p[RA_HEADER + PREFIX_SIZE] = {134, [6] = 7, [7] = 8};
	uint8_t *opt = p + RA_HEADER;
	struct in6_addr source = a6(from);
	struct prefix6 x;

	if (prefix != NULL) {
		x = bed_prefix(prefix);
		opt[0] = OPT_PREFIX;
		opt[1] = PREFIX_SIZE / 8;
		opt[2] = x.len;
		opt[3] = 0xc0;
		opt[7] = opt[11] = valid;
		memcpy(opt + 16, &x.addr, sizeof(x.addr));
	}
	bed_hear(b, &source, p, prefix != NULL ? sizeof(p) : RA_HEADER);
}

int64_t
bed_wait(struct ra_bed *b)
{
	int64_t before = b->now;

	b->now = ra_iface_deadline(&b->i);
	assert_int_not_equal(b->now, -1);
	bed_timer(b);
	return b->now - before;
}

unsigned
bed_run(struct ra_bed *b, int64_t ms)
{
	unsigned before = b->nra;
	int64_t end = b->now + ms, due;

	while ((due = ra_iface_deadline(&b->i)) != -1 && due <= end)
		(void)bed_wait(b);
	b->now = end;
	return b->nra - before;
}

void
bed_start(struct ra_bed *b)
{
	bed_init(b);
	bed_tunnel(b, true);
	bed_open(b);
	bed_set(b, BED_PREFIX);
}

void
bed_steady(struct ra_bed *b)
{
	bed_start(b);
	assert_int_equal(bed_run(b, 4000 + 2 * 16000 + 10000), 3);
	assert_int_equal(b->i.state, RA_ADVERTISING);
}

void
bed_expect_nothing(const struct ra_bed *b)
{
	assert_int_equal(b->out.ralen, 0);
	assert_int_equal(b->out.rslen, 0);
	assert_int_equal(b->out.note, RA_NOTE_NONE);
	assert_false(b->out.changed);
}

void
bed_expect_ra(const struct ra_bed *b, uint16_t router_lifetime)
{
	assert_true(b->out.ralen >= RA_HEADER);
	assert_int_equal(b->out.ra[6] << 8 | b->out.ra[7], router_lifetime);
}

static bool
is_withdrawn(const uint8_t *opt)
{
	static const uint8_t zero[8];

	return memcmp(opt + 4, zero, sizeof(zero)) == 0;
}

static void
expect_prefix(const uint8_t *opt, const char *text)
{
	struct prefix6 want = bed_prefix(text);

	assert_int_equal(opt[2], want.len);
	assert_memory_equal(opt + 16, &want.addr, sizeof(want.addr));
}

void
bed_expect_prefixes(
    const struct ra_bed *b, const char *current, const char *withdrawn)
{
	const uint8_t *p = b->out.ra + RA_HEADER;
	const uint8_t *end = b->out.ra + b->out.ralen;

	assert_true(b->out.ralen > 0);
	for (; p < end; p += p[1] * 8) {
		if (p[0] != OPT_PREFIX)
			continue;
		if (!is_withdrawn(p)) {
			assert_non_null(current);
			expect_prefix(p, current);
			current = NULL;
		} else {
			assert_non_null(withdrawn);
			expect_prefix(p, withdrawn);
			withdrawn = NULL;
		}
	}
	assert_null(current);
	assert_null(withdrawn);
}
