/*
 * The contract's cases on Linux: each host is a network namespace, foreign
 * hands and eyes are ip(8).
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "contract.h"

#define SKIPPED	   77
#define HOST_IF	   "host0"
/*
 * A remote end: a sit device made without one cannot get one later, and no
 * two may have the same pair.
 */
#define SIT_REMOTE "203.0.113."
#define TOKENS_MAX 64

static uint8_t encaps;
static int home = -1; /* the namespace that we came from */

/* ip(8) with that command line: its exit status. */
static int ip_try(const char *fmt, ...)
    __attribute__((__format__(__printf__, 1, 2)));
static void ip(const char *fmt, ...)
    __attribute__((__format__(__printf__, 1, 2)));

static int
ip_run(const char *fmt, va_list ap, const char *more)
{
	char args[256], line[300];

	(void)vsnprintf(args, sizeof(args), fmt, ap);
	(void)snprintf(line, sizeof(line), "ip %s%s", args, more);
	return system(line);
}

static int
ip_try(const char *fmt, ...)
{
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = ip_run(fmt, ap, " >/dev/null 2>&1");
	va_end(ap);
	return status;
}

static void
ip(const char *fmt, ...)
{
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = ip_run(fmt, ap, "");
	va_end(ap);
	if (status != 0)
		fail_msg("ip %s ...: status %d", fmt, status);
}

/* ---- Hosts ---- */

/* What does this kernel have?  Asked in a namespace that goes. */
static uint8_t
probe(void)
{
	uint8_t found = 0;

	if (ip_try("link add probe type sit remote " SIT_REMOTE "99") == 0)
		found |= NETOP_F_KERNEL;
	if (ip_try("tuntap add dev probe1 mode tun") == 0)
		found |= NETOP_F_USER;
	return found;
}

static void
go_home(void)
{
	if (setns(home, CLONE_NEWNET) == -1)
		fail_msg("setns: %s", strerror(errno));
}

int
contract_start(void)
{
	const char *only = getenv("DTCP_CONTRACT_ENCAP");

	if (geteuid() != 0 || ip_try("-V") != 0)
		return SKIPPED;
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home == -1 || unshare(CLONE_NEWNET) == -1)
		return SKIPPED;
	encaps = probe();
	go_home();
	/* Where it is to be a test of one, its absence must not pass. */
	if (only != NULL) {
		encaps &=
		    strcmp(only, "kernel") == 0 ? NETOP_F_KERNEL : NETOP_F_USER;
		return encaps != 0 ? 0 : EXIT_FAILURE;
	}
	return encaps != 0 ? 0 : SKIPPED;
}

void
contract_host_new(void)
{
	if (unshare(CLONE_NEWNET) == -1)
		fail_msg("unshare: %s", strerror(errno));
	ip("link set lo up");
	ip("link add " HOST_IF " type veth peer name host1");
	ip("link set host1 up");
	ip("link set " HOST_IF " up");
	/* So wide that the remote ends are on the link: no other route. */
	ip("addr add " CONTRACT_LOCAL "/4 dev " HOST_IF);
	ip("addr add " CONTRACT_LOCAL_2 "/4 dev " HOST_IF);
}

void
contract_host_free(void)
{
	go_home();
}

uint8_t
contract_encaps(void)
{
	return encaps;
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
	return true;
}

unsigned
contract_fibs(void)
{
	return 1;
}

struct kernel *
contract_open(const char *tag)
{
	struct kernel *k;
	struct err e;

	if (kernel_open(tag, &k, &e) != 0)
		fail_msg("kernel_open: %s", e.text);
	return k;
}

/* ---- Foreign hands ---- */

void
contract_add_link(const char *ifname, uint8_t encap)
{
	static unsigned n;

	if (encap & NETOP_F_KERNEL)
		ip("link add %s type sit remote " SIT_REMOTE "%u", ifname,
		    100 + n++ % 100);
	else if (encap & NETOP_F_USER)
		ip("tuntap add dev %s mode tun", ifname);
	else
		ip("link add %s type bridge", ifname);
	ip("link set %s mtu 1480", ifname);
}

void
contract_add_outer(const char *ifname)
{
	ip("link set %s type sit local " CONTRACT_LOCAL_2
	   " remote " CONTRACT_REMOTE_2,
	    ifname);
}

void
contract_set_up(const char *ifname, bool up)
{
	ip("link set %s %s", ifname, up ? "up" : "down");
}

void
contract_add_addr(const char *ifname, const char *prefix)
{
	ip("addr add %s dev %s nodad", prefix, ifname);
}

bool
contract_add_neighbour(const char *ifname, const char *prefix)
{
	ip("link add near9 type veth peer name far9");
	ip("link set near9 master %s up", ifname);
	ip("link set far9 up");
	ip("addr add %s dev far9 nodad", prefix);
	return true;
}

/* Addresses outlive the moment in which the interface is down. */
static void
keep_addresses(const char *ifname)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path),
	    "/proc/sys/net/ipv6/conf/%s/keep_addr_on_down", ifname);
	f = fopen(path, "w");
	if (f == NULL || fputs("1", f) == EOF || fclose(f) == EOF)
		fail_msg("%s: %s", path, strerror(errno));
}

void
contract_rename_link(const char *ifname, const char *to)
{
	if (ip_try("link set %s name %s", ifname, to) == 0)
		return;
	/* Before Linux 6.2 only what is down can have another name. */
	keep_addresses(ifname);
	ip("link set %s down", ifname);
	ip("link set %s name %s", ifname, to);
	ip("link set %s up", to);
}

void
contract_add_route(const char *ifname, const char *prefix, uint32_t metric)
{
	if (ifname != NULL)
		ip("-6 route add %s dev %s metric %u", prefix, ifname, metric);
	else
		ip("-6 route add unreachable %s metric %u", prefix, metric);
}

void
contract_remove_link(const char *ifname)
{
	ip("link del %s", ifname);
}

void
contract_remove_addr(const char *ifname, const char *prefix)
{
	ip("addr del %s dev %s", prefix, ifname);
}

void
contract_remove_route(const char *ifname, const char *prefix, uint32_t metric)
{
	if (ifname != NULL)
		ip("-6 route del %s dev %s metric %u", prefix, ifname, metric);
	else
		ip("-6 route del unreachable %s metric %u", prefix, metric);
}

void
contract_add_spare4(void)
{
	ip("addr add " CONTRACT_SPARE "/32 dev " HOST_IF);
}

void
contract_remove_spare4(void)
{
	ip("addr del " CONTRACT_SPARE "/32 dev " HOST_IF);
}

void
contract_add_default4(void)
{
	ip("route add default dev " HOST_IF);
}

/* ---- Foreign eyes ---- */

/* A line of ip(8)'s output in words. */
struct words {
	unsigned n;
	char *w[TOKENS_MAX];
	char line[2048];
};

static bool
read_words(FILE *f, struct words *out)
{
	char *save;

	if (fgets(out->line, sizeof(out->line), f) == NULL)
		return false;
	out->n = 0;
	for (char *p = strtok_r(out->line, " \t\n", &save);
	     p != NULL && out->n < TOKENS_MAX;
	     p = strtok_r(NULL, " \t\n", &save))
		out->w[out->n++] = p;
	return true;
}

/* The word behind key, or "". */
static const char *
after(const struct words *ws, const char *key)
{
	for (unsigned i = 0; i + 1 < ws->n; i++) {
		if (strcmp(ws->w[i], key) == 0)
			return ws->w[i + 1];
	}
	return "";
}

static bool
has_word(const struct words *ws, const char *word)
{
	for (unsigned i = 0; i < ws->n; i++) {
		if (strcmp(ws->w[i], word) == 0)
			return true;
	}
	return false;
}

static FILE *ip_read(const char *fmt, ...)
    __attribute__((__format__(__printf__, 1, 2)));
static FILE *
ip_read(const char *fmt, ...)
{
	char args[256], line[300];
	va_list ap;
	FILE *f;

	va_start(ap, fmt);
	(void)vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	(void)snprintf(line, sizeof(line), "ip %s 2>/dev/null", args);
	f = popen(line, "re");
	if (f == NULL)
		fail_msg("popen %s: %s", line, strerror(errno));
	return f;
}

/* An address that failed stays tentative, too. */
void
contract_await_dad(const char *ifname)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	struct words ws;
	bool tried;
	FILE *f;

	for (int i = 0; i < 1000; i++) {
		tried = false;
		f = ip_read("-6 -o addr show dev %s tentative", ifname);
		while (read_words(f, &ws))
			tried |= !has_word(&ws, "dadfailed");
		(void)pclose(f);
		if (!tried)
			return;
		(void)nanosleep(&pause, NULL);
	}
	fail_msg("detection on %s does not end", ifname);
}

static bool
read_accept_ra(const char *ifname)
{
	char path[128];
	int value = -1;
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", ifname);
	f = fopen(path, "re");
	if (f == NULL || fscanf(f, "%d", &value) != 1)
		fail_msg("%s", path);
	(void)fclose(f);
	return value > 0;
}

/* A sit device without local end is what comes nearest to "no pair". */
static void
see_outer(const struct words *ws, struct contract_link *l)
{
	const char *local4 = after(ws, "local");

	l->local4[0] = l->remote4[0] = '\0';
	if (local4[0] == '\0' || strcmp(local4, "any") == 0)
		return;
	(void)strlcpy(l->local4, local4, sizeof(l->local4));
	(void)strlcpy(l->remote4, after(ws, "remote"), sizeof(l->remote4));
}

bool
contract_see_link(const char *ifname, struct contract_link *l)
{
	struct words ws;
	bool there;
	FILE *f;

	f = ip_read("-d -o link show dev %s", ifname);
	there = read_words(f, &ws);
	(void)pclose(f);
	if (!there || l == NULL)
		return there;
	/* "5: name: <FLAG,FLAG> mtu ..." */
	l->up = strstr(ws.w[2], ",UP") != NULL || strstr(ws.w[2], "<UP");
	l->mtu = (uint32_t)strtoul(after(&ws, "mtu"), NULL, 10);
	l->fib = 0;
	see_outer(&ws, l);
	l->accept_ra = read_accept_ra(ifname);
	return true;
}

static bool
same_prefix(const char *seen, const char *wanted)
{
	struct prefix6 a, b;

	if (strcmp(seen, "default") == 0)
		seen = "::/0";
	assert_int_equal(
	    prefix6_parse_option(wanted, strlen(wanted), 128, &b), 0);
	return prefix6_parse_option(seen, strlen(seen), 128, &a) == 0 &&
	    prefix6_equal(&a, &b);
}

/*
 * "5: name inet6 2001:db8::6/64 scope ..." or
 * "5: name inet6 2001:db8::6 peer 2001:db8::5/128 scope ...".
 */
bool
contract_see_addr(const char *ifname, const char *prefix, const char *peer)
{
	const char *seen;
	struct words ws;
	bool found = false;
	FILE *f;

	f = ip_read("-6 -o addr show dev %s", ifname);
	while (read_words(f, &ws)) {
		seen = after(&ws, "peer");
		if (!same_prefix(after(&ws, "inet6"), prefix))
			continue;
		if (peer == NULL)
			found |= seen[0] == '\0';
		else
			found |= seen[0] != '\0' && same_prefix(seen, peer);
	}
	(void)pclose(f);
	return found;
}

/* "2001:db8::/48 dev name ... metric 1", "unreachable 2001:db8::/48 ...". */
bool
contract_see_route(const char *ifname, const char *prefix, uint32_t metric)
{
	struct words ws;
	bool found = false, reject;
	FILE *f;

	f = ip_read("-6 -o route show table main");
	while (read_words(f, &ws)) {
		reject = strcmp(ws.w[0], "unreachable") == 0;
		if (reject != (ifname == NULL) ||
		    !same_prefix(ws.w[reject ? 1 : 0], prefix) ||
		    strtoul(after(&ws, "metric"), NULL, 10) != metric)
			continue;
		found |= reject || strcmp(after(&ws, "dev"), ifname) == 0;
	}
	(void)pclose(f);
	return found;
}

bool
contract_see_route_in(
    uint32_t fib, const char *ifname, const char *prefix, uint32_t metric)
{
	return fib == 0 && contract_see_route(ifname, prefix, metric);
}

unsigned
contract_count_links(void)
{
	struct words ws;
	unsigned n = 0;
	FILE *f;

	f = ip_read("-o link show");
	while (read_words(f, &ws))
		n++;
	(void)pclose(f);
	return n;
}
