/* Hosts of the kernel model, and how its own tests look at them. */
#include <arpa/inet.h>

#include <poll.h>

#include "model_host.h"

char name[FB_IFNAMSIZ];

struct in6_addr
a6(const char *text)
{
	struct in6_addr a;

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

bool
has_route(unsigned fib, const char *dst, int plen, struct fbm_route *r)
{
	struct in6_addr a = a6(dst);

	return fbm_route(H, fib, &a, plen, r);
}

void
make_gif(void)
{
	OK(do_addr4("lo0", LOCAL));
	OK(do_create("gif", name));
	OK(do_phyaddr("gif0", LOCAL, REMOTE));
}

int
set_option(int fd, int option, int value)
{
	return call_setsockopt(
	    fd, FB_SOL_SOCKET, option, &value, sizeof(value));
}

unsigned
drain(int fd)
{
	char buf[2048];
	unsigned n = 0;

	while (call_read(fd, buf, sizeof(buf)) > 0)
		n++;
	return n;
}

bool
readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

int
model_run(const struct CMUnitTest *tests, size_t n)
{
	static const int releases[] = {13, 15};
	int failed = 0;

	for (unsigned i = 0; i < 2; i++) {
		ob.release = releases[i];
		failed += _cmocka_run_group_tests(
		    i == 0 ? "13" : "15", tests, n, NULL, NULL);
	}
	return failed == 0 ? 0 : 1;
}
