/* Descriptors of a process as a whole. */
#ifndef DTCP_FD_H
#define DTCP_FD_H

/*
 * Point the standard input, output and error output at /dev/null.  0, or
 * -errno with some of them as they were.
 */
int fd_leave_terminal(void);

#endif
