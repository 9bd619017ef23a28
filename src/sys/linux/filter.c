/*
 * What may wake us: a socket filter (classic BPF) on the watching socket
 * keeps the rest in the kernel.  Other people's interfaces, their routes (a
 * full table changes many times a second) and refreshed IPv6 addresses are
 * none of our business, unless a route of ours waits for the end of theirs.
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
#define OFF_RTATTRS (NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct rtmsg)))
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
/* At line "at": on to line t. */
#define GOTO(at, t) BPF_STMT(BPF_JMP | BPF_JA, (t) - (at)-1)
/* At line "at": if equal to (has a bit of) v on to line t, else to line f. */
#define EQUAL(at, v, t, f) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, v, (t) - (at)-1, (f) - (at)-1)
#define BITS(at, v, t, f) \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, v, (t) - (at)-1, (f) - (at)-1)
#define RETURN(n)  BPF_STMT(BPF_RET | BPF_K, n)
#define ACCEPT	   UINT32_MAX

#define HEAD	   32 /* lines before the lists */
#define AT_NEWLINK 5
#define AT_DELLINK 6
#define AT_ACCEPT  29
#define AT_LINKS   31 /* the one that goes to the list of interfaces */
/*
 * A program's size is limited (net.core.optmem_max): with more interfaces than
 * that we hear of all, and look at those of ours.
 */
#define LINKS_MAX  NETOP_SLOTS
#define LINES \
	(HEAD + 2 * (INTEREST_ROUTES + 1) + 2 * (LINKS_MAX + NETOP_SLOTS + 1))

struct program {
	unsigned n;
	struct sock_filter line[LINES];
};

/* Accept where what was loaded is v, else on to the next line. */
static void
accept_value(struct program *p, uint32_t v)
{
	p->line[p->n++] = (struct sock_filter)EQUAL(0, htonl(v), 1, 2);
	p->line[p->n++] = (struct sock_filter)RETURN(ACCEPT);
}

static void
accept_no_other(struct program *p)
{
	p->line[p->n++] = (struct sock_filter)RETURN(0);
}

/* Each metric once: there are fewer than routes. */
static void
accept_metrics(struct program *p, const struct interest_routes *l)
{
	unsigned i, k;

	for (i = 0; i < l->n; i++) {
		for (k = 0; l->r[k].metric != l->r[i].metric; k++)
			continue;
		if (k == i)
			accept_value(p, l->r[i].metric);
	}
}

static void
accept_links(struct program *p, const struct interest *in)
{
	unsigned i;

	if (in->links.n > LINKS_MAX) {
		p->line[p->n++] = (struct sock_filter)RETURN(ACCEPT);
		return;
	}
	for (i = 0; i < in->links.n; i++)
		accept_value(p, in->links.v[i]);
	for (i = 0; i < NETOP_SLOTS; i++) {
		if (in->lans[i].ifindex != 0)
			accept_value(p, in->lans[i].ifindex);
	}
}

/* A LAN's interface that is made anew comes under an index unknown here. */
static void
accept_all_links(struct program *p)
{
	p->line[AT_NEWLINK].jt = AT_ACCEPT - AT_NEWLINK - 1;
	p->line[AT_DELLINK].jt = AT_ACCEPT - AT_DELLINK - 1;
}

int
filter_set(struct lx_watch *w)
{
	struct program p = {.n = HEAD,
	    .line = {
		[0] = LOAD16(OFF_TYPE),
		[1] = EQUAL(1, htons(RTM_NEWROUTE), 7, 2),
		[2] = EQUAL(2, htons(RTM_DELROUTE), 7, 3),
		[3] = EQUAL(3, htons(RTM_NEWADDR), 27, 4),
		[4] = EQUAL(4, htons(RTM_DELADDR), 27, 5),
		[AT_NEWLINK] = EQUAL(5, htons(RTM_NEWLINK), 30, 6),
		[AT_DELLINK] = EQUAL(6, htons(RTM_DELLINK), 30, 15),
		/* A route: IPv4's default, */
		[7] = LOAD8(OFF_FAMILY),
		[8] = EQUAL(8, AF_INET, 9, 11),
		[9] = LOAD8(OFF_DSTLEN),
		[10] = EQUAL(10, 0, 16, 15),
		/* one of ours, or one that took another's place, */
		[11] = LOAD8(OFF_PROTO),
		[12] = EQUAL(12, LX_PROTOCOL, 16, 13),
		[13] = LOAD16(OFF_FLAGS),
		[14] = BITS(14, htons(NLM_F_REPLACE), 16, 17),
		[15] = RETURN(0),
		[16] = RETURN(ACCEPT),
		/* or the end of one that is awaited: by its metric. */
		[17] = LOAD16(OFF_TYPE),
		[18] = EQUAL(18, htons(RTM_DELROUTE), 19, 26),
		[19] = BPF_STMT(BPF_LDX | BPF_IMM, RTA_PRIORITY),
		[20] = BPF_STMT(BPF_LD | BPF_IMM, OFF_RTATTRS),
		[21] = LOAD32((uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)),
		[22] = EQUAL(22, 0, 26, 23),
		[23] = BPF_STMT(BPF_MISC | BPF_TAX, 0),
		[24] =
		    BPF_STMT(BPF_LD | BPF_W | BPF_IND, sizeof(struct nlattr)),
		[25] = GOTO(25, HEAD),
		[26] = RETURN(0),
		/* An address: any of IPv4, */
		[27] = LOAD8(OFF_FAMILY),
		[28] = EQUAL(28, AF_INET, 29, 30),
		[AT_ACCEPT] = RETURN(ACCEPT),
		/* or what is on one that matters; and these themselves. */
		[30] = LOAD32(OFF_IFINDEX),
		[AT_LINKS] = GOTO(AT_LINKS, HEAD),
	    }};
	struct sock_fprog program = {.filter = p.line};

	if (interest_any_lan(&w->interest))
		accept_all_links(&p);
	accept_metrics(&p, &w->interest.awaited);
	accept_no_other(&p);
	p.line[AT_LINKS].k = p.n - AT_LINKS - 1;
	accept_links(&p, &w->interest);
	accept_no_other(&p);
	program.len = (unsigned short)p.n;
	if (setsockopt(w->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)) == -1)
		return -errno;
	return 0;
}
