/* Who may log in: see dtcp/accounts.h.  The route table: routes.c. */
#include <string.h>

#include "accounts_parts.h"

unsigned
accounts_count(const struct accounts *a)
{
	return (unsigned)a->users.count;
}

unsigned
accounts_routes(const struct accounts *a)
{
	return (unsigned)a->routes.count;
}

bool
accounts_password(const struct accounts *a, const char *user,
    const char **password, size_t *len)
{
	const struct users_entry *entry =
	    users_find(&a->users, user, strlen(user));

	if (entry == NULL)
		return false;
	*password = entry->value;
	*len = entry->value_len;
	return true;
}
