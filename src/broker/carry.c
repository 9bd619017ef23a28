/*
 * What carries a session's packets: a device of the kernel's, the one that
 * many share, or one of its own; and what the engine is given for that.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "desk.h"
#include "dtcp/log.h"
#include "dtcp/os.h"

/* The engine's descriptor of a tun device. */
static int
open_tun(
    struct desk *d, const struct device *dev, unsigned *features, struct err *e)
{
	struct kernel *k = d->works.kernel;
	int fd, rc;

	rc = k->ops->open_tun(k, dev->ifindex, &fd, features, e);
	if (rc == 0 && (rc = os_limit_fd(fd, OS_FD_TUN, e)) != 0)
		close(fd);
	return rc == 0 ? fd : rc;
}

/* The engine has its own copy of it afterwards. */
static void
pass(struct desk *d, struct msg *m, int fd)
{
	m->fd = fd;
	d->tell(d->tell_arg, m);
	close(fd);
}

static int
make_device(struct desk *d, struct lease *s, const char *ifname, bool adopt,
    struct err *e)
{
	const bool kernel = s->carrier == CARRIER_KERNEL;
	struct plan p;
	int rc;

	offer_device(&d->conf->offer, &s->grant, ifname, adopt, kernel,
	    s->local4, s->grant.client4, &p);
	rc = works_make(&d->works, &p, &s->device, e);
	if (rc != 0 || kernel)
		return rc;
	rc = open_tun(d, &s->device, &s->tun_features, e);
	if (rc < 0) {
		(void)works_end(&d->works, &s->device);
		return rc;
	}
	s->tunfd = rc;
	return 0;
}

/*
 * Under the first name of -i that does.  One that is not there, or that
 * somebody else uses, is no reason to stop.
 */
static int
begin_device(struct desk *d, struct lease *s, struct err *e)
{
	const struct broker_conf *c = d->conf;
	unsigned i;
	int rc;

	if (c->ndevices == 0)
		return make_device(d, s, "", false, e);
	rc = err_set(
	    e, ENOBUFS, "all %u interfaces of -i are in use", c->ndevices);
	for (i = 0; i < c->ndevices; i++) {
		if (d->names[i])
			continue;
		rc = make_device(d, s, c->devices[i], c->adopt[i], e);
		if (rc == 0) {
			d->names[i] = true;
			s->name = (int)i;
			return 0;
		}
		if (rc != -EBUSY && rc != -EEXIST && rc != -ENODEV)
			return rc;
	}
	return rc;
}

int
desk_share(struct desk *d, struct err *e)
{
	struct msg m = {.type = MSG_TUN, .fd = -1};
	unsigned features = 0;
	struct plan p;
	int rc;

	if (d->shared.ifname[0] != '\0')
		return 0;
	offer_shared(&d->conf->offer, &p);
	if ((rc = works_make(&d->works, &p, &d->shared, e)) != 0)
		return rc;
	rc = open_tun(d, &d->shared, &features, e);
	if (rc < 0) {
		(void)works_end(&d->works, &d->shared);
		return rc;
	}
	m.level = (int32_t)features;
	pass(d, &m, rc);
	return 0;
}

static int
begin_shared(struct desk *d, struct lease *s, struct err *e)
{
	struct plan p;
	int rc;

	if ((rc = desk_share(d, e)) != 0)
		return rc;
	offer_session(&d->conf->offer, &s->grant, &p);
	rc = works_add(&d->works, &p, &d->shared, e);
	s->on_shared = rc == 0;
	return rc;
}

/* The engine gets one socket of protocol 41 for each address of ours. */
static int
share_raw(struct desk *d, struct in_addr local4, struct err *e)
{
	struct msg m = {.type = MSG_RAW, .addr4 = local4, .fd = -1};
	unsigned i;
	int fd, rc;

	for (i = 0; i < d->nraw; i++)
		if (addr4_equal(d->raw4[i], local4))
			return 0;
	if (d->nraw == DESK_RAW_MAX)
		return err_set(e, ENOBUFS,
		    "more than %d addresses of ours with tunnels",
		    DESK_RAW_MAX);
	if ((fd = d->open_raw(local4, e)) < 0)
		return fd;
	if ((rc = os_limit_fd(fd, OS_FD_RAW_MANY, e)) != 0) {
		close(fd);
		return rc;
	}
	d->raw4[d->nraw++] = local4;
	pass(d, &m, fd);
	return 0;
}

/* By the engine. */
static int
begin_user(struct desk *d, struct lease *s, struct err *e)
{
	int rc;

	if (!s->grant.udp && (rc = share_raw(d, s->local4, e)) != 0)
		return rc;
	s->carrier =
	    offer_own_device(s->grant.type) ? CARRIER_DEVICE : CARRIER_SHARED;
	return s->carrier == CARRIER_DEVICE ? begin_device(d, s, e) :
					      begin_shared(d, s, e);
}

int
desk_carry(struct desk *d, struct lease *s, struct err *e)
{
	const struct offer_conf *o = &d->conf->offer;
	int rc;

	if (s->grant.udp || !o->encap_kernel || (d->no_kernel && o->encap_user))
		return begin_user(d, s, e);
	s->carrier = CARRIER_KERNEL;
	rc = begin_device(d, s, e);
	if (rc != -EOPNOTSUPP || !o->encap_user)
		return rc;
	d->no_kernel = true;
	log_msg(LOG_NOTICE,
	    "no tunnel device of the kernel's, packets are carried in user "
	    "space: %s",
	    e->text);
	return begin_user(d, s, e);
}

bool
desk_drop(struct desk *d, struct lease *s)
{
	struct plan p;
	bool clean = true;

	if (s->tunfd != -1)
		close(s->tunfd);
	s->tunfd = -1;
	if (s->on_shared) {
		offer_session(&d->conf->offer, &s->grant, &p);
		clean = works_remove(&d->works, &p, &d->shared) == 0;
	}
	s->on_shared = false;
	if (works_end(&d->works, &s->device) != 0)
		clean = false;
	if (s->name != -1)
		d->names[s->name] = false;
	s->name = -1;
	return clean;
}

void
desk_hand_over(struct desk *d, struct lease *s)
{
	struct msg m = {.id = s->id, .fd = -1};

	if (s->tunfd != -1) {
		m.type = MSG_SESSION_TUN;
		m.level = (int32_t)s->tun_features;
		pass(d, &m, s->tunfd);
		s->tunfd = -1;
	}
	if (s->udpfd != -1) {
		m.type = MSG_SESSION_UDP;
		m.level = (int32_t)s->udp_features;
		pass(d, &m, s->udpfd);
		s->udpfd = -1;
	}
	m.type = MSG_GRANT;
	m.level = (int32_t)s->carrier;
	m.addr4 = s->local4;
	m.grant = s->grant;
	m.fd = -1;
	d->tell(d->tell_arg, &m);
}
