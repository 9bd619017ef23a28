/*
 * Addresses and prefixes: what parses prints to something that parses to the
 * same; masking is idempotent and keeps within the prefix.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_prefix(const struct prefix6 *p)
{
	char buf[PREFIX6_STRLEN];
	struct prefix6 again, masked = *p;

	must(p->len <= 128);
	prefix6_format(p, buf);
	must(prefix6_parse(buf, strlen(buf), &again) == 0);
	must(prefix6_equal(p, &again));
	must(prefix6_parse_option(buf, strlen(buf), 64, &again) == 0);
	must(prefix6_equal(p, &again));
	prefix6_mask(&masked);
	must(!prefix6_has_host_bits(&masked));
	must(prefix6_has_host_bits(p) == !prefix6_equal(p, &masked));
	must(prefix6_contains(&masked, &p->addr));
	must(prefix6_overlap(p, &masked));
	/* All of an inner prefix is inner. */
	must(!prefix6_is_inner(p) || addr6_is_inner(&masked.addr));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	char buf[ADDR6_STRLEN];
	struct in_addr a4, b4;
	struct in6_addr a6, b6;
	struct prefix6 p;

	if (addr4_parse(s, n, &a4) == 0) {
		/* One spelling only. */
		addr4_format(a4, buf);
		must(strlen(buf) == n && memcmp(buf, s, n) == 0);
		must(addr4_parse(buf, n, &b4) == 0 && addr4_equal(a4, b4));
	}
	if (addr6_parse(s, n, &a6) == 0) {
		addr6_format(&a6, buf);
		must(addr6_parse(buf, strlen(buf), &b6) == 0);
		must(addr6_equal(&a6, &b6));
		/* An address is no prefix, but an option may be one. */
		must(prefix6_parse(s, n, &p) != 0);
		must(prefix6_parse_option(s, n, 64, &p) == 0 && p.len == 64);
	}
	if (prefix6_parse(s, n, &p) == 0)
		check_prefix(&p);
	if (prefix6_parse_option(s, n, 128, &p) == 0)
		check_prefix(&p);
	return 0;
}
