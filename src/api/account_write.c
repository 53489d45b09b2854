/* POST /v1/accounts, PATCH and DELETE of one: the account changes in one transaction, and then its leads are told. */
#include <string.h>

#include "accounts_priv.h"
#include "base/domain.h"
#include "base/json.h"
#include "body_priv.h"
#include "ingest/account_tell.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/job.h"

/* While this call tells the leads, nobody else does. */
#define TELL_MS 30000
#define KEYS_MAX 9

struct account_input {
	struct uuid id;
	int64_t if_version;
	const char *patch; /* JSON text, canonical */
	struct account_key_write keys[KEYS_MAX];
	size_t n_keys;
	bool drop_domains;
};

static enum status add_key(struct account_input *in, const char *kind, const char *value, struct err *e)
{
	if (in->n_keys == KEYS_MAX)
		return err_at(e, ST_INVALID, "identities_too_many", "/external_ids",
		    "An account is given at most 8 external ids at once.");
	in->keys[in->n_keys++] =
	    (struct account_key_write){.key = account_key(kind, value), .kind = kind, .value = value};
	return ST_OK;
}

static enum status take_external(struct api_call *c, const json_t *ids, struct account_input *in, struct err *e)
{
	json_t *map = (json_t *)(uintptr_t)ids;
	if (!json_is_object(ids))
		return err_at(e, ST_INVALID, "field_type", "/external_ids",
		    "It must be an object of the names of systems and the ids there.");
	for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
		const char *source = json_object_iter_key(it);
		const char *value = json_string_value(json_object_iter_value(it));
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "/external_ids", source);
		size_t n = strlen(source);
		if (n < 1 || n > 64 ||
		    strspn(source, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != n)
			return err_at(e, ST_INVALID, "external_source_invalid", at,
			    "The name of an external source has 1 to 64 letters, digits, dots, hyphens and "
			    "underscores.");
		if (!value || !*value || strlen(value) > 255)
			return err_at(e, ST_INVALID, "field_invalid", at, "It must be a text of 1 to 255 bytes.");
		const char *kind = arena_printf(c->arena, "external_id:%s", source),
			   *copy = arena_strdup(c->arena, value);
		if (!kind || !copy)
			return out_of_memory(e);
		enum status s = add_key(in, kind, copy, e);
		if (s != ST_OK)
			return s;
	}
	return ST_OK;
}

static enum status keep_patch(struct api_call *c, const json_t *patch, struct account_input *in, struct err *e)
{
	struct buf text = BUF_INIT;
	in->patch =
	    json_write(patch, false, &text) && buf_ok(&text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	return in->patch ? ST_OK : out_of_memory(e);
}

/* As it is registered. */
static enum status take_domain(struct api_call *c, json_t *patch, struct account_input *in, struct err *e)
{
	json_t *domain = json_object_get(patch, "domain");
	in->drop_domains = domain && json_is_null(domain);
	if (!json_is_string(domain))
		return ST_OK;
	const char *host = arena_strdup(c->arena, json_string_value(domain)),
		   *registered = host ? domain_registrable(host) : NULL;
	if (!host || (registered && json_object_set_new(patch, "domain", json_string(registered)) != 0))
		return out_of_memory(e);
	return add_key(in, "domain", registered ? registered : host, e);
}

/* The fields become a canonical patch; what names the account, keys. */
static enum status take_body(struct api_call *c, json_t *body, bool is_patch, struct account_input *in, struct err *e)
{
	if (!json_is_object(body))
		return err_at(e, ST_INVALID, "field_type", "", "The body must be an object.");
	json_t *ids = json_incref(json_object_get(body, "external_ids")), *patch = NULL;
	(void)json_object_del(body, "external_ids");
	enum status s = account_check(c->arena, body, is_patch, "", &patch, e);
	if (s == ST_OK) {
		s = take_domain(c, patch, in, e);
		if (s == ST_OK && ids)
			s = take_external(c, ids, in, e);
		if (s == ST_OK)
			s = keep_patch(c, patch, in, e);
		json_decref(patch);
	}
	json_decref(ids);
	return s;
}

static enum status prepare(struct api_call *c, bool is_patch, struct err *e)
{
	struct account_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	if (!in)
		return ST_NOMEM;
	enum status s = body_of_write(c, is_patch ? "account" : NULL, &in->id, &in->if_version, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, is_patch, in, e);
	json_decref(body);
	if (s == ST_OK && !is_patch && !in->n_keys)
		return err_at(
		    e, ST_INVALID, "identity_required", "", "Name the account by its domain or by external_ids.");
	return s;
}

enum status accounts_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, false, e);
}

enum status account_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, true, e);
}

enum status account_spread(struct api *a, struct api_call *c, struct db *db, const struct uuid *id, bool *ret_job,
    struct uuid *ret, struct err *e)
{
	size_t leads = 0, told;
	int64_t now = clock_now(a->config.clock);
	bool done = false;
	struct uuid after = {{0}};
	*ret_job = false;
	enum status s = store_account_lead_count(db, &c->workspace_id, id, ACCOUNT_TELL_AT_ONCE + 1, &leads, e);
	if (s == ST_OK && (leads > ACCOUNT_TELL_AT_ONCE || !a->config.ingest)) {
		char text[UUID_TEXT_MAX];
		uuid_format(id, text);
		s = store_account_lease(db, &c->workspace_id, id, now + MS_HOUR, e);
		if (s == ST_OK)
			s = store_job_add(db, &c->workspace_id, "account", 0,
			    arena_printf(c->arena, "{\"account_id\":\"%s\"}", text), now, ret, e);
		*ret_job = s == ST_OK;
		return s;
	}
	while (s == ST_OK && !done)
		s = account_tell(a->config.ingest, db, &c->workspace_id, id, now, c->arena, &after, &told, &done, e);
	/* What is committed stays: leads that were not reached are told by the next to look, when this call's lease is
	 * over. */
	return s == ST_NOT_FOUND ? ST_OK : s;
}

/* Keys that the account does not have yet, in order. */
static size_t new_keys(const struct account_input *in, const struct uuid *account, const struct account_key_write *have,
    size_t n_have, struct account_key_write *out)
{
	size_t n = 0;
	for (size_t i = 0; i < in->n_keys; i++) {
		bool known = false;
		for (size_t k = 0; k < n_have && !known; k++)
			known = !uuid_cmp(&have[k].key, &in->keys[i].key);
		if (known)
			continue;
		out[n] = in->keys[i];
		out[n++].account_id = *account;
	}
	return n;
}

static enum status conflict(enum status s, struct err *e)
{
	return s == ST_CONFLICT ? err_set(e, ST_CONFLICT, "account_conflict",
				      "The domain or an external id belongs to another account.")
				: s;
}

/* Merges the patch into what is held, and commits. *ret_changed: its leads are to be told. */
static enum status change(struct api *a, struct api_call *c, struct db *db, const struct account_held *held,
    bool created, struct account_key_write *keys, size_t n_keys, bool *ret_changed, struct err *e)
{
	const struct account_input *in = call_state(c)->input;
	int64_t now = clock_now(a->config.clock);
	struct buf text = BUF_INIT;
	json_t *profile = json_loads(held->profile, 0, NULL), *patch = json_loads(in->patch, 0, NULL);
	bool ok =
	    profile && patch && json_merge_patch(profile, patch) && json_write(profile, false, &text) && buf_ok(&text);
	struct account_write w = {.id = held->id, .created = created, .version = held->version + !created};
	ok = ok && account_columns(c->arena, profile, &w);
	json_decref(profile);
	json_decref(patch);
	*ret_changed = ok && !created && strcmp(text.data, held->profile) != 0;
	size_t bytes = text.len;
	buf_free(&text);
	char *words[ACCOUNT_TERMS_MAX];
	int n = ok ? account_terms(c->arena, &w, words) : -1;
	struct account_term_write *terms = n >= 0 ? arena_array(c->arena, (size_t)n + 1, sizeof *terms) : NULL;
	if (!terms || bytes > ACCOUNT_BYTES_MAX) {
		store_account_give_up(db);
		return terms ? err_at(e, ST_INVALID, "field_too_large", "", "The account would be larger than %d KiB.",
				   ACCOUNT_BYTES_MAX / 1024)
			     : out_of_memory(e);
	}
	for (int i = 0; i < n; i++)
		terms[i] = (struct account_term_write){held->id, words[i]};
	struct account_writes writes = {.accounts = &w,
	    .n_accounts = created || *ret_changed,
	    .terms = terms,
	    .n_terms = created || *ret_changed ? (size_t)n : 0,
	    .keys = keys,
	    .n_keys = n_keys,
	    .lease_until = now + TELL_MS};
	return conflict(
	    store_account_write(db, &c->workspace_id, now, &writes, in->drop_domains ? "domain" : NULL, e), e);
}

static enum status finish(
    struct api *a, struct api_call *c, struct db *db, const struct uuid *id, bool created, bool changed, struct err *e)
{
	struct uuid job;
	bool has_job = false;
	enum status s = changed ? account_spread(a, c, db, id, &has_job, &job, e) : ST_OK;
	if (s == ST_OK)
		s = account_reply(c, db, created ? 201 : 200, id, has_job ? &job : NULL, e);
	if (s == ST_OK && created) {
		char text[UUID_TEXT_MAX];
		uuid_format(id, text);
		reply_header(c, "Location", arena_printf(c->arena, "/v1/accounts/%s", text));
	}
	return s;
}

enum status accounts_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct account_input *in = call_state(c)->input;
	struct uuid keys[KEYS_MAX];
	struct account_held held[KEYS_MAX];
	struct account_key_write have[KEYS_MAX], fresh[KEYS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < in->n_keys; i++)
		keys[i] = in->keys[i].key;
	enum status s = store_account_begin(db, &c->workspace_id, keys, in->n_keys, c->arena, held, &n, e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		have[i] = in->keys[held[i].key];
		if (uuid_cmp(&held[i].id, &held[0].id) != 0) {
			store_account_give_up(db);
			return err_set(e, ST_CONFLICT, "account_conflict",
			    "The domain and the external ids belong to different accounts.");
		}
	}
	if (s != ST_OK)
		return s;
	bool created = !n, changed = false;
	if (created)
		held[0] =
		    (struct account_held){.id = uuid_v7(clock_now(a->config.clock)), .version = 1, .profile = "{}"};
	s = change(a, c, db, &held[0], created, fresh, new_keys(in, &held[0].id, have, n, fresh), &changed, e);
	return s == ST_OK ? finish(a, c, db, &held[0].id, created, changed, e) : s;
}

static enum status mismatch(struct db *db, struct err *e)
{
	store_account_give_up(db);
	return err_set(e, ST_CONFLICT, "version_mismatch",
	    "The account was changed meanwhile; it is not at the version that If-Match names.");
}

enum status account_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct account_input *in = call_state(c)->input;
	struct account_held held;
	struct account_detail d;
	struct account_key_write have[256], fresh[KEYS_MAX];
	size_t n = 0;
	bool changed = false;
	enum status s = store_account_begin_one(db, &c->workspace_id, &in->id, c->arena, &held, e);
	if (s != ST_OK)
		return s;
	if (in->if_version >= 0 && in->if_version != held.version)
		return mismatch(db, e);
	/* Behind the hold: its names are as they will be when this is written. */
	s = in->n_keys ? store_account_read(db, &c->workspace_id, &in->id, c->arena, &d, e) : ST_OK;
	for (size_t i = 0; s == ST_OK && in->n_keys && i < d.n_keys && n < 256; i++)
		have[n++].key = account_key(d.keys[i].kind, d.keys[i].value);
	if (s != ST_OK) {
		store_account_give_up(db);
		return s;
	}
	s = change(a, c, db, &held, false, fresh, new_keys(in, &held.id, have, n, fresh), &changed, e);
	return s == ST_OK ? finish(a, c, db, &held.id, false, changed, e) : s;
}

enum status account_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct account_input *in = call_input(c, sizeof *in, e);
	return in ? path_version_of(c, "account", &in->id, &in->if_version, e) : ST_NOMEM;
}

enum status account_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct account_input *in = call_state(c)->input;
	struct account_held held;
	struct uuid job;
	bool has_job;
	enum status s = store_account_begin_one(db, &c->workspace_id, &in->id, c->arena, &held, e);
	if (s != ST_OK)
		return s;
	if (in->if_version >= 0 && in->if_version != held.version)
		return mismatch(db, e);
	s = store_account_delete_begin(db, &c->workspace_id, &in->id, clock_now(a->config.clock) + TELL_MS, e);
	if (s == ST_OK)
		s = account_spread(a, c, db, &in->id, &has_job, &job, e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}
