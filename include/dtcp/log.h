/*
 * Where log lines go.  The root process writes them to syslog(3) and, in the
 * foreground, to stderr; its children set a sink that sends them to it.
 * Levels are those of syslog(3).
 */
#ifndef DTCP_LOG_H
#define DTCP_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <syslog.h>

#define LOG_LINE_MAX 512 /* bytes, with the NUL; longer is cut */

/* Receives one line: no newline, control bytes already vis(3)-encoded. */
typedef void log_sink(void *arg, int level, const char *line);

/*
 * Open the log of the root process.  ident: the name in front of each line,
 * kept by reference.  foreground: write to stderr instead of syslog.  A
 * missing syslogd is no error.
 */
void log_open(const char *ident, bool foreground);

/* Send lines elsewhere from now on (children). */
void log_set_sink(log_sink *sink, void *arg);

/* Pass LOG_DEBUG lines on; off by default. */
void log_set_debug(bool on);
bool log_is_debug(void);

/* One line.  Never fails, keeps errno. */
void log_msg(int level, const char *fmt, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/* A line that came from another process: encoded again, never a format. */
void log_line(int level, const char *line);

#endif
