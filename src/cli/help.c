/* Usage and --help, made from the table of options. */
#include <stdio.h>
#include <string.h>

#include "dtcp/cli.h"

#define WIDTH	    79
#define HELP_INDENT 31
#define PIECE_MAX   (CLI_OPTIONS_MAX + 8)

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

/* "--name", or with its argument. */
static int
name_of(const struct cli_option *d, char *buf, size_t size)
{
	return snprintf(buf, size, "--%s%s%s", d->name,
	    d->arg != NULL ? " " : "", d->arg != NULL ? d->arg : "");
}

static bool
is_bare(const struct cli_option *d)
{
	return d->letter != '\0' && d->arg == NULL;
}

/* The options of one synopsis line: bare letters, letters, long names. */
static void
put_options(struct out *o, const struct cli *c)
{
	const struct cli_option *d, *end = c->options + c->count;
	char piece[PIECE_MAX], name[PIECE_MAX - 2];
	size_t n = 2;

	memcpy(piece, "[-", n);
	for (d = c->options; d < end; d++)
		if (is_bare(d))
			piece[n++] = d->letter;
	piece[n++] = ']';
	if (n > strlen("[-]"))
		put(o, piece, n);
	for (d = c->options; d < end; d++) {
		if (d->tail != NULL || is_bare(d))
			continue;
		(void)name_of(d, name, sizeof(name));
		if (d->letter != '\0')
			(void)snprintf(
			    name, sizeof(name), "-%c %s", d->letter, d->arg);
		n = (size_t)snprintf(piece, sizeof(piece), "[%s]", name);
		put(o, piece, n);
	}
	put_words(o, c->operand);
}

void
cli_usage(const struct cli *c, FILE *f)
{
	static const char first[] = "usage:", more[] = "      ";
	const char *front = first;
	struct out o = {.f = f};
	const struct cli_option *d;
	char name[PIECE_MAX];

	if (c->operand != NULL) {
		o.indent = (size_t)fprintf(f, "%s %s ", front, c->program);
		o.column = o.indent;
		put_options(&o, c);
		fputc('\n', f);
		front = more;
	}
	for (d = c->options; d < c->options + c->count; d++) {
		if (d->tail == NULL)
			continue;
		(void)name_of(d, name, sizeof(name));
		fprintf(f, "%s %s %s%s%s\n", front, c->program, name,
		    d->tail[0] != '\0' ? " " : "", d->tail);
		front = more;
	}
}

void
cli_help(const struct cli *c)
{
	struct out o = {.f = stdout, .indent = HELP_INDENT};
	const struct cli_option *d;
	char name[PIECE_MAX];

	cli_usage(c, stdout);
	putchar('\n');
	for (d = c->options; d < c->options + c->count; d++) {
		(void)name_of(d, name, sizeof(name));
		o.column = (size_t)(d->letter != '\0' ?
			printf("  -%c, %s", d->letter, name) :
			printf("      %s", name));
		if (o.column >= HELP_INDENT) {
			putchar('\n');
			o.column = 0;
		}
		put_words(&o, d->help);
		putchar('\n');
	}
}
