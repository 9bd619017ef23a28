/*
 * A program's options as a table: what getopt_long(3), usage and --help are
 * made from, so that they cannot disagree.
 */
#ifndef DTCP_CLI_H
#define DTCP_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "dtcp/err.h"

#define CLI_OPTIONS_MAX 64
#define CLI_WHY_MAX	96
#define CLI_ITEM_MAX	128 /* no longer one is taken */

struct cli_option {
	char letter;	  /* '\0': has none */
	const char *name; /* after "--" */
	const char *arg;  /* NULL: takes none */
	/* What follows on a synopsis line of its own; NULL: has none. */
	const char *tail;
	const char *help;
};

struct cli {
	const char *program;
	/*
	 * As in the synopsis: "server", "[prefix]", "".  NULL: there is no
	 * line but those of the options with a tail.
	 */
	const char *operand;
	const struct cli_option *options;
	size_t count;
};

/*
 * Walk argv: set() gets each option's index in the table, its argument or
 * NULL, and whether it came by its long name.  Afterwards *operands is the
 * index of the first operand.  0, or what set() returned, or -EINVAL with a
 * line for an unknown option or a missing argument.
 */
int cli_parse(const struct cli *c, int argc, char *argv[],
    int (*set)(void *arg, size_t option, const char *value, bool by_name),
    void *arg, int *operands, struct err *e);

/* The error "-m 12: why", "--mtu 12: why", or without value.  -EINVAL. */
int cli_fail(const struct cli *c, size_t option, bool by_name,
    const char *value, const char *why, struct err *e);

void cli_usage(const struct cli *c, FILE *f); /* SYNOPSIS of the manual */
void cli_help(const struct cli *c);	      /* all explained, to stdout */

/*
 * Values.  Each of these returns NULL, or what is wrong in a few words; they
 * are constants, or in why, which is for those that name numbers.
 */

/* A file name, made absolute. */
const char *cli_path(const char *value, char *buf, size_t size);

/* A word of 1 to max bytes without blanks and control bytes. */
const char *cli_word(const char *value, size_t max);

const char *cli_number(const char *value, uint32_t min, uint32_t max,
    uint32_t *out, char why[CLI_WHY_MAX]);

/* Of TCP or UDP, from 1. */
const char *cli_port(const char *value, uint16_t *out, char why[CLI_WHY_MAX]);

/* --encap: who may encapsulate. */
const char *cli_encap(const char *value, bool *kernel, bool *user);

/* -F, on a kernel that has fibs routing tables (os_fibs()). */
const char *cli_fib(
    const char *value, uint32_t fibs, uint32_t *fib, char why[CLI_WHY_MAX]);

/*
 * The item at *at of a comma-separated list, without the blanks around it; *at
 * is that of the next one, NULL behind the last.  What is wrong is about item,
 * cut to size; an empty one cannot be shown: item then is the list.
 */
const char *cli_item(
    const char *list, const char **at, char item[CLI_ITEM_MAX]);

#endif
