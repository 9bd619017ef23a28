/* One line at a time to syslog, stderr or a sink: see dtcp/log.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/text.h"

static log_sink to_stderr, to_syslog;

/* Before log_open(), the errors of start-up go to stderr. */
static struct {
	const char *ident; /* NULL: the program's name */
	log_sink *sink;
	void *arg;
	bool debug;
} out = {.sink = to_stderr};

static const char *
level_word(int level)
{
	if (level <= LOG_ERR)
		return "error: ";
	return level == LOG_WARNING ? "warning: " : "";
}

/* One write(2), so that lines of several processes do not mix. */
static void
to_stderr(void *arg, int level, const char *line)
{
	(void)arg;
	dprintf(STDERR_FILENO, "%s: %s%s\n",
	    out.ident != NULL ? out.ident : getprogname(), level_word(level),
	    line);
}

static void
to_syslog(void *arg, int level, const char *line)
{
	(void)arg;
	syslog(level, "%s", line);
}

void
log_open(const char *ident, bool foreground)
{
	out.ident = ident;
	out.sink = foreground ? to_stderr : to_syslog;
	out.arg = NULL;
	closelog();
	/* At once, as the directory that holds the socket may go away. */
	if (!foreground)
		openlog(ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
log_set_sink(log_sink *sink, void *arg)
{
	out.sink = sink;
	out.arg = arg;
}

void
log_set_debug(bool on)
{
	out.debug = on;
}

bool
log_is_debug(void)
{
	return out.debug;
}

void
log_msg(int level, const char *fmt, ...)
{
	int saved = errno;
	char raw[LOG_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	log_line(level, raw);
	errno = saved;
}

void
log_line(int level, const char *line)
{
	int saved = errno;
	char enc[LOG_LINE_MAX];

	/* Whoever sent it chooses the level, but not the facility. */
	level = LOG_PRI(level);
	if (level == LOG_DEBUG && !out.debug)
		return;
	text_encode(enc, sizeof(enc), line, strlen(line));
	out.sink(out.arg, level, enc);
	errno = saved;
}
