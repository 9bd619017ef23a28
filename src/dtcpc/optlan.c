/* -P: interface/SLA-id/host-id/length, several of them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/num.h"
#include "optlan.h"

#define SLA_BITS_MAX 48
#define LEN_DEFAULT  64
#define HOST_MAX     64

_Static_assert(PLAN_DELEGATIONS == 16 && NETOP_SLOTS == 16,
    "the texts say how many items and interfaces there can be");

/* Cut off the field in front of the next slash; *s is NULL behind the last. */
static const char *
next_field(char **s)
{
	const char *field = strsep(s, "/");

	return field != NULL ? field : "";
}

static const char *
parse_sla(const char *s, uint64_t *sla)
{
	for (; isxdigit((unsigned char)*s); s++) {
		*sla = *sla << 4 |
		    (uint64_t)(isdigit((unsigned char)*s) ?
			    *s - '0' :
			    tolower((unsigned char)*s) - 'a' + 10);
		if (*sla >> SLA_BITS_MAX != 0)
			return "the SLA-id has more than 48 bits";
	}
	return *s == '\0' ? NULL : "the SLA-id is not hexadecimal";
}

static unsigned
count(const char *s, char c)
{
	unsigned n = 0;

	for (; *s != '\0'; s++)
		n += *s == c;
	return n;
}

/* A group, four of them, or any with "::"; with zeros in front, an address. */
static const char *
parse_host(const char *s, uint8_t host[LAN_IID_LEN])
{
	static const char wrong[] =
	    "the host-id is not of the form 0:0:0:1, 1 or ::1";
	const char *front = "0:0:0:0:";
	char text[HOST_MAX];
	struct in6_addr a;

	if (strspn(s, "0123456789abcdefABCDEF:") != strlen(s))
		return wrong;
	if (strncmp(s, "::", 2) == 0)
		front = "";
	else if (strchr(s, ':') == NULL)
		front = "::";
	else if (s[0] == ':' || (strstr(s, "::") == NULL && count(s, ':') != 3))
		return wrong;
	if (snprintf(text, sizeof(text), "%s%s", front, s) >=
		(int)sizeof(text) ||
	    addr6_parse(text, strlen(text), &a) != 0)
		return wrong;
	for (unsigned i = 0; i < LAN_IID_LEN; i++)
		if (a.s6_addr[i] != 0)
			return "the host-id has more than 64 bits";
	memcpy(host, &a.s6_addr[LAN_IID_LEN], LAN_IID_LEN);
	return NULL;
}

static const char *
parse_len(const char *s, uint8_t *len)
{
	uint32_t n = LEN_DEFAULT;

	if (*s != '\0' && num_parse(s, strlen(s), 64, 128, &n) != 0)
		return "the length is not a number from 64 to 128";
	*len = (uint8_t)n;
	return NULL;
}

/* The slot of that name, which gets one if it has none. */
static const char *
find_slot(struct plan_conf *c, const char *name, uint8_t *slot)
{
	unsigned i;

	*slot = NETOP_SLOT_TUNNEL;
	if (strcmp(name, "tunnel") == 0)
		return NULL;
	if (!netop_ifname_ok(name))
		return "not an interface name";
	for (i = NETOP_SLOT_TUNNEL + 1; i < NETOP_SLOTS; i++) {
		if (c->lans[i][0] == '\0')
			(void)strlcpy(c->lans[i], name, sizeof(c->lans[i]));
		if (strcmp(c->lans[i], name) == 0) {
			*slot = (uint8_t)i;
			return NULL;
		}
	}
	return "more than 15 interfaces";
}

const char *
value_lan(const char *item, struct plan_conf *c)
{
	const char *name, *sla, *host, *len, *why;
	struct delegation *d = &c->delegations[c->ndelegations];
	char buf[CLI_ITEM_MAX], *s = buf;

	if (c->ndelegations == PLAN_DELEGATIONS)
		return "more than 16 items";
	(void)strlcpy(buf, item, sizeof(buf));
	name = next_field(&s);
	sla = next_field(&s);
	host = next_field(&s);
	len = next_field(&s);
	if (s != NULL)
		return "more than interface/SLA-id/host-id/length";
	memset(d, 0, sizeof(*d));
	d->has_host = host[0] != '\0';
	if ((why = find_slot(c, name, &d->slot)) != NULL ||
	    (why = parse_sla(sla, &d->sla)) != NULL ||
	    (d->has_host && (why = parse_host(host, d->host)) != NULL) ||
	    (why = parse_len(len, &d->len)) != NULL)
		return why;
	c->ndelegations++;
	return NULL;
}

void
value_lan_is_tunnel(struct plan_conf *c, const char *ifname)
{
	unsigned slot, i;

	for (slot = NETOP_SLOT_TUNNEL + 1; slot < NETOP_SLOTS; slot++) {
		if (strcmp(c->lans[slot], ifname) != 0)
			continue;
		memset(c->lans[slot], 0, sizeof(c->lans[slot]));
		for (i = 0; i < c->ndelegations; i++)
			if (c->delegations[i].slot == slot)
				c->delegations[i].slot = NETOP_SLOT_TUNNEL;
	}
}
