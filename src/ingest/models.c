#include "ingest/models.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/json.h"
#include "store/model.h"
#include "store/segment_batch.h"

/* A version that leads are scored by is immutable, so an entry is never wrong; drafts, which change, are not kept. The bound only keeps a long-lived process from growing with every version it ever saw. */
#define MODELS_MAX 1024

struct models_key {
	struct uuid workspace;
	int64_t version, segments;
};

struct models_entry {
	struct models_key key;
	struct model *model;
	struct segment_set *set; /* NULL: none */
	UT_hash_handle hh;
};

struct models {
	pthread_mutex_t lock;
	struct models_entry *by_key;
};

enum status models_new(struct models **ret, struct err *e)
{
	struct models *m = calloc(1, sizeof *m);
	if (!m)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	pthread_mutex_init(&m->lock, NULL);
	*ret = m;
	return ST_OK;
}

static void drop_all(struct models *m)
{
	struct models_entry *x, *next;
	HASH_ITER(hh, m->by_key, x, next) {
		HASH_DEL(m->by_key, x);
		model_unref(&x->model);
		segment_set_unref(&x->set);
		free(x);
	}
}

void models_free(struct models **mp)
{
	if (!mp || !*mp)
		return;
	drop_all(*mp);
	pthread_mutex_destroy(&(*mp)->lock);
	free(*mp);
	*mp = NULL;
}

static struct models_key make_key(const struct uuid *workspace, int64_t version, int64_t segments)
{
	struct models_key k;
	memset(&k, 0, sizeof k); /* the hash runs over padding too */
	k.workspace = *workspace;
	k.version = version;
	k.segments = segments;
	return k;
}

static struct model *look_up(struct models *m, const struct models_key *k, struct segment_set **ret_set)
{
	struct models_entry *x;
	pthread_mutex_lock(&m->lock);
	HASH_FIND(hh, m->by_key, k, sizeof *k, x);
	struct model *found = x ? model_ref(x->model) : NULL;
	if (x)
		*ret_set = segment_set_ref(x->set);
	pthread_mutex_unlock(&m->lock);
	return found;
}

/* Keeps a reference of its own, unless another thread was first. */
static void remember(struct models *m, const struct models_key *k, struct model *model, struct segment_set *set)
{
	struct models_entry *mine = calloc(1, sizeof *mine), *x;
	if (!mine)
		return; /* not remembered: compiled again next time */
	mine->key = *k;
	pthread_mutex_lock(&m->lock);
	if (HASH_COUNT(m->by_key) >= MODELS_MAX)
		drop_all(m);
	HASH_FIND(hh, m->by_key, k, sizeof *k, x);
	if (x) {
		free(mine);
	} else {
		mine->model = model_ref(model);
		mine->set = segment_set_ref(set);
		HASH_ADD(hh, m->by_key, key, sizeof mine->key, mine);
	}
	pthread_mutex_unlock(&m->lock);
}

static const struct json_limits limits = {.max_bytes = 4u << 20, .max_depth = 100, .max_tokens = 400000};

enum status models_get(struct models *m, struct db *db, const struct uuid *workspace, int64_t version, struct model **ret, struct err *e)
{
	struct segment_set *none = NULL;
	return models_get_segmented(m, db, workspace, version, 0, ret, &none, e);
}

static enum status read_segments(struct db *db, const struct models_key *k, struct arena *arena, json_t **ret, struct segment_set **ret_set, struct err *e)
{
	const char *text;
	json_t *list = NULL;
	enum status s = store_segment_set(db, &k->workspace, k->segments, arena, &text, e);
	if (s == ST_OK)
		s = json_read(text, strlen(text), &limits, &list, e);
	if (s == ST_OK && json_array_size(list))
		s = segment_set_new(list, ret_set, e);
	*ret = list;
	return s;
}

static enum status compile(const json_t *doc, const json_t *list, const struct models_key *k, struct model **ret, struct err *e)
{
	struct model_segments segments = {.list = list, .revision = k->segments, .lenient = true};
	enum status s = model_compile_with(doc, k->version, &segments, ret, NULL, e);
	if (s == ST_INVALID) {
		/* Models are validated before they are stored: one that does not compile is this program's fault, not the caller's. */
		struct err was = *e;
		s = err_set(e, ST_INTERNAL, "model_broken", "Model version %lld does not compile at %s: %s", (long long)k->version, was.pointer, was.detail);
	}
	return s;
}

enum status models_get_segmented(struct models *m, struct db *db, const struct uuid *workspace, int64_t version, int64_t revision, struct model **ret,
	struct segment_set **ret_set, struct err *e)
{
	struct models_key k = make_key(workspace, version, revision);
	struct segment_set *set = NULL;
	struct model *model = look_up(m, &k, ret_set);
	if (model) {
		*ret = model;
		return ST_OK;
	}
	struct arena *arena = arena_new(0);
	if (!arena)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	const char *text;
	bool draft = true;
	json_t *doc = NULL, *list = NULL;
	enum status s = store_model_read(db, workspace, version, arena, &text, &draft, e);
	if (s == ST_OK)
		s = json_read(text, strlen(text), &limits, &doc, e);
	if (s == ST_OK && revision)
		s = read_segments(db, &k, arena, &list, &set, e);
	if (s == ST_OK)
		s = compile(doc, list, &k, &model, e);
	json_decref(doc);
	json_decref(list);
	arena_free(&arena);
	if (s == ST_OK && !draft)
		remember(m, &k, model, set);
	if (s == ST_OK) {
		*ret = model;
		*ret_set = set;
	} else {
		segment_set_unref(&set);
	}
	return s;
}
