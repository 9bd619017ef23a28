/* The command line: each option both ways, each wrong value named. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/os.h"
#include "dtcpc/opttable.h"
#include "dtcpc/optvalue.h"
#include "options_line.h"

static void
test_defaults(void **state)
{
	struct options o;

	(void)state;
	good("-u foo tunnel.example.net", &o);
	assert_int_equal(o.action, ACTION_RUN);
	assert_string_equal(o.server, "tunnel.example.net");
	assert_string_equal(o.port, "20200");
	assert_string_equal(o.session.user, "foo");
	assert_int_equal(o.session.type, TUNNEL_ONLY);
	assert_false(o.session.nat || o.session.persist || o.daemon || o.debug);
	assert_int_equal(o.session.ping_interval, 60000);
	assert_int_equal(o.session.ping_timeout, 20000);
	assert_int_equal(o.session.retry_min, 1000);
	assert_int_equal(o.session.retry_max, 300000);
	assert_int_equal(o.plan.mtu, 1280);
	assert_int_equal(o.plan.metric, 2048);
	assert_int_equal(o.plan.route_mode, ROUTE_STATIC);
	assert_true(o.plan.encap_kernel && o.plan.encap_user);
	assert_false(o.plan.adopt || o.plan.keep || o.plan.replace_default);
	assert_int_equal(o.plan.fib, os_fib());
	assert_false(o.plan.set_fib);
	assert_int_equal(o.plan.naddrs + o.plan.nroutes, 0);
	assert_null(o.runas);
	assert_int_equal(o.pidfile[0], '/');
	assert_string_equal(o.statedir, DTCP_STATEDIR);
	assert_int_equal(o.plan.ndelegations, 0);
	assert_true(o.ra.advertise);
	assert_int_equal(o.ra.nrdnss + o.ra.dnssllen, 0);
}

/* So that whole structs can be compared, padding and all. */
static void
clear_padding(struct prefix6 *p, unsigned n)
{
	while (n-- > 0) {
		struct prefix6 clean;

		memset(&clean, 0, sizeof(clean));
		clean.addr = p[n].addr;
		clean.len = p[n].len;
		memcpy(&p[n], &clean, sizeof(clean));
	}
}

/* What an option changes is the same by its letter and by its name. */
static void
test_letter_and_name_agree(void **state)
{
	static const char *const values[OPT_COUNT] = {
	    [OPT_ADDRESS] = "2001:db8::1/64,2001:db8::2|-prefixlen|128",
	    [OPT_UDP_PORT] = "4027",
	    [OPT_NAT_PORT] = "4029",
	    [OPT_PID_FILE] = "/run/home.pid",
	    [OPT_FIB] = "0",
	    [OPT_INTERFACE] = "six0",
	    [OPT_MTU] = "1400",
	    [OPT_PORT] = "2020",
	    [OPT_PREFIX_DELEGATION] = "eth0/1",
	    [OPT_ROUTE] = "none",
	    [OPT_DESTINATION] = "2001:db8::/32,default",
	    [OPT_TYPE] = "host",
	    [OPT_USER] = "foo",
	};
	char line[256];
	struct options none, letter, name;
	int i, tried = 0;

	(void)state;
	good("-u me -i x -t network server", &none);
	for (i = 0; i < OPT_COUNT; i++) {
		const struct cli_option *d = &dtcpc_cli.options[i];

		if (d->letter == '\0' || (i == OPT_FIB && os_fibs() == 0))
			continue;
		assert_true((d->arg != NULL) == (values[i] != NULL));
		snprintf(line, sizeof(line),
		    "-u me -i x -t network -%c%s%s server", d->letter,
		    d->arg != NULL ? " " : "", d->arg != NULL ? values[i] : "");
		good(line, &letter);
		snprintf(line, sizeof(line),
		    "-u me -i x -t network --%s%s%s server", d->name,
		    d->arg != NULL ? "=" : "", d->arg != NULL ? values[i] : "");
		good(line, &name);
		clear_padding(letter.plan.addrs, letter.plan.naddrs);
		clear_padding(letter.plan.routes, letter.plan.nroutes);
		clear_padding(name.plan.addrs, name.plan.naddrs);
		clear_padding(name.plan.routes, name.plan.nroutes);
		letter.server = name.server = none.server = NULL;
		/* Words of argv: compared by what they say. */
		if (i == OPT_PORT)
			assert_string_equal(name.port, "2020");
		letter.port = name.port = none.port = NULL;
		assert_memory_equal(&letter, &name, sizeof(letter));
		if (i != OPT_PORT)
			assert_memory_not_equal(&letter, &none, sizeof(none));
		tried++;
	}
	assert_int_equal(tried, os_fibs() > 0 ? 21 : 20);
}

static void
test_values(void **state)
{
	struct options o;

	(void)state;
	good(
	    "-u foo -A 2001:db8::1,fd00::1/48 -A fd00::2|-prefixlen|128 s", &o);
	assert_int_equal(o.plan.naddrs, 3);
	assert_int_equal(o.plan.addrs[0].len, 64);
	assert_int_equal(o.plan.addrs[1].len, 48);
	assert_int_equal(o.plan.addrs[2].len, 128);
	good("-u foo -R 2001:db8::1,2001:db8::|-prefixlen|32,default s", &o);
	assert_int_equal(o.plan.nroutes, 3);
	assert_int_equal(o.plan.routes[0].len, 128);
	assert_int_equal(o.plan.routes[1].len, 32);
	assert_int_equal(o.plan.routes[2].len, 0);
	good("-u foo -t tunnelroute s", &o);
	assert_int_equal(o.session.type, TUNNEL_NETWORK);
	good("-u foo --encap user s", &o);
	assert_false(o.plan.encap_kernel);
	assert_true(o.plan.encap_user);
	good("-u foo --encap kernel s", &o);
	assert_true(o.plan.encap_kernel);
	assert_false(o.plan.encap_user);
	good("-u foo --ping-interval 0.25 --ping-timeout 3 s", &o);
	assert_int_equal(o.session.ping_interval, 250);
	assert_int_equal(o.session.ping_timeout, 3000);
	good("-u foo --retry-min 0.1 --retry-max 0.5 --runas 7:8 s", &o);
	assert_int_equal(o.session.retry_min, 100);
	assert_int_equal(o.session.retry_max, 500);
	/* One bound alone moves the other one's default. */
	good("-u foo --retry-max 0.05 s", &o);
	assert_int_equal(o.session.retry_min, 50);
	assert_int_equal(o.session.retry_max, 50);
	good("-u foo --retry-min 900 s", &o);
	assert_int_equal(o.session.retry_min, 900000);
	assert_int_equal(o.session.retry_max, 900000);
	good("-u foo --retry-max 5 s", &o);
	assert_int_equal(o.session.retry_min, 1000);
	good("-u foo --runas 7:8 s", &o);
	assert_string_equal(o.runas, "7:8");
	good("-u foo -Dl -f relative.pid s", &o);
	assert_true(o.daemon && o.session.persist);
	assert_int_equal(o.pidfile[0], '/');
}

static void
test_fib(void **state)
{
	struct options o;
	struct err e;

	(void)state;
	if (os_fibs() > 0)
		return;
	assert_int_equal(parse("-u foo -F 0 s", &o, &e), -EINVAL);
	assert_string_equal(
	    e.text, "-F 0: this system has no FIBs (FreeBSD has)");
	assert_int_equal(parse("-u foo --fib 0 s", &o, &e), -EINVAL);
	assert_string_equal(
	    e.text, "--fib 0: this system has no FIBs (FreeBSD has)");
}

static void
test_actions(void **state)
{
	struct options o;

	(void)state;
	good("--help", &o);
	assert_int_equal(o.action, ACTION_HELP);
	good("--version", &o);
	assert_int_equal(o.action, ACTION_VERSION);
	good("--status -f /run/x.pid", &o);
	assert_int_equal(o.action, ACTION_STATUS);
	assert_string_equal(o.pidfile, "/run/x.pid");
	good("-t host --dry-run +OK|1.2.3.4", &o);
	assert_int_equal(o.action, ACTION_DRY_RUN);
	assert_string_equal(o.grant, "+OK 1.2.3.4");
}

/* One line, which names the option. */
static void
test_wrong(void **state)
{
	static const struct {
		const char *line, *named;
	} cases[] = {
	    {"", "server"},
	    {"-u foo", "server"},
	    {"-u foo a b", "b"},
	    {"-u foo ::1", "server ::1: neither"},
	    {"-Z s", "-Z"},
	    {"--nosuch s", "--nosuch"},
	    {"-u foo s -m", "-m: needs a value"},
	    {"-u foo s -dm", "-m: needs a value"},
	    {"-u foo s --mtu", "--mtu: needs a value"},
	    {"--debug=yes s", "--debug: takes no value"},
	    {"-m 1279 s", "-m 1279: not a number from 1280 to 65515"},
	    {"-m 65516 s", "-m"},
	    {"-m 1280x s", "-m"},
	    {"--mtu -1280 s", "--mtu"},
	    {"-p 0 s", "-p"},
	    {"-p 65536 s", "-p"},
	    {"-p http s", "-p"},
	    {"-b 0 s", "-b"},
	    {"-B 70000 s", "-B"},
	    {"-u foo -U --encap kernel s", "-U and --encap kernel"},
	    {"-u foo -m 65508 -U s", "-m 65508: with -U at most 65507"},
	    {"-u foo -U -c s", "-c"},
	    {"-F -1 s", "-F"},
	    {"-P  s", "-P"},
	    {"-t nosuch s", "-t"},
	    {"-r maybe s", "-r"},
	    {"-i a/b s", "-i"},
	    {"-i 0123456789abcdef s", "-i"},
	    {"-u a|b s", "-u"},
	    {"-A 192.0.2.1 s", "-A"},
	    {"-A ff02::1 s", "-A"},
	    {"-A 2001:db8::1/129 s", "-A"},
	    {"-A 2001:db8::1, s", "-A"},
	    {"-A 2001:db8::1,2001:db8::1/128 s", "-A"},
	    {"-R 2001:db8::/32,2001:db8:1::/32 s", "-R"},
	    {"-R fe80::/10 s", "-R"},
	    {"-R ::ffff:0:0/96 s", "-R"},
	    {"-f dir/ s", "-f"},
	    {"--state-dir= s", "--state-dir"},
	    {"--runas= s", "--runas"},
	    {"--dry-run= s", "--dry-run"},
	    {"-R 2001:db8::1/x s", "-R"},
	    {"-R ff00::/8 s", "-R"},
	    {"--encap magic s", "--encap"},
	    {"--metric 0 s", "--metric"},
	    {"--metric 2147483647 s", "--metric"},
	    {"--ping-interval 0 s", "--ping-interval"},
	    {"--ping-timeout 1e3 s", "--ping-timeout"},
	    {"--retry-min 5 --retry-max 4 -u foo s", "--retry-min"},
	    {"-c -u foo s", "-c"},
	    {"--replace-default -R default -u foo s", "--replace-default"},
	    {"-r none -R default -u foo s", "-R"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		wrong(cases[i].line, cases[i].named);
}

/* What is told to the server, and where we are. */
static void
test_udp(void **state)
{
	static const struct {
		const char *line;
		bool udp;
		uint16_t port, announce;
	} t[] = {
	    {"", false, 4028, 0},
	    {"-U", true, 4028, 4028},
	    {"-U -b 5000", true, 5000, 5000},
	    {"-B 6000 -U", true, 4028, 6000},
	    {"-U -b 5000 -B 6000", true, 5000, 6000},
	    /* Behind a NAT only a port that it forwards is worth a word. */
	    {"-U -n", true, 4028, 0},
	    {"-n -U -b 65535", true, 65535, 0},
	    {"-U -n -B 6000", true, 4028, 6000},
	    /* Alone they do nothing, as with the program of before. */
	    {"-b 5000 -B 6000", false, 5000, 0},
	    {"-U --encap user -m 65507", true, 4028, 4028},
	};
	char line[64];
	struct options o;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		snprintf(line, sizeof(line), "-u foo %s%ss", t[i].line,
		    t[i].line[0] != '\0' ? " " : "");
		good(line, &o);
		assert_int_equal(o.plan.udp, t[i].udp);
		assert_int_equal(o.session.udp, t[i].udp);
		assert_int_equal(o.plan.udp_port, t[i].port);
		assert_int_equal(o.session.udp_announce, t[i].announce);
	}
	good("-U --dry-run +OK", &o);
	assert_true(o.session.udp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_letter_and_name_agree),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_fib),
	    cmocka_unit_test(test_actions),
	    cmocka_unit_test(test_wrong),
	    cmocka_unit_test(test_udp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
