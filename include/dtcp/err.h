/*
 * Errors that name what failed, on which object, and why.
 *
 * Functions that can fail for a reason worth telling take a struct err and
 * return 0 or a negative errno value.  The text is one line without a
 * newline, fit for syslog and for a terminal.
 */
#ifndef DTCP_ERR_H
#define DTCP_ERR_H

#define ERR_TEXT_MAX 256

struct err {
	int code;		 /* errno value, 0 = none */
	char text[ERR_TEXT_MAX]; /* NUL-terminated, one line */
};

/*
 * Record an error.  code: positive errno value.  e may be NULL.
 * Returns -code, so that "return err_set(...)" reads well.  The text is
 * encoded by text_encode() and cut to size; err_sys() appends ": " and
 * strerror(code).
 */
int err_set(struct err *e, int code, const char *fmt, ...)
    __attribute__((__format__(__printf__, 3, 4)));
int err_sys(struct err *e, int code, const char *fmt, ...)
    __attribute__((__format__(__printf__, 3, 4)));

#endif
