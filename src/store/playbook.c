#include "store/playbook.h"

#include "segment_priv.h"
#include "store/segment_batch.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool text(struct arena *arena, const struct db_result *r, size_t row, size_t col, const char **ret)
{
	const char *s = db_text(r, row, col, NULL);
	*ret = s ? arena_strdup(arena, s) : NULL;
	return !s || *ret;
}

static bool take_row(const struct db_result *r, size_t i, struct arena *arena, struct playbook_row *p)
{
	*p = (struct playbook_row){.id = db_uuid(r, i, 0),
	    .priority = db_i32(r, i, 4),
	    .enabled = db_bool(r, i, 5),
	    .revision = db_i64(r, i, 11),
	    .created_at = db_time(r, i, 13),
	    .updated_at = db_time(r, i, 14),
	    .open = db_i64(r, i, 15),
	    .overdue = db_i64(r, i, 16)};
	return text(arena, r, i, 1, &p->kind) && text(arena, r, i, 2, &p->name) &&
	       text(arena, r, i, 3, &p->description) && text(arena, r, i, 6, &p->settings) &&
	       text(arena, r, i, 7, &p->condition) && text(arena, r, i, 8, &p->cadence) &&
	       text(arena, r, i, 9, &p->first_after) && text(arena, r, i, 10, &p->on_change) &&
	       text(arena, r, i, 12, &p->created_by);
}

static enum status list(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now,
    struct arena *arena, struct playbook_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_PLAYBOOK_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct playbook_row *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++)
		whole = take_row(r, i, arena, &rows[i]);
	db_results_clear(db);
	*ret = rows;
	*ret_n = n;
	return whole ? ST_OK : nomem(e);
}

enum status store_playbook_list(struct db *db, const struct uuid *workspace, int64_t now, struct arena *arena,
    struct playbook_row **ret, size_t *ret_n, struct err *e)
{
	return list(db, workspace, NULL, now, arena, ret, ret_n, e);
}

enum status store_playbook_read(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now,
    struct arena *arena, struct playbook_row *ret, struct err *e)
{
	struct playbook_row *rows;
	size_t n;
	enum status s = list(db, workspace, id, now, arena, &rows, &n, e);
	if (s == ST_OK && !n)
		return err_set(e, ST_NOT_FOUND, "playbook_not_found", "There is no playbook with this id.");
	if (s == ST_OK)
		*ret = rows[0];
	return s;
}

static enum status name_taken(enum status s, struct err *e)
{
	return s == ST_CONFLICT ? err_set(e, ST_CONFLICT, "playbook_name_taken", "Another playbook has this name.") : s;
}

static void bind_words(struct db *db, const struct playbook_write *w)
{
	db_bind_text(db, w->name);
	db_bind_text(db, w->description);
	db_bind_i32(db, w->priority);
	db_bind_bool(db, w->enabled);
	db_bind_text(db, w->settings);
	db_bind_text(db, w->condition);
	db_bind_text(db, w->cadence);
	db_bind_text(db, w->first_after);
	db_bind_text(db, w->on_change);
}

enum status store_playbook_add(
    struct db *db, const struct uuid *workspace, const struct playbook_write *w, struct uuid *ret_id, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = w->now};
	struct uuid id = uuid_v7(w->now);
	struct db_result *r;
	size_t rows;
	enum status s = segment_change_begin(&x, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	s = db_run(db, STATEMENT_PLAYBOOK_COUNT, &r, e);
	if (s == ST_OK && db_i64(r, 0, 0) >= PLAYBOOK_MAX)
		s = err_set(
		    e, ST_CONFLICT, "playbooks_too_many", "A workspace has at most %d playbooks.", PLAYBOOK_MAX);
	if (s != ST_OK)
		return segment_change_give_up(&x, s);
	db_results_clear(db);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &id);
	db_bind_text(db, w->kind);
	bind_words(db, w);
	db_bind_i64(db, x.revision);
	db_bind_text(db, w->author);
	db_bind_time(db, w->now);
	s = db_send(db, STATEMENT_PLAYBOOK_ADD, e);
	s = segment_change_commit(&x, s, true, &rows, e);
	if (s == ST_OK)
		*ret_id = id;
	return name_taken(s, e);
}

static enum status missed(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	struct arena *arena = arena_new(0);
	struct playbook_row row;
	enum status s = arena ? store_playbook_read(db, workspace, id, 0, arena, &row, e) : nomem(e);
	arena_free(&arena);
	return s == ST_OK ? err_set(e, ST_CONFLICT, "version_mismatch", "The playbook is not what If-Match names.") : s;
}

static enum status send_sweep(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	return db_send(db, STATEMENT_PLAYBOOK_SWEEP, e);
}

enum status store_playbook_change(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct playbook_write *w, int64_t if_revision, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = w->now};
	size_t rows = 0;
	enum status s = segment_change_begin(&x, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	bind_words(db, w);
	db_bind_i64(db, x.revision);
	db_bind_time(db, w->now);
	db_bind_revision(db, if_revision);
	s = db_send(db, STATEMENT_PLAYBOOK_CHANGE, e);
	if (s == ST_OK && w->new_order)
		s = send_sweep(db, workspace, id, e);
	s = name_taken(segment_change_commit(&x, s, w->new_condition, &rows, e), e);
	return s == ST_OK && !rows ? missed(db, workspace, id, e) : s;
}

enum status store_playbook_delete(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t if_revision, int64_t now, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = now};
	size_t rows = 0;
	enum status s = segment_change_delete(&x, STATEMENT_PLAYBOOK_DELETE, id, if_revision, send_sweep, &rows, e);
	return s == ST_OK && !rows ? missed(db, workspace, id, e) : s;
}

/* Marks those among the next leads; *ret_last: how far that was, nil: to the end. */
static enum status mark(struct db *db, const struct uuid *workspace, const struct uuid *playbook,
    const struct uuid *after, size_t max, int64_t now, struct arena *arena, struct uuid *ret_last, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, playbook);
	db_bind_uuid(db, after);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_PLAYBOOK_SWEEP_LEADS, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r), n = 0;
	struct followup_mark *marks = arena_array(arena, rows + 1, sizeof *marks);
	if (!marks)
		return nomem(e);
	for (size_t i = 0; i < rows; i++)
		if (db_bool(r, i, 1))
			marks[n++] = (struct followup_mark){.id = uuid_v7(now), .lead_id = db_uuid(r, i, 0), .at = now};
	*ret_last = rows == max ? db_uuid(r, rows - 1, 0) : (struct uuid){0};
	db_results_clear(db);
	return n ? store_followup_marks_send(db, workspace, marks, n, e) : ST_OK;
}

/* One step, with the sweep's row locked: of two instances at once each takes steps of its own. */
static enum status sweep_step(struct db *db, const struct uuid *workspace, const struct uuid *playbook, size_t max,
    int64_t now, struct arena *arena, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, playbook);
	enum status s = db_run(db, STATEMENT_PLAYBOOK_SWEEP_LOCK, &r, e);
	if (s != ST_OK)
		return s;
	bool there = db_rows(r) > 0;
	struct uuid after = there ? db_uuid(r, 0, 0) : (struct uuid){0}, last;
	db_results_clear(db);
	if (there)
		s = mark(db, workspace, playbook, &after, max, now, arena, &last, e);
	if (s == ST_OK && there) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, playbook);
		if (!uuid_is_nil(&last))
			db_bind_uuid(db, &last);
		s = db_send(db, uuid_is_nil(&last) ? STATEMENT_PLAYBOOK_SWEEP_END : STATEMENT_PLAYBOOK_SWEEP_MOVE, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	return s == ST_OK ? db_flush(db, e) : s;
}

enum status store_playbook_sweep(
    struct db *db, int64_t now, size_t max, struct arena *arena, bool *ret_more, struct err *e)
{
	struct db_result *r;
	*ret_more = false;
	db_bind_i64(db, 1);
	enum status s = db_run(db, STATEMENT_PLAYBOOK_SWEEP_FIND, &r, e);
	if (s != ST_OK || !db_rows(r))
		return s;
	struct uuid workspace = db_uuid(r, 0, 0), playbook = db_uuid(r, 0, 1);
	db_results_clear(db);
	*ret_more = true;
	s = db_send_begin(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s == ST_OK)
		s = sweep_step(db, &workspace, &playbook, max, now, arena, e);
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}
