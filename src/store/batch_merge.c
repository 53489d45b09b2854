/* What a batch writes of merges, and of leads that may be one person. */
#include "batch_priv.h"
#include "column_priv.h"

static enum status send_merges(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	const struct batch_merge *m = w->merges;
	size_t n = w->n_merges;
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(m, n, id);
	COLUMN_UUID(m, n, lead_id);
	COLUMN_UUID(m, n, member);
	COLUMN(DB_TIME, db_put_time, m, n, at);
	COLUMN(DB_TEXT, db_put_text, m, n, cause);
	COLUMN(DB_TEXT, db_put_text, m, n, author);
	COLUMN(DB_TEXT, db_put_text, m, n, reason);
	COLUMN_UUID_IF(m, n, has_handoff, handoff_id);
	COLUMN(DB_TEXT, db_put_text, m, n, handoff_state);
	return db_send(db, STATEMENT_BATCH_MERGE_INSERT, e);
}

static enum status send_undone(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	if (!w->has_undone)
		return ST_OK;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &w->undone);
	db_bind_time(db, w->now);
	db_bind_text(db, w->undone_by);
	return db_send(db, STATEMENT_BATCH_MERGE_UNDO, e);
}

static enum status send_links(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	const struct batch_link *l = w->links;
	size_t n = w->n_links;
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(l, n, id);
	db_array_begin(db, DB_UUID, n);
	for (size_t i = 0; i < n; i++)
		db_put_uuid(db, l[i].merged ? &l[i].root : NULL);
	db_array_end(db);
	COLUMN(DB_BOOL, db_put_bool, l, n, has_members);
	COLUMN(DB_TEXT, db_put_text, l, n, handoff_state);
	return db_send(db, STATEMENT_BATCH_LINK, e);
}

static enum status send_handoff_states(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	const struct batch_handoff_state *h = w->handoff_states;
	size_t n = w->n_handoff_states;
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(h, n, id);
	COLUMN(DB_TEXT, db_put_text, h, n, state);
	COLUMN(DB_TEXT, db_put_text, h, n, was);
	db_bind_time(db, w->now);
	return db_send(db, STATEMENT_BATCH_HANDOFF_STATE, e);
}

static enum status send_pairs(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	enum status s = ST_OK;
	if (w->n_pairs) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->pairs, w->n_pairs, id);
		COLUMN_UUID(w->pairs, w->n_pairs, lead_a);
		COLUMN_UUID(w->pairs, w->n_pairs, lead_b);
		COLUMN(DB_TEXT, db_put_text, w->pairs, w->n_pairs, reason);
		db_bind_time(db, w->now);
		s = db_send(db, STATEMENT_BATCH_DUPLICATE_INSERT, e);
	}
	if (s == ST_OK && w->n_marks_of_leads) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->marks_of_leads, w->n_marks_of_leads, lead_id);
		COLUMN(DB_INT8, db_put_i64, w->marks_of_leads, w->n_marks_of_leads, lead_version);
		s = db_send(db, STATEMENT_BATCH_DUPLICATE_MARK, e);
	}
	return s;
}

enum status store_merges_send(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	/* The undone merge goes before new ones, for a member has one at a time. */
	enum status s = send_undone(db, workspace, w, e);
	if (s == ST_OK)
		s = send_merges(db, workspace, w, e);
	if (s == ST_OK)
		s = send_links(db, workspace, w, e);
	if (s == ST_OK && w->n_resting) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, w->resting, w->n_resting);
		s = db_send(db, STATEMENT_BATCH_SCORE_REST, e);
	}
	if (s == ST_OK)
		s = send_handoff_states(db, workspace, w, e);
	return s == ST_OK ? send_pairs(db, workspace, w, e) : s;
}
