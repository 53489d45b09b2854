#include "auth_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "ingest/clean.h"
#include "problem_priv.h"
#include "reply_priv.h"
#include "store/key.h"

#define CHALLENGE "Bearer realm=\"leadscore\""
#define REFRESH_US (INT64_C(2) * 1000 * 1000)

static enum auth unauthorised(struct api_call *c, const char *code, const char *detail, bool presented)
{
	api_problem(c, 401, code, detail, NULL, 0);
	reply_header(c, "WWW-Authenticate", presented ? CHALLENGE ", error=\"invalid_token\"" : CHALLENGE);
	return AUTH_REFUSED;
}

static struct uuid origin_hash(const char *origin)
{
	return hash128("origin", 6, origin, strlen(origin));
}

/* A key that stands in pages is for the pages of its owner; so is any other key that names origins, where browsers may
 * call at all. What says no origin is no page. */
static bool origin_allowed(const struct api_call *c, const struct known_key *k)
{
	if (!c->origin || !(c->route->flags & ROUTE_BROWSER) || (k->role != ROLE_PUBLISH && !k->n_origins))
		return true;
	struct uuid h = origin_hash(c->origin);
	for (size_t i = 0; i < k->n_origins; i++)
		if (!uuid_cmp(&k->origins[i], &h))
			return true;
	return false;
}

static void release(struct token_value *v)
{
	struct known_key *k = (struct known_key *)(void *)v;
	track_names_unref(&k->names);
	free(k);
}

struct known_key *known_key_new(void)
{
	struct known_key *k = calloc(1, sizeof *k);
	if (k)
		token_value_init(&k->head, release);
	return k;
}

static bool is_key(const struct token_value *v, const void *arg)
{
	const struct known_key *k = (const void *)v, *wanted = arg;
	return !uuid_cmp(&k->id, &wanted->id) && !uuid_cmp(&k->workspace_id, &wanted->workspace_id);
}

void known_key_forget(struct token_cache *c, const struct uuid *workspace, const struct uuid *id)
{
	token_cache_forget_all(c, is_key, &(struct known_key){.workspace_id = *workspace, .id = *id});
}

/* Whether this key (NULL: there is none) may make this call now. */
static enum auth judge(struct api *a, struct api_call *c, const struct known_key *k)
{
	track_names_unref(&call_state(c)->names);
	call_state(c)->names = k ? k->names : NULL;
	track_names_ref(call_state(c)->names);
	if (!k)
		return unauthorised(c, "key_unknown", "There is no such key.", true);
	int64_t now = clock_now(a->config.clock);
	if (k->revoked_at != INSTANT_NEVER && k->revoked_at <= now)
		return unauthorised(c, "key_revoked", "This key was revoked.", true);
	if (k->expires_at != INSTANT_NEVER && k->expires_at <= now)
		return unauthorised(c, "key_expired", "This key has expired.", true);
	c->authenticated = true;
	c->workspace_id = k->workspace_id;
	c->key_id = k->id;
	c->role = k->role;
	memcpy(call_state(c)->country, k->country, sizeof k->country);
	call_state(c)->without = k->without;
	memcpy(call_state(c)->key_label, k->label, sizeof k->label);
	if (!(c->route->roles & (unsigned)k->role)) {
		api_problem(c, 403, "role_forbidden",
		    arena_printf(c->arena, "A key of role %s may not do this.", role_name(k->role)), NULL, 0);
		return AUTH_REFUSED;
	}
	if (!origin_allowed(c, k)) {
		c->origin_refused = true;
		api_problem(c, 403, "origin_forbidden", "This key is not for pages of this origin.", NULL, 0);
		return AUTH_REFUSED;
	}
	return AUTH_OK;
}

static enum auth judge_unref(struct api *a, struct api_call *c, struct token_value *v)
{
	enum auth auth = judge(a, c, (const struct known_key *)(void *)v);
	token_value_unref(v);
	return auth;
}

/* They are checked before they are stored. */
static enum status take_cleaning(const char *text, unsigned *ret, struct err *e)
{
	json_t *doc = NULL;
	enum status s = text ? json_read(text, strlen(text), NULL, &doc, e) : ST_OK;
	if (s == ST_OK)
		s = clean_settings(doc, ret, e);
	json_decref(doc);
	return s;
}

static enum status make(const struct key_row *row, struct known_key *k, struct err *e)
{
	k->workspace_id = row->workspace_id;
	k->id = row->id;
	k->expires_at = row->expires_at;
	k->revoked_at = row->revoked_at;
	memcpy(k->country, row->country, sizeof k->country);
	memcpy(k->label, row->label, sizeof k->label);
	for (size_t i = 0; i < row->n_origins && i < KEY_ORIGINS_MAX; i++)
		k->origins[k->n_origins++] = origin_hash(row->origins[i]);
	enum status s = track_names_read(row->event_types, &k->names, e);
	if (s == ST_OK && !role_parse(row->role, &k->role))
		s = err_set(e, ST_INTERNAL, "role_unknown", "a stored key has an unknown role");
	return s == ST_OK ? take_cleaning(row->cleaning, &k->without, e) : s;
}

/* What the database says of a key: ST_OK with NULL when there is none. */
static enum status fetch(
    struct db *db, const struct uuid *workspace, const uint8_t hash[32], struct known_key **ret, struct err *e)
{
	struct arena *arena = arena_new(0);
	struct known_key *k = known_key_new();
	struct key_row row;
	enum status s = arena && k ? store_key_find(db, workspace, hash, arena, &row, e) : out_of_memory(e);
	if (s == ST_OK)
		s = make(&row, k, e);
	arena_free(&arena);
	*ret = s == ST_OK ? k : NULL;
	if (k && s != ST_OK)
		token_value_unref(&k->head);
	return s == ST_NOT_FOUND ? ST_OK : s;
}

/* As fetch, on this reader's connection; once more on a new one when the old was cut while idle. */
static enum status look_up(struct reader *r, const struct uuid *workspace, const uint8_t hash[32], int64_t until,
    struct known_key **ret, struct err *e)
{
	enum status s = ST_UNAVAILABLE;
	for (int tries = 0; tries < 2 && s == ST_UNAVAILABLE; tries++) {
		struct db *db;
		s = reader_db(r, false, until, &db, e);
		if (s != ST_OK)
			return s;
		s = fetch(db, workspace, hash, ret, e);
		if (db_usable(db))
			return s;
	}
	return s;
}

/* A look-up nobody waits for. */
struct refresh {
	struct reader_task task;
	struct api *api;
	struct uuid workspace;
	uint64_t round;
	uint8_t hash[32];
};

static void run_refresh(struct reader_task *t, struct reader *r)
{
	struct refresh *x = (struct refresh *)(void *)t;
	struct err e;
	struct known_key *k;
	if (look_up(r, &x->workspace, x->hash, monotonic_us() + REFRESH_US, &k, &e) == ST_OK) {
		token_cache_put(x->api->keys, x->hash, x->round, monotonic_us(), k ? &k->head : NULL);
		token_value_unref(k ? &k->head : NULL);
	} else
		token_cache_failed(x->api->keys, x->hash);
	free(x);
}

static void refresh_later(struct api *a, const struct call_state *s, uint64_t round)
{
	struct refresh *x = calloc(1, sizeof *x);
	if (x) {
		x->task.run = run_refresh;
		x->api = a;
		x->workspace = s->key_workspace;
		x->round = round;
		memcpy(x->hash, s->key_hash, sizeof x->hash);
	}
	if (!x || !readers_put(a->readers, &x->task)) {
		free(x);
		token_cache_failed(a->keys, s->key_hash);
	}
}

enum auth auth_from_cache(struct api *a, struct api_call *c)
{
	struct call_state *s = call_state(c);
	bool foreign = c->route->flags & ROUTE_FOREIGN;
	const char *text = foreign ? key_foreign(c) : c->authorization;
	if (!text || !*text)
		return unauthorised(c, "key_required",
		    foreign ? "Give a key: as the user of Basic authentication, or as writeKey."
			    : "Give a key: Authorization: Bearer lsk_...",
		    false);
	if (!foreign && strncasecmp(text, "Bearer ", 7) != 0)
		return unauthorised(c, "scheme_unsupported", "Keys come as Authorization: Bearer lsk_...", false);
	if (!foreign)
		text += 7 + strspn(text + 7, " ");
	if (store_key_parse(text, &s->key_workspace, s->key_hash, NULL) != ST_OK)
		return unauthorised(c, "key_malformed", "This is no leadscore key.", true);
	struct token_value *v;
	uint64_t round;
	switch (token_cache_get(a->keys, s->key_hash, monotonic_us(), &v, &round)) {
	case TOKEN_UNKNOWN:
		return AUTH_LOOK_UP;
	case TOKEN_AGING:
		refresh_later(a, s, round);
		break;
	case TOKEN_FRESH:
		break;
	}
	return judge_unref(a, c, v);
}

enum auth auth_look_up(struct api *a, struct api_call *c, struct reader *r)
{
	struct call_state *s = call_state(c);
	struct token_value *v;
	struct err e = {0};
	uint64_t round;
	/* Of a burst of calls with one new key, the first has found it meanwhile. */
	enum token_age age = token_cache_get(a->keys, s->key_hash, monotonic_us(), &v, &round);
	if (age == TOKEN_AGING)
		token_cache_failed(a->keys, s->key_hash);
	if (age == TOKEN_UNKNOWN) {
		struct known_key *k;
		int64_t limit = monotonic_us() + (int64_t)a->config.read_timeout_ms * 1000;
		if (look_up(r, &s->key_workspace, s->key_hash, limit < c->deadline_us ? limit : c->deadline_us, &k,
			&e) != ST_OK) {
			problem_reply(c, &e);
			return AUTH_REFUSED;
		}
		v = k ? &k->head : NULL;
		token_cache_put(a->keys, s->key_hash, round, monotonic_us(), v);
	}
	return judge_unref(a, c, v);
}
