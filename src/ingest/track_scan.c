/* Looking into the text of a body without parsing it. What is no JSON leads nowhere, never out of bounds: that it is
 * JSON is found out afterwards. */
#include <string.h>

#include "ingest/track.h"

struct text {
	const char *at, *end;
};

static void skip_space(struct text *t)
{
	while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\n' || *t->at == '\r'))
		t->at++;
}

/* From a quotation mark to behind the next one. */
static bool skip_string(struct text *t)
{
	for (t->at++; t->at < t->end; t->at++) {
		if (*t->at == '\\')
			t->at++;
		else if (*t->at == '"') {
			t->at++;
			return true;
		}
	}
	t->at = t->end;
	return false;
}

static bool skip_value(struct text *t)
{
	size_t depth = 0;
	while (t->at < t->end) {
		char c = *t->at;
		if (c == '"') {
			if (!skip_string(t))
				return false;
		} else if (c == '{' || c == '[') {
			depth++;
			t->at++;
		} else if (c == '}' || c == ']') {
			if (!depth)
				return true;
			depth--;
			t->at++;
		} else if (!depth && (c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
			return true;
		} else {
			t->at++;
			continue;
		}
		if (!depth)
			return true;
	}
	return depth == 0;
}

static bool take(struct text *t, char c)
{
	skip_space(t);
	if (t->at >= t->end || *t->at != c)
		return false;
	t->at++;
	skip_space(t);
	return t->at < t->end;
}

/* Of an object: the text of the value of a member. */
static bool member(struct text object, const char *name, struct text *ret)
{
	size_t len = strlen(name);
	if (!take(&object, '{'))
		return false;
	do {
		const char *key = object.at + 1;
		if (*object.at != '"' || !skip_string(&object))
			return false;
		bool found = (size_t)(object.at - 1 - key) == len && !memcmp(key, name, len);
		if (!take(&object, ':'))
			return false;
		const char *value = object.at;
		if (!skip_value(&object))
			return false;
		if (found) {
			*ret = (struct text){value, object.at};
			return true;
		}
	} while (take(&object, ','));
	return false;
}

static bool write_key(struct text object, const char **ret, size_t *ret_n)
{
	struct text v;
	if (!member(object, "writeKey", &v) || v.end - v.at < 3 || *v.at != '"')
		return false;
	*ret = v.at + 1;
	*ret_n = (size_t)(v.end - v.at) - 2;
	return true;
}

bool track_write_key(const char *body, size_t n, const char **ret, size_t *ret_n)
{
	struct text whole = {body, body + n}, batch;
	if (write_key(whole, ret, ret_n))
		return true;
	return member(whole, "batch", &batch) && take(&batch, '[') && write_key(batch, ret, ret_n);
}

size_t track_message_sizes(const char *body, size_t n, size_t *sizes, size_t max)
{
	struct text batch;
	size_t count = 0;
	if (!member((struct text){body, body + n}, "batch", &batch) || !take(&batch, '['))
		return 0;
	while (count < max) {
		const char *from = batch.at;
		if (!skip_value(&batch) || batch.at == from)
			break;
		sizes[count++] = (size_t)(batch.at - from);
		if (!take(&batch, ','))
			break;
	}
	return count;
}
