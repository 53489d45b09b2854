/* A workspace's settings, and what follows when another line of models comes first. */
#include <string.h>

#include "key_priv.h"
#include "model_priv.h"
#include "store/workspace.h"

static const char *keep_text(struct arena *arena, const struct db_result *r, size_t col, bool *ok)
{
	const char *s = db_text(r, 0, col, NULL), *copy = s ? arena_strdup(arena, s) : NULL;
	*ok = *ok && (!s || copy);
	return copy;
}

static enum status take_row(
    const struct db_result *r, struct arena *arena, struct workspace_settings *ret, struct err *e)
{
	bool ok = true;
	size_t n = db_array_length(r, 0, 6);
	int64_t *others = arena_array(arena, n + 1, sizeof *others);
	for (size_t i = 0; others && i < n; i++)
		ok = ok && db_i64_array(r, 0, 6, i, &others[i]);
	struct workspace_settings w = {
	    .name = keep_text(arena, r, 0, &ok),
	    .country = keep_text(arena, r, 1, &ok),
	    .time_zone = keep_text(arena, r, 2, &ok),
	    .primary_line = keep_text(arena, r, 3, &ok),
	    .filters = keep_text(arena, r, 4, &ok),
	    .active_model = db_i64(r, 0, 5),
	    .other_models = others,
	    .n_other_models = n,
	    .revision = db_i64(r, 0, 7),
	    .created_at = db_time(r, 0, 8),
	    .cleaning = keep_text(arena, r, 9, &ok),
	    .email_domains = keep_text(arena, r, 10, &ok),
	    .event_types = keep_text(arena, r, 11, &ok),
	    .accounts = keep_text(arena, r, 12, &ok),
	    .segments_revision = db_i64(r, 0, 13),
	};
	if (!others || !ok)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	*ret = w;
	return ST_OK;
}

enum status store_workspace_settings(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct workspace_settings *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_WORKSPACE_SETTINGS, &r, e);
	if (s != ST_OK)
		return s;
	s = db_rows(r) ? take_row(r, arena, ret, e)
		       : err_set(e, ST_NOT_FOUND, "workspace_not_found", "there is no such workspace");
	db_results_clear(db);
	return s;
}

/* What was first is scored beside from now on, and the other way round. */
static enum status change_line(struct model_change *x, const char *line, const struct model_activation *how,
    struct uuid ret_jobs[2], size_t *ret_n_jobs, struct err *e)
{
	int64_t before = x->active_model, after = models_live_find(x, line, true);
	struct model_row m;
	if (!after)
		return models_give_up(
		    x, err_at(e, ST_CONFLICT, "line_not_active", "/primary_line",
			   "The line \"%.64s\" has no active model, which leads could be scored by.", line));
	x->primary_line = line;
	enum status s = models_target(x, after, &m, e);
	if (s == ST_OK)
		s = models_check_document(x, &m, e);
	if (s == ST_OK)
		s = models_settle(x, e);
	if (s == ST_OK) {
		db_bind_uuid(x->db, x->workspace);
		db_bind_i64(x->db, after);
		db_bind_text(x->db, how->transitions);
		s = db_send(x->db, STATEMENT_MODEL_TRANSITIONS, e);
	}
	if (s == ST_OK)
		s = models_rescore(x, after, "primary", how->transitions, how->by.now, &ret_jobs[0], e);
	*ret_n_jobs = 1;
	if (s == ST_OK && before) {
		s = models_rescore(x, before, "other", how->transitions, how->by.now, &ret_jobs[1], e);
		*ret_n_jobs = 2;
	}
	return s;
}

static enum status send_patch(struct model_change *x, const struct workspace_patch *p, struct err *e)
{
	db_bind_uuid(x->db, x->workspace);
	db_bind_text(x->db, p->name);
	db_bind_text(x->db, p->country);
	db_bind_text(x->db, p->time_zone);
	db_bind_text(x->db, p->primary_line);
	db_bind_bool(x->db, p->has_filters);
	db_bind_text(x->db, p->filters);
	db_bind_bool(x->db, p->has_cleaning);
	db_bind_text(x->db, p->cleaning);
	db_bind_bool(x->db, p->has_email_domains);
	db_bind_text(x->db, p->email_domains);
	db_bind_bool(x->db, p->has_event_types);
	db_bind_text(x->db, p->event_types);
	db_bind_bool(x->db, p->has_accounts);
	db_bind_text(x->db, p->accounts);
	enum status s = db_send(x->db, STATEMENT_WORKSPACE_PATCH, e);
	if (s != ST_OK || !p->has_accounts)
		return s;
	db_bind_uuid(x->db, x->workspace);
	return db_send(x->db, STATEMENT_ACCOUNT_MARK_ALL, e);
}

enum status store_workspace_patch(struct db *db, const struct uuid *workspace, int64_t if_revision,
    const struct workspace_patch *p, const struct model_activation *how, struct arena *arena, struct uuid ret_jobs[2],
    size_t *ret_n_jobs, struct err *e)
{
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena};
	size_t n_jobs = 0;
	enum status s = store_workspace_valid(p->name ? p->name : "x", p->country ? p->country : "CN", e);
	if (s == ST_OK)
		s = models_lock(&x, e);
	if (s != ST_OK)
		return s;
	if (if_revision >= 0 && if_revision != x.revision)
		return models_give_up(
		    &x, err_set(e, ST_CONFLICT, "version_mismatch", "The settings are not what If-Match names."));
	if (p->primary_line && strcmp(p->primary_line, x.primary_line) != 0)
		s = change_line(&x, p->primary_line, how, ret_jobs, &n_jobs, e);
	if (s == ST_OK)
		s = send_patch(&x, p, e);
	if (s == ST_OK)
		s = models_commit(&x, 0, NULL, e);
	if (s != ST_OK) {
		(void)models_give_up(&x, s);
		/* Of what is written here only a workspace's name can be somebody's already. */
		if (s == ST_CONFLICT && !strcmp(e->code, "duplicate"))
			return err_at(e, ST_CONFLICT, "workspace_exists", "/name",
			    "There is a workspace \"%.200s\" already.", p->name ? p->name : "");
		return s;
	}
	*ret_n_jobs = n_jobs;
	return ST_OK;
}
