/*
 * The seam to a kernel.  Implementations: src/sys/<os> (the real thing),
 * tests/fake (a model in memory).  Callers go through the ops table, so that
 * several can exist side by side.
 */
#ifndef DTCP_KERNEL_H
#define DTCP_KERNEL_H

#include "dtcp/err.h"
#include "dtcp/feature.h"
#include "dtcp/netop.h"
#include "dtcp/snapshot.h"

struct kernel;

enum kevent_kind {
	KEV_ADDR4_NEW,	/* addr4 appeared on this host */
	KEV_ADDR4_GONE, /* addr4 went */
	KEV_DEFAULT4,	/* the IPv4 default route changed */
	KEV_TOUCHED,	/* ours, or what stands in its way, may have changed */
	KEV_RESYNC,	/* events were lost: look at everything */
};

struct kevent {
	enum kevent_kind kind;
	struct in_addr addr4;
};

/* What the relay of a user-space tunnel works with. */
struct user_fds {
	int tunfd;
	int outerfd;
	unsigned features; /* enum user_feature */
};

struct kernel_ops {
	const char *name;

	/*
	 * What would undo op, given what is there now (struct netop's
	 * inverse kinds); changes nothing.  ifname and ifindex of op are
	 * resolved.  -EEXIST: the object is there already; -EBUSY: the
	 * interface is in use by someone else; -ENODEV: F_ADOPT and absent;
	 * -EOPNOTSUPP: FIB, or a fib, on a system without.
	 *
	 * A route is there already where one of the same destination, table
	 * and metric is, whosever and wherever it leads; on a system without
	 * metrics, of the same destination and table.  From then on the end
	 * of that one gives TOUCHED.
	 */
	int (*prepare)(struct kernel *, const struct netop *op,
	    struct netop *undo, struct err *);

	/*
	 * Apply one operation, all or nothing.  TUNNEL fills in ifname,
	 * ifindex and the one encapsulation it used; there may be any number
	 * of tunnels at a time, gif, sit and tun, each with its own TUNNEL;
	 * -EBUSY also where another interface has the outer pair and the system
	 * allows it but once (sit, gif).  -EEXIST as with prepare().  Removals
	 * of what is gone already return -ENOENT, and never touch what does not
	 * carry our tag or mark.  On a LAN's slot ADDR is for the interface
	 * that has both index and name; ADDR_DEL goes by the index alone, for
	 * the interface may have been given another name since.
	 */
	int (*apply)(struct kernel *, struct netop *op, struct err *);

	/*
	 * An interface that is not ours: a LAN's, by name.  From watch_lan()
	 * on TOUCHED tells that one of that name comes, goes or changes, or
	 * its IPv6 addresses do; snapshot() has the addresses on it.  slot is
	 * from 1 to NETOP_SLOTS - 1; a name set again replaces the one before.
	 * find_link(): the index of the one that has the name now; -ENODEV.
	 */
	void (*watch_lan)(struct kernel *, uint8_t slot, const char *ifname);
	int (*find_link)(struct kernel *, const char *ifname, uint32_t *ifindex,
	    struct err *);

	/* What of ours is there. */
	int (*snapshot)(struct kernel *, struct snapshot *, struct err *);

	/* 1: an IPv4 address of this host; 0: not; negative: errno. */
	int (*is_local4)(struct kernel *, struct in_addr a);

	/*
	 * For a user-space tunnel in effect: new descriptors of its tun
	 * device and of an outer socket bound to local4 and connected to
	 * remote4, both non-blocking and close-on-exec, for the caller to own.
	 * The socket is a UDP one where there are ports, else a raw one of
	 * protocol 41.  outer: the TUNNEL or OUTER operation in effect.
	 * -EADDRINUSE: lport is another program's, or still open.
	 */
	int (*open_user)(struct kernel *, const struct netop *outer,
	    struct user_fds *fds, struct err *);

	/*
	 * A new descriptor of a tun device that TUNNEL made or adopted, of that
	 * index, non-blocking and close-on-exec, for the caller to own;
	 * features (enum user_feature) says what the device can do.  -ENODEV:
	 * none such.
	 */
	int (*open_tun)(struct kernel *, uint32_t ifindex, int *fd,
	    unsigned *features, struct err *e);

	/*
	 * Watch for changes: a descriptor to poll for reading, valid until
	 * close.  next_event() gives one event: 1, 0 none now, or negative.
	 * What is not our business does not make it readable where the system
	 * can filter (Linux).  Addresses are told once, each change; TOUCHED,
	 * DEFAULT4 and RESYNC once for all that waits, and also for what
	 * apply() did itself.
	 */
	int (*watch_fd)(struct kernel *);
	int (*next_event)(struct kernel *, struct kevent *);

	void (*close)(struct kernel *);
};

struct kernel {
	const struct kernel_ops *ops;
};

/*
 * Open the kernel this program runs on.  tag: "dtcp:<pid file>", put on what
 * is created.  -EPERM: not root; -EAFNOSUPPORT: no IPv6; each with a line.
 */
int kernel_open(const char *tag, struct kernel **out, struct err *e);

#endif
