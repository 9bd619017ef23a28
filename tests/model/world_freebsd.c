/*
 * The model tests' host on FreeBSD's back-end as it is, and a model of the
 * kernel below.  DTCP_FREEBSD_RELEASE: 13 or 15, the latter unless given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "freebsd/observed.h"
#include "world_freebsd.h"

#define FOREIGN	     (FB_RTF_UP | FB_RTF_STATIC)
#define THEIR_REMOTE "198.51.100.200"
#define LINE_MAX_    512

struct world_state {
	struct fbm_host *host;
	char *text;
};

struct fbm_host *
world_fbm(struct world *w)
{
	return (struct fbm_host *)w->host;
}

/* One route a destination. */
bool
world_has_metrics(void)
{
	return false;
}

bool
world_down_flushes(void)
{
	return false;
}

/*
 * Between SIOCIFCREATE2 and SIOCAIFGROUP, and from there to SIOCSIFDESCR: an
 * interface cannot be made with its mark on.
 */
unsigned
world_unmarked_points(void)
{
	return 2;
}

/* ---- Hosts ---- */

static void
open_kernel(const char *tag, struct kernel **k)
{
	struct err e = {0};

	if (kernel_open(tag, k, &e) != 0)
		fail_msg("kernel_open: %s", e.text);
}

/* Of others' hands, and of the two programs. */
static void
open_all(struct world *w)
{
	ob.s4 = call_socket(FB_AF_INET, FB_SOCK_DGRAM, 0);
	ob.s6 = call_socket(FB_AF_INET6, FB_SOCK_DGRAM, 0);
	ob.route = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, 0);
	assert_true(ob.s4 >= 0 && ob.s6 >= 0 && ob.route >= 0);
	open_kernel(TAG, &w->k);
	open_kernel(TAG_2, &w->other);
}

static void
close_all(struct world *w)
{
	w->k->ops->close(w->k);
	w->other->ops->close(w->other);
	(void)call_close(ob.s4);
	(void)call_close(ob.s6);
	(void)call_close(ob.route);
}

static bool
only_asks(unsigned long call)
{
	return call > 0xffff && (call & FB_IOC_OUT) != 0 &&
	    call != FB_SIOCIFCREATE2 && call != FB_SIOCSIFINFO_IN6;
}

static void
changed(void *arg, unsigned long call)
{
	const struct world *w = arg;

	if (w->look != NULL && !only_asks(call))
		w->look();
}

static void
use(struct world *w, struct fbm_host *h)
{
	w->host = (struct world_host *)h;
	fbm_use(h);
	open_all(w);
	fbm_on_change(h, changed, w);
}

static void
rename_link(const char *from, const char *to)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};
	char name[FB_IFNAMSIZ];

	(void)strlcpy(name, to, sizeof(name));
	r.u.data = name;
	OK(if_request(FB_SIOCSIFNAME, from, &r));
}

/* With IPv6 on, as ifconfig_IF_ipv6 in rc.conf(5) leaves it. */
static void
add_lan(const char *ifname)
{
	char name[FB_IFNAMSIZ];

	OK(do_create("tap", name));
	rename_link(name, ifname);
	OK(do_nd6(
	    ifname, nd6_flags_of(ifname) & ~(uint32_t)FB_ND6_IFF_IFDISABLED));
	OK(do_flags(ifname, true));
}

static void
add_foreign(struct world *w)
{
	char name[FB_IFNAMSIZ];

	OK(do_addr4("lo0", SAMPLE_LOCAL));
	OK(do_create("lo", name));
	rename_link(name, WORLD_FOREIGN);
	OK(do_addr6(WORLD_FOREIGN, "2001:db8:a::1", NULL, 64, 0));
	world_add_route(w, WORLD_FOREIGN, "2001:db8:c::/48", 0);
	world_add_route(w, NULL, "2001:db8:b::/48", 0);
	add_lan(WORLD_LAN);
	OK(do_create("gif", name));
	assert_string_equal(name, WORLD_KERNEL);
	OK(do_nd6(name, nd6_flags_of(name) | FB_ND6_IFF_ACCEPT_RTADV));
	OK(do_flags(name, true));
	OK(do_create("tun", name));
	assert_string_equal(name, WORLD_USER);
}

void
world_host_new(struct world *w)
{
	const char *release = getenv("DTCP_FREEBSD_RELEASE");
	struct fbm_host *h;
	struct netop theirs;

	h = fbm_new(release != NULL && strcmp(release, "13") == 0 ? 13 : 15);
	assert_non_null(h);
	fbm_set_fibs(h, 2);
	use(w, h);
	add_foreign(w);
	memset(&theirs, 0, sizeof(theirs));
	theirs.kind = NETOP_TUNNEL;
	theirs.flags = NETOP_F_KERNEL;
	theirs.local4 = a4(SAMPLE_LOCAL);
	theirs.remote4 = a4(THEIR_REMOTE);
	assert_int_equal(w->other->ops->apply(w->other, &theirs, NULL), 0);
}

void
world_host_free(struct world *w)
{
	fbm_on_change(world_fbm(w), NULL, NULL);
	close_all(w);
	fbm_free(world_fbm(w));
}

/* ---- Pictures ---- */

struct world_state *
world_state_take(struct world *w)
{
	struct world_state *s = malloc(sizeof(*s));

	assert_non_null(s);
	s->text = fbm_text(world_fbm(w));
	s->host = fbm_copy(world_fbm(w));
	return s;
}

void
world_state_free(struct world_state *s)
{
	fbm_free(s->host);
	free(s->text);
	free(s);
}

/* The next line of a text; false: that was all. */
static bool
next_line(const char **text, char line[LINE_MAX_])
{
	size_t n = strcspn(*text, "\n");

	if (**text == '\0')
		return false;
	assert_true(n + 1 < LINE_MAX_);
	memcpy(line, *text, n + 1);
	line[n + 1] = '\0';
	*text += n + 1;
	return true;
}

static bool
has_line(const char *text, const char *line)
{
	char one[LINE_MAX_];

	while (next_line(&text, one)) {
		if (strcmp(one, line) == 0)
			return true;
	}
	return false;
}

/*
 * An interface that was adopted has been up: the kernel has given it a
 * link-local address, and leaves it there.
 */
static bool
may_come(const char *line)
{
	static const char *const begins[] = {
	    "own " WORLD_KERNEL " ", "own " WORLD_USER " "};

	for (unsigned i = 0; i < 2; i++) {
		if (strncmp(line, begins[i], strlen(begins[i])) == 0)
			return true;
	}
	return false;
}

static bool
compare(const char *now, const char *then, bool print)
{
	char line[LINE_MAX_];
	bool same = true, common;

	for (const char *p = then; next_line(&p, line);) {
		common = has_line(now, line);
		same &= common;
		if (print && !common)
			print_error("- %s", line);
	}
	for (const char *p = now; next_line(&p, line);) {
		common = has_line(then, line) || may_come(line);
		same &= common;
		if (print && !common)
			print_error("+ %s", line);
	}
	return same;
}

bool
world_state_is(struct world *w, const struct world_state *s)
{
	char *now = fbm_text(world_fbm(w));
	bool same = compare(now, s->text, true);

	free(now);
	return same;
}

bool
world_state_same(struct world *w, const struct world_state *s)
{
	char *now = fbm_text(world_fbm(w));
	bool same = strcmp(now, s->text) == 0;

	free(now);
	return same;
}

void
world_go_back(struct world *w, const struct world_state *s)
{
	struct fbm_host *old = world_fbm(w), *h = fbm_copy(s->host);

	fbm_on_change(old, NULL, NULL);
	close_all(w);
	fbm_free(old);
	use(w, h);
}

/* ---- Others ---- */

static void
route(uint8_t type, int flags, const char *via, const char *prefix)
{
	struct prefix6 p = p6(prefix);
	char text[ADDR6_STRLEN];

	(void)addr6_format(&p.addr, text);
	OK(do_route(ob.route, type, flags, text, (int)p.len, via, 0));
}

void
world_add_route(
    struct world *w, const char *ifname, const char *prefix, uint32_t metric)
{
	(void)w;
	(void)metric;
	if (ifname != NULL)
		route(FB_RTM_ADD, FOREIGN, ifname, prefix);
	else
		route(FB_RTM_ADD, FOREIGN | FB_RTF_REJECT, "::1", prefix);
}

void
world_add_marked_route(struct world *w, const char *prefix, uint32_t metric)
{
	(void)w;
	(void)metric;
	route(
	    FB_RTM_ADD, FOREIGN | FB_RTF_REJECT | FB_RTF_PROTO2, "::1", prefix);
}

void
world_remove_route(struct world *w, const char *prefix, uint32_t metric)
{
	(void)w;
	(void)metric;
	route(FB_RTM_DELETE, FOREIGN, NULL, prefix);
}

void
world_remove_addr(struct world *w, const char *ifname, const char *prefix)
{
	struct prefix6 p = p6(prefix);
	char text[ADDR6_STRLEN];

	(void)w;
	OK(do_delete6(ifname, addr6_format(&p.addr, text)));
}

void
world_add_addr(struct world *w, const char *ifname, const char *prefix)
{
	struct prefix6 p = p6(prefix);
	char text[ADDR6_STRLEN];

	(void)w;
	(void)addr6_format(&p.addr, text);
	OK(do_addr6(ifname, text, NULL, (int)p.len, 0));
}

/* Named by the cloner, as "gif2". */
void
world_add_tunnel(struct world *w, const char *ifname)
{
	char name[FB_IFNAMSIZ];

	(void)w;
	OK(do_create(ifname, name));
	assert_string_equal(name, ifname);
}

void
world_add_lan(struct world *w, const char *ifname)
{
	(void)w;
	add_lan(ifname);
}

void
world_remove_link(struct world *w, const char *ifname)
{
	fbm_destroy(world_fbm(w), ifname);
}

void
world_rename_link(struct world *w, const char *ifname, const char *to)
{
	(void)w;
	rename_link(ifname, to);
}

void
world_set_duplicate(struct world *w, const char *prefix)
{
	struct prefix6 p = p6(prefix);

	fbm_set_duplicate(world_fbm(w), &p.addr);
}

void
world_dad_done(struct world *w)
{
	fbm_dad_done(world_fbm(w));
}

void
world_set_up(struct world *w, const char *ifname, bool up)
{
	(void)w;
	OK(do_flags(ifname, up));
}

void
world_set_remote4(struct world *w, const char *ifname, const char *remote4)
{
	(void)w;
	OK(do_phyaddr(ifname, SAMPLE_LOCAL, remote4));
}

void
world_spoil(struct world *w, const char *ifname)
{
	(void)w;
	OK(do_mtu(ifname, 4000));
	OK(do_number(FB_SIOCSIFFIB, ifname, 0));
	OK(do_nd6(ifname, nd6_flags_of(ifname) | FB_ND6_IFF_ACCEPT_RTADV));
}

bool
world_see_route(struct world *w, const char *prefix, uint32_t metric)
{
	struct prefix6 p = p6(prefix);

	(void)metric;
	return fbm_route(world_fbm(w), 0, &p.addr, (int)p.len, NULL);
}

bool
world_see_link(struct world *w, const char *ifname)
{
	return fbm_link(world_fbm(w), ifname, NULL);
}

/* The line of an interface: "set gif0: ...". */
static bool
link_line(const char *line, char ifname[NETOP_NAMESIZE])
{
	const char *name = line + strlen("set ");
	size_t n = strcspn(name, " ");

	if (strncmp(line, "set ", 4) != 0 || name[n - 1] != ':' ||
	    n > NETOP_NAMESIZE)
		return false;
	memset(ifname, 0, NETOP_NAMESIZE);
	memcpy(ifname, name, n - 1);
	return true;
}

bool
world_see_addr(struct world *w, const char *ifname, const char *prefix)
{
	struct prefix6 p = p6(prefix);

	return fbm_addr(world_fbm(w), ifname, &p.addr, NULL);
}

bool
world_see_more(struct world *w, char ifname[NETOP_NAMESIZE])
{
	char *now = fbm_text(world_fbm(w)), line[LINE_MAX_];
	const char *p = now;
	bool found = false;

	while (!found && next_line(&p, line))
		found = link_line(line, ifname) &&
		    !fbm_link(w->start->host, ifname, NULL);
	free(now);
	return found;
}

/* Something that is not the kernel's own: "set gif0 address ...". */
static bool
has_more_than_itself(struct world *w, const char *ifname)
{
	char *now = fbm_text(world_fbm(w)), line[LINE_MAX_], begin[32];
	const char *p = now;
	bool found = false;

	(void)snprintf(begin, sizeof(begin), "set %s ", ifname);
	while (!found && next_line(&p, line))
		found = strncmp(line, begin, strlen(begin)) == 0;
	free(now);
	return found;
}

bool
world_is_nobodys(struct world *w, const char *ifname, bool clean)
{
	struct fbm_link l;

	assert_true(fbm_link(world_fbm(w), ifname, &l));
	return l.descr[0] == '\0' && (l.flags & FB_IFF_UP) == 0 && !l.outer &&
	    !l.ifhead && l.tun == -1 && !(clean && l.dtcp) &&
	    !has_more_than_itself(w, ifname);
}
