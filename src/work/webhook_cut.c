/* Messages have a largest size; a handoff's context may be larger. What a person would miss least goes first: the
 * largest part that is neither an id nor a name of something. */
#include <string.h>

#include "base/json.h"
#include "webhook_priv.h"

#define SMALL 64 /* what is not larger is never taken away */
#define DEPTH 4
#define ROUNDS 100

struct part {
	json_t *holder;
	const char *key; /* of an object */
	size_t index;    /* of an array */
	size_t size;
};

static size_t size_of(const json_t *v)
{
	return json_dumpb(v, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* The largest value that holds no other nearly as large: taking away a whole profile for the sake of one attribute
 * would be a pity. */
static void largest(json_t *holder, int depth, struct part *best)
{
	const char *key;
	json_t *v;
	size_t i;
	if (json_is_object(holder)) {
		json_object_foreach(holder, key, v)
		{
			size_t n = size_of(v);
			if (n <= SMALL)
				continue;
			struct part inner = {0};
			if (depth < DEPTH)
				largest(v, depth + 1, &inner);
			struct part mine = inner.size >= n / 2 ? inner : (struct part){holder, key, 0, n};
			if (mine.size > best->size)
				*best = mine;
		}
	} else if (json_is_array(holder)) {
		json_array_foreach(holder, i, v)
		{
			size_t n = size_of(v);
			if (n > SMALL && n > best->size)
				*best = (struct part){holder, NULL, i, n};
		}
	}
}

static bool drop_largest(json_t *data)
{
	struct part p = {0};
	largest(data, 0, &p);
	if (!p.size)
		return false;
	if (p.key)
		return json_object_del(p.holder, p.key) == 0;
	return json_array_remove(p.holder, p.index) == 0;
}

bool webhook_cut(const char *text, size_t max, struct buf *out)
{
	size_t n = strlen(text);
	if (n <= max) {
		buf_put(out, text, n);
		return buf_ok(out);
	}
	json_t *data = json_loadb(text, n, 0, NULL);
	bool good = json_is_object(data);
	if (good && size_of(data) > max) {
		good = json_object_set_new(data, "truncated", json_true()) == 0;
		for (int i = 0; good && size_of(data) > max && i < ROUNDS; i++)
			good = drop_largest(data);
		good = good && size_of(data) <= max;
	}
	good = good && json_write(data, false, out) && buf_ok(out);
	json_decref(data);
	return good;
}
