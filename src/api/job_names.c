/* Names for the leads in a preview's result. */
#include <stdlib.h>
#include <string.h>

#include "jobs_priv.h"
#include "base/json.h"
#include "store/preview.h"

#define NAMED_MAX 1000 /* gained and lost, 500 of each */

static const char *const lists[] = {"gained", "lost"};

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(&((const struct lead_names *)a)->id, &((const struct lead_names *)b)->id);
}

static bool lead_of(const json_t *mover, struct uuid *ret)
{
	const json_t *id = json_object_get(mover, "lead_id");
	return json_is_string(id) && uuid_parse(json_string_value(id), json_string_length(id), ret);
}

static size_t collect(const json_t *movers, struct uuid *ids)
{
	size_t n = 0;
	for (size_t l = 0; l < 2; l++) {
		const json_t *list = json_object_get(movers, lists[l]);
		for (size_t i = 0; i < json_array_size(list) && n < NAMED_MAX; i++)
			n += lead_of(json_array_get(list, i), &ids[n]);
	}
	return n;
}

static bool put(json_t *mover, const char *key, const char *text)
{
	return json_object_set_new(mover, key, text ? json_string(text) : json_null()) == 0;
}

static bool name_all(json_t *movers, const struct lead_names *names, size_t n)
{
	bool ok = true;
	for (size_t l = 0; l < 2; l++) {
		json_t *list = json_object_get(movers, lists[l]);
		for (size_t i = 0; ok && i < json_array_size(list); i++) {
			json_t *mover = json_array_get(list, i);
			struct lead_names wanted = {0};
			const struct lead_names *found = NULL;
			if (lead_of(mover, &wanted.id) && n)
				found = bsearch(&wanted, names, n, sizeof wanted, by_id);
			ok = put(mover, "name", found ? found->name : NULL) &&
			     put(mover, "email", found ? found->email : NULL) &&
			     put(mover, "company", found ? found->company : NULL);
		}
	}
	return ok;
}

enum status job_names(struct db *db, const struct uuid *workspace, struct arena *arena, const char *result,
    const char **ret, struct err *e)
{
	json_t *doc = json_loads(result, 0, NULL), *movers = json_object_get(doc, "movers");
	struct uuid *ids = arena_array(arena, NAMED_MAX, sizeof *ids);
	struct lead_names *names = NULL;
	size_t n = movers && ids ? collect(movers, ids) : 0, found = 0;
	enum status s = ids ? ST_OK : out_of_memory(e);
	if (s == ST_OK && n)
		s = store_preview_names(db, workspace, ids, n, arena, &names, &found, e);
	if (s == ST_OK && found)
		qsort(names, found, sizeof *names, by_id);
	if (s == ST_OK && n) {
		struct buf b = BUF_INIT;
		bool ok = name_all(movers, names, found) && json_write(doc, false, &b);
		result = ok ? arena_strndup(arena, b.data, b.len) : NULL;
		s = result ? ST_OK : out_of_memory(e);
		buf_free(&b);
	}
	json_decref(doc);
	if (s == ST_OK)
		*ret = result;
	return s;
}
