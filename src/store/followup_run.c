#include "store/followup_run.h"

#include "column_priv.h"
#include "followup_priv.h"

#define TENANTS 32

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

enum status store_followups_waiting(
    struct db *db, struct arena *arena, struct followup_tenant **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_i64(db, TENANTS);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_WAITING, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct followup_tenant *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++) {
		rows[i].workspace_id = db_uuid(r, i, 0);
		whole = text(arena, r, i, 1, &rows[i].time_zone);
	}
	db_results_clear(db);
	*ret = rows;
	*ret_n = n;
	return whole ? ST_OK : nomem(e);
}

static enum status take_leads(struct db *db, const struct uuid *workspace, const struct uuid *marked, size_t n,
    struct arena *arena, struct followup_look *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, marked, n);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_LEADS, &r, e);
	if (s != ST_OK)
		return s;
	ret->n_leads = db_rows(r);
	ret->leads = arena_array(arena, ret->n_leads + 1, sizeof *ret->leads);
	bool whole = ret->leads != NULL;
	for (size_t i = 0; whole && i < ret->n_leads; i++) {
		ret->leads[i].id = db_uuid(r, i, 0);
		whole = text(arena, r, i, 1, &ret->leads[i].owner) && text(arena, r, i, 2, &ret->leads[i].stage);
	}
	db_results_clear(db);
	return whole ? ST_OK : nomem(e);
}

static struct followup_lead *lead_of(struct followup_look *l, const struct uuid *id)
{
	for (size_t i = 0; i < l->n_leads; i++)
		if (!uuid_cmp(&l->leads[i].id, id))
			return &l->leads[i];
	return NULL;
}

/* Of marks that another has taken nothing is said. */
static enum status take_marks(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct followup_look *look, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_TAKE, &r, e);
	bool whole = true;
	for (size_t i = 0; s == ST_OK && whole && i < db_rows(r); i++) {
		struct uuid id = db_uuid(r, i, 0);
		struct followup_lead *lead = lead_of(look, &id);
		if (!lead || db_null(r, i, 2) || (lead->change && lead->changed_at >= db_time(r, i, 1)))
			continue;
		lead->changed_at = db_time(r, i, 1);
		whole = text(arena, r, i, 2, &lead->change);
	}
	db_results_clear(db);
	return s != ST_OK || whole ? s : nomem(e);
}

static enum status take_fits(struct db *db, const struct uuid *workspace, const struct uuid *leads, struct arena *arena,
    struct followup_look *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, ret->n_leads);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_FIT, &r, e);
	if (s != ST_OK)
		return s;
	ret->n_fits = db_rows(r);
	ret->fits = arena_array(arena, ret->n_fits + 1, sizeof *ret->fits);
	bool whole = ret->fits != NULL;
	for (size_t i = 0; whole && i < ret->n_fits; i++) {
		struct followup_fit *f = &ret->fits[i];
		f->lead_id = db_uuid(r, i, 0);
		f->playbook_id = db_uuid(r, i, 2);
		whole = text(arena, r, i, 1, &f->kind) && text(arena, r, i, 3, &f->cadence) &&
			text(arena, r, i, 4, &f->first_after) && text(arena, r, i, 5, &f->on_change);
	}
	db_results_clear(db);
	return whole ? ST_OK : nomem(e);
}

static enum status take_open(struct db *db, const struct uuid *workspace, const struct uuid *leads, struct arena *arena,
    struct followup_look *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, ret->n_leads);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_OPEN, &r, e);
	if (s != ST_OK)
		return s;
	ret->n_open = db_rows(r);
	ret->open = arena_array(arena, ret->n_open + 1, sizeof *ret->open);
	bool whole = ret->open != NULL;
	for (size_t i = 0; whole && i < ret->n_open; i++) {
		struct followup_open *o = &ret->open[i];
		*o = (struct followup_open){.root = db_uuid(r, i, 0),
		    .id = db_uuid(r, i, 1),
		    .lead_id = db_uuid(r, i, 2),
		    .playbook_id = db_uuid(r, i, 4),
		    .started_at = db_time(r, i, 6),
		    .due_at = db_time(r, i, 7),
		    .last_done_at = db_time(r, i, 9)};
		whole = text(arena, r, i, 3, &o->kind) && text(arena, r, i, 5, &o->owner) &&
			text(arena, r, i, 8, &o->due_by);
	}
	db_results_clear(db);
	return whole ? ST_OK : nomem(e);
}

enum status store_followups_look(struct db *db, const struct uuid *workspace, size_t max, struct arena *arena,
    struct followup_look *ret, bool *ret_more, struct err *e)
{
	struct db_result *r;
	*ret = (struct followup_look){0};
	db_bind_uuid(db, workspace);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_MARKED, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct uuid *marks = arena_array(arena, n + 1, sizeof *marks), *ids = arena_array(arena, n + 1, sizeof *ids);
	for (size_t i = 0; marks && ids && i < n; i++) {
		marks[i] = db_uuid(r, i, 0);
		ids[i] = db_uuid(r, i, 1);
	}
	db_results_clear(db);
	*ret_more = n == max;
	s = marks && ids ? store_followup_begin(db, e) : nomem(e);
	if (s == ST_OK)
		s = take_leads(db, workspace, ids, n, arena, ret, e);
	if (s == ST_OK)
		s = take_marks(db, workspace, marks, n, arena, ret, e);
	for (size_t i = 0; s == ST_OK && i < ret->n_leads; i++)
		ids[i] = ret->leads[i].id;
	if (s == ST_OK)
		s = take_fits(db, workspace, ids, arena, ret, e);
	if (s == ST_OK)
		s = take_open(db, workspace, ids, arena, ret, e);
	if (s != ST_OK)
		store_followup_give_up(db);
	return s;
}

static enum status send_changes(
    struct db *db, const struct uuid *workspace, const struct followup_change *c, size_t n, struct err *e)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(c, n, id);
	COLUMN_UUID(c, n, lead_id);
	COLUMN_UUID(c, n, playbook_id);
	COLUMN(DB_TEXT, db_put_text, c, n, state);
	COLUMN(DB_TEXT, db_put_text, c, n, owner);
	COLUMN(DB_TIME, db_put_time, c, n, due_at);
	COLUMN(DB_TEXT, db_put_text, c, n, due_by);
	COLUMN(DB_TEXT, db_put_text, c, n, due_reason);
	COLUMN(DB_TIME, db_put_time, c, n, ended_at);
	COLUMN(DB_TEXT, db_put_text, c, n, reason);
	return db_send(db, STATEMENT_FOLLOWUP_CHANGE, e);
}

static enum status send_adds(
    struct db *db, const struct uuid *workspace, const struct followup_add *a, size_t n, struct err *e)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(a, n, id);
	COLUMN_UUID(a, n, lead_id);
	COLUMN(DB_TEXT, db_put_text, a, n, kind);
	COLUMN_UUID(a, n, playbook_id);
	COLUMN(DB_TEXT, db_put_text, a, n, owner);
	COLUMN(DB_TIME, db_put_time, a, n, started_at);
	COLUMN(DB_TIME, db_put_time, a, n, due_at);
	COLUMN(DB_TEXT, db_put_text, a, n, due_by);
	COLUMN(DB_TEXT, db_put_text, a, n, due_reason);
	return db_send(db, STATEMENT_FOLLOWUP_ADD, e);
}

enum status store_followups_write(
    struct db *db, const struct uuid *workspace, const struct followup_writes *w, struct err *e)
{
	enum status s = w->n_changes ? send_changes(db, workspace, w->changes, w->n_changes, e) : ST_OK;
	if (s == ST_OK && w->n_adds)
		s = send_adds(db, workspace, w->adds, w->n_adds, e);
	if (s == ST_OK && w->n_moves)
		s = store_followup_send_moves(db, workspace, w->moves, w->n_moves, e);
	return store_followup_end(db, s, e);
}

enum status store_followups_due(struct db *db, int64_t now, size_t max, struct arena *arena, struct followup_due **ret,
    size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_DUE, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct followup_due *rows = arena_array(arena, n + 1, sizeof *rows);
	for (size_t i = 0; rows && i < n; i++)
		rows[i] = (struct followup_due){db_uuid(r, i, 0), db_uuid(r, i, 1), db_uuid(r, i, 2)};
	db_results_clear(db);
	*ret = rows;
	*ret_n = n;
	return rows ? ST_OK : nomem(e);
}

/* Which of them nobody has told yet, once their leads are held. */
static enum status claim(struct db *db, const struct uuid *workspace, const struct uuid *leads, struct uuid *ids,
    size_t *io_n, int64_t now, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, *io_n);
	enum status s = db_run(db, STATEMENT_FOLLOWUP_HOLD, NULL, e);
	db_results_clear(db);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, *io_n);
	db_bind_time(db, now);
	s = db_run(db, STATEMENT_FOLLOWUP_TELL, &r, e);
	if (s == ST_OK)
		*io_n = db_rows(r);
	for (size_t i = 0; s == ST_OK && i < *io_n; i++)
		ids[i] = db_uuid(r, i, 0);
	db_results_clear(db);
	return s;
}

enum status store_followups_claim(struct db *db, const struct followup_due *due, size_t n, int64_t now,
    struct arena *arena, struct followup_row **ret, size_t *ret_n, struct err *e)
{
	struct uuid *ids = arena_array(arena, n + 1, sizeof *ids), *leads = arena_array(arena, n + 1, sizeof *leads);
	for (size_t i = 0; ids && leads && i < n; i++) {
		ids[i] = due[i].id;
		leads[i] = due[i].lead_id;
	}
	enum status s = ids && leads ? store_followup_begin(db, e) : nomem(e);
	if (s == ST_OK)
		s = claim(db, &due->workspace_id, leads, ids, &n, now, e);
	if (s == ST_OK)
		s = store_followups_read(db, &due->workspace_id, ids, n, arena, ret, ret_n, e);
	if (s != ST_OK)
		store_followup_give_up(db);
	return s;
}

enum status store_followups_tell(struct db *db, const struct uuid *workspace, const struct followup_row *rows, size_t n,
    const struct uuid *told, const char *const *payloads, int64_t now, struct err *e)
{
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = store_followup_send_told(
		    db, workspace, &told[i], &rows[i].lead_id, "followup.due", payloads[i], now, e);
	return store_followup_end(db, s, e);
}
