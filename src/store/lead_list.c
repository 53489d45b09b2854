/* Lists of leads: which statement answers which filter.
 *
 * Two lists are walks along an index and nothing else: all leads, or a tier, by score downward. They are what
 * dashboards ask all day, and keep one plan. Any other combination of filters is answered in one of two ways. A filter
 * that few leads pass (at most store_lead_few, asked of its index first) gives its leads, which are then filtered by
 * the rest and sorted. When none is that rare, leads are walked in the order wanted and filtered until the page is
 * full, which does not take long because none is rare. */
#include <string.h>

#include "lead_priv.h"
#include "planned_priv.h"

#define WORDS_MAX 16

size_t store_lead_few = 15000;

static bool first_stage(const char *stage)
{
	return !strcmp(stage, "lead");
}

static bool ascending(enum lead_sort s)
{
	return s == LEAD_SORT_SCORE || s == LEAD_SORT_CREATED || s == LEAD_SORT_UPDATED;
}

static bool by_score(enum lead_sort s)
{
	return s == LEAD_SORT_SCORE || s == LEAD_SORT_SCORE_DESC;
}

static bool by_update(enum lead_sort s)
{
	return s == LEAD_SORT_UPDATED || s == LEAD_SORT_UPDATED_DESC;
}

static int32_t hour_of(int64_t ms)
{
	int64_t h = ms / MS_HOUR - (ms % MS_HOUR < 0 ? 1 : 0);
	return h < INT32_MIN ? INT32_MIN : h > INT32_MAX ? INT32_MAX : (int32_t)h;
}

static int32_t score_of(int64_t v)
{
	return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

/* Whether leads by score are walked along one index rather than tier by tier. */
static bool one_walk(const struct lead_filter *f)
{
	return f->tier || f->owner || (f->stage && !first_stage(f->stage));
}

/* Tier by tier, a page is looked for five times; and by score the rows lie scattered in the table, by age or change
 * side by side. */
static size_t few_for(const struct lead_filter *f)
{
	return by_score(f->sort) && !one_walk(f) ? store_lead_few : store_lead_few / 5;
}

/* Where a list begins: behind the cursor, or before everything. */
static struct lead_cursor start_of(const struct lead_filter *f)
{
	struct lead_cursor c = f->after;
	if (!c.set) {
		bool up = ascending(f->sort);
		memset(&c.id, up ? 0x00 : 0xff, sizeof c.id);
		c.value = up ? INT64_MIN : INT64_MAX;
		if (by_update(f->sort))
			c.value = up ? INT64_C(-2208988800000)
				     : INT64_C(253402300799999); /* what a timestamp may be here: 1900 to 9999 */
	}
	return c;
}

static void bind_filters(struct db *db, const struct uuid *workspace, const struct lead_filter *f)
{
	db_bind_uuid(db, workspace);
	db_bind_i64(db, (int64_t)f->limit + 1);
	db_bind_textn(db, f->tier ? &f->tier : NULL, 1);
	db_bind_text(db, f->stage);
	db_bind_text(db, f->owner);
	db_bind_text(db, f->tag);
	db_bind_i32(db, f->has_min_score ? f->min_score : INT32_MIN);
	db_bind_i32(db, f->has_max_score ? f->max_score : INT32_MAX);
	db_bind_time(db, f->updated_since);
	if (!f->n_terms) {
		db_bind_null(db);
	} else {
		db_array_begin(db, DB_TEXT, f->n_terms);
		for (size_t i = 0; i < f->n_terms; i++)
			db_put_text(db, f->terms[i]);
		db_array_end(db);
	}
}

/* The two plain walks. A page behind max_score begins there. */
static enum status run_plain(
    struct db *db, const struct uuid *workspace, const struct lead_filter *f, struct db_result **ret, struct err *e)
{
	struct lead_cursor c = start_of(f);
	if (f->has_max_score && c.value > f->max_score) {
		c.value = f->max_score;
		memset(&c.id, 0xff, sizeof c.id);
	}
	db_bind_uuid(db, workspace);
	db_bind_i64(db, (int64_t)f->limit + 1);
	db_bind_i32(db, score_of(c.value));
	db_bind_uuid(db, &c.id);
	db_bind_i32(db, f->has_min_score ? f->min_score : INT32_MIN);
	if (f->tier)
		db_bind_textn(db, &f->tier, 1);
	return db_run(db, f->tier ? STATEMENT_LEAD_LIST_TIER : STATEMENT_LEAD_LIST_ANY, ret, e);
}

static enum status send_walk(struct db *db, const struct uuid *workspace, const struct lead_filter *f, struct err *e)
{
	struct lead_cursor c = start_of(f);
	bool up = ascending(f->sort);
	enum statement st;
	bind_filters(db, workspace, f);
	db_bind_uuid(db, &c.id);
	if (by_score(f->sort)) {
		bool led = one_walk(f);
		st = led  ? up ? STATEMENT_LEAD_LIST_SCORE_ASC : STATEMENT_LEAD_LIST_SCORE_DESC
		     : up ? STATEMENT_LEAD_LIST_TIERS_ASC
			  : STATEMENT_LEAD_LIST_TIERS_DESC;
		db_bind_i32(db, score_of(c.value));
	} else if (by_update(f->sort)) {
		st = up ? STATEMENT_LEAD_LIST_UPDATED_ASC : STATEMENT_LEAD_LIST_UPDATED_DESC;
		db_bind_time(db, c.value);
		db_bind_i32(db, hour_of(c.value));
		db_bind_i32(db, f->updated_since == INSTANT_NEVER ? INT32_MIN : hour_of(f->updated_since));
	} else {
		st = up ? STATEMENT_LEAD_LIST_CREATED_ASC : STATEMENT_LEAD_LIST_CREATED_DESC;
	}
	return db_send(db, st, e);
}

/* A walk in the order wanted, filtered; planned for its arguments. */
static enum status run_walk(
    struct db *db, const struct uuid *workspace, const struct lead_filter *f, struct db_result **ret, struct err *e)
{
	enum status s = store_planned_begin(db, e);
	if (s == ST_OK)
		s = send_walk(db, workspace, f, e);
	return store_planned_end(db, s, ret, e);
}

static enum status run_few(struct db *db, const struct uuid *workspace, const struct lead_filter *f,
    const struct uuid *ids, size_t n, struct db_result **ret, struct err *e)
{
	struct lead_cursor c = start_of(f);
	bind_filters(db, workspace, f);
	db_bind_uuid(db, &c.id);
	db_bind_i64(db, by_score(f->sort) || by_update(f->sort) ? c.value : 0);
	db_array_begin(db, DB_UUID, n);
	for (size_t i = 0; i < n; i++)
		db_put_uuid(db, &ids[i]);
	db_array_end(db);
	db_bind_text(db, by_score(f->sort) ? "score" : by_update(f->sort) ? "updated" : "created");
	return db_run(db, ascending(f->sort) ? STATEMENT_LEAD_LIST_FEW_ASC : STATEMENT_LEAD_LIST_FEW_DESC, ret, e);
}

/* Asks the indexes of the filters that the order wanted does not use. */
static enum status send_probes(
    struct db *db, const struct uuid *workspace, const struct lead_filter *f, size_t *ret_n, struct err *e)
{
	enum status s = ST_OK;
	size_t n = 0;
	struct {
		enum statement st;
		const char *value;
	} probe[3 + WORDS_MAX];
	if (f->tag)
		probe[n].st = STATEMENT_LEAD_PROBE_TAG, probe[n++].value = f->tag;
	if (f->owner && !by_score(f->sort))
		probe[n].st = STATEMENT_LEAD_PROBE_OWNER, probe[n++].value = f->owner;
	if (f->stage && !first_stage(f->stage) && !by_score(f->sort))
		probe[n].st = STATEMENT_LEAD_PROBE_STAGE, probe[n++].value = f->stage;
	for (size_t i = 0; i < f->n_terms && i < WORDS_MAX; i++)
		probe[n].st = STATEMENT_LEAD_PROBE_TERM, probe[n++].value = f->terms[i];
	for (size_t i = 0; i < n && s == ST_OK; i++) {
		db_bind_uuid(db, workspace);
		db_bind_text(db, probe[i].value);
		s = db_send(db, probe[i].st, e);
	}
	if (s == ST_OK && f->updated_since != INSTANT_NEVER && !by_update(f->sort)) {
		db_bind_uuid(db, workspace);
		db_bind_time(db, f->updated_since);
		db_bind_i32(db, hour_of(f->updated_since));
		s = db_send(db, STATEMENT_LEAD_PROBE_UPDATED, e);
		n++;
	}
	*ret_n = n;
	return s;
}

/* The smallest answer of the probes, when it is complete; *ret_ids NULL when none is. */
static enum status probe_few(struct db *db, const struct uuid *workspace, const struct lead_filter *f,
    struct arena *arena, struct uuid **ret_ids, size_t *ret_n, struct err *e)
{
	size_t probes = 0;
	enum status s = send_probes(db, workspace, f, &probes, e);
	if (s != ST_OK || !probes)
		return s;
	s = db_flush(db, e);
	if (s != ST_OK)
		return s;
	struct db_result *best = NULL;
	for (size_t i = 0; i < probes; i++) {
		struct db_result *r = db_result_at(db, i);
		if (db_rows(r) <= few_for(f) && (!best || db_rows(r) < db_rows(best)))
			best = r;
	}
	if (!best)
		return ST_OK;
	size_t n = db_rows(best);
	struct uuid *ids = arena_array(arena, n ? n : 1, sizeof *ids);
	if (!ids)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		ids[i] = db_uuid(best, i, 0);
	*ret_ids = ids;
	*ret_n = n;
	return ST_OK;
}

enum status store_lead_list(struct db *db, const struct uuid *workspace, const struct lead_filter *f,
    struct arena *arena, struct lead_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	if (f->limit < 1 || f->limit > LEAD_PAGE_MAX)
		return err_set(e, ST_INVALID, "limit_invalid", "A page has 1 to %d leads.", LEAD_PAGE_MAX);
	bool plain = f->sort == LEAD_SORT_SCORE_DESC && !f->stage && !f->tag && !f->owner && !f->n_terms &&
		     f->updated_since == INSTANT_NEVER;
	struct uuid *few = NULL;
	size_t n_few = 0;
	struct db_result *r = NULL;
	enum status s = plain ? ST_OK : probe_few(db, workspace, f, arena, &few, &n_few, e);
	if (s == ST_OK)
		s = plain ? run_plain(db, workspace, f, &r, e)
		    : few ? run_few(db, workspace, f, few, n_few, &r, e)
			  : run_walk(db, workspace, f, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > f->limit;
	if (more)
		n = f->limit;
	struct lead_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		if (!store_lead_row(r, i, arena, &rows[i]))
			return err_set(e, ST_NOMEM, NULL, "out of memory");
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}
