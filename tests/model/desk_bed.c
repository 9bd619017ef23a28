/* The desk of dtcps on the fake kernel: see desk_bed.h. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "desk_bed.h"
#include "dtcp/digest.h"
#include "dtcp/log.h"

static const char challenge[] = "0B1517C87D516A5FA65BED722D51A04F";

static void
look(struct bed *b)
{
	if (b->look != NULL)
		b->look();
}

static struct bed *
bed_of(struct kernel *k)
{
	return ((struct bed_front *)k)->bed;
}

/* ---- The front: everything goes on to the fake. ---- */

static int
front_prepare(
    struct kernel *k, const struct netop *op, struct netop *undo, struct err *e)
{
	struct bed *b = bed_of(k);

	return b->k->ops->prepare(b->k, op, undo, e);
}

static int
front_apply(struct kernel *k, struct netop *op, struct err *e)
{
	struct bed *b = bed_of(k);
	int rc;

	/* A name without an index means all of ours (FreeBSD). */
	if (op->kind == NETOP_TUNNEL_DESTROY ||
	    op->kind == NETOP_TUNNEL_RELEASE)
		assert_int_equal(op->ifname[0] == '\0', op->ifindex == 0);
	look(b);
	rc = b->k->ops->apply(b->k, op, e);
	look(b);
	return rc;
}

static int
front_find_link(
    struct kernel *k, const char *ifname, uint32_t *ifindex, struct err *e)
{
	struct bed *b = bed_of(k);

	return b->k->ops->find_link(b->k, ifname, ifindex, e);
}

static int
front_is_local4(struct kernel *k, struct in_addr a)
{
	struct bed *b = bed_of(k);

	return b->k->ops->is_local4(b->k, a);
}

static int
front_open_tun(struct kernel *k, uint32_t ifindex, int *fd, unsigned *features,
    struct err *e)
{
	struct bed *b = bed_of(k);

	return b->k->ops->open_tun(b->k, ifindex, fd, features, e);
}

static const struct kernel_ops front_ops = {
    .name = "front",
    .prepare = front_prepare,
    .apply = front_apply,
    .find_link = front_find_link,
    .is_local4 = front_is_local4,
    .open_tun = front_open_tun,
};

static int
save(void *arg, const struct journal *j, struct err *e)
{
	struct bed *b = arg;

	if (b->fail_save > 0 && --b->fail_save == 0)
		return err_set(e, ENOSPC, "the undo file");
	look(b);
	b->nfile = j->n == 0 ? 0 : journal_encode(j, BED_TAG, b->file);
	look(b);
	return 0;
}

static int
open_raw(struct in_addr local4, struct err *e)
{
	(void)local4;
	(void)e;
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* The second port is another program's. */
static int
open_udp(
    struct in_addr local4, uint16_t port, unsigned *features, struct err *e)
{
	*features = 0;
	if (port == 4029)
		return err_sys(e, EADDRINUSE, "UDP port %u", port);
	return open_raw(local4, e);
}

static void
tell(void *arg, const struct msg *m)
{
	struct bed *b = arg;
	uint8_t buf[MSG_WIRE_MAX];
	struct msg out;

	/* It is one that the engine can read. */
	assert_int_equal(msg_decode(buf, msg_encode(m, buf), &out), 0);
	assert_true(msg_has_fd(m->type) == (m->fd != -1));
	b->told[m->type]++;
	if (m->type == MSG_REFUSED) {
		b->refused = m->code;
		b->kept = m->level != 0;
	}
	if (m->type == MSG_GRANT)
		b->granted = m->grant;
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
load_accounts(struct bed *b)
{
	char dir[] = "/tmp/dtcp-desk.XXXXXX", users[64], routes[64];
	struct err e = {0};

	assert_non_null(mkdtemp(dir));
	snprintf(users, sizeof(users), "%s/users", dir);
	snprintf(routes, sizeof(routes), "%s/routes", dir);
	write_file(users, "anna:secret\nbert:secret\ncarl:secret\n");
	write_file(routes,
	    "anna 2001:db8:1::/48,2001:db8:2::/56\nbert 2001:db8:3::/48\n");
	if (accounts_load(
		users, routes, &b->conf.offer.prefix, &b->accounts, &e) != 0)
		fail_msg("%s", e.text);
	(void)unlink(users);
	(void)unlink(routes);
	(void)rmdir(dir);
}

static void
silent(void *arg, int level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

void
bed_new(struct bed *b)
{
	struct offer_conf *o;

	memset(b, 0, sizeof(*b));
	log_set_sink(silent, NULL);
	b->host = fake_host_new();
	assert_non_null(b->host);
	fake_add_local4(b->host, BED_LOCAL4);
	fake_add_link(b->host, "eth0", FAKE_OTHER)->up = true;
	fake_add_route(b->host, NULL, "2001:db8:b::/48", 1024);
	fake_add_link(b->host, BED_SIT, FAKE_SIT);
	fake_add_link(b->host, BED_SIT_2, FAKE_SIT)->mtu = 1400;
	fake_add_link(b->host, BED_TUN, FAKE_TUN)->up = true;
	b->k = fake_open(b->host, BED_TAG);
	assert_non_null(b->k);
	b->front.kernel.ops = &front_ops;
	b->front.bed = b;
	b->start = b->host->state;
	o = &b->conf.offer;
	o->has_prefix = true;
	o->prefix = p6("2001:db8:ffff::/64");
	o->udp = true;
	o->encap_kernel = o->encap_user = true;
	o->mtu = 1280;
	b->conf.udp_port = 4028;
	b->conf.max_sessions = BED_IDS;
	load_accounts(b);
	b->now = 1000;
}

void
bed_free(struct bed *b)
{
	accounts_free(b->accounts);
	b->k->ops->close(b->k);
	fake_host_free(b->host);
}

void
bed_name(struct bed *b, const char *ifname, bool adopt)
{
	b->conf.adopt[b->conf.ndevices] = adopt;
	strlcpy(b->conf.devices[b->conf.ndevices++], ifname, NETOP_NAMESIZE);
}

static void
begin(struct bed *b)
{
	desk_init(&b->desk, &b->conf, b->accounts);
	works_init(&b->desk.works, &b->front.kernel, save, b);
	b->desk.tell = tell;
	b->desk.tell_arg = b;
	b->desk.open_raw = open_raw;
	b->desk.open_udp = open_udp;
}

void
bed_open(struct bed *b)
{
	struct err e = {0};

	begin(b);
	if (desk_open(&b->desk, &e) != 0)
		fail_msg("%s", e.text);
}

void
bed_close(struct bed *b)
{
	desk_close(&b->desk, "reason=stopped", b->now);
	assert_int_equal(b->desk.leases.n, 0);
	assert_true(fake_state_equal(&b->host->state, &b->start));
	assert_int_equal(b->nfile, 0);
}

struct login
bed_login_of(const char *user, unsigned type, bool udp, unsigned n)
{
	struct login l = {.type = (uint8_t)type, .udp = udp};
	char client4[ADDR4_STRLEN];

	strlcpy(l.user, user, sizeof(l.user));
	strlcpy(l.challenge, challenge, sizeof(l.challenge));
	assert_int_equal(
	    digest_make(user, challenge, "secret", 6, l.digest, NULL), 0);
	snprintf(client4, sizeof(client4), "198.51.100.%u", n);
	l.client4 = a4(client4);
	l.local4 = a4(BED_LOCAL4);
	return l;
}

int
bed_login(struct bed *b, uint32_t id, const char *user, unsigned type, bool udp,
    unsigned n)
{
	struct login l = bed_login_of(user, type, udp, n);
	unsigned granted = b->told[MSG_GRANT], refused = b->told[MSG_REFUSED];

	b->refused = 0;
	desk_login(&b->desk, id, &l, b->now);
	assert_int_equal(
	    b->told[MSG_GRANT] - granted + b->told[MSG_REFUSED] - refused, 1);
	return b->refused;
}

/* ---- What there has to be ---- */

struct count {
	struct bed *bed;
	unsigned links, addrs, routes, units, ports, names;
};

static bool
count_lease(void *arg, struct lease *s)
{
	struct count *c = arg;
	struct bed *b = c->bed;
	const bool own = s->carrier != CARRIER_SHARED;
	const struct device *dev = own ? &s->device : &b->desk.shared;
	const struct fake_link *l = fake_link(b->host, dev->ifname);
	const struct grant *g = &s->grant;
	const struct fake_addr *a;
	const struct fake_route *r;
	unsigned i;

	assert_non_null(l);
	assert_int_equal(l->ifindex, dev->ifindex);
	assert_string_equal(l->tag, BED_TAG);
	assert_true(l->up);
	assert_int_equal(
	    l->kind, s->carrier == CARRIER_KERNEL ? FAKE_SIT : FAKE_TUN);
	if (s->carrier == CARRIER_KERNEL)
		assert_true(addr4_equal(l->local4, s->local4) &&
		    addr4_equal(l->remote4, g->client4));
	c->links += own;
	if (g->has_pair) {
		a = fake_addr(b->host, dev->ifindex, &g->server6);
		assert_non_null(a);
		assert_true(a->has_peer && addr6_equal(&a->peer, &g->client6));
		c->addrs++;
		c->units++;
	}
	for (i = 0; i < g->nprefixes; i++) {
		r = fake_route_in(
		    b->host, b->conf.offer.fib, &g->prefixes[i], OFFER_METRIC);
		assert_non_null(r);
		assert_int_equal(r->ifindex, dev->ifindex);
	}
	c->routes += g->nprefixes;
	c->ports += g->udp;
	c->names += s->name != -1;
	assert_int_equal(g->udp, g->port4 != 0);
	assert_int_equal(s->tunfd, -1);
	assert_int_equal(s->udpfd, -1);
	return true;
}

static unsigned
count_bits(const uint8_t *bytes, size_t n)
{
	unsigned count = 0;

	for (; n > 0; n--, bytes++)
		for (unsigned bit = 0; bit < 8; bit++)
			count += *bytes >> bit & 1;
	return count;
}

void
bed_consistent(struct bed *b)
{
	const struct fake_state *st = &b->host->state;
	const bool shared = b->desk.shared.ifname[0] != '\0';
	struct count c = {.bed = b};
	unsigned i, links = 0, addrs = 0, routes = 0, names = 0;

	leases_each(&b->desk.leases, count_lease, &c);
	for (i = 0; i < st->nlinks; i++)
		links += strcmp(st->links[i].tag, BED_TAG) == 0;
	for (i = 0; i < st->naddrs; i++)
		addrs +=
		    strcmp(fake_link_at(b->host, st->addrs[i].ifindex)->tag,
			BED_TAG) == 0;
	for (i = 0; i < st->nroutes; i++)
		routes += st->routes[i].marked;
	for (i = 0; i < BROKER_DEVICES_MAX; i++)
		names += b->desk.names[i];
	assert_int_equal(links, c.links + shared);
	assert_int_equal(addrs, c.addrs);
	assert_int_equal(routes, c.routes + b->conf.offer.has_prefix);
	assert_int_equal(names, c.names);
	/* Equal in number, and each is there: so no two have the same. */
	assert_int_equal(
	    count_bits(b->desk.units.used, sizeof(b->desk.units.used)),
	    c.units);
	assert_int_equal(
	    count_bits(b->desk.ports, sizeof(b->desk.ports)), c.ports);
}

void
bed_restart(struct bed *b)
{
	char path[] = "/tmp/dtcp-desk.XXXXXX";
	struct kernel *k;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, b->file, b->nfile), b->nfile);
	close(fd);
	if (b->nfile == 0)
		(void)unlink(path);
	k = fake_open(b->host, BED_TAG);
	assert_non_null(k);
	(void)undofile_replay(path, BED_TAG, k, NULL);
	k->ops->close(k);
	fd = open(path, O_RDONLY);
	b->nfile = 0;
	if (fd != -1) {
		b->nfile = (size_t)read(fd, b->file, sizeof(b->file));
		close(fd);
		(void)unlink(path);
	}
}
