#include "store/handoff.h"

#include <string.h>

#include "planned_priv.h"

bool handoff_open_state(const char *state)
{
	return state && (!strcmp(state, "pending") || !strcmp(state, "assigned") || !strcmp(state, "accepted"));
}

static int64_t span_or_none(const struct db_result *r, size_t i, size_t col)
{
	return db_null(r, i, col) ? -1 : db_i64(r, i, col);
}

struct handoff_row store_handoff_take(const struct db_result *r, size_t i)
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
	    .assignee = db_uuid(r, i, 9),
	    .rule = db_text(r, i, 10, NULL),
	    .assigned_at = db_time(r, i, 11),
	    .accepted_at = db_time(r, i, 12),
	    .responded_at = db_time(r, i, 13),
	    .ended_at = db_time(r, i, 14),
	    .acceptance_ms = span_or_none(r, i, 15),
	    .response_ms = span_or_none(r, i, 16),
	    .outcome = db_text(r, i, 17, NULL),
	    .reason = db_text(r, i, 18, NULL),
	    .note = db_text(r, i, 19, NULL),
	    .clock = db_text(r, i, 20, NULL),
	    .warn_at = db_time(r, i, 21),
	    .due_at = db_time(r, i, 22),
	    .warned_at = db_time(r, i, 23),
	    .breached_at = db_time(r, i, 24),
	    .reassigned = db_i32(r, i, 25),
	    .escalated_at = db_time(r, i, 26),
	    .desk_at = db_time(r, i, 27),
	};
}

static bool keep(struct arena *arena, const char **io)
{
	*io = *io ? arena_strdup(arena, *io) : NULL;
	return *io;
}

bool store_handoff_keep(struct arena *arena, struct handoff_row *io)
{
	const char **texts[] = {&io->state, &io->stage, &io->context, &io->rule, &io->outcome, &io->reason, &io->note, &io->clock, &io->assignee_name, &io->assignee_email};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (*texts[i] && !keep(arena, texts[i]))
			return false;
	return true;
}

static struct handoff_row take_shown(const struct db_result *r, size_t i)
{
	struct handoff_row h = store_handoff_take(r, i);
	h.assignee_name = db_text(r, i, HANDOFF_COLUMNS, NULL);
	h.assignee_email = db_text(r, i, HANDOFF_COLUMNS + 1, NULL);
	return h;
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
	*ret = take_shown(r, 0);
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
		db_bind_uuid(db, f->has_owner ? &f->owner : NULL);
		db_bind_time(db, f->overdue_at);
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
		rows[i] = take_shown(r, i);
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}

enum status store_handoff_moves(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct handoff_move_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_HANDOFF_MOVES, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct handoff_move_row *rows = arena_array(arena, n + 1, sizeof *rows);
	bool ok = rows != NULL;
	for (size_t i = 0; ok && i < n; i++) {
		rows[i] = (struct handoff_move_row){.version = db_i64(r, i, 0),
		    .at = db_time(r, i, 1),
		    .move = db_text(r, i, 2, NULL),
		    .from = db_text(r, i, 3, NULL),
		    .to = db_text(r, i, 4, NULL),
		    .author = db_text(r, i, 5, NULL),
		    .assignee = db_uuid(r, i, 6),
		    .rule = db_text(r, i, 7, NULL),
		    .reason = db_text(r, i, 8, NULL),
		    .note = db_text(r, i, 9, NULL),
		    .clock = db_text(r, i, 10, NULL),
		    .due_at = db_time(r, i, 11),
		    .worked_ms = span_or_none(r, i, 12)};
		const char **texts[] = {&rows[i].move, &rows[i].from, &rows[i].to, &rows[i].author, &rows[i].rule, &rows[i].reason, &rows[i].note, &rows[i].clock};
		for (size_t k = 0; ok && k < sizeof texts / sizeof texts[0]; k++)
			ok = !*texts[k] || keep(arena, texts[k]);
	}
	db_results_clear(db);
	if (!ok)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}
