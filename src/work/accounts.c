/* Standing work on accounts: adding up what their leads are worth, and telling leads what is new of their account. */
#include <string.h>

#include "base/buf.h"
#include "chores_priv.h"
#include "ingest/account_tell.h"
#include "jobs_priv.h"
#include "store/account.h"
#include "store/workspace.h"

#define WORKSPACES 32
#define MARKS 1000
#define UNTOLD 16
/* An account of 20,000 leads and more is added up this often at most. */
#define LARGE_MS (30 * 1000)
#define LEASE_MS (60 * 1000)
#define JOB_LEASE_MS_LONG MS_HOUR

static const char *roles_literal(struct arena *arena, const struct account_sums_row *row)
{
	struct buf o = BUF_INIT;
	buf_putc(&o, '{');
	for (size_t i = 0; i < row->n_roles; i++) {
		if (i)
			buf_putc(&o, ',');
		buf_puts(&o, row->roles[i]);
	}
	buf_putc(&o, '}');
	const char *s = buf_ok(&o) ? arena_strndup(arena, o.data, o.len) : NULL;
	buf_free(&o);
	return s;
}

static enum status add_up(struct chore_run *r, const struct uuid *workspace, bool *ret_more, struct err *e)
{
	struct workspace_settings w;
	struct account_settings settings;
	struct uuid *ids = NULL;
	struct account_sums_row *sums = NULL;
	size_t n = 0, n_sums = 0, marks = 0;
	int64_t now = clock_now(r->config->clock);
	db_deadline(r->db, monotonic_us() + INT64_C(1000) * CHORE_DATABASE_MS);
	enum status s = store_workspace_settings(r->db, workspace, r->arena, &w, e);
	if (s == ST_OK && !account_settings_read(r->arena, w.accounts, &settings))
		s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (s == ST_OK)
		s = store_account_sums_begin(
		    r->db, workspace, MARKS, now - LARGE_MS, r->arena, &ids, &n, &sums, &n_sums, &marks, e);
	if (s != ST_OK)
		return s;
	struct account_roll *rolls = arena_array(r->arena, n + 1, sizeof *rolls);
	for (size_t i = 0; rolls && i < n; i++) {
		const struct account_sums_row *row = NULL;
		for (size_t k = 0; k < n_sums && !row; k++)
			row = !uuid_cmp(&sums[k].id, &ids[i]) ? &sums[k] : NULL;
		struct account_sums a = row ? account_sums_of(row) : (struct account_sums){0};
		int64_t milli = account_score(&settings, &a);
		rolls[i] = (struct account_roll){.id = ids[i],
		    .score = account_shown(milli),
		    .leads = (int32_t)a.leads,
		    .tier = account_tier(&settings, &a, milli),
		    .roles = row ? roles_literal(r->arena, row) : "{}",
		    .last_activity_at = row ? row->last_activity_at : INSTANT_NEVER};
		if (!rolls[i].roles)
			rolls = NULL;
	}
	if (!rolls) {
		store_account_give_up(r->db);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	*ret_more |= marks == MARKS;
	return store_account_roll(r->db, workspace, now, rolls, n, e);
}

enum status account_sums_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct uuid workspaces[WORKSPACES];
	size_t n = 0;
	enum status s = store_account_marked(r->db, workspaces, WORKSPACES, &n, e);
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i++)
		s = add_up(r, &workspaces[i], ret_more, e);
	*ret_more |= n == WORKSPACES;
	return s;
}

static enum status leave_to_job(struct chore_run *r, const struct account_untold *a, int64_t now, struct err *e)
{
	char id[UUID_TEXT_MAX];
	struct uuid job;
	uuid_format(&a->id, id);
	enum status s = store_account_lease(r->db, &a->workspace_id, &a->id, now + JOB_LEASE_MS_LONG, e);
	return s == ST_OK ? store_job_add(r->db, &a->workspace_id, "account", 0,
				arena_printf(r->arena, "{\"account_id\":\"%s\"}", id), now, &job, e)
			  : s;
}

static enum status tell(struct chore_run *r, const struct account_untold *a, int64_t now, struct err *e)
{
	bool mine = false, done = false;
	size_t leads = 0, told;
	struct uuid after = {{0}};
	enum status s = store_account_claim(r->db, a, now, now + LEASE_MS, &mine, e);
	if (s != ST_OK || !mine)
		return s;
	s = store_account_lead_count(r->db, &a->workspace_id, &a->id, ACCOUNT_TELL_AT_ONCE + 1, &leads, e);
	if (s == ST_OK && leads > ACCOUNT_TELL_AT_ONCE)
		return leave_to_job(r, a, now, e);
	while (s == ST_OK && !done) {
		db_deadline(r->db, monotonic_us() + INT64_C(1000) * (CHORE_DATABASE_MS + LEASE_MS));
		s = account_tell(
		    r->config->ingest, r->db, &a->workspace_id, &a->id, now, r->arena, &after, &told, &done, e);
	}
	return s == ST_NOT_FOUND ? ST_OK : s;
}

enum status account_news_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct account_untold list[UNTOLD];
	size_t n = 0;
	int64_t now = clock_now(r->config->clock);
	enum status s = store_account_untold(r->db, now, list, UNTOLD, &n, e);
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i++)
		s = tell(r, &list[i], now, e);
	*ret_more = n == UNTOLD;
	return s;
}

/* The job's run begins anew where it was taken over: leads that know already are passed by. */
enum status account_run(struct job_run *r, struct buf *result, struct err *e)
{
	json_error_t why;
	json_t *input = json_loads(r->job.input, 0, &why);
	const json_t *v = json_object_get(input, "account_id");
	struct uuid account, after = {{0}};
	bool known = json_is_string(v) && uuid_parse(json_string_value(v), json_string_length(v), &account),
	     done = false;
	json_decref(input);
	if (!known)
		return err_set(e, ST_INVALID, "job_input", "The job names no account.");
	struct db *db;
	size_t total = 0;
	int64_t sum = 0;
	enum status s = job_db(r, JOB_LEASE_MS, &db, e);
	if (s == ST_OK)
		s = store_account_lead_count(db, &r->workspace_id, &account, 10000000, &total, e);
	struct arena *arena = arena_new(0);
	if (!arena)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	while (s == ST_OK && !done) {
		size_t told = 0;
		arena_reset(arena);
		s = job_tick(r, sum, (int64_t)total > sum ? (int64_t)total : sum, e);
		if (s == ST_OK)
			s = job_db(r, 2 * JOB_LEASE_MS, &db, e);
		if (s == ST_OK)
			s = account_tell(r->config->ingest, db, &r->workspace_id, &account, clock_now(r->config->clock),
			    arena, &after, &told, &done, e);
		sum += (int64_t)told;
	}
	arena_free(&arena);
	if (s == ST_NOT_FOUND)
		s = ST_OK;
	if (s == ST_OK) {
		r->done = sum;
		buf_printf(result, "{\"told\":%lld}", (long long)sum);
	}
	return s;
}
