/* -i against the interfaces that there are. */
#include <sys/types.h>
#include <net/if.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dtcps/devices.h"

#define NAME(n, s)                                   \
	{                                            \
		.if_index = (n), .if_name = (char[]) \
		{                                    \
			s                            \
		}                                    \
	}

static struct if_nameindex there[] = {
    NAME(1, "lo"),
    NAME(2, "eth0"),
    NAME(3, "gif0"),
    NAME(4, "gif70"),
    NAME(5, "gif71"),
    NAME(6, "gif700"),
    NAME(7, "mygif72"),
    NAME(8, "eth0.5"),
    {0},
};

/* What a list comes to: names, with + where they exist already. */
static const char *
resolved(const char *list, bool no_clone)
{
	static struct broker_conf conf;
	static char text[512];
	char item[CLI_ITEM_MAX], why[CLI_WHY_MAX];
	struct err e;

	if (list != NULL && devices_check(list, item, why) != NULL)
		fail_msg("%s: refused", list);
	if (devices_resolve(list, no_clone, there, &conf, &e) != 0)
		return strcpy(text, e.text);
	text[0] = '\0';
	for (unsigned i = 0; i < conf.ndevices; i++) {
		strlcat(text, i > 0 ? " " : "", sizeof(text));
		strlcat(text, conf.adopt[i] ? "+" : "", sizeof(text));
		strlcat(text, conf.devices[i], sizeof(text));
	}
	return text;
}

static void
test_any(void **state)
{
	(void)state;
	assert_string_equal(resolved(NULL, false), "");
	assert_string_equal(resolved("gif", false), "");
	assert_string_equal(resolved("tun", false), "");
	assert_true(devices_any(NULL));
	assert_true(devices_any("sit"));
	assert_false(devices_any("sit1"));
	assert_false(devices_any("gif.*"));
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(resolved("six0, six1", false), "six0 six1");
	assert_string_equal(resolved("six0,gif70", false), "six0 +gif70");
	assert_string_equal(resolved("eth0.5", false), "+eth0.5");
	assert_string_equal(resolved("eth0.6", false), "eth0.6");
	assert_string_equal(resolved("six0,six0", false), "six0");
}

static void
test_expressions(void **state)
{
	(void)state;
	assert_string_equal(resolved("gif7[0-9]", false), "+gif70 +gif71");
	assert_string_equal(resolved("gif7.*", false), "+gif70 +gif71 +gif700");
	assert_string_equal(resolved("gif0|gif70", false), "+gif0 +gif70");
	assert_string_equal(
	    resolved("gif71,gif7[0-9],six0", false), "+gif71 +gif70 six0");
	assert_string_equal(
	    resolved("gif8[0-9]", false), "-i gif8[0-9]: no such interface");
}

static void
test_no_clone(void **state)
{
	(void)state;
	assert_string_equal(resolved("gif70", true), "+gif70");
	assert_string_equal(
	    resolved("gif70,six0", true), "-i six0: no such interface");
	assert_string_equal(
	    resolved("gif", true), "+gif0 +gif70 +gif71 +gif700");
	assert_string_equal(resolved("sit", true), "-i sit: no such interface");
}

static void
test_whose(void **state)
{
	(void)state;
	assert_string_equal(devices_cloner("gif0"), "gif");
	assert_string_equal(devices_cloner("tun"), "tun");
	assert_null(devices_cloner("gifx"));
	assert_null(devices_cloner("six0"));
	assert_true(devices_names("six0,gif7[0-9]", "gif75"));
	assert_false(devices_names("six0,gif7[0-9]", "gif755"));
	assert_false(devices_names(NULL, "gif75"));
	assert_false(devices_names("gif", "gif75"));
}

/* No more than there is room for, named or found. */
static void
test_many(void **state)
{
	static struct if_nameindex many[BROKER_DEVICES_MAX + 2];
	static char names[BROKER_DEVICES_MAX + 1][NETOP_NAMESIZE];
	static char list[(BROKER_DEVICES_MAX + 1) * NETOP_NAMESIZE];
	static struct broker_conf conf;
	char item[CLI_ITEM_MAX], why[CLI_WHY_MAX];
	const unsigned most = BROKER_DEVICES_MAX;
	struct err e;
	unsigned i;

	(void)state;
	for (i = 0; i < most; i++) {
		snprintf(names[i], sizeof(names[i]), "six%u", i);
		many[i] = (struct if_nameindex) {i + 1, names[i]};
		strlcat(list, i > 0 ? "," : "", sizeof(list));
		strlcat(list, names[i], sizeof(list));
	}
	assert_null(devices_check(list, item, why));
	assert_int_equal(devices_resolve(list, false, there, &conf, &e), 0);
	assert_int_equal(conf.ndevices, most);
	assert_int_equal(devices_resolve("six.*", false, many, &conf, &e), 0);
	assert_int_equal(conf.ndevices, most);

	many[most] = (struct if_nameindex) {most + 1, (char[]) {"six"}};
	assert_int_equal(
	    devices_resolve("six.*", false, many, &conf, &e), -ENOSPC);
	assert_string_equal(e.text, "-i: more than 256 interfaces");
	strlcat(list, ",six", sizeof(list));
	assert_string_equal(
	    devices_check(list, item, why), "more than 256 interfaces");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_expressions),
	    cmocka_unit_test(test_no_clone),
	    cmocka_unit_test(test_whose),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
