#include "store/timeline.h"

#include <string.h>

static struct timeline_row take_row(const struct db_result *r, size_t i)
{
	return (struct timeline_row){
	    .at = db_time(r, i, 0),
	    .source = db_i32(r, i, 1),
	    .id = db_uuid(r, i, 2),
	    .type = db_text(r, i, 3, NULL),
	    .event_id = db_text(r, i, 4, NULL),
	    .has_event_key = !db_null(r, i, 5),
	    .event_key = db_uuid(r, i, 5),
	    .received_at = db_time(r, i, 6),
	    .properties = db_text(r, i, 7, NULL),
	    .patch = db_text(r, i, 8, NULL),
	    .event_source = db_text(r, i, 9, NULL),
	    .from = db_text(r, i, 10, NULL),
	    .to = db_text(r, i, 11, NULL),
	    .cause = db_text(r, i, 12, NULL),
	    .reason = db_text(r, i, 13, NULL),
	    .score = db_i32(r, i, 14),
	    .fit = db_i32(r, i, 15),
	    .engagement = db_i32(r, i, 16),
	    .model_version = db_i64(r, i, 17),
	    .state = db_text(r, i, 18, NULL),
	    .line = db_text(r, i, 19, NULL),
	    .voided_at = db_time(r, i, 20),
	    .void_reason = db_text(r, i, 21, NULL),
	    .flag = db_text(r, i, 22, NULL),
	    .cleaned = db_text(r, i, 23, NULL),
	    .lead_id = db_uuid(r, i, 24),
	    .other_id = db_uuid(r, i, 25),
	    .author = db_text(r, i, 26, NULL),
	    .note = db_text(r, i, 27, NULL),
	    .name = db_text(r, i, 28, NULL),
	};
}

enum status store_timeline(struct db *db, const struct uuid *workspace, const struct uuid *lead,
    const struct timeline_cursor *after, size_t limit, struct arena *arena, struct timeline_row **ret, size_t *ret_n,
    bool *ret_more, struct err *e)
{
	struct uuid last;
	memset(&last, 0xff, sizeof last);
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, lead);
	db_bind_time(db, after->set ? after->at : INT64_C(253402300799999)); /* 9999-12-31T23:59:59.999Z */
	db_bind_i32(db, after->set ? after->source : INT32_MAX);
	db_bind_uuid(db, after->set ? &after->id : &last);
	db_bind_i64(db, (int64_t)limit + 1);
	enum status s = db_run(db, STATEMENT_TIMELINE, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return err_set(e, ST_NOT_FOUND, "lead_not_found", "There is no lead with this id.");
	size_t n = db_rows(r);
	if (n == 1 && db_null(r, 0, 1))
		n = 0; /* the lead is there, nothing else is */
	bool more = n > limit;
	if (more)
		n = limit;
	struct timeline_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i] = take_row(r, i);
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}
