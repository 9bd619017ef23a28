/* The words after options, read into what they stand for. */
#ifndef DTCPC_OPTVALUE_H
#define DTCPC_OPTVALUE_H

#include <stddef.h>

#include "dtcp/plan.h"

#define VALUE_WHY_MAX 96

/*
 * Each of these returns NULL, or what is wrong with arg in a few words.  The
 * words are constants where nothing else is said.
 */

/* -A and -R: a comma-separated list, added to what is there already. */
const char *value_addresses(const char *arg, struct plan_conf *c);
const char *value_routes(const char *arg, struct plan_conf *c);

/* A file name, made absolute; "needs a file name", "too long", ... */
const char *value_path(const char *arg, char *buf, size_t size);

/* A word of 1 to max bytes without blanks and control bytes. */
const char *value_word(const char *arg, size_t max);

/*
 * -F, on a kernel that has fibs routing tables (os_fibs()).  What is wrong is
 * written to why, for it names numbers.
 */
const char *value_fib(const char *arg, uint32_t fibs, struct plan_conf *c,
    char why[VALUE_WHY_MAX]);

#endif
