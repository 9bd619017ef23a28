/* The cases in freebsd_caps.c, which the test freebsd_os runs. */
#ifndef FREEBSD_OS_H
#define FREEBSD_OS_H

#include "os_common.h"

void test_seal(void **state);
void test_seal_without_channel(void **state);
void test_seal_of_a_server(void **state);
void test_limit_stream(void **state);
void test_limit_packets(void **state);
void test_limit_listen(void **state);
void test_limit_many(void **state);
void test_limit_timer(void **state);
void test_rights_travel(void **state);

#endif
