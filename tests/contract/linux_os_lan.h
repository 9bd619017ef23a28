/* The part of the test of dtcp/os.h that is about LANs' interfaces. */
#ifndef LINUX_OS_LAN_H
#define LINUX_OS_LAN_H

void test_lan_look(void **state);
void test_lan_without_hwaddr(void **state);
void test_forwards(void **state);

#endif
