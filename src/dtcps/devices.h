/*
 * -i: which interfaces tunnels may have.  A comma-separated list of names, and
 * of extended regular expressions (regex(3)) for whole names of what exists.
 * Alone, the name of a cloner (gif) says no more than the kind.
 */
#ifndef DTCPS_DEVICES_H
#define DTCPS_DEVICES_H

#include <stdbool.h>

#include "dtcp/broker.h"
#include "dtcp/cli.h"
#include "dtcp/err.h"

struct if_nameindex;

/*
 * NULL, or what is wrong with item, in a few words, which may be in why.
 */
const char *devices_check(
    const char *list, char item[CLI_ITEM_MAX], char why[CLI_WHY_MAX]);

/* Does the list, NULL or one that is right, leave the choice to us? */
bool devices_any(const char *list);

/* The cloner that a name is of, with a number or without; NULL: of none. */
const char *devices_cloner(const char *ifname);

/* Does a list that is right mean the interface of that name? */
bool devices_names(const char *list, const char *ifname);

/*
 * The list, which is right, held against what there is (if_nameindex(3)): put
 * the names into conf.  no_clone: none is to be created.  0, or -errno with a
 * line: -ENODEV, -ENOSPC.
 */
int devices_resolve(const char *list, bool no_clone,
    const struct if_nameindex *there, struct broker_conf *conf, struct err *e);

#endif
