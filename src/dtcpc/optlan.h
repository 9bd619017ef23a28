/* The words of the options about LANs, read into what they stand for. */
#ifndef DTCPC_OPTLAN_H
#define DTCPC_OPTLAN_H

#include "dtcp/plan.h"
#include "dtcp/ra.h"

#define VALUE_ITEM_MAX 128 /* no longer one is taken */

/*
 * Each of these returns NULL, or what is wrong in a few words; item, where it
 * is filled in, is then the one of the list that it is about, cut to size.
 */

/*
 * The item at *at of a comma-separated list, without the blanks around it; *at
 * is that of the next one, NULL behind the last.  An empty one cannot be shown:
 * item then is the list.
 */
const char *value_item(
    const char *list, const char **at, char item[VALUE_ITEM_MAX]);

/*
 * An item of -P, added to what is there already: interface/SLA-id/host-id/
 * length.  What "tunnel" names gets the tunnel's slot; a name that -i gives the
 * tunnel is only told from a LAN's by value_lan_is_tunnel().
 */
const char *value_lan(const char *item, struct plan_conf *c);

/* The tunnel has that name: what -P says of it is about the tunnel. */
void value_lan_is_tunnel(struct plan_conf *c, const char *ifname);

/* --rdnss and --dnssl, added to what is there already. */
const char *value_rdnss(
    const char *arg, struct ra_conf *ra, char item[VALUE_ITEM_MAX]);
const char *value_dnssl(
    const char *arg, struct ra_conf *ra, char item[VALUE_ITEM_MAX]);

#endif
