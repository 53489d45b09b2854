/* Segments: saved conditions over what is known of a lead, and the leads that meet them.
 *
 * A change of segments makes a new revision of the list that leads are looked at with (segment_sets), and a job that looks at the whole base with it.
 * Who is in which segment is written by ingest, with the lead (segment_batch.h). */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include "store/db.h"
#include "store/lead.h"

#define SEGMENT_MAX 200 /* of a workspace */

/* Text is arena-owned. */
struct segment_row {
	struct uuid id;
	const char *name, *description;
	const char *template;  /* NULL: none */
	const char *condition; /* JSON text */
	bool announce;
	int64_t revision;
	bool has_job;
	struct uuid job_id;
	const char *job_state; /* NULL: forgotten */
	int64_t leads, counted_at;
	const char *created_by;
	int64_t created_at, updated_at;
};
/* By name. */
enum status store_segment_list(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct segment_row **ret, size_t *ret_n, struct err *e);
/* ST_NOT_FOUND "segment_not_found". */
enum status store_segment_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct segment_row *ret, struct err *e);
enum status store_segment_count(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t *ret, struct err *e);

struct segment_day {
	char day[11]; /* YYYY-MM-DD */
	int64_t leads, entered, left;
};
enum status store_segment_trend(struct db *db, const struct uuid *workspace, const struct uuid *id, size_t days,
    struct arena *arena, struct segment_day **ret, size_t *ret_n, struct err *e);

/* The newest in it first; after (since, lead). Rows as of store_lead_list, and since when each is in it. */
enum status store_segment_leads(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct lead_cursor *after, size_t limit, struct arena *arena, struct lead_row **ret, int64_t **ret_since,
    size_t *ret_n, bool *ret_more, struct err *e);

struct segment_of_lead {
	struct uuid id;
	const char *name;
	int64_t since;
};
enum status store_segments_of_lead(struct db *db, const struct uuid *workspace, const struct uuid *lead,
    struct arena *arena, struct segment_of_lead **ret, size_t *ret_n, struct err *e);

/* What changes; NULL or negative: stays, or the default of a new one. */
struct segment_write {
	const char *name, *description, *template, *condition;
	int announce; /* 0, 1; -1: stays */
	const char *author;
	int64_t now;
};
/* ret_job: of a new condition; else nil. Errors: ST_CONFLICT "segment_name_taken", "segments_too_many", "version_mismatch"; ST_NOT_FOUND. */
enum status store_segment_add(struct db *db, const struct uuid *workspace, const struct segment_write *w,
    struct uuid *ret_id, struct err *e);
enum status store_segment_change(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct segment_write *w, int64_t if_revision, struct err *e);
enum status store_segment_delete(struct db *db, const struct uuid *workspace, const struct uuid *id,
    int64_t if_revision, int64_t now, struct err *e);

/* For the background: segments to be counted, and the count of one; `day` is now's, from `begin` to `end`. */
struct segment_dirty {
	struct uuid workspace_id, id;
	char time_zone[64];
	int64_t counted_at;
};
enum status store_segments_dirty(
    struct db *db, int64_t now, struct segment_dirty *ret, size_t max, size_t *ret_n, struct err *e);
enum status store_segment_counted(struct db *db, const struct uuid *workspace, const struct uuid *id, const char *day,
    int64_t begin, int64_t end, int64_t now, struct err *e);
enum status store_segment_moves_forget(struct db *db, int64_t before, size_t max, size_t *ret_n, struct err *e);

#endif
