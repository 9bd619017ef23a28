/* Usage and --help, made from the table of options. */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "opttable.h"

#define WIDTH	     79
#define USAGE_INDENT 13 /* below "usage: dtcpc " */
#define HELP_INDENT  31

/* A line under way. */
struct out {
	FILE *f;
	size_t column;
	size_t indent;
};

/* One piece that is not torn apart, after a blank or on a new line. */
static void
put(struct out *o, const char *s, size_t n)
{
	if (o->column > o->indent && o->column + 1 + n > WIDTH) {
		fputc('\n', o->f);
		o->column = 0;
	}
	if (o->column < o->indent) {
		fprintf(o->f, "%*s", (int)(o->indent - o->column), "");
		o->column = o->indent;
	} else if (o->column > o->indent) {
		fputc(' ', o->f);
		o->column++;
	}
	fprintf(o->f, "%.*s", (int)n, s);
	o->column += n;
}

static void
put_words(struct out *o, const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		put(o, text, n);
	}
}

/* The options of one synopsis line: bare letters, letters, long names. */
static void
put_options(struct out *o)
{
	const struct opt_desc *d;
	char piece[64];
	size_t n;

	n = (size_t)snprintf(piece, sizeof(piece), "[-");
	for (d = opt_table; d < opt_table + OPT_COUNT; d++)
		if (d->letter != '\0' && d->arg == NULL)
			piece[n++] = d->letter;
	piece[n++] = ']';
	put(o, piece, n);
	for (d = opt_table; d < opt_table + OPT_COUNT; d++) {
		if (d->tail != NULL || (d->letter != '\0' && d->arg == NULL))
			continue;
		if (d->letter != '\0')
			n = (size_t)snprintf(piece, sizeof(piece), "[-%c %s]",
			    d->letter, d->arg);
		else
			n = (size_t)snprintf(piece, sizeof(piece), "[--%s%s%s]",
			    d->name, d->arg != NULL ? " " : "",
			    d->arg != NULL ? d->arg : "");
		put(o, piece, n);
	}
}

static void
print_usage(FILE *f)
{
	struct out o = {f, USAGE_INDENT, USAGE_INDENT};
	const struct opt_desc *d;

	fprintf(f, "usage: dtcpc ");
	put_options(&o);
	put(&o, "server", strlen("server"));
	fputc('\n', f);
	for (d = opt_table; d < opt_table + OPT_COUNT; d++)
		if (d->tail != NULL)
			fprintf(f, "       dtcpc --%s%s%s%s%s\n", d->name,
			    d->arg != NULL ? " " : "",
			    d->arg != NULL ? d->arg : "",
			    d->tail[0] != '\0' ? " " : "", d->tail);
}

void
options_usage(void)
{
	print_usage(stderr);
}

void
options_help(void)
{
	struct out o = {.f = stdout, .indent = HELP_INDENT};
	const struct opt_desc *d;
	int n;

	print_usage(stdout);
	putchar('\n');
	for (d = opt_table; d < opt_table + OPT_COUNT; d++) {
		n = d->letter != '\0' ? printf("  -%c, ", d->letter) :
					printf("      ");
		n += printf("--%s%s%s", d->name, d->arg != NULL ? " " : "",
		    d->arg != NULL ? d->arg : "");
		o.column = (size_t)n;
		if (o.column >= HELP_INDENT) {
			putchar('\n');
			o.column = 0;
		}
		put_words(&o, d->help);
		putchar('\n');
	}
}
