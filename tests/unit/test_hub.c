/* The forwarding table, against a list that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "dtcp/hub.h"
#include "dtcp/relay.h"

#define NAMES 600 /* prefixes to choose from */
#define STEPS 40000

static struct relay_peer peers[NAMES];

static struct prefix6
prefix(const char *text)
{
	struct prefix6 p;

	assert_int_equal(prefix6_parse(text, strlen(text), &p), 0);
	return p;
}

static struct in6_addr
addr(const char *text)
{
	struct in6_addr a;

	assert_int_equal(addr6_parse(text, strlen(text), &a), 0);
	return a;
}

static struct relay_peer *
find(const struct hub *h, const char *text)
{
	const struct in6_addr a = addr(text);

	return hub_find(h, &a);
}

static void
test_longest(void **state)
{
	static const char *const texts[] = {"2001:db8::/32", "2001:db8:1::/48",
	    "2001:db8:1:2::/64", "2001:db8:1:2::6/128"};
	struct hub *h = hub_new();
	struct prefix6 p;

	(void)state;
	assert_non_null(h);
	assert_null(find(h, "2001:db8::1"));
	for (unsigned i = 0; i < 4; i++) {
		/* In an order that is neither up nor down. */
		p = prefix(texts[(i * 3 + 1) % 4]);
		assert_int_equal(hub_add(h, &p, &peers[(i * 3 + 1) % 4]), 0);
	}
	assert_ptr_equal(find(h, "2001:db8:1:2::6"), &peers[3]);
	assert_ptr_equal(find(h, "2001:db8:1:2::7"), &peers[2]);
	assert_ptr_equal(find(h, "2001:db8:1:3::6"), &peers[1]);
	assert_ptr_equal(find(h, "2001:db8:2::6"), &peers[0]);
	assert_null(find(h, "2001:db9::6"));
	p = prefix(texts[2]);
	hub_remove(h, &p);
	hub_remove(h, &p); /* it is not there: nothing */
	assert_ptr_equal(find(h, "2001:db8:1:2::7"), &peers[1]);
	assert_ptr_equal(find(h, "2001:db8:1:2::6"), &peers[3]);
	hub_free(h);
}

static void
test_there_already(void **state)
{
	const struct prefix6 p = prefix("2001:db8:1::/48");
	struct prefix6 q = prefix("2001:db8:1::5/48"); /* the same */
	struct hub *h = hub_new();

	(void)state;
	assert_int_equal(hub_add(h, &p, &peers[0]), 0);
	assert_int_equal(hub_add(h, &p, &peers[0]), -EEXIST);
	assert_int_equal(hub_add(h, &q, &peers[1]), -EEXIST);
	assert_ptr_equal(find(h, "2001:db8:1::1"), &peers[0]);
	hub_remove(h, &q);
	assert_null(find(h, "2001:db8:1::1"));
	assert_int_equal(hub_add(h, &q, &peers[1]), 0);
	assert_ptr_equal(find(h, "2001:db8:1::1"), &peers[1]);
	hub_free(h);
}

static void
test_extremes(void **state)
{
	const struct prefix6 all = prefix("::/0"), one = prefix("::/128");
	struct hub *h = hub_new();

	(void)state;
	assert_int_equal(hub_add(h, &all, &peers[0]), 0);
	assert_int_equal(hub_add(h, &one, &peers[1]), 0);
	assert_ptr_equal(find(h, "::"), &peers[1]);
	assert_ptr_equal(find(h, "ffff::1"), &peers[0]);
	hub_remove(h, &all);
	assert_null(find(h, "ffff::1"));
	hub_free(h);
	hub_free(NULL);
}

/* As a server has them: a pair and a prefix for each of many units. */
static void
test_many(void **state)
{
	struct hub *h = hub_new();
	struct prefix6 host, net;

	(void)state;
	host = prefix("2001:db8:ffff::/128");
	net = prefix("2001:db8::/56");
	for (unsigned i = 0; i < 10000; i++) {
		host.addr.s6_addr[14] = (uint8_t)(i >> 8);
		host.addr.s6_addr[15] = (uint8_t)i;
		memcpy(&net.addr.s6_addr[4], &host.addr.s6_addr[14], 2);
		assert_int_equal(hub_add(h, &host, &peers[i % NAMES]), 0);
		assert_int_equal(hub_add(h, &net, &peers[i % NAMES]), 0);
	}
	for (unsigned i = 0; i < 10000; i++) {
		host.addr.s6_addr[14] = (uint8_t)(i >> 8);
		host.addr.s6_addr[15] = (uint8_t)i;
		memcpy(&net.addr.s6_addr[4], &host.addr.s6_addr[14], 2);
		assert_ptr_equal(hub_find(h, &host.addr), &peers[i % NAMES]);
		assert_ptr_equal(hub_find(h, &net.addr), &peers[i % NAMES]);
	}
	hub_free(h);
}

/* ---- At random */

static struct {
	struct prefix6 prefix;
	bool there;
} names[NAMES];

static uint32_t
random_bits(void)
{
	static uint64_t x = 88172645463325252U; /* xorshift: always the same */

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 16);
}

/* Few different bits, so that many overlap. */
static void
random_addr(struct in6_addr *a)
{
	*a = addr("2001:db8::");
	a->s6_addr[4] = (uint8_t)(random_bits() & 0x03);
	a->s6_addr[7] = (uint8_t)(random_bits() & 0xc1);
	a->s6_addr[15] = (uint8_t)(random_bits() & 0x0f);
}

static void
make_names(void)
{
	static const uint8_t lengths[] = {
	    0, 32, 38, 40, 57, 58, 64, 124, 126, 127, 128};
	struct prefix6 *p;
	bool again;

	for (unsigned i = 0; i < NAMES; i++) {
		p = &names[i].prefix;
		again = false;
		random_addr(&p->addr);
		p->len = lengths[random_bits() % sizeof(lengths)];
		prefix6_mask(p);
		for (unsigned k = 0; k < i; k++)
			again |= prefix6_equal(&names[k].prefix, p);
		/* Some places stay without: they are never chosen. */
		if (again)
			p->len = UINT8_MAX;
	}
}

static struct relay_peer *
search(const struct in6_addr *a)
{
	struct relay_peer *found = NULL;
	int longest = -1;

	for (unsigned i = 0; i < NAMES; i++) {
		if (!names[i].there || names[i].prefix.len <= longest ||
		    !prefix6_contains(&names[i].prefix, a))
			continue;
		longest = names[i].prefix.len;
		found = &peers[i];
	}
	return found;
}

static void
test_random(void **state)
{
	struct hub *h = hub_new();
	struct in6_addr a;
	unsigned found = 0, i;

	(void)state;
	make_names();
	for (unsigned step = 0; step < STEPS; step++) {
		i = random_bits() % NAMES;
		if (names[i].prefix.len == UINT8_MAX)
			continue;
		/* Now and then most of them go, and come back. */
		if (!names[i].there && step / 4000 % 2 == 0) {
			assert_int_equal(
			    hub_add(h, &names[i].prefix, &peers[i]), 0);
			names[i].there = true;
		} else if (names[i].there && random_bits() % 3 != 0) {
			hub_remove(h, &names[i].prefix);
			names[i].there = false;
		}
		random_addr(&a);
		assert_ptr_equal(hub_find(h, &a), search(&a));
		found += hub_find(h, &a) != NULL;
	}
	assert_in_range(found, STEPS / 4, STEPS);
	hub_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_longest),
	    cmocka_unit_test(test_there_already),
	    cmocka_unit_test(test_extremes),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
