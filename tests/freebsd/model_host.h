/* Hosts of the kernel model, for its own tests. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include "fbmodel.h"
#include "observed.h"

#define H	  observed_host
#define OURS	  (FB_RTF_UP | FB_RTF_STATIC | FB_RTF_PROTO2)
#define LOCAL	  "192.0.2.1"
#define REMOTE	  "198.51.100.1"
#define INNER	  "2001:db8:1::2"
#define PEER	  "2001:db8:1::1"
#define TENTATIVE FB_IN6_IFF_TENTATIVE

extern char name[FB_IFNAMSIZ]; /* of what was cloned last */

struct in6_addr a6(const char *text);
bool has_route(unsigned fib, const char *dst, int plen, struct fbm_route *r);
/* gif0 with its pair, the local end on lo0. */
void make_gif(void);
int set_option(int fd, int option, int value);
/* How many messages wait on a routing socket; they are read. */
unsigned drain(int fd);
bool readable(int fd);

/* Each test has a host of its own, of each release in turn. */
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, observed_setup, observed_teardown)
int model_run(const struct CMUnitTest *tests, size_t n);

#endif
