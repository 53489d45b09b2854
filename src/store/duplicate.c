#include "store/duplicate.h"

#include <string.h>

#include "planned_priv.h"

#define LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

struct uuid duplicate_id(const struct uuid *a, const struct uuid *b)
{
	bool swap = uuid_cmp(a, b) > 0;
	return hash128((swap ? b : a)->b, sizeof a->b, (swap ? a : b)->b, sizeof b->b);
}

static enum status not_found(struct err *e)
{
	return err_set(e, ST_NOT_FOUND, "duplicate_not_found", "There is no such pair.");
}

enum status store_duplicate_leads(struct db *db, const struct uuid *workspace, const struct uuid *id,
    struct uuid *ret_a, struct uuid *ret_b, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_DUPLICATE_LEADS, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return not_found(e);
	*ret_a = db_uuid(r, 0, 0);
	*ret_b = db_uuid(r, 0, 1);
	return ST_OK;
}

static struct duplicate_lead take_lead(const struct db_result *r, size_t i, size_t col)
{
	const char *tier = db_text(r, i, col + 7, NULL);
	return (struct duplicate_lead){.id = db_uuid(r, i, col),
	    .name = db_text(r, i, col + 1, NULL),
	    .email = db_text(r, i, col + 2, NULL),
	    .phone = db_text(r, i, col + 3, NULL),
	    .company = db_text(r, i, col + 4, NULL),
	    .owner = db_text(r, i, col + 5, NULL),
	    .stage = db_text(r, i, col + 6, NULL),
	    .tier = tier ? *tier : 'D',
	    .score = db_i32(r, i, col + 8),
	    .last_event_at = db_time(r, i, col + 9),
	    .created_at = db_time(r, i, col + 10)};
}

static bool take_row(const struct db_result *r, size_t i, struct arena *arena, struct duplicate_row *d)
{
	*d = (struct duplicate_row){.id = db_uuid(r, i, 0),
	    .n_reasons = db_array_length(r, i, 1),
	    .state = db_text(r, i, 2, NULL),
	    .found_at = db_time(r, i, 3),
	    .decided_at = db_time(r, i, 4),
	    .decided_by = db_text(r, i, 5, NULL),
	    .note = db_text(r, i, 6, NULL),
	    .leads = {take_lead(r, i, 7), take_lead(r, i, 18)}};
	d->reasons = arena_array(arena, d->n_reasons + 1, sizeof(*d->reasons));
	for (size_t k = 0; d->reasons && k < d->n_reasons; k++) {
		const char *s = "";
		size_t n = 0;
		(void)db_text_array(r, i, 1, k, &s, &n);
		if (!(d->reasons[k] = arena_strndup(arena, s, n)))
			return false;
	}
	return d->reasons != NULL;
}

static enum status run_list(struct db *db, const struct uuid *workspace, const struct duplicate_filter *f,
    const struct uuid *only, struct db_result **ret, struct err *e)
{
	struct uuid last;
	memset(&last, 0xff, sizeof last);
	enum status s = store_planned_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_text(db, f->state);
		db_bind_time(db, f->has_after ? f->after_at : LAST_MS);
		db_bind_uuid(db, f->has_after ? &f->after : &last);
		db_bind_i64(db, (int64_t)f->limit + 1);
		db_bind_uuid(db, f->has_lead ? &f->lead_id : NULL);
		db_bind_uuid(db, only);
		s = db_send(db, STATEMENT_DUPLICATE_LIST, e);
	}
	return store_planned_end(db, s, ret, e);
}

enum status store_duplicate_list(struct db *db, const struct uuid *workspace, const struct duplicate_filter *f,
    struct arena *arena, struct duplicate_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	struct db_result *r;
	enum status s = run_list(db, workspace, f, NULL, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r) > f->limit ? f->limit : db_rows(r);
	struct duplicate_row *rows = arena_array(arena, n + 1, sizeof *rows);
	bool whole = rows != NULL;
	for (size_t i = 0; whole && i < n; i++)
		whole = take_row(r, i, arena, &rows[i]);
	if (!whole)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = rows;
	*ret_n = n;
	*ret_more = db_rows(r) > f->limit;
	return ST_OK;
}

enum status store_duplicate_read(struct db *db, const struct uuid *workspace, const struct uuid *id,
    struct arena *arena, struct duplicate_row *ret, struct err *e)
{
	struct db_result *r;
	enum status s = run_list(db, workspace, &(struct duplicate_filter){.limit = 1}, id, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return not_found(e);
	return take_row(r, 0, arena, ret) ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status store_duplicate_dismiss(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now,
    const char *author, const char *note, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_time(db, now);
	db_bind_text(db, author);
	db_bind_text(db, note);
	enum status s = db_run(db, STATEMENT_DUPLICATE_DISMISS, &r, e);
	return s == ST_OK && !db_rows(r) ? not_found(e) : s;
}
