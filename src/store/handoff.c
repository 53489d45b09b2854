#include "store/handoff.h"

#include <string.h>

#include "planned_priv.h"

static struct handoff_row take_row(const struct db_result *r, size_t i)
{
	return (struct handoff_row){
	    .id = db_uuid(r, i, 0),
	    .lead_id = db_uuid(r, i, 1),
	    .transition_id = db_uuid(r, i, 2),
	    .state = db_text(r, i, 3, NULL),
	    .stage = db_text(r, i, 4, NULL),
	    .version = db_i64(r, i, 5),
	    .created_at = db_time(r, i, 6),
	    .updated_at = db_time(r, i, 7),
	    .context = db_text(r, i, 8, NULL),
	};
}

enum status store_handoff_read(
    struct db *db, const struct uuid *workspace, const struct uuid *id, struct handoff_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_HANDOFF_READ, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return err_set(e, ST_NOT_FOUND, "handoff_not_found", "There is no handoff with this id.");
	*ret = take_row(r, 0);
	return ST_OK;
}

enum status store_handoff_list(struct db *db, const struct uuid *workspace, const struct handoff_filter *f,
    struct arena *arena, struct handoff_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	struct uuid after = f->after;
	if (!f->has_after)
		memset(&after, 0xff, sizeof after);
	struct db_result *r = NULL;
	enum status s = store_planned_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, (int64_t)f->limit + 1);
		db_bind_uuid(db, &after);
		db_bind_text(db, f->state);
		db_bind_uuid(db, f->has_lead ? &f->lead_id : NULL);
		s = db_send(db, STATEMENT_HANDOFF_LIST, e);
	}
	s = store_planned_end(db, s, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > f->limit;
	if (more)
		n = f->limit;
	struct handoff_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i] = take_row(r, i);
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}
