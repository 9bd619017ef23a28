/* Sessions come and go: see desk.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "dtcp/log.h"
#include "dtcp/sockets.h"

void
desk_init(struct desk *d, const struct broker_conf *conf,
    const struct accounts *accounts)
{
	memset(d, 0, sizeof(*d));
	d->conf = conf;
	d->accounts = accounts;
	d->units.limit = OFFER_UNITS;
	d->open_raw = socket_raw41;
	d->open_udp = socket_udp;
}

int
desk_open(struct desk *d, struct err *e)
{
	const struct offer_conf *o = &d->conf->offer;
	struct device none = {0};
	struct plan p;
	int rc;

	offer_prefix(o, &p);
	if ((rc = works_begin(&d->works, o->keep, e)) != 0 ||
	    (rc = works_add(&d->works, &p, &none, e)) != 0)
		return rc;
	return o->udp || !o->encap_kernel ? desk_share(d, e) : 0;
}

static void
tell(struct desk *d, enum msg_type type, uint32_t id, const char *text)
{
	struct msg m = {.type = type, .id = id, .fd = -1};

	strlcpy(m.text, text, sizeof(m.text));
	d->tell(d->tell_arg, &m);
}

/*
 * It has no tunnel any more.  A number whose addresses are still in the kernel
 * is not given to anybody else.
 */
static void
end_lease(struct desk *d, struct lease *s)
{
	bool clean = desk_drop(d, s);

	desk_close_port(d, s);
	if (s->unit != -1 && clean)
		offer_unit_give(&d->units, (unsigned)s->unit);
}

static void
log_out(struct desk *d, struct lease *s, const char *why, int64_t now)
{
	leases_remove(&d->leases, s);
	end_lease(d, s);
	desk_log_logout(s, why, now);
	free(s);
}

static void
refuse(struct desk *d, uint32_t id, const struct login *l, const struct err *e,
    int64_t now)
{
	struct msg m = {
	    .type = MSG_REFUSED, .id = id, .code = e->code, .fd = -1};

	m.level = leases_of_connection(&d->leases, id) != NULL;
	strlcpy(m.text, e->text, sizeof(m.text));
	d->refused++;
	desk_log_refused(d, l, e, now);
	d->tell(d->tell_arg, &m);
}

/* What cannot be beside the new tunnel makes way for it. */
static void
make_way(struct desk *d, uint32_t id, const struct login *l, int64_t now)
{
	static const char reason[] = "reason=replaced";
	struct lease *s;

	s = leases_of_connection(&d->leases, id);
	if (s != NULL) {
		tell(d, MSG_LET_GO, id, "");
		log_out(d, s, reason, now);
	}
	if (l->type == TUNNEL_NETWORK &&
	    (s = leases_of_network(&d->leases, l->user)) != NULL) {
		tell(d, MSG_REPLACED, s->id, "");
		log_out(d, s, reason, now);
	}
	if (!l->udp &&
	    (s = leases_of_pair(&d->leases, l->local4, l->client4)) != NULL) {
		tell(d, MSG_REPLACED, s->id, "");
		log_out(d, s, reason, now);
	}
}

/* The addresses, and for UDP the port and the key. */
static int
fill_grant(struct desk *d, struct lease *s, struct err *e)
{
	const struct offer_conf *o = &d->conf->offer;
	struct grant *g = &s->grant;
	int unit;

	g->server4 = o->has_global ? o->global4 : s->local4;
	if (g->type == TUNNEL_NETWORK)
		g->nprefixes =
		    accounts_prefixes(d->accounts, s->user, g->prefixes);
	g->has_pair = o->has_prefix &&
	    (g->type == TUNNEL_HOST ||
		(g->type == TUNNEL_NETWORK && o->network_pair));
	if (g->has_pair) {
		unit = offer_unit_take(&d->units);
		if (unit < 0)
			return err_set(e, ENOBUFS,
			    "all inner addresses of the prefix are in use");
		s->unit = unit;
		offer_pair(
		    &o->prefix, (unsigned)unit, &g->server6, &g->client6);
	}
	if (!g->udp)
		return 0;
	g->has_key = true;
	arc4random_buf(g->key, sizeof(g->key));
	return desk_open_port(d, s, e);
}

static struct lease *
new_lease(uint32_t id, const struct login *l, int64_t now)
{
	struct lease *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->id = id;
	memcpy(s->user, l->user, sizeof(s->user));
	s->local4 = l->local4;
	s->grant.type = (enum tunnel_type)l->type;
	s->grant.client4 = l->client4;
	s->grant.udp = l->udp;
	s->since = now;
	s->unit = s->name = s->tunfd = s->udpfd = -1;
	return s;
}

static int
set_up(struct desk *d, struct lease *s, struct err *e)
{
	int rc;

	if (d->leases.n >= d->conf->max_sessions)
		return err_set(
		    e, ENOBUFS, "there are %u sessions already", d->leases.n);
	if ((rc = fill_grant(d, s, e)) == 0)
		rc = desk_carry(d, s, e);
	return rc;
}

/*
 * The system's words for what it does not let us do.  The client would take
 * them for what MSG_REFUSED means by them.
 */
static void
make_our_own(struct err *e)
{
	if (e->code == EACCES || e->code == EADDRINUSE ||
	    e->code == EOPNOTSUPP || e->code == EPROTONOSUPPORT)
		e->code = EPERM;
}

void
desk_login(struct desk *d, uint32_t id, const struct login *l, int64_t now)
{
	struct err e = {0};
	struct lease *s;

	if (desk_check(d, id, l, &e) != 0) {
		refuse(d, id, l, &e, now);
		return;
	}
	make_way(d, id, l, now);
	if ((s = new_lease(id, l, now)) == NULL) {
		(void)err_sys(&e, ENOMEM, "a session");
		refuse(d, id, l, &e, now);
		return;
	}
	if (set_up(d, s, &e) != 0) {
		end_lease(d, s);
		free(s);
		make_our_own(&e);
		refuse(d, id, l, &e, now);
		return;
	}
	leases_add(&d->leases, s);
	d->logins++;
	desk_log_login(d, s);
	desk_hand_over(d, s);
}

void
desk_logout(struct desk *d, uint32_t id, const char *why, int64_t now)
{
	struct lease *s = leases_of_connection(&d->leases, id);

	if (s != NULL) /* it may have been replaced, or lost, meanwhile */
		log_out(d, s, why, now);
}

struct visit {
	struct desk *desk;
	const char *why;
	int64_t now;
};

static bool
look_at(void *arg, struct lease *s)
{
	const struct visit *v = arg;

	if (s->device.ifname[0] == '\0' ||
	    works_has(&v->desk->works, &s->device))
		return true;
	tell(v->desk, MSG_SESSION_LOST, s->id, "its interface is gone");
	log_out(v->desk, s, "reason=lost", v->now);
	return true;
}

bool
desk_look(struct desk *d, int64_t now)
{
	struct visit v = {.desk = d, .now = now};

	if (d->shared.ifname[0] != '\0' && !works_has(&d->works, &d->shared)) {
		log_msg(LOG_ERR, "interface %s, which sessions share, is gone",
		    d->shared.ifname);
		return false;
	}
	leases_each(&d->leases, look_at, &v);
	return true;
}

/* What it has in the kernel goes with everything else. */
static bool
forget_lease(void *arg, struct lease *s)
{
	const struct visit *v = arg;

	leases_remove(&v->desk->leases, s);
	desk_log_logout(s, v->why, v->now);
	desk_close_port(v->desk, s);
	free(s);
	return true;
}

void
desk_close(struct desk *d, const char *why, int64_t now)
{
	struct visit v = {.desk = d, .why = why, .now = now};
	struct err e = {0};

	leases_each(&d->leases, forget_lease, &v);
	if (works_undo(&d->works, &e) != 0)
		log_msg(LOG_ERR, "undo: %s", e.text);
	memset(d->units.used, 0, sizeof(d->units.used));
	memset(d->names, 0, sizeof(d->names));
	memset(&d->shared, 0, sizeof(d->shared));
	d->nraw = 0;
}
