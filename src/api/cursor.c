#include "cursor_priv.h"

#include <endian.h>
#include <string.h>

#include "api_priv.h"
#include "params_priv.h"
#include "reply_priv.h"

#define FORMAT 1
#define BODY 29
#define WHOLE 37
#define FEED "listTransitions" /* the operation whose cursors the feed's are */

static uint64_t fold(uint64_t sum, const char *s)
{
	uint64_t part[2] = {htole64(sum), htole64(hash64(s, strlen(s)))};
	return hash64(part, sizeof part);
}

static uint64_t check(const char *operation, const struct uuid *workspace_id, const unsigned char body[BODY])
{
	uint64_t sum = hash64(body, BODY);
	sum = fold(sum, operation);
	char workspace[UUID_TEXT_MAX];
	uuid_format(workspace_id, workspace);
	return fold(sum, workspace);
}

static uint64_t check_call(const struct api_call *c, bool filters, const unsigned char body[BODY])
{
	uint64_t sum = check(c->route->operation, &c->workspace_id, body);
	/* In the table's order, so that the order in the query does not matter. */
	for (size_t i = 0; filters && c->route->parameters && c->route->parameters[i]; i++) {
		const char *name = c->route->parameters[i], *value = param_text(c, name);
		if (!value || !strcmp(name, "limit") || !strcmp(name, "cursor") || !strcmp(name, "after"))
			continue;
		sum = fold(fold(sum, name), value);
	}
	return sum;
}

static void pack(const struct cursor *v, unsigned char raw[WHOLE])
{
	uint64_t value = htobe64((uint64_t)v->value);
	uint32_t rank = htobe32((uint32_t)v->rank);
	raw[0] = FORMAT;
	memcpy(raw + 1, &value, 8);
	memcpy(raw + 9, &rank, 4);
	memcpy(raw + 13, v->id.b, 16);
}

static void write_text(unsigned char raw[WHOLE], uint64_t sum, char out[CURSOR_TEXT_MAX])
{
	uint64_t last = htobe64(sum);
	memcpy(raw + BODY, &last, 8);
	size_t n = base64url_encode(raw, WHOLE, out, CURSOR_TEXT_MAX);
	out[n] = '\0';
}

static bool read_text(const char *text, unsigned char raw[WHOLE], uint64_t *ret_sum)
{
	size_t n = 0;
	uint64_t sum;
	if (!base64url_decode(text, strlen(text), raw, WHOLE, &n) || n != WHOLE || raw[0] != FORMAT)
		return false;
	memcpy(&sum, raw + BODY, 8);
	*ret_sum = be64toh(sum);
	return true;
}

static struct cursor unpack(const unsigned char raw[WHOLE])
{
	struct cursor v;
	uint64_t value;
	uint32_t rank;
	memcpy(&value, raw + 1, 8);
	memcpy(&rank, raw + 9, 4);
	v.value = (int64_t)be64toh(value);
	v.rank = (int32_t)be32toh(rank);
	memcpy(v.id.b, raw + 13, 16);
	return v;
}

void cursor_write(const struct api_call *c, bool filters, const struct cursor *v, char out[CURSOR_TEXT_MAX])
{
	unsigned char raw[WHOLE];
	pack(v, raw);
	write_text(raw, check_call(c, filters, raw), out);
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
	uint64_t sum = 0;
	if (!read_text(text, raw, &sum) || sum != check_call(c, filters, raw))
		return param_fault(name, "cursor_invalid",
		    "It is no cursor of this list; a cursor goes with the parameters it was given for.", e);
	*ret = unpack(raw);
	*ret_given = true;
	return ST_OK;
}

void cursor_feed_write(const struct uuid *workspace, int64_t position, char out[CURSOR_TEXT_MAX])
{
	unsigned char raw[WHOLE];
	pack(&(struct cursor){.value = position}, raw);
	write_text(raw, check(FEED, workspace, raw), out);
}

bool cursor_feed_read(const struct uuid *workspace, const char *text, int64_t *ret)
{
	unsigned char raw[WHOLE];
	uint64_t sum = 0;
	if (!read_text(text, raw, &sum) || sum != check(FEED, workspace, raw))
		return false;
	*ret = unpack(raw).value;
	return true;
}

void page_end(struct api_call *c, const struct cursor *next)
{
	char text[CURSOR_TEXT_MAX];
	if (next)
		cursor_write(c, true, next, text);
	reply_list_end(c, "cursor", next ? text : NULL);
}
