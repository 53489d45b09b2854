#include "store/segment.h"

#include <string.h>

#include "lead_priv.h"

#define LAST_INSTANT INT64_C(253402300799999) /* the end of 9999 */

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status not_found(struct err *e)
{
	return err_set(e, ST_NOT_FOUND, "segment_not_found", "There is no segment with this id.");
}

static bool text(struct arena *arena, const struct db_result *r, size_t row, size_t col, const char **ret)
{
	const char *s = db_text(r, row, col, NULL);
	*ret = s ? arena_strdup(arena, s) : NULL;
	return !s || *ret;
}

static bool take_row(const struct db_result *r, size_t i, struct arena *arena, struct segment_row *s)
{
	*s = (struct segment_row){.id = db_uuid(r, i, 0),
	    .announce = db_bool(r, i, 5),
	    .revision = db_i64(r, i, 6),
	    .has_job = !db_null(r, i, 7),
	    .job_id = db_uuid(r, i, 7),
	    .leads = db_i64(r, i, 9),
	    .counted_at = db_time(r, i, 10),
	    .created_at = db_time(r, i, 12),
	    .updated_at = db_time(r, i, 13)};
	return text(arena, r, i, 1, &s->name) && text(arena, r, i, 2, &s->description) &&
	       text(arena, r, i, 3, &s->template) && text(arena, r, i, 4, &s->condition) &&
	       text(arena, r, i, 8, &s->job_state) && text(arena, r, i, 11, &s->created_by);
}

static enum status list(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct segment_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_SEGMENT_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct segment_row *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++)
		whole = take_row(r, i, arena, &rows[i]);
	db_results_clear(db);
	if (!whole)
		return nomem(e);
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_segment_list(struct db *db, const struct uuid *workspace, struct arena *arena,
    struct segment_row **ret, size_t *ret_n, struct err *e)
{
	return list(db, workspace, NULL, arena, ret, ret_n, e);
}

enum status store_segment_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct segment_row *ret, struct err *e)
{
	struct segment_row *rows;
	size_t n;
	enum status s = list(db, workspace, id, arena, &rows, &n, e);
	if (s == ST_OK && !n)
		return not_found(e);
	if (s == ST_OK)
		*ret = rows[0];
	return s;
}

enum status store_segment_count(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_SEGMENT_COUNT, &r, e);
	if (s == ST_OK)
		*ret = db_i64(r, 0, 0);
	db_results_clear(db);
	return s;
}

enum status store_segment_trend(struct db *db, const struct uuid *workspace, const struct uuid *id, size_t days,
    struct arena *arena, struct segment_day **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_i64(db, (int64_t)days);
	enum status s = db_run(db, STATEMENT_SEGMENT_TREND, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct segment_day *rows = arena_array(arena, n + 1, sizeof *rows);
	for (size_t i = 0; rows && i < n; i++) {
		const char *day = db_text(r, i, 0, NULL);
		rows[i] =
		    (struct segment_day){.leads = db_i64(r, i, 1), .entered = db_i64(r, i, 2), .left = db_i64(r, i, 3)};
		memcpy(rows[i].day, day, strnlen(day, sizeof rows[i].day - 1));
	}
	db_results_clear(db);
	if (!rows)
		return nomem(e);
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_segment_leads(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct lead_cursor *after, size_t limit, struct arena *arena, struct lead_row **ret, int64_t **ret_since,
    size_t *ret_n, bool *ret_more, struct err *e)
{
	struct uuid highest;
	struct db_result *r;
	memset(&highest, 0xff, sizeof highest);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_time(db, after->set ? after->value : LAST_INSTANT);
	db_bind_uuid(db, after->set ? &after->id : &highest);
	db_bind_i64(db, (int64_t)limit + 1);
	enum status s = db_run(db, STATEMENT_SEGMENT_LEADS, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	*ret_more = n > limit;
	if (*ret_more)
		n = limit;
	*ret = arena_array(arena, n + 1, sizeof **ret);
	*ret_since = arena_array(arena, n + 1, sizeof **ret_since);
	bool whole = *ret && *ret_since;
	for (size_t i = 0; whole && i < n; i++) {
		whole = store_lead_row(r, i, arena, &(*ret)[i]);
		(*ret_since)[i] = db_time(r, i, 20);
	}
	*ret_n = n;
	return whole ? ST_OK : nomem(e);
}

enum status store_segments_of_lead(struct db *db, const struct uuid *workspace, const struct uuid *lead,
    struct arena *arena, struct segment_of_lead **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, lead);
	enum status s = db_run(db, STATEMENT_SEGMENT_OF_LEAD, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct segment_of_lead *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++) {
		rows[i] = (struct segment_of_lead){.id = db_uuid(r, i, 0), .since = db_time(r, i, 2)};
		whole = text(arena, r, i, 1, &rows[i].name);
	}
	db_results_clear(db);
	if (!whole)
		return nomem(e);
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_segments_dirty(
    struct db *db, int64_t now, struct segment_dirty *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_SEGMENT_DIRTY, &r, e);
	if (s != ST_OK)
		return s;
	*ret_n = db_rows(r);
	for (size_t i = 0; i < *ret_n; i++) {
		const char *zone = db_text(r, i, 2, NULL);
		ret[i] = (struct segment_dirty){
		    .workspace_id = db_uuid(r, i, 0), .id = db_uuid(r, i, 1), .counted_at = db_time(r, i, 3)};
		memcpy(ret[i].time_zone, zone, strnlen(zone, sizeof ret[i].time_zone - 1));
	}
	db_results_clear(db);
	return ST_OK;
}

enum status store_segment_counted(struct db *db, const struct uuid *workspace, const struct uuid *id, const char *day,
    int64_t begin, int64_t end, int64_t now, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_text(db, day);
	db_bind_time(db, begin);
	db_bind_time(db, end);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_SEGMENT_COUNTED, NULL, e);
	db_results_clear(db);
	return s;
}

enum status store_segment_moves_forget(struct db *db, int64_t before, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, before);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_SEGMENT_MOVES_FORGET, &r, e);
	if (s == ST_OK)
		*ret_n = db_affected(r);
	db_results_clear(db);
	return s;
}
