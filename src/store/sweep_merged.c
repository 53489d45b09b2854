/* Leads of a sweep that consist of several: they are few, and what happened to them lies in several places, so each is
 * read by itself when the range it is in has been walked. Members are no leads of their own. */
#include <stdlib.h>

#include "sweep_priv.h"

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

static bool has(const struct uuid *sorted, size_t n, const struct uuid *id)
{
	return n && bsearch(id, sorted, n, sizeof *sorted, by_id);
}

enum status sweep_set_apart(struct db *db, const struct uuid *workspace, const struct sweep_range *range,
    struct uuid *ids, size_t *n, struct uuid **ret_roots, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &range->first);
	db_bind_uuid(db, &range->last);
	enum status s = db_run(db, STATEMENT_SWEEP_MERGED, &r, e);
	if (s != ST_OK || !db_rows(r))
		return s;
	size_t rows = db_rows(r), n_roots = 0, kept = 0, apart = 0;
	struct uuid *roots = calloc(rows, sizeof *roots), *members = calloc(rows, sizeof *members);
	if (!roots || !members) {
		free(roots);
		free(members);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	for (size_t i = 0; i < rows; i++) {
		struct uuid root = db_uuid(r, i, 0);
		members[i] = db_uuid(r, i, 1);
		if (!n_roots || uuid_cmp(&roots[n_roots - 1], &root) != 0)
			roots[n_roots++] = root;
	}
	qsort(members, rows, sizeof *members, by_id);
	/* Of the leads of the range, as far as they are of the sample: those that have members go apart. */
	struct uuid *theirs = calloc(n_roots, sizeof *theirs);
	for (size_t i = 0; theirs && i < *n; i++) {
		if (has(members, rows, &ids[i]))
			continue;
		if (has(roots, n_roots, &ids[i]))
			theirs[apart++] = ids[i];
		else
			ids[kept++] = ids[i];
	}
	free(roots);
	free(members);
	if (!theirs)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*n = kept;
	*ret_roots = theirs;
	*ret_n = apart;
	return ST_OK;
}

static enum status visit(
    const struct sweep_visitor *v, const struct uuid *lead, const struct batch_event *events, size_t n, struct err *e)
{
	enum status s = v->lead(v->ctx, lead, e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		const struct batch_event *b = &events[i];
		struct sweep_event ev = {.lead_id = *lead,
		    .key = b->key,
		    .at = b->at,
		    .received_at = b->received_at,
		    .type = b->type,
		    .properties = b->properties,
		    .patch = b->patch,
		    .source = b->source,
		    .email = b->email,
		    .phone = b->phone};
		s = v->event(v->ctx, &ev, e);
	}
	return s == ST_OK ? v->done(v->ctx, e) : s;
}

enum status sweep_visit_apart(struct db *db, const struct uuid *workspace, const struct uuid *roots, size_t n,
    int64_t statement_us, const struct sweep_visitor *v, struct err *e)
{
	struct arena *arena = n ? arena_new(0) : NULL;
	enum status s = n && !arena ? err_set(e, ST_NOMEM, NULL, "Out of memory.") : ST_OK;
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		struct batch_event *events = NULL;
		size_t n_events = 0;
		arena_reset(arena);
		db_deadline(db, monotonic_us() + statement_us);
		s = store_lead_history(db, workspace, &roots[i], arena, &events, &n_events, e);
		if (s == ST_OK)
			s = visit(v, &roots[i], events, n_events, e);
	}
	arena_free(&arena);
	return s;
}
