/* The words after options, read into what they stand for. */
#ifndef DTCPC_OPTVALUE_H
#define DTCPC_OPTVALUE_H

#include "dtcp/plan.h"

/*
 * -A and -R: a comma-separated list, added to what is there already.  NULL, or
 * what is wrong with arg in a few words.
 */
const char *value_addresses(const char *arg, struct plan_conf *c);
const char *value_routes(const char *arg, struct plan_conf *c);

#endif
