#include "store/journey.h"

#include <string.h>

#include "segment_priv.h"

#define LAST_INSTANT INT64_C(253402300799999) /* the end of 9999 */

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

static bool take_row(const struct db_result *r, size_t i, struct arena *arena, struct journey_row *j)
{
	*j = (struct journey_row){.id = db_uuid(r, i, 0),
	    .reentry_after = db_null(r, i, 5) ? -1 : db_i64(r, i, 5),
	    .enrol_existing = db_bool(r, i, 6),
	    .revision = db_i64(r, i, 7),
	    .created_at = db_time(r, i, 9),
	    .updated_at = db_time(r, i, 10),
	    .active = db_i64(r, i, 11),
	    .done = db_i64(r, i, 12),
	    .exited = db_i64(r, i, 13)};
	return text(arena, r, i, 1, &j->name) && text(arena, r, i, 2, &j->description) &&
	       text(arena, r, i, 3, &j->state) && text(arena, r, i, 4, &j->settings) &&
	       text(arena, r, i, 8, &j->created_by);
}

static enum status list(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct journey_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_JOURNEY_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct journey_row *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++)
		whole = take_row(r, i, arena, &rows[i]);
	db_results_clear(db);
	*ret = rows;
	*ret_n = n;
	return whole ? ST_OK : nomem(e);
}

enum status store_journey_list(struct db *db, const struct uuid *workspace, struct arena *arena,
    struct journey_row **ret, size_t *ret_n, struct err *e)
{
	return list(db, workspace, NULL, arena, ret, ret_n, e);
}

enum status store_journey_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct journey_row *ret, struct err *e)
{
	struct journey_row *rows;
	size_t n;
	enum status s = list(db, workspace, id, arena, &rows, &n, e);
	if (s == ST_OK && !n)
		return err_set(e, ST_NOT_FOUND, "journey_not_found", "There is no journey with this id.");
	if (s == ST_OK)
		*ret = rows[0];
	return s;
}

static void bind_reentry(struct db *db, int64_t ms)
{
	if (ms >= 0)
		db_bind_i64(db, ms);
	else
		db_bind_null(db);
}

static void bind_journey(
    struct db *db, const struct uuid *workspace, const struct uuid *id, const struct journey_write *w)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_text(db, w->name);
	db_bind_text(db, w->description);
	db_bind_text(db, w->state);
	db_bind_text(db, w->settings);
	db_bind_text(db, w->condition);
	db_bind_uuid(db, w->segment);
	db_bind_text(db, w->form);
	db_bind_text(db, w->first_step);
	db_bind_i64(db, w->first_after);
	bind_reentry(db, w->reentry_after);
}

static enum status name_taken(enum status s, struct err *e)
{
	return s == ST_CONFLICT ? err_set(e, ST_CONFLICT, "journey_name_taken", "Another journey has this name.") : s;
}

enum status store_journey_add(
    struct db *db, const struct uuid *workspace, const struct journey_write *w, struct uuid *ret_id, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = w->now};
	struct uuid id = uuid_v7(w->now);
	struct db_result *r;
	size_t rows;
	enum status s = segment_change_begin(&x, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	s = db_run(db, STATEMENT_JOURNEY_COUNT, &r, e);
	if (s == ST_OK && db_i64(r, 0, 0) >= JOURNEY_MAX)
		s = err_set(e, ST_CONFLICT, "journeys_too_many", "A workspace has at most %d journeys.", JOURNEY_MAX);
	if (s != ST_OK)
		return segment_change_give_up(&x, s);
	db_results_clear(db);
	bind_journey(db, workspace, &id, w);
	db_bind_bool(db, w->enrol_existing);
	db_bind_i64(db, x.revision);
	db_bind_text(db, w->author);
	db_bind_time(db, w->now);
	s = db_send(db, STATEMENT_JOURNEY_ADD, e);
	s = segment_change_commit(&x, s, true, &rows, e);
	if (s == ST_OK)
		*ret_id = id;
	return name_taken(s, e);
}

static enum status missed(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	struct arena *arena = arena_new(0);
	struct journey_row row;
	enum status s = arena ? store_journey_read(db, workspace, id, arena, &row, e) : nomem(e);
	arena_free(&arena);
	return s == ST_OK ? err_set(e, ST_CONFLICT, "version_mismatch", "The journey is not what If-Match names.") : s;
}

enum status store_journey_change(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct journey_write *w, int64_t if_revision, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = w->now};
	size_t rows = 0;
	enum status s = segment_change_begin(&x, e);
	if (s != ST_OK)
		return s;
	bind_journey(db, workspace, id, w);
	db_bind_i64(db, x.revision);
	db_bind_bool(db, w->enrol_existing);
	db_bind_time(db, w->now);
	db_bind_revision(db, if_revision);
	s = db_send(db, STATEMENT_JOURNEY_CHANGE, e);
	s = name_taken(segment_change_commit(&x, s, true, &rows, e), e);
	return s == ST_OK && !rows ? missed(db, workspace, id, e) : s;
}

enum status store_journey_delete(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t if_revision, int64_t now, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = now};
	size_t rows = 0;
	enum status s = segment_change_delete(&x, STATEMENT_JOURNEY_DELETE, id, if_revision, NULL, &rows, e);
	return s == ST_OK && !rows ? missed(db, workspace, id, e) : s;
}

enum status store_journey_runs(struct db *db, const struct uuid *workspace, const struct uuid *journey,
    const struct journey_run_filter *f, struct arena *arena, struct journey_run_row **ret, size_t *ret_n,
    bool *ret_more, struct err *e)
{
	struct uuid highest;
	struct db_result *r;
	memset(&highest, 0xff, sizeof highest);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, journey);
	db_bind_text(db, f->state);
	db_bind_time(db, f->has_after ? f->after_at : LAST_INSTANT);
	db_bind_uuid(db, f->has_after ? &f->after : &highest);
	db_bind_i64(db, (int64_t)f->limit + 1);
	enum status s = db_run(db, STATEMENT_JOURNEY_RUNS, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	*ret_more = n > f->limit;
	if (*ret_more)
		n = f->limit;
	struct journey_run_row *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++) {
		rows[i] = (struct journey_run_row){.lead_id = db_uuid(r, i, 0),
		    .run = db_i32(r, i, 1),
		    .started_at = db_time(r, i, 3),
		    .next_at = db_time(r, i, 5),
		    .ended_at = db_time(r, i, 6)};
		whole = text(arena, r, i, 2, &rows[i].state) && text(arena, r, i, 4, &rows[i].step) &&
			text(arena, r, i, 7, &rows[i].reason) && text(arena, r, i, 8, &rows[i].steps);
	}
	db_results_clear(db);
	*ret = rows;
	*ret_n = n;
	return whole ? ST_OK : nomem(e);
}
