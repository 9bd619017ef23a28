/* The words after options, read into what they stand for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/cli.h"
#include "dtcp/num.h"

#define FIB_MAX 65535

/* Bytes that would tear a line of a log or a status file apart. */
static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

const char *
cli_path(const char *value, char *buf, size_t size)
{
	size_t n = 0;

	if (value[0] == '\0' || value[strlen(value) - 1] == '/')
		return "not a file name";
	if (has_control(value))
		return "control characters in a file name";
	if (value[0] != '/') {
		if (getcwd(buf, size) == NULL)
			return errno == ERANGE ?
			    "too long with the present directory" :
			    "the present directory has no name";
		n = strlen(buf);
		if (n == 0 || buf[n - 1] != '/')
			n = strlcat(buf, "/", size);
		if (has_control(buf))
			return "control characters in the present directory";
	}
	if (n >= size || strlcpy(buf + n, value, size - n) >= size - n)
		return n == 0 ? "too long" :
				"too long with the present directory";
	return NULL;
}

const char *
cli_word(const char *value, size_t max)
{
	if (value[0] == '\0')
		return "is empty";
	if (strlen(value) > max)
		return "is too long";
	if (strchr(value, ' ') != NULL || has_control(value))
		return "holds blanks or control characters";
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

const char *
cli_item(const char *list, const char **at, char item[CLI_ITEM_MAX])
{
	const char *s = *at;
	size_t n = strcspn(s, ",");

	*at = s[n] == ',' ? s + n + 1 : NULL;
	for (; n > 0 && is_blank(*s); s++, n--)
		;
	for (; n > 0 && is_blank(s[n - 1]); n--)
		;
	(void)strlcpy(item, n > 0 ? s : list, CLI_ITEM_MAX);
	if (n == 0)
		return "an item is empty";
	if (n >= CLI_ITEM_MAX)
		return "is too long";
	item[n] = '\0';
	return NULL;
}

const char *
cli_number(const char *value, uint32_t min, uint32_t max, uint32_t *out,
    char why[CLI_WHY_MAX])
{
	if (num_parse(value, strlen(value), min, max, out) == 0)
		return NULL;
	(void)snprintf(
	    why, CLI_WHY_MAX, "not a number from %u to %u", min, max);
	return why;
}

const char *
cli_port(const char *value, uint16_t *out, char why[CLI_WHY_MAX])
{
	uint32_t port;
	const char *wrong = cli_number(value, 1, UINT16_MAX, &port, why);

	if (wrong == NULL)
		*out = (uint16_t)port;
	return wrong;
}

const char *
cli_encap(const char *value, bool *kernel, bool *user)
{
	const bool either = strcmp(value, "auto") == 0;

	*kernel = either || strcmp(value, "kernel") == 0;
	*user = either || strcmp(value, "user") == 0;
	return *kernel || *user ? NULL : "not auto, kernel or user";
}

const char *
cli_fib(const char *value, uint32_t fibs, uint32_t *fib, char why[CLI_WHY_MAX])
{
	char range[32] = "0";
	uint32_t n;

	if (fibs == 0)
		return "this system has no FIBs (FreeBSD has)";
	if (num_parse(value, strlen(value), 0, FIB_MAX, &n) != 0)
		return "not the number of a routing table";
	if (n < fibs) {
		*fib = n;
		return NULL;
	}
	if (fibs > 1)
		(void)snprintf(range, sizeof(range), "0 to %u", fibs - 1);
	(void)snprintf(why, CLI_WHY_MAX,
	    "this kernel has %u FIB%s, %s; net.fibs in loader.conf(5) sets "
	    "more",
	    fibs, fibs == 1 ? "" : "s", range);
	return why;
}
