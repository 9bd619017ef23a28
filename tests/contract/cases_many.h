/* The cases about several tunnels at a time. */
#ifndef CONTRACT_CASES_MANY_H
#define CONTRACT_CASES_MANY_H

void many_side_by_side(void **state);
void many_of_one_pair(void **state);
void many_have_devices(void **state);
void many_are_given_back(void **state);
void many_lost_and_made_anew(void **state);
void many_are_watched(void **state);
void many_destroyed_at_once(void **state);

#endif
