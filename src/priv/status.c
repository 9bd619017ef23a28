/*
 * The status file: key=value lines for programs, replaced atomically at each
 * change; and the word to a service manager.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "private.h"

/*
 * The engine's text is key=value words; a last one, reason=, may hold blanks.
 */
static void
print_words(FILE *f, const char *text)
{
	static const char last[] = "reason=";
	const char *s;

	for (s = text; *s != '\0'; s++) {
		if (strncmp(s, last, sizeof(last) - 1) == 0) {
			fprintf(f, "%s", s);
			break;
		}
		for (; *s != ' ' && *s != '\0'; s++)
			fputc(*s, f);
		fputc('\n', f);
		if (*s == '\0')
			return;
	}
	fputc('\n', f);
}

static void
print_status(FILE *f, const struct priv *p, int state, const char *text)
{
	fprintf(f, "instance=%s\n", p->conf->pidfile);
	fprintf(f, "pid=%ld\n", (long)getpid());
	fprintf(f, "engine=%ld\n", (long)p->engine.pid);
	fprintf(f, "state=%s\n", session_state_name((enum session_state)state));
	fprintf(f, "since=%lld\n", (long long)time(NULL));
	if (text[0] != '\0')
		print_words(f, text);
}

void
status_write(struct priv *p, int state, const char *text)
{
	char tmp[PRIV_PATH_MAX + 8];
	FILE *f;
	int fd, bad;

	snprintf(tmp, sizeof(tmp), "%s.tmp", p->conf->statusfile);
	(void)unlink(tmp);
	fd = open(
	    tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd == -1 || (f = fdopen(fd, "w")) == NULL) {
		log_msg(
		    LOG_WARNING, "cannot write %s: %s", tmp, strerror(errno));
		if (fd != -1)
			close(fd);
		return;
	}
	print_status(f, p, state, text);
	bad = ferror(f);
	if (fclose(f) != 0 || bad || rename(tmp, p->conf->statusfile) == -1) {
		log_msg(LOG_WARNING, "cannot write %s: %s", p->conf->statusfile,
		    strerror(errno));
		(void)unlink(tmp);
	}
}

void
status_remove(struct priv *p)
{
	(void)unlink(p->conf->statusfile);
}

void
notify_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t n;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	n = strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
	if (n >= sizeof(sun.sun_path))
		return;
	if (path[0] == '@') /* the abstract name space */
		sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	if (sendto(fd, state, strlen(state), 0, (struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == -1)
		log_msg(
		    LOG_DEBUG, "cannot notify %s: %s", path, strerror(errno));
	close(fd);
}
