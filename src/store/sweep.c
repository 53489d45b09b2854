/* The sweep.
 *
 * Events lie in the order in which they arrived, so those of each lead in many places, and reading them by lead is a
 * sort. A lead's events taken from their places are a page each, and so is nearly every page one of any range of leads:
 * a base is therefore cut into few ranges, for each of which PostgreSQL goes once over the whole table and sorts what
 * it wants of it, on disk. (With sixteen ranges that fit in memory for sorting, a base larger than the cache was read
 * from disk sixteen times.) A small sample is read by the ids of its leads instead. Rows come through a cursor, binary,
 * some thousands a round trip. */
#include "sweep_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGES_WANTED 4 /* two for each of two workers, which go over the table side by side */
#define RANGE_MIN 2000
#define RANGE_MAX 1000000 /* some gigabytes of temporary files */
#define LIST_MAX 1000     /* leads of a sample at a time */
#define LIST_SHARE 0.2    /* a sample below this is read by its leads' ids */
#define PLAN_US (INT64_C(120) * 1000 * 1000)

bool sweep_sampled(const struct sweep_sample *s, const struct uuid *lead)
{
	if (s->share >= 1)
		return true;
	uint8_t bytes[24];
	memcpy(bytes, &s->seed, 8);
	memcpy(bytes + 8, lead->b, 16);
	return (double)hash64(bytes, sizeof bytes) < ldexp(s->share, 64);
}

static struct uuid before(struct uuid u)
{
	for (int i = 15; i >= 0 && u.b[i]-- == 0; i--)
		continue;
	return u;
}

/* The transaction's own settings: room for the sort, and plans for reading all of a cursor: not the one that takes each
 * event from its place, in the order of an index, and has only a little to sort. A worker may be paused for longer than
 * a connection of ingest ever is. */
#define BEGIN_SWEEP "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#define SETTINGS                                                                                                       \
	"SET LOCAL work_mem = '128MB'; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL jit = off; "                     \
	"SET LOCAL enable_incremental_sort = off; SET LOCAL plan_cache_mode = "                                        \
	"force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL "                                 \
	"idle_in_transaction_session_timeout = '10min'"

static enum status take_ranges(const struct db_result *r, struct arena *arena, struct sweep_plan *ret, struct err *e)
{
	size_t n = db_rows(r);
	ret->ranges = arena_array(arena, n ? n : 1, sizeof ret->ranges[0]);
	if (!ret->ranges)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	ret->n_ranges = n;
	ret->leads = n ? db_i64(r, 0, 1) : 0;
	for (size_t i = 0; i < n; i++) {
		ret->ranges[i].first = db_uuid(r, i, 0);
		if (i + 1 < n)
			ret->ranges[i].last = before(db_uuid(r, i + 1, 0));
		else
			memset(&ret->ranges[i].last, 0xff, sizeof ret->ranges[i].last);
	}
	return ST_OK;
}

static enum status cut(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct sweep_plan *ret, struct err *e)
{
	struct db_result *r;
	int64_t step = RANGE_MIN;
	for (;;) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, step);
		enum status s = db_run(db, STATEMENT_SWEEP_RANGES, &r, e);
		if (s != ST_OK)
			return s;
		int64_t leads = db_rows(r) ? db_i64(r, 0, 1) : 0, wanted = leads / RANGES_WANTED + 1;
		if (wanted > RANGE_MAX)
			wanted = RANGE_MAX;
		if (wanted <= step)
			return take_ranges(r, arena, ret, e);
		step = wanted;
	}
}

enum status store_sweep_begin(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct sweep_plan *ret, struct err *e)
{
	struct db_result *r;
	struct sweep_plan plan = {0};
	db_deadline(db, monotonic_us() + PLAN_US);
	enum status s = db_exec(db, BEGIN_SWEEP "; " SETTINGS, e);
	if (s == ST_OK)
		s = db_run(db, STATEMENT_SWEEP_SNAPSHOT, &r, e);
	if (s == ST_OK && strlen(db_text(r, 0, 0, NULL)) >= sizeof plan.snapshot)
		s = err_set(e, ST_INTERNAL, NULL, "The name of a snapshot is too long.");
	if (s == ST_OK) {
		memcpy(plan.snapshot, db_text(r, 0, 0, NULL), strlen(db_text(r, 0, 0, NULL)) + 1);
		s = cut(db, workspace, arena, &plan, e);
	}
	if (s == ST_OK)
		*ret = plan;
	return s;
}

enum status store_sweep_join(struct db *db, const char *snapshot, struct err *e)
{
	char sql[512];
	if (strspn(snapshot, "0123456789ABCDEFabcdef-") != strlen(snapshot) || strlen(snapshot) >= SWEEP_SNAPSHOT_MAX)
		return err_set(e, ST_INTERNAL, NULL, "That is not the name of a snapshot.");
	snprintf(sql, sizeof sql, BEGIN_SWEEP "; SET TRANSACTION SNAPSHOT '%s'; " SETTINGS, snapshot);
	db_deadline(db, monotonic_us() + PLAN_US);
	return db_exec(db, sql, e);
}

/* The leads of the range that are of the sample; malloc'ed. */
static enum status read_leads(struct db *db, const struct uuid *workspace, const struct sweep_range *range,
    const struct sweep_sample *sample, struct uuid **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &range->first);
	db_bind_uuid(db, &range->last);
	enum status s = db_run(db, STATEMENT_SWEEP_LEADS, &r, e);
	if (s != ST_OK)
		return s;
	struct uuid *ids = calloc(db_rows(r) + 1, sizeof *ids);
	if (!ids)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	size_t n = 0;
	for (size_t i = 0; i < db_rows(r); i++) {
		ids[n] = db_uuid(r, i, 0);
		n += sweep_sampled(sample, &ids[n]);
	}
	*ret = ids;
	*ret_n = n;
	return ST_OK;
}

static struct sweep_event take_event(const struct db_result *r, size_t i)
{
	return (struct sweep_event){
	    .lead_id = db_uuid(r, i, 0),
	    .key = db_uuid(r, i, 1),
	    .at = db_time(r, i, 2),
	    .received_at = db_time(r, i, 3),
	    .type = db_text(r, i, 4, NULL),
	    .properties = db_text(r, i, 5, NULL),
	    .patch = db_text(r, i, 6, NULL),
	    .source = db_text(r, i, 7, NULL),
	    .email = db_text(r, i, 8, NULL),
	    .phone = db_text(r, i, 9, NULL),
	};
}

/* Leads and events are both in order of lead: a merge. */
struct merge {
	const struct uuid *ids;
	size_t n, next; /* ids[next - 1] is open, when `open` */
	bool open;
	const struct sweep_visitor *v;
};

static enum status close_lead(struct merge *m, struct err *e)
{
	bool was = m->open;
	m->open = false;
	return was ? m->v->done(m->v->ctx, e) : ST_OK;
}

static enum status open_next(struct merge *m, struct err *e)
{
	enum status s = close_lead(m, e);
	m->open = s == ST_OK;
	return s == ST_OK ? m->v->lead(m->v->ctx, &m->ids[m->next++], e) : s;
}

static enum status merge_event(struct merge *m, const struct sweep_event *ev, struct err *e)
{
	enum status s = ST_OK;
	while (s == ST_OK && m->next < m->n && uuid_cmp(&m->ids[m->next], &ev->lead_id) <= 0)
		s = open_next(m, e);
	/* One that is of no lead of ours: not of the sample. */
	if (s != ST_OK || !m->open || uuid_cmp(&m->ids[m->next - 1], &ev->lead_id) != 0)
		return s;
	return m->v->event(m->v->ctx, ev, e);
}

/* Fetches what the open cursor has and closes it. */
static enum status drain(struct db *db, struct merge *m, int64_t statement_us, struct err *e)
{
	enum status s = ST_OK;
	for (size_t n = 1; s == ST_OK && n > 0;) {
		struct db_result *r;
		db_deadline(db, monotonic_us() + statement_us);
		s = db_run(db, STATEMENT_SWEEP_FETCH, &r, e);
		n = s == ST_OK ? db_rows(r) : 0;
		for (size_t i = 0; s == ST_OK && i < n; i++) {
			struct sweep_event ev = take_event(r, i);
			s = merge_event(m, &ev, e);
		}
	}
	while (s == ST_OK && m->next < m->n)
		s = open_next(m, e);
	if (s == ST_OK)
		s = close_lead(m, e);
	return s == ST_OK ? db_run(db, STATEMENT_SWEEP_CLOSE, NULL, e) : s;
}

enum status store_sweep_range(struct db *db, const struct uuid *workspace, const struct sweep_range *range,
    const struct sweep_sample *sample, int64_t statement_us, const struct sweep_visitor *v, struct err *e)
{
	struct uuid *ids = NULL, *roots = NULL;
	size_t n = 0, n_roots = 0;
	db_deadline(db, monotonic_us() + statement_us);
	enum status s = read_leads(db, workspace, range, sample, &ids, &n, e);
	if (s == ST_OK)
		s = sweep_set_apart(db, workspace, range, ids, &n, &roots, &n_roots, e);
	bool list = sample->share < LIST_SHARE;
	for (size_t from = 0; s == ST_OK && from < n;) {
		size_t part = list && n - from > LIST_MAX ? LIST_MAX : n - from;
		struct merge m = {.ids = ids + from, .n = part, .v = v};
		db_bind_uuid(db, workspace);
		if (list) {
			db_bind_uuids(db, ids + from, part);
		} else {
			db_bind_uuid(db, &range->first);
			db_bind_uuid(db, &range->last);
		}
		s = db_run(db, list ? STATEMENT_SWEEP_OPEN_LIST : STATEMENT_SWEEP_OPEN_RANGE, NULL, e);
		if (s == ST_OK)
			s = drain(db, &m, statement_us, e);
		from += part;
	}
	if (s == ST_OK)
		s = sweep_visit_apart(db, workspace, roots, n_roots, statement_us, v, e);
	free(roots);
	free(ids);
	return s;
}
