/* The words for the types of tunnel. */
#include <errno.h>
#include <string.h>

#include "dtcp/proto.h"

/* The first word of a type is the one we send. */
static const struct {
	const char *name;
	enum tunnel_type type;
} words[] = {
    {"tunnelonly", TUNNEL_ONLY},
    {"host", TUNNEL_HOST},
    {"network", TUNNEL_NETWORK},
    {"tunnelroute", TUNNEL_NETWORK},
};

#define NWORDS (sizeof(words) / sizeof(words[0]))

const char *
proto_type_name(enum tunnel_type t)
{
	for (size_t i = 0; i < NWORDS; i++)
		if (words[i].type == t)
			return words[i].name;
	return "unknown";
}

int
proto_type_parse(const char *s, enum tunnel_type *t)
{
	for (size_t i = 0; i < NWORDS; i++)
		if (strcmp(words[i].name, s) == 0) {
			*t = words[i].type;
			return 0;
		}
	return -EINVAL;
}
