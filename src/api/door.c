#include "door_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "problem_priv.h"

#define REFRESH_US (INT64_C(2) * 1000 * 1000)

const struct door *call_door(const struct api_call *c)
{
	return call_state(c)->door;
}

static void release(struct token_value *v)
{
	struct door *d = (struct door *)(void *)v;
	if (d->settings && d->release)
		d->release(d->settings);
	free(d);
}

struct door *door_new(void)
{
	struct door *d = calloc(1, sizeof *d);
	if (d)
		token_value_init(&d->head, release);
	return d;
}

void door_unref(struct door **d)
{
	if (d && *d)
		token_value_unref(&(*d)->head);
	if (d)
		*d = NULL;
}

static void door_hash(const char *token, uint8_t ret[32])
{
	sha256(token, strlen(token), ret);
}

void door_changed(struct api *a, const char *token)
{
	uint8_t hash[32];
	door_hash(token, hash);
	token_cache_forget(a->doors, hash);
}

static enum auth unknown(struct api_call *c)
{
	const char *kind = door_kind_name(c->route->door->kind);
	api_problem(c, 404, arena_printf(c->arena, "%s_not_found", kind),
	    arena_printf(c->arena, "There is no such %s.", kind), NULL, 0);
	return AUTH_REFUSED;
}

/* Steals d: whether the call may come in. */
static enum auth judge(struct api_call *c, struct door *d)
{
	struct call_state *s = call_state(c);
	if (!d)
		return unknown(c);
	s->door = d;
	c->workspace_id = d->workspace_id;
	memcpy(s->country, d->country, sizeof s->country);
	snprintf(s->key_label, sizeof s->key_label, "%s", d->name);
	return AUTH_OK;
}

static enum status make(const struct door_type *type, const struct door_row *row, struct door **ret, struct err *e)
{
	struct door *d = door_new();
	if (!d)
		return out_of_memory(e);
	d->workspace_id = row->workspace_id;
	d->id = row->id;
	d->revision = row->revision;
	memcpy(d->country, row->country, sizeof d->country);
	snprintf(d->name, sizeof d->name, "%s", row->name);
	d->release = type->release;
	enum status s = type->open(row, &d->settings, e);
	if (s != ST_OK) {
		door_unref(&d);
		/* They were checked before they were stored. */
		return s == ST_NOMEM ? s : err_set(e, ST_INTERNAL, "door_broken", "stored settings cannot be read");
	}
	*ret = d;
	return ST_OK;
}

/* ST_OK with NULL when there is none, or none to be used. */
static enum status fetch(struct db *db, const struct door_type *type, const struct uuid *workspace, const char *token,
    struct door **ret, struct err *e)
{
	struct arena *arena = arena_new(0);
	if (!arena)
		return out_of_memory(e);
	struct door_row row;
	struct door *d = NULL;
	enum status s = store_door_find(db, workspace, type->kind, token, arena, &row, e);
	if (s == ST_OK && row.disabled_at == INSTANT_NEVER)
		s = make(type, &row, &d, e);
	arena_free(&arena);
	if (s != ST_OK && s != ST_NOT_FOUND)
		return s;
	*ret = d;
	return ST_OK;
}

/* As fetch, on this reader's connection; once more on a new one when the old was cut while idle. */
static enum status look_up(struct reader *r, const struct door_type *type, const struct uuid *workspace,
    const char *token, int64_t until, struct door **ret, struct err *e)
{
	enum status s = ST_UNAVAILABLE;
	for (int tries = 0; tries < 2 && s == ST_UNAVAILABLE; tries++) {
		struct db *db;
		s = reader_db(r, false, until, &db, e);
		if (s != ST_OK)
			return s;
		s = fetch(db, type, workspace, token, ret, e);
		if (db_usable(db))
			return s;
	}
	return s;
}

/* A look-up nobody waits for. */
struct refresh {
	struct reader_task task;
	struct api *api;
	const struct door_type *type;
	struct uuid workspace;
	uint64_t round;
	uint8_t hash[32];
	char token[DOOR_TOKEN_MAX];
};

static void run_refresh(struct reader_task *t, struct reader *r)
{
	struct refresh *x = (struct refresh *)(void *)t;
	struct err e = {0};
	struct door *d = NULL;
	if (look_up(r, x->type, &x->workspace, x->token, monotonic_us() + REFRESH_US, &d, &e) == ST_OK)
		token_cache_put(x->api->doors, x->hash, x->round, monotonic_us(), d ? &d->head : NULL);
	else
		token_cache_failed(x->api->doors, x->hash);
	door_unref(&d);
	free(x);
}

static void refresh_later(struct api *a, const struct api_call *c, const char *token, uint64_t round)
{
	const struct call_state *s = call_state(c);
	struct refresh *x = calloc(1, sizeof *x);
	if (x) {
		x->task.run = run_refresh;
		x->api = a;
		x->type = c->route->door;
		x->workspace = s->key_workspace;
		x->round = round;
		memcpy(x->hash, s->key_hash, sizeof x->hash);
		snprintf(x->token, sizeof x->token, "%s", token);
	}
	if (!x || !readers_put(a->readers, &x->task)) {
		free(x);
		token_cache_failed(a->doors, s->key_hash);
	}
}

enum auth door_from_cache(struct api *a, struct api_call *c)
{
	struct call_state *s = call_state(c);
	const char *token = path_param(c, c->route->door->parameter);
	struct token_value *v;
	uint64_t round;
	if (!store_door_parse(token, c->route->door->kind, &s->key_workspace))
		return unknown(c);
	door_hash(token, s->key_hash);
	switch (token_cache_get(a->doors, s->key_hash, monotonic_us(), &v, &round)) {
	case TOKEN_UNKNOWN:
		return AUTH_LOOK_UP;
	case TOKEN_AGING:
		refresh_later(a, c, token, round);
		break;
	case TOKEN_FRESH:
		break;
	}
	return judge(c, (struct door *)(void *)v);
}

enum auth door_look_up(struct api *a, struct api_call *c, struct reader *r)
{
	struct call_state *s = call_state(c);
	const struct door_type *type = c->route->door;
	struct token_value *v;
	struct err e = {0};
	uint64_t round;
	/* Of a burst of calls through one door, the first has found it meanwhile. */
	enum token_age age = token_cache_get(a->doors, s->key_hash, monotonic_us(), &v, &round);
	if (age == TOKEN_AGING)
		token_cache_failed(a->doors, s->key_hash);
	if (age == TOKEN_UNKNOWN) {
		struct door *d = NULL;
		int64_t limit = monotonic_us() + (int64_t)a->config.read_timeout_ms * 1000;
		if (look_up(r, type, &s->key_workspace, path_param(c, type->parameter),
			limit < c->deadline_us ? limit : c->deadline_us, &d, &e) != ST_OK) {
			problem_reply(c, &e);
			return AUTH_REFUSED;
		}
		v = d ? &d->head : NULL;
		token_cache_put(a->doors, s->key_hash, round, monotonic_us(), v);
	}
	return judge(c, (struct door *)(void *)v);
}
