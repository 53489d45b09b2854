#include <string.h>

#include "api/call.h"

static const struct {
	enum role role;
	const char *name;
} roles[] = {{ROLE_PUBLISH, "publish"}, {ROLE_INGEST, "ingest"}, {ROLE_READ, "read"}, {ROLE_SALES, "sales"},
    {ROLE_ADMIN, "admin"}};

const char *role_name(enum role r)
{
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (roles[i].role == r)
			return roles[i].name;
	return "";
}

bool role_parse(const char *s, enum role *ret)
{
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (!strcmp(roles[i].name, s)) {
			*ret = roles[i].role;
			return true;
		}
	return false;
}
