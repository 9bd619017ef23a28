/*
 * Is a login one of ours, and is what it asks for offered?  The order is that
 * of what may be known: whose it is comes first.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "desk.h"
#include "dtcp/digest.h"

/* In a time that does not depend on where they differ; either case. */
static bool
same_digest(const char *ours, const char *theirs)
{
	volatile unsigned char differ = 0;
	size_t i;

	if (strlen(theirs) != PROTO_DIGEST_LEN)
		return false;
	for (i = 0; i < PROTO_DIGEST_LEN; i++)
		differ |= (unsigned char)(ours[i] ^
		    toupper((unsigned char)theirs[i]));
	return differ == 0;
}

static int
check_digest(const struct desk *d, const struct login *l, struct err *e)
{
	/* For users that there are none of: they cost the same time. */
	static const char nobody[] = "nobody's";
	char digest[PROTO_DIGEST_LEN + 1];
	const char *password = nobody;
	size_t len = sizeof(nobody) - 1;
	bool known, same;
	int rc;

	known = accounts_password(d->accounts, l->user, &password, &len);
	rc = digest_make(l->user, l->challenge, password, len, digest, e);
	if (rc != 0)
		return rc;
	same = same_digest(digest, l->digest);
	explicit_bzero(digest, sizeof(digest));
	if (!known)
		return err_set(e, EACCES, "no such user");
	if (!same)
		return err_set(e, EACCES, "the digest is of another password");
	return 0;
}

static int
check_type(const struct desk *d, const struct login *l, struct err *e)
{
	const struct offer_conf *o = &d->conf->offer;
	struct prefix6 prefixes[GRANT_PREFIXES_MAX];

	if (l->type > TUNNEL_NETWORK)
		return err_set(e, EOPNOTSUPP, "no such tunnel type");
	if (l->type == TUNNEL_HOST && !o->has_prefix)
		return err_set(
		    e, EOPNOTSUPP, "type host without a prefix to give from");
	if (l->type == TUNNEL_NETWORK &&
	    accounts_prefixes(d->accounts, l->user, prefixes) == 0)
		return err_set(e, EOPNOTSUPP,
		    "type network, but the route table has no such user");
	if (l->udp && !o->udp)
		return err_set(e, EPROTONOSUPPORT, "UDP without -U");
	return 0;
}

static bool
is_loopback4(struct in_addr a)
{
	return ntohl(a.s_addr) >> 24 == 127;
}

/* Between which two the tunnel is to be: nobody names those but the kernel. */
static int
check_outer(struct desk *d, uint32_t id, const struct login *l, struct err *e)
{
	struct kernel *k = d->works.kernel;
	const struct lease *other;
	char text[ADDR4_STRLEN];

	if (k->ops->is_local4(k, l->local4) != 1)
		return err_set(e, EADDRNOTAVAIL, "%s is not ours",
		    addr4_format(l->local4, text));
	(void)addr4_format(l->client4, text);
	if (l->udp) {
		if (!addr4_is_unicast(l->client4) && !is_loopback4(l->client4))
			return err_set(e, EINVAL, "%s is not unicast", text);
		return 0;
	}
	if (!addr4_is_unicast(l->client4))
		return err_set(e, EINVAL, "%s is not unicast", text);
	if (k->ops->is_local4(k, l->client4) != 0)
		return err_set(e, EINVAL, "%s is ours", text);
	other = leases_of_pair(&d->leases, l->local4, l->client4);
	if (other != NULL && other->id != id &&
	    strcmp(other->user, l->user) != 0)
		return err_set(e, EADDRINUSE, "%s has a tunnel to %s already",
		    other->user, text);
	return 0;
}

int
desk_check(struct desk *d, uint32_t id, const struct login *l, struct err *e)
{
	int rc;

	if ((rc = check_digest(d, l, e)) == 0 &&
	    (rc = check_type(d, l, e)) == 0)
		rc = check_outer(d, id, l, e);
	return rc;
}
