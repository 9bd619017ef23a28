/* What router advertisements say of DNS: --rdnss and --dnssl. */
#include <ctype.h>
#include <string.h>

#include "optlan.h"

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

_Static_assert(RA_RDNSS_MAX == 3 && RA_DNSSL_MAX == 120,
    "the texts say how much there can be");

/* Each item to parse(), up to the first that is wrong. */
static const char *
each(const char *list, const char *(*parse)(const char *, struct ra_conf *),
    struct ra_conf *ra, char item[CLI_ITEM_MAX])
{
	const char *why = NULL, *at = list;

	while (why == NULL && at != NULL) {
		why = cli_item(list, &at, item);
		if (why == NULL)
			why = parse(item, ra);
	}
	return why;
}

static const char *
parse_rdnss(const char *s, struct ra_conf *ra)
{
	struct in6_addr a;
	unsigned i;

	if (addr6_parse(s, strlen(s), &a) != 0)
		return "not an IPv6 address";
	if (addr6_is_multicast(&a) || addr6_is_loopback(&a) ||
	    addr6_is_unspecified(&a) || addr6_is_v4mapped(&a))
		return "not the address of a host on the network";
	for (i = 0; i < ra->nrdnss; i++)
		if (addr6_equal(&ra->rdnss[i], &a))
			return "named twice";
	if (ra->nrdnss == RA_RDNSS_MAX)
		return "more than 3 addresses";
	ra->rdnss[ra->nrdnss++] = a;
	return NULL;
}

const char *
value_rdnss(const char *arg, struct ra_conf *ra, char item[CLI_ITEM_MAX])
{
	return each(arg, parse_rdnss, ra, item);
}

static const char *
check_label(const char *label)
{
	size_t n = strlen(label);

	if (n == 0)
		return "a label of the domain is empty";
	if (n > LABEL_MAX)
		return "a label of the domain has more than 63 bytes";
	for (; *label != '\0'; label++)
		if (!isalnum((unsigned char)*label) && *label != '-' &&
		    *label != '_')
			return "a domain has letters, digits, '-' and '_'";
	return NULL;
}

/* Each label behind its length, and an empty one at the end. */
static const char *
parse_domain(const char *domain, struct ra_conf *ra)
{
	char buf[CLI_ITEM_MAX], *s = buf;
	size_t n = strlcpy(buf, domain, sizeof(buf)), len;
	const char *label, *why;

	if (s[n - 1] == '.')
		s[--n] = '\0';
	if (ra->dnssllen + n + 2 > sizeof(ra->dnssl))
		return "the domains take more than 120 bytes together";
	while ((label = strsep(&s, ".")) != NULL) {
		if ((why = check_label(label)) != NULL)
			return why;
		len = strlen(label);
		ra->dnssl[ra->dnssllen++] = (uint8_t)len;
		memcpy(&ra->dnssl[ra->dnssllen], label, len);
		ra->dnssllen += len;
	}
	ra->dnssl[ra->dnssllen++] = 0;
	return NULL;
}

const char *
value_dnssl(const char *arg, struct ra_conf *ra, char item[CLI_ITEM_MAX])
{
	return each(arg, parse_domain, ra, item);
}
