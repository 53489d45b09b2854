#include "store/followup.h"

#include <string.h>

#include "column_priv.h"
#include "followup_priv.h"
#include "planned_priv.h"

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

/* The columns of followup_list, followup_read and followup_history. */
static bool take_row(const struct db_result *r, size_t i, struct arena *arena, struct followup_row *f)
{
	*f = (struct followup_row){.id = db_uuid(r, i, 0),
	    .lead_id = db_uuid(r, i, 1),
	    .playbook_id = db_uuid(r, i, 3),
	    .started_at = db_time(r, i, 6),
	    .due_at = db_time(r, i, 7),
	    .last_done_at = db_time(r, i, 10),
	    .done = db_i32(r, i, 12),
	    .ended_at = db_time(r, i, 13),
	    .version = db_i64(r, i, 15),
	    .score = db_i32(r, i, 27)};
	const struct {
		size_t column;
		const char **text;
	} texts[] = {{2, &f->kind}, {4, &f->state}, {5, &f->owner}, {8, &f->due_by}, {9, &f->due_reason},
	    {11, &f->last_outcome}, {14, &f->reason}, {16, &f->playbook}, {17, &f->owner_role}, {18, &f->actions},
	    {19, &f->offer}, {20, &f->cadence}, {21, &f->name}, {22, &f->company}, {23, &f->email}, {24, &f->phone},
	    {25, &f->tier}, {26, &f->stage}, {28, &f->moves}};
	for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
		if (!text(arena, r, i, texts[k].column, texts[k].text))
			return false;
	return true;
}

/* At most `limit` of them; then the results go. */
static enum status take_rows(struct db *db, const struct db_result *r, size_t limit, struct arena *arena,
    struct followup_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	size_t n = db_rows(r);
	*ret_more = n > limit;
	if (*ret_more)
		n = limit;
	struct followup_row *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++)
		whole = take_row(r, i, arena, &rows[i]);
	db_results_clear(db);
	*ret = rows;
	*ret_n = n;
	return whole ? ST_OK : nomem(e);
}

enum status store_followup_list(struct db *db, const struct uuid *workspace, const struct followup_filter *f,
    struct arena *arena, struct followup_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	static const struct uuid lowest;
	struct db_result *r = NULL;
	enum status s = store_planned_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_text(db, f->state);
		db_bind_text(db, f->owner);
		db_bind_uuid(db, f->has_playbook ? &f->playbook : NULL);
		db_bind_text(db, f->kind);
		db_bind_time(db, f->due_before);
		db_bind_time(db, f->has_after ? f->after_at : 0);
		db_bind_uuid(db, f->has_after ? &f->after : &lowest);
		db_bind_i64(db, (int64_t)f->limit + 1);
		s = db_send(db, STATEMENT_FOLLOWUP_LIST, e);
	}
	s = store_planned_end(db, s, &r, e);
	return s == ST_OK ? take_rows(db, r, f->limit, arena, ret, ret_n, ret_more, e) : s;
}

enum status store_followups_read(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct followup_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	bool more;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_READ, &r, e);
	return s == ST_OK ? take_rows(db, r, n, arena, ret, ret_n, &more, e) : s;
}

enum status store_followup_history(struct db *db, const struct uuid *workspace, const struct uuid *lead,
    const struct followup_filter *f, struct arena *arena, struct followup_row **ret, size_t *ret_n, bool *ret_more,
    struct err *e)
{
	struct uuid highest;
	struct db_result *r;
	memset(&highest, 0xff, sizeof highest);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, lead);
	db_bind_time(db, f->has_after ? f->after_at : LAST_INSTANT);
	db_bind_uuid(db, f->has_after ? &f->after : &highest);
	db_bind_i64(db, (int64_t)f->limit + 1);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_HISTORY, &r, e);
	return s == ST_OK ? take_rows(db, r, f->limit, arena, ret, ret_n, ret_more, e) : s;
}

void store_followup_give_up(struct db *db)
{
	db_results_clear(db);
	db_rollback(db);
}

enum status store_followup_begin(struct db *db, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	return s;
}

enum status store_followup_hold(struct db *db, const struct uuid *workspace, const struct uuid *id, bool within,
    struct arena *arena, struct followup_row *ret, struct err *e)
{
	struct followup_row *rows;
	size_t n = 0;
	enum status s = within ? ST_OK : store_followup_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, id);
		s = db_run(db, STATEMENT_FOLLOWUP_WHOSE, NULL, e);
	}
	db_results_clear(db);
	if (s == ST_OK)
		s = store_followups_read(db, workspace, id, 1, arena, &rows, &n, e);
	if (s == ST_OK && !n)
		s = err_set(e, ST_NOT_FOUND, "followup_not_found", "There is no follow-up with this id.");
	if (s == ST_OK)
		*ret = rows[0];
	else if (!within)
		store_followup_give_up(db);
	return s;
}

enum status store_followup_send_moves(
    struct db *db, const struct uuid *workspace, const struct followup_move *m, size_t n, struct err *e)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(m, n, id);
	COLUMN_UUID(m, n, followup_id);
	COLUMN_UUID(m, n, lead_id);
	COLUMN(DB_TEXT, db_put_text, m, n, type);
	COLUMN(DB_TIME, db_put_time, m, n, at);
	COLUMN_UUID(m, n, playbook_id);
	COLUMN(DB_TIME, db_put_time, m, n, due_at);
	COLUMN(DB_TEXT, db_put_text, m, n, reason);
	COLUMN(DB_TEXT, db_put_text, m, n, outcome);
	COLUMN(DB_TEXT, db_put_text, m, n, note);
	COLUMN(DB_TEXT, db_put_text, m, n, author);
	return db_send(db, STATEMENT_FOLLOWUP_MOVE_ADD, e);
}

enum status store_followup_send_told(struct db *db, const struct uuid *workspace, const struct uuid *told,
    const struct uuid *lead, const char *topic, const char *payload, int64_t now, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, told);
	db_bind_uuid(db, lead);
	db_bind_text(db, topic);
	db_bind_text(db, payload);
	db_bind_time(db, now);
	return db_send(db, STATEMENT_OUTBOX_ADD, e);
}

enum status store_followup_end(struct db *db, enum status sent, struct err *e)
{
	if (sent == ST_OK)
		sent = db_send_commit(db, e);
	if (sent == ST_OK)
		sent = db_flush(db, e);
	if (sent != ST_OK)
		store_followup_give_up(db);
	else
		db_results_clear(db);
	return sent;
}

enum status store_followup_act(struct db *db, const struct uuid *workspace, const struct followup_move *move,
    const char *due_by, const struct uuid *told, const char *topic, const char *payload, bool within, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &move->followup_id);
	db_bind_time(db, move->due_at);
	db_bind_text(db, due_by);
	db_bind_text(db, move->outcome);
	db_bind_time(db, move->outcome ? move->at : INSTANT_NEVER);
	enum status s = db_send(db, STATEMENT_FOLLOWUP_ACT, e);
	if (s == ST_OK)
		s = store_followup_send_moves(db, workspace, move, 1, e);
	if (s == ST_OK && payload)
		s = store_followup_send_told(db, workspace, told, &move->lead_id, topic, payload, move->at, e);
	if (!within)
		return store_followup_end(db, s, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	return s;
}
