/* The words of the options about LANs, read into what they stand for. */
#ifndef DTCPC_OPTLAN_H
#define DTCPC_OPTLAN_H

#include "dtcp/cli.h"
#include "dtcp/plan.h"
#include "dtcp/ra.h"

/*
 * Each of these returns NULL, or what is wrong in a few words; item, where it
 * is filled in, is then the one of the list that it is about, cut to size.
 */

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
    const char *arg, struct ra_conf *ra, char item[CLI_ITEM_MAX]);
const char *value_dnssl(
    const char *arg, struct ra_conf *ra, char item[CLI_ITEM_MAX]);

#endif
