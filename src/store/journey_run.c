/* Runs of journeys in the background. */
#include "store/journey.h"

#define TENANTS 32

enum status store_journey_enrol(struct db *db, size_t max, size_t *ret_n, struct err *e)
{
	struct uuid workspace[TENANTS];
	struct db_result *r;
	db_bind_i64(db, TENANTS);
	enum status s = db_run(db, STATEMENT_JOURNEY_WAITING, &r, e);
	size_t n = s == ST_OK ? db_rows(r) : 0;
	for (size_t i = 0; i < n; i++)
		workspace[i] = db_uuid(r, i, 0);
	db_results_clear(db);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		db_bind_uuid(db, &workspace[i]);
		db_bind_i64(db, (int64_t)max);
		s = db_run(db, STATEMENT_JOURNEY_ENROL, NULL, e);
		db_results_clear(db);
	}
	*ret_n = n;
	return s;
}

enum status store_journeys_due(
    struct db *db, int64_t now, struct journey_due *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_JOURNEY_DUE, &r, e);
	if (s != ST_OK)
		return s;
	*ret_n = db_rows(r);
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = (struct journey_due){db_uuid(r, i, 0), db_uuid(r, i, 1), db_uuid(r, i, 2), db_i32(r, i, 3)};
	db_results_clear(db);
	return ST_OK;
}

void store_journey_give_up(struct db *db)
{
	db_results_clear(db);
	db_rollback(db);
}

static void bind_run(struct db *db, const struct journey_due *d)
{
	db_bind_uuid(db, &d->workspace_id);
	db_bind_uuid(db, &d->journey_id);
	db_bind_uuid(db, &d->lead_id);
	db_bind_i32(db, d->run);
}

static enum status take_lead(struct db *db, const struct journey_due *d, struct arena *arena, bool *ret_there,
    struct journey_hold *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, &d->workspace_id);
	db_bind_uuid(db, &d->lead_id);
	enum status s = db_run(db, STATEMENT_JOURNEY_LEAD, &r, e);
	*ret_there = s == ST_OK && db_rows(r);
	if (*ret_there) {
		ret->lead_id = db_uuid(r, 0, 0);
		ret->profile = arena_strdup(arena, db_text(r, 0, 1, NULL));
		if (!ret->profile)
			s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	db_results_clear(db);
	return s;
}

static enum status take_run(struct db *db, const struct journey_due *d, int64_t now, struct arena *arena,
    bool *ret_held, struct journey_hold *ret, struct err *e)
{
	struct db_result *r;
	bind_run(db, d);
	db_bind_uuid(db, &ret->lead_id);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_JOURNEY_RUN_LOCK, &r, e);
	*ret_held = s == ST_OK && db_rows(r);
	if (*ret_held) {
		ret->started_at = db_time(r, 0, 0);
		ret->step = arena_strdup(arena, db_text(r, 0, 1, NULL));
		ret->name = arena_strdup(arena, db_text(r, 0, 2, NULL));
		ret->settings = arena_strdup(arena, db_text(r, 0, 3, NULL));
		ret->revision = db_i64(r, 0, 4);
		ret->active_model = db_i64(r, 0, 5);
		ret->time_zone = arena_strdup(arena, db_text(r, 0, 6, NULL));
		ret->twice = db_bool(r, 0, 7);
		if (!ret->step || !ret->name || !ret->settings || !ret->time_zone)
			s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	db_results_clear(db);
	return s;
}

enum status store_journey_hold(struct db *db, const struct journey_due *d, int64_t now, struct arena *arena,
    bool *ret_held, struct journey_hold *ret, struct err *e)
{
	bool there = false;
	*ret_held = false;
	enum status s = db_send_begin(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s == ST_OK)
		s = take_lead(db, d, arena, &there, ret, e);
	if (s == ST_OK && there)
		s = take_run(db, d, now, arena, ret_held, ret, e);
	if (s != ST_OK || !*ret_held)
		store_journey_give_up(db);
	return s;
}

enum status store_journey_step(
    struct db *db, const struct journey_due *d, const struct uuid *lead, const struct journey_move *m, struct err *e)
{
	bind_run(db, d);
	db_bind_text(db, m->state);
	db_bind_text(db, m->step);
	db_bind_time(db, m->next_at);
	db_bind_time(db, m->ended_at);
	db_bind_text(db, m->reason);
	enum status s = db_send(db, STATEMENT_JOURNEY_RUN_MOVE, e);
	if (s == ST_OK && m->done) {
		bind_run(db, d);
		db_bind_text(db, m->done);
		db_bind_text(db, m->template);
		db_bind_time(db, m->now);
		s = db_send(db, STATEMENT_JOURNEY_STEP_ADD, e);
	}
	if (s == ST_OK && m->payload) {
		db_bind_uuid(db, &d->workspace_id);
		db_bind_uuid(db, &m->told);
		db_bind_uuid(db, lead);
		db_bind_text(db, m->topic);
		db_bind_text(db, m->payload);
		db_bind_time(db, m->now);
		s = db_send(db, STATEMENT_OUTBOX_ADD, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK)
		store_journey_give_up(db);
	else
		db_results_clear(db);
	return s;
}
