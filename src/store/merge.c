#include "lead_priv.h"

#include <stdlib.h>

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static int history_order(const void *pa, const void *pb)
{
	const struct batch_event *a = pa, *b = pb;
	return a->at != b->at ? (a->at < b->at ? -1 : 1) : uuid_cmp(&a->key, &b->key);
}

static int copy_order(const void *pa, const void *pb)
{
	const struct batch_event *a = pa, *b = pb;
	int c = uuid_cmp(&a->key, &b->key);
	if (c)
		return c;
	return a->received_at != b->received_at ? (a->received_at < b->received_at ? -1 : 1)
						: uuid_cmp(&a->lead_id, &b->lead_id);
}

size_t store_merge_events(struct batch_event *events, size_t n)
{
	size_t kept = 0;
	qsort(events, n, sizeof *events, copy_order);
	for (size_t i = 0; i < n; i++)
		if (!kept || uuid_cmp(&events[kept - 1].key, &events[i].key) != 0)
			events[kept++] = events[i];
	qsort(events, kept, sizeof *events, history_order);
	return kept;
}

enum status store_merge_members(struct db *db, const struct uuid *workspace, const struct uuid *roots, size_t n,
    struct arena *arena, struct merge_member **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, roots, n);
	enum status s = db_run(db, STATEMENT_BATCH_MEMBERS, &r, e);
	if (s != ST_OK)
		return s;
	struct merge_member *list = arena_array(arena, db_rows(r) + 1, sizeof *list);
	if (!list)
		return nomem(e);
	for (size_t i = 0; i < db_rows(r); i++)
		list[i] = (struct merge_member){db_uuid(r, i, 0), db_uuid(r, i, 1)};
	*ret = list;
	*ret_n = db_rows(r);
	db_results_clear(db);
	return ST_OK;
}

enum status store_merge_facts(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n,
    struct arena *arena, struct merge_facts *ret, struct err *e)
{
	static const enum statement statements[] = {STATEMENT_BATCH_KINDS, STATEMENT_BATCH_UNDONE};
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < 2; i++) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, leads, n);
		s = db_send(db, statements[i], e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK)
		return s;
	const struct db_result *kinds = db_result_at(db, 0), *undone = db_result_at(db, 1);
	struct merge_facts f = {.n_kinds = db_rows(kinds), .n_undone = db_rows(undone)};
	f.kinds = arena_array(arena, f.n_kinds + 1, sizeof *f.kinds);
	f.undone = arena_array(arena, f.n_undone + 1, sizeof *f.undone);
	if (!f.kinds || !f.undone)
		return nomem(e);
	for (size_t i = 0; i < f.n_kinds; i++) {
		f.kinds[i] = (struct merge_kind){db_uuid(kinds, i, 0), arena_strdup(arena, db_text(kinds, i, 1, NULL))};
		if (!f.kinds[i].kind)
			return nomem(e);
	}
	for (size_t i = 0; i < f.n_undone; i++)
		f.undone[i] = (struct merge_pair){db_uuid(undone, i, 0), db_uuid(undone, i, 1)};
	db_results_clear(db);
	*ret = f;
	return ST_OK;
}

bool store_merge_row(const struct db_result *r, size_t i, struct arena *arena, struct merge_row *m)
{
	*m = (struct merge_row){.id = db_uuid(r, i, 0),
	    .lead_id = db_uuid(r, i, 1),
	    .member = db_uuid(r, i, 2),
	    .at = db_time(r, i, 3),
	    .cause = arena_strdup(arena, db_text(r, i, 4, NULL)),
	    .author = arena_strdup(arena, db_text(r, i, 5, NULL)),
	    .reason = arena_strdup(arena, db_text(r, i, 6, NULL)),
	    .has_handoff = !db_null(r, i, 7),
	    .handoff_id = db_uuid(r, i, 7),
	    .handoff_state = arena_strdup(arena, db_text(r, i, 8, NULL)),
	    .undone_at = db_time(r, i, 9)};
	return m->cause && m->author && m->reason;
}

enum status store_merge_edges(struct db *db, const struct uuid *workspace, const struct uuid *members, size_t n,
    struct arena *arena, struct merge_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, members, n);
	enum status s = db_run(db, STATEMENT_MERGE_EDGES, &r, e);
	if (s != ST_OK)
		return s;
	struct merge_row *list = arena_array(arena, db_rows(r) + 1, sizeof *list);
	if (!list)
		return nomem(e);
	for (size_t i = 0; i < db_rows(r); i++)
		if (!store_merge_row(r, i, arena, &list[i]))
			return nomem(e);
	*ret = list;
	*ret_n = db_rows(r);
	db_results_clear(db);
	return ST_OK;
}

enum status store_merge_named(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct uuid *member, struct arena *arena, struct merge_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_uuid(db, member);
	enum status s = db_run(db, STATEMENT_MERGE_NAMED, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return err_set(e, ST_NOT_FOUND, "merge_not_found", "There is no such merge.");
	bool whole = store_merge_row(r, 0, arena, ret);
	db_results_clear(db);
	return whole ? ST_OK : nomem(e);
}

enum status store_merge_known(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct uuid **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_MERGE_KNOWN, &r, e);
	if (s != ST_OK)
		return s;
	struct uuid *list = arena_array(arena, db_rows(r) + 1, sizeof *list);
	if (!list)
		return nomem(e);
	for (size_t i = 0; i < db_rows(r); i++)
		list[i] = db_uuid(r, i, 0);
	*ret = list;
	*ret_n = db_rows(r);
	db_results_clear(db);
	return ST_OK;
}
