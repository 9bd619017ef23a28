/*
 * What a back-end hands to the relay, on every system: kernel_ops' open_user
 * and open_tun, by what it has open.
 */
#ifndef DTCP_SYS_USER_FDS_H
#define DTCP_SYS_USER_FDS_H

#include "opened.h"
#include "outer.h"

int user_open_tun(const struct opened *, uint32_t ifindex, int *fd,
    unsigned *features, struct err *);
int user_open(const struct opened *, const struct netop *outer,
    struct user_fds *, struct err *);

#endif
