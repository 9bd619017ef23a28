/*
 * Any bytes as what the kernel sent: messages and attributes stay within what
 * was read, whatever lengths they claim.
 */
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "sys/linux/linux.h"

#define INPUT_MAX 4096
#define ATTRS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Alignas(NLMSG_ALIGNTO) uint8_t input[INPUT_MAX];

/* Every attribute lies within the message, head and body. */
static void
check_attrs(const struct nlmsghdr *h, const struct nlattr *tb[])
{
	const uint8_t *end = (const uint8_t *)h + h->nlmsg_len;
	char text[32];
	unsigned i;

	for (i = 0; i <= ATTRS_MAX; i++) {
		if (tb[i] == NULL)
			continue;
		if ((const uint8_t *)tb[i] + tb[i]->nla_len > end)
			abort();
		nl_string(tb[i], text, sizeof(text));
		if (strlen(text) >= sizeof(text))
			abort();
		(void)nl_u32(tb[i], 0);
	}
}

static void
check_message(const struct nlmsghdr *h)
{
	const struct nlattr *tb[ATTRS_MAX + 1], *inner[ATTRS_MAX + 1];
	struct addr a;
	struct route r;
	unsigned i;

	if (!nl_attrs(h, sizeof(struct ifinfomsg), tb, ATTRS_MAX))
		return;
	check_attrs(h, tb);
	for (i = 0; i <= ATTRS_MAX; i++) {
		nl_nested(tb[i], inner, ATTRS_MAX);
		check_attrs(h, inner);
	}
	(void)addr_parse(h, &a);
	(void)route_parse(h, &r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *p = input;
	const struct nlmsghdr *h;

	if (size > INPUT_MAX)
		return 0;
	memcpy(input, data, size);
	while ((h = nl_next(&p, size - (size_t)(p - input))) != NULL) {
		if ((const uint8_t *)h + h->nlmsg_len > input + size)
			abort();
		check_message(h);
	}
	return 0;
}
