/*
 * The contract's hooks for the fake kernel.  DTCP_FAKE=plain: one with a single
 * routing table and no metrics.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract.h"
#include "fake_kernel.h"
#include "samples.h"

static struct fake_host *host;
static bool plain;

int
contract_start(void)
{
	const char *how = getenv("DTCP_FAKE");

	plain = how != NULL && strcmp(how, "plain") == 0;
	return 0;
}

void
contract_host_new(void)
{
	host = fake_host_new();
	assert_non_null(host);
	if (plain) {
		host->fibs = 1;
		host->no_metrics = true;
	}
	fake_add_local4(host, CONTRACT_LOCAL);
	fake_add_local4(host, CONTRACT_LOCAL_2);
	fake_add_link(host, "eth0", FAKE_OTHER)->up = true;
}

void
contract_host_free(void)
{
	fake_host_free(host);
}

uint8_t
contract_encaps(void)
{
	return NETOP_F_KERNEL | NETOP_F_USER;
}

bool
contract_can_remove(uint8_t encap)
{
	(void)encap;
	return true;
}

bool
contract_has_metrics(void)
{
	return !plain;
}

unsigned
contract_fibs(void)
{
	return plain ? 1 : 2;
}

struct kernel *
contract_open(const char *tag)
{
	return fake_open(host, tag);
}

void
contract_add_link(const char *ifname, uint8_t encap)
{
	enum fake_kind kind = FAKE_OTHER;

	if (encap == NETOP_F_KERNEL)
		kind = FAKE_SIT;
	else if (encap == NETOP_F_USER)
		kind = FAKE_TUN;
	fake_add_link(host, ifname, kind);
}

void
contract_add_outer(const char *ifname)
{
	fake_link(host, ifname)->local4 = a4(CONTRACT_LOCAL_2);
	fake_link(host, ifname)->remote4 = a4(CONTRACT_REMOTE_2);
}

void
contract_set_up(const char *ifname, bool up)
{
	fake_set_up(host, ifname, up);
}

void
contract_add_addr(const char *ifname, const char *prefix)
{
	fake_add_addr(host, ifname, prefix);
}

bool
contract_add_neighbour(const char *ifname, const char *prefix)
{
	(void)ifname;
	fake_set_duplicate(host, prefix);
	return true;
}

void
contract_await_dad(const char *ifname)
{
	(void)ifname;
	fake_dad_done(host);
}

void
contract_rename_link(const char *ifname, const char *to)
{
	fake_rename_link(host, ifname, to);
}

void
contract_add_route(const char *ifname, const char *prefix, uint32_t metric)
{
	fake_add_route(host, ifname, prefix, metric);
}

void
contract_remove_link(const char *ifname)
{
	fake_remove_link(host, ifname);
}

void
contract_remove_addr(const char *ifname, const char *prefix)
{
	fake_remove_addr(host, ifname, prefix);
}

void
contract_remove_route(const char *ifname, const char *prefix, uint32_t metric)
{
	(void)ifname;
	fake_remove_route(host, prefix, metric);
}

void
contract_add_spare4(void)
{
	fake_add_local4(host, CONTRACT_SPARE);
}

void
contract_remove_spare4(void)
{
	fake_remove_local4(host, CONTRACT_SPARE);
}

void
contract_add_default4(void)
{
	fake_tell(host, KEV_DEFAULT4, a4("0.0.0.0"));
}

bool
contract_see_link(const char *ifname, struct contract_link *l)
{
	const struct fake_link *f = fake_link(host, ifname);

	if (f == NULL || l == NULL)
		return f != NULL;
	memset(l, 0, sizeof(*l));
	l->up = f->up;
	l->mtu = f->mtu;
	l->fib = f->fib;
	l->accept_ra = f->accept_ra;
	if (f->local4.s_addr != 0)
		addr4_format(f->local4, l->local4);
	if (f->remote4.s_addr != 0)
		addr4_format(f->remote4, l->remote4);
	return true;
}

bool
contract_see_addr(const char *ifname, const char *prefix, const char *peer)
{
	const struct fake_link *l = fake_link(host, ifname);
	struct prefix6 p = p6(prefix);
	struct in6_addr other;
	const struct fake_addr *a;

	if (l == NULL || (a = fake_addr(host, l->ifindex, &p.addr)) == NULL ||
	    a->prefix.len != p.len || a->has_peer != (peer != NULL))
		return false;
	if (peer == NULL)
		return true;
	other = a6(peer);
	return addr6_equal(&a->peer, &other);
}

bool
contract_see_route(const char *ifname, const char *prefix, uint32_t metric)
{
	return contract_see_route_in(0, ifname, prefix, metric);
}

bool
contract_see_route_in(
    uint32_t fib, const char *ifname, const char *prefix, uint32_t metric)
{
	struct prefix6 p = p6(prefix);
	const struct fake_route *r = fake_route_in(host, fib, &p, metric);
	const struct fake_link *l;

	if (r == NULL || ifname == NULL)
		return r != NULL && r->ifindex == 0;
	l = fake_link(host, ifname);
	return l != NULL && r->ifindex == l->ifindex;
}

unsigned
contract_count_links(void)
{
	return host->state.nlinks;
}

int
main(void)
{
	int rc = contract_start();

	return rc != 0 ? rc : contract_run("fake");
}
