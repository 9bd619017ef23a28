/*
 * rtnetlink, as much of it as this program needs: requests that are
 * acknowledged, dumps, and attributes.  See netlink(7), rtnetlink(7).
 */
#ifndef DTCP_LINUX_NL_H
#define DTCP_LINUX_NL_H

#include <sys/types.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/err.h"

#define NL_REQUEST_MAX 1024  /* bytes of any request of ours */
#define NL_REPLY_MAX   32768 /* the most that the kernel puts into one read */
#define NL_TEXT_MAX    128

struct nl {
	int fd;
	uint32_t seq;
	/* What the kernel said about the last failure; "" = nothing. */
	char text[NL_TEXT_MAX];
	_Alignas(NLMSG_ALIGNTO) uint8_t reply[NL_REPLY_MAX];
};

/* A request under construction. */
struct nl_request {
	union {
		struct nlmsghdr head;
		uint8_t bytes[NL_REQUEST_MAX];
	} u;
	bool overflow;
};

int nl_open(struct nl *, struct err *);
void nl_close(struct nl *);

/*
 * Start a request of that RTM_* type.  body: the family's own header.
 * NLM_F_REQUEST goes without saying.
 */
void nl_begin(struct nl_request *, uint16_t type, uint16_t flags,
    const void *body, size_t len);
void nl_put(struct nl_request *, uint16_t attr, const void *p, size_t len);
void nl_put_u8(struct nl_request *, uint16_t attr, uint8_t v);
void nl_put_u32(struct nl_request *, uint16_t attr, uint32_t v);
void nl_put_string(struct nl_request *, uint16_t attr, const char *s);
/* Nested attributes: end takes what start returned. */
size_t nl_nest(struct nl_request *, uint16_t attr);
void nl_nest_end(struct nl_request *, size_t start);

/* Send and wait for the acknowledgement.  0 or -errno. */
int nl_request(struct nl *, struct nl_request *);

/*
 * A message of a dump.  NULL: what came so far is void, the dump starts anew
 * (and once at its start).  Not 0 ends the dump with that result.
 */
typedef int nl_visit(void *arg, const struct nlmsghdr *h);

/*
 * Everything that a RTM_GET* request matches.  A dump during which the tables
 * changed is repeated, up to NL_DUMP_TRIES times (-EAGAIN).
 */
#define NL_DUMP_TRIES 20
int nl_dump(struct nl *, struct nl_request *, nl_visit *visit, void *arg);

/*
 * The next message of what was read: left bytes from *p, which moves behind
 * it.  NULL: no whole one is left.
 */
const struct nlmsghdr *nl_next(const uint8_t **p, size_t left);

/* One message that answers a RTM_GET* request: NULL and *error if none. */
const struct nlmsghdr *nl_get(struct nl *, struct nl_request *, int *error);

/*
 * Attributes behind a header of len bytes into tb[0..max], NULL where there
 * is none; the last of a kind counts.  False: the message is too short.
 */
bool nl_attrs(const struct nlmsghdr *h, size_t len, const struct nlattr *tb[],
    unsigned max);
void nl_nested(const struct nlattr *a, const struct nlattr *tb[], unsigned max);
const void *nl_body(const struct nlmsghdr *h);
/* Of a of NULL or another size than n: false. */
bool nl_read(const struct nlattr *a, void *out, size_t n);
uint32_t nl_u32(const struct nlattr *a, uint32_t otherwise);
/* Cut to size; "" for NULL. */
void nl_string(const struct nlattr *a, char *buf, size_t size);

/*
 * Record what failed: the text, ": ", strerror(error), and what the kernel
 * said about it.  error is negative, and returned.
 */
int nl_fail(const struct nl *, struct err *, int error, const char *fmt, ...)
    __attribute__((__format__(__printf__, 4, 5)));

#endif
