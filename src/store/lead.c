/* One lead as readers see it. */
#include "lead_priv.h"

bool store_lead_row(const struct db_result *r, size_t row, struct arena *arena, struct lead_row *ret)
{
	const char *tier = db_text(r, row, 11, NULL);
	struct lead_row l = {
	    .id = db_uuid(r, row, 0),
	    .version = db_i64(r, row, 1),
	    .created_at = db_time(r, row, 2),
	    .updated_at = db_time(r, row, 3),
	    .as_of = db_time(r, row, 4),
	    .last_event_at = db_time(r, row, 5),
	    .next_change_at = db_time(r, row, 6),
	    .model_version = db_i64(r, row, 7),
	    .score = db_i32(r, row, 8),
	    .fit = db_i32(r, row, 9),
	    .engagement = db_i32(r, row, 10),
	    .tier = tier ? *tier : 'D',
	    .grade = db_text(r, row, 12, NULL),
	    .stage = db_text(r, row, 13, NULL),
	    .owner = db_text(r, row, 14, NULL),
	    .n_tags = db_array_length(r, row, 15),
	    .has_handoff = !db_null(r, row, 16),
	    .handoff_id = db_uuid(r, row, 16),
	    .handoff_state = db_text(r, row, 17, NULL),
	};
	l.profile = db_text(r, row, 18, &l.profile_len);
	l.score_offset = db_i32(r, row, 19);
	const char **tags = NULL;
	if (l.n_tags && !(tags = arena_array(arena, l.n_tags, sizeof *tags)))
		return false;
	for (size_t i = 0; i < l.n_tags; i++) {
		const char *s = "";
		size_t n = 0;
		(void)db_text_array(r, row, 15, i, &s, &n);
		if (!(tags[i] = arena_strndup(arena, s, n)))
			return false;
	}
	l.tags = tags;
	*ret = l;
	return true;
}

enum status store_lead_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct lead_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_LEAD_READ, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return err_set(e, ST_NOT_FOUND, "lead_not_found", "There is no lead with this id.");
	return store_lead_row(r, 0, arena, ret) ? ST_OK : err_set(e, ST_NOMEM, NULL, "out of memory");
}

static bool take_scores(const struct db_result *r, struct arena *arena, struct lead_detail *d)
{
	d->n_scores = db_rows(r);
	d->scores = arena_array(arena, d->n_scores + 1, sizeof *d->scores);
	for (size_t i = 0; d->scores && i < d->n_scores; i++) {
		const char *tier = db_text(r, i, 7, NULL);
		d->scores[i] = (struct lead_score_row){.line = db_text(r, i, 0, NULL),
		    .state = db_text(r, i, 1, NULL),
		    .model_version = db_i64(r, i, 2),
		    .applies = db_bool(r, i, 3),
		    .score = db_i32(r, i, 4),
		    .fit = db_i32(r, i, 5),
		    .engagement = db_i32(r, i, 6),
		    .tier = tier ? *tier : 'D',
		    .grade = db_text(r, i, 8, NULL),
		    .stage = db_text(r, i, 9, NULL),
		    .as_of = db_time(r, i, 10)};
	}
	return d->scores != NULL;
}

static bool take_identities(const struct db_result *r, struct arena *arena, struct lead_detail *d)
{
	d->n_identities = db_rows(r);
	d->identities = arena_array(arena, d->n_identities + 1, sizeof *d->identities);
	for (size_t i = 0; d->identities && i < d->n_identities; i++)
		d->identities[i] = (struct lead_identity_row){db_text(r, i, 0, NULL), db_text(r, i, 1, NULL)};
	return d->identities != NULL;
}

static bool take_merges(const struct db_result *r, struct arena *arena, struct lead_detail *d)
{
	d->n_merges = db_rows(r);
	d->merges = arena_array(arena, d->n_merges + 1, sizeof *d->merges);
	bool whole = d->merges != NULL;
	for (size_t i = 0; whole && i < d->n_merges; i++)
		whole = store_merge_row(r, i, arena, &d->merges[i]);
	return whole;
}

enum status store_lead_detail(struct db *db, const struct uuid *workspace, const struct uuid *id, bool shadows,
    struct arena *arena, struct lead_detail *ret, struct err *e)
{
	static const enum statement statements[] = {
	    STATEMENT_LEAD_READ, STATEMENT_LEAD_SCORES, STATEMENT_LEAD_IDENTITIES, STATEMENT_LEAD_MERGES};
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < 4; i++) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, id);
		if (statements[i] == STATEMENT_LEAD_SCORES)
			db_bind_bool(db, shadows);
		s = db_send(db, statements[i], e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(db_result_at(db, 0)))
		return err_set(e, ST_NOT_FOUND, "lead_not_found", "There is no lead with this id.");
	bool whole = store_lead_row(db_result_at(db, 0), 0, arena, &ret->lead) &&
		     take_scores(db_result_at(db, 1), arena, ret) &&
		     take_identities(db_result_at(db, 2), arena, ret) && take_merges(db_result_at(db, 3), arena, ret);
	return whole ? ST_OK : err_set(e, ST_NOMEM, NULL, "out of memory");
}
