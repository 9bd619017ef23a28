/* The cases about interfaces that are not ours: the LANs'. */
#ifndef CONTRACT_CASES_LAN_H
#define CONTRACT_CASES_LAN_H

void lan_addresses(void **state);
void lan_takes_addresses_only(void **state);
void lan_made_anew(void **state);
void lan_by_another_name(void **state);
void lan_duplicate(void **state);
void lan_in_the_snapshot(void **state);
void lan_outlives_the_tunnel(void **state);
void events_of_a_lan(void **state);

#endif
