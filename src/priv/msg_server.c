/* What the processes of dtcps tell each other: logins and grants, as bytes. */
#include <sys/types.h>
#include <sys/endian.h>

#include <errno.h>
#include <string.h>

#include "msg_parts.h"

static int
get_bool(uint8_t byte, bool *out)
{
	*out = byte == 1;
	return byte > 1 ? -EBADMSG : 0;
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

void
msg_put_login(uint8_t *p, const struct login *l)
{
	msg_put_text(p, l->user, sizeof(l->user));
	p += sizeof(l->user);
	msg_put_text(p, l->challenge, sizeof(l->challenge));
	p += sizeof(l->challenge);
	msg_put_text(p, l->digest, sizeof(l->digest));
	p += sizeof(l->digest);
	p[0] = l->type;
	p[1] = l->udp;
	be16enc(p + 2, l->port);
	memcpy(p + 4, &l->client4, 4);
	memcpy(p + 8, &l->local4, 4);
}

int
msg_get_login(const uint8_t *p, struct login *l)
{
	if (msg_get_text(p, l->user, sizeof(l->user)) != 0)
		return -EBADMSG;
	p += sizeof(l->user);
	if (msg_get_text(p, l->challenge, sizeof(l->challenge)) != 0)
		return -EBADMSG;
	p += sizeof(l->challenge);
	if (msg_get_text(p, l->digest, sizeof(l->digest)) != 0)
		return -EBADMSG;
	p += sizeof(l->digest);
	l->type = p[0];
	if (l->type > TUNNEL_NETWORK && l->type != LOGIN_TYPE_NONE)
		return -EBADMSG;
	if (get_bool(p[1], &l->udp) != 0)
		return -EBADMSG;
	l->port = be16dec(p + 2);
	if (!l->udp && l->port != 0)
		return -EBADMSG;
	memcpy(&l->client4, p + 4, 4);
	memcpy(&l->local4, p + 8, 4);
	return 0;
}

void
msg_put_grant(uint8_t *p, const struct grant *g)
{
	unsigned i;

	memset(p, 0, GRANT_SIZE);
	p[0] = (uint8_t)g->type;
	p[1] = g->has_pair;
	p[2] = g->udp;
	p[3] = g->has_key;
	p[4] = (uint8_t)g->nprefixes;
	be16enc(p + 6, g->udp ? g->port4 : 0);
	memcpy(p + 8, &g->client4, 4);
	memcpy(p + 12, &g->server4, 4);
	if (g->has_pair) {
		memcpy(p + 16, &g->client6, 16);
		memcpy(p + 32, &g->server6, 16);
	}
	p += 48;
	for (i = 0; i < g->nprefixes; i++)
		msg_put_prefix(p + i * PREFIX_SIZE, &g->prefixes[i]);
	p += GRANT_PREFIXES_MAX * PREFIX_SIZE;
	if (g->has_key)
		memcpy(p, g->key, GRANT_KEY_LEN);
}

static int
get_prefixes(const uint8_t *p, struct grant *g)
{
	unsigned i;

	for (i = 0; i < g->nprefixes; i++) {
		if (msg_get_prefix(p + i * PREFIX_SIZE, &g->prefixes[i]) != 0)
			return -EBADMSG;
	}
	return all_zero(p + i * PREFIX_SIZE,
		   (GRANT_PREFIXES_MAX - i) * PREFIX_SIZE) ?
	    0 :
	    -EBADMSG;
}

int
msg_get_grant(const uint8_t *p, struct grant *g)
{
	if (p[0] > TUNNEL_NETWORK || p[4] > GRANT_PREFIXES_MAX || p[5] != 0 ||
	    get_bool(p[1], &g->has_pair) != 0 || get_bool(p[2], &g->udp) != 0 ||
	    get_bool(p[3], &g->has_key) != 0)
		return -EBADMSG;
	g->type = (enum tunnel_type)p[0];
	g->nprefixes = p[4];
	g->port4 = be16dec(p + 6);
	memcpy(&g->client4, p + 8, 4);
	memcpy(&g->server4, p + 12, 4);
	memcpy(&g->client6, p + 16, 16);
	memcpy(&g->server6, p + 32, 16);
	if ((!g->udp && g->port4 != 0) ||
	    (!g->has_pair && !all_zero(p + 16, 32)) ||
	    get_prefixes(p + 48, g) != 0)
		return -EBADMSG;
	p += 48 + GRANT_PREFIXES_MAX * PREFIX_SIZE;
	memcpy(g->key, p, GRANT_KEY_LEN);
	return !g->has_key && !all_zero(p, GRANT_KEY_LEN) ? -EBADMSG : 0;
}
