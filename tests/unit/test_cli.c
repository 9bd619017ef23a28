/* A table of options: what is read, what is said of it, what is shown. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/cli.h"

enum { BARE, OTHER, VALUE, LONG, ALONE, NOPTIONS };

static const struct cli_option options[NOPTIONS] = {
    [BARE] = {'b', "bare", NULL, NULL, "a letter alone"},
    [OTHER] = {'o', "other", NULL, NULL, "another one"},
    [VALUE] = {'v', "value", "value", NULL,
	"a letter with a value, which takes so many words to explain that "
	"there is more than one line of them"},
    [LONG] = {'\0', "long-without-letter", "something", NULL, "a long one"},
    [ALONE] = {'\0', "alone", NULL, "[-v value]", "a synopsis of its own"},
};
static const struct cli program = {.program = "prog",
    .operand = "[operand]",
    .options = options,
    .count = NOPTIONS};

/* What set() was given, a word each: "value=12", "--bare". */
struct seen {
	char words[256];
	int refuse; /* what to return for -v */
};

static int
note(void *arg, size_t option, const char *value, bool by_name)
{
	struct seen *s = arg;
	char word[64];

	snprintf(word, sizeof(word), "%s%s%s%s ", by_name ? "--" : "-",
	    options[option].name, value != NULL ? "=" : "",
	    value != NULL ? value : "");
	strlcat(s->words, word, sizeof(s->words));
	return option == VALUE ? s->refuse : 0;
}

static int
parse(const char *line, struct seen *s, int *operands, struct err *e)
{
	static char words[256];
	char *argv[16] = {words}, *p = words;
	int argc = 0;

	memset(e, 0, sizeof(*e));
	s->words[0] = '\0';
	snprintf(words, sizeof(words), "prog %s", line);
	while ((argv[argc] = strsep(&p, " ")) != NULL)
		argc++;
	return cli_parse(&program, argc, argv, note, s, operands, e);
}

static void
test_parse(void **state)
{
	struct seen s = {.refuse = 0};
	struct err e;
	int first = 0;

	(void)state;
	assert_int_equal(
	    parse("-bo -v 1 --value=2 --value 3 --bare x y", &s, &first, &e),
	    0);
	assert_string_equal(
	    s.words, "-bare -other -value=1 --value=2 --value=3 --bare ");
	assert_int_equal(first, 8);
	assert_int_equal(parse("--long-without-letter= --", &s, &first, &e), 0);
	assert_string_equal(s.words, "--long-without-letter= ");
	assert_int_equal(first, 3);
	s.refuse = -EIO;
	assert_int_equal(parse("-v 1 -b", &s, &first, &e), -EIO);
	assert_string_equal(s.words, "-value=1 ");
}

static void
test_misused(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
	    {"-x", "unknown option -x"},
	    {"--nothing", "unknown option --nothing"},
	    {"-v", "-v: needs a value"},
	    {"--value", "--value: needs a value"},
	    {"--bare=1", "--bare: takes no value"},
	};
	struct seen s = {.refuse = 0};
	struct err e;
	int first;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].line, &s, &first, &e), -EINVAL);
		assert_string_equal(e.text, cases[i].text);
	}
}

static void
test_fail(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(
	    cli_fail(&program, VALUE, false, "12", "why", &e), -EINVAL);
	assert_string_equal(e.text, "-v 12: why");
	(void)cli_fail(&program, VALUE, true, "12", "why", &e);
	assert_string_equal(e.text, "--value 12: why");
	(void)cli_fail(&program, VALUE, true, NULL, "why", &e);
	assert_string_equal(e.text, "--value: why");
}

static void
test_usage(void **state)
{
	static const char want[] =
	    "usage: prog [-bo] [-v value] [--long-without-letter something] "
	    "[operand]\n"
	    "       prog --alone [-v value]\n";
	char text[sizeof(want) + 64] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(f);
	cli_usage(&program, f);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, want);
}

/* A program that does what its options with a tail say, and nothing else. */
static void
test_usage_of_tails(void **state)
{
	static const char want[] = "usage: tails --alone [-v value]\n"
				   "       tails --other value\n";
	static const struct cli_option two[] = {
	    {'v', "value", "value", NULL, ""},
	    {'\0', "alone", NULL, "[-v value]", ""},
	    {'\0', "other", "value", "", ""},
	};
	static const struct cli tails = {.program = "tails",
	    .options = two,
	    .count = sizeof(two) / sizeof(two[0])};
	char text[sizeof(want) + 64] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(f);
	cli_usage(&tails, f);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, want);
}

static void
test_path(void **state)
{
	char buf[64];

	(void)state;
	assert_null(cli_path("/run/x.pid", buf, sizeof(buf)));
	assert_string_equal(buf, "/run/x.pid");
	assert_string_equal(cli_path("/run/x.pid", buf, 10), "too long");
	assert_string_equal(cli_path("", buf, sizeof(buf)), "not a file name");
	assert_string_equal(
	    cli_path("/run/", buf, sizeof(buf)), "not a file name");
	assert_string_equal(cli_path("/a\nb", buf, sizeof(buf)),
	    "control characters in a file name");
}

static void
test_word(void **state)
{
	(void)state;
	assert_null(cli_word("foo", 3));
	assert_string_equal(cli_word("food", 3), "is too long");
	assert_string_equal(cli_word("", 3), "is empty");
	assert_string_equal(
	    cli_word("a b", 3), "holds blanks or control characters");
}

static void
test_item(void **state)
{
	static const char list[] = " one ,two,, three";
	const char *at = list;
	char item[CLI_ITEM_MAX], long_one[CLI_ITEM_MAX + 1];

	(void)state;
	assert_null(cli_item(list, &at, item));
	assert_string_equal(item, "one");
	assert_null(cli_item(list, &at, item));
	assert_string_equal(item, "two");
	assert_string_equal(cli_item(list, &at, item), "an item is empty");
	assert_string_equal(item, list);
	assert_null(cli_item(list, &at, item));
	assert_string_equal(item, "three");
	assert_null(at);
	memset(long_one, 'x', CLI_ITEM_MAX);
	long_one[CLI_ITEM_MAX] = '\0';
	at = long_one;
	assert_string_equal(cli_item(long_one, &at, item), "is too long");
	assert_int_equal(strlen(item), CLI_ITEM_MAX - 1);
}

static void
test_number(void **state)
{
	char why[CLI_WHY_MAX];
	uint32_t n = 0;

	(void)state;
	assert_null(cli_number("5000", 1, 16000, &n, why));
	assert_int_equal(n, 5000);
	assert_string_equal(cli_number("16001", 1, 16000, &n, why),
	    "not a number from 1 to 16000");
	assert_string_equal(
	    cli_number("", 1, 16000, &n, why), "not a number from 1 to 16000");
	assert_int_equal(n, 5000);
}

/* What this system's kernel has is one case; the words are for any. */
static void
test_fib(void **state)
{
	static const struct {
		const char *arg;
		uint32_t fibs;
		const char *why;
	} bad[] = {
	    {"0", 0, "this system has no FIBs (FreeBSD has)"},
	    {"x", 0, "this system has no FIBs (FreeBSD has)"},
	    {"x", 2, "not the number of a routing table"},
	    {"-1", 2, "not the number of a routing table"},
	    {"65536", 65536, "not the number of a routing table"},
	    {"5", 1,
		"this kernel has 1 FIB, 0; net.fibs in loader.conf(5) sets "
		"more"},
	    {"16", 16,
		"this kernel has 16 FIBs, 0 to 15; net.fibs in loader.conf(5) "
		"sets more"},
	    {"65535", 1000,
		"this kernel has 1000 FIBs, 0 to 999; net.fibs in "
		"loader.conf(5) sets more"},
	};
	char why[CLI_WHY_MAX];
	uint32_t fib = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_string_equal(
		    cli_fib(bad[i].arg, bad[i].fibs, &fib, why), bad[i].why);
	assert_int_equal(fib, 7);
	assert_null(cli_fib("15", 16, &fib, why));
	assert_int_equal(fib, 15);
	assert_null(cli_fib("0", 1, &fib, why));
	assert_int_equal(fib, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_misused),
	    cmocka_unit_test(test_fail),
	    cmocka_unit_test(test_usage),
	    cmocka_unit_test(test_usage_of_tails),
	    cmocka_unit_test(test_path),
	    cmocka_unit_test(test_word),
	    cmocka_unit_test(test_item),
	    cmocka_unit_test(test_number),
	    cmocka_unit_test(test_fib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
