/* The writing half of an ingest batch: every statement that has rows, and COMMIT, in one round trip. */
#include <string.h>

#include "batch_priv.h"
#include "column_priv.h"
#include "store/outbox.h"

enum lead_form { FORM_SCORE, FORM_WHOLE, FORM_INSERT };

static bool has_form(const struct batch_lead_write *l, enum lead_form form)
{
	return form == (l->created ? FORM_INSERT : l->profile_changed ? FORM_WHOLE : FORM_SCORE);
}

/* The rows of one form are bound column by column; `each` runs over them. */
#define EACH_LEAD(type_, put_)                                                                                                                                 \
	do {                                                                                                                                                    \
		db_array_begin(db, (type_), n);                                                                                                                 \
		for (size_t i = 0; i < w->n_leads; i++) {                                                                                                       \
			const struct batch_lead_write *l = &w->leads[i];                                                                                        \
			if (has_form(l, form))                                                                                                                  \
				put_;                                                                                                                           \
		}                                                                                                                                               \
		db_array_end(db);                                                                                                                               \
	} while (0)

static enum status send_leads(struct db *db, const struct uuid *workspace, const struct batch_write *w, enum lead_form form, struct err *e)
{
	static const enum statement statements[] = {STATEMENT_BATCH_LEAD_UPDATE, STATEMENT_BATCH_LEAD_UPDATE_WHOLE, STATEMENT_BATCH_LEAD_INSERT};
	size_t n = 0;
	for (size_t i = 0; i < w->n_leads; i++)
		n += has_form(&w->leads[i], form);
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	EACH_LEAD(DB_UUID, db_put_uuid(db, &l->id));
	EACH_LEAD(DB_INT8, db_put_i64(db, l->version));
	if (form == FORM_INSERT)
		EACH_LEAD(DB_TIME, db_put_time(db, l->created_at));
	EACH_LEAD(DB_TIME, db_put_time(db, l->updated_at));
	EACH_LEAD(DB_INT4, db_put_i32(db, (int32_t)(l->updated_at / MS_HOUR)));
	EACH_LEAD(DB_INT4, db_put_i32(db, l->score));
	EACH_LEAD(DB_INT4, db_put_i32(db, l->fit));
	EACH_LEAD(DB_INT4, db_put_i32(db, l->engagement));
	EACH_LEAD(DB_CHAR, db_put_char(db, l->tier));
	EACH_LEAD(DB_TEXT, db_put_text(db, l->grade));
	EACH_LEAD(DB_TEXT, db_put_text(db, l->stage));
	EACH_LEAD(DB_TIME, db_put_time(db, l->as_of));
	EACH_LEAD(DB_TIME, db_put_time(db, l->last_event_at));
	EACH_LEAD(DB_TIME, db_put_time(db, l->next_change_at));
	EACH_LEAD(DB_INT8, db_put_i64(db, l->model_version));
	EACH_LEAD(DB_UUID, db_put_uuid(db, l->has_handoff ? &l->handoff_id : NULL));
	EACH_LEAD(DB_TEXT, db_put_text(db, l->handoff_state));
	EACH_LEAD(DB_BYTEA, db_put_bytes(db, l->state, l->state_len));
	EACH_LEAD(DB_INT4, db_put_i32(db, l->score_offset));
	if (form != FORM_SCORE) {
		EACH_LEAD(DB_TEXT, db_put_text(db, l->owner));
		EACH_LEAD(DB_TEXT, db_put_text(db, l->email));
		EACH_LEAD(DB_TEXT, db_put_text(db, l->phone));
		EACH_LEAD(DB_TEXT, db_put_text(db, l->name));
		EACH_LEAD(DB_TEXT, db_put_text(db, l->tags));
		EACH_LEAD(DB_JSON, db_put_text(db, l->profile));
		EACH_LEAD(DB_UUID, db_put_uuid(db, uuid_is_nil(&l->account_id) ? NULL : &l->account_id));
		EACH_LEAD(DB_INT8, db_put_i64(db, l->account_version));
		EACH_LEAD(DB_TEXT, db_put_text(db, l->account_by));
		EACH_LEAD(DB_TEXT, db_put_text(db, l->buying_role));
	}
	return db_send(db, statements[form], e);
}

static enum status send_identities(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	if (!w->n_identities)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(w->identities, w->n_identities, key);
	COLUMN_UUID(w->identities, w->n_identities, lead_id);
	COLUMN(DB_TEXT, db_put_text, w->identities, w->n_identities, kind);
	COLUMN(DB_TEXT, db_put_text, w->identities, w->n_identities, value);
	db_bind_time(db, w->now);
	return db_send(db, STATEMENT_BATCH_IDENTITY_INSERT, e);
}

/* Of the events those whose cleaning changed something, or the others. */
#define EACH_EVENT(type_, put_)                                                                                                                                \
	do {                                                                                                                                                    \
		db_array_begin(db, (type_), n);                                                                                                                 \
		for (size_t i = 0; i < w->n_events; i++) {                                                                                                      \
			const struct batch_event *x = &w->events[i];                                                                                            \
			if ((x->cleaned != NULL) == cleaned)                                                                                                    \
				put_;                                                                                                                           \
		}                                                                                                                                               \
		db_array_end(db);                                                                                                                               \
	} while (0)

static enum status send_events(struct db *db, const struct uuid *workspace, const struct batch_write *w, bool cleaned, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n_events; i++)
		n += (w->events[i].cleaned != NULL) == cleaned;
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	EACH_EVENT(DB_UUID, db_put_uuid(db, &x->lead_id));
	EACH_EVENT(DB_UUID, db_put_uuid(db, &x->key));
	EACH_EVENT(DB_TIME, db_put_time(db, x->at));
	EACH_EVENT(DB_TIME, db_put_time(db, x->received_at));
	EACH_EVENT(DB_TEXT, db_put_text(db, x->type));
	EACH_EVENT(DB_TEXT, db_put_text(db, x->event_id));
	EACH_EVENT(DB_JSON, db_put_text(db, x->properties));
	EACH_EVENT(DB_JSON, db_put_text(db, x->patch));
	EACH_EVENT(DB_JSON, db_put_text(db, x->source));
	EACH_EVENT(DB_TEXT, db_put_text(db, x->email));
	EACH_EVENT(DB_TEXT, db_put_text(db, x->phone));
	if (cleaned)
		EACH_EVENT(DB_JSON, db_put_text(db, x->cleaned));
	return db_send(db, cleaned ? STATEMENT_BATCH_EVENT_INSERT_CLEANED : STATEMENT_BATCH_EVENT_INSERT, e);
}

static enum status send_marks(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	if (!w->n_marks)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(w->marks, w->n_marks, lead_id);
	COLUMN_UUID(w->marks, w->n_marks, key);
	COLUMN(DB_TIME, db_put_time, w->marks, w->n_marks, voided_at);
	COLUMN(DB_TEXT, db_put_text, w->marks, w->n_marks, reason);
	COLUMN(DB_TEXT, db_put_text, w->marks, w->n_marks, flag);
	return db_send(db, STATEMENT_BATCH_EVENT_MARK, e);
}

static enum status send_closed_handoffs(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	if (!w->n_closed_handoffs)
		return ST_OK;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, w->closed_handoffs, w->n_closed_handoffs);
	db_bind_time(db, w->now);
	return db_send(db, STATEMENT_BATCH_HANDOFF_CLOSE, e);
}

static enum status send_by_ids(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n, enum statement st, struct err *e)
{
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	return db_send(db, st, e);
}

static enum status send_tags(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	enum status s = send_by_ids(db, workspace, w->retag, w->n_retag, STATEMENT_BATCH_TAG_DELETE, e);
	if (s == ST_OK && w->n_tags) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->tags, w->n_tags, lead_id);
		COLUMN(DB_TEXT, db_put_text, w->tags, w->n_tags, tag);
		COLUMN(DB_TEXT, db_put_text, w->tags, w->n_tags, source);
		COLUMN(DB_TIME, db_put_time, w->tags, w->n_tags, expires_at);
		s = db_send(db, STATEMENT_BATCH_TAG_INSERT, e);
	}
	return s;
}

static enum status send_terms(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	enum status s = send_by_ids(db, workspace, w->reterm, w->n_reterm, STATEMENT_BATCH_TERM_DELETE, e);
	if (s == ST_OK && w->n_terms) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->terms, w->n_terms, lead_id);
		COLUMN(DB_TEXT, db_put_text, w->terms, w->n_terms, term);
		s = db_send(db, STATEMENT_BATCH_TERM_INSERT, e);
	}
	return s;
}

static enum status send_transitions(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	const struct batch_transition *t = w->transitions;
	size_t n = w->n_transitions;
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(t, n, id);
	COLUMN_UUID(t, n, lead_id);
	COLUMN(DB_INT8, db_put_i64, t, n, lead_version);
	COLUMN(DB_INT4, db_put_i32, t, n, ordinal);
	COLUMN(DB_TEXT, db_put_text, t, n, kind);
	COLUMN(DB_TEXT, db_put_text, t, n, from);
	COLUMN(DB_TEXT, db_put_text, t, n, to);
	COLUMN(DB_TEXT, db_put_text, t, n, cause);
	COLUMN_UUID_IF(t, n, has_event, event_key);
	COLUMN(DB_TEXT, db_put_text, t, n, event_id);
	COLUMN(DB_TEXT, db_put_text, t, n, reason);
	COLUMN(DB_TIME, db_put_time, t, n, at);
	COLUMN(DB_INT4, db_put_i32, t, n, score);
	COLUMN(DB_INT4, db_put_i32, t, n, fit);
	COLUMN(DB_INT4, db_put_i32, t, n, engagement);
	COLUMN(DB_INT8, db_put_i64, t, n, model_version);
	COLUMN(DB_TEXT, db_put_text, t, n, line);
	COLUMN(DB_BOOL, db_put_bool, t, n, held);
	db_bind_time(db, w->now);
	return db_send(db, STATEMENT_BATCH_TRANSITION_INSERT, e);
}

static enum status send_handoffs(struct db *db, const struct uuid *workspace, const struct batch_write *w, bool created, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n_handoffs; i++)
		n += w->handoffs[i].created == created;
	if (!n)
		return ST_OK;
#define EACH_HANDOFF(type_, put_)                                                                                                                              \
	do {                                                                                                                                                    \
		db_array_begin(db, (type_), n);                                                                                                                 \
		for (size_t i = 0; i < w->n_handoffs; i++) {                                                                                                    \
			const struct batch_handoff *h = &w->handoffs[i];                                                                                        \
			if (h->created == created)                                                                                                              \
				put_;                                                                                                                           \
		}                                                                                                                                               \
		db_array_end(db);                                                                                                                               \
	} while (0)
	db_bind_uuid(db, workspace);
	EACH_HANDOFF(DB_UUID, db_put_uuid(db, &h->id));
	if (created)
		EACH_HANDOFF(DB_UUID, db_put_uuid(db, &h->lead_id));
	EACH_HANDOFF(DB_TEXT, db_put_text(db, h->stage));
	EACH_HANDOFF(DB_UUID, db_put_uuid(db, &h->transition_id));
	EACH_HANDOFF(DB_JSON, db_put_text(db, h->context));
	db_bind_time(db, w->now);
	if (created)
		db_bind_time(db, w->desk ? w->now : INSTANT_NEVER);
	return db_send(db, created ? STATEMENT_BATCH_HANDOFF_INSERT : STATEMENT_BATCH_HANDOFF_RAISE, e);
}

static enum status send_scores(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	const struct batch_score_write *c = w->scores;
	size_t n = w->n_scores;
	enum status s = ST_OK;
	if (n) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(c, n, lead_id);
		COLUMN(DB_INT8, db_put_i64, c, n, version);
		COLUMN(DB_INT8, db_put_i64, c, n, lead_version);
		COLUMN(DB_BOOL, db_put_bool, c, n, applies);
		COLUMN(DB_BOOL, db_put_bool, c, n, told);
		COLUMN(DB_INT4, db_put_i32, c, n, score);
		COLUMN(DB_INT4, db_put_i32, c, n, fit);
		COLUMN(DB_INT4, db_put_i32, c, n, engagement);
		COLUMN(DB_CHAR, db_put_char, c, n, tier);
		COLUMN(DB_TEXT, db_put_text, c, n, grade);
		COLUMN(DB_TEXT, db_put_text, c, n, stage);
		COLUMN(DB_TIME, db_put_time, c, n, as_of);
		COLUMN(DB_TIME, db_put_time, c, n, next_change_at);
		db_array_begin(db, DB_BYTEA, n);
		for (size_t i = 0; i < n; i++)
			db_put_bytes(db, c[i].state, c[i].state_len);
		db_array_end(db);
		s = db_send(db, STATEMENT_BATCH_SCORE_WRITE, e);
	}
	if (s == ST_OK && w->n_old_scores) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->old_scores, w->n_old_scores, lead_id);
		COLUMN(DB_INT8, db_put_i64, w->old_scores, w->n_old_scores, version);
		s = db_send(db, STATEMENT_BATCH_SCORE_DELETE, e);
	}
	return s;
}


/* Events, transitions, outbox rows, scores, tags and terms name a lead without a foreign key (a check for each row would cost as much as the row), so they go by hand;
 * the rest cascades. */
static enum status send_erase(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	static const enum statement statements[] = {STATEMENT_BATCH_ERASE_EVENT, STATEMENT_BATCH_ERASE_TRANSITION, STATEMENT_BATCH_ERASE_OUTBOX, STATEMENT_BATCH_ERASE_DELIVERY, STATEMENT_BATCH_ERASE_SCORE_NEWS, STATEMENT_BATCH_ERASE_SCORE, STATEMENT_BATCH_ERASE_SOURCE_REQUEST,
		STATEMENT_BATCH_TAG_DELETE, STATEMENT_BATCH_TERM_DELETE, STATEMENT_BATCH_ERASE_MERGE, STATEMENT_BATCH_ERASE_DUPLICATE, STATEMENT_BATCH_ERASE_DUPLICATE_KEY,
		STATEMENT_BATCH_ERASE_DUPLICATE_MARK, STATEMENT_BATCH_SEGMENT_LEAVE_ALL, STATEMENT_BATCH_ERASE_SEGMENT_MOVE, STATEMENT_BATCH_ERASE_JOURNEY_START, STATEMENT_BATCH_ERASE_JOURNEY_RUN,
		STATEMENT_BATCH_ERASE_FOLLOWUP_MARK, STATEMENT_BATCH_ERASE_FOLLOWUP_MOVE, STATEMENT_BATCH_ERASE_FOLLOWUP, STATEMENT_BATCH_ERASE_LEAD};
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < sizeof statements / sizeof statements[0]; i++)
		s = send_by_ids(db, workspace, w->erase, w->n_erase, statements[i], e);
	return s;
}

enum status store_batch_commit(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	/* Leads before what refers to them; erasing before the outbox row that tells of it. */
	enum status s = store_account_writes_send(db, workspace, w->now, &w->accounts, e);
	if (s == ST_OK)
		s = send_leads(db, workspace, w, FORM_INSERT, e);
	if (s == ST_OK)
		s = send_identities(db, workspace, w, e);
	if (s == ST_OK)
		s = send_events(db, workspace, w, false, e);
	if (s == ST_OK)
		s = send_events(db, workspace, w, true, e);
	if (s == ST_OK)
		s = send_marks(db, workspace, w, e);
	if (s == ST_OK)
		s = send_leads(db, workspace, w, FORM_SCORE, e);
	if (s == ST_OK)
		s = send_leads(db, workspace, w, FORM_WHOLE, e);
	if (s == ST_OK)
		s = send_scores(db, workspace, w, e);
	if (s == ST_OK)
		s = send_tags(db, workspace, w, e);
	if (s == ST_OK)
		s = send_terms(db, workspace, w, e);
	if (s == ST_OK)
		s = send_transitions(db, workspace, w, e);
	if (s == ST_OK)
		s = send_closed_handoffs(db, workspace, w, e);
	if (s == ST_OK)
		s = send_by_ids(db, workspace, w->released, w->n_released, STATEMENT_BATCH_RELEASE, e);
	if (s == ST_OK)
		s = store_handoff_moves_send(db, workspace, w, e);
	if (s == ST_OK)
		s = send_handoffs(db, workspace, w, true, e);
	if (s == ST_OK)
		s = send_handoffs(db, workspace, w, false, e);
	if (s == ST_OK)
		s = store_merges_send(db, workspace, w, e);
	if (s == ST_OK)
		s = store_segment_writes_send(db, workspace, w->now, &w->segments, e);
	if (s == ST_OK)
		s = send_erase(db, workspace, w, e);
	if (s == ST_OK)
		s = store_outbox_send(db, workspace, w->outbox, w->n_outbox, w->now, e);
	if (s == ST_OK)
		s = store_score_news_send(db, workspace, w->score_news, w->n_score_news, e);
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	else if (db_usable(db)) {
		/* Something could not be sent: what was queued still has to be answered before the connection can be used again. */
		struct err ignored;
		(void)db_flush(db, &ignored);
	}
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}
