/* Command lines for the tests of options. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options_line.h"

#define ARGS_MAX 16

int
parse(const char *line, struct options *o, struct err *e)
{
	static char words[512];
	char *argv[ARGS_MAX + 1], *p = words, *word, *c;
	int argc = 0;

	strlcpy(words, line, sizeof(words));
	memset(e, 0, sizeof(*e));
	argv[argc++] = strdup("dtcpc");
	while ((word = strsep(&p, " ")) != NULL && argc < ARGS_MAX) {
		for (c = word; *c != '\0'; c++)
			if (*c == '|')
				*c = ' ';
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	word = argv[0];
	argc = options_parse(argc, argv, o, e);
	free(word);
	return argc;
}

void
good(const char *line, struct options *o)
{
	struct err e;

	if (parse(line, o, &e) != 0)
		fail_msg("%s: %s", line, e.text);
}

void
wrong(const char *line, const char *words)
{
	struct options o;
	struct err e;

	if (parse(line, &o, &e) != -EINVAL)
		fail_msg("accepted: %s", line);
	if (strstr(e.text, words) == NULL)
		fail_msg("%s: %s", line, e.text);
	assert_null(strchr(e.text, '\n'));
}
