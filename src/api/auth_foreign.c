/* Keys as the clients of other services give them. */
#include <string.h>
#include <strings.h>

#include "auth_priv.h"
#include "ingest/track.h"
#include "params_priv.h"
#include "store/key.h"

/* The user of "Basic dXNlcjpwYXNzd29yZA=="; NULL when there is none. Such a header is longer than a key by its password
 * alone. */
static const char *basic_user(const struct api_call *c, const char *text)
{
	char safe[KEY_TEXT_MAX * 3];
	unsigned char plain[sizeof safe];
	size_t n = 0, len = 0;
	for (; *text && *text != '=' && n < sizeof safe; text++)
		safe[n++] = *text == '+' ? '-' : *text == '/' ? '_' : *text;
	if (n == sizeof safe || !base64url_decode(safe, n, plain, sizeof plain, &len))
		return NULL;
	const char *colon = memchr(plain, ':', len);
	if (colon)
		len = (size_t)(colon - (const char *)plain);
	return memchr(plain, '\0', len) ? NULL : arena_strndup(c->arena, (const char *)plain, len);
}

static const char *from_header(const struct api_call *c)
{
	const char *s = c->authorization;
	if (!strncasecmp(s, "Bearer ", 7))
		return s + 7 + strspn(s + 7, " ");
	if (!strncasecmp(s, "Basic ", 6))
		return basic_user(c, s + 6 + strspn(s + 6, " "));
	return NULL;
}

const char *key_foreign(const struct api_call *c)
{
	const char *key = NULL;
	size_t n;
	if (c->authorization && *c->authorization)
		return from_header(c);
	key = param_text(c, "writeKey");
	if (!key && *path_param(c, "key"))
		key = path_param(c, "key");
	if (!key && track_write_key(c->body, c->body_len, &key, &n))
		key = n < KEY_TEXT_MAX ? arena_strndup(c->arena, key, n) : NULL;
	return key;
}

const char *api_rate_key(const struct api_call *c)
{
	if (c->authorization && c->route && c->route->roles != ROLE_ANYONE)
		return c->authorization;
	if (!c->route || !(c->route->flags & ROUTE_FOREIGN))
		return c->path;
	const char *key = param_text(c, "writeKey");
	return key                     ? key
	       : *path_param(c, "key") ? c->path
				       : arena_printf(c->arena, "%s %s", c->path, c->peer ? c->peer : "");
}
