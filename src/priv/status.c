/*
 * dtcpc's status file: key=value lines for programs, written at each change.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dtcp/service.h"
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

/* What a status file of dtcpc is made of. */
struct status {
	const struct priv *priv;
	int state;
	const char *text;
};

static void
print_status(FILE *f, const void *arg)
{
	const struct status *st = arg;

	fprintf(f, "instance=%s\n", st->priv->conf->pidfile);
	fprintf(f, "pid=%ld\n", (long)getpid());
	fprintf(f, "engine=%ld\n", (long)st->priv->engine.pid);
	fprintf(
	    f, "state=%s\n", session_state_name((enum session_state)st->state));
	fprintf(f, "since=%lld\n", (long long)time(NULL));
	if (st->text[0] != '\0')
		print_words(f, st->text);
}

void
status_write(struct priv *p, int state, const char *text)
{
	const struct status st = {.priv = p, .state = state, .text = text};

	statusfile_write(p->conf->statusfile, print_status, &st);
}
