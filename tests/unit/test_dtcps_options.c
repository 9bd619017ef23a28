/* Command lines of dtcps: what they come to, and what is wrong with them. */
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
#include "dtcps/options.h"
#include "dtcps/opttable.h"

#define ARGS_MAX  16
#define PREFIX	  "2001:db8:ffff::"
#define LONG_NAME "0123456789abcdef"
#define LONG_WORD LONG_NAME LONG_NAME LONG_NAME LONG_NAME
#define LONG_PATH "/" LONG_WORD LONG_WORD LONG_WORD LONG_WORD

/* Words are separated by one blank, so that two make an empty one. */
static int
parse(const char *line, struct options *o, struct err *e)
{
	static char words[1024];
	char *argv[ARGS_MAX + 1] = {words}, *p = words;
	int argc = 0;

	memset(e, 0, sizeof(*e));
	snprintf(words, sizeof(words), "dtcps%s%s", line[0] != '\0' ? " " : "",
	    line);
	while (argc < ARGS_MAX && (argv[argc] = strsep(&p, " ")) != NULL)
		argc++;
	return options_parse(argc, argv, o, e);
}

static void
good(const char *line, struct options *o)
{
	struct err e;

	if (parse(line, o, &e) != 0)
		fail_msg("%s: %s", line, e.text);
}

static void
test_defaults(void **state)
{
	const struct in_addr any = {.s_addr = htonl(INADDR_ANY)};
	struct options o;

	(void)state;
	good("", &o);
	assert_int_equal(o.action, ACTION_RUN);
	assert_null(o.runas);
	assert_null(o.interfaces);
	assert_false(o.foreground || o.debug || o.no_clone || o.routes_given);
	assert_string_equal(o.pidfile, DTCP_RUNDIR "/dtcps.pid");
	assert_string_equal(o.users, DTCP_SYSCONFDIR "/dtcps.users");
	assert_string_equal(o.routes, DTCP_SYSCONFDIR "/dtcps.routes");
	assert_int_equal(o.broker.port, 20200);
	assert_int_equal(o.broker.udp_port, 4028);
	assert_int_equal(o.broker.max_sessions, 5000);
	assert_int_equal(o.broker.nlisten, 1);
	assert_true(addr4_equal(o.broker.listen4[0], any));
	assert_false(o.broker.offer.has_prefix);
	assert_false(o.broker.offer.network_pair);
	assert_false(o.broker.offer.has_global);
	assert_false(o.broker.offer.udp || o.broker.offer.keep);
	assert_false(o.broker.offer.encap_kernel);
	assert_true(o.broker.offer.encap_user);
	assert_string_equal(o.broker.offer.shared, "");
	assert_int_equal(o.broker.offer.mtu, 1280);
	assert_int_equal(o.broker.offer.fib, os_fib());
	assert_false(o.broker.offer.set_fib);
}

static void
test_letters(void **state)
{
	char text[PREFIX6_STRLEN];
	struct options o;

	(void)state;
	good("-adDoU -b 5000 -f /run/x.pid -g 192.0.2.9 -i six0 -I shared0 "
	     "-p 20201 " PREFIX,
	    &o);
	assert_true(o.debug && o.foreground);
	assert_string_equal(o.pidfile, "/run/x.pid");
	assert_string_equal(o.interfaces, "six0");
	assert_int_equal(o.broker.udp_port, 5000);
	assert_int_equal(o.broker.port, 20201);
	assert_true(o.broker.offer.network_pair);
	assert_true(o.broker.offer.keep && o.broker.offer.udp);
	assert_true(o.broker.offer.has_global);
	assert_string_equal(
	    addr4_format(o.broker.offer.global4, text), "192.0.2.9");
	assert_string_equal(o.broker.offer.shared, "shared0");
	assert_true(o.broker.offer.has_prefix);
	assert_string_equal(
	    prefix6_format(&o.broker.offer.prefix, text), PREFIX "/64");
	good("-c -i six0", &o);
	assert_true(o.no_clone);
}

static void
test_names(void **state)
{
	char text[ADDR4_STRLEN];
	struct options o;

	(void)state;
	good("--users /u --routes /r --max-sessions 16000 --mtu 1400 "
	     "--listen 192.0.2.1,127.0.0.1 --listen 10.0.0.1 --runas 7:8",
	    &o);
	assert_string_equal(o.users, "/u");
	assert_string_equal(o.routes, "/r");
	assert_true(o.routes_given);
	assert_string_equal(o.runas, "7:8");
	assert_int_equal(o.broker.max_sessions, 16000);
	assert_int_equal(o.broker.offer.mtu, 1400);
	assert_int_equal(o.broker.nlisten, 3);
	assert_string_equal(
	    addr4_format(o.broker.listen4[2], text), "10.0.0.1");
	good("--encap kernel", &o);
	assert_true(o.broker.offer.encap_kernel && !o.broker.offer.encap_user);
	good("--encap user", &o);
	assert_true(!o.broker.offer.encap_kernel && o.broker.offer.encap_user);
	good("--encap kernel --encap auto", &o);
	assert_true(o.broker.offer.encap_kernel && o.broker.offer.encap_user);
	good("-i six1", &o);
	assert_true(o.broker.offer.encap_kernel && o.broker.offer.encap_user);
	good("-i gif", &o); /* names none */
	assert_true(!o.broker.offer.encap_kernel && o.broker.offer.encap_user);
	good("-c -i six1", &o);
	assert_true(o.broker.offer.encap_kernel && o.broker.offer.encap_user);
	good("-i six1 --encap user", &o);
	assert_true(!o.broker.offer.encap_kernel && o.broker.offer.encap_user);
	good("-U --encap kernel -I shared0", &o);
}

/* What a script passes on of an empty variable, or of a cloner's. */
static void
test_no_interfaces(void **state)
{
	struct options o;

	(void)state;
	good("-i  " PREFIX, &o);
	assert_null(o.interfaces);
	assert_true(o.broker.offer.has_prefix);
	good("-i six0 -i ", &o);
	assert_null(o.interfaces);
	good("-i gif", &o);
}

/* Every letter has a name, and they do the same. */
static void
test_twins(void **state)
{
	static const char *const values[OPT_COUNT] = {
	    [OPT_UDP_PORT] = "99",
	    [OPT_PID_FILE] = "/x.pid",
	    [OPT_GLOBAL_ADDRESS] = "192.0.2.9",
	    [OPT_INTERFACES] = "six0",
	    [OPT_UDP_INTERFACE] = "six1",
	    [OPT_PORT] = "99",
	};
	const struct cli_option *d;
	struct options a, b;
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < OPT_COUNT; i++) {
		d = &dtcps_cli.options[i];
		if (d->letter == '\0' || i == OPT_FIB)
			continue;
		snprintf(line, sizeof(line), "-%c%s %s -U -i six0 " PREFIX,
		    d->letter, values[i] != NULL ? "" : "D",
		    values[i] != NULL ? values[i] : "-D");
		good(line, &a);
		snprintf(line, sizeof(line), "--%s %s -U -i six0 " PREFIX,
		    d->name, values[i] != NULL ? values[i] : "-D");
		good(line, &b);
		a.foreground = b.foreground = true;
		a.interfaces = b.interfaces = NULL;
		assert_memory_equal(&a, &b, sizeof(a));
	}
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
}

/* One line, which names the option and says why. */
static void
test_wrong(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
	    {"-x", "unknown option -x"},
	    {"-m 1400", "unknown option -m"},
	    {"-b", "-b: needs a value"},
	    {"-U -b 0", "-b 0: not a number from 1 to 65535"},
	    {"-b 5000", "-b needs -U"},
	    {"-p 65536", "-p 65536: not a number from 1 to 65535"},
	    {"--port 0x10", "--port 0x10: not a number from 1 to 65535"},
	    {"-f ", "-f : not a file name"},
	    {"-f " LONG_PATH, NULL},
	    {"--users /etc/", "--users /etc/: not a file name"},
	    {"-g host", "-g host: not an IPv4 address"},
	    {"-g 127.0.0.1",
		"-g 127.0.0.1: not an address that clients can reach"},
	    {"-g 224.0.0.1",
		"-g 224.0.0.1: not an address that clients can reach"},
	    {"-I a/b", "-I a/b: not an interface name"},
	    {"-I ", "-I : not an interface name"},
	    {"-i six0 -I six0", "-I six0: is for one session alone, by -i"},
	    {"-i six[0-9] -I six7", "-I six7: is for one session alone, by -i"},
	    {"-i six0,", "-i six0,: an item is empty"},
	    {"-i gif,six0",
		"-i gif: means any of its kind, so it stands alone"},
	    {"-i six0,gif",
		"-i gif: means any of its kind, so it stands alone"},
	    {"-i six[0-9", NULL},
	    {"-i (six0", NULL},
	    {"-i *", NULL},
	    {"-i six[0-9]{2}",
		"-i six[0-9]{2}: braces and backslashes are not taken"},
	    {"-i (six)\\1",
		"-i (six)\\1: braces and backslashes are not taken"},
	    {"-i " LONG_NAME, "-i " LONG_NAME ": not an interface name"},
	    {"-i " LONG_WORD LONG_WORD, NULL},
	    {"--encap both", "--encap both: not auto, kernel or user"},
	    {"--encap kernel -I six0",
		"-I and --encap kernel without -U exclude each other: every "
		"tunnel is an interface of the kernel's then"},
	    {"--listen ::1", "--listen ::1: not an IPv4 address"},
	    {"--listen 192.0.2.1,192.0.2.1", "--listen 192.0.2.1: named twice"},
	    {"--listen 224.0.0.1",
		"--listen 224.0.0.1: not an address of a "
		"host"},
	    {"--listen 0.0.0.0,192.0.2.1",
		"--listen 0.0.0.0: has all addresses, so name no others"},
	    {"--listen 10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5,10.0.0.6,"
	     "10.0.0.7,10.0.0.8,10.0.0.9",
		"--listen 10.0.0.9: more than 8 addresses"},
	    {"--max-sessions 0",
		"--max-sessions 0: not a number from 1 to 16000"},
	    {"--max-sessions 16001",
		"--max-sessions 16001: not a number from 1 to 16000"},
	    {"-U -b 60537",
		"-b 60537: no ports for 5000 sessions up to 65535; see "
		"--max-sessions"},
	    {"--mtu 1279", "--mtu 1279: not a number from 1280 to 65515"},
	    {"-U --mtu 65508", "--mtu 65508: with -U at most 65507"},
	    {"--runas ", "--runas: needs a value that is not empty"},
	    {"-a", "-a needs a prefix, to have addresses for the pairs from"},
	    {PREFIX " x", "one prefix only: x is too many"},
	    {"2001:db8::1", NULL},
	    {"2001:db8::/48", NULL},
	    {"2001:db8:0:0:1::", NULL},
	    {"fe80::", NULL},
	};
	struct options o;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i].line, &o, &e) != -EINVAL)
			fail_msg("%s: no error", cases[i].line);
		if (cases[i].text != NULL)
			assert_string_equal(e.text, cases[i].text);
		assert_true(e.text[0] != '\0');
		assert_null(strchr(e.text, '\n'));
	}
	good("-U -b 60536", &o);
}

/* Where the system has a usual interface, -c alone means all of its kind. */
static void
test_no_clone(void **state)
{
	struct options o;
	struct err e;

	(void)state;
	if (os_default_tunnel() != NULL) {
		good("-c", &o);
		assert_string_equal(o.interfaces, "gif");
		return;
	}
	assert_int_equal(parse("-c", &o, &e), -EINVAL);
	assert_string_equal(
	    e.text, "-c needs -i here: which interfaces to use");
	assert_int_equal(parse("-c -i sit", &o, &e), -EINVAL);
}

static void
test_fib(void **state)
{
	struct options o;
	struct err e;

	(void)state;
	if (os_fibs() > 0) {
		good("-F 0", &o);
		assert_true(o.broker.offer.set_fib);
		return;
	}
	assert_int_equal(parse("-F 0", &o, &e), -EINVAL);
	assert_string_equal(
	    e.text, "-F 0: this system has no FIBs (FreeBSD has)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_letters),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_no_interfaces),
	    cmocka_unit_test(test_twins),
	    cmocka_unit_test(test_actions),
	    cmocka_unit_test(test_wrong),
	    cmocka_unit_test(test_no_clone),
	    cmocka_unit_test(test_fib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
