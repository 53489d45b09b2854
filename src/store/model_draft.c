/* Drafts: written, written anew, thrown away. */
#include <string.h>

#include "base/text.h"
#include "key_priv.h"
#include "model_priv.h"

static enum status check_texts(const struct model_draft *d, struct err *e)
{
	size_t n = d->line ? strlen(d->line) : 1;
	if (d->line && (n == 0 || n > MODEL_LINE_MAX || !store_label_valid(d->line, n) || d->line[0] == ' ' ||
			   d->line[n - 1] == ' '))
		return err_at(e, ST_INVALID, "line_invalid", "/line",
		    "The name of a line is 1 to %d bytes of UTF-8 in one line, without spaces at its ends.",
		    MODEL_LINE_MAX);
	n = d->note ? strlen(d->note) : 0;
	if (n > MODEL_NOTE_MAX || (n && !utf8_valid(d->note, n)))
		return err_at(
		    e, ST_INVALID, "note_invalid", "/note", "A note is at most %d bytes of UTF-8.", MODEL_NOTE_MAX);
	return ST_OK;
}

/* What can only be said under the lock. */
static enum status check_place(
    struct model_change *x, const char *line, const struct model_draft *d, int64_t based_on, struct err *e)
{
	if (!strcmp(line, x->primary_line) && !d->for_all)
		return models_give_up(
		    x, err_at(e, ST_INVALID, "applies_when_primary", "/document/applies_when",
			   "The line \"%s\" is the primary one: its model scores every lead, so it may not have "
			   "`applies_when`.",
			   line));
	/* Versions are given without gaps, but for drafts thrown away, and what a draft was made from may go. */
	if (based_on > x->last_model)
		return models_give_up(x, err_at(e, ST_INVALID, "based_on_unknown", "/based_on",
					     "There is no version %lld of the model.", (long long)based_on));
	return ST_OK;
}

static void bind_version(struct db *db, int64_t version)
{
	if (version > 0)
		db_bind_i64(db, version);
	else
		db_bind_null(db);
}

enum status store_model_create(struct db *db, const struct uuid *workspace, const struct model_draft *d,
    const struct model_author *by, bool open, struct arena *arena, struct model_row *ret, struct err *e)
{
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena, .open = open};
	const char *line = d->line ? d->line : MODEL_LINE_DEFAULT;
	enum status s = check_texts(d, e);
	if (s == ST_OK)
		s = models_lock(&x, e);
	if (s == ST_OK)
		s = check_place(&x, line, d, d->based_on, e);
	if (s != ST_OK)
		return s;
	int64_t version = x.last_model + 1;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	s = db_send(db, STATEMENT_WORKSPACE_NUMBER, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, version);
		db_bind_text(db, d->name);
		db_bind_text(db, d->document);
		db_bind_time(db, by->now);
		db_bind_text(db, line);
		bind_version(db, d->based_on);
		db_bind_text(db, d->note ? d->note : "");
		db_bind_uuid(db, by->key);
		s = db_send(db, STATEMENT_MODEL_ADD, e);
	}
	return s == ST_OK ? models_commit(&x, version, ret, e) : models_give_up(&x, s);
}

/* Locks, and finds the draft that is to change. */
static enum status begin(
    struct model_change *x, int64_t version, int64_t if_revision, struct model_row *ret, struct err *e)
{
	enum status s = models_lock(x, e);
	if (s == ST_OK)
		s = models_target(x, version, ret, e);
	if (s != ST_OK)
		return s;
	if (if_revision >= 0 && if_revision != ret->revision)
		return models_give_up(
		    x, err_set(e, ST_CONFLICT, "version_mismatch",
			   "Version %lld of the model is not what If-Match names.", (long long)version));
	if (strcmp(ret->state, "draft") != 0)
		return models_give_up(
		    x, err_set(e, ST_CONFLICT, "model_state",
			   "Version %lld is %s: only drafts change. Make a new draft that is based on it.",
			   (long long)version, ret->state));
	return ST_OK;
}

enum status store_model_replace(struct db *db, const struct uuid *workspace, int64_t version, int64_t if_revision,
    const struct model_draft *d, struct arena *arena, struct model_row *ret, struct err *e)
{
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena};
	struct model_row was;
	enum status s = check_texts(d, e);
	if (s == ST_OK)
		s = begin(&x, version, if_revision, &was, e);
	if (s != ST_OK)
		return s;
	const char *line = d->line ? d->line : was.line;
	int64_t based_on = d->based_on >= 0 ? d->based_on : was.based_on;
	if ((s = check_place(&x, line, d, based_on, e)) != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	db_bind_text(db, d->name);
	db_bind_text(db, d->document);
	db_bind_text(db, line);
	bind_version(db, based_on);
	db_bind_text(db, d->note ? d->note : was.note);
	s = db_send(db, STATEMENT_MODEL_REPLACE, e);
	return s == ST_OK ? models_commit(&x, version, ret, e) : models_give_up(&x, s);
}

enum status store_model_delete(
    struct db *db, const struct uuid *workspace, int64_t version, int64_t if_revision, struct err *e)
{
	struct arena *arena = arena_new(0);
	if (!arena)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	struct model_change x = {.db = db, .workspace = workspace, .arena = arena};
	struct model_row was;
	enum status s = begin(&x, version, if_revision, &was, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, version);
		s = db_send(db, STATEMENT_MODEL_DELETE, e);
		s = s == ST_OK ? models_commit(&x, 0, NULL, e) : models_give_up(&x, s);
	}
	arena_free(&arena);
	return s;
}
