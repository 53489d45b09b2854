#include "store/webhook.h"

#include <string.h>

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status not_found(struct err *e)
{
	return err_set(e, ST_NOT_FOUND, "webhook_not_found", "There is no such webhook.");
}

static void bind_texts(struct db *db, const char *const *texts, size_t n)
{
	db_array_begin(db, DB_TEXT, n);
	for (size_t i = 0; i < n; i++)
		db_put_text(db, texts[i]);
	db_array_end(db);
}

static const char *text_of(struct arena *arena, const struct db_result *r, size_t row, size_t col)
{
	const char *s = db_text(r, row, col, NULL);
	return s ? arena_strdup(arena, s) : NULL;
}

static enum status take(
    const struct db_result *r, size_t i, struct arena *arena, struct webhook_row *ret, struct err *e)
{
	struct webhook_row w = {
	    .id = db_uuid(r, i, 0),
	    .kind = text_of(arena, r, i, 1),
	    .url = text_of(arena, r, i, 2),
	    .n_types = db_array_length(r, i, 3),
	    .description = text_of(arena, r, i, 4),
	    .secrets = text_of(arena, r, i, 5),
	    .settings = text_of(arena, r, i, 6),
	    .state = text_of(arena, r, i, 7),
	    .disabled_reason = text_of(arena, r, i, 8),
	    .disabled_at = db_time(r, i, 9),
	    .revision = db_i64(r, i, 10),
	    .created_at = db_time(r, i, 11),
	    .updated_at = db_time(r, i, 12),
	    .failures = db_i32(r, i, 13),
	    .failing_since = db_time(r, i, 14),
	};
	const char **types = arena_array(arena, w.n_types + 1, sizeof *types);
	bool good = types && w.kind && w.url && w.description && w.secrets && w.settings && w.state;
	for (size_t k = 0; good && k < w.n_types; k++) {
		const char *text = "";
		size_t n = 0;
		(void)db_text_array(r, i, 3, k, &text, &n);
		good = (types[k] = arena_strndup(arena, text, n)) != NULL;
	}
	if (!good)
		return nomem(e);
	w.types = types;
	*ret = w;
	return ST_OK;
}

enum status store_webhook_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct webhook_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_WEBHOOK_READ, &r, e);
	if (s != ST_OK)
		return s;
	s = db_rows(r) ? take(r, 0, arena, ret, e) : not_found(e);
	db_results_clear(db);
	return s;
}

enum status store_webhook_list(struct db *db, const struct uuid *workspace, struct arena *arena,
    struct webhook_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_WEBHOOK_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct webhook_row *rows = arena_array(arena, n + 1, sizeof *rows);
	if (!rows)
		s = nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = take(r, i, arena, &rows[i], e);
	db_results_clear(db);
	if (s != ST_OK)
		return s;
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

/* Every change is made under the lock of the workspace's row, which says what types are wanted. */
static enum status begin(struct db *db, const struct uuid *workspace, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	return db_send(db, STATEMENT_WORKSPACE_LOCK, e);
}

/* Ends the transaction that `begin` began; ret_written: what the statement after the lock has written. */
static enum status end(struct db *db, enum status s, const struct uuid *workspace, const char *const *optional,
    size_t n_optional, bool *ret_written, struct err *e)
{
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		bind_texts(db, optional, n_optional);
		s = db_send(db, STATEMENT_WEBHOOK_TOLD_TYPES, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK)
		*ret_written = db_affected(db_result_at(db, 1)) > 0;
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_webhook_create(struct db *db, const struct uuid *workspace, int64_t now, const char *const *optional,
    size_t n_optional, struct webhook_row *row, struct err *e)
{
	struct webhook_row w = *row;
	struct db_result *r;
	bool written;
	w.id = uuid_v7(now);
	w.state = "enabled";
	w.revision = 1;
	w.created_at = w.updated_at = now;
	w.disabled_at = w.failing_since = INSTANT_NEVER;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_WEBHOOK_COUNT, &r, e);
	if (s == ST_OK && db_i64(r, 0, 0) >= WEBHOOKS_MAX)
		s = err_set(e, ST_CONFLICT, "webhooks_too_many", "A workspace may have %d webhooks; delete one first.",
		    WEBHOOKS_MAX);
	db_results_clear(db);
	if (s == ST_OK)
		s = begin(db, workspace, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &w.id);
	db_bind_text(db, w.kind);
	db_bind_text(db, w.url);
	bind_texts(db, w.types, w.n_types);
	db_bind_text(db, w.description);
	db_bind_text(db, w.secrets);
	db_bind_text(db, w.settings);
	db_bind_time(db, now);
	s = db_send(db, STATEMENT_WEBHOOK_ADD, e);
	s = end(db, s, workspace, optional, n_optional, &written, e);
	if (s == ST_OK)
		*row = w;
	return s;
}

/* Nothing was written: because it is not there, or because it is another by now. */
static enum status why_not(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	struct arena *arena = arena_new(0);
	struct webhook_row w;
	if (!arena)
		return nomem(e);
	enum status s = store_webhook_read(db, workspace, id, arena, &w, e);
	arena_free(&arena);
	if (s != ST_OK)
		return s;
	return err_set(
	    e, ST_CONFLICT, "version_mismatch", "The webhook is not what If-Match names, or changed meanwhile.");
}

enum status store_webhook_change(struct db *db, const struct uuid *workspace, int64_t now, const char *const *optional,
    size_t n_optional, struct webhook_row *w, struct err *e)
{
	bool written = false;
	enum status s = begin(db, workspace, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &w->id);
	db_bind_text(db, w->url);
	bind_texts(db, w->types, w->n_types);
	db_bind_text(db, w->description);
	db_bind_text(db, w->secrets);
	db_bind_text(db, w->settings);
	db_bind_text(db, w->state);
	db_bind_text(db, w->disabled_reason);
	db_bind_time(db, w->disabled_at);
	db_bind_time(db, now);
	db_bind_i64(db, w->revision);
	s = db_send(db, STATEMENT_WEBHOOK_CHANGE, e);
	s = end(db, s, workspace, optional, n_optional, &written, e);
	if (s == ST_OK && !written)
		s = why_not(db, workspace, &w->id, e);
	if (s != ST_OK)
		return s;
	w->revision++;
	w->updated_at = now;
	return ST_OK;
}

enum status store_webhook_delete(struct db *db, const struct uuid *workspace, const struct uuid *id,
    int64_t if_revision, int64_t now, const char *const *optional, size_t n_optional, struct err *e)
{
	bool written = false;
	enum status s = begin(db, workspace, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_revision(db, if_revision);
	db_bind_time(db, now);
	s = db_send(db, STATEMENT_WEBHOOK_DELETE, e);
	s = end(db, s, workspace, optional, n_optional, &written, e);
	return s == ST_OK && !written ? why_not(db, workspace, id, e) : s;
}
