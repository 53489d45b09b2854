#include "cursor_priv.h"

#include <endian.h>
#include <string.h>

#include "api_priv.h"
#include "params_priv.h"
#include "reply_priv.h"

#define FORMAT 1
#define BODY 29
#define WHOLE 37

static uint64_t fold(uint64_t sum, const char *s)
{
	uint64_t part[2] = {htole64(sum), htole64(hash64(s, strlen(s)))};
	return hash64(part, sizeof part);
}

static uint64_t check(const struct api_call *c, bool filters, const unsigned char body[BODY])
{
	uint64_t sum = hash64(body, BODY);
	sum = fold(sum, c->route->operation);
	char workspace[UUID_TEXT_MAX];
	uuid_format(&c->workspace_id, workspace);
	sum = fold(sum, workspace);
	/* In the table's order, so that the order in the query does not matter. */
	for (size_t i = 0; filters && c->route->parameters && c->route->parameters[i]; i++) {
		const char *name = c->route->parameters[i], *value = param_text(c, name);
		if (!value || !strcmp(name, "limit") || !strcmp(name, "cursor") || !strcmp(name, "after"))
			continue;
		sum = fold(fold(sum, name), value);
	}
	return sum;
}

void cursor_write(const struct api_call *c, bool filters, const struct cursor *v, char out[CURSOR_TEXT_MAX])
{
	unsigned char raw[WHOLE] = {FORMAT};
	uint64_t value = htobe64((uint64_t)v->value);
	uint32_t rank = htobe32((uint32_t)v->rank);
	memcpy(raw + 1, &value, 8);
	memcpy(raw + 9, &rank, 4);
	memcpy(raw + 13, v->id.b, 16);
	uint64_t sum = htobe64(check(c, filters, raw));
	memcpy(raw + BODY, &sum, 8);
	size_t n = base64url_encode(raw, sizeof raw, out, CURSOR_TEXT_MAX);
	out[n] = '\0';
}

enum status cursor_read(
    const struct api_call *c, const char *name, bool filters, bool *ret_given, struct cursor *ret, struct err *e)
{
	const char *text = param_text(c, name);
	if (!text) {
		*ret_given = false;
		return ST_OK;
	}
	unsigned char raw[WHOLE];
	size_t n = 0;
	uint64_t sum, value;
	uint32_t rank;
	bool good = base64url_decode(text, strlen(text), raw, sizeof raw, &n) && n == WHOLE && raw[0] == FORMAT;
	if (good) {
		memcpy(&sum, raw + BODY, 8);
		good = be64toh(sum) == check(c, filters, raw);
	}
	if (!good)
		return param_fault(name, "cursor_invalid",
		    "It is no cursor of this list; a cursor goes with the parameters it was given for.", e);
	memcpy(&value, raw + 1, 8);
	memcpy(&rank, raw + 9, 4);
	ret->value = (int64_t)be64toh(value);
	ret->rank = (int32_t)be32toh(rank);
	memcpy(ret->id.b, raw + 13, 16);
	*ret_given = true;
	return ST_OK;
}

void page_end(struct api_call *c, const struct cursor *next)
{
	char text[CURSOR_TEXT_MAX];
	if (next)
		cursor_write(c, true, next, text);
	reply_list_end(c, "cursor", next ? text : NULL);
}
