/* The command line: getopt_long(3) over a table of options. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/cli.h"

#define LONG_BASE   256 /* getopt_long(3) values: LONG_BASE + index */
#define SHORTS_SIZE (2 * CLI_OPTIONS_MAX + 2)

static void
make_getopt(const struct cli *c, char shorts[SHORTS_SIZE],
    struct option longs[CLI_OPTIONS_MAX + 1])
{
	size_t i, n = 0;

	shorts[n++] = ':';
	for (i = 0; i < c->count; i++) {
		const struct cli_option *d = &c->options[i];

		longs[i] = (struct option) {.name = d->name,
		    .has_arg = d->arg != NULL ? required_argument : no_argument,
		    .val = LONG_BASE + (int)i};
		if (d->letter == '\0')
			continue;
		shorts[n++] = d->letter;
		if (d->arg != NULL)
			shorts[n++] = ':';
	}
	shorts[n] = '\0';
	memset(&longs[c->count], 0, sizeof(longs[c->count]));
}

/* The index of what getopt_long(3) gave; count for what is none. */
static size_t
index_of(const struct cli *c, int got)
{
	size_t i;

	if (got >= LONG_BASE)
		return (size_t)(got - LONG_BASE);
	for (i = 0; i < c->count; i++)
		if (c->options[i].letter == got)
			break;
	return i;
}

/*
 * getopt_long(3) would not take it: optopt is 0 for an unknown name; a known
 * option lacks its value or has one too many (systems differ in how they tell
 * the two apart).
 */
static int
misused(const struct cli *c, const char *word, struct err *e)
{
	size_t i = index_of(c, optopt);

	if (optopt == 0)
		return err_set(e, EINVAL, "unknown option %.64s", word);
	if (i == c->count)
		return err_set(e, EINVAL, "unknown option -%c", optopt);
	return cli_fail(c, i, optopt >= LONG_BASE, NULL,
	    c->options[i].arg != NULL ? "needs a value" : "takes no value", e);
}

int
cli_parse(const struct cli *c, int argc, char *argv[],
    int (*set)(void *arg, size_t option, const char *value, bool by_name),
    void *arg, int *operands, struct err *e)
{
	char shorts[SHORTS_SIZE];
	struct option longs[CLI_OPTIONS_MAX + 1];
	int got, r;

	make_getopt(c, shorts, longs);
	opterr = 0;
	optind = 0; /* from the beginning, glibc and BSD alike */
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (got == '?' || got == ':')
			return misused(c, argv[optind - 1], e);
		r = set(arg, index_of(c, got), optarg, got >= LONG_BASE);
		if (r != 0)
			return r;
	}
	*operands = optind;
	return 0;
}

int
cli_fail(const struct cli *c, size_t option, bool by_name, const char *value,
    const char *why, struct err *e)
{
	const struct cli_option *d = &c->options[option];
	char name[32];

	if (by_name)
		(void)snprintf(name, sizeof(name), "--%s", d->name);
	else
		(void)snprintf(name, sizeof(name), "-%c", d->letter);
	if (value == NULL)
		return err_set(e, EINVAL, "%s: %s", name, why);
	/* As much of the value as leaves room for the reason. */
	return err_set(e, EINVAL, "%s %.80s: %s", name, value, why);
}
