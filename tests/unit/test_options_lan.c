/* -P and what goes with it: items, slots, what is said of DNS. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/os.h"
#include "options_line.h"

#define NET "-u foo -t network "

static void
check_item(const struct delegation *d, uint8_t slot, uint64_t sla,
    const char *host, uint8_t len)
{
	struct in6_addr a;

	assert_int_equal(d->slot, slot);
	assert_true(d->sla == sla);
	assert_int_equal(d->len, len);
	assert_int_equal(d->has_host, host != NULL);
	if (host == NULL)
		return;
	assert_int_equal(addr6_parse(host, strlen(host), &a), 0);
	assert_memory_equal(d->host, &a.s6_addr[8], sizeof(d->host));
}

static void
one_item(const char *text, uint64_t sla, const char *host, uint8_t len)
{
	char line[128];
	struct options o;

	snprintf(line, sizeof(line), NET "-P eth0/%s s", text);
	good(line, &o);
	assert_int_equal(o.plan.ndelegations, 1);
	assert_string_equal(o.plan.lans[1], "eth0");
	check_item(&o.plan.delegations[0], 1, sla, host, len);
}

static void
fields(void **state)
{
	struct options o;

	(void)state;
	one_item("1", 1, NULL, 64);
	one_item("", 0, NULL, 64);
	one_item("0", 0, NULL, 64);
	one_item("00fF", 0xff, NULL, 64);
	one_item("ffffffffffff", 0xffffffffffff, NULL, 64);
	one_item("1/", 1, NULL, 64);
	one_item("1//", 1, NULL, 64);
	one_item("1//64", 1, NULL, 64);
	one_item("1//128", 1, NULL, 128);
	one_item("1/0:0:0:1", 1, "::1", 64);
	one_item("1/1:2:3:4", 1, "::1:2:3:4", 64);
	one_item("1/abcd", 1, "::abcd", 64);
	one_item("1/::1", 1, "::1", 64);
	one_item("1/1::", 1, "::1:0:0:0", 64);
	one_item("1/a::b", 1, "::a:0:0:b", 64);
	one_item("1/::1:2:3:4", 1, "::1:2:3:4", 64);
	one_item("1/1/80", 1, "::1", 80);
	one_item("1/0:0:0:0/127", 1, "::", 127);
	one_item("1/::/128", 1, "::", 128);
	good(NET "-P eth0 s", &o);
	check_item(&o.plan.delegations[0], 1, 0, NULL, 64);
}

static void
several(void **state)
{
	struct options o;

	(void)state;
	/* The example of who thought it up; the order of -P and -i is free. */
	good(NET "-P fxp0/1,fxp1/2,gif7/f//128 -i gif7 s", &o);
	assert_int_equal(o.plan.ndelegations, 3);
	assert_string_equal(o.plan.lans[0], "");
	assert_string_equal(o.plan.lans[1], "fxp0");
	assert_string_equal(o.plan.lans[2], "fxp1");
	assert_string_equal(o.plan.lans[3], "");
	check_item(&o.plan.delegations[0], 1, 1, NULL, 64);
	check_item(&o.plan.delegations[1], 2, 2, NULL, 64);
	check_item(&o.plan.delegations[2], 0, 0xf, NULL, 128);
	/* Twice the option, twice an interface, the tunnel in between. */
	good("-u foo -P eth0/1,tunnel/2,eth1/3 -P eth0/4 -t network s", &o);
	assert_int_equal(o.plan.ndelegations, 4);
	check_item(&o.plan.delegations[1], 0, 2, NULL, 64);
	check_item(&o.plan.delegations[2], 2, 3, NULL, 64);
	check_item(&o.plan.delegations[3], 1, 4, NULL, 64);
	assert_string_equal(o.plan.lans[2], "eth1");
	/* A tunnel alone needs a host-id. */
	good(NET "-P six0/1/::1,tunnel/2/::1 -i six0 s", &o);
	check_item(&o.plan.delegations[0], 0, 1, "::1", 64);
	check_item(&o.plan.delegations[1], 0, 2, "::1", 64);
	/* Points of one subnet. */
	good(NET "-P eth0/1/::1/128,eth1/1/::2/128 s", &o);
	good(NET "-P eth0/1/1::1/80,eth1/1/2::1/80 s", &o);
	if (os_default_tunnel() == NULL)
		return;
	good(NET "-P eth0/1,gif0/2 s", &o);
	check_item(&o.plan.delegations[1], 0, 2, NULL, 64);
}

static void
bad_items(void **state)
{
	static const struct {
		const char *list, *named;
	} bad[] = {
	    {"a|b/1", "-P a b/1: not an interface name"},
	    {"/1", "-P /1: not an interface name"},
	    {"0123456789abcdef/1", "not an interface name"},
	    {"eth0/1,", "-P eth0/1,: an item is empty"},
	    {"eth0/1,,eth1/2", "an item is empty"},
	    {"eth0/1,eth1/g", "-P eth1/g: the SLA-id is not hexadecimal"},
	    {"eth0/0x1", "the SLA-id is not hexadecimal"},
	    {"eth0/-1", "the SLA-id is not hexadecimal"},
	    {"eth0/1000000000000", "the SLA-id has more than 48 bits"},
	    {"eth0/fffffffffffffffffffff", "the SLA-id has more than 48 bits"},
	    {"eth0/1/x", "-P eth0/1/x: the host-id is not of the form"},
	    {"eth0/1/1:2", "the host-id is not of the form"},
	    {"eth0/1/1:2:3:4:5", "the host-id is not of the form"},
	    {"eth0/1/12345", "the host-id is not of the form"},
	    {"eth0/1/1::2::3", "the host-id is not of the form"},
	    {"eth0/1/:1:2:3", "the host-id is not of the form"},
	    {"eth0/1/::192.0.2.1", "the host-id is not of the form"},
	    {"eth0/1/::1:2:3:4:5", "the host-id has more than 64 bits"},
	    {"eth0/1/::1/63", "-P eth0/1/::1/63: the length is not a number"},
	    {"eth0/1/::1/129", "the length is not a number"},
	    {"eth0/1/::1/064", "the length is not a number"},
	    {"eth0/1/::1/64/x", "more than interface/SLA-id/host-id/length"},
	    {"eth0/1/::", "-P eth0/1/0:0:0:0: the host-id makes the address"},
	    {"eth0/1/1::/80", "the host-id makes the address of all routers"},
	    {"eth0/1//80", "-P eth0/1//80: an EUI-64 goes with a length of"},
	    {"tunnel/1", "-P tunnel/1: no interface of a LAN to take"},
	    {"tunnel/1/::1,tunnel/2//128", "-P tunnel/2//128: no interface"},
	    {"eth0/1,eth1/1",
		"-P eth1/1: same subnet as eth0/1: give each an SLA-id of its "
		"own, "
		"as in eth0/1,eth1/2"},
	    {"eth1,eth2",
		"-P eth2: same subnet as eth1: give each an SLA-id of "
		"its own, as in eth1/1,eth2/2"},
	    {"tunnel/0/::1,eth2/0/::2", "as in tunnel/1,eth2/2"},
	    {"eth0/1,eth0/01/::1", "-P eth0/1/0:0:0:1: same subnet as eth0"},
	    {"eth0/1/::1/128,eth1/1/::1/128", "same subnet as"},
	    {"eth0/1/1::1/80,eth1/1/1::2/128", "same subnet as"},
	    /* A hardware address can be any. */
	    {"eth0/1//128,eth1/1/8000::1/128", "same subnet as"},
	    /* The tunnel would borrow the very address. */
	    {"eth0/f//128,tunnel/f//128", "same subnet as"},
	    {"eth0,tunnel/0//128", "same subnet as"},
	};
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), NET "-P %s s", bad[i].list);
		wrong(line, bad[i].named);
	}
	wrong(NET "--prefix-delegation= s", "--prefix-delegation : an item");
	wrong(NET "-P tun4/1,eth0/2,tunnel/1/::1 -i tun4 s",
	    "-P tunnel/1/0:0:0:1: same subnet as tunnel/1");
}

static void
refused(const char *line, unsigned n, const char *const lines[])
{
	struct options o;
	struct err e;
	unsigned i;

	assert_int_equal(parse(line, &o, &e), -EINVAL);
	assert_int_equal(o.nfaults, n - 1);
	for (i = 0; i < n; i++)
		assert_string_equal(
		    i < n - 1 ? o.faults[i].text : e.text, lines[i]);
}

/* Each item that is wrong has a line, and so has what else is wrong. */
static void
several_wrong(void **state)
{
	static const char *const read[] = {
	    "-P eth0/g: the SLA-id is not hexadecimal",
	    "-P eth0/1,eth0/g,,eth1/1: an item is empty",
	    "--prefix-delegation eth2/1//63: the length is not a number from "
	    "64 to 128",
	    "-P eth1/1: same subnet as eth0/1: give each an SLA-id of its own, "
	    "as in eth0/1,eth1/2"};
	static const char *const checked[] = {
	    "-P eth1: same subnet as eth0: give each an SLA-id of its own, as "
	    "in eth0/1,eth1/2",
	    "-P eth2: same subnet as eth0: give each an SLA-id of its own, as "
	    "in eth0/1,eth2/2"};
	static const char *const more[] = {
	    "-P eth0/g: the SLA-id is not hexadecimal",
	    "-P eth1/g: the SLA-id is not hexadecimal", "no server named"};
	char line[64] = NET "-P x/g";
	struct options o;
	struct err e;
	unsigned i;

	(void)state;
	refused(NET "-P eth0/1,eth0/g,,eth1/1 --prefix-delegation eth2/1//63 s",
	    4, read);
	refused(NET "-P eth0,eth1,eth2 s", 2, checked);
	refused(NET "-P eth0/g,eth1/g --rdnss fd00::1", 3, more);
	assert_int_equal(parse("-P eth0/g,eth1/g --status", &o, &e), -EINVAL);
	assert_int_equal(o.nfaults, 1);
	/* No more of them than there is room for. */
	for (i = 0; i < OPTIONS_FAULTS_MAX + 1; i++)
		strlcat(line, ",x/g", sizeof(line));
	assert_int_equal(parse(line, &o, &e), -EINVAL);
	assert_int_equal(o.nfaults, OPTIONS_FAULTS_MAX);
	strlcpy(line, NET "-P eth0", sizeof(line));
	for (i = 0; i < OPTIONS_FAULTS_MAX + 2; i++)
		strlcat(line, ",x", sizeof(line));
	assert_int_equal(parse(line, &o, &e), -EINVAL);
	assert_int_equal(o.nfaults, OPTIONS_FAULTS_MAX);
}

/* '|' is a blank. */
static void
blanks(void **state)
{
	struct options o;

	(void)state;
	good(NET "-P |eth0/1,|eth1/2|,tunnel/3 --rdnss fd00::1,||fd00::2 "
		 "--dnssl |a.b|,|c s",
	    &o);
	assert_int_equal(o.plan.ndelegations, 3);
	assert_string_equal(o.plan.lans[1], "eth0");
	assert_string_equal(o.plan.lans[2], "eth1");
	check_item(&o.plan.delegations[1], 2, 2, NULL, 64);
	assert_int_equal(o.ra.nrdnss, 2);
	assert_int_equal(o.ra.dnssllen, sizeof("\1a\1b\0\1c"));
	good("-u foo -A fd00::1,|fd00::2/64| s", &o);
	assert_int_equal(o.plan.naddrs, 2);
	good("-u foo -R fd00::/64|,|default s", &o);
	assert_int_equal(o.plan.nroutes, 2);
	wrong(NET "-P eth0/1,| s", "-P eth0/1, : an item is empty");
	wrong(NET "-P eth0/1,|eth|1/2 s", "-P eth 1/2: not an interface name");
	wrong(NET "-P eth0 --rdnss fd00::1,|x s", "--rdnss x: not an IPv6");
}

static void
too_many(void **state)
{
	char line[512] = NET "-P ", item[24];
	struct options o;
	unsigned i;

	(void)state;
	for (i = 0; i < 15; i++) {
		snprintf(item, sizeof(item), "eth%u/%x,", i, i);
		strlcat(line, item, sizeof(line));
	}
	strlcat(line, "eth0/f", sizeof(line));
	strlcat(line, " s", sizeof(line));
	good(line, &o);
	assert_int_equal(o.plan.ndelegations, 16);
	line[strlen(line) - 2] = '\0';
	strlcat(line, ",eth1/10 s", sizeof(line));
	wrong(line, "-P eth1/10: more than 16 items");
	line[strlen(line) - strlen("eth0/f,eth1/10 s")] = '\0';
	strlcat(line, "eth15/f s", sizeof(line));
	wrong(line, "-P eth15/f: more than 15 interfaces");
}

/* What needs what. */
static void
together(void **state)
{
	struct options o;

	(void)state;
	wrong("-u foo -P eth0/1 s", "-P needs -t network");
	wrong("-u foo -t host -P eth0/1 s", "-P needs -t network");
	wrong("-t host -P eth0 --dry-run +OK", "-P needs -t network");
	wrong(NET "--rdnss 2001:db8::53 s", "--rdnss needs -P");
	wrong(NET "--dnssl example.net s", "--dnssl needs -P");
	wrong(NET "-P eth0 -a --rdnss fd00::1 s",
	    "-a and --rdnss exclude each other");
	wrong(NET "--dnssl a.b -P eth0 -a s",
	    "-a and --dnssl exclude each other");
	good(NET "-P eth0 -a s", &o);
	good("-u foo -a s", &o); /* as in many an rc.conf(5) */
	assert_false(o.ra.advertise);
	good(NET "-P eth0/1 --state-dir x s", &o);
	assert_int_equal(o.statedir[0], '/');
}

static void
name_servers(void **state)
{
	static const char *const bad[] = {"ff02::1", "::", "::1", "192.0.2.1",
	    "::ffff:192.0.2.1", "2001:db8::1/64", "x", ""};
	char line[128];
	struct options o;
	size_t i;

	(void)state;
	good(NET "-P eth0 --rdnss 2001:db8::53,fd00::53 --rdnss fe80::1 s", &o);
	assert_int_equal(o.ra.nrdnss, 3);
	assert_int_equal(o.ra.rdnss[1].s6_addr[0], 0xfd);
	assert_int_equal(o.ra.rdnss[2].s6_addr[0], 0xfe);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(
		    line, sizeof(line), NET "-P eth0 --rdnss=%s s", bad[i]);
		wrong(line, "--rdnss ");
	}
	wrong(NET "-P eth0 --rdnss fd00::1,fd00::01 s",
	    "--rdnss fd00::01: named twice");
	wrong(NET "-P eth0 --rdnss fd00::1,fd00::2,fd00::3,fd00::4 s",
	    "--rdnss fd00::4: more than 3 addresses");
}

static void
search_domains(void **state)
{
	static const uint8_t encoded[] = "\7example\3net\0\1a\0\4_b-2\2Cd";
	char line[400], label[65];
	struct options o;

	(void)state;
	good(NET "-P eth0 --dnssl example.net,a. --dnssl _b-2.Cd s", &o);
	assert_int_equal(o.ra.dnssllen, sizeof(encoded));
	assert_memory_equal(o.ra.dnssl, encoded, sizeof(encoded));
	wrong(NET "-P eth0 --dnssl a..b s", "--dnssl a..b: a label");
	wrong(NET "-P eth0 --dnssl . s", "a label of the domain is empty");
	wrong(NET "-P eth0 --dnssl .a s", "a label of the domain is empty");
	wrong(NET "-P eth0 --dnssl a,b|c s", "--dnssl b c: a domain has");
	wrong(NET "-P eth0 --dnssl a, s", "an item is empty");
	memset(label, 'x', 64);
	label[64] = '\0';
	snprintf(line, sizeof(line), NET "-P eth0 --dnssl %s s", label);
	wrong(line, "more than 63 bytes");
	/* 64 for a label, one for the end, 55 are left: 53 and two. */
	snprintf(line, sizeof(line), NET "-P eth0 --dnssl %s,%.53s s",
	    label + 1, label);
	good(line, &o);
	assert_int_equal(o.ra.dnssllen, RA_DNSSL_MAX);
	snprintf(line, sizeof(line), NET "-P eth0 --dnssl %s,%.54s s",
	    label + 1, label);
	wrong(line, "more than 120 bytes");
	snprintf(line, sizeof(line), NET "-P eth0 --dnssl %s.%s.%s s", label,
	    label, label);
	wrong(line, "is too long");
}

/* A line for each thing wrong. */
struct lines {
	unsigned n;
	char text[NETOP_SLOTS + 1][96];
};

static void
note(void *arg, const char *line)
{
	struct lines *l = arg;

	strlcpy(l->text[l->n++], line, sizeof(l->text[0]));
}

static void
faults(void **state)
{
	struct lan lans[NETOP_SLOTS];
	struct lines l = {0};
	struct options o;
	struct err e = {0};

	(void)state;
	good(NET "-P dtcp-a/1,dtcp-b/2,tunnel/f//128 -P dtcp-c/3/::1 s", &o);
	assert_int_equal(lans_look(&o.plan, lans, &e), 0);
	lans_faults(&o.plan, lans, note, &l);
	assert_int_equal(l.n, 4);
	assert_string_equal(l.text[0], "-P dtcp-a: no such interface");
	assert_string_equal(l.text[2], "-P dtcp-c: no such interface");
	assert_string_equal(l.text[3],
	    "-P tunnel: no LAN has a hardware address for an EUI-64");
	assert_int_equal(lans_check(&o.plan, &e), -ENODEV);
	assert_string_equal(e.text, l.text[3]);
	l.n = 0;
	lans[1].ifindex = lans[2].ifindex = lans[3].ifindex = 7;
	lans[2].hwlen = 6; /* the tunnel's too */
	lans_faults(&o.plan, lans, note, &l);
	assert_int_equal(l.n, 1);
	assert_string_equal(
	    l.text[0], "-P dtcp-a: no hardware address for an EUI-64");
	l.n = 0;
	lans[1].hwlen = 8;
	lans_faults(&o.plan, lans, note, &l);
	assert_int_equal(l.n, 0);
	good("-u foo s", &o);
	assert_int_equal(lans_check(&o.plan, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields),
	    cmocka_unit_test(several),
	    cmocka_unit_test(bad_items),
	    cmocka_unit_test(several_wrong),
	    cmocka_unit_test(blanks),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(together),
	    cmocka_unit_test(name_servers),
	    cmocka_unit_test(search_domains),
	    cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
