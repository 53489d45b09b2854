/* A model's life: shadow, active, retired, and back. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "model_priv.h"
#include "scoring/model.h"

static enum status refuse(struct model_change *x, int64_t version, const char *state, const char *may, struct err *e)
{
	return models_give_up(x, err_set(e, ST_CONFLICT, "model_state", "Version %lld is %s already, and %s.",
				     (long long)version, state, may));
}

enum status models_check_document(struct model_change *x, const struct model_row *m, struct err *e)
{
	static const struct json_limits limits = {.max_bytes = 4u << 20, .max_depth = 100, .max_tokens = 400000};
	json_t *doc = NULL;
	struct model *model = NULL;
	struct err why = {0};
	enum status s = json_read(m->document, strlen(m->document), &limits, &doc, &why);
	if (s == ST_OK)
		s = model_compile(doc, m->version, &model, NULL, &why);
	bool for_all = s == ST_OK && model_applies_always(model);
	json_decref(doc);
	model_unref(&model);
	if (s == ST_NOMEM)
		return models_give_up(x, err_set(e, ST_NOMEM, NULL, "out of memory"));
	if (s != ST_OK)
		return models_give_up(
		    x, err_set(e, ST_CONFLICT, "model_broken", "Version %lld does not compile at %s: %s",
			   (long long)m->version, why.pointer, why.detail));
	if (!for_all && !strcmp(m->line, x->primary_line))
		return models_give_up(x,
		    err_set(e, ST_CONFLICT, "applies_when_primary",
			"Version %lld has `applies_when`, and its line \"%s\" is the primary one, whose model scores "
			"every lead.",
			(long long)m->version, m->line));
	return ST_OK;
}

static enum status begin(struct model_change *x, int64_t version, struct model_row *ret, struct err *e)
{
	enum status s = models_lock(x, e);
	return s == ST_OK ? models_target(x, version, ret, e) : s;
}

/* Retires what stands where m is to go, and m itself from where it stood. */
static enum status displace(
    struct model_change *x, const struct model_row *m, bool active, int64_t now, int64_t *ret_replaced, struct err *e)
{
	int64_t before = models_live_find(x, m->line, active);
	models_live_remove(x, m->version);
	*ret_replaced = before;
	if (!before)
		return ST_OK;
	models_live_remove(x, before);
	db_bind_uuid(x->db, x->workspace);
	db_array_begin(x->db, DB_INT8, 1);
	db_put_i64(x->db, before);
	db_array_end(x->db);
	db_bind_time(x->db, now);
	return db_send(x->db, STATEMENT_MODEL_RETIRE, e);
}

/* m stands where it is to go from now on; leads are brought after. */
static enum status end(struct model_change *x, const struct model_row *m, bool active, const char *transitions,
    int64_t now, struct model_outcome *out, struct err *e)
{
	if (!models_live_add(x, m->version, m->line, active))
		return models_give_up(x, err_set(e, ST_NOMEM, NULL, "out of memory"));
	enum status s = models_settle(x, e);
	if (s == ST_OK)
		s = models_rescore(
		    x, m->version, x->active_model == m->version ? "primary" : "other", transitions, now, &out->job, e);
	if (s != ST_OK)
		return models_give_up(x, s);
	out->has_job = true;
	return models_commit(x, m->version, &out->model, e);
}

enum status store_model_shadow(struct db *db, const struct uuid *workspace, int64_t version,
    const struct model_author *by, struct arena *arena, struct model_outcome *ret, struct err *e)
{
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena};
	struct model_row m;
	struct model_outcome out = {0};
	enum status s = begin(&x, version, &m, e);
	if (s != ST_OK)
		return s;
	if (!strcmp(m.state, "shadow") || !strcmp(m.state, "active"))
		return refuse(&x, version, m.state, "only a draft or a retired version becomes a shadow", e);
	if ((s = models_check_document(&x, &m, e)) != ST_OK)
		return s;
	s = displace(&x, &m, false, by->now, &out.replaced, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, version);
		s = db_send(db, STATEMENT_MODEL_SHADOW, e);
	}
	if (s != ST_OK)
		return models_give_up(&x, s);
	if ((s = end(&x, &m, false, "quiet", by->now, &out, e)) == ST_OK)
		*ret = out;
	return s;
}

static enum status check_note(const struct model_activation *how, struct err *e)
{
	size_t n = how->note ? strlen(how->note) : 0;
	if (n > MODEL_NOTE_MAX || (n && !utf8_valid(how->note, n)))
		return err_at(
		    e, ST_INVALID, "note_invalid", "/note", "A note is at most %d bytes of UTF-8.", MODEL_NOTE_MAX);
	return ST_OK;
}

static enum status activate(struct model_change *x, const struct model_row *m, const struct model_activation *how,
    struct model_outcome *ret, struct err *e)
{
	struct model_outcome out = {0};
	enum status s;
	if (!strcmp(m->state, "active"))
		return refuse(x, m->version, m->state, "cannot be activated again", e);
	if ((s = models_check_document(x, m, e)) != ST_OK)
		return s;
	s = displace(x, m, true, how->by.now, &out.replaced, e);
	if (s == ST_OK) {
		db_bind_uuid(x->db, x->workspace);
		db_bind_i64(x->db, m->version);
		db_bind_time(x->db, how->by.now);
		db_bind_uuid(x->db, how->by.key);
		db_bind_text(x->db, how->note ? how->note : "");
		db_bind_text(x->db, how->transitions);
		s = db_send(x->db, STATEMENT_MODEL_ACTIVATE, e);
	}
	if (s != ST_OK)
		return models_give_up(x, s);
	if ((s = end(x, m, true, how->transitions, how->by.now, &out, e)) == ST_OK)
		*ret = out;
	return s;
}

enum status store_model_activate(struct db *db, const struct uuid *workspace, int64_t version,
    const struct model_activation *how, struct arena *arena, struct model_outcome *ret, struct err *e)
{
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena};
	struct model_row m;
	enum status s = check_note(how, e);
	if (s == ST_OK)
		s = begin(&x, version, &m, e);
	return s == ST_OK ? activate(&x, &m, how, ret, e) : s;
}

enum status store_model_rollback(struct db *db, const struct uuid *workspace, const char *line,
    const struct model_activation *how, struct arena *arena, struct model_outcome *ret, struct err *e)
{
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena};
	struct model_row m;
	enum status s = check_note(how, e);
	if (s == ST_OK)
		s = models_lock(&x, e);
	if (s != ST_OK)
		return s;
	if (!line)
		line = x.primary_line;
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, line);
	if ((s = db_run(db, STATEMENT_MODEL_PREVIOUS, &r, e)) != ST_OK)
		return models_give_up(&x, s);
	int64_t previous = db_rows(r) ? db_i64(r, 0, 0) : 0;
	db_results_clear(db);
	if (!previous)
		return models_give_up(&x, err_set(e, ST_CONFLICT, "no_previous_model",
					      "No version was active in the line \"%.64s\" before.", line));
	s = models_target(&x, previous, &m, e);
	return s == ST_OK ? activate(&x, &m, how, ret, e) : s;
}

enum status store_model_retire(struct db *db, const struct uuid *workspace, int64_t version,
    const struct model_author *by, struct arena *arena, struct model_outcome *ret, struct err *e)
{
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena};
	struct model_row m;
	enum status s = begin(&x, version, &m, e);
	if (s != ST_OK)
		return s;
	if (!strcmp(m.state, "draft"))
		return models_give_up(&x,
		    err_set(e, ST_CONFLICT, "model_state", "Version %lld is a draft: delete it.", (long long)version));
	if (!strcmp(m.state, "retired"))
		return refuse(&x, version, m.state, "cannot be retired again", e);
	if (x.active_model == version)
		return models_give_up(&x, err_set(e, ST_CONFLICT, "model_primary",
					      "Version %lld makes the score of every lead: activate another one "
					      "instead, or go back to the one "
					      "before.",
					      (long long)version));
	struct model_outcome out = {0};
	models_live_remove(&x, version);
	db_bind_uuid(db, workspace);
	db_array_begin(db, DB_INT8, 1);
	db_put_i64(db, version);
	db_array_end(db);
	db_bind_time(db, by->now);
	s = db_send(db, STATEMENT_MODEL_RETIRE, e);
	if (s == ST_OK)
		s = models_settle(&x, e);
	/* The scores that it made would be looked through by every search for those that are due. */
	if (s == ST_OK)
		s = models_rescore(&x, version, "retired", "quiet", by->now, &out.job, e);
	if (s != ST_OK)
		return models_give_up(&x, s);
	out.has_job = true;
	if ((s = models_commit(&x, version, &out.model, e)) == ST_OK)
		*ret = out;
	return s;
}
