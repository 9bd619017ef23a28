/* Logins, and what each has in the kernel: all of it, or nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "desk_bed.h"

static struct bed b;

static int
setup(void **state)
{
	(void)state;
	bed_new(&b);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bed_free(&b);
	return 0;
}

static void
every_type(void **state)
{
	struct lease *s;

	(void)state;
	bed_open(&b);
	assert_int_equal(b.told[MSG_TUN], 1);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), 0);
	s = leases_of_connection(&b.desk.leases, 1);
	assert_int_equal(s->carrier, CARRIER_KERNEL);
	assert_int_equal(bed_login(&b, 2, "carl", TUNNEL_HOST, true, 1), 0);
	s = leases_of_connection(&b.desk.leases, 2);
	assert_int_equal(s->carrier, CARRIER_SHARED);
	assert_int_equal(b.granted.port4, 4028);
	assert_true(b.granted.has_key);
	/* 4029 is somebody else's. */
	assert_int_equal(bed_login(&b, 3, "anna", TUNNEL_NETWORK, true, 2), 0);
	assert_int_equal(b.granted.port4, 4030);
	assert_int_equal(b.granted.nprefixes, 2);
	assert_false(b.granted.has_pair);
	assert_int_equal(bed_login(&b, 4, "carl", TUNNEL_ONLY, true, 3), 0);
	s = leases_of_connection(&b.desk.leases, 4);
	assert_int_equal(s->carrier, CARRIER_DEVICE);
	assert_int_equal(b.told[MSG_SESSION_TUN], 1);
	assert_int_equal(b.told[MSG_SESSION_UDP], 3);
	bed_consistent(&b);
	desk_logout(&b.desk, 2, "reason=quit", b.now);
	desk_logout(&b.desk, 2, "reason=quit", b.now); /* no harm in that */
	bed_consistent(&b);
	bed_close(&b);
}

/* Nobody learns what is offered who has not said who he is. */
static void
refused_in_order(void **state)
{
	struct login l;

	(void)state;
	b.conf.offer.udp = false;
	b.conf.offer.has_prefix = false;
	bed_open(&b);
	l = bed_login_of("carl", LOGIN_TYPE_NONE, false, 1);
	l.digest[0] = l.digest[0] == '0' ? '1' : '0';
	desk_login(&b.desk, 1, &l, b.now);
	assert_int_equal(b.refused, EACCES);
	l.digest[5] = '\0';
	desk_login(&b.desk, 1, &l, b.now);
	assert_int_equal(b.refused, EACCES);
	assert_int_equal(
	    bed_login(&b, 1, "dora", TUNNEL_ONLY, false, 1), EACCES);
	assert_int_equal(
	    bed_login(&b, 1, "carl", LOGIN_TYPE_NONE, false, 1), EOPNOTSUPP);
	assert_int_equal(
	    bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), EOPNOTSUPP);
	assert_int_equal(
	    bed_login(&b, 1, "carl", TUNNEL_NETWORK, false, 1), EOPNOTSUPP);
	assert_int_equal(
	    bed_login(&b, 1, "carl", TUNNEL_ONLY, true, 1), EPROTONOSUPPORT);
	assert_int_equal(b.desk.refused, 7);
	assert_int_equal(b.desk.leases.n, 0);
	bed_close(&b);
}

static void
either_case_of_a_digest(void **state)
{
	struct login l = bed_login_of("carl", TUNNEL_ONLY, false, 1);
	size_t i;

	(void)state;
	for (i = 0; l.digest[i] != '\0'; i++)
		if (l.digest[i] >= 'A' && l.digest[i] <= 'F')
			l.digest[i] = (char)(l.digest[i] - 'A' + 'a');
	bed_open(&b);
	desk_login(&b.desk, 1, &l, b.now);
	assert_int_equal(b.told[MSG_GRANT], 1);
	bed_close(&b);
}

static int
login_from(struct login *l, const char *client4, const char *local4)
{
	l->client4 = a4(client4);
	l->local4 = a4(local4);
	b.refused = 0;
	desk_login(&b.desk, 1, l, b.now);
	return b.refused;
}

static void
impossible_ends(void **state)
{
	struct login l = bed_login_of("carl", TUNNEL_ONLY, false, 1);

	(void)state;
	bed_open(&b);
	assert_int_equal(login_from(&l, BED_LOCAL4, BED_LOCAL4), EINVAL);
	assert_int_equal(login_from(&l, "127.0.0.1", BED_LOCAL4), EINVAL);
	assert_int_equal(login_from(&l, "224.0.0.1", BED_LOCAL4), EINVAL);
	assert_int_equal(
	    login_from(&l, "198.51.100.1", "192.0.2.9"), EADDRNOTAVAIL);
	l.udp = true;
	assert_int_equal(login_from(&l, "224.0.0.1", BED_LOCAL4), EINVAL);
	assert_int_equal(login_from(&l, "127.0.0.1", BED_LOCAL4), 0);
	bed_close(&b);
}

static void
what_makes_way(void **state)
{
	(void)state;
	bed_open(&b);
	/* The same connection: without a word to the client. */
	assert_int_equal(bed_login(&b, 1, "anna", TUNNEL_HOST, false, 1), 0);
	assert_int_equal(b.told[MSG_LET_GO], 0);
	assert_int_equal(bed_login(&b, 1, "anna", TUNNEL_ONLY, false, 1), 0);
	assert_int_equal(b.told[MSG_LET_GO], 1);
	assert_int_equal(b.told[MSG_REPLACED], 0);
	assert_int_equal(b.desk.leases.n, 1);
	bed_consistent(&b);
	/* The same outer addresses. */
	assert_int_equal(bed_login(&b, 2, "anna", TUNNEL_NETWORK, false, 1), 0);
	assert_int_equal(b.told[MSG_REPLACED], 1);
	assert_int_equal(b.desk.leases.n, 1);
	bed_consistent(&b);
	/* The same user's network, from elsewhere. */
	assert_int_equal(bed_login(&b, 3, "anna", TUNNEL_NETWORK, true, 2), 0);
	assert_int_equal(b.told[MSG_REPLACED], 2);
	assert_int_equal(b.desk.leases.n, 1);
	bed_consistent(&b);
	/* Neither over UDP nor of another type: there may be many. */
	assert_int_equal(bed_login(&b, 4, "anna", TUNNEL_HOST, true, 2), 0);
	assert_int_equal(bed_login(&b, 5, "anna", TUNNEL_HOST, true, 2), 0);
	assert_int_equal(bed_login(&b, 6, "anna", TUNNEL_HOST, false, 2), 0);
	assert_int_equal(b.told[MSG_REPLACED], 2);
	/* Another user's stays, and so does what the connection had. */
	assert_int_equal(
	    bed_login(&b, 4, "bert", TUNNEL_HOST, false, 2), EADDRINUSE);
	assert_true(b.kept);
	assert_int_equal(b.desk.leases.n, 4);
	/* But on one's own connection that is nobody else's. */
	assert_int_equal(bed_login(&b, 6, "bert", TUNNEL_HOST, false, 2), 0);
	bed_consistent(&b);
	bed_close(&b);
}

/* Verified first: who cannot log in takes nothing over. */
static void
refused_ones_replace_nothing(void **state)
{
	struct login l = bed_login_of("anna", TUNNEL_NETWORK, false, 2);

	(void)state;
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "anna", TUNNEL_NETWORK, false, 1), 0);
	l.digest[0] ^= 1;
	desk_login(&b.desk, 2, &l, b.now);
	assert_int_equal(b.refused, EACCES);
	assert_false(b.kept);
	assert_int_equal(bed_login(&b, 1, "anna", 7, false, 1), EOPNOTSUPP);
	assert_true(b.kept);
	assert_int_equal(b.told[MSG_REPLACED], 0);
	assert_int_equal(b.desk.leases.n, 1);
	bed_close(&b);
}

static void
sold_out(void **state)
{
	(void)state;
	b.conf.max_sessions = 2;
	bed_name(&b, "dtcp7", false);
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_ONLY, false, 1), 0);
	assert_string_equal(
	    leases_of_connection(&b.desk.leases, 1)->device.ifname, "dtcp7");
	assert_int_equal(
	    bed_login(&b, 2, "carl", TUNNEL_ONLY, false, 2), ENOBUFS);
	assert_int_equal(bed_login(&b, 2, "carl", TUNNEL_HOST, true, 2), 0);
	assert_int_equal(
	    bed_login(&b, 3, "carl", TUNNEL_HOST, true, 2), ENOBUFS);
	bed_consistent(&b);
	desk_logout(&b.desk, 1, "reason=quit", b.now);
	assert_int_equal(bed_login(&b, 3, "carl", TUNNEL_ONLY, false, 2), 0);
	bed_close(&b);

	b.conf.max_sessions = BED_IDS;
	bed_open(&b);
	b.desk.units.limit = 1;
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, true, 1), 0);
	assert_int_equal(
	    bed_login(&b, 2, "carl", TUNNEL_HOST, true, 2), ENOBUFS);
	bed_consistent(&b);
	bed_close(&b);

	b.conf.udp_port = 65535;
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, true, 1), 0);
	assert_int_equal(
	    bed_login(&b, 2, "carl", TUNNEL_HOST, true, 1), ENOBUFS);
	bed_consistent(&b);
	bed_close(&b);
}

static void
no_device_of_the_kernels(void **state)
{
	(void)state;
	b.host->no_sit = true;
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), 0);
	assert_true(b.desk.no_kernel);
	assert_int_equal(b.told[MSG_RAW], 1);
	assert_int_equal(bed_login(&b, 2, "carl", TUNNEL_ONLY, false, 2), 0);
	assert_int_equal(b.told[MSG_RAW], 1);
	bed_consistent(&b);
	bed_close(&b);
	b.conf.offer.encap_user = b.conf.offer.udp = false;
	bed_open(&b);
	assert_int_equal(
	    bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), EPERM);
	bed_close(&b);
}

/* Which is no failed login, and nothing about UDP. */
static void
forbidden_by_the_system(void **state)
{
	(void)state;
	bed_open(&b);
	fake_fail(b.host, 1, EACCES);
	assert_int_equal(
	    bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), EPERM);
	fake_fail(b.host, 1, EPROTONOSUPPORT);
	assert_int_equal(
	    bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), EPERM);
	fake_fail(b.host, 1, EADDRINUSE);
	assert_int_equal(
	    bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), EPERM);
	bed_consistent(&b);
	bed_close(&b);
}

/* -c: they are given back as they were; what is busy is passed over. */
static void
others_interfaces(void **state)
{
	struct lease *s;

	(void)state;
	bed_name(&b, "none0", true);
	bed_name(&b, "eth0", true);
	bed_name(&b, BED_SIT_2, true);
	bed_name(&b, BED_SIT, true);
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "anna", TUNNEL_NETWORK, false, 1), 0);
	s = leases_of_connection(&b.desk.leases, 1);
	assert_string_equal(s->device.ifname, BED_SIT_2);
	assert_int_equal(bed_login(&b, 2, "bert", TUNNEL_NETWORK, false, 2), 0);
	bed_consistent(&b);
	assert_int_equal(
	    bed_login(&b, 3, "carl", TUNNEL_HOST, false, 3), EBUSY);
	desk_logout(&b.desk, 1, "reason=quit", b.now);
	bed_consistent(&b);
	assert_int_equal(fake_link(b.host, BED_SIT_2)->mtu, 1400);
	assert_string_equal(fake_link(b.host, BED_SIT_2)->tag, "");
	assert_int_equal(bed_login(&b, 3, "carl", TUNNEL_HOST, false, 3), 0);
	bed_consistent(&b);
	bed_close(&b);
}

static void
shared_one_of_others(void **state)
{
	(void)state;
	strlcpy(b.conf.offer.shared, BED_TUN, NETOP_NAMESIZE);
	bed_open(&b);
	assert_string_equal(b.desk.shared.ifname, BED_TUN);
	assert_int_equal(bed_login(&b, 1, "anna", TUNNEL_NETWORK, true, 1), 0);
	bed_consistent(&b);
	bed_close(&b);
}

/* ---- Failures ---- */

static const struct sample {
	const char *user;
	unsigned type;
	bool udp;
	bool adopt;
} samples[] = {
    {"carl", TUNNEL_ONLY, false, false},
    {"carl", TUNNEL_HOST, false, false},
    {"anna", TUNNEL_NETWORK, false, false},
    {"carl", TUNNEL_ONLY, true, false},
    {"carl", TUNNEL_HOST, true, false},
    {"anna", TUNNEL_NETWORK, true, false},
    {"anna", TUNNEL_NETWORK, false, true},
    {"anna", TUNNEL_HOST, false, true},
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static void
fails_at(const struct sample *x, int error, bool saves)
{
	const struct fake_state before = b.host->state;
	unsigned k;
	int rc;

	for (k = 1;; k++) {
		if (saves)
			b.fail_save = k;
		else
			fake_fail(b.host, k, error);
		rc = bed_login(&b, 1, x->user, x->type, x->udp, 1);
		if (rc == 0)
			break;
		assert_int_equal(rc, error);
		assert_true(fake_state_equal(&b.host->state, &before));
		bed_consistent(&b);
	}
	assert_true(k > 1 || saves);
	b.fail_save = 0;
	b.host->fail_at = 0;
	bed_consistent(&b);
	desk_logout(&b.desk, 1, "reason=quit", b.now);
	assert_true(fake_state_equal(&b.host->state, &before));
}

static void
each_operation_fails(void **state)
{
	static const int errors[] = {
	    ENOMEM, EPERM, EEXIST, ETIMEDOUT, EMSGSIZE};
	unsigned i, k;

	(void)state;
	b.conf.offer.set_fib = true;
	b.conf.offer.fib = 1;
	for (i = 0; i < SAMPLES; i++) {
		b.conf.ndevices = 0;
		if (samples[i].adopt)
			bed_name(&b, BED_SIT, true);
		bed_open(&b);
		for (k = 0; k < sizeof(errors) / sizeof(errors[0]); k++)
			fails_at(&samples[i], errors[k], false);
		fails_at(&samples[i], ENOSPC, true);
		bed_close(&b);
	}
}

static void
the_start_fails(void **state)
{
	struct err e;
	unsigned k;
	int rc = -1;

	(void)state;
	for (k = 1; rc != 0; k++) {
		bed_open(&b);
		bed_close(&b);
		fake_fail(b.host, k, ENOMEM);
		rc = desk_open(&b.desk, &e);
		b.host->fail_at = 0;
		assert_true(rc == 0 || rc == -ENOMEM);
		bed_close(&b);
	}
	assert_true(k > 4);
}

/* What cannot be taken away is not given to anybody else. */
static void
leaving_fails(void **state)
{
	struct in6_addr first;

	(void)state;
	bed_name(&b, BED_SIT, true);
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, true, 1), 0);
	first = b.granted.client6;
	fake_fail(b.host, 1, EPERM);
	desk_logout(&b.desk, 1, "reason=quit", b.now);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, true, 1), 0);
	assert_false(addr6_equal(&first, &b.granted.client6));
	/* One that is not given back is tried once more in the end. */
	assert_int_equal(bed_login(&b, 2, "anna", TUNNEL_NETWORK, false, 2), 0);
	fake_fail(b.host, 1, EPERM);
	desk_logout(&b.desk, 2, "reason=quit", b.now);
	assert_string_equal(fake_link(b.host, BED_SIT)->tag, BED_TAG);
	bed_close(&b);
}

static void
interfaces_that_others_remove(void **state)
{
	struct lease *s;

	(void)state;
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), 0);
	assert_int_equal(bed_login(&b, 2, "carl", TUNNEL_HOST, false, 2), 0);
	s = leases_of_connection(&b.desk.leases, 1);
	fake_remove_link(b.host, s->device.ifname);
	assert_true(desk_look(&b.desk, b.now));
	assert_int_equal(b.told[MSG_SESSION_LOST], 1);
	assert_int_equal(b.desk.leases.n, 1);
	bed_consistent(&b);
	fake_remove_link(b.host, b.desk.shared.ifname);
	assert_false(desk_look(&b.desk, b.now));
	bed_close(&b);
}

/* -o: what was made stays, as nobody's. */
static void
kept(void **state)
{
	const struct fake_link *l;

	(void)state;
	b.conf.offer.keep = true;
	bed_name(&b, "dtcp7", false);
	bed_name(&b, BED_SIT, true);
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "carl", TUNNEL_HOST, false, 1), 0);
	assert_int_equal(bed_login(&b, 2, "carl", TUNNEL_HOST, false, 2), 0);
	desk_close(&b.desk, "reason=stopped", b.now);
	l = fake_link(b.host, "dtcp7");
	assert_non_null(l);
	assert_string_equal(l->tag, "");
	assert_false(l->up);
	assert_int_equal(b.nfile, 0);
	fake_remove_link(b.host, "dtcp7");
	fake_remove_link(b.host, "dtcp0"); /* the shared one */
	assert_true(fake_state_equal(&b.host->state, &b.start));
}

/* ---- At random ---- */

#define STEPS 3000

static bool
replaces_something(uint32_t id, const char *user, unsigned n)
{
	const struct leases *t = &b.desk.leases;

	return leases_of_connection(t, id) != NULL ||
	    leases_of_network(t, user) != NULL ||
	    leases_of_pair(t, a4(BED_LOCAL4),
		bed_login_of(user, 0, false, n).client4) != NULL;
}

static void
step(uint32_t *seed)
{
	static const char *const users[] = {"anna", "bert", "carl"};
	const uint32_t id = sample_next(seed) % BED_IDS;
	const char *user = users[sample_next(seed) % 3];
	const unsigned n = sample_next(seed) % 6 + 1;
	const struct lease *s;

	switch (sample_next(seed) % 8) {
	case 0:
	case 1:
		desk_logout(&b.desk, id, "reason=quit", b.now);
		break;
	case 2:
		s = leases_of_connection(&b.desk.leases, id);
		if (s == NULL || s->device.ifname[0] == '\0' ||
		    s->device.adopted)
			break;
		fake_remove_link(b.host, s->device.ifname);
		assert_true(desk_look(&b.desk, b.now));
		break;
	case 3:
		if (!replaces_something(id, user, n))
			fake_fail(b.host, sample_next(seed) % 9 + 1, ENOMEM);
		/* FALLTHROUGH */
	default:
		(void)bed_login(&b, id, user, sample_next(seed) % 4,
		    sample_next(seed) % 2 == 0, n);
		b.host->fail_at = 0;
		break;
	}
	b.now += 7;
	bed_consistent(&b);
}

static void
at_random(void **state)
{
	uint32_t seed = 20200;
	unsigned round, i;

	(void)state;
	for (round = 0; round < 4; round++) {
		b.conf.ndevices = 0;
		b.host->no_sit = round == 1;
		b.conf.offer.network_pair = round % 2 == 0;
		if (round >= 2) {
			bed_name(&b, BED_SIT, true);
			bed_name(&b, "dtcp7", false);
			bed_name(&b, BED_SIT_2, false);
		}
		bed_open(&b);
		for (i = 0; i < STEPS; i++)
			step(&seed);
		assert_true(b.desk.logins > STEPS / 8);
		bed_close(&b);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_type),
	    TEST(refused_in_order),
	    TEST(either_case_of_a_digest),
	    TEST(impossible_ends),
	    TEST(what_makes_way),
	    TEST(refused_ones_replace_nothing),
	    TEST(sold_out),
	    TEST(no_device_of_the_kernels),
	    TEST(forbidden_by_the_system),
	    TEST(others_interfaces),
	    TEST(shared_one_of_others),
	    TEST(each_operation_fails),
	    TEST(the_start_fails),
	    TEST(leaving_fails),
	    TEST(interfaces_that_others_remove),
	    TEST(kept),
	    TEST(at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
