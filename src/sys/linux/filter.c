/*
 * What may wake us: a socket filter (classic BPF) on the watching socket
 * keeps the rest in the kernel.  Other people's interfaces, their routes (a
 * full table changes many times a second) and refreshed IPv6 addresses are
 * none of our business.
 */
#include <sys/socket.h>

#include <linux/filter.h>

#include <errno.h>
#include <stddef.h>

#include "linux.h"

/* Offsets into a message: the header, then one of three bodies. */
#define OFF_TYPE    offsetof(struct nlmsghdr, nlmsg_type)
#define OFF_FLAGS   offsetof(struct nlmsghdr, nlmsg_flags)
#define OFF_FAMILY  (NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_family))
#define OFF_DSTLEN  (NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_dst_len))
#define OFF_PROTO   (NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol))
#define OFF_IFINDEX (NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index))

_Static_assert(offsetof(struct ifinfomsg, ifi_index) ==
	    offsetof(struct ifaddrmsg, ifa_index) &&
	offsetof(struct rtmsg, rtm_family) ==
	    offsetof(struct ifaddrmsg, ifa_family),
    "links and addresses are told apart by one load");

/* Loads are big-endian, netlink is in the host's order: hence htons(). */
#define LOAD8(off)  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, off)
#define LOAD16(off) BPF_STMT(BPF_LD | BPF_H | BPF_ABS, off)
#define LOAD32(off) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, off)
/* At line "at": if equal to (has a bit of) v on to line t, else to line f. */
#define EQUAL(at, v, t, f) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, v, (t) - (at)-1, (f) - (at)-1)
#define BITS(at, v, t, f) \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, v, (t) - (at)-1, (f) - (at)-1)
#define RETURN(n) BPF_STMT(BPF_RET | BPF_K, n)
#define ACCEPT	  UINT32_MAX

#define HEAD	  21 /* lines before the list of interfaces */

int
filter_set(struct lx_watch *w)
{
	struct sock_filter code[HEAD + 2 * NETOP_SLOTS + 1] = {
	    [0] = LOAD16(OFF_TYPE),
	    [1] = EQUAL(1, htons(RTM_NEWROUTE), 7, 2),
	    [2] = EQUAL(2, htons(RTM_DELROUTE), 7, 3),
	    [3] = EQUAL(3, htons(RTM_NEWADDR), 17, 4),
	    [4] = EQUAL(4, htons(RTM_DELADDR), 17, 5),
	    [5] = EQUAL(5, htons(RTM_NEWLINK), 20, 6),
	    [6] = EQUAL(6, htons(RTM_DELLINK), 20, 15),
	    /* A route: IPv4's default, */
	    [7] = LOAD8(OFF_FAMILY),
	    [8] = EQUAL(8, AF_INET, 9, 11),
	    [9] = LOAD8(OFF_DSTLEN),
	    [10] = EQUAL(10, 0, 16, 15),
	    /* one of ours, or one that took another's place. */
	    [11] = LOAD8(OFF_PROTO),
	    [12] = EQUAL(12, LX_PROTOCOL, 16, 13),
	    [13] = LOAD16(OFF_FLAGS),
	    [14] = BITS(14, htons(NLM_F_REPLACE), 16, 15),
	    [15] = RETURN(0),
	    [16] = RETURN(ACCEPT),
	    /* An address: any of IPv4, */
	    [17] = LOAD8(OFF_FAMILY),
	    [18] = EQUAL(18, AF_INET, 19, 20),
	    [19] = RETURN(ACCEPT),
	    /* or what is on one of our interfaces; and these themselves. */
	    [20] = LOAD32(OFF_IFINDEX),
	};
	struct sock_fprog program = {.filter = code};
	unsigned n = HEAD;

	for (unsigned i = 0; i < w->nlinks; i++) {
		code[n] =
		    (struct sock_filter)EQUAL(0, htonl(w->links[i]), 1, 2);
		code[n + 1] = (struct sock_filter)RETURN(ACCEPT);
		n += 2;
	}
	code[n++] = (struct sock_filter)RETURN(0);
	program.len = (unsigned short)n;
	if (setsockopt(w->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)) == -1)
		return -errno;
	return 0;
}
