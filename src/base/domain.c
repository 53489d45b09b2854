#include "base/domain.h"

#include <libpsl.h>
#include <stddef.h>
#include <string.h>

const char *domain_registrable(const char *host)
{
	const psl_ctx_t *list = psl_builtin();
	return list ? psl_registrable_domain(list, host) : NULL;
}

bool domain_reserved(const char *domain)
{
	static const char *const names[] = {"example.com", "example.net", "example.org", "example", "test", "invalid",
	    "localhost", "local", "internal", "home.arpa"};
	size_t n = strlen(domain);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t k = strlen(names[i]);
		if (n >= k && !strcmp(domain + n - k, names[i]) && (n == k || domain[n - k - 1] == '.'))
			return true;
	}
	return false;
}
