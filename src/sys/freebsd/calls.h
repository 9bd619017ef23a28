/*
 * The system calls through which the back-end reaches a FreeBSD kernel.
 * calls.c makes them; tests/freebsd/model answers them as such a kernel does,
 * on any system.  What goes in and out is laid out as in layout.h, and each
 * one returns -1 with errno set (the errno of the system it runs on) as the
 * call that it is named after.
 */
#ifndef DTCP_FREEBSD_CALLS_H
#define DTCP_FREEBSD_CALLS_H

#include <sys/types.h>

#include <stddef.h>

/* Close-on-exec and non-blocking.  FB_AF_*, FB_SOCK_*. */
int call_socket(int domain, int type, int protocol);
int call_setsockopt(int fd, int level, int name, const void *value, size_t len);
/* Read and write, close-on-exec and non-blocking. */
int call_open(const char *path);
int call_ioctl(int fd, unsigned long request, void *arg);
ssize_t call_read(int fd, void *buf, size_t len);
ssize_t call_write(int fd, const void *buf, size_t len);
int call_close(int fd);

/* A descriptor that is readable while one of those added to it is. */
int call_poller(void);
int call_poller_add(int poller, int fd);
/*
 * What was found ready counts as such until this is called, even if all was
 * read since, kqueue(2).
 */
void call_poller_settle(int poller);

/* out NULL: *len becomes what it would take. */
int call_sysctl(const int *mib, unsigned n, void *out, size_t *len);
int call_sysctlbyname(const char *name, void *out, size_t *len);

int call_kldload(const char *module);
uid_t call_geteuid(void);

#endif
