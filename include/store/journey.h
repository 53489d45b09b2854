/* Journeys: what is sent to leads step by step, and how far each lead is. */
#ifndef STORE_JOURNEY_H
#define STORE_JOURNEY_H

#include "store/db.h"

#define JOURNEY_MAX 100 /* of a workspace */

/* Text is arena-owned. */
struct journey_row {
	struct uuid id;
	const char *name, *description, *state;
	const char *settings; /* JSON text: {"trigger", "steps", "exit", "quiet_hours"} */
	int64_t reentry_after; /* ms; -1: never again */
	bool enrol_existing;
	int64_t revision;
	const char *created_by;
	int64_t created_at, updated_at;
	int64_t active, done, exited;
};
enum status store_journey_list(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct journey_row **ret, size_t *ret_n, struct err *e);
/* ST_NOT_FOUND "journey_not_found". */
enum status store_journey_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct journey_row *ret, struct err *e);

struct journey_write {
	const char *name, *description, *state, *settings;
	const char *condition;  /* JSON text; NULL: `segment` or `form` */
	const struct uuid *segment;
	const char *form;
	const char *first_step;
	int64_t first_after, reentry_after;
	bool enrol_existing;
	const char *author;
	int64_t now;
};
/* Errors: ST_CONFLICT "journey_name_taken", "journeys_too_many", "version_mismatch"; ST_NOT_FOUND. if_revision -1: whatever it is. */
enum status store_journey_add(
    struct db *db, const struct uuid *workspace, const struct journey_write *w, struct uuid *ret_id, struct err *e);
enum status store_journey_change(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct journey_write *w, int64_t if_revision, struct err *e);
enum status store_journey_delete(struct db *db, const struct uuid *workspace, const struct uuid *id,
    int64_t if_revision, int64_t now, struct err *e);

struct journey_run_row {
	struct uuid lead_id;
	int32_t run;
	const char *state, *step, *reason; /* reason NULL: none */
	int64_t started_at, next_at, ended_at;
	const char *steps; /* JSON text of those done; NULL: none */
};
struct journey_run_filter {
	const char *state; /* NULL: any */
	bool has_after;
	int64_t after_at;
	struct uuid after;
	size_t limit;
};
enum status store_journey_runs(struct db *db, const struct uuid *workspace, const struct uuid *journey,
    const struct journey_run_filter *f, struct arena *arena, struct journey_run_row **ret, size_t *ret_n, bool *ret_more,
    struct err *e);

/* For the background. Starts that wait become runs, at most `max`; *ret_n tenants had some. */
enum status store_journey_enrol(struct db *db, size_t max, size_t *ret_n, struct err *e);

struct journey_due {
	struct uuid workspace_id, journey_id, lead_id;
	int32_t run;
};
enum status store_journeys_due(
    struct db *db, int64_t now, struct journey_due *ret, size_t max, size_t *ret_n, struct err *e);

/* A run whose step is due, and its lead; held from others until store_journey_step or store_journey_give_up. Text is arena-owned. */
struct journey_hold {
	struct uuid lead_id; /* that it is about: merged into, or the run's own */
	const char *profile, *name, *settings, *step, *time_zone;
	int64_t started_at, revision, active_model;
	bool twice; /* the lead that it was merged into is on the journey itself */
};
/* *ret_held false: there is nothing to do any more. */
enum status store_journey_hold(struct db *db, const struct journey_due *d, int64_t now, struct arena *arena,
    bool *ret_held, struct journey_hold *ret, struct err *e);
struct journey_move {
	const char *state, *step, *reason;
	int64_t next_at, ended_at;   /* INSTANT_NEVER: none */
	const char *done;            /* the step that was taken; NULL: none */
	const char *template;        /* NULL: it sent nothing */
	const char *topic, *payload; /* payload NULL: nothing is told */
	struct uuid told;
	int64_t now;
};
/* Commits. */
enum status store_journey_step(
    struct db *db, const struct journey_due *d, const struct uuid *lead, const struct journey_move *m, struct err *e);
void store_journey_give_up(struct db *db);

#endif
