/* Errors as one line that is safe to show: see dtcp/err.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/err.h"
#include "dtcp/text.h"

static void err_vset(struct err *, int, const char *, va_list)
    __attribute__((__format__(__printf__, 3, 0)));

static void
err_vset(struct err *e, int code, const char *fmt, va_list ap)
{
	char raw[ERR_TEXT_MAX];

	e->code = code;
	vsnprintf(raw, sizeof(raw), fmt, ap);
	text_encode(e->text, sizeof(e->text), raw, strlen(raw));
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e != NULL) {
		va_start(ap, fmt);
		err_vset(e, code, fmt, ap);
		va_end(ap);
	}
	return -code;
}

int
err_sys(struct err *e, int code, const char *fmt, ...)
{
	size_t len;
	va_list ap;

	if (e != NULL) {
		va_start(ap, fmt);
		err_vset(e, code, fmt, ap);
		va_end(ap);
		len = strlen(e->text);
		snprintf(e->text + len, sizeof(e->text) - len, ": %s",
		    strerror(code));
	}
	return -code;
}
